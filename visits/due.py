"""Who is due to be contacted, read when asked: nothing here is stored, so nothing can be out of date."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Max

from caseworks.codelists import COUNTERPART, RELATION
from caseworks.models import Organization, Posting, in_force
from children.models import Child, Enrolment, Residence
from guardians.definitions import DEFINITIONS
from guardians.family import carers_on
from guardians.models import Entrustment, Kinship
from visits import schedule
from visits.listing import WHOM_ORDER
from visits.models import ContactChild, ContactRule, Counterpart
from visits.schedule import Rule, Standing

COMING_DAYS = 7


@dataclass(frozen=True)
class Entry:
    """A child of the work list: who, and how they stand to the rules."""

    key: Any
    standing: Standing


@dataclass(frozen=True)
class Worklist:
    """The children due on a day, the worst first; those who fall due within a week; whether any rule is in force, and
    how many children the rules are about."""

    due: tuple[Entry, ...]
    coming: tuple[Entry, ...]
    has_rules: bool
    watched: int = 0


@dataclass(frozen=True)
class Attempts:
    """How often somebody tried in vain since the last time the child was reached, and when last."""

    times: int
    last_on: date


@dataclass(frozen=True)
class Card:
    """What the work list shows of one child."""

    child: Child
    age: int
    enrolment: Enrolment | None
    residence: Residence | None
    carer: Entrustment | None
    standing: Standing
    reasons: tuple[str, ...]
    attempts: Attempts | None
    next_on: date

    @property
    def carer_relation(self) -> str:
        """What the carer is to the child, in words."""
        return RELATION.label(self.carer.relation) if self.carer and self.carer.relation else ""


def rules_for(posting: Posting, today: date) -> list[Rule]:
    """The contact rules of the posting's office and the offices above it, for the posting's role."""
    rules = ContactRule.objects.filter(
        in_force(today), role=posting.role, organization__in=Organization.objects.above(posting.organization)
    )
    return [
        Rule(rule.kind, rule.definition, rule.every_days, rule.organization.path.count("/"))
        for rule in rules.select_related("organization")
    ]


def worklist(posting: Posting, today: date) -> Worklist:
    """Everyone in the scope in force who is due by the rules of this posting."""
    rules = rules_for(posting, today)
    if not rules:
        return Worklist((), (), has_rules=False)
    children = Child.objects.live().filter(opened_on__lte=today)
    fits: dict[Any, set[str]] = defaultdict(set)
    for key in {rule.definition for rule in rules} & set(DEFINITIONS):
        for child in DEFINITIONS[key].children(children, today).values_list("pk", flat=True):
            fits[child].add(key)
    last: dict[Any, dict[str, date]] = defaultdict(dict)
    reached = ContactChild.objects.filter(contact__reached=True, contact__held_on__lte=today)
    for child, kind, held_on in (
        reached.values_list("child", "contact__kind").annotate(Max("contact__held_on")).order_by()
    ):
        last[child][kind] = held_on
    due, coming, watched = [], [], 0
    for key, opened_on, name in children.values_list("pk", "opened_on", "name_order"):
        standing = schedule.standing(
            rules, fits=fits.get(key, set()), opened_on=opened_on, last=last.get(key, {}), today=today
        )
        if standing is None:
            continue
        watched += 1
        if standing.due:
            due.append((standing.urgency, name, Entry(key, standing)))
        elif standing.days_left <= COMING_DAYS:
            coming.append((standing.days_left, name, Entry(key, standing)))
    return Worklist(
        tuple(entry for _urgency, _name, entry in sorted(due, key=lambda row: row[:2])),
        tuple(entry for _days, _name, entry in sorted(coming, key=lambda row: row[:2])),
        has_rules=True,
        watched=watched,
    )


def cards(entries: Sequence[Entry], today: date) -> list[Card]:
    """The entries with everything their cards show, in the same order and a fixed number of queries."""
    keys = [entry.key for entry in entries]
    children = Child.objects.in_bulk(keys)
    schools = {
        row.child_id: row for row in Enrolment.objects.filter(in_force(today), child__in=keys).select_related("school")
    }
    homes = {
        row.child_id: row for row in Residence.objects.filter(in_force(today), child__in=keys).select_related("village")
    }
    carers = carers_on(children.values(), today)
    met = _last_met(entries)
    tried = _attempts(keys, today)
    return [
        Card(
            child=(child := children[entry.key]),
            age=child.age_on(today),
            enrolment=schools.get(entry.key),
            residence=homes.get(entry.key),
            carer=carers.get(entry.key),
            standing=entry.standing,
            reasons=tuple(
                schedule.reason(gap, met.get((entry.key, gap.kind, gap.last_on), ""), never=entry.standing.never)
                for gap in entry.standing.due[: 1 if entry.standing.never else None]
            ),
            attempts=tried.get(entry.key),
            next_on=schedule.next_on(entry.standing, today),
        )
        for entry in entries
    ]


def _last_met(entries: Iterable[Entry]) -> dict[tuple[Any, str, date | None], str]:
    """Whom the contacts met that the gaps speak of: (child, kind or "", day) → words."""
    wanted = {(entry.key, gap.kind, gap.last_on) for entry in entries for gap in entry.standing.due if gap.last_on}
    links = ContactChild.objects.filter(
        child__in={key for key, _kind, _day in wanted},
        contact__held_on__in={day for _key, _kind, day in wanted},
        contact__reached=True,
    ).order_by("contact__id")
    contacts = {}
    for child, contact, kind, day in links.values_list("child", "contact", "contact__kind", "contact__held_on"):
        for slot in ((child, kind, day), (child, "", day)):
            if slot in wanted:
                contacts[slot] = contact
    relations = {
        (child, relative): relation
        for child, relative, relation in Kinship.objects.filter(child__in={slot[0] for slot in contacts}).values_list(
            "child", "relative", "relation"
        )
    }
    people: dict[Any, list[tuple[str, Any]]] = defaultdict(list)
    for contact, kind, relative in (
        Counterpart.objects.filter(contact__in=set(contacts.values()))
        .order_by("id")
        .values_list("contact", "kind", "relative")
    ):
        people[contact].append((kind, relative))
    return {
        slot: "、".join(
            dict.fromkeys(
                RELATION.label(relations[slot[0], relative])
                if (slot[0], relative) in relations
                else COUNTERPART.label(kind)
                for kind, relative in sorted(people[contact], key=lambda person: WHOM_ORDER[person[0]])
            )
        )
        for slot, contact in contacts.items()
    }


def _attempts(keys: list[Any], today: date) -> dict[Any, Attempts]:
    """Attempts in vain since each child was last reached."""
    tried = ContactChild.objects.filter(child__in=keys, contact__held_on__lte=today)
    reached = dict(
        tried.filter(contact__reached=True).values_list("child").annotate(Max("contact__held_on")).order_by()
    )
    days: dict[Any, list[tuple[date, int]]] = defaultdict(list)
    for child, day, times in (
        tried.filter(contact__reached=False).values_list("child", "contact__held_on").annotate(Count("id")).order_by()
    ):
        if child not in reached or day >= reached[child]:
            days[child].append((day, times))
    return {child: Attempts(sum(times for _day, times in rows), max(rows)[0]) for child, rows in days.items()}
