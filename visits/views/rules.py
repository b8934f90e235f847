"""Contact rules of the office."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from caseworks.access import Permission, requires
from caseworks.models import Organization
from caseworks.pages import page, paginate
from caseworks.requests import Request
from caseworks.submissions import once
from children.views.saving import carry_out, posted
from visits import actions
from visits.forms.rules import RuleForm
from visits.models import ContactRule


@requires(Permission.MANAGE_RULES, methods=("GET", "POST"))
def rules(request: Request) -> HttpResponse:
    """The rules of the offices under this one, those that come from above, and the form of a new one."""
    today = timezone.localdate()
    organization = request.posting.organization
    form = RuleForm(posted(request), organization=organization, today=today)

    def change() -> str:
        actions.set_rule(by=request.user, **form.cleaned_data)
        messages.success(request, _("The rule is set."))
        return reverse("visits:rules")

    if response := carry_out(request, form, change):
        return response
    below = Q(organization__in=Organization.objects.under(organization))
    above = Q(organization__in=Organization.objects.above(organization))
    current = ContactRule.objects.filter(Q(until_on=None) | Q(until_on__gt=today))
    return page(
        request,
        "visits/rules.html",
        form=form,
        rows=paginate(current.filter(below | above).select_related("organization"), request),
        mine=organization.path,
    )


@requires(Permission.MANAGE_RULES, methods=("POST",))
def rule_end(request: Request, code: str) -> HttpResponse:
    """From today on a rule of one's own offices holds no more."""
    mine = Organization.objects.under(request.posting.organization)
    rule = get_object_or_404(ContactRule, code=code, organization__in=mine)
    today = timezone.localdate()
    try:
        with once(request) as submission:
            if not submission.again:
                actions.end_rule(rule=rule, by=request.user, on=max(today, rule.from_on))
                submission.leads_to(reverse("visits:rules"))
                messages.success(request, _("The rule holds no more."))
        return redirect(submission.location)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return redirect("visits:rules")
