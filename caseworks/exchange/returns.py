"""What goes back to whoever sent a roster: the rows that stayed out with the reason, and an empty template."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, Any

from caseworks.downloads import CSV, XLSX
from caseworks.exchange import plan, problems, returned
from caseworks.exchange.layout import text
from caseworks.exchange.models import ImportBatch, RosterFrame, StagedRow
from caseworks.exchange.problems import Problem
from caseworks.exchange.returned import Returned, ReturnedSheet
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


def kind_of(batch: ImportBatch) -> str:
    """How the rows of a batch come back: "xlsx" or "csv" in the file they came in, "" in a plain workbook."""
    frame = RosterFrame.objects.filter(batch=batch).first()
    return frame.content.get("kind", "") if frame else ""


def rows_that_stay_out(batch: ImportBatch, stamp: Stamp | None = None) -> tuple[IO[bytes], str, str]:
    """The rows that stay out, in the file they came in: its sheets, title rows, headings, widths and looks; behind each row
    the reason and its old number, and marked the cells that have a problem. With the kind of file and its ending.

    A CSV file comes back as CSV in its own encoding. An old xls, an ods, or a workbook whose parts cannot be made out,
    comes back as a plain workbook whose cells are all text, so that Excel shortens no ID number. It can be corrected and
    sent again: the two added columns mean nothing to the import.
    """
    frame = RosterFrame.objects.filter(batch=batch).first()
    kept = frame.content if frame else {}
    out = staying_out(batch)
    with_rows = set(out.order_by().values_list("sheet", flat=True).distinct())
    known = range(len(batch.layout.get("sheets", ())))
    numbers = [number for number in known if number in with_rows] or list(known[:1])
    sheets = (
        ReturnedSheet(batch.sheet_name(number), _own(batch.headings(number)), _rows(batch, out.filter(sheet=number)))
        for number in numbers
    )
    if kept.get("kind") == "csv":
        return returned.csv_file(kept, next(sheets)), CSV, ".csv"
    if kept.get("kind") == "xlsx":
        return returned.book(kept, sheets, stamp), XLSX, ".xlsx"
    return _plain_book(sheets, stamp), XLSX, ".xlsx"


def _own(headings: list[str]) -> list[str]:
    """The headings of a sheet before reasons were added to it: a file that came back before is not added to again."""
    added = ["".join(word.split()) for word in returned.reason_headings()]
    return headings[: -len(added)] if headings[-len(added) :] == added else headings


def frame_request(sheets: list[dict[str, Any]]) -> dict[str, list[int]]:
    """What the frame of a file is asked for (frames.py): its sheets with a roster, their heading rows and columns. {} if it can have
    none."""
    names = [sheet["name"] for sheet in sheets]
    if len(set(names)) < len(names):  # several rosters on one sheet, each with headings of its own
        return {}
    return {
        sheet["name"]: [sheet["first_heading_row"], sheet["heading_row"], len(_own(sheet["headings"]))]
        for sheet in sheets
    }


def _rows(batch: ImportBatch, rows: Any) -> Iterator[Returned]:
    for row in rows.iterator():
        marked = frozenset(problem.column for problem in found(row))
        yield Returned(row.cells, "\n".join(lines(batch, row)), row.number, marked)


def _plain_book(sheets: Iterator[ReturnedSheet], stamp: Stamp | None) -> IO[bytes]:
    reason, number = returned.reason_headings()
    added = [Column(reason, returned.REASON_WIDTH), Column(number, returned.NUMBER_WIDTH)]

    def lines_of(sheet: ReturnedSheet) -> Iterator[list[Any]]:
        for row in sheet.rows:
            yield [*returned.filled([text(cell) for cell in row.cells], sheet.columns), row.reason, row.number]

    return write_book(
        (Sheet(sheet.name, [*map(_column, sheet.headings), *added], lines_of(sheet)) for sheet in sheets), stamp=stamp
    )


def _column(heading: str) -> Column:
    return Column(heading, 20 if "证" in heading or "址" in heading else 12)


def template() -> IO[bytes]:
    """An empty roster with our headings, every column text, so that Excel shortens no ID number."""
    return write_sheet("儿童名册", list(map(_column, TEMPLATE)), [])
