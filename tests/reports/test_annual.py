"""The report as an object: what it says, that it adds up, and that each figure knows its records."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from caseworks.access import scope
from caseworks.reports.annual import annual_report
from caseworks.reports.completeness import LACKING
from caseworks.reports.document import SHARE, FootingError, Row, Table
from tests import factories
from tests.reports.conftest import ask

pytestmark = pytest.mark.django_db


def report_on(organization, **options):
    return annual_report(ask(organization, **options), made_on=date(2026, 1, 5), made_by="欧阳")


def text_of(report) -> str:
    return "\n".join(paragraph.text for section in report.sections for paragraph in section.paragraphs)


def test_every_figure_in_text_and_tables_counts_its_own_records(busy, as_everyone):
    for organization, definition, least in ((busy.county, "wide", 60), (busy.school, "civil", 10)):
        report = report_on(organization, definition=definition)
        figures = {(figure.indicator.key, figure.query): figure for figure in report.figures()}
        assert len(figures) > least
        for figure in figures.values():
            assert figure.value == figure.indicator.value(report.question, figure.slice), figure.name
            before = figure.indicator.value(report.question.a_year_before(), figure.slice)
            assert figure.before == (None if figure.indicator.key in LACKING else before), figure.name


def test_it_says_by_which_definition_and_up_to_which_day(cast, as_everyone):
    wide, civil = report_on(cast.county), report_on(cast.county, definition="civil")
    assert wide.title == "江县2025年关爱留守儿童工作汇报"
    assert "2025年12月31日" in wide.basis[1]
    assert "16周岁" in civil.basis[0]
    assert "16周岁" not in wide.basis[0]


def test_seed_report_five_reads_as_it_was_written(cast, as_everyone):
    """31 schools and 72.9 % come out of the queries: here 729 of 1000 in small, 2 of 2.74."""
    factories.pupil_count(cast.school, 1000, rural=950)
    for number in range(5):
        whom = factories.child(f"学生{number}", school=cast.school, village=cast.village)
        factories.declaration(whom, "2", cast.school)
    text = text_of(report_on(cast.county))
    assert "现有学校2所。学生1000人。学生中95.0%来自农村。留守儿童7人。" in text
    assert "其中在上述学校就读的留守儿童7人，占学生总数的0.7%。" in text
    assert "有1所学校没有申报学生数。" in text


def test_children_of_schools_without_a_count_are_not_in_the_share(cast, as_everyone):
    factories.pupil_count(cast.school, 4)
    outside = factories.child("外校", school=cast.other_school)
    factories.declaration(outside, "2", cast.other_school)
    text = text_of(report_on(cast.county))
    assert "留守儿童3人。其中在上述学校就读的留守儿童2人，占学生总数的50.0%。" in text


def test_seed_report_one_words_its_contacts(cast, as_everyone):
    for number in range(43):
        factories.contact(cast.child, by=cast.mentor, place=cast.bureau, held_on=date(2025, 1 + number % 12, 3))
    for number in range(124):
        factories.contact(
            cast.child,
            by=cast.mentor,
            place=cast.bureau,
            kind="call",
            held_on=date(2025, 1 + number % 12, 4),
            met=((("town", "village", "teacher", "mother")[number % 4], None),),
        )
    text = text_of(report_on(cast.bureau))
    assert "电话联系镇、村干部、教师和家长120多人次。" in text
    assert "开展家访40多人次。" in text
    assert "本年联系167次，联系上167次。" in text


def test_shares_in_a_table_add_up_to_100(busy, as_everyone):
    for table in report_on(busy.county).tables:
        if table.key in {"age", "away", "carer", "destination", "village"}:
            shares = [row.cells[1].share for row in table.rows]
            assert sum(shares) == table.total.cells[1].share == Decimal(100), table.key


def test_a_table_that_does_not_add_up_is_not_printed(busy, as_everyone):
    table = next(table for table in report_on(busy.county).tables if table.key == "carer")
    with pytest.raises(FootingError, match="carer"):
        Table(table.key, table.title, table.stub, table.columns, table.rows[1:], table.total)
    first = table.rows[0]
    doubled = replace(first.cells[0], before=first.cells[0].before + 1)
    with pytest.raises(FootingError):
        replace(table, rows=(Row(first.label, (doubled, first.cells[1])), *table.rows[1:]))


def test_last_year_stands_beside_this_year(busy, as_everyone):
    report = report_on(busy.county, year=2026)
    assert report.compared
    archives = next(figure for figure in report.figures() if figure.indicator.key == "archives_opened")
    assert archives.before == 7
    table = next(table for table in report.tables if table.key == "away")
    assert sum(int(table.before(row)) for row in table.rows) == int(table.before(table.total)) > 0


def test_before_the_first_record_there_is_nothing_to_compare(cast, as_everyone):
    report = report_on(cast.county, year=2019)
    assert not report.compared
    assert not any(
        figure.value for figure in report.annex if figure.indicator.key not in ("schools", "schools_undeclared")
    )


def test_a_school_has_a_row_of_its_own_and_others_one_below(busy, as_everyone):
    table = next(table for table in report_on(busy.village).tables if table.key == "school")
    assert {row.label for row in table.rows} == {"石镇小学", "未登记学校"}
    assert all(row.organization == "" and row.cells[0] is None for row in table.rows)
    county = next(table for table in report_on(busy.county).tables if table.key == "school")
    assert [row.organization for row in county.rows if row.cells[0]] == ["shi-school"]


def test_queries_do_not_grow_with_children_or_schools(cast, django_assert_max_num_queries):
    with scope(cast.officer), django_assert_max_num_queries(45) as small:
        report_on(cast.county)
    for number in range(3):
        school = factories.organization(f"school{number}", "school", parent=cast.town)
        factories.pupil_count(school, 10)
        whom = factories.child(f"新{number}", school=school, village=cast.village)
        factories.absence(factories.relative(whom))
    with scope(cast.officer), django_assert_max_num_queries(45) as large:
        report_on(cast.county)
    assert len(large.captured_queries) == len(small.captured_queries)


def test_the_data_for_programs_is_exact(busy, as_everyone):
    data = report_on(busy.county).as_data()
    assert data["definition"] == "wide"
    assert data["cut_off_on"] == "2025-12-31"
    cell = next(table for table in data["tables"] if table["key"] == "away")["rows"][0]["cells"][1]
    assert cell["slice"] == {"away": ["2"]}
    assert isinstance(cell["percent"], float)
    assert {figure["indicator"] for figure in data["figures"]} >= {"left_behind", "contacts"}


def test_english_reads_as_english(busy, as_everyone):
    from django.utils import translation

    with translation.override("en"):
        report = report_on(busy.county)
        text = text_of(report)
        names = [figure.name for figure in report.figures() if figure.shown != SHARE]
    assert "There are 2 schools. They have 40 pupils. 95.0% of the pupils come from the countryside." in text
    assert "left-behind children (male)" not in text
    assert "left-behind children (0–5, male)" in names
