"""Sessions: how long they last, what ends them, and what a copy of the database shows of them."""

from datetime import date, timedelta

import pytest
import time_machine
from django.contrib.messages import constants
from django.db import connection
from django.test import Client
from django.utils import timezone

from caseworks import typed
from caseworks.access import Role
from caseworks.models import AuditEvent, Posting, Session, User
from caseworks.signin import sessions
from caseworks.signin.origin import browser_of
from tests import factories

pytestmark = pytest.mark.django_db
PASSWORD = "pass-word-of-tests"
AT_NINE = "2026-11-23T09:00:00+08:00"
PHONE = (
    "Mozilla/5.0 (Linux; Android 12; JAD-AL00) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/116.0.0.0 "
    "Mobile Safari/537.36 MicroMessenger/8.0.47"
)


@pytest.fixture
def clock():
    with time_machine.travel(AT_NINE, tick=False) as travelled:
        yield travelled


def _sign_in(person: User, **extra) -> Client:
    client = Client(**extra)
    assert client.post("/login/", {"username": person.username, "password": PASSWORD}).status_code == 302
    return client


def _is_in(client: Client) -> bool:
    return client.get("/account/").status_code == 200


def _minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


# --- time ----------------------------------------------------------------------------------------------------------------


def test_half_an_hour_without_use_ends_it(cast, clock):
    client = _sign_in(cast.clerk)
    clock.shift(_minutes(29))
    assert _is_in(client)
    clock.shift(_minutes(29))
    assert _is_in(client)
    clock.shift(_minutes(30))
    assert client.get("/account/").headers["Location"] == "/login/?next=%2Faccount%2F"


def test_twelve_hours_end_it_however_busy(cast, clock):
    client = _sign_in(cast.clerk)
    for _number in range(12 * 3 - 1):
        clock.shift(_minutes(20))
        assert _is_in(client)
    clock.shift(_minutes(20))
    assert not _is_in(client)
    assert not Session.objects.filter(user=cast.clerk).exists()


def test_a_server_clock_set_back_ends_nothing(cast, clock):
    client = _sign_in(cast.clerk)
    clock.shift(_minutes(-60))
    assert _is_in(client)


def test_a_session_that_was_never_stamped_is_over(cast, client):
    client.force_login(cast.clerk)
    session = client.session
    del session["begun"]
    session.save()
    assert not _is_in(client)


def test_reading_pages_writes_the_last_use_once_a_minute(cast, clock, django_assert_num_queries):
    client = _sign_in(cast.clerk)
    with django_assert_num_queries(5):  # session, person, posts, sessions, recovery codes
        client.get("/account/")
    clock.shift(_minutes(1))
    client.get("/account/")
    assert Session.objects.get(user=cast.clerk).used_at == timezone.now()
    with django_assert_num_queries(5):
        client.get("/account/")


def _typed_form(client: Client, person: User):
    return client.post("/logout/", {"typed_by": typed.signature_of(person), "note": "说了很久", "password": "x"})


@pytest.mark.parametrize("late", [_minutes(31), timedelta(hours=13)])
def test_what_was_typed_survives_the_end(cast, clock, late):
    client = _sign_in(cast.clerk)
    clock.shift(late)
    response = _typed_form(client, cast.clerk)
    assert response.headers["Location"] == "/login/?next=%2Ftyped%2F"
    client.post("/login/", {"username": "xue", "password": PASSWORD})
    shown = client.get("/typed/")
    assert "说了很久" in shown.content.decode()
    assert ("password", "x") not in shown.context["fields"]


def test_what_was_typed_at_twelve_hours_sharp_survives_too(cast, clock):
    client = _sign_in(cast.clerk)
    for _number in range(12 * 3 - 1):
        clock.shift(_minutes(20))
        client.get("/account/")
    clock.shift(_minutes(20))
    assert _typed_form(client, cast.clerk).headers["Location"] == "/login/?next=%2Ftyped%2F"


def test_what_was_typed_survives_a_gate(cast, clock):
    from caseworks.signin import actions

    client = _sign_in(cast.clerk)
    User.objects.filter(pk=cast.clerk.pk).update(first_password_until=timezone.now() + _minutes(10))
    response = client.post("/act-as/", {"typed_by": typed.signature_of(cast.clerk), "note": "说了很久"})
    assert response.headers["Location"] == "/password/?next=%2Ftyped%2F"
    actions.change_password(user=cast.clerk, password="lantern-over-7-wells", by=cast.clerk)
    client.force_login(User.objects.get(pk=cast.clerk.pk))
    assert "说了很久" not in client.get("/account/").content.decode()


