"""The time of keeping: what is due, what goes, what stays, and that a run can be broken off."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from io import StringIO
from unittest import mock
from zoneinfo import ZoneInfo

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import models
from django.utils import timezone

from caseworks import access, privacy, scoped
from caseworks.classified import FIELDS
from caseworks.exchange.models import ImportBatch, RosterFrame, StagedRow, State
from caseworks.models import AuditEvent, Session, Submission, User
from caseworks.privacy import Since
from caseworks.rights import clock, retention
from caseworks.rights.models import Erasure
from children.models import Child, Residence, SavedFilter
from guardians.models import Declaration, Relative
from tests import factories
from tests.rights import make
from visits.models import Contact, Mentor

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 3, tzinfo=ZoneInfo("Asia/Shanghai"))


def _apply(today: date = TODAY) -> dict[str, int]:
    """Every step once to its end, and how many rows each did."""
    now = NOW + (today - TODAY)
    done = {}
    with access.everyone("test"):
        for step in retention.steps(today, now):
            while number := step.chunk():
                done[step.key] = done.get(step.key, 0) + number
    return done


def _fresh(row):
    with access.everyone("test"):
        return type(row).objects.get(pk=row.pk)


def test_the_table_of_privacy_decides(today):
    assert clock.archive_years() == 3
    assert clock.early_years() == [1]
    assert {"id_number", "registered_at", "notes"} <= set(clock.fields_of(Child, 1))
    assert "name" not in clock.fields_of(Child, 1)


def test_whatever_goes_before_the_archive_can_be_emptied():
    """A group whose fields cannot be empty must be kept as long as the archive: or a night's run would stop here."""
    for model, years, names in clock.early_parts():
        if not clock.goes_whole(model, years):
            for name in names:
                clock.emptied(model._meta.get_field(name))


def test_a_field_that_cannot_be_empty_is_noticed():
    with pytest.raises(ValueError, match="cannot be emptied"):
        clock.emptied(Child._meta.get_field("born_on"))


@pytest.mark.parametrize(
    ("closed_on", "years", "first"),
    [(date(2025, 11, 23), 1, date(2026, 11, 23)), (date(2024, 2, 29), 1, date(2025, 3, 1)), (date(2024, 2, 29), 4, date(2028, 2, 29))],
)  # fmt: skip
def test_the_first_day_after_so_many_years(closed_on, years, first):
    assert clock.removal_day(closed_on, years) == first


class TestAfterOneYear:
    @pytest.fixture
    def child(self, cast):
        child = factories.child("张三", village=cast.village, notes="备注", registered_at="派出所", address="幸福路")
        factories.contact(child, by=cast.clerk, place=cast.school, note="谈话")
        factories.relative(child, name="张父", phone="13612345678", address="厂里", id_number="500117198403024325")
        return make.closed(child, TODAY - timedelta(days=365))

    def test_numbers_telephones_addresses_and_notes_are_emptied(self, child, cast):
        _apply()
        row = _fresh(child)
        assert (row.id_number, row.registered_at, row.notes, row.name) == ("", "", "", "张三")
        assert (row.id_index, row.id_tail_index) == (None, None)
        with access.everyone("test"):
            [father] = Relative.objects.filter(kinships__child=child)
            assert (father.phone, father.address, father.id_number, father.name) == ("", "", "", "张父")
            assert (father.phone_index, father.phone_tail_index) == (None, None)
            [home] = Residence.objects.filter(child=child)
            assert (home.address, home.address_index, home.village) == ("", None, cast.village)
            [contact] = Contact.objects.filter(contact_children__child=child)
            assert (contact.note, contact.kind) == ("", "home")

    def test_a_form_that_was_open_meanwhile_is_too_late(self, child):
        _apply()
        assert _fresh(child).version == child.version + 1

    def test_not_a_day_earlier(self, child):
        _apply(TODAY - timedelta(days=1))
        assert _fresh(child).id_number == child.id_number

    def test_not_while_it_is_held(self, child, cast):
        make.hold(child, by=cast.officer)
        _apply()
        assert _fresh(child).id_number == child.id_number

    def test_again_once_the_hold_is_over(self, child, cast):
        make.hold(child, by=cast.officer, until_on=TODAY)
        _apply()
        assert _fresh(child).id_number == ""

    def test_not_of_an_open_archive(self, cast):
        _apply()
        assert _fresh(cast.child).id_number == cast.child.id_number

    def test_what_a_sibling_still_needs_stays(self, cast):
        """The father's telephone, and the note of a visit to both."""
        contact = factories.contact(cast.child, cast.sibling, by=cast.clerk, place=cast.school, note="两个孩子都在")
        make.closed(cast.child, date(2025, 1, 1))
        _apply()
        assert _fresh(cast.child).id_number == ""
        assert _fresh(cast.mother).phone == cast.mother.phone
        assert _fresh(contact).note == "两个孩子都在"
        make.closed(cast.sibling, date(2025, 2, 1))
        _apply()
        assert _fresh(cast.mother).phone == ""
        assert _fresh(contact).note == ""

    def test_a_second_run_finds_nothing(self, child):
        assert _apply()
        assert _apply() == {}

    def test_a_record_of_which_nothing_is_kept_longer_goes_as_a_whole(self, child, cast, monkeypatch):
        short = {"key": "id", "psych": "child value declared_on outranked organization"}
        monkeypatch.setitem(FIELDS, "guardians.Declaration", short)
        factories.declaration(child, "2", cast.school)
        kept = factories.declaration(cast.sibling, "2", cast.school)
        _apply()
        with access.everyone("test"):
            assert list(Declaration.objects.all()) == [kept]


