"""Class tables: each row is saved by itself, through the actions of a single child."""

from __future__ import annotations

import re
from datetime import date
from urllib.parse import urlencode

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from caseworks import access
from caseworks.models import AuditEvent
from caseworks.tables.groups import groups
from caseworks.tables.kinds import TABLES
from children import actions as archives
from children.facts import actions as facts
from children.models import Boarding, HealthCheck, TermRecord
from guardians.models import Absence
from tests import factories

pytestmark = pytest.mark.django_db

TERM = "2026-1"


@pytest.fixture(autouse=True)
def _on_the_day_of_the_tests(monkeypatch, today):
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *_args: today)


@pytest.fixture
def group(cast) -> str:
    return f"class:{cast.school.code}:5:1班"


def page_of(client, key, group, **asked):
    return client.get(reverse("tables:table", args=[key]), {"of": group, **asked})


def line_of(response, child) -> str:
    """The child's line in the answer."""
    return re.search(rf'<tr id="row-{child.code}".*?</tr>', response.content.decode(), re.S).group()


def opened(response, child) -> str:
    """What the row's form was opened with."""
    return re.search(r'name="opened" value="([^"]*)"', line_of(response, child)).group(1)


def save(client, key, child, group, values, *, htmx=False, **asked):
    """Send a row as it was opened just now, or with the `opened` of an earlier look at it."""
    if "opened" not in values:
        values = {**values, "opened": opened(page_of(client, key, group, **asked), child)}
    address = reverse("tables:row", args=[key, child.code]) + "?" + urlencode({"of": group, **asked})
    return client.post(address, values, headers={"HX-Request": "true"} if htmx else {})


# --- groups -----------------------------------------------------------------------------------------------------------


def test_a_clerk_is_offered_the_classes_of_the_school(cast, today):
    factories.child("李小红", school=cast.school, grade="6", class_name="2班")
    factories.child("王小明", school=cast.other_school, grade="6", class_name="2班")
    with access.scope(cast.clerk, today=today) as acting:
        found = groups(acting.posting, today)
    assert {"石镇小学 五年级1班": 1, "石镇小学 六年级2班": 1}.items() <= {
        each.words: each.number for each in found
    }.items()
    assert [each.code.split(":")[2] for each in found] == ["4", "5", "6"]
    assert {each.code.split(":")[1] for each in found} == {cast.school.code}


def test_a_caseworker_is_offered_the_village(cast, today):
    with access.scope(cast.caseworker, today=today) as acting:
        [found] = groups(acting.posting, today)
    assert found.code == f"village:{cast.village.code}"


def test_a_class_of_another_school_is_empty(cast, sign_in):
    response = page_of(sign_in(cast.clerk), "term", f"class:{cast.other_school.code}:5:1班")
    assert cast.neighbour.name not in response.content.decode()


# --- terms ------------------------------------------------------------------------------------------------------------


def test_a_row_becomes_a_term_record(cast, group, sign_in):
    client = sign_in(cast.clerk)
    response = save(client, "term", cast.child, group, {"chinese": "A", "days_missed": "2"}, term=TERM)
    assert response.status_code == 302
    assert response["Location"].endswith(f"#row-{cast.child.code}")
    with access.everyone("test"):
        record = TermRecord.objects.get(child=cast.child)
    assert (record.term, record.chinese, record.mathematics, record.days_missed) == (TERM, "A", "", 2)
    assert record.school == cast.school
    assert AuditEvent.objects.filter(action="termrecord.recorded", object_id=cast.child.pk).count() == 1


def test_saving_twice_makes_one_record_and_no_second_event(cast, group, sign_in):
    client = sign_in(cast.clerk)
    token = opened(page_of(client, "term", group, term=TERM), cast.child)
    for _press in range(2):
        assert save(client, "term", cast.child, group, {"chinese": "A", "opened": token}, term=TERM).status_code == 302
    with access.everyone("test"):
        assert TermRecord.objects.filter(child=cast.child).count() == 1
    assert AuditEvent.objects.filter(action__startswith="termrecord.").count() == 1


