"""The forms that open, change and close an archive."""

from __future__ import annotations

import uuid
from datetime import date

import pytest
import time_machine
from django.urls import reverse

from caseworks import access
from caseworks.models import AuditEvent
from children import idnumbers
from children.models import Child
from tests import factories
from tests.forms import as_shown, opened

pytestmark = pytest.mark.django_db
CREATE = reverse("children:create")
PAGES = ("edit", "enrol", "settle", "close", "reopen")


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel("2026-11-23T10:00:00+08:00", tick=False):
        yield


def _page(name: str, child: Child) -> str:
    return reverse(f"children:{name}", args=[child.code])


def _named(name: str) -> list[Child]:
    with access.everyone("test"):
        return list(Child.objects.filter(name=name))


def _fresh(child: Child) -> Child:
    with access.everyone("test"):
        return Child.objects.get(pk=child.pk)


@pytest.fixture
def new() -> dict:
    """What a caseworker types for a new child."""
    return {
        "name": "赵 敏",
        "sex": "2",
        "born_on": "2014-05-06",
        "village": "longjing",
        "opened_on": "2026-11-23",
        "submission_key": str(uuid.uuid4()),
    }


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("person", ["colleague"])
def test_a_stranger_finds_nothing(cast, sign_in, person, page):
    client = sign_in(getattr(cast, person))
    assert client.get(_page(page, cast.child)).status_code == 404
    assert client.post(_page(page, cast.child), {"name": "x"}).status_code == 404


@pytest.mark.parametrize("address", ["new", *PAGES])
@pytest.mark.parametrize("person", ["officer", "mentor", "leader", "auditor", "system", "stranger", "idle"])
def test_whoever_keeps_no_archives_is_refused(cast, sign_in, person, address):
    address = CREATE if address == "new" else _page(address, cast.child)
    client = sign_in(getattr(cast, person))
    assert client.get(address).status_code == client.post(address, {}).status_code == 403


@pytest.mark.parametrize("address", ["new", *PAGES])
def test_other_methods_are_refused(cast, sign_in, address):
    address = CREATE if address == "new" else _page(address, cast.child)
    assert sign_in(cast.caseworker).put(address).status_code == 405


def test_a_caseworker_opens_an_archive(cast, sign_in, new):
    response = sign_in(cast.caseworker).post(CREATE, new | {"school": "baisha-school", "grade": "6", "address": "5组"})
    [child] = _named("赵敏")
    assert response.url == child.get_absolute_url()
    with access.everyone("test"):
        assert (child.residences.get().village, child.residences.get().address) == (cast.village, "5组")
        assert (child.enrolments.get().school, child.enrolments.get().grade) == (cast.other_school, "6")
    assert AuditEvent.objects.get(action="child.opened").by == cast.caseworker


def test_save_pressed_twice_opens_one_archive(cast, sign_in, new):
    client = sign_in(cast.caseworker)
    first, second = client.post(CREATE, new), client.post(CREATE, new)
    assert first.url == second.url
    assert len(_named("赵敏")) == 1


