"""Birthdays that change something: what is to be done, said to be done, and taken back."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from caseworks import counting
from caseworks.access import Permission, requires
from caseworks.pages import page, paginate
from caseworks.requests import Request
from caseworks.submissions import once
from children import actions
from children.ages import TRIGGERS, Birthday, coming_birthdays, due_birthdays, last_reached, next_of, passed
from children.forms.ages import AgeStepForm
from children.models import AgeStep, Child
from children.views.lines import places
from children.views.saving import carry_out, posted

SHOWS = ("due", "coming", "done")


KIND = "birthdays"


@counting.counter(KIND)
def _count(_question: str, today: date) -> dict[str, int]:
    """Age → about how many children something is to be done, because they reached it."""
    return {str(age): due_birthdays(Child.objects.live(), today, age).order_by().count() for age in TRIGGERS}


@requires(Permission.VIEW_ARCHIVES, methods=("GET", "POST"))
def birthdays(request: Request) -> HttpResponse:
    """Whose birthday asks for something: still to be done, within 30 days, or done; `?age=14` narrows it. Posted: count that of
    a large area anew."""
    today, children, again = timezone.localdate(), Child.objects.live(), reverse("children:birthdays")
    kept = counting.ask_if_large(KIND, now=timezone.now(), anew=request.method == "POST")
    if request.method == "POST":
        return redirect(again)
    if kept is not None and not kept.is_there:
        title = _("Birthdays that change something")
        return page(request, "components/counted.html", kept=kept, again=again, title=title)
    numbers = kept.figures if kept is not None else _count("", today)
    show = request.GET.get("show", "")
    show = show if show in SHOWS else "due"
    age = next((age for age in TRIGGERS if str(age) == request.GET.get("age")), None)
    chosen = (age,) if age else ()
    found: Any = {
        "due": due_birthdays(children, today, *chosen),
        "coming": coming_birthdays(children, today, *chosen),
        "done": AgeStep.objects.select_related("child", "done_by").order_by("-done_on", "-id"),
    }[show]
    if show == "done" and age:
        found = found.filter(age=age)
    due = sum(numbers.values())
    rows = paginate(found, request, known=(numbers[str(age)] if age else due) if show == "due" else None)
    shown = {"due": passed, "coming": next_of, "done": lambda steps, _today: list(steps)}[show](rows, today)
    standing = {place.child.pk: place for place in places([row.child for row in shown], today)}
    return page(
        request,
        "children/birthdays.html",
        rows=rows,
        lines=[(row, standing[row.child.pk]) for row in shown],
        show=show,
        age=age,
        ages=[(trigger, numbers[str(trigger.age)]) for trigger in TRIGGERS.values()],
        due=due,
        kept=kept,
        again=again,
    )


def _due(child: Child, today: Any) -> Birthday | None:
    """What is to be done about a child today, or None."""
    found = passed(due_birthdays(Child.objects.live().filter(pk=child.pk), today), today)
    return found[0] if found else None


@requires(Permission.KEEP_ARCHIVES, methods=("GET", "POST"))
def age_step(request: Request, code: str) -> HttpResponse:
    """Say that what the last such birthday asks for was done."""
    child, today = get_object_or_404(Child, code=code), timezone.localdate()
    birthday = _due(child, today)
    if birthday is None:
        done = child.age_steps.filter(age=last_reached(child, today)).select_related("done_by").first()
        words = _("Nothing is to be done about %(name)s at present.") % {"name": child.name}
        if done is not None:
            words = _("%(who)s has entered this as done on %(day)s.") % {
                "who": done.done_by.name,
                "day": done.done_on.isoformat(),
            }
        messages.info(request, words)
        return redirect(child)
    trigger = birthday.trigger
    form = AgeStepForm(posted(request), initial={"done_on": today})

    def change() -> str:
        actions.take_age_step(child=child, by=request.user, age=trigger.age, **form.cleaned_data)
        messages.success(request, _("Entered as done. It can be taken back in the archive."))
        return f"{child.get_absolute_url()}#facts"

    if response := carry_out(request, form, change):
        return response
    return page(
        request,
        "children/age_step.html",
        child=child,
        form=form,
        birthday=birthday,
        title=_("%(name)s turned %(age)s") % {"name": child.name, "age": trigger.age},
        button=_("It is done"),
    )


@requires(Permission.KEEP_ARCHIVES, methods=("POST",))
def age_step_undo(request: Request, code: str, age: int) -> HttpResponse:
    """It was not done: it is to be done again."""
    step = get_object_or_404(AgeStep.objects.select_related("child"), child__code=code, age=age)
    with once(request) as submission:
        if not submission.again:
            actions.take_back_age_step(step=step, by=request.user)
            messages.success(request, _("Taken back: it is to be done again."))
            submission.leads_to(f"{step.child.get_absolute_url()}#facts")
    return redirect(submission.location)