def test_an_empty_row_makes_nothing(cast, group, sign_in):
    save(sign_in(cast.clerk), "term", cast.child, group, {"chinese": ""}, term=TERM)
    with access.everyone("test"):
        assert not TermRecord.objects.exists()


def test_a_row_is_corrected_in_place(cast, group, sign_in):
    client = sign_in(cast.clerk)
    save(client, "term", cast.child, group, {"chinese": "A"}, term=TERM)
    token = opened(page_of(client, "term", group, term=TERM), cast.child)
    assert token
    save(client, "term", cast.child, group, {"chinese": "B", "opened": token}, term=TERM)
    with access.everyone("test"):
        assert TermRecord.objects.get(child=cast.child).chinese == "B"


@pytest.mark.parametrize("first", [{"chinese": "A", "mathematics": "A"}, {}], ids=["a line on record", "an empty line"])
def test_two_teachers_fill_different_cells_and_both_stay(first, cast, group, sign_in):
    client = sign_in(cast.clerk)
    save(client, "term", cast.child, group, first, term=TERM)
    token = opened(page_of(client, "term", group, term=TERM), cast.child)
    save(client, "term", cast.child, group, {**first, "chinese": "B", "opened": token}, term=TERM)
    answer = save(
        client, "term", cast.child, group, {**first, "mathematics": "C", "opened": token}, term=TERM, htmx=True
    )
    with access.everyone("test"):
        record = TermRecord.objects.get(child=cast.child)
    assert (record.chinese, record.mathematics) == ("B", "C")
    assert "语文" in re.search(r'class="grid-taken">(.*?)</p>', line_of(answer, cast.child)).group(1)


def test_two_who_enter_the_same_line_at_the_very_same_moment(cast, group, sign_in, monkeypatch):
    """The second finds nothing on record, and then it is: the line is read again, and both keep what they typed."""
    client = sign_in(cast.clerk)
    record, beaten = facts.record_fact, []

    def second(**values):
        if beaten:
            return record(**values)
        beaten.append(values)
        raise ValidationError("", code="second")

    def write_meanwhile(_seconds):
        values = {key: beaten[0][key] for key in ("by", "term", "recorded_on")}
        factories.fact(TermRecord, cast.child, mathematics="C", school=cast.school, **values)

    token = opened(page_of(client, "term", group, term=TERM), cast.child)
    monkeypatch.setattr(facts, "record_fact", second)
    monkeypatch.setattr("caseworks.busy.time.sleep", write_meanwhile)
    assert save(client, "term", cast.child, group, {"chinese": "A", "opened": token}, term=TERM).status_code == 302
    with access.everyone("test"):
        found = TermRecord.objects.get(child=cast.child)
    assert (found.chinese, found.mathematics) == ("A", "C")


def test_the_same_cell_is_asked_about_and_what_was_typed_is_kept(cast, group, sign_in):
    client = sign_in(cast.clerk)
    save(client, "term", cast.child, group, {"chinese": "A"}, term=TERM)
    token = opened(page_of(client, "term", group, term=TERM), cast.child)
    save(client, "term", cast.child, group, {"chinese": "B", "opened": token}, term=TERM)
    asked = save(client, "term", cast.child, group, {"chinese": "C", "opened": token}, term=TERM)
    page = asked.content.decode()
    assert asked.status_code == 422
    assert '<option value="C" selected' in page
    assert "良好" in page
    save(client, "term", cast.child, group, {"chinese": "C", "opened": opened(asked, cast.child)}, term=TERM)
    with access.everyone("test"):
        assert TermRecord.objects.get(child=cast.child).chinese == "C"


def test_what_is_wrong_stands_beside_its_cell(cast, group, sign_in):
    response = save(sign_in(cast.clerk), "term", cast.child, group, {"days_missed": "999"}, term=TERM)
    page = response.content.decode()
    assert response.status_code == 422
    assert 'value="999"' in page
    assert line_of(response, cast.child).count('class="wrong"') == 1


def test_with_scripts_only_the_row_comes_back(cast, group, sign_in):
    response = save(sign_in(cast.clerk), "term", cast.child, group, {"chinese": "A"}, term=TERM, htmx=True)
    assert response.content.decode().count("<tr") == 1
    assert "data-row-saved" in line_of(response, cast.child)
    assert opened(response, cast.child)


