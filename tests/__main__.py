"""The suite, on every database this machine has: `make test`, and `make test-postgresql` for the whole on PostgreSQL.

Everything on SQLite; on PostgreSQL, where a server is installed, or where TEST_DATABASE_URL or DATABASE_URL name one,
what the two databases could answer differently (`WHERE_DATABASES_DIFFER`), or with `--postgresql` everything and nothing
else; the browser tests where there is a Chromium. It ends by saying what was run and what was skipped, and why. Words
after the command go to pytest: `python -m tests tests/visits -x`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from contextlib import ExitStack

from tests import postgres
from tests.browser import chromium

WHOLE_POSTGRESQL = "--postgresql"
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
    words = [word for word in sys.argv[1:] if word != WHOLE_POSTGRESQL]
    return subprocess.call(
        [sys.executable, "-m", "pytest", *arguments, *words], env={**os.environ, "TEST_DATABASE_URL": url}
    )


def _given_postgres() -> str:
    """The address of a PostgreSQL the machine's owner offers, or nothing."""
    given = os.environ.get("TEST_DATABASE_URL") or os.environ.get("DATABASE_URL", "")
    return given if given.startswith("postgres") else ""


def main() -> int:
    report, results = [], []
    asked, whole = [word for word in sys.argv[1:] if not word.startswith("-")], WHOLE_POSTGRESQL in sys.argv[1:]
    if not whole:
        print("\n== SQLite ==", flush=True)
        results.append(_pytest(""))
        report.append(("SQLite", "run"))
        report.append(("Catalogue", "run" if shutil.which("xgettext") else "SKIPPED: no gettext (Debian: gettext)"))
        report.append(("Browser", "run, on SQLite" if chromium() else "SKIPPED: no Chromium (Debian: chromium)"))
    with ExitStack() as stack:
        try:
            url = _given_postgres() or stack.enter_context(postgres.cluster())
        except postgres.UnavailableError as error:
            report.append(("PostgreSQL", f"SKIPPED: {error}"))
        else:
            print("\n== PostgreSQL ==", flush=True)
            results.append(_pytest(url, "-m", "not browser", *(() if whole or asked else WHERE_DATABASES_DIFFER)))
            all_of_it = (
                "run, all of it"
                if whole or asked
                else "run, where the databases differ (all of it: make test-postgresql)"
            )
            report.append(("PostgreSQL", all_of_it))
    print("\n== What was tested ==")
    for name, outcome in report:
        print(f"{name:12}{outcome}")
    print("FAILED" if any(results) else "All passed.")
    return max(results, default=1)


if __name__ == "__main__":
    sys.exit(main())
