"""Sheets of the shared admin: they reach no further than the office that uploads them, and leave traces."""

from __future__ import annotations

import io
from datetime import date

import openpyxl
import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from caseworks.models import AuditEvent
from children.models import PupilCount
from tests import factories
from visits.models import Mentor

pytestmark = pytest.mark.django_db

COUNTS = ["学校代码", "学校", "学期", "统计日期", "学生数", "其中农村学生数"]
MENTORS = ["代码", "姓名", "单位代码", "单位", "类别", "电话", "背景审查日期", "开始日期", "结束日期"]


@pytest.fixture(autouse=True)
def uploads(tmp_path, monkeypatch):
    monkeypatch.setattr(settings, "UPLOADS", tmp_path / "uploads")
    return tmp_path / "uploads"


def workbook(*rows) -> SimpleUploadedFile:
    book, file = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(file)
    return SimpleUploadedFile("表.xlsx", file.getvalue())


def preview(client, table: str, *rows):
    return upload(client, table, workbook(*rows))


def upload(client, table: str, file):
    return client.post(
        reverse(f"admin:{table}_import"), {"import_file": file, "format": "0", "resource": "0"}, follow=True
    )


def confirm(client, table: str, response):
    return client.post(reverse(f"admin:{table}_process_import"), response.context["confirm_form"].initial, follow=True)


def complaints(response) -> str:
    """Everything the preview says against the sheet."""
    result = response.context.get("result")
    if result is None:
        return str(response.context["form"].errors)
    assert not result.base_errors, result.base_errors
    assert not result.row_errors(), [error.error for _line, errors in result.row_errors() for error in errors]
    return " ".join(str(row.error.messages) for row in result.invalid_rows)


def test_counts_come_in_after_a_preview(cast, sign_in):
    client = sign_in(cast.officer)
    factories.pupil_count(cast.school, 300, term="2026-1")
    rows = (
        COUNTS,
        ["shi-school", "", "2026-1", "2026-09-20", 310, 300],
        ["baisha-school", None, "2026-1", date(2026, 9, 21), "95", None],
    )
    seen = preview(client, "children_pupilcount", *rows)
    assert [row.import_type for row in seen.context["result"].valid_rows()] == ["update", "new"]
    assert "<del>300</del> <ins>310</ins>" in seen.content.decode()
    assert "style=" not in seen.content.decode()
    assert [row.pupils for row in PupilCount.objects.all()] == [300]  # nothing yet
    assert not AuditEvent.objects.filter(action="pupilcount.imported").exists()
    confirm(client, "children_pupilcount", seen)
    assert set(PupilCount.objects.values_list("school__code", "pupils", "rural_pupils", "counted_on")) == {
        ("shi-school", 310, 300, date(2026, 9, 20)),
        ("baisha-school", 95, None, date(2026, 9, 21)),
    }
    events = AuditEvent.objects.filter(action="pupilcount.imported")
    assert {event.object_id for event in events} == set(PupilCount.objects.values_list("pk", flat=True))
    assert {(event.by, event.reason) for event in events} == {(cast.officer, "表.xlsx")}


def test_the_same_sheet_again_changes_nothing(cast, sign_in):
    client = sign_in(cast.officer)
    rows = (COUNTS, ["shi-school", "", "2026-1", "2026-09-20", 310, 300])
    for _time in range(2):
        confirm(client, "children_pupilcount", preview(client, "children_pupilcount", *rows))
    assert PupilCount.objects.count() == 1
    assert AuditEvent.objects.filter(action="pupilcount.imported").count() == 1


LEAKS = {
    "a school elsewhere": ("children_pupilcount", COUNTS, ["yun-school", "", "2025-1", "2026-09-20", 1, ""]),
    "a village that is no school": ("children_pupilcount", COUNTS, ["longjing", "", "2025-1", "2026-09-20", 1, ""]),
    "an organization elsewhere": (
        "visits_mentor",
        MENTORS,
        ["", "外", "yun-village", "", "", "", "", "2026-01-01", ""],
    ),
    "a mentor elsewhere": ("visits_mentor", MENTORS, ["CODE", "外", "shi", "", "", "", "", "2026-01-01", ""]),
}


