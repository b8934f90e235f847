"""What is on record about a child at all: one question, instead of one to each of twenty tables that are mostly empty."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from functools import lru_cache

from django.db.models import Exists, Model, OuterRef, Q

from caseworks.conditions import Holds
from caseworks.scoped import subquery
from children.models import Child


@lru_cache(None)
def _is_held(model: type[Model]) -> Callable[[date], Q]:
    return lambda _on: Q(Exists(subquery(model).filter(child=OuterRef("pk"))))


def held_about(child: Child, models: Iterable[type[Model]]) -> frozenset[type[Model]]:
    """Those of the models, each with a field `child`, of which there is a row about the child."""
    asked = {f"holds_{model._meta.model_name}": model for model in models}
    answers = {name: Holds(Child, _is_held(model), date.min) for name, model in asked.items()}
    rows = Child.objects.filter(pk=child.pk).annotate(**answers).values(*answers)
    return frozenset(model for row in rows for name, model in asked.items() if row[name])
