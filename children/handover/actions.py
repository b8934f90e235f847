"""What happens to a hand-over. Whoever moves a child to a school or village that they do not reach themselves proposes
it; the archive goes over only when the receiver accepts. An answer is given once, however many give it at once."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from caseworks import access, audit, codelists
from caseworks.access import ROLES, Permission, Via
from caseworks.models import AuditEvent, Organization, Posting, User
from children import actions, rules
from children.models import Child, Enrolment, Grant, Handover, Residence
from children.reach import open_road

DAYS_OF_AN_EMERGENCY = 3
EMERGENCIES_A_DAY = 5
VAIN_TRIES_A_DAY = 10
ANSWERED = gettext_lazy("This hand-over has been answered meanwhile. Look at what became of it.")


def _posting() -> Posting:
    acting = access.acting()
    if acting is None or acting.posting is None:
        raise PermissionDenied
    return acting.posting


def road_of(place: Organization) -> Via:
    """The road by which a school or village reaches its children. Raises ValidationError for any other office."""
    if place.kind in codelists.SCHOOL_KINDS:
        return Via.ENROLMENT
    if place.kind == "village":
        return Via.RESIDENCE
    words = _("A child is handed over to a school or to a village.")
    raise ValidationError({"to": ValidationError(words, code="kind")})


def _place_now(child: Child, via: str) -> Enrolment | Residence | None:
    if via == Via.ENROLMENT:
        return child.enrolments.filter(until_on__isnull=True).select_related("school").first()
    return child.residences.filter(until_on__isnull=True).select_related("village").first()


def keeper_now(child: Child, via: str) -> Organization | None:
    """The school, or the village, that a child is at now."""
    row = _place_now(child, via)
    return None if row is None else row.school if isinstance(row, Enrolment) else row.village


def needs_handover(child: Child, to: Organization | None) -> bool:
    """True if the child would leave one office for another that whoever acts does not reach. To enter a first school or
    village, to move within one's own area and to let a child go takes nobody by surprise: that is done directly."""
    if to is None or to.is_under(_posting().organization):
        return False
    now = keeper_now(child, road_of(to))
    return now is not None and now != to


def _waiting(child: Child, via: Via, **facts: Any) -> Handover:
    row = _place_now(child, via)
    handover = Handover(
        child=child,
        via=via,
        from_path=facts["from_organization"].path,
        to_path=facts["to_organization"].path,
        proposed_path=_posting().organization.path,
        name=child.name,
        sex=child.sex,
        born_on=child.born_on,
        **{"grade": row.grade if isinstance(row, Enrolment) else "", **facts},
    )
    handover.clean_fields(exclude=["child", "from_organization", "to_organization", "proposed_by"])
    try:
        with transaction.atomic():
            handover.save(force_insert=True)
    except IntegrityError as error:
        if "one_waiting_handover" not in str(error) and "child_id" not in str(error):
            raise
        raise ValidationError(_("A hand-over of this child waits for an answer already."), code="waiting") from None
    return handover


class NobodyFoundError(ValidationError):
    """No open archive has the number. The error undoes everything, so `note_vain_try` leaves the trace afterwards."""

    def __init__(self) -> None:
        words = _("There is no open archive with this number. Check it; if it is right, open a new archive.")
        super().__init__({"id_number": ValidationError(words, code="unknown")})


def _refuse_guessing(by: User) -> None:
    """Numbers are known from papers, not tried out."""
    since = timezone.now() - timedelta(days=1)
    recent = AuditEvent.objects.filter(by=by, at__gte=since)
    if (
        recent.filter(action="emergency.opened").count() >= EMERGENCIES_A_DAY
        or recent.filter(action="handover.refused").count() >= VAIN_TRIES_A_DAY
    ):
        words = _("Too many archives were asked for within a day. Call the office that keeps the archive, or 12345.")
        raise ValidationError(words, code="too_many")


@transaction.atomic
def note_vain_try(*, by: User) -> None:
    """Leave a trace of a number that no open archive has: guessing is noticed, and soon refused."""
    audit.record("handover.refused", by=by)


