"""The demo: the figures of the two reports come out of queries, the facts agree with each other, the work is alive."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.models import Count, F, Max, Q, Sum
from django.utils import timezone
from stdnum.cn import ric

from caseworks import access, codelists
from caseworks.access import Via
from caseworks.actions import reset_password
from caseworks.demo.district import share
from caseworks.demo.load import load
from caseworks.demo_logins import DEMO_LOGINS, PASSWORD
from caseworks.models import Organization, Posting, User, in_force
from children import idnumbers
from children.models import Child, Enrolment, PupilCount, Reach, Residence
from guardians.definitions import DEFINITIONS
from guardians.family import siblings_of
from guardians.models import Absence, Entrustment, Kinship, Merge, Relative
from visits.models import Contact, ContactChild, Counterpart, Mentor, Pairing

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module", params=[date(2026, 11, 23), date(2027, 1, 4)], ids=str)
def day(request, django_db_setup, django_db_blocker):
    """The day on which the demo was loaded: late in a year, and early, when little has happened in it yet."""
    with django_db_blocker.unblock(), transaction.atomic():
        with access.everyone("test"):
            load(request.param)
        yield request.param
        transaction.set_rollback(True)


@pytest.fixture
def year_end(day) -> date:
    return date(day.year - 1, 12, 31)


@pytest.fixture(autouse=True)
def _every_child_in_scope(day, db):
    with access.everyone("test"):
        yield


def _office(code: str) -> Organization:
    return Organization.objects.get(code=code)


def _left_behind(key: str, on: date) -> int:
    pupils = Child.objects.open_on(on).enrolled_under(_office("jinnan"), on=on)
    return DEFINITIONS[key].children(pupils, on).count()


def test_the_district_report(day, year_end):
    schools = Organization.objects.under(_office("jinnan")).schools()
    counts = PupilCount.objects.filter(school__in=schools, term=f"{year_end.year}-1")
    pupils = counts.aggregate(all=Sum("pupils"), rural=Sum("rural_pupils"))
    assert (schools.count(), counts.count()) == (31, 31)
    assert pupils == {"all": 16_856, "rural": 16_013}
    assert _left_behind("wide", year_end) == 12_285
    assert f"{12_285 / pupils['all']:.1%}" == "72.9%"
    assert 4_000 < _left_behind("civil", year_end) < 7_000
    assert 11_000 < _left_behind("school", year_end) < 12_285
    # the year before was much the same
    assert 9_500 < _left_behind("wide", date(year_end.year - 1, 12, 31)) < 12_285


def test_no_school_has_more_left_behind_children_than_pupils(year_end):
    left_behind = dict(Enrolment.objects.filter(in_force(year_end)).values_list("school").annotate(Count("child")))
    for count in PupilCount.objects.filter(term=f"{year_end.year}-1").select_related("school"):
        assert 0 < left_behind[count.school_id] < count.pupils


def test_every_archive_of_the_district_still_counts_today(day):
    children = Child.objects.live().living_under(_office("jinnan"), on=day)
    assert children.count() == 12_285
    assert DEFINITIONS["wide"].children(children, day).count() == 12_285
    assert not Child.objects.live().living_under(_office("shimen"), on=day).exists()
    assert not Enrolment.objects.filter(school__in=Organization.objects.under(_office("shimen"))).exists()


def test_the_bureau_report(day, year_end):
    bureau = _office("broadcast")
    mentors = Mentor.objects.of(bureau)
    pairings = Pairing.objects.filter(in_force(year_end), mentor__in=mentors)
    assert mentors.count() == 32
    assert pairings.values("mentor").distinct().count() == 32
    assert pairings.values("child").distinct().count() == 28
    homes = Residence.objects.filter(child__in=pairings.values("child")).values_list("village__name").distinct()
    assert {name for (name,) in homes} == {"董家湾村", "肖家山村"}
    paired = Child.objects.filter(pk__in=pairings.values("child"))
    assert DEFINITIONS["wide"].children(paired, year_end).count() == 28

    last_year = Contact.objects.filter(logged_for=bureau, held_on__year=year_end.year, reached=True)
    people = Counterpart.objects.filter(contact__in=last_year)
    telephoned = people.filter(contact__kind="call")
    assert telephoned.filter(kind__in=("town", "village", "teacher", "father", "mother")).count() == 124
    assert telephoned.count() == 124
    assert people.filter(contact__kind="home").count() == 43
    children = ContactChild.objects.filter(contact__in=last_year)
    assert children.filter(contact__kind="call").count() == 124
    assert children.filter(contact__kind="home").count() == 43
    assert last_year.filter(kind="call").count() == 112
    assert last_year.filter(kind="home").count() == 38


def test_mentors_contact_only_children_they_are_paired_with():
    paired = set(Pairing.objects.values_list("mentor__user", "child"))
    links = ContactChild.objects.filter(contact__logged_for__code="broadcast")
    assert set(links.values_list("contact__logged_by", "child")) <= paired


def test_the_parents_and_carers_of_the_bureau_s_children_can_be_called():
    wards = Pairing.objects.filter(mentor__organization__code="broadcast").values("child")
    people = Relative.objects.filter(
        Q(absences__isnull=False) | Q(entrustments__isnull=False), kinships__child__in=wards
    )
    assert people.count() > 28
    assert not people.filter(phone="").exists()


def test_id_numbers_are_right_and_unique():
    seen = Counter()
    for child in Child.objects.only("id_number", "born_on", "sex"):
        number = child.id_number
        reading = idnumbers.read(number)
        assert (reading.fault, reading.born_on, reading.sex) == ("", child.born_on, child.sex)
        assert ric.is_valid(number)
        seen[number] += 1
    assert seen.most_common(1)[0][1] == 1


def test_the_district_looks_as_the_published_figures_do(year_end):
    children = Child.objects.living_under(_office("jinnan"), on=year_end)
    total = children.count()
    boys = children.filter(sex="1").count() / total
    assert boys == pytest.approx(0.545, abs=0.02)
    carers = Counter(
        Kinship.objects.filter(child__in=children, relative__in=Entrustment.objects.values("relative")).values_list(
            "relation", flat=True
        )
    )
    cared = sum(carers.values())
    grandparents = sum(carers[code] for code in codelists.GRANDPARENTS)
    assert grandparents / cared == pytest.approx(0.93, abs=0.03)
    assert carers["61"] + carers["62"] > 5 * (carers["63"] + carers["64"])
    parents = Kinship.objects.filter(child__in=children, relation="51")
    families = parents.values("relative").annotate(n=Count("child"))
    siblings = sum(row["n"] for row in families if row["n"] > 1)
    assert 0.10 < siblings / total < 0.15
    away = Counter(Absence.objects.filter(in_force(year_end)).values_list("province", flat=True))
    assert away.most_common(1)[0][0] == "44"
    assert "" not in away
    assert not children.filter(registration="").exists()


def test_nothing_happens_before_its_time(day):
    assert not Contact.objects.filter(held_on__gte=day).exists()
    assert not ContactChild.objects.filter(contact__held_on__lt=F("child__opened_on")).exists()
    assert not Pairing.objects.filter(from_on__lt=F("child__opened_on")).exists()
    assert not Absence.objects.filter(Q(from_on__gt=day) | Q(until_on__gt=day)).exists()
    assert not Entrustment.objects.filter(Q(from_on__gt=day) | Q(agreement_signed_on__gt=day)).exists()
    logged = Contact.objects.order_by("held_on").last()
    assert logged.logged_at.date() == logged.held_on


def test_reach_says_what_the_facts_say():
    facts = {
        *((child, Via.ENROLMENT, path) for child, path in _open(Enrolment, "school__path")),
        *((child, Via.RESIDENCE, path) for child, path in _open(Residence, "village__path")),
        *(
            (pairing.child_id, Via.PAIRING, pairing.mentor.path)
            for pairing in Pairing.objects.filter(until_on=None).select_related("mentor__organization")
        ),
    }
    rows = Reach.objects.values_list("child", "via", "path", "until_on")
    assert {(child, via, path) for child, via, path, _until in rows} == facts
    assert not [until for _child, _via, _path, until in rows if until is not None]


def _open(model, path: str):
    merged = Merge.objects.filter(undone_at=None).values("absorbed")
    return model.objects.filter(until_on=None).exclude(child__in=merged).values_list("child", path)


def test_the_database_accepts_every_row():
    connection.check_constraints()


# --- the story ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["zhangwei", "zw", "张", "伟", "张伟"])
def test_zhang_wei_is_found_in_the_caseworker_s_village(day, words):
    caseworker = User.objects.get(username="caseworker")
    with access.scope(caseworker, today=day):
        assert 40 <= Child.objects.count() <= 60
        assert "张伟" in Child.objects.live().matching(words).values_list("name", flat=True)
        child = Child.objects.get(name="张伟")
        assert child in Child.objects.live().matching(child.id_number[-4:])


def test_his_sister_shares_the_parents_and_the_grandmother(day):
    child = Child.objects.living_under(_office("shuanglong"), on=day).get(name="张伟")
    [sister] = siblings_of(child)
    assert (sister.name, sister.sex) == ("张小雅", "2")
    for each in (child, sister):
        care = each.entrustments.get(until_on=None)
        assert care.relative.name == "陈桂英"
        assert each.kinships.get(relative=care.relative).relation == "62"
        assert DEFINITIONS["civil"].counts(each, day)


def _latest(kind: str = "") -> dict:
    """Child of the caseworker's village → day of the latest contact that reached the family."""
    links = ContactChild.objects.filter(contact__reached=True)
    if kind:
        links = links.filter(contact__kind=kind)
    return dict(links.values_list("child").annotate(Max("contact__held_on")))


