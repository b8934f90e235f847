"""Two people change the same field: how the second sees it and chooses, by keyboard, on a phone and without scripts."""

from __future__ import annotations

import pytest
from django.urls import reverse

from caseworks import access
from children.models import Child
from tests.browser.conftest import DESK, PHONE, scrolls_sideways, violations
from visits.models import Mentor


def _stored(cast) -> Child:
    with access.everyone("test"):
        return Child.objects.get(pk=cast.child.pk)


@pytest.mark.parametrize(("size", "javascript"), [(PHONE, True), (DESK, False)], ids=["phone", "desk without scripts"])
def test_the_second_chooses_by_keyboard(size, javascript, cast, device):
    first, second = device(DESK).sign_in(cast.clerk), device(size, javascript=javascript).sign_in(cast.caseworker)
    address = device().address("children:edit", cast.child.code)
    for page in (first, second):
        page.goto(address)
    first.locator("#id_notes").fill("爱画画")
    first.get_by_role("button", name="保存").click()
    first.wait_for_url(device().address("children:detail", cast.child.code))
    second.locator("#id_notes").fill("怕狗，放学走小路")
    second.get_by_role("button", name="保存").click()
    conflict = second.locator("#conflict")
    conflict.wait_for()
    assert "爱画画" in conflict.inner_text()
    assert cast.clerk.name in conflict.inner_text()
    assert second.locator("#id_notes").input_value() == "怕狗，放学走小路"
    assert not scrolls_sideways(second)
    if javascript:
        assert violations(second) == []
        second.locator("#error-summary").focus()
        second.keyboard.press("Tab")
        second.keyboard.press("Space")
        assert second.locator("#id_keep_notes_theirs").is_checked()
        second.keyboard.press("ArrowDown")
    else:
        second.get_by_label("您填的内容").check()
    assert second.locator("#id_keep_notes_mine").is_checked()
    second.get_by_role("button", name="保存").click()
    second.wait_for_url(device().address("children:detail", cast.child.code))
    assert _stored(cast).notes == "怕狗，放学走小路"


def test_in_the_shared_admin(cast, device):
    first, second = (device(DESK).sign_in(cast.officer) for _person in range(2))
    address = device().address(reverse("admin:visits_mentor_change", args=[cast.pairing.mentor.pk]))
    for page, name in ((first, "梅老师一"), (second, "梅老师二")):
        page.goto(address)
        page.locator("#id_name").fill(name)
    for page in (first, second):
        page.locator("[name=_save]").click()
    second.locator("#conflict").wait_for()
    assert violations(second) == []
    second.get_by_label("您填的内容").check()
    second.locator("[name=_save]").click()
    second.wait_for_url("**/visits/mentor/")
    assert Mentor.objects.get(pk=cast.pairing.mentor.pk).name == "梅老师二"
