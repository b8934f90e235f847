"""Which checks of an archive (guardians/gaps) a row of a roster would raise, and in which column that is mended.

Asked are only rows that go in, of what they make: a new archive as a whole, an archive that was there only about what the
row changes. What is merely missing is said where the sheet has a column for it: a ledger without a column for health is
not told 384 times that health is missing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from caseworks import codelists
from caseworks.codelists import PARENTS
from caseworks.exchange.archives import Archive
from caseworks.exchange.facts import Facts
from caseworks.exchange.family import FamilyPlan
from caseworks.exchange.problems import Problem
from caseworks.exchange.work import Change
from guardians.gaps import CHECKS, Severity
from guardians.gaps.hand import HAND, Adult, Care, Picture

_CARER = ("carer.name", "carer.name_phone")
_PLACE = (".place", ".employer")
_PHONE = (".phone", ".name_phone")
_WHERE = ("village", "address")
_OF_PARENTS = ("father", "mother", "member1", "member2")

# check → the fields it is about (with a dot: of the adult it is about), and what the person who sends rosters is told
ABOUT: dict[str, tuple[tuple[str, ...], Any]] = {
    "unattended": ((*_CARER, *_PLACE), _("Under 8, no parent can care, and no carer is named. Fill in who cares.")),
    "alone": ((*_CARER, *_PLACE), _("Under 16, no parent can care, and no carer is named. Fill in who cares.")),
    "no_carer": ((*_CARER, *_PLACE), _("No parent can care, and no carer is named. Fill in who cares.")),
    "carer_minor": (("carer.born", "carer.name"), _("The carer is under 18. Check the birth, or name an adult.")),
    "carer_old": (("carer.born", "carer.name"), _("The carer is over 75. Check the birth, and whether the care is enough.")),
    "dropout": (("schooling",), _("The child has dropped out of school. Tell the school and the township at once.")),
    "carer_away": ((".place", "carer.name"), _("The carer is away too. Name whoever really cares.")),
    "carer_unable": ((".situation", "carer.name"), _("The carer cannot care or is dead. Name whoever really cares.")),
    "dead_away": (_PLACE, _("The %(who)s is recorded as dead and yet away. Correct one of the two.")),
    "schooling": (("schooling", "school"), _("The child is said not to be at school and yet has one. Correct one.")),
    "needless": ((*_CARER, *_PLACE), _("A carer is named though no parent is away. Fill in who is away, or clear the carer.")),
    "term_over": (("care_term",), _("The term of the care is over. Fill in the new term, or who cares now.")),
    "no_carer_phone": (("carer.phone", "carer.name_phone", ".phone"), _("The carer has no phone. Fill it in.")),
    "carer_age": (("carer.born", ".born"), _("The carer has no date or year of birth. Fill it in.")),
    "no_agreement": (("agreement",), _("There is no agreement on the care. Fill in the day it was signed.")),
    "school_not_told": (("school_told",), _("The school was not told in writing. Fill in the day.")),
    "village_not_told": (("village_told",), _("The village was not told in writing. Fill in the day.")),
    "no_parent": (("father.name", "father.name_phone", "member1.name"), _("No parent is named. Fill in father and mother.")),
    "no_father": (("father.name", "father.name_phone", "member1.name"), _("Nothing is said about the father. Fill in his name.")),
    "no_mother": (("mother.name", "mother.name_phone", "member2.name"), _("Nothing is said about the mother. Fill in her name.")),
    "no_phone": (_PHONE, _("Neither parent has a phone. Fill in one.")),
    "no_place": (_PLACE, _("The %(who)s is away, but not where. Write province and city.")),
    "no_since": ((".since",), _("The %(who)s is away, but not since when. Write the month.")),
    "only_declared": ((*_PLACE, "declaration"), _("Left behind is ticked, but not who is away. Write where the parents work.")),
    "unregistered": (("registered", "registration"), _("The child has no household registration. Help the family to register it.")),
    "no_registration": (("registration",), _("The household registration is missing. Fill it in.")),
    "no_village": (_WHERE, _("There is no village. Write the village before the group and the house.")),
    "no_school": (("school", "school_class", "schooling"), _("Of school age, yet no school. Fill in the school, or why there is none.")),
    "no_grade": (("grade", "school_class"), _("The grade is missing. Fill it in.")),
    "no_health": (("health",), _("The health is missing. Fill it in.")),
    "no_level": (("disability_level", "disability"), _("The kind or level of the disability is missing. Fill it in from the certificate.")),
    "not_rated": (("guardianship",), _("A parent is away, and the guardianship is not rated. Write 较好, 一般 or 差.")),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Lack:
    """A check a row would raise: at which column (None: none of the sheet's), and about which relative (their relation)."""

    check: str
    column: int | None
    relation: str = ""

    @property
    def words(self) -> str:
        """What is missing or wrong, and what to do."""
        return str(ABOUT[self.check][1]) % {"who": codelists.RELATION.label(self.relation) if self.relation else ""}


def to_text(lacks: Sequence[Lack]) -> str:
    """As it is kept with the staged row, so that rows with a check are found by ` key@`."""
    return "".join(f" {lack.check}@{'' if lack.column is None else lack.column}@{lack.relation}" for lack in lacks)


def of_text(text: str) -> list[Lack]:
    """What such a text says."""
    parts = (word.split("@") for word in text.split())
    return [Lack(check, int(column) if column else None, relation) for check, column, relation in parts]


def count(text: str, counts: Counter[str]) -> None:
    """Add a row to the counts of a batch: `lacking` rows, and ` key` rows for each check."""
    if text:
        counts["lacking"] += 1
        for check in {word.partition("@")[0] for word in text.split()}:
            counts[f"lacking {check}"] += 1


class Asking:
    """Asks the checks of the rows of one sheet."""

    def __init__(self, keys: Sequence[str], on: date) -> None:
        self.on = on
        self.columns = {key: column for column, key in enumerate(keys) if key}
        self.asked = [
            (key, condition)
            for key, condition in HAND.items()
            if CHECKS[key].severity is not Severity.MISSING
            or self._column(ABOUT[key][0], (*_OF_PARENTS, "carer")) is not None
        ]

    def _column(self, fields: Sequence[str], people: Collection[str]) -> int | None:
        """The column of the first of the fields that the sheet has."""
        for name in fields:
            names = [f"{who}{name}" for who in people] if name.startswith(".") else [name]
            for each in names:
                if each in self.columns:
                    return self.columns[each]
        return None

    def lacks(
        self,
        facts: Facts,
        archive: Archive | None,
        family: FamilyPlan,
        changes: Sequence[Change],
        problems: Sequence[Problem],
    ) -> list[Lack]:
        """What the archive would lack after the row, as far as the row is the reason."""
        picture = _picture(facts, archive, family)
        changed = {key for key, *_sides in changes} if archive is not None else None
        if changed is not None:
            changed |= {f".{key.partition('.')[2]}" for key in changed if "." in key}
        said_already = {problem.column for problem in problems}
        found = []
        for key, condition in self.asked:
            fields = ABOUT[key][0]
            if changed is not None and changed.isdisjoint(fields):
                continue
            about = condition(picture, self.on)
            if not about:
                continue
            adult = about if isinstance(about, Adult) else None
            column = self._column(fields, (adult.key,) if adult is not None and adult.key else _OF_PARENTS)
            if column is None and CHECKS[key].severity is Severity.MISSING:
                continue
            if column is None or column not in said_already:
                found.append(Lack(key, column, adult.relation if adult else ""))
        return found


def _picture(facts: Facts, archive: Archive | None, family: FamilyPlan) -> Picture:
    """The archive as it will be."""
    said = facts.child.get
    child = archive.child if archive else None
    enrolment, declaration = (archive.enrolment, archive.declaration) if archive else (None, None)
    adults = [
        Adult(
            relation, adult.born_on, adult.born_year, bool(adult.phone), adult.away, adult.place, adult.since_known,
            adult.situations, adult.id in family.carers, who,
        )
        for relation, adult, who in family.kin()
    ]  # fmt: skip
    stated = {each.table: each.rows for each in facts.stated}
    outranked = facts.outranked if facts.declaration else bool(declaration and declaration.outranked)
    declared = facts.declaration or (declaration.value if declaration else "")
    picture = Picture(
        born_on=said("born_on") or child.born_on,  # type: ignore[union-attr]
        registration=said("registration") or (child.registration if child else ""),
        health=said("health") or (child.health if child else ""),
        has_village=facts.village is not None or bool(archive and archive.residence),
        at_school=facts.school is not None or enrolment is not None,
        grade=facts.enrolment.get("grade") or (enrolment.grade if enrolment else ""),
        adults=adults,
        cares=[Care(**family.papers)] if family.carers else [],
        declared="" if outranked else declared,
        ever_declared=declared in {"1", "2", "9"} and not outranked,
        absence_recorded=any(adult.away and adult.relation in PARENTS for adult in adults) if child is None else None,
    )
    if child is not None:
        picture.stated = picture.levels = picture.rated = None
    if "schooling" in stated:
        picture.stated = stated["schooling"][0]["kind"] if stated["schooling"] else ""
    if "disability" in stated:
        picture.levels = tuple(row["level"] for row in stated["disability"])
    if "rating" in stated:
        picture.rated = True
    return picture
