"""Everything that changes what is known of the adults around a child: who they are, who is away, who cares."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from caseworks import audit, codelists, phones
from caseworks.access import ScopeError
from caseworks.models import User, in_force
from caseworks.privacy import masked_changes
from children import idnumbers, names, rules
from children.models import Child
from guardians.models import Absence, Entrustment, Kinship, Relative, Situation

RELATIVE_FIELDS = ("name", "sex", "born_on", "born_year", "id_number", "phone", "address", "work", "health")
CARE_PAPERS = ("child_heard_on", "agreement_signed_on", "school_notified_on", "village_notified_on")
CARE_FACTS = (
    "reason",
    "term_until_on",
    "checked_on",
    "unfit_for",
    "child_said",
    "school_witness",
    "village_witness",
    *CARE_PAPERS,
)
_MEASURES = ("from_known", "disability", "level", "ends_on", "accepted_on", "paper")
_EMPLOYER = ("employer", "employer_phone", "employer_address")
_ONE_OF_EACH = ("51", "52", "61", "62", "63", "64")


def _cleaned(values: dict[str, Any]) -> dict[str, Any]:
    """Names and numbers as they are kept; a phone that cannot be dialled is refused."""
    if "name" in values:
        values["name"] = names.clean(values["name"])
    if values.get("id_number"):
        values["id_number"] = idnumbers.clean(values["id_number"])
    if values.get("phone"):
        values["phone"] = phones.clean(values["phone"])
        if not phones.is_plausible(values["phone"]):
            words = _("This is not a telephone number. A mobile number has 11 digits; a landline needs its area code.")
            raise ValidationError({"phone": ValidationError(words, code="phone")})
    return values


def _require_reach(relative: Relative) -> None:
    """Raise ScopeError unless the person is a relative of a child in scope: a row about them names no child."""
    if not Relative.objects.filter(pk=relative.pk).exists():
        raise ScopeError("The relative is outside the scope in force.")


def _check(relative: Relative) -> None:
    relative.clean_fields(exclude=["code"])
    if relative.born_on is not None:
        rules.refuse_future(relative.born_on, "born_on")
        relative.born_year = relative.born_on.year
    if (
        relative.born_year is not None
        and not rules.acting_day().year - 120 <= relative.born_year <= rules.acting_day().year
    ):
        raise ValidationError({"born_year": ValidationError(_("Check the year of birth."), code="year")})


def _check_relation(child: Child, relation: str, *, besides: Relative | None = None) -> None:
    """A child has one father, one mother and one grandparent of each kind; step-parents have a word of their own."""
    if relation not in codelists.RELATION:
        raise ValidationError({"relation": ValidationError(_("Choose one of the listed values."), code="relation")})
    others = child.kinships.filter(relation=relation)
    if besides is not None:
        others = others.exclude(relative=besides)
    if relation in _ONE_OF_EACH and (other := others.select_related("relative").first()):
        words = _("%(relation)s is on record already: %(name)s. Change that entry instead.")
        values = {"relation": codelists.RELATION.label(relation), "name": other.relative.name}
        raise ValidationError({"relation": ValidationError(words % values, code="second")})


@transaction.atomic
def add_relative(
    *,
    child: Child,
    by: User,
    relation: str,
    name: str,
    phone: str = "",
    sex: str = "",
    born_on: date | None = None,
    born_year: int | None = None,
    id_number: str = "",
    address: str = "",
    work: str = "",
    health: str = "",
    also_for: Iterable[Child] = (),
) -> Relative:
    """A person who is this to the child, and the same to the siblings named in `also_for`: one person, several links."""
    values = {"name": name, "phone": phone, "sex": sex, "born_year": born_year, "id_number": id_number}
    relative = Relative(**_cleaned(values), born_on=born_on, address=address, work=work, health=health)
    _check(relative)
    relative.save()
    for each in (child, *also_for):
        _link(each, relative, relation)
    audit.record(
        "relative.added",
        relative,
        by=by,
        changes=masked_changes(Relative, {}, {field: getattr(relative, field) for field in RELATIVE_FIELDS})
        | {"relation": ["", relation], "children": [None, [each.code for each in (child, *also_for)]]},
    )
    return relative


def _link(child: Child, relative: Relative, relation: str) -> Kinship:
    _check_relation(child, relation)
    return Kinship.objects.create(child=child, relative=relative, relation=relation)


@transaction.atomic
def link_relative(*, child: Child, by: User, relative: Relative, relation: str) -> Relative:
    """Somebody on record, such as a sibling's father, is a relative of this child too."""
    _require_reach(relative)
    if child.kinships.filter(relative=relative).exists():
        raise ValidationError(_("This person is on record for the child already."), code="second")
    _link(child, relative, relation)
    changes = {"relation": ["", relation], "children": [None, [child.code]]}
    audit.record("relative.linked", relative, by=by, changes=changes)
    return relative


