"""How the records behind a figure are split: by sex, age, school, carer, destination …

A split gives every record exactly one value, so its cells always add up to the total; whatever is empty or unknown
falls into the cell 未采集 (*not collected*). The cell a person clicks and the number in it come from the same value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, CharField, Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Cast, Coalesce
from django.utils.translation import gettext_lazy as _

from caseworks import codelists
from caseworks.codelists import FATHERS, PARENTS, CodeList
from caseworks.models import Organization, in_force
from caseworks.reports.question import Question
from caseworks.scoped import subquery
from children.models import ClosedPeriod, Enrolment, PupilCount, Residence
from children.models.archive import years_before
from guardians.models import Absence, Declaration, Entrustment, Kinship, Situation
from visits.models import ContactChild, Pairing

BLANK = "-"  # the cell 未采集, as addresses write it
YES, NO = "yes", "no"
NOT_COLLECTED = _("Not collected")


@dataclass(frozen=True)
class Split:
    """One way to split: its key in addresses, its name, the value of each record, and the cells values fall into.

    `groups` maps each cell to the values it holds, in the order they are printed; `words` are the cells' words. With
    `groups` empty every value is a cell of its own and names an organization by its code. `always` says that the
    listed cells are printed even when they are empty; the cell 未采集 is printed only when something is in it.
    """

    key: str
    name: Any
    value: Callable[[Question], Any]
    groups: Mapping[str, tuple[str, ...]]
    words: Mapping[str, Any]
    always: bool = True
    blank_word: Any = NOT_COLLECTED

    def cell_of(self, value: str) -> str:
        """The cell a value falls into."""
        if not self.groups:
            return value or BLANK
        return next((cell for cell, values in self.groups.items() if value in values), BLANK)

    def keep(self, rows: QuerySet, question: Question, cells: Iterable[str]) -> QuerySet:
        """Those of the records that lie in one of the cells."""
        cells, named = set(cells), f"in_{self.key}"
        values = [value for cell in cells for value in self.groups.get(cell, (cell,))]
        kept = Q(**{f"{named}__in": values})
        if BLANK in cells:
            kept |= Q(**{named: ""}) if not self.groups else ~Q(**{f"{named}__in": sum(self.groups.values(), ())})
        return rows.alias(**{named: self.value(question)}).filter(kept)

    def labels(self, cells: Iterable[str]) -> dict[str, str]:
        """The words of the given cells; a cell that does not exist is missing from the answer."""
        cells = list(cells)
        found = {cell: str(self.words[cell]) for cell in cells if cell in self.words}
        if BLANK in cells:
            found[BLANK] = str(self.blank_word)
        if not self.groups:
            found |= dict(Organization.objects.filter(code__in=cells).values_list("code", "name"))
        return found

    def in_order(self, counts: Mapping[str, int]) -> list[str]:
        """The cells to print: the listed ones in their order (the others by size), then 未采集 if it holds anything."""
        if self.groups:
            cells = [cell for cell in self.groups if self.always or counts.get(cell)]
        else:
            cells = sorted((cell for cell in counts if cell != BLANK), key=lambda cell: (-counts[cell], cell))
        return [*cells, *([BLANK] if counts.get(BLANK) else [])]


def _each(codelist: CodeList) -> dict[str, tuple[str, ...]]:
    """Every code a cell of its own."""
    return {entry.code: (entry.code,) for entry in codelist}


def _coded(key: str, name: Any, codelist: CodeList, field: str, *, always: bool = True) -> Split:
    """A split by a stored code."""
    return Split(
        key,
        name,
        lambda question: F(field),
        _each(codelist),
        dict(codelist.choices()),
        always,
    )


def _either(key: str, name: Any, condition: Callable[[Question], Any], yes: Any, no: Any) -> Split:
    """A split into those for whom a condition holds and the others."""
    return Split(
        key,
        name,
        lambda question: Case(When(condition(question), then=Value(YES)), default=Value(NO), output_field=CharField()),
        {YES: (YES,), NO: (NO,)},
        {YES: yes, NO: no},
    )


# --- Children -----------------------------------------------------------------------------------------------------------

AGES = {"0-5": (0, 5), "6-13": (6, 13), "14-15": (14, 15), "16-17": (16, 17)}


def _age(question: Question) -> Case:
    on = question.last
    born_after = [(years_before(on, last + 1), band) for band, (_first, last) in AGES.items()]
    return Case(
        *(When(born_on__gt=day, then=Value(band)) for day, band in born_after),
        default=Value("18-"),
        output_field=CharField(),
    )


def _latest(rows: QuerySet, field: str) -> Coalesce:
    """The field of the latest of a child's rows, or empty."""
    return Coalesce(Subquery(rows.order_by("-from_on", "-id").values(field)[:1]), Value(""))