@transaction.atomic
def propose(
    *, child: Child, by: User, to: Organization, on: date, reason: str, note: str = "", grade: str | None = None
) -> Handover:
    """Offer the archive to a school or village, which takes it from the day `on`; until it accepts nothing changes.

    Raises ValidationError if the child is not at an office of that kind, is there already, or waits for another answer.
    """
    via = road_of(to)
    rules.refuse_future(on, "on")
    now = keeper_now(child, via)
    if not child.is_live:
        raise ValidationError(_("This archive is already closed."), code="closed")
    if now is None:
        raise ValidationError(_("The child is at no such place now. Enter the new one directly."), code="nowhere")
    if now == to:
        raise ValidationError({"to": ValidationError(_("The child is there already."), code="there")})
    handover = _waiting(
        child,
        via,
        from_organization=now,
        to_organization=to,
        reason=reason,
        note=note.strip(),
        moves_on=on,
        proposed_by=by,
        **({} if grade is None else {"grade": grade}),
    )
    audit.record("handover.proposed", handover, by=by, changes=_named(child, now, to))
    return handover


def _named(child: Child, giver: Organization | None, receiver: Organization) -> dict[str, list[Any]]:
    return {"child": [None, child.code], "office": [giver.code if giver else "", receiver.code]}


@transaction.atomic
def ask_for(
    *, by: User, id_number: str, to: Organization, on: date, reason: str, note: str = "", grade: str = ""
) -> Handover | Child:
    """Ask for the archive with this ID number, which another office keeps. Who keeps it is not said; they answer.

    An archive that no school and no village keeps is taken over at once (认领): the child is returned. Raises
    ValidationError if there is no open archive with the number, or whoever asks reaches it.
    """
    _refuse_guessing(by)
    rules.refuse_future(on, "on")
    via = road_of(to)
    if not to.is_under(_posting().organization) or via not in ROLES[_posting().role].roads:
        raise ValidationError({"to": ValidationError(_("Choose a place of your own office."), code="not_own")})
    with access.everyone("hand-over asked for by ID number"):
        child = Child.objects.live().with_id_number(id_number).first()
        # the school answers for its pupil, the village for its child; whoever there is
        keeper = child and (
            keeper_now(child, via) or keeper_now(child, Via.ENROLMENT) or keeper_now(child, Via.RESIDENCE)
        )
    if child is None:
        raise NobodyFoundError
    if Child.objects.filter(pk=child.pk).exists():
        words = _("You reach this archive already: %(name)s.") % {"name": child.name}
        raise ValidationError({"id_number": ValidationError(words, code="own")})
    if keeper is None:
        return _claim(child, via, by, to, on, grade)
    handover = _waiting(
        child,
        via,
        from_organization=keeper,
        to_organization=to,
        asked_by_receiver=True,
        reason=reason,
        note=note.strip(),
        moves_on=on,
        grade=grade,
        proposed_by=by,
    )
    audit.record("handover.asked", handover, by=by, changes=_named(child, None, to))
    return handover


def is_kept_elsewhere(id_number: str) -> bool:
    """Whether an office out of reach keeps an open archive with this number; which one is not said. The database would
    refuse a second one with the same number anyway, so nothing is told that saving would not tell."""
    if Child.objects.live().with_id_number(id_number).exists():
        return False
    with access.everyone("whether an ID number has an archive"):
        return Child.objects.live().with_id_number(id_number).exists()


def _claim(child: Child, via: Via, by: User, to: Organization, on: date, grade: str) -> Child:
    open_road(child, via, to.path)
    child = Child.objects.get(pk=child.pk)
    _move(child, via, by, to, on, grade)
    audit.record("handover.claimed", child, by=by, changes=_named(child, None, to))
    return child


def _move(child: Child, via: str, by: User, to: Organization, on: date, grade: str) -> None:
    if via == Via.RESIDENCE:
        actions.settle(child=child, by=by, village=to, on=on)
    else:
        actions.enrol(child=child, by=by, school=to, on=on, grade=grade)


def _settle_state(handover: Handover, by: User, state: str, answer: str = "") -> None:
    """Give the one answer there can be. Raises ValidationError for whoever comes second."""
    answered = {"state": state, "answered_by": by, "answered_at": timezone.now()}
    if not Handover.objects.filter(pk=handover.pk, state="waiting").update(**answered):
        raise ValidationError(ANSWERED, code="answered")
    for field, value in answered.items():
        setattr(handover, field, value)
    if answer:
        Handover.objects.filter(pk=handover.pk).update(answer=answer)
        handover.answer = answer