@pytest.mark.parametrize("leak", LEAKS)
def test_a_sheet_reaches_nothing_elsewhere(leak, cast, sign_in):
    """The two leaks of the stock library: a foreign key to what one cannot see, and another's row by its key."""
    table, headings, row = LEAKS[leak]
    theirs = factories.pupil_count(cast.foreign_school, 987)
    mentor = factories.mentor(cast.foreign_village, name="外县老师")
    row = [mentor.code if cell == "CODE" else cell for cell in row]
    client = sign_in(cast.officer)
    good = {"children_pupilcount": ["shi-school", "", "2026-1", "2026-09-20", 5, ""]}.get(
        table, ["", "好", "shi", "", "", "", "", "2026-01-01", ""]
    )
    seen = preview(client, table, headings, good, row)
    assert complaints(seen)
    assert "confirm_form" not in seen.context
    theirs.refresh_from_db()
    mentor.refresh_from_db()
    assert (theirs.pupils, mentor.name, mentor.organization) == (987, "外县老师", cast.foreign_village)
    assert PupilCount.objects.count() == 1
    assert not Mentor.objects.filter(name__in=["外", "好"]).exists()


def test_a_primary_key_in_a_sheet_means_nothing(cast, sign_in):
    client = sign_in(cast.officer)
    theirs = factories.pupil_count(cast.foreign_school, 987)
    rows = (["id", *COUNTS], [str(theirs.pk), "shi-school", "", "2026-1", "2026-09-20", 5, ""])
    confirm(client, "children_pupilcount", preview(client, "children_pupilcount", *rows))
    theirs.refresh_from_db()
    assert (theirs.pupils, theirs.school) == (987, cast.foreign_school)
    assert PupilCount.objects.get(school=cast.school).pupils == 5


def test_what_another_office_uploads_cannot_be_confirmed_without_its_name(cast, sign_in):
    seen = preview(
        sign_in(cast.stranger), "children_pupilcount", COUNTS, ["yun-school", "", "2026-1", "2026-09-20", 7, ""]
    )
    sent = seen.context["confirm_form"].initial
    for name in ("../../etc/passwd", "x", "01999999000070008000000000000000"):
        address = reverse("admin:children_pupilcount_process_import")
        response = sign_in(cast.officer).post(address, {**sent, "import_file_name": name})
        assert response.status_code == 200
        assert response.context["errors"]
    # and even with the name, the schools of the other county stay out of reach
    confirm(sign_in(cast.officer), "children_pupilcount", seen)
    assert not PupilCount.objects.exists()


def test_mentors_come_in_with_words_and_codes(cast, sign_in):
    client, known = sign_in(cast.officer), Mentor.objects.get(name="梅老师")
    rows = (
        MENTORS,
        [known.code, "梅老师", "guangdian", "", "退休教师", 13912345678, "2026-03-01", "2020-09-01", ""],
        ["", "新老师", "shi-school", "", "教师", "", "", "2026-09-01", ""],
    )
    confirm(client, "visits_mentor", preview(client, "visits_mentor", *rows))
    known.refresh_from_db()
    assert (known.kind, known.phone, known.checked_on) == ("retired", "13912345678", date(2026, 3, 1))
    new = Mentor.objects.get(name="新老师")
    assert len(new.code) == 10
    assert AuditEvent.objects.filter(action="mentor.imported").count() == 2