@transaction.atomic
def amend_relative(
    *, relative: Relative, by: User, child: Child | None = None, relation: str = "", **changes: Any
) -> Relative:
    """Change what is known of a person, and, for one child, what they are to that child.

    Raises ChangedError if somebody else changed the person after `relative` was read.
    """
    if unknown := set(changes) - set(RELATIVE_FIELDS):
        raise TypeError(f"Not fields of a relative: {', '.join(sorted(unknown))}")
    changes = _cleaned(changes)
    traced: dict[str, list[Any]] = dict(
        masked_changes(Relative, {field: getattr(relative, field) for field in changes}, changes)
    )
    kinship = child.kinships.get(relative=relative) if child is not None and relation else None
    if kinship is not None and kinship.relation != relation:
        _check_relation(kinship.child, relation, besides=relative)
        traced["relation"] = [kinship.relation, relation]
        kinship.relation = relation
        kinship.save()
    if not traced:
        return relative
    for field in changes:
        setattr(relative, field, changes[field])
    _check(relative)
    relative.save()
    audit.record("relative.amended", relative, by=by, changes=traced)
    return relative


@transaction.atomic
def record_absence(
    *,
    relative: Relative,
    by: User,
    place: str,
    from_on: date,
    employer: str = "",
    employer_phone: str = "",
    employer_address: str = "",
    from_known: bool = True,
) -> Absence:
    """The person is away to work since a day. Where the beginning is not known, `from_on` is the day it was reported
    and `from_known` is false. Refuses a second absence over the same days."""
    _require_reach(relative)
    rules.refuse_future(from_on, "from_on")
    later = relative.absences.exclude(until_on__lte=from_on).order_by("-from_on").first()
    if later is not None and later.until_on is None:
        words = _("%(name)s is on record as away since %(day)s. End that absence first.")
        values = {"name": relative.name, "day": later.from_on.isoformat()}
        raise ValidationError({"from_on": ValidationError(words % values, code="open")})
    if later is not None and later.until_on is not None:
        words = _("%(name)s was away until %(day)s; the next absence begins then or later.")
        values = {"name": relative.name, "day": later.until_on.isoformat()}
        raise ValidationError({"from_on": ValidationError(words % values, code="overlap")})
    if relative.situations.filter(in_force(from_on), kind="dead").exists():
        raise ValidationError(_("%(name)s is on record as dead.") % {"name": relative.name}, code="dead")
    absence = Absence(
        relative=relative,
        place=place.strip(),
        from_on=from_on,
        employer=employer.strip(),
        employer_phone=phones.clean(employer_phone) if employer_phone else "",
        employer_address=employer_address.strip(),
        from_known=from_known,
    )
    absence.clean_fields(exclude=["code", "relative"])
    absence.save()
    audit.record(
        "absence.recorded",
        relative,
        by=by,
        changes=masked_changes(
            Absence, {}, {field: getattr(absence, field) for field in ("place", *_EMPLOYER, "from_on", "from_known")}
        ),
    )
    return absence


@transaction.atomic
def amend_absence(*, absence: Absence, by: User, place: str) -> Absence:
    """Correct where somebody is away; a move to another place is an end and a new absence. Raises ChangedError if
    somebody else corrected it meanwhile."""
    _require_reach(absence.relative)
    traced = masked_changes(Absence, {"place": absence.place}, {"place": place.strip()})
    if not traced:
        return absence
    absence.place = place.strip()
    absence.clean_fields(exclude=["code", "relative"])
    absence.save()
    audit.record("absence.amended", absence.relative, by=by, changes=traced)
    return absence


@transaction.atomic
def end_absence(*, absence: Absence, by: User, on: date) -> Absence:
    """The person is back: `on` is the first day not away."""
    rules.end(absence, on)
    absence.save(update_fields=["until_on"])
    audit.record("absence.ended", absence.relative, by=by, changes={"until_on": ["", on.isoformat()]})
    return absence


@transaction.atomic
def record_situation(*, relative: Relative, by: User, kind: str, from_on: date, **measures: Any) -> Situation:
    """From a day on the person cannot care for the child, for this reason. Whoever has died is no longer away, and no
    longer cares for anybody, from that day.

    `measures` are what the law measures the reason by (`from_known`, `disability`, `level`, `ends_on`, `accepted_on`,
    `paper`; see `Situation`).
    """
    _require_reach(relative)
    rules.refuse_future(from_on, "from_on")
    if relative.situations.filter(kind=kind).exclude(until_on__lte=from_on).exists():
        raise ValidationError({"kind": ValidationError(_("This is on record already."), code="second")})
    if measures.get("accepted_on"):
        rules.refuse_future(measures["accepted_on"], "accepted_on")
    if measures.get("ends_on") and measures["ends_on"] < from_on:
        words = _("It cannot end before it begins.")
        raise ValidationError({"ends_on": ValidationError(words, code="before_begin")})
    situation = Situation(relative=relative, kind=kind, from_on=from_on, **measures)
    situation.clean_fields(exclude=["relative"])
    situation.save()
    audit.record(
        "situation.recorded",
        relative,
        by=by,
        changes=masked_changes(Situation, {}, {"kind": kind, "from_on": from_on, **measures}),
    )
    if kind == "dead":
        for absence in relative.absences.filter(until_on__isnull=True):
            end_absence(absence=absence, by=by, on=max(from_on, absence.from_on))
        for care in relative.entrustments.filter(until_on__isnull=True):
            end_entrustment(entrustment=care, by=by, on=max(from_on, care.from_on))
    return situation


