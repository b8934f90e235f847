"""The trail can be added to and nothing else, and a change made behind the database's back is found."""

from __future__ import annotations

import threading
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from caseworks import audit, audit_triggers, sealing
from caseworks.models import AuditEvent, AuditSeal


def _three_events() -> None:
    for action in ("child.opened", "child.viewed", "file.left"):
        audit.record(action, reason="测试")


def _behind_the_back(statement: str, *values) -> None:
    """What somebody who holds the database file can do."""
    connection.check_constraints()  # PostgreSQL alters no table while checks are waiting
    audit_triggers.drop(connection)
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
    audit_triggers.create(connection)


@pytest.mark.django_db
class TestAppendOnly:
    @pytest.mark.parametrize(
        "change",
        [
            lambda: AuditEvent.objects.update(reason="x"),
            lambda: AuditEvent.objects.all().delete(),
            lambda: AuditEvent.objects.first().delete(),
            lambda: AuditSeal.objects.update(events=7),
            lambda: AuditSeal.objects.all().delete(),
        ],
        ids=["update", "delete all", "delete one", "change a seal", "remove a seal"],
    )
    def test_every_change_is_refused_by_the_database(self, change):
        _three_events()
        AuditSeal.objects.create(number=1, position=1, events=3, digest=b"d", mac=b"m")
        with pytest.raises(DatabaseError, match=r"cannot be|removed"), transaction.atomic():
            change()
        assert AuditEvent.objects.filter(reason="测试").count() == 3

    def test_replacing_a_row_is_refused(self):
        _three_events()
        if connection.vendor == "postgresql":
            statement = "TRUNCATE caseworks_auditevent"
        else:
            statement = "INSERT OR REPLACE INTO caseworks_auditevent SELECT * FROM caseworks_auditevent"
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
        assert AuditEvent.objects.count() == 3

    def test_an_event_kept_for_three_years_may_go_and_one_a_day_younger_may_not(self):
        _three_events()
        old, young, new = AuditEvent.objects.order_by("id")
        for event, days in ((old, 1097), (young, 1094)):
            _behind_the_back(
                "UPDATE caseworks_auditevent SET at = %s WHERE id = %s", timezone.now() - timedelta(days=days), event.pk
            )
        old.delete()
        for kept in (young, new):
            with pytest.raises(DatabaseError), transaction.atomic():
                kept.delete()


def _settled() -> bool:
    """Whether every event is below the horizon of a seal."""
    if connection.vendor == "sqlite":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT MAX(xid) FROM caseworks_auditevent")
        return cursor.fetchone()[0] <= sealing._horizon()


def _seal(events: int) -> AuditSeal:
    """Seal that many events. On PostgreSQL a seal waits for every older transaction of the server, also those of tests
    that run beside this one."""
    for _attempt in range(2400):  # two minutes: a test beside this one may be long
        if _settled():
            break
        threading.Event().wait(0.05)
    seal = sealing.seal_pending()
    assert seal is not None
    assert seal.events == events
    return seal


def _verify() -> str:
    out = StringIO()
    call_command("verify_audit", stdout=out)
    return out.getvalue().strip()


@pytest.mark.django_db(transaction=True)
class TestSeals:
    def test_a_trail_as_it_was_written_holds(self):
        _three_events()
        assert _seal(3).number == 1
        _three_events()
        assert _seal(3).number == 2
        assert _verify() == "2 seals over 6 events hold"

    def test_nothing_new_makes_no_seal(self):
        _three_events()
        _seal(3)
        assert sealing.seal_pending() is None

    @pytest.mark.parametrize(
        ("statement", "why"),
        [
            ("UPDATE caseworks_auditevent SET reason = 'x' WHERE action = 'child.viewed'", "changed"),
            ("DELETE FROM caseworks_auditevent WHERE action = 'child.viewed'", "3 events, 2 are there"),
            ("DELETE FROM caseworks_auditseal WHERE number = 1", "missing"),
            ("UPDATE caseworks_auditseal SET digest = mac WHERE number = 1", "changed"),
            ("UPDATE caseworks_auditseal SET mac = digest WHERE number = 1", "audit key"),
        ],
        ids=["changed event", "removed event", "removed seal", "changed seal", "forged seal"],
    )
    def test_a_change_behind_the_back_breaks_the_first_seal_it_touches(self, statement, why):
        for _round in range(2):
            _three_events()
            _seal(3)
        _behind_the_back(statement)
        with pytest.raises(CommandError, match=f"seal 1 does not hold: .*{why}"):
            _verify()

    def test_a_trail_cut_off_with_its_last_seal_is_found_by_the_head_kept_elsewhere(self):
        _three_events()
        _seal(3)
        _three_events()
        head = bytes(_seal(3).digest).hex()
        _behind_the_back("DELETE FROM caseworks_auditseal WHERE number = 2")
        assert _verify().startswith("1 seals")
        with pytest.raises(CommandError, match="kept elsewhere"):
            call_command("verify_audit", head=head)

    def test_the_head_is_printed_for_keeping(self):
        _three_events()
        _seal(3)
        out = StringIO()
        call_command("seal_audit", stdout=out)
        number, _moment, digest = out.getvalue().split()
        assert (number, digest) == ("1", bytes(AuditSeal.objects.get().digest).hex())


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(
    "not __import__('django.db', fromlist=['connection']).connection.vendor == 'postgresql'",
    reason="SQLite has one writer",
)
def test_a_slower_transaction_is_not_sealed_over():
    """An event written by a transaction that ends after the sealing must fall under the next seal, not into this one."""
    if connection.vendor == "sqlite":
        pytest.skip("SQLite has one writer at a time: no transaction can be slower than another")
    started, sealed = threading.Event(), threading.Event()

    def slow() -> None:
        try:
            with transaction.atomic():
                audit.record("slow.event")
                started.set()
                sealed.wait(10)
        finally:
            connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    started.wait(10)
    audit.record("quick.event")
    while_it_runs = sealing.seal_pending()
    sealed.set()
    thread.join()
    assert while_it_runs is None
    _seal(2)
    assert sealing.verify().broken is None
