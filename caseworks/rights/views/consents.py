"""Pages: a notice given, a consent asked for, a consent taken back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _

from caseworks.access import Permission, requires
from caseworks.disclosure.processing import RULES_VERSION
from caseworks.pages import page
from caseworks.requests import Request
from caseworks.rights.actions.consents import record_consent, withdraw_consent
from caseworks.rights.forms import ConsentForm, WithdrawForm
from caseworks.rights.models import Consent
from children.models import Child
from children.views.saving import carry_out, posted


def _back(child: Child) -> str:
    return f"{child.get_absolute_url()}#rights"


@requires(Permission.KEEP_ARCHIVES, methods=("GET", "POST"))
def add(request: Request, code: str) -> HttpResponse:
    """Who was told or asked, and what they said."""
    child = get_object_or_404(Child, code=code)
    form = ConsentForm(posted(request), child=child, initial={"given_on": timezone.localdate(), "purpose": "notice"})

    def change() -> str:
        record_consent(child=child, by=request.user, **form.values())
        messages.success(request, _("Saved."))
        return _back(child)

    if response := carry_out(request, form, change):
        return response
    return page(
        request, "rights/consent.html", child=child, form=form, back=_back(child), version=RULES_VERSION,
        title=_("Notice or consent: %(name)s") % {"name": child.name}, button=_("Save"),
    )  # fmt: skip


@requires(Permission.KEEP_ARCHIVES, methods=("GET", "POST"))
def withdraw(request: Request, code: str, consent: str) -> HttpResponse:
    """The family takes a consent back."""
    child = get_object_or_404(Child, code=code)
    row = get_object_or_404(Consent, child=child, code=consent, answer="agreed", withdrawn_on=None)
    form = WithdrawForm(posted(request), initial={"on": timezone.localdate()})

    def change() -> str:
        withdraw_consent(consent=row, by=request.user, **form.cleaned_data)
        messages.success(request, _("The consent has been withdrawn."))
        return _back(child)

    if response := carry_out(request, form, change):
        return response
    return page(
        request, "children/change.html", child=child, form=form, back=_back(child),
        title=_("Consent withdrawn: %(what)s") % {"what": row.get_purpose_display()},
        lead=_("From that day on nothing may be done on the ground of this consent. It costs the family nothing."),
        button=_("Save"),
    )  # fmt: skip
