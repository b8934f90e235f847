"""Forms that offer only what the acting posting may write, and never carry a sealed value to the browser."""

from __future__ import annotations

from typing import Any

from django import forms
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.db import models
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from caseworks import access, audit, privacy
from caseworks.models import Posting

ERASE = "_erase"


class ClassifiedForm(forms.BaseForm):
    """Mixin, to be named before `Form` or `ModelForm`.

    Each field belongs to the form's model, or to the one that `kept_in` names for it (`{"address":
    "children.Residence"}`); fields that are stored nowhere, such as the day of a change, are listed in `unclassified`.
    Anything else is an ImproperlyConfigured error. A field that the posting may not write is dropped, and a request
    that sends it all the same leaves an event and changes nothing.

    A sealed field that must be asked for begins empty: left empty it keeps its value, and a tick removes it.
    """

    kept_in: dict[str, str] = {}
    unclassified: tuple[str, ...] = ()

    def __init__(self, *args: Any, posting: Posting | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        acting = access.acting()
        posting = posting or (acting.posting if acting else None)
        self._dropped: list[str] = []
        self._kept: dict[str, str] = {}
        self.masked_fields: set[str] = set()  # shown in full only for a recorded reason
        for name in list(self.fields):
            if name in self.unclassified:
                continue
            model = self._model_of(name)
            if not privacy.may_write(model, name, posting):
                del self.fields[name]
                self._dropped.append(name)
            elif privacy.must_ask(model, name, posting):
                self.masked_fields.add(name)
                self._begin_empty(name)

    def _model_of(self, name: str) -> type[models.Model]:
        label = self.kept_in.get(name)
        try:
            model = apps.get_model(label) if label else self._meta.model  # type: ignore[attr-defined]
            privacy.group_of(model, name)
        except (AttributeError, KeyError) as error:
            raise ImproperlyConfigured(f"{type(self).__name__}.{name}: say in kept_in whose field it is.") from error
        return model

    def _begin_empty(self, name: str) -> None:
        value = self.get_initial_for_field(self.fields[name], name)
        if not value:
            return
        self._kept[name] = value
        self.initial[name] = ""
        field = self.fields[name]
        field.required = False
        shown = privacy.mask(name, str(value))
        field.help_text = format_lazy(_("Now {value}. Leave it empty to keep it."), value=shown)
        erase = forms.BooleanField(required=False, label=format_lazy(_("Remove: {field}"), field=field.label or name))
        order = list(self.fields)
        self.fields[name + ERASE] = erase
        order.insert(order.index(name) + 1, name + ERASE)
        self.order_fields(order)

    def with_removals(self, *names: str) -> list[str]:
        """These fields, each followed by the box that removes its value if it has one: for a layout."""
        return [each for name in names for each in (name, name + ERASE) if each in self.fields]

    def _clean_fields(self) -> None:
        super()._clean_fields()  # type: ignore[misc]
        for name, value in self._kept.items():
            erase = self.cleaned_data.pop(name + ERASE, False)
            if name in self.cleaned_data and not self.cleaned_data[name]:
                self.cleaned_data[name] = "" if erase else value

    def full_clean(self) -> None:
        super().full_clean()
        refused = [name for name in self._dropped if self.add_prefix(name) in self.data]
        if self.is_bound and refused:
            row = getattr(self, "instance", None)
            audit.record(
                "field.write_refused",
                row if row is not None and row.pk and not row._state.adding else None,
                changes={"fields": refused},
            )
