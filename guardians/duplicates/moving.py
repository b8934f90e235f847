"""Moving everything that names one record over to another, whatever part of the registry it belongs to, and back again.

Nothing here knows which records there are: it asks the models what refers to a child or a relative, so a kind of record
that is added later moves too. A row that may not stand twice with the survivor stays where it is, or, where it would
still be seen there, is dropped and remembered in full.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Any

from django.apps import apps
from django.core import serializers
from django.db import IntegrityError, models, transaction

from caseworks import access
from caseworks.encryption import BlindIndexField
from caseworks.privacy import group_of
from caseworks.scoped import BetweenOffices

# What does not come along, with the reason.
STAYS = {
    "children.Reach.child": "roads are made from the facts, after these have moved",
    "children.Arrival.child": "a roster that is still being written is not looked at",
    "children.NameWord.child": "words are made from the name, which each archive keeps",
    "rights.ErasureProposal.child": "what was decided about one archive was not decided about the other",
    "guardians.Merge.absorbed": "says which archive was closed by a merge; its own history",
}
# Facts of an archive that are not compared: they follow from a closing, or from the field before.
_OWN = ("closed_on", "exit_reason", "id_doubtful", "version")

Moves = dict[str, list[str]]


def relations_to(model: type[models.Model]) -> list[Any]:
    """Every foreign key of the registry that names this kind of record, also those without a way back. The link by which
    the record is reached comes last: once it has moved, the rest would be out of reach."""
    related = model._meta.get_fields(include_hidden=True)
    found = [each for each in related if each.auto_created and (each.one_to_many or each.one_to_one)]
    return sorted(found, key=lambda each: (_reaches(each), name_of(each)))


def _reaches(relation: Any) -> bool:
    return getattr(relation.related_model, "scope_links", "") == relation.field.name


def name_of(relation: Any) -> str:
    """`app.Model.field`, as tables of exceptions and the notes of a merge name it."""
    return f"{relation.related_model._meta.label}.{relation.field.name}"


def values_of(model: type[models.Model]) -> list[str]:
    """The facts that a record of this kind states itself, in the order of the model."""
    return [
        field.name
        for field in model._meta.concrete_fields
        if field.editable
        and not field.primary_key
        and not field.is_relation
        and field.name not in _OWN
        and not isinstance(field, BlindIndexField)
        and group_of(model, field.name).level != "public"
    ]


def _whole(model: type[models.Model]) -> AbstractContextManager[Any]:
    """What goes from office to office moves also where whoever merges is neither; the rest is in reach with the child."""
    between = issubclass(model, BetweenOffices)
    return access.everyone("hand-overs go along with a merged archive") if between else nullcontext()


def move(old: models.Model, new: models.Model, *, drop: bool = False) -> tuple[Moves, list[Any]]:
    """Let everything that names `old` name `new`. Returns what moved, and the rows that were dropped because the same
    stands with the survivor already (without `drop` these stay with `old`)."""
    moved: Moves = {}
    dropped: list[Any] = []
    for relation in relations_to(type(old)):
        name, field, rows = name_of(relation), relation.field.name, relation.related_model._default_manager
        if name in STAYS:
            continue
        with _whole(relation.related_model):
            for key in list(rows.filter(**{field: old.pk}).order_by("pk").values_list("pk", flat=True)):
                if _rename(rows, key, field, new.pk):
                    moved.setdefault(name, []).append(str(key))
                elif drop:
                    dropped += serializers.serialize("python", rows.filter(pk=key))
                    rows.filter(pk=key).delete()
    return moved, [_plain(row) for row in dropped]


def move_back(moved: Moves, dropped: list[Any], to: Any) -> None:
    """Take a move back: what came over names `to` again, and what was dropped is there again."""
    for name, keys in moved.items():
        label, _dot, field = name.rpartition(".")
        model = apps.get_model(label)
        with _whole(model):
            model._default_manager.filter(pk__in=keys).update(**{field: to})
    for row in serializers.deserialize("python", dropped):
        row.save(force_insert=True)


def _rename(rows: Any, key: Any, field: str, new: Any) -> bool:
    """Write the new name unless a rule of the database forbids it."""
    try:
        with transaction.atomic():
            return bool(rows.filter(pk=key).update(**{field: new}))
    except IntegrityError:
        return False


def _plain(row: Any) -> Any:
    """A serialized row in what JSON holds."""
    return {"model": row["model"], "pk": str(row["pk"]), "fields": {k: _text(v) for k, v in row["fields"].items()}}


def _text(value: Any) -> Any:
    return value if value is None or isinstance(value, bool | int | str | list | dict) else str(value)


def copied(row: models.Model, names: list[str]) -> dict[str, Any]:
    """These facts of a record, in what JSON holds."""
    return {name: _text(getattr(row, name)) for name in names}


def restore(row: models.Model, facts: dict[str, Any]) -> None:
    """Set the facts again as they were copied; whoever calls saves the row."""
    for name, value in facts.items():
        field: Any = row._meta.get_field(name)
        setattr(row, name, field.to_python(value))
