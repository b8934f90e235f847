"""Signing in: first passwords, wrong passwords, the lock, addresses, and what the audit trail keeps of it."""

from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from axes.models import AccessAttempt, AccessFailureLog
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from caseworks.actions import reset_password
from caseworks.models import AuditEvent, User
from caseworks.signin import lockout
from caseworks.signin.lockout import CAP_PER_ADDRESS, CAP_PER_LOGIN
from tests import factories

pytestmark = pytest.mark.django_db
RIGHT = "pass-word-of-tests"
WRONG = "wrong-password"
AT_NINE = "2026-11-23T09:00:00+08:00"


def _try(client: Client, login: str, password: str = WRONG, **extra):
    return client.post("/login/", {"username": login, "password": password}, **extra)


def _signed_in(client: Client) -> bool:
    return client.get("/account/").status_code == 200


def _minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def test_signing_in_is_an_event_with_address_and_office(cast, client):
    assert _try(client, "xue", RIGHT, REMOTE_ADDR="10.1.2.3").status_code == 302
    event = AuditEvent.objects.get(action="user.signed_in")
    assert (event.by, event.address, event.path) == (cast.clerk, "10.1.2.3", cast.school.path)


def test_a_wrong_password_and_an_unknown_login_get_the_same_words(cast, client):
    known, unknown = _try(client, "xue"), _try(client, "nobody")
    assert known.status_code == unknown.status_code == 200
    errors = [response.context["form"].non_field_errors() for response in (known, unknown)]
    assert errors[0] == errors[1]
    assert "账号或密码不对" in errors[0][0]


def test_a_closed_account_gets_them_too(cast, client):
    User.objects.filter(pk=cast.clerk.pk).update(is_active=False)
    response = _try(client, "xue", RIGHT)
    assert response.context["form"].non_field_errors() == _try(client, "nobody").context["form"].non_field_errors()
    assert not _signed_in(client)


# --- first passwords ---------------------------------------------------------------------------------------------------


def test_a_first_password_leads_to_choosing_ones_own(cast, client):
    password = reset_password(user=cast.clerk, by=cast.officer)
    assert _try(client, "xue", password).status_code == 302
    assert client.get("/children/").headers["Location"].startswith("/password/?next=")
    new = "lantern-over-7-wells"
    response = client.post(
        "/password/?next=/account/", {"old_password": password, "new_password1": new, "new_password2": new}
    )
    assert response.headers["Location"] == "/account/"
    assert _signed_in(client)
    assert User.objects.get(pk=cast.clerk.pk).first_password_until is None


def test_a_first_password_may_not_be_kept(cast, client):
    password = reset_password(user=cast.clerk, by=cast.officer)
    _try(client, "xue", password)
    client.post("/password/", {"old_password": password, "new_password1": password, "new_password2": password})
    assert User.objects.get(pk=cast.clerk.pk).first_password_until is not None
    assert not _signed_in(client)


def test_a_first_password_dies_after_72_hours(cast, client):
    with time_machine.travel(AT_NINE, tick=False) as clock:
        password = reset_password(user=cast.clerk, by=cast.officer)
        clock.shift(timedelta(hours=72))
        response = _try(client, "xue", password)
        assert response.status_code == 200
        assert "已失效" in response.context["form"].non_field_errors()[0]
        assert not _signed_in(client)
    event = AuditEvent.objects.get(action="user.sign_in_refused")
    assert event.object_id == cast.clerk.pk


def test_a_first_password_dies_a_quarter_of_an_hour_after_its_first_use(cast):
    with time_machine.travel(AT_NINE, tick=False) as clock:
        password = reset_password(user=cast.clerk, by=cast.officer)
        clock.shift(timedelta(hours=71))
        assert _try(Client(), "xue", password).status_code == 302
        clock.shift(_minutes(14))
        assert _try(Client(), "xue", password).status_code == 302
        clock.shift(_minutes(1))
        assert _try(Client(), "xue", password).status_code == 200


