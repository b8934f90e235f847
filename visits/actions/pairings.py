"""Mentors, and the children they are paired with."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from caseworks import audit, codelists
from caseworks.access import Via, acting
from caseworks.models import Organization, User
from caseworks.privacy import masked_changes
from children.models import Child, Reach
from children.reach import close_road, open_road
from visits.models import Mentor, Pairing


def _today() -> date:
    """The day of the scope in force: roads to children are opened and closed by it."""
    current = acting()
    if current is None:
        raise RuntimeError("A pairing is changed inside a scope.")
    return current.scope.today


@transaction.atomic
def pair(*, mentor: Mentor, child: Child, by: User, on: date) -> Pairing:
    """Give a child to a mentor, from a day on; the mentor reaches the child at once.

    Raises ValidationError for a closed archive, a pairing of the same two that has not ended by then, a day in the
    future, before the child's birth, or outside the mentor's own time.
    """
    if on > _today():
        raise ValidationError({"from_on": ValidationError(_("The date lies in the future."), code="future")})
    if not child.is_live:
        raise ValidationError(
            _("The archive of %(name)s was closed on %(day)s.") % {"name": child.name, "day": child.closed_on},
            code="closed",
        )
    if on < child.born_on:
        text = _("%(name)s was not born yet on that date.") % {"name": child.name}
        raise ValidationError({"from_on": ValidationError(text, code="before_birth")})
    if on < mentor.from_on:
        text = _("%(name)s has been a mentor only since %(day)s.") % {"name": mentor.name, "day": mentor.from_on}
        raise ValidationError({"from_on": ValidationError(text, code="before_mentor")})
    if mentor.until_on is not None:
        text = _("%(name)s stops being a mentor on %(day)s.") % {"name": mentor.name, "day": mentor.until_on}
        raise ValidationError({"mentor": ValidationError(text, code="mentor_ended")})
    same = Pairing.objects.filter(mentor=mentor, child=child)
    if same.filter(Q(until_on__isnull=True) | Q(until_on__gt=on)).exists():
        raise ValidationError(
            _("%(mentor)s and %(child)s are paired already.") % {"mentor": mentor.name, "child": child.name},
            code="paired",
        )
    pairing = Pairing.objects.create(mentor=mentor, child=child, from_on=on)
    open_road(child, Via.PAIRING, mentor.path)
    audit.record("pairing.began", pairing, by=by, changes={"child": [None, child.code], "mentor": [None, mentor.code]})
    return pairing


@transaction.atomic
def end_pairing(*, pairing: Pairing, by: User, on: date, reason: str) -> Pairing:
    """End a pairing: `on` is the first day on which the mentor reaches the child no more; today or earlier means now.

    `reason` is a code of PAIRING_END. Raises ValidationError if it has ended before, or would end before it began.
    """
    if pairing.until_on is not None and pairing.until_on <= max(on, _today()):
        raise ValidationError(
            _("This pairing has an end already: %(day)s.") % {"day": pairing.until_on}, code="ended_before"
        )
    if on < pairing.from_on:
        text = _("It began on %(day)s and cannot end before.") % {"day": pairing.from_on}
        raise ValidationError({"until_on": ValidationError(text, code="before_it_began")})
    if reason not in codelists.PAIRING_END:
        raise ValidationError({"end_reason": ValidationError(_("Choose one of the listed values."), code="reason")})
    before = pairing.until_on
    pairing.until_on, pairing.end_reason = on, reason
    pairing.save(update_fields=["until_on", "end_reason"])
    # the trace first: once the road is closed, whoever came this way no longer reaches the child
    audit.record(
        "pairing.ended",
        pairing,
        by=by,
        changes={"until_on": [before and before.isoformat(), on.isoformat()], "end_reason": ["", reason]},
    )
    if on <= _today():
        close_road(pairing.child, Via.PAIRING, pairing.mentor.path)
    else:
        open_road(pairing.child, Via.PAIRING, pairing.mentor.path, until_on=on)
    return pairing


def end_pairings_of_closed_archive(child: Child, by: User, on: date) -> None:
    """Listens to `children.hooks.archive_closed`: nobody is paired with a child whose archive is closed."""
    still = Q(until_on__isnull=True) | Q(until_on__gt=on)
    for pairing in child.pairings.filter(still).select_related("mentor__organization"):
        end_pairing(pairing=pairing, by=by, on=max(on, pairing.from_on), reason="closed")


@transaction.atomic
def enlist_mentor(*, by: User, organization: Organization, name: str, from_on: date, **facts: Any) -> Mentor:
    """Enter somebody as a mentor of an organization. `facts`: phone, kind, checked_on, user (their login, if any)."""
    mentor = Mentor(organization=organization, name=name.strip(), from_on=from_on, **facts)
    _check_login(mentor)
    mentor.save()
    audit.record("mentor.enlisted", mentor, by=by)
    return mentor


@transaction.atomic
def amend_mentor(*, mentor: Mentor, by: User, **changes: Any) -> Mentor:
    """Correct name, phone, kind, login or the day of the background check. The organization stays: it is part of the
    road by which the mentor reaches the children; somebody who changes office ends here and is enlisted there."""
    allowed = {"name", "phone", "kind", "user", "checked_on"}
    if unknown := set(changes) - allowed:
        raise TypeError(f"not changed here: {', '.join(sorted(unknown))}")
    changed = {name: getattr(mentor, name) for name, value in changes.items() if getattr(mentor, name) != value}
    for name in changed:
        setattr(mentor, name, changes[name])
    if changed:
        _check_login(mentor)
        mentor.save(update_fields=list(changed))
        after = {name: changes[name] for name in changed}
        audit.record("mentor.amended", mentor, by=by, changes=masked_changes(Mentor, changed, after))
    return mentor


def _check_login(mentor: Mentor) -> None:
    """A login is of use only with a mentor's post at the same organization (caseworks.access.scope_of)."""
    if mentor.user is not None and not mentor.user.postings.filter(
        organization=mentor.organization, role="mentor", until_on__isnull=True
    ):
        text = _("%(person)s has no post as a mentor at %(organization)s.") % {
            "person": mentor.user,
            "organization": mentor.organization,
        }
        raise ValidationError({"user": ValidationError(text, code="no_post")})


@transaction.atomic
def end_mentor(*, mentor: Mentor, by: User, on: date) -> Mentor:
    """Somebody stops being a mentor: all their pairings end on that day, for the reason that the mentor changed.

    Raises ValidationError if they have stopped before, or a pairing began after that day.
    """
    if mentor.until_on is not None and mentor.until_on <= max(on, _today()):
        raise ValidationError(
            _("%(name)s stops being a mentor on %(day)s.") % {"name": mentor.name, "day": mentor.until_on},
            code="ended_before",
        )
    if on < mentor.from_on:
        text = _("It began on %(day)s and cannot end before.") % {"day": mentor.from_on}
        raise ValidationError({"until_on": ValidationError(text, code="before_it_began")})
    still = Q(until_on__isnull=True) | Q(until_on__gt=on)
    for pairing in Pairing.objects.filter(still, mentor=mentor).select_related("child", "mentor__organization"):
        end_pairing(pairing=pairing, by=by, on=on, reason="mentor")
    mentor.until_on = on
    mentor.save(update_fields=["until_on"])
    if on <= _today():
        # also where an earlier slip left a road without a pairing
        Reach.objects.filter(via=Via.PAIRING, path=mentor.path).delete()
    audit.record("mentor.ended", mentor, by=by, changes={"until_on": [None, on.isoformat()]})
    return mentor
