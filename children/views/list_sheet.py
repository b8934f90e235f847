"""What the children list shows, as a workbook of any length: its columns, read two thousand children at a time in plain
values. A column says the same here and on the page (`tests/children/test_list_sheet.py`)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, partial
from itertools import islice
from typing import IO, Any

from django.core.exceptions import ValidationError
from django.db.models import Max, OuterRef, Subquery
from django.http import QueryDict
from django.utils.translation import gettext as _

from caseworks import codelists
from caseworks.codelists import PARENTS, CodeList
from caseworks.encryption import opener
from caseworks.leaving.recipes import Asked, Plan, Recipe, register
from caseworks.listed import Listed
from caseworks.models import Posting, in_force
from caseworks.plain import Among, Plain, day, plain
from caseworks.privacy import mask
from caseworks.scoped import subquery
from caseworks.sheets import Column, write_sheet
from caseworks.stamps import Stamp
from children import sorting
from children.forms.filters import ChildrenFilter
from children.models import Child, Enrolment, Residence
from children.models.archive import ChildQuerySet
from children.views import columns
from children.views.columns import ListColumn
from guardians.definitions import Definition, definition
from guardians.models import Absence, Entrustment, Kinship
from visits.models import ContactChild, Pairing

CHUNK = 2000
Texts = dict[str, str]


@dataclass(frozen=True)
class Some:
    """Some of the children: the rows of their archives, and what else is recorded of them as far as a column asks. Every
    dictionary is by the key of the child."""

    rows: list[tuple[Any, ...]]
    used: Definition
    on: date

    @cached_property
    def keys(self) -> list[str]:
        return [row[0] for row in self.rows]

    @cached_property
    def these(self) -> Among:
        return Among("child", self.keys)

    @cached_property
    def schools(self) -> dict[str, tuple[str, str, str, str]]:
        """School, grade, class and boarding."""
        rows = Enrolment.objects.filter(in_force(self.on), self.these).order_by("from_on", "id")
        found = rows.values_list(*plain("child", "school__name", "grade", "class_name", "boarding"))
        return {child: (name, grade, group, boarding) for child, name, grade, group, boarding in found}

    @cached_property
    def villages(self) -> Texts:
        rows = Residence.objects.filter(in_force(self.on), self.these).order_by("from_on", "id")
        return dict(rows.values_list(*plain("child", "village__name")))

    @cached_property
    def counted(self) -> set[str]:
        """Those who are left behind by the definition."""
        among = Child.objects.filter(Among("pk", self.keys))
        return {key for (key,) in self.used.children(among, self.on).values_list(Plain("pk"))}

    @cached_property
    def away(self) -> Texts:
        """Which parents are away and where, the father before the mother."""
        rows = Kinship.objects.filter(self.these, relation__in=PARENTS).order_by("relation", "id")
        parents = list(rows.values_list(*plain("child", "relation", "relative")))
        absences = Absence.objects.filter(in_force(self.on), Among("relative", {link[2] for link in parents}))
        where = dict(absences.values_list(*plain("relative", "place")))
        found: Texts = {}
        for child, relation, relative in parents:
            if relative in where:
                words = f"{codelists.RELATION.label(relation)} {where[relative]}".strip()
                found[child] = f"{found[child]}、{words}" if child in found else words
        return found

    @cached_property
    def carers(self) -> dict[str, tuple[str, str]]:
        """Name of the carer, and the code of what they are to the child."""
        link = subquery(Kinship).filter(child=OuterRef("child"), relative=OuterRef("relative"))
        rows = Entrustment.objects.filter(in_force(self.on), self.these).order_by("from_on", "id")
        found = rows.values_list(*plain("child", "relative__name"), Subquery(link.values("relation")[:1]))
        return {child: (name, relation or "") for child, name, relation in found}

    @cached_property
    def mentors(self) -> Texts:
        rows = Pairing.objects.filter(in_force(self.on), self.these).order_by("from_on", "id")
        found: Texts = {}
        for child, name in rows.values_list(*plain("child", "mentor__name")):
            found[child] = f"{found[child]}、{name}" if child in found else name
        return found

    @cached_property
    def contacts(self) -> Texts:
        """The last day on which somebody was reached about the child."""
        rows = ContactChild.objects.filter(self.these, contact__reached=True).values(key=Plain("child"))
        last = rows.annotate(last=Max("contact__held_on")).values_list("key", "last")
        return {key: day(value) for key, value in last}


_ARCHIVE = plain("pk", "code", "name", "sex", "born_on", "id_number", "opened_on")
_NO_SCHOOL, _NO_CARER = ("", "", "", ""), ("", "")


def _ages(some: Some) -> list[int]:
    year, rest = some.on.year, f"{some.on:-%m-%d}"
    born = [day(row[4]) for row in some.rows]
    return [year - int(text[:4]) - (rest < text[4:]) for text in born]


def _numbers(some: Some) -> list[str]:
    opened = opener(Child._meta.get_field("id_number"))
    return [mask("id_number", opened(row[5], row[0])) for row in some.rows]


def _in_words(codes: list[str], words: CodeList, missing: str = "") -> list[str]:
    """The words of codes, each looked up once; `missing` is said of what is not recorded."""
    known = {code: words.label(code) if code else missing for code in set(codes)}
    return [known[code] for code in codes]


def _school(at: int, words: CodeList | None = None) -> Callable[[Some], list[str]]:
    """A column of the school."""

    def said(some: Some) -> list[str]:
        found = [some.schools.get(key, _NO_SCHOOL)[at] for key in some.keys]
        return _in_words(found, words) if words else found

    return said


def _left_behind(some: Some) -> list[str]:
    yes, no = _("Yes"), _("No")
    return [yes if key in some.counted else no for key in some.keys]


# what a column says of each of some children, in their order
SAID: dict[str, Callable[[Some], Sequence[Any]]] = {
    "code": lambda some: [row[1] for row in some.rows],
    "name": lambda some: [row[2] for row in some.rows],
    "sex": lambda some: _in_words([row[3] for row in some.rows], codelists.SEX, codelists.not_collected()),
    "age": _ages,
    "born_on": lambda some: [day(row[4]) for row in some.rows],
    "id_number": _numbers,
    "school": _school(0),
    "grade": _school(1, codelists.GRADE),
    "class": _school(2),
    "boarding": _school(3, codelists.BOARDING),
    "village": lambda some: [some.villages.get(key, "") for key in some.keys],
    "left_behind": _left_behind,
    "away": lambda some: [some.away.get(key, "") for key in some.keys],
    "carer": lambda some: [some.carers.get(key, _NO_CARER)[0] for key in some.keys],
    "carer_is": lambda some: _in_words([some.carers.get(key, _NO_CARER)[1] for key in some.keys], codelists.RELATION),
    "mentor": lambda some: [some.mentors.get(key, "") for key in some.keys],
    "contact": lambda some: [some.contacts.get(key, "") for key in some.keys],
    "opened_on": lambda some: [day(row[6]) for row in some.rows],
}


@register
class ListRecipe(Recipe):
    """What the children list shows: `query` is the list's own address, `columns` are the keys of its columns; with
    `codes`, only these archives."""

    key, what = "children.list", "children.export"

    def plan(self, asked: Asked, posting: Posting, today: date) -> Plan:
        filters = ChildrenFilter(QueryDict(asked.get("query", "")), posting=posting, today=today)
        if not filters.is_valid():
            raise ValidationError(_("The list cannot be read any more. Choose the filters again."))
        found, used, words = filters.children(), filters.used, filters.in_words()
        if "codes" in asked:
            codes = asked["codes"].split(",")
            found, used = Child.objects.filter(code__in=codes).in_name_order(), {"chosen": str(len(codes))}
            words = [_("Chosen one by one in the list.")]
        total = found.count()
        if filters.order and (total <= sorting.MOST_SORTED or not sorting.needs_few(filters.order)):
            found = sorting.in_order(found, filters.order, filters.day)
        shown = columns.of(asked.get("columns", "").split(","), posting)
        name = _("Children %(day)s") % {"day": filters.day.isoformat()}
        listed = Listed()
        write = partial(_book, found, total, shown, filters, words, listed)
        return Plan(f"{name}.xlsx", total, write, filters=used, words=tuple(words), listed=listed)


def _book(
    found: ChildQuerySet,
    total: int,
    shown: Sequence[ListColumn],
    filters: ChildrenFilter,
    words: Sequence[str],
    listed: Listed,
    stamp: Stamp,
) -> IO[bytes]:
    used = definition(filters.cleaned_data["definition"])
    notes = [
        _("%(total)s children as of %(day)s.") % {"total": total, "day": filters.day.isoformat()},
        *words,
        _("Left behind is counted by this definition: %(words)s") % {"words": used.words},
        stamp.line,
    ]
    heads = _heads(shown, used)
    rows = cells(found, list(heads), used, filters.day, listed)
    return write_sheet(_("Children"), list(heads.values()), rows, notes=notes, stamp=stamp)


def _heads(shown: Sequence[ListColumn], used: Definition) -> dict[str, Column]:
    """The columns of the sheet by their keys: the code before the name, the name before the rest, and what the carer is to
    the child beside the carer."""
    found: dict[str, Column] = {}
    for column in shown:
        if column.key != "code":
            found.setdefault("name", Column(_("Name"), 10))
        found[column.key] = Column(columns.words(column, used), column.width)
        if column.key == "carer":
            found["carer_is"] = Column(_("Carer is"), 12)
    found.setdefault("name", Column(_("Name"), 10))
    return found


def cells(
    found: ChildQuerySet, keys: Sequence[str], used: Definition, on: date, listed: Listed
) -> Iterator[tuple[Any, ...]]:
    """The cells of these columns, a row for each child in the order given; who is among them is noted in `listed`."""
    said = [SAID[key] for key in keys]
    rows = found.values_list(*_ARCHIVE).iterator(chunk_size=CHUNK)
    while chunk := list(islice(rows, CHUNK)):
        some = Some(chunk, used, on)
        listed.add(some.keys)
        yield from zip(*(values(some) for values in said), strict=True)
