"""Forms that end in an action: what is doubtful is asked once, what is refused stands beside its field."""

from __future__ import annotations

import hashlib
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils.translation import gettext_lazy as _


class ActionForm(forms.Form):
    """A form whose values go to an action, and which shows what the action refuses."""

    def refuse(self, error: ValidationError) -> None:
        """Put the action's refusals beside their fields; those about no field of this form stand on top."""
        by_field = error.error_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.error_list}
        for field, errors in by_field.items():
            self.add_error(field if field in self.fields else None, errors)


class WarningsForm(ActionForm):
    """A form that can doubt: `warn()` says what looks wrong, a tick box appears, and with the tick it is saved as typed.

    The tick belongs to the very warnings shown: if what is typed afterwards looks wrong in another way, it is asked anew.
    """

    acknowledged = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.warnings: list[str] = []

    def warn(self, words: Any) -> None:
        """Add a doubt, in a sentence."""
        self.warnings.append(str(words))

    @property
    def doubts(self) -> str:
        """What the tick box stands for: a digest of the warnings it answers."""
        return hashlib.sha256("\n".join(self.warnings).encode()).hexdigest()[:16]

    @property
    def is_acknowledged(self) -> bool:
        """True if the person ticked that just these warnings are all right."""
        return bool(self.warnings) and self.data.get("acknowledged") == self.doubts

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        self.look_for_doubts()
        if self.warnings and not self.is_acknowledged:
            self.add_error(
                None,
                ValidationError(
                    _("Check what is doubtful below; if it is right, tick the box and save."), code="doubtful"
                ),
            )
        return values

    def look_for_doubts(self) -> None:
        """Call `warn()` for whatever looks wrong in `cleaned_data`."""
