"""How long other people wait for their pages while a large roster is imported, on SQLite, with the server of `make run`.

    python -m bench.pages_while_importing [--rows 16856]

A process of its own asks for pages over the loopback and logs in as a clerk of one school, while the administrator of the
district sends a roster, waits for the preview and confirms it; and then another, with something new about 5,000 of the pupils.
Printed are the times of the pages before and during.
"""

from __future__ import annotations

import argparse
import http.cookiejar
import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import urllib.request
import uuid
from functools import partial
from pathlib import Path

from bench.roster_import import CHANGED, ROWS

PASSWORD = uuid.uuid4().hex
PAGES = ("/", "/children/", "/children/?q=zw", "/import/")
READERS, SECONDS_BETWEEN = 4, 0.25
PORT = 8191


class Person:
    """Somebody's browser, without the drawing."""

    def __init__(self, login: str) -> None:
        jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
        self.page = self.get("/login/")
        self.post("/login/", {"username": login, "password": PASSWORD})

    def get(self, path: str) -> str:
        with self.opener.open(f"http://127.0.0.1:{PORT}{path}", timeout=120) as answer:
            self.at, self.page = urllib.parse.urlparse(answer.url).path, answer.read().decode()
        return self.page

    def post(self, path: str, fields: dict[str, str], file: Path | None = None) -> None:
        fields = {"csrfmiddlewaretoken": re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', self.page)[1], **fields}
        edge = uuid.uuid4().hex
        parts = [
            f'--{edge}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
            for name, value in fields.items()
        ]
        if file is not None:
            head = f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="{file.name}"\r\n\r\n'
            parts += [head.encode(), file.read_bytes(), b"\r\n"]
        request = urllib.request.Request(
            f"http://127.0.0.1:{PORT}{path}",
            b"".join([*parts, f"--{edge}--\r\n".encode()]),
            {"Content-Type": f"multipart/form-data; boundary={edge}"},
        )
        with self.opener.open(request, timeout=120) as answer:
            self.at, self.page = urllib.parse.urlparse(answer.url).path, answer.read().decode()


def _prepare(rows: int, roster: Path) -> None:
    """Offices, the administrator and a clerk, in the empty database of the environment; and the roster."""
    import django

    django.setup()
    from datetime import date

    from django.core.management import call_command

    from bench.roster_import import SCHOOLS, VILLAGES, make_roster
    from caseworks.models import Organization, Posting, User

    call_command("migrate", verbosity=0)
    county = Organization.objects.create(code="district", kind="county", name="津南区")
    town = Organization.objects.create(code="town", kind="town", name="津南镇", parent=county)
    schools = [
        Organization.objects.create(code=f"school-{number}", kind="school", name=f"第{number}小学", parent=town)
        for number in range(SCHOOLS)
    ]
    for number in range(VILLAGES):
        Organization.objects.create(code=f"village-{number}", kind="village", name=f"第{number}村", parent=town)
    for login, place, role in (("bench", county, "administrator"), ("clerk", schools[0], "school_staff")):
        user = User.objects.create_user(login, PASSWORD, name=login)
        Posting.objects.create(user=user, organization=place, role=role, from_on=date(2020, 1, 1))
    make_roster(roster, rows)
    make_roster(roster.with_name("changed.xlsx"), rows, changed=CHANGED)


def _read(times: list[float], stop: threading.Event, person: Person, offset: int) -> None:
    for number in range(offset, 10**9):
        if stop.wait(SECONDS_BETWEEN):
            return
        began = time.perf_counter()
        person.get(PAGES[number % len(PAGES)])
        times.append(time.perf_counter() - began)


def _watched(name: str, readers: list[Person], work) -> None:  # type: ignore[no-untyped-def]
    """Ask for pages while some work is done, and print how long they took."""
    times: list[float] = []
    stop = threading.Event()
    threads = [threading.Thread(target=_read, args=(times, stop, who, number)) for number, who in enumerate(readers)]
    for thread in threads:
        thread.start()
    began = time.perf_counter()
    work()
    took = time.perf_counter() - began
    stop.set()
    for thread in threads:
        thread.join()
    cuts = statistics.quantiles(times, n=100)
    print(
        f"  {name:24}{took:7.1f} s{len(times):7} pages: median {cuts[49] * 1000:5.0f} ms, 95 % {cuts[94] * 1000:5.0f} ms, "
        f"99 % {cuts[98] * 1000:5.0f} ms, worst {max(times) * 1000:5.0f} ms",
        flush=True,
    )


def _until(person: Person, address: str, words: str) -> None:
    while words not in person.get(address):
        time.sleep(1)


def main(rows: int = ROWS) -> None:
    """Print the times of pages: nothing else going on; while each roster is read; while it is imported."""
    if (os.environ.get("DATABASE_URL") or "sqlite").partition(":")[0] != "sqlite":
        return  # it is about the one writer of SQLite
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            **os.environ, "DJANGO_SETTINGS_MODULE": "caseworks.settings", "CASEWORKS_DEMO": "1", "SECRET_KEY": "bench" * 12,
            "ALLOWED_HOSTS": "127.0.0.1", "DATABASE_URL": f"sqlite:///{folder}/bench.sqlite3", "KEY_FILE": f"{folder}/keys",
        }  # fmt: skip
        os.environ.update(environment)
        from caseworks import keyring

        keyring.create(Path(environment["KEY_FILE"]))
        roster = Path(folder) / "roll.xlsx"
        _prepare(rows, roster)
        subprocess.run([sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity", "0"], check=True)
        server = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "caseworks.wsgi", "--bind", f"127.0.0.1:{PORT}", "--workers", "2",
             "--threads", "8", "--no-control-socket", "--log-level", "warning"],
        )  # fmt: skip
        try:
            time.sleep(8)
            print(f"Pages of other people while {rows} rows are imported, sqlite")
            readers, chief = [Person("clerk") for _ in range(READERS)], Person("bench")
            _watched("nothing else", readers, lambda: time.sleep(15))
            for name, file in (("the roster", roster), ("its changes", roster.with_name("changed.xlsx"))):
                chief.get("/import/")
                today = re.search(r'name="roster_on" value="([\d-]+)"', chief.page)[1]
                office = re.search(r'<option value="([\w-]+)" selected', chief.page)[1]
                chief.post("/import/", {"roster_on": today, "organization": office}, file)
                batch = chief.at
                _watched(f"{name}: read", readers, partial(_until, chief, batch, "import-tabs"))
                chief.post(f"{batch}confirm/", {"read": "1"})
                _watched(f"{name}: imported", readers, partial(_until, chief, batch, f"{batch}undo/"))
        finally:
            server.terminate()
            server.wait()


if __name__ == "__main__":
    options = argparse.ArgumentParser()
    options.add_argument("--rows", type=int, default=ROWS)
    main(options.parse_args().rows)
