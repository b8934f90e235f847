"""Logging a contact, and correcting one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from caseworks import access, audit, codelists
from caseworks.access import Permission
from caseworks.models import Organization, User
from children.models import Child
from guardians.models import Kinship, Relative
from visits.models import Contact, ContactChild, Counterpart

Met = Iterable[tuple[str, Relative | None]]
_FACTS = ("kind", "held_on", "reached", "topics", "note", "concern")


@transaction.atomic
def log_contact(
    *,
    by: User,
    logged_for: Organization,
    kind: str,
    held_on: date,
    reached: bool,
    children: Iterable[Child],
    met: Met = (),
    topics: Sequence[str] = (),
    note: str = "",
    concern: str = "none",
    today: date,
) -> Contact:
    """One contact with one child or several (次 once, 人次 once for each child).

    `met` lists (code of COUNTERPART, relative or None); where `reached` is false they are the people who were tried,
    and there need be none. Raises ValidationError, with the reason in words, for a date in the future or before a
    child's birth, an archive closed on that date, no children, or a relative of none of the children.
    """
    contact = Contact(
        kind=kind,
        held_on=held_on,
        reached=reached,
        topics=list(topics),
        note=note.strip(),
        concern=concern,
        logged_by=by,
        logged_for=logged_for,
    )
    children, met = _once_each(children), _once_each(met)
    _check(contact, children, met, today)
    contact.save(force_insert=True)
    _link(contact, children, met)
    audit.record("contact.logged", contact, by=by, changes={"children": [None, len(children)], "kind": [None, kind]})
    return contact


def may_amend(contact: Contact, by: User) -> bool:
    """Whether this person may correct a contact: whoever logged it, and whoever keeps the archives in scope."""
    return contact.logged_by_id == by.pk or access.allows(Permission.KEEP_ARCHIVES)


@transaction.atomic
def amend_contact(
    *,
    contact: Contact,
    by: User,
    today: date,
    children: Iterable[Child] | None = None,
    met: Met | None = None,
    **changes: Any,
) -> Contact:
    """Correct a contact; what is not given stays.

    Children and people who are outside the scope in force are never touched: whoever corrects a contact answers for
    what they can see. Raises ChangedError if somebody else has saved the contact since `contact` was read, and
    PermissionDenied for anybody but the author and keepers of archives.
    """
    if not may_amend(contact, by):
        raise PermissionDenied
    before = {name: getattr(contact, name) for name in _FACTS}
    for name in _FACTS:
        if name in changes:
            value = changes.pop(name)
            setattr(contact, name, list(value) if name == "topics" else value)
    if changes:
        raise TypeError(f"a contact has no {', '.join(sorted(changes))}")
    contact.note = contact.note.strip()
    links = {link.child: link for link in contact.contact_children.select_related("child")}
    people = _people_in_scope(contact)
    wanted = list(links) if children is None else _once_each(children)
    whom = list(people) if met is None else _once_each(met)
    _check(contact, wanted, whom, today)
    contact.save()  # first: whoever comes second at the same moment goes no further
    contact.counterparts.filter(pk__in=[row.pk for pair, row in people.items() if pair not in whom]).delete()
    _link(contact, [child for child in wanted if child not in links], [pair for pair in whom if pair not in people])
    # last, because the contact is reached through its children
    contact.contact_children.filter(child__in=[child for child in links if child not in wanted]).delete()
    audit.record("contact.amended", contact, by=by, changes=_changed(before, contact, links, wanted, people, whom))
    return contact


def _once_each(rows: Iterable[Any]) -> list[Any]:
    return list(dict.fromkeys(rows))


def _people_in_scope(contact: Contact) -> dict[tuple[str, Relative | None], Counterpart]:
    """The people of a contact whom the scope in force reaches; a relative of a child outside it is left out."""
    rows = list(contact.counterparts.all())
    relatives = Relative.objects.in_bulk([row.relative_id for row in rows if row.relative_id])
    return {
        (row.kind, relatives.get(row.relative_id)): row
        for row in rows
        if row.relative_id is None or row.relative_id in relatives
    }


def _link(contact: Contact, children: list[Child], met: list[tuple[str, Relative | None]]) -> None:
    ContactChild.objects.bulk_create([ContactChild(contact=contact, child=child) for child in children])
    Counterpart.objects.bulk_create([Counterpart(contact=contact, kind=kind, relative=who) for kind, who in met])


def _check(contact: Contact, children: list[Child], met: list[tuple[str, Relative | None]], today: date) -> None:
    if not children:
        raise ValidationError(_("Choose at least one child."), code="no_children")
    if contact.held_on > today:
        raise ValidationError({"held_on": ValidationError(_("The date lies in the future."), code="future")})
    for child in children:
        if contact.held_on < child.born_on:
            text = _("%(name)s was not born yet on that date.") % {"name": child.name}
            raise ValidationError({"held_on": ValidationError(text, code="before_birth")})
        if child.closed_on is not None and child.closed_on <= contact.held_on:
            text = _("The archive of %(name)s was closed on %(day)s.") % {"name": child.name, "day": child.closed_on}
            raise ValidationError(text, code="closed")
    known = set(Kinship.objects.filter(child__in=children).values_list("relative", flat=True))
    strangers = [who.name for _kind, who in met if who is not None and who.pk not in known]
    if strangers:
        text = _("%(name)s is not a relative of the children chosen.") % {"name": strangers[0]}
        raise ValidationError({"met": ValidationError(text, code="not_a_relative")})
    if len({who.pk for _kind, who in met if who}) < sum(who is not None for _kind, who in met):
        raise ValidationError({"met": ValidationError(_("The same person is named twice."), code="twice")})
    _check_codes(contact, [kind for kind, _who in met])


def _check_codes(contact: Contact, kinds: list[str]) -> None:
    """Codes come from lists; a page offers nothing else, but a command or an import may be wrong."""
    given = (
        ("kind", codelists.CONTACT_KIND, [contact.kind]),
        ("concern", codelists.CONCERN, [contact.concern]),
        ("topics", codelists.TOPIC, contact.topics),
        ("met", codelists.COUNTERPART, kinds),
    )
    for name, codelist, values in given:
        if any(value not in codelist for value in values):
            raise ValidationError({name: ValidationError(_("Choose one of the listed values."), code="invalid_choice")})


def _changed(before: dict[str, Any], contact: Contact, links, wanted, people, whom) -> dict[str, list[Any]]:
    """What the trail keeps: that the note changed, not what it said."""
    changes: dict[str, list[Any]] = {}
    for name, old in before.items():
        new = getattr(contact, name)
        if old != new:
            changes[name] = ["***", "***"] if name == "note" else [_plain(old), _plain(new)]
    if set(links) != set(wanted):
        changes["children"] = [[child.code for child in links], [child.code for child in wanted]]
    if set(people) != set(whom):
        changes["met"] = [[kind for kind, _who in people], [kind for kind, _who in whom]]
    return changes


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
