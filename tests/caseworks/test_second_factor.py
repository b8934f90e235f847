"""The second factor: setting it up, showing it, losing it; and who must have one."""

import io
import re
from base64 import b32decode
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django_otp.oath import totp

from caseworks import access
from caseworks.downloads import XLSX, Download
from caseworks.models import AuditEvent, RecoveryCode, SecondFactor, User
from caseworks.signin import actions
from caseworks.signin.gates import SecondFactorNeeded
from tests import factories

pytestmark = pytest.mark.django_db
PASSWORD = "pass-word-of-tests"
AT_NINE = "2026-11-23T09:00:00+08:00"
HALF_MINUTE = timedelta(seconds=30)


@pytest.fixture
def real(settings):
    """A real installation and not the demo."""
    settings.DEMO = False


@pytest.fixture
def clock():
    with time_machine.travel(AT_NINE, tick=False) as travelled:
        yield travelled


def _now(person: User) -> str:
    """What the app of this person shows now."""
    factor = SecondFactor.objects.filter(user=person).latest("id")
    return f"{totp(b32decode(factor.seed)):06d}"


def _set_up(person: User) -> list[str]:
    """Give somebody a second factor; returns the recovery codes."""
    actions.begin_second_factor(user=person, by=person)
    codes = actions.confirm_second_factor(user=person, by=person, code=_now(person))
    assert isinstance(codes, list)
    return codes


def _sign_in(person: User, *, password: str = PASSWORD) -> Client:
    client = Client()
    assert client.post("/login/", {"username": person.username, "password": password}).status_code == 302
    return client


def _show(client: Client, code: str):
    return client.post("/second-factor/check/?next=/account/", {"code": code})


def _is_in(client: Client) -> bool:
    return client.get("/account/").status_code == 200


# --- setting up ----------------------------------------------------------------------------------------------------------


def test_setting_up_from_the_password_to_the_recovery_codes(cast, clock):
    client, elsewhere = _sign_in(cast.clerk), _sign_in(cast.clerk)
    response = client.post("/second-factor/?next=/account/", {"password": PASSWORD, "do": "set-up"})
    assert response.headers["Location"] == "/second-factor/new/?next=%2Faccount%2F"
    shown = client.get(response.headers["Location"])
    seed = SecondFactor.objects.get().seed
    assert parse_qs(urlsplit(shown.context["address"]).query)["secret"] == [seed]
    assert shown.context["picture"].startswith("data:image/svg+xml")
    assert re.sub(r"\s", "", shown.context["seed"]) == seed
    before = client.cookies["session"].value
    done = client.post(response.headers["Location"], {"code": _now(cast.clerk)})
    codes = done.context["codes"]
    assert len(set(codes)) == 10
    assert all(code in done.content.decode() for code in codes)
    assert done.context["following"] == "/account/"
    assert client.cookies["session"].value != before
    assert _is_in(client)
    assert not _is_in(elsewhere)
    assert AuditEvent.objects.filter(action="user.second_factor_set_up", by=cast.clerk).count() == 1


def test_a_wrong_password_begins_nothing(cast, sign_in):
    response = sign_in(cast.clerk).post("/second-factor/", {"password": "wrong", "do": "set-up"})
    assert response.status_code == 200
    assert not SecondFactor.objects.exists()


def test_guessing_the_password_in_a_session_that_was_left_open_is_locked_too(cast, sign_in):
    client = sign_in(cast.clerk)
    answers = [client.post("/second-factor/", {"password": "wrong", "do": "set-up"}).status_code for _n in range(6)]
    assert answers == [200] * 5 + [429]
    assert AuditEvent.objects.filter(action="user.sign_in_failed", object_id=cast.clerk.pk).count() == 5


def test_a_wrong_first_code_switches_nothing_on(cast, sign_in):
    client = sign_in(cast.clerk)
    actions.begin_second_factor(user=cast.clerk, by=cast.clerk)
    assert client.post("/second-factor/new/", {"code": "000000"}).status_code == 200
    assert User.objects.get(pk=cast.clerk.pk).second_factor_since is None
    assert _is_in(_sign_in(cast.clerk))


