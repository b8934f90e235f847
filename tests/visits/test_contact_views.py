"""Reading, correcting, listing and exporting contacts."""

from __future__ import annotations

import io
import uuid
from datetime import date

import openpyxl
import pytest
from django.urls import reverse

from caseworks import access
from caseworks.models import AuditEvent
from tests import factories
from tests.forms import opened
from visits.models import Contact

pytestmark = pytest.mark.django_db


@pytest.fixture
def contact(cast):
    return factories.contact(
        cast.child,
        cast.sibling,
        by=cast.caseworker,
        place=cast.village,
        held_on=date(2026, 11, 2),
        met=(("carer", cast.grandmother),),
        note="只有管档案的人看得到",
        topics=["study"],
    )


def edited(**changes):
    fields = {
        "submission_key": str(uuid.uuid4()),
        "kind": "call",
        "reached": "yes",
        "met": ["child"],
        "concern": "none",
        "held_on": "2026-11-02",
        "note": "改过",
    }
    return {**fields, **changes}


def test_a_contact_shows_who_how_and_what(cast, sign_in, contact):
    page = sign_in(cast.caseworker).get(contact.get_absolute_url()).content.decode()
    for words in ("家访", "张小雨", "张小山", "祖母 陈桂英", "学习", "只有管档案的人看得到"):
        assert words in page


@pytest.mark.parametrize(
    ("who", "page", "edit"),
    [
        ("caseworker", 200, 200),
        ("clerk", 200, 200),
        ("mentor", 200, 403),
        ("officer", 200, 403),
        ("colleague", 404, 404),
        ("stranger", 404, 403),
        ("leader", 403, 403),
        ("auditor", 403, 403),
        ("idle", 403, 403),
    ],
)
def test_who_may_read_and_correct(cast, sign_in, contact, who, page, edit):
    client = sign_in(cast.people[who])
    assert client.get(contact.get_absolute_url()).status_code == page
    address = reverse("visits:contact_edit", args=[contact.code])
    assert client.get(address).status_code == edit
    sent = edited(children=[cast.child.code], **(opened(client, address) if edit == 200 else {}))
    assert client.post(address, sent).status_code == (302 if edit == 200 else edit)
    with access.everyone("test"):
        assert Contact.objects.get().note == ("改过" if edit == 200 else "只有管档案的人看得到")


def test_other_methods_are_refused(cast, sign_in, contact):
    client = sign_in(cast.caseworker)
    assert client.post(contact.get_absolute_url()).status_code == 405
    assert client.put(reverse("visits:contact_edit", args=[contact.code])).status_code == 405
    assert client.post(reverse("visits:contacts")).status_code == 405
    assert client.post(reverse("visits:contacts_export")).status_code == 405


def test_a_mentor_reads_the_notes_of_others_not_and_their_own(cast, sign_in, contact):
    own = factories.contact(cast.child, by=cast.mentor, place=cast.bureau, note="自己写的")
    client = sign_in(cast.mentor)
    page = client.get(contact.get_absolute_url()).content.decode()
    assert "只有管档案的人看得到" not in page
    assert "张小山" not in page
    assert "自己写的" in client.get(own.get_absolute_url()).content.decode()


def test_a_contact_partly_out_of_scope_shows_only_what_is_in_scope(cast, sign_in):
    father = factories.relative(cast.neighbour, relation="51", name="李大牛")
    shared = factories.contact(
        cast.child,
        cast.neighbour,
        by=cast.officer,
        place=cast.county,
        met=(("carer", cast.grandmother), ("father", father)),
    )
    client = sign_in(cast.caseworker)
    for page in (client.get(shared.get_absolute_url()), client.get(reverse("visits:contacts"))):
        assert "张小雨" in page.content.decode()
        assert "陈桂英" in page.content.decode()
        assert "父亲" in page.content.decode()
        assert "李明" not in page.content.decode()
        assert "李大牛" not in page.content.decode()
    edit = client.get(reverse("visits:contact_edit", args=[shared.code])).content.decode()
    assert "李明" not in edit
    assert "李大牛" not in edit


def test_correcting_starts_from_what_is_stored(cast, sign_in, contact):
    form = sign_in(cast.caseworker).get(reverse("visits:contact_edit", args=[contact.code])).context["form"]
    assert (form["kind"].value(), form["reached"].value()) == ("home", "yes")
    assert set(form["children"].value()) == {cast.child.code, cast.sibling.code}
    assert form["met"].value() == [cast.grandmother.code]


def test_saving_it_unchanged_changes_nothing_but_the_version(cast, sign_in, contact):
    """Also where somebody else cares for the child by now: who was the carer that day stays the carer."""
    with access.everyone("test"):
        cast.child.entrustments.update(until_on=date(2026, 11, 10))
        cast.sibling.entrustments.update(until_on=date(2026, 11, 10))
    client = sign_in(cast.caseworker)
    form = client.get(reverse("visits:contact_edit", args=[contact.code])).context["form"]
    sent = {field.name: field.value() for field in form if field.value() is not None}
    client.post(reverse("visits:contact_edit", args=[contact.code]), {**sent, "held_on": sent["held_on"].isoformat()})
    changes = AuditEvent.objects.get(action="contact.amended").changes
    assert changes == {}
    with access.everyone("test"):
        assert Contact.objects.get().version == 2
        assert Contact.objects.get().counterparts.get().kind == "carer"


def test_a_correction_sent_twice_is_one(cast, sign_in, contact):
    client, address = sign_in(cast.caseworker), reverse("visits:contact_edit", args=[contact.code])
    sent = edited(children=[cast.child.code], **opened(client, address))
    assert client.post(address, sent).url == client.post(address, sent).url == contact.get_absolute_url()
    with access.everyone("test"):
        assert Contact.objects.get().version == 2


