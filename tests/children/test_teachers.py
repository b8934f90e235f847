"""Class teachers: entered class by class, for one school year, printed on the cards."""

from __future__ import annotations

import pytest
import time_machine
from django.urls import reverse

from caseworks.models import AuditEvent
from children.models import ClassTeacher
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def school(cast):
    factories.child("李小红", school=cast.school, grade="6", class_name="2班")
    return cast.school


def entered(page) -> dict[str, str]:
    """Class → the name of the field."""
    return {field.label: field.html_name for field in page.context["form"]}


def card(client, child) -> str:
    return client.get(reverse("papers:one", args=[child.code, "card"])).content.decode()


@time_machine.travel("2026-11-23T10:00:00+08:00", tick=False)
def test_entered_for_a_class_and_printed_until_the_school_year_ends(cast, school, sign_in):
    client, address = sign_in(cast.clerk), reverse("children:teachers_of", args=[school.code])
    field = entered(client.get(address))["五年级1班"]
    assert client.post(address, {field: "欧阳老师"}).status_code == 302
    row = ClassTeacher.objects.get()
    assert (row.school, row.year, row.grade, row.class_name, row.name) == (school, 2026, "5", "1班", "欧阳老师")
    assert AuditEvent.objects.get(action="teacher.set").changes["names"] == {"5/1班": "欧阳老师"}
    assert "欧阳老师" in card(client, cast.child)
    with time_machine.travel("2027-09-01T10:00:00+08:00", tick=False):
        assert "欧阳老师" not in card(sign_in(cast.clerk), cast.child)
    client.post(address, {field: "", f"initial-{field}": "欧阳老师"})
    assert not ClassTeacher.objects.exists()


@time_machine.travel("2026-11-23T10:00:00+08:00", tick=False)
def test_what_somebody_else_entered_meanwhile_stays(cast, school, sign_in):
    client, address = sign_in(cast.clerk), reverse("children:teachers_of", args=[school.code])
    fields = entered(client.get(address))
    ClassTeacher.objects.create(school=school, year=2026, grade="5", class_name="1班", name="先来的")
    client.post(address, {fields["五年级1班"]: "", f"initial-{fields['五年级1班']}": "", fields["六年级2班"]: "后来的"})
    assert dict(ClassTeacher.objects.values_list("grade", "name")) == {"5": "先来的", "6": "后来的"}


def test_an_office_chooses_one_of_its_schools_and_no_other(cast, school, sign_in):
    client, address = sign_in(cast.officer), reverse("children:teachers")
    assert client.get(address, {"school": cast.foreign_school.code}).status_code == 200  # not one of the choices
    chosen = client.get(address, {"school": school.code})["Location"]
    assert "五年级1班" in client.get(chosen).content.decode()
    assert sign_in(cast.clerk).get(address)["Location"] == chosen  # a school has nothing to choose
    assert client.get(reverse("children:teachers_of", args=[cast.foreign_school.code])).status_code == 404


def test_a_school_without_children_says_so(cast, sign_in):
    empty = factories.organization("empty", kind="school", parent=cast.town)
    page = sign_in(cast.officer).get(reverse("children:teachers_of", args=[empty.code]))
    assert "还没有登记学生" in page.content.decode()
