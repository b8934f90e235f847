"""Declared pupil counts in the shared admin. Archives are not here: they are kept on their own pages, by their rules."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from caseworks.exchange.office_sheets import PupilCountResource, SheetAdmin
from caseworks.models import Organization
from caseworks.scoped_admin import under_office
from children.models import PupilCount


@admin.register(PupilCount)
class PupilCountAdmin(SheetAdmin):
    """How many pupils each school declared, term by term."""

    path = "school__path"
    deletable = True
    resource_classes = [PupilCountResource]
    list_display = ["school", "term", "pupils", "rural_pupils", "counted_on"]
    list_filter = ["term"]
    list_select_related = ["school"]
    search_fields = ["school__name", "school__code"]
    fields = ["school", "term", "counted_on", "pupils", "rural_pupils"]

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "school":
            kwargs["queryset"] = Organization.objects.filter(under_office()).schools()
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["school", "term"] if obj else []
