"""Signing in, languages, what was typed, and the shared admin, as people see them."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from caseworks import access, audit
from tests import factories
from tests.browser.conftest import DESK, PHONE, scrolls_sideways, violations


def in_order(page) -> str:
    """What has the focus, in a word."""
    return page.evaluate("document.activeElement.id || document.activeElement.name || document.activeElement.tagName")


def test_signing_in_on_a_phone(cast, phone):
    page = phone.page()
    page.goto(phone.address("children:list"))
    assert "/login/" in page.url
    assert page.locator("html").get_attribute("lang") == "zh-hans"
    assert violations(page) == []
    assert not scrolls_sideways(page)
    page.locator("#id_username").fill(cast.clerk.username)
    page.locator("#id_password").fill("pass-word-of-tests")
    page.get_by_role("button", name="登录").click()
    page.wait_for_url(phone.address("children:list"))


def test_a_wrong_password_says_so_and_takes_the_focus(cast, phone):
    page = phone.page()
    page.goto(phone.address("caseworks:login"))
    page.locator("#id_username").fill(cast.clerk.username)
    page.locator("#id_password").fill("wrong")
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("alert")).to_contain_text("账号或密码不对")
    assert in_order(page) == "error-summary"
    assert page.locator("#id_username").input_value() == cast.clerk.username
    assert page.locator("#id_password").input_value() == ""
    assert violations(page) == []


def test_the_summary_of_errors_leads_to_the_field_by_keyboard(cast, phone):
    page = phone.page()
    page.goto(phone.address("caseworks:login"))
    page.get_by_role("button", name="登录").click()
    assert in_order(page) == "error-summary"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert in_order(page) == "id_username"


def test_the_first_stop_of_the_keyboard_skips_the_bar(cast, desk):
    page = desk.sign_in(cast.clerk)
    page.goto(desk.address("children:list"))
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("跳到正文")
    page.keyboard.press("Enter")
    assert in_order(page) == "main"


def test_the_language_is_changed_and_remembered(cast, phone):
    page = phone.page()
    page.goto(phone.address("caseworks:login"))
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert violations(page) == []
    page.goto(phone.address("caseworks:login"))
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.get_by_role("button", name="中文").click()
    expect(page.get_by_role("heading", name="登录")).to_be_visible()


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_signing_in_needs_no_script(size, cast, device):
    plain = device(size, javascript=False)
    page = plain.page()
    page.goto(plain.address("caseworks:login"))
    page.locator("#id_username").fill(cast.clerk.username)
    page.locator("#id_password").fill("pass-word-of-tests")
    page.get_by_role("button", name="登录").click()
    page.wait_for_url(lambda url: "login" not in url)


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_pages_that_say_no(size, cast, device):
    screen = device(size)
    page = screen.sign_in(cast.clerk)
    for address, words in (("/children/nothing-here/at-all/", "没有找到"), (reverse("admin:index"), "没有权限")):
        page.goto(screen.server + address)
        expect(page.get_by_role("heading", level=1)).to_have_text(words)
        assert violations(page) == []
        assert not scrolls_sideways(page)


# --- The shared admin ----------------------------------------------------------------------------------------------

OFFICE = (
    "admin:index", "admin:caseworks_organization_changelist", "admin:caseworks_user_changelist",
    "admin:caseworks_user_add", "admin:children_pupilcount_changelist", "admin:children_pupilcount_add",
    "admin:children_pupilcount_import", "admin:visits_mentor_changelist", "admin:visits_mentor_add",
    "admin:visits_contactrule_changelist", "admin:visits_contactrule_add",
)  # fmt: skip


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_the_shared_admin_keeps_the_policy_and_fits_the_screen(size, cast, device):
    factories.pupil_count(cast.school, 300)
    factories.contact_rule(cast.county, "caseworker")
    screen = device(size)
    page = screen.sign_in(cast.officer)
    people = [reverse(f"admin:caseworks_user_{name}", args=[cast.clerk.pk]) for name in ("change", "history")]
    found = {}
    for name in (*OFFICE, *people):
        page.goto(screen.address(name))
        expect(page.locator("#content h1")).to_be_visible()
        found[name] = (violations(page), scrolls_sideways(page))
    assert found == {name: ([], False) for name in found}


def test_the_trail_keeps_the_policy(cast, desk):
    with access.scope(cast.clerk):
        audit.record("child.opened", changes={"name": ["", "张*"]})
    page = desk.sign_in(cast.auditor)
    page.goto(desk.address("admin:caseworks_auditevent_changelist"))
    assert violations(page) == []
    page.locator("#result_list th a").first.click()
    expect(page.locator("#content h1")).to_be_visible()
    assert violations(page) == []


def test_a_new_colleague_signs_in_with_the_password_that_was_shown(cast, desk, device):
    page = desk.sign_in(cast.officer)
    page.goto(desk.address("admin:caseworks_user_add"))
    page.locator("#id_name").fill("新同事")
    page.locator("#id_username").fill("newcomer")
    page.locator("#id_postings-0-organization").select_option(str(cast.village.pk))
    page.locator("#id_postings-0-role").select_option("caseworker")
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.locator("main h1")).to_have_text("密码条")
    assert violations(page) == []
    password = page.locator("code.secret").last.inner_text()
    other = device(PHONE)
    theirs = other.page()
    theirs.goto(other.address("caseworks:login"))
    theirs.locator("#id_username").fill("newcomer")
    theirs.locator("#id_password").fill(password)
    theirs.get_by_role("button", name="登录").click()
    theirs.wait_for_url(f"{other.address('caseworks:password')}*")
    theirs.locator("#id_old_password").fill(password)
    for box in ("#id_new_password1", "#id_new_password2"):
        theirs.locator(box).fill("一碗小面二两多放海椒")
    theirs.locator("main form button[type=submit]").click()
    theirs.wait_for_url(other.address("visits:home"))


# --- Nothing typed is lost ------------------------------------------------------------------------------------------

NOTE = "奶奶身体不好，孩子自己做饭"


def type_a_contact(page, device, cast):
    """A caseworker in the middle of logging a contact, when the session ends."""
    page.goto(device.address("visits:log", cast.child.code))
    page.locator("[name=note]").fill(NOTE)
    device.sign_out()
    page.locator("form[method=post]:has([name=note]) button[type=submit]").last.click()
    page.locator("#id_username").wait_for()


def test_an_expired_session_keeps_what_was_typed(cast, phone):
    page = phone.sign_in(cast.caseworker)
    type_a_contact(page, phone, cast)
    page.locator("#id_username").fill(cast.caseworker.username)
    page.locator("#id_password").fill("pass-word-of-tests")
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_text(NOTE)).to_be_visible()
    assert violations(page) == []
    assert not scrolls_sideways(page)
    page.get_by_role("button", name="提交刚才填写的内容").click()
    page.wait_for_url(lambda url: "/typed/" not in url)
    assert NOTE in page.content()


def test_the_next_person_on_the_phone_does_not_see_it(cast, phone):
    page = phone.sign_in(cast.caseworker)
    type_a_contact(page, phone, cast)
    page.locator("#id_username").fill(cast.colleague.username)
    page.locator("#id_password").fill("pass-word-of-tests")
    page.get_by_role("button", name="登录").click()
    page.wait_for_url(phone.address("visits:home"))
    assert NOTE not in page.content()
