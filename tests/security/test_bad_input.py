"""Whatever somebody sends, to whichever address: a page, a refusal in words, never an error of the server."""

from __future__ import annotations

import logging
from collections.abc import Callable
from urllib.parse import quote

import pytest
from django.urls import reverse

from caseworks.checks import all_urls
from tests.security.addresses import GROUPS, browsers, fields_of, group_of, insiders, path_of, send
from tests.test_access_matrix import undone

pytestmark = [pytest.mark.django_db, pytest.mark.thorough]

# names that lists and reports read from the address, whether or not the page shows a field for them
ASKED_FOR = ("q", "page", "next", "organization", "year", "definition", "o", "p", "e", "_popup", "back", "term")
HOSTILE = {
    "attack": "' OR 1=1; DROP TABLE x; -- %_\\\"><svg onload=alert(1)></script>\u2028{{7*7}}{% now %}",
    "nul": "a\0b",
    "long": "长" * 10_000,
    "huge number": "1" + "0" * 30,
    "negative": "-1",
    "other digits": "٣²½",
    "last day": "9999-12-31",
    "a code": "0" * 32,
}
# what no form can send, but a program can: bytes that are no text, a half of a character, names without values
RAW = {
    "broken text": "q=%ff%fe&page=%ff&name=%ff",
    "half a character": "q=%ed%a0%80&page=%ed%a0%80&name=%ed%a0%80",
    "many of one name": "&".join(["page=1", "q=a", "year=2026"] * 40),
    "names only": "q&page&&=&=&name[]=1&a[b][c]=d",
}


@pytest.fixture(autouse=True)
def _quiet(caplog):
    caplog.set_level(logging.CRITICAL, logger="django.request")


def broken(cast, ask: Callable, group: str = "") -> dict[str, str]:
    """The addresses that answer with an error of the server."""
    found, clients = {}, browsers(cast)
    for method in ("GET", "POST"):
        for line, role in insiders(method):
            if group and group_of(line) != group:
                continue
            with undone():
                path, client = path_of(line, cast), clients[role]
                for words, response in ask(client, method, path):
                    if response.status_code >= 500:
                        found[f"{method} {line.address} as {role}: {words}"] = repr(
                            response.exc_info and response.exc_info[1]
                        )
    return found


def report(found: dict[str, str]) -> None:
    """All of it, not the first few lines."""
    assert not found, "\n".join(f"{where}: {what}" for where, what in found.items())


@pytest.mark.parametrize("group", GROUPS)
def test_nothing_in_any_field_or_address_breaks_a_page(group, cast):
    def ask(client, method, path):
        names = [*fields_of(client.get(path)), *ASKED_FOR]
        for kind, text in HOSTILE.items():
            yield kind, send(client, method, path, dict.fromkeys(names, text))
        for kind, words in RAW.items():
            yield kind, send(client, method, path, words)

    report(broken(cast, ask, group))


WORDS_IN_PATHS = (
    "%00",
    "%ff%fe",
    "%ED%A0%80",
    "A" * 5_000,
    quote("'; DROP TABLE x; --"),
    "-1",
    "1" + "0" * 30,
    ".",
    "..",
)


def test_no_word_in_the_place_of_a_code_breaks_a_page(cast):
    """Everybody who may open the page, and every argument of its address replaced by nonsense."""
    clients, found = browsers(cast), {}
    for method in ("GET", "POST"):
        for line, role in insiders(method):
            with undone():
                path = path_of(line, cast)
                arguments = [part for part in path.split("/") if part and part not in PLAIN]
                for argument in arguments:
                    for word in WORDS_IN_PATHS:
                        response = send(clients[role], method, path.replace(f"/{argument}/", f"/{word}/"))
                        if response.status_code >= 500:
                            found[f"{method} {line.address} as {role}: {word[:20]}"] = repr(response.exc_info[1])
    report(found)


PLAIN = {
    part for _name, pattern in all_urls() for part in str(pattern.pattern).split("/") if part and "<" not in part
} | {"children", "reports", "import", "office", "caseworks", "visits"}


KINDS_OF_BODY = ("application/json", "text/plain", "multipart/form-data", "application/xml; charset=nonsense")


def test_no_kind_of_body_breaks_a_page(cast):
    def ask(client, method, path):
        if method == "POST":
            for content_type in KINDS_OF_BODY:
                body = b'{"a": [1, "\\ud800"]}\x00\xff'
                yield content_type, send(client, method, path, body, content_type=content_type)
            yield "more fields than any form has", send(client, method, path, "a=1&" * 2_500)

    report(broken(cast, ask))


def test_a_page_that_breaks_is_noticed():
    with pytest.raises(AssertionError, match="GET children:list as officer: x"):
        report({"GET children:list as officer: x": "ValueError()"})


@pytest.mark.parametrize(
    "address",
    ["//evil.example/", "https://evil.example/", "https:evil.example", "/\\evil.example", "\\\\evil.example", "javascript:alert(1)", "children:list", "\t//evil.example", "///evil.example"],
)  # fmt: skip
def test_no_address_leads_to_another_host(address, client, cast):
    """The word after `next`, whatever page reads it."""
    for path in ("/login/", "/language/"):
        answer = client.post(path, {"username": "xue", "password": "pass-word-of-tests", "next": address})
        assert (answer.status_code, answer["Location"]) == (302, reverse("visits:home"))


def test_a_path_of_our_own_is_gone_to(client, cast):
    assert client.post("/language/", {"next": "/children/?q=a"})["Location"] == "/children/?q=a"
