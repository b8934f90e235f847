"""Pages of the office: signing in and out, choosing the post to act in, the language, and what was typed before."""

from __future__ import annotations

from collections.abc import Container

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login as sign_in
from django.contrib.auth import logout as sign_out
from django.contrib.auth import update_session_auth_hash
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from caseworks import access, audit, demo_logins, refusals, typed
from caseworks.access import Gate, public, signed_in
from caseworks.forms import ChangePasswordForm, LoginForm
from caseworks.middleware import POSTING_KEY
from caseworks.pages import TEXT_SIZES, page
from caseworks.requests import Request
from caseworks.signin import actions
from caseworks.signin.origin import address_of


def following(request: Request) -> str:
    """Where to go next: the path asked for, else home. Never another host, nor the name of a page in our own code."""
    asked = request.POST.get("next") or request.GET.get("next", "")
    if asked.startswith("/") and url_has_allowed_host_and_scheme(asked, allowed_hosts=None):
        return asked
    return resolve_url(settings.LOGIN_REDIRECT_URL)


@public(methods=("GET", "POST"))
def login(request: Request) -> HttpResponse:
    """Sign in. What was typed before an expired session survives the new session key."""
    form = LoginForm(request, data=request.POST or None)
    if request.method == "POST" and form.is_valid():
        user = form.get_user()
        sign_in(request, user)
        with access.scope(user, address=address_of(request)):
            audit.record("user.signed_in", user)
        return redirect(following(request))
    if form.has_error("__all__", code="first_password_dead"):
        with access.nobody(address=address_of(request)):
            audit.record("user.sign_in_refused", form.user_cache, reason="first password no longer valid")
    return page(
        request,
        "caseworks/login.html",
        form=form,
        following=following(request),
        demo_logins=demo_logins if settings.DEMO else None,
    )


@signed_in(methods=("POST",), before=tuple(Gate))
def logout(request: Request) -> HttpResponse:
    """Sign out of this browser, which forgets what it has kept of the site."""
    audit.record("user.signed_out", request.user, by=request.user)
    sign_out(request)
    response = redirect(settings.LOGIN_URL)
    response["Clear-Site-Data"] = '"cache", "storage"'  # the cookies end with the session
    return response


@signed_in(methods=("GET", "POST"), before=(Gate.PASSWORD,))
def password(request: Request) -> HttpResponse:
    """Change one's own password; the other sessions of the account end."""
    form = ChangePasswordForm(request, data=request.POST or None)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            actions.change_password(user=request.user, password=form.cleaned_data["new_password1"], by=request.user)
            update_session_auth_hash(request, request.user)
        messages.success(request, _("Your password has been changed."))
        return redirect(following(request))
    return page(
        request,
        "caseworks/password.html",
        form=form,
        following=following(request),
        given_by_others=request.user.first_password_until is not None,
        must=request.user.must_change_password(timezone.now()),
    )


@signed_in(methods=("POST",))
def act_as(request: Request) -> HttpResponse:
    """Choose which of one's own posts to act in."""
    chosen = next((post for post in request.postings if str(post.pk) == request.POST.get("posting")), None)
    if chosen is None:
        raise Http404
    request.session.cycle_key()
    request.session[POSTING_KEY] = str(chosen.pk)
    return redirect(settings.LOGIN_REDIRECT_URL)


@public(methods=("POST",))
def language(request: Request) -> HttpResponse:
    """Remember the language this browser shall show."""
    return _remember(request, settings.LANGUAGE_COOKIE_NAME, "language", dict(settings.LANGUAGES))


@public(methods=("POST",))
def text_size(request: Request) -> HttpResponse:
    """Remember whether this browser shall show large text, for whoever reads without glasses in a yard."""
    return _remember(request, settings.TEXT_SIZE_COOKIE_NAME, "size", TEXT_SIZES)


def _remember(request: Request, cookie: str, field: str, known: Container[str]) -> HttpResponse:
    """Keep a choice in this browser for a year; a value that is not known is left."""
    response = redirect(following(request))
    if request.POST.get(field) in known:
        response.set_cookie(
            cookie,
            request.POST[field],
            max_age=365 * 24 * 3600,
            samesite="Lax",
            secure=settings.HTTPS,
            httponly=True,
        )
    return response


@signed_in(methods=("GET", "POST"))
def typed_before(request: Request) -> HttpResponse:
    """What the person had typed before being signed out, with one button that sends it again."""
    kept = typed.kept_for(request)
    if request.method == "POST" or kept is None:
        typed.forget(request)
        return redirect(settings.LOGIN_REDIRECT_URL)
    written, chosen = typed.in_words(kept)
    return page(
        request, "caseworks/typed.html", path=kept["path"], fields=kept["fields"], written=written, chosen=chosen
    )


def form_too_old(request: Request, reason: str = "") -> HttpResponse:
    """A form whose token is no longer right, because the person signed in anew in the meantime or because another site
    sent it. What the person's own form held is kept and offered again; nobody else's is."""
    if request.user.is_authenticated:
        address = typed.keep(request)
        if typed.kept_for(request) is not None:
            return redirect(address)
    refusals.note(request, f"token, {reason}" if reason else "token")
    return page(request, "caseworks/too_old.html", status=403)


def not_found(request: Request, exception: Exception | None = None) -> HttpResponse:
    """The same words whether the record does not exist or is somebody else's. What was typed is shown, to be copied: the
    record may have gone to another office while the person was typing."""
    fields = [[name, value] for name, values in request.POST.lists() for value in values if "typed_by" in request.POST]
    written, _chosen = typed.in_words({"fields": [pair for pair in fields if pair[0] not in typed.INTERNAL]})
    return page(request, "404.html", status=404, written=written)


def refused(request: Request, exception: Exception | None = None) -> HttpResponse:
    """Inside, but without the right."""
    refusals.note(request, "right")
    return page(request, "403.html", status=403)