def test_the_command_gives_a_slip_to_the_only_administrator(cast, client):
    out = StringIO()
    call_command("slip", "ouyang", stdout=out)
    password = out.getvalue().split("first password: ")[1].split()[0]
    assert _try(client, "ouyang", password).status_code == 302
    assert AuditEvent.objects.get(action="user.password_reset").object_id == cast.officer.pk
    with pytest.raises(CommandError, match="nobody"):
        call_command("slip", "nobody")


def test_no_installation_begins_with_an_account(db):
    assert not User.objects.exists()


def test_demo_logins_are_shown_in_the_demo_only(client, settings):
    assert b"liushou-demo-2026" in client.get("/login/").content
    settings.DEMO = False
    assert b"liushou-demo-2026" not in client.get("/login/").content


# --- the lock ----------------------------------------------------------------------------------------------------------


def test_the_sixth_try_waits_and_says_until_when(cast, client):
    with time_machine.travel(AT_NINE, tick=False) as clock:
        assert [_try(client, "xue").status_code for _number in range(5)] == [200] * 5
        clock.shift(_minutes(2))
        sixth = _try(client, "xue")
        assert sixth.status_code == 429
        assert "09:10" in sixth.content.decode()
        assert sixth.headers["Retry-After"] == "480"
        assert _try(client, "xue", RIGHT).status_code == 429
        clock.shift(_minutes(9))
        assert _try(client, "xue", RIGHT).status_code == 302


def test_a_colleague_behind_the_same_address_still_gets_in(cast):
    for _number in range(6):
        _try(Client(), "xue", REMOTE_ADDR="10.0.0.1")
    assert _try(Client(), "xue", RIGHT, REMOTE_ADDR="10.0.0.1").status_code == 429
    assert _try(Client(), "tong", RIGHT, REMOTE_ADDR="10.0.0.1").status_code == 302
    assert _try(Client(), "xue", RIGHT, REMOTE_ADDR="10.0.0.2").status_code == 302


def test_another_browser_or_spelling_does_not_get_around_the_lock(cast, client):
    for number in range(5):
        _try(client, "xue", HTTP_USER_AGENT=f"Browser {number}")
    assert _try(client, "ＸＵＥ", HTTP_USER_AGENT="another").status_code == 429


def test_signing_in_clears_the_count(cast, client):
    for _number in range(4):
        _try(client, "xue")
    assert _try(client, "xue", RIGHT).status_code == 302
    assert [_try(client, "xue").status_code for _number in range(5)] == [200] * 5


def _guess(number: int, *, login: str, address: str) -> None:
    AccessFailureLog.objects.bulk_create(
        AccessFailureLog(username=lockout.login_key(login), ip_address=address, user_agent="", path_info="/login/")
        for _number in range(number)
    )


def test_one_login_is_capped_over_all_addresses_for_an_hour(cast):
    with time_machine.travel(AT_NINE, tick=False) as clock:
        for number in range(CAP_PER_LOGIN - 1):
            _guess(1, login="xue", address=f"10.0.1.{number}")
        assert _try(Client(), "xue", REMOTE_ADDR="10.0.2.1").status_code == 200
        locked = _try(Client(), "xue", RIGHT, REMOTE_ADDR="10.0.2.2")
        assert locked.status_code == 429
        assert "10:00" in locked.content.decode()
        assert _try(Client(), "tong", RIGHT, REMOTE_ADDR="10.0.2.2").status_code == 302
        clock.shift(_minutes(60))
        assert _try(Client(), "xue", RIGHT, REMOTE_ADDR="10.0.2.2").status_code == 302


def test_one_address_is_capped_over_all_logins_for_an_hour(cast):
    for number in range(CAP_PER_ADDRESS):
        _guess(1, login=f"guess{number}", address="10.0.0.9")
    assert _try(Client(), "xue", RIGHT, REMOTE_ADDR="10.0.0.9").status_code == 429
    assert _try(Client(), "xue", RIGHT, REMOTE_ADDR="10.0.0.8").status_code == 302


def test_a_slip_lifts_the_lock(cast, client):
    for _number in range(5):
        _try(client, "xue")
    password = reset_password(user=cast.clerk, by=cast.officer)
    assert _try(client, "xue", password).status_code == 302


