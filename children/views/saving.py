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
from children.models import Child
from children.views.noticing import open_gaps, say_after_saving, say_beside_fields


def posted(request: Request) -> QueryDict | None:
    """What was sent, for a form: None while it is only looked at, also when nothing at all was filled in."""
    return request.POST if request.method == "POST" else None


def carry_out(
    request: Request, form: ActionForm, change: Callable[[], str], *, child: Child | None = None
) -> HttpResponse | None:
    """If the form was sent and is in order, run the change once and go where it says. None if the form is to be shown:
    first of all, with what is wrong in it, or with what the action refused. Of a `child` that the form is about, what its
    archive lacks is said beside the fields and after saving.

    A ChangedError passes through: the page is then run again on what the record says now (caseworks/busy.py).
    """
    if not form.is_bound or not form.is_valid():
        _to_be_shown(request, form, child)
        return None
    before = open_gaps(child) if child is not None else ()
    try:
        with once(request) as submission:
            if not submission.again:
                submission.leads_to(change())
                _say_what_others_changed(request, form)
                if child is not None:
                    say_after_saving(request, child, before)
    except ChangedError:
        raise
    except ValidationError as error:
        form.refuse(error)
        _to_be_shown(request, form, child)
        return None
    return redirect(submission.location)


def _to_be_shown(request: Request, form: ActionForm, child: Child | None) -> None:
    if child is not None:
        say_beside_fields(form, child, request.path)


def _say_what_others_changed(request: Request, form: ActionForm) -> None:
    """What is saved is more than the person saw: somebody else's changes to other fields stand beside theirs."""
    if taken := getattr(form, "taken", ()):
        words = _("Somebody else has changed this meanwhile, and it is kept too: %(fields)s.")
        messages.info(request, words % {"fields": _(", ").join(change.label for change in taken)})
