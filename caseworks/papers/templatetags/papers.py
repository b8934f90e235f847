"""Values on paper."""

from __future__ import annotations

from typing import Any

from django import template
from django.template.context import Context

from caseworks import access, privacy
from caseworks.papers.kinds import Show

register = template.Library()


@register.simple_tag(takes_context=True)
def printed(context: Context, row: Any, field: str) -> str:
    """A field of a row as this paper shows it (`show` in the context); empty where nothing is recorded, there is no row,
    or whoever prints may not see it at all."""
    if not row:
        return ""
    acting, show = access.acting(), context["show"]
    posting = acting.posting if acting else None
    if privacy.may(row, field, posting) is privacy.May.NOTHING:
        return ""
    if show == Show.FULL:
        return privacy.in_words(row, field)
    if show == Show.DISPLAY and field in privacy.MASKS:
        return privacy.masked(row, field)
    return privacy.visible(row, field, posting)
