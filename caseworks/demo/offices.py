"""The offices of the demo: a county with a school district and a town beside it, a city with a bureau, a third county."""

from __future__ import annotations

from dataclasses import dataclass

from caseworks.models import Organization
from children.names import sort_key

VILLAGES_OF_A_TOWN = 16
# 津南片区: seven towns; the first village of the first town is the caseworker's
TOWNS = "柏树 永丰 龙潭 太和 金竹 三江 朝阳".split()
VILLAGES = (
    "双龙 石桥 大湾 柳林 桃园 新桥 红旗 团结 胜利 光明 和平 前进 东风 星火 古井 黄桷 青杠 竹林 松坪 梨园 茶园 水口 河坝 高坎 长岭 土桥 "
    "石坝 龙洞 马鞍 牛角 凤凰 鹤林 白鹭 燕子 鱼塘 荷花 莲池 兰草 菊花 梅子 杏花 李子 枣树 核桃 板栗 枫香 樟木 楠木 柏杨 银杏 紫荆 金银 "
    "铜鼓 铁炉 瓦窑 碗厂 纸坊 油坊 酒坊 磨盘 碾子 天星 月亮 太阳 云峰 雾山 雪岭 霜叶 露水 春华 秋实 夏溪 冬青 东升 西岭 南坪 北坡 中坝 "
    "上坪 下坝 左湾 右坡 前锋 后坝 万寿 长寿 福寿 吉祥 如意 平安 富强 文明 民主 友谊 幸福 安康 顺利 仁义 礼让 智慧 信义 忠孝 廉泉 宝塔 "
    "观音 文昌 武圣 石笋 石鼓 石龙 双河 双江"
).split()
SHIMEN_VILLAGES = "石门 双凤 青溪 龙井 白沙 桂花".split()


def pinyin(name: str) -> str:
    """The reading of a name as one word, for a code: 双龙 → shuanglong."""
    return sort_key(name).replace(" ", "")


def office(code: str, kind: str, name: str, parent: Organization | None = None, *, gb_code: str = "") -> Organization:
    """Make one office."""
    return Organization.objects.create(code=code, kind=kind, name=name, parent=parent, gb_code=gb_code)


@dataclass
class Town:
    """A town of the district, with what stands in it. `secondary` is the school after the sixth grade."""

    office: Organization
    villages: list[Organization]
    kindergartens: list[Organization]
    primaries: list[Organization]
    secondary: Organization

    @property
    def schools(self) -> list[Organization]:
        """All of them, kindergartens included."""
        return [*self.kindergartens, *self.primaries, self.secondary]


@dataclass
class District:
    """津南片区: 31 schools and kindergartens in seven towns. `upper` is the one school that goes on to grade 12."""

    county: Organization
    office: Organization
    towns: list[Town]
    upper: Organization

    @property
    def schools(self) -> list[Organization]:
        return [school for town in self.towns for school in town.schools]


def make_district() -> District:
    """江津区 with the district 津南片区 and, beside it, the town 石门镇, in which there is no child yet."""
    county = office("jiangjin", "county", "江津区", gb_code="500116000000")
    district = office("jinnan", "district", "津南片区", county)
    towns = [_town(number, name, district) for number, name in enumerate(TOWNS)]
    shimen = office("shimen", "town", "石门镇", county, gb_code="500116130000")
    for name in SHIMEN_VILLAGES:
        code = "shimen-village" if name == "石门" else pinyin(name)
        office(code, "village", f"{name}村", shimen)
    office("shimen-school", "school", "石门镇中心小学", shimen)
    office("baisha-school", "school", "白沙小学", shimen)
    upper = next(town.secondary for town in towns if town.secondary.code == "jinnan-school")
    return District(county, district, towns, upper)


def _town(number: int, name: str, district: Organization) -> Town:
    code = pinyin(name)
    town = office(code, "town", f"{name}镇", district, gb_code=f"5001162{number}0000")
    first = number * VILLAGES_OF_A_TOWN
    names = VILLAGES[first : first + VILLAGES_OF_A_TOWN]
    villages = [
        office(pinyin(village), "village", f"{village}村", town, gb_code=f"5001162{number}0{200 + order}")
        for order, village in enumerate(names)
    ]
    kindergartens = [office(f"{code}-kindergarten", "kindergarten", f"{name}镇中心幼儿园", town)]
    if number < 3:  # ten kindergartens in all
        kindergartens.append(office(f"{code}-tongle", "kindergarten", f"{name}镇童乐幼儿园", town))
    primaries = [
        office(f"{code}-primary", "school", f"{name}镇中心小学", town),
        office(f"{pinyin(names[0])}-primary", "school", f"{names[0]}小学", town),
    ]
    if name == "龙潭":
        secondary = office("jinnan-school", "school", "津南中学", town)
    else:
        secondary = office(f"{code}-junior", "school", f"{name}初级中学", town)
    return Town(town, villages, kindergartens, primaries, secondary)


@dataclass
class Bureau:
    """枝江市广播电视局, and the town where the children live whom its staff look after."""

    office: Organization
    villages: list[Organization]
    school: Organization


def make_bureau() -> Bureau:
    """枝江市: the bureau, the town 七星台镇 with its two villages, and their school."""
    city = office("zhijiang", "county", "枝江市", gb_code="420583000000")
    bureau = office("broadcast", "bureau", "枝江市广播电视局", city)
    town = office("qixingtai", "town", "七星台镇", city, gb_code="420583103000")
    villages = [office("dongjiawan", "village", "董家湾村", town), office("xiaojiashan", "village", "肖家山村", town)]
    return Bureau(bureau, villages, office("qixingtai-school", "school", "七星台镇中心小学", town))


@dataclass
class Elsewhere:
    """A third county, which the people of the other two must never see."""

    county: Organization
    village: Organization
    school: Organization


def make_elsewhere() -> Elsewhere:
    """云阳县: one village, one school."""
    county = office("yunyang", "county", "云阳县", gb_code="500235000000")
    town = office("pingan-town", "town", "平安镇", county)
    village = office("yunyang-village", "village", "长塘村", town)
    return Elsewhere(county, village, office("yunyang-school", "school", "平安镇小学", town))
