"""What a change to many children consists of; the pages around it stand in `children/views/bulk.py`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from children.forms.base import ActionForm
from children.models import Child


@dataclass(frozen=True)
class Planned:
    """What happens to one child: how it is now, how it will be; or `why` nothing is done."""

    child: Child
    now: str
    after: str = ""
    why: str = ""


Values = dict[str, Any]


@dataclass(frozen=True)
class Act:
    """Something done to many children: its name, its form, its plan, the change, and the sentence about it."""

    title: Any
    button: Any
    form: Callable[..., ActionForm]
    plan: Callable[[Sequence[Child], Values | None, date], list[Planned]]
    carry_out: Callable[..., int]
    sentence: Callable[[int, Values], str]
