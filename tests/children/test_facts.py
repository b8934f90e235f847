"""Dated facts: one set of actions and pages for fourteen kinds, and what is special to each."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from caseworks import access, privacy
from caseworks.models import AuditEvent
from children.actions import ChangedError
from children.facts import checkups
from children.facts.actions import amend_fact, end_fact, record_fact, remove_fact
from children.facts.kinds import KINDS
from children.models import (
    Child,
    Disability,
    Fact,
    GrowthEntry,
    GuardianshipRating,
    Hardship,
    HealthCheck,
    Illness,
    Livelihood,
    Need,
    Relief,
    Schooling,
    Survey,
    TermRecord,
)
from tests import factories
from tests.forms import opened

pytestmark = pytest.mark.django_db
DAY = date(2026, 9, 10)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel("2026-11-23T10:00:00+08:00", tick=False):
        yield


@pytest.fixture
def acting(cast):
    """The clerk acts."""
    with access.scope(cast.clerk):
        yield cast


# what the form of each kind needs
ENTERED: dict[str, dict[str, Any]] = {
    "schooling": {"kind": "vocational", "from_on": DAY},
    "term": {"term": "2026-1", "recorded_on": DAY, "chinese": "A", "days_missed": "2", "comment": "进步大"},
    "boarding": {"dormitory": "1号楼", "room": "302", "bed": "5", "goes_home": "week", "from_on": DAY},
    "disability": {"kind": "4", "level": "2", "certificate": "50011720140302432542", "from_on": DAY},
    "illness": {"kind": "asthma", "from_on": DAY},
    "check": {"checked_on": DAY, "height_cm": "142.5", "weight_kg": "33", "vision_left": "4.8", "result": "refer"},
    "rating": {"rating": "fair", "assessed_on": DAY, "assessed_by": "村主任", "note": "奶奶年纪大"},
    "livelihood": {"sources": ["wages", "farming"], "known_on": DAY, "yuan_a_year": "42000"},
    "relief": {"kind": "allowance", "from_on": DAY, "yuan_a_month": "581"},
    "hardship": {"kind": "poor", "from_on": DAY, "note": "父亲欠债"},
    "need": {"kind": "medical", "state": "unmet", "from_on": DAY, "plan": "申请医疗救助"},
    "facet": {"facet": "interests", "noted_on": DAY, "text": "爱画画"},
    "survey": {"surveyed_on": DAY, "study": "good", "psychology": "help", "sentence": "想妈妈", "need": "多通电话"},
    "growth": {"kind": "award", "happened_on": DAY, "text": "三好学生", "visible_to": "mentors"},
}


def test_every_kind_is_entered_here():
    assert set(ENTERED) == set(KINDS)
    assert {kind.model for kind in KINDS.values()} == {model for base in (Fact,) for model in _leaves(base)}, (
        "a fact without a kind has no page"
    )


def _leaves(model: type) -> set[type]:
    below = {leaf for each in model.__subclasses__() for leaf in _leaves(each)}
    return below or {model}


@pytest.mark.parametrize("key", KINDS)
def test_a_fact_is_entered_corrected_ended_and_removed(cast, sign_in, key):
    kind, client = KINDS[key], sign_in(cast.clerk)
    add = reverse("children:fact_add", args=[cast.child.code, key])
    assert client.get(add).status_code == 200
    response = client.post(add, ENTERED[key])
    assert response.status_code == 302, response.context["form"].errors
    with access.everyone("test"):
        [row] = kind.model._default_manager.filter(child=cast.child)
    assert (row.recorded_by, row.day, row.version) == (cast.clerk, DAY, 1)
    edit = reverse("children:fact_edit", args=[cast.child.code, key, row.code])
    page = client.get(edit)
    assert page.status_code == 200
    form = opened(client, edit) | ENTERED[key] | {kind.model.day_field: date(2026, 9, 11)}
    assert client.post(edit, form).status_code == 302
    with access.everyone("test"):
        row.refresh_from_db()
    assert (row.day, row.version) == (date(2026, 9, 11), 2)
    late = client.post(edit, form | {kind.model.day_field: date(2026, 9, 12)})
    assert [conflict.name for conflict in late.context["form"].conflicts] == [kind.model.day_field]
    end = reverse("children:fact_end", args=[cast.child.code, key, row.code])
    assert client.get(end).status_code == (200 if kind.lasts else 404)
    if kind.lasts:
        reason = {"exit_reason": "better_off"} if key == "hardship" else {}
        assert client.post(end, {"on": "2026-10-01", **reason}).status_code == 302
        assert client.post(end, {"on": "2026-10-02", **reason}).status_code == 404
    remove = reverse("children:fact_remove", args=[cast.child.code, key, row.code])
    assert client.get(remove).status_code == 200
    assert client.post(remove).status_code == 302
    with access.everyone("test"):
        assert not kind.model._default_manager.filter(child=cast.child).exists()
    noun = kind.model._meta.model_name
    verbs = ["recorded", "amended", *(["ended"] if kind.lasts else []), "removed"]
    events = AuditEvent.objects.filter(object_id=cast.child.pk, action__startswith=f"{noun}.").order_by("at", "id")
    assert [event.action for event in events] == [f"{noun}.{verb}" for verb in verbs]


def test_the_trail_does_not_hold_what_is_sealed(acting):
    record_fact(model=Hardship, child=acting.child, by=acting.clerk, **ENTERED["hardship"])
    event = AuditEvent.objects.get(action="hardship.recorded")
    assert event.changes["note"] == ["", "•••"]
    assert "欠债" not in str(event.changes)


@pytest.mark.parametrize(
    ("model", "values", "field"),
    [
        (Hardship, {"kind": "poor", "from_on": date(2026, 11, 24)}, "from_on"),
        (Hardship, {"kind": "poor", "from_on": date(2014, 3, 1)}, "from_on"),
        (Hardship, {"kind": "broke", "from_on": DAY}, "kind"),
        (Hardship, {"kind": "", "from_on": DAY}, "kind"),
        (Schooling, {"kind": "primary", "from_on": DAY}, "kind"),
        (HealthCheck, {"checked_on": DAY, "height_cm": "14.2"}, "height_cm"),
        (HealthCheck, {"checked_on": DAY, "vision_left": "5.9"}, "vision_left"),
        (HealthCheck, {"checked_on": DAY, "outcome_on": date(2026, 9, 9)}, "outcome_on"),
        (Livelihood, {"known_on": DAY, "sources": ["gold"]}, "sources"),
        (Livelihood, {"known_on": DAY, "sources": []}, "sources"),
        (Survey, {"surveyed_on": DAY}, "study"),
        (TermRecord, {"term": "2026", "recorded_on": DAY}, "term"),
        (TermRecord, {"term": "2026-1", "recorded_on": date(2020, 8, 31)}, "recorded_on"),
        (TermRecord, {"term": "2026-1", "recorded_on": DAY, "days_missed": 151}, "days_missed"),
        (GuardianshipRating, {"rating": "good", "assessed_on": DAY, "assessed_by": " "}, "assessed_by"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(acting, model, values, field):
    with pytest.raises(ValidationError) as refused:
        record_fact(model=model, child=acting.child, by=acting.clerk, **values)
    assert list(refused.value.error_dict) == [field]
    assert not model.objects.exists()


@pytest.mark.parametrize("model", [Hardship, Illness, Relief])
def test_none_stands_alone(acting, model):
    kinds = {Hardship: "poor", Illness: "asthma", Relief: "medical"}

    def record(kind: str, on: date) -> Any:
        return record_fact(model=model, child=acting.child, by=acting.clerk, kind=kind, from_on=on)

    none = record("none", DAY)
    something = record(kinds[model], date(2026, 10, 1))
    none.refresh_from_db()
    assert none.until_on == date(2026, 10, 1)
    with pytest.raises(ValidationError, match="无"):
        record("none", date(2026, 11, 1))
    end_fact(fact=something, by=acting.clerk, on=date(2026, 11, 1))
    record("none", date(2026, 11, 1))


def test_several_difficulties_at_once_each_kind_once(acting):
    for kind in ("poor", "parents_jailed", "disabled"):
        record_fact(model=Hardship, child=acting.child, by=acting.clerk, kind=kind, from_on=DAY)
    with pytest.raises(ValidationError, match="已有登记"):
        record_fact(model=Hardship, child=acting.child, by=acting.clerk, kind="poor", from_on=DAY)
    poor = Hardship.objects.get(kind="poor")
    end_fact(fact=poor, by=acting.clerk, on=date(2026, 10, 1), exit_reason="better_off")
    record_fact(model=Hardship, child=acting.child, by=acting.clerk, kind="poor", from_on=date(2026, 11, 1))


def test_a_reason_of_exit_needs_an_end(acting):
    row = record_fact(model=Hardship, child=acting.child, by=acting.clerk, kind="poor", from_on=DAY)
    with pytest.raises(IntegrityError), transaction.atomic():
        Hardship.objects.filter(pk=row.pk).update(exit_reason="better_off")


def test_a_new_statement_about_schooling_ends_the_one_before(acting):
    first = record_fact(model=Schooling, child=acting.child, by=acting.clerk, kind="before", from_on=date(2020, 9, 1))
    record_fact(model=Schooling, child=acting.child, by=acting.clerk, kind="vocational", from_on=DAY)
    first.refresh_from_db()
    assert first.until_on == DAY
    with pytest.raises(ValidationError, match="2026-09-10"):
        record_fact(model=Schooling, child=acting.child, by=acting.clerk, kind="out", from_on=date(2026, 1, 1))


def test_a_term_is_at_the_school_of_that_day(acting):
    row = record_fact(model=TermRecord, child=acting.child, by=acting.clerk, term="2026-1", recorded_on=DAY)
    assert row.school == acting.school
    with pytest.raises(ValidationError, match="已有登记"):
        record_fact(model=TermRecord, child=acting.child, by=acting.clerk, term="2026-1", recorded_on=date(2026, 9, 11))


def test_who_saves_second_is_told(acting):
    row = record_fact(model=Need, child=acting.child, by=acting.clerk, kind="medical", state="unmet", from_on=DAY)
    stale = Need.objects.get(pk=row.pk)
    amend_fact(fact=row, by=acting.clerk, state="met")
    with pytest.raises(ChangedError):
        amend_fact(fact=stale, by=acting.clerk, plan="再问")
    with pytest.raises(TypeError):
        amend_fact(fact=row, by=acting.clerk, child=acting.sibling)


def test_a_child_out_of_reach_gets_no_fact_and_loses_none(cast):
    there = factories.fact(Hardship, cast.foreigner, by=cast.stranger, kind="poor")
    with access.scope(cast.clerk):
        with pytest.raises(access.ScopeError):
            record_fact(model=Hardship, child=cast.foreigner, by=cast.clerk, kind="ill", from_on=DAY)
        with pytest.raises(access.ScopeError):
            remove_fact(fact=there, by=cast.clerk)


def test_a_fact_of_another_child_is_not_found_under_this_one(cast, sign_in):
    row = factories.fact(Hardship, cast.sibling, by=cast.clerk, kind="poor")
    client = sign_in(cast.clerk)
    for name in ("fact_edit", "fact_end", "fact_remove"):
        assert client.get(reverse(f"children:{name}", args=[cast.child.code, "hardship", row.code])).status_code == 404
        assert client.get(reverse(f"children:{name}", args=[cast.sibling.code, "need", row.code])).status_code == 404
    assert client.get(reverse("children:fact_add", args=[cast.child.code, "wealth"])).status_code == 404


def test_the_definitions_of_the_rating_stand_beside_the_form(cast, sign_in):
    body = sign_in(cast.clerk).get(reverse("children:fact_add", args=[cast.child.code, "rating"])).content.decode()
    assert all(word in body for word in ("较好", "一般", "差", "隐患"))


@pytest.mark.parametrize("key", [key for key, kind in KINDS.items() if "kind" in kind.fields or key == "rating"])
def test_nothing_is_chosen_before_somebody_chooses(cast, sign_in, key):
    form = sign_in(cast.clerk).get(reverse("children:fact_add", args=[cast.child.code, key])).context["form"]
    name = "rating" if key == "rating" else "kind"
    assert next(iter(form.fields[name].choices))[0] == ""
    assert form[name].value() in (None, "")


def test_a_sealed_certificate_is_kept_when_the_form_leaves_it_empty(cast, sign_in):
    row = factories.fact(Disability, cast.child, by=cast.clerk, kind="4", level="3", certificate="50011720140302432542")
    edit = reverse("children:fact_edit", args=[cast.child.code, "disability", row.code])
    client = sign_in(cast.clerk)
    assert "50011720140302432542" not in client.get(edit).content.decode()
    typed = {"kind": "4", "level": "2", "certificate": "", "from_on": "2020-09-01"}
    client.post(edit, opened(client, edit) | typed)
    with access.everyone("test"):
        row.refresh_from_db()
    assert (row.level, row.certificate) == ("2", "50011720140302432542")


def test_an_entry_for_the_keepers_is_hidden_from_mentors_wherever_it_is_shown(cast):
    kept = factories.fact(GrowthEntry, cast.child, by=cast.clerk, kind="emotion", text="夜里哭")
    shared = factories.fact(GrowthEntry, cast.child, by=cast.clerk, kind="award", text="奖状", visible_to="mentors")
    [mentor] = cast.mentor.postings_on(date(2026, 11, 23))
    [clerk] = cast.clerk.postings_on(date(2026, 11, 23))
    assert [privacy.visible(row, "text", mentor) for row in (kept, shared)] == ["", "奖状"]
    assert [privacy.visible(row, "text", clerk) for row in (kept, shared)] == ["夜里哭", "奖状"]


def test_pressing_save_twice_enters_one(cast, sign_in):
    client = sign_in(cast.clerk)
    add = reverse("children:fact_add", args=[cast.child.code, "growth"])
    form = ENTERED["growth"] | {"submission_key": "018f0000-0000-7000-8000-000000000001"}
    assert [client.post(add, form).status_code for _press in range(2)] == [302, 302]
    with access.everyone("test"):
        assert cast.child.growthentry_rows.count() == 1


def test_checks_done_and_due(cast):
    with access.everyone("test"):
        everybody = Child.objects.all()
        on = date(2026, 11, 23)
        assert checkups.due(everybody, 2026, on).count() == 4
        factories.fact(HealthCheck, cast.child, by=cast.clerk, checked_on=date(2026, 9, 1))
        factories.fact(HealthCheck, cast.child, by=cast.clerk, checked_on=date(2026, 3, 1))
        factories.fact(HealthCheck, cast.sibling, by=cast.clerk, checked_on=date(2025, 9, 1))
        found = {row.school: (row.done, row.due) for row in checkups.checkups(2026, on)}
        assert found == {"石镇小学": (1, 2), "白沙小学": (0, 1), "云县小学": (0, 1)}
        assert sorted((row.done, row.due) for row in checkups.checkups(2025, on)) == [(0, 1), (0, 1), (1, 2)]
