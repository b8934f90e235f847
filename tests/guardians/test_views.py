"""The forms about the adults: who may use them, what they change, what they ask."""

from __future__ import annotations

import uuid
from datetime import date

import pytest
import time_machine
from django.urls import reverse

from caseworks import access
from guardians.models import Absence, Entrustment, Kinship, Relative
from tests import factories
from tests.forms import opened

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel("2026-11-23T10:00:00+08:00", tick=False):
        yield


@pytest.fixture
def everything():
    """What the database holds, whoever is acting."""
    with access.everyone("test"):
        yield


def _pages(cast) -> dict[str, str]:
    child, mother = cast.child.code, cast.mother.code
    factories.situation(cast.mother, kind="ill")
    return {
        "relative_add": reverse("guardians:relative_add", args=[child]),
        "relative_edit": reverse("guardians:relative_edit", args=[child, mother]),
        "absence_add": reverse("guardians:absence_add", args=[child, mother]),
        "absence_end": reverse("guardians:absence_end", args=[child, mother]),
        "situation_add": reverse("guardians:situation_add", args=[child, mother]),
        "situation_end": reverse("guardians:situation_end", args=[child, mother, "ill"]),
        "entrust": reverse("guardians:entrust", args=[child]),
        "care_edit": reverse("guardians:care_edit", args=[child]),
        "care_end": reverse("guardians:care_end", args=[child]),
    }


NAMES = (
    "relative_add",
    "relative_edit",
    "absence_add",
    "absence_end",
    "situation_add",
    "situation_end",
    "entrust",
    "care_edit",
    "care_end",
)


@pytest.mark.parametrize("page", NAMES)
def test_keepers_see_the_form_strangers_nothing_and_others_are_refused(cast, sign_in, page):
    address = _pages(cast)[page]
    body = sign_in(cast.caseworker).get(address).content.decode()
    assert 'name="submission_key"' in body
    assert sign_in(cast.clerk).get(address).status_code == 200
    assert sign_in(cast.colleague).get(address).status_code == 404
    assert sign_in(cast.colleague).post(address, {"name": "x"}).status_code == 404
    for person in (cast.officer, cast.mentor, cast.leader, cast.auditor, cast.stranger):
        assert sign_in(person).post(address, {"name": "x"}).status_code == 403
    assert sign_in(cast.caseworker).put(address).status_code == 405


@pytest.mark.parametrize("page", NAMES[1:6])
def test_a_relative_of_another_child_is_not_reached_through_this_one(cast, sign_in, page):
    address = _pages(cast)[page].replace(cast.mother.code, cast.foreign_father.code)
    assert sign_in(cast.caseworker).get(address).status_code == 404


def test_nothing_to_end_is_not_found(cast, sign_in):
    grandmother = [cast.child.code, cast.grandmother.code]
    client = sign_in(cast.caseworker)
    assert client.get(reverse("guardians:absence_end", args=grandmother)).status_code == 404
    assert client.get(reverse("guardians:situation_end", args=[*grandmother, "ill"])).status_code == 404
    neighbour = factories.child("周邻", village=cast.village)
    assert client.get(reverse("guardians:care_end", args=[neighbour.code])).status_code == 404
    assert client.get(reverse("guardians:care_edit", args=[neighbour.code])).status_code == 404


def test_a_father_is_added_for_both_siblings_once(cast, sign_in, everything):
    client = sign_in(cast.caseworker)
    address = reverse("guardians:relative_add", args=[cast.child.code])
    typed = {"relation": "51", "name": "张建国", "phone": "136 0000-1111", "also_for": [cast.sibling.code]}
    typed["submission_key"] = str(uuid.uuid4())
    first, second = client.post(address, typed), client.post(address, typed)
    assert first.url == second.url == f"{cast.child.get_absolute_url()}#family"
    [father] = Relative.objects.filter(name="张建国")
    assert father.phone == "13600001111"
    assert {kinship.child for kinship in father.kinships.select_related("child")} == {cast.child, cast.sibling}


