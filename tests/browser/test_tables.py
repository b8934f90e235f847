"""A class table with the keyboard, with what a spreadsheet leaves in the clipboard, and without scripts."""

from __future__ import annotations

import pytest

from caseworks import access
from children.models import TermRecord
from tests import factories
from tests.browser.conftest import DESK, PHONE, scrolls_sideways, violations

PASTE = """(cell, text) => {
  const clipboardData = new DataTransfer();
  clipboardData.setData("text/plain", text);
  cell.focus();
  cell.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
}"""


@pytest.fixture
def classmates(cast):
    more = [factories.child(name, school=cast.school, grade="5", class_name="1班") for name in ("李一", "李二", "李三")]
    return [*more, cast.child]


@pytest.fixture
def query(cast) -> str:
    return f"of=class:{cast.school.code}:5:1班&term=2026-1"


def cell(page, child, name):
    return page.locator(f"#id_{child.code}_{name}")


def is_saved(page, child):
    page.locator(f"#row-{child.code} [data-row-saved]").wait_for()


def record(child) -> tuple:
    with access.everyone("test"):
        return TermRecord.objects.filter(child=child).values_list("chinese", "mathematics", "days_missed").first()


def test_down_a_column_and_a_block_from_a_spreadsheet(cast, classmates, query, desk):
    page = desk.sign_in(cast.clerk)
    page.goto(desk.address("tables:table", "term", query=query))
    names = page.locator("[data-grid] tbody th a").all_inner_texts()
    line = [next(child for child in classmates if child.name == name) for name in names]
    cell(page, line[0], "days_missed").fill("2")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == f"id_{line[1].code}_days_missed"
    is_saved(page, line[0])
    page.keyboard.type("3")
    page.keyboard.press("Shift+Enter")
    assert page.evaluate("document.activeElement.id") == f"id_{line[0].code}_days_missed"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.id") == f"id_{line[2].code}_days_missed"
    is_saved(page, line[1])
    assert (record(line[0])[2], record(line[1])[2]) == (2, 3)

    cell(page, line[0], "chinese").evaluate(PASTE, "优秀\t良好\r\n良好\tA\r\n及格\t优秀\r\n满分\t良好\r\n")
    for child in line[:3]:
        is_saved(page, child)
    page.locator("main h1").click()
    is_saved(page, line[3])
    assert [record(child)[:2] for child in line] == [("A", "B"), ("B", "A"), ("C", "A"), ("", "B")]
    assert "满分" in page.locator("#grid-refused").inner_text()

    cell(page, line[3], "days_missed").fill("999")
    page.locator("main h1").click()
    page.locator(f"#row-{line[3].code} p.wrong").wait_for()
    assert cell(page, line[3], "days_missed").input_value() == "999"
    assert violations(page) == []


def test_what_is_typed_while_the_row_is_on_its_way_is_kept(cast, classmates, query, desk):
    page = desk.sign_in(cast.clerk)
    page.goto(desk.address("tables:table", "term", query=query))
    child = classmates[0]
    held: dict = {}
    page.route("**/tables/term/*/**", lambda route: held.update(route=route))
    cell(page, child, "days_missed").fill("2")
    page.locator("main h1").click()
    cell(page, child, "comment").fill("爱画画")
    page.locator(".grid-sent").wait_for()
    held["route"].continue_()
    page.unroute("**/tables/term/*/**")
    page.locator(".grid-sent").wait_for(state="detached")
    assert cell(page, child, "comment").input_value() == "爱画画"
    assert page.evaluate("document.activeElement.id") == f"id_{child.code}_comment"
    page.locator("main h1").click()
    is_saved(page, child)
    with access.everyone("test"):
        kept = TermRecord.objects.get()
    assert (kept.days_missed, kept.comment) == (2, "爱画画")


def test_without_a_network_the_row_stays_and_says_so(cast, classmates, query, desk):
    page = desk.sign_in(cast.clerk)
    page.goto(desk.address("tables:table", "term", query=query))
    child = classmates[0]
    page.route("**/tables/term/*/**", lambda route: route.abort())
    cell(page, child, "days_missed").fill("2")
    page.locator("main h1").click()
    page.locator("#grid-says.wrong").wait_for()
    assert "没有保存" in page.locator("#grid-says").inner_text()
    page.unroute("**/tables/term/*/**")
    page.locator(f"#row-{child.code}").get_by_role("button").click()
    is_saved(page, child)
    assert record(child)[2] == 2
    desk.complaints.clear()  # htmx says in the console that the network was away


def test_two_people_in_one_row(cast, classmates, query, device):
    first, second = (device(DESK).sign_in(cast.clerk) for _person in range(2))
    for page in (first, second):
        page.goto(device().address("tables:table", "term", query=query))
    child = classmates[0]
    cell(first, child, "chinese").focus()
    cell(first, child, "chinese").select_option("A")
    first.locator("main h1").click()
    is_saved(first, child)
    cell(second, child, "chinese").select_option("B")
    cell(second, child, "days_missed").fill("1")
    second.locator("main h1").click()
    row = second.locator(f"#row-{child.code}")
    row.locator("p.wrong").wait_for()
    assert "优秀" in row.inner_text()
    assert cell(second, child, "chinese").input_value() == "B"
    row.get_by_role("button").click()
    is_saved(second, child)
    assert record(child) == ("B", "", 1)


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("key", ["away", "check"])
def test_every_table_on_every_screen(key, size, cast, classmates, query, device):
    browser = device(size)
    page = browser.sign_in(cast.clerk)
    for address in (browser.address("tables:choose"), browser.address("tables:table", key, query=query)):
        page.goto(address)
        assert violations(page) == []
        assert not scrolls_sideways(page)


def test_without_scripts_each_row_has_its_button(cast, classmates, query, device):
    browser = device(DESK, javascript=False)
    page = browser.sign_in(cast.clerk)
    page.goto(browser.address("tables:table", "term", query=query))
    cell(page, classmates[1], "chinese").select_option("A")
    page.locator(f"#row-{classmates[1].code}").get_by_role("button").click()
    page.wait_for_url(f"**#row-{classmates[1].code}")
    assert record(classmates[1]) == ("A", "", None)
