"""What can be wrong with a row, in the words the person reads. A problem is kept by its key and column, and put into
words when it is shown, so that the page, the returned workbook and the command line say the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from caseworks.exchange.layout import letters

REFUSED, DECIDE, WARNING = "refused", "decide", "warning"

# key → (how grave, words). Refused: the row stays out. Decide: it stays out until somebody says. Warning: it goes in
# when somebody has said that they read it.
WORDS: dict[str, tuple[str, Any]] = {
    "no_name": (REFUSED, _("There is no name.")),
    "name_none": (REFUSED, _("“%(value)s” is no name. Write the child's name as in the household register.")),
    "name_several": (REFUSED, _("“%(value)s” are several names. Give each child a row of its own.")),
    "name_lost": (WARNING, _("A character of the name “%(value)s” was lost. Type the name again.")),
    "adult_none": (WARNING, _("“%(value)s” is no name and is left out. Write the person's name.")),
    "adult_several": (WARNING, _("“%(value)s” are several names and are left out. Write one person only.")),
    "name_formula": (REFUSED, _("A name cannot begin with “%(value)s”; this looks like a formula.")),
    "formula": (REFUSED, _("The cell holds a formula. Paste it as a value.")),
    "too_long": (REFUSED, _("The cell has %(length)s characters; at most %(limit)s are kept.")),
    "merged": (REFUSED, _("The row is part of the merged cells %(range)s. Take the merge apart and fill each row.")),
    "id_number_cell": (
        REFUSED,
        _("The cell is a number, so its last three digits are lost. Make the column text and type the ID number again."),
    ),
    "id_scientific": (
        REFUSED,
        _("“%(value)s” has lost its last digits. Make the column text and type the ID number again."),
    ),
    "id_shape": (REFUSED, _("“%(value)s” is not an ID number: it must have 18 characters, this has %(length)s.")),
    "id_date": (REFUSED, _("The birth date inside the ID number “%(value)s” does not exist.")),
    "id_check": (
        WARNING,
        _("The last character of ID number “%(value)s” does not fit the others. It is kept as “to be verified”."),
    ),
    "id_masked": (
        REFUSED,
        _("The ID number “%(value)s” is masked. Export the roster in full, or type the number."),
    ),
    "id_other": (WARNING, _("“%(kind)s” is not a resident ID card; its number “%(value)s” is kept unchecked.")),
    "id_missing": (WARNING, _("There is no ID number. The child is found again by name, birth date and village.")),
    "no_birth": (REFUSED, _("There is neither a date of birth nor an ID number to take it from.")),
    "no_such_date": (REFUSED, _("The date “%(value)s” does not exist.")),
    "no_date": (REFUSED, _("“%(value)s” cannot be read as a date. Write it as 20150131 or 2015-01-31.")),
    "month_only": (WARNING, _("“%(value)s” names no day; the 1st of the month is taken.")),
    "born_serial": (WARNING, _("The number %(value)s is read as the Excel date %(date)s. Please check.")),
    "born_differs": (
        WARNING,
        _("Birth date %(value)s does not fit the ID number, which says %(number)s. %(kept)s is taken."),
    ),
    "sex_differs": (WARNING, _("Sex “%(value)s” does not fit the ID number, which says %(number)s. %(kept)s is taken.")),
    "born_later": (REFUSED, _("The date of birth %(date)s is after the roster's date.")),
    "born_early": (
        REFUSED,
        _("The date of birth %(date)s cannot be a child's. Write the child's own, as 20150131 or 2015-01-31."),
    ),
    "grown_up": (WARNING, _("The child was already 18 on the roster's date.")),
    "twice": (REFUSED, _("The same ID number stands in row %(row)s of sheet %(sheet)s, which goes in first.")),
    "twice_named": (
        REFUSED,
        _("The same name, birth date and village stand in row %(row)s of sheet %(sheet)s, which goes in first."),
    ),
    "word": (WARNING, _("“%(value)s” is not a word of this column and is left out. Write one of: %(known)s.")),
    "alone": (WARNING, _("“%(value)s” is left out, because the row does not say what it belongs to.")),
    "adult_number": (WARNING, _("“%(value)s” is not an ID number and is left out; it must have 18 characters.")),
    "no_year": (WARNING, _("“%(value)s” is no date of birth and is left out. Write 1962 or 19620315.")),
    "no_number": (WARNING, _("“%(value)s” is no amount and is left out. Write whole yuan, such as 30000.")),
    "no_day": (WARNING, _("“%(value)s” cannot be read as a date and is left out. Write it as 2015-01-31.")),
    "day_later": (WARNING, _("%(date)s is after the roster's date and is left out.")),
    "term_order": (WARNING, _("The term ends on %(date)s, before the care began; it is left out.")),
    "phone": (WARNING, _("“%(value)s” cannot be dialled: wrong number of digits.")),
    "phones": (WARNING, _("“%(value)s” holds several numbers; the first is kept.")),
    "other_school": (REFUSED, _("The roster says school “%(value)s”, which is not yours (%(own)s).")),
    "outside": (
        REFUSED,
        _("Neither the school nor the village was found in %(own)s, so nobody there could open the archive."),
    ),
    "school_unknown": (WARNING, _("School “%(value)s” is not in %(own)s; no enrolment is recorded.")),
    "village_unknown": (WARNING, _("No village of the county was recognised in “%(value)s”; no residence is recorded.")),
    "village_several": (WARNING, _("“%(value)s” fits several villages (%(names)s); no residence is recorded.")),
    "relation": (WARNING, _("Relation “%(value)s” is not known; “other relative” is taken.")),
    "relation_missing": (WARNING, _("The relation to the child is missing; “other relative” is taken.")),
    "nobody": (WARNING, _("There is no name, so this is left out: “%(value)s”.")),
    "elsewhere": (WARNING, _("The same parent works at “%(other)s” according to row %(row)s, which is taken.")),
    "not_yours": (
        REFUSED,
        _("No archive can be opened with this ID number. Ask the administrator above you to check it."),
    ),
    "name_differs": (WARNING, _("The archive with this ID number is called “%(name)s”; the name is changed.")),
    "parent_differs": (WARNING, _("The archive names “%(name)s”; it is not changed. Please check in the archive.")),
    "newer": (WARNING, _("The archive has a later entry (%(date)s) than the roster's date; it is not changed.")),
    "possible": (
        DECIDE,
        _("There is already an archive with this name, birth date and village (%(hint)s). Is it the same child?"),
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong in a row, in a column of its sheet (None: the row as a whole)."""

    key: str
    column: int | None = None
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def gravity(self) -> str:
        return WORDS[self.key][0]

    @property
    def words(self) -> str:
        """What is wrong, without the place."""
        return str(WORDS[self.key][1]) % self.facts

    def kept(self) -> list[Any]:
        """As it is stored with the staged row."""
        return [self.key, self.column, self.facts]


def place(sheet: str, row: int, column: int | None, headings: Sequence[str]) -> str:
    """Sheet, row, column letter and heading, as a person looks them up in Excel."""
    if column is None:
        return gettext("Sheet “%(sheet)s”, row %(row)s") % {"sheet": sheet, "row": row}
    return gettext("Sheet “%(sheet)s”, row %(row)s, column %(column)s (%(heading)s)") % {
        "sheet": sheet,
        "row": row,
        "column": letters(column),
        "heading": headings[column] if column < len(headings) else "",
    }
