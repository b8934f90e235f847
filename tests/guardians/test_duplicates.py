"""One child, one archive: what is suspected, what a merge brings together, and the way back."""

from __future__ import annotations

import threading
from datetime import date

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import connection
from django.urls import reverse

from caseworks import access, audit, counting
from caseworks.access import Via
from children import actions as archives
from children.actions import ChangedError
from children.facts.kinds import KINDS
from children.models import Child, Enrolment, Handover, Reach, Residence, TermRecord
from guardians import actions as family
from guardians.duplicates import actions, moving
from guardians.duplicates.finder import suspicions
from guardians.models import KeptApart, Kinship, Merge, Relative
from tests import factories
from tests.rights import make as rights
from visits.models import ContactChild

pytestmark = pytest.mark.django_db
BORN = date(2014, 3, 2)


def _scope(person):
    return access.scope(person, today=date(2026, 11, 23))


@pytest.fixture
def twin(cast) -> Child:
    """The same girl, entered once more by her village, with a family and a history of her own."""
    return factories.child("张小雨", village=cast.village, sex="2", born_on=BORN, id_number="", notes="村里的备注")


@pytest.fixture
def acting(cast):
    with _scope(cast.caseworker):
        yield cast.caseworker


def _read(child) -> Child:
    return Child.objects.get(pk=child.pk)


def _merge(cast, twin, **facts) -> Merge:
    return actions.merge(keep=_read(cast.child), absorb=_read(twin), by=cast.caseworker, **facts)


class TestFinder:
    def _reasons(self) -> dict:
        return {frozenset((pair.first, pair.second)): pair.keys for pair in suspicions()}

    def test_by_name_and_birth(self, cast, twin, acting):
        assert self._reasons() == {frozenset((cast.child, twin)): ("name",)}

    @pytest.mark.parametrize("name", ["张晓雨", "章小宇"])
    def test_by_how_a_name_sounds(self, cast, acting, name):
        other = factories.child(name, village=cast.village, born_on=BORN)
        assert self._reasons() == {frozenset((cast.child, other)): ("sound",)}

    def test_by_number_after_a_return(self, cast, acting):
        gone = factories.child("张雨", village=cast.village, id_number=cast.child.id_number, closed_on=date(2024, 1, 1))
        assert self._reasons() == {frozenset((cast.child, gone)): ("id",)}

    def test_by_the_telephone_of_a_parent_entered_twice(self, cast, acting):
        other = factories.child("张玉", sex="2", village=cast.village, born_on=BORN)
        factories.relative(other, relation="52", name="王芳", phone="13900001111")
        assert self._reasons() == {frozenset((cast.child, other)): ("phone_birth",)}

    def test_siblings_who_share_a_parent_are_none(self, cast, acting):
        twin_brother = factories.child("张小山", village=cast.village, born_on=cast.sibling.born_on, name_order="")
        factories.relative(cast.sibling, twin_brother, relation="51", name="张父", phone="13655556666")
        assert ("phone_birth",) not in self._reasons().values()
        assert not any("phone_birth" in keys for keys in self._reasons().values())

    def test_others_of_another_day_are_none(self, cast, acting):
        factories.child("张小雨", village=cast.village, born_on=date(2014, 3, 3))
        assert self._reasons() == {}

    def test_only_within_reach(self, cast, acting):
        factories.child("张小雨", village=cast.other_village, born_on=BORN)
        assert self._reasons() == {}

    def test_two_closed_archives_need_no_work(self, cast, acting):
        for _each in range(2):
            factories.child("旧人", village=cast.village, closed_on=date(2024, 1, 1))
        assert self._reasons() == {}

    def test_a_pair_kept_apart_is_not_asked_again(self, cast, twin, acting):
        actions.keep_apart(one=twin, other=cast.child, by=acting)
        actions.keep_apart(one=cast.child, other=twin, by=acting)
        assert self._reasons() == {}
        assert KeptApart.objects.count() == 1

    def test_it_costs_the_same_for_one_pair_and_for_three(self, cast, twin, acting, django_assert_num_queries):
        def cost() -> int:
            with connection.execute_wrapper(counter):
                counted.clear()
                suspicions()
            return len(counted)

        counted: list[str] = []

        def counter(execute, sql, *rest):
            counted.append(sql)
            return execute(sql, *rest)

        one = cost()
        for number in range(2):
            for _each in range(2):
                factories.child(f"孙{number}", village=cast.village, born_on=BORN)
        assert (cost(), len(suspicions())) == (one, 3)


