"""Who may see and do what. This is the only module that decides it.

*Roles* say what a person may do; they belong to a posting, and a person acts in one posting at a time.
*Scope* says about which children: it is put in force for a request, a command or a job, and every query for a record
about a child obeys it at the moment its SQL is written. Without a scope such a query raises `ScopeError`; it never
answers. *Guards* (`@requires`, `@public`, `@signed_in`) are the line above each view; a page without one is refused
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
from django.core.exceptions import EmptyResultSet, FullResultSet, PermissionDenied
from django.db import models
from django.db.models.expressions import Exists, Expression, F, OuterRef, Subquery
from django.db.models.lookups import GreaterThanOrEqual, In, IsNull, LessThan
from django.db.models.sql.where import OR, WhereNode
from django.http import HttpRequest, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from caseworks.encryption import SealedQuerySet, fill_indexes, indexes_of

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


def role_choices() -> list[tuple[str, Any]]:
    """(role, word) pairs for forms."""
    return [(role.value, ROLES[role].label) for role in Role]


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


def _scope_in_force() -> Scope:
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
    entered = Acting(scope_of(posting, today), user, posting, address, verified)
    token = _acting.set(entered)
    try:
        yield entered
    finally:
        _acting.reset(token)


@contextmanager
def nobody(*, posting: Posting | None = None, address: str | None = None) -> Iterator[Acting]:
    """Put in force that nobody has signed in, and so reaches no child; the audit trail keeps the address, and the
    posting of the account that was tried."""
    entered = Acting(Scope((), (), timezone.localdate()), posting=posting, address=address)
    token = _acting.set(entered)
    try:
        yield entered
    finally:
        _acting.reset(token)


@contextmanager
def arriving() -> Iterator[Acting]:
    """Add to the scope in force the archives of its offices that are still being brought in, for the import's own writing."""
    before = _acting.get()
    if before is None:
        raise ScopeError("No scope is in force to which anything could be added.")
    entered = replace(before, scope=replace(before.scope, arriving=True))
    token = _acting.set(entered)
    try:
        yield entered
    finally:
        _acting.reset(token)


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
    token = _acting.set(entered)
    try:
        audit.record("scope.everyone", reason=reason)
        yield entered
    finally:
        _acting.reset(token)


class InScope(Expression):
    """SQL condition: the child named by `column` is in the scope in force *when the SQL is written*.

    `column` names the child key; with `through=(model label, field)` it names a row reached through a link table, such
    as a relative through the kinships of children in scope. `singly` has a large area looked up child by child also where
    PostgreSQL would sooner read all its roads (150 ms for a county): for a search that stops after a few.
    """

    conditional = True
    output_field = models.BooleanField()

    def __init__(
        self, column: str | Expression, *, through: tuple[str, str] | None = None, singly: bool = False
    ) -> None:
        super().__init__()
        self.column = F(column) if isinstance(column, str) else column
        self.through = through
        self.singly = singly

    def get_source_expressions(self) -> list[Any]:
        return [self.column]

    def set_source_expressions(self, exprs: Any) -> None:
        [self.column] = exprs

    def as_sql(self, compiler: Any, connection: Any, *args: Any, **kwargs: Any) -> Any:
        current = _scope_in_force()
        if current.everyone and current.arriving:
            raise FullResultSet
        if current.everyone:
            return compiler.compile(self._arrived())
        return compiler.compile(self._by_row(current) if current.wide else self._by_set(current))

    def _arrived(self) -> Any:
        """The child is not one of those that an import is bringing in. (A relative of theirs has no other child yet.)"""
        arrivals = apps.get_model("children", "Arrival")._default_manager.all()
        if self.through is None:
            return ~Exists(self._here(arrivals, "child_id"))
        label, field = self.through
        link = self._here(subquery(apps.get_model(label)), field)
        return ~Exists(link.filter(Exists(arrivals.filter(child_id=OuterRef("child_id")))))

    def _by_set(self, current: Scope) -> Any:
        """The key is in the set of keys reached."""
        keys = current.children()
        if self.through is not None:
            label, field = self.through
            keys = subquery(apps.get_model(label)).filter(child_id__in=keys).values(field)
        return In(self.column, keys.query)

    def _by_row(self, current: Scope) -> Any:
        """There is a road to this row."""
        if self.through is None:
            here = self._here(current.reach(), "child_id")
            return IsNull(Subquery(here.values("child_id")[:1]), False) if self.singly else Exists(here)
        label, field = self.through
        link = self._here(subquery(apps.get_model(label)), field)
        return Exists(link.filter(Exists(current.reach().filter(child_id=OuterRef("child_id")))))

    def _here(self, rows: models.QuerySet, field: str) -> models.QuerySet:
        """Rows whose field is this column. The column is resolved already, so the inner query is told what an OuterRef
        would have told it: that the column's table stands outside, and whether under another name."""
        column: Any = self.column
        rows = rows.filter(**{field: column})
        rows.query.external_aliases[column.alias] = column.alias != column.target.model._meta.db_table
        return rows


class ScopedQuerySet(SealedQuerySet):
    """A queryset of records about children."""

    def bulk_create(self, objs: Any, *args: Any, **kwargs: Any) -> Any:
        objs = list(objs)
        require_reach(self.model, objs)
        return super().bulk_create(objs, *args, **kwargs)

    def bulk_update(self, objs: Any, fields: Any, *args: Any, **kwargs: Any) -> Any:
        _scope_in_force()
        return super().bulk_update(objs, fields, *args, **kwargs)

    def raw(self, *args: Any, **kwargs: Any) -> Any:
        raise ScopeError("Raw SQL does not know the scope in force.")


