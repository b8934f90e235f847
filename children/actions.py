"""Everything that changes an archive: opened, amended, moved to another school or village, closed, opened again.

Pages, the import and commands all come through here; each action keeps the roads to the child (`Reach`) equal to the
facts, leaves a trace, and raises `ValidationError` with a sentence for the user where the rules forbid the change.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, transaction
from django.utils.translation import gettext as _

from caseworks import audit, codelists
from caseworks.access import Via
from caseworks.models import ChangedError, Organization, User
from caseworks.privacy import masked_changes
from children import hooks, idnumbers, names, rules
from children.ages import birthday
from children.facts.actions import end_fact, remove_fact
from children.models import AgeStep, Boarding, Child, ClosedPeriod, Enrolment, Residence
from children.places import open_enrolment, open_residence
from children.reach import close_road, open_road

ARCHIVE_FIELDS = (
    "name",
    "sex",
    "ethnicity",
    "born_on",
    "id_number",
    "id_doubtful",
    "registration",
    "registered_at",
    "health",
    "only_child",
    "orphan",
    "notes",
    "opened_on",
)
_ENROLMENT = ("school", "grade", "class_name", "boarding", "student_number", "from_on")
_RESIDENCE = ("village", "address", "from_on")
AS_IT_IS: Any = object()  # in place of the row that a change was based on: whatever it is


class IdTakenError(ValidationError):
    """Another live archive carries this ID number. `existing` is that archive if whoever acts may see it, else None:
    where and whose it is stays unsaid."""

    def __init__(self, existing: Child | None) -> None:
        self.existing = existing
        message = (
            _("An archive with this ID number is already open: %(name)s.") % {"name": existing.name}
            if existing
            else _(
                "An archive with this ID number is already open at another office. Check the number; if it is right, "
                "ask the administrator of your office to have the child handed over."
            )
        )
        super().__init__({"id_number": ValidationError(message, code="taken")})


def _cleaned(values: dict[str, Any]) -> dict[str, Any]:
    """Names and numbers as they are kept."""
    if "name" in values:
        values["name"] = names.clean(values["name"])
    if values.get("id_number"):
        values["id_number"] = idnumbers.clean(values["id_number"])
    return values


def _save(child: Child) -> None:
    """Save, and explain a live archive with the same ID number instead of failing. Raises ChangedError."""
    try:
        with transaction.atomic():
            child.save()
    except IntegrityError as error:
        if "id_index" not in str(error) and "one_live_archive_per_id_number" not in str(error):
            raise
        others = Child.objects.live().with_id_number(child.id_number).exclude(pk=child.pk)
        raise IdTakenError(others.first()) from None
    except DatabaseError:
        if child._state.adding or Child.objects.filter(pk=child.pk).exists():
            raise
        raise ChangedError(child) from None  # merged or handed over since it was read, and out of reach


@transaction.atomic
def open_archive(
    *,
    by: User,
    name: str,
    sex: str,
    born_on: date,
    opened_on: date,
    id_number: str = "",
    id_doubtful: bool = False,
    school: Organization | None = None,
    grade: str = "",
    class_name: str = "",
    boarding: str = "",
    student_number: str = "",
    village: Organization | None = None,
    address: str = "",
    **facts: Any,
) -> Child:
    """Open a child's archive, enrolled and living where said from the day it is opened.

    `facts` are further fields of the archive, by name. Raises IdTakenError if a live archive has the ID number, and
    ValidationError for a child whom whoever acts would not reach through the school or the village.
    """
    values = _cleaned({"name": name, "sex": sex, "born_on": born_on, "opened_on": opened_on, "id_number": id_number})
    child = Child(**values, id_doubtful=id_doubtful, **facts)
    rules.check_archive(child)
    _save(child)
    if school is not None:
        open_road(child, Via.ENROLMENT, school.path)
    if village is not None:
        open_road(child, Via.RESIDENCE, village.path)
    if not Child.objects.filter(pk=child.pk).exists():
        words = _("Choose a school or a village of your own: the archive must belong to your office.")
        raise ValidationError(words, code="elsewhere")
    if school is not None:
        _begin_enrolment(child, school, opened_on, grade, class_name, boarding, student_number)
    if village is not None:
        _begin_residence(child, village, opened_on, address)
    audit.record(
        "child.opened",
        child,
        by=by,
        changes=masked_changes(Child, {}, {field: getattr(child, field) for field in ARCHIVE_FIELDS})
        | masked_changes(Enrolment, {}, {"school": school, "grade": grade})
        | masked_changes(Residence, {}, {"village": village, "address": address}),
    )
    return child


@transaction.atomic
def amend(*, child: Child, by: User, **changes: Any) -> Child:
    """Change fields of the archive (`ARCHIVE_FIELDS`); what is already so is left alone.

    Raises ChangedError if somebody else changed the archive after `child` was read, IdTakenError for a number in use.
    """
    if unknown := set(changes) - set(ARCHIVE_FIELDS):
        raise TypeError(f"Not fields of an archive: {', '.join(sorted(unknown))}")
    changes = _cleaned(changes)
    before = {field: getattr(child, field) for field in changes}
    traced = masked_changes(Child, before, changes)
    if not traced:
        return child
    for field in traced:
        setattr(child, field, changes[field])
    rules.check_archive(child)
    _save(child)
    audit.record("child.amended", child, by=by, changes=traced)
    return child


def _begin_enrolment(
    child: Child, school: Organization, on: date, grade: str, class_name: str, boarding: str, student_number: str
) -> Enrolment:
    if school.kind not in codelists.SCHOOL_KINDS:
        raise ValidationError({"school": ValidationError(_("This is not a school."), code="kind")})
    row = Enrolment(
        child=child,
        school=school,
        grade=grade,
        class_name=class_name,
        boarding=boarding,
        student_number=student_number,
        from_on=on,
    )
    return _begin(row, child)


def _begin(row: Any, child: Child) -> Any:
    """Save an enrolment or residence that begins; if somebody else has just begun another, say so."""
    row.clean_fields(exclude=["child"])
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise ChangedError(child) from None
    return row


def _check_basis(old: Any, instead_of: Any, child: Child) -> None:
    """Raise ChangedError unless what is open now is the very row that the change was based on."""
    if instead_of is not AS_IT_IS:
        now, read = ((row.pk, row.version) if row else None for row in (old, instead_of))
        if now != read:
            raise ChangedError(child)


def _begin_residence(child: Child, village: Organization, on: date, address: str) -> Residence:
    if village.kind != "village":
        raise ValidationError({"village": ValidationError(_("This is not a village."), code="kind")})
    return _begin(Residence(child=child, village=village, address=address, from_on=on), child)


def _leave(row: Enrolment | Residence | None, child: Child, on: date) -> None:
    """End the open enrolment or residence on the day the next begins; one that begins that same day is replaced."""
    if on < child.born_on:
        raise ValidationError({"on": ValidationError(_("That is before the child was born."), code="unborn")})
    rules.refuse_future(on, "on")
    if row is None:
        return
    if row.from_on == on:
        if not type(row).objects.filter(pk=row.pk, version=row.version).delete()[0]:
            raise ChangedError(row)
    else:
        rules.end(row, on)
        row.save(update_fields=["until_on"])


def _move_road(child: Child, via: Via, old: Organization | None, new: Organization | None) -> None:
    """Close the road through the old place and open the one through the new."""
    if old is not None and old != new:
        close_road(child, via, old.path)
    if new is not None:
        open_road(child, via, new.path)


def _leave_bed(child: Child, by: User, on: date) -> None:
    """Whoever leaves the school has no bed there; one given for a later day never was."""
    for place in Boarding.objects.filter(child=child, until_on__isnull=True):
        if place.from_on < on:
            end_fact(fact=place, by=by, on=on)
        else:
            remove_fact(fact=place, by=by)


@transaction.atomic
def enrol(
    *,
    child: Child,
    by: User,
    school: Organization | None,
    on: date,
    grade: str = "",
    class_name: str = "",
    boarding: str = "",
    student_number: str = "",
    instead_of: Enrolment | None = AS_IT_IS,
) -> Enrolment | None:
    """The child goes to this school, grade and class from a day on; what held before ends that day.

    Without a school the child has left school. From then on the new school reaches the archive, the old one no longer.
    `instead_of` is the open enrolment (None: there was none) that whoever decided this had read: raises ChangedError if
    another is open now.
    """
    old = open_enrolment(child)
    _check_basis(old, instead_of, child)
    before = {field: getattr(old, field) for field in _ENROLMENT} if old else {}
    _leave(old, child, on)
    new = None
    if school is not None:
        new = _begin_enrolment(child, school, on, grade, class_name, boarding, student_number)
    after = {field: getattr(new, field) if new else None for field in _ENROLMENT}
    audit.record("child.enrolled", child, by=by, changes=masked_changes(Enrolment, before, after))
    if old is not None and old.school != school:
        _leave_bed(child, by, on)
    _move_road(child, Via.ENROLMENT, old.school if old else None, school)
    return new


@transaction.atomic
def set_boarding(*, enrolment: Enrolment, by: User, boarding: str, on: date) -> Enrolment:
    """Say whether the child of an open enrolment boards (BOARDING), from a day on. What was not collected, or was said
    for that very day, is put right in place; a change begins a new enrolment in the same class. Raises ChangedError if
    another enrolment is open by now."""
    child = enrolment.child
    if boarding == enrolment.boarding:
        return enrolment
    if enrolment.boarding and on > enrolment.from_on:
        kept = {name: getattr(enrolment, name) for name in ("school", "grade", "class_name", "student_number")}
        new = enrol(child=child, by=by, on=on, boarding=boarding, instead_of=enrolment, **kept)
        return new or enrolment
    changes = masked_changes(Enrolment, {"boarding": enrolment.boarding}, {"boarding": boarding})
    enrolment.boarding = boarding
    enrolment.clean_fields(exclude=["child"])
    enrolment.save()
    audit.record("child.enrolled", child, by=by, changes=changes)
    return enrolment


@transaction.atomic
def settle(
    *,
    child: Child,
    by: User,
    village: Organization | None,
    on: date,
    address: str = "",
    instead_of: Residence | None = AS_IT_IS,
) -> Residence | None:
    """The child lives in this village from a day on; what held before ends that day.

    Without a village the child has moved away from every village of the registry. From then on the new village reaches
    the archive, the old one no longer. `instead_of` is the open residence (None: there was none) that whoever decided
    this had read: raises ChangedError if another is open now.
    """
    old = open_residence(child)
    _check_basis(old, instead_of, child)
    before = {field: getattr(old, field) for field in _RESIDENCE} if old else {}
    _leave(old, child, on)
    new = _begin_residence(child, village, on, address) if village is not None else None
    after = {field: getattr(new, field) if new else None for field in _RESIDENCE}
    audit.record("child.settled", child, by=by, changes=masked_changes(Residence, before, after))
    _move_road(child, Via.RESIDENCE, old.village if old else None, village)
    return new


@transaction.atomic
def close(*, child: Child, by: User, on: date, reason: str) -> Child:
    """Close the archive (退出): it is kept and can be read, and the child counts no more from that day on."""
    if not child.is_live:
        raise ValidationError(_("This archive is already closed."), code="closed")
    if reason not in codelists.EXIT_REASON:
        raise ValidationError({"reason": ValidationError(_("Say why the archive is closed."), code="required")})
    if on < child.opened_on:
        words = _("The archive was opened on %(day)s; it cannot be closed before that.")
        raise ValidationError({"on": ValidationError(words % {"day": child.opened_on.isoformat()}, code="before")})
    rules.refuse_future(on, "on")
    child.closed_on, child.exit_reason = on, reason
    child.save()
    audit.record(
        "child.closed",
        child,
        by=by,
        changes=masked_changes(Child, {}, {"closed_on": on, "exit_reason": reason}),
    )
    for closed in hooks.archive_closed:
        closed(child, by, on)
    return child


@transaction.atomic
def reopen(*, child: Child, by: User, on: date | None = None) -> Child:
    """The child has come back on a day: the archive was closed until then, and the figures of those days stay as they
    were. Without a day the closing was a mistake and never held. Pairings stay ended."""
    if child.closed_on is None:
        raise ValidationError(_("This archive is open."), code="open")
    for may_open in hooks.archive_to_be_reopened:
        may_open(child)
    before = {"closed_on": child.closed_on, "exit_reason": child.exit_reason}
    if on is not None:
        rules.refuse_future(on, "on")
        if on < child.closed_on:
            words = _("The archive was closed on %(day)s; it cannot be opened again before that.")
            error = ValidationError(words % {"day": child.closed_on.isoformat()}, code="before")
            raise ValidationError({"on": error})
        if on > child.closed_on:
            ClosedPeriod.objects.create(child=child, from_on=child.closed_on, until_on=on, reason=child.exit_reason)
    child.closed_on, child.exit_reason = None, ""
    _save(child)
    changes = masked_changes(Child, before, {}) | ({"opened_again_on": ["", on.isoformat()]} if on else {})
    audit.record("child.reopened", child, by=by, changes=changes)
    return child


@transaction.atomic
def take_age_step(*, child: Child, by: User, age: int, done_on: date, note: str = "") -> AgeStep:
    """Say that what is asked for at an age (`ages.TRIGGERS`) was done, on a day; nothing else of the archive changes.

    Raises ValidationError for a day to come or before the birthday, and if somebody has said so already.
    """
    rules.refuse_future(done_on, "done_on")
    if done_on < (turned := birthday(child.born_on, age)):
        words = _("The child turns %(age)s on %(day)s: it cannot have been done before.")
        raise ValidationError({"done_on": words % {"age": age, "day": turned.isoformat()}})
    step = AgeStep(child=child, age=age, done_on=done_on, note=note, done_by=by)
    try:
        with transaction.atomic():
            step.save()
    except IntegrityError:
        raise ValidationError(_("Somebody has entered this already. Look into the archive."), code="second") from None
    after = {"age": age, "done_on": done_on, "note": note}
    audit.record("agestep.done", child, by=by, changes=masked_changes(AgeStep, {}, after))
    return step


@transaction.atomic
def take_back_age_step(*, step: AgeStep, by: User) -> None:
    """What was entered as done at an age was not: it is to be done again, unless the next birthday has come."""
    before = {"age": step.age, "done_on": step.done_on, "note": step.note}
    audit.record("agestep.undone", step.child, by=by, changes=masked_changes(AgeStep, before, {}))
    step.delete()
