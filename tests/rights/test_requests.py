"""Requests of families: received, due, answered."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from caseworks import access
from caseworks.models import AuditEvent
from caseworks.rights.actions.requests import answer_request, receive_request
from caseworks.rights.models import RightsRequest
from caseworks.rights.workdays import workdays_after
from tests import factories
from tests.rights import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def receiving(cast, today):
    with access.scope(cast.clerk, today=today):
        yield cast


def _received(cast, **changes):
    values = {
        "child": cast.child, "by": cast.clerk, "office": cast.school, "kind": "copy", "received_on": date(2026, 11, 20),
        "identity_check": "id_card", "relative": cast.mother, "words": "要全部复印件",
    }  # fmt: skip
    return receive_request(**values | changes)


@pytest.mark.parametrize(
    ("day", "number", "due"),
    [
        (date(2026, 11, 20), 1, date(2026, 11, 23)),
        (date(2026, 11, 21), 1, date(2026, 11, 23)),
        (date(2026, 11, 20), 15, date(2026, 12, 11)),
        (date(2026, 11, 23), 0, date(2026, 11, 23)),
        (date(2026, 9, 30), 1, date(2026, 10, 8)),  # the National Day
        (date(2026, 10, 9), 1, date(2026, 10, 10)),  # a Saturday worked for it
        (date(2050, 9, 30), 1, date(2050, 10, 3)),  # not published yet: Monday to Friday
    ],
)
def test_working_days_pass_over_weekends_and_holidays(day, number, due):
    assert workdays_after(day, number) == due


class TestReceiving:
    def test_it_is_due_after_fifteen_working_days(self, receiving, settings):
        assert _received(receiving).due_on == date(2026, 12, 11)
        settings.REQUEST_WORKING_DAYS = 5
        assert _received(receiving).due_on == date(2026, 11, 27)

    def test_the_trail_says_what_and_not_the_words(self, receiving):
        _received(receiving)
        event = AuditEvent.objects.get(action="request.asked")
        assert event.object_id == receiving.child.pk
        assert event.changes["kind"] == ["", "copy"]
        assert "复印" not in str(event.changes)

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"received_on": date(2026, 11, 24)}, "received_on"),
            ({"asker_name": "王律师"}, "asker_name"),
            ({"kind": "gift"}, "kind"),
            ({"identity_check": ""}, "identity_check"),
            ({"words": "长" * 1001}, "words"),
        ],
    )
    def test_what_cannot_be_is_refused(self, receiving, changes, field):
        with pytest.raises(ValidationError) as refusal:
            _received(receiving, **changes)
        assert set(refusal.value.message_dict) == {field}

    def test_another_family_s_relative_is_refused(self, receiving):
        with pytest.raises(ValidationError):
            _received(receiving, relative=factories.relative(receiving.neighbour, name="李父"))


class TestAnswering:
    def test_a_decision_has_its_day_and_person(self, receiving):
        row = answer_request(
            request=_received(receiving), by=receiving.officer, decision="granted", on=date(2026, 11, 23)
        )
        assert (row.decision, row.decided_by, row.is_waiting, row.is_granted) == (
            "granted",
            receiving.officer,
            False,
            True,
        )

    @pytest.mark.parametrize("decision", ["partly", "refused"])
    def test_a_refusal_needs_a_reason(self, receiving, decision):
        request = _received(receiving)
        with pytest.raises(ValidationError) as refusal:
            answer_request(request=request, by=receiving.officer, decision=decision, on=date(2026, 11, 23), reason="  ")
        assert set(refusal.value.message_dict) == {"reason"}
        answer_request(
            request=request, by=receiving.officer, decision=decision, on=date(2026, 11, 23), reason="依法保存"
        )

    @pytest.mark.parametrize(
        ("changes", "field"),
        [({"on": date(2026, 11, 19)}, "on"), ({"on": date(2026, 11, 24)}, "on"), ({"decision": "maybe"}, "decision")],
    )
    def test_what_cannot_be_is_refused(self, receiving, changes, field):
        values = {
            "request": _received(receiving),
            "by": receiving.officer,
            "decision": "granted",
            "on": date(2026, 11, 23),
        }
        with pytest.raises(ValidationError) as refusal:
            answer_request(**values | {"reason": "有"} | changes)
        assert set(refusal.value.message_dict) == {field}

    def test_it_is_answered_once(self, receiving):
        request = _received(receiving)
        answer_request(request=request, by=receiving.officer, decision="granted", on=date(2026, 11, 23))
        with pytest.raises(ValidationError, match="已经答复"):
            answer_request(
                request=request, by=receiving.officer, decision="refused", on=date(2026, 11, 23), reason="否"
            )

    @pytest.mark.parametrize(
        "bad", [{"decision": "granted"}, {"decided_on": date(2026, 11, 9)}, {"due_on": date(2026, 1, 1)}]
    )
    def test_the_database_refuses_half_a_decision(self, cast, bad):
        with pytest.raises(IntegrityError), transaction.atomic():
            make.request(cast.child, by=cast.clerk, office=cast.school, **bad)


def test_the_longest_overdue_stands_on_top_and_the_answered_below(cast, today):
    late, later, done = (
        make.request(cast.child, by=cast.clerk, office=cast.school, due_on=date(2026, 11, 9)),
        make.request(cast.child, by=cast.clerk, office=cast.school, due_on=date(2026, 11, 30)),
        make.granted(cast.child, by=cast.officer, office=cast.school, due_on=date(2026, 11, 3)),
    )
    with access.scope(cast.clerk, today=today):
        assert list(RightsRequest.objects.urgent_first()) == [late, later, done]
        assert list(RightsRequest.objects.overdue_on(today)) == [late]
        assert [row.is_overdue(today) for row in (late, later, done)] == [True, False, False]