class TestAfterThreeYears:
    def test_the_whole_archive_goes_and_the_trail_says_so(self, cast):
        child = make.closed(cast.neighbour, date(2023, 11, 23))
        key = child.pk
        done = _apply()
        assert done["archives"] == 1
        with access.everyone("test"):
            assert not Child.objects.filter(pk=key).exists()
        event = AuditEvent.objects.get(action="child.deleted")
        assert event.object_id == key
        applied = AuditEvent.objects.filter(action="retention.applied", changes__step="archives").get()
        assert applied.changes["rows"]["children.Child"] == 1
        assert child.name not in str(list(AuditEvent.objects.values_list("changes", "reason")))

    def test_what_siblings_share_stays(self, cast):
        make.closed(cast.child, date(2023, 1, 1))
        _apply()
        assert _fresh(cast.mother).name == "王芳"
        assert _fresh(cast.sibling).name == "张小山"

    def test_not_a_day_earlier_and_not_while_held(self, cast):
        make.closed(cast.child, date(2023, 11, 24))
        make.closed(cast.sibling, date(2023, 1, 1))
        make.hold(cast.sibling, by=cast.officer)
        assert "archives" not in _apply()


class TestInPieces:
    def test_a_run_that_is_broken_off_goes_on_where_it_was(self, cast):
        children = [
            make.closed(factories.child(f"张{n}", village=cast.village), date(2025, 1, n + 1)) for n in range(5)
        ]
        with access.everyone("test"):
            step = next(each for each in retention.steps(TODAY, NOW) if each.key.startswith("children.Child:"))
            assert step.chunk(2) == 2  # and here somebody pulls the plug
        with access.everyone("test"):
            left = Child.objects.filter(pk__in=[child.pk for child in children]).exclude(id_number="")
            assert left.count() == 3
        _apply()
        assert all(_fresh(child).id_number == "" for child in children)
        sizes = [event.changes["rows"]["children.Child"] for event in AuditEvent.objects.filter(
            action="retention.applied", changes__step__startswith="children.Child:").order_by("id")]  # fmt: skip
        assert sizes == [2, 3]

    def test_a_chunk_is_kept_or_lost_with_its_trace(self, cast):
        child = make.closed(cast.neighbour, date(2025, 1, 1))
        with (
            mock.patch("caseworks.rights.retention.audit.record", side_effect=RuntimeError),
            pytest.raises(RuntimeError),
        ):
            _apply()
        assert _fresh(child).id_number == child.id_number


class TestTheOffice:
    def _gone(self, person: User, until_on: date) -> None:
        person.postings.update(until_on=until_on)

    def test_whoever_left_three_years_ago_loses_the_name(self, cast):
        contact = factories.contact(cast.child, by=cast.clerk, place=cast.school)
        factories.saved_filter(cast.clerk, cast.school)
        self._gone(cast.clerk, date(2023, 11, 23))
        _apply()
        assert not SavedFilter.objects.exists()
        person = User.objects.get(pk=cast.clerk.pk)
        assert (person.name, person.is_active, person.has_usable_password()) == ("—", False, False)
        assert person.username.startswith("gone-")
        assert not person.postings.exists()
        assert _fresh(contact).logged_by == person
        assert "staff" not in _apply()

    @pytest.mark.parametrize("until_on", [date(2023, 11, 24), None])
    def test_whoever_left_later_or_is_here_keeps_it(self, cast, until_on):
        self._gone(cast.clerk, until_on)
        _apply()
        assert User.objects.get(pk=cast.clerk.pk).username == cast.clerk.username

    def test_an_account_that_never_had_a_post_is_left_alone(self, cast):
        _apply()
        assert User.objects.get(pk=cast.idle.pk).username == cast.idle.username

    def test_mentors_lose_the_telephone_first_and_then_the_name(self, cast):
        paired = cast.pairing.mentor
        alone = factories.mentor(cast.bureau, name="独老师", phone="13611112222")
        Mentor.objects.filter(pk=paired.pk).update(phone="13633334444")
        Mentor.objects.update(until_on=date(2025, 11, 23))
        _apply()
        assert {(each.name, each.phone) for each in Mentor.objects.all()} == {("梅老师", ""), ("独老师", "")}
        Mentor.objects.update(until_on=date(2023, 11, 23))
        _apply()
        assert [(each.name, each.user) for each in Mentor.objects.all()] == [("—", None)]
        assert not Mentor.objects.filter(pk=alone.pk).exists()


