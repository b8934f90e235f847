"""Every word that comes from a list: the code is stored, the word is shown, the standard is cited.

A list is a `CodeList` of `Code`s. Both words of a code stand here, the official Chinese one and an English one: the
Chinese word must be exactly what the forms print, whoever is looking, so these words are not in the catalogues.
`label` follows the language of the page; `zh` is the official word that forms and sheets carry.

An empty code means 未采集, *not collected*: it is a value of its own and is never counted as "no".
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

NOT_COLLECTED_ZH, NOT_COLLECTED_EN = "未采集", "not collected"


def _in_chinese() -> bool:
    return (get_language() or "zh-hans").startswith("zh")


def not_collected() -> str:
    """What is said where nothing is recorded, in the language of the page."""
    return NOT_COLLECTED_ZH if _in_chinese() else NOT_COLLECTED_EN


@dataclass(frozen=True)
class Code:
    """One entry of a list. `also` holds the other words people write for it in their sheets."""

    code: str
    zh: str
    en: str
    also: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """The word in the language of the page."""
        return self.zh if _in_chinese() else self.en


@dataclass(frozen=True)
class CodeList:
    """A named list of codes, with the standard it comes from."""

    name: str
    source: str
    codes: tuple[Code, ...]
    _by_code: dict[str, Code] = field(init=False, repr=False, compare=False)
    _by_word: dict[str, Code] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_code", {entry.code: entry for entry in self.codes})
        words: dict[str, Code] = {}
        for entry in self.codes:
            for word in (entry.zh, entry.en.lower(), *entry.also):
                words.setdefault(word, entry)
        object.__setattr__(self, "_by_word", words)

    def __iter__(self) -> Iterator[Code]:
        return iter(self.codes)

    def __contains__(self, code: object) -> bool:
        return code in self._by_code

    def __getitem__(self, code: str) -> Code:
        return self._by_code[code]

    def label(self, code: str) -> str:
        """The word for a code in the language of the page; 未采集 for the empty code, the code itself if unknown."""
        if code in self._by_code:
            return self._by_code[code].label
        return code or not_collected()

    def zh(self, code: str) -> str:
        """The official Chinese word for a code; empty for the empty code."""
        return self._by_code[code].zh if code in self._by_code else code

    def find(self, word: str) -> Code | None:
        """The code a sheet's word stands for (official word, English word or a known synonym), or None."""
        return self._by_word.get(word) or self._by_word.get(word.lower())

    def choices(self) -> list[tuple[str, Any]]:
        """(code, word) pairs for forms; the words follow the language of the page."""
        return [(entry.code, _Label(entry)) for entry in self.codes]


class _Label:
    """A code's word, decided when it is rendered."""

    def __init__(self, entry: Code) -> None:
        self.entry = entry

    def __str__(self) -> str:
        return self.entry.label


class CodeField(models.CharField):
    """Stores a code of a list. Its choices never reach a migration: changing a word changes no table.

    Blank is allowed unless `blank=False`, and means not collected.
    """

    def __init__(self, codelist: CodeList | None = None, **options: Any) -> None:
        self.codelist = codelist
        options.setdefault("max_length", 16)
        options.setdefault("blank", True)
        super().__init__(**options)

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "blank": self.blank, "max_length": self.max_length}

    def validate(self, value: Any, model_instance: models.Model | None) -> None:
        super().validate(value, model_instance)
        if value and self.codelist is not None and value not in self.codelist:
            raise ValidationError(_("Choose one of the listed values."), code="invalid_choice")

    def contribute_to_class(self, cls: type[models.Model], name: str, private_only: bool = False) -> None:  # noqa: FBT001
        super().contribute_to_class(cls, name, private_only)
        codelist = self.codelist
        if codelist is not None:
            setattr(cls, f"get_{name}_display", lambda row: codelist.label(getattr(row, name)))

    def formfield(self, **options: Any) -> Any:
        from django import forms

        if self.codelist is None:
            return super().formfield(**options)
        empty = [] if not self.blank else [("", _("Not collected"))]
        defaults: dict[str, Any] = {
            "required": not self.blank,
            "label": self.verbose_name,
            "help_text": self.help_text,
            "choices": [*empty, *self.codelist.choices()],
        }
        defaults.update({key: value for key, value in options.items() if key in {"widget", "label", "help_text"}})
        if self.has_default():
            defaults["initial"] = self.get_default()
        return forms.ChoiceField(**defaults)