# One row of everything that can name a child: `child.` → how it is made. A new kind of record belongs here.
FACTS = {
    "TermRecord": {"term": "2025-1"},
    "Facet": {"facet": "interests", "text": "画画"},
    "Survey": {"study": "good"},
    "GrowthEntry": {"kind": "award", "text": "三好学生"},
    "HealthCheck": {"result": "normal"},
    "Livelihood": {"sources": ["wages"]},
    "GuardianshipRating": {"rating": "fair"},
    "Need": {"kind": "medical", "state": "unmet"},
    "Disability": {"kind": "4"},
    "Illness": {"kind": "asthma"},
    "Relief": {"kind": "allowance"},
    "Hardship": {"kind": "poor"},
    "Schooling": {"kind": "vocational"},
    "Boarding": {"room": "302"},
}


def _fact(model):
    """Makes a fact of this kind for a child."""

    def made(cast, child):
        values = FACTS[model.__name__] | ({"school": cast.school} if model is TermRecord else {})
        return factories.fact(model, child, by=cast.clerk, **values)

    return made


ROWS = {
    "children.AgeStep.child": lambda cast, child: factories.age_step(child, by=cast.caseworker),
    **{f"{kind.model._meta.label}.child": _fact(kind.model) for kind in KINDS.values()},
    "children.ClosedPeriod.child": lambda cast, child: factories.closed_period(
        child, date(2023, 1, 1), date(2023, 2, 1)
    ),
    "children.Enrolment.child": lambda cast, child: Enrolment.objects.create(
        child=child, school=cast.school, from_on=date(2021, 9, 1), until_on=date(2022, 7, 1)
    ),
    "children.Grant.child": lambda cast, child: factories.grant(child, cast.village, cast.caseworker),
    "children.Handover.child": lambda cast, child: factories.handover(
        child, cast.village, cast.other_village, by=cast.caseworker, via=Via.RESIDENCE
    ),
    "children.Attachment.child": lambda cast, child: factories.attachment(
        child, by=cast.caseworker, place=cast.village
    ),
    "rights.Consent.child": lambda cast, child: rights.consent(child, by=cast.caseworker),
    "rights.RightsRequest.child": lambda cast, child: rights.request(child, by=cast.caseworker, office=cast.village),
    "rights.LegalHold.child": lambda cast, child: rights.hold(child, by=cast.officer),
    "children.Promoted.child": lambda cast, child: factories.promotion(cast.school, cast.clerk, child),
    "children.Residence.child": lambda cast, child: Residence.objects.create(
        child=child, village=cast.village, from_on=date(2019, 9, 1), until_on=date(2020, 7, 1)
    ),
    "guardians.Declaration.child": lambda cast, child: factories.declaration(child, "1", cast.school),
    "guardians.Entrustment.child": lambda cast, child: factories.entrustment(child, cast.grandmother),
    "guardians.KeptApart.child": lambda cast, child: _apart(child, cast, first=True),
    "guardians.KeptApart.other": lambda cast, child: _apart(child, cast, first=False),
    "guardians.Kinship.child": lambda cast, child: factories.relative(child, relation="63", name="外公"),
    "guardians.Merge.child": lambda cast, child: factories.merge(child, by=cast.caseworker),
    "visits.ContactChild.child": lambda cast, child: factories.contact(child, by=cast.caseworker, place=cast.village),
    "visits.Pairing.child": lambda cast, child: factories.pairing(factories.mentor(cast.village), child),
}


