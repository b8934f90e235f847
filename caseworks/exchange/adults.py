"""The adults that the rows of a file may mean: relatives of the registry, and those whom earlier rows have named first."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import MISSING, dataclass, fields
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q

from caseworks.exchange.places import Whereabouts
from guardians.models import Absence, Relative, Situation


@dataclass(slots=True)
class Adult:
    """A relative as planning goes on: what the registry has, and what rows of this file have said since."""

    id: UUID
    name: str
    phone: str = ""
    born_year: int | None = None
    id_number: str = ""
    address: str = ""
    born_on: date | None = None
    work: str = ""
    health: str = ""
    version: int = 1
    late: bool = False  # known to others, or tied to an archive that is: steps about them wait for the last moment
    absence: Absence | None = None
    # as they will be once what was read so far is in
    away: bool = False
    place: str = ""
    since_known: bool = True
    situations: frozenset[str] = frozenset()
    said: tuple[Whereabouts, int] | None = None  # where a row of this file has them, and the number of that row
    told: tuple[str, ...] = ()  # which of all these rows of this file have changed

    @classmethod
    def of(cls, relative: Relative) -> Adult:
        return cls(
            relative.pk,
            relative.name,
            relative.phone,
            relative.born_year,
            relative.id_number,
            relative.address,
            relative.born_on,
            relative.work,
            relative.health,
            relative.version,
            late=True,
        )


_BLANK = {each.name: each.default for each in fields(Adult) if each.default is not MISSING}


def short(*parts: object) -> bytes:
    """What some words are recognised by: 16 bytes, however long they are."""
    return hashlib.blake2b("\n".join(map(str, parts)).encode(), digest_size=16).digest()


class Adults:
    """Adults are held for the rows at hand only. Of a relative whom the registry has, who is fetched again when other rows
    mean them, nothing is remembered but what rows have changed; of somebody new, what differs from a blank. So a file of
    200,000 rows needs little more memory than a short one."""

    def __init__(self) -> None:
        self.known: dict[UUID, Adult] = {}
        self._listed: dict[tuple[str, str], Adult] = {}
        self._new: dict[tuple[str, str], Adult] = {}
        # field, value, field, value …
        self._told: dict[int, tuple[Any, ...]] = {}
        self._remembered: dict[bytes, tuple[Any, ...]] = {}

    def note(self, relatives: Collection[Relative], on: date) -> None:
        """Add relatives of the registry, with where they are, to those known; those known already stay as they are."""
        fresh = {relative.pk: Adult.of(relative) for relative in relatives if relative.pk not in self.known}
        if not fresh:
            return
        for absence in Absence.objects.filter(relative__in=list(fresh), until_on__isnull=True):
            adult = fresh[absence.relative_id]
            adult.absence, adult.away, adult.place, adult.since_known = absence, True, absence.place, absence.from_known
        # one that began after the roster's day is known too: the roster does not begin it a second time
        lasting = Situation.objects.filter(Q(until_on__isnull=True) | Q(until_on__gt=on), relative__in=list(fresh))
        for relative, kind in lasting.values_list("relative_id", "kind"):
            fresh[relative].situations |= {kind}
        for adult in fresh.values():
            told = _pairs(self._told.get(adult.id.int, ()))
            adult.told = tuple(told)
            for field, value in told.items():
                setattr(adult, field, value)
        self.known.update(fresh)

    def note_with_phones(self, relatives: Iterable[Relative], on: date) -> None:
        """Add relatives who can be recognised by their name and telephone."""
        relatives = list(relatives)
        self.note(relatives, on)
        for relative in relatives:
            self._listed.setdefault((relative.name, relative.phone), self.known[relative.pk])

    def add(self, adult: Adult) -> bool:
        """Remember somebody whom the file names first, if a later row can mean them: true if so."""
        if not adult.phone or self.find(adult.name, adult.phone) is not None:
            return False
        self._new[adult.name, adult.phone] = adult
        return True

    def forget(self, name: str, phone: str) -> None:
        """Take an `add` back, in the row that did it."""
        del self._new[name, phone]

    def find(self, name: str, phone: str) -> Adult | None:
        """Whoever has this name and telephone."""
        key = name, phone
        found = self._listed.get(key) or self._new.get(key)
        if found is None and (kept := self._remembered.get(short(*key))):
            number, *rest = kept
            found = self._new[key] = Adult(UUID(int=number), **({"name": name, "phone": phone} | _pairs(rest)))
        return found

    def turn_over(self) -> None:
        """Let go of everybody, and remember what other rows have to know."""
        for adult in self.known.values():
            if adult.told:
                self._told[adult.id.int] = tuple(
                    part for field in dict.fromkeys(adult.told) for part in (field, getattr(adult, field))
                )
        for (name, phone), adult in self._new.items():
            blank = _BLANK | {"name": name, "phone": phone}
            differs = [(field, value) for field, known in blank.items() if (value := getattr(adult, field)) != known]
            self._remembered[short(name, phone)] = (adult.id.int, *(part for pair in differs for part in pair))
        self.known, self._listed, self._new = {}, {}, {}


def _pairs(flat: Sequence[Any]) -> dict[str, Any]:
    return dict(zip(flat[::2], flat[1::2], strict=True))
