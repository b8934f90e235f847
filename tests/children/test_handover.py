"""An archive on its way from one office to another."""

from __future__ import annotations

import threading
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from caseworks import access
from caseworks.models import AuditEvent
from children import actions
from children.handover import actions as handovers
from children.models import Child, Grant, Handover, Reach
from tests import factories
from tests.forms import opened

ON = date(2026, 11, 20)


def _scope(person):
    return access.scope(person, today=date(2026, 11, 23))


def _school_of(child) -> object:
    with access.everyone("test"):
        return child.enrolments.get(until_on__isnull=True).school


def _propose(cast, **fields) -> Handover:
    with _scope(cast.clerk):
        facts = {"to": cast.other_school, "on": ON, "reason": "transfer", **fields}
        return handovers.propose(child=cast.child, by=cast.clerk, **facts)


@pytest.mark.django_db
class TestProposing:
    def test_the_archive_goes_over_when_the_receiver_accepts_and_not_before(self, cast):
        handover = _propose(cast)
        with _scope(cast.colleague):
            assert not Child.objects.filter(pk=cast.child.pk).exists()
            assert handovers.may_answer(Handover.objects.get())
            child = handovers.accept(handover=Handover.objects.get(), by=cast.colleague)
            assert child.enrolments.get(until_on__isnull=True).from_on == ON
        assert _school_of(cast.child) == cast.other_school
        with _scope(cast.clerk):
            assert not Child.objects.filter(pk=cast.child.pk).exists()
            assert Handover.objects.get(pk=handover.pk).state == "accepted"  # the giver still knows that it gave it
        said = list(AuditEvent.objects.filter(action__startswith="handover.").values_list("action", flat=True))
        assert sorted(said) == ["handover.accepted", "handover.proposed"]

    def test_across_counties_too(self, cast):
        clerk = factories.user("yunclerk")
        factories.posting(clerk, cast.foreign_school, "school_staff")
        _propose(cast, to=cast.foreign_school)
        with _scope(clerk):
            handovers.accept(handover=Handover.objects.get(), by=clerk)
            assert Child.objects.filter(pk=cast.child.pk).exists()

    def test_returned_with_a_reason_it_stays(self, cast):
        handover = _propose(cast)
        with _scope(cast.colleague):
            with pytest.raises(ValidationError) as refused:
                handovers.give_back(handover=handover, by=cast.colleague, answer=" ")
            assert list(refused.value.error_dict) == ["answer"]
            handovers.give_back(handover=handover, by=cast.colleague, answer="查无此人")
            assert not Child.objects.filter(pk=cast.child.pk).exists()
        with _scope(cast.clerk):
            assert Handover.objects.get().answer == "查无此人"
        assert _school_of(cast.child) == cast.school

    def test_withdrawn_it_can_no_longer_be_accepted(self, cast):
        handover = _propose(cast)
        with _scope(cast.clerk):
            handovers.withdraw(handover=handover, by=cast.clerk)
        with _scope(cast.colleague), pytest.raises(PermissionDenied):
            handovers.accept(handover=Handover.objects.get(), by=cast.colleague)
        assert _school_of(cast.child) == cast.school

    @pytest.mark.parametrize("who", ["clerk", "caseworker", "officer", "stranger"])
    def test_only_the_receiver_answers(self, cast, who):
        handover, person = _propose(cast), getattr(cast, who)
        with _scope(person), pytest.raises(PermissionDenied):
            handovers.accept(handover=handover, by=person)

    def test_one_at_a_time(self, cast):
        _propose(cast)
        with pytest.raises(ValidationError) as refused:
            _propose(cast)
        assert refused.value.code == "waiting"

    @pytest.mark.parametrize(
        ("fields", "field"),
        [
            ({"on": date(2026, 11, 24)}, "on"),
            ({"reason": "nonsense"}, "reason"),
        ],
    )
    def test_what_is_wrong_is_refused(self, cast, fields, field):
        with pytest.raises(ValidationError) as refused:
            _propose(cast, **fields)
        assert list(refused.value.error_dict) == [field]

    def test_not_to_where_the_child_is_already_nor_to_a_bureau(self, cast):
        for place in (cast.school, cast.bureau):
            with pytest.raises(ValidationError):
                _propose(cast, to=place)

    def test_a_child_who_moved_meanwhile_is_not_taken(self, cast):
        handover = _propose(cast)
        third = factories.organization("third-school", "school", parent=cast.town)
        with access.everyone("test"):
            actions.enrol(child=cast.child, by=cast.officer, school=third, on=date(2026, 11, 21))
        with _scope(cast.colleague), pytest.raises(ValidationError) as refused:
            handovers.accept(handover=handover, by=cast.colleague)
        assert refused.value.code == "moved"
        with _scope(cast.colleague):
            assert not Child.objects.filter(pk=cast.child.pk).exists()
            assert Handover.objects.get().is_waiting

    def test_a_closed_archive_goes_nowhere(self, cast):
        _propose(cast)
        with _scope(cast.clerk):
            actions.close(child=Child.objects.get(pk=cast.child.pk), by=cast.clerk, on=ON, reason="moved")
            assert Handover.objects.get().state == "withdrawn"

    def test_within_ones_own_area_there_is_nothing_to_hand_over(self, cast):
        town_worker = factories.user()
        factories.posting(town_worker, cast.town, "caseworker")
        with _scope(town_worker):
            assert not handovers.needs_handover(cast.child, cast.other_village)
        with _scope(cast.caseworker):
            assert handovers.needs_handover(cast.child, cast.other_village)
            assert not handovers.needs_handover(cast.child, None)


