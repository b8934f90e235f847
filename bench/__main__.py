"""`python -m bench [NAME …] [--only sqlite|postgresql]`: run benches, each in a process and a database of its own.

A bench is a module of this folder with `main()`; it finds an empty database in DATABASE_URL, and the settings of the
demo. SQLite is a file in a temporary folder. PostgreSQL is the server of TEST_DATABASE_URL, or one that is started for
the bench where a server program is installed.
"""

from __future__ import annotations

import argparse
import os
import pkgutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from caseworks import keyring
from tests.postgres import UnavailableError, cluster

HERE = Path(__file__).parent
DATABASES = ("sqlite", "postgresql")


def benches() -> list[str]:
    """The names of the benches: every module here but the helpers, whose names begin with an underscore."""
    return sorted(module.name for module in pkgutil.iter_modules([str(HERE)]) if not module.name.startswith("_"))


@contextmanager
def database(kind: str) -> Iterator[str]:
    """The address of an empty database. Raises UnavailableError where there is no PostgreSQL."""
    with ExitStack() as stack:
        if kind == "sqlite":
            yield f"sqlite:///{stack.enter_context(tempfile.TemporaryDirectory(prefix='caseworks-bench-'))}/bench.sqlite3"
        else:
            yield os.environ.get("TEST_DATABASE_URL") or stack.enter_context(cluster())


def run(name: str, kind: str) -> int:
    """Run one bench on one database; its exit code."""
    with database(kind) as address, tempfile.TemporaryDirectory(prefix="caseworks-keys-") as folder:
        keyring.create(Path(folder) / "keys")
        environment = {
            **os.environ,
            "KEY_FILE": f"{folder}/keys",
            "VAULT": f"{folder}/vault",
            "DJANGO_SETTINGS_MODULE": "caseworks.settings",
            "CASEWORKS_DEMO": "1",
            "SECRET_KEY": "bench",
            "ALLOWED_HOSTS": "localhost,testserver",
            "DATABASE_URL": address,
        }
        program = f"from bench.{name} import main; main()"
        return subprocess.run(
            [sys.executable, "-W", "ignore:No directory at", "-c", program], env=environment, check=False
        ).returncode


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m bench", description=__doc__.partition("\n")[0])
    options.add_argument("names", nargs="*", metavar="NAME", help=f"one or more of: {', '.join(benches())}")
    options.add_argument("--only", choices=DATABASES, help="one database only")
    asked = options.parse_args()
    if unknown := set(asked.names) - set(benches()):
        options.error(f"no such bench: {', '.join(sorted(unknown))}; there are: {', '.join(benches())}")
    failed = 0
    for name in asked.names or benches():
        for kind in [asked.only] if asked.only else DATABASES:
            print(f"\n== {name}, {kind} ==", flush=True)
            try:
                failed += run(name, kind) != 0
            except UnavailableError as error:
                print(f"skipped: {error}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
