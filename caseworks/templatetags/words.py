"""Small words and hidden fields for templates; built in, so no page has to load them."""

from __future__ import annotations

import uuid
from typing import Any

from django import template
from django.template.context import Context
from django.utils.html import format_html

from caseworks import access, codelists, masks, privacy, typed

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


register.filter("masked_id", masks.id_number)
register.filter("masked_phone", masks.phone)
masked_id, masked_phone = masks.id_number, masks.phone


def _posting() -> Any:
    acting = access.acting()
    return acting.posting if acting else None


@register.filter
def model_label(row: Any) -> str:
    """What a row is, as `children.Child`."""
    return row._meta.label


@register.filter
def sees(row: Any, field: str) -> bool:
    """True if whoever is acting may see the field of this row at all, if only masked: `{% if child|sees:"notes" %}`."""
    return privacy.may(row, field, _posting()) is not privacy.May.NOTHING


@register.filter
def has(row: Any, field: str) -> bool:
    """True if something is recorded in this field of this row and whoever is acting may see it, if only masked."""
    return getattr(row, field) not in (None, "", []) and sees(row, field)


@register.filter
def field_label(row: Any, field: str) -> str:
    """What the field is called."""
    return privacy.label(row, field)


@register.simple_tag(takes_context=True)
def shown(context: Context, row: Any, field: str, *, reveal: bool = True) -> str:
    """A field as whoever is acting may see it: `{% shown child "id_number" %}` inside a `<dd>` or `<td>`.

    A masked one comes with the way to see it in full, unless `reveal=False` (for lists). What is not recorded is said in words; what may not be seen at all is empty.
    """
    posting = _posting()
    text = privacy.visible(row, field, posting)
    if not text:
        return codelists.not_collected() if sees(row, field) else ""
    if not reveal or not privacy.must_ask(row, field, posting):
        return text
    parts = {
        "row": row,
        "model": model_label(row),
        "field": field,
        "label": row._meta.get_field(field).verbose_name,
        "masked": text,
        "reasons": codelists.REVEAL_REASON,
    }
    sealed = context.template.engine.get_template("components/sealed.html")
    with context.push(**parts):  # and not a context of its own: that would count all over again what stands in the bar
        return sealed.render(context)
