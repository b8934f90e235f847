"""The one step between a list and its file: at once where nobody's word is needed, else to the page that asks for it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, resolve_url
from django.utils import timezone

from caseworks.downloads import Download
from caseworks.leaving import limit
from caseworks.leaving.recipes import RECIPES, Asked, Recipe
from caseworks.pages import page
from caseworks.stamps import new_stamp

KIND = "kind"


def send(request: Any, kind: str, asked: Asked) -> HttpResponseBase:
    """The file of a recipe, or the way to the page where it is asked for. Raises what the recipe's plan raises."""
    recipe = RECIPES[kind]
    plan = recipe.plan(asked, request.posting, timezone.localdate())
    if plan.reasons:
        return redirect(address_to_ask(kind, asked))
    if refused := too_many(request, recipe):
        return refused
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


def too_many(request: Any, recipe: Recipe) -> HttpResponse | None:
    """The page that refuses one file more than a day allows; None while there may be more."""
    if not limit.is_over(request.user, timezone.now()):
        return None
    limit.note(request.user, recipe.what)
    return page(request, "leaving/too_many.html", status=429, most=settings.EXPORTS_PER_DAY)


def address_to_ask(kind: str, asked: Asked, **more: str) -> str:
    """The address of the page that asks for approval."""
    return f"{resolve_url('leaving:ask')}?{urlencode({**asked, KIND: kind, **more})}"