@transaction.atomic
def end_situation(*, situation: Situation, by: User, on: date) -> Situation:
    """From a day on the reason no longer holds."""
    rules.end(situation, on)
    situation.save(update_fields=["until_on"])
    changes = masked_changes(Situation, {}, {"until_on": on})
    audit.record("situation.ended", situation.relative, by=by, changes=changes)
    return situation


def _check_papers(papers: dict[str, Any]) -> None:
    for field in (*CARE_PAPERS, "checked_on"):
        if papers.get(field):
            rules.refuse_future(papers[field], field)
    if papers.get("unfit_for") and not papers.get("checked_on"):
        words = _("Say on which day the carer was checked.")
        raise ValidationError({"checked_on": ValidationError(words, code="required")})


def _check_care(care: Entrustment) -> None:
    care.clean_fields(exclude=["code", "child", "relative"])
    if care.term_until_on and care.term_until_on < care.from_on:
        words = _("It cannot end before it begins.")
        raise ValidationError({"term_until_on": ValidationError(words, code="before_begin")})


@transaction.atomic
def entrust(
    *, child: Child, by: User, relative: Relative, from_on: date, reason: str = "", **papers: Any
) -> Entrustment:
    """From a day on this relative cares for the child; whoever cared before ceases to on that day.

    `papers` are the days of `CARE_PAPERS` (child heard, agreement signed, school and village told in writing) and the
    rest of `CARE_FACTS`: what the child said, who took the notices, until when it is agreed, what a check of the carer
    found.
    """
    rules.refuse_future(from_on, "from_on")
    _check_papers(papers)
    if not child.kinships.filter(relative=relative).exists():
        words = _("Enter this person among the child's family first.")
        raise ValidationError({"relative": ValidationError(words, code="unrelated")})
    if relative.situations.filter(in_force(from_on), kind="dead").exists():
        words = _("%(name)s is on record as dead.") % {"name": relative.name}
        raise ValidationError({"relative": ValidationError(words, code="dead")})
    before = child.entrustments.filter(until_on__isnull=True).select_related("relative")
    for care in before:
        if care.from_on > from_on:
            words = _("%(name)s cares for the child since %(day)s. The next care begins then or later.")
            values = {"name": care.relative.name, "day": care.from_on.isoformat()}
            raise ValidationError({"from_on": ValidationError(words % values, code="overlap")})
        end_entrustment(entrustment=care, by=by, on=from_on)
    entrustment = Entrustment(child=child, relative=relative, from_on=from_on, reason=reason, **papers)
    _check_care(entrustment)
    entrustment.save()
    facts = {field: getattr(entrustment, field) for field in ("from_on", *CARE_FACTS)}
    changes = masked_changes(Entrustment, {}, facts) | {"carer": ["", relative.code]}
    audit.record("care.entrusted", child, by=by, changes=changes)
    return entrustment


@transaction.atomic
def amend_entrustment(*, entrustment: Entrustment, by: User, **changes: Any) -> Entrustment:
    """Fill in what is known of an entrusted care: `CARE_FACTS`."""
    if unknown := set(changes) - set(CARE_FACTS):
        raise TypeError(f"Not fields of an entrusted care: {', '.join(sorted(unknown))}")
    _check_papers(changes)
    traced = masked_changes(Entrustment, {field: getattr(entrustment, field) for field in changes}, changes)
    for field in traced:
        setattr(entrustment, field, changes[field])
    if traced:
        _check_care(entrustment)
        entrustment.save()
        audit.record("care.amended", entrustment.child, by=by, changes=traced)
    return entrustment


@transaction.atomic
def end_entrustment(*, entrustment: Entrustment, by: User, on: date) -> Entrustment:
    """From a day on this relative no longer cares for the child."""
    rules.end(entrustment, on)
    entrustment.save(update_fields=["until_on"])
    changes = {"carer": [entrustment.relative.code, ""], "until_on": ["", on.isoformat()]}
    audit.record("care.ended", entrustment.child, by=by, changes=changes)
    return entrustment
