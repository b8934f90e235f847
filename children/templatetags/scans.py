"""The scans of one record, where it stands in the archive."""

from __future__ import annotations

from typing import Any

from django import template
from django.template.context import Context

register = template.Library()


@register.inclusion_tag("children/scans.html", takes_context=True)
def scans(context: Context, proves: str, code: str) -> dict[str, Any]:
    """The scans of what is proved (a key of `codelists.PROOF`), and the way to add one. Nothing on a page that has no
    `scans` (children.attachments.proofs.by_record)."""
    known = context.get("scans")
    return {
        "shown": known is not None,
        "rows": (known or {}).get((proves, code), ()),
        "child": context["child"],
        "proves": proves,
        "code": code,
        "adds": context["can"].get("keep_archives"),
    }
