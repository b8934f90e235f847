"""The annual report of a county at 12,000 and at 100,000 children, against SQL written by hand for the same figures.

The report is the whole object the page prints: every figure, split and table, for the year and for the year before, in
the scope of the county's administrator. The floor is bare SQL for both years, without scope, slices or words: one
statement that reads every left-behind child with all it is split by, and one for each other figure. A third line is the
report of one village in the same registry.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from datetime import date
from typing import Any

import django

from bench._clock import timed

SIZES, RUNS, COUNTY, VILLAGE = (12_000, 100_000), 5, "scale-01", "scale-01-t01-v03"


def _held(row: str) -> str:
    return f"{row}.from_on <= %(last)s AND ({row}.until_on IS NULL OR {row}.until_on > %(last)s)"


_UNDER = "o.path >= %(low)s AND o.path < %(high)s"
_PARENTS = "k.relation IN ('51', '52', '57', '58')"


def _members(holds: Any, child: str = "c.id") -> str:
    return f"""{child} IN (
        SELECT e.child_id FROM children_enrolment e JOIN caseworks_organization o ON o.id = e.school_id
        WHERE {_UNDER} AND {holds("e")}
        UNION ALL SELECT r.child_id FROM children_residence r JOIN caseworks_organization o ON o.id = r.village_id
        WHERE {_UNDER} AND {holds("r")}
        UNION ALL SELECT p.child_id FROM visits_pairing p JOIN visits_mentor m ON m.id = p.mentor_id
        JOIN caseworks_organization o ON o.id = m.organization_id WHERE {_UNDER} AND {holds("p")})"""


def _in_the_year(row: str) -> str:
    return f"{row}.from_on <= %(last)s AND ({row}.until_on IS NULL OR {row}.until_on > %(first)s)"


def _absent(relatives: str, more: str = "") -> str:
    return f"""EXISTS (SELECT 1 FROM guardians_absence a
        WHERE a.relative_id = {relatives} AND {_held("a")} {more})"""


_OPEN = "c.opened_on <= %(last)s AND (c.closed_on IS NULL OR c.closed_on > %(last)s)"
_SAID = """(SELECT d.value FROM guardians_declaration d WHERE d.child_id = c.id AND d.declared_on <= %(last)s
    AND NOT d.outranked ORDER BY d.declared_on DESC, d.id DESC LIMIT 1)"""
_SIDES = f"""(SELECT count(DISTINCT k.relation IN ('51', '57')) FROM guardians_kinship k
    WHERE k.child_id = c.id AND {_PARENTS} AND {_absent("k.relative_id")})"""
_LEFT_BEHIND = f"""{_OPEN} AND c.born_on > %(born)s AND {_members(_held)} AND (
    EXISTS (SELECT 1 FROM guardians_kinship k WHERE k.child_id = c.id AND {_PARENTS} AND {_absent("k.relative_id")})
    OR ({_SAID} IN ('1', '2', '9') AND NOT EXISTS (SELECT 1 FROM guardians_kinship k JOIN guardians_absence a
        ON a.relative_id = k.relative_id WHERE k.child_id = c.id AND {_PARENTS})))"""
_AT_HOME = f"""EXISTS (SELECT 1 FROM guardians_kinship k WHERE k.child_id = c.id AND {_PARENTS}
    AND NOT {_absent("k.relative_id")} AND NOT EXISTS (SELECT 1 FROM guardians_situation a
        WHERE a.relative_id = k.relative_id AND {_held("a")}))"""
EVERY_CHILD = f"""
SELECT c.sex, c.born_on, so.code, vo.code, {_SIDES}, c.registration, c.health, en.boarding, g.relation, {_AT_HOME},
    (SELECT a.province FROM guardians_kinship k JOIN guardians_absence a ON a.relative_id = k.relative_id
        WHERE k.child_id = c.id AND {_PARENTS} AND {_held("a")} AND a.province <> ''
        ORDER BY k.relation, a.from_on DESC, a.id DESC LIMIT 1),
    EXISTS (SELECT 1 FROM visits_pairing p WHERE p.child_id = c.id AND {_held("p")}),
    EXISTS (SELECT 1 FROM visits_contactchild cc JOIN visits_contact v ON v.id = cc.contact_id
        WHERE cc.child_id = c.id AND v.reached AND v.held_on BETWEEN %(first)s AND %(last)s),
    EXISTS (SELECT 1 FROM guardians_kinship k JOIN guardians_relative a ON a.id = k.relative_id
        WHERE k.child_id = c.id AND a.phone <> '')
