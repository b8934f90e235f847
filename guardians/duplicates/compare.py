"""Two archives side by side: what each says, where they differ, and which of the two is proposed to be right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from caseworks import codelists
from caseworks.models import Posting
from caseworks.privacy import label, visible
from children.models import Child, Enrolment, Residence
from guardians.duplicates import moving
from guardians.duplicates.actions import PLACES
from guardians.models import Kinship, Relative

ONE_OF_EACH = ("51", "52", "61", "62", "63", "64")


@dataclass(frozen=True)
class Fact:
    """One fact of both archives, as the acting post may see it. `absorbed` proposes the value of the one that goes."""

    name: str
    label: str
    mine: str
    theirs: str
    differs: bool
    absorbed: bool


@dataclass(frozen=True)
class Twins:
    """Two entries of relatives who may be one person."""

    keep: Relative
    absorb: Relative
    relation: str
    likely: bool

    @property
    def key(self) -> str:
        return f"{self.keep.code}-{self.absorb.code}"

    @property
    def relation_label(self) -> str:
        return codelists.RELATION.label(self.relation)


def facts(keep: Child, absorb: Child, posting: Posting) -> list[Fact]:
    """Every fact of the archives, in the order of the archive, and where the children are at school and at home."""
    found = []
    for name in moving.values_of(Child):
        mine, theirs = getattr(keep, name), getattr(absorb, name)
        left, right = visible(keep, name, posting), visible(absorb, name, posting)
        found.append(Fact(name, label(keep, name), left, right, mine != theirs, _better(name, keep, absorb)))
    for name, model in PLACES.items():
        mine, theirs = _place(model, keep), _place(model, absorb)
        if mine or theirs:
            newer = bool(mine and theirs and _weight(theirs) > _weight(mine))
            differs = bool(mine and theirs)  # one alone comes along by itself
            found.append(Fact(name, label(mine or theirs, name), _words(mine), _words(theirs), differs, newer))
    return found


def _better(name: str, keep: Child, absorb: Child) -> bool:
    """What is filled in is better than what is not; a sound ID number than a doubtful one; an earlier opening than a
    later one; otherwise whatever was written down last."""
    mine, theirs = getattr(keep, name), getattr(absorb, name)
    if mine == theirs or theirs in ("", None):
        return False
    if mine in ("", None):
        return True
    if name == "opened_on":
        return theirs < mine
    if name == "id_number" and keep.id_doubtful != absorb.id_doubtful:
        return keep.id_doubtful
    return absorb.pk > keep.pk


def _place(model: Any, child: Child) -> Any:
    rows = model.objects.filter(child=child, until_on__isnull=True)
    return rows.select_related("school" if model is Enrolment else "village").first()


def _weight(row: Enrolment | Residence) -> tuple[Any, ...]:
    """What is said in full is better than half; then what is newer."""
    said = [row.grade, row.class_name] if isinstance(row, Enrolment) else [row.address]
    return sum(bool(each) for each in said), row.from_on


def _words(row: Enrolment | Residence | None) -> str:
    if row is None:
        return ""
    if isinstance(row, Residence):
        return f"{row.village} {row.from_on.isoformat()}"
    grade = row.get_grade_display() if row.grade else ""
    return f"{row.school} {grade}{row.class_name} {row.from_on.isoformat()}"


def kinships_of(child: Child) -> QuerySet[Kinship]:
    """The child's relatives with what they are to the child, parents first, then by the code of the relation."""
    return child.kinships.select_related("relative").order_by("relation", "id")


def twins(keep: Child, absorb: Child) -> list[Twins]:
    """Relatives who are the same to both children and stand twice. Likely one person: whoever there is one of, and
    whoever has the same name or telephone."""
    mine = list(kinships_of(keep))
    shared = {kinship.relative_id for kinship in mine}
    found = []
    for theirs in kinships_of(absorb):
        other = theirs.relative
        for own in mine:
            if own.relation != theirs.relation or other.pk in shared:
                continue
            alike = own.relative.name == other.name or bool(other.phone and own.relative.phone == other.phone)
            if alike or own.relation in ONE_OF_EACH:
                found.append(Twins(own.relative, other, own.relation, alike))
                break
    return found
