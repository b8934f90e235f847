"""Which value is asked for, and why."""

from __future__ import annotations

from typing import Any

from django import forms
from django.apps import apps
from django.db import models
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _

from caseworks import privacy
from caseworks.codelists import REVEAL_REASON
from caseworks.models import Posting
from caseworks.scoped import AboutChildren


class RevealForm(forms.Form):
    """A reason from the list; "other" needs words."""

    why = forms.ChoiceField(
        choices=REVEAL_REASON.choices,
        error_messages={"required": _("Say why you need it."), "invalid_choice": _("Say why you need it.")},
    )
    words = forms.CharField(max_length=100, required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("why") == "other" and not cleaned.get("words"):
            self.add_error("words", _("Say in a few words why you need it."))
        return cleaned

    @property
    def reason(self) -> str:
        """The reason as the audit trail keeps it: the official word, and what the person wrote."""
        return " ".join(filter(None, [REVEAL_REASON.zh(self.cleaned_data["why"]), self.cleaned_data["words"]]))


def _rows_within_reach(model: type[models.Model], posting: Posting | None) -> models.QuerySet[Any]:
    rows = model.objects.all()  # type: ignore[attr-defined]
    if issubclass(model, AboutChildren):
        return rows
    if posting is not None and hasattr(rows, "seen_from"):
        return rows.seen_from(posting.organization)
    raise Http404


def masked_value(data: Any, posting: Posting | None) -> tuple[models.Model, str]:
    """The row and the field that a request names by model, code and field. Raises Http404 for whatever is not there,
    has no such field or is not within this posting's reach: nobody learns which."""
    try:
        model = apps.get_model(data.get("model", ""))
        field = data.get("field", "")
        privacy.group_of(model, field)
    except (LookupError, ValueError) as error:
        raise Http404 from error
    code = data.get("code", "")
    if not code.isalnum() or not any(each.name == "code" for each in model._meta.concrete_fields):
        raise Http404
    return get_object_or_404(_rows_within_reach(model, posting), code=code), field
