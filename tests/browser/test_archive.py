"""The archive with every section filled, in a browser: readable by everybody, on a phone and on a desk."""

from __future__ import annotations

from datetime import date

import pytest

from children.models import Facet, GrowthEntry, GuardianshipRating, Hardship, HealthCheck, Livelihood, Relief, Survey
from tests import factories
from tests.browser.conftest import DESK, PHONE, scrolls_sideways, violations


@pytest.fixture
def full(cast):
    child, by = cast.child, cast.clerk
    father = factories.relative(
        child, relation="51", name="张大山", born_on=date(1990, 5, 6), id_number="500117199005064316"
    )
    factories.situation(father, kind="imprisoned", ends_on=date(2030, 1, 1))
    for model, values in (
        (Hardship, {"kind": "parents_jailed", "note": "父亲服刑"}),
        (Hardship, {"kind": "poor", "until_on": date(2025, 1, 1), "exit_reason": "better_off"}),
        (Relief, {"kind": "allowance", "yuan_a_month": 581}),
        (Livelihood, {"sources": ["wages", "farming"]}),
        (GuardianshipRating, {"rating": "fair", "assessed_by": "村主任"}),
        (HealthCheck, {"hospital": "镇卫生院", "height_cm": "142.5", "result": "refer"}),
        (Facet, {"facet": "character", "text": "内向，熟了以后话多。"}),
        (Survey, {"study": "good", "psychology": "help", "sentence": "想妈妈"}),
        (GrowthEntry, {"kind": "award", "text": "三好学生"}),
    ):
        factories.fact(model, child, by=by, **values)
    return cast


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_every_page_of_the_archive_is_readable(full, device, size):
    someone = device(size)
    page = someone.sign_in(full.caseworker)
    for name, args in (
        ("children:detail", [full.child.code]),
        ("children:timeline", [full.child.code]),
        ("children:fact_add", [full.child.code, "rating"]),
        ("children:fact_add", [full.child.code, "livelihood"]),
        ("children:gaps", []),
        ("children:gap", ["no_health"]),
    ):
        page.goto(someone.address(name, *args))
        assert violations(page) == [], name
        assert not scrolls_sideways(page), name


def test_a_difficulty_is_entered_and_ended_without_scripts(full, device):
    someone = device(PHONE, javascript=False)
    page = someone.sign_in(full.caseworker)
    page.goto(someone.address("children:detail", full.child.code))
    page.get_by_role("link", name="登记困境").click()
    page.get_by_label("困境类别").select_option("ill")
    page.get_by_role("button", name="保存").click()
    row = page.locator("#hardship .fact", has_text="重病")
    row.get_by_role("link", name="结束").click()
    page.get_by_label("结束原因").select_option("recovered")
    page.get_by_role("button", name="保存").click()
    page.locator("#hardship summary").click()
    assert "身体康复" in page.locator("#hardship details").inner_text()