class InOffice(Expression):
    """SQL condition: one of the offices whose paths these columns hold lies where whoever acts works, *when the SQL is
    written*; for what goes from office to office about a child whom not both of them reach."""

    conditional = True
    output_field = models.BooleanField()

    def __init__(self, *columns: str | Expression) -> None:
        super().__init__()
        self.columns = [F(column) if isinstance(column, str) else column for column in columns]

    def get_source_expressions(self) -> list[Any]:
        return self.columns

    def set_source_expressions(self, exprs: Any) -> None:
        self.columns = list(exprs)

    def as_sql(self, compiler: Any, connection: Any, *args: Any, **kwargs: Any) -> Any:
        current = _scope_in_force()
        if current.everyone:
            raise FullResultSet
        within: list[Any] = [
            _both(GreaterThanOrEqual(column, low), LessThan(column, high))
            for column in self.columns
            for low, high in current.ranges
        ]
        if not within:
            raise EmptyResultSet
        sql, params = compiler.compile(WhereNode(within, connector=OR))
        return f"({sql})", params


def _both(*conditions: Any) -> WhereNode:
    return WhereNode(list(conditions))


def subquery(model: type[models.Model]) -> models.QuerySet:
    """A queryset without a scope of its own, only for use *inside* a scoped one, where a second scope would be paid for
    twice. Modules that may use it are listed in tests/test_conventions.py; evaluating it is an error of the caller."""
    return models.QuerySet(model)


def require_reach(model: Any, rows: list[Any]) -> None:
    """Raise ScopeError unless every new row is about somebody in scope; a scope must be in force even for no rows.

    A row about a child names a child in scope. A row about a relative or a contact names one in scope. And a link to
    a relative or a contact that others are linked to already is no way to reach them: it must be in scope before.
    """
    current = _scope_in_force()
    if current.everyone or not rows:
        return
    asked = {row.child_id for row in rows if getattr(row, "child_id", None)}
    # child by child and link by link: asked as two lists, SQLite would walk every road of a county, or try every child in
    # scope with every relative
    reached = Exists(current.reach().filter(child_id=OuterRef("pk")))
    children = subquery(apps.get_model("children", "Child")).filter(reached, pk__in=asked)
    missing = asked - set(children.values_list("pk", flat=True)) if asked else asked
    in_scope = Exists(current.reach().filter(child_id=OuterRef("child_id")))
    if model.scope_through is not None and model.scope_column != "pk":
        label, field = model.scope_through
        asked = {getattr(row, f"{model.scope_column}_id") for row in rows}
        links = subquery(apps.get_model(label)).filter(**{f"{field}__in": asked})
        missing |= asked - set(links.filter(in_scope).values_list(field, flat=True))
    if model.scope_links:
        asked = {getattr(row, f"{model.scope_links}_id") for row in rows}
        links = subquery(model).filter(**{f"{model.scope_links}__in": asked})
        known = set(links.values_list(model.scope_links, flat=True))
        missing |= known - set(links.filter(in_scope).values_list(model.scope_links, flat=True))
    if missing:
        raise ScopeError(f"{model.__name__}: {len(missing)} row(s) outside the scope in force.")


_Manager = models.Manager.from_queryset(ScopedQuerySet)


class ScopedManager(_Manager):
    """Default-deny: every verb of every queryset it hands out obeys the scope in force, or raises ScopeError."""

    def get_queryset(self) -> Any:
        model: Any = self.model
        return super().get_queryset().filter(InScope(model.scope_column, through=model.scope_through))


class AboutChildren(models.Model):
    """A record about children. `scope_column` names the child's key, `scope_through` the link table if there is one;
    `scope_links`, on a link table, names what it brings into reach."""

    scope_column = "child"
    scope_through: tuple[str, str] | None = None
    scope_links = ""

    objects = ScopedManager()

    class Meta:
        abstract = True
        base_manager_name = "objects"

    def save(self, *args: Any, **kwargs: Any) -> None:
        fill_indexes(self)
        if fields := kwargs.get("update_fields"):
            kwargs["update_fields"] = {*fields, *indexes_of(type(self), fields)}
        if self._state.adding:
            require_reach(type(self), [self])
        elif not kwargs.get("update_fields"):
            _scope_in_force()
            # the scoped base manager decides: a row out of scope is an error, not a write
            kwargs["force_update"] = True
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        if not type(self)._base_manager.filter(pk=self.pk).exists():
            raise ScopeError(f"{type(self).__name__} is outside the scope in force.")
        return super().delete(*args, **kwargs)

    def validate_constraints(self, exclude: Any = None) -> None:
        fill_indexes(self)
        super().validate_constraints(exclude=exclude)


class OfficeManager(models.Manager.from_queryset(SealedQuerySet)):  # type: ignore[misc]  # a manager made by a call
    """Default-deny: every verb obeys the offices of the scope in force, or raises ScopeError."""

    def get_queryset(self) -> Any:
        model: Any = self.model
        return super().get_queryset().filter(InOffice(*model.office_columns))


class BetweenOffices(models.Model):
    """A record that goes from office to office and names a child whom not all of them reach. `office_columns` hold the
    paths of the offices that see it."""

    office_columns: tuple[str, ...] = ()

    objects = OfficeManager()

    class Meta:
        abstract = True
        base_manager_name = "objects"


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
