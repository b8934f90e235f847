"""Which children stand in a file, on a stack of papers, or in an import that made or changed their archives: kept beside
the trail, so that "who looked at this child" knows of lists too.

One event says that a list left or came in; a child of 100,000 finds herself in it here. Keys are kept sorted, 500 to a row: a child is
looked for in one row of each list at most. The event is about the list, or the batch (`object_id`), and holds the number of children and
the SHA-256 of their keys, so the seals of the trail cover them too.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

from django.db.models import QuerySet

from caseworks.models import ListedChildren

IN_A_ROW = 500
_BYTES = 16


class Listed:
    """The children of a list: collected with `add` while it is written, or the keys that `query` gives (one column)."""

    def __init__(self, query: QuerySet[Any, Any] | None = None) -> None:
        self._packed = bytearray()
        self._query = query

    def add(self, keys: Iterable[Any]) -> None:
        """Add children by their keys, or by the text of these."""
        self._packed += b"".join([bytes.fromhex(str(key).replace("-", "")) for key in keys])

    def keys(self) -> list[bytes]:
        """Every child once, in the order of the keys."""
        if self._query is not None:
            self.add(key for (key,) in self._query)
            self._query = None
        packed = bytes(self._packed)
        return sorted({packed[at : at + _BYTES] for at in range(0, len(packed), _BYTES)})


def list_of(number: str) -> UUID:
    """The list of the file with this export number, whether there is one or not."""
    return uuid5(NAMESPACE_OID, f"caseworks:{number}")


def keep(about: UUID, listed: Listed) -> dict[str, Any]:
    """Keep who is in a list, in the running transaction; the answer is what its event says of it."""
    keys = listed.keys()
    parts = [keys[at : at + IN_A_ROW] for at in range(0, len(keys), IN_A_ROW)]
    ListedChildren.objects.bulk_create(
        [
            ListedChildren(about=about, first=UUID(bytes=part[0]), last=UUID(bytes=part[-1]), keys=b"".join(part))
            for part in parts
        ],
        batch_size=100,
    )
    return {"children": len(keys), "keys_sha256": hashlib.sha256(b"".join(keys)).hexdigest()}


def lists_with(child: UUID) -> Iterator[UUID]:
    """The lists in which a child is."""
    near = ListedChildren.objects.filter(first__lte=child, last__gte=child)
    for about, keys in near.values_list("about", "keys").iterator():
        if child.bytes in _each(bytes(keys)):
            yield about


def _each(packed: bytes) -> set[bytes]:
    return {packed[at : at + _BYTES] for at in range(0, len(packed), _BYTES)}