@pytest.mark.django_db
class TestAsking:
    def _ask(self, cast, number=None, **fields):
        facts = {"to": cast.other_school, "on": ON, "reason": "transfer", **fields}
        with _scope(cast.colleague):
            return handovers.ask_for(by=cast.colleague, id_number=number or cast.child.id_number, **facts)

    def test_the_keeper_agrees_and_the_archive_goes_over(self, cast):
        self._ask(cast)
        with _scope(cast.clerk):
            handovers.accept(handover=Handover.objects.get(), by=cast.clerk)
        with _scope(cast.colleague):
            assert Child.objects.filter(pk=cast.child.pk).exists()
        assert _school_of(cast.child) == cast.other_school

    def test_whoever_asks_does_not_answer(self, cast):
        handover = self._ask(cast)
        with _scope(cast.colleague), pytest.raises(PermissionDenied):
            handovers.accept(handover=handover, by=cast.colleague)

    def test_an_archive_that_nobody_keeps_is_claimed(self, cast):
        lost = factories.child("陈孤", born_on=date(2015, 1, 1))
        assert self._ask(cast, lost.id_number) == lost
        assert _school_of(lost) == cast.other_school

    def test_not_for_a_school_that_is_not_ones_own(self, cast):
        with pytest.raises(ValidationError):
            self._ask(cast, to=cast.school)

    def test_guessing_numbers_is_recorded_and_stopped(self, cast, sign_in):
        client, address = sign_in(cast.colleague), reverse("handovers:ask")
        form = {
            "id_number": "500117201403029999",
            "to": cast.other_school.code,
            "on": "2026-11-20",
            "reason": "transfer",
        }
        for _try in range(handovers.VAIN_TRIES_A_DAY):
            assert client.post(address, form).context["form"].has_error("id_number", "unknown")
        assert AuditEvent.objects.filter(action="handover.refused").count() == handovers.VAIN_TRIES_A_DAY
        assert (
            client.post(address, {**form, "id_number": cast.child.id_number})
            .context["form"]
            .has_error("__all__", "too_many")
        )


SECRETS = ("张小雨", "500117201403024325", "13900001111", "王芳", "石镇小学的备注", "3组12号")


