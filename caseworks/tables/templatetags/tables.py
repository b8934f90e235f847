"""Cells of a table that is edited in place."""

from __future__ import annotations

from typing import Any

from django import forms, template

register = template.Library()


@register.filter
def cell(field: forms.BoundField, child: Any = None) -> str:
    """The control of a field. In a line of a table it belongs to the form of that child's line, which stands in another
    cell, and is called by its heading and the child's name."""
    select = isinstance(field.field.widget, forms.Select)
    attributes: dict[str, Any] = {"class": "form-select" if select else "form-control"}
    if child:
        attributes["class"] += " form-select-sm" if select else " form-control-sm"
        attributes |= {"form": f"form-{child.code}", "aria-label": f"{child.name} {field.label}", "autocomplete": "off"}
    if field.errors:
        attributes["class"] += " is-invalid"
        attributes |= {"aria-invalid": "true", "aria-describedby": f"{field.auto_id}_error"}
    return field.as_widget(attrs=attributes)
