"""The life of archives: hand-overs on their way, a merged pair and a suspected one, last summer's promotion, a shared filter.

All of it goes through the actions, so that the audit trail and the roads to the children are as they would be.
"""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

from caseworks import access
from caseworks.access import Role
from caseworks.demo.offices import District
from caseworks.demo.rows import Numbers
from caseworks.models import Organization, Posting, User
from children import actions
from children.handover import actions as handovers
from children.lists.actions import save_filter
from children.models import Child, Enrolment, Handover, Promoted, Promotion
from children.promotion.views import term_begins
from guardians.duplicates.actions import merge

_WEEK = timedelta(days=7)


def add_life(district: District, caseworker: User, administrator: User, today: date) -> None:
    """Fill the pages of hand-overs, duplicates, promotions and saved filters. The scope EVERYONE must be in force."""
    story, second, third = district.towns[0].villages[:3]
    two, three = _keeper(second), _keeper(third)
    _hand_over(second, story, two, caseworker, today)
    _answer(_hand_over(second, third, two, three, today), three, today)
    _answer(_hand_over(story, second, caseworker, two, today), two, today, "这户还住在双龙村，只是周末来外婆家。")
    _doubles(second, two, today)
    _promotion(district.towns[0].primaries[0], today)
    own, office = administrator.postings_on(today)[0].organization, caseworker.postings_on(today)[0].organization
    save_filter(by=administrator, organization=own, name="去广东务工的六年级", query="grade=6&province=44", shared=True)
    save_filter(by=caseworker, organization=office, name="六年级女生", query="grade=6&sex=2", shared=True)


def _keeper(village: Organization) -> User:
    return Posting.objects.filter(organization=village, role=Role.CASEWORKER).select_related("user").get().user


def _hand_over(giver: Organization, receiver: Organization, by: User, answers: User, today: date) -> Handover:
    """An only child of the giver's village, proposed to the receiver's."""
    with access.scope(by, today=today):
        waiting = Handover.objects.values("child")
        children = Child.objects.live().living_under(giver, on=today).exclude(pk__in=waiting)
        child = children.filter(opened_on__lt=today - 8 * _WEEK).exclude(name__in=("张伟", "张小雅")).in_name_order()[0]
        return handovers.propose(
            child=child, by=by, to=receiver, on=today - _WEEK, reason="moved", note="一家人搬到了那边的新房子。"
        )


def _answer(handover: Handover, by: User, today: date, answer: str = "") -> None:
    """Accepted, or returned if there is something to say."""
    with access.scope(by, today=today):
        if answer:
            handovers.give_back(handover=handover, by=by, answer=answer)
        else:
            handovers.accept(handover=handover, by=by)


def _doubles(village: Organization, by: User, today: date) -> None:
    """Two archives were opened a second time by mistake: one pair was merged, the other nobody has looked at yet."""
    numbers = Numbers()
    with access.scope(by, today=today):
        first, second = Child.objects.live().living_under(village, on=today).in_name_order()[3:5]
        for child in (first, second):
            twin = actions.open_archive(
                by=by,
                name=child.name,
                sex=child.sex,
                born_on=child.born_on,
                opened_on=today - timedelta(days=2),
                id_number=numbers.draw("500117", child.born_on, child.sex),
                registration=child.registration,
                village=village,
            )
            if child == first:
                merge(keep=child, absorb=twin, by=by)
            else:
                actions.close(child=twin, by=by, on=today, reason="moved")


def _promotion(school: Organization, today: date) -> None:
    """What the families' enrolments say of the last first of September, as a promotion that can be taken back."""
    term_on = term_begins(today)
    by = Posting.objects.filter(organization=school, role=Role.SCHOOL_STAFF).select_related("user")[0].user
    ended = {row.child_id: row for row in Enrolment.objects.filter(school=school, until_on=term_on)}
    after = {row.child_id: row for row in Enrolment.objects.filter(from_on=term_on, child__in=ended)}
    if not after:  # a demo loaded early in a year stands in the middle of a school year
        return
    versions = dict(Child.objects.filter(pk__in=after).values_list("pk", "version"))
    promotion = Promotion.objects.create(school=school, term_on=term_on, made_by=by)
    rows = [
        Promoted(
            promotion=promotion,
            child_id=key,
            before=ended[key],
            after=row,
            outcome="up" if row.school_id == school.pk else "moves",
            child_version=versions[key],
        )
        for key, row in after.items()
    ]
    Promoted.objects.bulk_create(rows)
    promotion.counts = dict(Counter(row.outcome for row in rows))
    promotion.save(update_fields=["counts"])
