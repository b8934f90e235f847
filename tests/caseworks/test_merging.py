"""Two people correct the same record: what each changed is kept; of the same field the second sees both and chooses."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from caseworks import access
from caseworks.merging import _plain
from caseworks.models import ChangedError, Editable, User
from children import actions
from children.models import Child, PupilCount
from tests import factories
from tests.forms import as_shown
from visits.models import ContactRule, Mentor

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel("2026-11-23T10:00:00+08:00", tick=False):
        yield


@dataclass(frozen=True)
class Page:
    """A page that corrects a record: who opens it, what the first person changes, what the second changes besides, and a
    field that both change, with the first's and the second's value."""

    name: str
    person: str
    record: Callable[[Any], Any]
    address: Callable[[Any, Any], str]
    first: dict[str, Any]
    second: dict[str, Any]
    both: tuple[str, Any, Any]
    stored: Callable[[Any], dict[str, Any]]


def _own(*names: str) -> Callable[[Any], dict[str, Any]]:
    return lambda row: {name: _plain(getattr(type(row).objects.get(pk=row.pk), name)) for name in names}


def _of(name: str, *codes: str) -> Callable[[Any, Any], str]:
    return lambda cast, row: reverse(name, args=[getattr(row, code) for code in codes])


def _enrolled(child: Child) -> dict[str, Any]:
    row = child.enrolments.get(until_on__isnull=True)
    return {"grade": row.grade, "class_name": row.class_name, "boarding": row.boarding}


def _settled(child: Child) -> dict[str, Any]:
    row = child.residences.get(until_on__isnull=True)
    return {"village": row.village.code, "address": row.address}


def _contact(cast: Any) -> Any:
    return factories.contact(
        cast.child,
        cast.sibling,
        by=cast.caseworker,
        place=cast.village,
        met=(("carer", cast.grandmother),),
        note="原来的",
    )


def _rule(cast: Any) -> ContactRule:
    return ContactRule.objects.create(
        organization=cast.county, role="caseworker", every_days=30, from_on=date(2026, 1, 1)
    )


def _count(cast: Any) -> PupilCount:
    return PupilCount.objects.create(school=cast.school, term="2026-1", counted_on=date(2026, 9, 1), pupils=300)


def _admin(model: str) -> Callable[[Any, Any], str]:
    return _of(f"admin:{model}_change", "pk")


PAGES = [
    Page(
        "archive", "caseworker", lambda cast: cast.child, _of("children:edit", "code"),
        {"ethnicity": "15"}, {"registration": "2", "only_child": "no"}, ("notes", "爱画画", "怕狗"),
        _own("ethnicity", "registration", "only_child", "notes"),
    ),
    Page(
        "enrolment", "clerk", lambda cast: cast.child, _of("children:enrol", "code"),
        {"class_name": "3班"}, {"boarding": "2"}, ("grade", "6", "4"), _enrolled,
    ),
    Page(
        "residence", "caseworker", lambda cast: cast.child, _of("children:settle", "code"),
        {"address": "6组2号"}, {}, ("address", "6组2号", "7组3号"), _settled,
    ),
    Page(
        "relative", "caseworker", lambda cast: cast.mother,
        lambda cast, row: reverse("guardians:relative_edit", args=[cast.child.code, row.code]),
        {"born_year": "1988"}, {"phone": "13900008888"}, ("name", "王芬", "王芳芳"),
        _own("born_year", "phone", "name"),
    ),
    Page(
        "care papers", "caseworker", lambda cast: cast.child.entrustments.get(),
        lambda cast, row: reverse("guardians:care_edit", args=[cast.child.code]),
        {"child_heard_on": "2026-11-02"}, {"agreement_signed_on": "2026-11-03"},
        ("school_notified_on", "2026-11-04", "2026-11-05"),
        _own("child_heard_on", "agreement_signed_on", "school_notified_on"),
    ),
    Page(
        "contact", "caseworker", _contact, _of("visits:contact_edit", "code"),
        {"topics": ["study"]}, {"concern": "watch"}, ("note", "说想妈妈", "说想爸爸"), _own("topics", "concern", "note"),
    ),
    Page(
        "mentor", "officer", lambda cast: cast.pairing.mentor, _of("visits:mentor_edit", "code"),
        {"checked_on": "2026-11-01"}, {"kind": "cadre"}, ("name", "梅老师一", "梅老师二"), _own("checked_on", "kind", "name"),
    ),
    Page(
        "mentor in the admin", "officer", lambda cast: cast.pairing.mentor, _admin("visits_mentor"),
        {"checked_on": "2026-11-01"}, {"phone": "13900007777"}, ("name", "梅老师一", "梅老师二"),
        _own("checked_on", "phone", "name"),
    ),
    Page(
        "rule", "officer", _rule, _admin("visits_contactrule"),
        {"kind": "home"}, {"definition": "wide"}, ("every_days", "15", "60"), _own("kind", "definition", "every_days"),
    ),
    Page(
        "count", "officer", _count, _admin("children_pupilcount"),
        {"rural_pupils": "200"}, {"counted_on": "2026-09-02"}, ("pupils", "310", "320"),
        _own("rural_pupils", "counted_on", "pupils"),
    ),
    Page(
        "organization", "system", lambda cast: cast.village, _admin("caseworks_organization"),
        {"gb_code": "500116103201"}, {"closed_on": "2026-11-20"}, ("name", "龙井一村", "龙井二村"),
        _own("gb_code", "closed_on", "name"),
    ),
    Page(
        "staff", "officer", lambda cast: cast.clerk, _admin("caseworks_user"),
        {"name": "学一"}, {"postings-0-until_on": "2026-12-31"}, ("username", "xue1", "xue2"), _own("name", "username"),
    ),
]  # fmt: skip
pages = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


class Opened:
    """A page that somebody has open, with what it held at that moment."""

    def __init__(self, page: Page, cast: Any, row: Any) -> None:
        self.client = Client()
        self.client.force_login(getattr(cast, page.person))
        self.address = page.address(cast, row)
        self.shown = as_shown(self.client, self.address)

    def save(self, **typed: Any) -> Any:
        return self.client.post(self.address, self.shown | typed | {"submission_key": str(uuid.uuid4())})


def form_of(response: Any) -> Any:
    context = response.context
    return context["adminform"].form if "adminform" in context else context["form"]


@pytest.fixture
def row(page, cast):
    with access.everyone("test"):
        return page.record(cast)


@pytest.fixture
def stored(page, row):
    def read() -> dict[str, Any]:
        with access.everyone("test"):
            return page.stored(row)

    return read


def _typed(values: dict[str, Any]) -> dict[str, str]:
    return {name: _plain({"no": False, "yes": True}.get(str(value), value)) for name, value in values.items()}


@pages
def test_different_fields_are_both_kept(page, cast, row, stored):
    first, second = Opened(page, cast, row), Opened(page, cast, row)
    assert first.save(**page.first).status_code == 302
    assert second.save(**page.second).status_code == 302
    wanted = _typed({name: value for name, value in (page.first | page.second).items() if "-" not in name})
    assert {name: value for name, value in stored().items() if name in wanted} == wanted


@pages
def test_of_the_same_field_the_second_sees_both_and_nothing_is_overwritten(page, cast, row, stored):
    field, one, other = page.both
    first, second = Opened(page, cast, row), Opened(page, cast, row)
    assert first.save(**{field: one}).status_code == 302
    after_the_first = stored()
    response = second.save(**{field: other})
    assert response.status_code == 200
    assert stored() == after_the_first
    form = form_of(response)
    assert [conflict.name for conflict in form.conflicts] == [field]
    [conflict] = form.conflicts
    assert conflict.by == getattr(cast, page.person)
    body = response.content.decode()
    assert conflict.theirs in body
    assert conflict.mine in body
    assert form[field].value() == other


@pages
@pytest.mark.parametrize("choice", ["mine", "theirs"])
def test_the_choice_decides(page, choice, cast, row, stored):
    field, one, other = page.both
    first, second = Opened(page, cast, row), Opened(page, cast, row)
    first.save(**{field: one})
    answer = form_of(second.save(**{field: other}))
    again = {field: other, "opened": answer["opened"].value()}
    assert second.save(**again).status_code == 200  # nothing chosen yet
    assert second.save(**again, **{f"keep_{field}": choice}).status_code == 302
    assert stored()[field] == (other if choice == "mine" else one)


@pages
def test_a_third_change_is_asked_about_anew(page, cast, row, stored):
    field, one, other = page.both
    opened = [Opened(page, cast, row) for _person in range(2)]
    opened[0].save(**{field: one})
    answer = form_of(opened[1].save(**{field: other}))
    before = opened[0].shown.get(field) or {"address": "8组4号"}.get(field, "")
    assert Opened(page, cast, row).save(**{field: before}).status_code == 302
    response = opened[1].save(**{field: other, "opened": answer["opened"].value(), f"keep_{field}": "mine"})
    assert response.status_code == 200
    assert [conflict.chosen for conflict in form_of(response).conflicts] == [""]
    assert stored()[field] == _plain(before)


@pages
def test_a_form_that_does_not_say_what_it_was_opened_on_overwrites_nothing(page, cast, row, stored):
    field, one, other = page.both
    second = Opened(page, cast, row)
    Opened(page, cast, row).save(**{field: one})
    for token in ("", "x", second.shown["opened"][:-3]):
        assert second.save(**{field: other, "opened": token}).status_code == 200
    assert stored()[field] == one


@pages
def test_the_same_from_two_tabs_is_saved_once(page, cast, row):
    field, one, _other = page.both
    tabs = [Opened(page, cast, row) for _tab in range(2)]
    assert [tab.save(**{field: one}).status_code for tab in tabs] == [302, 302]


ARCHIVE = PAGES[0]
RELATIVE = next(page for page in PAGES if page.name == "relative")


def test_what_is_masked_stays_masked_beside_what_was_typed(cast):
    first, second = (Opened(RELATIVE, cast, cast.mother) for _person in range(2))
    first.save(phone="13900009999")
    response = second.save(phone="13900008888")
    [conflict] = form_of(response).conflicts
    assert (conflict.theirs, conflict.mine) == ("139****9999", "13900008888")
    assert "13900009999" not in response.content.decode()


def test_what_a_form_carries_tells_nothing(cast):
    """The digests are keyed: equal values of two fields, or of two records, look different."""
    one, other = (Opened(ARCHIVE, cast, child) for child in (cast.child, cast.sibling))
    assert cast.child.id_number not in one.shown["opened"]
    assert one.shown["opened"] != other.shown["opened"]


def test_removing_a_masked_value_that_somebody_replaced_is_asked_about(cast):
    first, second = (Opened(RELATIVE, cast, cast.mother) for _person in range(2))
    first.save(phone="13900009999")
    assert [conflict.name for conflict in form_of(second.save(phone_erase="on")).conflicts] == ["phone"]


def test_an_error_elsewhere_does_not_make_the_first_change_forgotten(cast):
    """While a field is wrong it cannot be merged; the form still knows what it was opened on."""
    first, second = (Opened(ARCHIVE, cast, cast.child) for _person in range(2))
    first.save(opened_on="2021-01-01", notes="爱画画", ethnicity="15")
    response = second.save(opened_on="2021-99-99", notes="怕狗")
    form = form_of(response)
    assert [conflict.name for conflict in form.conflicts] == ["notes"]
    assert form["ethnicity"].value() == "15"
    again = {"notes": "怕狗", "keep_notes": "mine", "opened": form["opened"].value(), "ethnicity": "15"}
    response = second.save(opened_on="2021-01-02", **again)
    assert [conflict.name for conflict in form_of(response).conflicts] == ["opened_on"]


def test_whoever_saves_is_told_what_else_was_kept(cast):
    first, second = (Opened(ARCHIVE, cast, cast.child) for _person in range(2))
    first.save(notes="爱画画")
    second.save(ethnicity="15")
    page = second.client.get(cast.child.get_absolute_url()).content.decode()
    assert "备注" in page.partition("别人")[2][:80]


def test_line_ends_of_a_browser_are_no_change(cast):
    with access.everyone("test"):
        Child.objects.filter(pk=cast.child.pk).update(notes="一\n二")
    first, second = (Opened(ARCHIVE, cast, cast.child) for _person in range(2))
    first.save(notes="三")
    assert second.save(notes="一\r\n二", ethnicity="15").status_code == 302
    with access.everyone("test"):
        child = Child.objects.get(pk=cast.child.pk)
    assert (child.notes, child.ethnicity) == ("三", "15")


@pytest.mark.parametrize("person", ["caseworker", "clerk"])
def test_a_record_that_has_gone_elsewhere_shows_what_was_typed(cast, person):
    opened = Opened(ARCHIVE, cast, cast.child)
    with access.everyone("test"):
        from children.models import Reach

        Reach.objects.filter(child=cast.child).delete()
    response = opened.save(notes="奶奶说最近不爱说话", typed_by="x")
    assert response.status_code == 404
    assert "奶奶说最近不爱说话" in response.content.decode()


# --- Saving ----------------------------------------------------------------------------------------------------------

EDITABLE = Editable.__subclasses__()


def test_every_way_of_saving_one_record_looks_at_the_version(cast, as_everyone):
    for save in (
        lambda child: child.save(),
        lambda child: child.save(update_fields=["name"]),
        lambda child: child.save(force_update=True),
    ):
        first, second = (Child.objects.get(pk=cast.child.pk) for _person in range(2))
        first.name, second.name = "甲", "乙"
        save(first)
        with pytest.raises(ChangedError) as error, transaction.atomic():
            save(second)
        assert error.value.row is second
        assert Child.objects.get(pk=cast.child.pk).name == "甲"
        assert first.version == Child.objects.get(pk=cast.child.pk).version


def test_what_signing_in_writes_corrects_nothing(cast):
    before = User.objects.get(pk=cast.clerk.pk)
    read = User.objects.get(pk=cast.clerk.pk)
    before.set_password("another-pass-word")
    before.save(update_fields=["password"])
    assert (before.version, User.objects.get(pk=cast.clerk.pk).version) == (1, 1)
    read.name = "学校"
    read.save(update_fields=["name"])
    assert User.objects.get(pk=cast.clerk.pk).version == 2


def test_a_deleted_record_is_not_said_to_be_changed(cast):
    rule = _rule(cast)
    ContactRule.objects.filter(pk=rule.pk).delete()
    with pytest.raises(DatabaseError, match="did not affect any rows"):
        rule.save(update_fields=["every_days"])


def test_what_people_correct_has_a_version():
    named = {model.__name__ for model in EDITABLE}
    assert named >= {
        "Child", "Enrolment", "Residence", "Relative", "Kinship", "Absence", "Situation", "Entrustment", "Contact",
        "Mentor", "Pairing", "ContactRule", "PupilCount", "Organization", "Posting", "User",
    }  # fmt: skip
    assert Mentor in EDITABLE


def test_an_archive_closed_meanwhile_says_so(cast):
    opened = Opened(ARCHIVE, cast, cast.child)
    with access.scope(cast.caseworker):
        actions.close(
            child=Child.objects.get(pk=cast.child.pk), by=cast.caseworker, on=date(2026, 11, 20), reason="moved"
        )
    assert opened.save(notes="爱画画").status_code == 302
    assert "已经关闭" in opened.client.get(cast.child.get_absolute_url()).content.decode()
