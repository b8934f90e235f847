"""Who may see and do what. This is the only module that decides it.

*Roles* say what a person may do; they belong to a posting, and a person acts in one posting at a time.
*Scope* says about which children: it is put in force for a request, a command or a job, and every query for a record
about a child obeys it at the moment its SQL is written (caseworks/scoped.py). Without a scope such a query raises
`ScopeError`; it never answers. *Guards* (`@requires`, `@public`, `@signed_in`) are the line above each view; a page without one is refused
and fails the system check.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from caseworks.models import Posting, User

# --- Roles ------------------------------------------------------------------------------------------------------------


class Permission(StrEnum):
    """What a role may do. Which children it may do it to is the scope's business."""

    VIEW_CHILDREN = "view_children"  # lists and the summary of an archive
    VIEW_ARCHIVES = "view_archives"  # the whole archive
    KEEP_ARCHIVES = "keep_archives"  # open and change archives
    IMPORT_ROSTERS = "import_rosters"
    EXPORT_CHILDREN = "export_children"
    LOG_CONTACTS = "log_contacts"
    VIEW_PAIRINGS = "view_pairings"
    MANAGE_PAIRINGS = "manage_pairings"
    VIEW_REPORTS = "view_reports"  # figures
    VIEW_REPORT_RECORDS = "view_report_records"  # the people behind a figure
    EXPORT_REPORTS = "export_reports"
    APPROVE_EXPORTS = "approve_exports"  # let a file leave that somebody else asked for
    MANAGE_RULES = "manage_rules"  # contact rules and declared pupil counts
    MANAGE_STAFF = "manage_staff"
    MANAGE_ORGANIZATIONS = "manage_organizations"
    VIEW_AUDIT = "view_audit"
    VIEW_LOOKS = "view_looks"  # who looked at a child's archive
    RECEIVE_REQUESTS = "receive_requests"  # what families ask for: to see, copy, correct, erase
    DECIDE_REQUESTS = "decide_requests"  # answer them; erase an archive, or hold it


class Via(StrEnum):
    """The road by which an organization, or a person, reaches a child."""

    RESIDENCE = "residence"
    ENROLMENT = "enrolment"
    PAIRING = "pairing"
    GRANT = "grant"


@dataclass(frozen=True)
class RoleSpec:
    """A role in the users' words: what it is called, one sentence about it, its rights and its roads to children."""

    label: Any
    sentence: Any
    permissions: frozenset[Permission]
    roads: tuple[Via, ...]


class Role(StrEnum):
    CASEWORKER = "caseworker"
    SCHOOL_STAFF = "school_staff"
    MENTOR = "mentor"
    ADMINISTRATOR = "administrator"
    LEADER = "leader"
    AUDITOR = "auditor"
    SYSTEM = "system"


_P = Permission
_FIELD_WORK = frozenset(
    {
        _P.VIEW_CHILDREN,
        _P.VIEW_ARCHIVES,
        _P.KEEP_ARCHIVES,
        _P.EXPORT_CHILDREN,
        _P.LOG_CONTACTS,
        _P.VIEW_PAIRINGS,
        _P.RECEIVE_REQUESTS,
    }
)
ROLES: dict[str, RoleSpec] = {
    Role.CASEWORKER: RoleSpec(
        _("caseworker"),
        _("Keeps the archives of the children who live in the village and logs contacts with them."),
        _FIELD_WORK,
        (Via.RESIDENCE, Via.GRANT),
    ),
    Role.SCHOOL_STAFF: RoleSpec(
        _("school staff"),
        _("Keeps the archives of the children enrolled in the school, imports rosters and logs contacts."),
        _FIELD_WORK | {_P.IMPORT_ROSTERS},
        (Via.ENROLMENT, Via.GRANT),
    ),
    Role.MENTOR: RoleSpec(
        _("mentor"),
        _("Reads the summary of the children paired with them and logs contacts, as long as the pairing lasts."),
        frozenset({_P.VIEW_CHILDREN, _P.LOG_CONTACTS}),
        (Via.PAIRING,),
    ),
    Role.ADMINISTRATOR: RoleSpec(
        _("administrator"),
        _("Runs the office: staff, pairings, rules, rosters, reports and exports, for everything under it."),
        frozenset(_P) - {_P.KEEP_ARCHIVES, _P.LOG_CONTACTS, _P.MANAGE_ORGANIZATIONS, _P.VIEW_AUDIT},
        (Via.RESIDENCE, Via.ENROLMENT, Via.PAIRING, Via.GRANT),
    ),
    Role.LEADER: RoleSpec(
        _("leader"),
        _("Reads the figures of everything under the office; no names."),
        frozenset({_P.VIEW_REPORTS, _P.EXPORT_REPORTS}),
        (Via.RESIDENCE, Via.ENROLMENT, Via.PAIRING),
    ),
    Role.AUDITOR: RoleSpec(
        _("auditor"),
        _("Reads and exports the audit trail; no archives."),
        frozenset({_P.VIEW_AUDIT, _P.APPROVE_EXPORTS}),
        (),
    ),
    Role.SYSTEM: RoleSpec(
        _("system"),
        _("Keeps settings, organizations and accounts; no archives."),
        frozenset({_P.MANAGE_STAFF, _P.MANAGE_ORGANIZATIONS, _P.APPROVE_EXPORTS}),
        (),
    ),
}


