"""The shared admin: the same people, the same scope, the same guard as the pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import URLResolver
from django.utils.translation import gettext_lazy as _

from caseworks import access
from caseworks.access import ADMIN, signed_in

# Signing in and out, and passwords, are the site's own; `r/` would turn any primary key into an address.
NOT_OURS = {"login", "logout", "password_change", "password_change_done", "view_on_site"}


class SharedAdminSite(AdminSite):
    """Open to whoever's posting carries a permission that the admin serves; to others 403."""

    site_header = site_title = _("Caseworks")
    index_title = _("Office")
    enable_nav_sidebar = False

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Tables that access.ADMIN does not name stay out, such as Django's own groups, which mean nothing here."""
        models = model_or_iterable if isinstance(model_or_iterable, list | tuple) else [model_or_iterable]
        super().register([model for model in models if model._meta.label_lower in ADMIN], admin_class, **options)

    def has_permission(self, request: HttpRequest) -> bool:
        return request.user.is_active and any(access.allows(see) for see, _change in ADMIN.values())

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:  # noqa: FBT001
        return _GUARD(_inside_only(self, super().admin_view(view, cacheable)))

    def get_urls(self) -> list[Any]:
        urls = [entry for entry in super().get_urls() if getattr(entry, "name", None) not in NOT_OURS]
        _guard_all(urls)
        return urls


_GUARD = signed_in(methods=("GET", "POST"))


def _guard_all(patterns: list[Any]) -> None:
    """Django wraps the views of its models once more, and its catch-all not at all: each gets the guard on the outside."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            _guard_all(pattern.url_patterns)
        elif not hasattr(pattern.callback, "rule"):
            pattern.callback = _GUARD(pattern.callback)


def _inside_only(site: SharedAdminSite, view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    def inside(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not site.has_permission(request):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return inside
