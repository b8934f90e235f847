"""Words about school: grades, terms, what becomes of a class."""

from caseworks.codelists.lists import CodeList, code_list

SCHOOLING = code_list(
    "schooling (就学情况)",
    "民发〔2016〕42号 annex 1: eight values; the middle four follow from the enrolment",
    ("before", "未入园", "not yet in kindergarten", "学龄前"),
    ("kindergarten", "幼儿园", "kindergarten"),
    ("primary", "小学", "primary school"),
    ("junior", "初中", "junior secondary school"),
    ("senior", "高中", "senior secondary school"),
    ("vocational", "中职", "vocational school", "中专", "职高", "中专及以上"),
    ("dropout", "辍学", "dropped out at school age", "失学"),
    ("out", "不在学", "not at school, past school age", "不在校"),
)

# what is stated because no enrolment says it
STATED_SCHOOLING = CodeList(
    "schooling, as stated",
    SCHOOLING.source,
    tuple(SCHOOLING[code] for code in ("before", "vocational", "dropout", "out")),
)

_STEP = {"K": "kindergarten", **dict.fromkeys("123456", "primary"), **dict.fromkeys("789", "junior")}


def schooling_of_grade(grade: str) -> str:
    """The schooling that a grade stands for; empty for the empty grade.

    >>> schooling_of_grade("K2"), schooling_of_grade("8"), schooling_of_grade("11"), schooling_of_grade("")
    ('kindergarten', 'junior', 'senior', '')
    """
    return _STEP.get(grade[:1] if grade.startswith("K") else grade, "senior") if grade else ""


MARK = code_list(
    "mark (等级)",
    "school reports in grades, not in points",
    ("A", "优秀", "excellent", "优"),
    ("B", "良好", "good", "良"),
    ("C", "合格", "pass", "中", "及格"),
    ("D", "待合格", "not yet a pass", "差", "不合格", "不及格"),
)

GRADE = code_list(
    "grade",
    "school years of the 学籍 system",
    ("K1", "幼儿园小班", "nursery", "小班"),
    ("K2", "幼儿园中班", "lower kindergarten", "中班"),
    ("K3", "幼儿园大班", "upper kindergarten", "大班"),
    ("1", "一年级", "grade 1", "1年级", "小学一年级", "1"),
    ("2", "二年级", "grade 2", "2年级", "小学二年级", "2"),
    ("3", "三年级", "grade 3", "3年级", "小学三年级", "3"),
    ("4", "四年级", "grade 4", "4年级", "小学四年级", "4"),
    ("5", "五年级", "grade 5", "5年级", "小学五年级", "5"),
    ("6", "六年级", "grade 6", "6年级", "小学六年级", "6"),
    ("7", "七年级", "grade 7", "7年级", "初一", "初中一年级", "7"),
    ("8", "八年级", "grade 8", "8年级", "初二", "初中二年级", "8"),
    ("9", "九年级", "grade 9", "9年级", "初三", "初中三年级", "9"),
    ("10", "高一", "grade 10", "10年级", "高中一年级", "10"),
    ("11", "高二", "grade 11", "11年级", "高中二年级", "11"),
    ("12", "高三", "grade 12", "12年级", "高中三年级", "12"),
)

BOARDING = code_list(
    "boarding (就读方式)",
    "学籍 collection standard",
    ("1", "走读", "day pupil", "否", "非寄宿", "非寄宿生"),
    ("2", "住校", "boarder", "是", "寄宿", "寄宿生", "住宿"),
)

GOES_HOME = code_list(
    "how often a boarder goes home (回家周期)",
    "local list",
    ("week", "每周", "every week", "周末", "每周回家", "一周"),
    ("fortnight", "每两周", "every other week", "两周", "双周", "隔周", "半月"),
    ("month", "每月", "every month", "月假", "一月", "每月回家"),
    ("holidays", "放长假才回", "in the holidays only", "寒暑假", "放假", "假期"),
)

FETCHED_BY = code_list(
    "who comes for the child (接送)",
    "local list",
    ("parents", "父母", "father or mother", "父亲", "母亲", "爸爸", "妈妈", "家长"),
    (
        "grandparents",
        "祖辈",
        "grandparents",
        "祖父母",
        "外祖父母",
        "爷爷",
        "奶奶",
        "外公",
        "外婆",
        "爷爷奶奶",
        "外公外婆",
    ),
    ("others", "其他亲友", "other relatives or friends", "亲戚", "亲友", "邻居"),
    ("bus", "校车", "school bus"),
    ("together", "与同学结伴", "walks with others", "结伴", "同学"),
    ("alone", "自己回家", "goes alone", "自己", "独自", "无人接"),
)

PROMOTION_OUTCOME = code_list(
    "what became of a pupil when the classes went up",
    "local list",
    ("up", "升级", "one grade up"),
    ("repeats", "留级", "repeats the grade"),
    ("leaves", "离校", "leaves the school"),
    ("moves", "转往下一所学校", "goes on to the next school"),
    ("graduates", "毕业，关闭档案", "graduates, archive closed"),
)
