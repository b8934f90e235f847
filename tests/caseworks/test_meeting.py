"""Several people save at the very same moment, each in a thread and a connection of their own: nothing is lost."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from caseworks import access
from caseworks.models import AuditEvent, ChangedError
from children import actions
from children.models import Child
from guardians.models import Relative
from tests.forms import as_shown

pytestmark = pytest.mark.django_db(transaction=True)


def together(*jobs: Callable[[], Any]) -> list[Any]:
    """Run all at once; what each gives back, or raises, in their order."""
    answers: list[Any] = [None] * len(jobs)
    ready = threading.Barrier(len(jobs))

    def run(number: int) -> None:
        try:
            ready.wait(timeout=30)
            answers[number] = jobs[number]()
        except Exception as error:
            answers[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(jobs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return answers


def opened(user: Any, address: str) -> Callable[..., Callable[[], Any]]:
    """The page as this person has it open: `opened(…)(notes="…")` is a press of Save."""
    client = Client()
    client.force_login(user)
    shown = as_shown(client, address)

    def typing(**typed: Any) -> Callable[[], Any]:
        sent = shown | {"submission_key": str(uuid.uuid4())} | typed
        return lambda: client.post(address, sent).status_code

    return typing


def fresh(row: Any) -> Any:
    with access.everyone("test"):
        return type(row).objects.get(pk=row.pk)


def test_eight_editors_of_different_fields(cast):
    address = reverse("children:edit", args=[cast.child.code])
    typed = {
        "name": "张小宇", "ethnicity": "15", "registration": "2", "health": "20", "only_child": "no", "orphan": "no",
        "registered_at": "石门派出所", "notes": "爱画画",
    }  # fmt: skip
    people = [cast.caseworker, cast.clerk] * 4
    jobs = [opened(who, address)(**{field: value}) for who, (field, value) in zip(people, typed.items(), strict=True)]
    assert together(*jobs) == [302] * 8
    child = fresh(cast.child)
    values = {name: {True: "yes", False: "no"}.get(value := getattr(child, name), value) for name in typed}
    assert values == typed
    assert child.version == cast.child.version + 8
    assert AuditEvent.objects.filter(action="child.amended").count() == 8


def test_eight_editors_of_the_same_field(cast):
    address = reverse("children:edit", args=[cast.child.code])
    words = [f"第{number}个" for number in range(8)]
    answers = together(*(opened(cast.caseworker, address)(notes=word) for word in words))
    assert sorted(answers) == [200] * 7 + [302]
    child = fresh(cast.child)
    assert child.notes == words[answers.index(302)]
    assert child.version == cast.child.version + 1


def test_eight_presses_of_save(cast):
    address = reverse("children:edit", args=[cast.child.code])
    save = opened(cast.caseworker, address)
    answers = together(*(save(notes="爱画画", submission_key=str(uuid.uuid4())) for _tab in range(8)))
    assert answers == [302] * 8
    assert fresh(cast.child).version == cast.child.version + 1


@pytest.mark.parametrize("page", ["enrol", "settle"])
def test_two_who_move_a_child_on_the_same_day(cast, page):
    address = reverse(f"children:{page}", args=[cast.child.code])
    typed = ({"class_name": "3班"}, {"boarding": "2"}) if page == "enrol" else ({"address": "6组"}, {"address": "7组"})
    person = cast.clerk if page == "enrol" else cast.caseworker
    answers = together(*(opened(person, address)(**values) for values in typed))
    with access.everyone("test"):
        if page == "enrol":
            row = cast.child.enrolments.get(until_on__isnull=True)
            assert (answers, row.class_name, row.boarding) == ([302, 302], "3班", "2")
        else:
            row = cast.child.residences.get(until_on__isnull=True)
            assert sorted(answers) == [200, 302]
            assert row.address == typed[answers.index(302)]["address"]


def test_a_relation_and_a_phone_of_the_same_person(cast):
    address = reverse("guardians:relative_edit", args=[cast.child.code, cast.mother.code])
    first, second = opened(cast.caseworker, address), opened(cast.clerk, address)
    assert together(first(relation="61"), second(phone="13900009999")) == [302, 302]
    with access.everyone("test"):
        mother = Relative.objects.get(pk=cast.mother.pk)
        assert (mother.phone, cast.child.kinships.get(relative=mother).relation) == ("13900009999", "61")
        assert mother.version == cast.mother.version + 2


def test_two_writers_below_the_pages(cast):
    """Whoever calls the actions without a form is told, and decides."""
    with access.everyone("test"):
        read = [Child.objects.get(pk=cast.child.pk) for _writer in range(8)]

    def write(child: Child, notes: str) -> None:
        with access.everyone("test"):
            actions.amend(child=child, by=cast.caseworker, notes=notes)

    answers = together(*(lambda child=child, n=n: write(child, f"第{n}个") for n, child in enumerate(read)))
    assert answers.count(None) == 1
    assert all(isinstance(answer, ChangedError) for answer in answers if answer is not None)
    assert fresh(cast.child).notes == f"第{answers.index(None)}个"
