"""The two summaries on worlds where every figure is known: what they count, what they refuse, who sees them."""

from __future__ import annotations

import io
from datetime import date

import openpyxl
import pytest
from django.urls import reverse

from caseworks import access
from caseworks.models import AuditEvent, Organization, User
from caseworks.reports.question import Question
from caseworks.reports.summary.columns import BY_AREA, EQUALITIES, FOOTINGS, THIRTY_TWO
from caseworks.reports.summary.making import summary
from children.models import Child, Enrolment, GuardianshipRating, Relief, Schooling
from guardians.definitions import DEFINITIONS
from tests import factories

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)
PAGE, FILE = reverse("reports:summary"), reverse("reports:summary_export")


def _child(name, village, *, both=True, **fields):
    """A child under sixteen whose father is away; the mother too, or she is disabled at home."""
    boarding, rating = fields.pop("boarding", ""), fields.pop("guardianship", "")
    row = factories.child(name, village=village, opened_on=date(2025, 1, 1), **fields)
    factories.absence(factories.relative(row, relation="51", name="父"))
    mother = factories.relative(row, relation="52", name="母")
    if both:
        factories.absence(mother)
    else:
        factories.situation(mother)
    with access.everyone("test"):
        Enrolment.objects.filter(child=row).update(boarding=boarding)
        if rating:
            by = User.objects.order_by("id").first() or factories.user()
            factories.fact(GuardianshipRating, row, by=by, rating=rating, assessed_by="某某")
    return row


class World:
    """A town with two villages and a school of its own; four left-behind children and one who is not."""

    def __init__(self, top):
        self.town = factories.organization("sum-town", "town", parent=top, name="汇总镇")
        self.one = factories.organization("sum-one", "village", parent=self.town, name="甲村")
        self.two = factories.organization("sum-two", "village", parent=self.town, name="乙村")
        self.school = factories.organization("sum-school", "school", parent=self.town, name="汇总小学")
        self.person = factories.user("summer")
        factories.posting(self.person, self.town, "administrator")
        at = {"school": self.school}
        self.small = _child("甲一", self.one, **at, born_on=date(2022, 1, 1), grade="K2", guardianship="good")
        factories.entrustment(self.small, factories.relative(self.small, relation="62", name="奶"), reason="both")
        self.girl = _child(
            "甲二", self.one, **at, both=False, sex="2", born_on=date(2018, 1, 1), grade="2", boarding="2",
            guardianship="fair",
        )  # fmt: skip
        self.big = _child(
            "乙一", self.two, **at, born_on=date(2012, 1, 1), grade="8", boarding="1", guardianship="poor"
        )  # fmt: skip
        factories.entrustment(self.big, factories.relative(self.big, relation="83", name="叔"))
        self.baby = _child("乙二", self.two, sex="2", born_on=date(2025, 1, 1), guardianship="good")
        factories.child("不算", village=self.one, **at)

    def make(self, kind="official", by="home", office=None, on=TODAY):
        with access.scope(self.person, today=TODAY):
            return summary(Question.on_day(office or self.town, on, DEFINITIONS["civil"], TODAY), kind, by)


@pytest.fixture
def world(cast):
    return World(cast.county)


def numbers(line) -> list[int]:
    return [figure.value for figure in line.cells]


ONE = [2, 1, 1, 0, 1, 0, 1, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 1, 1, 1, 0, 0, 1, 0, 1, 0, 1, 0, 1, 1, 0]
TWO = [2, 1, 0, 1, 0, 0, 0, 1, 1, 0, 1, 0, 0, 1, 0, 0, 0, 0, 2, 0, 1, 0, 0, 0, 1, 0, 1, 0, 1, 1, 0, 1]


def test_every_figure_of_the_thirty_two_columns(world):
    made = world.make()
    assert len(THIRTY_TWO) == 32
    assert [line.label for line in made.all_lines] == ["甲村", "乙村", "合计"]
    assert [numbers(line) for line in made.lines] == [ONE, TWO]
    assert numbers(made.total) == [one + two for one, two in zip(ONE, TWO, strict=True)]
    assert not made.mismatches


