"""House rules that a machine can check. Each check is a function from source text to complaints, and is first shown a
bad example that it must notice: a check that cannot fail is worth less than none."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models
from django.test.utils import isolate_apps

from caseworks import codelists
from caseworks.access import ADMIN
from caseworks.checks import all_urls
from caseworks.models import Editable
from caseworks.scoped import AboutChildren, ScopedManager
from children.models import Child, Enrolment

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("caseworks", "children", "guardians", "visits")

# --- What is allowed where, with the reason -------------------------------------------------------------------------

# Everything in scope, for no single person.
MAY_ENTER_EVERYONE = {
    "caseworks/access.py": "defines it",
    "caseworks/rights/removal.py": "whether a parent is shared must be asked beyond the reach of whoever erases",
    "children/handover/actions.py": "whether and where a child who is named by the whole ID number has an archive",
    "children/promotion/actions.py": "pupils who have left the school, when their promotion is taken back",
    "guardians/duplicates/actions.py": "counts whether a relative also belongs to a child out of reach",
    "guardians/duplicates/moving.py": "hand-overs of a merged archive between other offices",
    "visits/handed_over.py": "the contacts that a former keeper logged itself",
}
# Rows without a scope of their own, inside a query that has one.
MAY_USE_SUBQUERY = {
    "caseworks/scoped.py": "defines it, and asks link tables with it",
    "caseworks/conditions.py": "conditions of a scoped query, written once",
    "children/ages.py": "children about whom somebody has said that it is done: the outer query is scoped",
    "caseworks/kept.py": "children by the dates of enrolments, residences and pairings, within the scope in force",
    "children/models/archive.py": "children by school or village",
    "children/held.py": "whether there is a row about a child in scope",
    "children/forms/filters.py": "the filter of the list: the outer query is scoped",
    "children/facts/checkups.py": "children in scope, and whether they were checked",
    "guardians/definitions.py": "conditions over children in scope",
    "children/sorting.py": "what a scoped list is sorted by",
    "children/views/list_sheet.py": "what the carer of a child in scope is to the child",
    "guardians/finding.py": "children found by a number: the outer query is scoped",
    "guardians/gaps/check.py": "conditions over children in scope",
    "guardians/gaps/checks.py": "the same",
    "guardians/family.py": "siblings: the outer query is scoped",
    "caseworks/reports/indicators.py": "conditions over children in scope",
    "caseworks/reports/question.py": "the children of a report: the outer query is scoped",
    "caseworks/reports/summary/columns.py": "who gets a kind of support, among the left-behind in scope",
    "caseworks/reports/summary/splits.py": "what a child in scope is split by",
    "caseworks/reports/splits.py": "shares of children in scope",
    "caseworks/exchange/archives.py": "names of children in scope; and whether a typed ID number is taken, as the unique "
    "constraint would say",
}
# What an office kept once, for figures.
MAY_COUNT_WHAT_WAS = {
    "caseworks/kept.py": "defines it",
    "caseworks/reports/indicators.py": "the work of an office, and whom it reached",
    "caseworks/reports/question.py": "the children of a report",
    "caseworks/reports/records.py": "whose work a contact behind a figure was",
}
# Records that mention a child and are not about one child's life.
NOT_ABOUT_CHILDREN = {
    "Reach": "the table that scopes are made of",
    "NameWord": "the words of names, asked inside queries that have a scope",
    "Handover": "seen by the offices between which it goes: as closed by default, over their paths (BetweenOffices)",
    "Arrival": "what every scope leaves out",
}
# Who may import whom, among the modules that hold facts, rules and changes.
LAYERS = {"caseworks": 0, "children": 1, "guardians": 2, "visits": 3}
ABOVE_ALL = (
    "caseworks/reports/",
    "caseworks/exchange/",
    "caseworks/rights/",
    "caseworks/papers/",
    "caseworks/tables/",
    "caseworks/demo/",
)
# SQL that is not about rows.
MAY_USE_CURSORS = {
    "caseworks/demo/rows.py": "ANALYZE, after the demo is loaded",
    "caseworks/audit_triggers.py": "the triggers themselves",
    "caseworks/exchange/atonce.py": "thousands of changes while nobody else can write; reach and versions are asked first",
    "caseworks/sealing.py": "locks, and the size of the trail",
    "caseworks/rights/actions/erasures.py": "SQLite's journal, in which erased pages would stay a while",
}
# Writing functions beside the actions that do not say who, or not by name.
WITHOUT_BY = {
    "open_office": "from the command line, when there is nobody yet",
    "give_first_password": "a part of actions that say who",
    "check_second_factor": "only one's own",
    "end_period": "a part of actions that say who",
    "end_pairings_of_closed_archive": "called by a hook, in the action that closed the archive",
    "withdraw_those_of_closed_archive": "the same",
}
# Actions that refuse what has not happened yet.
MAY_READ_THE_CLOCK = {
    "caseworks/access.py": "the scope of a command is of its day",
    "caseworks/middleware.py": "the scope of a request is of its day",
    "caseworks/signin/lockout.py": "a try to sign in is of its moment",
    "caseworks/signin/passwords.py": "checked by Django, which passes no day",
    "caseworks/signin/sessions.py": "a session begins at its moment",
    "caseworks/exchange/office_sheets.py": "pages of the shared admin",
    "caseworks/exchange/jobs.py": "work in the background is of its day",
    "caseworks/counting.py": "the same",
    "caseworks/leaving/keeper.py": "a file is made at its moment, under the post of that day",
    "caseworks/leaving/send.py": "called by views, on the day of the request",
    "children/actions.py": "the day of the scope in force",
    "guardians/actions.py": "the same",
}
ON_TOP = {"wsgi", "views", "forms", "filters", "urls", "admin", "apps", "scoped_admin", "admin_site"}

# --- Reading the sources --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Source:
    """One file: where it is, and what it says."""

    path: str
    text: str

    @property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @property
    def is_on_top(self) -> bool:
        """True for the layer that speaks HTTP, and for commands."""
        parts = Path(self.path).with_suffix("").parts
        return bool(ON_TOP & set(parts)) or "management" in parts

    @property
    def is_migration(self) -> bool:
        return "/migrations/" in self.path


Complaints = Iterator[str]


def python_sources() -> list[Source]:
    files = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
    sources = [Source(str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")) for path in files]
    return [source for source in sources if not source.is_migration]


def template_sources() -> list[Source]:
    files = sorted((ROOT / "templates").rglob("*.html"))
    return [Source(str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")) for path in files]


def called(node: ast.AST) -> str:
    """The name that is called: `x.save()` is `save`, `print()` is `print`."""
    if not isinstance(node, ast.Call):
        return ""
    return getattr(node.func, "attr", getattr(node.func, "id", ""))


def calls(source: Source) -> Iterator[ast.Call]:
    return (node for node in ast.walk(source.tree) if isinstance(node, ast.Call))


# --- The checks -----------------------------------------------------------------------------------------------------


def no_way_around_the_scope(source: Source) -> Complaints:
    """Raw SQL and base managers do not know the scope in force."""
    for node in ast.walk(source.tree):
        if called(node) == "cursor" and source.path in MAY_USE_CURSORS:
            continue
        if called(node) in {"raw", "extra", "cursor", "RawSQL"}:
            yield f"{source.path}:{node.lineno} calls {called(node)}()"
        hidden = isinstance(node, ast.Attribute) and node.attr == "_base_manager"
        if hidden and source.path != "caseworks/scoped.py":
            yield f"{source.path}:{node.lineno} uses {ast.unparse(node)}"


def no_unescaped_html(source: Source) -> Complaints:
    for node in ast.walk(source.tree):
        name = getattr(node, "attr", getattr(node, "id", ""))
        if name in {"mark_safe", "csrf_exempt"} or called(node) == "SafeString":
            yield f"{source.path}:{node.lineno} uses {name or 'SafeString'}"
        if called(node) == "format_html" and node.args and not isinstance(node.args[0], ast.Constant):
            yield f"{source.path}:{node.lineno} gives format_html() a text that is not literal"


def everyone_only_where_listed(source: Source) -> Complaints:
    for node in calls(source):
        if called(node) == "everyone" and source.path not in MAY_ENTER_EVERYONE and "management" not in source.path:
            yield f"{source.path}:{node.lineno} puts everyone in scope"


def subquery_only_where_listed(source: Source) -> Complaints:
    for node in calls(source):
        if called(node) == "subquery" and source.path not in MAY_USE_SUBQUERY:
            yield f"{source.path}:{node.lineno} uses subquery()"


def what_was_only_for_figures(source: Source) -> Complaints:
    for node in calls(source):
        if called(node) in ("once_kept", "own_work") and source.path not in MAY_COUNT_WHAT_WAS:
            yield f"{source.path}:{node.lineno} asks for what an office kept once"


GETTEXT = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy"}


def texts_are_literal(source: Source) -> Complaints:
    """What is extracted into the catalogue must be the text itself, filled afterwards."""
    for node in calls(source):
        if called(node) in GETTEXT:
            texts = node.args[: 2 if called(node).startswith(("ngettext", "pgettext")) else 1]
            if not all(isinstance(text, ast.Constant) for text in texts):
                yield f"{source.path}:{node.lineno} translates a text that is not literal"


def no_print(source: Source) -> Complaints:
    return (f"{source.path}:{node.lineno} prints" for node in calls(source) if called(node) == "print")


def _imported(source: Source) -> Iterator[tuple[int, str]]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.lineno, node.module
        elif isinstance(node, ast.Import):
            yield from ((node.lineno, name.name) for name in node.names)


def imports_point_down(source: Source) -> Complaints:
    """caseworks ← children ← guardians ← visits; reports and exchange above all of them."""
    if source.is_on_top or source.path.startswith(ABOVE_ALL):
        return
    own = LAYERS[source.path.split("/")[0]]
    for line, module in _imported(source):
        if LAYERS.get(module.split(".")[0], -1) > own or module.startswith(
            ("caseworks.reports", "caseworks.exchange", "caseworks.rights")
        ):
            yield f"{source.path}:{line} imports {module}"


WRITES = {
    "save", "create", "delete", "update_or_create", "get_or_create", "bulk_create", "bulk_update", "aupdate", "acreate",
}  # fmt: skip


def pages_do_not_write(source: Source) -> Complaints:
    """Views and forms call actions; whoever else wants the same change finds it there."""
    if not {"views", "forms"} & set(Path(source.path).with_suffix("").parts):
        return
    for node in calls(source):
        on_rows = isinstance(node.func, ast.Attribute) and "objects" in ast.unparse(node.func.value)
        by_action = ast.unparse(node.func).startswith("form.save") or called(node) == getattr(node.func, "id", "")
        if (called(node) in WRITES and not by_action) or (called(node) == "update" and on_rows):
            yield f"{source.path}:{node.lineno} writes with {called(node)}()"


EDITABLE = {model.__name__ for model in apps.get_models() if issubclass(model, Editable)}
# why these may write rows that people correct without counting it
UPDATES_WITHOUT_VERSION = {
    "caseworks/exchange/writer.py",  # the values given to it count the version
    "caseworks/demo/contacts.py",  # makes the rows itself
    "caseworks/rights/retention.py",  # counts it where the model has one
}


def writes_of_many_rows_count_the_version(source: Source) -> Complaints:
    """`save()` looks at the version by itself; `update()` and `bulk_update()` must count it, or an open form would not
    notice, and would write over the change."""
    if source.path in UPDATES_WITHOUT_VERSION:
        return
    for node in calls(source):
        if called(node) not in {"update", "bulk_update"} or not isinstance(node.func, ast.Attribute):
            continue
        roots = {name.id for name in ast.walk(node.func.value) if isinstance(name, ast.Name)}
        on_rows = "objects" in ast.unparse(node.func.value)
        counted = "version" in {keyword.arg for keyword in node.keywords}
        if on_rows and not counted and (roots & EDITABLE or "model" in roots):
            yield f"{source.path}:{node.lineno} writes rows that people correct and does not count the version"


def flags_are_named(source: Source) -> Complaints:
    """`archive(child, True)` says nothing: a yes-or-no parameter is passed by its name."""
    for node in ast.walk(source.tree):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        positional = [*node.args.posonlyargs, *node.args.args]
        defaults = [None] * (len(positional) - len(node.args.defaults)) + list(node.args.defaults)
        for parameter, default in zip(positional, defaults, strict=True):
            is_flag = isinstance(default, ast.Constant) and isinstance(default.value, bool)
            if parameter.annotation is not None:
                is_flag = is_flag or ast.unparse(parameter.annotation) == "bool"
            overrides = "noqa: FBT001" in source.text.splitlines()[parameter.lineno - 1]
            if is_flag and not overrides:
                yield f"{source.path}:{node.lineno} {node.name}({parameter.arg}) takes a flag without its name"


def actions_say_who(source: Source) -> Complaints:
    """Whatever changes something is told by keyword who does it, and leaves its trace in the same transaction."""
    if Path(source.path).name != "actions.py" and "/actions/" not in source.path:
        return
    for node in source.tree.body:
        if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
            continue
        body = ast.unparse(node)
        records = "audit.record(" in body
        writes = any(called(each) in WRITES for each in ast.walk(node))
        by = "by" in {argument.arg for argument in node.args.kwonlyargs} and not node.args.args
        if (records or writes) and not by and node.name not in WITHOUT_BY:
            yield f"{source.path}:{node.lineno} {node.name}() lacks keyword-only `by`"
        if records and "atomic" not in body:
            yield f"{source.path}:{node.lineno} {node.name}() may lose the change or its trace: it is not atomic"


def nothing_left_for_later(source: Source) -> Complaints:
    for number, line in enumerate(source.text.splitlines(), start=1):
        if re.search(r"\b(TODO|FIXME|XXX|HACK)\b", line):
            yield f"{source.path}:{number} leaves something for later"


def clock_is_read_on_top(source: Source) -> Complaints:
    """ "Today" is an argument: rules and actions do not read the clock."""
    if source.is_on_top or source.path in MAY_READ_THE_CLOCK:
        return
    for node in calls(source):
        if called(node) in {"localdate", "today"}:
            yield f"{source.path}:{node.lineno} reads the clock"


_INLINE = re.compile(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)|javascript:|<[^>]*\shx-on", re.IGNORECASE)
_UNSAFE = re.compile(r"\|\s*safe\b|{%\s*autoescape\s+off")


def templates_obey_the_policy(source: Source) -> Complaints:
    """The Content-Security-Policy would refuse it in the browser, where nobody looks."""
    for number, line in enumerate(source.text.splitlines(), start=1):
        if match := _INLINE.search(line) or _UNSAFE.search(line):
            yield f"{source.path}:{number} has {match.group().strip()!r}"


def forms_that_change_something_carry_the_token(source: Source) -> Complaints:
    for form in re.findall(r"<form\b[^>]*method=[\"']post.*?</form>", source.text, re.IGNORECASE | re.DOTALL):
        if "csrf_token" not in form and "{% crispy" not in form:
            yield f"{source.path} has a form without a token: {form[:80]}"


# --- Each check, with what it must notice and what it must let pass --------------------------------------------------


@dataclass(frozen=True)
class Rule:
    check: Callable[[Source], Complaints]
    bad: tuple[str, ...]
    good: tuple[str, ...] = ()
    path: str = "children/rules.py"
    templates: bool = False


RULES = [
    Rule(
        no_way_around_the_scope,
        ("Child.objects.raw('SELECT 1')", "x.extra(where=['1'])", "connection.cursor()", "Child._base_manager.all()"),
        ("Child.objects.filter(name='raw')",),
    ),
    Rule(
        no_unescaped_html,
        ("from x import mark_safe\nmark_safe(name)", "@csrf_exempt\ndef f(): pass", "format_html(f'<b>{name}</b>')"),
        ("format_html('<b>{}</b>', name)",),
    ),
    Rule(everyone_only_where_listed, ("with access.everyone('x'): pass",), ("everyone",)),
    Rule(subquery_only_where_listed, ("subquery(Child)",), ("Subquery(rows)",)),
    Rule(what_was_only_for_figures, ("once_kept(Child, first, last)", "own_work(Contact, 'by')"), ("self.kept",)),
    Rule(
        texts_are_literal,
        ("_(f'{n} children')", "_('{} children'.format(n))", "gettext(text)", "ngettext(f'{n}', 'b', n)"),
        ("_('%(n)s children') % {'n': n}", "ngettext('%(n)s child', '%(n)s children', n)"),
    ),
    Rule(no_print, ("print('x')",), ("self.stdout.write('print')",)),
    Rule(
        imports_point_down,
        ("from guardians.models import Relative", "import visits.actions", "from caseworks.reports import annual"),
        ("from caseworks.models import User", "from children.names import clean"),
    ),
    Rule(
        pages_do_not_write,
        ("child.save()", "Child.objects.create()", "Child.objects.filter(pk=1).update(a=1)"),
        ("context.update(a=1)", "actions.amend(child=child, by=user)", "save(request, form, change)", "form.save(by=user)"),
        path="children/views.py",
    ),
    Rule(
        writes_of_many_rows_count_the_version,
        ("Child.objects.filter(pk=1).update(name='x')", "Mentor.objects.bulk_update(rows, ['name'])", "model.objects.update(a=1)"),
        (
            "Child.objects.filter(pk=1).update(name='x', version=F('version') + 1)", "Reach.objects.update(until_on=day)",
            "values.update(a=1)",
        ),
    ),
    Rule(
        flags_are_named,
        ("def f(child, deep=False): pass", "def f(child, deep: bool): pass"),
        ("def f(child, *, deep=False): pass", "def f(name=None): pass"),
    ),
    Rule(
        actions_say_who,
        (
            "@transaction.atomic\ndef close(child, by):\n    audit.record('x')",
            "@transaction.atomic\ndef close(*, child):\n    child.save()",
            "def close(*, child, by):\n    audit.record('x')",
        ),
        (
            "@transaction.atomic\ndef close(*, child, by):\n    audit.record('x')",
            "def close(*, child, by):\n    with transaction.atomic():\n        audit.record('x')",
            "def _helper(child):\n    child.save()",
            "def may_close(child):\n    return True",
        ),
        path="children/actions.py",
    ),
    Rule(nothing_left_for_later, ("x = 1  # TO" + "DO later",), ("x = 1  # the to-do list of the day",)),
    Rule(clock_is_read_on_top, ("day = timezone.localdate()", "date.today()"), ("def f(today): return today",)),
    Rule(
        templates_obey_the_policy,
        (
            '<p style="color:red">', '<a onclick="x()">', "<script>x</script>", "<style>p{}</style>", "{{ note|safe }}",
            '<a href="javascript:x()">', '<div hx-on:click="x">', "{% autoescape off %}",
        ),
        ('<script src="{% static \'a.js\' %}" defer></script>', '<p class="style">on = off</p>', '<a data-style="x">'),
        path="templates/x.html",
        templates=True,
    ),
    Rule(
        forms_that_change_something_carry_the_token,
        ('<form method="post"><button>x</button></form>',),
        ('<form method="post">{% csrf_token %}</form>', '<form method="get"></form>', '<form method="post">\n{% csrf_token %}</form>'),
        path="templates/x.html",
        templates=True,
    ),
]  # fmt: skip
_ids = [rule.check.__name__ for rule in RULES]


@pytest.mark.parametrize("rule", RULES, ids=_ids)
def test_the_check_notices_a_bad_example(rule):
    for text in rule.bad:
        assert list(rule.check(Source(rule.path, text))), text
    for text in rule.good:
        assert list(rule.check(Source(rule.path, text))) == [], text


@pytest.mark.parametrize("rule", RULES, ids=_ids)
def test_the_sources_keep_the_rule(rule):
    sources = template_sources() if rule.templates else python_sources()
    assert len(sources) > 5
    assert [complaint for source in sources for complaint in rule.check(source)] == []


@pytest.mark.parametrize("listed", [MAY_ENTER_EVERYONE, MAY_USE_SUBQUERY], ids=["everyone", "subquery"])
def test_exceptions_are_still_needed(listed):
    name = "everyone" if listed is MAY_ENTER_EVERYONE else "subquery"
    for path in listed:
        assert f"{name}(" in (ROOT / path).read_text(encoding="utf-8"), f"{path} no longer uses {name}()"


_ACTION = re.compile(r"""record\(\s*f?["']([a-z_]+|\{[^}]*\})\.([a-z_]+)["']""")


def test_every_action_of_the_trail_has_words():
    """Or an auditor reads our code."""
    found = {pair for source in python_sources() for pair in _ACTION.findall(source.text)}
    assert len(found) > 25
    nouns = {noun for noun, _verb in found if not noun.startswith("{")}
    assert {noun for noun in nouns if noun not in codelists.AUDIT_NOUN} == set()
    assert {verb for _noun, verb in found if verb not in codelists.AUDIT_VERB} == set()
    tables = {key.partition(".")[2] for key, (_see, change) in ADMIN.items() if change is not None}
    assert {table for table in tables if table not in codelists.AUDIT_NOUN} == set()


# --- Models and addresses ---------------------------------------------------------------------------------------------


def leads_to_a_child(model: type[models.Model], seen: frozenset = frozenset()) -> bool:
    """True if rows of the model belong, over any number of foreign keys, to a child."""
    if model is Child:
        return True
    targets = {field.related_model for field in model._meta.concrete_fields if field.is_relation}
    return any(leads_to_a_child(target, seen | {model}) for target in targets - seen - {model})


def unscoped(candidates: list[type[models.Model]]) -> set[str]:
    return {
        model.__name__
        for model in candidates
        if leads_to_a_child(model) and not issubclass(model, AboutChildren) and model.__name__ not in NOT_ABOUT_CHILDREN
    }


def test_every_record_about_children_is_scoped():
    ours = [model for model in apps.get_models() if model.__module__.split(".")[0] in PACKAGES]
    assert {"Child", "Absence", "Counterpart"} <= {model.__name__ for model in ours if issubclass(model, AboutChildren)}
    assert unscoped(ours) == set()


def test_the_scoped_manager_is_the_base_manager_too():
    """Or following a foreign key, refreshing and deleting would go around it."""
    scoped = [model for model in apps.get_models() if issubclass(model, AboutChildren)]
    assert len(scoped) > 10
    for model in scoped:
        assert isinstance(model._base_manager, ScopedManager), model
        assert isinstance(model._default_manager, ScopedManager), model
        assert all(isinstance(manager, ScopedManager) for manager in model._meta.managers), model


@isolate_apps("children")
def test_a_model_without_a_scope_is_noticed():
    class Diary(models.Model):
        enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="+")

        class Meta:
            app_label = "children"

    assert unscoped([Diary]) == {"Diary"}


def test_every_address_has_a_guard():
    addresses = list(all_urls())
    assert len(addresses) > 20
    assert [name for name, pattern in addresses if not hasattr(pattern.callback, "rule")] == []


def test_addresses_carry_codes_and_never_primary_keys():
    """A primary key tells when a record was made, and can be read off neighbouring ones; an age is a number of its own.
    The shared admin, in which no record about a child is kept, is Django's own."""
    kinds = {
        name: converter
        for name, pattern in all_urls()
        if not name.startswith("admin:")
        for argument, converter in pattern.pattern.converters.items()
        if (type(converter).__name__ in {"IntConverter", "UUIDConverter"} and argument != "age")
        or argument in {"pk", "id"}
    }
    assert kinds == {}
