"""Carries out planned work, many rows at a time. Everything slow (readings of names, sealing, building rows) happens
before the transaction begins: while it runs nobody else can write on SQLite."""

from __future__ import annotations

import functools
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any
from uuid import UUID

from django.db import models

from caseworks.access import NOT_YET
from caseworks.encryption import SealedField, fill_indexes
from caseworks.exchange.work import Fields, Work
from children import names
from children.facts.kinds import KINDS
from children.models import Arrival, Child, Enrolment, Reach, Residence
from children.reach import open_many
from guardians.models import Absence, Declaration, Entrustment, Kinship, Relative, Situation

PIECE = 1000
# the kinds of dated facts that a roster carries
FACTS = ("schooling", "disability", "illness", "rating", "livelihood", "relief", "hardship", "need", "facet")
# the tables an import writes, in the order in which their rows can be made
TABLES: dict[str, Any] = {
    "child": Child,
    "relative": Relative,
    "kinship": Kinship,
    "enrolment": Enrolment,
    "residence": Residence,
    "absence": Absence,
    "situation": Situation,
    "care": Entrustment,
    "declaration": Declaration,
    **{key: KINDS[key].model for key in FACTS},
}
# what the rows of the others are about
BY_RELATIVE = frozenset({"absence", "situation"})
BY_CHILD = frozenset({"kinship", "enrolment", "residence", "care", "declaration", *FACTS})


class MovedError(Exception):
    """Somebody changed one of these records after the plan was made: plan again."""


def pieces(rows: list[Any], size: int = PIECE) -> Iterator[list[Any]]:
    """Some rows at a time."""
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


def counts_versions(model: type[models.Model]) -> bool:
    """True if rows of the model count their versions."""
    return any(field.name == "version" for field in model._meta.concrete_fields)


def built(work: Work, table: str, fields: Fields) -> Any:
    """The row that a step of the work makes, not saved."""
    if table == "child":
        return Child(pk=work.child_id, **fields).derive()
    return TABLES[table](**fields, **({"child_id": work.child_id} if table in BY_CHILD else {}))


@functools.cache
def _sealed_fields(model: type[models.Model]) -> list[SealedField]:
    return [field for field in model._meta.concrete_fields if isinstance(field, SealedField)]


def ready(row: models.Model) -> Any:
    """Index and seal a row now, not while others wait."""
    if sealed := _sealed_fields(type(row)):
        fill_indexes(row)
        for field in sealed:
            row.__dict__[field.attname] = field.pre_save(row, True)
    return row


def ready_rows(work: Work) -> Iterator[tuple[str, Any]]:
    """The rows a work makes, each with its table, indexed and sealed."""
    for table, fields in work.made:
        yield table, ready(built(work, table, fields))


class Writer:
    """Collects the work of many rows as model rows; `write()` puts them in, in the running transaction.

    With `batch`, the archives are new and stay hidden: nobody sees them before `open_batch`. What others see already is
    changed by atonce.py.
    """

    def __init__(self, works: Iterable[Work], *, batch: UUID | None = None) -> None:
        self.rows: dict[str, list[Any]] = {table: [] for table in TABLES}
        self.roads: list[Reach] = []
        self.arrivals: list[Arrival] = []
        self.ended: dict[tuple[str, date, int | None], list[UUID]] = defaultdict(list)
        self.amended: dict[tuple[str, int | None, str], tuple[Fields, list[UUID]]] = {}
        self.batch = batch
        for work in works:
            self._add(work)

    def _add(self, work: Work) -> None:
        for table, row in ready_rows(work):
            self.rows[table].append(row)
            if table == "child" and self.batch:
                self.arrivals.append(Arrival(child_id=work.child_id, batch=self.batch))
        until = NOT_YET if self.batch else None
        self.roads += [Reach(child_id=work.child_id, via=via, path=path, until_on=until) for via, path in work.opened]
        for table, key, version in work.ended:
            self.ended[table, work.on, version].append(key)
        for table, key, version, fields, _before in work.amended:
            self.amend(table, key, version, fields)

    def amend(self, table: str, key: UUID, version: int | None, fields: Fields) -> None:
        """Give a row other values; rows that get the same ones are written together."""
        same = table, version, json.dumps(fields, default=str)
        self.amended.setdefault(same, (fields, []))[1].append(key)

    @property
    def counts(self) -> Counter[str]:
        """How many rows it makes, by model."""
        made = Counter({TABLES[table]._meta.label: len(rows) for table, rows in self.rows.items()})
        made[Reach._meta.label] = len(self.roads)
        return made

    def write(self) -> None:
        """Write everything. Raises MovedError, or IntegrityError if a child, a relative or an ID number has changed hands
        since the plan; the transaction is then to be given up."""
        for piece in pieces(self.rows["child"]):
            Child.objects.bulk_create(piece)
        for road in pieces(self.roads):
            open_many(road)
        Arrival.objects.bulk_create(self.arrivals)
        for (table, on, version), keys in self.ended.items():
            self._change(TABLES[table], keys, {"until_on": on}, version, until_on=None)
        for table, model in TABLES.items():
            if table != "child":
                for piece in pieces(self.rows[table]):
                    model.objects.bulk_create(piece)
        for (table, version, _same), (fields, keys) in sorted(self.amended.items(), key=_in_order):
            self._change(TABLES[table], keys, _with_derived(table, fields), version)

    def _change(self, model: Any, keys: list[UUID], fields: Fields, version: int | None, **still: Any) -> None:
        """Change rows that are still as they were; raises MovedError if one is not."""
        if version is not None and counts_versions(model):
            still, fields = {**still, "version": version}, {**fields, "version": version + 1}
        for piece in pieces(keys):
            if model.objects.filter(pk__in=piece, **still).update(**fields) != len(piece):
                raise MovedError


def _in_order(entry: Any) -> Any:
    (_table, version, _same), _rest = entry
    return version or 0


def _with_derived(table: str, fields: Fields) -> Fields:
    if table != "child" or "name" not in fields:
        return fields
    name = fields["name"]
    return {**fields, "name_order": names.sort_key(name), "search_text": names.search_text(name)}


def open_batch(batch: UUID) -> None:
    """Let everyone see the archives of a batch, at once: the last step of an import."""
    arrived = Arrival.objects.filter(batch=batch)
    Reach.objects.filter(child__in=arrived.values("child"), until_on=NOT_YET).update(until_on=None)
    arrived.delete()
