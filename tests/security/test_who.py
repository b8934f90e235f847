"""The table of access once more, for people in every state an account can be in and at every place of the tree.

Expectations are derived from the lines of tests/test_access_matrix.py, so a new page is tried here as well.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from caseworks.access import Gate
from caseworks.checks import all_urls
from caseworks.models import Posting, User
from tests import factories
from tests.security.addresses import GROUPS, LINES, Line, body_of, browsers, group_of, path_of, send, undone
from tests.test_access_matrix import CHILDREN, ROLES, answer

pytestmark = [pytest.mark.django_db, pytest.mark.thorough]

RULES = {name: pattern.callback.rule for name, pattern in all_urls()}


def expected_of(line: Line, role: str) -> str:
    return line.answers[ROLES.index(role)]


def mistakes(lines: list[Line], cast, client: Client, expected) -> dict[str, str]:
    """`line: got, not expected` of the lines that are answered otherwise."""
    found = {}
    for line in lines:
        with undone():
            got = answer(send(client, line.method, path_of(line, cast)))
        if got != expected(line):
            found[str(line)] = f"{got}, not {expected(line)}"
    return found


# --- In every state of an account -------------------------------------------------------------------------------------


def _disabled(person: User) -> None:
    User.objects.filter(pk=person.pk).update(is_active=False)


def _post_over(person: User) -> None:
    Posting.objects.filter(user=person).update(until_on=timezone.localdate())


def _sessions_ended(person: User) -> None:
    person.sessions.all().delete()


def _twelve_hours_old(person: User) -> None:
    person.sessions.all().update(expire_date=timezone.now() - timedelta(minutes=1))


ENDINGS = (_disabled, _post_over, _sessions_ended, _twelve_hours_old)


@pytest.mark.parametrize("end", ENDINGS, ids=lambda end: end.__name__.strip("_"))
def test_an_open_session_ends_with_what_it_stood_on(end, cast):
    """On the very next request, at every address, whoever was inside."""
    found = {}
    for line in LINES:
        rule = RULES[line.address]
        if line.method == min(rule.methods) and not rule.public and line.about not in {"neighbour", "foreigner"}:
            with undone():
                client, path = Client(), path_of(line, cast)
                client.force_login(cast.officer)
                end(cast.officer)
                got = answer(send(client, line.method, path))
            if got != "in":
                found[str(line)] = got
    assert found == {}


@pytest.mark.parametrize("role", ["officer", "clerk", "system"])
def test_a_first_password_leads_to_nothing_but_ones_own(role, cast):
    person = getattr(cast, role)
    person.first_password_until = timezone.now() + timedelta(hours=1)
    person.save()
    client = browsers(cast)[role]
    gate, found = reverse("caseworks:password"), {}
    for line in LINES:
        rule = RULES[line.address]
        if rule.public or Gate.PASSWORD in rule.before or line.about in {"neighbour", "foreigner"}:
            continue
        with undone():
            response = send(client, line.method, path_of(line, cast))
        if not (response.status_code == 302 and response["Location"].startswith(gate)):
            found[str(line)] = answer(response)
    assert found == {}


def test_whoever_signs_in_after_the_last_post_has_ended_is_like_somebody_without_one(cast):
    _post_over(cast.clerk)
    client = Client()
    client.force_login(cast.clerk)
    assert mistakes(list(LINES), cast, client, lambda line: expected_of(line, "idle")) == {}


# --- At every place of the tree ---------------------------------------------------------------------------------------

PLACES = {
    # an administrator at …: about the child, about the neighbour
    "the town above both": ("town", "child", "neighbour"),
    "the child's school": ("school", "child", "foreigner"),
    "the school beside it": ("other_school", "foreigner", "neighbour"),
    "the other county": ("other_county", "foreigner", "foreigner"),
}
# what belongs to an office beside the child's own, so that reaching the child is not what decides: the mentors of a
# bureau, whose pairings are seen by whoever sees the child and ended by whoever runs the mentor's office; and a hand-over,
# which both its ends see
OF_ANOTHER_OFFICE = {"visits:pairing_end", "handovers:detail"}


@pytest.mark.parametrize("place", PLACES)
def test_an_administrator_reaches_what_is_below_and_nothing_beside(place, cast):
    where, *equals = PLACES[place]
    person = factories.user("verwalter")
    factories.posting(person, getattr(cast, where), "administrator")
    client = Client()
    client.force_login(person)
    of_the_county = {(line.address, line.method, line.about): expected_of(line, "officer") for line in LINES}
    alike = dict(zip(("child", "neighbour"), equals, strict=True))
    lines = [line for line in LINES if line.about in alike and line.address not in OF_ANOTHER_OFFICE]
    assert len(lines) > 60
    wrong = mistakes(lines, cast, client, lambda line: of_the_county[line.address, line.method, alike[line.about]])
    assert wrong == {}


# --- The other methods ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("group", GROUPS)
def test_head_answers_like_get_and_says_nothing(group, cast):
    found, clients = {}, browsers(cast)
    for line in LINES:
        if line.method != "GET" or group_of(line) != group or line.about in {"neighbour"}:
            continue
        with undone():
            path = path_of(line, cast)
            for role in ("officer", "mentor", "stranger", ""):
                response = send(clients[role], "HEAD", path)
                if answer(response) != expected_of(line, role) or body_of(response):
                    found[f"{line} {role}"] = answer(response)
    assert found == {}


def test_options_tells_nothing_about_what_is_there(cast):
    """Refused like any other method, for the child of another county as for one's own."""
    clients, found = browsers(cast), {}
    for line in LINES:
        if line.about in CHILDREN:
            with undone():
                response = send(clients["officer"], "OPTIONS", path_of(line, cast))
            if response.status_code != 405:
                found[str(line)] = response.status_code
    assert found == {}
