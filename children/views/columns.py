"""The columns of the children list: a person chooses which to see, and the export shows the same ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from caseworks.models import Posting, User
from caseworks.privacy import May, masked, may
from children.models import Child, ChosenColumns
from children.views.lines import Line
from guardians.definitions import Definition


@dataclass(frozen=True)
class Cell:
    """What stands in one place of the table: the words, how they look, and the heading a phone repeats beside them."""

    text: Any
    column: ListColumn
    label: str
    tag: str = ""
    quiet: bool = False
    more: str = ""


@dataclass(frozen=True)
class ListColumn:
    """A column: its key, its heading, its width in a sheet, what it shows of a child, and by which key it sorts.

    `fact` gives the value for the sheet. `missing` is said on the page where there is none; `place` is a class of the
    style sheet. `field` is the archive's own field it shows, where not everybody may see that. `needs` names what must be read for it besides the child (children/views/lines.py).
    """

    key: str
    label: Any
    width: int
    fact: Callable[[Line], Any]
    missing: Any = ""
    sort: str = ""
    place: str = ""
    needs: str = ""
    field: str = ""

    def cell(self, line: Line, heading: str) -> Cell:
        """The place of this column in the line of a child."""
        value = self.fact(line)
        if self.key == "left_behind":
            words, tag = (gettext("left behind"), "tag-amber") if value else (gettext("not left behind"), "tag-grey")
            return Cell(words, self, heading, tag=tag)
        if value in (None, ""):
            tag = "tag-grey" if self.key == "contact" else ""
            return Cell(self.missing, self, heading, tag=tag, quiet=not tag)
        more = line.carer_is if self.key == "carer" else ""
        return Cell(value.isoformat() if isinstance(value, date) else value, self, heading, more=more)


def _school(line: Line) -> str:
    return line.enrolment.school.name if line.enrolment else ""


def _grade(line: Line) -> str:
    return line.enrolment.get_grade_display() if line.enrolment and line.enrolment.grade else ""


_NOT_ON_RECORD = _("not on record")
COLUMNS: dict[str, ListColumn] = {
    column.key: column
    for column in (
        ListColumn("code", _("Archive code"), 13, lambda line: line.child.code),
        ListColumn("sex", _("Sex"), 6, lambda line: line.child.get_sex_display(), place="beside"),
        ListColumn("age", _("Age"), 6, lambda line: line.age, sort="age", place="num beside"),
        ListColumn("born_on", _("Date of birth"), 12, lambda line: line.child.born_on, sort="age"),
        ListColumn(
            "id_number", _("ID number"), 21, lambda line: masked(line.child, "id_number"), _("not collected"),
            field="id_number",
        ),
        ListColumn("school", _("School"), 20, _school, _NOT_ON_RECORD, "school", needs="enrolment"),
        ListColumn("grade", _("Grade"), 9, _grade, "", "school", needs="enrolment"),
        ListColumn(
            "class", _("Class"), 8, lambda line: line.enrolment.class_name if line.enrolment else "", "",
            "school", needs="enrolment",
        ),
        ListColumn(
            "boarding", _("Boarding"), 9,
            lambda line: line.enrolment.get_boarding_display() if line.enrolment and line.enrolment.boarding else "",
            _("not collected"), needs="enrolment",
        ),
        ListColumn(
            "village", _("Village"), 14, lambda line: line.residence.village.name if line.residence else "",
            _NOT_ON_RECORD, "village", needs="residence",
        ),
        ListColumn(
            "left_behind", _("Left behind"), 14, lambda line: line.left_behind, place="beside last", needs="standing"
        ),
        ListColumn("away", _("Who is away"), 22, lambda line: line.away_in_words, _("nobody away"), needs="away"),
        ListColumn(
            "carer", _("Carer"), 10, lambda line: line.care.relative.name if line.care else "", _("nobody entrusted"),
            needs="care",
        ),
        ListColumn("mentor", _("Mentor"), 12, lambda line: line.mentors, _("no mentor"), needs="mentors"),
        ListColumn(
            "contact", _("Last contact"), 12, lambda line: line.last_contact, _("never"), "contact", needs="contacts"
        ),
        ListColumn("opened_on", _("Archive opened on"), 12, lambda line: line.child.opened_on),
    )
}  # fmt: skip
# the list without a choice, and the sheet, which has room for more
USUAL = ("sex", "age", "school", "grade", "class", "village", "left_behind", "carer", "contact")
USUAL_IN_SHEETS = ("code", "sex", "age", "id_number", "school", "grade", "class", "village", "left_behind", "carer", "contact")  # fmt: skip


def chosen_by(user: User) -> tuple[str, ...]:
    """The keys of the columns a person chose; empty if they never chose. What a choice no longer knows is passed over."""
    row = ChosenColumns.objects.filter(user=user).first()
    return tuple(key for key in row.columns if key in COLUMNS) if row else ()


def offered_to(posting: Posting) -> list[ListColumn]:
    """The columns this post may look at."""
    return [
        column
        for column in COLUMNS.values()
        if not column.field or may(Child, column.field, posting) is not May.NOTHING
    ]


def of(keys: Sequence[str], posting: Posting) -> list[ListColumn]:
    """The columns of these keys that the post may look at, in the order of the table."""
    return [column for column in offered_to(posting) if column.key in keys]


def words(column: ListColumn, used: Definition) -> str:
    """The heading of a column."""
    if column.key == "left_behind":
        return gettext("Left behind (%(definition)s)") % {"definition": used.name}
    return str(column.label)
