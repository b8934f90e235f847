"""Thousands of changes to archives that others see, all of them in one transaction that is over in a moment.

While it runs nobody else can write on SQLite. So everything is made ready before it begins: rows are built and sealed,
statements are written out, and whoever acts must reach every relative that is linked. What is left inside is to hand the
statements over, and to ask whether everything is still as it was: each row by its version, each child by its roads.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import connection, models

from caseworks import access, scoped
from caseworks.encryption import SealedField, blind_indexes
from caseworks.exchange.work import Fields, Work
from caseworks.exchange.writer import BY_RELATIVE, TABLES, MovedError, Writer, counts_versions, pieces, ready_rows
from children.models import Child, Reach
from children.reach import open_many

Statement = tuple[str, list[tuple[Any, ...]]]


@dataclass
class _Change:
    """What becomes of one row: the version it must still have, the last one that was planned from, its new values."""

    first: int | None
    last: int | None
    fields: Fields = field(default_factory=dict)


class Changes:
    """Collects what is to be changed; `make_ready()` before the transaction, `write()` inside it."""

    def __init__(self) -> None:
        self.made: dict[str, list[Any]] = {table: [] for table in TABLES}
        self.opened: list[Reach] = []
        self.closed: list[tuple[UUID, str, str]] = []
        self.children: set[UUID] = set()
        self._ended: dict[tuple[str, UUID], _Change] = {}
        self._amended: dict[tuple[str, UUID], _Change] = {}
        self._renamed: list[tuple[UUID, int | None, Fields]] = []
        self._before: list[Statement] = []
        self._after: list[Statement] = []
        self._linked: list[Statement] = []

    @classmethod
    def of(cls, works: Iterable[Work]) -> Changes:
        """The changes that some work asks for."""
        changes = cls()
        for work in works:
            changes._add(work)
        return changes

    def _add(self, work: Work) -> None:
        self.children.add(work.child_id)
        for table, row in ready_rows(work):
            self.made[table].append(row)
        for table, key, version in work.ended:
            self._ended[table, key] = _Change(version, version, {"until_on": work.on})
        for table, key, version, fields, _before in work.amended:
            self.amend(table, key, version, fields)
        self.opened += [Reach(child_id=work.child_id, via=via, path=path) for via, path in work.opened]
        self.closed += [(work.child_id, via, path) for via, path in work.closed]

    def amend(self, table: str, key: UUID, version: int | None, fields: Fields) -> None:
        """Give a row other values; several rows of a file may do so one after the other."""
        if table == "child" and "name" in fields:  # words to search by follow from it
            self._renamed.append((key, version, fields))
            return
        change = self._amended.setdefault((table, key), _Change(version, version))
        change.last = version
        change.fields |= fields

    @property
    def counts(self) -> Counter[str]:
        """How many rows are made, by model."""
        made = Counter({TABLES[table]._meta.label: len(rows) for table, rows in self.made.items()})
        made[Reach._meta.label] = len(self.opened)
        return made

    def make_ready(self) -> None:
        """Write out every statement, and require that whoever acts may link what is linked. Raises MovedError."""
        # whoever is linked to a child of this batch is asked about with the link
        linked = {row.relative_id for row in self.made["kinship"]}
        with access.arriving():
            for table, rows in self.made.items():
                asked = [row for row in rows if table not in BY_RELATIVE or row.relative_id not in linked]
                try:
                    for piece in pieces(asked):
                        scoped.require_reach(TABLES[table], piece)
                except access.ScopeError as error:  # a child has left, or a relative has got into other hands
                    raise MovedError from error
        self._before = _updates(self._ended, still_open=True)
        self._linked = [_insert(TABLES[table], rows) for table, rows in self.made.items() if rows]
        self._after = _updates(self._amended)

    def write(self) -> None:
        """Change everything, in the running transaction. Raises MovedError, or IntegrityError if a child, a relative or an ID
        number has changed hands since the plan; the transaction is then to be given up."""
        for keys in pieces(list(self.children)):
            if Child.objects.filter(pk__in=keys).count() != len(keys):
                raise MovedError
        for roads in pieces(self.opened):
            open_many(roads)
        with connection.cursor() as cursor:
            for sql, rows in [*self._before, *self._linked, *self._after]:
                cursor.executemany(sql, rows)
                if cursor.rowcount != len(rows):
                    raise MovedError
            if self.closed:
                cursor.executemany(*_closing(self.closed))
        renamed = Writer(())
        for key, version, fields in self._renamed:
            renamed.amend("child", key, version, fields)
        renamed.write()


def _name(word: str) -> str:
    return connection.ops.quote_name(word)


def _column_values(model: Any, key: UUID, fields: Fields) -> dict[str, Any]:
    """The values of fields as their columns hold them, sealed for their row, with the indexes they are found by."""
    values = {}
    for name, value in fields.items():
        column = model._meta.get_field(name)
        sealed = column.sealed(value, key) if isinstance(column, SealedField) else value
        values[column.column] = column.get_db_prep_save(sealed, connection)
    for index in blind_indexes(model):
        if index.of in fields:
            values[index.column] = index.get_db_prep_save(index.digest(fields[index.of]), connection)
    return values


def _updates(changes: dict[tuple[str, UUID], _Change], *, still_open: bool = False) -> list[Statement]:
    """Statements that change rows which are still as they were; rows with the same columns share one."""
    found: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    for (table, key), change in changes.items():
        model = TABLES[table]
        values = _column_values(model, key, change.fields)
        conditions = {_name("id"): model._meta.pk.get_db_prep_save(key, connection)}
        if change.first is not None and counts_versions(model):
            values["version"] = (change.last or change.first) + 1
            conditions[_name("version")] = change.first
        given = ", ".join(f"{_name(column)} = %s" for column in values)
        where = " AND ".join(f"{column} = %s" for column in conditions)
        where += f" AND {_name('until_on')} IS NULL" if still_open else ""
        sql = f"UPDATE {_name(model._meta.db_table)} SET {given} WHERE {where}"  # noqa: S608  (names of our own tables)
        found[sql].append((*values.values(), *conditions.values()))
    return list(found.items())


def _insert(model: type[models.Model], rows: list[Any]) -> Statement:
    columns = model._meta.concrete_fields
    names, places = ", ".join(_name(str(column.column)) for column in columns), ", ".join(["%s"] * len(columns))
    sql = f"INSERT INTO {_name(model._meta.db_table)} ({names}) VALUES ({places})"  # noqa: S608  (names of our own tables)
    values = [
        tuple(column.get_db_prep_save(column.pre_save(row, True), connection) for column in columns) for row in rows
    ]
    return sql, values


def _closing(roads: list[tuple[UUID, str, str]]) -> Statement:
    """What `children.reach.close_road` does, for many roads."""
    key = Reach._meta.get_field("child")
    where = " AND ".join(f"{_name(column)} = %s" for column in ("child_id", "via", "path"))
    values = [(key.get_db_prep_save(child, connection), via, path) for child, via, path in roads]
    return f"DELETE FROM {_name(Reach._meta.db_table)} WHERE {where}", values  # noqa: S608  (names of our own tables)
