"""What every page with a form does when it is sent: pressing Save twice changes nothing twice."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from caseworks.models import ChangedError
from caseworks.requests import Request
from caseworks.submissions import once
from children.forms.base import ActionForm


def posted(request: Request) -> QueryDict | None:
    """What was sent, for a form: None while it is only looked at, also when nothing at all was filled in."""
    return request.POST if request.method == "POST" else None


def carry_out(request: Request, form: ActionForm, change: Callable[[], str]) -> HttpResponse | None:
    """If the form was sent and is in order, run the change once and go where it says. None if the form is to be shown:
    first of all, with what is wrong in it, or with what the action refused.

    A ChangedError passes through: the page is then run again on what the record says now (caseworks/busy.py).
    """
    if not form.is_bound:
        return None
    if not form.is_valid():
        return None
    try:
        with once(request) as submission:
            if not submission.again:
                submission.leads_to(change())
                _say_what_others_changed(request, form)
    except ChangedError:
        raise
    except ValidationError as error:
        form.refuse(error)
        return None
    return redirect(submission.location)


def _say_what_others_changed(request: Request, form: ActionForm) -> None:
    """What is saved is more than the person saw: somebody else's changes to other fields stand beside theirs."""
    if taken := getattr(form, "taken", ()):
        words = _("Somebody else has changed this meanwhile, and it is kept too: %(fields)s.")
        messages.info(request, words % {"fields": _(", ").join(change.label for change in taken)})