def test_with_scripts_a_wrong_row_comes_back_as_it_was_typed(cast, group, sign_in):
    response = save(sign_in(cast.clerk), "term", cast.child, group, {"days_missed": "999"}, term=TERM, htmx=True)
    assert response.status_code == 200  # htmx puts nothing else into the page
    assert 'value="999"' in line_of(response, cast.child)
    assert "data-row-saved" not in line_of(response, cast.child)


# --- health checks ----------------------------------------------------------------------------------------------------


def test_a_health_check_takes_the_day_and_the_hospital_above_the_table(cast, group, sign_in):
    save(sign_in(cast.clerk), "check", cast.child, group, {"height_cm": "132.5", "result": "normal"},
         on="2026-11-20", hospital="镇卫生院")  # fmt: skip
    with access.everyone("test"):
        check = HealthCheck.objects.get(child=cast.child)
    assert (check.checked_on, check.hospital, str(check.height_cm)) == (date(2026, 11, 20), "镇卫生院", "132.5")


def test_a_day_to_come_is_refused(cast, group, sign_in):
    response = page_of(sign_in(cast.clerk), "check", group, on="2026-12-24")
    assert "这一天还没有到" in response.content.decode()


# --- who is away ------------------------------------------------------------------------------------------------------


@pytest.fixture
def father(cast):
    return factories.relative(cast.child, relation="51", name="张父亲")


def absences(relative):
    with access.everyone("test"):
        return [(row.place, row.from_on, row.until_on, row.from_known) for row in Absence.objects.filter(relative=relative).order_by("from_on", "id")]  # fmt: skip


@pytest.fixture
def away(cast, group, father, sign_in):
    """Says of the father's line what is given, and leaves the mother's as it is."""
    client = sign_in(cast.clerk)
    mother = {"mother_is": "away", "mother_place": "广东省东莞市"} if absences(cast.mother) else {"mother_is": "home"}

    def say(on: date, where: str, place: str = ""):
        values = {**mother, "father_is": where, "father_place": place}
        return save(client, "away", cast.child, group, values, on=on.isoformat())

    return say


def test_a_parent_goes_away_and_comes_back(away, father, today):
    away(date(2026, 11, 2), "away", "浙江省宁波市")
    assert absences(father) == [("浙江省宁波市", date(2026, 11, 2), None, False)]
    away(today, "home", "浙江省宁波市")
    assert absences(father) == [("浙江省宁波市", date(2026, 11, 2), today, False)]


def test_a_place_alone_says_that_a_parent_is_away(away, father):
    away(date(2026, 11, 2), "home", "浙江省宁波市")
    assert absences(father) == [("浙江省宁波市", date(2026, 11, 2), None, False)]


def test_home_and_another_place_contradict_each_other(away, father):
    factories.absence(father, place="浙江省宁波市", from_on=date(2026, 2, 1))
    response = away(date(2026, 11, 2), "home", "上海市")
    assert response.status_code == 422
    assert absences(father) == [("浙江省宁波市", date(2026, 2, 1), None, True)]


def test_another_place_ends_one_absence_and_begins_the_next(away, father):
    factories.absence(father, place="浙江省宁波市", from_on=date(2026, 2, 1))
    away(date(2026, 11, 2), "away", "上海市")
    assert absences(father) == [
        ("浙江省宁波市", date(2026, 2, 1), date(2026, 11, 2), True), ("上海市", date(2026, 11, 2), None, True),
    ]  # fmt: skip


@pytest.mark.parametrize(("place", "from_on"), [("", date(2026, 2, 1)), ("宁坡", date(2026, 11, 2))])
def test_a_place_that_was_missing_or_typed_wrongly_the_same_day_is_corrected(place, from_on, away, father):
    factories.absence(father, place=place, from_on=from_on)
    away(date(2026, 11, 2), "away", "浙江省宁波市")
    assert absences(father) == [("浙江省宁波市", from_on, None, True)]
    assert AuditEvent.objects.filter(action="absence.amended").count() == 1


