"""What the audit trail must hold: each kind of event with who, in which post, on what, why and from where; every
refusal; nothing that names a child or carries a number."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from caseworks import access, audit, sealing, trail_heads
from caseworks.listed import list_of
from caseworks.models import AuditEvent, AuditSeal
from tests import factories
from tests.exchange.books import book, child_row

pytestmark = pytest.mark.django_db
ADDRESS = "192.0.2.7"


def _reveal(client, cast):
    client.post(reverse("privacy:reveal"), _asked(cast.child))


def _asked(child):
    return {"model": "children.Child", "field": "id_number", "code": child.code, "why": "verify"}


def _sign_in(client, cast):
    client.logout()
    client.post(reverse("caseworks:login"), {"username": cast.clerk.username, "password": "pass-word-of-tests"})


def _sign_in_wrongly(client, cast):
    client.logout()
    client.post(reverse("caseworks:login"), {"username": cast.clerk.username, "password": "wrong"})


def _lock_out(client, cast):
    for _time in range(5):
        _sign_in_wrongly(client, cast)


def _without_token(client, cast):
    strict = Client(enforce_csrf_checks=True, REMOTE_ADDR=ADDRESS)
    strict.force_login(cast.clerk)
    strict.post(reverse("exchange:imports"), {})


# the event, how it comes about, what it is about, the reason it carries
EVENTS = [
    ("child.viewed", lambda client, cast: client.get(cast.child.get_absolute_url()), "child", ""),
    ("field.revealed", _reveal, "child", "核对信息"),
    ("file.left", lambda client, cast: client.get(reverse("children:export")), "list", ""),
    ("user.signed_in", _sign_in, "clerk", ""),
    ("user.signed_out", lambda client, cast: client.post(reverse("caseworks:logout")), "clerk", ""),
    ("user.sign_in_failed", _sign_in_wrongly, "clerk", ""),
    ("user.locked_out", _lock_out, "clerk", ""),
    ("page.refused", lambda client, cast: client.get(reverse("visits:rules")), None, "right: GET visits:rules"),
    ("page.refused", lambda client, cast: client.put(reverse("visits:home")), None, "method: PUT visits:home"),
    ("page.refused", _without_token, None, "token"),
]


@pytest.mark.parametrize(("action", "provoke", "about", "reason"), EVENTS)
def test_each_kind_of_event_says_who_where_what_and_why(action, provoke, about, reason, cast):
    client = Client(REMOTE_ADDR=ADDRESS)
    client.force_login(cast.clerk)
    before = set(AuditEvent.objects.values_list("pk", flat=True))
    provoke(client, cast)
    [event] = AuditEvent.objects.filter(action=action).exclude(pk__in=before).order_by("-pk")[:1]
    outside = action in {"user.sign_in_failed", "user.locked_out"}
    assert event.by == (None if outside else cast.clerk)
    assert event.posting == str(cast.clerk.postings.get())
    assert event.path == cast.school.path
    assert event.address == ADDRESS
    assert event.at is not None
    about_it = list_of(event.changes["export"]) if about == "list" else getattr(cast, about).pk if about else None
    assert event.object_id == about_it
    assert reason in event.reason


def _by_a_page(cast, client, tmp_path):
    rule = factories.contact_rule(cast.county, "caseworker")
    client.force_login(cast.officer)
    client.post(reverse("visits:rule_end", args=[rule.code]))
    return "contact_rule.ended", cast.officer


def _by_the_admin(cast, client, tmp_path):
    client.force_login(cast.officer)
    fields = {"school": cast.school.pk, "term": "2026-1", "counted_on": "2026-09-20", "pupils": "300"}
    client.post(reverse("admin:children_pupilcount_add"), fields)
    return "pupilcount.created", cast.officer


def _by_an_import(cast, client, tmp_path):
    roster = book(tmp_path, [child_row()])
    call_command("import_children", str(roster), organization=cast.school.code, by=cast.clerk.username)
    return "import.confirmed", cast.clerk


@pytest.mark.parametrize("door", [_by_a_page, _by_the_admin, _by_an_import], ids=["page", "admin", "import"])
def test_each_door_to_a_change_leaves_one_event(door, cast, client, tmp_path):
    action, by = door(cast, client, tmp_path)
    event = AuditEvent.objects.get(action=action)
    assert (event.by, event.posting) == (by, str(by.postings.get()))


def test_asking_too_often_is_refused_in_words_and_recorded(cast, sign_in, settings):
    settings.REVEALS_PER_HOUR = 1
    client = sign_in(cast.clerk)
    assert client.post(reverse("privacy:reveal"), _asked(cast.child)).status_code == 200
    answer = client.post(reverse("privacy:reveal"), _asked(cast.child))
    assert answer.status_code == 429
    assert cast.child.id_number not in answer.content.decode()
    assert AuditEvent.objects.filter(action="field.reveal_refused", object_id=cast.child.pk).count() == 1


@pytest.mark.parametrize(
    ("method", "name", "status"), [("GET", "visits:rules", 403), ("PUT", "visits:home", 405), ("DELETE", "children:list", 405)]
)  # fmt: skip
def test_a_refusal_is_a_page_in_plain_chinese(method, name, status, cast, sign_in):
    answer = sign_in(cast.clerk).generic(method, reverse(name))
    assert answer.status_code == status
    assert "<h1>" in answer.content.decode()
    assert "请" in answer.content.decode()


def test_whoever_has_not_signed_in_cannot_fill_the_trail(client, db):
    strict = Client(enforce_csrf_checks=True)
    strict.post(reverse("caseworks:login"), {"username": "x"})
    client.put(reverse("caseworks:login"))
    client.get(reverse("children:list"))
    assert AuditEvent.objects.count() == 0


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("核对 500117201403024325", "核对 500117********4325"),
        ("打 13812345678 联系", "打 138****5678 联系"),
        ("a13812345678b and 2026-11-01", "a13812345678b and 2026-11-01"),
    ],
)
def test_no_number_that_somebody_types_is_kept_in_the_trail(typed, kept, cast):
    with access.scope(cast.clerk):
        event = audit.record("child.viewed", reason=typed, changes={"filters": {"deep": [typed]}})
    assert (event.reason, event.changes) == (kept, {"filters": {"deep": [kept]}})


def test_a_searched_name_is_masked_in_the_trail(cast, sign_in):
    sign_in(cast.clerk).get(reverse("children:export"), {"q": "张小雨"})
    event = AuditEvent.objects.get(action="file.left")
    assert "张小雨" not in json.dumps(event.changes, ensure_ascii=False)
    assert "张" in json.dumps(event.changes, ensure_ascii=False)


class TestHeads:
    @pytest.fixture
    def sealed(self, cast):
        with access.scope(cast.clerk):
            audit.record("child.viewed")
        AuditSeal.objects.create(number=1, position=10**9, events=1, digest=b"d" * 32, mac=b"m" * 32)

    def test_the_auditor_sees_the_head_of_the_chain(self, sealed, cast, sign_in):
        page = sign_in(cast.auditor).get(reverse("admin:caseworks_auditevent_changelist")).content.decode()
        assert "第 1 号封条" in page
        assert (b"d" * 32).hex() in page

    def test_the_head_is_kept_once_a_day(self, sealed, tmp_path):
        file = tmp_path / "kept" / "heads"
        trail_heads.keep_daily(file)
        trail_heads.keep_daily(file)
        [line] = file.read_text().splitlines()
        assert line.endswith((b"d" * 32).hex())

    def test_nothing_sealed_is_nothing_kept(self, db, tmp_path, cast, sign_in):
        trail_heads.keep_daily(tmp_path / "heads")
        assert not (tmp_path / "heads").exists()
        page = sign_in(cast.auditor).get(reverse("admin:caseworks_auditevent_changelist")).content.decode()
        assert "还没有封条" in page

    def test_the_command_appends_the_head_to_a_file(self, sealed, tmp_path, capsys):
        call_command("seal_audit", head=str(tmp_path / "heads"))
        assert (tmp_path / "heads").read_text() == capsys.readouterr().out

    def test_a_head_that_cannot_be_kept_is_said(self, sealed, tmp_path, monkeypatch):
        with pytest.raises(CommandError, match="could not be kept"):
            call_command("seal_audit", head=str(tmp_path))
        monkeypatch.setattr(trail_heads, "SYSLOG", str(tmp_path / "no-log"))
        with pytest.raises(CommandError, match="could not be kept"):
            call_command("seal_audit", syslog=True)

    def test_the_sealer_outlives_an_error(self, db, monkeypatch, settings, tmp_path):
        """Or one bad minute would end the sealing for good, unseen."""
        rounds = []

        def seal():
            rounds.append(1)
            if len(rounds) == 1:
                raise RuntimeError("the database is away")

        class TwoRounds:
            def wait(self, _seconds):
                return len(rounds) == 2

        monkeypatch.setattr(sealing, "seal_pending", seal)
        monkeypatch.setattr(sealing.connection, "close", lambda: None)
        settings.AUDIT_HEADS_FILE = str(tmp_path / "heads")
        sealing._every_minute(TwoRounds())
        assert len(rounds) == 2
        assert not Path(settings.AUDIT_HEADS_FILE).exists()
