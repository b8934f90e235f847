"""What must be true before the registry starts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import AppConfig, apps
from django.conf import settings
from django.core.checks import Error, Warning, register
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, models
from django.urls import URLPattern, URLResolver, get_resolver

from caseworks import keycheck, privacy
from caseworks.classified import FIELDS
from caseworks.encryption import SealedField
from caseworks.environment import ROOT


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


def _is_ours(app: AppConfig) -> bool:
    return (ROOT / app.name.partition(".")[0]).is_dir()


# other people's code whose tables hold something about people
_THEIRS = {"axes"}


def our_models() -> list[type[models.Model]]:
    """Every model of the registry, and those of other code that hold something about people."""
    kept = [app for app in apps.get_app_configs() if _is_ours(app) or app.label in _THEIRS]
    return [model for app in kept for model in app.get_models()]


@register()
def every_field_is_classified(app_configs: Any, **kwargs: Any) -> list[Error]:
    """A field that nobody has classified is an error, and so is a class for a field that is gone."""
    errors = []
    known = {model._meta.label: model for model in our_models()}
    for label in sorted({*known, *FIELDS}):
        fields = {field.name: field for field in known[label]._meta.concrete_fields} if label in known else {}
        groups = {name: group for group, names in FIELDS.get(label, {}).items() for name in names.split()}
        errors += [
            Error(f"{label}.{name} is not classified.", hint="Put it into a group in FIELDS.", id="privacy.E001")
            for name in fields.keys() - groups.keys()
        ]
        errors += [
            Error(f"{label}.{name} is classified but does not exist.", id="privacy.E002")
            for name in groups.keys() - fields.keys()
        ]
        errors += [
            Error(f"{label}.{name}: it is stored sealed if, and only if, its group says so.", id="privacy.E003")
            for name in fields.keys() & groups.keys()
            if isinstance(fields[name], SealedField) != (privacy.GROUPS[groups[name]].level is privacy.Level.SEALED)
        ]
    return sorted(errors, key=lambda error: error.msg)


@register()
def the_keys_are_those_of_this_database(app_configs: Any, **kwargs: Any) -> list[Error]:
    """The key file is there, is nobody else's to read, and opens what this database was sealed with."""
    try:
        keycheck.verify()
    except ImproperlyConfigured as error:
        return [Error(str(error), id="keys.E001")]
    except DatabaseError:  # not made yet, or not reachable: the server itself asks again when it starts
        return []
    return []


@register(deploy=True)
def somebody_answers_for_the_data(app_configs: Any, **kwargs: Any) -> list[Warning]:
    """The public page of rules names a person."""
    if settings.PRIVACY_OFFICER:
        return []
    words = "PRIVACY_OFFICER is not set: the page of rules must name who answers for children's data."
    return [Warning(words, id="privacy.W001")]
