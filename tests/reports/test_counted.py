"""The report of an office with very many children: counted beside the work, shown with its moment, the same figures."""

from __future__ import annotations

import io
import json
from datetime import date, timedelta

import openpyxl
import pytest
import time_machine
from django.utils import timezone

from caseworks import access, counting
from caseworks.models import Counted
from caseworks.reports.annual import annual_report
from caseworks.reports.figures import Figures, OutdatedError
from caseworks.reports.summary.making import Numbers, summary
from tests import factories
from tests.reports.conftest import TODAY, ask

SUMMARY = "/reports/summary/"
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_the_day")]


@pytest.fixture(autouse=True)
def large(monkeypatch):
    """Three roads to children are many, and no process is begun."""
    monkeypatch.setattr(counting, "MOST_LIVE", 3)
    monkeypatch.setattr(counting, "start", lambda: None)


@pytest.fixture
def counted(busy, sign_in):
    """A browser of the county's administrator, for whom the report was counted."""
    client = sign_in(busy.officer)
    client.get("/reports/annual/")
    counting.work_off()
    return client


@pytest.mark.parametrize("definition", ["wide", "civil", "school"])
def test_kept_figures_make_the_very_report_that_was_counted(busy, definition):
    question = ask(busy.county, definition=definition)
    with access.scope(busy.officer, today=TODAY):
        figures = Figures(question)
        live = annual_report(question, made_on=TODAY, made_by="x", figures=figures)
        kept = Figures(question, json.loads(json.dumps(figures.as_data())))
        again = annual_report(question, made_on=TODAY, made_by="x", figures=kept)
    assert again.as_data() == live.as_data()
    assert [figure.share for figure in again.figures()] == [figure.share for figure in live.figures()]


def test_the_page_waits_and_then_shows_the_report_and_its_moment(busy, sign_in):
    client = sign_in(busy.officer)
    assert "正在统计" in client.get("/reports/annual/").content.decode()
    counting.work_off()
    body = client.get("/reports/annual/").content.decode()
    assert "统计时间：2026-11-23 12:00" in body
    assert 'class="report-figure" href="/reports/annual/left_behind/' in body


def test_a_small_office_of_it_is_counted_at_once(busy, sign_in, monkeypatch):
    monkeypatch.setattr(counting, "MOST_LIVE", 40)
    page = sign_in(busy.officer).get("/reports/annual/", {"organization": busy.bureau.code})
    assert page.context["kept"] is None


def test_old_figures_stay_until_new_ones_are_there(counted, busy):
    before = counted.get("/reports/annual/").context["report"].annex[6].value
    factories.child("新来", school=busy.school, village=busy.village, opened_on=date(2025, 3, 1))
    Counted.objects.update(counted_at=timezone.now() - timedelta(minutes=11))
    page = counted.get("/reports/annual/")
    assert (page.context["kept"].is_awaited, page.context["report"].annex[6].value) == (True, before)
    counting.work_off()
    assert counted.get("/reports/annual/").context["report"].annex[6].value == before + 1


def test_whoever_wants_it_anew_asks_for_it(counted):
    assert counted.post("/reports/annual/").status_code == 302
    assert counted.get("/reports/annual/").context["kept"].is_awaited


def test_figures_that_no_longer_fit_are_counted_again(counted, busy):
    factories.organization("new", kind="school", parent=busy.town)
    assert "正在统计" in counted.get("/reports/annual/").content.decode()
    counting.work_off()
    assert counted.get("/reports/annual/").context["report"] is not None


def test_what_was_not_counted_is_no_zero(busy):
    with access.scope(busy.officer, today=TODAY), pytest.raises(OutdatedError):
        Figures(ask(busy.county), {"pairs": {}, "cells": {}}).get("left_behind", sex="1")


@pytest.mark.parametrize("extension", ["xlsx", "docx"])
def test_files_hold_the_same_figures_or_wait_with_the_page(busy, sign_in, extension):
    client = sign_in(busy.officer)
    waiting = client.get(f"/reports/annual/export.{extension}")
    assert (waiting.status_code, waiting.url.partition("?")[0]) == (302, "/reports/annual/")
    counting.work_off()
    assert client.get(f"/reports/annual/export.{extension}").status_code == 200


def test_the_cut_off_of_this_year_is_the_day_of_counting(busy, sign_in):
    client = sign_in(busy.officer)
    client.get("/reports/annual/", {"year": "2026"})
    counting.work_off()
    with time_machine.travel("2026-11-24T04:00:00Z", tick=False):
        report = sign_in(busy.officer).get("/reports/annual/", {"year": "2026"}).context["report"]
    assert report.question.last == TODAY


@pytest.mark.parametrize("kind", ["official", "national"])
def test_a_summary_of_kept_numbers_is_the_very_form(busy, kind):
    question = ask(busy.county, definition="civil")
    with access.scope(busy.officer, today=TODAY):
        numbers = Numbers(question)
        live = summary(question, kind, "home", numbers)
        assert summary(question, kind, "home", Numbers(question, json.loads(json.dumps(numbers.asked)))) == live
        with pytest.raises(OutdatedError):
            Numbers(question, {}).count("summary", {"sex": ("1",)})


def test_the_summary_waits_and_then_says_when_it_was_counted(busy, sign_in):
    client = sign_in(busy.officer)
    assert "正在统计" in client.get(SUMMARY).content.decode()
    assert client.get(f"{SUMMARY}export.xlsx")["Location"].startswith(f"{SUMMARY}?organization=jiang")
    counting.work_off()
    page = client.get(SUMMARY, {"kind": "national"})
    assert "正在统计" in page.content.decode()  # the other form has numbers of its own
    counting.work_off()
    html = client.get(SUMMARY, {"kind": "national"}).content.decode()
    assert html.count("统计时间：2026-11-23 12:00") == 2  # above the form, and printed below it
    book = b"".join(client.get(f"{SUMMARY}export.xlsx", {"kind": "national"}).streaming_content)
    notes = [row[0] for row in openpyxl.load_workbook(io.BytesIO(book)).worksheets[0].iter_rows(values_only=True)]
    assert any("统计时间：2026-11-23 12:00" in str(note) for note in notes)


def test_the_summary_is_counted_anew_for_whoever_asks_and_where_an_office_is_new(busy, sign_in):
    client = sign_in(busy.officer)
    client.get(SUMMARY)
    counting.work_off()
    assert client.post(SUMMARY).status_code == 302
    assert client.get(SUMMARY).context["kept"].is_awaited
    counting.work_off()
    factories.organization("new", kind="town", parent=busy.county)
    assert "正在统计" in client.get(SUMMARY).content.decode()
