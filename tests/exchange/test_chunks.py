"""An import in pieces: hidden until it is whole, stopped, overtaken, taken up again, and done in the background."""

import pytest
import time_machine
from django.core.management import call_command
from django.urls import reverse

from caseworks import access
from caseworks.exchange import actions, jobs, merging, plan
from caseworks.exchange.jobs import LostError
from caseworks.exchange.models import ImportBatch, RosterPiece, StagedRow
from caseworks.models import AuditEvent, Posting
from children.models import Arrival, Child, Reach
from guardians.models import Kinship, Relative
from tests import factories
from tests.exchange.books import BORN, TODAY, book, child_row, confirm, keys, receive, verdicts
from tests.exchange.test_undo import contents


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch):
    monkeypatch.setattr(merging, "CHUNK", 2)
    monkeypatch.setattr(jobs, "SECONDS_BETWEEN_STEPS", 0)
    with time_machine.travel("2026-11-23 10:00:00+08:00", tick=False):
        yield


@pytest.fixture
def rows():
    """Five new children, two of them siblings, and the child of the cast, who changes class."""
    number = lambda: factories.id_number(BORN, "1")  # noqa: E731
    new = [
        child_row(姓名=f"周{n}", 身份证号=number(), 父亲电话=f"1391111222{i // 2}") for i, n in enumerate("甲乙丙丁戊")
    ]
    return [*new, child_row(姓名="周己", 身份证号=number(), 母亲姓名="王芳", 母亲电话="13900001111")]


@pytest.fixture
def batch(rows, tmp_path, cast):
    return receive(book(tmp_path, rows), cast.clerk, cast.school)


class Killed(BaseException):
    """The process ends here, without a chance to clean up."""


def broken_off(batch, by, monkeypatch, *, before_step: int):
    """Confirm in a process that ends before the step of that number; its lease runs out."""
    renew, steps = jobs.Lease.renew, []

    def counting(self, **fields):
        if "done" in fields or "state" in fields:
            steps.append(fields)
        if len(steps) > before_step:
            raise Killed
        return renew(self, **fields)

    with monkeypatch.context() as patch:
        patch.setattr(jobs.Lease, "renew", counting)
        patch.setattr(jobs.Lease, "release", lambda self: None)
        with pytest.raises(Killed):
            confirm(batch, by)


def seen_by_everyone() -> tuple[int, int]:
    with access.everyone("test"):
        return Child.objects.filter(name__startswith="周").count(), Relative.objects.filter(name="周大海").count()


def test_nothing_is_seen_before_everything_is(batch, cast, monkeypatch):
    before = {who: _seen(who) for who in (cast.clerk, cast.officer, cast.caseworker, cast.mentor)}
    broken_off(batch, cast.clerk, monkeypatch, before_step=3)
    assert Arrival.objects.count() == 6  # three chunks are written
    assert {who: _seen(who) for who in before} == before
    assert seen_by_everyone() == (0, 0)
    with access.everyone("test", arriving=True):
        assert Child.objects.filter(name__startswith="周").count() == 6
    assert not AuditEvent.objects.filter(action="import.confirmed").exists()


def _seen(who):
    with access.scope(who, today=TODAY):
        return [sorted(map(str, model.objects.values_list("pk"))) for model in (Child, Relative, Kinship)]


@pytest.mark.parametrize("step", range(6))
def test_what_was_broken_off_is_taken_up_again(step, batch, cast, monkeypatch):
    broken_off(batch, cast.clerk, monkeypatch, before_step=step)
    half = Arrival.objects.count()
    jobs.work_off(batch)
    batch.refresh_from_db()
    assert (batch.state, Arrival.objects.count()) == (
        "importing" if step < 4 else "imported",
        half,
    )  # its lease still runs
    with time_machine.travel("2026-11-23 10:02:00+08:00"):
        call_command("work_off_imports", verbosity=0)
    batch.refresh_from_db()
    assert (batch.state, batch.tidy, batch.lease) == ("imported", True, None)
    assert seen_by_everyone()[0] == 6
    event = AuditEvent.objects.get(action="import.confirmed")
    assert (event.by, event.posting) == (cast.clerk, str(cast.clerk.postings.get()))
    assert event.changes["written"]["children.Child"] == 6
    assert (Arrival.objects.count(), Reach.objects.filter(until_on=access.NOT_YET).count()) == (0, 0)


@pytest.mark.parametrize("step", range(4))
def test_what_is_stopped_half_way_leaves_nothing(step, batch, cast, monkeypatch):
    before = contents()
    broken_off(batch, cast.clerk, monkeypatch, before_step=step)
    with access.scope(cast.clerk, today=TODAY):
        actions.discard(batch=batch, by=cast.clerk)
    assert contents() == before
    batch.refresh_from_db()
    assert (batch.state, StagedRow.objects.count()) == ("discarded", 0)


