"""What was typed when the session had expired is kept for the person who typed it, and for nobody else."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from caseworks import typed

pytestmark = pytest.mark.django_db

PASSWORD = "pass-word-of-tests"
NOTE = "奶奶说孩子最近不爱说话"


@pytest.fixture
def address():
    return reverse("children:list")  # any page that asks people to sign in keeps what is sent to it


def send(client, address, person=None, **fields):
    whose = {"typed_by": typed.signature_of(person)} if person else {}
    return client.post(address, {"note": NOTE, "topics": ["study", "life"], "submission_key": "k-1", **whose, **fields})


def log_in(client, person, response):
    following = response["Location"].partition("next=")[2]
    return client.post(
        reverse("caseworks:login"),
        {"username": person.username, "password": PASSWORD, "next": following.replace("%2F", "/")},
        follow=True,
    )


def test_the_person_finds_it_after_signing_in_and_sends_it(cast, client, address):
    response = log_in(client, cast.clerk, send(client, address, cast.clerk, csrfmiddlewaretoken="t", password="secret"))
    page = response.content.decode()
    assert NOTE in page
    assert f'action="{address}"' in page
    assert response.context["fields"] == [
        ["note", NOTE], ["topics", "study"], ["topics", "life"], ["submission_key", "k-1"],
    ]  # fmt: skip
    assert "secret" not in page
    assert (response.context["written"], response.context["chosen"]) == ([NOTE], 2)


def test_the_next_person_on_the_same_phone_sees_nothing(cast, client, address):
    response = log_in(client, cast.colleague, send(client, address, cast.clerk))
    assert NOTE not in response.content.decode()
    assert NOTE not in client.get(reverse("caseworks:typed"), follow=True).content.decode()


def test_nor_does_the_person_after_a_sign_out(cast, client, address):
    log_in(client, cast.clerk, send(client, address, cast.clerk))
    client.post(reverse("caseworks:logout"))
    client.post(reverse("caseworks:login"), {"username": cast.colleague.username, "password": PASSWORD})
    assert NOTE not in client.get(reverse("caseworks:typed"), follow=True).content.decode()
    assert NOTE not in json.dumps(dict(client.session), ensure_ascii=False)


@pytest.mark.parametrize("signature", ["", "x", "01999999-0000-7000-8000-000000000000:abc:def"])
def test_a_form_that_does_not_say_whose_it_is_is_not_kept(signature, client, address):
    response = client.post(address, {"note": NOTE, "typed_by": signature})
    assert response["Location"].endswith(f"?next={address.replace('/', '%2F')}")
    assert NOTE not in json.dumps(dict(client.session), ensure_ascii=False)


def test_it_is_thrown_away_when_the_person_says_so(cast, client, address):
    log_in(client, cast.clerk, send(client, address, cast.clerk))
    client.post(reverse("caseworks:typed"))
    assert client.get(reverse("caseworks:typed")).status_code == 302
    assert NOTE not in json.dumps(dict(client.session), ensure_ascii=False)


def test_it_waits_two_hours_for_the_person_and_no_longer(cast, client, address):
    response = send(client, address, cast.clerk)
    with time_machine.travel(timezone.now() + timedelta(hours=1, minutes=59)):
        assert NOTE in log_in(client, cast.clerk, response).content.decode()
    client = Client()
    response = send(client, address, cast.clerk)
    with time_machine.travel(timezone.now() + timedelta(hours=2, minutes=1)):
        assert NOTE not in log_in(client, cast.clerk, response).content.decode()


def test_after_signing_in_the_session_is_an_ordinary_one(cast, client, address):
    log_in(client, cast.clerk, send(client, address, cast.clerk))
    assert client.session.get_expire_at_browser_close()


def test_scripts_are_told_to_sign_in_instead_of_being_sent_there(client, address):
    asked = client.get(address, headers={"Accept": "application/json"})
    assert (asked.status_code, asked.json()) == (401, {"error": "login"})
    partial = client.get(address, headers={"HX-Request": "true"})
    assert (partial.status_code, partial["HX-Redirect"]) == (204, f"/login/?next={address.replace('/', '%2F')}")


def test_a_page_read_by_somebody_signed_out_is_only_remembered_as_an_address(client, address):
    response = client.get(address, {"q": "张"})
    assert "%3Fq%3D" in response["Location"]
    assert not client.session.keys()
