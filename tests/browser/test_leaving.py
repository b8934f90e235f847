"""From asking for a file to fetching it, by two people in real browsers; and a picture put into an archive."""

from __future__ import annotations

import io
import os
from pathlib import Path

import openpyxl
import pytest
from django.utils import timezone
from PIL import Image

from caseworks.leaving import keeper
from caseworks.models import Export
from tests.browser.conftest import scrolls_sideways, violations

pytestmark = pytest.mark.django_db(transaction=True)


def _shot(page, name: str) -> None:
    """A picture for whoever wants to look: SHOTS names the folder."""
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def _fine(page) -> None:
    assert violations(page) == []
    assert not scrolls_sideways(page)


def test_asked_approved_and_fetched(cast, desk, phone):
    page = desk.sign_in(cast.clerk)
    page.goto(desk.address("children:list"))
    page.get_by_role("link", name="其他样式").click()
    _shot(page, "choose-desk")
    _fine(page)
    page.get_by_label("学籍表", exact=True).check()
    page.get_by_label("完整显示").check()
    page.get_by_role("button", name="导出").click()
    page.get_by_label("这个文件用来做什么").fill("交区教委核对学籍")
    _shot(page, "ask-desk")
    _fine(page)
    page.get_by_role("button", name="申请批准").click()
    page.get_by_text("等待批准").wait_for()
    address = page.url
    other = phone.sign_in(cast.officer)
    other.goto(phone.address("leaving:exports"))
    _shot(other, "exports-phone")
    _fine(other)
    other.get_by_role("link", name="学生基本信息").click()
    _shot(other, "decide-phone")
    _fine(other)
    other.get_by_role("button", name="批准", exact=True).click()
    other.get_by_text("已批准").wait_for()
    keeper.work_off(timezone.now())
    page.goto(address)
    _shot(page, "ready-desk")
    _fine(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="下载文件").click()
    book = openpyxl.load_workbook(io.BytesIO(Path(download.value.path()).read_bytes()))
    assert len(book.worksheets[0]["A"]) == 3
    page.goto(address)
    page.get_by_text("已下载").wait_for()
    _shot(page, "fetched-desk")
    page.goto(desk.address("leaving:exports"))
    _shot(page, "mine-desk")
    _fine(page)


def test_a_password_is_shown_once(cast, phone):
    page = phone.sign_in(cast.clerk)
    page.goto(phone.address("out:choose"))
    _shot(page, "choose-phone")
    _fine(page)
    page.get_by_label("给文件加密码").check()
    page.get_by_role("button", name="导出").click()
    _shot(page, "ask-zip-phone")
    page.get_by_role("button", name="生成文件").click()
    page.get_by_role("button", name="显示密码").click()
    page.locator(".one-time").wait_for()
    _shot(page, "password-phone")
    _fine(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="下载加密文件").click()
    assert download.value.suggested_filename.endswith(".zip")
    assert Export.objects.get().state == "fetched"


def test_a_picture_in_an_archive(cast, phone, tmp_path):
    file = tmp_path / "协议.png"
    Image.new("RGB", (300, 400), "white").save(file)
    page = phone.sign_in(cast.caseworker)
    page.goto(phone.address("children:attach", cast.child.code))
    _shot(page, "attach-phone")
    _fine(page)
    page.get_by_label("图片").set_input_files(str(file))
    page.get_by_label("类别").select_option("agreement")
    page.get_by_label("名称").fill("委托照护协议")
    page.get_by_role("button", name="保存").click()
    page.get_by_role("link", name="委托照护协议", exact=True).wait_for()
    _shot(page, "archive-phone")
    _fine(page)
    # the picture opens as a document of its own, in which no script runs, the test's own included
    with page.expect_response(lambda answer: "/attachments/" in answer.url) as opened:
        page.get_by_role("link", name="委托照护协议", exact=True).click()
    assert Image.open(io.BytesIO(opened.value.body())).size == (300, 400)
