"""What a browser would send: the values a form was shown with, among them what it was opened on."""

from __future__ import annotations

from typing import Any

from django.test import Client


def _forms(client: Client, address: str) -> list[Any]:
    """The form of a page; of a page of the shared admin also those of the rows below it."""
    context = client.get(address).context
    if "adminform" not in context:
        return [context["form"]]
    found = [context["adminform"].form]
    for below in context.get("inline_admin_formsets", ()):
        found += [below.formset.management_form, *below.formset.forms]
    return found


def opened(client: Client, address: str) -> dict[str, Any]:
    """The hidden fields by which the server knows later what the person had read: `{"opened": …}`."""
    forms = _forms(client, address)
    return {form.add_prefix("opened"): form["opened"].value() or "" for form in forms if "opened" in form.fields}


def as_shown(client: Client, address: str) -> dict[str, Any]:
    """Everything a page's form holds when it is opened, as it would be sent unchanged."""
    values = {bound.html_name: bound.value() for form in _forms(client, address) for bound in form}
    return {name: value for name, value in values.items() if value not in (None, False, "")}
