"""Who looked at this child knows of lists: files and stacks of papers with many children in them."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from caseworks import access, audit_triggers
from caseworks import listed as lists
from caseworks.identity import uuid7
from caseworks.leaving import keeper
from caseworks.listed import Listed, keep, list_of, lists_with
from caseworks.models import AuditEvent, Export, ListedChildren
from tests import factories

pytestmark = pytest.mark.django_db
PURPOSE = "交区民政局核对台账"


def _keys(number: int) -> list[UUID]:
    return [uuid7() for _each in range(number)]


@pytest.mark.parametrize("in_a_row", [1, 2, 500])
def test_a_child_is_found_in_the_lists_it_is_in_and_in_no_other(monkeypatch, in_a_row):
    monkeypatch.setattr(lists, "IN_A_ROW", in_a_row)
    keys = _keys(5)
    one, other = list_of("AAA"), list_of("BBB")
    for about, among in ((one, keys[:4]), (other, keys[2:])):
        listed = Listed()
        listed.add(reversed(among))
        listed.add(str(key).replace("-", "") for key in among[:1])  # twice, and as SQLite has it
        assert keep(about, listed)["children"] == len(among)
    assert [set(lists_with(key)) for key in keys] == [{one}, {one}, {one, other}, {one, other}, {other}]
    assert not list(lists_with(uuid7()))


def test_a_list_cannot_be_changed_and_is_forgotten_after_three_years_only():
    listed = Listed()
    listed.add(_keys(1))
    keep(list_of("AAA"), listed)
    for change in (lambda: ListedChildren.objects.update(keys=b""), lambda: ListedChildren.objects.all().delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    connection.check_constraints()
    audit_triggers.drop(connection)
    ListedChildren.objects.update(at=timezone.now() - timedelta(days=1097))
    audit_triggers.create(connection)
    assert ListedChildren.objects.all().delete()[0] == 1


def _looked(client, child) -> str:
    return client.get(reverse("privacy:looked", args=[child.code])).content.decode()


@pytest.fixture
def files(cast):
    """The addresses of every list with the children of the clerk's school and nobody else."""
    factories.contact(cast.child, by=cast.clerk, place=cast.school)
    return {
        "list": reverse("children:export"),
        "roll": f"{reverse('out:choose')}?layout=roll&definition=wide&show=masked",
        "contacts": reverse("visits:contacts_export"),
        "figure": reverse("reports:records_export", args=["archives"]),
    }


@pytest.mark.parametrize("kind", ["list", "roll", "contacts", "figure"])
def test_whoever_is_in_a_file_sees_who_took_it_and_nobody_else_does(cast, files, sign_in, kind):
    person = cast.officer if kind == "figure" else cast.clerk
    assert sign_in(person).get(files[kind], {"q": "张小雨"} if kind == "list" else {}).status_code == 200
    event = AuditEvent.objects.get(action="file.left")
    page = _looked(sign_in(cast.officer), cast.child)
    assert event.changes["export"] in page
    assert "部分隐藏" in page
    if kind == "list":  # of a search, only who was found
        assert event.changes["export"] not in _looked(sign_in(cast.officer), cast.sibling)
    if kind != "figure":
        assert event.changes["export"] not in _looked(sign_in(cast.officer), cast.neighbour)


def test_a_file_with_approval_is_seen_when_it_leaves_with_its_purpose(cast, files, sign_in):
    client = sign_in(cast.clerk)
    ask = client.get(f"{reverse('out:choose')}?layout=roll&definition=wide&show=full")["Location"]
    code = client.post(ask, {"purpose": PURPOSE})["Location"].strip("/").rpartition("/")[2]
    sign_in(cast.officer).post(reverse("leaving:decide", args=[code]), {"decision": "approve"})
    keeper.work_off(timezone.now())
    assert Export.objects.get(code=code).state == "prepared"
    assert code not in _looked(sign_in(cast.officer), cast.child)  # it has not left
    answer = sign_in(cast.clerk).post(reverse("leaving:fetch", args=[code]))
    assert answer.status_code == 200
    page = _looked(sign_in(cast.officer), cast.child)
    assert code in page
    assert PURPOSE in page
    assert "完整" in page
    assert code not in _looked(sign_in(cast.officer), cast.neighbour)


def test_papers_printed_for_many_are_seen_for_each(cast, sign_in):
    assert sign_in(cast.clerk).get(reverse("papers:many", args=["roster"])).status_code == 200
    assert "与其他儿童一起打印" in _looked(sign_in(cast.officer), cast.child)
    assert "与其他儿童一起打印" not in _looked(sign_in(cast.officer), cast.neighbour)


def test_a_stranger_sees_nothing_of_it(cast, files, sign_in):
    sign_in(cast.clerk).get(files["list"])
    assert sign_in(cast.stranger).get(reverse("privacy:looked", args=[cast.child.code])).status_code == 404


def test_the_event_holds_the_digest_of_who_is_in_it(cast, files, sign_in):
    sign_in(cast.clerk).get(files["list"])
    event = AuditEvent.objects.get(action="file.left")
    row = ListedChildren.objects.get()
    assert row.about == event.object_id
    assert event.changes["children"] == 2
    with access.scope(cast.officer):
        listed = Listed()
        listed.add([cast.child.pk, cast.sibling.pk])
    assert b"".join(listed.keys()) == bytes(row.keys)
