"""The whole suite, on every database this machine has: `make test`.

SQLite always; PostgreSQL where a server is installed, or where TEST_DATABASE_URL or DATABASE_URL name one; the browser
tests where there is a Chromium. It ends by saying what was run and what was skipped, and why. Words after the command
go to pytest: `python -m tests tests/visits -x`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from contextlib import ExitStack

from tests import postgres
from tests.browser import chromium


def _pytest(url: str, *arguments: str) -> int:
    """One round; its closing lines stay on the screen."""
    return subprocess.call(
        [sys.executable, "-m", "pytest", *arguments, *sys.argv[1:]], env={**os.environ, "TEST_DATABASE_URL": url}
    )


def _given_postgres() -> str:
    """The address of a PostgreSQL the machine's owner offers, or nothing."""
    given = os.environ.get("TEST_DATABASE_URL") or os.environ.get("DATABASE_URL", "")
    return given if given.startswith("postgres") else ""


def main() -> int:
    report = []
    print("\n== SQLite ==", flush=True)
    results = [_pytest("")]
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
            results.append(_pytest(url, "-m", "not browser"))
            report.append(("PostgreSQL", "run"))
    print("\n== What was tested ==")
    for name, outcome in report:
        print(f"{name:12}{outcome}")
    print("FAILED" if any(results) else "All passed.")
    return max(results)


if __name__ == "__main__":
    sys.exit(main())
