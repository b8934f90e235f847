"""A second person's word: who may give it, exactly once, and what becomes of the file."""

from __future__ import annotations

import io
import threading
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import openpyxl
import pytest
import pyzipper
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from caseworks import access, vault
from caseworks.leaving import actions, keeper
from caseworks.leaving.approvers import approvers_of
from caseworks.leaving.recipes import recipe_of
from caseworks.listed import Listed
from caseworks.models import AuditEvent, Export, ExportState
from tests import factories

pytestmark = pytest.mark.django_db

LIST = reverse("children:export")
CHOOSE = reverse("out:choose")
FULL_ROLL = f"{CHOOSE}?layout=roll&definition=wide&show=full"
PURPOSE = "交区民政局核对台账"


@pytest.fixture(autouse=True)
def _few_leave_alone(settings):
    settings.APPROVAL_ROWS = 1  # the clerk's school has two children


def ask(client, address: str = LIST, **more) -> Export:
    """Ask for a file as the pages do."""
    page = client.get(address)
    assert page.status_code == 302
    assert urlsplit(page["Location"]).path == reverse("leaving:ask")
    answer = client.post(page["Location"], {"purpose": PURPOSE, **more})
    return Export.objects.get(code=answer["Location"].strip("/").rpartition("/")[2])


def approve(client, export: Export):
    return client.post(reverse("leaving:decide", args=[export.code]), {"decision": "approve"})


def prepared(export: Export) -> Export:
    keeper.work_off(timezone.now())
    export.refresh_from_db()
    return export


def fetch(client, export: Export, **data):
    return client.post(reverse("leaving:fetch", args=[export.code]), data)


def body(response) -> bytes:
    return b"".join(response.streaming_content)


def events(verb: str) -> list[AuditEvent]:
    return list(AuditEvent.objects.filter(action=f"export.{verb}"))


def test_a_short_masked_list_leaves_at_once(cast, sign_in, settings):
    settings.APPROVAL_ROWS = 2
    response = sign_in(cast.clerk).get(LIST)
    assert response.status_code == 200
    assert not Export.objects.exists()


@pytest.mark.parametrize("address", [LIST, FULL_ROLL])
def test_from_asking_to_the_file(cast, client, address, settings):
    settings.APPROVAL_ROWS = 1 if address == LIST else 500
    client.force_login(cast.clerk)
    export = ask(client, address)
    assert (export.state, export.rows, export.purpose) == (ExportState.ASKED, 2, PURPOSE)
    assert export.full == (address == FULL_ROLL)
    client.force_login(cast.officer)
    listed = client.get(reverse("leaving:exports")).content.decode()
    assert PURPOSE in listed
    assert 'class="badge' in listed
    assert approve(client, export).status_code == 302
    prepared(export)
    assert export.state == ExportState.PREPARED
    client.force_login(cast.clerk)
    response = fetch(client, export)
    rows = list(openpyxl.load_workbook(io.BytesIO(body(response))).worksheets[0].iter_rows(values_only=True))
    assert cast.child.name in str(rows)
    assert (cast.child.id_number in str(rows)) == export.full
    export.refresh_from_db()
    assert export.state == ExportState.FETCHED
    verbs = list(AuditEvent.objects.filter(object_id=export.pk).order_by("id").values_list("action", "by__username"))
    assert verbs == [("export.asked", "xue"), ("export.approved", "ouyang"), ("export.prepared", "xue")]
    left = AuditEvent.objects.get(action="file.left")
    assert left.changes["export"] == export.code
    assert list(vault.folder(actions.SHELF).iterdir()) == []


def test_what_waits_is_sealed(cast, client):
    client.force_login(cast.clerk)
    export = ask(client, FULL_ROLL)
    client.force_login(cast.officer)
    approve(client, export)
    prepared(export)
    [file] = vault.folder(actions.SHELF).iterdir()
    assert not file.read_bytes().startswith(b"PK")
    # and nothing readable was left behind by making it
    assert list(vault.folder("working").iterdir()) == []


def test_the_second_fetch_is_refused_in_words_and_remembered(cast, client):
    client.force_login(cast.clerk)
    export = ask(client)
    client.force_login(cast.officer)
    approve(client, export)
    prepared(export)
    client.force_login(cast.clerk)
    assert fetch(client, export).status_code == 200
    second = fetch(client, export)
    assert second.status_code == 410
    assert "只能下载一次" in second.content.decode()
    assert [event.by_id for event in events("fetch_refused")] == [cast.clerk.pk]


