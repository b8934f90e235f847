"""Every text of the registry is there in Chinese, and nothing in the catalogue is a leftover."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = Path("locale/zh_Hans/LC_MESSAGES/django.po")
# `%(name)s` and `{name}`: what a text is filled with
_PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w*\}")


def _read(content: bytes) -> Catalog:
    return read_po(BytesIO(content), locale="zh_Hans", domain="django")


def _texts(catalogue: Catalog) -> set[tuple]:
    """(context, text) of every entry; a plural counts with both its forms."""
    return {(message.context, message.id) for message in catalogue if message.id}


def _forms(text: str | tuple | list) -> tuple:
    return (text,) if isinstance(text, str) else tuple(text)


def untranslated(catalogue: Catalog) -> list:
    """Entries that are empty, or that a tool guessed."""
    return [message.id for message in catalogue if message.id and (message.fuzzy or not all(_forms(message.string)))]


def differently_filled(catalogue: Catalog) -> list:
    """Entries whose Chinese text names a placeholder that the source does not fill, or drops one."""
    wrong = []
    for message in catalogue:
        wanted = set(_PLACEHOLDER.findall(_forms(message.id)[-1])) if message.id else set()
        if message.id and any(set(_PLACEHOLDER.findall(text)) != wanted for text in _forms(message.string)):
            wrong.append(message.id)
    return wrong


@pytest.fixture(scope="module")
def catalogue() -> Catalog:
    return _read((ROOT / CATALOGUE).read_bytes())


def test_every_text_is_translated(catalogue):
    assert len(_texts(catalogue)) > 50
    assert untranslated(catalogue) == []


def test_translations_are_filled_with_what_the_source_gives(catalogue):
    assert differently_filled(catalogue) == []


@pytest.mark.skipif(not shutil.which("xgettext"), reason="gettext is not installed (Debian: gettext)")
def test_the_catalogue_holds_the_texts_of_the_source_and_no_others(catalogue, tmp_path):
    copy = tmp_path / "source"
    unwanted = shutil.ignore_patterns(".*", "var", "tests", "staticfiles", "__pycache__", "*.po", "*.mo")
    shutil.copytree(ROOT, copy, ignore=unwanted)
    (copy / CATALOGUE).parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        [sys.executable, "manage.py", "makemessages", "--locale", "zh_Hans", "--no-location"],
        cwd=copy, check=True, capture_output=True, env={**os.environ, "DATABASE_URL": "sqlite:///:memory:"},
    )  # fmt: skip
    extracted = _texts(_read((copy / CATALOGUE).read_bytes()))
    assert {"missing": extracted - _texts(catalogue), "leftover": _texts(catalogue) - extracted} == {
        "missing": set(),
        "leftover": set(),
    }, "run `make messages` and translate"


BAD = b"""
msgid ""
msgstr "Content-Type: text/plain; charset=utf-8\\n"

msgid "empty"
msgstr ""

#, fuzzy
msgid "guessed"
msgstr "\xe7\x8c\x9c"

msgid "%(count)s children"
msgstr "%(number)s \xe5\x90\x8d"

msgid "{name} is away"
msgstr "\xe5\xa4\x96\xe5\x87\xba"

msgid "right"
msgstr "\xe5\xaf\xb9"
"""


def test_a_bad_catalogue_is_noticed():
    bad = _read(BAD)
    assert untranslated(bad) == ["empty", "guessed"]
    assert differently_filled(bad) == ["%(count)s children", "{name} is away"]