def test_birth_and_sex_come_from_the_id_number(cast, sign_in, new):
    number = idnumbers.complete("50011620140506002")
    sign_in(cast.caseworker).post(CREATE, new | {"sex": "", "born_on": "", "id_number": f" {number.lower()} "})
    [child] = _named("赵敏")
    assert (child.sex, child.born_on, child.id_number, child.id_doubtful) == ("2", date(2014, 5, 6), number, False)


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "赵" * 73}, "name"),
        ({"sex": ""}, "sex"),
        ({"born_on": ""}, "born_on"),
        ({"born_on": "2026-11-24", "opened_on": "2026-11-24"}, "born_on"),
        ({"opened_on": "2014-05-05"}, "opened_on"),
        ({"opened_on": "2026-11-24"}, "opened_on"),
        ({"id_number": "5.00116E+17"}, "id_number"),
        ({"id_number": "50011620140506"}, "id_number"),
        ({"id_number": "500116201402300012"}, "id_number"),
        ({"village": ""}, "village"),
        ({"village": "baisha"}, "village"),
        ({"village": "yun-village"}, "village"),
        ({"school": "yun-school"}, "school"),
        ({"notes": "x" * 2001}, "notes"),
        ({"ethnicity": "60"}, "ethnicity"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_nothing_is_saved(cast, sign_in, new, typed, field):
    response = sign_in(cast.caseworker).post(CREATE, new | typed)
    assert response.status_code == 200
    assert list(response.context["form"].errors) == [field]
    assert _named("赵敏") == []


@pytest.mark.parametrize(
    "typed",
    [
        {"id_number": "500116201405060020"},
        {"id_number": idnumbers.complete("50011620140507002")},
        {"id_number": idnumbers.complete("50011620140506001")},
    ],
    ids=["check digit", "birth", "sex"],
)
def test_a_doubtful_number_is_asked_about_once_and_saved_as_doubtful(cast, sign_in, new, typed):
    client = sign_in(cast.caseworker)
    form = client.post(CREATE, new | typed).context["form"]
    assert len(form.warnings) == 1
    assert _named("赵敏") == []
    client.post(CREATE, new | typed | {"acknowledged": form.doubts})
    [child] = _named("赵敏")
    assert child.id_doubtful


def test_a_tick_for_one_doubt_does_not_answer_another(cast, sign_in, new):
    client = sign_in(cast.caseworker)
    doubts = client.post(CREATE, new | {"id_number": "500116201405060020"}).context["form"].doubts
    response = client.post(CREATE, new | {"id_number": "500116201405070022", "acknowledged": doubts})
    assert response.context["form"].warnings
    assert _named("赵敏") == []


def test_a_taken_number_offers_the_archive_within_reach(cast, sign_in, new):
    typed = {"id_number": cast.child.id_number, "born_on": "2014-03-02"}
    body = sign_in(cast.caseworker).post(CREATE, new | typed).content.decode()
    assert cast.child.get_absolute_url() in body
    assert _named("赵敏") == []


def test_a_taken_number_elsewhere_gives_nobody_away(cast, sign_in, new):
    number = cast.foreigner.id_number
    typed = {"id_number": number, "born_on": "2015-05-06", "sex": "1"}
    body = sign_in(cast.caseworker).post(CREATE, new | typed).content.decode()
    assert _named("赵敏") == []
    assert "其他单位" in body
    assert [word for word in ("单云飞", "云县", "云村", cast.foreigner.code) if word in body] == []


def test_the_same_name_and_birth_within_reach_is_asked_about(cast, sign_in, new):
    typed = new | {"name": "张小雨", "born_on": "2014-03-02"}
    client = sign_in(cast.caseworker)
    response = client.post(CREATE, typed)
    assert cast.child.get_absolute_url() in response.content.decode()
    assert len(_named("张小雨")) == 1
    client.post(CREATE, typed | {"acknowledged": response.context["form"].doubts})
    assert len(_named("张小雨")) == 2


def test_the_same_name_and_birth_out_of_reach_is_not(cast, sign_in, new):
    sign_in(cast.caseworker).post(CREATE, new | {"name": "单云飞", "sex": "1", "born_on": "2015-05-06"})
    assert len(_named("单云飞")) == 2


def test_a_clerk_enrols_in_the_own_school_and_chooses_any_village_of_the_county(cast, sign_in, new):
    client = sign_in(cast.clerk)
    fields = client.get(CREATE).context["form"].fields
    assert list(fields["school"].queryset) == [cast.school]
    assert set(fields["village"].queryset) == {cast.village, cast.other_village}
    response = client.post(CREATE, new | {"village": "baisha", "school": "baisha-school"})
    assert list(response.context["form"].errors) == ["school"]
    client.post(CREATE, new | {"village": "baisha", "school": "shi-school"})
    assert len(_named("赵敏")) == 1


def test_editing_changes_what_was_typed_and_nothing_else(cast, sign_in):
    client = sign_in(cast.clerk)
    page = _page("edit", cast.child)
    typed = as_shown(client, page)
    assert client.post(page, typed | {"ethnicity": "15", "only_child": "no"}).url == cast.child.get_absolute_url()
    child = _fresh(cast.child)
    assert (child.ethnicity, child.only_child, child.orphan, child.version) == ("15", False, None, 2)
    assert (child.id_number, child.born_on, child.name) == (cast.child.id_number, date(2014, 3, 2), "张小雨")
    assert AuditEvent.objects.get(action="child.amended").changes == {
        "ethnicity": ["", "15"],
        "only_child": ["", "False"],
    }


def test_a_number_acknowledged_before_is_not_asked_about_again(cast, sign_in):
    doubtful = factories.child("周疑", village=cast.village, id_number="500116201505060020", id_doubtful=True)
    client = sign_in(cast.caseworker)
    page = _page("edit", doubtful)
    typed = as_shown(client, page)
    client.post(page, typed | {"notes": "x"})
    assert (_fresh(doubtful).notes, _fresh(doubtful).id_doubtful) == ("x", True)
    response = client.post(page, typed | {"id_number": "500116201505060021"} | opened(client, page))
    assert response.context["form"].warnings


def test_a_verified_number_is_doubtful_no_more(cast, sign_in):
    doubtful = factories.child("周疑", village=cast.village, id_number="500116201505060020", id_doubtful=True)
    client = sign_in(cast.caseworker)
    page = _page("edit", doubtful)
    typed = as_shown(client, page)
    client.post(page, typed | {"id_number": idnumbers.complete("50011620150506001")})
    assert not _fresh(doubtful).id_doubtful


def test_a_clerk_moves_a_child_up_a_grade(cast, sign_in):
    typed = {"school": "shi-school", "on": "2026-09-01", "grade": "6", "class_name": "2班", "boarding": "2"}
    client, page = sign_in(cast.clerk), _page("enrol", cast.child)
    response = client.post(page, typed | opened(client, page))
    assert response.url == cast.child.get_absolute_url()
    with access.everyone("test"):
        rows = cast.child.enrolments.order_by("from_on").values_list("grade", "class_name", "until_on")
        assert list(rows) == [("5", "1班", date(2026, 9, 1)), ("6", "2班", None)]


def test_a_clerk_cannot_send_a_child_to_another_school_but_can_let_it_go(cast, sign_in):
    client = sign_in(cast.clerk)
    page = _page("enrol", cast.child)
    read = opened(client, page)
    assert client.post(page, read | {"school": "baisha-school", "on": "2026-09-01"}).context["form"].errors["school"]
    response = client.post(page, read | {"school": "", "on": "2026-09-01"})
    assert response.url == reverse("children:list")
    assert client.get(cast.child.get_absolute_url()).status_code == 404


def test_a_caseworker_sees_a_child_off_to_another_village(cast, sign_in):
    client = sign_in(cast.caseworker)
    page = _page("settle", cast.child)
    assert "yun-village" not in client.get(page).content.decode()
    typed = {"village": "baisha", "on": "2026-11-20"}
    assert client.post(page, typed | opened(client, page)).url == reverse("children:list")
    with access.everyone("test"):
        assert cast.child.residences.get(until_on__isnull=True).village == cast.other_village


def test_a_refused_day_stands_beside_the_field(cast, sign_in):
    client, page = sign_in(cast.caseworker), _page("settle", cast.child)
    response = client.post(page, {"village": "baisha", "on": "2026-11-24"} | opened(client, page))
    assert list(response.context["form"].errors) == ["on"]
    with access.everyone("test"):
        assert cast.child.residences.get().until_on is None


def test_an_archive_is_closed_and_opened_again(cast, sign_in):
    client = sign_in(cast.caseworker)
    assert list(client.post(_page("close", cast.child), {"on": "2026-11-23"}).context["form"].errors) == ["reason"]
    client.post(_page("close", cast.child), {"on": "2026-11-23", "reason": "moved"})
    assert (_fresh(cast.child).closed_on, _fresh(cast.child).exit_reason) == (date(2026, 11, 23), "moved")
    assert client.post(_page("close", cast.child), {"on": "2026-11-23", "reason": "moved"}).status_code == 200
    client.post(_page("reopen", cast.child))
    assert _fresh(cast.child).is_live


@pytest.mark.parametrize("page", ["new", *PAGES])
def test_every_form_keeps_what_was_typed_when_the_session_ends(cast, sign_in, page):
    address = CREATE if page == "new" else _page(page, cast.child)
    body = sign_in(cast.caseworker).get(address).content.decode()
    assert 'name="submission_key"' in body
    assert 'name="typed_by"' in body