def test_nobody_fetches_after_the_time(cast, client):
    client.force_login(cast.clerk)
    export = ask(client)
    client.force_login(cast.officer)
    approve(client, export)
    prepared(export)
    Export.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    client.force_login(cast.clerk)
    late = fetch(client, export)
    assert late.status_code == 410
    assert "已过期" in late.content.decode()
    assert len(events("fetch_refused")) == 1
    assert actions.expire(by=None, now=timezone.now()) == 1
    export.refresh_from_db()
    assert (export.state, export.file_name, export.file_key) == (ExportState.EXPIRED, "", "")
    assert list(vault.folder(actions.SHELF).iterdir()) == []
    assert len(events("expired")) == 1


@pytest.mark.parametrize("who", ["stranger", "colleague", "mentor", "leader", "auditor", "caseworker", "system"])
def test_the_file_is_nobody_elses(cast, client, who):
    client.force_login(cast.clerk)
    export = ask(client)
    client.force_login(cast.officer)
    approve(client, export)
    prepared(export)
    client.force_login(getattr(cast, who))
    for name in ("fetch", "password", "withdraw"):
        assert client.post(reverse(f"leaving:{name}", args=[export.code])).status_code == 404
    assert client.get(export.get_absolute_url()).status_code == 404
    assert approve(client, export).status_code in {403, 404}
    assert fetch(client, export).status_code == 404


def test_whoever_approves_does_not_receive(cast, client):
    client.force_login(cast.clerk)
    export = ask(client)
    client.force_login(cast.officer)
    approve(client, export)
    prepared(export)
    assert client.get(export.get_absolute_url()).status_code == 200
    assert fetch(client, export).status_code == 404


