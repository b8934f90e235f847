"""The office in the shared admin: organizations, staff and their posts, and the audit trail."""

from __future__ import annotations

from typing import Any

from django import forms
from django.apps import apps
from django.contrib import admin, messages
from django.db import models, transaction
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from caseworks import access, actions, audit, trail_heads
from caseworks.access import ROLES, Permission
from caseworks.codelists import action_words
from caseworks.forms import DateInput
from caseworks.merging import MergingModelForm, OpenedField
from caseworks.models import AuditEvent, Organization, Posting, User, in_force
from caseworks.pages import page
from caseworks.scoped_admin import (
    OfficeChoice,
    ScopedAdmin,
    changes_of,
    office,
    say_period,
    under_office,
    visible_staff,
)
from caseworks.signin.views import may_get_a_slip


@admin.register(Organization)
class OrganizationAdmin(ScopedAdmin):
    """The offices under the acting one. An office keeps its code and its place, because paths and sheets name them."""

    path = "path"
    list_display = ["indented_name", "code", "kind_word", "gb_code", "closed_on"]
    search_fields = ["name", "code"]
    fields = ["name", "code", "kind", "parent", "gb_code", "closed_on"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["code", "parent"] if obj else ["closed_on"]

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Every office made here belongs to one; whole counties are founded from the command line."""
        kwargs.update(required=True, queryset=Organization.objects.filter(under_office(), closed_on__isnull=True))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """One's own office, and with it everything, is closed or renamed by the office above."""
        return super().has_change_permission(request, obj) and (obj is None or obj != office())

    @admin.display(description=_("name"), ordering="path")
    def indented_name(self, row: Organization) -> str:
        return "\u3000" * (row.path.count("/") - office().path.count("/")) + row.name

    @admin.display(description=_("kind"), ordering="kind")
    def kind_word(self, row: Organization) -> str:
        return row.get_kind_display()


class PostingForm(MergingModelForm):
    """A post. Once given it can only be ended; whom, where and which role is then history."""

    save_again_to_keep_mine = True
    opened = OpenedField()

    role = forms.ChoiceField(label=_("role"))

    class Meta:
        model = Posting
        fields = ["organization", "role", "from_on", "until_on"]
        widgets = {"from_on": DateInput(), "until_on": DateInput()}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        say_period(self)
        role: Any = self.fields["role"]
        grantable = access.grantable_roles()
        role.choices = [("", "---------"), *((each.value, ROLES[each].label) for each in grantable)]
        self.fields["from_on"].initial = timezone.localdate
        if not self.instance._state.adding:
            organization: Any = self.fields["organization"]
            organization.queryset = Organization.objects.filter(pk=self.instance.organization_id)
            role.choices = [(self.instance.role, self.instance.role_label)]
            for name in ("organization", "role", "from_on"):
                self.fields[name].disabled = True
            self.fields["until_on"].disabled = self.instance.role not in grantable


class PostingFormSet(BaseInlineFormSet):
    def clean(self) -> None:
        """One open post per role and office, also among the rows of this very page."""
        super().clean()
        open_posts: set[tuple] = set()
        for form in self.forms:
            data = getattr(form, "cleaned_data", {})
            post = (data.get("organization"), data.get("role"))
            if not all(post) or data.get("until_on"):
                continue
            if post in open_posts:
                raise forms.ValidationError(_("This post is there twice: end the one that is open first."))
            open_posts.add(post)


class PostingInline(admin.StackedInline):
    model = Posting
    form = PostingForm
    formset = PostingFormSet
    fields = ["organization", "role", "from_on", "until_on", "opened"]
    can_delete = False
    verbose_name_plural = _("posts")

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        rows = super().get_queryset(request).filter(under_office("organization__path"))
        return rows.select_related("organization").order_by("from_on")

    def get_extra(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> int:
        return 1 if obj else 0

    def get_min_num(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> int:
        return 0 if obj else 1

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        return super().get_formset(request, obj, validate_min=obj is None, **kwargs)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "organization":
            kwargs["queryset"] = Organization.objects.filter(under_office(), closed_on__isnull=True)
            kwargs["form_class"] = OfficeChoice
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "organization" and field is not None:
            field.widget = field.widget.widget  # the plain list, without links to other windows
        return field


@admin.register(User)
class UserAdmin(ScopedAdmin):
    """The staff of the acting office and of those below it.

    Name, login and password belong to the person: only an office that all of the person's open posts are under, in
    roles it could give itself, may change them. One's own account is changed by somebody else.
    """

    list_display = ["name", "username", "posts", "is_active"]
    list_display_links = ["name", "username"]
    list_filter = ["is_active"]
    search_fields = ["name", "username"]
    fields = ["name", "username", "is_active"]
    inlines = [PostingInline]
    change_form_template = "admin/staff.html"

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        posts = Posting.objects.filter(under_office("organization__path"), in_force(timezone.localdate()))
        return visible_staff().prefetch_related(
            models.Prefetch("postings", posts.select_related("organization").order_by("from_on"), to_attr="posts_here")
        )

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or obj != request.user)

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        return not lookup.startswith("password") and super().lookup_allowed(lookup, value, request)

    @admin.display(description=_("posts"))
    def posts(self, row: User) -> str:
        return "; ".join(str(post) for post in row.posts_here)  # type: ignore[attr-defined]

    def governs(self, request: HttpRequest, person: User) -> bool:
        """True if the account is this office's alone, and not one's own."""
        grantable = access.grantable_roles()
        here, now = office(), timezone.localdate()
        open_posts = person.postings.filter(models.Q(until_on__isnull=True) | models.Q(until_on__gt=now))
        return person != request.user and all(
            post.organization.is_under(here) and post.role in grantable
            for post in open_posts.select_related("organization")
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        if obj is None:
            return ["is_active"]
        return [] if self.governs(request, obj) else ["name", "username", "is_active"]

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: Any) -> None:
        with transaction.atomic():
            super().save_formset(request, form, formset, change)
            for post_form in formset.forms:
                if post_form.has_changed() and post_form.instance.pk:
                    new = post_form.instance in formset.new_objects
                    audit.record(
                        f"posting.{'granted' if new else 'changed'}", post_form.instance, changes=changes_of(post_form)
                    )

    # --- the first password: made here, shown once on a slip, kept nowhere ---

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: Any) -> None:
        with transaction.atomic():
            if not change:
                request.first_password = actions.give_first_password(obj)  # type: ignore[attr-defined]
            super().save_model(request, obj, form, change)

    def response_add(self, request: Any, obj: User, post_url_continue: str | None = None) -> HttpResponse:
        password, posting = request.first_password, request.posting
        return page(request, "caseworks/signin/slip.html", person=obj, password=password, posting=posting)

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> Any:
        person = self.get_object(request, object_id)
        governed = self.governs(request, person)
        if not governed and request.method == "GET":
            messages.info(
                request,
                _("This is your own account: another administrator changes it.")
                if person == request.user
                else _(
                    "This person also works for another office, or in a role you cannot give: you see only the posts here."
                ),
            )
        extra = {"may_get_a_slip": person != request.user and may_get_a_slip(person, request.posting)}  # type: ignore[attr-defined]
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **extra})


