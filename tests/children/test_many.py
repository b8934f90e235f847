"""One change to many children: what the check page says is what happens, once, to those it names and to nobody else."""

from __future__ import annotations

import uuid
from datetime import date

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.urls import reverse

from caseworks import access
from caseworks.models import AuditEvent
from children.lists import actions
from children.models import Child, Enrolment
from tests import factories
from visits.models import Pairing

pytestmark = pytest.mark.django_db
BULK, LIST = reverse("children:bulk"), reverse("children:list")
TO_3_2 = {"act": "class", "grade": "3", "class_name": "2班", "on": "2026-11-23"}
MOVED = {"act": "close", "reason": "moved", "on": "2026-11-23"}


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel("2026-11-23T10:00:00+08:00", tick=False):
        yield


def _do(client, values, *children, **more):
    """Check, then do what was checked, as the form does."""
    codes = ",".join(child.code for child in children)
    checked = client.post(BULK, {**values, "codes": codes, "step": "check"})
    key = {"submission_key": str(uuid.uuid4())}
    done = {**values, "codes": codes, "step": "do", "included": checked.context["digest"], **key, **more}
    return checked, client.post(BULK, done), done


def _classes(*children) -> list[str]:
    with access.everyone("test"):
        rows = {row.child_id: row for row in Enrolment.objects.filter(until_on=None)}
    return [f"{rows[child.pk].grade} {rows[child.pk].class_name}" for child in children]


def test_a_class_is_changed_for_those_named(cast, sign_in):
    client = sign_in(cast.clerk)
    first = client.post(BULK, {"act": "class", "code": [cast.child.code, cast.sibling.code], "query": "sex=2"})
    assert (first.status_code, first.context["included"], first.context["sentence"]) == (200, 2, "")
    checked, response, _sent = _do(client, TO_3_2, cast.child, cast.sibling, query="sex=2")
    assert [(row.child, row.now, row.after) for row in checked.context["planned"]] == [
        (cast.sibling, "四年级1班", "三年级2班"),
        (cast.child, "五年级1班", "三年级2班"),
    ]
    assert "2 名儿童改为：三年级2班" in checked.content.decode()
    assert response.url == f"{LIST}?sex=2"
    assert _classes(cast.child, cast.sibling) == ["3 2班", "3 2班"]
    with access.everyone("test"):
        assert cast.child.enrolments.get(until_on=date(2026, 11, 23)).grade == "5"
    assert AuditEvent.objects.filter(action="child.enrolled", by=cast.clerk).count() == 2


def test_only_what_is_filled_in_changes(cast, sign_in):
    _do(sign_in(cast.clerk), {**TO_3_2, "grade": ""}, cast.child, cast.sibling)
    assert _classes(cast.child, cast.sibling) == ["5 2班", "4 2班"]


def test_pressed_twice_it_happens_once(cast, sign_in):
    client = sign_in(cast.clerk)
    _checked, response, sent = _do(client, MOVED, cast.child)
    assert client.post(BULK, sent).url == response.url
    assert AuditEvent.objects.filter(action="child.closed").count() == 1


def test_archives_are_closed_with_their_pairings(cast, sign_in):
    checked, response, _sent = _do(sign_in(cast.caseworker), MOVED, cast.child, cast.sibling)
    assert "2 份档案" in checked.content.decode()
    assert response.status_code == 302
    with access.everyone("test"):
        assert {child.exit_reason for child in Child.objects.filter(closed_on=date(2026, 11, 23))} == {"moved"}
        assert Pairing.objects.get(pk=cast.pairing.pk).until_on == date(2026, 11, 23)


