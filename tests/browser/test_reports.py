"""The two summaries and the pages of birthdays and class teachers, as people see them on a phone and on a desk."""

from __future__ import annotations

import pytest

from tests.browser.conftest import DESK, PHONE, scrolls_sideways, violations


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_every_page_can_be_read_by_everybody(size, cast, device):
    screen = device(size)
    page = screen.sign_in(cast.officer)
    for name, argument, query in (
        ("reports:summary", None, "kind=official"), ("reports:summary", None, "kind=national"),
        ("reports:annual", None, ""), ("children:birthdays", None, ""), ("children:birthdays", None, "show=done"),
        ("children:teachers", None, ""), ("children:teachers_of", cast.school.code, ""),
    ):  # fmt: skip
        page.goto(screen.address(name, *([argument] if argument else []), query=query))
        assert violations(page) == [], (name, query)
        assert not scrolls_sideways(page), (name, query)


def test_a_summary_shows_each_heading_once(cast, desk):
    page = desk.sign_in(cast.officer)
    page.goto(desk.address("reports:summary", query="kind=national"))
    headings = page.locator("thead th").all_inner_texts()
    assert "" not in headings
    assert headings.count("数量") == 1
    above, below = (page.locator(f"thead tr:nth-child({row})") for row in (1, 2))
    spans = [int(span) for span in above.locator("th[colspan]").evaluate_all("all => all.map(one => one.colSpan)")]
    assert sum(spans) == below.locator("th").count()
