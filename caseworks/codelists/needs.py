"""Words about difficulty, need and support."""

from caseworks.codelists.lists import code_list

HARDSHIP = code_list(
    "category of difficulty (困境类别)",
    "国发〔2016〕36号; categories of county systems. A child can be in several at once",
    ("orphan", "孤儿", "orphan"),
    ("unattended", "事实无人抚养", "de facto without support", "事实孤儿", "事实无人抚养儿童"),
    ("absent", "父母监护缺失", "without a guardian's care", "监护缺失"),
    ("incapable", "父母无力履行监护职责", "parents unable to act as guardians"),
    ("improper", "监护不当", "harmed or neglected by guardians"),
    ("severe", "重度残疾", "severely disabled", "重残"),
    ("disabled", "非重度残疾", "disabled, not severely", "非重残", "残疾", "残疾儿童"),
    ("ill", "重病", "seriously ill", "患病"),
    ("street", "流浪", "living on the street"),
    ("poor", "家庭贫困（低保、特困、脱贫监测）", "poor family", "家庭贫困", "贫困", "低保", "特困", "建档立卡"),
    ("low", "低收入（低保边缘）", "family of low income", "低收入", "低保边缘"),
    ("violence", "受暴力侵害", "victim of violence"),
    ("parents_jailed", "服刑在押人员子女", "child of a prisoner"),
    ("other", "其他困境", "other difficulty", "其他"),
    ("none", "无", "none", "没有", "非困境"),
)

HARDSHIP_EXIT = code_list(
    "why a difficulty has ended (退出原因)",
    "civil-affairs record, 退出信息",
    ("released", "父母刑满释放", "a parent was released"),
    ("detoxed", "父母戒毒期满", "a parent finished detoxification"),
    ("found", "父母已找到或恢复联系", "a parent was found"),
    ("recovered", "身体康复", "recovered"),
    ("better_off", "家庭经济好转", "the family is better off"),
    ("adopted", "被收养或安置", "adopted or placed"),
    ("protected", "监护已改善或已变更", "care improved or changed"),
    ("aged", "年满十八周岁", "turned 18"),
    ("died", "儿童死亡", "the child died"),
    ("error", "登记有误", "entered by mistake"),
    ("other", "其他", "other"),
)

NEED_AREA = code_list(
    "area of need (问题清单)",
    "county record of children in difficulty",
    ("living", "生活保障", "daily needs"),
    ("medical", "医疗保障", "medical care"),
    ("schooling", "教育资助", "help with schooling"),
    ("rehabilitation", "康复救助", "rehabilitation"),
    ("care", "监护保护", "care and protection"),
    ("housing", "住房", "housing"),
    ("psychology", "心理关爱", "emotional care"),
    ("registration", "户口登记", "household registration"),
    ("other", "其他", "other"),
)

NEED_STATE = code_list(
    "state of a need",
    "county record of children in difficulty",
    ("met", "已落实", "met", "已到位", "已全额"),
    ("partly", "部分落实", "partly met", "已纳入未足额"),
    ("unmet", "符合条件未落实", "not met though entitled", "未到位", "符合未保障"),
    ("not_entitled", "不符合条件", "not entitled", "不符合"),
)

RELIEF = code_list(
    "public support (救助帮扶)",
    "民发〔2016〕42号 annex 1 and the national summary table (救助措施)",
    ("registered_poor", "建档立卡", "registered as poor", "脱贫户", "监测户"),
    ("allowance", "低保", "subsistence allowance", "最低生活保障"),
    ("destitute", "特困供养", "support for the destitute", "特困"),
    ("temporary", "临时救助", "temporary support", "临时"),
    ("medical", "医疗救助", "medical support", "医疗"),
    ("housing", "住房救助", "housing support", "住房", "危房改造"),
    ("disability_living", "残疾人生活补贴", "disability living allowance", "残疾人生活补助", "生活补助"),
    ("disability_care", "残疾人护理补贴", "disability care allowance", "护理补助", "护理补贴"),
    ("orphan", "孤儿基本生活费", "orphan's allowance", "孤儿津贴"),
    ("unattended", "事实无人抚养儿童基本生活补贴", "allowance for children de facto without support"),
    ("schooling", "教育资助", "help with school costs", "助学金", "两免一补", "三免两补"),
    ("other", "其他救助", "other support", "其他"),
    ("none", "无", "none", "没有"),
)

INCOME = code_list(
    "source of the family's income (家庭经济来源)",
    "民发〔2016〕42号 annex 1",
    ("wages", "打工收入", "wages", "务工", "打工"),
    ("farming", "种养殖业", "farming", "种植", "养殖", "务农"),
    ("support", "政府救助", "public support", "低保"),
    ("relatives", "亲朋接济", "help from relatives and friends"),
    ("other", "其他", "other"),
)
