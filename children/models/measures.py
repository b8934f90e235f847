"""What is measured in numbers: in which unit, from where to where it is believable, and what is often typed instead."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from math import log10
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.deconstruct import deconstructible
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy


@dataclass(frozen=True)
class Slip:
    """A unit often taken by mistake: `convert` gives what was meant, `words` ask whether that is so."""

    convert: Callable[[Decimal], Decimal]
    words: Any


@dataclass(frozen=True)
class Measure:
    """Something that is measured: its name in a sentence, its unit, and the range, both ends included."""

    name: Any
    unit: Any
    low: Decimal
    high: Decimal
    slips: tuple[Slip, ...] = ()

    def refusal(self, value: Decimal) -> str:
        """Why the value is not believable: the range, what was typed, and the slip it looks like."""
        words = _("%(name)s lies between %(low)s and %(high)s %(unit)s; you typed %(value)s.")
        shown = {key: _digits(number) for key, number in (("low", self.low), ("high", self.high), ("value", value))}
        sentence = words % {"name": self.name, "unit": self.unit, **shown}
        for slip in self.slips:
            meant = slip.convert(value) if value > 0 else value
            if self.low <= meant <= self.high:
                asked = slip.words % {"meant": _digits(meant)}
                return _("%(range)s %(slip)s") % {"range": sentence, "slip": asked}
        return sentence


def _digits(number: Decimal) -> str:
    """A number as people write it: 4.90 and 4.9 are one, and 50.0 is 50."""
    plain = f"{number:f}"
    return number_format(plain.rstrip("0").rstrip(".") if "." in plain else plain)


def _times(factor: str) -> Callable[[Decimal], Decimal]:
    return lambda value: value * Decimal(factor)


def _five_marks(decimal: Decimal) -> Decimal:
    """Vision in the five-mark notation, from the decimal one: 5 + lg V (GB/T 11533)."""
    return (5 + Decimal(log10(decimal))).quantize(Decimal("0.1"))


MEASURES = {
    "height_cm": Measure(
        gettext_lazy("Height"), gettext_lazy("cm"), Decimal(40), Decimal(220),
        (
            Slip(_times("100"), gettext_lazy("Was it typed in metres? Then it is %(meant)s cm.")),
            Slip(_times("0.1"), gettext_lazy("Was it typed in millimetres? Then it is %(meant)s cm.")),
        ),
    ),
    "weight_kg": Measure(
        pgettext_lazy("of a body", "Weight"), gettext_lazy("kg"), Decimal(2), Decimal(200),
        (Slip(_times("0.001"), gettext_lazy("Was it typed in grams? Then it is %(meant)s kg.")),),
    ),
    "vision": Measure(
        gettext_lazy("Vision"), gettext_lazy("(five-mark scale)"), Decimal("3.0"), Decimal("5.3"),
        (Slip(_five_marks, gettext_lazy("Was it typed in decimals? Then it is %(meant)s.")),),
    ),
    "haemoglobin": Measure(
        gettext_lazy("Haemoglobin"), gettext_lazy("g/L"), Decimal(30), Decimal(250),
        (Slip(_times("10"), gettext_lazy("Was it typed in grams per decilitre? Then it is %(meant)s g/L.")),),
    ),
    "days_missed": Measure(gettext_lazy("Days missed"), gettext_lazy("days"), Decimal(0), Decimal(150)),
}  # fmt: skip


@deconstructible
class Believable:
    """The validator of a column that holds a measure, named by its key in `MEASURES`."""

    def __init__(self, key: str) -> None:
        self.key = key

    def __call__(self, value: Any) -> None:
        measure, number = MEASURES[self.key], Decimal(value)
        if not measure.low <= number <= measure.high:
            raise ValidationError(measure.refusal(number), code="range")
        if number != round(number, 1):
            words = _("%(name)s: type one digit after the point at most.")
            raise ValidationError(words % {"name": measure.name}, code="places")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Believable) and other.key == self.key

    def __hash__(self) -> int:
        return hash(self.key)
