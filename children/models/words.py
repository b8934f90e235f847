"""The words by which children are found: an index of `Child.search_text`, word by word."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db import models
from django.db.models import Q

from caseworks.models import PathField

LONGEST = 40


class NameWord(models.Model):
    """One word by which a child is found: a part of the name, its pinyin, its initials (children/names.py).

    It repeats `Child.search_text`, so that a search in a county of a hundred thousand asks an index. It is asked only
    inside queries that have a scope, and every way to write children keeps it (`ChildQuerySet`, `Child.save`).
    """

    pk = models.CompositePrimaryKey("word", "child_id")
    word = PathField(max_length=LONGEST)  # compared byte by byte, so that a beginning is a range
    child = models.ForeignKey("children.Child", on_delete=models.CASCADE, related_name="+")


def beginning(words: str) -> Q:
    """The condition that a word begins with what was typed."""
    typed = words[:LONGEST]
    return Q(word__gte=typed, word__lt=typed + "\U0010ffff")


def first_children(rows: models.QuerySet[NameWord], most: int) -> list[UUID]:
    """The children of the first words, so many at most; each once, though several of its words are among them."""
    keys = rows.order_by("word", "child").values_list("child", flat=True)
    enough = most + most // 2  # some children are found by two words: z finds zhangwei and zw
    while True:
        found = list(keys[:enough])
        children = list(dict.fromkeys(found))
        if len(children) >= most or len(found) < enough:
            return children[:most]
        enough *= 4


def words_of(search_text: str) -> set[str]:
    """The words of a text made by `names.search_text`. One that another begins with is left out: who types it finds the
    other."""
    words = sorted({word[:LONGEST] for word in search_text.split(" ") if word})
    return {word for word, after in zip(words, [*words[1:], ""], strict=True) if not after.startswith(word)}


def index(texts: Iterable[tuple[UUID, str]]) -> None:
    """Write the words of new children: (key, search text) pairs."""
    rows = [NameWord(child_id=key, word=word) for key, text in texts for word in words_of(text)]
    NameWord.objects.bulk_create(rows, batch_size=2000)


def index_anew(texts: Iterable[tuple[UUID, str]]) -> None:
    """Replace the words of children whose names have changed."""
    texts = list(texts)
    NameWord.objects.filter(child__in=[key for key, _text in texts]).delete()
    index(texts)