# --- Scope ------------------------------------------------------------------------------------------------------------


class ScopeError(PermissionError):
    """A record about a child was asked for, or written, with no scope in force or outside it."""


# A road that ends on this day is not open yet: the archive is being brought in (children.Arrival).
NOT_YET = date.min
# Offices so large that their children are asked one by one (EXISTS) instead of listed first (IN); see Scope.wide.
WIDE_KINDS = frozenset({"province", "city", "county", "district"})


@dataclass(frozen=True)
class Scope:
    """The children that whoever is acting may reach on a day: ranges of paths, each with the roads that count.

    `wide` says nothing about who is reached, only how SQLite is to look: for a village it first lists the children
    reached, for a county it walks the rows asked for and looks up each, so that the first page of 100,000 is ready
    after fifty (docs/performance.md).

    `arriving` adds the archives that an import is still bringing in, or taking out again, which nobody else sees: it is
    for the import itself.
    """

    ranges: tuple[tuple[str, str], ...]
    roads: tuple[Via, ...]
    today: date
    everyone: bool = False
    wide: bool = False
    arriving: bool = False

    def children(self) -> models.QuerySet:
        """Keys of the children in scope, as a sub-query over `Reach`."""
        return self.reach().values("child_id")

    def reach(self) -> models.QuerySet:
        """The rows of `Reach` that count, as a sub-query."""
        reach = apps.get_model("children", "Reach")._default_manager.filter(via__in=self.roads)
        condition = models.Q(pk__in=[])
        for low, high in self.ranges:
            condition |= models.Q(path__gte=low, path__lt=high)
        still = models.Q(until_on__isnull=True) | models.Q(until_on__gt=self.today)
        if self.arriving:
            still |= models.Q(until_on=NOT_YET)
        return reach.filter(condition, still)


@dataclass(frozen=True)
class Acting:
    """Who is acting now, in which posting, from where, with which scope; `verified` if by a second factor."""

    scope: Scope
    user: User | None = None
    posting: Posting | None = None
    address: str | None = None
    verified: bool = False


_acting: ContextVar[Acting | None] = ContextVar("acting", default=None)


def acting() -> Acting | None:
    """Who is acting, or None outside any scope."""
    return _acting.get()


def scope_in_force() -> Scope:
    """The scope of whoever acts. Raises ScopeError outside any."""
    current = _acting.get()
    if current is None:
        raise ScopeError("No scope is in force: a record about a child was asked for without saying on whose behalf.")
    return current.scope


def scope_of(posting: Posting | None, today: date) -> Scope:
    """What a posting reaches on a day. A person without a posting reaches nobody.

    A mentor's own children are those on the path of the person's own mentor records; everyone else reaches the
    subtree of the organization by the roads of the role.
    """
    from caseworks.models import subtree

    if posting is None:
        return Scope((), (), today)
    spec = ROLES[posting.role]
    if not spec.roads:
        return Scope((), (), today)
    if posting.role == Role.MENTOR:
        mentors = apps.get_model("visits", "Mentor")._default_manager.filter(
            user=posting.user_id, organization=posting.organization_id
        )
        return Scope(tuple(subtree(mentor.path) for mentor in mentors), spec.roads, today)
    wide = posting.organization.kind in WIDE_KINDS
    return Scope((subtree(posting.organization.path),), spec.roads, today, wide=wide)


@contextmanager
def _in_force(entered: Acting) -> Iterator[Acting]:
    token = _acting.set(entered)
    try:
        yield entered
    finally:
        _acting.reset(token)


@contextmanager
def scope(
    user: User,
    *,
    posting: Posting | None = None,
    today: date | None = None,
    address: str | None = None,
    verified: bool = False,
) -> Iterator[Acting]:
    """Put in force what this person reaches, in the given posting or in the one held longest."""
    today = today or timezone.localdate()
    if posting is None:
        posting = next(iter(user.postings_on(today)), None)
    with _in_force(Acting(scope_of(posting, today), user, posting, address, verified)) as entered:
        yield entered


@contextmanager
def nobody(*, posting: Posting | None = None, address: str | None = None) -> Iterator[Acting]:
    """Put in force that nobody has signed in, and so reaches no child; the audit trail keeps the address, and the
    posting of the account that was tried."""
    with _in_force(Acting(Scope((), (), timezone.localdate()), posting=posting, address=address)) as entered:
        yield entered