def test_a_form_from_before_the_last_sign_in_is_kept_and_not_refused(cast):
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.clerk)
    response = client.post(
        "/act-as/", {"typed_by": typed.signature_of(cast.clerk), "note": "说了很久", "csrfmiddlewaretoken": "old"}
    )
    assert response.headers["Location"] == "/typed/"
    assert "说了很久" in client.get("/typed/").content.decode()


def test_a_form_that_another_site_sends_does_nothing_and_is_not_offered(cast):
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.clerk)
    for forged in ("", "forged", typed.signature_of(cast.colleague)):
        response = client.post("/logout/", {"typed_by": forged, "note": "evil"})
        assert response.status_code == 403
        assert "页面已过期" in response.content.decode()
    assert _is_in(client)
    assert client.get("/typed/").headers["Location"] == "/"


# --- what ends them --------------------------------------------------------------------------------------------------------


def test_the_key_changes_at_sign_in_and_with_the_post(cast):
    client = Client()
    client.post("/logout/", {"typed_by": typed.signature_of(cast.officer), "note": "x"})
    anonymous = client.cookies["session"].value
    client.post("/login/", {"username": "ouyang", "password": PASSWORD})
    signed_in = client.cookies["session"].value
    assert signed_in != anonymous
    client.post("/act-as/", {"posting": str(Posting.objects.get(user=cast.officer).pk)})
    assert client.cookies["session"].value != signed_in
    assert _is_in(client)


def test_logout_ends_it_for_whoever_has_a_copy_of_the_cookie(cast):
    client = _sign_in(cast.clerk)
    copy = Client()
    copy.cookies["session"] = client.cookies["session"].value
    assert _is_in(copy)
    response = client.post("/logout/")
    assert response.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert not _is_in(copy)


def test_a_closed_account_is_out_at_once_and_stays_out_when_it_is_opened_again(cast):
    client = _sign_in(cast.clerk)
    person = User.objects.get(pk=cast.clerk.pk)
    person.is_active = False
    person.save()
    person.is_active = True
    person.save()
    assert not _is_in(client)


def test_an_account_closed_by_a_query_is_out_too(cast):
    client = _sign_in(cast.clerk)
    User.objects.filter(pk=cast.clerk.pk).update(is_active=False)
    assert not _is_in(client)
    User.objects.filter(pk=cast.clerk.pk).update(is_active=True)
    assert not _is_in(client)


def test_a_new_password_ends_all_others(cast):
    here, elsewhere = _sign_in(cast.clerk), _sign_in(cast.clerk)
    new = "lantern-over-7-wells"
    here.post("/password/", {"old_password": PASSWORD, "new_password1": new, "new_password2": new})
    assert _is_in(here)
    assert not _is_in(elsewhere)
    assert Session.objects.filter(user=cast.clerk).count() == 1


@pytest.mark.parametrize(
    "change",
    [
        lambda post, cast: Posting.objects.filter(pk=post.pk).update(until_on=date(2026, 11, 23)),
        lambda post, cast: Posting.objects.filter(pk=post.pk).update(role=Role.LEADER),
        lambda post, cast: Posting.objects.filter(pk=post.pk).update(organization=cast.other_school),
        lambda post, cast: post.delete(),
    ],
    ids=["ended", "other role", "other office", "deleted"],
)
def test_a_post_that_ends_or_changes_ends_the_session(cast, clock, change):
    client = _sign_in(cast.clerk)
    change(Posting.objects.get(user=cast.clerk), cast)
    response = _typed_form(client, cast.clerk)
    assert response.headers["Location"] == "/login/?next=%2Ftyped%2F"
    assert not _is_in(client)


def test_a_further_post_ends_nothing_until_it_is_taken_away(cast, clock):
    client = _sign_in(cast.clerk)
    post = factories.posting(cast.clerk, cast.village, Role.CASEWORKER)
    assert _is_in(client)
    post.delete()
    assert not _is_in(client)


# --- one's own list --------------------------------------------------------------------------------------------------------


