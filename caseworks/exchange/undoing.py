"""Taking a whole batch back: possible until somebody changed a row it wrote, or built on an archive it made.

First every row is compared with what was written, piece by piece, changing nothing. If nothing stands in the way, one
short transaction hides the archives that were made and gives the changed ones their old values; then the hidden ones
are cleared away. If anything does, nothing is taken back, and the batch names the rows.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import IntegrityError, models, transaction
from django.utils import timezone

from caseworks.access import NOT_YET
from caseworks.encryption import BlindIndexField
from caseworks.exchange import staging, work
from caseworks.exchange.atonce import Changes
from caseworks.exchange.jobs import Lease
from caseworks.exchange.merging import NoTraceError, leave_trace
from caseworks.exchange.models import StagedRow, State
from caseworks.exchange.work import Fields, Work
from caseworks.exchange.writer import BY_CHILD, BY_RELATIVE, FACTS, TABLES, MovedError, built, pieces
from children.models import Arrival, Child, NameWord, Reach
from guardians.models import Relative

CHUNK = 500
MOST_NAMED = 200
TRIES = 3
GONE, CHANGED, ADDED = "gone", "changed", "added"
# what follows from other fields, or is no content
_NOT_COMPARED = {"id", "code", "version", "name_order", "search_text", "recorded_at"}

Standing = list[tuple[int, str, str]]  # position of the row, what happened to it since, and in which table


def take_back(lease: Lease) -> None:
    """Take the batch back, or say which rows stand in the way."""
    batch = lease.batch
    for _attempt in range(TRIES):
        seen = staging.registry_now()
        account = _account(lease)
        standing = _in_the_way(lease, account)
        if standing:
            rows = len({position for position, _since, _table in standing})
            lease.pass_to(State.IMPORTED, trouble={"key": "built_on", "rows": standing[:MOST_NAMED], "of": rows})
            return
        try:
            if _hide_and_restore(lease, account, seen):
                return
        except NoTraceError:
            batch.refresh_from_db()
            lease.pass_to(State.IMPORTED, trouble={"key": "no_trace"})
            return
        except (MovedError, IntegrityError):
            batch.refresh_from_db()
    lease.pass_to(State.IMPORTED, trouble={"key": "busy"})


# --- Does anything stand in the way? ------------------------------------------------------------------------------------


class _Account:
    """What the batch did as a whole, for what one row alone does not tell: brothers and sisters share their relatives."""

    def __init__(self, rows: Iterable[StagedRow]) -> None:
        self.children: dict[UUID, int] = {}  # archives that were made, and by which row
        self.relatives: dict[UUID, int] = {}
        self.number: Counter[tuple[str, UUID]] = (
            Counter()
        )  # rows made, by table and by the child or relative they are about
        self.later: dict[UUID, list[Fields]] = defaultdict(list)  # other values of relatives that were made
        self.before: dict[tuple[str, UUID], Before] = {}  # rows that were there before
        for row in rows:
            for each in work.of_text(row.work):
                self._add(row.position, each)

    def _add(self, position: int, each: Work) -> None:
        for table, fields in each.made:
            if table == "child":
                self.children[each.child_id] = position
            elif table == "relative":
                self.relatives[fields["id"]] = position
            else:
                self.number[table, each.child_id if table in BY_CHILD else fields["relative_id"]] += 1
        for table, key, version in each.ended:
            self._note(position, table, key, version, {"until_on": each.on}, {"until_on": None})
        for table, key, version, fields, before in each.amended:
            if key in self.relatives:
                self.later[key].append(fields)
            else:
                self._note(position, table, key, version, fields, before)

    def _note(self, position: int, table: str, key: UUID, version: int | None, now: Fields, before: Fields) -> None:
        known = self.before.setdefault((table, key), Before(position, version, {}, {}))
        known.version = version
        known.now |= now
        known.before = before | known.before


@dataclass
class Before:
    """A row that was there before: which row of the file changed it, the last version it was changed from, the values it
    got, and those it had."""

    position: int
    version: int | None
    now: Fields
    before: Fields


def _account(lease: Lease) -> _Account:
    return _Account(lease.batch.rows.for_work().iterator())


def _in_the_way(lease: Lease, account: _Account) -> Standing:
    found: set[tuple[int, str, str]] = set()
    for piece in staging.in_pieces(lease.batch.rows.for_work(), CHUNK):
        found.update(_changed(piece, account))
        lease.renew(done=piece[-1].position + 1)
    found.update(_changed_before(account))
    found.update(_added(Child, account.children, account))
    found.update(_added(Relative, account.relatives, account))
    return sorted(found)


def _changed(piece: list[StagedRow], account: _Account) -> Iterator[tuple[int, str, str]]:
    """Rows that were made and are no longer as they were made."""
    expected: dict[str, list[tuple[int, Any]]] = defaultdict(list)
    for staged in piece:
        for each in work.of_text(staged.work):
            for table, fields in each.made:
                row = built(each, table, fields)
                for later in account.later.get(row.pk, ()) if table == "relative" else ():
                    for name, value in later.items():
                        setattr(row, name, value)
                    row.version += 1
                expected[table].append((staged.position, row))
    for table, rows in expected.items():
        there = _by_identity(table, [row for _position, row in rows])
        for position, row in rows:
            now = there.get(_identity(table, row))
            if now is None:
                yield position, GONE, table
            elif not _same(now, row):
                yield position, CHANGED, table


def _changed_before(account: _Account) -> Iterator[tuple[int, str, str]]:
    """Rows that were there before, were changed by the batch, and have been changed again."""
    by_table: dict[str, list[UUID]] = defaultdict(list)
    for table, key in account.before:
        by_table[table].append(key)
    for table, all_keys in by_table.items():
        for keys in pieces(all_keys):
            there = TABLES[table].objects.in_bulk(keys)
            for key in keys:
                known, now = account.before[table, key], there.get(key)
                if now is None:
                    yield known.position, GONE, table
                elif any(getattr(now, name) != value for name, value in known.now.items()) or (
                    known.version is not None and now.version != known.version + 1
                ):
                    yield known.position, CHANGED, table


def _about(model: type[models.Model]) -> Iterator[tuple[Any, str]]:
    """Every table with rows about a model, and the field that says about which."""
    for other in apps.get_models(include_auto_created=True):
        for field in other._meta.concrete_fields:
            if field.related_model is model and other not in {Reach, Arrival, NameWord}:
                yield other, field.name


def _added(model: type[models.Model], made: dict[UUID, int], account: _Account) -> Iterator[tuple[int, str, str]]:
    """Archives and relatives that were made, and about whom there is more now than the batch wrote."""
    table_of = {model: table for table, model in TABLES.items()}
    for other, name in _about(model):
        table = table_of.get(other, "")
        linked = model is Relative and table in BY_CHILD
        for keys in pieces(list(made)):
            rows = other._default_manager.filter(**{f"{name}__in": keys}).order_by()
            if linked:  # shared by brothers and sisters of the batch; others are strangers to it
                found = [key for key, child in rows.values_list(name, "child") if not account.number[table, child]]
            else:
                counted = rows.values_list(name).annotate(rows=models.Count("pk"))
                found = [key for key, number in counted if number > account.number[table, key]]
            for key in found:
                yield made[key], ADDED, table or other._meta.model_name


def _identity(table: str, row: Any) -> Any:
    if table in {"child", "relative"}:
        return row.pk
    if table == "kinship":
        return row.child_id, row.relative_id
    if table in BY_RELATIVE:
        return row.relative_id, row.from_on, getattr(row, "kind", "")
    if table in FACTS:
        return row.child_id, row.day, getattr(row, "kind", "") or getattr(row, "facet", "")
    return row.child_id, getattr(row, "from_on", None) or row.declared_on


def _by_identity(table: str, rows: list[Any]) -> dict[Any, Any]:
    name = "pk" if table in {"child", "relative"} else "relative" if table in BY_RELATIVE else "child"
    keys = {getattr(row, name if name == "pk" else f"{name}_id") for row in rows}
    found = {}
    for piece in pieces(list(keys)):
        for row in TABLES[table].objects.filter(**{f"{name}__in": piece}):
            found[_identity(table, row)] = row
    return found


def _same(now: Any, expected: Any) -> bool:
    """True if a row still holds what was written into it."""
    for field in now._meta.concrete_fields:
        if field.name in _NOT_COMPARED or isinstance(field, BlindIndexField):
            continue
        if getattr(now, field.attname) != getattr(expected, field.attname):
            return False
    return not hasattr(now, "version") or now.version == expected.version


# --- Taking back --------------------------------------------------------------------------------------------------------


def _hide_and_restore(lease: Lease, account: _Account, seen: dict[str, Any]) -> bool:
    """The one short transaction; false if something happened since the comparison."""
    batch = lease.batch
    new = list(account.children)
    late = [each for row in batch.rows.filter(late=True).for_work() for each in work.of_text(row.work) if each.late]
    arrivals = [Arrival(child_id=key, batch=batch.pk) for key in new]
    changes = _restoring(late, account)
    with transaction.atomic():
        for keys in pieces(new):
            list(Child.objects.filter(pk__in=keys).select_for_update().values_list("pk"))
        if not staging.unchanged_since(seen, contacts_matter=True):
            return False
        _remove_what_was_made(late)
        changes.write()
        Arrival.objects.bulk_create(arrivals, batch_size=1000)
        for keys in pieces(new):
            Reach.objects.filter(child__in=keys).update(until_on=NOT_YET)
        lease.pass_to(State.REMOVING, then=State.UNDONE, undone_at=timezone.now(), trouble={})
        leave_trace("import.undone", batch, {"file": [batch.file_name, batch.sha256], "counts": batch.counts})
    return True


def _restoring(late: list[Work], account: _Account) -> Changes:
    """The old values and the old roads, made ready."""
    changes = Changes()
    changes.children |= {each.child_id for each in late}
    for (table, key), known in account.before.items():
        changes.amend(table, key, None if known.version is None else known.version + 1, known.before)
    for each in late:
        changes.opened += [Reach(child_id=each.child_id, via=via, path=path) for via, path in each.closed]
        changes.closed += [(each.child_id, via, path) for via, path in each.opened]
    changes.make_ready()
    return changes


def _remove_what_was_made(late: list[Work]) -> None:
    """Raises MovedError if it is not all there."""
    made: dict[str, list[UUID]] = defaultdict(list)
    for each in late:
        for table, fields in each.made:
            made[table].append(fields["id"])
    # relatives before the kinships through which they are in scope, and which go with them
    for table in sorted(TABLES, key=("relative", "kinship").__contains__):
        for keys in pieces(made[table]):
            rows = TABLES[table].objects.filter(pk__in=keys)
            if table != "kinship" and rows.count() != len(keys):
                raise MovedError
            rows.delete()
