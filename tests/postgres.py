"""A PostgreSQL of our own for the tests: made in a temporary directory, reached by a socket in it, gone at the end.

It sorts text the Chinese way (ICU), as a real installation may: what needs byte order must say so itself.
"""

from __future__ import annotations

import glob
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

# Nothing in it is worth keeping, so nothing is forced to the disk.
OPTIONS = "-c listen_addresses='' -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=60"


class UnavailableError(Exception):
    """There is no PostgreSQL to be had here; the message says what is missing."""


def programs() -> Path:
    """The directory with initdb and pg_ctl, the newest if there are several. Raises UnavailableError."""
    installed = sorted(
        glob.glob("/usr/lib/postgresql/*/bin/initdb"), key=lambda path: float(path.split("/")[4]), reverse=True
    )
    found = installed[0] if installed else shutil.which("initdb")
    if not found:
        raise UnavailableError("no PostgreSQL server is installed (Debian: postgresql)")
    return Path(found).resolve().parent


def _runner() -> tuple[list[str], str | None]:
    """The words before each command, and the account that must own the files: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return [], None
    for account in ("postgres", "nobody"):
        try:
            pwd.getpwnam(account)
        except KeyError:
            continue
        if shutil.which("runuser"):
            return ["runuser", "-u", account, "--"], account
    raise UnavailableError("PostgreSQL does not run as root, and there is no account to run it as")


@contextmanager
def cluster() -> Iterator[str]:
    """Start a server; gives its DATABASE_URL; stops and removes it, whatever happened. Raises UnavailableError."""
    here, (before, account) = programs(), _runner()
    with tempfile.TemporaryDirectory(prefix="caseworks-pg-", ignore_cleanup_errors=True) as directory:
        if account is not None:
            shutil.chown(directory, account)
        data = f"{directory}/data"

        def run(program: str, *arguments: str) -> None:
            # the server inherits no pipe of ours: it would keep it open for as long as it runs
            with open(f"{directory}/{program}.out", "w") as output:
                subprocess.run(
                    [*before, str(here / program), *arguments],
                    check=True, cwd="/", stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
                )  # fmt: skip

        try:
            run(
                "initdb", "-D", data, "--auth=trust", "--username=caseworks", "--encoding=UTF8", "--no-sync",
                "--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=zh",
            )  # fmt: skip
            run("pg_ctl", "start", "-D", data, "-w", "-l", f"{directory}/log", "-o", f"{OPTIONS} -k {directory}")
        except subprocess.CalledProcessError as error:
            logs = "".join(Path(path).read_text() for path in glob.glob(f"{directory}/*.out"))
            raise RuntimeError(f"PostgreSQL is installed but does not start: {logs}") from error
        try:
            yield f"postgres://caseworks@{quote(directory, safe='')}/postgres"
        finally:
            run("pg_ctl", "stop", "-D", data, "-m", "immediate")