def test_the_ten_equalities_are_those_of_the_form():
    assert [equality.words for equality in EQUALITIES] == [
        "1=2+5+8", "1=11+12+13+14+15+16+17+18", "1=19+20", "1=21+22+23+24+25", "1=26+27+28+29", "1=30+31+32",
        "2=3+4", "5=6+7", "8=9+10", "13+14=24+25",
    ]  # fmt: skip


def test_by_school_who_is_in_none_has_a_row_of_their_own(world):
    made = world.make(by="school")
    assert [(line.label, line.number(1)) for line in made.all_lines] == [
        ("汇总小学", 3), ("其他地方或未登记", 1), ("合计", 4),
    ]  # fmt: skip
    assert not made.mismatches


def test_an_office_without_parts_is_its_own_row(world):
    made = world.make(office=world.one)
    assert [numbers(line) for line in made.all_lines] == [ONE, ONE]


def test_the_day_decides_how_old_somebody_is_and_who_is_counted(world):
    assert world.make(on=date(2025, 12, 31)).total.number(8) == 0  # the big one is thirteen
    assert world.make(on=date(2024, 12, 31)).total.number(1) == 0  # nobody was away


def test_what_was_stated_counts_where_no_enrolment_speaks_and_the_last_rating_before_a_roster(world):
    with access.everyone("test"):
        Enrolment.objects.filter(child=world.big).delete()
    factories.fact(Schooling, world.big, by=world.person, kind="dropout", from_on=date(2026, 9, 1))
    factories.fact(Schooling, world.girl, by=world.person, kind="out", from_on=date(2026, 9, 1))  # she is enrolled
    for day, rating in ((date(2026, 3, 1), "poor"), (date(2026, 6, 1), "fair"), (date(2026, 12, 1), "poor")):
        factories.fact(
            GuardianshipRating, world.small, by=world.person, rating=rating, assessed_on=day, assessed_by="测评员"
        )
    made = world.make()
    one, two = made.lines
    assert (one.number(17), one.number(18), one.number(13)) == (0, 0, 1)
    assert (two.number(14), two.number(17), two.number(23)) == (0, 1, 1)
    assert [one.number(column) for column in (30, 31, 32)] == [0, 2, 0]
    assert not made.mismatches


def _blank(child, **fields):
    with access.everyone("test"):
        if "guardianship" in fields:
            fields.pop("guardianship")
            GuardianshipRating.objects.filter(child=child).delete()
        Child.objects.filter(pk=child.pk).update(**fields)


def _unrated(child):
    with access.everyone("test"):
        GuardianshipRating.objects.filter(child=child).delete()


@pytest.mark.parametrize(
    ("spoil", "equality"),
    [
        (lambda world: _unrated(world.girl), "1=30+31+32"),
        (lambda world: Enrolment.objects.filter(child=world.small).delete(), "1=11+12+13+14+15+16+17+18"),
        (lambda world: Enrolment.objects.filter(child=world.girl).update(boarding=""), "13+14=24+25"),
        (lambda world: _blank(world.small, sex=""), "2=3+4"),
    ],
    ids=["guardianship", "school", "boarding", "sex"],
)
def test_what_does_not_foot_names_the_equality_the_difference_and_the_child(world, spoil, equality):
    with access.everyone("test"):
        spoil(world)
    made = world.make()
    wrong = [found for found in made.mismatches if found.equality.words == equality]
    assert [(found.line.label, found.by, found.missing.value) for found in wrong] == [("合计", 1, 1), ("甲村", 1, 1)]
    assert all(found.line.label != "乙村" for found in made.mismatches)


def test_the_page_refuses_and_leads_to_the_children(world, sign_in):
    _unrated(world.girl)
    client = sign_in(world.person)
    page = client.get(PAGE)
    html = page.content.decode()
    assert page.status_code == 200
    assert "1=30+31+32" in html
    assert "data-print" not in html
    assert FILE not in html
    wrong = page.context["made"].mismatches[1]
    address = reverse("reports:records", args=[wrong.missing.indicator.key])
    found = client.get(f"{address}?{page.context['address']}&{wrong.missing.query}").content.decode()
    assert "甲二" in found
    assert "甲一" not in found
    refused = client.get(FILE)
    assert refused.status_code == 409
    assert "1=30+31+32" in refused.content.decode()
    assert not AuditEvent.objects.filter(action="file.left").exists()


def _rows(response) -> list[tuple]:
    book = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content)))
    return list(book.worksheets[0].iter_rows(values_only=True))


