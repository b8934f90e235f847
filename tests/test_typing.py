"""Nothing typed is lost, on no page with a form: found by the table of addresses, filled like a person would, and sent.

A wrong field keeps all the others; an expired login keeps everything until the person is back; a second press of Save
makes nothing twice.
"""

from __future__ import annotations

import io
from collections import Counter
from datetime import date
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import resolve
from lxml import html
from PIL import Image

from caseworks import access, typed
from caseworks.models import AuditEvent
from children import actions
from tests import factories
from tests.test_access_matrix import LINES, ROLES, Line, path_of

pytestmark = [pytest.mark.django_db, pytest.mark.thorough]

# forms in which nobody writes anything that could be lost or made twice, and why
NOTHING_TO_LOSE = {
    "caseworks:login": "a login and a password: they are not kept anywhere",
    "caseworks:password": "passwords",
    "caseworks:account": "ends sessions",
    "caseworks:second_factor": "a code that works once",
    "caseworks:second_factor_check": "a code that works once",
    "caseworks:logout": "signs out",
    "caseworks:act_as": "chooses a post",
    "caseworks:language": "chooses a language",
    "caseworks:typed": "is what was kept",
    "children:search": "looks for a child",
    "children:begin": "looks for a child; a new archive is a form of its own",
    "children:export": "a file that goes out",
    "privacy:reveal": "shows a value",
    "caseworks:slip": "a button; the slip is shown once",
    "admin:children_pupilcount_export": "a file that goes out",
    "admin:visits_mentor_export": "a file that goes out",
    "exchange:imports": "a file, which a browser does not keep",
    "children:birthdays": "only a button that has figures counted again",
    "children:gaps": "only a button that has figures counted again",
    "duplicates:list": "only buttons",
    "reports:annual": "only a button that has figures counted again",
    "reports:summary": "only a button that has figures counted again",
    "exchange:undo": "only a button; the roster knows whether it was taken back",
    "admin:children_pupilcount_import": "a file",
    "admin:visits_mentor_import": "a file",
    "admin:children_pupilcount_delete": "only a button; what is deleted is not there to be deleted twice",
    "admin:visits_contactrule_delete": "only a button",
}


def _second_entry(cast: factories.Cast) -> str:
    with access.everyone("test"):
        return cast.child.kinships.get(relation="62", relative__name=SECOND_NAME).relative.code


# what a person fills in where a guess by the kind of the field would not do; a function is asked in the cast of the test
TYPED: dict[str, dict[str, Any]] = {
    "visits:mentor_create": {"user": ""},
    "visits:pair": {"child": "李明"},
    "visits:log": {"kind": "call", "met": ["child"], "reached": "yes"},
    "visits:contact_edit": {"kind": "call", "met": ["child"], "reached": "yes"},
    "rights:consent_add": {
        "relative": lambda cast: cast.mother.code,
        "purpose": "notice",
        "answer": "told",
        "given_on": "2026-11-20",
    },
    "rights:erase": {"reason": "mistake"},
    "rights:erase_confirm": {"understood": "on"},
    "handovers:ask": {"id_number": lambda cast: cast.foreigner.id_number},
    "handovers:emergency": {"id_number": lambda cast: cast.foreigner.id_number},
    "handovers:propose": {"to": "yun-school"},
    "duplicates:family": {"keep": lambda cast: cast.grandmother.code, "absorb": _second_entry},
    "guardians:entrust": {"term_until_on": "2027-11-20"},
    "admin:children_pupilcount_add": {"term": "2026-2"},
    "admin:caseworks_organization_add": {"code": "new-village"},
    "admin:caseworks_user_add": {"username": "new-person", "postings-0-until_on": ""},
    # no second post
    "admin:caseworks_user_change": {"postings-1-organization": "", "postings-1-role": "", "postings-1-until_on": ""},
}
# what the address must ask for, or there is no form
ASKED = {
    "promotions:plan": {"school": "shi-school", "term_on": "2026-09-01"},
    "handovers:propose": {"q": "云县"},
}
PICTURES = {"children:attach": "picture"}
WORDS, SECOND_NAME = "奶奶说的话", "陈奶奶"


def _close(cast: factories.Cast) -> None:
    with access.scope(cast.caseworker):
        actions.close(child=cast.child, by=cast.caseworker, on=date(2026, 11, 20), reason="moved")


def _enter_twice(cast: factories.Cast) -> None:
    factories.relative(cast.child, relation="62", name=SECOND_NAME, phone="")


# what must be so before there is anything to send
BEFORE = {"children:reopen": _close, "duplicates:family": _enter_twice}


def _is_tried(line: Line) -> bool:
    return (
        line.method == "GET"
        and line.about not in ("neighbour", "foreigner", "nothing")
        and not line.address.endswith(("_changelist", "_history", ":index", ":app_list"))
        and line.address not in NOTHING_TO_LOSE
        and _person(line) != ""
    )


def _person(line: Line) -> str:
    """Somebody who sees the page and may send its form; empty if nobody does."""
    sends = next((each.answers for each in LINES if (each.address, each.method, each.about) == _post(line)), ())
    both = zip(ROLES, line.answers, sends, strict=False)
    return next((role for role, sees, sent in both if role and sees == "200" and sent in ("200", "302")), "")


def _post(line: Line) -> tuple[str, str, str]:
    return line.address, "POST", line.about


PAGES = list({line.address: line for line in reversed(LINES) if _is_tried(line)}.values())


