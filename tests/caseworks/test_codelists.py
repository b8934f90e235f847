"""Lists of words: each code stands once, and so does each word."""

from __future__ import annotations

from collections import Counter

import pytest

from caseworks import codelists
from caseworks.codelists import CodeList

LISTS = {name: value for name, value in vars(codelists).items() if isinstance(value, CodeList)}


@pytest.mark.parametrize("name", LISTS)
def test_a_code_stands_once_in_its_list(name):
    """Two entries with one code would silently be the later one, in the audit trail and on the forms."""
    counted = Counter(entry.code for entry in LISTS[name])
    assert [code for code, times in counted.items() if times > 1] == []


def test_there_are_lists():
    assert len(LISTS) > 40
