"""The forms about the adults around a child; each is reached from the child's archive."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _

from caseworks import codelists
from caseworks.access import Permission, requires
from caseworks.pages import page
from caseworks.requests import Request
from children.forms.base import ActionForm
from children.models import Child
from children.views.saving import carry_out, posted
from guardians import actions
from guardians.family import relatives_shared_with
from guardians.forms import (
    AbsenceForm,
    EditPapersForm,
    EditRelativeForm,
    EndForm,
    EntrustForm,
    NewRelativeForm,
    SituationForm,
)
from guardians.household import Member, household
from guardians.models import Entrustment


def _of_the_family(child: Child, code: str) -> Member:
    """The child's relative with this code, or 404."""
    member = household(child, timezone.localdate()).named(code)
    if member is None:
        raise Http404
    return member


def _back(child: Child, anchor: str) -> str:
    return f"{child.get_absolute_url()}#{anchor}"


def _answer(
    request: Request, child: Child, form: ActionForm, change: Callable[[], Any], *, anchor: str, **shown: Any
) -> HttpResponse:
    """Run the change and go back to its place in the archive, or show the form."""

    def changed() -> str:
        change()
        messages.success(request, _("Saved."))
        return _back(child, anchor)

    if response := carry_out(request, form, changed, child=child):
        return response
    shown.setdefault("template", "children/change.html")
    return page(request, shown.pop("template"), child=child, form=form, back=_back(child, anchor), **shown)


@requires(Permission.KEEP_ARCHIVES, methods=("GET", "POST"))
def relative_add(request: Request, code: str) -> HttpResponse:
    """Another person of the family."""
    child = get_object_or_404(Child, code=code)
    relation = request.GET.get("relation", "")
    form = NewRelativeForm(
        posted(request),
        child=child,
        siblings=list(relatives_shared_with(child)[:20]),
        initial={"relation": relation if relation in codelists.RELATION else ""},
    )

    def change() -> None:
        values = form.cleaned_data
        if form.twin is not None and values["same"] == "yes":
            actions.link_relative(
                child=child, by=request.user, relative=form.twin.relative, relation=values["relation"]
            )
            return
        actions.add_relative(
            child=child,
            by=request.user,
            relation=values["relation"],
            also_for=form.chosen_siblings,
            **form.person(),
        )

    return _answer(
        request,
        child,
        form,
        change,
        anchor="family",
        template="guardians/relative.html",
        title=_("Add somebody to the family of %(name)s") % {"name": child.name},
        button=_("Save"),
    )


@requires(Permission.KEEP_ARCHIVES, methods=("GET", "POST"))
def relative_edit(request: Request, code: str, relative: str) -> HttpResponse:
    """Change what is known of a person."""
    child = get_object_or_404(Child, code=code)
    member = _of_the_family(child, relative)
    stored = {field: getattr(member.relative, field) for field in actions.RELATIVE_FIELDS}
    form = EditRelativeForm(posted(request), about=member.relative, stored=stored | {"relation": member.relation})

    def change() -> None:
        actions.amend_relative(
            relative=member.relative,
            by=request.user,
            child=child,
            relation=form.cleaned_data["relation"],
            **form.person(),
        )

    return _answer(
        request,
        child,
        form,
        change,
        anchor="family",
        template="guardians/relative.html",
        title=_("%(name)s, %(relation)s of %(child)s") % _named(child, member),
        button=_("Save"),
    )


def _named(child: Child, member: Member) -> dict[str, Any]:
    return {"name": member.relative.name, "relation": member.relation_label, "child": child.name}


@requires(Permission.KEEP_ARCHIVES, methods=("GET", "POST"))
def absence_add(request: Request, code: str, relative: str) -> HttpResponse:
    """Somebody works away; whoever was away elsewhere has moved on that day."""
    child = get_object_or_404(Child, code=code)
    member = _of_the_family(child, relative)
    before = member.open_absence
    form = AbsenceForm(posted(request), today=timezone.localdate())

    def change() -> None:
        if before is not None:
            actions.end_absence(absence=before, by=request.user, on=form.cleaned_data["from_on"])
        actions.record_absence(relative=member.relative, by=request.user, **form.absence())

    lead = ""
    if before is not None:
        lead = _("So far: away to work in %(place)s since %(day)s. That ends on the day the new one begins.") % {
            "place": before.place or _("a place not known"),
            "day": before.from_on.isoformat(),
        }
    return _answer(
        request,
        child,
        form,
        change,
        anchor="family",
        title=_("Where %(name)s, %(relation)s of %(child)s, works away") % _named(child, member),
        lead=lead,
        button=_("Save"),
    )


@requires(Permission.KEEP_ARCHIVES, methods=("GET", "POST"))
def absence_end(request: Request, code: str, relative: str) -> HttpResponse:
    """Somebody is back."""
    child = get_object_or_404(Child, code=code)
    member = _of_the_family(child, relative)
    absence = member.open_absence
    if absence is None:
        raise Http404
    form = EndForm(posted(request), initial={"on": timezone.localdate()})
    form.fields["on"].label = _("Back since")
    return _answer(
        request,
        child,
        form,
        lambda: actions.end_absence(absence=absence, by=request.user, **form.cleaned_data),
        anchor="family",
        title=_("%(name)s, %(relation)s of %(child)s, is back") % _named(child, member),
        lead=_("Away to work in %(place)s since %(day)s.")
        % {"place": absence.place or _("a place not known"), "day": absence.from_on.isoformat()},
        button=_("Save"),
    )


