"""A registry at work while its data key is replaced: `python -m tests.caseworks.at_work` on a database of its own.

Started by test_rotation.py with DATABASE_URL and KEY_FILE set. Some threads write, one keeps looking people up, and the
command replaces the key meanwhile. At the end it prints, as JSON, what went wrong, and what can be read in the
database's own files (SQLite) or in its dump (PostgreSQL).
"""

from __future__ import annotations

import glob
import json
import random
import subprocess
import sys
import threading
import time
from datetime import date
from io import StringIO
from unittest import mock

import django

CHILDREN = 600
CONTROL = "对照值不加密"


def _seed():
    from caseworks import access, encryption
    from caseworks.models import Organization
    from children.models import Child, Residence
    from guardians.models import Kinship, Relative
    from tests import factories
    from visits.models import Contact, ContactChild, Mentor

    village = Organization.objects.create(code="v", kind="village", name="龙井村")
    clerk = factories.user("clerk")
    with access.everyone("seed"):
        children = [
            Child(
                name=f"张{n}", born_on=date(2014, 3, 2), opened_on=date(2020, 9, 1), notes=f"夜里哭第{n}次",
                id_number=f"50011620140302{n:04d}", registered_at=f"龙井村老屋{n}号",
            ).derive()
            for n in range(CHILDREN)
        ]  # fmt: skip
        Child.objects.bulk_create(children, batch_size=200)
        Residence.objects.bulk_create(
            [
                Residence(child=row, village=village, address=f"龙井村新屋{n}号", from_on=row.opened_on)
                for n, row in enumerate(children)
            ],
            batch_size=200,
        )
        relatives = [
            Relative(
                name=f"王{n}", phone=f"1390000{n:04d}", id_number=f"50011619850302{n:04d}", address=f"沙坪坝路{n}号"
            )
            for n in range(CHILDREN)
        ]
        Relative.objects.bulk_create(relatives, batch_size=200)
        Kinship.objects.bulk_create(
            [Kinship(child=c, relative=r, relation="52") for c, r in zip(children, relatives, strict=True)]
        )
        for n in range(20):
            contact = Contact.objects.create(
                kind="home",
                held_on=date(2026, 1, 1),
                reached=True,
                note=f"说想妈妈{n}",
                logged_by=clerk,
                logged_for=village,
            )
            ContactChild.objects.create(contact=contact, child=children[n])
        Mentor.objects.create(name="梅老师", organization=village, phone="13511112222", from_on=date(2020, 1, 1))
        # the control: a value that by mistake was not sealed must be found by the search below
        with mock.patch.object(encryption, "seal", lambda text, place: text.encode()):
            Contact.objects.create(
                kind="home", held_on=date(2026, 1, 1), reached=True, note=CONTROL, logged_by=clerk, logged_for=village
            )
    return children, relatives


