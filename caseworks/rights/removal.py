"""What belongs to one child's archive, and how it is removed.

Nothing here lists models: what hangs on a child by a foreign key goes with the child, and what several children may share
(a parent, a visit to two siblings) is found by the link tables that the scope itself uses. A record that is added later
is removed without anybody thinking of it, or the tests fail.

Whether somebody is shared must be asked beyond the reach of whoever acts: a father whose other child lives in another
county stays. So every child is put in scope for it, for a reason that the audit trail keeps.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from django.apps import apps
from django.db import models

from caseworks import access
from caseworks.exchange.models import RosterFrame, StagedRow
from caseworks.models import Submission
from caseworks.scoped import AboutChildren
from children.models import Child

ERASED_NAME = "×××"
# what else goes when an archive goes, such as files on a disk: called with the child before anything is removed, inside the
# transaction; returns how many things went, by kind. Whoever keeps such things adds a function in their `apps.py`.
also_removes: list[Callable[[Child], dict[str, int]]] = []


def records_about_children() -> Iterator[type[models.Model]]:
    """Every model of records about children."""
    return (model for model in apps.get_models() if issubclass(model, AboutChildren))


def shareable() -> Iterator[tuple[Any, type[models.Model], str]]:
    """Every model whose rows several children may share: the model, its link table, and the link's field that names it."""
    for model in records_about_children():
        through: Any = getattr(model, "scope_through", None)
        if through is not None and getattr(model, "scope_column", "") == "pk":
            yield model, apps.get_model(through[0]), through[1]


def _own_and_shared(child: Child) -> Iterator[tuple[Any, set[Any], int]]:
    """For each such model: the rows that only this child has, and how many are shared with other children."""
    for model, link, field in shareable():
        rows: Any = link.objects  # type: ignore[attr-defined]
        mine = set(rows.filter(child=child).values_list(field, flat=True))
        theirs = set(rows.filter(**{f"{field}__in": mine}).exclude(child=child).values_list(field, flat=True))
        for other in records_about_children():
            theirs |= _named_by_others(other, model, mine - theirs, child)
        yield model, mine - theirs, len(mine & theirs)


def _named_by_others(other: Any, model: Any, keys: set[Any], child: Child) -> set[Any]:
    """Those of the rows that a record about another child names directly: the carer of a neighbour's child, say."""
    found: set[Any] = set()
    fields = [field for field in other._meta.concrete_fields if field.is_relation and field.related_model is model]
    if keys and fields and any(field.name == "child" for field in other._meta.concrete_fields):
        for field in fields:
            rows = other.objects.filter(**{f"{field.name}__in": keys}).exclude(child=child)
            found |= set(rows.values_list(field.attname, flat=True))
    return found


Counts = dict[str, int]


def remove_wholly(child: Child) -> tuple[Counts, Counts]:
    """Erase the archive now: also the texts of other archives lose the child's name, and rosters that wait lose the row.

    Returns how many records of each kind went, and how many were kept because other children share them. The caller
    holds the transaction and records the event.
    """
    with access.everyone("erasing an archive: what other children share must stay"):
        _take_the_name_out(child)
        rows = _waiting_rows(child)
        removed, unlinked = remove(child)
    return _told(Counter(removed) + Counter(rows)), unlinked


def remove(child: Child) -> tuple[Counts, Counts]:
    """Remove the archive and everything that is only this child's, with every child in scope; returns the same."""
    removed: Counter[str] = Counter()
    unlinked: Counter[str] = Counter()
    code, key = child.code, child.pk
    for also in also_removes:
        removed.update(also(child))
    lists = list(_own_and_shared(child))
    removed.update(child.delete()[1])
    for model, own, shared in lists:
        removed.update(model.objects.filter(pk__in=own).delete()[1])
        unlinked[model._meta.label] += shared
    # where a form led when it was saved: the address names the archive
    removed.update(Submission.objects.filter(location__contains=code).delete()[1])
    removed.update(StagedRow.objects.filter(child=key).delete()[1])
    return _told(removed), _told(unlinked)


def _told(counts: Counter[str]) -> dict[str, int]:
    return {label: number for label, number in sorted(counts.items()) if number}


def _take_the_name_out(child: Child) -> None:
    """Texts that other children's records keep lose the child's name: the note of a visit to two siblings, say."""
    if len(child.name) < 2:
        return
    for model, link, field in shareable():
        rows: Any = link.objects  # type: ignore[attr-defined]
        mine = rows.filter(child=child).values(field)
        texts = [each.name for each in model._meta.concrete_fields if getattr(each, "multiline", False)]
        if texts:
            _replace(model.objects.filter(pk__in=mine), texts, child.name)
        around = rows.filter(**{f"{field}__in": mine}).exclude(child=child).values("child")
        _replace(Child.objects.filter(pk__in=around), ["notes"], child.name)


def _replace(rows: Any, texts: list[str], name: str) -> None:
    for row in rows:
        for text in texts:
            if name in getattr(row, text):
                row.__class__.objects.filter(pk=row.pk).update(**{text: getattr(row, text).replace(name, ERASED_NAME)})


def _waiting_rows(child: Child) -> Counts:
    """Take out rows of rosters that wait, or were refused, and carry the child's ID number, or the name and the birth
    date. They are sealed, so each is opened; there are few, because rows that went in are empty."""
    rows = StagedRow.objects.exclude(cells="").only("cells").iterator(chunk_size=500)
    found = [row.pk for row in rows if _speaks_of(child, " ".join(map(str, row.cells)))]
    number = 0
    for start in range(0, len(found), 500):
        number += StagedRow.objects.filter(pk__in=found[start : start + 500]).delete()[0]
    return {"exchange.StagedRow": number, "exchange.RosterFrame": _frames_that_name(child)}


def _frames_that_name(child: Child) -> int:
    """Take out what was kept of the look of a roster, if a title or a drop-down list in it has the child's name: rows that
    stay out of that roster then come back in a plain sheet."""
    frames = RosterFrame.objects.only("content").iterator(chunk_size=50)
    found = [frame.pk for frame in frames if child.name in json.dumps(frame.content, ensure_ascii=False)]
    return RosterFrame.objects.filter(pk__in=found).delete()[0]


def _speaks_of(child: Child, text: str) -> bool:
    days = (f"{child.born_on:%Y-%m-%d}", f"{child.born_on:%Y%m%d}")
    by_number = bool(child.id_number) and child.id_number.casefold() in text.casefold()
    return by_number or (child.name in text and any(day in text for day in days))
