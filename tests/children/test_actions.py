"""What changes an archive: who may reach it afterwards, what is refused, and what the trail keeps."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError

from caseworks import access
from caseworks.access import Via
from caseworks.models import AuditEvent, ChangedError
from children import actions, hooks
from children.models import Child, Enrolment, Reach, Residence
from tests import factories
from visits.models import Pairing

pytestmark = pytest.mark.django_db
BORN = date(2014, 5, 6)


@pytest.fixture
def as_caseworker(cast, today):
    with access.scope(cast.caseworker, today=today):
        yield cast.caseworker


@pytest.fixture
def as_clerk(cast, today):
    with access.scope(cast.clerk, today=today):
        yield cast.clerk


def _open(by, **fields) -> Child:
    return actions.open_archive(
        **{"by": by, "name": "赵敏", "sex": "2", "born_on": BORN, "opened_on": date(2026, 9, 1), **fields}
    )


def _reached_by(person, child, today) -> bool:
    with access.scope(person, today=today):
        return Child.objects.filter(pk=child.pk).exists()


def _roads_by_the_facts() -> set[tuple]:
    """What `Reach` must hold, worked out anew from enrolments, residences and pairings."""
    with access.everyone("test"):
        roads = {
            (row.child_id, Via.ENROLMENT, row.school.path) for row in Enrolment.objects.filter(until_on__isnull=True)
        }
        roads |= {
            (row.child_id, Via.RESIDENCE, row.village.path) for row in Residence.objects.filter(until_on__isnull=True)
        }
        return roads | {
            (row.child_id, Via.PAIRING, row.mentor.path)
            for row in Pairing.objects.filter(until_on__isnull=True).select_related("mentor__organization")
        }


def _roads() -> set[tuple]:
    return {(row.child_id, row.via, row.path) for row in Reach.objects.all()}


def test_opening_places_the_child_at_school_and_in_the_village(cast, as_caseworker, today):
    child = _open(
        as_caseworker, school=cast.other_school, grade="6", class_name="2班", village=cast.village, ethnicity="15"
    )
    assert child.ethnicity == "15"
    [enrolment] = child.enrolments.all()
    assert (enrolment.school, enrolment.grade, enrolment.from_on) == (cast.other_school, "6", date(2026, 9, 1))
    assert child.residences.get().village == cast.village
    assert _reached_by(cast.colleague, child, today)
    assert not _reached_by(cast.clerk, child, today)
    assert _roads() == _roads_by_the_facts()


def test_opening_leaves_a_trace_without_the_id_number(cast, as_caseworker):
    number = factories.id_number(BORN, "2")
    child = _open(as_caseworker, village=cast.village, id_number=number)
    event = AuditEvent.objects.get(action="child.opened", object_id=child.pk)
    assert event.by == as_caseworker
    assert event.changes["id_number"] == ["", f"{number[:6]}********{number[-4:]}"]
    assert event.changes["village"] == ["", "longjing"]
    assert number not in str(event.changes)


def test_an_archive_nobody_of_the_office_would_reach_is_refused_and_not_kept(cast, as_caseworker):
    with pytest.raises(ValidationError) as refused:
        _open(as_caseworker, village=cast.other_village)
    assert refused.value.code == "elsewhere"
    with access.everyone("test"):
        assert not Child.objects.filter(name="赵敏").exists()
    assert _roads() == _roads_by_the_facts()


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"born_on": date(2026, 11, 24), "opened_on": date(2026, 11, 25)}, "born_on"),
        ({"opened_on": BORN - timedelta(days=1)}, "opened_on"),
        ({"opened_on": date(2026, 11, 24)}, "opened_on"),
        ({"name": " "}, "name"),
        ({"sex": "3"}, "sex"),
        ({"health": "unwell"}, "health"),
        ({"name": "赵" * 73}, "name"),
    ],
)
def test_an_archive_against_the_rules_is_refused(cast, as_caseworker, fields, field):
    with pytest.raises(ValidationError) as refused:
        _open(as_caseworker, village=cast.village, **fields)
    assert list(refused.value.error_dict) == [field]


def test_a_school_is_no_village_and_a_village_no_school(cast, as_caseworker):
    with pytest.raises(ValidationError) as refused:
        _open(as_caseworker, village=cast.village, school=cast.village)
    assert list(refused.value.error_dict) == ["school"]
    with pytest.raises(ValidationError) as refused:
        _open(as_caseworker, village=cast.town)
    assert refused.value.code == "elsewhere"
    with access.everyone("test"), pytest.raises(ValidationError) as refused:
        _open(as_caseworker, village=cast.school)
    assert list(refused.value.error_dict) == ["village"]


def test_a_taken_id_number_offers_the_archive_to_whom_may_see_it(cast, as_caseworker):
    with pytest.raises(actions.IdTakenError) as refused:
        _open(as_caseworker, village=cast.village, id_number="５００１１７ 20140302 4325")
    assert refused.value.existing == cast.child
    assert "张小雨" in str(refused.value)


def test_a_taken_id_number_says_nothing_of_an_archive_elsewhere(cast, as_caseworker):
    with pytest.raises(actions.IdTakenError) as refused:
        _open(as_caseworker, village=cast.village, id_number=cast.foreigner.id_number)
    words = str(refused.value)
    assert refused.value.existing is None
    assert all(secret not in words for secret in ("单云飞", "云县", "云村", cast.foreigner.code))


def test_the_number_of_a_closed_archive_is_free(cast, as_caseworker, today):
    actions.close(child=cast.child, by=as_caseworker, on=today, reason="moved")
    again = _open(as_caseworker, village=cast.village, id_number=cast.child.id_number)
    with pytest.raises(actions.IdTakenError) as refused:
        actions.reopen(child=cast.child, by=as_caseworker)
    assert refused.value.existing == again


def test_amending_counts_versions_and_traces_only_what_differs(cast, as_caseworker):
    child = Child.objects.get(pk=cast.child.pk)
    actions.amend(child=child, by=as_caseworker, name="张 晓雨", sex="2", ethnicity="15")
    child.refresh_from_db()
    assert (child.name, child.ethnicity, child.version) == ("张晓雨", "15", 2)
    assert " zhangxiaoyu" in child.search_text
    event = AuditEvent.objects.get(action="child.amended")
    assert event.changes == {"name": ["张*雨", "张*雨"], "ethnicity": ["", "15"]}
    actions.amend(child=child, by=as_caseworker, ethnicity="15")
    assert child.version == 2
    assert AuditEvent.objects.filter(action="child.amended").count() == 1


def test_the_second_of_two_editors_is_told_and_overwrites_nothing(cast, as_caseworker):
    first, second = Child.objects.get(pk=cast.child.pk), Child.objects.get(pk=cast.child.pk)
    actions.amend(child=first, by=as_caseworker, notes="one")
    with pytest.raises(ChangedError):
        actions.amend(child=second, by=as_caseworker, notes="two")
    assert Child.objects.get(pk=cast.child.pk).notes == "one"


def test_a_field_that_is_no_fact_of_the_archive_cannot_be_amended(cast, as_caseworker):
    with pytest.raises(TypeError):
        actions.amend(child=cast.child, by=as_caseworker, closed_on=date(2026, 1, 1))


def test_another_school_opens_one_road_and_closes_the_other(cast, as_caseworker, today):
    actions.enrol(child=cast.child, by=as_caseworker, school=cast.other_school, on=date(2026, 9, 1), grade="6")
    old, new = cast.child.enrolments.order_by("from_on")
    assert (old.until_on, new.from_on, new.until_on, new.grade) == (date(2026, 9, 1), date(2026, 9, 1), None, "6")
    assert _reached_by(cast.colleague, cast.child, today)
    assert not _reached_by(cast.clerk, cast.child, today)
    assert AuditEvent.objects.get(action="child.enrolled").changes["school"] == ["shi-school", "baisha-school"]


def test_a_new_grade_at_the_same_school_keeps_the_road(cast, as_clerk, today):
    actions.enrol(child=cast.child, by=as_clerk, school=cast.school, on=date(2026, 9, 1), grade="6", class_name="2班")
    assert [row.grade for row in cast.child.enrolments.order_by("from_on")] == ["5", "6"]
    assert _reached_by(cast.clerk, cast.child, today)


def test_a_correction_on_the_same_day_replaces_the_enrolment(cast, as_caseworker):
    actions.enrol(child=cast.child, by=as_caseworker, school=cast.other_school, on=factories.LONG_AGO)
    assert [row.school for row in cast.child.enrolments.all()] == [cast.other_school]
    assert _roads() == _roads_by_the_facts()


def test_a_child_can_leave_school(cast, as_caseworker, today):
    assert actions.enrol(child=cast.child, by=as_caseworker, school=None, on=today) is None
    assert cast.child.enrolments.get().until_on == today
    assert not _reached_by(cast.clerk, cast.child, today)


@pytest.mark.parametrize("day", [date(2019, 1, 1), date(2010, 1, 1), date(2026, 11, 24)])
def test_a_move_before_the_last_one_before_birth_or_tomorrow_is_refused(cast, as_caseworker, day):
    before = _roads()
    with pytest.raises(ValidationError):
        actions.enrol(child=cast.child, by=as_caseworker, school=cast.other_school, on=day)
    with pytest.raises(ValidationError):
        actions.settle(child=cast.child, by=as_caseworker, village=cast.other_village, on=day)
    assert cast.child.enrolments.get().until_on is None
    assert _roads() == before


def test_a_child_who_moves_away_leaves_the_caseworker(cast, as_caseworker, today):
    actions.settle(child=cast.child, by=as_caseworker, village=cast.other_village, on=today, address="1组")
    assert not Child.objects.filter(pk=cast.child.pk).exists()
    with access.everyone("test"):
        assert cast.child.residences.get(until_on__isnull=True).village == cast.other_village
    assert _reached_by(cast.clerk, cast.child, today)


def test_roads_equal_the_facts_after_a_series_of_changes(cast, today):
    with access.everyone("test"):
        by = cast.officer
        child = _open(by, school=cast.school, village=cast.village)
        actions.enrol(child=child, by=by, school=cast.other_school, on=date(2026, 10, 1))
        actions.settle(child=child, by=by, village=cast.other_village, on=date(2026, 10, 8))
        actions.settle(child=child, by=by, village=cast.village, on=date(2026, 11, 8))
        actions.enrol(child=cast.sibling, by=by, school=None, on=today)
        actions.settle(child=cast.neighbour, by=by, village=None, on=today)
        actions.close(child=cast.foreigner, by=by, on=today, reason="aged")
        actions.amend(child=child, by=by, notes="x")
    assert _roads() == _roads_by_the_facts()
    assert (child.pk, Via.RESIDENCE, cast.village.path) in _roads()


def test_closing_tells_the_others_and_keeps_the_archive_readable(cast, as_caseworker, today, monkeypatch):
    told = []
    monkeypatch.setattr(hooks, "archive_closed", [lambda *args: told.append(args)])
    actions.close(child=cast.child, by=as_caseworker, on=today, reason="returned")
    child = Child.objects.get(pk=cast.child.pk)
    assert (child.closed_on, child.exit_reason, child.version) == (today, "returned", 2)
    assert told == [(cast.child, as_caseworker, today)]
    assert AuditEvent.objects.get(action="child.closed").changes["exit_reason"] == ["", "returned"]


@pytest.mark.parametrize(
    ("on", "reason"),
    [(date(2026, 11, 23), ""), (date(2026, 11, 24), "moved"), (date(2020, 8, 31), "moved"), (date(2026, 1, 1), "no")],
)
def test_a_closing_without_reason_or_on_an_impossible_day_is_refused(cast, as_caseworker, on, reason):
    with pytest.raises(ValidationError):
        actions.close(child=cast.child, by=as_caseworker, on=on, reason=reason)
    assert Child.objects.get(pk=cast.child.pk).is_live


def test_an_archive_is_closed_once_and_opened_again(cast, as_caseworker, today):
    actions.close(child=cast.child, by=as_caseworker, on=today, reason="moved")
    with pytest.raises(ValidationError):
        actions.close(child=cast.child, by=as_caseworker, on=today, reason="moved")
    actions.reopen(child=cast.child, by=as_caseworker)
    child = Child.objects.get(pk=cast.child.pk)
    assert (child.is_live, child.exit_reason) == (True, "")
    with pytest.raises(ValidationError):
        actions.reopen(child=child, by=as_caseworker)


def test_a_refused_change_leaves_no_trace(cast, as_caseworker):
    before = AuditEvent.objects.count()
    with pytest.raises(ValidationError):
        actions.enrol(child=cast.child, by=as_caseworker, school=cast.village, on=date(2026, 9, 1))
    assert cast.child.enrolments.get().until_on is None
    assert AuditEvent.objects.count() == before
