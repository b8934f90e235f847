"""Words about the adults: relations, situations, care."""

from caseworks.codelists.lists import code_list

RELATION = code_list(
    "relation to the child",
    "GB/T 4761",
    ("51", "父亲", "father", "父", "爸爸", "生父"),
    ("52", "母亲", "mother", "母", "妈妈", "生母"),
    ("57", "继父或养父", "step- or adoptive father", "继父", "养父"),
    ("58", "继母或养母", "step- or adoptive mother", "继母", "养母"),
    ("61", "祖父", "paternal grandfather", "爷爷"),
    ("62", "祖母", "paternal grandmother", "奶奶"),
    ("63", "外祖父", "maternal grandfather", "外公", "姥爷"),
    ("64", "外祖母", "maternal grandmother", "外婆", "姥姥"),
    ("66", "曾祖父", "great-grandfather", "太爷爷"),
    ("67", "曾祖母", "great-grandmother", "太奶奶"),
    ("71", "兄", "elder brother", "哥哥"),
    ("73", "弟", "younger brother", "弟弟"),
    ("75", "姐", "elder sister", "姐姐"),
    ("77", "妹", "younger sister", "妹妹"),
    ("81", "伯父", "father's elder brother", "大伯", "伯伯"),
    ("82", "伯母", "wife of father's elder brother", "大娘", "婶娘"),
    ("83", "叔父", "father's younger brother", "叔叔"),
    ("84", "婶母", "wife of father's younger brother", "婶婶"),
    ("85", "舅父", "mother's brother", "舅舅"),
    ("86", "舅母", "wife of mother's brother", "舅妈"),
    ("87", "姨父", "husband of mother's sister", "姨夫"),
    ("88", "姨母", "mother's sister", "姨妈", "小姨", "大姨"),
    ("89", "姑父", "husband of father's sister", "姑夫"),
    ("90", "姑母", "father's sister", "姑姑", "姑妈"),
    ("60", "祖父母或外祖父母", "grandparents", "祖父母", "外祖父母"),
    ("97", "其他亲属", "other relative", "亲属", "亲戚", "其他"),
    ("99", "非亲属", "not related", "邻居", "朋友"),
)

FATHERS, MOTHERS = ("51", "57"), ("52", "58")

PARENTS = (*FATHERS, *MOTHERS)

PATERNAL_GRANDPARENTS, MATERNAL_GRANDPARENTS = ("61", "62"), ("63", "64")

GRANDPARENTS = ("60", *PATERNAL_GRANDPARENTS, *MATERNAL_GRANDPARENTS)

CARER_KIND = code_list(
    "kind of carer (照护人类别)",
    "grouping of GB/T 4761 used by the summary tables",
    ("paternal", "祖父母", "paternal grandparents"),
    ("maternal", "外祖父母", "maternal grandparents"),
    ("grandparents", "祖父母或外祖父母（未分）", "grandparents, not said which"),
    ("relative", "其他亲属", "other relatives"),
    ("unrelated", "非亲属", "not related"),
    ("none", "无委托照护人", "nobody entrusted"),
)

SITUATION = code_list(
    "situation of a parent (监护能力)",
    "国发〔2016〕13号; 民发〔2019〕62号, 民发〔2020〕125号",
    ("disabled", "重残", "severely disabled", "重度残疾"),
    ("ill", "重病", "seriously ill"),
    ("imprisoned", "服刑在押", "in prison", "服刑"),
    ("detox", "强制隔离戒毒", "in compulsory detoxification", "戒毒"),
    ("detained", "被执行其他限制人身自由措施", "otherwise deprived of liberty"),
    ("lost", "失联", "out of contact"),
    ("missing", "失踪", "missing", "下落不明"),
    ("dead", "死亡", "dead", "去世", "已故", "病故"),
    ("revoked", "被撤销监护资格", "guardianship revoked"),
    ("expelled", "被遣送（驱逐）出境", "expelled from the country"),
)

ENTRUSTMENT_REASON = code_list(
    "reason of entrusted care (委托照料原因)",
    "civil-affairs record, 委托照料人",
    ("both", "父母双方同时外出", "both parents away"),
    ("one", "一方外出另一方无监护能力", "one away, the other unable to care"),
    ("unable", "父母双方无监护能力", "both unable to care"),
)

CARER_EXCLUSION = code_list(
    "who may not be entrusted with a child (不得委托的情形)",
    "未成年人保护法 art. 22",
    (
        "harm",
        "曾实施性侵害、虐待、遗弃、拐卖、暴力伤害等违法犯罪行为",
        "has abused, abandoned, trafficked or hurt somebody",
    ),
    ("addiction", "有吸毒、酗酒、赌博等恶习", "takes drugs, drinks or gambles"),
    ("neglect", "曾拒不履行或者长期怠于履行监护、照护职责", "has refused or long neglected to care for a child"),
    ("unfit", "其他不适宜担任被委托人的情形", "is unfit for another reason"),
)

GUARDIANSHIP = code_list(
    "guardianship (监护情况)",
    "民发〔2016〕42号 annex 1",
    ("good", "较好", "good", "好", "良好"),
    ("fair", "一般", "fair"),
    ("poor", "差", "poor", "较差"),
)

DECLARATION = code_list(
    "declared left-behind (是否留守儿童)",
    "学籍 collection standard: labels, not numbers, because systems number them differently",
    ("0", "非留守儿童", "not left behind", "非留守", "否", "不是", "无", "×", "x"),
    ("1", "单亲留守儿童", "one parent away", "单亲留守", "单亲"),
    ("2", "双亲留守儿童", "both parents away", "双亲留守", "双亲"),
    ("9", "留守儿童", "left behind, one or both not said", "是", "√", "留守", "y", "yes"),
)
