"""What people type about contacts, pairings and rules."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError


def refuse(form: forms.BaseForm, refusal: ValidationError) -> None:
    """Show what an action refused at the field it names, or above the form; nothing typed is lost."""
    for name, errors in getattr(refusal, "error_dict", {None: refusal}).items():
        form.add_error(name if name in form.fields else None, errors)
