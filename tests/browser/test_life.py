"""The life of an archive in a real browser: handed over, compared, promoted; with and without JavaScript."""

from __future__ import annotations

import pytest

from caseworks import access
from children.models import Handover
from guardians.models import Merge
from tests import factories
from tests.browser.conftest import DESK, PHONE, scrolls_sideways, violations

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no script"])
def test_an_archive_is_handed_over_and_accepted(cast, device, javascript):
    clerk = device(DESK, javascript=javascript)
    page = clerk.sign_in(cast.clerk)
    page.goto(clerk.address("handovers:propose", cast.child.code))
    page.locator("#q").fill("白沙")
    page.locator("form[method=get] button").click()
    page.locator("input[name=to][value=baisha-school]").check()
    page.locator("select[name=reason]").select_option("transfer")
    page.locator("main form[method=post] button[type=submit]").click()
    with access.everyone("test"):
        handover = Handover.objects.get()
    assert page.url.endswith(handover.get_absolute_url())
    colleague = device(PHONE, javascript=javascript)
    page = colleague.sign_in(cast.colleague)
    page.goto(colleague.address("handovers:list"))
    page.get_by_role("link", name="张*雨").click()
    assert page.get_by_text("张小雨").count() == 0
    page.get_by_role("button", name="接收").click()
    assert page.locator("h1").inner_text().startswith("张小雨")


def test_two_archives_become_one_by_keyboard_and_mouse(cast, desk):
    twin = factories.child("张小雨", village=cast.village, sex="2", born_on=cast.child.born_on, notes="村里的备注")
    page = desk.sign_in(cast.caseworker)
    page.goto(desk.address("duplicates:compare", cast.child.code, twin.code))
    page.locator("input[name=fact-notes][value=absorb]").focus()
    page.keyboard.press("ArrowUp")
    assert page.locator("input[name=fact-notes][value=keep]").is_checked()
    page.get_by_role("button", name="并入左边的档案").click()
    page.wait_for_url("**/duplicates/merged/**")
    page.get_by_role("button", name="撤销").click()
    page.wait_for_load_state()
    with access.everyone("test"):
        assert Merge.objects.get().undone_at is not None


def test_the_pages_can_be_used_by_everybody(cast, device):
    twin = factories.child("张小雨", school=cast.school, village=cast.village, sex="2", born_on=cast.child.born_on)
    factories.relative(twin, relation="52", name="王芳")
    handover = factories.handover(cast.child, cast.school, cast.other_school, by=cast.clerk)
    pages = [
        ("children:begin",),
        ("children:household", cast.child.code),
        ("handovers:list",),
        ("handovers:detail", handover.code),
        ("handovers:ask",),
        ("handovers:emergency",),
        ("duplicates:list",),
        ("duplicates:compare", cast.child.code, twin.code),
        ("promotions:plan",),
    ]
    for size in (PHONE, DESK):
        browser = device(size)
        page = browser.sign_in(cast.clerk)
        for name, *arguments in pages:
            page.goto(browser.address(name, *arguments))
            assert violations(page) == [], name
            assert not scrolls_sideways(page), name
