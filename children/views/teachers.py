"""The class teachers of a school, for this school year: one line for each class."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from caseworks import codelists
from caseworks.access import Permission, requires
from caseworks.models import Organization, Posting, in_force
from caseworks.pages import page
from caseworks.requests import Request
from children.areas import OfficeField
from children.forms.base import ActionForm
from children.lists import actions
from children.models import ClassTeacher, Enrolment
from children.models.teachers import school_year
from children.names import clean
from children.views.saving import carry_out, posted

Class = tuple[str, str]  # grade and class


class SchoolForm(forms.Form):
    """Which school."""

    fields: dict[str, Any]  # each kind of field has attributes of its own

    school = OfficeField(label=gettext_lazy("School"))

    def __init__(self, *args: Any, posting: Posting, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["school"].offer(Organization.objects.under(posting.organization).schools())


class TeachersForm(ActionForm):
    """The name for each class. What somebody else enters meanwhile stays: only what was changed here is saved."""

    def __init__(self, *args: Any, classes: list[Class], known: dict[Class, str], **options: Any) -> None:
        super().__init__(*args, **options)
        self.classes = classes
        for number, (grade, class_name) in enumerate(classes):
            label = f"{codelists.GRADE.label(grade) if grade else ''}{class_name}" or _("no class on record")
            self.fields[f"class-{number}"] = forms.CharField(
                label=label,
                max_length=40,
                required=False,
                initial=known.get((grade, class_name), ""),
                show_hidden_initial=True,
            )

    def changed(self) -> dict[Class, str]:
        """The classes whose teacher was changed, with the name as it is to be; empty: none."""
        names = enumerate(self.classes)
        return {
            each: clean(self.cleaned_data[f"class-{number}"])
            for number, each in names
            if f"class-{number}" in self.changed_data
        }


def _classes(school: Organization, on: date) -> list[Class]:
    rows = Enrolment.objects.filter(in_force(on), school=school, child__closed_on=None)
    found = rows.order_by().values_list("grade", "class_name").distinct()
    return sorted(found, key=lambda each: (each[0].zfill(2), each[1]))


@requires(Permission.IMPORT_ROSTERS)
def teachers(request: Request) -> HttpResponse:
    """Which school; where there is only one, straight to it."""
    schools = Organization.objects.under(request.posting.organization).schools()
    only = list(schools[:2])
    form = SchoolForm(request.GET if "school" in request.GET else None, posting=request.posting)
    if len(only) == 1:
        return redirect("children:teachers_of", only[0].code)
    if form.is_bound and form.is_valid():
        return redirect("children:teachers_of", form.cleaned_data["school"].code)
    return page(request, "children/teachers.html", which=form, year=school_year(timezone.localdate()))


@requires(Permission.IMPORT_ROSTERS, methods=("GET", "POST"))
def teachers_of(request: Request, code: str) -> HttpResponse:
    """The class teachers of a school, to be changed."""
    today = timezone.localdate()
    year = school_year(today)
    school = get_object_or_404(Organization.objects.under(request.posting.organization).schools(), code=code)
    rows = ClassTeacher.objects.filter(school=school, year=year)
    known = {(grade, class_name): name for grade, class_name, name in rows.values_list("grade", "class_name", "name")}
    form = TeachersForm(posted(request), classes=_classes(school, today), known=known)

    def change() -> str:
        actions.set_class_teachers(by=request.user, school=school, year=year, names=form.changed())
        messages.success(request, _("Saved."))
        return request.path

    if response := carry_out(request, form, change):
        return response
    return page(request, "children/teachers.html", form=form, school=school, year=year)
