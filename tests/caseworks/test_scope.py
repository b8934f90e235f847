"""The first wall: without a scope no verb answers; with one, nothing outside it comes back."""

from __future__ import annotations

import threading
from datetime import date

import pytest
from asgiref.sync import async_to_sync
from django import forms
from django.db import DatabaseError, models, transaction
from django.db.models import Count, Exists, OuterRef, Prefetch

from caseworks import access
from caseworks.access import ScopeError
from caseworks.models import subtree
from children.models import Child, Enrolment
from guardians.models import Absence, Kinship, Relative
from tests import factories
from visits.models import Contact, ContactChild, Counterpart, Pairing

pytestmark = pytest.mark.django_db


async def _exists_async():
    return await Child.objects.aexists()


async def _first_async():
    async for row in Child.objects.all():
        return row


VERBS = {
    "all": lambda child: list(Child.objects.all()),
    "get": lambda child: Child.objects.get(pk=child.pk),
    "filter": lambda child: list(Child.objects.filter(name="x")),
    "exclude": lambda child: list(Child.objects.exclude(name="x")),
    "count": lambda child: Child.objects.count(),
    "exists": lambda child: Child.objects.exists(),
    "aexists": lambda child: async_to_sync(_exists_async)(),
    "async for": lambda child: async_to_sync(_first_async)(),
    "first": lambda child: Child.objects.first(),
    "in_bulk": lambda child: Child.objects.in_bulk([child.pk]),
    "iterator": lambda child: list(Child.objects.iterator()),
    "values": lambda child: list(Child.objects.values("name")),
    "dates": lambda child: list(Child.objects.dates("born_on", "year")),
    "aggregate": lambda child: Child.objects.aggregate(n=Count("pk")),
    "annotate": lambda child: list(Child.objects.annotate(n=Count("enrolments"))),
    "explain": lambda child: Child.objects.explain(),
    "union": lambda child: list(Child.objects.all().union(Child.objects.all())),
    "sub-query": lambda child: (
        factories.organization("q").enrolments.model.objects.filter(child__in=Child.objects.all()).count()
    ),
    "Exists": lambda child: list(Contact.objects.filter(Exists(Child.objects.filter(pk=OuterRef("pk"))))),
    "prefetch": lambda child: models.prefetch_related_objects([child], Prefetch("enrolments")),
    "related manager": lambda child: list(child.enrolments.all()),
    "foreign key": lambda child: Enrolment(child_id=child.pk).child,
    "form choices": lambda child: list(forms.ModelChoiceField(Child.objects.all()).choices),
    "refresh_from_db": lambda child: child.refresh_from_db(),
    "save": lambda child: child.save(),
    "delete": lambda child: child.delete(),
    "update": lambda child: Child.objects.update(name="x"),
    "queryset delete": lambda child: Child.objects.filter(pk=child.pk).delete(),
    "create": lambda child: Child.objects.create(name="x", born_on=date(2015, 1, 1), opened_on=date(2020, 1, 1)),
    "get_or_create": lambda child: Child.objects.get_or_create(name="x", defaults={}),
    "update_or_create": lambda child: Child.objects.update_or_create(name="x", defaults={}),
    "bulk_create": lambda child: Child.objects.bulk_create([Child(name="x")]),
    "bulk_update": lambda child: Child.objects.bulk_update([child], ["name"]),
    "raw": lambda child: list(Child.objects.raw("SELECT * FROM children_child")),
    "relatives": lambda child: list(Relative.objects.all()),
    "absences": lambda child: Absence.objects.count(),
    "contacts": lambda child: Contact.objects.count(),
    "pairings": lambda child: Pairing.objects.exists(),
}


@pytest.mark.parametrize("verb", VERBS)
def test_without_a_scope_every_verb_is_refused(verb, cast):
    with pytest.raises(ScopeError):
        VERBS[verb](cast.child)


def _names(person) -> set[str]:
    with access.scope(person):
        return set(Child.objects.values_list("name", flat=True))


def test_each_role_reaches_its_own_children_and_no_other(cast):
    assert {name: _names(person) for name, person in cast.people.items()} == {
        "officer": {"张小雨", "张小山", "李明"},
        "caseworker": {"张小雨", "张小山"},
        "clerk": {"张小雨", "张小山"},
        "colleague": {"李明"},
        "mentor": {"张小雨"},
        "leader": {"张小雨", "张小山", "李明"},
        "auditor": set(),
        "system": set(),
        "stranger": {"单云飞"},
        "idle": set(),
    }


def test_an_office_whose_staff_are_paired_reaches_those_children(cast):
    head = factories.user("ju")
    factories.posting(head, cast.bureau, "administrator")
    assert _names(head) == {"张小雨"}


def test_records_about_a_child_follow_the_child(cast):
    factories.contact(
        cast.foreigner, by=cast.stranger, place=cast.foreign_school, met=(("father", cast.foreign_father),)
    )
    with access.scope(cast.clerk):
        assert set(Relative.objects.values_list("name", flat=True)) == {"王芳", "陈桂英"}
        assert Absence.objects.count() == 1
        assert Kinship.objects.count() == 4
        assert Contact.objects.count() == ContactChild.objects.count() == 0
    with access.scope(cast.stranger):
        assert [row.name for row in Relative.objects.all()] == ["单父"]
        assert Contact.objects.get().counterparts.get().relative == cast.foreign_father


def test_a_contact_with_two_children_shows_each_reader_only_their_own(cast):
    factories.contact(cast.child, cast.neighbour, by=cast.officer, place=cast.county)
    with access.scope(cast.colleague):
        [row] = Contact.objects.all()
        assert [link.child.name for link in row.contact_children.select_related("child")] == ["李明"]


