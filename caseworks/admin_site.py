"""The shared admin: the same people, the same scope, the same guard as the pages."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest
from django.urls import URLResolver
from django.utils.translation import gettext_lazy as _

from caseworks import access
from caseworks.access import ADMIN, signed_in


class SharedAdminSite(AdminSite):
    """Open to whoever's posting carries a permission that the admin serves; sign-in is the site's own."""

    site_header = site_title = _("Caseworks")
    index_title = _("Office")
    enable_nav_sidebar = False

    def has_permission(self, request: HttpRequest) -> bool:
        return request.user.is_active and any(access.allows(see) for see, _change in ADMIN.values())

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:  # noqa: FBT001
        return _GUARD(super().admin_view(view, cacheable))

    def get_urls(self) -> list[Any]:
        urls = super().get_urls()
        _guard_the_rest(urls)
        return urls


_GUARD = signed_in(methods=("GET", "POST"))


def _guard_the_rest(patterns: list[Any]) -> None:
    """Sign-in, sign-out, redirects and the catch-all do not pass through `admin_view`; they get the same guard."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            _guard_the_rest(pattern.url_patterns)
        elif not hasattr(pattern.callback, "rule"):
            pattern.callback = _GUARD(pattern.callback)
