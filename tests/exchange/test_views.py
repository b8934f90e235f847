"""The pages: works, colleague, stranger, no right, wrong method; and what changed."""

import io

import openpyxl
import pytest
import time_machine
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.urls import reverse

from caseworks import access
from caseworks.exchange import actions, jobs, reader
from caseworks.exchange.models import ImportBatch, StagedRow
from caseworks.models import AuditEvent
from children.models import Child
from tests import factories
from tests.exchange import books
from tests.exchange.books import BORN, TODAY, book, child_row, receive

IMPORTS = "/import/"


@pytest.fixture(autouse=True)
def on_the_day():
    with time_machine.travel("2026-11-23 10:00:00+08:00", tick=False):
        yield


@pytest.fixture
def batch(tmp_path, cast):
    """Waiting at 石镇小学: two good rows, one with a warning, one refused."""
    rows = [
        child_row(姓名="周甲", 身份证号=factories.id_number(BORN, "1")),
        child_row(姓名="周乙", 身份证号=factories.id_number(BORN, "1")),
        child_row(姓名="周丙", 身份证号=None),
        child_row(姓名=None),
    ]
    return receive(book(tmp_path, rows), cast.clerk, cast.school)


def _upload(file, name="名册.xlsx"):
    sent = TemporaryUploadedFile(name, "application/octet-stream", file.stat().st_size, None)
    sent.write(file.read_bytes())
    sent.seek(0)
    return sent


def _names():
    with access.everyone("test"):
        return set(Child.objects.filter(name__startswith="周").values_list("name", flat=True))


def test_a_clerk_brings_a_roster_in(tmp_path, cast, sign_in):
    client = sign_in(cast.clerk)
    assert b"organization" not in client.get(IMPORTS).content
    answer = client.post(IMPORTS, {"file": _upload(book(tmp_path, [child_row()])), "roster_on": "2026-11-20"})
    batch = ImportBatch.objects.get()
    assert answer["Location"] == batch.get_absolute_url()
    assert (batch.organization, batch.by, batch.state) == (cast.school, cast.clerk, "previewed")
    assert (str(batch.roster_on), len(batch.sha256), _names()) == ("2026-11-20", 64, set())
    page = client.get(batch.get_absolute_url()).content.decode()
    assert "将新建 <strong>1</strong> 份档案" in page
    assert "周小满" in page
    answer = client.post(reverse("exchange:confirm", args=[batch.code]))
    assert answer["Location"] == batch.get_absolute_url()
    assert _names() == {"周小满"}


def test_an_administrator_chooses_the_office(tmp_path, cast, sign_in):
    client = sign_in(cast.officer)
    page = client.get(IMPORTS).content.decode()
    assert cast.school.name in page
    assert cast.foreign_school.name not in page
    sent = {"file": _upload(book(tmp_path, [child_row()])), "roster_on": "2026-11-20"}
    client.post(IMPORTS, sent | {"organization": str(cast.foreign_school.pk)})
    assert not ImportBatch.objects.exists()
    sent["file"] = _upload(book(tmp_path, [child_row()]))
    client.post(IMPORTS, sent | {"organization": str(cast.school.pk)})
    assert ImportBatch.objects.get().organization == cast.school


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"roster_on": "2026-11-24"}, "名册日期不能晚于今天"),
        ({"roster_on": "2026-02-30"}, "roster_on"),
        ({"file": ""}, "file"),
    ],
)
def test_a_bad_form_says_what_is_wrong(changed, words, tmp_path, cast, sign_in):
    sent = {"file": _upload(book(tmp_path, [child_row()])), "roster_on": "2026-11-20"} | changed
    answer = sign_in(cast.clerk).post(IMPORTS, sent)
    assert answer.status_code == 200
    assert words in answer.content.decode()
    assert "error-summary" in answer.content.decode()
    assert not ImportBatch.objects.exists()


def test_a_file_that_cannot_be_read_says_so_on_the_page(tmp_path, cast, sign_in):
    file = tmp_path / "a.xlsx"
    file.write_bytes(b"%PDF-1.7")
    answer = sign_in(cast.clerk).post(IMPORTS, {"file": _upload(file), "roster_on": "2026-11-20"})
    assert "这不是能读的表格" in answer.content.decode()


def test_a_huge_upload_is_refused_by_its_declared_size(cast, sign_in):
    class NeverRead(io.RawIOBase):
        def read(self, *size):
            raise AssertionError("the body of a huge upload was read")

    answer = sign_in(cast.clerk).generic(
        "POST", IMPORTS, content_type="multipart/form-data; boundary=x", CONTENT_LENGTH=str(200 * 1024**2),
        **{"wsgi.input": NeverRead()},
    )  # fmt: skip
    assert answer.status_code == 413
    assert "文件有 200 MB，最多 60 MB" in answer.content.decode()


def test_a_file_just_over_the_limit_is_refused_by_the_form(cast, sign_in, monkeypatch, tmp_path):
    monkeypatch.setattr(reader, "MOST_BYTES", 100)
    answer = sign_in(cast.clerk).post(
        IMPORTS, {"file": _upload(book(tmp_path, [child_row()])), "roster_on": "2026-11-20"}
    )
    assert "请删去图片" in answer.content.decode()


