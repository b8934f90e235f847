"""Every address of the registry and somebody who may open it, taken from the table of tests/test_access_matrix.py.

A new page needs its lines there; with them it is in all the nets of this folder as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import copy
from html import unescape
from typing import Any
from urllib.parse import urlencode

from django.test import Client

from tests import factories
from tests.test_access_matrix import LINES, ROLES, Line, group_of, path_of, undone

FORM = "application/x-www-form-urlencoded"
_TAG = re.compile(r"<(?:input|select|textarea|button)\b[^>]*>")
_ATTRIBUTE = re.compile(r"""\b(name|value|type)=["']([^"']*)["']""")

GROUPS = sorted({group_of(line) for line in LINES})

__all__ = ["FORM", "GROUPS", "LINES", "ROLES", "Line", "fields_of", "group_of", "insiders", "path_of", "send", "undone"]


def insiders(method: str) -> Iterator[tuple[Line, str]]:
    """For each address that takes the method, the line and the role of somebody who gets further than the door: a page,
    or the answer to a form."""
    seen = set()
    for line in LINES:
        role = next((role for role, got in zip(ROLES, line.answers, strict=True) if got in {"200", "302", "400"}), None)
        if line.method == method and role is not None and line.address not in seen:
            seen.add(line.address)
            yield line, role


def fields_of(response: Any) -> dict[str, str]:
    """The fields of every form on a page, with the values that stand in them."""
    if "text/html" not in response.get("Content-Type", ""):
        return {}
    tags = [dict(_ATTRIBUTE.findall(tag)) for tag in _TAG.findall(response.content.decode())]
    return {unescape(tag["name"]): unescape(tag.get("value", "")) for tag in tags if tag.get("name")}


def send(client: Client, method: str, path: str, fields: Any = (), *, content_type: str = FORM) -> Any:
    """One request with these fields, in the address or in the body, whose changes are undone, signing out included."""
    words = fields if isinstance(fields, bytes | str) else urlencode(fields, doseq=True)
    cookies = copy(client.cookies)
    try:
        with undone():
            if method in {"GET", "HEAD"}:
                return client.generic(method, f"{path}?{words}" if words else path)
            return client.generic(method, path, words, content_type=content_type)
    finally:
        client.cookies = cookies


def browsers(cast: factories.Cast) -> dict[str, Client]:
    """A signed-in browser for everybody, which is told of an error as a person would be."""
    made = {role: Client(raise_request_exception=False) for role in ROLES}
    for role, client in made.items():
        if role:
            client.force_login(getattr(cast, role))
    return made


def body_of(response: Any) -> bytes:
    """What came back, also of a file."""
    return b"".join(response.streaming_content) if response.streaming else response.content