MISTAKES = {
    "a word that is in no list": ["", "好", "shi", "", "飞行员", "", "", "2026-01-01", ""],
    "a date that is none": ["", "好", "shi", "", "", "", "", "明天", ""],
    "an end before the beginning": ["", "好", "shi", "", "", "", "", "2026-01-01", "2025-01-01"],
    "no name": ["", "", "shi", "", "", "", "", "2026-01-01", ""],
    "a name of 200 characters": ["", "长" * 200, "shi", "", "", "", "", "2026-01-01", ""],
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_named_and_nothing_comes_in(mistake, cast, sign_in):
    seen = preview(sign_in(cast.officer), "visits_mentor", MENTORS, MISTAKES[mistake])
    assert complaints(seen)
    assert Mentor.objects.count() == 1


def test_a_mentor_does_not_move_by_sheet(cast, sign_in):
    known = Mentor.objects.get(name="梅老师")
    rows = (MENTORS, [known.code, "梅老师", "shi-school", "", "", "", "", "2020-09-01", ""])
    assert complaints(preview(sign_in(cast.officer), "visits_mentor", *rows))


NOT_SHEETS = {
    "text": b"hello",
    "nothing": b"",
    "a torn workbook": workbook(COUNTS).read()[:500],
}


@pytest.mark.parametrize("file", NOT_SHEETS)
def test_what_is_no_workbook_is_refused_with_words(file, cast, sign_in):
    response = upload(sign_in(cast.officer), "children_pupilcount", SimpleUploadedFile("x.xlsx", NOT_SHEETS[file]))
    assert response.status_code == 200
    assert response.context["form"].errors["import_file"]


def test_a_sheet_that_is_too_large_is_refused(cast, sign_in):
    response = upload(
        sign_in(cast.officer), "children_pupilcount", SimpleUploadedFile("x.xlsx", b"0" * (2 * 1024 * 1024 + 1))
    )
    assert "2 MB" in str(response.context["form"].errors["import_file"])


def test_columns_that_are_missing_are_named(cast, sign_in):
    response = preview(sign_in(cast.officer), "children_pupilcount", ["学期"], ["2026-1"])
    assert "学校代码" in response.content.decode()
    assert not PupilCount.objects.exists()


def sheet_of(response) -> list[list]:
    book = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content)))
    return [[cell.value for cell in row] for row in book.active.iter_rows()]


def test_what_is_shown_goes_out_and_the_trail_knows_before(cast, sign_in):
    factories.pupil_count(cast.school, 300, term="2026-1")
    factories.pupil_count(cast.other_school, 90, term="2025-1")
    factories.pupil_count(cast.foreign_school, 987, term="2026-1")
    response = sign_in(cast.officer).get(reverse("admin:children_pupilcount_export"), {"term": "2026-1"})
    assert sheet_of(response) == [COUNTS, ["shi-school", "石镇小学", "2026-1", "2025-09-20", 300, None]]
    event = AuditEvent.objects.get(action="file.left")
    assert event.changes["what"] == "office.export"
    assert (event.changes["rows"], event.changes["filters"]) == (1, {"table": "pupilcount", "term": "2026-1"})


def test_a_name_that_looks_like_a_formula_leaves_as_a_name(cast, sign_in):
    factories.mentor(cast.bureau, name="=1+1")
    response = sign_in(cast.officer).get(reverse("admin:visits_mentor_export"))
    book = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content)))
    [cell] = [cell for row in book.active.iter_rows() for cell in row if cell.value == "=1+1"]
    assert cell.data_type == "s"


def test_what_went_out_comes_in_again_unchanged(cast, sign_in):
    client = sign_in(cast.officer)
    factories.mentor(cast.bureau, name="于老师", kind="teacher", phone="13912345678")
    gone = sheet_of(client.get(reverse("admin:visits_mentor_export")))
    seen = preview(client, "visits_mentor", *gone)
    assert [row.import_type for row in seen.context["result"].valid_rows()] == ["skip", "skip"]


@pytest.mark.parametrize("who", ["auditor", "system", "clerk"])
@pytest.mark.parametrize("page", ["import", "export", "process_import"])
def test_others_neither_import_nor_export(who, page, cast, sign_in):
    address = reverse(f"admin:visits_mentor_{page}")
    assert sign_in(getattr(cast, who)).post(address).status_code == 403
    assert not AuditEvent.objects.filter(action="file.left").exists()


def test_an_upload_that_nobody_confirms_does_not_stay(cast, sign_in, uploads):
    import os

    client, rows = sign_in(cast.officer), (COUNTS, ["shi-school", "", "2026-1", "2026-09-20", 5, ""])
    preview(client, "children_pupilcount", *rows)
    [old] = uploads.iterdir()
    os.utime(old, (0, 0))
    seen = preview(client, "children_pupilcount", *rows)
    [new] = uploads.iterdir()
    assert new != old
    confirm(client, "children_pupilcount", seen)
    assert not list(uploads.iterdir())
