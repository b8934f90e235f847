"""The suite, on every database this machine has: `make test` for every day, and `make test-rest` for what it leaves out.

Every day: on SQLite all but the tests marked `thorough`, which try everything at every address; on PostgreSQL, where a
server is installed, or where TEST_DATABASE_URL or DATABASE_URL name one, what the two databases could answer differently
(`WHERE_DATABASES_DIFFER`); the browser tests where there is a Chromium. The rest: the thorough tests, and the whole suite
on PostgreSQL. It ends by saying what was run and what was skipped, and why. Words after the command go to pytest:
`python -m tests tests/visits -x`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from contextlib import ExitStack

from tests import postgres
from tests.browser import chromium

THE_REST = "--rest"
# Locks and races, constraints, triggers, dates and searches in SQL, bytes and NULs, and what a lost server does.
WHERE_DATABASES_DIFFER = (
    *("tests/caseworks/test_scope.py", "tests/caseworks/test_audit_trail.py", "tests/caseworks/test_encryption.py"),
    *("tests/caseworks/test_rotation.py", "tests/caseworks/test_meeting.py", "tests/caseworks/test_submissions.py"),
    *("tests/children/test_search.py", "tests/children/test_words.py", "tests/children/test_lists.py"),
    *("tests/children/test_handover.py", "tests/children/test_promotion.py", "tests/children/test_closings.py"),
    *("tests/guardians/test_definitions.py", "tests/guardians/test_duplicates.py", "tests/guardians/test_gaps.py"),
    *("tests/exchange/test_actions.py", "tests/exchange/test_chunks.py", "tests/exchange/test_undo.py"),
    *("tests/reports/test_indicators.py", "tests/rights/test_retention.py", "tests/rights/test_erasure.py"),
    *(
        "tests/leaving",
        "tests/visits/test_due.py",
        "tests/visits/test_constraints.py",
        "tests/visits/test_pairing_actions.py",
    ),
    *("tests/security/test_database_role.py", "tests/security/test_faults.py", "tests/security/test_bad_input.py"),
)


def _pytest(url: str, *arguments: str) -> int:
    """One round; its closing lines stay on the screen."""
    words = [word for word in sys.argv[1:] if word != THE_REST]
    return subprocess.call(
        [sys.executable, "-m", "pytest", *arguments, *words], env={**os.environ, "TEST_DATABASE_URL": url}
    )


def _given_postgres() -> str:
    """The address of a PostgreSQL the machine's owner offers, or nothing."""
    given = os.environ.get("TEST_DATABASE_URL") or os.environ.get("DATABASE_URL", "")
    return given if given.startswith("postgres") else ""


def _pdf() -> str:
    """Whether PDF files can be laid out here, and read again."""
    try:
        import weasyprint  # noqa: F401
    except (ImportError, OSError):
        return "SKIPPED: no Pango (Debian: libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0)"
    return "run" if shutil.which("pdftotext") else "SKIPPED: no pdftotext (Debian: poppler-utils)"


def main() -> int:
    asked, rest = [word for word in sys.argv[1:] if not word.startswith("-")], THE_REST in sys.argv[1:]
    on_sqlite = "thorough" if rest else "" if asked else "not thorough"
    on_postgresql = "not browser" if rest or asked else "not browser and not thorough"
    print("\n== SQLite ==", flush=True)
    results = [_pytest("", "-m", on_sqlite)]
    report = [
        ("SQLite", "run, what tries everything" if rest else "run, all but what tries everything (make test-rest)"),
        ("Catalogue", "run" if shutil.which("xgettext") else "SKIPPED: no gettext (Debian: gettext)"),
        ("Browser", "run, on SQLite" if chromium() else "SKIPPED: no Chromium (Debian: chromium)"),
        ("PDF", _pdf()),
    ]
    with ExitStack() as stack:
        try:
            url = _given_postgres() or stack.enter_context(postgres.cluster())
        except postgres.UnavailableError as error:
            report.append(("PostgreSQL", f"SKIPPED: {error}"))
        else:
            print("\n== PostgreSQL ==", flush=True)
            paths = () if rest or asked else WHERE_DATABASES_DIFFER
            results.append(_pytest(url, "-m", on_postgresql, *paths))
            some = "run, where the databases differ (all of it: make test-rest)"
            report.append(("PostgreSQL", some if paths else "run"))
    print("\n== What was tested ==")
    for name, outcome in report:
        print(f"{name:12}{outcome}")
    print("FAILED" if any(results) else "All passed.")
    return max(results)


if __name__ == "__main__":
    sys.exit(main())