def test_no_child_left_is_refused(cast, sign_in, contact):
    client, address = sign_in(cast.caseworker), reverse("visits:contact_edit", args=[contact.code])
    answer = client.post(address, edited(children=[], **opened(client, address)))
    assert "请至少选一个孩子" in answer.content.decode()


@pytest.fixture
def three(cast, contact):
    factories.contact(
        cast.child,
        by=cast.clerk,
        place=cast.school,
        kind="call",
        held_on=date(2026, 10, 5),
        reached=False,
        concern="urgent",
    )
    factories.contact(cast.sibling, by=cast.caseworker, place=cast.village, kind="call", held_on=date(2026, 11, 20))
    factories.contact(cast.foreigner, by=cast.stranger, place=cast.foreign_school, held_on=date(2026, 11, 20))


@pytest.mark.parametrize(
    ("query", "times", "covered"),
    [
        ("", 3, 4),
        ("q=张小雨", 2, 3),
        ("q=zxs", 2, 3),
        ("q=4325", 2, 3),
        ("q=单云飞", 0, 0),
        ("first=2026-11-01", 2, 3),
        ("first=2026-11-02&last=2026-11-02", 1, 2),
        ("kind=call", 2, 2),
        ("reached=no", 1, 1),
        ("reached=yes", 2, 3),
        ("by=xue", 1, 1),
        ("by=nobody", 0, 0),
        ("by=cun&kind=call", 1, 1),
        ("concern=urgent", 1, 1),
        ("first=gestern", 3, 4),
        ("first=2026-11-05&last=2026-11-01", 1, 1),
    ],
)
def test_the_filter_stands_in_the_address_and_counts_contacts_and_children(cast, sign_in, three, query, times, covered):
    page = sign_in(cast.caseworker).get(f"{reverse('visits:contacts')}?{query}")
    assert (page.context["rows"].paginator.count, page.context["covered"]) == (times, covered)
    assert len(page.context["listed"]) == times


def test_a_filter_that_is_not_understood_is_named(cast, sign_in, three):
    page = sign_in(cast.caseworker).get(f"{reverse('visits:contacts')}?first=2026-11-05&last=2026-11-01")
    assert "结束日期早于开始日期" in page.content.decode()


@pytest.mark.parametrize("spaced", [False, True])
def test_an_id_number_leaves_the_address(cast, sign_in, three, spaced):
    number = cast.child.id_number
    if spaced:
        number = f"{number[:6]} {number[6:14]} {number[14:]}"
    client = sign_in(cast.caseworker)
    answer = client.get(reverse("visits:contacts"), {"q": number, "kind": "home"})
    assert answer.url == f"/contacts/?q={cast.child.code}&kind=home"
    assert client.get(answer.url).context["rows"].paginator.count == 1
    assert sign_in(cast.stranger).get(reverse("visits:contacts"), {"q": number}).url == "/contacts/?"


def test_the_stranger_lists_only_their_own(cast, sign_in, three):
    page = sign_in(cast.stranger).get(reverse("visits:contacts")).content.decode()
    assert "单云飞" in page
    assert "张小" not in page
    assert "cun" not in page


def test_who_may_list_and_export(cast, sign_in, three):
    allowed = {
        who: tuple(
            sign_in(person).get(reverse(name)).status_code for name in ("visits:contacts", "visits:contacts_export")
        )
        for who, person in cast.people.items()
    }
    assert allowed == {
        "caseworker": (200, 200),
        "clerk": (200, 200),
        "colleague": (200, 200),
        "officer": (200, 200),
        "stranger": (200, 200),
        "mentor": (200, 403),
        "leader": (403, 403),
        "auditor": (403, 403),
        "system": (403, 403),
        "idle": (403, 403),
    }


def test_the_sheet_holds_what_the_list_shows_and_the_trail_knows(cast, sign_in, three):
    answer = sign_in(cast.caseworker).get(f"{reverse('visits:contacts_export')}?q=张小雨&reached=yes")
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    rows = list(sheet.iter_rows(values_only=True))
    assert len(rows) == 2
    assert rows[1][:6] == (
        "2026-11-02",
        "家访",
        "是",
        "张小雨、张小山",
        f"{cast.child.code}、{cast.sibling.code}",
        "祖母 陈桂英",
    )
    event = AuditEvent.objects.get(action="file.left")
    assert (event.changes["what"], event.changes["rows"], event.changes["filters"]) == (
        "contacts.export",
        1,
        {"reached": "yes"},
    )


def test_the_sheet_is_in_chinese_whatever_the_page_is_in(cast, sign_in, three):
    client = sign_in(cast.caseworker)
    client.cookies["django_language"] = "en"
    answer = client.get(f"{reverse('visits:contacts_export')}?kind=home")
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    assert "祖母 陈桂英" in [cell.value for cell in sheet[2]]


@pytest.mark.parametrize("contacts", [1, 3])
def test_the_list_costs_the_same_for_one_contact_and_for_three(cast, sign_in, contacts, django_assert_num_queries):
    for day in range(contacts):
        factories.contact(
            cast.child,
            cast.sibling,
            by=cast.caseworker,
            place=cast.village,
            held_on=date(2026, 11, 1 + day),
            met=(("carer", cast.grandmother), ("mother", cast.mother)),
        )
    client = sign_in(cast.caseworker)
    client.get(reverse("visits:contacts"))
    with django_assert_num_queries(13):
        assert len(client.get(reverse("visits:contacts")).context["listed"]) == contacts
