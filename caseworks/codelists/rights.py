"""Words about the rights of the child and the parents."""

from caseworks.codelists.lists import code_list

LEGAL_BASIS = code_list(
    "on what ground information is handled",
    "个人信息保护法 art. 13, 28, 31",
    ("duty", "法定职责", "duty by law"),
    ("consent", "监护人同意", "consent of a guardian"),
    ("emergency", "紧急情况", "emergency"),
)

CONSENT_PURPOSE = code_list(
    "what a family is told of, or asked about",
    "个人信息保护法 art. 17, 23, 25, 29, 31; 儿童个人信息网络保护规定 art. 9, 10",
    ("notice", "告知信息处理规则", "told of the rules"),
    ("donors", "向捐赠人提供信息", "passing on to donors"),
    ("media", "向媒体提供信息", "passing on to the press"),
    ("volunteers", "向志愿者、社会组织提供信息", "passing on to volunteers and charities"),
    ("photo", "公开照片、影像", "publishing photographs"),
    ("psychological", "心理健康测评", "psychological screening"),
)

CONSENT_ANSWER = code_list(
    "what the family said",
    "个人信息保护法 art. 14, 15",
    ("told", "已告知", "was told"),
    ("agreed", "同意", "agrees"),
    ("refused", "不同意", "does not agree"),
)

CONSENT_WAY = code_list(
    "how a family was told or asked",
    "儿童个人信息网络保护规定 art. 9",
    ("paper", "书面签字", "signed on paper"),
    ("person", "当面口头", "in person"),
    ("phone", "电话", "by telephone"),
    ("message", "微信、短信", "by message"),
)

RIGHTS_KIND = code_list(
    "what a family may ask for",
    "个人信息保护法 art. 44–47; 未成年人网络保护条例 art. 34",
    ("view", "查阅", "to see it"),
    ("copy", "复制", "a copy"),
    ("correct", "更正、补充", "to correct or complete it"),
    ("erase", "删除", "to erase it"),
)

IDENTITY_CHECK = code_list(
    "how it was made sure who asks",
    "个人信息保护法 art. 50",
    ("id_card", "核对身份证", "identity card seen"),
    ("booklet", "核对户口簿", "household register seen"),
    ("known", "工作人员认识本人", "known in person"),
    ("call_back", "回拨登记电话", "called back at the number on record"),
    ("letter", "核对委托书", "letter of authority seen"),
)

RIGHTS_DECISION = code_list(
    "what was decided about a request",
    "未成年人网络保护条例 art. 34: a refusal is in writing and says why",
    ("granted", "同意", "granted"),
    ("partly", "部分同意", "granted in part"),
    ("refused", "不同意", "refused"),
)

ERASURE_REASON = code_list(
    "why an archive is erased",
    "个人信息保护法 art. 47; 儿童个人信息网络保护规定 art. 20",
    ("request", "监护人或儿童要求", "asked for by the family"),
    ("mistake", "建档有误", "opened by mistake"),
    ("unlawful", "收集或处理违法", "collected or handled against the law"),
    ("over", "目的已实现、期限已满", "no longer needed"),
)

HOLD_REASON = code_list(
    "why nothing of an archive may be removed",
    "个人信息保护法 art. 47: the time of keeping by another law is not over",
    ("court", "诉讼、仲裁", "before a court"),
    ("police", "公安、检察办案", "inquiry of police or prosecutors"),
    ("harm", "侵害未成年人案件", "a case of harm to the child"),
    ("supervision", "纪检、审计检查", "inspection or audit"),
)
