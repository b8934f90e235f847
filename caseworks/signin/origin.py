"""Where a request comes from: its address, and which browser on which machine."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

AGENT_LENGTH = 200


def address_of(request: HttpRequest) -> str | None:
    """The address of the browser, or None if there is none (a socket on this machine).

    Behind a proxy (BEHIND_PROXY) it is the last address of X-Forwarded-For: the one our own proxy saw and appended.
    What stands before it was written by the browser, and without a proxy the whole line was; neither counts.
    """
    claimed = request.META.get("REMOTE_ADDR", "")
    if settings.BEHIND_PROXY:
        claimed = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip() or claimed
    try:
        return str(ipaddress.ip_address(claimed))
    except ValueError:
        return None


def agent_of(request: HttpRequest) -> str:
    """What the browser says it is, short enough to keep."""
    return request.META.get("HTTP_USER_AGENT", "").replace("\0", "")[:AGENT_LENGTH]


# The first mark found decides, because every browser also names those it descends from.
_BROWSERS: tuple[tuple[str, Any], ...] = (
    ("MicroMessenger", _("WeChat")),
    ("DingTalk", _("DingTalk")),
    ("HuaweiBrowser", _("Huawei Browser")),
    ("MiuiBrowser", _("Mi Browser")),
    ("QQBrowser", _("QQ Browser")),
    ("Edg", "Edge"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_MACHINES: tuple[tuple[str, Any], ...] = (
    ("OpenHarmony", _("HarmonyOS")),
    ("HarmonyOS", _("HarmonyOS")),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", _("Android phone")),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("Linux", "Linux"),
)


@dataclass(frozen=True)
class Browser:
    """A browser in words: "Chrome" on "Windows". Either may be unknown."""

    browser: Any
    machine: Any


def browser_of(agent: str) -> Browser:
    """Read a User-Agent line as far as a person wants to know it."""
    browser = next((word for mark, word in _BROWSERS if mark in agent), _("unknown browser"))
    machine = next((word for mark, word in _MACHINES if mark in agent), _("unknown device"))
    return Browser(browser, machine)