@pytest.mark.django_db
class TestWhatIsSeen:
    """Before acceptance: the summary, and nothing else."""

    @pytest.fixture
    def secret(self, cast):
        with access.everyone("test"):
            cast.child.notes = "石镇小学的备注"
            cast.child.save()
        return [*SECRETS, cast.child.code, f"{cast.child.born_on:%Y-%m-%d}"]

    def _pages(self, handover):
        return [
            reverse("handovers:list"),
            handover.get_absolute_url(),
            reverse("handovers:return", args=[handover.code]),
        ]

    def test_the_receiver_reads_the_summary_and_nothing_else(self, cast, sign_in, secret):
        handover, client = _propose(cast, note="需要住校"), sign_in(cast.colleague)
        for address in self._pages(handover):
            text = client.get(address).content.decode()
            assert "张*雨" in text, address
            assert [word for word in secret if word in text] == [], address
        text = client.get(handover.get_absolute_url()).content.decode()
        for word in ("女", "12", "五年级", "石镇小学", "转学", "需要住校"):
            assert word in text
        assert client.get(cast.child.get_absolute_url()).status_code == 404

    def test_whoever_asked_learns_neither_who_nor_where_before_the_answer(self, cast, sign_in, secret):
        handover = TestAsking()._ask(cast)
        client = sign_in(cast.colleague)
        for address in self._pages(handover)[:2]:
            text = client.get(address).content.decode()
            assert [word for word in [*secret, "张*雨", "石镇小学", "学员"] if word in text] == [], address

    def test_the_giver_keeps_its_own_contacts_and_nothing_that_came_after(self, cast, sign_in):
        factories.contact(cast.child, by=cast.clerk, place=cast.school, note="学校谈话", held_on=date(2026, 11, 2))
        factories.contact(
            cast.child, by=cast.caseworker, place=cast.village, note="村里家访", held_on=date(2026, 11, 3)
        )
        handover = _propose(cast)
        with _scope(cast.colleague):
            handovers.accept(handover=Handover.objects.get(), by=cast.colleague)
        later = timezone.localdate() + timedelta(days=3)
        factories.contact(cast.child, by=cast.colleague, place=cast.other_school, note="新学校", held_on=later)
        factories.contact(cast.child, by=cast.clerk, place=cast.school, note="后来的", held_on=later)
        text = sign_in(cast.clerk).get(handover.get_absolute_url()).content.decode()
        assert "学校谈话" in text
        assert [word for word in ("村里家访", "新学校", "后来的") if word in text] == []
        assert AuditEvent.objects.filter(action="scope.everyone", by=cast.clerk).exists()
        assert sign_in(cast.clerk).get(cast.child.get_absolute_url()).status_code == 404

    def test_others_see_nothing_of_it(self, cast):
        _propose(cast)
        third = factories.user()
        factories.posting(third, factories.organization("third-school", "school", parent=cast.town), "school_staff")
        for person in (cast.caseworker, cast.stranger, cast.mentor, third):
            with _scope(person):
                assert not Handover.objects.exists(), person
        with pytest.raises(access.ScopeError):
            Handover.objects.count()

    def test_home_counts_what_waits_and_what_waits_too_long(self, cast, sign_in):
        handover = _propose(cast)
        assert "?show=inbox" in sign_in(cast.colleague).get("/").content.decode()
        text = sign_in(cast.clerk).get("/").content.decode()
        assert "?show=outbox" in text
        assert "alert-danger" not in text
        with access.everyone("test"):
            Handover.objects.filter(pk=handover.pk).update(proposed_at=timezone.now() - timedelta(days=15))
        assert "alert-danger" in sign_in(cast.clerk).get("/").content.decode()
        assert "15" in sign_in(cast.colleague).get(reverse("handovers:list")).content.decode()

    @pytest.mark.parametrize("number", [1, 3])
    def test_the_list_costs_the_same_for_one_and_for_three(self, cast, sign_in, number, django_assert_num_queries):
        for one in range(number):
            child = factories.child(f"赵{one}", school=cast.school)
            factories.handover(child, cast.school, cast.other_school, by=cast.clerk)
        client = sign_in(cast.colleague)
        client.get(reverse("handovers:list"))
        with django_assert_num_queries(8):
            assert len(client.get(reverse("handovers:list")).context["shown"]) == number


