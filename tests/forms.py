"""What a browser would send: the values a form was shown with, among them what it was opened on."""

from __future__ import annotations

from typing import Any

from django.test import Client


def opened(client: Client, address: str) -> dict[str, Any]:
    """The hidden fields by which the server knows later what the person had read: `{"opened": …}`, and on a page of the
    shared admin one for each row below the form."""
    context = client.get(address).context
    forms = [context["adminform"].form] if "adminform" in context else [context["form"]]
    for below in context.get("inline_admin_formsets", ()):
        forms += below.formset.forms
    return {form.add_prefix("opened"): form["opened"].value() or "" for form in forms if "opened" in form.fields}


def as_shown(client: Client, address: str) -> dict[str, Any]:
    """Everything a page's form holds when it is opened, as it would be sent unchanged."""
    form = client.get(address).context["form"]
    values = {bound.html_name: bound.value() for bound in form}
    return {name: value for name, value in values.items() if value not in (None, False, "")}
