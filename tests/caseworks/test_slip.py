"""A slip with a new first password: for whom, by whom, once."""

import re
import uuid
from datetime import date

import pytest
from django.test import Client

from caseworks.access import Role
from caseworks.models import AuditEvent, SecondFactor, User
from caseworks.signin import actions
from tests import factories

pytestmark = pytest.mark.django_db


def _make(client: Client, login: str, **fields):
    return client.post(f"/staff/{login}/slip/", fields)


def _password(response) -> str:
    return re.findall(r'<code class="secret">([^<]+)</code>', response.content.decode())[1]


def _login(login: str, password: str) -> int:
    return Client().post("/login/", {"username": login, "password": password}).status_code


def test_the_slip_opens_and_the_password_before_it_does_not(cast, sign_in):
    phone = Client()
    phone.force_login(cast.clerk)
    response = _make(sign_in(cast.officer), "xue")
    assert response.status_code == 200
    assert "xue" in response.content.decode()
    assert _login("xue", "pass-word-of-tests") == 200
    assert _login("xue", _password(response)) == 302
    assert phone.get("/account/").status_code == 302
    event = AuditEvent.objects.get(action="user.password_reset")
    assert (event.by, event.object_id) == (cast.officer, cast.clerk.pk)
    assert _password(response) not in repr(list(AuditEvent.objects.values()))


def test_asking_changes_nothing(cast, sign_in):
    assert sign_in(cast.officer).get("/staff/xue/slip/").status_code == 200
    assert _login("xue", "pass-word-of-tests") == 302


def test_pressing_twice_makes_one_slip(cast, sign_in):
    client, key = sign_in(cast.officer), str(uuid.uuid4())
    first = _make(client, "xue", submission_key=key)
    again = _make(client, "xue", submission_key=key)
    assert again.headers["Location"] == "/staff/xue/slip/"
    assert _login("xue", _password(first)) == 302
    assert AuditEvent.objects.filter(action="user.password_reset").count() == 1


@pytest.mark.parametrize("lost", [False, True])
def test_the_second_factor_goes_only_if_the_telephone_is_lost(cast, sign_in, lost):
    actions.begin_second_factor(user=cast.clerk, by=cast.clerk)
    User.objects.filter(pk=cast.clerk.pk).update(second_factor_since="2026-01-01T00:00:00Z")
    _make(sign_in(cast.officer), "xue", **({"telephone_lost": "on"} if lost else {}))
    assert SecondFactor.objects.exists() is not lost
    assert (User.objects.get(pk=cast.clerk.pk).second_factor_since is None) is lost
    assert AuditEvent.objects.filter(action="user.second_factor_removed").count() == lost


@pytest.mark.parametrize(
    ("who", "whom", "status"),
    [
        ("officer", "xue", 200),
        ("officer", "mei", 200),
        ("officer", "nobody", 404),
        ("officer", "sheng", 404),  # works in another county
        ("officer", "xian", 404),  # works nowhere
        ("officer", "ouyang", 404),  # oneself has the password page
        ("officer", "shen", 404),  # whoever watches the office is not let in by it
        ("officer", "xi", 404),
        ("system", "shen", 200),
        ("system", "ouyang", 200),
        ("system", "sheng", 404),
        ("stranger", "xue", 404),
        ("clerk", "cun", 403),
        ("caseworker", "xue", 403),
        ("mentor", "xue", 403),
        ("leader", "xue", 403),
        ("auditor", "xue", 403),
        ("idle", "xue", 403),
    ],
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_who_gets_a_slip_from_whom(cast, sign_in, who, whom, status, method):
    response = getattr(sign_in(cast.people[who]), method)(f"/staff/{whom}/slip/")
    assert response.status_code == status
    assert AuditEvent.objects.filter(action="user.password_reset").exists() is (status == 200 and method == "post")


@pytest.mark.parametrize(
    ("place", "from_on", "until_on", "status"),
    [
        ("other_county", date(2020, 9, 1), None, 404),
        ("other_county", date(2099, 9, 1), None, 404),
        ("other_county", date(2020, 9, 1), date(2021, 9, 1), 200),
        ("village", date(2020, 9, 1), None, 200),
    ],
)
def test_a_second_post_elsewhere_belongs_to_somebody_else_too(cast, sign_in, place, from_on, until_on, status):
    factories.posting(cast.clerk, getattr(cast, place), Role.CASEWORKER, from_on=from_on, until_on=until_on)
    assert sign_in(cast.officer).get("/staff/xue/slip/").status_code == status


def test_the_office_below_does_not_reset_the_office_above(cast, sign_in):
    town = factories.user("zhen")
    factories.posting(town, cast.town, Role.ADMINISTRATOR)
    assert sign_in(town).get("/staff/xue/slip/").status_code == 200
    assert sign_in(town).get("/staff/ouyang/slip/").status_code == 404
    assert sign_in(town).get("/staff/mei/slip/").status_code == 404


def test_a_closed_account_gets_none(cast, sign_in):
    User.objects.filter(pk=cast.clerk.pk).update(is_active=False)
    assert _make(sign_in(cast.officer), "xue").status_code == 404


def test_strangers_and_wrong_methods(cast, client, sign_in):
    assert client.get("/staff/xue/slip/").headers["Location"].startswith("/login/")
    assert sign_in(cast.officer).put("/staff/xue/slip/").status_code == 405
