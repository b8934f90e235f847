"""The pages about rights, as people see them on a phone and on a desk."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from caseworks.rights.models import Erasure
from tests.browser.conftest import DESK, PHONE, scrolls_sideways, violations
from tests.rights import make

DAYS_AGO = 330


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_every_page_can_be_read_by_everybody(size, cast, device):
    today = timezone.localdate()
    make.consent(cast.child, by=cast.clerk, relative=cast.mother)
    make.hold(cast.neighbour, by=cast.officer)
    make.proposal(cast.child, by=cast.leader)
    make.closed(cast.sibling, today - timedelta(days=DAYS_AGO))
    waiting = make.request(cast.child, by=cast.clerk, office=cast.school, relative=cast.mother)
    copy = make.granted(cast.child, by=cast.officer, office=cast.school, relative=cast.mother, reason="理由")
    proof = Erasure.objects.create(
        organization=cast.county, reason="mistake", proposed_by=cast.officer, confirmed_by=cast.leader,
        done_at=timezone.now(), kept_until=today, removed={"children.Child": 1}, unlinked={"guardians.Relative": 2},
    )  # fmt: skip
    screen = device(size)
    page = screen.sign_in(cast.officer)
    code = cast.child.code
    for name, *arguments in (
        ("children:detail", code), ("rights:requests",), ("rights:request", waiting.code), ("rights:answer", waiting.code),
        ("rights:letter", copy.code), ("rights:copy", copy.code), ("rights:request_add", code), ("rights:erase", code),
        ("rights:erase_confirm", code), ("rights:hold", code), ("rights:hold_end", cast.neighbour.code),
        ("rights:erasures",), ("rights:proof", proof.code), ("rights:retention",), ("privacy:rules",),
    ):  # fmt: skip
        page.goto(screen.address(name, *arguments))
        assert violations(page) == [], name
        assert not scrolls_sideways(page), name


def test_a_consent_is_recorded_on_a_phone_without_scripts(cast, device):
    plain = device(PHONE, javascript=False)
    page = plain.sign_in(cast.caseworker)
    page.goto(plain.address("children:detail", cast.child.code))
    page.get_by_role("link", name="登记告知或同意").click()
    page.get_by_label("已告知").check()
    page.get_by_label("告知了谁").select_option(cast.mother.code)
    page.get_by_role("button", name="保存").click()
    page.wait_for_url(lambda url: url.endswith("#rights"))
    assert "王芳 母亲" in page.locator("#rights").inner_text()