@pytest.mark.parametrize(
    ("values", "change", "why"),
    [
        (TO_3_2, {"closed_on": date(2026, 11, 1), "exit_reason": "moved"}, "档案已经关闭。"),
        (TO_3_2, {"school": None}, "没有登记学校。"),
        (TO_3_2, {"school": "other_school"}, "在另一所学校：白沙小学。请按学校分别办理。"),
        (TO_3_2, {"grade": "3", "class_name": "2班"}, "已经在这个班。"),
        ({**TO_3_2, "on": "2019-01-01"}, {}, "2019-09-01 才进入现在的班，晚于所选日期。"),
        (MOVED, {"closed_on": date(2026, 11, 1), "exit_reason": "moved"}, "档案已经关闭。"),
        ({**MOVED, "on": "2019-01-01"}, {}, "档案建于 2019-09-01，晚于所选日期。"),
    ],
)
def test_who_is_left_out_is_named_with_the_reason(cast, sign_in, values, change, why):
    with access.everyone("test"):
        cast.child.enrolments.update(from_on=date(2018, 9, 1))
        cast.sibling.enrolments.update(from_on=date(2018, 9, 1))
        Child.objects.filter(pk__in=[cast.child.pk, cast.sibling.pk]).update(opened_on=date(2018, 9, 1))
    change = {"school": cast.school, "village": cast.village, "opened_on": date(2019, 9, 1)} | change
    if change["school"] == "other_school":
        change["school"] = cast.other_school
    odd = factories.child("周甲", **change)
    checked, response, _sent = _do(sign_in(cast.caseworker), values, cast.child, cast.sibling, odd)
    assert [(row.child, row.why) for row in checked.context["excluded"]] == [(odd, why)]
    assert why in checked.content.decode()
    assert response.status_code == 302
    assert AuditEvent.objects.filter(action__in=["child.enrolled", "child.closed"], object_id=odd.pk).count() == 0
    assert AuditEvent.objects.filter(action__in=["child.enrolled", "child.closed"]).count() == 2


def test_nobody_out_of_reach_is_changed(cast, sign_in):
    checked, _response, _sent = _do(sign_in(cast.clerk), MOVED, cast.child, cast.neighbour, cast.foreigner)
    assert [row.child for row in checked.context["planned"]] == [cast.child]
    with access.everyone("test"):
        assert {child.name for child in Child.objects.exclude(closed_on=None)} == {"张小雨"}


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({**TO_3_2, "on": "2026-11-24"}, "on"),
        ({**TO_3_2, "on": ""}, "on"),
        ({**TO_3_2, "grade": "", "class_name": ""}, "__all__"),
        ({**TO_3_2, "grade": "77"}, "grade"),
        ({**MOVED, "reason": ""}, "reason"),
        ({**MOVED, "on": "2026-11-24"}, "on"),
    ],
)
def test_what_makes_no_sense_is_said_beside_its_field(cast, sign_in, values, field):
    checked, response, _sent = _do(sign_in(cast.clerk), values, cast.child)
    assert set(checked.context["form"].errors) == {field}
    assert response.status_code == 200
    assert not AuditEvent.objects.filter(action__in=["child.enrolled", "child.closed"]).exists()


def test_a_change_in_between_asks_for_another_check(cast, sign_in):
    _checked, response, _sent = _do(sign_in(cast.clerk), MOVED, cast.child, included="0" * 16)
    assert response.status_code == 200
    assert "请再核对一遍" in response.content.decode()
    assert not AuditEvent.objects.filter(action="child.closed").exists()


def test_all_the_list_found(cast, sign_in):
    response = sign_in(cast.caseworker).post(BULK, {"act": "close", "all": "1", "query": "sex=1"})
    assert [row.child for row in response.context["planned"]] == [cast.sibling]


@pytest.mark.parametrize("sent", [{}, {"all": "1", "query": "sex=x"}, {"code": ["NOBODY"]}, {"all": "1"}])
def test_nobody_or_too_many_leads_back_with_a_word(cast, sign_in, sent, monkeypatch):
    monkeypatch.setattr("children.views.bulk.MOST_AT_ONCE", 1)
    client = sign_in(cast.caseworker)
    response = client.post(BULK, {"act": "close", **sent})
    assert response.status_code == 302
    assert "alert" in client.get(LIST).content.decode()


def test_an_unknown_act_is_not_found(cast, sign_in):
    assert sign_in(cast.clerk).post(BULK, {"act": "erase", "code": [cast.child.code]}).status_code == 404


@pytest.mark.usefixtures("as_everyone")
def test_all_or_none(cast):
    with pytest.raises(ValidationError):
        actions.close_archives(
            children=[cast.child, factories.child("周", closed_on=date(2026, 1, 1), exit_reason="moved")],
            by=cast.clerk,
            on=date(2026, 11, 23),
            reason="moved",
        )
    assert not Child.objects.filter(pk=cast.child.pk, closed_on__isnull=False).exists()
