"""The rules by which information about children is handled, as far as privacy.py does not say them itself.

The public page prints them (儿童个人信息网络保护规定 art. 8–10, 个人信息保护法 art. 17 and 31), and every notice given to a
family names their version. Whoever changes what is kept, why, or for whom, gives them a new version and date.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from caseworks import privacy
from caseworks.classified import FIELDS
from caseworks.codelists import LEGAL_BASIS

RULES_VERSION = "2026-11"
RULES_SINCE = date(2026, 11, 25)


@dataclass(frozen=True)
class Purpose:
    """Why information is handled: in words, on what ground (`LEGAL_BASIS`), by which law, which groups of privacy.py it
    needs, and what follows if the family says no."""

    words: Any
    basis: str
    law: str
    groups: tuple[str, ...]
    refusal: Any

    @property
    def basis_words(self) -> str:
        return LEGAL_BASIS.label(self.basis)

    @property
    def group_words(self) -> list[Any]:
        return [privacy.GROUPS[group].words for group in self.groups]


_NO_CHOICE = _("The law asks the office for it, so nobody is asked for consent; the family is told.")
_NOTHING_FOLLOWS = _("Nothing: help for the child does not depend on it.")
PURPOSES = (
    Purpose(
        _("Keeping an archive of left-behind children and children in difficulty"),
        "duty",
        "未成年人保护法第四十三条；国发〔2016〕13号；国发〔2016〕36号",
        ("basic", "registration", "identity", "situation", "psych"),
        _NO_CHOICE,
    ),
    Purpose(
        _("Knowing who cares for the child, and reaching parents and carers"),
        "duty",
        "未成年人保护法第二十二条、第二十三条、第四十三条",
        ("family", "contact"),
        _NO_CHOICE,
    ),
    Purpose(
        _("Visits, calls and talks with the child and the family"),
        "duty",
        "未成年人保护法第四十三条；民发〔2019〕34号",
        ("work", "talk", "pairing"),
        _NO_CHOICE,
    ),
    Purpose(
        _("Figures for the offices above, without names"),
        "duty",
        "国发〔2016〕13号；民发〔2016〕42号",
        ("basic", "family", "work"),
        _NO_CHOICE,
    ),
    Purpose(
        _("Help when a child is in danger"),
        "emergency",
        "未成年人保护法第十一条；个人信息保护法第十三条第一款第四项",
        ("basic", "identity", "contact", "family", "situation"),
        _("Nobody waits for consent when a child is in danger."),
    ),
    Purpose(
        _("Passing something on to donors, volunteers or the press; publishing a photograph; psychological screening"),
        "consent",
        "个人信息保护法第二十三条、第二十五条、第二十九条、第三十一条",
        (),
        _NOTHING_FOLLOWS,
    ),
    Purpose(
        _("Recording who was told and asked, what families ask for, and who looked at an archive"),
        "duty",
        "个人信息保护法第五十条、第五十四条、第五十五条；未成年人网络保护条例第三十四条、第三十六条",
        ("consent", "request", "trail"),
        _NO_CHOICE,
    ),
)


@dataclass(frozen=True)
class Kind:
    """One kind of information with the fields that belong to it, in words."""

    group: privacy.Group
    fields: list[str]


def kinds() -> list[Kind]:
    """Every kind of information about people, with what exactly is kept: read from privacy.py and the records."""
    from django.apps import apps

    found: dict[str, list[str]] = {}
    for label, groups in FIELDS.items():
        fields = {field.name: field for field in apps.get_model(label)._meta.concrete_fields}
        for group, names in groups.items():
            words = [fields[name] for name in names.split() if name in fields]
            found.setdefault(group, []).extend(
                str(field.verbose_name) for field in words if not field.is_relation and _has_words(field)
            )
    return [
        Kind(group, list(dict.fromkeys(found.get(key, []))))
        for key, group in privacy.GROUPS.items()
        if group.about_people
    ]


def _has_words(field: Any) -> bool:
    """True if somebody named the field: Django itself makes "from on" of `from_on`."""
    return str(field.verbose_name) != field.name.replace("_", " ")