def _picture() -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", (8, 8), "grey").save(out, "PNG")
    return SimpleUploadedFile("照片.png", out.getvalue(), "image/png")


class Page:
    """A page with a form, opened by somebody who may."""

    def __init__(self, line: Line, cast: factories.Cast) -> None:
        self.name, self.cast, self.person = line.address, cast, getattr(cast, _person(line))
        self.client = Client()
        self.client.force_login(self.person)
        self.path = path_of(line, cast)
        self.shown = self.client.get(self.path, ASKED.get(self.name, {}))

    def form(self, response: Any) -> Any:
        """The form of the page that is sent to the page itself."""
        for form in html.document_fromstring(response.content.decode()).forms:
            action = (form.get("action") or self.path).split("?")[0]
            if form.method == "POST" and resolve(action).view_name == self.name:
                return form
        return None

    def send(self, values: dict[str, list[str]], client: Client | None = None) -> Any:
        pictures = {PICTURES[self.name]: _picture()} if self.name in PICTURES else {}
        return (client or self.client).post(self.path, {**values, **pictures})


def values_of(form: Any) -> dict[str, list[str]]:
    """What a browser would send."""
    values: dict[str, list[str]] = {}
    for name, value in form.form_values():
        if "__prefix__" in name:
            continue  # the pattern of a further row
        # HTML drops the line end after <textarea>; this parser does not
        values.setdefault(name, []).append(value.replace("\r\n", "\n").removeprefix("\n"))
    return values


def filled(page: Page, form: Any) -> dict[str, list[str]]:
    """The same with something in every field that a person can fill."""
    values = values_of(form)
    for field in form.inputs:
        name = field.name
        open_to_typing = field.get("disabled") is None and "__prefix__" not in (name or "")
        if name and open_to_typing and not any(values.get(name, [])) and not name.endswith("_erase"):
            value = _something(field)
            if value is not None:
                values[name] = [value]
    for name, given in TYPED.get(page.name, {}).items():
        value = given(page.cast) if callable(given) else given
        values[name] = value if isinstance(value, list) else [value]
    return values


def _something(field: Any) -> str | None:
    if field.tag == "textarea":
        return WORDS
    if field.tag == "select":
        return ([value for value in field.value_options if value] or [None])[-1]
    kind, name = field.get("type", "text"), field.name.rpartition("-")[2]
    if kind == "radio":
        return field.get("value")
    if kind == "date":
        return "2026-11-20"
    if kind in ("hidden", "checkbox", "submit", "file", "password"):
        return None
    guesses = {"phone": "13812345678", "id_number": "", "born_year": "1990", "gb_code": "500116103201"}
    numeric = kind == "number" or field.get("inputmode") == "numeric"
    return guesses.get(name, "7" if numeric else WORDS[: int(field.get("maxlength") or 9)])


def with_a_mistake(values: dict[str, list[str]], form: Any) -> dict[str, list[str]]:
    """One field filled so that it cannot be right: a day that does not exist, or letters for a year."""
    for field in form.inputs:
        if field.name in values and field.get("type") == "date" and field.get("disabled") is None:
            return values | {field.name: ["2026-13-45"]}
    return values | ({"born_year": ["abcd"]} if "born_year" in values else {})


def rows() -> Counter[str]:
    """How many rows there are of everything; the trail of this very count is left out."""
    with access.everyone("test"):
        found = Counter({model._meta.label: model._default_manager.count() for model in apps.get_models()})
    return found - Counter({AuditEvent._meta.label: AuditEvent.objects.filter(action="scope.everyone").count()})


def _typed_only(values: dict[str, list[str]]) -> dict[str, list[str]]:
    kept = {name: each for name, each in values.items() if name not in {"csrfmiddlewaretoken", "typed_by", "opened"}}
    return {name: each for name, each in kept.items() if any(each)}


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel("2026-11-23T10:00:00+08:00", tick=False):
        yield


@pytest.mark.parametrize("line", PAGES, ids=lambda line: line.address)
def test_nothing_typed_is_lost(line, cast):
    BEFORE.get(line.address, lambda cast: None)(cast)
    page = Page(line, cast)
    form = page.form(page.shown)
    values = filled(page, form)
    assert {"submission_key", "typed_by"} <= set(values), "{% submission_key %} is missing in the form"

    wrong = with_a_mistake(values, form)
    if _typed_only(wrong) != _typed_only(values):
        answer = page.send(wrong)
        assert answer.status_code == 200
        assert _typed_only(values_of(page.form(answer))) == _typed_only(wrong)

    signed_out = Client()
    page.send(values, signed_out)
    kept: dict[str, list[str]] = {}
    for name, value in signed_out.session[typed.KEY]["fields"]:
        kept.setdefault(name, []).append(value)
    assert _typed_only(kept) == _typed_only(values)

    before = rows()
    first = page.send(values)
    once = rows()
    second = page.send(values)
    if line.address == "admin:caseworks_user_add":  # shows the first password, once
        assert (first.status_code, second.status_code) == (200, 200)
    else:
        assert first.status_code == 302, "fill the form so that it is saved: see TYPED"
        assert second.url == first.url
    assert rows() == once
    assert once != before


def test_pages_are_found():
    assert len(PAGES) > 25
    assert {"children:create", "visits:log", "guardians:entrust", "visits:rules", "admin:visits_mentor_add"} <= {
        line.address for line in PAGES
    }
    addresses = {line.address for line in LINES}
    assert set(NOTHING_TO_LOSE) <= addresses
    assert set(TYPED) <= addresses