def test_a_child_out_of_reach_cannot_be_ticked(cast, sign_in, everything):
    factories.relative(cast.child, cast.foreigner, relation="61", name="爷爷")
    address = reverse("guardians:relative_add", args=[cast.child.code])
    client = sign_in(cast.caseworker)
    assert "单云飞" not in client.get(address).content.decode()
    response = client.post(address, {"relation": "51", "name": "张建国", "also_for": [cast.foreigner.code]})
    assert list(response.context["form"].errors) == ["also_for"]
    assert not Relative.objects.filter(name="张建国").exists()


def test_somebody_on_record_with_the_same_name_and_phone_is_asked_about(cast, sign_in, everything):
    neighbour = factories.child("周邻", village=cast.village)
    client = sign_in(cast.caseworker)
    address = reverse("guardians:relative_add", args=[neighbour.code])
    typed = {"relation": "64", "name": "陈桂英", "phone": "13700002222"}
    assert list(client.post(address, typed).context["form"].errors) == ["same"]
    client.post(address, typed | {"same": "yes"})
    assert neighbour.kinships.get().relative == cast.grandmother
    other = factories.child("周另", village=cast.village)
    client.post(reverse("guardians:relative_add", args=[other.code]), typed | {"same": "no"})
    assert other.kinships.get().relative != cast.grandmother
    assert Relative.objects.filter(name="陈桂英").count() == 2