def test_the_workbook_reads_back_as_the_form(world, sign_in):
    rows = _rows(sign_in(world.person).get(FILE))
    assert rows[0][0] == "农村留守儿童基本情况汇总表"
    assert "汇总镇" in rows[1][0]
    assert rows[4][1:] == tuple(str(number) for number in range(1, 33))
    assert [list(row) for row in rows[5:7]] == [["甲村", *ONE], ["乙村", *TWO]]
    assert rows[7][:2] == ("合计", 4)
    assert any("第19至29栏" in str(row[0]) for row in rows[8:])
    event = AuditEvent.objects.get(action="file.left")
    assert event.changes["what"] == "report.summary.official"


@pytest.mark.parametrize("blank", [False, True])
def test_the_national_form_always_foots(world, blank):
    if blank:
        _unrated(world.girl)
        _blank(world.girl, health="", sex="1")
        with access.everyone("test"):
            Enrolment.objects.all().delete()
    made = world.make("national")
    for line in made.all_lines:
        for group in FOOTINGS:
            cells = [
                figure.value
                for column, figure in zip(BY_AREA, line.cells, strict=True)
                if (column.group == group or (group == "年龄段" and column.heading == "小计"))
            ]
            assert sum(cells) == line.number(1), (line.label, group)


def test_shares_and_support_of_the_national_form(world):
    for kind in ("allowance", "medical"):
        factories.fact(Relief, world.girl, by=world.person, kind=kind, from_on=date(2025, 1, 1))
    made = world.make("national")
    assert [str(line.cells[1].number) for line in made.all_lines] == ["50.00", "50.00", "100.00"]
    support = {column.heading: figure.value for column, figure in zip(BY_AREA, made.total.cells, strict=True)}
    assert (support["低保"], support["医疗救助"], support["特困供养"]) == (1, 1, 0)
    assert [column.heading for column in BY_AREA if column.group == "实际监护"] == [
        "祖父母、外祖父母", "亲戚朋友", "无委托照料人",
    ]  # fmt: skip


def test_the_national_form_as_a_page_and_a_workbook(world, sign_in):
    client = sign_in(world.person)
    html = client.get(PAGE, {"kind": "national"}).content.decode()
    assert "排查汇总表" in html
    assert html.count("<li>") >= 9
    rows = _rows(client.get(FILE, {"kind": "national"}))
    assert rows[4][:3] == ("甲村", 2, 50)
    assert rows[6][:3] == ("合计", 4, 100)


def test_every_figure_opens_as_many_records_as_it_counts(world, sign_in):
    client = sign_in(world.person)
    for kind in ("official", "national"):
        page = client.get(PAGE, {"kind": kind})
        for line in page.context["made"].all_lines:
            for figure in line.cells[:: 3 if kind == "official" else 7]:
                if figure.share is None:
                    address = reverse("reports:records", args=[figure.indicator.key])
                    found = client.get(f"{address}?{page.context['address']}&{figure.query}")
                    assert found.context["rows"].paginator.count == figure.value


@pytest.mark.parametrize(
    ("asked", "status"),
    [({}, 200), ({"kind": "x"}, 404), ({"by": "x"}, 404), ({"on": "2027-01-01"}, 404), ({"on": "gestern"}, 404)],
)
def test_what_does_not_exist_is_not_found(world, sign_in, asked, status):
    assert sign_in(world.person).get(PAGE, asked).status_code == status


def test_a_stranger_and_a_leader(cast, world, sign_in):
    assert sign_in(cast.stranger).get(PAGE, {"organization": world.town.code}).status_code == 404
    html = sign_in(cast.stranger).get(PAGE).content.decode()
    assert "甲村" not in html
    page = sign_in(cast.leader).get(PAGE)
    assert page.status_code == 200
    assert page.context["linked"] is False


def test_the_same_number_of_queries_for_one_row_and_three(world, sign_in, django_assert_max_num_queries):
    client = sign_in(world.person)
    client.get(PAGE)
    with django_assert_max_num_queries(30) as first:
        client.get(PAGE)
    Organization.objects.create(code="sum-three", kind="village", parent=world.town, name="丙村")
    with django_assert_max_num_queries(len(first)):
        client.get(PAGE)