@pytest.mark.django_db
class TestPages:
    def test_a_school_in_whatever_county_is_found_and_proposed(self, cast, sign_in):
        client, address = sign_in(cast.clerk), reverse("handovers:propose", args=[cast.child.code])
        text = client.get(f"{address}?q=云县").content.decode()
        assert "云县 · 云县小学" in text
        form = {"q": "云县", "to": "yun-school", "on": "2026-11-20", "reason": "moved", "note": ""}
        response = client.post(address, form)
        with _scope(cast.clerk):
            assert response.url == Handover.objects.get().get_absolute_url()

    def test_accepting_leads_to_the_archive_and_a_second_press_says_what_happened(self, cast, sign_in):
        handover, client = _propose(cast), sign_in(cast.colleague)
        address = reverse("handovers:accept", args=[handover.code])
        assert client.post(address).url == cast.child.get_absolute_url()
        assert client.post(address).status_code == 403

    def test_the_form_of_the_school_proposes_what_it_may_not_do(self, cast, sign_in):
        worker = sign_in(cast.caseworker)
        form = {
            "school": "baisha-school",
            "on": "2026-11-20",
            "grade": "6",
            "class_name": "",
            "boarding": "",
            "student_number": "",
        }
        page = reverse("children:enrol", args=[cast.child.code])
        worker.post(page, form | opened(worker, page))
        with _scope(cast.caseworker):
            handover = Handover.objects.get()
        assert (handover.to_organization, handover.grade, handover.reason) == (cast.other_school, "6", "transfer")
        assert _school_of(cast.child) == cast.school


@pytest.mark.django_db
class TestEmergencies:
    def _open(self, cast, person=None, number=None):
        person = person or cast.colleague
        with _scope(person):
            return handovers.open_in_emergency(
                by=person, id_number=number or cast.child.id_number, reason="danger", words="孩子独自在路上"
            )

    def test_the_archive_is_open_for_three_days_and_the_keepers_see_it(self, cast, sign_in):
        self._open(cast)
        with _scope(cast.colleague):
            assert Child.objects.filter(pk=cast.child.pk).exists()
        with access.scope(cast.colleague, today=date(2026, 11, 26)):
            assert not Child.objects.filter(pk=cast.child.pk).exists()
        text = sign_in(cast.officer).get(reverse("handovers:grants")).content.decode()
        assert "孩子独自在路上" in text
        event = AuditEvent.objects.get(action="emergency.opened")
        assert (event.by, event.reason) == (cast.colleague, "孩子正处于危险中")
        assert sign_in(cast.stranger).get(reverse("handovers:grants")).context["rows"].paginator.count == 0

    def test_within_reach_nothing_is_granted(self, cast):
        self._open(cast, cast.clerk)
        assert not Reach.objects.filter(via="grant").exists()

    def test_there_is_an_end_to_it(self, cast):
        for number in range(handovers.EMERGENCIES_A_DAY):
            self._open(cast, number=factories.child(f"钱{number}", school=cast.school).id_number)
        with pytest.raises(ValidationError) as refused:
            self._open(cast)
        assert refused.value.code == "too_many"

    def test_the_page_leaves_a_trace_of_a_number_that_nobody_has(self, cast, sign_in):
        form = {"id_number": "500117201403029999", "reason": "danger", "words": "路边"}
        response = sign_in(cast.colleague).post(reverse("handovers:emergency"), form)
        assert response.context["form"].has_error("id_number", "unknown")
        assert AuditEvent.objects.filter(action="handover.refused", by=cast.colleague).count() == 1
        with access.everyone("test"):
            assert not Grant.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_who_accept_at_once_one_is_told(cast):
    handover = _propose(cast)
    other = factories.user()
    factories.posting(other, cast.other_school, "school_staff")
    together, outcomes = threading.Barrier(2), []

    def accept(person):
        try:
            with _scope(person):
                mine = Handover.objects.get(pk=handover.pk)
                together.wait(10)
                handovers.accept(handover=mine, by=person)
                outcomes.append("accepted")
        except (ValidationError, PermissionDenied):
            outcomes.append("told")
        finally:
            connection.close()

    threads = [threading.Thread(target=accept, args=(person,)) for person in (cast.colleague, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(outcomes) == ["accepted", "told"]
    with access.everyone("test"):
        assert cast.child.enrolments.filter(school=cast.other_school).count() == 1
    assert AuditEvent.objects.filter(action="handover.accepted").count() == 1
