"""What must be true before the registry starts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.checks import Error, register
from django.urls import URLPattern, URLResolver, get_resolver


def all_urls(resolver: URLResolver | None = None, namespace: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every address of the site: its full name (`children:detail`) and its pattern."""
    resolver = resolver or get_resolver()
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from all_urls(entry, inner)
        else:
            yield f"{namespace}{entry.name or entry.pattern}", entry


@register()
def every_url_has_a_rule(app_configs: Any, **kwargs: Any) -> list[Error]:
    """A view without @requires, @signed_in or @public is an error, not an open door."""
    return [
        Error(
            f"{name} has no access rule.", hint="Put @requires, @signed_in or @public above the view.", id="access.E001"
        )
        for name, pattern in all_urls()
        if not hasattr(pattern.callback, "rule")
    ]
