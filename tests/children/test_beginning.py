"""Search before create."""

from __future__ import annotations

import pytest
from django.urls import reverse

from caseworks.models import AuditEvent
from tests import factories

pytestmark = pytest.mark.django_db
BEGIN = reverse("children:begin")


def _found(response) -> list[str]:
    return [place.child.name for place in response.context.get("hits") or []]


@pytest.mark.parametrize(
    "typed",
    [
        {"name": "张小雨"},
        {"name": "章晓宇"},
        {"name": "xiaoyu"},
        {"id_number": "5001 1720 1403 0243 25"},
        {"phone": "139-0000-1111"},
    ],
)
def test_likely_archives_are_shown_with_enough_to_tell_them_apart(cast, sign_in, typed):
    response = sign_in(cast.clerk).post(BEGIN, typed)
    assert "张小雨" in _found(response)
    text = response.content.decode()
    assert "2014-03-02" in text
    assert "石镇小学" in text


def test_one_of_the_three_is_asked_for(cast, sign_in):
    assert sign_in(cast.clerk).post(BEGIN, {}).context["form"].has_error("__all__", "required")


def test_a_closed_archive_is_found_too(cast, sign_in):
    factories.child("旧人", school=cast.school, closed_on=factories.LONG_AGO)
    assert _found(sign_in(cast.clerk).post(BEGIN, {"name": "旧人"})) == ["旧人"]


def test_an_archive_elsewhere_is_said_neutrally(cast, sign_in):
    response = sign_in(cast.clerk).post(BEGIN, {"id_number": cast.foreigner.id_number, "name": "单"})
    text = response.content.decode()
    assert reverse("handovers:ask") in text
    assert 'name="new"' not in text
    assert [word for word in ("单云飞", "云县", "云村", cast.foreigner.code) if word in text] == []
    assert AuditEvent.objects.filter(action="child.searched", by=cast.clerk).count() == 1


@pytest.mark.parametrize("typed", [{"name": "单云飞"}, {"phone": "13812345678"}])
def test_names_and_telephones_elsewhere_find_nobody(cast, sign_in, typed):
    response = sign_in(cast.clerk).post(BEGIN, typed)
    assert _found(response) == []
    assert reverse("handovers:ask") not in response.content.decode()


def test_what_was_typed_goes_on_into_the_new_archive(cast, sign_in):
    typed = {"name": "赵 敏", "id_number": "500117201405060028", "new": "1"}
    response = sign_in(cast.clerk).post(BEGIN, typed)
    text = response.content.decode()
    assert response.templates[0].name == "children/create.html"
    assert 'value="赵敏"' in text
    assert 'value="500117201405060028"' in text
    assert f'action="{reverse("children:create")}"' in text