class CodesField(models.JSONField):
    """Stores several codes of a list, in the order of the list; the empty list means not collected.

    The code `none`, where the list has it, says that there is none of the others, and stands alone.
    """

    def __init__(self, codelist: CodeList | None = None, **options: Any) -> None:
        self.codelist = codelist
        super().__init__(**{"default": list, "blank": True, **options})

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, kwargs

    def validate(self, value: Any, model_instance: models.Model | None) -> None:
        super().validate(value, model_instance)
        codes = self.codelist
        if codes is not None and any(code not in codes for code in value):
            raise ValidationError(_("Choose one of the listed values."), code="invalid_choice")
        if "none" in value and len(value) > 1:
            raise ValidationError(_("“None” cannot be ticked together with something else."), code="none_and_some")

    def words(self, value: list[str]) -> str:
        """The words of the codes in the language of the page; 未采集 if there are none."""
        labels = [self.codelist.label(code) if self.codelist else code for code in value]
        return ("、" if _in_chinese() else ", ").join(labels) if labels else not_collected()

    def formfield(self, **options: Any) -> Any:
        from django import forms

        choices = self.codelist.choices() if self.codelist else []
        return forms.MultipleChoiceField(
            choices=choices,
            required=not self.blank,
            label=self.verbose_name,
            help_text=self.help_text,
            widget=forms.CheckboxSelectMultiple,
        )


def _list(name: str, source: str, *entries: tuple) -> CodeList:
    return CodeList(name, source, tuple(Code(entry[0], entry[1], entry[2], tuple(entry[3:])) for entry in entries))


# --- The child ----------------------------------------------------------------------------------------------------

SEX = _list("sex", "GB/T 2261.1", ("1", "男", "male", "男性"), ("2", "女", "female", "女性"))

ETHNICITY = _list(
    "ethnicity",
    "GB/T 3304",
    *(
        (f"{number:02d}", f"{zh}族", en, zh)
        for number, (zh, en) in enumerate(
            (pair.split(":") for pair in (
                "汉:Han 蒙古:Mongol 回:Hui 藏:Tibetan 维吾尔:Uyghur 苗:Miao 彝:Yi 壮:Zhuang 布依:Buyei 朝鲜:Korean 满:Manchu "
                "侗:Dong 瑶:Yao 白:Bai 土家:Tujia 哈尼:Hani 哈萨克:Kazak 傣:Dai 黎:Li 傈僳:Lisu 佤:Va 畲:She 高山:Gaoshan "
                "拉祜:Lahu 水:Sui 东乡:Dongxiang 纳西:Naxi 景颇:Jingpo 柯尔克孜:Kirgiz 土:Tu 达斡尔:Daur 仫佬:Mulao 羌:Qiang "
                "布朗:Blang 撒拉:Salar 毛南:Maonan 仡佬:Gelao 锡伯:Xibe 阿昌:Achang 普米:Pumi 塔吉克:Tajik 怒:Nu 乌孜别克:Uzbek "
                "俄罗斯:Russian 鄂温克:Ewenki 德昂:Deang 保安:Bonan 裕固:Yugur 京:Gin 塔塔尔:Tatar 独龙:Derung 鄂伦春:Oroqen "
                "赫哲:Hezhen 门巴:Monba 珞巴:Lhoba 基诺:Jino"
            ).split()),
            start=1,
        )
    ),
    ("97", "其他", "other"),
    ("98", "外国血统中国籍人士", "of foreign descent"),
)  # fmt: skip

REGISTRATION = _list(
    "registration (户口性质)",
    "学籍 collection standard; civil-affairs summary table",
    ("1", "农业户口", "rural", "农业", "农村", "农村户口", "农村居民"),
    ("2", "非农业户口", "urban", "非农业", "城镇", "城镇户口", "城镇居民", "非农"),
    ("3", "无户口", "not registered", "未登记户口"),
    ("9", "其他", "other"),
)

HEALTH = _list(
    "health",
    "学籍 collection standard (健康状况)",
    ("10", "健康或良好", "healthy", "健康", "良好"),
    ("20", "一般或较弱", "fair or weak", "一般", "较弱"),
    ("30", "慢性病", "chronic illness", "有慢性病"),
    ("40", "生理缺陷", "physical defect", "有生理缺陷"),
    ("50", "残疾", "disabled"),
    ("60", "重病", "seriously ill", "患病", "大病"),
    ("90", "其他", "other"),
)

