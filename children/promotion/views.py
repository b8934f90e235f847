"""The pages of the yearly promotion: the plan with its exceptions, and what was done."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from caseworks import codelists
from caseworks.access import Permission, requires
from caseworks.forms import DateInput
from caseworks.models import Organization, Posting, subtree
from caseworks.pages import page
from caseworks.requests import Request
from children.areas import OfficeField, county_of
from children.forms.base import ActionForm
from children.models import Promotion
from children.promotion import actions
from children.promotion.plan import SchoolPlan, plan
from children.views.saving import carry_out


def term_begins(today: date) -> date:
    """The first of September of the school year in progress."""
    return date(today.year if today.month >= 8 else today.year - 1, 9, 1)


class WhichForm(forms.Form):
    """Which school, and from which day."""

    fields: dict[str, Any]  # each kind of field has attributes of its own

    school = OfficeField(label=gettext_lazy("School"))
    term_on = forms.DateField(label=gettext_lazy("First day of the term"), widget=DateInput())

    def __init__(self, *args: Any, posting: Posting, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["school"].offer(Organization.objects.under(posting.organization).schools())
        offices = list(self.fields["school"].queryset[:2])
        if len(offices) == 1:
            self.fields["school"].initial = offices[0].code


class PlanForm(ActionForm):
    """What becomes of each class, and of the pupils for whom it is otherwise."""

    fields: dict[str, Any]  # each kind of field has attributes of its own

    next_school = OfficeField(label=gettext_lazy("Pupils who go on: to which school"), required=False, empty_label="—")

    def __init__(self, *args: Any, found: SchoolPlan, posting: Posting, school: Organization, **options: Any) -> None:
        super().__init__(*args, **options)
        self.found = found
        county = Organization.objects.under(county_of(posting.organization)).schools()
        self.fields["next_school"].offer(county.exclude(pk=school.pk))
        for number, each in enumerate(found.classes):
            choices = [
                (code, word) for code, word in codelists.PROMOTION_OUTCOME.choices() if code != "up" or each.to_grade
            ]
            field = forms.ChoiceField(label=each.label, choices=choices, initial=each.outcome)
            field.widget.attrs |= {"class": "form-select form-select-sm"}
            self.fields[f"class-{number}"] = field

    @property
    def classes(self) -> list[tuple[Any, forms.BoundField]]:
        """Each class with its control."""
        return [(each, self[f"class-{number}"]) for number, each in enumerate(self.found.classes)]

    def ticked(self, name: str) -> set[str]:
        """The codes of the pupils ticked in a column."""
        return set(self.data.getlist(name)) if self.is_bound else set()  # type: ignore[attr-defined]  # it came by POST

    @property
    def repeats(self) -> set[str]:
        return self.ticked("repeats")

    @property
    def leaves(self) -> set[str]:
        return self.ticked("leaves")

    def facts(self) -> dict[str, Any]:
        """What the action is told."""
        outcomes = {each.key: self.cleaned_data[f"class-{n}"] for n, each in enumerate(self.found.classes)}
        return {
            "outcomes": outcomes,
            "repeats": self.repeats,
            "leaves": self.leaves,
            "next_school": self.cleaned_data["next_school"],
        }


@requires(Permission.IMPORT_ROSTERS, methods=("GET", "POST"))
def promotions(request: Request) -> HttpResponse:
    """Choose school and day, look at what would happen class by class, and do it."""
    asked = request.POST if request.method == "POST" else request.GET
    today = timezone.localdate()
    which = WhichForm(
        asked if asked.get("term_on") else None, posting=request.posting, initial={"term_on": term_begins(today)}
    )
    low, high = subtree(request.posting.organization.path)
    made = Promotion.objects.filter(school__path__gte=low, school__path__lt=high).select_related("school", "made_by")
    shown: dict[str, Any] = {"which": which, "made": made[:20]}
    if not which.is_bound or not which.is_valid():
        return page(request, "promotions/plan.html", **shown)
    school, term_on = which.cleaned_data["school"], which.cleaned_data["term_on"]
    if request.method == "GET" and (done := actions.promotion_near(school, term_on)):
        return redirect(done)
    found = plan(school, term_on)
    form = PlanForm(
        request.POST if request.method == "POST" else None, found=found, posting=request.posting, school=school
    )

    def change() -> str:
        promotion = actions.promote(by=request.user, school=school, term_on=term_on, **form.facts())
        messages.success(request, _("The classes of %(school)s have gone up.") % {"school": school.name})
        return promotion.get_absolute_url()

    if response := carry_out(request, form, change):
        return response
    if form.is_bound and (done := actions.promotion_near(school, term_on)):
        messages.info(request, _("This had been done already; nothing was changed again."))
        return redirect(done)
    return page(request, "promotions/plan.html", **shown, found=found, form=form, school=school, term_on=term_on)


def _own(request: Request, code: str) -> Promotion:
    low, high = subtree(request.posting.organization.path)
    rows = Promotion.objects.select_related("school", "made_by", "undone_by")
    return get_object_or_404(rows, code=code, school__path__gte=low, school__path__lt=high)


@requires(Permission.IMPORT_ROSTERS)
def done(request: Request, code: str) -> HttpResponse:
    """What a promotion did, and the way back as long as there is one."""
    return _done(request, _own(request, code))


def _done(request: Request, promotion: Promotion, *, error: str = "") -> HttpResponse:
    others = promotion.rows.exclude(outcome="up").select_related("child", "handover")
    return page(
        request,
        "promotions/done.html",
        status=200 if not error else 409,
        promotion=promotion,
        error=error,
        tally=[(codelists.PROMOTION_OUTCOME.label(code), number) for code, number in promotion.counts.items()],
        exceptions=others.order_by("child__name_order", "id"),
        changed=[] if promotion.undone_at else actions.changed_since(promotion),
    )


@requires(Permission.IMPORT_ROSTERS, methods=("POST",))
def undo(request: Request, code: str) -> HttpResponse:
    """Take a promotion back."""
    promotion = _own(request, code)
    try:
        actions.undo(promotion=promotion, by=request.user)
    except ValidationError as error:
        return _done(request, _own(request, code), error=" ".join(error.messages))
    messages.success(request, _("Taken back: every class is where it was."))
    return redirect(promotion)