def test_somebody_out_of_reach_with_the_same_name_and_phone_is_not_given_away(cast, sign_in, everything):
    factories.relative(cast.foreigner, relation="62", name="刘婆", phone="13511112222")
    address = reverse("guardians:relative_add", args=[cast.child.code])
    sign_in(cast.caseworker).post(address, {"relation": "64", "name": "刘婆", "phone": "13511112222"})
    assert Relative.objects.filter(name="刘婆").count() == 2


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"relation": ""}, "relation"),
        ({"relation": "52"}, "relation"),
        ({"name": ""}, "name"),
        ({"phone": "123"}, "phone"),
        ({"born_year": "1850"}, "born_year"),
        ({"born_year": "abc"}, "born_year"),
        ({"id_number": "5.1E+17"}, "id_number"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(cast, sign_in, everything, typed, field):
    address = reverse("guardians:relative_add", args=[cast.child.code])
    response = sign_in(cast.caseworker).post(address, {"relation": "51", "name": "张建国", **typed})
    assert list(response.context["form"].errors) == [field]
    assert not Relative.objects.filter(name="张建国").exists()


def test_a_person_is_changed(cast, sign_in, everything):
    client = sign_in(cast.caseworker)
    address = reverse("guardians:relative_edit", args=[cast.child.code, cast.mother.code])
    read = {"relation": "52", "name": "王芳", "phone": "13900001111"} | opened(client, address)
    assert client.post(address, read | {"phone": "13900009999", "born_year": "1988"}).status_code == 302
    mother = Relative.objects.get(pk=cast.mother.pk)
    assert (mother.phone, mother.born_year, mother.version) == ("13900009999", 1988, 2)


def test_working_elsewhere_ends_the_first_absence_and_begins_the_next(cast, sign_in, everything):
    address = reverse("guardians:absence_add", args=[cast.child.code, cast.mother.code])
    response = sign_in(cast.caseworker).post(
        address, {"place": "浙江省杭州市", "from_on": "2026-09-01", "employer": "厂"}
    )
    assert response.url == f"{cast.child.get_absolute_url()}#family"
    first, second = cast.mother.absences.order_by("from_on")
    assert (first.until_on, second.from_on, second.province, second.from_known) == (
        date(2026, 9, 1),
        date(2026, 9, 1),
        "33",
        True,
    )


def test_an_absence_whose_beginning_nobody_knows(cast, sign_in, everything):
    address = reverse("guardians:absence_add", args=[cast.child.code, cast.grandmother.code])
    client = sign_in(cast.caseworker)
    assert list(client.post(address, {"place": "广东省"}).context["form"].errors) == ["from_on"]
    client.post(address, {"place": "广东省", "unknown": "on"})
    absence = cast.grandmother.absences.get()
    assert (absence.from_on, absence.from_known) == (date(2026, 11, 23), False)


def test_a_refused_move_leaves_the_first_absence_open(cast, sign_in, everything):
    address = reverse("guardians:absence_add", args=[cast.child.code, cast.mother.code])
    response = sign_in(cast.caseworker).post(address, {"place": "浙江省", "from_on": "2025-01-01"})
    assert response.context["form"].errors
    assert Absence.objects.get(relative=cast.mother).until_on is None


def test_the_mother_is_back(cast, sign_in, everything):
    address = reverse("guardians:absence_end", args=[cast.child.code, cast.mother.code])
    client = sign_in(cast.caseworker)
    assert list(client.post(address, {"on": "2025-01-01"}).context["form"].errors) == ["on"]
    client.post(address, {"on": "2026-11-20"})
    assert cast.mother.absences.get().until_on == date(2026, 11, 20)


def test_a_situation_begins_and_ends(cast, sign_in, everything):
    names = [cast.child.code, cast.grandmother.code]
    client = sign_in(cast.caseworker)
    client.post(reverse("guardians:situation_add", args=names), {"kind": "ill", "from_on": "2026-10-01"})
    client.post(reverse("guardians:situation_end", args=[*names, "ill"]), {"on": "2026-11-01"})
    assert cast.grandmother.situations.values_list("kind", "from_on", "until_on").get() == (
        "ill",
        date(2026, 10, 1),
        date(2026, 11, 1),
    )


def test_the_care_goes_to_somebody_else_with_its_papers(cast, sign_in, everything):
    aunt = factories.relative(cast.child, relation="90", name="张秀")
    address = reverse("guardians:entrust", args=[cast.child.code])
    client = sign_in(cast.caseworker)
    typed = {"relative": cast.foreign_father.code, "from_on": "2026-11-01"}
    assert list(client.post(address, typed).context["form"].errors) == ["relative"]
    client.post(address, {"relative": aunt.code, "from_on": "2026-11-01", "agreement_signed_on": "2026-11-02"})
    old, new = cast.child.entrustments.order_by("from_on")
    assert (old.until_on, new.relative, new.agreement_signed_on) == (date(2026, 11, 1), aunt, date(2026, 11, 2))
    papers = reverse("guardians:care_edit", args=[cast.child.code])
    client.post(papers, {"village_notified_on": "2026-11-03"} | opened(client, papers))
    new.refresh_from_db()
    assert (new.village_notified_on, new.agreement_signed_on) == (date(2026, 11, 3), None)
    client.post(reverse("guardians:care_end", args=[cast.child.code]), {"on": "2026-11-20"})
    assert Entrustment.objects.get(pk=new.pk).until_on == date(2026, 11, 20)


def test_the_dead_are_not_offered_as_carers(cast, sign_in, everything):
    factories.situation(cast.mother, kind="dead")
    choices = sign_in(cast.caseworker).get(reverse("guardians:entrust", args=[cast.child.code])).context["form"]
    assert [code for code, _name in choices.fields["relative"].choices] == ["", cast.grandmother.code]


def test_a_doubtful_number_of_a_relative_is_asked_about_and_gives_the_year(cast, sign_in, everything):
    address = reverse("guardians:relative_add", args=[cast.child.code])
    typed = {"relation": "51", "name": "张建国", "id_number": "500116198505060011"}
    client = sign_in(cast.caseworker)
    form = client.post(address, typed).context["form"]
    assert len(form.warnings) == 1
    client.post(address, typed | {"acknowledged": form.doubts})
    assert Kinship.objects.get(relation="51", child=cast.child).relative.born_year == 1985