def _enrolment(field: str) -> Callable[[Question], Any]:
    return lambda question: _latest(subquery(Enrolment).filter(in_force(question.last), child=OuterRef("pk")), field)


def _village(question: Question) -> Any:
    return _latest(subquery(Residence).filter(in_force(question.last), child=OuterRef("pk")), "village__code")


def _parents_away(question: Question) -> Coalesce:
    """How many parents are away (a stepfather counts with the father); where no absence of a parent is in force, what
    the latest declaration says. The same as `both_away`, in one look at each child."""
    on = question.last
    absent = subquery(Absence).filter(in_force(on), relative=OuterRef("relative"))
    side = Case(When(relation__in=FATHERS, then=Value("father")), default=Value("mother"))
    sides = (
        subquery(Kinship)
        .filter(Exists(absent), child=OuterRef("pk"), relation__in=PARENTS)
        .order_by()
        .values("child")
        .annotate(sides=Cast(Count(side, distinct=True), CharField()))
        .values("sides")
    )
    said = subquery(Declaration).filter(child=OuterRef("pk"), declared_on__lte=on, outranked=False)
    latest = said.order_by("-declared_on", "-id").values("value")[:1]
    return Coalesce(Subquery(sides), Subquery(latest), Value(""), output_field=CharField())


# Conditions are asked child by child (Exists), so that a village's report costs what a village costs.


def _in_care(question: Question) -> Exists:
    """The child has a carer by an entrusted care in force."""
    return Exists(subquery(Entrustment).filter(in_force(question.last), child=OuterRef("pk")))


def _parent_at_home(question: Question) -> Exists:
    """The child has a parent on record who at the cut-off is neither away nor unable to care for them."""
    gone = subquery(Absence).filter(in_force(question.last), relative=OuterRef("relative"))
    unable = subquery(Situation).filter(in_force(question.last), relative=OuterRef("relative"))
    return Exists(subquery(Kinship).filter(~Exists(gone), ~Exists(unable), child=OuterRef("pk"), relation__in=PARENTS))


def _carer(question: Question) -> Coalesce:
    """The relation of the carer: of the latest entrusted care in force, else a parent who is at home."""
    relation = subquery(Kinship).filter(child=OuterRef("child"), relative=OuterRef("relative")).values("relation")
    in_care = subquery(Entrustment).filter(in_force(question.last), child=OuterRef("pk"))
    entrusted = in_care.order_by("-from_on", "-id").values(carer=Coalesce(Subquery(relation[:1]), Value("")))
    at_home = Case(When(_parent_at_home(question), then=Value(PARENTS[0])), default=Value(""), output_field=CharField())
    return Coalesce(Subquery(entrusted[:1]), at_home)


CARERS = {
    "paternal": codelists.PATERNAL_GRANDPARENTS,
    "maternal": codelists.MATERNAL_GRANDPARENTS,
    "grandparents": ("60",),
    "parent": PARENTS,
    "relative": tuple(
        entry.code for entry in codelists.RELATION if entry.code not in {*codelists.GRANDPARENTS, *PARENTS, "99"}
    ),
    "unrelated": ("99",),
}


def _destination(question: Question) -> Any:
    """The province where the father works; the mother's if nothing is known of his."""
    known = (
        subquery(Absence)
        .filter(
            in_force(question.last),
            relative__kinships__child=OuterRef("pk"),
            relative__kinships__relation__in=PARENTS,
        )
        .exclude(province="")
        .order_by("relative__kinships__relation", "-from_on", "-id")
    )
    return Coalesce(Subquery(known.values("province")[:1]), Value(""))


def _has_mentor(question: Question) -> Exists:
    return Exists(subquery(Pairing).filter(in_force(question.last), child=OuterRef("pk")))


def _was_reached(question: Question) -> Exists:
    return Exists(
        subquery(ContactChild).filter(
            child=OuterRef("pk"), contact__reached=True, contact__held_on__range=(question.first, question.last)
        )
    )


def _school_declared(question: Question) -> Exists:
    """The child is enrolled in one of the office's schools that have declared how many pupils they have."""
    counted = PupilCount.objects.filter(counted_on__lte=question.last).values("school")
    return Exists(
        subquery(Enrolment).filter(
            in_force(question.last), question.under("school"), child=OuterRef("pk"), school__in=counted
        )
    )


