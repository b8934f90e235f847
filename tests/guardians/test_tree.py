"""The household page: the children of one family, who is away and who cares."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from caseworks import access
from caseworks.models import AuditEvent
from guardians.tree import tree
from tests import factories

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)


def _page(child) -> str:
    return reverse("children:household", args=[child.code])


def test_each_person_stands_once_with_the_children_they_belong_to(cast):
    own = factories.relative(cast.child, relation="61", name="张爷爷")
    with access.scope(cast.caseworker, today=TODAY):
        family = tree(cast.sibling, TODAY)
    assert family.children == (cast.child, cast.sibling)
    assert [(person.member.relative.name, person.children) for person in family.people] == [
        ("王芳", [cast.child, cast.sibling]),
        (own.name, [cast.child]),
        ("陈桂英", [cast.child, cast.sibling]),
    ]
    [grandmother] = [person for person in family.grandparents if person.cares_for]
    assert grandmother.cares_for == [cast.child, cast.sibling]
    assert [person.member.away is not None for person in family.parents] == [True]
    assert family.others == []


def test_siblings_out_of_reach_are_not_named(cast, sign_in):
    far = factories.child("张远方", school=cast.foreign_school, village=cast.foreign_village)
    with access.everyone("test"):
        far.kinships.create(relative=cast.mother, relation="52")
    assert "张远方" not in sign_in(cast.caseworker).get(_page(cast.child)).content.decode()


def test_the_page_says_who_is_away_and_who_cares_and_is_recorded(cast, sign_in):
    text = sign_in(cast.caseworker).get(_page(cast.child)).content.decode()
    for words in ("王芳", "广东省东莞市", "陈桂英", "张小山", "五年级"):
        assert words in text
    assert "13900001111" not in text
    assert AuditEvent.objects.filter(action="child.viewed", object_id=cast.child.pk).count() == 1


def test_an_empty_household_says_what_to_do(cast, sign_in):
    alone = factories.child("独", village=cast.village)
    text = sign_in(cast.caseworker).get(_page(alone)).content.decode()
    assert reverse("guardians:relative_add", args=[alone.code]) in text


@pytest.mark.parametrize("number", [1, 3])
def test_it_costs_the_same_for_one_child_and_for_three(cast, sign_in, number, django_assert_num_queries):
    children = [
        factories.child(f"赵{one}", village=cast.village, born_on=date(2012 + one, 1, 1)) for one in range(number)
    ]
    for relation in ("51", "52", "62")[:number]:
        factories.absence(factories.relative(*children, relation=relation))
    factories.relative(*children, relation="52", name="母亲")
    client = sign_in(cast.caseworker)
    client.get(_page(children[0]))
    with django_assert_num_queries(15):
        client.get(_page(children[0]))
