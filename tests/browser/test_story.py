"""The four-step story, on the demo as it is loaded: a roster comes in, a visit is logged, the annual report goes out, and
nobody sees what is not theirs.

Counts stand here as people know them from the reports; the registry computes them from the demo's records.
"""

from __future__ import annotations

import io
import re
from pathlib import Path

import docx
import openpyxl
import pytest
from django.core.management import call_command
from django.urls import reverse
from playwright.sync_api import Page, expect

from caseworks import access
from caseworks.models import Organization, User
from children.models import Child
from tests.browser.conftest import DESK, PHONE, Device, scrolls_sideways, violations
from tests.exchange.books import roll_of

PUPILS = 384


@pytest.fixture
def demo(transactional_db) -> None:
    call_command("load_demo", stdout=io.StringIO())


def _as(device, login: str, size: dict[str, int]) -> tuple[Device, Page]:
    """A browser in which that login of the demo is signed in."""
    screen = device(size)
    return screen, screen.sign_in(User.objects.get(username=login))


def _clerk_brings_in_the_roll(device, roll: Path) -> None:
    clerk, page = _as(device, "clerk", DESK)
    page.set_default_timeout(60_000)
    for created, unchanged in ((PUPILS, 0), (0, PUPILS)):
        page.goto(clerk.address("exchange:imports"))
        page.set_input_files("input[type=file]", roll)
        page.get_by_role("button", name="读取文件").click()
        for word, count in (("新增", created), ("不变", unchanged)):
            if count:
                expect(page.locator(".import-tab", has_text=word)).to_contain_text(str(count))
        assert violations(page) == []
        if created:
            page.get_by_role("button", name="确认导入").click()
            page.wait_for_url("**/import/*/")
        else:
            expect(page.get_by_text("没有要导入的内容")).to_be_visible()
    page.goto(clerk.address("children:list"))
    expect(page.get_by_role("heading", level=1)).to_contain_text(str(PUPILS))


def _caseworker_logs_a_visit(device) -> None:
    phone, page = _as(device, "caseworker", PHONE)
    page.goto(phone.address("visits:home"))
    due = page.locator(".due", has_text="张伟")
    expect(due).to_be_visible()
    expect(page.locator(".due", has_text="张小雅")).to_be_visible()
    with access.everyone("test"):
        child = Child.objects.get(name="张伟", residences__village__code="shuanglong")
    for words in ("zhangwei", "zw", "张", "伟", child.id_number[-4:]):
        page.goto(phone.address("children:list", query=f"q={words}"))
        expect(page.get_by_role("link", name="张伟", exact=True)).to_be_visible()
    assert not scrolls_sideways(page)
    page.goto(phone.address("visits:home"))
    due.get_by_role("link", name="记一次").click()
    page.get_by_text("家访", exact=True).click()
    page.get_by_text("陈桂英").click()
    assert violations(page) == []
    page.get_by_role("button", name="保存").click()
    page.wait_for_url(lambda address: "/log/" not in address)
    page.goto(phone.address("visits:home"))
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator(".due", has_text="张伟")).to_have_count(0)
    expect(page.locator(".due", has_text="张小雅")).to_have_count(0)
    with access.everyone("test"):
        sister = Child.objects.get(name="张小雅", residences__village__code="shuanglong")
    for sibling in (child, sister):
        page.goto(phone.server + sibling.get_absolute_url())
        expect(page.locator(".contacts li").first).to_contain_text("家访")
        expect(page.locator(".contacts li").first).to_contain_text("陈桂英")


def _figure(page: Page, indicator: str, text: str):  # type: ignore[no-untyped-def]
    address = reverse("reports:records", args=[indicator])
    return page.locator(f'article p a[href^="{address}"]', has_text=re.compile(f"^{re.escape(text)}$")).first


def _administrator_answers_for_every_figure(device) -> None:
    desk, page = _as(device, "administrator", DESK)
    page.set_default_timeout(30_000)
    page.goto(desk.address("reports:annual"))
    for indicator, text in (("schools", "31"), ("pupils", "16856"), ("left_behind", "12285"), ("left_behind", "72.9%")):
        expect(_figure(page, indicator, text)).to_be_visible()
    assert violations(page) == []
    links = page.locator("article section").first.locator("p a")
    figures = {links.nth(index).get_attribute("href"): links.nth(index).inner_text() for index in range(links.count())}
    for address, text in figures.items():
        if "%" not in text:
            page.goto(desk.server + address)
            expect(page.locator("h1 .count")).to_contain_text(text)
            if "/pupils/" in address:  # the sum of what the schools declared, one line a school
                expect(page.locator(".pages")).to_contain_text("共 31 条")
            else:
                expect(page.locator(".pages")).to_contain_text(f"共 {text} 条")
    page.goto(desk.address("reports:annual", query="definition=civil"))
    civil = int(
        page.locator(f'article p a[href^="{reverse("reports:records", args=["left_behind"])}"]').first.inner_text()
    )
    assert 0 < civil < 12285
    page.goto(desk.address("reports:annual"))
    for extension in ("xlsx", "docx"):
        with page.expect_download() as download:
            page.locator(f'a[href*="export.{extension}"]').click()
        text = _text_of(Path(download.value.path()), extension)
        for figure in ("31", "16856", "12285", "72.9"):
            assert figure in text, (extension, figure)


def _text_of(file: Path, extension: str) -> str:
    if extension == "docx":
        return "\n".join(paragraph.text for paragraph in docx.Document(io.BytesIO(file.read_bytes())).paragraphs)
    book = openpyxl.load_workbook(io.BytesIO(file.read_bytes()))
    return "\n".join(str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row if cell)


def _mentor_and_stranger_see_only_their_own(device) -> None:
    with access.scope(User.objects.get(username="mentor")):
        paired = set(Child.objects.values_list("name", flat=True))
    phone, page = _as(device, "mentor", PHONE)
    page.goto(phone.address("children:list"))
    assert {name.strip() for name in page.locator("tbody th").all_inner_texts()} == paired
    with access.everyone("test"):
        child = Child.objects.get(name="张伟", residences__village__code="shuanglong")
    report = f"organization={Organization.objects.get(code='jinnan').code}"
    desk, page = _as(device, "stranger", DESK)
    for address in (
        desk.server + child.get_absolute_url(),
        desk.address("visits:log", child.code),
        desk.address("reports:annual", query=report),
        desk.address("reports:records", "left_behind", query=report),
    ):
        assert page.goto(address).status == 404
        expect(page.locator("main")).not_to_contain_text("张伟")


def test_the_story(demo, device, tmp_path):
    _clerk_brings_in_the_roll(device, roll_of(tmp_path, PUPILS))
    _caseworker_logs_a_visit(device)
    _administrator_answers_for_every_figure(device)
    _mentor_and_stranger_see_only_their_own(device)
