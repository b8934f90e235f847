"""How names are kept, found and sorted."""

from __future__ import annotations

import pytest

from children import names
from children.models import Child
from tests import factories


@pytest.mark.parametrize(
    ("surname", "reading"),
    [("单", "shan"), ("曾", "zeng"), ("仇", "qiu"), ("解", "xie"), ("查", "zha"), ("区", "ou"), ("朴", "piao"),
     ("盖", "ge"), ("缪", "miao"), ("任", "ren"), ("翟", "zhai"), ("覃", "qin"), ("乐", "yue"), ("尉", "wei")],
)  # fmt: skip
def test_a_surname_is_sorted_and_found_by_its_reading_as_a_surname(surname, reading):
    name = f"{surname}小雨"
    assert names.sort_key(name) == f"{reading} xiao yu"
    assert f" {reading}xiaoyu" in names.search_text(name)
    assert f" {reading[0]}xy" in names.search_text(name)


def test_whoever_knows_only_the_usual_reading_finds_the_name_too():
    assert {" shanyunfei", " danyunfei"} <= set(names.search_text("单云飞").replace(" ", "| ").split("|"))


@pytest.mark.parametrize(
    ("name", "reading"),
    [("欧阳小雨", "ou yang xiao yu"), ("尉迟敬", "yu chi jing"), ("长孙无忌", "zhang sun wu ji")],
)
def test_surnames_of_two_characters(name, reading):
    assert names.sort_key(name) == reading
    assert " " + reading.replace(" ", "") in names.search_text(name)


def test_a_given_name_is_not_read_as_a_surname():
    assert names.sort_key("王单") == "wang dan"


@pytest.mark.parametrize(
    ("written", "kept"),
    [(" 张  伟 ", "张伟"), ("张\u3000伟", "张伟"), ("张\u200b伟", "张伟"), ("Ｊｏｈｎ  Ｓｍｉｔｈ", "John Smith"),
     ("阿卜杜拉·买买提", "阿卜杜拉·买买提"), ("", "")],
)  # fmt: skip
def test_a_name_is_kept_clean(written, kept):
    assert names.clean(written) == kept


def test_lists_are_in_reading_order():
    assert sorted(["赵一", "陈二", "单三", "张伟", "安五"], key=names.sort_key) == [
        "安五",
        "陈二",
        "单三",
        "张伟",
        "赵一",
    ]


def test_an_empty_name_has_no_words():
    assert (names.sort_key(""), names.search_text("")) == ("", "")


@pytest.mark.django_db
@pytest.mark.usefixtures("as_everyone")
@pytest.mark.parametrize(
    "words",
    ["张伟", "张", "伟", "zhangwei", "zhang", "wei", "zw", "w", "ZhangWei", "zhang wei", "ｚｗ", "432X", "432x",
     "50011620150506432X", "50011620150506432x"],
)  # fmt: skip
def test_a_child_is_found_by_whatever_one_remembers(words):
    found = factories.child("张伟", id_number="50011620150506432X")
    factories.child("李明", id_number="500116201505061234")
    assert list(Child.objects.matching(words)) == [found]


@pytest.mark.django_db
@pytest.mark.usefixtures("as_everyone")
def test_a_child_is_found_by_the_archive_code():
    found = factories.child("张伟")
    factories.child("李明")
    assert list(Child.objects.matching(found.code.lower())) == [found]


@pytest.mark.django_db
@pytest.mark.usefixtures("as_everyone")
@pytest.mark.parametrize("words", ["angwei", "hw", "王", "%", "_", "' OR 1=1", "9" * 10_000])
def test_what_no_name_begins_with_finds_nobody(words):
    factories.child("张伟")
    assert not Child.objects.matching(words).exists()


def test_a_very_long_name_fits_into_the_index_and_is_found_by_its_beginning():
    name = "阿卜杜热合曼" * 6
    text = names.search_text(name)
    assert len(text.encode()) <= 2000
    assert f" {name} " in text
    assert " " + names.sort_key(name).replace(" ", "")[:30] in text
    assert names.search_text("张伟") == " 张伟 zhangwei zw 伟 wei w"