def may_answer(handover: Handover) -> bool:
    """Whether whoever acts accepts or returns it: the receiver what was proposed, the giver what was asked for."""
    posting = _posting()
    keeps = posting.allows(Permission.KEEP_ARCHIVES)
    return keeps and Handover.objects.to_answer(posting).filter(pk=handover.pk).exists()


def may_withdraw(handover: Handover) -> bool:
    """Whether whoever acts may take it back: the office that proposed or asked, and the giver of what was proposed."""
    own = _posting().organization.path
    mine = handover.proposed_path.startswith(own)
    gives = not handover.asked_by_receiver and handover.from_path.startswith(own)
    return handover.is_waiting and (mine or gives) and not may_answer(handover)


@transaction.atomic
def accept(*, handover: Handover, by: User) -> Child:
    """The archive goes over: the receiver reaches it from now on, the giver no longer. Returns the child, whom the
    giver who accepts a request does not reach any more."""
    if not may_answer(handover):
        raise PermissionDenied
    _settle_state(handover, by, "accepted")
    if not handover.asked_by_receiver:
        # the road first: what follows is done by the receiver, in the receiver's own scope
        open_road(Child(pk=handover.child_id), Via(handover.via), handover.to_path)
    child = Child.objects.filter(pk=handover.child_id).first()
    if child is None or not child.is_live:
        raise ValidationError(_("The archive has been closed or has gone to another office meanwhile."), code="gone")
    now = keeper_now(child, handover.via)
    if not handover.asked_by_receiver and now != handover.from_organization:
        words = _("The child has moved meanwhile. Return the hand-over, and let it be proposed anew.")
        raise ValidationError(words, code="moved")
    receiver = handover.to_organization
    audit.record("handover.accepted", handover, by=by, changes=_named(child, handover.from_organization, receiver))
    _move(child, handover.via, by, receiver, handover.moves_on, handover.grade)
    return child


@transaction.atomic
def give_back(*, handover: Handover, by: User, answer: str) -> Handover:
    """The archive stays where it is; `answer` says why, to whoever proposed or asked."""
    if not may_answer(handover):
        raise PermissionDenied
    if not answer.strip():
        raise ValidationError({"answer": ValidationError(_("Say why, so that they know what to do."), code="required")})
    _settle_state(handover, by, "returned", answer.strip())
    audit.record("handover.returned", handover, by=by)
    return handover


@transaction.atomic
def withdraw(*, handover: Handover, by: User) -> Handover:
    """Whoever proposed or asked no longer wants it."""
    if not may_withdraw(handover):
        raise PermissionDenied
    _settle_state(handover, by, "withdrawn")
    audit.record("handover.withdrawn", handover, by=by)
    return handover


@transaction.atomic
def withdraw_those_of_closed_archive(child: Child, by: User, on: date) -> None:
    """Listens to `children.hooks.archive_closed`: a closed archive goes nowhere."""
    waiting = Handover.objects.filter(child=child, state="waiting")
    for handover in waiting:
        _settle_state(handover, by, "withdrawn")
        audit.record("handover.withdrawn", handover, by=by)


@transaction.atomic
def open_in_emergency(*, by: User, id_number: str, reason: str, words: str) -> Child:
    """Reach an archive of another office for three days because a child is in danger: everything is recorded, and the
    office that keeps the archive sees who looked and why. Within one's own reach it changes nothing.

    Raises ValidationError if there is no open archive with the number, or after five tries within a day.
    """
    _refuse_guessing(by)
    own = Child.objects.live().with_id_number(id_number).first()
    if own is not None:
        return own
    with access.everyone("emergency"):
        found = Child.objects.live().with_id_number(id_number).first()
    if found is None:
        raise NobodyFoundError
    posting, today = _posting(), rules.acting_day()
    until = today + timedelta(days=DAYS_OF_AN_EMERGENCY)
    open_road(found, Via.GRANT, posting.organization.path, until_on=until)
    child = Child.objects.get(pk=found.pk)
    grant = Grant(
        child=child,
        organization=posting.organization,
        given_to=by,
        reason=reason,
        words=words.strip(),
        from_on=today,
        until_on=until,
    )
    grant.clean_fields(exclude=["child", "organization", "given_to"])
    grant.save()
    changes = {"child": [None, child.code], "until_on": [None, until.isoformat()]}
    audit.record("emergency.opened", grant, by=by, reason=codelists.EMERGENCY.label(reason), changes=changes)
    return child
