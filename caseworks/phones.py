"""Telephone numbers as people write them."""

from __future__ import annotations

import re
import unicodedata

import phonenumbers

_CLEAN_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_NOT_DIAL = re.compile(r"[^\d+]")


def clean(number: str) -> str:
    """The number as it is kept and dialled: digits only, without the country code of China; other countries keep `+`."""
    if _CLEAN_MOBILE.fullmatch(number):
        return number
    number = _NOT_DIAL.sub("", unicodedata.normalize("NFKC", number))
    try:
        parsed = phonenumbers.parse(number, "CN")
    except phonenumbers.NumberParseException:
        return number
    if parsed.country_code != 86:
        return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    national = phonenumbers.national_significant_number(parsed)
    return f"0{national}" if number.startswith("0") and not national.startswith("1") else national


def tail(number: str) -> str:
    """The last four digits, by which people tell numbers apart."""
    return clean(number)[-4:]


def is_plausible(number: str) -> bool:
    """True if the number can be dialled: a Chinese mobile or landline, or a valid number of another country."""
    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(number, "CN")) and len(number) >= 7
    except phonenumbers.NumberParseException:
        return False
