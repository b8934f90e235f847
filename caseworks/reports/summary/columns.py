"""What each column of the two summaries counts, and which columns must be equal to which.

Of the 32 columns, 1 to 18 and 30 to 32 follow from the registration form and the printed equalities. **The reading of 19
to 29 is ours until an office confirms it**: no copy of the form with its headings was found. It is the reading that fits
the equalities and the blocks of the form; to correct it, change the lines here and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from caseworks.codelists import RELIEF, SCHOOLING
from caseworks.models import in_force
from caseworks.reports.indicators import STOCK, Indicator, Slice
from caseworks.reports.splits import BLANK, NO, YES
from caseworks.reports.summary.splits import ALL, PLACES
from caseworks.scoped import subquery
from children.models import Relief

OFFICIAL, NATIONAL = "official", "national"
CHILDREN = "summary"  # the figure that is split


@dataclass(frozen=True)
class Column:
    """One column: the heading over it and its own, the slice of the children it counts, and of which figure. `share` shows
    it as a share of the total, `ours` marks a reading that no office has confirmed."""

    group: str
    heading: str
    slice: Slice = field(default_factory=dict)
    figure: str = CHILDREN
    share: bool = False
    ours: bool = False


@dataclass(frozen=True)
class Equality:
    """Columns, by their numbers, that must add up to the same; `missing` are the children who keep them from it."""

    left: tuple[int, ...]
    right: tuple[int, ...]
    missing: Slice

    @property
    def words(self) -> str:
        """As the form prints it: 1=2+5+8."""
        return "=".join("+".join(str(number) for number in side) for side in (self.left, self.right))


def _cells(group: str, split: str, *cells: tuple[str, str], ours: bool = False, **more: str) -> list[Column]:
    """A column for each cell of a split."""
    narrowed = {key: (cell,) for key, cell in more.items()}
    return [Column(group, heading, {**narrowed, split: tuple(cell.split())}, ours=ours) for cell, heading in cells]


def _ages(*bands: str) -> list[Column]:
    found = []
    for band in bands:
        found.append(Column(f"{band} 周岁", "小计", {"band": (band,)}))
        found += _cells(f"{band} 周岁", "sex", ("1", "男"), ("2", "女"), band=band)
    return found


_RATED = (("good", "较好"), ("fair", "一般"), ("poor", "差"))
_SCHOOLING = tuple((entry.code, entry.zh) for entry in SCHOOLING)

# 农村留守儿童花名册, its summary: the number of a column is its place here
THIRTY_TWO: tuple[Column, ...] = (
    Column("", "合计"),
    *_ages("0-5", "6-13", "14-16"),
    *_cells("就学情况", "schooling", *_SCHOOLING),
    *_cells("外出情况", "absent", (YES, "父母双方同时外出"), (NO, "一方外出另一方无监护能力"), ours=True),
    *_cells(
        "就学与寄宿", "stage", ("before", "学龄前"), ("senior", "高中、中职"), ("out", "辍学、不在学"),
        ("boards", "义务教育寄宿"), ("day", "义务教育走读"), ours=True,
    ),
    *_cells(
        "实际照护人", "care", ("grandparents", "祖父母、外祖父母"), ("others", "亲戚朋友"), ("parent", "无监护能力的父或母"),
        ("nobody", "无委托照料人"), ours=True,
    ),
    *_cells("监护情况", "guardianship", *_RATED),
)  # fmt: skip


def _whole(first: int, last: int, split: str) -> Equality:
    return Equality((1,), tuple(range(first, last + 1)), {split: (BLANK,)})


EQUALITIES = (
    Equality((1,), (2, 5, 8), {"band": (BLANK,)}),
    _whole(11, 18, "schooling"),
    _whole(19, 20, "absent"),
    _whole(21, 25, "stage"),
    _whole(26, 29, "care"),
    _whole(30, 32, "guardianship"),
    Equality((2,), (3, 4), {"band": ("0-5",), "sex": (BLANK,)}),
    Equality((5,), (6, 7), {"band": ("6-13",), "sex": (BLANK,)}),
    Equality((8,), (9, 10), {"band": ("14-16",), "sex": (BLANK,)}),
    Equality((13, 14), (24, 25), {"schooling": ("primary", "junior"), "stage": (BLANK,)}),
)

_BLANK = (BLANK, "未采集")


def relief_figure(code: str) -> str:
    """The key of the figure of a kind of support."""
    return f"summary_{code}"


# 农村留守儿童基本情况排查汇总表: 未采集 takes up what is blank, so it always foots
BY_AREA: tuple[Column, ...] = (
    Column("", "数量"),
    Column("", "占总统计量%", share=True),
    *_ages("0-5", "6-13", "14-16"),
    *_cells("年龄段", "band", _BLANK),
    *_cells(
        "教育情况", "schooling", ("before", "学龄前"), ("kindergarten", "幼儿园"), ("primary", "小学"), ("junior", "初中"),
        ("senior", "高中"), ("vocational", "中专及以上"), ("dropout out", "其他"), _BLANK,
    ),
    *_cells("户籍", "registration", ("1", "农村居民"), ("2", "城镇居民"), ("3 9", "其他"), _BLANK),
    *_cells(
        "健康状况", "health", ("10", "健康"), ("20", "一般或较弱"), ("60", "重病"), ("30", "慢性病"), ("50", "残疾"),
        ("40 90", "其他"), _BLANK,
    ),
    *_cells("寄宿情况", "boarding", ("2", "寄宿生"), ("1", "非寄宿生"), _BLANK),
    *_cells(
        "委托照料原因", "reason", ("both", "父母双方同时外出"), ("one", "一方外出另一方无监护能力"),
        ("unable", "父母双方无监护能力"), _BLANK,
    ),
    *_cells(
        "实际监护", "care", ("grandparents", "祖父母、外祖父母"), (f"others {BLANK}", "亲戚朋友"),
        ("parent nobody", "无委托照料人"),
    ),
    *_cells("监护情况", "guardianship", *_RATED, _BLANK),
    *(Column("救助措施", entry.zh, figure=relief_figure(entry.code)) for entry in RELIEF),
)  # fmt: skip

# columns, by their places from 0, that must add up to 数量: shown to whoever doubts it, and a test
FOOTINGS: tuple[str, ...] = (
    "年龄段", "教育情况", "户籍", "健康状况", "寄宿情况", "委托照料原因", "实际监护", "监护情况",
)  # fmt: skip

NOTES = {
    OFFICIAL: (
        "第19至29栏的含义是本系统按勾稽关系和登记表推定的，尚未经民政部门确认；栏目不符时请先与上级核对。",
        "周岁按截止日期计算，各年龄段含下限；没有登记就学情况的，不满三周岁按未入园计，其余需先采集。",
        "没有登记委托照护的，父母双方外出计入无委托照料人，一方外出另一方无监护能力计入无监护能力的父或母。",
    ),
    NATIONAL: (
        "年龄段按截止日期的周岁计算；“未采集”指出生日期不在以上各段的儿童。",
        "学龄前指登记为未入园的儿童，以及没有登记就学情况且不满三周岁的儿童。",
        "教育情况“其他”指辍学和不在学；“未采集”指没有登记就学情况的儿童。",
        "户籍“其他”指无户口和其他户口；“未采集”指没有登记户口性质的儿童。",
        "健康状况“其他”指生理缺陷和其他；“未采集”指没有登记健康状况的儿童。",
        "寄宿情况“未采集”指没有登记就读方式的儿童，包括不在校的儿童。",
        "委托照料原因“未采集”指没有登记委托照护或没有写明原因的儿童。",
        "实际监护按登记的委托照护人统计；“无委托照料人”指没有登记委托照护人的儿童，“亲戚朋友”含关系未写明的照护人。",
        "监护情况“未采集”指没有评定的儿童；救助措施可以多项，各项之和不等于数量，“无”指登记为没有救助的儿童。",
    ),
}


def _with(code: str) -> Any:
    def find(question: Any) -> Any:
        held = subquery(Relief).filter(in_force(question.last), kind=code, child=OuterRef("pk"))
        return question.left_behind().filter(Exists(held))

    return find


_WORDS = _("Left-behind children of the office at the cut-off, as the summary counts them; each child once.")
FIGURES: dict[str, Indicator] = {
    CHILDREN: Indicator(
        CHILDREN, _("left-behind children"), "people", STOCK, _WORDS, lambda question: question.left_behind(), ALL
    ),
    **{
        relief_figure(entry.code): Indicator(
            relief_figure(entry.code), entry.zh, "people", STOCK, _WORDS, _with(entry.code), tuple(PLACES.values())
        )
        for entry in RELIEF
    },
}
