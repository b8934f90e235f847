"""Writes planned rows, many at a time. Everything slow (readings of names, building rows) happens before the
transaction begins: while it runs nobody else can write on SQLite."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db import models
from django.db.models import F

from caseworks.access import Via
from caseworks.exchange.work import Work
from children import names
from children.models import Child, Enrolment, Reach, Residence
from children.reach import open_many
from guardians.models import Absence, Declaration, Entrustment, Kinship, Relative, Situation

PIECE = 1000


class MovedError(Exception):
    """Somebody changed one of these records after the plan was made: plan again."""


def _pieces(rows: list[Any]) -> Iterator[list[Any]]:
    """Some rows at a time, taken out of the list: what is written needs no room any more."""
    while rows:
        piece = rows[:PIECE]
        del rows[:PIECE]
        yield piece


class Writer:
    """Collects the work of many rows as model rows; `write()` puts them in, in the running transaction."""

    def __init__(self, works: deque[Work]) -> None:
        self.rows: dict[type[models.Model], list[Any]] = {
            model: []
            for model in (
                Child, Reach, Relative, Kinship, Enrolment, Residence, Absence, Situation, Entrustment, Declaration,
            )
        }  # fmt: skip
        self.closed: dict[Any, list[Any]] = {model: [] for model in (Enrolment, Residence, Absence, Entrustment)}
        self.amended: list[tuple[Any, Any, dict[str, Any]]] = []
        self.versioned: list[tuple[Any, Any, int, dict[str, Any]]] = []
        self.closed_roads: list[tuple[Any, str, str]] = []
        self.on: date | None = None
        while works:  # each piece of work is let go as its rows are made: both at once would take twice the room
            self._add(works.popleft())

    def _add(self, work: Work) -> None:
        rows, on = self.rows, work.on
        self.on = on
        if work.new:
            rows[Child].append(Child(pk=work.child_id, **work.child).derive())
        elif work.child:
            self.versioned.append((Child, work.child_id, work.version, _with_derived(work.child)))
        if work.enrol:
            rows[Enrolment].append(Enrolment(child_id=work.child_id, **work.enrol))
            rows[Reach].append(Reach(child_id=work.child_id, via=Via.ENROLMENT, path=work.enrol["school"].path))
        if work.settle:
            rows[Residence].append(Residence(child_id=work.child_id, **work.settle))
            rows[Reach].append(Reach(child_id=work.child_id, via=Via.RESIDENCE, path=work.settle["village"].path))
        rows[Relative] += [Relative(**fields) for fields in work.relatives]
        rows[Kinship] += [
            Kinship(child_id=work.child_id, relative_id=key, relation=relation) for key, relation in work.kinships
        ]
        rows[Absence] += [Absence(**fields) for fields in work.absences]
        rows[Situation] += [Situation(relative_id=key, kind=kind, from_on=on) for key, kind in work.situations]
        if work.care:
            rows[Entrustment].append(Entrustment(child_id=work.child_id, **work.care))
        if work.declare:
            rows[Declaration].append(Declaration(child_id=work.child_id, **work.declare))
        self._add_changes(work)

    def _add_changes(self, work: Work) -> None:
        ended: tuple[tuple[Any, Any], ...] = (
            (Enrolment, work.close_enrolment),
            (Residence, work.close_residence),
            (Entrustment, work.close_care),
        )
        for model, key in ended:
            if key:
                self.closed[model].append(key)
        self.closed[Absence] += work.close_absences
        if work.amend_enrolment:
            self.versioned.append((Enrolment, *work.amend_enrolment))
        if work.amend_residence:
            self.versioned.append((Residence, *work.amend_residence))
        if work.amend_declaration:
            self.amended.append((Declaration, *work.amend_declaration))
        self.amended += [(Absence, key, {**fields, "version": F("version") + 1}) for key, fields in work.amend_absences]
        self.versioned += [(Relative, *change) for change in work.amend_relatives]
        self.closed_roads += [(work.child_id, via, path) for via, path in work.closed_roads]

    def write(self) -> Counter[str]:
        """Write everything; the answer counts rows by model. Raises MovedError, or IntegrityError if a child, a relative or
        an ID number has changed hands since the plan; the transaction is then to be given up."""
        rows = self.rows
        written = Counter({model._meta.label: len(made) for model, made in rows.items()})
        for piece in _pieces(rows[Child]):
            Child.objects.bulk_create(piece)
        for piece in _pieces(rows[Reach]):
            open_many(piece)
        for model, keys in self.closed.items():
            for piece in _pieces(keys):
                open_rows = model.objects.filter(pk__in=piece, until_on=None)
                if open_rows.update(until_on=self.on, version=F("version") + 1) != len(piece):
                    raise MovedError
        around: tuple[Any, ...] = (
            Relative, Kinship, Enrolment, Residence, Absence, Situation, Entrustment, Declaration,
        )  # fmt: skip
        for model in around:
            for piece in _pieces(rows[model]):
                model.objects.bulk_create(piece)
        for model, key, version, fields in self.versioned:
            if not model.objects.filter(pk=key, version=version).update(**fields, version=version + 1):
                raise MovedError
        for model, key, fields in self.amended:
            if not model.objects.filter(pk=key).update(**fields):
                raise MovedError
        for child, via, path in self.closed_roads:
            Reach.objects.filter(child=child, via=via, path=path).delete()
        return written


def _with_derived(fields: dict[str, Any]) -> dict[str, Any]:
    derived = dict(fields)
    if "name" in fields:
        derived |= {"name_order": names.sort_key(fields["name"]), "search_text": names.search_text(fields["name"])}
    return derived
