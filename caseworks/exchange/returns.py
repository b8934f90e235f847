"""What goes back to whoever sent a roster: the rows that stayed out with the reason, and an empty template."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, Any

from django.utils.translation import gettext as _

from caseworks.exchange import plan, problems
from caseworks.exchange.layout import text
from caseworks.exchange.models import ImportBatch, StagedRow
from caseworks.exchange.problems import Problem
from caseworks.sheets import Column, Sheet, write_book, write_sheet
from caseworks.stamps import Stamp

# Our own headings, in the order of the school roll; each is found by columns.match.
TEMPLATE = (
    "姓名 性别 出生日期 身份证件号 民族 健康状况 残疾类型 残疾等级 患病类型 户口所在地 户口性质 就学情况 学校名称 年级 班级 班内学号 入学年月 "
    "就读方式 村 现住址 是否独生子女 是否孤儿 是否留守儿童 父亲姓名 父亲出生日期 父亲联系电话 父亲务工地点 父亲外出时间 父亲工作单位 "
    "母亲姓名 母亲出生日期 母亲联系电话 母亲务工地点 母亲外出时间 母亲工作单位 祖父姓名 祖父出生日期 祖母姓名 祖母出生日期 外祖父姓名 "
    "外祖父出生日期 外祖母姓名 外祖母出生日期 监护人姓名 监护人与儿童关系 监护人联系电话 监护人出生日期 委托照护原因 委托期限 监护情况 "
    "家庭经济来源 救助帮扶 困境类别 备注"
).split()


def found(row: StagedRow) -> list[Problem]:
    """The problems of a staged row."""
    return [Problem(key, column, facts) for key, column, facts in row.problems]


def lines(batch: ImportBatch, row: StagedRow) -> Iterator[str]:
    """Each problem of a row with its place: sheet, row, column and heading, and what is wrong."""
    for problem in found(row):
        where = problems.place(batch.sheet_name(row.sheet), row.number, problem.column, batch.headings(row.sheet))
        yield f"{where}: {problem.words}"


def staying_out(batch: ImportBatch) -> Any:
    """The rows of a batch that stay out, in the order of the file."""
    return batch.rows.filter(verdict__in=[problems.REFUSED, plan.UNDECIDED]).order_by("position")


def rows_that_stay_out(batch: ImportBatch, stamp: Stamp | None = None) -> IO[bytes]:
    """A workbook of the rows that stay out: the sheets of the file under their names, the columns in their order, and in
    front of each row the reason and its old number. A CSV file comes back as a workbook too, whose cells are all text, so
    that Excel shortens no ID number.

    It can be corrected and sent again: the two added columns mean nothing to the import.
    """
    out = staying_out(batch)
    with_rows = set(out.order_by().values_list("sheet", flat=True).distinct())
    known = range(len(batch.layout.get("sheets", ())))
    sheets = [number for number in known if number in with_rows] or list(known[:1])
    if not sheets:
        return write_sheet(_("Why it stayed out"), _columns([]), [], stamp=stamp)
    found = (
        Sheet(batch.sheet_name(number), _columns(batch.headings(number)), _rows(batch, out.filter(sheet=number)))
        for number in sheets
    )
    return write_book(found, stamp=stamp)


def _columns(headings: list[str]) -> list[Column]:
    return [Column(_("Why it stayed out"), 60), Column(_("Old row"), 8), *map(_column, headings)]


def _column(heading: str) -> Column:
    return Column(heading, 20 if "证" in heading or "址" in heading else 12)


def _rows(batch: ImportBatch, rows: Any) -> Iterator[list[Any]]:
    for row in rows.iterator():
        yield ["\n".join(lines(batch, row)), row.number, *map(text, row.cells)]


def template() -> IO[bytes]:
    """An empty roster with our headings, every column text, so that Excel shortens no ID number."""
    return write_sheet("儿童名册", list(map(_column, TEMPLATE)), [])
