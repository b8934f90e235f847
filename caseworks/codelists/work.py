"""Words about the work for a child: contacts, mentors, counted units."""

from caseworks.codelists.lists import code_list

CONTACT_KIND = code_list(
    "kind of contact (帮扶记录)",
    "seed reports; 随访 record",
    ("home", "家访", "home visit", "入户走访", "走访"),
    ("call", "电话", "phone call", "电话联系"),
    ("video", "视频", "video call", "微信视频"),
    ("talk", "谈心", "talk"),
    ("letter", "书信", "letter"),
    ("tutoring", "学习辅导", "tutoring", "辅导"),
    ("company", "陪伴", "time together"),
    ("service", "生活服务", "help with daily life"),
    ("other", "其他", "other"),
)

COUNTERPART = code_list(
    "whom the contact was with",
    "帮扶记录, 与谁联系",
    ("child", "儿童本人", "the child"),
    ("father", "父亲", "father"),
    ("mother", "母亲", "mother"),
    ("carer", "照护人", "carer"),
    ("relative", "其他亲属", "another relative"),
    ("teacher", "教师", "teacher"),
    ("village", "村干部", "village cadre"),
    ("town", "镇干部", "town cadre"),
    ("other", "其他", "someone else"),
)

TOPIC = code_list(
    "topic",
    "随访 record; survey domains of seed report 7",
    ("study", "学习", "study"),
    ("life", "生活", "daily life"),
    ("psychology", "心理", "state of mind"),
    ("safety", "安全", "safety"),
    ("health", "健康", "health"),
    ("family", "亲情", "family ties"),
    ("conduct", "品行", "conduct"),
)

CONCERN = code_list(
    "concern level (四色)",
    "county practice: 绿 黄 橙 红",
    ("none", "正常", "nothing unusual"),
    ("watch", "需要关注", "keep an eye on"),
    ("help", "需要帮助", "needs help"),
    ("urgent", "紧急", "urgent"),
)

MENTOR_KIND = code_list(
    "kind of mentor (帮扶人)",
    "seed reports",
    ("teacher", "教师", "teacher"),
    ("cadre", "干部职工", "office staff"),
    ("retired", "退休教师", "retired teacher"),
    ("women", "爱心妈妈", "volunteer mother"),
    ("parent", "代理家长", "acting parent"),
    ("volunteer", "志愿者", "volunteer"),
    ("other", "其他", "other"),
)

PAIRING_END = code_list(
    "why a pairing ended",
    "结对帮扶",
    ("term", "结对期满", "term over"),
    ("mentor", "帮扶人变动", "the mentor changed"),
    ("child", "儿童离开", "the child left"),
    ("closed", "档案关闭", "the archive was closed"),
    ("other", "其他", "other"),
)

UNIT = code_list(
    "unit of a figure (计量单位)",
    "the seed reports: 人, 人次, 次 and 对 are different counts",
    ("people", "人", "people"),
    ("person_times", "人次", "contacts with a person"),
    ("times", "次", "times"),
    ("pairs", "对", "pairs"),
    ("schools", "所", "schools"),
    ("archives", "份", "archives"),
)