@contextmanager
def arriving() -> Iterator[Acting]:
    """Add to the scope in force the archives of its offices that are still being brought in, for the import's own writing."""
    before = _acting.get()
    if before is None:
        raise ScopeError("No scope is in force to which anything could be added.")
    with _in_force(replace(before, scope=replace(before.scope, arriving=True))) as entered:
        yield entered


@contextmanager
def everyone(reason: str, *, arriving: bool = False) -> Iterator[Acting]:
    """Put every child in scope, for a command or a job that serves no single person. The audit trail keeps the reason.

    Archives that an import is still bringing in are left out, unless `arriving` asks for them too. Only the modules
    listed in tests/test_conventions.py may use it.
    """
    from caseworks import audit

    before = _acting.get()
    entered = Acting(
        Scope((), (), timezone.localdate(), everyone=True, arriving=arriving),
        before.user if before else None,
        before.posting if before else None,
    )
    with _in_force(entered):
        audit.record("scope.everyone", reason=reason)
        yield entered


# --- Guards -----------------------------------------------------------------------------------------------------------


class View(Protocol):
    rule: Rule

    def __call__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase: ...


class Gate(StrEnum):
    """What a signed-in person must pass before any page (caseworks/signin/gates.py)."""

    PASSWORD = "password"  # noqa: S105  (a password of one's own in place of the one on the slip, or of the aged one)
    CHECK = "check"  # show the second factor
    ENROL = "enrol"  # set up a second factor, where the role demands one


@dataclass(frozen=True)
class Rule:
    """What a page demands. `permission` is None for pages open to everyone (`public`) or to every signed-in person;
    `before` names the gates in front of which the page already opens."""

    permission: Permission | None
    methods: tuple[str, ...]
    public: bool = False
    before: tuple[Gate, ...] = ()

    @property
    def allowed(self) -> tuple[str, ...]:
        """The methods the page takes: HEAD wherever it takes GET."""
        return (*self.methods, "HEAD") if "GET" in self.methods else self.methods


def _guard(rule: Rule) -> Callable[[Callable[..., HttpResponseBase]], View]:
    def decorate(view: Callable[..., HttpResponseBase]) -> View:
        @functools.wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.method not in rule.allowed:
                return HttpResponseNotAllowed(rule.allowed)
            if rule.permission is not None and not allows(rule.permission):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.rule = rule  # type: ignore[attr-defined]
        return guarded  # type: ignore[return-value]

    return decorate


def requires(permission: Permission, *, methods: tuple[str, ...] = ("GET",)) -> Callable[..., View]:
    """The page is for people whose acting posting carries the permission. Others get 403; strangers to the record 404."""
    return _guard(Rule(permission, methods))


def signed_in(*, methods: tuple[str, ...] = ("GET",), before: tuple[Gate, ...] = ()) -> Callable[..., View]:
    """The page is for everyone who is signed in, whatever their posting; `before` only for pages that open a gate."""
    return _guard(Rule(None, methods, before=before))


def public(*, methods: tuple[str, ...] = ("GET",)) -> Callable[..., View]:
    """The page is for everyone, signed in or not."""
    return _guard(Rule(None, methods, public=True))


def allows(permission: Permission) -> bool:
    """True if whoever is acting may do this."""
    current = _acting.get()
    return current is not None and current.posting is not None and current.posting.allows(permission)


# Model → what the acting posting needs to see it in the shared admin, and to change it there (None: nobody may).
ADMIN: dict[str, tuple[Permission, Permission | None]] = {
    "caseworks.organization": (_P.MANAGE_STAFF, _P.MANAGE_ORGANIZATIONS),
    "caseworks.user": (_P.MANAGE_STAFF, _P.MANAGE_STAFF),
    "caseworks.posting": (_P.MANAGE_STAFF, _P.MANAGE_STAFF),
    "caseworks.auditevent": (_P.VIEW_AUDIT, None),
    "children.pupilcount": (_P.MANAGE_RULES, _P.MANAGE_RULES),
    "visits.mentor": (_P.MANAGE_PAIRINGS, _P.MANAGE_PAIRINGS),
    "visits.contactrule": (_P.MANAGE_RULES, _P.MANAGE_RULES),
}


def grantable_roles() -> tuple[Role, ...]:
    """The roles whoever is acting may give to others: nobody who runs an office makes its auditor or system manager."""
    if not allows(_P.MANAGE_STAFF):
        return ()
    return tuple(role for role in Role if allows(_P.MANAGE_ORGANIZATIONS) or role not in (Role.AUDITOR, Role.SYSTEM))


def admin_allows(permission: str) -> bool:
    """Answers Django's `app.verb_model` for the shared admin from the table above; unknown models are closed."""
    app, _dot, name = permission.partition(".")
    verb, _bar, model = name.partition("_")
    if not model:
        return any(key.startswith(f"{app}.") and allows(see) for key, (see, _change) in ADMIN.items())
    see, change = ADMIN.get(f"{app}.{model}", (None, None))
    needed = see if verb == "view" else change
    return needed is not None and allows(needed)
