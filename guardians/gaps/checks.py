"""The checks, the weightiest first."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from caseworks.codelists import FATHERS, MOTHERS, PARENTS
from caseworks.models import in_force
from caseworks.scoped import subquery
from children.ages import due
from children.models import Attachment, Disability, Enrolment, GuardianshipRating, Residence, Schooling
from children.models.archive import years_before
from guardians.definitions import away, declared, nothing_recorded, unable
from guardians.gaps.check import (
    Check,
    Severity,
    has_care,
    has_relative,
    is_carer,
    older_than,
    relative_has_no_phone,
    relative_is,
    relative_is_away,
    younger_than,
)
from guardians.models import Declaration, Entrustment

COMPULSORY_FROM, COMPULSORY_UNTIL = 6, 15
_DANGER, _WRONG, _MISSING = Severity.DANGER, Severity.WRONG, Severity.MISSING


# --- Conditions over children -----------------------------------------------------------------------------------------

# SQLite asks the parts of a condition in the order in which they stand here: the one that excludes most children for least
# comes first.


def _aged(first: int, last: int, on: date) -> Q:
    return Q(born_on__lte=years_before(on, first), born_on__gt=years_before(on, last + 1))


def _has(model: Any, *conditions: Q, **values: Any) -> Q:
    return Q(Exists(subquery(model).filter(*conditions, child=OuterRef("pk"), **values)))


def _at_school(on: date, **enrolment: Any) -> Q:
    return _has(Enrolment, in_force(on), **enrolment)


def _stated(on: date, *kinds: str) -> Q:
    return _has(Schooling, in_force(on), **({"kind__in": kinds} if kinds else {}))


def _no_parent_can_care(on: date) -> Q:
    """Father and mother are each away or unable; a child about one of whom nothing is recorded does not count."""
    return (away(FATHERS, on) | unable(FATHERS, on)) & (away(MOTHERS, on) | unable(MOTHERS, on))


def _nobody_cares(on: date) -> Q:
    return ~has_care(on) & _no_parent_can_care(on)


def _two_carers(on: date) -> Q:
    rows = subquery(Entrustment).filter(in_force(on), child=OuterRef("pk")).order_by().values("child")
    return Q(Exists(rows.annotate(carers=Count("pk")).filter(carers__gt=1)))


def _living_parents(on: date) -> Q:
    return Q(relation__in=PARENTS) & ~relative_is(on, kind="dead")


def _no_phone_of_a_parent(on: date) -> Q:
    living = _living_parents(on)
    return ~has_relative(living & ~relative_has_no_phone()) & has_relative(living)


def _no_longer_at_school(on: date) -> Q:
    """16 or older, once at a school of the registry, now at none, and nobody says what became of it."""
    return Q(born_on__lte=years_before(on, 16)) & _has(Enrolment, until_on__lte=on) & ~_at_school(on) & ~_stated(on)


def _no_school(on: date) -> Q:
    return _aged(COMPULSORY_FROM, COMPULSORY_UNTIL, on) & ~_at_school(on) & ~_stated(on)


def _not_rated(on: date) -> Q:
    return away(PARENTS, on) & ~_has(GuardianshipRating, assessed_on__lte=on)


def _disability_unknown(on: date) -> Q:
    return (Q(health="50") & ~_has(Disability, in_force(on))) | _has(Disability, in_force(on), level="")


def _carer_needless(on: date) -> Q:
    """Both parents are on record, neither away nor unable, no roster says otherwise, and still somebody is entrusted."""
    rosters_say_so = _has(Declaration, value__in=("1", "2", "9"), declared_on__lte=on, outranked=False)
    known = has_relative(Q(relation__in=FATHERS)) & has_relative(Q(relation__in=MOTHERS))
    return known & has_care(on) & ~away(PARENTS, on) & ~unable(PARENTS, on) & ~rosters_say_so


def _only_declared(on: date) -> Q:
    return nothing_recorded() & declared(("1", "2", "9"), on)


def _not_heard(on: date) -> Q:
    """A child old enough to say what it thinks was not asked about its care (未成年人保护法 art. 22)."""
    return _aged(6, 17, on) & has_care(on, child_heard_on__isnull=True)


def _lacks(*relations: str) -> Q:
    return ~has_relative(Q(relation__in=relations)) & has_relative(Q(relation__in=PARENTS))


# --- Which relative it is ---------------------------------------------------------------------------------------------


def _away_without_place(on: date) -> Q:
    return Q(relation__in=PARENTS) & relative_is_away(on, place="")


def _away_since_unknown(on: date) -> Q:
    return Q(relation__in=PARENTS) & relative_is_away(on, from_known=False)


def _dead_but_away(on: date) -> Q:
    return relative_is(on, kind="dead") & relative_is_away(on)


def _parent_without_phone(on: date) -> Q:
    return _living_parents(on) & relative_has_no_phone()


def _carer_young(on: date) -> Q:
    return is_carer(on) & younger_than(18, on)


def _carer_old(on: date) -> Q:
    return is_carer(on) & older_than(75, on)


def _carer_away(on: date) -> Q:
    return is_carer(on) & relative_is_away(on)


def _carer_unable(on: date) -> Q:
    return is_carer(on) & relative_is(on)


def _carer_without_phone(on: date) -> Q:
    return is_carer(on) & relative_has_no_phone()


def _carer_without_age(on: date) -> Q:
    return is_carer(on) & Q(relative__born_on__isnull=True, relative__born_year__isnull=True)


def _of(person: Any) -> Any:
    """The check that a child has such a relative."""
    return lambda on: has_relative(person(on))


def _paper(field: str) -> Any:
    return lambda on: has_care(on, **{f"{field}__isnull": True})


def _unscanned(field: str, proves: str) -> Any:
    """The check that a paper of the care has a day and no scan."""

    def condition(on: date) -> Q:
        scans = subquery(Attachment).filter(child=OuterRef("child"), proves=proves, proves_code=OuterRef("code"))
        return has_care(on, ~Q(Exists(scans)), **{f"{field}__isnull": False})

    return condition


# --- The list ---------------------------------------------------------------------------------------------------------

_EDIT, _CARE, _RELATIVE = "children:edit", "guardians:care_edit", "guardians:relative_edit"

CHECKS: dict[str, Check] = {
    check.key: check
    for check in (
        Check(
            "unattended",
            _DANGER,
            _("under 8, no parent can care, and nobody is entrusted with the care"),
            lambda on: _aged(0, 7, on) & _nobody_cares(on),
            "guardians:entrust",
        ),
        Check(
            "alone",
            _DANGER,
            _("under 16, no parent can care, and nobody is entrusted with the care"),
            lambda on: _aged(8, 15, on) & _nobody_cares(on),
            "guardians:entrust",
        ),
        Check(
            "carer_unfit",
            _DANGER,
            _("the carer is one of those whom the law excludes"),
            lambda on: has_care(on, ~Q(unfit_for=[])),
            "guardians:entrust",
        ),
        Check("carer_minor", _DANGER, _("the carer is under 18"), _of(_carer_young), _RELATIVE, "born_on", _carer_young),
        Check("dropout", _DANGER, _("dropped out of school"), lambda on: _stated(on, "dropout"), "children:enrol", "school"),
        Check("carer_away", _WRONG, _("the carer is away too"), _of(_carer_away), "guardians:entrust"),
        Check("carer_unable", _WRONG, _("the carer cannot care or is dead"), _of(_carer_unable), "guardians:entrust"),
        Check("two_carers", _WRONG, _("two people are entrusted at the same time"), _two_carers, "guardians:care_end"),
        Check(
            "dead_away",
            _WRONG,
            _("a parent is on record as dead and as away"),
            _of(_dead_but_away),
            "guardians:absence_end",
            "on",
            _dead_but_away,
        ),
        Check("id_birth", _WRONG, _("birth date and ID number differ"), lambda on: Q(id_faults__contains="b"), _EDIT, "born_on"),
        Check("id_sex", _WRONG, _("sex and ID number differ"), lambda on: Q(id_faults__contains="s"), _EDIT, "sex"),
        Check(
            "id_doubtful",
            _WRONG,
            _("ID number to be verified"),
            lambda on: Q(id_faults__contains="c") | Q(id_faults__contains="n") | Q(id_doubtful=True, id_faults=""),
            _EDIT,
            "id_number",
        ),
        Check(
            "schooling",
            _WRONG,
            _("stated as not at school, yet enrolled"),
            lambda on: _stated(on, "before", "dropout", "out") & _at_school(on),
            "children:enrol",
            "school",
        ),
        Check("needless", _WRONG, _("somebody is entrusted though no parent is away"), _carer_needless, "guardians:care_end"),
        Check("carer_old", _WRONG, _("the carer is over 75"), _of(_carer_old), "guardians:entrust"),
        Check("term_over", _WRONG, _("the agreed term of the care is over"), lambda on: has_care(on, term_until_on__lt=on), _CARE, "term_until_on"),
        Check("aged_out", _WRONG, _("18 already, and the archive is open"), lambda on: Q(born_on__lte=years_before(on, 18)), "children:close", "reason"),
        Check("birthday", _MISSING, _("a birthday (8, 14, 16 or 18) asks for something that is not done"), due, "children:age_step"),
        Check("school_left", _WRONG, _("no longer at school, and nothing is said about it"), _no_longer_at_school, "children:fact_add", "kind"),
        Check(
            "no_carer",
            _MISSING,
            _("16 or 17, no parent can care, and nobody is entrusted with the care"),
            lambda on: _aged(16, 17, on) & _nobody_cares(on),
            "guardians:entrust",
        ),
        Check("no_carer_phone", _MISSING, _("no phone of the carer"), _of(_carer_without_phone), _RELATIVE, "phone", _carer_without_phone),
        Check("no_agreement", _MISSING, _("no agreement on the care"), _paper("agreement_signed_on"), _CARE, "agreement_signed_on"),
        Check("school_not_told", _MISSING, _("school not told of the care in writing"), _paper("school_notified_on"), _CARE, "school_notified_on"),
        Check("village_not_told", _MISSING, _("village not told of the care in writing"), _paper("village_notified_on"), _CARE, "village_notified_on"),
        Check("agreement_no_scan", _MISSING, _("agreement on the care not scanned"), _unscanned("agreement_signed_on", "agreement"), "children:attach", query="for=agreement"),
        Check("school_notice_no_scan", _MISSING, _("written notice to the school not scanned"), _unscanned("school_notified_on", "school_notice"), "children:attach", query="for=school_notice"),
        Check("village_notice_no_scan", _MISSING, _("written notice to the village not scanned"), _unscanned("village_notified_on", "village_notice"), "children:attach", query="for=village_notice"),
        Check("not_heard", _MISSING, _("child not heard about the care"), _not_heard, _CARE, "child_heard_on"),
        Check("not_checked", _MISSING, _("carer not checked"), _paper("checked_on"), _CARE, "checked_on"),
        Check("carer_age", _MISSING, _("age of the carer not collected"), _of(_carer_without_age), _RELATIVE, "born_on", _carer_without_age),
        Check("no_parent", _MISSING, _("no parent on record"), lambda on: ~has_relative(Q(relation__in=PARENTS)), "guardians:relative_add", "name"),
        Check("no_phone", _MISSING, _("no phone of any parent"), _no_phone_of_a_parent, _RELATIVE, "phone", _parent_without_phone),
        Check("no_father", _MISSING, _("nothing about the father"), lambda on: _lacks(*FATHERS), "guardians:relative_add", "name", query="relation=51"),
        Check("no_mother", _MISSING, _("nothing about the mother"), lambda on: _lacks(*MOTHERS), "guardians:relative_add", "name", query="relation=52"),
        Check("no_place", _MISSING, _("a parent is away, where is not known"), _of(_away_without_place), "guardians:absence_add", "place", _away_without_place),
        Check("no_since", _MISSING, _("a parent is away, since when is not known"), _of(_away_since_unknown), "guardians:absence_add", "from_on", _away_since_unknown),
        Check("only_declared", _MISSING, _("declared left behind, but not who is away"), _only_declared, "guardians:relative_add", "name"),
        Check("no_id", _MISSING, _("no ID number"), lambda on: Q(id_index__isnull=True) & ~Q(registration="3"), _EDIT, "id_number"),
        Check("unregistered", _MISSING, _("no household registration"), lambda on: Q(registration="3"), _EDIT, "registration"),
        Check("no_registration", _MISSING, _("household registration not collected"), lambda on: Q(registration=""), _EDIT, "registration"),
        Check("no_village", _MISSING, _("no village"), lambda on: ~_has(Residence, in_force(on)), "children:settle", "village"),
        Check("no_school", _MISSING, _("no school, though of school age"), _no_school, "children:enrol", "school"),
        Check("no_grade", _MISSING, _("no grade"), lambda on: _at_school(on, grade=""), "children:enrol", "grade"),
        Check("no_health", _MISSING, _("health not collected"), lambda on: Q(health=""), _EDIT, "health"),
        Check("no_level", _MISSING, _("kind or level of the disability not collected"), _disability_unknown, "children:fact_add", "kind"),
        Check("not_rated", _MISSING, _("guardianship not rated"), _not_rated, "children:fact_add", "rating"),
    )
}  # fmt: skip
# the kind of fact that mends a check, where the page asks for one
FACT_OF = {"school_left": "schooling", "no_level": "disability", "not_rated": "rating"}


def gap_choices() -> list[tuple[str, Any]]:
    """(key, words) pairs for the filter of the list."""
    return [(key, check.words) for key, check in CHECKS.items()]