FROM children_child c
LEFT JOIN children_enrolment en ON en.child_id = c.id AND {_held("en")}
LEFT JOIN caseworks_organization so ON so.id = en.school_id
LEFT JOIN children_residence re ON re.child_id = c.id AND {_held("re")}
LEFT JOIN caseworks_organization vo ON vo.id = re.village_id
LEFT JOIN guardians_entrustment t ON t.child_id = c.id AND {_held("t")}
LEFT JOIN guardians_kinship g ON g.child_id = c.id AND g.relative_id = t.relative_id
WHERE {_LEFT_BEHIND}"""

_CONTACTS = f"""visits_contact v JOIN caseworks_organization o ON o.id = v.logged_for_id
    WHERE {_UNDER} AND v.held_on BETWEEN %(first)s AND %(last)s"""
_JOINED = "JOIN visits_contact v ON v.id = x.contact_id JOIN caseworks_organization o ON o.id = v.logged_for_id"
_OF_CONTACTS = f"{_UNDER} AND v.held_on BETWEEN %(first)s AND %(last)s"
_PAIRINGS = f"""visits_pairing p JOIN visits_mentor m ON m.id = p.mentor_id
    JOIN caseworks_organization o ON o.id = m.organization_id
    WHERE {_held("p")} AND (({_UNDER}) OR {_members(_held, "p.child_id")})"""
TOTALS = {
    "archives": f"SELECT count(*) FROM children_child c WHERE {_OPEN} AND {_members(_held)}",
    "archives_opened": f"""SELECT count(*) FROM children_child c
        WHERE c.opened_on BETWEEN %(first)s AND %(last)s AND {_members(_in_the_year)}""",
    "archives_closed": f"""SELECT count(*) FROM children_child c
        WHERE c.closed_on BETWEEN %(first)s AND %(last)s AND {_members(_in_the_year)}""",
    "pairings": f"SELECT count(*) FROM {_PAIRINGS}",
    "mentors": f"SELECT count(DISTINCT p.mentor_id) FROM {_PAIRINGS}",
    "paired": f"SELECT count(DISTINCT p.child_id) FROM {_PAIRINGS}",
    "children_reached": f"""SELECT count(DISTINCT x.child_id) FROM visits_contactchild x {_JOINED}
        WHERE v.reached AND {_OF_CONTACTS}""",
    "parents_reached": f"""SELECT count(DISTINCT x.relative_id) FROM visits_counterpart x {_JOINED}
        WHERE v.reached AND x.kind IN ('father', 'mother') AND {_OF_CONTACTS}""",
    "pupils": f"""SELECT coalesce(sum(n.pupils), 0) FROM children_pupilcount n
        JOIN caseworks_organization o ON o.id = n.school_id WHERE {_UNDER} AND n.counted_on = (
        SELECT max(l.counted_on) FROM children_pupilcount l
        WHERE l.school_id = n.school_id AND l.counted_on <= %(last)s)""",
}  # fmt: skip
GROUPED = {
    "contacts": f"SELECT v.kind, v.reached, count(*) FROM {_CONTACTS} GROUP BY v.kind, v.reached",
    "child_contacts": f"""SELECT v.kind, v.reached, count(*) FROM visits_contactchild x {_JOINED}
        WHERE {_OF_CONTACTS} GROUP BY v.kind, v.reached""",
    "people_contacted": f"""SELECT x.kind, v.kind, count(*) FROM visits_counterpart x {_JOINED}
        WHERE v.reached AND {_OF_CONTACTS} GROUP BY x.kind, v.kind""",
}


def fill(children: int) -> None:
    """Write the tables and the children; say how fast."""
    from django.core.management import call_command

    begun = time.perf_counter()
    call_command("migrate", verbosity=0)
    call_command("load_scale", children=children, verbosity=0)
    print(f"  {children:,} children filled in {time.perf_counter() - begun:.0f} s", flush=True)


def _administrator() -> Any:
    """Somebody who runs the county."""
    from caseworks.models import Organization, Posting, User

    user, _made = User.objects.get_or_create(username="bench-reports", defaults={"name": "测试"})
    county = Organization.objects.get(code=COUNTY)
    Posting.objects.get_or_create(
        user=user, organization=county, role="administrator", defaults={"from_on": date(2020, 1, 1)}
    )
    return user


def _report(user: Any, code: str, today: date) -> Any:
    from caseworks import access
    from caseworks.models import Organization
    from caseworks.reports.annual import annual_report
    from caseworks.reports.question import Question
    from guardians.definitions import DEFINITIONS

    with access.scope(user, today=today):
        place = Organization.objects.get(code=code)
        question = Question.of_year(place, today.year - 1, DEFINITIONS["wide"], today)
        return annual_report(question, made_on=today, made_by="bench")


def _by_hand(question: Any) -> dict[str, Any]:
    """The same figures of one year, in bare SQL."""
    from django.db import connection

    from caseworks.models import subtree
    from children.models.archive import years_before

    low, high = subtree(question.organization.path)
    values = {
        "low": low,
        "high": high,
        "first": question.first,
        "last": question.last,
        "born": years_before(question.last, 18),
    }
    found: dict[str, Any] = {}
    with connection.cursor() as cursor:
        cursor.execute(EVERY_CHILD, values)
        children = cursor.fetchall()
        found["left_behind"] = len(children)
        for name, at in (("sex", 0), ("school", 2), ("village", 3), ("sides", 4), ("registration", 5), ("health", 6),
                         ("boarding", 7), ("destination", 10), ("mentored", 11), ("reached", 12)):  # fmt: skip
            found[name] = Counter(row[at] for row in children)
        for key, statement in TOTALS.items():
            cursor.execute(statement, values)
            found[key] = cursor.fetchone()[0]
        for key, statement in GROUPED.items():
            cursor.execute(statement, values)
            found[key] = {row[:-1]: row[-1] for row in cursor.fetchall()}
    return found


def _check(report: Any, hand: dict[str, Any]) -> None:
    """The two must agree before their times mean anything."""
    totals = {figure.indicator.key: figure.value for figure in report.annex}
    for key in ("left_behind", *TOTALS):
        assert totals[key] == hand[key], (key, totals[key], hand[key])
    for key in GROUPED:
        assert totals[key] == sum(hand[key].values()), key
    tables = {table.key: [row.cells[table.main].value for row in table.rows] for table in report.tables}
    for key in ("village", "school", "destination", "boarding", "registration"):
        assert sorted(filter(None, tables[key])) == sorted(hand[key].values()), key
    both = next(row for table in report.tables if table.key == "away" for row in table.rows)
    assert both.cells[0].value >= hand["sides"][2], "both parents away"


def measure(children: int) -> None:
    """Print a line for the county, by our indicators and by hand, and one for a village in it."""
    from django.utils import timezone

    today, user = timezone.localdate(), _administrator()
    report = _report(user, COUNTY, today)
    now, before = report.question, report.question.a_year_before()
    _check(report, _by_hand(now))
    ours = timed(lambda: _report(user, COUNTY, today), runs=RUNS)
    hand = timed(lambda: (_by_hand(now), _by_hand(before)), runs=RUNS)
    village = timed(lambda: _report(user, VILLAGE, today), runs=RUNS)
    figures = sum(1 for _figure in report.figures())
    print(f"  {'':10}{'figures':>9}{'ms':>9}{'processor':>11}{'by hand':>9}{'processor':>11}{'ratio':>7}")
    print(
        f"  {'county':10}{figures:9,}{ours.median:9.0f}{ours.processor:11.0f}{hand.median:9.0f}{hand.processor:11.0f}"
        f"{ours.median / hand.median:7.2f}"
    )
    print(f"  {'village':10}{'':9}{village.median:9.0f}{village.processor:11.0f}", flush=True)


def main(sizes: tuple[int, ...] = SIZES, *, full: bool = True) -> None:
    """Fill the database of DATABASE_URL size by size, emptying it in between, and measure."""
    django.setup()
    from django.core.management import call_command

    print("The annual report", flush=True)
    for size in sizes:
        if full:
            if size != sizes[0]:
                call_command("migrate", verbosity=0)
                call_command("flush", interactive=False, verbosity=0)
            fill(size)
        measure(size)


if __name__ == "__main__":
    options = argparse.ArgumentParser()
    options.add_argument("--children", type=int, action="append")
    options.add_argument("--filled", action="store_true", help="the database is filled already")
    asked = options.parse_args()
    main(tuple(asked.children or SIZES), full=not asked.filled)