@requires(Permission.KEEP_ARCHIVES, methods=("GET", "POST"))
def situation_add(request: Request, code: str, relative: str) -> HttpResponse:
    """Somebody cannot care for the child."""
    child = get_object_or_404(Child, code=code)
    member = _of_the_family(child, relative)
    form = SituationForm(
        posted(request), today=timezone.localdate(), initial={"kind": request.GET.get("kind", "")[:16]}
    )
    return _answer(
        request,
        child,
        form,
        lambda: actions.record_situation(relative=member.relative, by=request.user, **form.cleaned_data),
        anchor="family",
        title=_("Why %(name)s, %(relation)s of %(child)s, cannot care") % _named(child, member),
        lead=_("If somebody has died, their absence and their care for the child end on that day."),
        button=_("Save"),
    )


@requires(Permission.KEEP_ARCHIVES, methods=("GET", "POST"))
def situation_end(request: Request, code: str, relative: str, kind: str) -> HttpResponse:
    """The reason no longer holds."""
    child = get_object_or_404(Child, code=code)
    member = _of_the_family(child, relative)
    situation = next((row for row in member.situations if row.kind == kind and row.until_on is None), None)
    if situation is None:
        raise Http404
    form = EndForm(posted(request), initial={"on": timezone.localdate()})
    return _answer(
        request,
        child,
        form,
        lambda: actions.end_situation(situation=situation, by=request.user, **form.cleaned_data),
        anchor="family",
        title=_("%(name)s, %(relation)s of %(child)s") % _named(child, member),
        lead=_("%(situation)s since %(day)s.")
        % {"situation": situation.get_kind_display(), "day": situation.from_on.isoformat()},
        button=_("Save"),
    )


@requires(Permission.KEEP_ARCHIVES, methods=("GET", "POST"))
def entrust(request: Request, code: str) -> HttpResponse:
    """Somebody cares for the child from a day on."""
    child = get_object_or_404(Child, code=code)
    today = timezone.localdate()
    home = household(child, today)
    form = EntrustForm(
        posted(request),
        home=home,
        initial={
            "relative": request.GET.get("relative", "")[:10],
            "from_on": today,
            "reason": "both" if home.both_away else "",
        },
    )
    now = _open_care(child)
    return _answer(
        request,
        child,
        form,
        lambda: actions.entrust(
            child=child,
            by=request.user,
            relative=form.carer,
            from_on=form.cleaned_data["from_on"],
            **form.papers(),
        ),
        anchor="care",
        template="guardians/care.html",
        title=_("Who cares for %(name)s") % {"name": child.name},
        lead=_("So far: %(name)s. That care ends on the day the new one begins.") % {"name": now.relative.name}
        if now
        else "",
        home=home,
        button=_("Save"),
    )


def _open_care(child: Child) -> Entrustment | None:
    rows = child.entrustments.filter(until_on__isnull=True).select_related("relative")
    return rows.order_by("-from_on", "-id").first()


def _care_or_404(child: Child) -> Entrustment:
    care = _open_care(child)
    if care is None:
        raise Http404
    return care


@requires(Permission.KEEP_ARCHIVES, methods=("GET", "POST"))
def care_edit(request: Request, code: str) -> HttpResponse:
    """The papers of the care: child heard, agreement, the two notices."""
    child = get_object_or_404(Child, code=code)
    care = _care_or_404(child)
    stored = {field: getattr(care, field) for field in actions.CARE_FACTS}
    form = EditPapersForm(posted(request), about=care, stored=stored, trail=child)
    return _answer(
        request,
        child,
        form,
        lambda: actions.amend_entrustment(entrustment=care, by=request.user, **form.papers()),
        anchor="care",
        title=_("Agreement and notices: %(name)s cares for %(child)s")
        % {"name": care.relative.name, "child": child.name},
        lead=_("Parents hear the child, sign an agreement with the carer, and tell school and village in writing."),
        button=_("Save"),
    )


@requires(Permission.KEEP_ARCHIVES, methods=("GET", "POST"))
def care_end(request: Request, code: str) -> HttpResponse:
    """The care ends, and nobody takes over."""
    child = get_object_or_404(Child, code=code)
    care = _care_or_404(child)
    form = EndForm(posted(request), initial={"on": timezone.localdate()})
    return _answer(
        request,
        child,
        form,
        lambda: actions.end_entrustment(entrustment=care, by=request.user, **form.cleaned_data),
        anchor="care",
        title=_("%(name)s no longer cares for %(child)s") % {"name": care.relative.name, "child": child.name},
        lead=_(
            "If somebody else takes over, enter that person as the carer instead: the present care then ends by itself."
        ),
        button=_("Save"),
    )