def _complete(question: Question) -> Q:
    """The archive holds what a contact card needs: ID number, village, carer, and a telephone number to call."""
    housed = Exists(subquery(Residence).filter(in_force(question.last), child=OuterRef("pk")))
    can_be_called = Exists(subquery(Kinship).filter(child=OuterRef("pk")).exclude(relative__phone=""))
    return ~Q(id_number="") & Q(housed) & Q(can_be_called) & (Q(_in_care(question)) | Q(_parent_at_home(question)))


SEX = _coded("sex", _("sex"), codelists.SEX, "sex")
AGE = Split(
    "age",
    _("age"),
    _age,
    {band: (band,) for band in (*AGES, "18-")},
    {"0-5": _("0–5"), "6-13": _("6–13"), "14-15": _("14–15"), "16-17": _("16–17"), "18-": _("18 and over")},
)
SCHOOL = Split("school", _("school"), _enrolment("school__code"), {}, {}, blank_word=_("Not in school"))
VILLAGE = Split("village", _("village"), _village, {}, {})
AWAY = Split(
    "away",
    _("parents away"),
    _parents_away,
    {"2": ("2",), "1": ("1",)},
    {"2": _("both parents"), "1": _("one parent")},
)
CARER = Split(
    "carer",
    _("carer"),
    _carer,
    CARERS,
    {
        "paternal": _("paternal grandparents"),
        "maternal": _("maternal grandparents"),
        "grandparents": _("grandparents, which not said"),
        "parent": _("father or mother"),
        "relative": _("other relatives"),
        "unrelated": _("not related"),
    },
    always=False,
)
DESTINATION = Split(
    "destination",
    _("destination"),
    _destination,
    _each(codelists.PROVINCE),
    dict(codelists.PROVINCE.choices()),
    always=False,
)
BOARDING = Split(
    "boarding",
    _("boarding"),
    _enrolment("boarding"),
    _each(codelists.BOARDING),
    dict(codelists.BOARDING.choices()),
)
REGISTRATION = _coded("registration", _("household registration"), codelists.REGISTRATION, "registration")
HEALTH = _coded("health", _("health"), codelists.HEALTH, "health", always=False)


def closed_and_opened_again(question: Question) -> Any:
    """The closings of one child in the year that are over, the last one first."""
    rows = subquery(ClosedPeriod).filter(child=OuterRef("pk"), from_on__range=(question.first, question.last))
    return rows.order_by("-from_on")


def _why_closed(question: Question) -> Any:
    """Why the archive was closed in the year, also if it is open again by now."""
    in_the_year = When(closed_on__range=(question.first, question.last), then=F("exit_reason"))
    return Case(in_the_year, default=Subquery(closed_and_opened_again(question).values("reason")[:1]))


EXIT = Split(
    "exit",
    _("reason of exit"),
    _why_closed,
    _each(codelists.EXIT_REASON),
    dict(codelists.EXIT_REASON.choices()),
    always=False,
)
MENTORED = _either("mentored", _("mentor"), _has_mentor, _("with a mentor"), _("without a mentor"))
REACHED = _either("reached", _("contact"), _was_reached, _("reached in the year"), _("not reached in the year"))
COMPLETE = _either("complete", _("archive"), _complete, _("archive complete"), _("archive incomplete"))
DECLARED = _either("declared", _("school"), _school_declared, _("in a school that declared its pupils"), _("elsewhere"))

# --- The work -----------------------------------------------------------------------------------------------------------

PUPILS_SCHOOL = Split("school", _("school"), lambda question: F("school__code"), {}, {})
MENTOR_KIND = _coded("mentor", _("kind of mentor"), codelists.MENTOR_KIND, "kind", always=False)
PAIRING_MENTOR_KIND = _coded("mentor", _("kind of mentor"), codelists.MENTOR_KIND, "mentor__kind", always=False)


def how(prefix: str = "") -> Split:
    """A split by the kind of contact, for contacts or for rows that name one."""
    return _coded("how", _("how"), codelists.CONTACT_KIND, f"{prefix}kind", always=False)


def outcome(prefix: str = "") -> Split:
    """A split into contacts that reached somebody and attempts, for contacts or for rows that name one."""
    return _either(
        "outcome",
        _("outcome"),
        lambda question: Q(**{f"{prefix}reached": True}),
        _("reached somebody"),
        _("reached nobody"),
    )


WHOM = _coded("whom", _("whom"), codelists.COUNTERPART, "kind", always=False)
