"""What happens to every request: language, cache headers, and who is acting with which scope."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpResponse
from django.template.response import SimpleTemplateResponse
from django.utils import timezone, translation
from django.utils.cache import add_never_cache_headers

from caseworks import access, typed
from caseworks.models import Posting, User
from caseworks.requests import Request

Handler = Callable[[Request], HttpResponse]
POSTING_KEY = "posting"


def chosen_language(get_response: Handler) -> Handler:
    """Chinese, unless the person chose otherwise: a browser's own language setting is often nobody's choice."""
    known = {code for code, _name in settings.LANGUAGES}

    def middleware(request: Request) -> HttpResponse:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
        language = chosen if chosen in known else settings.LANGUAGE_CODE
        request.LANGUAGE_CODE = language
        with translation.override(language):
            response = get_response(request)
            if isinstance(response, SimpleTemplateResponse) and not response.is_rendered:
                response.render()
        response.headers.setdefault("Content-Language", language)
        return response

    return middleware


def personal_pages_are_not_stored(get_response: Handler) -> Handler:
    """No page is kept by a browser or proxy unless it says so itself: Back after logout must show nothing."""

    def middleware(request: Request) -> HttpResponse:
        response = get_response(request)
        if not response.has_header("Cache-Control"):
            add_never_cache_headers(response)
        return response

    return middleware


def _acting_posting(request: Request, user: User) -> tuple[Posting | None, list[Posting]]:
    """The posting the person chose for this session, or the longest-held; and all of them, to choose from."""
    postings = user.postings_on(timezone.localdate())
    chosen = request.session.get(POSTING_KEY)
    return next((post for post in postings if str(post.pk) == chosen), postings[0] if postings else None), postings


class AccessMiddleware:
    """Refuses pages without a rule, sends strangers to the login page and puts the signed-in person's scope in force.

    What a signed-out person had typed is kept for after the login (caseworks/typed.py).
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: Request) -> HttpResponse:
        user = request.user
        request.posting, request.postings = None, []  # type: ignore[assignment]  # see caseworks/requests.py
        if not user.is_authenticated:
            return self.get_response(request)
        posting, request.postings = _acting_posting(request, user)
        if posting is None:
            return self.get_response(request)
        request.posting = posting
        with access.scope(user, posting=posting, address=request.META.get("REMOTE_ADDR")):
            response = self.get_response(request)
            if isinstance(response, SimpleTemplateResponse) and not response.is_rendered:
                response.render()
            return response

    def process_view(self, request: Request, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        rule = getattr(view, "rule", None)
        if rule is None:
            raise ImproperlyConfigured(f"{view!r} has no access rule: put @requires, @signed_in or @public above it.")
        if rule.public or request.user.is_authenticated:
            return None
        return typed.to_login(request)