def _apart(child: Child, cast, *, first: bool):
    """A pair of which this child is the first, or the second: by the order of their keys."""
    other = cast.sibling if not first else factories.child("后来", village=cast.village)
    row = factories.kept_apart(child, other, cast.caseworker)
    assert (row.child == child) is first
    return row


class TestMerging:
    def test_every_record_that_names_a_child_is_known(self):
        names = {
            f"{model._meta.label}.{field.name}"
            for model in apps.get_models()
            for field in model._meta.concrete_fields
            if field.is_relation and field.related_model is Child
        }
        many = [
            field for model in apps.get_models() for field in model._meta.many_to_many if field.related_model is Child
        ]
        assert many == []
        assert {moving.name_of(each) for each in moving.relations_to(Child)} == names
        assert names == {*ROWS, *moving.STAYS}, "say in ROWS how a row is made, so that its move is tried"

    @pytest.mark.parametrize("name", ROWS)
    def test_everything_comes_over_and_goes_back(self, cast, twin, acting, name):
        with access.everyone("test"):
            ROWS[name](cast, twin)
            label, _dot, field = name.rpartition(".")
            rows = apps.get_model(label)._default_manager
            mine, theirs = (
                set(rows.filter(**{field: each}).values_list("pk", flat=True)) for each in (cast.child, twin)
            )
        assert theirs
        merge = _merge(cast, twin)
        with access.everyone("test"):
            after = set(rows.filter(**{field: cast.child}).values_list("pk", flat=True)) - {merge.pk}
            # what may stand once only, such as the open residence, stays; nothing is lost
            stayed = set(rows.filter(**{field: twin}).values_list("pk", flat=True))
        assert after | stayed == mine | theirs
        assert len(after) > len(mine)
        actions.undo(merge=Merge.objects.get(pk=merge.pk), by=acting)
        with access.everyone("test"):
            again = [set(rows.filter(**{field: each}).values_list("pk", flat=True)) for each in (cast.child, twin)]
        assert again == [mine | ({merge.pk} if name == "guardians.Merge.child" else set()), theirs]

    def test_fields_are_chosen_one_by_one(self, cast, twin, acting):
        merge = _merge(cast, twin, from_absorbed=["notes"])
        survivor = _read(cast.child)
        assert (survivor.notes, survivor.id_number) == ("村里的备注", cast.child.id_number)
        actions.undo(merge=Merge.objects.get(pk=merge.pk), by=acting)
        assert (_read(cast.child).notes, _read(twin).notes) == ("", "村里的备注")

    def test_a_number_can_come_from_the_absorbed_archive(self, cast, acting):
        other = factories.child("张小雨", village=cast.village, sex="2", born_on=BORN, id_number="500117201403024341")
        merge = _merge(cast, other, from_absorbed=["id_number"])
        assert Child.objects.get(pk=cast.child.pk).id_number == "500117201403024341"
        actions.undo(merge=Merge.objects.get(pk=merge.pk), by=acting)
        assert (_read(cast.child).id_number, _read(other).id_number) == (cast.child.id_number, "500117201403024341")

    def test_the_absorbed_archive_is_closed_and_its_code_leads_to_the_survivor(self, cast, twin, acting, sign_in):
        _merge(cast, twin)
        with access.everyone("test"):
            closed = Child.objects.get(pk=twin.pk)
        assert (closed.closed_on, closed.exit_reason) == (date(2026, 11, 23), "duplicate")
        assert not Child.objects.filter(pk=twin.pk).exists()
        assert sign_in(cast.caseworker).get(twin.get_absolute_url()).url == cast.child.get_absolute_url()
        assert sign_in(cast.stranger).get(twin.get_absolute_url()).status_code == 404
        with access.everyone("test"), pytest.raises(ValidationError) as refused:
            archives.reopen(child=closed, by=cast.caseworker)
        assert refused.value.code == "merged"

    def test_roads_follow_the_place_that_is_right(self, cast, acting):
        other = factories.child("张小雨", school=cast.other_school, village=cast.village, sex="2", born_on=BORN)
        before = set(Reach.objects.values_list("child", "via", "path"))
        merge = _merge(cast, other, from_absorbed=["school"])
        roads = set(Reach.objects.filter(child=cast.child).values_list("via", "path"))
        assert ("enrolment", cast.other_school.path) in roads
        assert ("enrolment", cast.school.path) not in roads
        assert not Reach.objects.filter(child=other).exists()
        actions.undo(merge=Merge.objects.get(pk=merge.pk), by=acting)
        assert set(Reach.objects.values_list("child", "via", "path")) == before
        assert _read(other).enrolments.get(until_on__isnull=True).school == cast.other_school

    def test_parents_entered_twice_become_one_with_both_histories(self, cast, twin, acting):
        second = factories.relative(twin, relation="52", name="王芳", phone="13900001111", born_year=1988)
        factories.situation(second, kind="ill")
        merge = _merge(cast, twin, relatives=[(cast.mother, second)])
        [mother] = _read(cast.child).kinships.filter(relation="52")
        assert (mother.relative, mother.relative.born_year) == (cast.mother, 1988)
        assert cast.mother.situations.count() == 1
        actions.undo(merge=Merge.objects.get(pk=merge.pk), by=acting)
        assert _read(twin).kinships.get(relation="52").relative == second
        assert (Relative.objects.get(pk=cast.mother.pk).born_year, second.situations.count()) == (None, 1)

    def test_a_relative_of_a_child_out_of_reach_is_left_alone(self, cast, twin, acting):
        second = factories.relative(twin, cast.neighbour, relation="52", name="王芳")
        _merge(cast, twin, relatives=[(cast.mother, second)])
        with access.everyone("test"):
            assert cast.neighbour.kinships.get().relative == second

    def test_a_hand_over_between_other_offices_goes_along(self, cast, twin, acting):
        handover = factories.handover(
            twin, cast.other_village, cast.foreign_village, by=cast.stranger, via=Via.RESIDENCE
        )
        merge = _merge(cast, twin)
        with access.everyone("test"):
            assert Handover.objects.get(pk=handover.pk).child == cast.child
        actions.undo(merge=Merge.objects.get(pk=merge.pk), by=acting)
        with access.everyone("test"):
            assert Handover.objects.get(pk=handover.pk).child == twin

    def test_the_open_archive_is_the_one_to_keep(self, cast, twin, acting):
        closed = archives.close(child=_read(cast.child), by=acting, on=date(2026, 11, 1), reason="moved")
        with pytest.raises(ValidationError):
            actions.merge(keep=closed, absorb=_read(twin), by=acting)

    def test_whoever_merges_what_another_has_changed_is_told(self, cast, twin, acting):
        mine, theirs = _read(cast.child), _read(twin)
        archives.amend(child=_read(twin), by=acting, notes="刚改的")
        with pytest.raises(ChangedError):
            actions.merge(keep=mine, absorb=theirs, by=acting)
        assert _read(twin).is_live

    def test_whoever_edits_what_another_has_merged_is_told(self, cast, twin, acting):
        theirs = _read(twin)
        _merge(cast, twin)
        with pytest.raises(ChangedError):
            archives.amend(child=theirs, by=acting, notes="来晚了")


