"""Pages about one's own account: sessions, the second factor; and the slip for somebody who cannot sign in."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from caseworks.access import Gate, Permission, Role, requires, signed_in
from caseworks.actions import reset_password
from caseworks.forms import CodeForm, OwnPasswordForm, SlipForm
from caseworks.models import Posting, SecondFactor, User
from caseworks.pages import page
from caseworks.requests import Request
from caseworks.signin import actions, gates, origin, otp, sessions
from caseworks.submissions import once
from caseworks.views import following


def _posted(request: Request) -> Any:
    """What was sent, also when it is nothing but a press of the button; None when the page is only looked at."""
    return request.POST if request.method == "POST" else None


@signed_in(methods=("GET", "POST"))
def account(request: Request) -> HttpResponse:
    """One's own account: password, second factor, and the browsers that are signed in, each of which can be ended."""
    user = request.user
    alive = sessions.of(user, timezone.now())
    here = sessions.row_key(request.session.session_key or "")
    if request.method == "POST":
        chosen = request.POST.get("end", "")
        others = [key for key in alive.values_list("pk", flat=True) if key != here]
        ended = actions.end_sessions(user=user, by=user, keys=others if chosen == "others" else [chosen])
        if chosen == here and ended:
            request.session.flush()
            return redirect(settings.LOGIN_URL)
        messages.success(
            request,
            ngettext("%(number)d sign-in has been ended.", "%(number)d sign-ins have been ended.", ended)
            % {"number": ended},
        )
        return redirect("caseworks:account")
    return page(
        request,
        "caseworks/signin/account.html",
        rows=[(row, origin.browser_of(row.agent), row.pk == here) for row in alive],
        codes_left=user.recovery_codes.count(),
    )


@signed_in(methods=("GET", "POST"), before=(Gate.ENROL,))
def second_factor(request: Request) -> HttpResponse:
    """Set up a second factor, replace it, renew its recovery codes or remove it. Each asks for the password again."""
    user = request.user
    demanded = gates.role_demands_second_factor(request.postings)
    form = OwnPasswordForm(request, data=_posted(request))
    if request.method == "POST" and form.is_valid():
        wish = request.POST.get("do")
        if wish == "set-up":
            actions.begin_second_factor(user=user, by=user)
            return redirect(f"{resolve_url('caseworks:second_factor_new')}?{request.GET.urlencode()}")
        if wish == "codes" and user.second_factor_since:
            codes = actions.renew_recovery_codes(user=user, by=user)
            return page(request, "caseworks/signin/codes.html", codes=codes, following=following(request))
        if wish == "remove" and user.second_factor_since and not demanded:
            actions.remove_second_factor(user=user, by=user)
            request.session.flush()
            return redirect(settings.LOGIN_URL)
    return page(
        request,
        "caseworks/signin/second_factor.html",
        form=form,
        demanded=demanded,
        codes_left=user.recovery_codes.count(),
    )


@signed_in(methods=("GET", "POST"), before=(Gate.ENROL,))
def second_factor_new(request: Request) -> HttpResponse:
    """The picture for the authenticator app, the first code from it, and then the recovery codes, shown once."""
    user = request.user
    factor = SecondFactor.objects.filter(user=user, confirmed=False).first()
    if factor is None:
        return redirect("caseworks:second_factor")
    form = CodeForm(_posted(request))
    if request.method == "POST" and form.is_valid():
        outcome = actions.confirm_second_factor(user=user, by=user, code=form.cleaned_data["code"])
        if not isinstance(outcome, otp.Outcome):
            sessions.verified(request)
            actions.end_other_sessions(user=user, by=user, here=sessions.row_key(request.session.session_key or ""))
            return page(request, "caseworks/signin/codes.html", codes=outcome, following=following(request))
        form.add_error("code", _why_not(outcome))
    address = otp.app_address(user, factor.seed)
    return page(
        request,
        "caseworks/signin/second_factor_new.html",
        form=form,
        picture=otp.picture(address),
        address=address,
        seed=otp.in_groups(factor.seed),
        following=following(request),
    )


@signed_in(methods=("GET", "POST"), before=(Gate.CHECK,))
def second_factor_check(request: Request) -> HttpResponse:
    """Show the second factor once per session."""
    user = request.user
    if user.second_factor_since is None or sessions.is_verified(request):
        return redirect(following(request))
    form = CodeForm(_posted(request))
    if request.method == "POST" and form.is_valid():
        outcome = actions.check_second_factor(user=user, code=form.cleaned_data["code"])
        if outcome.right:
            sessions.verified(request)
            if outcome.by_recovery_code:
                left = user.recovery_codes.count()
                messages.warning(request, _codes_left(left))
            return redirect(following(request))
        form.add_error("code", _why_not(outcome))
    status = 429 if form.has_error("code", code="wait") else 200
    return page(
        request, "caseworks/signin/second_factor_check.html", status=status, form=form, following=following(request)
    )


def _codes_left(left: int) -> str:
    return ngettext(
        "That recovery code is used up; %(number)d is left. Print new ones in time.",
        "That recovery code is used up; %(number)d are left. Print new ones in time.",
        left,
    ) % {"number": left}


def _why_not(outcome: otp.Outcome) -> Any:
    if outcome.wait_until is None:
        return ValidationError(
            _(
                "This code is not right, or was used already. Wait for the next one and check the clock of the telephone."
            ),
            code="wrong",
        )
    seconds = max(1, round((outcome.wait_until - timezone.now()).total_seconds()))
    return ValidationError(
        ngettext(
            "Too many wrong codes. Wait %(number)d second, then try again.",
            "Too many wrong codes. Wait %(number)d seconds, then try again.",
            seconds,
        )
        % {"number": seconds},
        code="wait",
    )


def may_get_a_slip(user: User, posting: Posting) -> bool:
    """True if the account is open and the person works under this post's office and nowhere else; and, unless the post
    keeps the accounts of the whole system, is neither auditor nor system manager: their sign-in would be a way around them."""
    open_posts = user.postings_from(timezone.localdate())
    above = {Role.AUDITOR, Role.SYSTEM} if posting.role != Role.SYSTEM else set()
    return (
        user.is_active
        and bool(open_posts)
        and all(post.organization.is_under(posting.organization) and post.role not in above for post in open_posts)
    )


@requires(Permission.MANAGE_STAFF, methods=("GET", "POST"))
def slip(request: Request, login: str) -> HttpResponse:
    """A slip of paper with a new first password, for somebody of one's own office who cannot sign in."""
    user = User.objects.filter(username=login).exclude(pk=request.user.pk).first()
    if user is None or not may_get_a_slip(user, request.posting):
        raise Http404
    form = SlipForm(_posted(request))
    if request.method == "POST" and form.is_valid():
        with once(request) as submission:
            if submission.again:
                messages.warning(request, _("This slip was made already. If it did not appear, make a new one."))
                return redirect("caseworks:slip", login=login)
            with transaction.atomic():
                if form.cleaned_data["telephone_lost"]:
                    actions.remove_second_factor(user=user, by=request.user)
                password = reset_password(user=user, by=request.user)
            submission.leads_to(request.path)
        return page(request, "caseworks/signin/slip.html", person=user, password=password, posting=request.posting)
    return page(request, "caseworks/signin/slip_ask.html", person=user, form=form)