def test_failures_and_the_lock_are_events_and_tries_in_front_of_it_are_not(cast, client):
    for _number in range(9):
        _try(client, "xue", REMOTE_ADDR="10.1.2.3")
    failed = AuditEvent.objects.filter(action="user.sign_in_failed", object_id=cast.clerk.pk, by=None)
    assert failed.count() == 5
    assert AuditEvent.objects.filter(action="user.locked_out", object_id=cast.clerk.pk).count() == 1
    assert {event.address for event in failed} == {"10.1.2.3"}
    assert {event.path for event in failed} == {cast.school.path}


def test_what_was_typed_as_a_login_is_kept_nowhere(cast, client):
    """Now and then it is a password."""
    _try(client, "my-secret-word", "my-secret-word")
    event = AuditEvent.objects.get(action="user.sign_in_failed")
    assert event.object_id is None
    assert AccessAttempt.objects.count() == AccessFailureLog.objects.count() == 1
    rows = [*AccessAttempt.objects.values(), *AccessFailureLog.objects.values(), *AuditEvent.objects.values()]
    assert "my-secret-word" not in repr(rows)


def test_counters_of_yesterday_are_removed(cast, client):
    _guess(3, login="xue", address="10.0.0.9")
    AccessFailureLog.objects.update(attempt_time=timezone.now() - timedelta(days=1, minutes=1))
    _try(client, "xue", RIGHT)
    assert not AccessFailureLog.objects.exists()


# --- addresses ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("behind_proxy", "forwarded", "expected"),
    [
        (False, None, "10.1.2.3"),
        (False, "6.6.6.6", "10.1.2.3"),
        (True, "6.6.6.6, 203.0.113.9", "203.0.113.9"),
        (True, "203.0.113.9", "203.0.113.9"),
        (True, "2001:db8::1", "2001:db8::1"),
        (True, "203.0.113.9, <script>", None),
        (True, None, "10.1.2.3"),
    ],
)
def test_only_our_own_proxy_says_where_somebody_is(cast, client, settings, behind_proxy, forwarded, expected):
    settings.BEHIND_PROXY = behind_proxy
    extra = {} if forwarded is None else {"HTTP_X_FORWARDED_FOR": forwarded}
    _try(client, "xue", RIGHT, REMOTE_ADDR="10.1.2.3", **extra)
    assert AuditEvent.objects.get(action="user.signed_in").address == expected


def test_a_forged_address_does_not_get_around_the_lock(cast, client):
    answers = [_try(client, "xue", HTTP_X_FORWARDED_FOR=f"6.6.6.{number}").status_code for number in range(6)]
    assert answers[-1] == 429


def test_the_trail_has_the_address_of_work_too(cast, settings):
    settings.BEHIND_PROXY = True
    client = Client(REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR="6.6.6.6, 203.0.113.9")
    client.force_login(cast.clerk)
    client.post("/logout/")
    assert AuditEvent.objects.get(action="user.signed_out").address == "203.0.113.9"


# --- where to go next --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "evil",
    [
        "//evil.example",
        "https:evil.example",
        "https:///evil.example",
        "http://evil.example/children/",
        r"\\evil.example",
        r"/\evil.example",
        "///evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
        " //evil.example",
        "https://testserver@evil.example",
    ],
)
@pytest.mark.parametrize("door", ["/login/", "/language/", "/password/"])
def test_nobody_is_sent_to_another_site(cast, client, door, evil):
    fields = {"next": evil, "username": "xue", "password": RIGHT, "language": "en"}
    if door == "/password/":
        client.force_login(cast.clerk)
        fields |= {"old_password": RIGHT, "new_password1": "lantern-over-7", "new_password2": "lantern-over-7"}
    assert client.post(door, fields).headers["Location"] == "/"


def test_the_way_back_to_ones_own_page_is_kept(cast, client):
    response = client.post("/login/", {"username": "xue", "password": RIGHT, "next": "/account/?a=b"})
    assert response.headers["Location"] == "/account/?a=b"


def test_wrong_method(client):
    assert client.put("/login/").status_code == 405


def test_factories_make_accounts_that_are_open():
    assert not factories.user().must_change_password(timezone.now())
