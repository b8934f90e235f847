"""What has to be done for one row: made by the plan, kept with the staged row, carried out by the writer, and read again
if the batch is taken back."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from caseworks.identity import uuid7

Change = tuple[str, str, str]  # field, before, after, in words
Fields = dict[str, Any]


@dataclass(slots=True)
class Work:
    """The steps of one row, by the key of a table (writer.TABLES).

    made: rows to create. ended: open rows that end on `on`. amended: rows with other values, the version they must still
    have (None where the table counts none), the new values and the old. opened, closed: roads (via, path).

    `late` steps change what others see, so they are taken in the last moment, all together; what is made late has its key
    from the beginning, so that it can be taken back.
    """

    child_id: UUID
    on: date
    late: bool = False
    made: list[tuple[str, Fields]] = field(default_factory=list)
    ended: list[tuple[str, UUID, int | None]] = field(default_factory=list)
    amended: list[tuple[str, UUID, int | None, Fields, Fields]] = field(default_factory=list)
    opened: list[tuple[str, str]] = field(default_factory=list)
    closed: list[tuple[str, str]] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.made or self.ended or self.amended or self.opened or self.closed)

    def make(self, table: str, **fields: Any) -> None:
        """Create a row of a table."""
        if self.late:
            fields.setdefault("id", uuid7())
        self.made.append((table, fields))

    def end(self, table: str, row: Any) -> None:
        """End an open row on the day of the roster."""
        self.ended.append((table, row.pk, getattr(row, "version", None)))

    def amend(self, table: str, row: Any, fields: Fields) -> None:
        """Give a row other values."""
        before = {key: getattr(row, key) for key in fields}
        self.amended.append((table, row.pk, getattr(row, "version", None), fields, before))

    def kept(self) -> list[Any]:
        """As it is stored with the staged row."""
        return [self.child_id, self.on, self.late, self.made, self.ended, self.amended, self.opened, self.closed]

    @classmethod
    def of(cls, kept: list[Any]) -> Work:
        """The work that `kept()` stored."""
        child, on, late, made, ended, amended, opened, closed = kept
        return cls(
            UUID(child),
            date.fromisoformat(on),
            late,
            [(table, _read(fields)) for table, fields in made],
            [(table, UUID(key), version) for table, key, version in ended],
            [(table, UUID(key), version, _read(new), _read(old)) for table, key, version, new, old in amended],
            [(via, path) for via, path in opened],
            [(via, path) for via, path in closed],
        )


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else value.hex


_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=_plain).encode


def to_text(works: list[Work]) -> str:
    """The works of a row as one text, to be sealed; "" if there is nothing to do."""
    return _encode([work.kept() for work in works if work]) if any(works) else ""


def of_text(text: str) -> list[Work]:
    """The works in such a text."""
    return [Work.of(kept) for kept in json.loads(text)] if text else []


def _read(fields: Fields) -> Fields:
    """Values as they were: a field that ends with `_on` is a date, `id` and what ends with `_id` is a key."""
    for key, value in fields.items():
        if value is not None:
            if key.endswith("_on"):
                fields[key] = date.fromisoformat(value)
            elif key == "id" or key.endswith("_id"):
                fields[key] = UUID(value)
    return fields
