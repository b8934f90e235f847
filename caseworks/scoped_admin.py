"""What every table of the shared admin does: it shows and offers only what belongs to the acting office, and leaves a
trace of every write in the write's own transaction."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from caseworks import access, audit
from caseworks.codelists import CodeField, action_words
from caseworks.forms import DateInput
from caseworks.merging import MergingModelForm
from caseworks.models import AuditEvent, Organization, Posting, User, subtree
from caseworks.privacy import masked_changes
from caseworks.submissions import once


def office() -> Organization:
    """The office whoever is acting works for. Raises PermissionDenied for people without a post."""
    acting = access.acting()
    if acting is None or acting.posting is None:
        raise PermissionDenied
    return acting.posting.organization


def under_office(path: str = "path") -> models.Q:
    """The condition that a path (the lookup of one) lies at the acting office or below it."""
    low, high = subtree(office().path)
    return models.Q(**{f"{path}__gte": low, f"{path}__lt": high})


def visible_staff() -> models.QuerySet[User]:
    """People who hold, or held, a post at the acting office or below it."""
    return User.objects.filter(pk__in=Posting.objects.filter(under_office("organization__path")).values("user"))


def changes_of(form: forms.ModelForm) -> dict[str, list[str]]:
    """`{field: [before, after]}` of what a form changed, for the audit trail, masked as the trail keeps it."""
    model = form._meta.model
    names = [name for name in form.changed_data if name in form.cleaned_data and name in (form._meta.fields or ())]
    return masked_changes(
        model, {name: form.initial.get(name) for name in names}, {name: form.cleaned_data[name] for name in names}
    )


def save_changes(row: models.Model, form: forms.ModelForm, *, new: bool) -> None:
    """Save a record as a form left it: of one on record only the form's own fields. Raises ChangedError."""
    names = [name for name in (form._meta.fields or ()) if name in form.cleaned_data]
    if new:
        row.save()
    elif names:
        row.save(update_fields=names)


def say_period(form: forms.BaseForm) -> None:
    """Label the two dates of a period in a form."""
    form.fields["from_on"].label = _("from")
    form.fields["until_on"].label = _("until")
    form.fields["until_on"].help_text = _("The first day on which it no longer holds; empty as long as it does.")


class OfficeChoice(forms.ModelChoiceField):
    """A choice of offices that shows which belongs to which."""

    def label_from_instance(self, obj: Any) -> str:
        return "\u3000" * (obj.path.count("/") - office().path.count("/")) + obj.name


class ScopedAdmin(admin.ModelAdmin):
    """`path` is the lookup from the model to the path of the office it belongs to.

    Nothing is deleted here unless `deletable`: a person, a post, an office is ended, so that the past stays true.
    """

    form = MergingModelForm
    change_form_template = "admin/change.html"
    path = "organization__path"
    deletable = False
    actions = None
    view_on_site = False
    list_per_page = 50
    show_facets = admin.ShowFacets.NEVER
    # the stock admin would offer a text field for a code, because it is kept as text
    formfield_overrides = {models.DateField: {"widget": DateInput}, CodeField: {"widget": forms.Select}}

    # --- which rows ---

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        return super().get_queryset(request).filter(under_office(self.path))

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """The record, if it is under the acting office; else the same 404 as for a key that never existed."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        found = super().get_object(request, object_id, from_field)
        if found is None:
            raise Http404
        return found

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.related_model is Organization:
            kwargs.setdefault("queryset", Organization.objects.filter(under_office()))
            kwargs["form_class"] = OfficeChoice
        elif db_field.related_model is User:
            kwargs.setdefault("queryset", visible_staff())
        else:
            raise NotImplementedError(f"Say which {db_field.related_model.__name__} rows {self} may offer.")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        for extra in ("can_add_related", "can_change_related", "can_view_related", "can_delete_related"):
            if field is not None and hasattr(field.widget, extra):
                setattr(field.widget, extra, False)
        return field

    # --- what may be done ---

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.deletable and super().has_delete_permission(request, obj)

    # --- words ---

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        title = str(self.opts.verbose_name_plural).capitalize()
        return super().changelist_view(request, {"title": title, **(extra_context or {})})

    def changeform_view(
        self, request: Any, object_id: Any = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """One button that saves, once however often it is pressed."""
        one = {"show_save_and_continue": False, "show_save_and_add_another": False}
        shown = {**one, **(extra_context or {})}
        if request.method != "POST":
            return super().changeform_view(request, object_id, form_url, shown)
        with once(request) as submission:
            if submission.again:
                return redirect(submission.location)
            response = super().changeform_view(request, object_id, form_url, shown)
            if isinstance(response, HttpResponseRedirect):
                submission.leads_to(response.url)
            else:
                submission.forget()  # shown again, with what is wrong in it
            return response

    @admin.display(description=_("from"), ordering="from_on")
    def from_day(self, row: Any) -> Any:
        return row.from_on

    @admin.display(description=_("until"), ordering="until_on")
    def until_day(self, row: Any) -> Any:
        return row.until_on

    # --- traces: one event for each write, in its transaction; Django's own log is not kept beside it ---

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        with transaction.atomic():
            save_changes(obj, form, new=not change)
            audit.record(f"{self.opts.model_name}.{'changed' if change else 'created'}", obj, changes=changes_of(form))

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        with transaction.atomic():
            audit.record(f"{self.opts.model_name}.deleted", obj)
            super().delete_model(request, obj)

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        return None

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        return None

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        return None

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """What was done to a record, from the audit trail."""
        record = self.get_object(request, object_id)
        if not self.has_view_or_change_permission(request, record):
            raise PermissionDenied
        events = AuditEvent.objects.filter(under_office(), kind=self.opts.label, object_id=record.pk)
        context = {
            **self.admin_site.each_context(request),
            "title": _("What was done to this record"),
            "subtitle": str(record),
            "opts": self.opts,
            "object": record,
            "events": [(event, action_words(event.action)) for event in events.select_related("by")[:200]],
        }
        return TemplateResponse(request, "admin/history.html", context)