DISABILITY = _list(
    "disability",
    "GB/T 26341",
    ("1", "视力残疾", "sight", "视力"),
    ("2", "听力残疾", "hearing", "听力"),
    ("3", "言语残疾", "speech", "言语"),
    ("4", "肢体残疾", "limbs", "肢体"),
    ("5", "智力残疾", "intellectual", "智力"),
    ("6", "精神残疾", "mental", "精神"),
    ("7", "多重残疾", "multiple", "多重"),
)

SCHOOLING = _list(
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


DISABILITY_LEVEL = _list(
    "level of disability",
    "GB/T 26341: 1 is the severest",
    ("1", "一级", "level 1", "1级", "Ⅰ级"),
    ("2", "二级", "level 2", "2级", "Ⅱ级"),
    ("3", "三级", "level 3", "3级", "Ⅲ级"),
    ("4", "四级", "level 4", "4级", "Ⅳ级"),
)

ILLNESS = _list(
    "illness (患病类型)",
    "kinds common in local lists of major and chronic illnesses; 患病 of the form means a major illness",
    ("heart", "先天性心脏病", "congenital heart disease", "先心病"),
    ("blood", "白血病等血液病", "leukaemia or another blood disease", "白血病", "血液病", "血友病"),
    ("cancer", "恶性肿瘤", "cancer", "癌症", "肿瘤"),
    ("kidney", "肾病", "kidney disease", "尿毒症", "肾炎"),
    ("diabetes", "糖尿病", "diabetes"),
    ("asthma", "哮喘", "asthma"),
    ("epilepsy", "癫痫", "epilepsy"),
    ("tuberculosis", "结核病", "tuberculosis", "肺结核"),
    ("hepatitis", "肝病", "liver disease", "乙肝", "肝炎"),
    ("mental", "严重精神障碍", "severe mental disorder", "精神病"),
    ("palsy", "脑瘫", "cerebral palsy"),
    ("anaemia", "贫血或营养不良", "anaemia or malnutrition", "贫血", "营养不良"),
    ("other", "其他疾病", "other illness", "其他"),
    ("none", "无", "none", "没有"),
)

CHECK_RESULT = _list(
    "result of a health check (体检结果)",
    "school health checks",
    ("normal", "正常", "normal", "健康", "良好"),
    ("abnormal", "有异常，在校观察", "something found, to be watched", "异常"),
    ("refer", "有异常，需要去医院", "something found, to see a doctor", "转诊", "需转诊"),
)

REFERRAL_OUTCOME = _list(
    "what came of a referral",
    "school health checks",
    ("fine", "已就诊，无大碍", "seen by a doctor, nothing serious"),
    ("treated", "已就诊，治疗中", "seen by a doctor, in treatment"),
    ("cured", "已治好", "cured"),
    ("refused", "家里没有去", "the family did not go"),
)

HARDSHIP = _list(
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

HARDSHIP_EXIT = _list(
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

NEED_AREA = _list(
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
NEED_STATE = _list(
    "state of a need",
    "county record of children in difficulty",
    ("met", "已落实", "met", "已到位", "已全额"),
    ("partly", "部分落实", "partly met", "已纳入未足额"),
    ("unmet", "符合条件未落实", "not met though entitled", "未到位", "符合未保障"),
    ("not_entitled", "不符合条件", "not entitled", "不符合"),
)

RELIEF = _list(
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

INCOME = _list(
    "source of the family's income (家庭经济来源)",
    "民发〔2016〕42号 annex 1",
    ("wages", "打工收入", "wages", "务工", "打工"),
    ("farming", "种养殖业", "farming", "种植", "养殖", "务农"),
    ("support", "政府救助", "public support", "低保"),
    ("relatives", "亲朋接济", "help from relatives and friends"),
    ("other", "其他", "other"),
)

FACET = _list(
    "facet of the child (档案六方面)",
    "seed report 2",
    ("character", "性格", "character"),
    ("interests", "兴趣", "interests"),
    ("study", "学习", "study"),
    ("thinking", "思想", "thinking"),
    ("psychology", "心理", "state of mind"),
    ("morals", "品格", "conduct"),
)

SURVEY_STATE = _list(
    "how things are in a survey domain",
    "seed report 7: 学习 生活 心理 安全 健康",
    ("good", "良好", "good", "好"),
    ("some", "有些困难", "some difficulty", "一般"),
    ("help", "需要帮助", "needs help", "差"),
)

GROWTH_KIND = _list(
    "kind of growth entry (成长记录)",
    "seed reports 5 and 6: growth diary, categories of the growth file",
    ("diary", "成长日记", "diary", "日记"),
    ("study", "学习", "study"),
    ("activity", "活动", "activity"),
    ("conduct", "日常行为", "conduct", "行为"),
    ("emotion", "情感表现", "feelings", "情感"),
    ("award", "获奖", "award", "奖励"),
    ("works", "作品", "works"),
)

VISIBLE_TO = _list(
    "who reads an entry",
    "the registry's own",
    ("keepers", "只给村里和学校的档案管理人看", "only those who keep the archive"),
    ("mentors", "帮扶人也能看", "mentors too"),
)

MARK = _list(
    "mark (等级)",
    "school reports in grades, not in points",
    ("A", "优秀", "excellent", "优"),
    ("B", "良好", "good", "良"),
    ("C", "合格", "pass", "中", "及格"),
    ("D", "待合格", "not yet a pass", "差", "不合格", "不及格"),
)

GRADE = _list(
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

BOARDING = _list(
    "boarding (就读方式)",
    "学籍 collection standard",
    ("1", "走读", "day pupil", "否", "非寄宿", "非寄宿生"),
    ("2", "住校", "boarder", "是", "寄宿", "寄宿生", "住宿"),
)

EXIT_REASON = _list(
    "exit reason (退出原因)",
    "civil-affairs record, 退出信息",
    ("returned", "父母返乡", "parents came back"),
    ("joined", "随父母外出", "left with the parents"),
    ("aged", "年满十八周岁", "turned 18", "年满18周岁"),
    ("moved", "迁出本地", "moved away"),
    ("graduated", "毕业离校", "graduated"),
    ("died", "死亡", "died"),
    ("error", "误建档案", "opened by mistake"),
    ("duplicate", "重复建档", "opened twice"),
    ("other", "其他", "other"),
)

HANDOVER_REASON = _list(
    "why an archive goes to another office",
    "local list",
    ("transfer", "转学", "changed school"),
    ("moved", "搬家", "moved house"),
    ("graduated", "升学", "went on to the next school"),
    ("carer", "更换照护人", "another carer"),
    ("other", "其他", "other"),
)

HANDOVER_STATE = _list(
    "what became of a hand-over",
    "local list",
    ("waiting", "等待答复", "waits for an answer"),
    ("accepted", "已接收", "accepted"),
    ("returned", "已退回", "returned"),
    ("withdrawn", "已撤回", "withdrawn"),
)

EMERGENCY = _list(
    "why an archive of another office must be opened at once",
    "未成年人保护法 art. 11; 强制报告九部门意见",
    ("danger", "孩子正处于危险中", "the child is in danger"),
    ("found", "孩子走失或独自流落", "the child is lost or alone"),
    ("injured", "孩子受伤或急病", "the child is hurt or ill"),
    ("nobody", "家中无人照料", "nobody at home cares for the child"),
    ("disaster", "灾害或事故", "a disaster or an accident"),
)

PROMOTION_OUTCOME = _list(
    "what became of a pupil when the classes went up",
    "local list",
    ("up", "升级", "one grade up"),
    ("repeats", "留级", "repeats the grade"),
    ("leaves", "离校", "leaves the school"),
    ("moves", "转往下一所学校", "goes on to the next school"),
    ("graduates", "毕业，关闭档案", "graduates, archive closed"),
)

# --- The adults -----------------------------------------------------------------------------------------------------

RELATION = _list(
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

CARER_KIND = _list(
    "kind of carer (照护人类别)",
    "grouping of GB/T 4761 used by the summary tables",
    ("paternal", "祖父母", "paternal grandparents"),
    ("maternal", "外祖父母", "maternal grandparents"),
    ("grandparents", "祖父母或外祖父母（未分）", "grandparents, not said which"),
    ("relative", "其他亲属", "other relatives"),
    ("unrelated", "非亲属", "not related"),
    ("none", "无委托照护人", "nobody entrusted"),
)

SITUATION = _list(
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

ENTRUSTMENT_REASON = _list(
    "reason of entrusted care (委托照料原因)",
    "civil-affairs record, 委托照料人",
    ("both", "父母双方同时外出", "both parents away"),
    ("one", "一方外出另一方无监护能力", "one away, the other unable to care"),
    ("unable", "父母双方无监护能力", "both unable to care"),
)

CARER_EXCLUSION = _list(
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

GUARDIANSHIP = _list(
    "guardianship (监护情况)",
    "民发〔2016〕42号 annex 1",
    ("good", "较好", "good", "好", "良好"),
    ("fair", "一般", "fair"),
    ("poor", "差", "poor", "较差"),
)

ATTACHMENT_KIND = _list(
    "kind of picture in an archive (附件类别)",
    "未成年人保护法 art. 22, 23; civil-affairs record, attachments",
    ("photo", "照片", "photograph"),
    ("agreement", "委托照护协议扫描件", "scanned agreement"),
    ("notice", "书面告知扫描件", "scanned notice"),
    ("document", "证件材料", "document"),
    ("work", "儿童作品", "the child's work"),
    ("other", "其他", "other"),
)

DECLARATION = _list(
    "declared left-behind (是否留守儿童)",
    "学籍 collection standard: labels, not numbers, because systems number them differently",
    ("0", "非留守儿童", "not left behind", "非留守", "否", "不是", "无", "×", "x"),
    ("1", "单亲留守儿童", "one parent away", "单亲留守", "单亲"),
    ("2", "双亲留守儿童", "both parents away", "双亲留守", "双亲"),
    ("9", "留守儿童", "left behind, one or both not said", "是", "√", "留守", "y", "yes"),
)

# --- The work -------------------------------------------------------------------------------------------------------

CONTACT_KIND = _list(
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

COUNTERPART = _list(
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

TOPIC = _list(
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

CONCERN = _list(
    "concern level (四色)",
    "county practice: 绿 黄 橙 红",
    ("none", "正常", "nothing unusual"),
    ("watch", "需要关注", "keep an eye on"),
    ("help", "需要帮助", "needs help"),
    ("urgent", "紧急", "urgent"),
)

MENTOR_KIND = _list(
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

PAIRING_END = _list(
    "why a pairing ended",
    "结对帮扶",
    ("term", "结对期满", "term over"),
    ("mentor", "帮扶人变动", "the mentor changed"),
    ("child", "儿童离开", "the child left"),
    ("closed", "档案关闭", "the archive was closed"),
    ("other", "其他", "other"),
)

UNIT = _list(
    "unit of a figure (计量单位)",
    "the seed reports: 人, 人次, 次 and 对 are different counts",
    ("people", "人", "people"),
    ("person_times", "人次", "contacts with a person"),
    ("times", "次", "times"),
    ("pairs", "对", "pairs"),
    ("schools", "所", "schools"),
    ("archives", "份", "archives"),
)

REVEAL_REASON = _list(
    "why a masked value is shown in full",
    "未成年人网络保护条例 art. 36: each access has a purpose and is recorded",
    ("contact", "联系家长或照护人", "to reach a parent or carer"),
    ("visit", "上门走访", "to visit the home"),
    ("verify", "核对信息", "to check what is recorded"),
    ("form", "填表、办手续", "to fill in a form"),
    ("danger", "孩子有危险", "a child is in danger"),
    ("other", "其他", "other"),
)

LOOK = _list(
    "what was done with an archive, as the audit trail calls it",
    "未成年人网络保护条例 art. 36",
    ("child.viewed", "打开档案", "opened the archive"),
    ("child.printed", "打印", "printed a paper"),
    ("child.printed_in_full", "打印完整信息", "printed a paper with telephones and addresses"),
    ("child.exported", "导出档案", "exported the archive"),
    ("request.copied", "提供档案副本", "gave a copy to the family"),
    ("field.revealed", "查看完整信息", "saw a value in full"),
    ("field.reveal_refused", "查看次数过多，已拒绝", "asked too often and was refused"),
    ("field.write_refused", "无权修改，已拒绝", "tried to change without the right"),
)

# --- Rights of the child and the parents --------------------------------------------------------------------------------

LEGAL_BASIS = _list(
    "on what ground information is handled",
    "个人信息保护法 art. 13, 28, 31",
    ("duty", "法定职责", "duty by law"),
    ("consent", "监护人同意", "consent of a guardian"),
    ("emergency", "紧急情况", "emergency"),
)
CONSENT_PURPOSE = _list(
    "what a family is told of, or asked about",
    "个人信息保护法 art. 17, 23, 25, 29, 31; 儿童个人信息网络保护规定 art. 9, 10",
    ("notice", "告知信息处理规则", "told of the rules"),
    ("donors", "向捐赠人提供信息", "passing on to donors"),
    ("media", "向媒体提供信息", "passing on to the press"),
    ("volunteers", "向志愿者、社会组织提供信息", "passing on to volunteers and charities"),
    ("photo", "公开照片、影像", "publishing photographs"),
    ("psychological", "心理健康测评", "psychological screening"),
)
CONSENT_ANSWER = _list(
    "what the family said",
    "个人信息保护法 art. 14, 15",
    ("told", "已告知", "was told"),
    ("agreed", "同意", "agrees"),
    ("refused", "不同意", "does not agree"),
)
CONSENT_WAY = _list(
    "how a family was told or asked",
    "儿童个人信息网络保护规定 art. 9",
    ("paper", "书面签字", "signed on paper"),
    ("person", "当面口头", "in person"),
    ("phone", "电话", "by telephone"),
    ("message", "微信、短信", "by message"),
)
RIGHTS_KIND = _list(
    "what a family may ask for",
    "个人信息保护法 art. 44–47; 未成年人网络保护条例 art. 34",
    ("view", "查阅", "to see it"),
    ("copy", "复制", "a copy"),
    ("correct", "更正、补充", "to correct or complete it"),
    ("erase", "删除", "to erase it"),
)
IDENTITY_CHECK = _list(
    "how it was made sure who asks",
    "个人信息保护法 art. 50",
    ("id_card", "核对身份证", "identity card seen"),
    ("booklet", "核对户口簿", "household register seen"),
    ("known", "工作人员认识本人", "known in person"),
    ("call_back", "回拨登记电话", "called back at the number on record"),
    ("letter", "核对委托书", "letter of authority seen"),
)
RIGHTS_DECISION = _list(
    "what was decided about a request",
    "未成年人网络保护条例 art. 34: a refusal is in writing and says why",
    ("granted", "同意", "granted"),
    ("partly", "部分同意", "granted in part"),
    ("refused", "不同意", "refused"),
)
ERASURE_REASON = _list(
    "why an archive is erased",
    "个人信息保护法 art. 47; 儿童个人信息网络保护规定 art. 20",
    ("request", "监护人或儿童要求", "asked for by the family"),
    ("mistake", "建档有误", "opened by mistake"),
    ("unlawful", "收集或处理违法", "collected or handled against the law"),
    ("over", "目的已实现、期限已满", "no longer needed"),
)
HOLD_REASON = _list(
    "why nothing of an archive may be removed",
    "个人信息保护法 art. 47: the time of keeping by another law is not over",
    ("court", "诉讼、仲裁", "before a court"),
    ("police", "公安、检察办案", "inquiry of police or prosecutors"),
    ("harm", "侵害未成年人案件", "a case of harm to the child"),
    ("supervision", "纪检、审计检查", "inspection or audit"),
)

# --- The office -------------------------------------------------------------------------------------------------------

ORGANIZATION_KIND = _list(
    "kind of organization",
    "the offices that share the registry",
    ("province", "省", "province"),
    ("city", "市", "city"),
    ("county", "县（区）", "county"),
    ("district", "片区", "school district"),
    ("town", "乡镇（街道）", "town"),
    ("village", "村（居）委会", "village"),
    ("school", "学校", "school"),
    ("kindergarten", "幼儿园", "kindergarten"),
    ("bureau", "局（台）", "bureau"),
    ("federation", "妇联", "women's federation"),
    ("committee", "关工委", "care committee"),
    ("enterprise", "企业", "enterprise"),
    ("garrison", "驻军", "garrison"),
    ("volunteers", "志愿服务队", "volunteer team"),
)
SCHOOL_KINDS = ("school", "kindergarten")

AUDIT_NOUN = _list(
    "what an event of the audit trail is about",
    "the first word of its action",
    ("absence", "外出务工", "absence"),
    ("attachment", "照片与扫描件", "photograph or scan"),
    ("care", "委托照护", "entrusted care"),
    ("child", "儿童档案", "archive"),
    ("consent", "告知与同意", "notice and consent"),
    ("children", "多份儿童档案", "archives"),
    ("contact", "联系记录", "contact"),
    ("contact_rule", "联系规则", "contact rule"),
    ("contactrule", "联系规则", "contact rule"),
    ("erasure", "删除儿童档案", "erasure of an archive"),
    ("export", "导出申请", "request for a file"),
    ("field", "隐藏的信息", "masked value"),
    ("file", "文件", "file"),
    ("hold", "暂停删除", "hold on removal"),
    ("columns", "名单显示列", "columns of the list"),
    ("filter", "常用筛选", "saved filter"),
    ("import", "花名册", "roster"),
    ("keys", "密钥", "keys"),
    ("mentor", "帮扶人", "mentor"),
    ("office", "单位", "office"),
    ("organization", "单位", "organization"),
    ("page", "页面", "page"),
    ("pairing", "结对", "pairing"),
    ("posting", "岗位", "posting"),
    ("pupilcount", "学生人数", "pupil count"),
    ("relative", "亲属", "relative"),
    ("request", "查阅复制更正删除申请", "request of a family"),
    ("retention", "保存期限", "time of keeping"),
    ("scope", "查看范围", "scope"),
    ("situation", "监护能力", "situation"),
    ("trail", "操作记录", "audit trail"),
    ("disability", "残疾情况", "disability"),
    ("facet", "六方面记录", "facet of the child"),
    ("growthentry", "成长记录", "growth entry"),
    ("guardianshiprating", "监护评估", "guardianship rating"),
    ("hardship", "困境情况", "difficulty"),
    ("healthcheck", "体检", "health check"),
    ("illness", "患病情况", "illness"),
    ("livelihood", "家庭经济来源", "source of income"),
    ("need", "需求", "need"),
    ("relief", "救助帮扶", "public support"),
    ("schooling", "就学情况", "schooling"),
    ("survey", "摸底调查", "survey"),
    ("termrecord", "学期情况", "term record"),
    ("user", "账号", "account"),
    ("duplicate", "疑似重复档案", "possible duplicate"),
    ("emergency", "紧急查阅", "access in an emergency"),
    ("handover", "转出转入", "hand-over"),
    ("merge", "档案合并", "merge"),
    ("promotion", "班级升级", "promotion of classes"),
)
AUDIT_VERB = _list(
    "what was done",
    "the second word of the action",
    ("added", "添加", "added"),
    ("amended", "修改", "amended"),
    ("answered", "答复", "answered"),
    ("applied", "到期清理", "applied"),
    ("archived", "归档移出", "archived"),
    ("asked", "提出", "asked for"),
    ("approved", "批准", "approved"),
    ("began", "开始", "began"),
    ("changed", "修改", "changed"),
    ("chosen", "选定", "chosen"),
    ("closed", "关闭", "closed"),
    ("columns_chosen", "选定各列", "columns chosen"),
    ("confirmed", "确认导入", "confirmed"),
    ("copied", "提供副本", "copy given"),
    ("created", "新建", "created"),
    ("decided", "认定重复", "duplicates decided"),
    ("deleted", "删除", "deleted"),
    ("discarded", "放弃", "discarded"),
    ("done", "完成", "done"),
    ("ended", "结束", "ended"),
    ("enlisted", "登记", "enlisted"),
    ("enrolled", "登记学校", "enrolled"),
    ("entrusted", "委托", "entrusted"),
    ("everyone", "全部儿童", "everyone"),
    ("expired", "过期", "expired"),
    ("failed", "生成失败", "could not be made"),
    ("fetch_refused", "拒绝下载", "download refused"),
    ("granted", "授予", "granted"),
    ("imported", "导入", "imported"),
    ("left", "导出", "left the registry"),
    ("lifted", "解除", "lifted"),
    ("linked", "关联", "linked"),
    ("locked_out", "登录被锁定", "locked out"),
    ("logged", "记录", "logged"),
    ("opened", "建立", "opened"),
    ("password_changed", "修改密码", "password changed"),
    ("password_reset", "发出新密码条", "given a new first password"),
    ("placed", "设定", "placed"),
    ("proposed", "提出", "proposed"),
    ("prepared", "生成文件", "made"),
    ("print_refused", "打印过多，已拒绝", "printed too much, refused"),
    ("printed", "打印", "printed"),
    ("printed_in_full", "打印完整信息", "printed in full"),
    ("recorded", "记录", "recorded"),
    ("removed", "删除", "removed"),
    ("recovery_codes_made", "更换备用码", "recovery codes made"),
    ("refused", "被拒绝", "refused"),
    ("released", "放行", "released"),
    ("reopened", "重新打开", "reopened"),
    ("reveal_refused", "查看次数过多，已拒绝", "asked too often, refused"),
    ("revealed", "查看完整信息", "shown in full"),
    ("rotated", "更换", "replaced"),
    ("saved", "保存", "saved"),
    ("searched", "按号码查找", "searched by number"),
    ("second_factor_failed", "验证码错误", "wrong code"),
    ("second_factor_removed", "取消两步验证", "second factor removed"),
    ("second_factor_set_up", "设置两步验证", "second factor set up"),
    ("second_factor_shown", "通过两步验证", "second factor shown"),
    ("sessions_ended", "结束登录", "sign-ins ended"),
    ("set", "设定", "set"),
    ("settled", "登记住址", "settled"),
    ("sign_in_failed", "登录失败", "sign-in failed"),
    ("sign_in_refused", "登录被拒绝", "sign-in refused"),
    ("signed_in", "登录", "signed in"),
    ("signed_out", "退出", "signed out"),
    ("undone", "撤销", "taken back"),
    ("viewed", "查看", "viewed"),
    ("withdrawn", "撤回", "withdrawn"),
    ("write_refused", "无权修改，已拒绝", "change without the right, refused"),
    ("accepted", "接收", "accepted"),
    ("claimed", "认领", "claimed"),
    ("kept_apart", "确认不是同一人", "two children"),
    ("made", "办理", "carried out"),
    ("returned", "退回", "returned"),
)


def action_words(action: str) -> str:
    """An action of the audit trail in words.

    >>> action_words("child.opened")
    '儿童档案：建立'
    """
    noun, _dot, verb = action.partition(".")
    return f"{AUDIT_NOUN.label(noun)}{'：' if _in_chinese() else ': '}{AUDIT_VERB.label(verb)}"


PROVINCE = _list(
    "province",
    "GB/T 2260",
    ("11", "北京市", "Beijing", "北京"), ("12", "天津市", "Tianjin", "天津"), ("13", "河北省", "Hebei", "河北"),
    ("14", "山西省", "Shanxi", "山西"), ("15", "内蒙古自治区", "Inner Mongolia", "内蒙古"),
    ("21", "辽宁省", "Liaoning", "辽宁"), ("22", "吉林省", "Jilin", "吉林"), ("23", "黑龙江省", "Heilongjiang", "黑龙江"),
    ("31", "上海市", "Shanghai", "上海"), ("32", "江苏省", "Jiangsu", "江苏"), ("33", "浙江省", "Zhejiang", "浙江"),
    ("34", "安徽省", "Anhui", "安徽"), ("35", "福建省", "Fujian", "福建"), ("36", "江西省", "Jiangxi", "江西"),
    ("37", "山东省", "Shandong", "山东"), ("41", "河南省", "Henan", "河南"), ("42", "湖北省", "Hubei", "湖北"),
    ("43", "湖南省", "Hunan", "湖南"), ("44", "广东省", "Guangdong", "广东"), ("45", "广西壮族自治区", "Guangxi", "广西"),
    ("46", "海南省", "Hainan", "海南"), ("50", "重庆市", "Chongqing", "重庆"), ("51", "四川省", "Sichuan", "四川"),
    ("52", "贵州省", "Guizhou", "贵州"), ("53", "云南省", "Yunnan", "云南"), ("54", "西藏自治区", "Tibet", "西藏"),
    ("61", "陕西省", "Shaanxi", "陕西"), ("62", "甘肃省", "Gansu", "甘肃"), ("63", "青海省", "Qinghai", "青海"),
    ("64", "宁夏回族自治区", "Ningxia", "宁夏"), ("65", "新疆维吾尔自治区", "Xinjiang", "新疆"),
    ("71", "台湾省", "Taiwan", "台湾"), ("81", "香港特别行政区", "Hong Kong", "香港"),
    ("82", "澳门特别行政区", "Macao", "澳门"), ("99", "境外", "abroad", "国外"),
)  # fmt: skip

_PROVINCE_PREFIXES = tuple((word, entry.code) for entry in PROVINCE for word in (entry.zh, *entry.also))


def province_of(place: str) -> str:
    """The GB/T 2260 code of the province a written place begins with, or the empty code.

    >>> province_of("江苏省苏州市"), province_of("广东东莞"), province_of("外地")
    ('32', '44', '')
    """
    place = place.strip()
    return next((code for word, code in _PROVINCE_PREFIXES if place.startswith(word)), "")
