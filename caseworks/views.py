"""Pages of the office: signing in and out, choosing the post to act in, the language, and what was typed before."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login as sign_in
from django.contrib.auth import logout as sign_out
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.forms import PasswordChangeForm
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from caseworks import access, actions, audit, demo_logins, typed
from caseworks.access import public, signed_in
from caseworks.forms import LoginForm
from caseworks.middleware import POSTING_KEY
from caseworks.pages import page
from caseworks.requests import Request


def _following(request: Request) -> str:
    """Where to go next: the address asked for if it is ours, else home."""
    asked = request.POST.get("next") or request.GET.get("next", "")
    if url_has_allowed_host_and_scheme(asked, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        return asked
    return resolve_url(settings.LOGIN_REDIRECT_URL)


@public(methods=("GET", "POST"))
def login(request: Request) -> HttpResponse:
    """Sign in. What was typed before an expired session survives the new session key."""
    form = LoginForm(request, data=request.POST or None)
    if request.method == "POST" and form.is_valid():
        sign_in(request, form.get_user())
        request.session.set_expiry(None)
        with access.scope(form.get_user()):  # the trail shows it to the auditor of the office the person works for
            audit.record("user.signed_in", form.get_user())
        return redirect(_following(request))
    return page(
        request,
        "caseworks/login.html",
        form=form,
        following=_following(request),
        demo_logins=demo_logins if settings.DEMO else None,
    )


@signed_in(methods=("POST",))
def logout(request: Request) -> HttpResponse:
    """Sign out of this browser."""
    audit.record("user.signed_out", request.user, by=request.user)
    sign_out(request)
    return redirect(settings.LOGIN_URL)


@signed_in(methods=("GET", "POST"))
def password(request: Request) -> HttpResponse:
    """Change one's own password; the other sessions of the account end."""
    form = PasswordChangeForm(request.user, data=request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.set_password(person=request.user, password=form.cleaned_data["new_password1"], by=request.user)
        update_session_auth_hash(request, request.user)
        messages.success(request, _("Your password has been changed."))
        return redirect(settings.LOGIN_REDIRECT_URL)
    return page(request, "caseworks/password.html", form=form)


@signed_in(methods=("POST",))
def act_as(request: Request) -> HttpResponse:
    """Choose which of one's own posts to act in."""
    chosen = next((post for post in request.postings if str(post.pk) == request.POST.get("posting")), None)
    if chosen is None:
        raise Http404
    request.session[POSTING_KEY] = str(chosen.pk)
    return redirect(settings.LOGIN_REDIRECT_URL)


@public(methods=("POST",))
def language(request: Request) -> HttpResponse:
    """Remember the language this browser shall show."""
    response = redirect(_following(request))
    if request.POST.get("language") in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            request.POST["language"],
            max_age=365 * 24 * 3600,
            samesite="Lax",
            secure=settings.HTTPS,
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


def not_found(request: Request, exception: Exception | None = None) -> HttpResponse:
    """The same words whether the record does not exist or is somebody else's."""
    return page(request, "404.html", status=404)


def refused(request: Request, exception: Exception | None = None) -> HttpResponse:
    """Inside, but without the right."""
    return page(request, "403.html", status=403)
