"""Small words and hidden fields for templates; built in, so no page has to load them."""

from __future__ import annotations

import uuid
from typing import Any

from django import template
from django.template.context import Context
from django.utils.html import format_html

from caseworks import typed

register = template.Library()


@register.simple_tag(takes_context=True)
def submission_key(context: Context) -> str:
    """Two hidden fields for every form that changes something: the key that makes a second press of Save harmless, and
    whose form it is. A form shown again with errors keeps its key."""
    request = context["request"]
    key = request.POST.get("submission_key") or uuid.uuid4()
    return format_html(
        '<input type="hidden" name="submission_key" value="{}"><input type="hidden" name="typed_by" value="{}">',
        key,
        typed.signature_of(request.user),
    )


@register.simple_tag(takes_context=True)
def query(context: Context, **changes: Any) -> str:
    """The address's own query string with some values changed; None removes one: `?{% query page=2 %}`."""
    values = context["request"].GET.copy()
    for name, value in changes.items():
        if value is None:
            values.pop(name, None)
        else:
            values[name] = value
    return values.urlencode()


@register.filter
def masked_id(number: str) -> str:
    """An ID number for the eye: 500116********1234; the birth date must not show."""
    return f"{number[:6]}{'*' * (len(number) - 10)}{number[-4:]}" if len(number) >= 15 else "*" * len(number)


@register.filter
def masked_phone(number: str) -> str:
    """A telephone number for the eye: 138****5678."""
    return f"{number[:3]}****{number[-4:]}" if len(number) >= 9 else "*" * len(number)
