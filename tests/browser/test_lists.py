"""The children list with a keyboard, and every page around it looked over by axe, on a desk and on a phone."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests import factories
from tests.browser.conftest import DESK, PHONE, scrolls_sideways, violations


def _focused(page) -> str:
    return page.evaluate("document.activeElement.textContent.trim()")


def test_the_list_is_walked_ticked_and_changed_without_a_mouse(cast, desk):
    page = desk.sign_in(cast.clerk)
    page.goto(desk.address("children:list"))
    page.keyboard.press("j")
    assert _focused(page) == "张小山"
    page.keyboard.press("x")
    page.keyboard.press("ArrowDown")
    assert _focused(page) == "张小雨"
    page.keyboard.press("x")
    assert page.locator("[data-ticked]").inner_text() == "2"
    page.keyboard.press("k")
    assert _focused(page) == "张小山"
    page.keyboard.press("?")
    assert page.locator("[data-keys][open]").count() == 1
    assert violations(page) == []
    page.keyboard.press("/")
    page.keyboard.type("xjk")
    assert page.locator("#id_q").input_value() == "xjk"
    page.locator("#id_q").fill("")
    page.wait_for_function("document.querySelectorAll('[data-many] tbody tr').length === 2")
    page.keyboard.press("Tab")
    page.locator("[data-tick-all]").check()
    page.get_by_role("button", name="修改年级或班级").click()
    page.get_by_label("年级").select_option("3")
    page.get_by_role("button", name="下一步：核对").click()
    assert "2 名儿童改为：三年级" in page.locator("main").inner_text()
    assert violations(page) == []
    page.get_by_role("button", name="确认修改").click()
    assert "已办理 2 名儿童" in page.locator("main").inner_text()


def test_the_keys_can_be_switched_off(cast, desk):
    page = desk.sign_in(cast.clerk)
    page.goto(desk.address("children:list"))
    page.locator("[data-keys] summary").click()
    page.get_by_label("在这台电脑上使用这些按键").uncheck()
    page.reload()
    page.keyboard.press("j")
    assert _focused(page) != "张小山"


def test_the_box_shows_what_was_opened_last_and_then_what_is_typed(cast, desk):
    page = desk.sign_in(cast.officer)
    page.goto(desk.address(cast.neighbour.get_absolute_url()))
    page.locator("#finder").focus()
    assert "李明" in page.locator("#found a").first.inner_text()
    page.locator("#finder").press_sequentially("longjing")
    page.locator("#found a", has_text="龙井村").wait_for()
    assert violations(page) == []


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_the_pages_around_the_list(cast, device, size):
    factories.saved_filter(cast.clerk, cast.school, shared=True)
    browser = device(size)
    page = browser.sign_in(cast.clerk)
    page.goto(browser.address("children:list", query="sex=2"))
    for summary in page.locator(".list-tools > details > summary").all():
        if summary.is_visible():
            summary.click()
    page.locator(".share-table").first.wait_for()
    for address in ("", reverse("children:shares"), reverse("children:save_filter") + "?query=sex%3D2"):
        if address:
            page.goto(browser.address(address))
        assert violations(page) == [], address
        assert not scrolls_sideways(page), address


def test_shares_and_changes_work_without_javascript(cast, device):
    browser = device(PHONE, javascript=False)
    page = browser.sign_in(cast.clerk)
    page.goto(browser.address("children:list"))
    page.locator("details", has_text="按性别").locator("summary").click()
    page.get_by_role("link", name="查看占比").click()
    assert page.get_by_role("heading", name="照护人").count() == 1
    page.go_back()
    page.get_by_label("勾选 张小雨").check()
    page.get_by_role("button", name="关闭档案").click()
    assert "已选 1 名儿童" in page.locator("main").inner_text()