class ActionFilter(admin.SimpleListFilter):
    """What was done, in words, among what was done here."""

    title = _("action")
    parameter_name = "action"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        done = model_admin.get_queryset(request).order_by("action").values_list("action", flat=True).distinct()
        return [(action, action_words(action)) for action in done]

    def queryset(self, request: HttpRequest, queryset: models.QuerySet) -> models.QuerySet:
        return queryset.filter(action=self.value()) if self.value() else queryset


@admin.register(AuditEvent)
class AuditEventAdmin(ScopedAdmin):
    """The audit trail of the acting office and of those below it, for reading."""

    path = "path"
    list_display = ["at", "by", "posting", "action_word", "kind_word", "reason", "address"]
    list_filter = [ActionFilter]
    list_select_related = ["by"]
    search_fields = ["action", "reason", "object_id__exact"]
    date_hierarchy = "at"
    show_full_result_count = False

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """The trail, and above it the head of its chain."""
        return super().changelist_view(request, {"head": trail_heads.head(), **(extra_context or {})})

    @admin.display(description=_("action"), ordering="action")
    def action_word(self, row: AuditEvent) -> str:
        return action_words(row.action)

    @admin.display(description=_("kind of record"), ordering="kind")
    def kind_word(self, row: AuditEvent) -> str:
        try:
            return str(apps.get_model(row.kind)._meta.verbose_name)
        except (LookupError, ValueError):
            return row.kind

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        return not lookup.startswith("by__") and super().lookup_allowed(lookup, value, request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return access.allows(Permission.VIEW_AUDIT)
