"""What a code list is, and the columns that hold its codes."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

NOT_COLLECTED_ZH, NOT_COLLECTED_EN = "未采集", "not collected"


def in_chinese() -> bool:
    return (get_language() or "zh-hans").startswith("zh")


def not_collected() -> str:
    """What is said where nothing is recorded, in the language of the page."""
    return NOT_COLLECTED_ZH if in_chinese() else NOT_COLLECTED_EN


@dataclass(frozen=True)
class Code:
    """One entry of a list. `also` holds the other words people write for it in their sheets."""

    code: str
    zh: str
    en: str
    also: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """The word in the language of the page."""
        return self.zh if in_chinese() else self.en


@dataclass(frozen=True)
class CodeList:
    """A named list of codes, with the standard it comes from."""

    name: str
    source: str
    codes: tuple[Code, ...]
    _by_code: dict[str, Code] = field(init=False, repr=False, compare=False)
    _by_word: dict[str, Code] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_code", {entry.code: entry for entry in self.codes})
        words: dict[str, Code] = {}
        for entry in self.codes:
            for word in (entry.zh, entry.en.lower(), *entry.also):
                words.setdefault(word, entry)
                # sheets are read with their brackets and numerals narrowed
                words.setdefault(unicodedata.normalize("NFKC", word), entry)
        object.__setattr__(self, "_by_word", words)

    def __iter__(self) -> Iterator[Code]:
        return iter(self.codes)

    def __contains__(self, code: object) -> bool:
        return code in self._by_code

    def __getitem__(self, code: str) -> Code:
        return self._by_code[code]

    def label(self, code: str) -> str:
        """The word for a code in the language of the page; 未采集 for the empty code, the code itself if unknown."""
        if code in self._by_code:
            return self._by_code[code].label
        return code or not_collected()

    def zh(self, code: str) -> str:
        """The official Chinese word for a code; empty for the empty code."""
        return self._by_code[code].zh if code in self._by_code else code

    def find(self, word: str) -> Code | None:
        """The code a sheet's word stands for (official word, English word or a known synonym), or None."""
        return self._by_word.get(word) or self._by_word.get(word.lower())

    def choices(self) -> list[tuple[str, Any]]:
        """(code, word) pairs for forms; the words follow the language of the page."""
        return [(entry.code, _Label(entry)) for entry in self.codes]


class _Label:
    """A code's word, decided when it is rendered."""

    def __init__(self, entry: Code) -> None:
        self.entry = entry

    def __str__(self) -> str:
        return self.entry.label


class CodeField(models.CharField):
    """Stores a code of a list. Its choices never reach a migration: changing a word changes no table.

    Blank is allowed unless `blank=False`, and means not collected.
    """

    def __init__(self, codelist: CodeList | None = None, **options: Any) -> None:
        self.codelist = codelist
        options.setdefault("max_length", 16)
        options.setdefault("blank", True)
        super().__init__(**options)

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "blank": self.blank, "max_length": self.max_length}

    def validate(self, value: Any, model_instance: models.Model | None) -> None:
        super().validate(value, model_instance)
        if value and self.codelist is not None and value not in self.codelist:
            raise ValidationError(_("Choose one of the listed values."), code="invalid_choice")

    def contribute_to_class(self, cls: type[models.Model], name: str, private_only: bool = False) -> None:  # noqa: FBT001
        super().contribute_to_class(cls, name, private_only)
        codelist = self.codelist
        if codelist is not None:
            setattr(cls, f"get_{name}_display", lambda row: codelist.label(getattr(row, name)))

    def formfield(self, **options: Any) -> Any:
        from django import forms

        if self.codelist is None:
            return super().formfield(**options)
        empty = [] if not self.blank else [("", _("Not collected"))]
        defaults: dict[str, Any] = {
            "required": not self.blank,
            "label": self.verbose_name,
            "help_text": self.help_text,
            "choices": [*empty, *self.codelist.choices()],
        }
        defaults.update({key: value for key, value in options.items() if key in {"widget", "label", "help_text"}})
        if self.has_default():
            defaults["initial"] = self.get_default()
        return forms.ChoiceField(**defaults)


class CodesField(models.JSONField):
    """Stores several codes of a list, in the order of the list; the empty list means not collected.

    The code `none`, where the list has it, says that there is none of the others, and stands alone.
    """

    def __init__(self, codelist: CodeList | None = None, **options: Any) -> None:
        self.codelist = codelist
        super().__init__(**{"default": list, "blank": True, **options})

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, kwargs

    def validate(self, value: Any, model_instance: models.Model | None) -> None:
        super().validate(value, model_instance)
        codes = self.codelist
        if codes is not None and any(code not in codes for code in value):
            raise ValidationError(_("Choose one of the listed values."), code="invalid_choice")
        if "none" in value and len(value) > 1:
            raise ValidationError(_("“None” cannot be ticked together with something else."), code="none_and_some")

    def words(self, value: list[str]) -> str:
        """The words of the codes in the language of the page; 未采集 if there are none."""
        labels = [self.codelist.label(code) if self.codelist else code for code in value]
        return ("、" if in_chinese() else ", ").join(labels) if labels else not_collected()

    def formfield(self, **options: Any) -> Any:
        from django import forms

        choices = self.codelist.choices() if self.codelist else []
        return forms.MultipleChoiceField(
            choices=choices,
            required=not self.blank,
            label=self.verbose_name,
            help_text=self.help_text,
            widget=forms.CheckboxSelectMultiple,
        )


def code_list(name: str, source: str, *entries: tuple) -> CodeList:
    return CodeList(name, source, tuple(Code(entry[0], entry[1], entry[2], tuple(entry[3:])) for entry in entries))