def test_a_queryset_obeys_the_scope_it_runs_in_not_the_one_it_was_made_in(cast):
    made_before = Child.objects.all()
    with access.scope(cast.stranger):
        made_inside = Child.objects.all()
        assert [child.name for child in made_before.all()] == ["单云飞"]
    with access.scope(cast.colleague):
        assert [child.name for child in made_inside.all()] == ["李明"]
    with pytest.raises(ScopeError):
        list(made_inside.all())


def test_a_thread_starts_with_no_scope(cast):
    seen = []

    def look() -> None:
        try:
            seen.append(str(Child.objects.all().query))
        except ScopeError:
            seen.append("refused")

    with access.scope(cast.clerk):
        thread = threading.Thread(target=look)
        thread.start()
        thread.join()
    assert seen == ["refused"]


def test_a_row_out_of_scope_is_not_written(cast):
    with access.everyone("test"):
        foreign = Child.objects.get(pk=cast.foreigner.pk)
    with access.scope(cast.clerk):
        foreign.notes = "changed"
        with pytest.raises(DatabaseError), transaction.atomic():
            foreign.save()
        with pytest.raises(ScopeError):
            foreign.delete()
        with pytest.raises(ScopeError):
            Enrolment.objects.create(child=foreign, school=cast.school, from_on=date(2026, 1, 1))
        with pytest.raises(ScopeError):
            Enrolment.objects.bulk_create([Enrolment(child=foreign, school=cast.school, from_on=date(2026, 1, 1))])
        assert Child.objects.filter(pk=foreign.pk).update(notes="changed") == 0
    with access.everyone("test"):
        assert Child.objects.get(pk=foreign.pk).notes == ""


def test_a_row_about_a_relative_out_of_scope_is_not_written(cast):
    factories.contact(cast.foreigner, by=cast.stranger, place=cast.foreign_school)
    with access.everyone("test"):
        contact = Contact.objects.get()
    rows = [
        Absence(relative=cast.foreign_father, place="广东省", from_on=date(2026, 1, 1)),
        Counterpart(contact=contact, kind="teacher"),
    ]
    for row in rows:
        with access.scope(cast.clerk):
            with pytest.raises(ScopeError):
                row.save()
            with pytest.raises(ScopeError):
                type(row).objects.bulk_create([row])
    with access.everyone("test"):
        assert Absence.objects.filter(relative=cast.foreign_father).count() == Counterpart.objects.count() == 0


def test_a_link_is_no_way_to_reach_what_others_are_linked_to(cast):
    """Naming a stranger's father as the father of one's own pupil would bring his telephone number into reach."""
    factories.contact(cast.foreigner, by=cast.stranger, place=cast.foreign_school)
    with access.everyone("test"):
        contact = Contact.objects.get()
    links = [
        Kinship(child=cast.child, relative=cast.foreign_father, relation="51"),
        ContactChild(child=cast.child, contact=contact),
    ]
    for link in links:
        with access.scope(cast.clerk):
            with pytest.raises(ScopeError):
                link.save()
            with pytest.raises(ScopeError):
                type(link).objects.bulk_create([link])
    with access.scope(cast.clerk):
        assert not Relative.objects.filter(pk=cast.foreign_father.pk).exists()
        assert not Contact.objects.exists()


def test_reach_that_ended_reaches_nobody(cast, today):
    with access.everyone("test"):
        from children.models import Reach

        Reach.objects.filter(via="pairing").update(until_on=today)
    with access.scope(cast.mentor, today=today):
        assert not Child.objects.exists()


def test_a_posting_that_ended_reaches_nobody(cast, today):
    cast.clerk.postings.update(until_on=today)
    with access.scope(cast.clerk, today=today):
        assert not Child.objects.exists()


def test_putting_everyone_in_scope_is_audited(cast):
    from caseworks.models import AuditEvent

    with access.everyone("nightly job"):
        pass
    event = AuditEvent.objects.first()
    assert (event.action, event.reason) == ("scope.everyone", "nightly job")


@pytest.mark.parametrize(
    "model", [Child, Enrolment, Relative, Kinship, Absence, Contact, ContactChild, Counterpart, Pairing]
)
def test_a_large_office_looks_another_way_and_sees_the_same(cast, model, today):
    for each in (cast.child, cast.neighbour, cast.foreigner):
        factories.absence(factories.relative(each, relation="51"))
        factories.contact(each, by=cast.officer, place=cast.county, met=(("child", None),))
        factories.pairing(factories.mentor(cast.bureau), each)
    seen = {}
    for wide in (False, True):
        entered = access.Scope((subtree(cast.town.path),), tuple(access.Via), today, wide=wide)
        token = access._acting.set(access.Acting(entered))
        try:
            seen[wide] = set(model.objects.values_list("pk", flat=True))
            nested = model.objects.filter(pk__in=model.objects.all())
            assert set(nested.values_list("pk", flat=True)) == seen[wide]
            assert not model.objects.exclude(pk__in=model.objects.all()).exists()
        finally:
            access._acting.reset(token)
    with access.everyone("test"):
        assert 0 < len(seen[True]) < model.objects.count()
    assert seen[True] == seen[False]


def test_how_a_scope_looks_follows_the_office(cast, today):
    wide = {
        name: access.scope_of(person.postings_on(today)[0], today).wide
        for name, person in cast.people.items()
        if name != "idle"
    }
    assert {name for name, value in wide.items() if value} == {"officer", "leader", "stranger"}