def test_a_row_that_says_nothing_new_changes_nothing(away, father):
    factories.absence(father, place="浙江省宁波市", from_on=date(2026, 2, 1))
    before, events = absences(father), AuditEvent.objects.filter(action__startswith="absence.").count()
    away(date(2026, 11, 2), "away", "浙江省宁波市")
    assert absences(father) == before
    assert AuditEvent.objects.filter(action__startswith="absence.").count() == events


def test_home_before_the_absence_began_is_refused_beside_the_row(away, father):
    factories.absence(father, from_on=date(2026, 11, 10))
    response = away(date(2026, 11, 2), "home", "广东省东莞市")
    assert response.status_code == 422
    assert "2026-11-10" in response.content.decode()


def test_a_parent_who_is_not_on_record_or_has_died_has_no_cells(cast, group, father, sign_in):
    factories.situation(father, kind="dead")
    response = page_of(sign_in(cast.clerk), "away", group)
    page = response.content.decode()
    assert "已故" in page
    assert f'form="form-{cast.child.code}" aria-label' in page  # the mother's cells are there
    assert "father_is" not in line_of(response, cast.child)


# --- boarding ---------------------------------------------------------------------------------------------------------


EMPTY_PLACE = dict.fromkeys(Boarding.PLACE, "")


@pytest.fixture
def board(cast, group, sign_in):
    """Says of the child's line what is given on a day, on top of what stands there."""
    client = sign_in(cast.clerk)

    def say(on: date, **values: str):
        with access.everyone("test"):
            place = Boarding.objects.filter(child=cast.child, until_on=None).first()
            stands = {"boarding": cast.child.enrolments.get(until_on=None).boarding}
        stands |= {name: getattr(place, name, "") for name in Boarding.PLACE}
        return save(client, "boarding", cast.child, group, stands | values, on=on.isoformat())

    return say


def places(child) -> list[tuple]:
    with access.everyone("test"):
        return list(Boarding.objects.filter(child=child).order_by("from_on", "id").values_list("room", "bed", "from_on", "until_on"))  # fmt: skip


def enrolled(child) -> list[tuple]:
    with access.everyone("test"):
        return list(child.enrolments.order_by("from_on", "id").values_list("boarding", "until_on"))


SEPTEMBER = date(2026, 9, 1)


def test_a_bed_alone_says_that_the_child_boards(cast, board):
    assert board(SEPTEMBER, room="302", bed="5").status_code == 302
    assert places(cast.child) == [("302", "5", SEPTEMBER, None)]
    assert enrolled(cast.child) == [("2", None)]


def test_another_bed_ends_one_place_and_begins_the_next(cast, board, today):
    board(SEPTEMBER, room="302")
    board(today, bed="5")  # was missing
    board(today, room="303")
    assert places(cast.child) == [("302", "5", SEPTEMBER, today), ("303", "5", today, None)]
    board(today, room="304")  # typed wrongly the same day
    assert places(cast.child)[1:] == [("304", "5", today, None)]


def test_a_day_pupil_gives_the_bed_back(cast, board, today):
    board(SEPTEMBER, boarding="2", room="302", bed="5", seat="12")
    board(today, boarding="1")
    assert places(cast.child) == [("302", "5", SEPTEMBER, today), ("", "", today, None)]
    assert enrolled(cast.child) == [("2", today), ("1", None)]


def test_a_day_pupil_who_gets_a_bed_has_become_a_boarder(cast, board, today):
    board(SEPTEMBER, boarding="1")
    board(today, room="302")
    assert places(cast.child) == [("302", "", today, None)]
    assert enrolled(cast.child) == [("1", today), ("2", None)]


def test_a_day_pupil_from_today_on_and_a_new_bed_contradict_each_other(cast, board, today):
    board(SEPTEMBER, room="302")
    assert board(today, boarding="1", room="303").status_code == 422
    assert places(cast.child) == [("302", "", SEPTEMBER, None)]


def test_an_emptied_line_ends_the_place(cast, board, today):
    board(SEPTEMBER, room="302")
    board(today, room="")
    assert places(cast.child) == [("302", "", SEPTEMBER, today)]