class TestUndoing:
    @pytest.fixture
    def merge(self, cast, twin, acting):
        factories.relative(twin, relation="51", name="张父")
        return _merge(cast, twin)

    WRITES = {
        "a contact": lambda cast: factories.contact(cast.child, by=cast.caseworker, place=cast.village),
        "the archive": lambda cast: archives.amend(child=_read(cast.child), by=cast.caseworker, notes="新"),
        "the mother": lambda cast: family.end_absence(
            absence=cast.mother.absences.get(), by=cast.caseworker, on=date(2026, 11, 20)
        ),
        "a move": lambda cast: archives.settle(
            child=_read(cast.child), by=cast.caseworker, village=cast.village, on=date(2026, 11, 20), address="新"
        ),
    }

    @pytest.mark.parametrize("what", WRITES)
    def test_what_was_written_since_stands_against_it_and_is_named(self, cast, acting, merge, what):
        assert actions.written_since(merge) == []
        self.WRITES[what](cast)
        said = actions.written_since(merge)
        assert said
        with pytest.raises(ValidationError) as refused:
            actions.undo(merge=merge, by=acting)
        assert said[0] in refused.value.messages[0]
        assert Merge.objects.get(pk=merge.pk).undone_at is None

    def test_looking_does_not(self, cast, acting, merge):
        audit.record("child.viewed", cast.child)
        actions.undo(merge=merge, by=acting)
        assert Child.objects.filter(name="张小雨").count() == 2

    def test_only_once(self, cast, acting, merge):
        actions.undo(merge=merge, by=acting)
        with pytest.raises(ValidationError) as refused:
            actions.undo(merge=merge, by=acting)
        assert refused.value.code == "undone"

    def test_it_can_be_merged_again(self, cast, twin, acting, merge):
        actions.undo(merge=merge, by=acting)
        _merge(cast, twin)
        assert not Child.objects.filter(pk=twin.pk).exists()

    def test_nothing_of_the_archive_lies_open_in_the_notes_of_a_merge(self, cast, merge):
        with connection.cursor() as cursor:
            cursor.execute("SELECT before FROM guardians_merge")
            stored = bytes(cursor.fetchone()[0])
        assert b"moved" not in stored


