"""Carrying out the yearly promotion of a school, and taking it back: each is one change, whole or not at all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from caseworks import access, audit, codelists
from caseworks.access import Via
from caseworks.models import Organization, User
from children import actions, rules
from children.handover import actions as handovers
from children.models import Boarding, Child, Enrolment, Promoted, Promotion
from children.promotion.plan import ClassPlan, plan, without_village
from children.reach import close_road, open_road

DAYS_BETWEEN = 180
NAMES_SHOWN = 5


def _names(children: Collection[Child]) -> str:
    shown = "、".join(child.name for child in list(children)[:NAMES_SHOWN])
    return shown + ("…" if len(children) > NAMES_SHOWN else "")


@transaction.atomic
def promote(
    *,
    by: User,
    school: Organization,
    term_on: date,
    outcomes: Mapping[str, str],
    repeats: Collection[str] = (),
    leaves: Collection[str] = (),
    next_school: Organization | None = None,
) -> Promotion:
    """All classes of a school go up on the first day of a term.

    `outcomes` says for each class (`ClassPlan.key`) what becomes of it, by a code of PROMOTION_OUTCOME; `repeats` and
    `leaves` name, by archive code, the pupils for whom it is otherwise. Whoever goes on to `next_school` goes there at
    once if whoever acts reaches it, and else is handed over to it. Raises ValidationError if the school has been
    promoted within half a year, or a pupil would be left whom nobody reaches.
    """
    rules.refuse_future(term_on, "term_on")
    # two people at once: the second waits here, and is then told that it is done
    school = Organization.objects.select_for_update().get(pk=school.pk)
    earlier = promotion_near(school, term_on)
    if earlier is not None:
        words = _("The classes of this school went up on %(day)s already.") % {"day": earlier.term_on.isoformat()}
        raise ValidationError(words, code="done")
    found = plan(school, term_on)
    if not found.pupils:
        raise ValidationError(_("Nobody has been enrolled at this school since before that day."), code="nobody")
    chosen = [
        (row, each, _outcome(row, each, outcomes, repeats, leaves)) for each in found.classes for row in each.pupils
    ]
    _check(chosen, next_school)
    counts = dict(Counter(outcome for _row, _class, outcome in chosen))
    try:
        with transaction.atomic():
            promotion = Promotion.objects.create(school=school, term_on=term_on, made_by=by, counts=counts)
    except IntegrityError:
        raise ValidationError(_("The classes of this school went up on that day already."), code="done") from None
    _up([(row, each) for row, each, outcome in chosen if outcome == "up"], promotion)
    for row, _each, outcome in chosen:
        if outcome != "up":
            _otherwise(row, outcome, promotion, by, next_school)
    changes: dict[str, list[Any]] = {"school": [None, school.code], "term_on": [None, term_on.isoformat()]}
    audit.record("promotion.made", promotion, by=by, changes=changes | {code: [None, n] for code, n in counts.items()})
    return promotion


def promotion_near(school: Organization, term_on: date) -> Promotion | None:
    """The promotion of the school within half a year of a day, if it was not taken back."""
    near = (term_on - timedelta(days=DAYS_BETWEEN), term_on + timedelta(days=DAYS_BETWEEN))
    return school.promotions.filter(undone_at__isnull=True, term_on__range=near).first()


def _outcome(
    row: Enrolment, each: ClassPlan, outcomes: Mapping[str, str], repeats: Collection[str], leaves: Collection[str]
) -> str:
    if row.child.code in leaves:
        return "leaves"
    if row.child.code in repeats:
        return "repeats"
    return outcomes.get(each.key, each.outcome)


def _check(chosen: list[tuple[Enrolment, ClassPlan, str]], next_school: Organization | None) -> None:
    for _row, each, outcome in chosen:
        if outcome not in codelists.PROMOTION_OUTCOME or (outcome == "up" and not each.to_grade):
            words = _("%(name)s: choose what becomes of this class.") % {"name": each.label}
            raise ValidationError(words, code="outcome")
    if next_school is None and any(outcome == "moves" for _row, _class, outcome in chosen):
        words = _("Choose the school to which the pupils go on.")
        raise ValidationError({"next_school": ValidationError(words, code="required")})
    lost = list(without_village([row for row, _class, outcome in chosen if outcome == "leaves"]))
    if lost:
        words = _(
            "%(number)s pupils would leave and live in no village of the registry, so nobody would reach their "
            "archives: %(names)s. Close their archives, hand them over to the next school, or enter the village first."
        )
        raise ValidationError(words % {"number": len(lost), "names": _names(lost)}, code="lost")


def _up(rows: list[tuple[Enrolment, ClassPlan]], promotion: Promotion) -> None:
    term_on = promotion.term_on
    for start in range(0, len(rows), 500):
        part = rows[start : start + 500]
        Enrolment.objects.filter(pk__in=[row.pk for row, _class in part]).update(
            until_on=term_on, version=F("version") + 1
        )
        new = [
            Enrolment(
                child=row.child,
                school_id=row.school_id,
                grade=each.to_grade,
                class_name=each.to_name,
                boarding=row.boarding,
                student_number=row.student_number,
                from_on=term_on,
            )
            for row, each in part
        ]
        Enrolment.objects.bulk_create(new)
        Promoted.objects.bulk_create(
            [
                Promoted(
                    promotion=promotion,
                    child=row.child,
                    before=row,
                    after=after,
                    outcome="up",
                    child_version=row.child.version,
                )
                for (row, _class), after in zip(part, new, strict=True)
            ]
        )


def _otherwise(row: Enrolment, outcome: str, promotion: Promotion, by: User, next_school: Organization | None) -> None:
    child, on = row.child, promotion.term_on
    # the row first: whoever has left is not reached any more
    done = Promoted.objects.create(
        promotion=promotion, child=child, before=row, outcome=outcome, child_version=child.version
    )
    if outcome == "leaves":
        actions.enrol(child=child, by=by, school=None, on=on)
    elif outcome == "graduates":
        actions.close(child=child, by=by, on=on, reason="graduated")
        Promoted.objects.filter(pk=done.pk).update(child_version=child.version)
    elif outcome == "moves" and next_school is not None:
        if handovers.needs_handover(child, next_school):
            proposed = handovers.propose(child=child, by=by, to=next_school, on=on, reason="graduated", grade="")
            Promoted.objects.filter(pk=done.pk).update(handover=proposed)
        else:
            after = actions.enrol(child=child, by=by, school=next_school, on=on)
            Promoted.objects.filter(pk=done.pk).update(after=after)


# --- Taking it back -----------------------------------------------------------------------------------------------------


def changed_since(promotion: Promotion) -> list[Child]:
    """The children whose school, or archive, somebody has changed after the promotion: they stand against taking it back."""
    with access.everyone("whether a promotion can be taken back"):
        done = promotion.rows.select_related("child", "before", "after", "handover")
        rows = list(done.order_by("child__name_order"))
        opened = {
            row.child_id: row.pk
            for row in Enrolment.objects.filter(child__in=[row.child_id for row in rows], until_on__isnull=True)
        }
    return [row.child for row in rows if not _is_as_left(row, opened.get(row.child_id), promotion)]


def _is_as_left(row: Promoted, open_enrolment: Any, promotion: Promotion) -> bool:
    before, ended = row.before, row.before is not None and row.before.until_on == promotion.term_on
    if before is None:
        return False
    if row.outcome == "repeats":
        return open_enrolment == before.pk
    if row.outcome == "leaves":
        return ended and open_enrolment is None
    if row.outcome == "graduates":
        return row.child.closed_on == promotion.term_on and row.child.version == row.child_version
    if row.handover is not None:
        return row.handover.is_waiting and open_enrolment == before.pk
    return ended and row.after is not None and open_enrolment == row.after.pk


def _give_beds_back(children: Collection[Child], term_on: date) -> None:
    """The place at school that ended with the promotion holds again, unless the child has another by now."""
    taken = Boarding.objects.filter(until_on__isnull=True).values("child")
    ended = Boarding.objects.filter(child__in=children, until_on=term_on).exclude(child__in=taken)
    ended.update(until_on=None, version=F("version") + 1)


@transaction.atomic
def undo(*, promotion: Promotion, by: User) -> Promotion:
    """Every class goes back to where it was. Raises ValidationError, with names, as soon as somebody has changed one of
    the rows since, and for whoever takes it back second."""
    now = timezone.now()
    if not Promotion.objects.filter(pk=promotion.pk, undone_at__isnull=True).update(undone_at=now, undone_by=by):
        raise ValidationError(_("This has been taken back already."), code="undone")
    promotion.undone_at, promotion.undone_by = now, by
    if changed := changed_since(promotion):
        words = _("It can no longer be taken back: %(number)s archives were changed since, such as %(names)s.")
        raise ValidationError(words % {"number": len(changed), "names": _names(changed)}, code="changed")
    # those who left are reached again first
    with access.everyone("a promotion is taken back"):
        gone = [row.child for row in promotion.rows.filter(outcome="leaves").select_related("child")]
    for child in gone:
        open_road(child, Via.ENROLMENT, promotion.school.path)
    rows = list(promotion.rows.select_related("child", "before", "after__school", "handover"))
    Enrolment.objects.filter(pk__in=[row.after_id for row in rows if row.after_id]).delete()
    Enrolment.objects.filter(pk__in=[row.before_id for row in rows if row.outcome != "repeats"]).update(
        until_on=None, version=F("version") + 1
    )
    _give_beds_back([row.child for row in rows if row.outcome in ("leaves", "moves")], promotion.term_on)
    for row in rows:
        if row.outcome == "graduates":
            actions.reopen(child=row.child, by=by)
        elif row.handover is not None:
            handovers.withdraw(handover=row.handover, by=by)
        elif row.outcome == "moves" and row.after is not None:
            close_road(row.child, Via.ENROLMENT, row.after.school.path)
            open_road(row.child, Via.ENROLMENT, promotion.school.path)
    audit.record("promotion.undone", promotion, by=by, changes={"children": [len(rows), None]})
    return promotion
