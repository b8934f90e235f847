"""Files: every one is a download, logged, and never a page; no name breaks the header that carries it."""

from __future__ import annotations

import io
from collections import Counter

import pytest

from caseworks import access
from caseworks.downloads import XLSX, Download
from caseworks.models import AuditEvent
from tests.security.addresses import browsers, insiders, path_of, undone

pytestmark = pytest.mark.django_db
PAGES = ("text/html", "text/javascript", "application/json")
SHOWN = {"children:attachment"}  # a picture that was painted anew, seen in the browser


def test_every_file_is_a_download_and_never_a_page(cast):
    clients, files, wrong = browsers(cast), [], []
    for line, role in insiders("GET"):
        with undone():
            path, before = path_of(line, cast), Counter(AuditEvent.objects.values_list("action", flat=True))
            response = clients[role].get(path)
            if response.get("Content-Type", "").startswith(PAGES) or response.status_code != 200:
                continue
            files.append(line.address)
            shown = line.address in SHOWN and response["Content-Type"] == "image/jpeg"
            trace = "attachment.viewed" if shown else "file.left"
            logged = AuditEvent.objects.filter(action=trace).count() > before[trace]
            placed = response["Content-Disposition"].startswith("inline" if shown else "attachment")
            boxed = {"nosniff"} == {response["X-Content-Type-Options"]} and "sandbox" in response[
                "Content-Security-Policy"
            ]
            if not (placed and logged and boxed):
                wrong.append(line.address)
    assert wrong == []
    assert {
        "children:export",
        "children:attachment",
        "visits:contacts_export",
        "reports:export",
        "exchange:errors",
    } <= set(files)


@pytest.mark.parametrize("name", ["a\";b.xlsx", "a\r\nSet-Cookie: x=1.xlsx", "\u202exslx.exe.xlsx", "../../etc/passwd.xlsx", "长" * 300 + ".xlsx", ".xlsx", "张小雨 名册.xlsx"])  # fmt: skip
def test_the_name_of_a_file_cannot_break_its_header(name, cast):
    with access.scope(cast.clerk):
        file = Download(io.BytesIO(b"x"), name=name, content_type=XLSX, what="test", rows=0)
    header = file["Content-Disposition"]
    assert header.startswith("attachment; filename")
    assert not set(header) & set("\r\n\u202e/\\")
    assert header.count('"') in {0, 2}
    assert header.rstrip('"').endswith(".xlsx")
    assert len(header) < 1_000
