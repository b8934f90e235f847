"""A real Chromium, a phone and a desk: what the browser tests use.

    def test_something(cast, phone):
        page = phone.sign_in(cast.clerk)
        page.goto(phone.address("children:list"))

Every page that is opened must be free of script errors and of anything the Content-Security-Policy refuses: that is
checked when the test ends.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from caseworks.models import User
from tests.browser import chromium

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
# Chromium in a container: no sandbox, no GPU, and nothing it would say to the world
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
AXE_OPTIONS = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]},
    "preload": False,  # it would write style sheets into the page, which the policy refuses
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "browser" in item.path.parts:
            item.add_marker(pytest.mark.browser)
            if not chromium():
                item.add_marker(pytest.mark.skip(reason="no Chromium (Debian: chromium)"))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        yield browser
        browser.close()


@dataclass
class Device:
    """One person's browser. `complaints` collects script errors and what the policy refused."""

    context: BrowserContext
    server: str
    complaints: list[str] = field(default_factory=list)

    def address(self, name: str, *args: Any, query: str = "") -> str:
        """The full address of a page by its name; a path is taken as it is."""
        path = name if name.startswith("/") else reverse(name, args=args)
        return f"{self.server}{path}{'?' + query if query else ''}"

    def page(self) -> Page:
        """A new tab."""
        page = self.context.new_page()
        page.set_default_timeout(10_000)
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))
        return page

    def _hear(self, message: Any) -> None:
        # the browser also notes every answer above 399 there; tests ask for such pages on purpose
        if message.type in ("error", "warning") and "Failed to load resource" not in message.text:
            self.complaints.append(f"{message.page.url if message.page else ''}: {message.text}")

    def sign_in(self, person: User) -> Page:
        """A new tab in which the person is signed in, without going through the login page."""
        client = Client()
        client.force_login(person)
        self.context.add_cookies(
            [
                {
                    "name": settings.SESSION_COOKIE_NAME,
                    "value": client.cookies[settings.SESSION_COOKIE_NAME].value,
                    "url": self.server,
                }
            ]
        )
        return self.page()

    def sign_out(self) -> None:
        """As if half an hour had passed."""
        self.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)


@pytest.fixture
def device(transactional_db, live_server, browser: Browser) -> Iterator[Any]:
    """Makes browsers: `device(PHONE)`, `device(DESK, javascript=False)`."""
    made: list[Device] = []

    def make(size: dict[str, int] = PHONE, *, javascript: bool = True) -> Device:
        context = browser.new_context(
            viewport=size, locale="zh-CN", timezone_id="Asia/Shanghai", java_script_enabled=javascript,
            has_touch=size is PHONE, is_mobile=size is PHONE,
            reduced_motion="reduce",  # a colour on its way to another fails the check of contrast by chance
        )  # fmt: skip
        made.append(Device(context, live_server.url))
        return made[-1]

    yield make
    for each in made:
        each.context.close()
    assert [line for each in made for line in each.complaints] == []


@pytest.fixture
def phone(device) -> Device:
    return device(PHONE)


@pytest.fixture
def desk(device) -> Device:
    return device(DESK)


def violations(page: Page) -> list[str]:
    """What axe finds wrong on the page, in one line each: the rule, and the first elements that break it."""
    found = Axe().run(page, options=AXE_OPTIONS).response["violations"]
    return [f"{rule['id']}: {[node['html'][:160] for node in rule['nodes'][:3]]}" for rule in found]


def scrolls_sideways(page: Page) -> bool:
    """True if the page is wider than the screen."""
    return page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
