"""No address of the site leads around a gate: every one is tried, with every method that changes something."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone
from django.utils.regex_helper import normalize

from caseworks.access import Gate
from caseworks.models import AuditEvent, User
from caseworks.signin import actions

pytestmark = pytest.mark.django_db
# What a signed-in person reaches in front of each gate, apart from what is open to everyone.
OPEN = {
    Gate.PASSWORD: {"/password/", "/logout/"},
    Gate.CHECK: {"/second-factor/check/", "/logout/"},
    Gate.ENROL: {"/second-factor/", "/second-factor/new/", "/logout/"},
}
LEADS_TO = {Gate.PASSWORD: "/password/", Gate.CHECK: "/second-factor/check/", Gate.ENROL: "/second-factor/"}
_SAMPLES = {"int": 1, "uuid": "01900000-0000-7000-8000-000000000000", "extension": "xlsx"}


def _addresses(resolver: URLResolver, prefix: str = "/") -> list[tuple[str, URLPattern]]:
    """Every address of the site with something in the place of each of its parameters."""
    found: list[tuple[str, URLPattern]] = []
    for entry in resolver.url_patterns:
        template, names = normalize(entry.pattern.regex.pattern)[0]
        values = {name: _SAMPLES.get(name) or _SAMPLES.get(_kind(entry, name), "x") for name in names}
        address = prefix + template % values
        found += _addresses(entry, address) if isinstance(entry, URLResolver) else [(address, entry)]
    return found


def _kind(entry: URLPattern | URLResolver, name: str) -> str:
    converter = getattr(entry.pattern, "converters", {}).get(name)
    return type(converter).__name__.removesuffix("Converter").lower() if converter else "str"


ALL = _addresses(get_resolver())


def test_the_walk_finds_the_site():
    addresses = {address for address, _entry in ALL}
    assert {"/", "/login/", "/logout/", "/children/", "/account/", "/staff/x/slip/", "/office/"} <= addresses
    assert len(addresses) > 15


def _before(gate: Gate, cast, settings) -> Client:
    """Somebody who stands in front of this gate."""
    client = Client()
    client.force_login(cast.officer)
    if gate is Gate.PASSWORD:
        User.objects.filter(pk=cast.officer.pk).update(first_password_until=timezone.now() + timedelta(hours=1))
    elif gate is Gate.CHECK:
        actions.begin_second_factor(user=cast.officer, by=cast.officer)
        User.objects.filter(pk=cast.officer.pk).update(second_factor_since=timezone.now())
    else:
        settings.DEMO = False
    return client


@pytest.mark.parametrize("gate", list(Gate))
@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete"])
def test_no_address_skips_the_gate(cast, settings, gate, method):
    client, passed = _before(gate, cast, settings), set()
    for address, entry in ALL:
        if entry.callback.rule.public or address == "/logout/":
            continue
        response = getattr(client, method)(address)
        location = response.headers.get("Location", "")
        if not location.startswith(f"{LEADS_TO[gate]}?next="):
            passed.add(address)
    assert passed <= OPEN[gate]
    if method == "get":
        assert passed == OPEN[gate] - {"/logout/"}


def test_public_pages_are_these(cast):
    assert {address for address, entry in ALL if entry.callback.rule.public} == {
        "/login/",
        "/language/",
        "/text-size/",
        "/privacy/",
    }


@pytest.mark.parametrize("gate", list(Gate))
def test_one_can_always_sign_out(cast, settings, gate):
    client = _before(gate, cast, settings)
    assert client.post("/logout/").headers["Location"] == "/login/"
    assert AuditEvent.objects.filter(action="user.signed_out", by=cast.officer).count() == 1


@pytest.mark.parametrize("gate", list(Gate))
def test_scripts_get_an_answer_they_understand(cast, settings, gate):
    client = _before(gate, cast, settings)
    response = client.get("/children/", headers={"Accept": "application/json"})
    assert (response.status_code, response.json()) == (403, {"error": gate.value})
    response = client.get("/children/", headers={"HX-Request": "true"})
    assert response.status_code == 204
    assert response.headers["HX-Redirect"].startswith(LEADS_TO[gate])


def test_the_gates_stand_in_this_order(cast, settings):
    settings.DEMO = False
    client = _before(Gate.CHECK, cast, settings)
    User.objects.filter(pk=cast.officer.pk).update(first_password_until=timezone.now() + timedelta(hours=1))
    assert client.get("/children/").headers["Location"].startswith("/password/")
    User.objects.filter(pk=cast.officer.pk).update(first_password_until=None)
    assert client.get("/children/").headers["Location"].startswith("/second-factor/check/")
    User.objects.filter(pk=cast.officer.pk).update(second_factor_since=None)
    assert client.get("/children/").headers["Location"].startswith("/second-factor/?")


def test_a_page_that_does_not_exist_tells_nobody_anything(cast, settings):
    assert _before(Gate.PASSWORD, cast, settings).get("/no-such-page/").status_code == 404
