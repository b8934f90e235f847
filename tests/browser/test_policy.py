"""Every page in a real browser: nothing that the Content-Security-Policy refuses, and no text that becomes a script.

The complaints of the browser are checked when each test ends (tests/browser/conftest.py).
"""

from __future__ import annotations

import pytest
from playwright.sync_api import Error

from children.models import PupilCount
from tests import factories
from tests.browser.conftest import DESK
from tests.security.addresses import ROLES, insiders, path_of

pytestmark = pytest.mark.thorough

MARKUP = '"><svg onload=alert(1)></script><script>alert(2)</script>{{7*7}}\u2028'


@pytest.mark.parametrize("role", [role for role in ROLES if role not in {"colleague", "stranger", "idle"}])
def test_no_page_breaks_the_policy(role, device, cast):
    """Each page once, by the first who may read it; the pages of the shared admin and its sheets among them."""
    desk = device(DESK)
    page = desk.sign_in(getattr(cast, role)) if role else desk.page()
    seen = 0
    for line, reader in insiders("GET"):
        if reader != role and not (role and line.address in {"visits:home", "admin:index"}):
            continue
        PupilCount.objects.all().delete()  # each address that is about one makes its own
        path = path_of(line, cast)
        try:
            page.goto(desk.address(path))
        except Error as error:
            if "Download is starting" not in str(error):
                raise
            continue  # a file
        seen += 1
    assert seen or not role


def test_a_text_with_markup_stays_text(device, cast):
    child = factories.child(f"雨{MARKUP}"[:30], village=cast.village, school=cast.school, address=MARKUP[:60])
    factories.relative(child, name=MARKUP[:30])
    factories.contact(child, by=cast.clerk, place=cast.school, note=MARKUP)
    desk = device(DESK)
    page, asked = desk.sign_in(cast.clerk), []
    page.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
    for address in ("children:list", "visits:contacts"):
        page.goto(desk.address(address))
        assert page.locator("svg[onload]").count() == 0
    page.goto(desk.address(child.get_absolute_url()))
    assert "<svg onload" in page.content() or "&lt;svg" in page.content()
    assert page.locator("svg[onload]").count() == 0
    assert asked == []
