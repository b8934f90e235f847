"""Merging two archives of one child, or two entries of one relative; taking that back; and keeping a pair apart."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from caseworks import access, audit
from caseworks.access import Via
from caseworks.codelists import action_words
from caseworks.models import AuditEvent, ChangedError, User
from children import rules
from children.models import Child, Enrolment, Reach, Residence
from children.reach import open_road
from guardians.duplicates import moving
from guardians.models import KeptApart, Kinship, Merge, Relative

# The places of a child, of which one at most can be open: which one goes on is chosen like a field.
PLACES: dict[str, Any] = {"school": Enrolment, "village": Residence}
# What is no change of an archive.
_ONLY_LOOKED = ("child.viewed", "child.searched", "field.revealed", "merge.made", "scope.everyone")
_KEPT_ROADS = (Via.PAIRING, Via.GRANT)


@transaction.atomic
def keep_apart(*, one: Child, other: Child, by: User) -> KeptApart:
    """These are two children, however alike their archives: the pair is not shown again."""
    first, second = sorted((one, other), key=lambda child: child.pk)
    row, made = KeptApart.objects.get_or_create(child=first, other=second, defaults={"said_by": by})
    if made:
        audit.record("duplicate.kept_apart", first, by=by, changes={"other": [None, second.code]})
    return row


def _take(child: Child) -> None:
    """Claim the right to change an archive, in the version that was read. Raises ChangedError."""
    if not Child.objects.filter(pk=child.pk, version=child.version).update(version=F("version") + 1):
        raise ChangedError(child)
    child.version += 1


@transaction.atomic
def merge(
    *,
    keep: Child,
    absorb: Child,
    by: User,
    from_absorbed: Collection[str] = (),
    relatives: Iterable[tuple[Relative, Relative]] = (),
) -> Merge:
    """Merge an archive into another, which goes on: `absorb` is closed and leads to it from then on.

    `from_absorbed` names the facts (`moving.values_of(Child)`, and `school` or `village`) in which the absorbed archive
    is right. Everything that names the absorbed child names the survivor afterwards; of what may not stand twice the
    survivor's stays. `relatives` lists pairs (goes on, is absorbed) of entries that are one person. Raises ChangedError
    if one of the archives was changed after it was read.
    """
    if keep.pk == absorb.pk:
        raise ValidationError(_("This is one and the same archive."), code="same")
    if not keep.is_live and absorb.is_live:
        raise ValidationError(_("Keep the archive that is open, and merge the closed one into it."), code="closed")
    if unknown := set(from_absorbed) - {*moving.values_of(Child), *PLACES}:
        raise TypeError(f"Not facts of an archive: {', '.join(sorted(unknown))}")
    for child in sorted(
        (keep, absorb), key=lambda each: each.pk
    ):  # in one order, so that two merges do not wait in a ring
        _take(child)
    before: dict[str, Any] = {"roads": _roads(keep, absorb)}
    done = Merge.objects.create(child=keep, absorbed=absorb, merged_by=by)
    before["facts"] = _choose(keep, absorb, from_absorbed, before)
    before["places"] = _exchange_places(keep, absorb, from_absorbed)
    before["moved"], _none = moving.move(absorb, keep)
    before["relatives"] = [each for pair in relatives if (each := _merge_relatives(*pair)) is not None]
    changes = {"absorbed": [None, absorb.code], "facts": [None, sorted(before["facts"])]}
    event = audit.record("merge.made", keep, by=by, changes=changes)
    _lay_roads(keep, absorb)
    before |= {"event": event.pk, "versions": [keep.version, absorb.version]}
    done.before = before
    Merge.objects.filter(pk=done.pk).update(before=before)
    return done


def _choose(keep: Child, absorb: Child, from_absorbed: Collection[str], before: dict[str, Any]) -> dict[str, Any]:
    """Close the absorbed archive, take over what it knows better; returns what the survivor said before."""
    names = [name for name in moving.values_of(Child) if name in from_absorbed]
    names += ["id_doubtful"] if "id_number" in names else []
    facts = moving.copied(keep, names)
    taken = {name: getattr(absorb, name) for name in names}
    before["closing"] = moving.copied(absorb, ["closed_on", "exit_reason"])
    if absorb.closed_on is None:
        absorb.closed_on, absorb.exit_reason = max(rules.acting_day(), absorb.opened_on), "duplicate"
    absorb.save()  # first: two open archives may not carry one ID number
    for name, value in taken.items():
        setattr(keep, name, value)
    rules.check_archive(keep)
    keep.save()
    return facts


def _open(model: Any, child: Child) -> Any:
    return model.objects.filter(child=child, until_on__isnull=True).first()


def _exchange_places(keep: Child, absorb: Child, from_absorbed: Collection[str]) -> list[list[str]]:
    """Where the absorbed archive knows the present school or village better, the two open rows change places."""
    exchanged = []
    for name, model in PLACES.items():
        mine, theirs = _open(model, keep), _open(model, absorb)
        if name in from_absorbed and mine and theirs:
            _exchange(model, mine.pk, theirs.pk, keep, absorb)
            exchanged.append([name, str(mine.pk), str(theirs.pk)])
    return exchanged


def _exchange(model: Any, mine: Any, theirs: Any, keep: Child, absorb: Child) -> None:
    """`mine` names `absorb`, `theirs` names `keep`; in between one of them counts as ended, as only one may be open."""
    model.objects.filter(pk=mine).update(until_on=F("from_on"), version=F("version") + 1)
    model.objects.filter(pk=theirs).update(child=keep, version=F("version") + 1)
    model.objects.filter(pk=mine).update(child=absorb, version=F("version") + 1)
    model.objects.filter(pk=mine).update(until_on=None, version=F("version") + 1)


def _roads(*children: Child) -> list[list[Any]]:
    rows = Reach.objects.filter(child__in=children).order_by("pk")
    return [[str(row.child_id), row.via, row.path, row.until_on and row.until_on.isoformat()] for row in rows]


def _lay_roads(keep: Child, absorb: Child) -> None:
    """The roads of the survivor follow from its facts; to the absorbed archive there is none any more."""
    school, village = _open(Enrolment, keep), _open(Residence, keep)
    wanted = {(Via.ENROLMENT, school.school.path)} if school else set()
    wanted |= {(Via.RESIDENCE, village.village.path)} if village else set()
    for row in Reach.objects.filter(child=absorb, via__in=_KEPT_ROADS):
        open_road(keep, Via(row.via), row.path, until_on=row.until_on)
    for via, path in wanted:
        open_road(keep, via, path)
    for row in Reach.objects.filter(child=keep).exclude(via__in=_KEPT_ROADS):
        if (row.via, row.path) not in wanted:
            row.delete()
    Reach.objects.filter(child=absorb).delete()


# --- Relatives ----------------------------------------------------------------------------------------------------------


def _seen_whole(relative: Relative) -> bool:
    """True if every child this person is a relative of is in scope."""
    seen = Kinship.objects.filter(relative=relative).count()
    with access.everyone("whether a relative belongs to a child out of reach"):
        return Kinship.objects.filter(relative=relative).count() == seen


def _merge_relatives(keep: Relative, absorb: Relative) -> dict[str, Any] | None:
    """One person instead of two. What is blank is filled from the entry that goes. None if there is nothing to do, or
    the entry also stands with a child whom whoever acts does not reach."""
    if keep.pk == absorb.pk or not _seen_whole(absorb):
        return None
    names = [name for name in moving.values_of(Relative) if not getattr(keep, name) and getattr(absorb, name)]
    before = moving.copied(keep, names)
    for name in names:
        setattr(keep, name, getattr(absorb, name))
    keep.save()
    moved, dropped = moving.move(absorb, keep, drop=True)
    return {
        "keep": str(keep.pk),
        "absorb": str(absorb.pk),
        "facts": before,
        "moved": moved,
        "dropped": dropped,
    }


@transaction.atomic
def merge_relatives(*, child: Child, keep: Relative, absorb: Relative, by: User) -> Merge:
    """Two entries in the family of a child are one person: one goes on, for every child they are related to.

    Raises ValidationError if the entry that would go also stands with a child whom whoever acts does not reach.
    """
    for relative in (keep, absorb):
        if not child.kinships.filter(relative=relative).exists():
            raise ValidationError(_("Choose two people of this child's family."), code="unrelated")
    if keep.pk == absorb.pk:
        raise ValidationError(_("Choose two people of this child's family."), code="same")
    _take(child)
    done = Merge.objects.create(child=child, merged_by=by)
    made = _merge_relatives(keep, absorb)
    if made is None:
        words = _(
            "%(name)s is also a relative of a child whom you do not reach. Ask the office of that child to merge the two."
        )
        raise ValidationError(words % {"name": absorb.name}, code="elsewhere")
    event = audit.record("merge.made", child, by=by, changes={"relative": [absorb.code, keep.code]})
    before = {"relatives": [made], "event": event.pk, "versions": [child.version]}
    done.before = before
    Merge.objects.filter(pk=done.pk).update(before=before)
    return done


# --- Taking it back -----------------------------------------------------------------------------------------------------


def written_since(merge: Merge) -> list[str]:
    """What stands against taking a merge back: everything written since about the survivor or what came over, in words."""
    before, child = merge.before, merge.child
    said = []
    for relation in moving.relations_to(Child):
        if moving.name_of(relation) in moving.STAYS:
            continue
        rows = relation.related_model._default_manager.filter(**{relation.field.name: child})
        if number := rows.filter(pk__gt=merge.pk).count():  # keys grow with time
            said.append(f"{relation.related_model._meta.verbose_name} × {number}")
    touched = {str(child.pk), str(merge.absorbed_id)}
    for moved in (before.get("moved", {}), *(each["moved"] for each in before["relatives"])):
        touched |= {key for keys in moved.values() for key in keys}
    touched |= {str(each[name]) for each in before["relatives"] for name in ("keep", "absorb")}
    touched |= {str(key) for key in child.kinships.values_list("relative_id", flat=True)}
    events = AuditEvent.objects.filter(Q(object_id__in=touched - {"None"}), pk__gt=before["event"])
    for event in events.exclude(action__in=_ONLY_LOOKED).select_related("by").order_by("pk")[:10]:
        day = timezone.localtime(event.at).date().isoformat()
        said.append(f"{action_words(event.action)} ({event.by}, {day})")
    return said


@transaction.atomic
def undo(*, merge: Merge, by: User) -> Merge:
    """Two archives, or two entries, again, each with what it had. Raises ValidationError, saying what, once something
    has been written since, for whoever comes second, and for whoever does not reach both."""
    now = timezone.now()
    if not Merge.objects.filter(pk=merge.pk, undone_at__isnull=True).update(undone_at=now, undone_by=by):
        raise ValidationError(_("This has been taken back already."), code="undone")
    if said := written_since(merge):
        words = _("It can no longer be taken back, because of what was written since: %(what)s.")
        raise ValidationError(words % {"what": "；".join(said)}, code="written")
    merge.undone_at, merge.undone_by = now, by
    before, keep = merge.before, Child.objects.get(pk=merge.child_id)
    _restore_roads(before.get("roads", []), [merge.child_id, merge.absorbed_id])
    for each in reversed(before["relatives"]):
        _part_relatives(each)
    _take(keep)
    if merge.absorbed_id is not None:
        absorbed = Child.objects.filter(pk=merge.absorbed_id).first()
        if absorbed is None:
            words = _("The other archive would be out of your reach. Whoever merged the two can take it back.")
            raise ValidationError(words, code="reach")
        _part(keep, absorbed, before)
    audit.record("merge.undone", keep, by=by, changes={"absorbed": [merge.absorbed and merge.absorbed.code, None]})
    return merge


def _restore_roads(roads: list[list[Any]], keys: list[Any]) -> None:
    if not roads:
        return
    Reach.objects.filter(child__in=[key for key in keys if key]).delete()
    for child, via, path, until_on in roads:
        Reach.objects.create(child_id=child, via=via, path=path, until_on=until_on)


def _part(keep: Child, absorbed: Child, before: dict[str, Any]) -> None:
    moving.move_back(before["moved"], [], absorbed)
    for name, mine, theirs in reversed(before["places"]):
        _exchange(PLACES[name], theirs, mine, keep, absorbed)
    moving.restore(keep, before["facts"])
    keep.save()  # first: two open archives may not carry one ID number
    moving.restore(absorbed, before["closing"])
    absorbed.save()


def _part_relatives(each: dict[str, Any]) -> None:
    keep = Relative.objects.get(pk=each["keep"])
    moving.restore(keep, each["facts"])
    keep.save()
    moving.move_back(each["moved"], each["dropped"], each["absorb"])


def stay_closed_after_a_merge(child: Child) -> None:
    """Listens to `children.hooks.archive_to_be_reopened`: one child has one archive."""
    if child.merged_into.filter(undone_at__isnull=True).exists():
        raise ValidationError(_("This archive was merged into another. Undo the merge instead."), code="merged")


def survivor_of(code: str) -> Child | None:
    """The archive that goes on in place of one that was merged, if whoever acts reaches it."""
    rows = Merge.objects.filter(absorbed__code=code, undone_at__isnull=True).select_related("child")
    done = rows.order_by("-pk").first()
    return done.child if done else None