def test_a_process_that_lost_its_lease_writes_no_more(batch, cast, monkeypatch):
    with access.scope(cast.clerk, today=TODAY):
        actions._ask(batch, "importing", cast.clerk)
        lost = jobs.claim(batch)
        assert jobs.claim(batch) is None
        with time_machine.travel("2026-11-23 10:02:00+08:00"):
            jobs.work_off(ImportBatch.objects.get())
        before = contents()
        with pytest.raises(LostError):
            merging.bring_in(lost)
    assert contents() == before


def test_an_id_number_taken_meanwhile_clears_everything_away(batch, rows, cast, monkeypatch):
    broken_off(batch, cast.clerk, monkeypatch, before_step=1)
    factories.child("周别人", village=cast.village, school=cast.school, id_number=rows[4]["身份证号"], born_on=BORN)
    with time_machine.travel("2026-11-23 10:02:00+08:00"), access.scope(cast.clerk, today=TODAY):
        jobs.work_off(batch)
    assert (batch.state, batch.trouble["key"], Arrival.objects.count()) == ("previewed", "moved", 0)
    assert verdicts(batch) == ["new"] * 4 + ["changed", "new"]
    assert seen_by_everyone()[0] == 1  # only the one that somebody else opened
    confirm(batch, cast.clerk)
    assert (batch.trouble, seen_by_everyone()[0]) == ({}, 6)


def test_a_number_that_is_being_imported_says_nothing_to_others(batch, rows, cast, monkeypatch, tmp_path):
    """Another school that sends the same child meanwhile learns only that it cannot open an archive."""
    broken_off(batch, cast.clerk, monkeypatch, before_step=1)
    row = {**rows[0], "学校": cast.other_school.name, "住址": "白沙村1组"}
    other = receive(book(tmp_path, [row], sheet="别校"), cast.colleague, cast.other_school)
    assert [problem[0] for problem in other.rows.get().problems] == ["not_yours"]


def test_a_plan_that_still_holds_is_not_made_again(batch, cast, monkeypatch):
    def never(self, rows):
        raise AssertionError("planned again")

    monkeypatch.setattr("caseworks.exchange.plan.Planner.plan", never)
    confirm(batch, cast.clerk)
    assert seen_by_everyone()[0] == 6


@pytest.mark.parametrize("who", ["officer", "clerk"])
def test_a_plan_is_made_again_for_another_person_or_after_a_change(who, batch, cast, monkeypatch):
    from caseworks.exchange.plan import Planner
    from children import actions as children

    planned, plan = [], Planner.plan
    monkeypatch.setattr(Planner, "plan", lambda self, rows: planned.append(rows) or plan(self, rows))
    if who == "clerk":
        with access.scope(cast.clerk, today=TODAY):
            children.amend(child=Child.objects.get(pk=cast.child.pk), by=cast.clerk, ethnicity="02")
    confirm(batch, getattr(cast, who))
    assert (len(planned), seen_by_everyone()[0]) == (1, 6)


# --- In the background ---------------------------------------------------------------------------------------------------


@pytest.fixture
def started(monkeypatch):
    """Processes that would have been started."""
    found = []
    monkeypatch.setattr(jobs, "start", lambda: found.append(True))
    return found


def _left_to(cast, file, organization=None):
    with access.scope(cast.clerk, today=TODAY):
        return actions.receive(
            by=cast.clerk, organization=cast.school, roster_on=TODAY, path=file, file_name=file.name, wait=False
        )


def test_a_large_file_is_kept_sealed_until_it_is_read(rows, tmp_path, cast, started):
    file = book(tmp_path, rows)
    batch = _left_to(cast, file)
    assert (batch.state, started, RosterPiece.objects.count()) == ("uploaded", [True], 1)
    assert bytes(RosterPiece.objects.values_list("content", flat=True)[0])[:2] != b"UE"  # not the base64 of a zip
    assert _left_to(cast, file) == batch
    call_command("work_off_imports", verbosity=0)
    batch.refresh_from_db()
    assert (batch.state, batch.lease, verdicts(batch), RosterPiece.objects.count()) == (
        "previewed", None, ["new"] * 6, 0,
    )  # fmt: skip
    with access.scope(cast.clerk, today=TODAY):
        actions.confirm(batch=batch, by=cast.clerk, wait=False)
    assert (batch.state, seen_by_everyone()[0]) == ("importing", 0)
    call_command("work_off_imports", verbosity=0)
    assert seen_by_everyone()[0] == 6


