"""The words the demo is made of: names, places, employers, what was noted after a contact."""

from __future__ import annotations

import random

from caseworks.identity import ALPHABET

SURNAMES = (
    "王李张刘陈杨赵黄周吴" * 4
    + "徐孙胡朱高林何郭马罗" * 2
    + "梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶余"
    "潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文单解仇"
)
DOUBLE_SURNAMES = ("欧阳", "上官")
BOYS = "浩宇轩杰涛俊豪鹏博文泽阳子辰明睿晨皓凯航峰旭飞龙志强嘉乐天佑思源家兴铭诚林森海川安康宏远"
GIRLS = "雨欣怡婷雪梦琪思雅静佳颖慧玲芳晓燕丽娜萱涵诗语若曦紫悦欢月心洁蕊梅兰春秋香凤瑶琳可馨依诺"
MEN = ("建国 建军 志强 国强 大勇 永福 光明 德华 小平 勇 军 强 刚 斌 林 海 波 涛 健 成 华 东 文 武 超 云飞 世兵 明富 "
       "长贵 兴旺 远志 家福 正华 维林 天云 开明 绍辉 泽友 元江 启明").split()  # fmt: skip
WOMEN = ("秀英 秀梅 桂芳 玉兰 春梅 小红 小琴 丽华 艳 敏 静 芳 燕 霞 娟 玲 红 梅 群 英 素华 晓兰 冬梅 建琼 世芬 明秀 "
         "永珍 光碧 德琼 长英 兴碧 远芳 家琴 正秀 维琼 天芬 开秀 绍容 泽碧 元秀").split()  # fmt: skip
OLD_MEN = "德福 顺清 兴发 长林 明贵 永安 光荣 世富 正清 天禄 元和 国清 大发 树林 海山 文才 志高 有田 万福 安民".split()
OLD_WOMEN = (
    "桂英 素珍 秀兰 玉珍 淑华 德碧 长秀 明芬 永碧 光秀 世珍 正芳 天秀 元碧 国芬 大秀 树芳 海英 文珍 有秀".split()
)

# where people go, to the city, and how often: the coast first, then the cities nearby
CITIES = (
    ("广东省东莞市", 14), ("广东省深圳市", 12), ("广东省广州市", 8), ("广东省佛山市", 6), ("广东省中山市", 4),
    ("浙江省宁波市", 6), ("浙江省温州市", 5), ("浙江省杭州市", 5), ("浙江省金华市", 4), ("福建省泉州市", 5),
    ("福建省厦门市", 3), ("江苏省苏州市", 5), ("江苏省无锡市", 3), ("上海市松江区", 4), ("北京市通州区", 3),
    ("重庆市渝北区", 6), ("重庆市九龙坡区", 4), ("四川省成都市", 4), ("贵州省贵阳市", 2), ("云南省昆明市", 3),
    ("湖北省武汉市", 2), ("新疆维吾尔自治区乌鲁木齐市", 2), ("西藏自治区拉萨市", 1), ("境外", 1),
)  # fmt: skip
CITY_NAMES, CITY_WEIGHTS = zip(*CITIES, strict=True)
EMPLOYERS = (
    "电子厂 服装厂 鞋厂 家具厂 玩具厂 五金厂 建筑工地 装修队 快递站 餐馆 物流公司 汽车配件厂 家政公司 养殖场 出租车公司 菜市场摊位"
).split()

NOTES = {
    "home": ("家中整洁，孩子在做作业，奶奶身体尚可。", "与照护人谈了防溺水和用电安全。", "查看了孩子的作业，数学需要辅导。",
             "照护人说孩子近来常玩手机，已约定每天不超过半小时。", "屋后堡坎有裂缝，已告知村里处理。", "孩子想念父母，约好周末视频通话。"),
    "call": ("父亲说春节回来，每周给孩子打电话。", "母亲换了工厂，留下了新的联系电话。", "通报了孩子的期中成绩。",
             "提醒家长每周至少与孩子通话一次。", "了解了孩子在校情况，老师说进步明显。"),
    "video": ("孩子与母亲视频二十分钟，情绪很好。", "父亲在视频里检查了孩子的字。", "约定每周六晚上视频。"),
    "talk": ("谈了与同学的关系，孩子愿意多说了。", "孩子想参加篮球队，鼓励其报名。", "谈了上课注意力的问题，约定坐到前排。",
             "性格有些内向，下次继续聊。"),
    "letter": ("指导孩子给父母写了一封信。", "收到父亲回信，孩子很高兴。"),
    "tutoring": ("辅导了数学应用题。", "听写生字，错三个，已订正。"),
    "company": ("一起打乒乓球，谈了假期打算。", "陪孩子在村里图书室看书。"),
    "service": ("带孩子去卫生院补种疫苗。", "送去换季衣物。"),
    "missed": ("家中无人，邻居说赶场去了。", "电话无人接听。", "电话已停机，向照护人再要号码。"),
}  # fmt: skip


def code(rng: random.Random) -> str:
    """A code as `random_code` makes it, but the same in every demo."""
    return "".join(rng.choices(ALPHABET, k=10))


def surname(rng: random.Random) -> str:
    """A surname, as often as it is borne; one in two hundred has two characters."""
    return rng.choice(DOUBLE_SURNAMES) if rng.random() < 0.005 else rng.choice(SURNAMES)


def child_name(rng: random.Random, family: str, sex: str) -> str:
    """A name for a child of today: one or two characters after the surname."""
    letters = BOYS if sex == "1" else GIRLS
    first = rng.choice(letters)
    if rng.random() < 0.15:
        return family + first
    return family + first + rng.choice(letters.replace(first, ""))


def adult_name(rng: random.Random, family: str, sex: str, *, old: bool = False) -> str:
    """A name of the parents' or the grandparents' generation."""
    if old:
        return family + rng.choice(OLD_MEN if sex == "1" else OLD_WOMEN)
    return family + rng.choice(MEN if sex == "1" else WOMEN)


def phone(rng: random.Random) -> str:
    """A mobile number that rings nowhere: no operator has 154."""
    return f"154{rng.randrange(10**8):08d}"


def city(rng: random.Random) -> str:
    """A place of work, to the city."""
    return rng.choices(CITY_NAMES, CITY_WEIGHTS)[0]


def note(rng: random.Random, kind: str) -> str:
    """What somebody wrote after a contact; four in ten write nothing."""
    return rng.choice(NOTES[kind]) if kind in NOTES and rng.random() < 0.6 else ""