def test_looking_changes_nothing(cast, sign_in):
    client = sign_in(cast.clerk)
    for path in ("/second-factor/", "/second-factor/new/", "/second-factor/check/", "/account/"):
        client.get(path)
    assert not SecondFactor.objects.exists()


def test_the_seed_and_the_codes_cannot_be_read_from_the_database(cast, clock):
    codes = _set_up(cast.clerk)
    seed = SecondFactor.objects.get().seed
    with connection.cursor() as cursor:
        cursor.execute("SELECT seed FROM caseworks_secondfactor")
        stored = bytes(cursor.fetchone()[0])
    assert seed.encode() not in stored
    assert b32decode(seed) not in stored
    assert b32decode(seed).hex().encode() not in stored
    digests = " ".join(RecoveryCode.objects.values_list("digest", flat=True))
    assert not any(code.replace(" ", "") in digests for code in codes)


# --- showing -------------------------------------------------------------------------------------------------------------


def test_who_has_one_is_asked_for_it_everywhere_also_in_the_demo(cast, clock):
    _set_up(cast.clerk)
    clock.shift(HALF_MINUTE)
    client = _sign_in(cast.clerk)
    assert client.get("/account/").headers["Location"] == "/second-factor/check/?next=%2Faccount%2F"
    before = client.cookies["session"].value
    response = _show(client, _now(cast.clerk))
    assert response.headers["Location"] == "/account/"
    assert client.cookies["session"].value != before
    assert _is_in(client)
    assert AuditEvent.objects.filter(action="user.second_factor_shown", by=cast.clerk).count() == 1


def test_signing_in_again_in_the_same_browser_asks_again_and_changes_the_key(cast, clock):
    _set_up(cast.clerk)
    clock.shift(HALF_MINUTE)
    client = _sign_in(cast.clerk)
    _show(client, _now(cast.clerk))
    before = client.cookies["session"].value
    client.post("/login/", {"username": cast.clerk.username, "password": PASSWORD})
    assert client.cookies["session"].value != before
    assert not _is_in(client)


def test_the_password_alone_cannot_take_the_second_factor_away(cast, clock):
    _set_up(cast.clerk)
    client = _sign_in(cast.clerk)
    for do in ("remove", "set-up", "codes"):
        response = client.post("/second-factor/", {"password": PASSWORD, "do": do})
        assert response.headers["Location"].startswith("/second-factor/check/")
    new = "lantern-over-7-wells"
    client.post("/password/", {"old_password": PASSWORD, "new_password1": new, "new_password2": new})
    assert SecondFactor.objects.get().confirmed
    assert User.objects.get(pk=cast.clerk.pk).check_password(PASSWORD)


def test_a_code_opens_once(cast, clock):
    _set_up(cast.clerk)
    clock.shift(HALF_MINUTE)
    code = _now(cast.clerk)
    assert _show(_sign_in(cast.clerk), code).status_code == 302
    second = _sign_in(cast.clerk)
    assert _show(second, code).status_code == 200
    assert not _is_in(second)


@pytest.mark.parametrize(("late", "opens"), [(-90, False), (-30, True), (0, True), (30, True), (90, False)])
def test_a_clock_may_be_half_a_minute_early_or_late(cast, clock, late, opens):
    _set_up(cast.clerk)
    clock.shift(timedelta(minutes=10))
    clock.shift(timedelta(seconds=late))
    code = _now(cast.clerk)
    clock.shift(timedelta(seconds=-late))
    client = _sign_in(cast.clerk)
    _show(client, code)
    assert _is_in(client) is opens


def test_wrong_codes_make_the_wait_longer_and_the_right_one_waits_too(cast, clock):
    _set_up(cast.clerk)
    clock.shift(HALF_MINUTE)
    client = _sign_in(cast.clerk)
    assert _show(client, "000000").status_code == 200
    refused = _show(client, _now(cast.clerk))
    assert refused.status_code == 429
    assert "1 秒" in refused.content.decode()
    clock.shift(timedelta(seconds=1))
    assert _show(client, "000000").status_code == 200
    clock.shift(timedelta(seconds=1))
    assert _show(client, _now(cast.clerk)).status_code == 429
    clock.shift(timedelta(seconds=1))
    assert _show(client, _now(cast.clerk)).status_code == 302
    assert AuditEvent.objects.filter(action="user.second_factor_failed", by=cast.clerk).count() == 2