class _Work:
    """The threads: who writes, who looks up, and what they found wrong."""

    def __init__(self, children, relatives, writers: int) -> None:
        self.children, self.relatives = children, relatives
        self.errors: list[str] = []
        self.expected: dict = {}
        self.writes = self.lookups = 0
        self.stop = threading.Event()
        self.random = random.Random(1)  # noqa: S311  (which row is changed next)
        self.lock = threading.Lock()
        quiet = CHILDREN // 2  # these nobody changes: they must be found at every moment
        self.untouched = range(quiet)
        jobs = [(self._write, (range(quiet + n, CHILDREN, writers), n)) for n in range(writers)] + [(self._look_up, ())]
        self.threads = [threading.Thread(target=self._safely, args=job) for job in jobs]

    def _safely(self, work, arguments) -> None:
        from django.db import connection

        from caseworks import access

        try:
            with access.everyone("work"):
                while not self.stop.is_set():
                    work(*arguments)
        except Exception as error:
            self.errors.append(repr(error))
        finally:
            connection.close()

    def _write(self, own: range, n: int) -> None:
        from children.models import Child
        from guardians.models import Relative

        which, again = self.random.choice(own), self.random.randrange(10**8)
        if again % 3:
            relative = Relative.objects.get(pk=self.relatives[which].pk)
            relative.phone = f"137{again:08d}"
            relative.save()
            change = ("phone", relative.pk, relative.phone)
        else:
            child = Child.objects.get(pk=self.children[which].pk)
            child.notes = f"改第{again}次"
            if again % 2:
                child.save()
            else:
                Child.objects.bulk_update([child], ["notes"])
            change = ("notes", child.pk, child.notes)
        with self.lock:
            self.expected[change[:2]] = change[2]
            self.writes += 1
        time.sleep(0.005)

    def _look_up(self) -> None:
        from children.models import Child
        from guardians.models import Relative

        n = self.random.choice(self.untouched)
        number, phone = f"50011620140302{n:04d}", f"1390000{n:04d}"
        [child] = Child.objects.with_id_number(number)
        assert child.id_number == number
        assert child.notes == f"夜里哭第{n}次"
        [relative] = Relative.objects.with_phone(phone)
        assert relative.phone == phone
        assert child in set(Child.objects.with_id_tail(number[-4:]))
        self.lookups += 1
        time.sleep(0.002)

    def wrong_at_the_end(self) -> list[str]:
        from children.models import Child
        from guardians.models import Relative

        wrong = []
        for (field, pk), value in self.expected.items():
            row = (Relative if field == "phone" else Child).objects.get(pk=pk)
            if getattr(row, field) != value or (
                field == "phone" and row not in set(Relative.objects.with_phone(value))
            ):
                wrong.append(f"{field} of {pk}")
        return wrong


def _bytes_on_disk(url: str) -> bytes:
    from django.db import connection

    if connection.vendor == "sqlite":
        name = connection.settings_dict["NAME"]
        with open(name, "rb") as database, open(f"{name}-wal", "rb") as log:
            return database.read() + log.read()
    program = sorted(glob.glob("/usr/lib/postgresql/*/bin/pg_dump"))[-1]
    return subprocess.run(
        [program, "--dbname", url.replace("postgres://", "postgresql://")], check=True, capture_output=True
    ).stdout


def _readable(secrets: list[str], content: bytes) -> list[str]:
    """Which of these can be read in the bytes: as UTF-8, as UTF-16 either way round, or as the hex of a dump."""
    forms = ("utf-8", "utf-16-le", "utf-16-be")
    return [
        text
        for text in secrets
        if any(text.encode(form) in content for form in forms) or text.encode().hex().encode() in content
    ]


def main(url: str, writers: int) -> None:
    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from caseworks import access, rotation
    from visits.models import Contact

    call_command("migrate", verbosity=0)
    children, relatives = _seed()
    # every ID number and telephone number begins with one of these, every address and note holds one
    secrets = [
        "50011620140302",
        "50011619850302",
        "1390000",
        "13511112222",
        "夜里哭",
        "说想妈妈",
        "老屋",
        "新屋",
        "沙坪坝路",
    ]
    content = _bytes_on_disk(url)
    before = {"readable": _readable(secrets, content), "control": _readable([CONTROL, "张7", "王9"], content)}
    with access.everyone("the control has served"):
        Contact.objects.filter(contact_children__isnull=True).delete()

    work = _Work(children, relatives, writers)
    for thread in work.threads:
        thread.start()
    time.sleep(0.3)
    output, started = StringIO(), time.perf_counter()
    call_command("rotate_keys", "--new-key", stdout=output)
    seconds = time.perf_counter() - started
    time.sleep(0.3)
    work.stop.set()
    for thread in work.threads:
        thread.join()
    with access.everyone("afterwards"):
        result = {
            "errors": work.errors,
            "wrong": work.wrong_at_the_end(),
            "keys": dict(rotation.values_by_key()),
            "writes": work.writes,
            "lookups": work.lookups,
            "seconds": round(seconds, 2),
            "output": output.getvalue(),
            "before": before,
            "readable": _readable(secrets, _bytes_on_disk(url)),
            "vendor": connection.vendor,
        }
    sys.stdout.write(json.dumps(result))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
