"""Replacing the data key while people work.

A new key seals everything that is written from the moment it is in the file. What was written before is sealed again in
chunks, each in a short transaction of its own, so that nobody waits long and a run that is broken off is simply started
again. Only data keys can be replaced; an index key cannot, because the look-ups of every process would have to change
in the same moment.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import models, transaction
from django.db.models import Count, Q
from django.db.models.functions import Substr

from caseworks import keyring
from caseworks.encryption import SealedField
from caseworks.models import KeyCheck

CHUNK = 500
SECONDS_BETWEEN_CHUNKS = 0.05
MOST_PASSES = 5


def sealed_models() -> Iterator[tuple[type[models.Model], list[str]]]:
    """Every model with sealed fields, and their names."""
    for model in apps.get_models():
        names = [field.name for field in model._meta.concrete_fields if isinstance(field, SealedField)]
        if names:
            yield model, names


def _rows(model: type[models.Model]) -> models.QuerySet[Any]:
    return model.objects.order_by()  # type: ignore[attr-defined]


def _with_key(model: type[models.Model], name: str) -> models.QuerySet[Any]:
    """Rows whose field holds a value, with the first byte of it: the number of its key."""
    first = Substr(name, 1, 1, output_field=models.BinaryField())
    return _rows(model).exclude(**{name: ""}).annotate(sealed_with=first)


def values_by_key() -> Counter[int]:
    """How many values are sealed with each key."""
    found: Counter[int] = Counter()
    for model, names in sealed_models():
        for name in names:
            for first, count in _with_key(model, name).values_list("sealed_with").annotate(Count("pk")):
                found[bytes(first)[0]] += count
    return found


def _sealed_with_another(model: type[models.Model], names: list[str], newest: int) -> models.QuerySet[Any]:
    stale = Q(pk__in=[])
    for name in names:
        stale |= Q(pk__in=_with_key(model, name).exclude(sealed_with=bytes([newest])).values("pk"))
    return _rows(model).filter(stale).only("pk", *names).order_by("pk")


def _one_pass(model: type[models.Model], names: list[str], newest: int, pause: float) -> int:
    """Seal again what is not sealed with the newest key; rows that somebody is writing just now are left for later."""
    done, last = 0, None
    while True:
        with transaction.atomic():
            rows = _sealed_with_another(model, names, newest).select_for_update(skip_locked=True)
            chunk = list((rows if last is None else rows.filter(pk__gt=last))[:CHUNK])
            _rows(model).bulk_update(chunk, names)
        if not chunk:
            return done
        done, last = done + len(chunk), chunk[-1].pk
        time.sleep(pause)


def seal_again(model: type[models.Model], names: list[str], *, pause: float = SECONDS_BETWEEN_CHUNKS) -> int:
    """Seal every value of a model with the newest key; returns how many rows were changed."""
    newest, done = keyring.current().newest("data")[0], 0
    for _ in range(MOST_PASSES):
        done += _one_pass(model, names, newest, pause)
        if not _sealed_with_another(model, names, newest).exists():
            break
        time.sleep(pause)
    return done


def forget_unused_keys() -> list[int]:
    """Data keys that no value needs any more; their canaries go, so that their lines can be taken out of the file."""
    used = {*values_by_key(), keyring.current().newest("data")[0]}
    unused = KeyCheck.objects.filter(purpose="data").exclude(identifier__in=used)
    found = sorted(unused.values_list("identifier", flat=True))
    unused.delete()
    return found