def test_the_wait_never_shuts_the_owner_out_for_long(cast, clock):
    _set_up(cast.clerk)
    for _number in range(40):
        clock.shift(timedelta(minutes=18))
        assert not actions.check_second_factor(user=cast.clerk, code="000000").right
    clock.shift(timedelta(minutes=18))
    assert actions.check_second_factor(user=cast.clerk, code=_now(cast.clerk)).right


@pytest.mark.parametrize(
    "code", ["", "12345", "1234567", "ABCDEF", "１２３４５６", "-12345", "12345\u0000", "二三四五六七"]
)
def test_what_is_no_code_is_refused_with_words(cast, clock, code):
    _set_up(cast.clerk)
    client = _sign_in(cast.clerk)
    response = _show(client, code)
    assert response.status_code == 200
    assert response.context["form"].errors["code"]


# --- recovery codes ----------------------------------------------------------------------------------------------------


def test_a_recovery_code_opens_once_however_it_is_written(cast, clock):
    first, second, *_rest = _set_up(cast.clerk)
    client = _sign_in(cast.clerk)
    assert _show(client, first.lower().replace(" ", "-")).status_code == 302
    assert _is_in(client)
    again = _sign_in(cast.clerk)
    assert _show(again, first).status_code == 200
    clock.shift(timedelta(seconds=2))
    assert _show(again, second).status_code == 302
    assert RecoveryCode.objects.count() == 8
    event = AuditEvent.objects.filter(action="user.second_factor_shown").first()
    assert event.reason == "recovery code"


def test_a_recovery_code_sets_nothing_up(cast, clock):
    code = _set_up(cast.clerk)[0]
    actions.begin_second_factor(user=cast.clerk, by=cast.clerk)
    assert not isinstance(actions.confirm_second_factor(user=cast.clerk, by=cast.clerk, code=code), list)
    assert RecoveryCode.objects.count() == 10


def test_somebody_elses_recovery_code_opens_nothing(cast, clock):
    codes = _set_up(cast.colleague)
    _set_up(cast.clerk)
    client = _sign_in(cast.clerk)
    assert _show(client, codes[0]).status_code == 200
    assert RecoveryCode.objects.count() == 20


def test_new_recovery_codes_replace_the_former(cast, clock):
    former = _set_up(cast.clerk)
    clock.shift(HALF_MINUTE)
    client = _sign_in(cast.clerk)
    _show(client, _now(cast.clerk))
    response = client.post("/second-factor/", {"password": PASSWORD, "do": "codes"})
    assert set(response.context["codes"]).isdisjoint(former)
    assert not actions.check_second_factor(user=cast.clerk, code=former[0]).right
    clock.shift(timedelta(seconds=2))
    assert actions.check_second_factor(user=cast.clerk, code=response.context["codes"][0]).right


# --- another telephone, or none -----------------------------------------------------------------------------------------


def test_another_telephone_takes_over_only_with_its_first_code(cast, clock):
    _set_up(cast.clerk)
    clock.shift(HALF_MINUTE)
    client = _sign_in(cast.clerk)
    _show(client, _now(cast.clerk))
    former = SecondFactor.objects.get()
    client.post("/second-factor/", {"password": PASSWORD, "do": "set-up"})
    assert SecondFactor.objects.get(confirmed=True) == former
    client.post("/second-factor/new/", {"code": _now(cast.clerk)})
    assert SecondFactor.objects.get() != former


def test_who_need_not_have_one_may_remove_it(cast, clock):
    _set_up(cast.clerk)
    clock.shift(HALF_MINUTE)
    client = _sign_in(cast.clerk)
    _show(client, _now(cast.clerk))
    assert client.post("/second-factor/", {"password": PASSWORD, "do": "remove"}).headers["Location"] == "/login/"
    assert not SecondFactor.objects.exists()
    assert not RecoveryCode.objects.exists()
    assert _is_in(_sign_in(cast.clerk))