def test_a_line_that_says_nothing_new_changes_nothing(cast, board, today):
    board(SEPTEMBER, room="302")
    events = AuditEvent.objects.exclude(action="scope.everyone")
    before = events.count()
    board(today)
    assert events.count() == before


def test_two_who_fill_different_cells_of_an_empty_line_both_stay(cast, group, sign_in):
    client = sign_in(cast.clerk)
    token = opened(page_of(client, "boarding", group), cast.child)
    for values in ({"room": "302"}, {"bed": "5"}):
        save(client, "boarding", cast.child, group, {**EMPTY_PLACE, "boarding": "", **values, "opened": token})
    assert [place[:2] for place in places(cast.child)] == [("302", "5")]


def test_whoever_goes_to_another_school_has_no_bed_at_the_old_one(cast, board, today):
    board(SEPTEMBER, room="302")
    with access.scope(cast.clerk, today=today):
        archives.enrol(child=cast.child, by=cast.clerk, school=None, on=today)
    assert places(cast.child) == [("302", "", SEPTEMBER, today)]


def test_a_child_at_no_school_has_no_cells(cast, sign_in, today):
    at_home = factories.child("赵小", village=cast.village)
    response = page_of(sign_in(cast.caseworker), "boarding", f"village:{cast.village.code}")
    assert ["<select" in line_of(response, child) for child in (at_home, cast.child)] == [False, True]


# --- numbers that cannot be ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "name", "typed", "words"),
    [
        ("check", "height_cm", "17", "身高应在 40–220厘米之间，您填的是 17。"),
        ("check", "height_cm", "1.32", "您填的是 1.32。是不是按米填的？那就是 132 厘米。"),
        ("check", "height_cm", "1.3", "是不是按米填的？那就是 130 厘米。"),
        ("check", "height_cm", "1320", "是不是按毫米填的？那就是 132 厘米。"),
        ("check", "weight_kg", "31500", "是不是按克填的？那就是 31.5 公斤。"),
        ("check", "vision_left", "0.8", "是不是填的小数视力？那就是 4.9。"),
        ("check", "haemoglobin", "12", "是不是按 g/dL 填的？那就是 120 g/L。"),
        ("check", "haemoglobin", "12.5", "只填整数，不带小数点。"),
        ("check", "height_cm", "高", "只填数字，例如 12.5。"),
        ("check", "height_cm", "132.55", "小数点后最多填一位。"),
        ("term", "days_missed", "999", "缺课应在 0–150天之间，您填的是 999。"),
        ("term", "days_missed", "-1", "缺课应在 0–150天之间，您填的是 -1。"),
    ],
)
def test_a_number_is_refused_in_the_words_of_its_field(key, name, typed, words, cast, group, sign_in):
    response = save(sign_in(cast.clerk), key, cast.child, group, {name: typed})
    line = line_of(response, cast.child)
    assert words in line
    assert f'value="{typed}"' in line
    assert not re.search("确保|Ensure|大于或等于|小于或等于", line)


# --- who and how many -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", TABLES)
def test_the_number_of_queries_does_not_grow(key, cast, group, sign_in):
    client, counts = sign_in(cast.clerk), []
    page_of(client, key, group)
    for more in (1, 3):
        for _number in range(more):
            row = factories.child("李小红", school=cast.school, village=cast.village)
            factories.absence(factories.relative(row, name="李父亲"))
        with CaptureQueriesContext(connection) as counted:
            assert page_of(client, key, group).status_code == 200
        counts.append(len(counted))
    assert counts[0] == counts[1]


def test_a_colleague_of_another_school_cannot_save_a_row(cast, group, sign_in):
    values = {"chinese": "A", "opened": ""}
    assert save(sign_in(cast.colleague), "term", cast.child, group, values, term=TERM).status_code == 404


def test_whoever_keeps_no_archives_has_no_tables(cast, group, sign_in):
    assert page_of(sign_in(cast.officer), "term", group).status_code == 403


def test_a_table_that_is_none(cast, group, sign_in):
    assert page_of(sign_in(cast.clerk), "shoes", group).status_code == 404


def test_a_row_is_only_sent(cast, sign_in):
    assert sign_in(cast.clerk).get(reverse("tables:row", args=["term", cast.child.code])).status_code == 405