def test_one_relative_entered_twice(cast, acting):
    again = factories.relative(cast.child, cast.sibling, relation="52", name="王芳", phone="")
    factories.absence(again)
    merge = actions.merge_relatives(child=_read(cast.child), keep=cast.mother, absorb=again, by=acting)
    assert Kinship.objects.filter(relation="52").count() == 2  # one for each child
    assert cast.mother.absences.count() == 1  # both were open; the one of whoever goes on stays
    actions.undo(merge=merge, by=acting)
    assert Kinship.objects.filter(relation="52").count() == 4
    assert (cast.mother.absences.count(), again.absences.count()) == (1, 1)


class TestPages:
    def test_the_list_shows_the_pair_and_the_way(self, cast, twin, sign_in):
        text = sign_in(cast.caseworker).get(reverse("duplicates:list")).content.decode()
        assert reverse("duplicates:compare", args=[cast.child.code, twin.code]) in text or (
            reverse("duplicates:compare", args=[twin.code, cast.child.code]) in text
        )
        assert "duplicates:compare" not in sign_in(cast.officer).get(reverse("duplicates:list")).content.decode()

    def _form(self, client, address) -> dict:
        form = client.get(address).context["form"]
        return {name: form[name].value() for name in form.fields if form[name].value() is not False}

    def test_two_side_by_side_become_one(self, cast, twin, sign_in):
        client, address = sign_in(cast.caseworker), reverse("duplicates:compare", args=[cast.child.code, twin.code])
        form = self._form(client, address)
        # better filled: the number of the one, the notes of the other
        assert (form["fact-id_number"], form["fact-notes"]) == ("keep", "absorb")
        response = client.post(address, form)
        with _scope(cast.caseworker):
            merge = Merge.objects.get()
            assert _read(cast.child).notes == "村里的备注"
        assert response.url == merge.get_absolute_url()
        assert client.post(address, form).url == merge.get_absolute_url()  # pressed twice
        assert client.post(reverse("duplicates:undo", args=[merge.code])).url == merge.get_absolute_url()
        with _scope(cast.caseworker):
            assert _read(twin).is_live

    def test_numbers_are_masked(self, cast, twin, sign_in):
        address = reverse("duplicates:compare", args=[cast.child.code, twin.code])
        assert cast.child.id_number not in sign_in(cast.caseworker).get(address).content.decode()

    def test_changed_meanwhile_nothing_is_merged(self, cast, twin, sign_in):
        client, address = sign_in(cast.caseworker), reverse("duplicates:compare", args=[cast.child.code, twin.code])
        form = self._form(client, address)
        with _scope(cast.caseworker):
            archives.amend(child=_read(twin), by=cast.caseworker, notes="刚改的")
        assert client.post(address, form).context["form"].has_error("__all__", "changed")
        with _scope(cast.caseworker):
            assert _read(twin).is_live

    def test_one_relative_entered_twice(self, cast, sign_in):
        again = factories.relative(cast.child, relation="52", name="王芳")
        client, address = sign_in(cast.caseworker), reverse("duplicates:family", args=[cast.child.code])
        assert client.post(address, {"keep": again.code, "absorb": cast.foreign_father.code}).status_code == 200
        client.post(address, {"keep": cast.mother.code, "absorb": again.code})
        with _scope(cast.caseworker):
            assert _read(cast.child).kinships.filter(relation="52").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_merge_and_an_edit_in_the_same_moment_do_not_lose_each_other(cast):
    twin = factories.child("张小雨", village=cast.village, sex="2", born_on=BORN)
    together, outcomes = threading.Barrier(2), {}

    def run(name, change):
        try:
            with _scope(cast.caseworker):
                rows = _read(cast.child), _read(twin)
                together.wait(10)
                change(*rows)
                outcomes[name] = "done"
        except ChangedError:
            outcomes[name] = "told"
        finally:
            connection.close()

    changes = {
        "merge": lambda mine, theirs: actions.merge(keep=mine, absorb=theirs, by=cast.caseworker),
        "edit": lambda _mine, theirs: archives.amend(child=theirs, by=cast.caseworker, notes="同时改的"),
    }
    threads = [threading.Thread(target=run, args=pair) for pair in changes.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(outcomes.values()) == ["done", "told"]
    with access.everyone("test"):
        assert Child.objects.get(pk=twin.pk).is_live == (outcomes["merge"] == "told")
        assert ContactChild.objects.count() == 0


class TestALargeArea:
    """Where the pairs cannot be looked for while somebody waits, they are found beside the work."""

    @pytest.fixture(autouse=True)
    def large(self, monkeypatch):
        monkeypatch.setattr(counting, "MOST_LIVE", 3)
        monkeypatch.setattr(counting, "start", lambda: None)

    def test_the_page_waits_and_then_shows_the_pairs(self, cast, twin, sign_in):
        client = sign_in(cast.officer)
        assert "正在统计" in client.get("/duplicates/").content.decode()
        counting.work_off()
        [(pair, _first, _second)] = client.get("/duplicates/").context["pairs"]
        assert ({pair.first, pair.second}, pair.keys) == ({cast.child, twin}, ("name",))

    def test_a_pair_kept_apart_since_is_gone(self, cast, twin, sign_in):
        client = sign_in(cast.officer)
        client.get("/duplicates/")
        counting.work_off()
        with _scope(cast.caseworker):
            actions.keep_apart(one=twin, other=cast.child, by=cast.caseworker)
        assert client.get("/duplicates/").context["pairs"] == []

    def test_whoever_wants_them_anew_asks(self, cast, twin, sign_in):
        client = sign_in(cast.officer)
        client.get("/duplicates/")
        counting.work_off()
        assert client.post("/duplicates/").status_code == 302
        assert client.get("/duplicates/").context["kept"].is_awaited