def test_tabs_filter_rows_and_their_numbers_are_the_rows(batch, cast, sign_in):
    client = sign_in(cast.clerk)
    address = batch.get_absolute_url()
    expected = {"": 4, "new": 3, "changed": 0, "unchanged": 0, "problems": 2, "undecided": 0, "nonsense": 4}
    for tab, number in expected.items():
        answer = client.get(address, {"show": tab})
        assert answer.context["rows"].paginator.count == number, tab
    shown = {key: number for key, _word, number in client.get(address).context["tabs"]}
    assert shown == {key: expected[key] for key in ("", "new", "changed", "unchanged", "problems")}


def test_htmx_gets_only_the_rows(batch, cast, sign_in):
    answer = sign_in(cast.clerk).get(batch.get_absolute_url(), {"show": "new"}, headers={"HX-Request": "true"})
    assert b"<html" not in answer.content
    assert "周甲".encode() in answer.content


def test_each_problem_stands_at_its_cell(batch, cast, sign_in):
    page = sign_in(cast.clerk).get(batch.get_absolute_url(), {"show": "problems"}).content.decode()
    assert "工作表“名册”第 5 行 A 列（姓名）" in page
    assert "没有姓名。" in page
    assert "工作表“名册”第 4 行 C 列（身份证号）" in page


def test_no_id_number_is_shown_whole(batch, cast, sign_in):
    number = batch.rows.get(position=0).cells[2]
    page = sign_in(cast.clerk).get(batch.get_absolute_url()).content.decode()
    assert number not in page
    assert f"{number[:6]}********{number[-4:]}" in page


def test_warnings_must_be_read_before_confirming(batch, cast, sign_in):
    client = sign_in(cast.clerk)
    answer = client.post(reverse("exchange:confirm", args=[batch.code]))
    assert answer["Location"].endswith("?show=problems")
    assert _names() == set()
    client.post(reverse("exchange:confirm", args=[batch.code]), {"read": "1"})
    assert _names() == {"周甲", "周乙", "周丙"}


def test_pressing_confirm_twice_imports_once(batch, cast, sign_in):
    client = sign_in(cast.clerk)
    for _press in range(2):
        answer = client.post(reverse("exchange:confirm", args=[batch.code]), {"read": "1"})
        assert answer["Location"] == batch.get_absolute_url()
    with access.everyone("test"):
        assert Child.objects.filter(name__startswith="周").count() == 3
    assert AuditEvent.objects.filter(action="import.confirmed").count() == 1


def test_the_result_leads_to_the_archives(batch, cast, sign_in):
    client = sign_in(cast.clerk)
    client.post(reverse("exchange:confirm", args=[batch.code]), {"read": "1"})
    page = client.get(batch.get_absolute_url()).content.decode()
    with access.everyone("test"):
        addresses = [child.get_absolute_url() for child in Child.objects.filter(name__startswith="周")]
    assert len(addresses) == 3
    assert all(f'href="{address}"' in page for address in addresses)
    assert "新建 <strong>3</strong> 份档案" in page


def test_the_rows_that_stay_out_come_back_and_can_be_corrected_and_sent_again(batch, cast, sign_in, tmp_path):
    page = sign_in(cast.clerk)
    assert "按您自己的表格退回" in page.get(batch.get_absolute_url()).content.decode()
    content = b"".join(page.get(reverse("exchange:errors", args=[batch.code])).streaming_content)
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    [headings, row] = sheet.iter_rows(values_only=True)
    assert (sheet.title, *headings) == ("名册", *books.FREE, "未导入的原因", "原行号")
    assert "没有姓名" in row[-2]
    assert (row[-1], row[2], sheet["C2"].number_format) == (5, batch.rows.get(position=3).cells[2], "@")
    event = AuditEvent.objects.get(action="file.left")
    assert (event.changes["what"], event.changes["rows"]) == ("import.errors", 1)
    corrected = tmp_path / "corrected.xlsx"
    made = openpyxl.load_workbook(io.BytesIO(content))
    made.active["A2"] = "周丁"
    made.save(corrected)
    again = receive(corrected, cast.clerk, cast.school)
    assert (books.verdicts(again), again.rows.get().name) == (["new"], "周丁")


def test_the_template_is_understood_by_the_import(cast, sign_in, tmp_path):
    answer = sign_in(cast.clerk).get(reverse("exchange:template"))
    made = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    made.active["A2"], made.active["C2"] = "周小满", "20160304"
    file = tmp_path / "filled.xlsx"
    made.save(file)
    batch = receive(file, cast.clerk, cast.school)
    assert (books.verdicts(batch), [key for key in batch.mapping.values() if not key]) == (["new"], [])