def test_a_few_children_of_the_village_are_due(day):
    contacted, visited = _latest(), _latest("home")
    due = {
        child.name
        for child in Child.objects.living_under(_office("shuanglong"), on=day)
        if contacted.get(child.pk, date.min) <= day - timedelta(days=30)
        or visited.get(child.pk, date.min) <= day - timedelta(days=90)
    }
    assert {"张伟", "张小雅"} <= due
    assert len(due) == 6
    never = Child.objects.living_under(_office("shuanglong"), on=day).exclude(pk__in=contacted)
    assert never.count() == 1


def test_the_mentor_has_two_children_and_others_wait_elsewhere(day):
    mentor = User.objects.get(username="mentor")
    with access.scope(mentor, today=day):
        assert Child.objects.count() == 2
    with access.scope(User.objects.get(username="bureau"), today=day):
        contacted = _latest()
        assert Child.objects.count() == 28
    late = [held_on for held_on in contacted.values() if held_on <= day - timedelta(days=30)]
    assert len(late) > 0
    if day.month > 2:
        assert len(late) < 28


def test_the_children_of_another_county_are_nobody_else_s(day):
    with access.scope(User.objects.get(username="stranger"), today=day):
        theirs = set(Child.objects.values_list("pk", flat=True))
        assert Contact.objects.exists()
    assert len(theirs) >= 5
    for username in ("administrator", "bureau", "caseworker", "mentor", "clerk", "town"):
        with access.scope(User.objects.get(username=username), today=day):
            assert not theirs & set(Child.objects.values_list("pk", flat=True)), username