def test_a_large_file_that_is_refused_says_so_on_its_page(tmp_path, cast, started, sign_in):
    file = tmp_path / "a.xlsx"
    file.write_bytes(b"%PDF-1.7")
    batch = _left_to(cast, file)
    call_command("work_off_imports", verbosity=0)
    batch.refresh_from_db()
    assert (batch.state, RosterPiece.objects.count()) == ("refused", 0)
    assert "这不是能读的表格" in sign_in(cast.clerk).get(batch.get_absolute_url()).content.decode()


def test_whoever_lost_the_post_meanwhile_imports_nothing(batch, cast, started):
    before = contents()
    with access.scope(cast.clerk, today=TODAY):
        actions.confirm(batch=batch, by=cast.clerk, wait=False)
    Posting.objects.filter(user=cast.clerk).update(until_on=TODAY)
    call_command("work_off_imports", verbosity=0)
    batch.refresh_from_db()
    assert (batch.state, batch.trouble["key"], contents() == before) == ("previewed", "no_right", True)


def test_work_that_fails_again_and_again_is_given_up(batch, cast, started, monkeypatch):
    with access.scope(cast.clerk, today=TODAY):
        actions.confirm(batch=batch, by=cast.clerk, wait=False)
    monkeypatch.setattr(merging, "bring_in", lambda lease: 1 / 0)
    for _try in range(jobs.MOST_TRIES - 1):
        with pytest.raises(ZeroDivisionError):
            call_command("work_off_imports", verbosity=0)
    call_command("work_off_imports", verbosity=0)
    batch.refresh_from_db()
    assert (batch.state, batch.trouble["key"]) == ("previewed", "failed")


def test_the_page_shows_how_far_it_has_come(batch, cast, started, sign_in, monkeypatch):
    monkeypatch.setattr("caseworks.exchange.views.ROWS_AT_ONCE", 2)
    client, address = sign_in(cast.clerk), batch.get_absolute_url()
    client.post(reverse("exchange:confirm", args=[batch.code]), {"read": "1"})
    ImportBatch.objects.update(done=4)
    page = client.get(address).content.decode()
    for part in ('<noscript><meta http-equiv="refresh" content="3">', 'value="4"', 'max="6"', "?progress=1"):
        assert part in page
    part = client.get(address + "?progress=1", headers={"HX-Request": "true"})
    assert ("<html" in part.content.decode(), 'value="4"' in part.content.decode()) == (False, True)
    ImportBatch.objects.update(done=0)
    call_command("work_off_imports", verbosity=0)
    done = client.get(address + "?progress=1", headers={"HX-Request": "true"})
    assert done["HX-Redirect"] == address
    assert "refresh" not in client.get(address).content.decode()


def test_the_button_on_the_page_stops_it(batch, cast, started, sign_in, monkeypatch):
    monkeypatch.setattr("caseworks.exchange.views.ROWS_AT_ONCE", 2)
    client, before = sign_in(cast.clerk), contents()
    client.post(reverse("exchange:confirm", args=[batch.code]), {"read": "1"})
    client.post(reverse("exchange:discard", args=[batch.code]))
    call_command("work_off_imports", verbosity=0)
    batch.refresh_from_db()
    assert (batch.state, contents() == before) == ("discarded", True)


@pytest.mark.parametrize("piece", [1, 2, 100])
def test_what_one_piece_of_a_file_says_the_next_pieces_know(piece, tmp_path, cast, monkeypatch):
    """Parents of three children, new and then known; what one row changes about them, no later row changes again."""
    monkeypatch.setattr(plan, "CHUNK", piece)
    number = lambda: factories.id_number(BORN, "1")  # noqa: E731
    rows = [child_row(姓名=f"周{n}", 身份证号=number()) for n in "甲乙丙"]
    confirm(receive(book(tmp_path, rows), cast.clerk, cast.school), cast.clerk)
    for row in rows:
        row["母亲电话"] = "13911114444"
    for row in rows[1:]:
        row["父亲务工地点"] = "福建省泉州市"
    rows.append(child_row(姓名="周丁", 身份证号=number(), 母亲电话="13911114444", 父亲务工地点="福建省泉州市"))
    batch = receive(book(tmp_path, rows[1:] + rows[:1]), cast.clerk, cast.school)
    assert (verdicts(batch), keys(batch)) == (["changed", "unchanged", "new", "unchanged"], ["elsewhere"])
    confirm(batch, cast.clerk)
    with access.everyone("test"):
        mother = Relative.objects.get(kinships__child__name="周甲", kinships__relation="52")
        father = Relative.objects.get(kinships__child__name="周丁", kinships__relation="51")
        assert (mother.phone, mother.version) == ("13911114444", 2)
        assert father.kinships.count() == 4
        assert [absence.place for absence in father.absences.filter(until_on=None)] == ["福建省泉州市"]