def test_columns_are_corrected_on_the_page(batch, cast, sign_in):
    client = sign_in(cast.clerk)
    number = sorted(batch.mapping).index("备注")
    client.post(reverse("exchange:columns", args=[batch.code]), {f"column-{number}": "", "column-999": "name"})
    batch.refresh_from_db()
    assert batch.mapping["备注"] == ""
    client.post(reverse("exchange:columns", args=[batch.code]), {f"column-{number}": "nonsense"})
    batch.refresh_from_db()
    assert batch.mapping["备注"] == ""
    answer = client.post(reverse("exchange:columns", args=[batch.code]), {f"column-{number}": "name"}, follow=True)
    assert "有两列对应同一项" in answer.content.decode()


def test_a_possible_duplicate_is_decided_on_the_page(tmp_path, cast, sign_in):
    factories.child("周小满", school=cast.school, village=cast.village, born_on=BORN, id_number="")
    batch = receive(book(tmp_path, [child_row()]), cast.clerk, cast.school)
    client = sign_in(cast.clerk)
    page = client.get(batch.get_absolute_url(), {"show": "undecided"}).content.decode()
    assert 'name="row-0"' in page
    client.post(reverse("exchange:decide", args=[batch.code]), {"row-0": "other", "row-x": "same", "row-7": "same"})
    assert books.verdicts(batch) == ["new"]


def test_discarding_keeps_nothing(batch, cast, sign_in):
    answer = sign_in(cast.clerk).post(reverse("exchange:discard", args=[batch.code]))
    assert answer["Location"] == IMPORTS
    batch.refresh_from_db()
    assert (batch.state, StagedRow.objects.count(), _names()) == ("discarded", 0, set())


ADDRESSES = [
    ("GET", "preview"), ("POST", "columns"), ("POST", "decide"), ("POST", "confirm"), ("POST", "discard"), ("GET", "errors"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "name"), ADDRESSES)
@pytest.mark.parametrize(
    ("who", "status"), [("stranger", 404), ("colleague", 404), ("caseworker", 403), ("leader", 403), ("mentor", 403)]
)
def test_a_batch_is_closed_to_others(method, name, who, status, batch, cast, sign_in):
    answer = sign_in(getattr(cast, who)).generic(method, reverse(f"exchange:{name}", args=[batch.code]))
    assert answer.status_code == status
    batch.refresh_from_db()
    assert (batch.state, _names()) == ("previewed", set())


@pytest.mark.parametrize(("method", "name"), ADDRESSES)
def test_wrong_methods(method, name, batch, cast, sign_in):
    wrong = "POST" if method == "GET" else "GET"
    address = reverse(f"exchange:{name}", args=[batch.code])
    assert sign_in(cast.clerk).generic(wrong, address).status_code == 405


def test_the_office_above_sees_the_batch_and_a_second_clerk_does_not(batch, cast, sign_in):
    assert sign_in(cast.officer).get(batch.get_absolute_url()).status_code == 200
    second = factories.user("second")
    factories.posting(second, cast.school, "school_staff")
    assert sign_in(second).get(batch.get_absolute_url()).status_code == 404


def test_past_batches_are_listed_to_those_who_may_see_them(batch, cast, sign_in):
    for who, seen in (("clerk", 1), ("officer", 1), ("colleague", 0), ("stranger", 0)):
        assert sign_in(getattr(cast, who)).get(IMPORTS).context["rows"].paginator.count == seen, who


@pytest.mark.parametrize("who", ["caseworker", "mentor", "leader", "auditor", "system"])
def test_no_right_to_import(who, cast, sign_in):
    assert sign_in(getattr(cast, who)).get(IMPORTS).status_code == 403


@pytest.mark.parametrize("rows", [1, 3])
def test_pages_cost_the_same_for_one_row_and_for_three(rows, tmp_path, cast, sign_in, django_assert_num_queries):
    made = [child_row(姓名=f"周{n}", 身份证号=factories.id_number(BORN, "1")) for n in "甲乙丙"[:rows]]
    batch = receive(book(tmp_path, made), cast.clerk, cast.school)
    client = sign_in(cast.clerk)
    with django_assert_num_queries(8):
        client.get(batch.get_absolute_url())
    with django_assert_num_queries(6):
        client.get(IMPORTS)


def test_a_batch_whose_reading_was_interrupted_can_be_thrown_away_and_sent_again(tmp_path, cast, sign_in):
    file = book(tmp_path, [child_row()])
    stuck = ImportBatch.objects.create(
        by=cast.clerk, organization=cast.school, file_name="x.xlsx", sha256=actions.digest_of(file), roster_on=TODAY,
        asked_by=cast.clerk, **jobs.new_lease(),
    )  # fmt: skip
    client = sign_in(cast.clerk)
    assert "正在读取文件" in client.get(stuck.get_absolute_url()).content.decode()
    assert receive(file, cast.clerk, cast.school).state == "uploaded"  # somebody is at it
    with time_machine.travel("2026-11-23 10:02:00+08:00"):
        assert receive(file, cast.clerk, cast.school) == stuck
        stuck.refresh_from_db()
        assert (stuck.state, stuck.rows.count()) == ("previewed", 1)
        client.post(reverse("exchange:discard", args=[stuck.code]))
        stuck.refresh_from_db()
        assert (stuck.state, StagedRow.objects.count()) == ("discarded", 0)