# --- the command --------------------------------------------------------------------------------------------------------


def test_the_logins_work_and_no_other_account_does(client):
    for login in DEMO_LOGINS:
        answer = client.post("/login/", {"username": login.username, "password": PASSWORD})
        assert answer.status_code == 302
        assert client.get("/account/").status_code == 200  # neither another password nor a second factor is demanded
        posting = Posting.objects.get(user__username=login.username)
        assert (posting.organization.code, posting.role) == (login.organization, login.role)
    logins = {login.username for login in DEMO_LOGINS}
    assert [user for user in User.objects.exclude(username__in=logins) if user.has_usable_password()] == []


def test_a_second_load_changes_nothing():
    out = StringIO()
    before = Child.objects.count(), User.objects.count()
    call_command("load_demo", if_empty=True, address="http://here/", stdout=out)
    assert (Child.objects.count(), User.objects.count()) == before
    assert "http://here/" in out.getvalue()
    assert all(login.username in out.getvalue() for login in DEMO_LOGINS)
    with pytest.raises(CommandError, match="empty"):
        call_command("load_demo", stdout=out)


def test_a_second_load_lets_the_logins_in_again(client):
    clerk = User.objects.get(username="clerk")
    reset_password(user=clerk, by=None)
    User.objects.filter(username="mentor").update(second_factor_since=timezone.now())
    assert client.post("/login/", {"username": "clerk", "password": PASSWORD}).status_code == 200
    call_command("load_demo", if_empty=True, stdout=StringIO())
    for username in ("clerk", "mentor"):
        assert client.post("/login/", {"username": username, "password": PASSWORD}).status_code == 302
        assert client.get("/account/").status_code == 200


def test_a_real_installation_gets_no_demo(settings):
    settings.DEMO = False
    with pytest.raises(CommandError, match="CASEWORKS_DEMO"):
        call_command("load_demo", if_empty=True, stdout=StringIO())


def test_a_total_is_shared_out_to_the_last_child():
    assert share(10, [1, 1, 1]) == [4, 3, 3]
    assert share(7, [0.5, 2.5, 1.0]) == [1, 4, 2]
    assert sum(share(12_285, [1.3, 7.7, 2.1, 0.9])) == 12_285
