"""Signing in and out, acting in one of several posts, and the language."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.urls import reverse

from caseworks import typed
from tests import factories

pytestmark = pytest.mark.django_db

PASSWORD = "pass-word-of-tests"


@pytest.fixture
def address():
    return reverse("caseworks:login")


@pytest.mark.parametrize(
    ("username", "password"), [("xue", "wrong"), ("nobody", PASSWORD), ("", ""), ("xue", ""), ("x" * 500, "y" * 5000)]
)
def test_a_wrong_login_gives_no_hint_which_part_was_wrong(username, password, cast, client, address):
    response = client.post(address, {"username": username, "password": password})
    assert response.status_code == 200
    assert "_auth_user_id" not in client.session
    if username and password and len(username) <= 60:
        assert "账号或密码不对" in response.content.decode()


def test_an_account_that_was_closed_does_not_open(cast, client, address):
    cast.clerk.is_active = False
    cast.clerk.save()
    client.post(address, {"username": "xue", "password": PASSWORD})
    assert "_auth_user_id" not in client.session


def test_closing_an_account_ends_its_sessions_at_once(cast, sign_in):
    client = sign_in(cast.clerk)
    assert client.get(reverse("children:list")).status_code == 200
    cast.clerk.is_active = False
    cast.clerk.save()
    assert client.get(reverse("children:list")).status_code == 302


def test_a_new_password_ends_the_sessions_of_the_old_one(cast, sign_in):
    client = sign_in(cast.clerk)
    cast.clerk.set_password("another-pass-word")
    cast.clerk.save()
    assert client.get(reverse("children:list")).status_code == 302


def test_the_session_is_a_new_one_after_signing_in(cast, client, address):
    """Or whoever had prepared this browser would know the key."""
    client.post(reverse("children:list"), {"note": "x", "typed_by": typed.signature_of(cast.clerk)})
    before = client.session.session_key
    client.post(address, {"username": "xue", "password": PASSWORD})
    assert before
    assert client.session.session_key != before


@pytest.mark.parametrize(
    "there", ["https://evil.example/", "//evil.example/x", "javascript:alert(1)", "\\\\evil.example"]
)
def test_signing_in_never_leads_away_from_the_registry(there, cast, client, address):
    response = client.post(address, {"username": "xue", "password": PASSWORD, "next": there})
    assert response["Location"] == reverse("visits:home")


def test_after_signing_out_nothing_is_open(cast, sign_in):
    client = sign_in(cast.clerk)
    assert client.post(reverse("caseworks:logout"))["Location"] == reverse("caseworks:login")
    assert client.get(reverse("children:list")).status_code == 302


def test_the_demo_shows_its_logins_and_nothing_else_does(client, address, monkeypatch):
    assert "liushou-demo" in client.get(address).content.decode()
    monkeypatch.setattr(settings, "DEMO", False)
    assert "liushou-demo" not in client.get(address).content.decode()


def test_a_person_acts_in_one_post_at_a_time(cast, sign_in):
    other = factories.posting(cast.clerk, cast.county, "administrator", from_on=factories.LONG_AGO.replace(year=2022))
    client, annual = sign_in(cast.clerk), reverse("reports:annual")
    assert client.get(annual).status_code == 403
    assert client.post(reverse("caseworks:act_as"), {"posting": other.pk})["Location"] == reverse("visits:home")
    assert client.get(annual).status_code == 200


def test_nobody_acts_in_the_post_of_another(cast, sign_in):
    theirs = cast.officer.postings.get()
    assert sign_in(cast.clerk).post(reverse("caseworks:act_as"), {"posting": theirs.pk}).status_code == 404


def test_a_post_that_has_ended_is_not_acted_in_any_longer(cast, sign_in, today):
    other = factories.posting(cast.clerk, cast.county, "administrator", from_on=factories.LONG_AGO.replace(year=2022))
    client = sign_in(cast.clerk)
    client.post(reverse("caseworks:act_as"), {"posting": other.pk})
    other.until_on = other.from_on
    other.save()
    annual = reverse("reports:annual")
    assert client.get(annual).headers["Location"].startswith(reverse("caseworks:login"))
    assert sign_in(cast.clerk).get(annual).status_code == 403


def test_the_language_is_kept_in_a_cookie_of_known_languages_only(client):
    address = reverse("caseworks:language")
    client.post(address, {"language": "xx"})
    assert settings.LANGUAGE_COOKIE_NAME not in client.cookies
    client.post(address, {"language": "en"})
    page = client.get(reverse("caseworks:login"))
    assert page["Content-Language"] == "en"
    assert "Sign in" in page.content.decode()


def test_large_text_is_remembered_by_this_browser(client):
    address, login = reverse("caseworks:text_size"), reverse("caseworks:login")
    client.post(address, {"size": "gigantic"})
    assert settings.TEXT_SIZE_COOKIE_NAME not in client.cookies
    assert 'class="large-text"' not in client.get(login).content.decode()
    client.post(address, {"size": "large"})
    assert 'class="large-text"' in client.get(login).content.decode()
    client.post(address, {"size": "normal"})
    assert 'class="large-text"' not in client.get(login).content.decode()


@pytest.mark.parametrize("address", ["/login/", "/no/such/page/", "/children/", "/static/css/site.css"])
def test_every_answer_tells_the_browser_what_it_may_do(address, client):
    response = client.get(address)
    assert "script-src 'self'" in response["Content-Security-Policy"]
    assert "unsafe" not in response["Content-Security-Policy"]
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"
    if not address.startswith("/static/"):
        assert "no-store" in response["Cache-Control"]


def test_a_page_of_a_signed_in_person_is_never_stored(cast, sign_in):
    assert "no-store" in sign_in(cast.clerk).get(reverse("children:list"))["Cache-Control"]