class TestTheMachine:
    def test_rosters(self, cast):
        kept, emptied, gone = (
            ImportBatch.objects.create(
                organization=cast.school, by=cast.clerk, file_name="册.xlsx", sha256="0" * 64, roster_on=TODAY,
                state=State.PREVIEWED,
            )
            for _ in range(3)
        )  # fmt: skip
        for batch, days in ((kept, 300), (emptied, 370), (gone, 1100)):
            StagedRow.objects.create(batch=batch, position=1, sheet=0, number=1, cells=["张三"])
            RosterFrame.objects.create(batch=batch, content={"sheets": ["张三"]})
            ImportBatch.objects.filter(pk=batch.pk).update(uploaded_at=NOW - timedelta(days=days))
        _apply()
        assert set(ImportBatch.objects.all()) == {kept, emptied}
        assert [row.batch for row in StagedRow.objects.all()] == [kept]
        assert [frame.batch for frame in RosterFrame.objects.all()] == [kept]

    def test_forms_sessions_and_proofs(self, cast):
        for days in (10, 40):
            row = Submission.objects.create(user=cast.clerk, location="/x/")
            Submission.objects.filter(pk=row.pk).update(saved_at=NOW - timedelta(days=days))
            Session.objects.create(session_key=str(days), user=cast.clerk, expire_date=NOW + timedelta(days=20 - days))
        for years in (2, 4):
            Erasure.objects.create(
                organization=cast.county, reason="mistake", proposed_by=cast.officer, confirmed_by=cast.system,
                done_at=NOW - timedelta(days=365 * years), kept_until=TODAY,
            )  # fmt: skip
        _apply()
        assert (Submission.objects.count(), Session.objects.count(), Erasure.objects.count()) == (1, 1, 1)


class TestTheCommand:
    def test_a_dry_run_counts_and_removes_nothing(self, cast, tmp_path):
        child = make.closed(cast.neighbour, timezone.localdate() - timedelta(days=1100))
        out = StringIO()
        call_command("apply_retention", "--dry-run", "--archive", str(tmp_path), stdout=out)
        assert "archives: 1" in out.getvalue()
        assert _fresh(child).name == child.name

    def test_a_run_removes_and_says_so(self, cast, tmp_path):
        make.closed(cast.neighbour, timezone.localdate() - timedelta(days=1100))
        out = StringIO()
        call_command("apply_retention", "--archive", str(tmp_path), stdout=out)
        assert "archives: 1" in out.getvalue()
        with access.everyone("test"):
            assert not Child.objects.filter(pk=cast.neighbour.pk).exists()


class TestComing:
    def test_what_goes_within_ninety_days_the_earliest_first(self, cast):
        make.closed(cast.child, TODAY - timedelta(days=330))
        make.closed(cast.sibling, TODAY - timedelta(days=1090))
        make.closed(cast.neighbour, TODAY - timedelta(days=100))
        make.hold(cast.sibling, by=cast.officer)
        with access.scope(cast.officer, today=TODAY):
            found = clock.coming(TODAY, 90)
        assert [(each.child, each.whole, each.held) for each in found] == [
            (cast.sibling, True, True),
            (cast.child, False, False),
        ]

    def test_only_children_in_scope(self, cast):
        make.closed(cast.foreigner, TODAY - timedelta(days=330))
        with access.scope(cast.officer, today=TODAY):
            assert clock.coming(TODAY, 90) == []


def test_every_group_about_people_is_removed_by_some_step():
    """A group that gets a new clock must get its step too."""
    by_exit = {name for name, group in privacy.GROUPS.items() if group.since is Since.EXIT}
    elsewhere = {"staff", "lists", "pairing", "helper", "roster", "import", "proof", "release", "trail", "teacher"}
    people = {name for name, group in privacy.GROUPS.items() if group.about_people}
    assert people == by_exit | elsewhere


def test_models_in_exit_groups_are_about_children():
    """Or the clock of an archive would never find their rows."""
    for label, groups in FIELDS.items():
        if any(privacy.GROUPS[group].since is Since.EXIT for group in groups):
            model: type[models.Model] = apps.get_model(label)
            assert issubclass(model, scoped.AboutChildren | scoped.BetweenOffices), label
