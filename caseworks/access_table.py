"""Who may open what, written out from the code for people: every page with its methods, what it demands, and the roles
that have it; and what each role may do with each kind of information.

Which children a role reaches by the pages it may open is the scope's business and the same for every page
(`Role.roads` in caseworks/access.py); it is said once at the head of the table.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.template.loader import render_to_string
from django.utils.translation import override

from caseworks import privacy
from caseworks.access import ADMIN, ROLES, Gate, Permission, Role, Rule
from caseworks.checks import all_urls

YES, NO = "✓", "–"


@dataclass(frozen=True)
class Table:
    """One table of the page: its heading, a sentence, the names of its columns, its rows."""

    heading: str
    sentence: str
    columns: list[str]
    rows: list[list[str]]


def _may(rule: Rule, role: Role) -> bool:
    return rule.permission is None or rule.permission in ROLES[role].permissions


def _demands(rule: Rule) -> str:
    if rule.public:
        return "public"
    if rule.permission is None:
        return "signed in" + (f", opens before: {', '.join(gate.value for gate in rule.before)}" if rule.before else "")
    return rule.permission.value


def _pages() -> Iterator[list[str]]:
    """A page a row. The pages of the shared admin are rows of a table of their own."""
    for name, pattern in sorted(all_urls(), key=lambda entry: entry[0]):
        if not name.startswith("admin:"):
            rule: Rule = getattr(pattern.callback, "rule")  # noqa: B009  (put there by the guard)
            marks = [YES if rule.public or _may(rule, role) else NO for role in Role]
            yield [f"`{name}`", " ".join(sorted(rule.methods)), _demands(rule), *marks]


def _tables_of_the_admin() -> Iterator[list[str]]:
    for label, (see, change) in sorted(ADMIN.items()):
        for verb, needed in (("see", see), ("change", change)):
            marks = [YES if needed in ROLES[role].permissions else NO for role in Role]
            yield [f"`{label}`", verb, needed.value if needed else "nobody", *marks]


def _roads() -> Iterator[list[str]]:
    for role in Role:
        spec = ROLES[role]
        yield [
            role.value,
            str(spec.label),
            ", ".join(road.value for road in spec.roads) or "no child",
            str(spec.sentence),
        ]


def _permissions() -> Iterator[list[str]]:
    for permission in Permission:
        yield [f"`{permission.value}`", *(YES if permission in ROLES[role].permissions else NO for role in Role)]


def _groups() -> Iterator[list[str]]:
    for key, group in privacy.GROUPS.items():
        years = f"{group.years} years {group.since_words}" if group.years is not None else str(group.since_words)
        yield [
            f"`{key}`",
            str(group.words),
            str(group.level_words),
            years,
            *(group.rights[role].value for role in Role),
        ]


def _fields() -> Iterator[list[str]]:
    for label, groups in privacy.FIELDS.items():
        for group, names in groups.items():
            yield [f"`{label}`", f"`{group}`", names]


def tables() -> list[Table]:
    """Everything, in English, as the page and the committed copy hold it."""
    roles = [role.value for role in Role]
    with override("en"):
        return [
            Table(
                "Roles and the roads by which they reach children",
                "A person acts in one posting at a time. Outside the roads every address of a child answers 404, in the "
                "same words as an address that never was.",
                ["role", "word", "reaches by", "in a sentence"],
                list(_roads()),
            ),
            Table(
                "Pages",
                "✓ may open it; – is answered 403. Methods not named are answered 405. Before any page that is not "
                f"public stand, in this order: signed in, {', '.join(gate.value for gate in Gate)}.",
                ["page", "methods", "demands", *roles],
                list(_pages()),
            ),
            Table("Permissions", "What the pages demand.", ["permission", *roles], list(_permissions())),
            Table(
                "Tables of the shared admin",
                "Each shows the rows of the acting office and of those below it; other rows answer 404.",
                ["table", "to", "demands", *roles],
                list(_tables_of_the_admin()),
            ),
            Table(
                "Kinds of information",
                "`ask`: masked, in full for a recorded reason; `ask+write`: the same, and may replace it unseen; `own`: "
                "reads and writes what they recorded themselves.",
                ["group", "words", "kept how closely", "kept how long", *roles],
                list(_groups()),
            ),
            Table("Fields", "Which group each field belongs to.", ["table", "group", "fields"], list(_fields())),
        ]


TITLE = "Who may open what"
SENTENCE = "Written by `manage.py access_table` from the code; a test fails when this copy is older than the code."


def as_markdown() -> str:
    """The page as Markdown."""
    parts = [f"# {TITLE}", SENTENCE]
    for table in tables():
        lines = [table.columns, ["---"] * len(table.columns), *table.rows]
        parts += [f"## {table.heading}", table.sentence, "\n".join(f"| {' | '.join(line)} |" for line in lines)]
    return "\n\n".join(parts) + "\n"


def as_html() -> str:
    """The page as HTML, to be printed or handed to whoever examines the registry."""
    return render_to_string("caseworks/access_table.html", {"title": TITLE, "tables": tables()})