def test_nobody_approves_what_they_asked_for(cast, client):
    client.force_login(cast.officer)
    export = ask(client)
    assert approve(client, export).status_code == 404
    with pytest.raises(ValidationError):
        actions.approve(export=export, by=cast.officer, now=timezone.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        Export.objects.filter(pk=export.pk).update(decided_by=cast.officer)
    export.refresh_from_db()
    assert export.state == ExportState.ASKED


def test_the_page_says_whose_word_it_takes(cast, client, today):
    second = factories.user("second", name="副主任")
    client.force_login(cast.officer)
    alone = client.get(client.get(LIST)["Location"]).content.decode()
    assert "目前本单位和上级单位没有人可以批准" in alone
    factories.posting(second, cast.county, "administrator")
    assert "副主任" in client.get(client.get(LIST)["Location"]).content.decode()
    posting = cast.clerk.postings_on(today)[0]
    names = [post.user.name for post in approvers_of(posting, recipe_of("children.list"), cast.clerk, today)]
    assert sorted(names) == sorted(["副主任", cast.officer.name])


def test_a_no_says_why(cast, client):
    client.force_login(cast.clerk)
    export = ask(client)
    client.force_login(cast.officer)
    decide = reverse("leaving:decide", args=[export.code])
    assert client.post(decide, {"decision": "refuse"}).status_code == 422
    client.post(decide, {"decision": "refuse", "note": "用途不清楚"})
    client.force_login(cast.clerk)
    assert "用途不清楚" in client.get(export.get_absolute_url()).content.decode()
    assert fetch(client, export).status_code == 410
    assert [event.reason for event in events("refused")] == ["用途不清楚"]


def test_what_is_decided_or_withdrawn_stays_so(cast, client):
    client.force_login(cast.clerk)
    export = ask(client)
    client.post(reverse("leaving:withdraw", args=[export.code]))
    client.force_login(cast.officer)
    approve(client, export)
    export.refresh_from_db()
    assert export.state == ExportState.WITHDRAWN
    assert events("approved") == []


def test_asking_twice_with_one_form_asks_once(cast, client):
    client.force_login(cast.clerk)
    address = client.get(LIST)["Location"]
    key = {"submission_key": "0190b7a2-0000-7000-8000-000000000001", "purpose": PURPOSE}
    assert client.post(address, key)["Location"] == client.post(address, key)["Location"]
    assert Export.objects.count() == 1


def test_a_purpose_is_needed(cast, client):
    client.force_login(cast.clerk)
    address = client.get(LIST)["Location"]
    assert client.post(address, {"purpose": " "}).status_code == 200
    assert not Export.objects.exists()


def test_whoever_lost_the_post_gets_no_file(cast, client, today):
    client.force_login(cast.clerk)
    export = ask(client)
    client.force_login(cast.officer)
    approve(client, export)
    cast.clerk.postings.update(until_on=timezone.localdate())
    prepared(export)
    assert export.state == ExportState.FAILED
    assert "岗位" in export.note


def test_a_file_that_lies_ready_ends_with_the_post_it_was_asked_in(cast, client):
    export = _approved(cast, client)
    prepared(export)
    assert export.state == ExportState.PREPARED
    cast.clerk.postings.update(until_on=timezone.localdate())
    client.force_login(cast.clerk)
    factories.posting(cast.clerk, cast.other_school, "school_staff")
    for response in (client.get(export.get_absolute_url()), client.post(reverse("leaving:fetch", args=[export.code]))):
        assert response.status_code == 404
    export.refresh_from_db()
    assert export.state == ExportState.PREPARED


# --- Made beside the work ----------------------------------------------------------------------------------------------------


def _approved(cast, client) -> Export:
    client.force_login(cast.clerk)
    export = ask(client)
    client.force_login(cast.officer)
    approve(client, export)
    export.refresh_from_db()
    return export


def test_a_killed_maker_is_followed_by_another_and_offers_nothing_half(cast, client):
    export = _approved(cast, client)
    now = timezone.now()
    assert actions.begin(export=export, by=cast.clerk, now=now)
    (Path(vault.folder(actions.SHELF)) / "0f0f.part").write_bytes(b"half")  # what the killed one leaves
    assert prepared(export).state == ExportState.APPROVED  # somebody may still be at it
    client.force_login(cast.clerk)
    assert fetch(client, export).status_code == 410
    keeper.prepare(export, now + actions.TIME_TO_MAKE + timedelta(seconds=1))
    export.refresh_from_db()
    assert export.state == ExportState.PREPARED
    assert openpyxl.load_workbook(io.BytesIO(body(fetch(client, export))))
    assert len(events("prepared")) == 1


def test_a_maker_that_was_slower_than_another_leaves_no_second_file(cast, client):
    export = _approved(cast, client)
    now = timezone.now()
    assert actions.begin(export=export, by=cast.clerk, now=now)
    slow = Export.objects.get(pk=export.pk)
    keeper.prepare(export, now + actions.TIME_TO_MAKE + timedelta(seconds=1))
    kept = vault.keep(actions.SHELF, io.BytesIO(b"late"))
    with access.scope(cast.clerk):
        assert not actions.finish(export=slow, by=cast.clerk, kept=kept, rows=2, listed=Listed(), now=timezone.now())


def test_a_file_that_cannot_be_made_is_given_up_after_three_tries(cast, client, monkeypatch):
    export = _approved(cast, client)
    monkeypatch.setattr(vault, "keep", lambda *_: 1 / 0)
    for _try in range(4):
        prepared(export)
    assert export.state == ExportState.FAILED
    assert len(events("failed")) == 1


def test_a_damaged_file_is_not_used_up(cast, client):
    export = prepared(_approved(cast, client))
    (vault.folder(actions.SHELF) / export.file_name).write_bytes(b"broken")
    client.force_login(cast.clerk)
    assert fetch(client, export).status_code == 410
    export.refresh_from_db()
    assert export.state == ExportState.PREPARED


# --- Locked with a password ------------------------------------------------------------------------------------------------


def test_a_locked_file_needs_the_password_that_was_shown_once(cast, client, settings):
    settings.APPROVAL_ROWS = 500
    client.force_login(cast.clerk)
    address = client.get(f"{CHOOSE}?layout=ledger&definition=wide&show=masked&zipped=on")["Location"]
    answer = client.post(address, {"zipped": "on"})
    export = Export.objects.get()
    assert (export.state, export.zipped, export.decided_by) == (ExportState.PREPARED, True, None)
    assert answer["Location"] == export.get_absolute_url()
    assert fetch(client, export).status_code == 422  # no password was shown yet
    shown = client.post(reverse("leaving:password", args=[export.code]))
    password, ticket = shown.context["password"], shown.context["ticket"]
    assert len(password) == 19
    assert fetch(client, export, ticket=ticket[:-1] + "x").status_code == 422
    response = fetch(client, export, ticket=ticket)
    assert response["Content-Type"] == "application/zip"
    package = pyzipper.AESZipFile(io.BytesIO(body(response)))
    [name] = package.namelist()
    with pytest.raises(RuntimeError, match="password"):
        package.read(name)
    package.setpassword(password.encode())
    assert package.read(name)[:2] == b"PK"
    kept = str([list(Export.objects.values()), list(AuditEvent.objects.values())])
    assert password not in kept


# --- Two at once ---------------------------------------------------------------------------------------------------------------


def together(*calls) -> list[object]:
    """What each call answers, or the name of what it raises, all started in the same moment."""
    gate, answers = threading.Barrier(len(calls)), []

    def one(call) -> None:
        try:
            gate.wait(10)
            answers.append(call())
        except Exception as error:  # what a thread dies of is an answer too
            answers.append(type(error).__name__)
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return answers


def _asked(cast, posting) -> Export:
    recipe = recipe_of("children.list")
    with access.scope(cast.clerk, posting=posting):
        plan = recipe.plan({}, posting, timezone.localdate())
        return actions.ask(
            by=cast.clerk, posting=posting, recipe=recipe, asked={}, plan=plan, purpose=PURPOSE, zipped=False,
            now=timezone.now(),
        )  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_of_two_people_who_decide_at_once_one_counts():
    cast = factories.make_cast()
    second = factories.user("second")
    factories.posting(second, cast.town, "administrator")
    export = _asked(cast, cast.clerk.postings_on(timezone.localdate())[0])

    def decide(person, step):
        def call():
            mine = Export.objects.get(pk=export.pk)
            with access.scope(person):
                step(mine, person)
            return "done"

        return call

    def yes(mine, person):
        actions.approve(export=mine, by=person, now=timezone.now())

    def no(mine, person):
        actions.refuse(export=mine, by=person, note="不行", now=timezone.now())

    answers = together(decide(cast.officer, yes), decide(second, yes), decide(cast.officer, no), decide(second, no))
    assert sorted(map(str, answers)) == ["ValidationError"] * 3 + ["done"]
    assert AuditEvent.objects.filter(action__in=["export.approved", "export.refused"]).count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_fetches_at_once_one_gets_the_file(tmp_path, settings):
    cast = factories.make_cast()
    export = _asked(cast, cast.clerk.postings_on(timezone.localdate())[0])
    actions.approve(export=export, by=cast.officer, now=timezone.now())
    keeper.prepare(export, timezone.now())

    def call():
        mine = Export.objects.get(pk=export.pk)
        with access.scope(cast.clerk):
            return bool(actions.fetch(export=mine, by=cast.clerk, now=timezone.now()))

    answers = together(call, call, call, call)
    assert sorted(map(str, answers)) == ["True"] + ["ValidationError"] * 3


@pytest.mark.django_db(transaction=True)
def test_of_two_keepers_one_makes_the_file():
    cast = factories.make_cast()
    export = _asked(cast, cast.clerk.postings_on(timezone.localdate())[0])
    actions.approve(export=export, by=cast.officer, now=timezone.now())

    def call():
        keeper.prepare(Export.objects.get(pk=export.pk), timezone.now())
        return "done"

    assert together(call, call, call) == ["done"] * 3
    assert AuditEvent.objects.filter(action="export.prepared").count() == 1
    assert len(list(vault.folder(actions.SHELF).iterdir())) == 1


# --- The audit trail -----------------------------------------------------------------------------------------------------------


def test_an_auditor_takes_the_trail_with_the_word_of_the_system_manager(cast, client):
    with access.scope(cast.clerk):
        for _event in range(3):
            from caseworks import audit

            audit.record("child.viewed", cast.child)
    client.force_login(cast.auditor)
    today = timezone.localdate().isoformat()
    export = ask(client, f"{reverse('leaving:trail')}?first={today}&last={today}")
    client.force_login(cast.officer)  # who is audited does not decide
    assert approve(client, export).status_code == 404
    client.force_login(cast.system)
    approve(client, export)
    prepared(export)
    client.force_login(cast.auditor)
    rows = list(
        openpyxl.load_workbook(io.BytesIO(body(fetch(client, export)))).worksheets[0].iter_rows(values_only=True)
    )
    assert len(rows) > 3
    assert cast.child.name not in str(rows)
    assert all(person.code not in str(rows) for person in (cast.foreigner,))


@pytest.mark.parametrize(
    "query", ["first=x&last=y", "first=2026-02-01&last=2026-01-01", "first=2020-01-01&last=2026-01-01"]
)
def test_a_trail_of_no_days_is_asked_for_again(cast, client, query):
    client.force_login(cast.auditor)
    assert client.get(f"{reverse('leaving:trail')}?{query}").status_code == 200


@pytest.mark.parametrize("kind", ["", "no.such", "audit.trail"])
def test_what_is_no_kind_or_not_theirs_cannot_be_asked_for(cast, client, kind):
    client.force_login(cast.clerk)
    answer = client.get(reverse("leaving:ask"), {"kind": kind})
    assert answer.status_code == (403 if kind == "audit.trail" else 404)


def test_files_of_a_real_installation_need_a_second_factor(cast, client, settings):
    settings.DEMO = False
    settings.SECURE_SSL_REDIRECT = False
    client.force_login(cast.clerk)
    assert urlsplit(client.get(reverse("leaving:ask"), {"kind": "children.list"})["Location"]).path == "/second-factor/"
