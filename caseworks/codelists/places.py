"""Words about offices and areas."""

from caseworks.codelists.lists import code_list

ORGANIZATION_KIND = code_list(
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

PROVINCE = code_list(
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