def test_the_list_names_device_address_and_last_use(cast, clock):
    _sign_in(cast.clerk, HTTP_USER_AGENT=PHONE, REMOTE_ADDR="203.0.113.9")
    clock.shift(_minutes(5))
    page = _sign_in(cast.clerk, REMOTE_ADDR="10.0.0.1").get("/account/").content.decode()
    assert "安卓手机 · 微信" in page
    assert "203.0.113.9" in page
    assert "10.0.0.1" in page
    assert "09:00" in page
    assert page.count("本机</span>") == 1


def test_one_can_be_ended_and_all_others(cast):
    here, phone, school = _sign_in(cast.clerk), _sign_in(cast.clerk), _sign_in(cast.clerk)
    key = sessions.row_key(phone.cookies["session"].value)
    here.post("/account/", {"end": key})
    assert [_is_in(each) for each in (here, phone, school)] == [True, False, True]
    here.post("/account/", {"end": "others"})
    assert [_is_in(each) for each in (here, school)] == [True, False]
    assert AuditEvent.objects.filter(action="user.sessions_ended", by=cast.clerk).count() == 2


def test_ending_this_one_leads_to_the_login(cast):
    client = _sign_in(cast.clerk)
    response = client.post("/account/", {"end": sessions.row_key(client.cookies["session"].value)})
    assert response.headers["Location"] == "/login/"
    assert not _is_in(client)


def test_nobody_ends_or_sees_those_of_others(cast):
    client, other = _sign_in(cast.clerk, REMOTE_ADDR="203.0.113.9"), _sign_in(cast.colleague)
    other.post("/account/", {"end": sessions.row_key(client.cookies["session"].value)})
    assert _is_in(client)
    assert "203.0.113.9" not in other.get("/account/").content.decode()
    assert not AuditEvent.objects.filter(action="user.sessions_ended").exists()


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (PHONE, ("微信", "安卓手机")),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/131.0 Safari/537.36 Edg/131.0",
            ("Edge", "Windows"),
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1 Version/17.5 Safari/604.1",
            ("Safari", "iPhone"),
        ),
        (
            "Mozilla/5.0 (Phone; OpenHarmony 5.0) AppleWebKit/537.36 Chrome/114.0 Safari/537.36 ArkWeb/4.1",
            ("Chrome", "鸿蒙设备"),
        ),
        ("", ("未知浏览器", "未知设备")),
    ],
)
def test_browsers_in_words(agent, words):
    found = browser_of(agent)
    assert (str(found.browser), str(found.machine)) == words


def test_strangers_and_wrong_methods(cast, client, sign_in):
    assert client.get("/account/").headers["Location"].startswith("/login/")
    assert sign_in(cast.clerk).put("/account/").status_code == 405


# --- in the database -------------------------------------------------------------------------------------------------------


def _stored() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT session_key, session_data FROM caseworks_session")
        return repr(cursor.fetchall())


def test_a_copy_of_the_database_lets_nobody_in_and_shows_nothing_typed(cast, client):
    client.post("/logout/", {"typed_by": typed.signature_of(cast.clerk), "note": "奶奶的电话 13812345678"})
    _sign_in(cast.clerk)
    stored = _stored()
    assert client.cookies["session"].value not in stored
    assert "13812345678" not in stored
    assert "typed" not in stored
    thief = Client()
    thief.cookies["session"] = Session.objects.get(user=cast.clerk).pk
    assert not _is_in(thief)


def test_the_data_of_one_session_are_of_no_use_in_another(cast, client):
    mine, theirs = _sign_in(cast.clerk), _sign_in(cast.officer)
    data = Session.objects.get(user=cast.officer).session_data
    Session.objects.filter(user=cast.clerk).update(session_data=data)
    assert not _is_in(mine)
    assert _is_in(theirs)


def test_sessions_whose_time_is_over_are_removed(cast, clock):
    _sign_in(cast.clerk)
    clock.shift(_minutes(31))
    _sign_in(cast.colleague)
    assert [row.user for row in Session.objects.all()] == [cast.colleague]


def test_messages_travel_in_the_session_and_not_in_a_cookie(cast, settings):
    client = _sign_in(cast.clerk)
    client.post("/account/", {"end": "others"})
    assert set(client.cookies) == {"session", "csrf"}
    assert constants.SUCCESS in {message.level for message in client.get("/account/").context["messages"]}
