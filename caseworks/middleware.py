"""What happens to every request: language, cache headers, and who is acting with which scope."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import BadRequest, ImproperlyConfigured
from django.http import Http404, HttpResponse
from django.template.response import SimpleTemplateResponse
from django.utils import timezone, translation
from django.utils.cache import add_never_cache_headers

from caseworks import access, refusals, typed
from caseworks.models import Posting, User
from caseworks.requests import Request
from caseworks.signin import gates, sessions
from caseworks.signin.origin import address_of

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


# What every answer says, whichever part of the site made it. The others come from Django and django-csp.
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": settings.SECURE_REFERRER_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
}


def every_answer_is_guarded(get_response: Handler) -> Handler:
    """Headers on every answer: also those that never reach a view, such as a wrong host name or a static file.

    No page is kept by a browser or proxy unless it says so itself: Back after logout must show nothing.
    """

    def middleware(request: Request) -> HttpResponse:
        response = get_response(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if settings.SECURE_HSTS_SECONDS and request.is_secure():
            response.headers.setdefault(
                "Strict-Transport-Security", f"max-age={settings.SECURE_HSTS_SECONDS}; includeSubDomains; preload"
            )
        if not response.has_header("Cache-Control"):
            add_never_cache_headers(response)
        return response

    return middleware


def sessions_end(get_response: Handler) -> Handler:
    """Sign out whoever's time is over and whoever's account has been closed, before anything looks at the person."""

    def middleware(request: Request) -> HttpResponse:
        if SESSION_KEY in request.session:
            now = timezone.now()
            if not request.user.is_authenticated or sessions.is_over(request, now):
                _sign_out(request)
            else:
                sessions.note_use(request, now)
        return get_response(request)

    return middleware


def _sign_out(request: Request) -> None:
    request.session.flush()
    request.user = AnonymousUser()  # type: ignore[assignment]


def _acting_posting(request: Request, user: User) -> tuple[Posting | None, list[Posting]]:
    """The posting the person chose for this session, or the longest-held; and all of them, to choose from."""
    postings = user.postings_on(timezone.localdate())
    chosen = request.session.get(POSTING_KEY)
    return next((post for post in postings if str(post.pk) == chosen), postings[0] if postings else None), postings


def _refuse_nul(arguments: list[Any]) -> None:
    """Nothing is named with the character NUL, and PostgreSQL answers a question that holds one with an error. Forms
    refuse it themselves; whatever else reads what was sent is caught by `process_exception`. Raises Http404."""
    if any("\0" in str(argument) for argument in arguments):
        raise Http404


class AccessMiddleware:
    """Refuses pages without a rule, sends strangers to the login page and everyone to the gates they have not passed,
    and puts the signed-in person's scope in force.

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
        if sessions.has_lost_a_post(request, request.postings):
            _sign_out(request)
            posting, request.postings = None, []
        if posting is None:
            return self.get_response(request)
        request.posting = posting
        verified = sessions.is_verified(request)
        with access.scope(user, posting=posting, address=address_of(request), verified=verified):
            response = self.get_response(request)
            if isinstance(response, SimpleTemplateResponse) and not response.is_rendered:
                response.render()
            return response

    def process_view(self, request: Request, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        rule = getattr(view, "rule", None)
        if rule is None:
            raise ImproperlyConfigured(f"{view!r} has no access rule: put @requires, @signed_in or @public above it.")
        _refuse_nul([*args, *kwargs.values()])
        if not rule.public:
            elsewhere = gates.closed(request, rule) if request.user.is_authenticated else typed.to_login(request)
            if elsewhere is not None:
                return elsewhere
        return None if request.method in rule.allowed else refusals.wrong_method(request, rule.allowed)

    def process_exception(self, request: Request, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, gates.SecondFactorNeeded):
            return gates.lead_to_second_factor(request)
        if isinstance(exception, ValueError) and "NUL (0x00)" in str(exception):  # of psycopg, and only from there
            raise BadRequest from exception
        return None
