"""Birthdays that change something: work to do until somebody says that it is done, in words and by name, and no more."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from caseworks import access, counting
from caseworks.models import AuditEvent
from children import actions
from children.ages import TRIGGERS, coming_birthdays, due_birthdays, next_of, passed
from children.models import AgeStep, Child
from tests import factories

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)
AT_WORK = time_machine.travel("2026-11-23T10:00:00+08:00", tick=False)


def due(on: date = TODAY) -> list[tuple[str, int, date]]:
    return [(each.child.name, each.trigger.age, each.on) for each in passed(due_birthdays(Child.objects.all(), on), on)]


def coming(on: date = TODAY) -> list[tuple[str, int, date]]:
    return [
        (each.child.name, each.trigger.age, each.on) for each in next_of(coming_birthdays(Child.objects.all(), on), on)
    ]


@pytest.mark.usefixtures("as_everyone")
@pytest.mark.parametrize("age", TRIGGERS)
@pytest.mark.parametrize(("days", "shown"), [(0, "due"), (1, "coming"), (30, "coming"), (31, ""), (-400, "due")])
def test_on_which_days_it_is_to_be_done(age, days, shown):
    on = TODAY + timedelta(days=days)
    factories.child(born_on=on.replace(year=on.year - age), opened_on=date(2024, 1, 1) if age > 8 else date(2019, 1, 1))
    expected = [("张伟", age, on)]
    assert [row for row in due() if row[1] == age] == (expected if shown == "due" else [])
    assert coming() == (expected if shown == "coming" else [])


@pytest.mark.usefixtures("as_everyone")
@pytest.mark.parametrize(
    ("opened_on", "is_due"), [("2026-03-01", True), ("2026-03-02", False), ("2025-12-31", True), ("2026-10-01", False)]
)
def test_whoever_came_after_the_birthday_was_asked_then(opened_on, is_due):
    factories.child(born_on=date(2012, 3, 1), opened_on=date.fromisoformat(opened_on))
    assert bool(due()) is is_due


@pytest.mark.usefixtures("as_everyone")
def test_the_next_birthday_takes_the_place_of_the_last():
    factories.child(born_on=date(2010, 11, 24), opened_on=date(2015, 1, 1))
    assert due() == [("张伟", 14, date(2024, 11, 24))]
    assert coming() == [("张伟", 16, date(2026, 11, 24))]
    assert due(date(2026, 11, 24)) == [("张伟", 16, date(2026, 11, 24))]


@pytest.mark.usefixtures("as_everyone")
def test_whoever_was_born_on_29_february_has_a_birthday_every_year():
    factories.child(born_on=date(2012, 2, 29), opened_on=date(2019, 1, 1))
    [found] = coming(date(2026, 2, 20))
    assert found[2] == date(2026, 3, 1)
    assert (due(date(2026, 2, 28))[0][1], due(date(2026, 3, 1))[0][1]) == (8, 14)


def test_what_is_done_is_due_again_only_at_the_next_age(cast):
    child = factories.child(school=cast.school, born_on=date(2012, 3, 1), opened_on=date(2019, 1, 1))
    with access.scope(cast.clerk, today=TODAY):
        step = actions.take_age_step(child=child, by=cast.clerk, age=14, done_on=TODAY, note="告知了本人")
        assert ("张伟", 14, date(2026, 3, 1)) not in due()
        assert ("张伟", 16, date(2028, 3, 1)) in due(date(2028, 3, 1))
        before = Child.objects.get(pk=child.pk)
        assert (before.version, before.closed_on) == (child.version, None)  # nothing else has changed
        actions.take_back_age_step(step=step, by=cast.clerk)
        assert ("张伟", 14, date(2026, 3, 1)) in due()
    events = AuditEvent.objects.filter(action__startswith="agestep").order_by("id")
    assert [(event.action, event.by, event.object_id) for event in events] == [
        ("agestep.done", cast.clerk, child.pk),
        ("agestep.undone", cast.clerk, child.pk),
    ]
    assert "告知了本人" not in str([event.changes for event in events])


@pytest.mark.parametrize(("day", "words"), [(date(2026, 2, 28), "满 14 周岁"), (date(2026, 11, 24), "尚未到")])
def test_it_is_done_after_the_birthday_and_not_in_the_future(cast, day, words):
    child = factories.child(school=cast.school, born_on=date(2012, 3, 1))
    with access.scope(cast.clerk, today=TODAY), pytest.raises(ValidationError) as refused:
        actions.take_age_step(child=child, by=cast.clerk, age=14, done_on=day)
    assert list(refused.value.message_dict) == ["done_on"]


def test_of_two_who_say_so_one_is_told(cast):
    factories.age_step(cast.child, by=cast.clerk)
    with access.scope(cast.caseworker, today=TODAY), pytest.raises(ValidationError) as refused:
        actions.take_age_step(child=cast.child, by=cast.caseworker, age=8, done_on=TODAY)
    assert refused.value.code == "second"


@AT_WORK
def test_ticked_on_the_page_and_taken_back(cast, sign_in):
    child = factories.child("周八", village=cast.village, born_on=date(2018, 11, 1))
    client, address = sign_in(cast.caseworker), reverse("children:age_step", args=[child.code])
    assert address in client.get(reverse("visits:home")).content.decode()
    assert address in client.get(reverse("children:birthdays")).content.decode()
    assert "2018" in client.get(address).content.decode() or "2026-11-01" in client.get(address).content.decode()
    refused = client.post(address, {"done_on": "2026-10-31", "note": "太早"})
    assert refused.status_code == 200
    assert client.post(address, {"done_on": "2026-11-20", "note": "她想和奶奶住"}).status_code == 302
    with access.scope(cast.caseworker):
        step = AgeStep.objects.get(child=child)
    assert (step.age, step.done_on, step.note, step.done_by) == (8, date(2026, 11, 20), "她想和奶奶住", cast.caseworker)
    assert address not in client.get(reverse("visits:home")).content.decode()
    done = client.get(reverse("children:birthdays"), {"show": "done", "age": "8"}).content.decode()
    assert "她想和奶奶住" in done
    assert client.get(address)["Location"] == child.get_absolute_url()  # nothing more to be done
    undo = reverse("children:age_step_undo", args=[child.code, 8])
    assert undo in client.get(child.get_absolute_url()).content.decode()
    client.post(undo)
    assert address in client.get(reverse("visits:home")).content.decode()


@AT_WORK
def test_they_are_shown_to_whoever_keeps_archives_and_counted_for_the_office(cast, sign_in):
    factories.child("周八", village=cast.village, born_on=date(2018, 12, 1))
    body = sign_in(cast.caseworker).get(reverse("visits:home")).content.decode()
    assert "周八" in body
    assert "将满 8 周岁" in body
    assert "birthdays" not in sign_in(cast.mentor).get(reverse("visits:home")).content.decode()
    office = sign_in(cast.officer)
    shown = office.get(reverse("visits:home")).content.decode()
    assert reverse("children:birthdays") in shown
    overseen = office.get(reverse("children:birthdays")).content.decode()
    assert cast.child.name in overseen
    assert reverse("children:age_step", args=[cast.child.code]) not in overseen  # seen, not ticked


@AT_WORK
@pytest.mark.parametrize("show", ["due", "coming", "done"])
def test_the_number_of_queries_does_not_grow_with_the_birthdays(show, cast, sign_in):
    client, counts = sign_in(cast.caseworker), []
    for more in (1, 3):
        for _each in range(more):
            born_on = date(2018, 12, 1) if show == "coming" else date(2018, 11, 1)
            child = factories.child("周八", village=cast.village, school=cast.school, born_on=born_on)
            if show == "done":
                factories.age_step(child, by=cast.caseworker)
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("children:birthdays"), {"show": show})
        counts.append(len(queries))
    assert counts[0] == counts[1]


@AT_WORK
def test_those_of_a_large_area_are_counted_beside_the_work(cast, sign_in, monkeypatch):
    monkeypatch.setattr(counting, "MOST_LIVE", 0)
    monkeypatch.setattr(counting, "start", lambda: None)
    factories.child("周八", village=cast.village, born_on=date(2018, 11, 1))
    client, address = sign_in(cast.officer), reverse("children:birthdays")
    assert "正在统计" in client.get(address).content.decode()
    counting.work_off()
    page = client.get(address, {"age": "8"})
    assert "周八" in page.content.decode()
    numbers = {trigger.age: number for trigger, number in page.context["ages"]}
    assert (page.context["rows"].paginator.count, page.context["due"]) == (numbers[8], sum(numbers.values()))
    assert numbers[8] >= 1
    assert client.post(address).status_code == 302
    assert client.get(address).context["kept"].is_awaited
