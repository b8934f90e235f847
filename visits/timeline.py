"""Everything dated in one archive, gathered: the newest first, by year, to be filtered by what it is about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from caseworks import privacy
from caseworks.codelists import RELATION
from caseworks.models import Posting
from children.facts.kinds import KINDS
from children.models import Child, LastingFact, TermRecord
from guardians.models import Absence, Declaration, Kinship, Situation
from visits.models import Contact, ContactChild, Pairing

ABOUT = {
    "school": gettext_lazy("School"),
    "home": gettext_lazy("Residence"),
    "health": gettext_lazy("Health"),
    "family": gettext_lazy("Family and care"),
    "help": gettext_lazy("Difficulties and support"),
    "growth": gettext_lazy("Growth"),
    "work": gettext_lazy("Contacts and mentors"),
    "archive": gettext_lazy("Archive"),
}
_ABOUT_OF_KIND = {
    **dict.fromkeys(("schooling", "term", "boarding"), "school"),
    **dict.fromkeys(("disability", "illness", "check"), "health"),
    "rating": "family",
    **dict.fromkeys(("livelihood", "relief", "hardship", "need"), "help"),
    **dict.fromkeys(("facet", "survey", "growth"), "growth"),
}


@dataclass(frozen=True)
class Moment:
    """One thing that happened on a day: what it is about, in words, and the page that tells more."""

    day: date
    about: str
    words: str
    detail: str = ""
    address: str = ""

    @property
    def about_words(self) -> Any:
        return ABOUT[self.about]


def timeline(child: Child, *, posting: Posting | None, about: str = "") -> list[Moment]:
    """Everything dated about a child, as far as this posting may see it; `about` narrows it to a key of `ABOUT`."""
    sources = {
        "archive": _of_the_archive,
        "school": _of_the_school,
        "home": _of_the_home,
        "family": _of_the_family,
        "work": _of_the_work,
    }
    moments: list[Moment] = []
    for key, source in sources.items():
        if about in ("", key):
            moments += source(child)
    moments += _of_the_facts(child, posting, about)
    return sorted(moments, key=lambda moment: moment.day, reverse=True)


def by_year(moments: Iterable[Moment]) -> list[tuple[int, list[Moment]]]:
    """The same, year by year."""
    return [(year, list(rows)) for year, rows in groupby(moments, key=lambda moment: moment.day.year)]


def _period(
    row: Any, about: str, words: str, ended: str, detail: str = "", *, goes_on: bool = False
) -> Iterator[Moment]:
    """The beginning of a period and its end, unless something of the kind goes on from that day."""
    yield Moment(row.from_on, about, words, detail)
    if row.until_on is not None and not goes_on:
        yield Moment(row.until_on, about, ended, detail)


def _of_the_archive(child: Child) -> Iterator[Moment]:
    yield Moment(child.opened_on, "archive", _("archive opened"))
    if child.closed_on is not None:
        yield Moment(child.closed_on, "archive", _("archive closed"), str(child.get_exit_reason_display()))
    for step in child.age_steps.select_related("done_by"):
        yield Moment(
            step.done_on, "archive", _("done what is asked for at %(age)s") % {"age": step.age}, step.done_by.name
        )
    for row in Declaration.objects.filter(child=child).select_related("organization"):
        words = _("declared: %(value)s") % {"value": row.get_value_display()}
        yield Moment(row.declared_on, "archive", words, str(row.organization))


def _of_the_school(child: Child) -> Iterator[Moment]:
    rows = list(child.enrolments.select_related("school").order_by("from_on", "id"))
    begun, left = {row.from_on for row in rows}, {(row.school_id, row.until_on) for row in rows}
    for row in rows:
        grade = row.get_grade_display() if row.grade else ""
        words = _("moves up or changes class") if (row.school_id, row.from_on) in left else _("goes to school")
        place = f"{row.school} {grade}{row.class_name}"
        yield from _period(row, "school", words, _("leaves"), place, goes_on=row.until_on in begun)


def _of_the_home(child: Child) -> Iterator[Moment]:
    rows = list(child.residences.select_related("village"))
    begun = {row.from_on for row in rows}
    for row in rows:
        goes_on = row.until_on in begun
        yield from _period(row, "home", _("lives in"), _("moves away from"), str(row.village), goes_on=goes_on)


def _of_the_family(child: Child) -> Iterator[Moment]:
    relation = {kinship.relative_id: kinship.relation for kinship in Kinship.objects.filter(child=child)}
    for absence in Absence.objects.filter(relative__in=relation):
        who = {"who": RELATION.label(relation[absence.relative_id])}
        yield from _period(
            absence, "family", _("%(who)s goes away to work") % who, _("%(who)s is back") % who, absence.place
        )
    for situation in Situation.objects.filter(relative__in=relation):
        who = {"who": RELATION.label(relation[situation.relative_id])}
        yield from _period(
            situation,
            "family",
            _("%(who)s cannot care") % who,
            _("%(who)s can care again") % who,
            situation.get_kind_display(),
        )
    for care in child.entrustments.select_related("relative"):
        yield from _period(care, "family", _("entrusted to"), _("no longer entrusted to"), care.relative.name)
        for day, words in (
            (care.child_heard_on, _("child heard about the care")),
            (care.agreement_signed_on, _("agreement on the care signed")),
            (care.school_notified_on, _("school told of the care in writing")),
            (care.village_notified_on, _("village told of the care in writing")),
        ):
            if day is not None:
                yield Moment(day, "family", words)


def _of_the_work(child: Child) -> Iterator[Moment]:
    about = ContactChild.objects.filter(child=child).values("contact")
    for contact in Contact.objects.filter(pk__in=about).select_related("logged_by"):
        words = (
            contact.get_kind_display()
            if contact.reached
            else _("%(how)s, nobody reached") % {"how": contact.get_kind_display()}
        )
        yield Moment(contact.held_on, "work", words, contact.logged_by.name, contact.get_absolute_url())
    for pairing in Pairing.objects.filter(child=child).select_related("mentor"):
        yield from _period(pairing, "work", _("paired with"), _("no longer paired with"), pairing.mentor.name)


def _of_the_facts(child: Child, posting: Posting | None, about: str) -> Iterator[Moment]:
    for key, kind in KINDS.items():
        if about not in ("", _ABOUT_OF_KIND[key]):
            continue
        for row in kind.model._default_manager.filter(child=child):
            row.child = child
            head = row.term_words if isinstance(row, TermRecord) else _words(row, kind.head or kind.always, posting)
            yield Moment(
                row.day,
                _ABOUT_OF_KIND[key],
                str(kind.model._meta.verbose_name),
                head,
                f"{child.get_absolute_url()}#{key}",
            )
            if isinstance(row, LastingFact) and row.until_on is not None:
                words = _("%(what)s has ended") % {"what": kind.model._meta.verbose_name}
                yield Moment(row.until_on, _ABOUT_OF_KIND[key], words, head, f"{child.get_absolute_url()}#{key}")


def _words(row: Model, fields: tuple[str, ...], posting: Posting | None) -> str:
    return " · ".join(
        privacy.visible(row, field, posting) for field in fields if getattr(row, field) not in ("", None, [])
    ).strip(" ·")
