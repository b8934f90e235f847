"""A form saved once, however often Save is pressed.

Every form page carries a hidden random key (`{% submission_key %}`). The view writes:

    with once(request) as submission:
        if not submission.again:
            contact = actions.log_contact(...)
            submission.leads_to(contact.get_absolute_url())
    return redirect(submission.location)

The key is written first, in the transaction of the change: a second request with the same key waits for the first and
is then sent to the same place. If the change fails the key is forgotten with it, and the form can be sent again.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from caseworks.models import Submission
from caseworks.requests import Request


class Once:
    """One press of Save: `again` is true if this form was saved before, `location` is where it led."""

    def __init__(self, submission: Submission, *, again: bool) -> None:
        self._submission, self.again = submission, again

    @property
    def location(self) -> str:
        return self._submission.location

    def leads_to(self, location: str) -> None:
        """Remember where the person goes after this form."""
        self._submission.location = location
        self._submission.save(update_fields=["location"])

    def forget(self) -> None:
        """The form was not saved after all, and will be sent again under the same key."""
        self._submission.delete()


def _key_of(request: Request) -> uuid.UUID:
    """The key that came with the form; a form without one, or with a broken one, counts as new."""
    try:
        return uuid.UUID(request.POST.get("submission_key", ""))
    except ValueError:
        return uuid.uuid4()


class SavedBefore:
    """Middleware: a form that was saved before goes where it went then, before any page looks at it: what it made, or
    ended, may by now stand in its way."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: Request, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        if request.method != "POST" or not request.user.is_authenticated or "submission_key" not in request.POST:
            return None
        done = Submission.objects.filter(pk=_key_of(request), user=request.user).first()
        return redirect(done.location) if done else None


@contextmanager
def once(request: Request) -> Iterator[Once]:
    """Run a change at most once per form. Raises Http404 if the key was used by somebody else."""
    key = _key_of(request)
    with transaction.atomic():
        try:
            with transaction.atomic():
                submission, again = Submission.objects.create(pk=key, user=request.user, location="/"), False
        except IntegrityError:
            submission, again = Submission.objects.get(pk=key), True
            if submission.user_id != request.user.pk:
                raise Http404 from None
        yield Once(submission, again=again)
