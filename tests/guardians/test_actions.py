"""What changes the adults around a child."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from caseworks import access
from caseworks.models import AuditEvent, ChangedError
from guardians import actions
from guardians.models import Absence, Entrustment, Kinship, Relative

pytestmark = pytest.mark.django_db


@pytest.fixture
def by(cast, today):
    with access.scope(cast.caseworker, today=today):
        yield cast.caseworker


def _father(cast, by, **fields) -> Relative:
    return actions.add_relative(**{"child": cast.child, "by": by, "relation": "51", "name": "张大山", **fields})


def test_one_father_is_shared_by_siblings(cast, by):
    father = _father(cast, by, phone="+86 138-0000-1234", also_for=[cast.sibling])
    assert father.phone == "13800001234"
    assert set(father.kinships.values_list("child__name", "relation")) == {("张小雨", "51"), ("张小山", "51")}
    event = AuditEvent.objects.get(action="relative.added")
    assert event.changes["phone"] == ["", "138****1234"]
    assert event.changes["children"] == [None, [cast.child.code, cast.sibling.code]]


def test_a_relative_is_not_linked_to_a_child_out_of_reach(cast, by):
    with pytest.raises(PermissionError):
        _father(cast, by, also_for=[cast.foreigner])
    with access.everyone("test"):
        assert not Relative.objects.filter(name="张大山").exists()


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"relation": "52"}, "relation"),
        ({"relation": "00"}, "relation"),
        ({"name": ""}, "name"),
        ({"phone": "12"}, "phone"),
        ({"sex": "x"}, "sex"),
        ({"born_year": 1850}, "born_year"),
        ({"born_year": 2027}, "born_year"),
    ],
)
def test_a_relative_against_the_rules_is_refused(cast, by, fields, field):
    with pytest.raises(ValidationError) as refused:
        _father(cast, by, **fields)
    assert list(refused.value.error_dict) == [field]


def test_somebody_on_record_becomes_a_relative_of_another_child(cast, by):
    father = _father(cast, by)
    actions.link_relative(child=cast.sibling, by=by, relative=father, relation="57")
    assert cast.sibling.kinships.get(relative=father).relation == "57"
    with pytest.raises(ValidationError):
        actions.link_relative(child=cast.sibling, by=by, relative=father, relation="51")


def test_amending_a_person_counts_versions_and_changes_the_relation_for_one_child(cast, by):
    actions.amend_relative(
        relative=cast.mother, by=by, child=cast.child, relation="58", phone="13900009999", name="王 芳"
    )
    mother = Relative.objects.get(pk=cast.mother.pk)
    assert (mother.phone, mother.name, mother.version) == ("13900009999", "王芳", 2)
    assert dict(Kinship.objects.filter(relative=mother).values_list("child__name", "relation")) == {
        "张小雨": "58",
        "张小山": "52",
    }
    assert AuditEvent.objects.get(action="relative.amended").changes == {
        "phone": ["139****1111", "139****9999"],
        "relation": ["52", "58"],
    }
    with pytest.raises(TypeError):
        actions.amend_relative(relative=mother, by=by, version=9)


def test_the_second_of_two_editors_of_a_person_is_told(cast, by):
    first, second = Relative.objects.get(pk=cast.mother.pk), Relative.objects.get(pk=cast.mother.pk)
    actions.amend_relative(relative=first, by=by, address="一组")
    with pytest.raises(ChangedError):
        actions.amend_relative(relative=second, by=by, address="二组")
    assert Relative.objects.get(pk=cast.mother.pk).address == "一组"


def test_an_absence_begins_ends_and_begins_again(cast, by, today):
    absence = cast.mother.absences.get()
    with pytest.raises(ValidationError, match="2025-02-17"):
        actions.record_absence(relative=cast.mother, by=by, place="浙江省杭州市", from_on=date(2026, 1, 1))
    actions.end_absence(absence=absence, by=by, on=date(2026, 1, 20))
    with pytest.raises(ValidationError, match="2026-01-20"):
        actions.record_absence(relative=cast.mother, by=by, place="浙江省杭州市", from_on=date(2026, 1, 19))
    again = actions.record_absence(relative=cast.mother, by=by, place=" 浙江省杭州市 ", from_on=date(2026, 1, 20))
    assert (again.place, again.province, again.until_on) == ("浙江省杭州市", "33", None)
    with pytest.raises(ValidationError):
        actions.end_absence(absence=absence, by=by, on=today)


@pytest.mark.parametrize("on", [date(2025, 2, 16), date(2026, 11, 24)])
def test_an_absence_ends_neither_before_it_began_nor_tomorrow(cast, by, on):
    with pytest.raises(ValidationError):
        actions.end_absence(absence=cast.mother.absences.get(), by=by, on=on)
    assert cast.mother.absences.get().until_on is None


def test_an_absence_tomorrow_is_refused(cast, by):
    father = _father(cast, by)
    with pytest.raises(ValidationError):
        actions.record_absence(relative=father, by=by, place="广东省", from_on=date(2026, 11, 24))
    assert not father.absences.exists()


def test_whoever_has_died_is_no_longer_away_and_cares_for_nobody(cast, by, today):
    actions.record_situation(relative=cast.mother, by=by, kind="dead", from_on=date(2026, 6, 1))
    assert cast.mother.absences.get().until_on == date(2026, 6, 1)
    with pytest.raises(ValidationError) as refused:
        actions.record_absence(relative=cast.mother, by=by, place="广东省", from_on=today)
    assert refused.value.code == "dead"
    actions.record_situation(relative=cast.grandmother, by=by, kind="dead", from_on=today)
    assert set(Entrustment.objects.values_list("until_on", flat=True)) == {today}
    with pytest.raises(ValidationError) as refused:
        actions.entrust(child=cast.child, by=by, relative=cast.grandmother, from_on=today)
    assert refused.value.error_dict["relative"][0].code == "dead"


def test_a_situation_is_recorded_once_and_ends(cast, by, today):
    situation = actions.record_situation(relative=cast.grandmother, by=by, kind="ill", from_on=date(2026, 1, 1))
    with pytest.raises(ValidationError):
        actions.record_situation(relative=cast.grandmother, by=by, kind="ill", from_on=today)
    with pytest.raises(ValidationError):
        actions.record_situation(relative=cast.grandmother, by=by, kind="lazy", from_on=today)
    actions.end_situation(situation=situation, by=by, on=today)
    actions.record_situation(relative=cast.grandmother, by=by, kind="ill", from_on=today)
    assert cast.grandmother.situations.count() == 2


def test_a_new_carer_takes_over_the_same_day(cast, by, today):
    aunt = actions.add_relative(child=cast.child, by=by, relation="90", name="张秀")
    care = actions.entrust(
        child=cast.child, by=by, relative=aunt, from_on=date(2026, 9, 1), reason="both", agreement_signed_on=today
    )
    before = cast.child.entrustments.exclude(pk=care.pk).get()
    assert (before.relative, before.until_on) == (cast.grandmother, date(2026, 9, 1))
    assert (care.until_on, care.agreement_signed_on) == (None, today)
    assert cast.sibling.entrustments.get().until_on is None
    actions.end_entrustment(entrustment=care, by=by, on=today)
    assert [event.action for event in AuditEvent.objects.filter(object_id=cast.child.pk)] == [
        "care.ended",
        "care.entrusted",
        "care.ended",
    ]


@pytest.mark.parametrize(
    "fields",
    [
        {"from_on": date(2026, 11, 24)},
        {"from_on": date(2020, 8, 31)},
        {"reason": "whim"},
        {"school_notified_on": date(2026, 11, 24)},
    ],
)
def test_a_care_against_the_rules_is_refused_and_the_old_one_stays(cast, by, fields):
    aunt = actions.add_relative(child=cast.child, by=by, relation="90", name="张秀")
    with pytest.raises(ValidationError):
        actions.entrust(**{"child": cast.child, "by": by, "relative": aunt, "from_on": date(2026, 9, 1), **fields})
    assert cast.child.entrustments.get().until_on is None


def test_only_the_childs_own_family_cares(cast, by):
    aunt = actions.add_relative(child=cast.sibling, by=by, relation="90", name="张秀")
    with pytest.raises(ValidationError) as refused:
        actions.entrust(child=cast.child, by=by, relative=aunt, from_on=date(2026, 9, 1))
    assert refused.value.error_dict["relative"][0].code == "unrelated"


def test_papers_are_filled_in_later(cast, by, today):
    care = cast.child.entrustments.get()
    actions.amend_entrustment(entrustment=care, by=by, village_notified_on=today, reason="one")
    care.refresh_from_db()
    assert (care.village_notified_on, care.reason) == (today, "one")
    assert AuditEvent.objects.get(action="care.amended").changes == {"village_notified_on": ["", "2026-11-23"]}
    with pytest.raises(TypeError):
        actions.amend_entrustment(entrustment=care, by=by, relative=cast.mother)


def test_nothing_is_written_about_a_relative_out_of_reach(cast, by):
    with access.everyone("test"):
        father = Relative.objects.get(pk=cast.foreign_father.pk)
    with pytest.raises(PermissionError):
        actions.record_absence(relative=father, by=by, place="广东省", from_on=date(2026, 1, 1))
    with access.everyone("test"):
        assert not Absence.objects.filter(relative=father).exists()
