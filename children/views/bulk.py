"""One change to many children: first a form, then a page that says what will happen to whom and to whom not and why,
and only then the change, all of it or none."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, resolve_url
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from caseworks import codelists
from caseworks.access import Permission, requires
from caseworks.pages import page
from caseworks.requests import Request
from children.forms.archive import CloseForm
from children.forms.filters import ChildrenFilter
from children.forms.lists import ChangeClassForm
from children.handover.bulk import HAND_OVER
from children.lists import actions
from children.lists.acts import Act, Planned, Values
from children.models import Child, Enrolment
from children.places import enrolments_on
from children.views.saving import carry_out
from visits.bulk import PAIR

MOST_AT_ONCE = 500


def _class_words(grade: str, class_name: str) -> str:
    return f"{codelists.GRADE.label(grade) if grade else ''}{class_name}"


def _plan_classes(children: Sequence[Child], values: Values | None, today: date) -> list[Planned]:
    enrolments = {key: row for key, row in enrolments_on(children, today).items() if row.until_on is None}
    schools = Counter(enrolments[child.pk].school for child in children if child.is_live and child.pk in enrolments)
    school = schools.most_common(1)[0][0] if schools else None
    return [_plan_class(child, enrolments.get(child.pk), school, values) for child in children]


def _plan_class(child: Child, row: Enrolment | None, school: Any, values: Values | None) -> Planned:
    if not child.is_live:
        return Planned(child, "", why=_("The archive is closed."))
    if row is None:
        return Planned(child, "", why=_("No school is on record."))
    now = _class_words(row.grade, row.class_name)
    if row.school != school:
        words = _("At another school: %(school)s. Do one school after the other.")
        return Planned(child, now, why=words % {"school": row.school})
    if values is None:
        return Planned(child, now)
    after = _class_words(values["grade"] or row.grade, values["class_name"] or row.class_name)
    if after == now:
        return Planned(child, now, why=_("Is in this class already."))
    if values["on"] < row.from_on:
        words = _("Is in the present class since %(day)s, after the day chosen.")
        return Planned(child, now, why=words % {"day": row.from_on.isoformat()})
    return Planned(child, now, after)


def _change_classes(children: Sequence[Child], *, by: Any, today: date, values: Values) -> int:
    rows = enrolments_on(children, today)
    for child in children:
        rows[child.pk].child = child
    return actions.change_class(enrolments=[rows[child.pk] for child in children], by=by, **values)


def _class_sentence(number: int, values: Values) -> str:
    words = ngettext(
        "From %(day)s, %(number)s child is in: %(after)s.",
        "From %(day)s, %(number)s children are in: %(after)s.",
        number,
    )
    after = _class_words(values["grade"], values["class_name"])
    return words % {"day": values["on"].isoformat(), "number": number, "after": after}


def _plan_closing(children: Sequence[Child], values: Values | None, today: date) -> list[Planned]:
    planned = []
    for child in children:
        why = "" if child.is_live else _("The archive is closed already.")
        if child.is_live and values and values["on"] < child.opened_on:
            words = _("The archive was opened on %(day)s, after the day chosen.")
            why = words % {"day": child.opened_on.isoformat()}
        after = _("closed") if values and not why else ""
        planned.append(Planned(child, _("open") if child.is_live else _("closed"), after, why))
    return planned


def _close(children: Sequence[Child], *, by: Any, today: date, values: Values) -> int:
    return actions.close_archives(children=children, by=by, **values)


def _closing_sentence(number: int, values: Values) -> str:
    words = ngettext(
        "%(number)s archive is closed from %(day)s: %(reason)s. Its open pairings end. Nothing is deleted.",
        "%(number)s archives are closed from %(day)s: %(reason)s. Their open pairings end. Nothing is deleted.",
        number,
    )
    reason = codelists.EXIT_REASON.label(values["reason"])
    return words % {"number": number, "day": values["on"].isoformat(), "reason": reason}


ACTS = {
    "class": Act(
        gettext_lazy("Change grade or class"), gettext_lazy("Change the class"), ChangeClassForm, _plan_classes,
        _change_classes, _class_sentence,
    ),
    "close": Act(
        gettext_lazy("Close archives"), gettext_lazy("Close the archives"), CloseForm, _plan_closing, _close,
        _closing_sentence,
    ),
    "handover": HAND_OVER,
}  # fmt: skip


@requires(Permission.KEEP_ARCHIVES, methods=("POST",))
def bulk(request: Request) -> HttpResponse:
    """The children ticked in the list, or all it found: form, check page, change."""
    return _bulk(request, ACTS)


@requires(Permission.MANAGE_PAIRINGS, methods=("POST",))
def bulk_pair(request: Request) -> HttpResponse:
    """A mentor for the children ticked."""
    return _bulk(request, {"pair": PAIR})


def _bulk(request: Request, acts: Mapping[str, Act]) -> HttpResponse:
    act = acts.get(request.POST.get("act", ""))
    if act is None:
        raise Http404
    back = f"{resolve_url('children:list')}?{QueryDict(request.POST.get('query', '')[:600]).urlencode()}"
    today = timezone.localdate()
    children = _chosen(request, today)
    if not children or len(children) > MOST_AT_ONCE:
        messages.warning(request, _too_many() if children else _("Tick the children first."))
        return redirect(back)
    step = request.POST.get("step", "")
    form = act.form(request.POST if step else None, initial={"on": today})
    values = form.cleaned_data if form.is_bound and form.is_valid() else None
    if values and values["on"] > today:
        form.add_error("on", _("This day has not come yet."))
        values = None
    planned = act.plan(children, values, today)
    included = [row.child for row in planned if not row.why]
    digest = _digest(included)

    def change() -> str:
        if request.POST.get("included") != digest:
            raise ValidationError(_("Something has changed meanwhile. Check once more what will happen."))
        number = act.carry_out(included, by=request.user, today=today, values=form.cleaned_data)
        messages.success(
            request, ngettext("%(number)s child: done.", "%(number)s children: done.", number) % {"number": number}
        )
        return back

    if step == "do" and (response := carry_out(request, form, change)):
        return response
    return page(
        request,
        "children/bulk.html",
        status=200,
        act=act,
        key=request.POST["act"],
        form=form,
        planned=planned,
        included=len(included),
        digest=digest,
        excluded=[row for row in planned if row.why],
        sentence=act.sentence(len(included), values) if values and included else "",
        codes=",".join(child.code for child in children),
        query=request.POST.get("query", "")[:600],
        back=back,
    )


def _chosen(request: Request, today: date) -> list[Child]:
    """The children the form is about, in name order: one too many if there are too many."""
    if request.POST.get("all"):
        filters = ChildrenFilter(QueryDict(request.POST.get("query", "")[:600]), posting=request.posting, today=today)
        return list(filters.children()[: MOST_AT_ONCE + 1])
    codes = request.POST.getlist("code") or request.POST.get("codes", "").split(",")
    return list(Child.objects.filter(code__in=codes[: MOST_AT_ONCE + 1]).in_name_order())


def _too_many() -> str:
    words = _("That is more than %(most)s children. Narrow the list and do one part after the other.")
    return words % {"most": MOST_AT_ONCE}


def _digest(children: Sequence[Child]) -> str:
    """What the check page showed: who, and in which version."""
    return hashlib.sha256(",".join(f"{child.code} {child.version}" for child in children).encode()).hexdigest()[:16]
