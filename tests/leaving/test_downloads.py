"""What a file that leaves looks like: its name, its cells, its mark; and that there is no other way out."""

from __future__ import annotations

import ast
import io

import openpyxl
import pytest
from django.urls import reverse

from caseworks import access
from caseworks.downloads import XLSX, Download
from caseworks.models import AuditEvent
from caseworks.sheets import Column, write_sheet
from caseworks.stamps import Stamp, new_stamp
from tests import factories
from tests.test_conventions import python_sources

pytestmark = pytest.mark.django_db

INJECTIONS = [
    "=1+1", "=cmd|' /C calc'!A0", "+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", "＋1", "－1", "＠x",
    "http://evil.example/", "500117201403024325", "=HYPERLINK(\"http://evil\")", "{=1}",
]  # fmt: skip


@pytest.mark.parametrize("text", INJECTIONS)
def test_text_stays_text(text):
    book = openpyxl.load_workbook(write_sheet("x", [Column("姓名")], [[text]]))
    cell = book.active["A2"]
    assert cell.data_type == "s"
    assert cell.value.replace("_x000D_", "").strip() == text.strip()
    assert cell.hyperlink is None


def test_no_cell_of_an_export_is_a_formula(cast, sign_in):
    for name in INJECTIONS[:6]:
        factories.child(name, school=cast.school, village=cast.village, class_name=name[:20], address=name)
    for address in (reverse("children:export"), f"{reverse('out:choose')}?layout=roll&definition=wide&show=masked"):
        body = b"".join(sign_in(cast.clerk).get(address).streaming_content)
        cells = [cell for row in openpyxl.load_workbook(io.BytesIO(body)).worksheets[0].iter_rows() for cell in row]
        assert any(str(cell.value).startswith("=cmd") for cell in cells)
        assert {cell.data_type for cell in cells} <= {"s", "n"}


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ('a";b.xlsx', "ab.xlsx"),
        ("../../etc/passwd.xlsx", "passwd.xlsx"),
        ("x\r\nSet-Cookie: a=b.xlsx", "xSet-Cookie_ab.xlsx"),
        ("名" * 300 + ".xlsx", "名" * 80 + ".xlsx"),
        ("photo\u202exslx.exe.xlsx", "photoxslx.exe.xlsx"),
        (".xlsx", "file.xlsx"),
        ('"""', "file"),
    ],
)
def test_a_name_of_a_file_does_no_harm(cast, name, seen):
    with access.scope(cast.clerk):
        response = Download(io.BytesIO(b""), name=name, content_type=XLSX, what="test", rows=0)
    header = response["Content-Disposition"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]
    assert "\r" not in header
    assert "\n" not in header
    assert AuditEvent.objects.get(action="file.left").changes["name"] == seen


FILES = [
    ("clerk", "/children/export/"),
    ("clerk", "/exports/children/?layout=ledger&definition=wide&show=masked"),
    ("clerk", "/contacts/export/"),
    ("officer", "/reports/annual/export.xlsx"),
    ("officer", "/reports/annual/export.docx"),
    ("officer", "/reports/records/archives/export/"),
    ("officer", "/office/visits/mentor/export/"),
    ("auditor", "/exports/trail/?first=2026-01-01&last=2026-12-31"),
]


@pytest.mark.parametrize(("who", "address"), [*FILES])
def test_each_file_carries_who_took_it_out_and_the_number_of_its_event(who, address, cast, sign_in):
    from tests.test_canary import words_of

    if "annual" in address or "records" in address:
        name = {"xlsx": ("reports:export", ["xlsx"]), "docx": ("reports:export", ["docx"])}.get(
            address[-4:], ("reports:records_export", ["archives"])
        )
        address = reverse(name[0], args=name[1])
    if "contacts" in address:
        address = reverse("visits:contacts_export")
    person = getattr(cast, who)
    response = sign_in(person).get(address)
    assert response.status_code == 200
    text = words_of(response)
    number = AuditEvent.objects.filter(action="file.left").latest("id").changes["export"]
    assert number in text
    assert person.name in text


def test_the_stamp_names_person_office_and_moment(cast):
    with access.scope(cast.clerk):
        stamp = new_stamp()
    assert isinstance(stamp, Stamp)
    assert (stamp.person, stamp.unit) == (cast.clerk.name, cast.school.name)
    assert all(part in stamp.line for part in (stamp.code, stamp.person, stamp.unit, stamp.moment))


WAYS_OUT = {"FileResponse", "StreamingHttpResponse"}
MAY_BUILD_THEM = {"caseworks/downloads.py"}


def other_ways_out(text: str) -> list[int]:
    """Lines that name a response which can carry a file."""
    names = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name | ast.alias | ast.Attribute)]
    return [
        node.lineno
        for node in names
        if {getattr(node, "id", ""), getattr(node, "attr", ""), getattr(node, "name", "")} & WAYS_OUT
    ]


def test_there_is_one_way_out():
    assert other_ways_out("from django.http import FileResponse\nFileResponse(x)") == [1, 2]
    found = {source.path for source in python_sources() if other_ways_out(source.text)}
    assert found == MAY_BUILD_THEM
