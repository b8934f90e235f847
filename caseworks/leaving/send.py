"""The one step between a list and its file: at once where nobody's word is needed, else to the page that asks for it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http.response import HttpResponseBase
from django.shortcuts import redirect, resolve_url
from django.utils import timezone

from caseworks.downloads import Download
from caseworks.leaving.recipes import RECIPES, Asked
from caseworks.stamps import new_stamp

KIND = "kind"


def send(request: Any, kind: str, asked: Asked) -> HttpResponseBase:
    """The file of a recipe, or the way to the page where it is asked for. Raises what the recipe's plan raises."""
    recipe = RECIPES[kind]
    plan = recipe.plan(asked, request.posting, timezone.localdate())
    if plan.reasons:
        return redirect(address_to_ask(kind, asked))
    stamp = new_stamp()
    return Download(
        plan.write(stamp),
        name=plan.name,
        content_type=recipe.content_type,
        what=recipe.what,
        rows=plan.rows,
        filters=plan.filters,
        stamp=stamp,
        full=plan.full,
        listed=plan.listed,
    )


def address_to_ask(kind: str, asked: Asked, **more: str) -> str:
    """The address of the page that asks for approval."""
    return f"{resolve_url('leaving:ask')}?{urlencode({**asked, KIND: kind, **more})}"
