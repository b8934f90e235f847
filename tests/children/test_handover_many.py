"""A leaving class on its way to the next school, and the receiver's answer to all of it or to some."""

from __future__ import annotations

import uuid
from datetime import date

import pytest
import time_machine
from django.urls import reverse

from caseworks import access
from children.handover import actions
from children.models import Child, Handover
from tests import factories
from visits.models import Pairing

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)
BULK, ANSWER, INBOX = reverse("children:bulk"), reverse("handovers:answer_many"), reverse("handovers:list")
TO_NEXT = {"act": "handover", "on": "2026-11-20", "reason": "graduated", "note": "毕业班"}


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel("2026-11-23T10:00:00+08:00", tick=False):
        yield


def _send(client, address, values, children, **more):
    codes = ",".join(child.code for child in children)
    checked = client.post(address, {**values, "codes": codes, "step": "check"})
    key = {"submission_key": str(uuid.uuid4()), "included": checked.context["digest"]}
    return checked, client.post(address, {**values, "codes": codes, "step": "do", **key, **more})


def _state(child) -> list[str]:
    with access.everyone("test"):
        return list(Handover.objects.filter(child=child).order_by("id").values_list("state", flat=True))


def _keeper(child):
    with access.everyone("test"):
        return child.enrolments.get(until_on=None).school


@pytest.fixture
def waiting(cast):
    """Two children of the class, proposed to the next school."""
    with access.scope(cast.clerk):
        for child in (cast.child, cast.sibling):
            facts = {"to": cast.other_school, "on": TODAY, "reason": "graduated"}
            actions.propose(child=child, by=cast.clerk, **facts)
    with access.scope(cast.colleague):
        return list(Handover.objects.order_by("id"))


class TestProposing:
    def test_the_receiver_is_searched_for_chosen_and_asked_about_each(self, cast, sign_in):
        client, children = sign_in(cast.clerk), (cast.child, cast.sibling)
        codes = ",".join(child.code for child in children)
        searched = client.post(BULK, {**TO_NEXT, "words": cast.other_school.name[:2], "codes": codes, "step": "check"})
        assert cast.other_school.code in searched.content.decode()
        assert searched.context["sentence"] == ""
        chosen = TO_NEXT | {"words": "", "to": cast.other_school.code}
        checked, response = _send(client, BULK, chosen, children)
        assert [row.why for row in checked.context["planned"]] == ["", ""]
        assert response.status_code == 302
        assert [_state(child) for child in children] == [["waiting"], ["waiting"]]
        assert [_keeper(child) for child in children] == [cast.school, cast.school]

    def test_whoever_waits_already_is_there_already_or_at_no_school_is_left_out(self, cast, waiting, sign_in):
        at_home = factories.child("在家", village=cast.village, school=cast.school)
        with access.everyone("test"):
            at_home.enrolments.update(until_on=TODAY)
        chosen = TO_NEXT | {"to": cast.other_school.code}
        checked, _response = _send(sign_in(cast.clerk), BULK, chosen, (cast.child, at_home))
        assert all(row.why for row in checked.context["planned"])
        assert _state(at_home) == []


class TestAnswering:
    def test_some_are_accepted_and_the_others_returned_with_a_reason(self, cast, waiting, sign_in):
        client, (first, second) = sign_in(cast.colleague), waiting
        page = client.get(INBOX, {"show": "inbox"}).content.decode()
        assert page.count('name="code"') == 2
        assert client.post(ANSWER, {"do": "accept", "code": [first.code]}).status_code == 302
        asked = client.post(ANSWER, {"do": "return", "code": [second.code]})
        assert asked.status_code == 200
        sent = {"do": "return", "code": [second.code]}
        assert client.post(ANSWER, {**sent, "answer": " "}).status_code == 200  # without a reason nothing happens
        assert _state(cast.sibling) == ["waiting"]
        client.post(ANSWER, {**sent, "answer": "不在本校就读"})
        assert [_state(cast.child), _state(cast.sibling)] == [["accepted"], ["returned"]]
        assert [_keeper(cast.child), _keeper(cast.sibling)] == [cast.other_school, cast.school]

    def test_one_that_cannot_be_accepted_is_named_and_the_others_go(self, cast, waiting, sign_in):
        with access.everyone("test"):
            cast.child.enrolments.filter(until_on=None).update(school=cast.foreign_school)
        answer = sign_in(cast.colleague).post(
            ANSWER, {"do": "accept", "code": [row.code for row in waiting]}, follow=True
        )
        assert [_state(cast.child), _state(cast.sibling)] == [["waiting"], ["accepted"]]
        assert "已经转到别处" in answer.content.decode() or "张*雨" in answer.content.decode()

    @pytest.mark.parametrize("who", ["clerk", "caseworker"])
    def test_whoever_is_not_asked_answers_nothing(self, who, cast, waiting, sign_in):
        sign_in(getattr(cast, who)).post(ANSWER, {"do": "accept", "code": [row.code for row in waiting]})
        assert _state(cast.child) == ["waiting"]


class TestPairing:
    def test_a_mentor_for_all_who_have_not_got_this_one(self, cast, sign_in):
        head = factories.user()
        factories.posting(head, cast.county, "administrator")
        values = {"act": "pair", "mentor": cast.pairing.mentor.code, "on": "2026-11-23"}
        client = sign_in(head)
        checked, response = _send(client, reverse("children:bulk_pair"), values, (cast.child, cast.sibling))
        assert [bool(row.why) for row in checked.context["planned"]] == [False, True]
        assert response.status_code == 302
        with access.everyone("test"):
            assert Pairing.objects.filter(child=cast.sibling, mentor=cast.pairing.mentor, until_on=None).count() == 1
            assert Child.objects.get(pk=cast.child.pk).pairings.count() == 1

    def test_whoever_manages_no_pairings_pairs_nobody(self, cast, sign_in):
        assert sign_in(cast.clerk).post(reverse("children:bulk_pair"), {"act": "pair"}).status_code == 403