@pytest.mark.usefixtures("real")
def test_who_must_have_one_may_not(cast, clock):
    _set_up(cast.officer)
    clock.shift(HALF_MINUTE)
    client = _sign_in(cast.officer)
    _show(client, _now(cast.officer))
    response = client.post("/second-factor/", {"password": PASSWORD, "do": "remove"})
    assert response.status_code == 200
    assert "取消两步验证" not in response.content.decode()
    assert SecondFactor.objects.get().confirmed


# --- who must have one --------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("real")
@pytest.mark.parametrize("who", ["officer", "system", "auditor", "stranger"])
def test_in_a_real_installation_some_roles_must_set_one_up_first(cast, who):
    client = _sign_in(cast.people[who])
    assert client.get("/account/").headers["Location"] == "/second-factor/?next=%2Faccount%2F"
    assert "必须先设置两步验证" in client.get("/second-factor/").content.decode()


@pytest.mark.usefixtures("real")
@pytest.mark.parametrize("who", ["caseworker", "clerk", "mentor", "leader", "idle"])
def test_the_others_need_not(cast, who):
    assert _is_in(_sign_in(cast.people[who]))


@pytest.mark.parametrize("who", ["officer", "system", "auditor"])
def test_in_the_demo_it_is_offered_and_not_forced(cast, who):
    client = _sign_in(cast.people[who])
    assert _is_in(client)
    assert client.get("/second-factor/").status_code == 200


@pytest.mark.usefixtures("real")
def test_acting_in_a_smaller_post_is_no_way_around(cast, today):
    factories.posting(cast.officer, cast.village, "caseworker")
    client = _sign_in(cast.officer)
    assert client.get("/account/").headers["Location"].startswith("/second-factor/")


@pytest.mark.usefixtures("real")
def test_no_file_leaves_without_it(cast, clock, settings):
    with access.scope(cast.clerk), pytest.raises(SecondFactorNeeded):
        Download(io.BytesIO(b"names"), name="names.xlsx", content_type=XLSX, what="test", rows=1)
    with pytest.raises(SecondFactorNeeded):
        Download(io.BytesIO(b"names"), name="names.xlsx", content_type=XLSX, what="test", rows=1)
    assert not AuditEvent.objects.filter(action="file.left").exists()
    with access.scope(cast.clerk, verified=True):
        Download(io.BytesIO(b"names"), name="names.xlsx", content_type=XLSX, what="test", rows=1)
    settings.DEMO = True
    with access.scope(cast.clerk):
        Download(io.BytesIO(b"names"), name="names.xlsx", content_type=XLSX, what="test", rows=1)
    assert AuditEvent.objects.filter(action="file.left").count() == 2


@pytest.mark.usefixtures("real")
@pytest.mark.urls("tests.caseworks.urls_with_a_download")
def test_whoever_asks_for_a_file_is_led_to_the_second_factor_and_back(cast, clock):
    client = _sign_in(cast.clerk)
    assert client.get("/file/").headers["Location"] == "/second-factor/?next=%2Ffile%2F"
    _set_up(cast.clerk)
    clock.shift(HALF_MINUTE)
    client = _sign_in(cast.clerk)
    response = client.post("/second-factor/check/?next=/file/", {"code": _now(cast.clerk)})
    assert response.headers["Location"] == "/file/"
    assert b"".join(client.get("/file/").streaming_content) == b"names"


def test_a_reset_password_keeps_the_second_factor(cast, clock):
    from caseworks.actions import reset_password

    _set_up(cast.clerk)
    clock.shift(HALF_MINUTE)
    first = reset_password(user=cast.clerk, by=cast.officer)
    client, new = _sign_in(cast.clerk, password=first), "lantern-over-7-wells"
    client.post("/password/", {"old_password": first, "new_password1": new, "new_password2": new})
    assert client.get("/account/").headers["Location"].startswith("/second-factor/check/")
    _show(client, _now(cast.clerk))
    assert _is_in(client)


@pytest.mark.parametrize("path", ["/second-factor/", "/second-factor/new/", "/second-factor/check/"])
def test_strangers_and_wrong_methods(cast, client, sign_in, path):
    assert client.get(path).headers["Location"].startswith("/login/")
    assert sign_in(cast.clerk).put(path).status_code == 405
