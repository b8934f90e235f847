"""What a request carries once it has passed the middleware, for the type checker: views write `request: Request`."""

from __future__ import annotations

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from caseworks.models import Posting, User


class Request(HttpRequest):
    """A request of somebody who is signed in; behind `@public` the person may also be anonymous."""

    user: User
    posting: Posting  # None for people without a post, whom `@requires` sends away before any view runs
    postings: list[Posting]
    htmx: HtmxDetails
