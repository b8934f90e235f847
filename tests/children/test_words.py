"""The words by which children are found in a large area are those of their names, whichever way a name was written."""

from __future__ import annotations

import pytest
from django.utils import timezone

from caseworks import access
from children import names
from children.models import Child, NameWord
from children.models.words import words_of
from guardians.finding import found_by
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def everybody(as_everyone):
    """Scope EVERYONE, in which the words are asked."""


def _agrees() -> bool:
    kept = {(row.child_id, row.word) for row in NameWord.objects.all()}
    return kept == {(child.pk, word) for child in Child.objects.all() for word in words_of(child.search_text)}


def test_a_word_another_begins_with_is_left_out():
    assert words_of(names.search_text("张伟")) == {"张伟", "zhangwei", "zw", "伟", "wei"}


@pytest.mark.usefixtures("everybody")
def test_every_door_keeps_them():
    one = factories.child("张伟")
    assert _agrees()
    one.name = "王小明"
    one.save()
    assert _agrees()
    name = "单云"
    Child.objects.filter(pk=one.pk).update(
        name=name, name_order=names.sort_key(name), search_text=names.search_text(name)
    )
    assert _agrees()
    rows = [
        Child(name=name, sex="1", born_on="2015-01-01", opened_on="2020-01-01").derive() for name in ("李四", "李五")
    ]
    Child.objects.bulk_create(rows)
    assert _agrees()
    rows[0].name = "赵六"
    Child.objects.bulk_update([rows[0].derive()], ["name", "name_order", "search_text"])
    assert _agrees()
    assert Child.objects.matching("zl").get() == rows[0]
    one.delete()
    assert _agrees()
    assert NameWord.objects.count() > 8


@pytest.mark.parametrize("person", ["officer", "caseworker", "stranger"])
@pytest.mark.parametrize(
    "words", ["z", "张", "xiao", "zxy", "雨", "shan", "dyf", "李明", "q", "x" * 60, "张小雨张小雨"]
)
def test_a_county_finds_whom_reading_every_name_finds(cast, person, words):
    """Two ways to look, one answer."""
    factories.child("单山", school=cast.school, village=cast.village)
    with access.scope(getattr(cast, person), today=timezone.localdate()):
        read = {child for child in Child.objects.all() if f" {words}" in child.search_text}
        assert set(Child.objects.matching(words)) == read
        assert set(Child.objects.matching(words, most=10)) == read
        assert set(found_by(Child.objects.all(), words)) == read


def test_at_most_so_many_within_reach(cast):
    """The other county's children do not use up the places."""
    for _number in range(5):
        factories.child("张一", school=cast.foreign_school, village=cast.foreign_village)
    with access.scope(cast.officer, today=timezone.localdate()):
        assert Child.objects.matching("zhang", most=2).count() == 2
        assert Child.objects.matching("zhang", most=1).count() == 1


def test_a_child_found_by_several_words_counts_once(cast):
    for _number in range(3):
        factories.child("张张张张张张", school=cast.school)
    with access.scope(cast.officer, today=timezone.localdate()):
        assert Child.objects.matching("zh", most=4).count() == 4
        assert Child.objects.matching("zh", most=9).count() == 5
