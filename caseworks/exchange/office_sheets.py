"""Sheets of the shared admin: declared pupil counts and mentors, in and out.

Rows are told apart by what people know them by (school code and term, mentor code), never by primary key, and every
school, organization or mentor that a sheet names is looked up among those of the acting office: a sheet reaches no
further than the page it is uploaded to.
"""

from __future__ import annotations

import io
import time
import uuid
from datetime import date, datetime
from itertools import zip_longest
from pathlib import Path
from typing import IO, Any

import tablib
from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from import_export.admin import ImportExportMixin
from import_export.fields import Field
from import_export.formats.base_formats import Format
from import_export.forms import ConfirmImportForm, ImportForm
from import_export.resources import Diff, ModelResource
from import_export.tmp_storages import BaseStorage
from import_export.widgets import DateWidget, ForeignKeyWidget, IntegerWidget, Widget
from python_calamine import CalamineError, CalamineWorkbook
from tablib.exceptions import TablibException

from caseworks import audit, codelists, phones
from caseworks.codelists import CodeList
from caseworks.downloads import XLSX
from caseworks.leaving.recipes import Asked, Plan, Recipe, register
from caseworks.leaving.send import send
from caseworks.models import Organization, Posting
from caseworks.privacy import masked
from caseworks.scoped_admin import ScopedAdmin, under_office
from caseworks.sheets import Column, write_sheet
from caseworks.stamps import Stamp
from children.models import PupilCount
from visits.models import Mentor

MASKED = "****"  # in the middle of a masked number (caseworks/masks.py)
MOST_BYTES, MOST_ROWS = 2 * 1024 * 1024, 5000
SECONDS_WAITING = 3600  # an upload that nobody confirms within the hour is thrown away

# --- Files ------------------------------------------------------------------------------------------------------------


class Workbook(Format):
    """An .xlsx file, read and written by the registry's own means: text stays text, formulas are never made."""

    def __init__(self, encoding: str | None = None) -> None:
        """The stock pages name an encoding, which only text files have."""

    def get_title(self) -> str:
        return "xlsx"

    def get_extension(self) -> str:
        return "xlsx"

    def get_content_type(self) -> str:
        return XLSX

    def can_import(self) -> bool:
        return True

    def can_export(self) -> bool:
        return True

    def create_dataset(self, in_stream: bytes) -> tablib.Dataset:
        """The first sheet: its first row names the columns, empty rows are left out. Raises CalamineError, ValueError."""
        rows = CalamineWorkbook.from_filelike(io.BytesIO(in_stream)).get_sheet_by_index(0).to_python()
        if not rows or len(rows) > MOST_ROWS + 1:
            raise ValueError(f"{len(rows)} rows")
        headings = [str(cell).strip() for cell in rows[0]]
        filled = ([_cell(cell) for cell in row] for row in rows[1:])
        return tablib.Dataset(*(row for row in filled if any(row)), headers=headings)

    def export_data(self, dataset: tablib.Dataset, **kwargs: Any) -> bytes:
        columns = [Column(heading, 16) for heading in dataset.headers]
        with write_sheet(dataset.title or "1", columns, dataset, stamp=kwargs.get("stamp")) as file:
            return file.read()


def _cell(value: Any) -> Any:
    """A cell as its column's widget expects it: 56.0 is 56, a moment is its day, text has no blanks around it."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, datetime):
        return value.date()
    return value.strip() if isinstance(value, str) else value


class Waiting(BaseStorage):
    """An uploaded sheet between its preview and its confirmation, under a name that nobody can guess."""

    @staticmethod
    def file(name: str) -> Path:
        """Where the upload of that name lies. Raises ValueError for a name that was not made here."""
        return settings.UPLOADS / f"office-{uuid.UUID(name).hex}"

    def save(self, data: bytes) -> None:
        settings.UPLOADS.mkdir(parents=True, exist_ok=True, mode=0o700)
        for old in settings.UPLOADS.glob("office-*"):
            if old.stat().st_mtime < time.time() - SECONDS_WAITING:
                old.unlink(missing_ok=True)
        self.name = uuid.uuid4().hex
        self.file(self.name).write_bytes(data)

    def read(self) -> bytes:
        return self.file(self.name).read_bytes()

    def remove(self) -> None:
        self.file(self.name).unlink(missing_ok=True)


class UploadForm(ImportForm):
    """Which file."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["format"].widget = forms.HiddenInput()
        self.fields["import_file"].widget.attrs["accept"] = ".xlsx"
        self.fields["import_file"].label = _("Excel workbook (.xlsx)")

    def clean_import_file(self) -> Any:
        file = self.cleaned_data["import_file"]
        if file.size > MOST_BYTES:
            raise ValidationError(_("The file is larger than 2 MB: is it the right one?"))
        return file


class ConfirmForm(ConfirmImportForm):
    """Which upload, seen in its preview, is meant."""

    format = forms.ChoiceField(widget=forms.HiddenInput(), choices=[("0", "xlsx")])

    def clean_import_file_name(self) -> str:
        name = self.cleaned_data["import_file_name"]
        try:
            waiting = Waiting.file(name).exists()
        except ValueError:
            waiting = False
        if not waiting:
            raise ValidationError(_("This upload has been thrown away after an hour. Upload the file again."))
        return name


# --- Columns ----------------------------------------------------------------------------------------------------------


class PlainDiff(Diff):
    """What a row changes, without the inline styles of the stock one."""

    def as_html(self) -> list[Any]:
        def shown(before: Any, after: Any) -> Any:
            if self.new or before == after:
                return after
            return format_html("<del>{}</del> <ins>{}</ins>", before, after)

        return [shown(before, after) for before, after in zip_longest(self.left, self.right)]


class Named(ForeignKeyWidget):
    """An organization named by its code, among those of the acting office."""

    def __init__(self, *, only_schools: bool = False) -> None:
        super().__init__(Organization, "code")
        self.only_schools = only_schools

    def get_queryset(self, value: Any, row: Any, *args: Any, **kwargs: Any) -> QuerySet:
        found = Organization.objects.filter(under_office())
        return found.schools() if self.only_schools else found

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        found = self.get_queryset(value, row).filter(code=str(value or "")).first()
        if found is None:
            raise ValueError(_("Your office has no place with the code “%(code)s”.") % {"code": value or ""})
        return found


class Word(Widget):
    """A word of a code list."""

    def __init__(self, codelist: CodeList) -> None:
        super().__init__()
        self.codelist = codelist

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        if not value:
            return ""
        found = self.codelist.find(str(value))
        if found is None:
            words = "、".join(entry.zh for entry in self.codelist)
            raise ValueError(_("“%(word)s” is not one of: %(words)s.") % {"word": value, "words": words})
        return found.code

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return self.codelist.zh(value or "")


class Text(Widget):
    """Text, also where Excel made a number of it."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        return "" if value is None else str(value)


class Phone(Text):
    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        return phones.clean(super().clean(value, row, **kwargs))


class Day(DateWidget):
    """2026-11-20, written as text or as an Excel date."""

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        return value if isinstance(value, date) else super().clean(value, row, **kwargs)


def _column(heading: str, attribute: str, widget: Widget | None = None, **options: Any) -> Field:
    return Field(attribute=attribute, column_name=heading, widget=widget or Text(), **options)


class OfficeResource(ModelResource):
    """Rows of the acting office. `path` is the lookup to the path of the organization a row belongs to."""

    path: str

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().filter(under_office(self.path))

    def get_diff_class(self) -> type[Diff]:
        return PlainDiff

    def before_import(self, dataset: tablib.Dataset, **kwargs: Any) -> None:
        wanted = [field.column_name for field in self.get_import_fields() if not field.readonly]
        if missing := [heading for heading in wanted if heading not in dataset.headers]:
            raise ValidationError(_("The first row lacks these headings: %(names)s.") % {"names": "、".join(missing)})

    def import_row(self, row: Any, instance_loader: Any, **kwargs: Any) -> Any:
        """A code that names nothing is an error of its row, like any other; the stock loader lets it break the file."""
        try:
            for name in self.get_import_id_fields():
                self.fields[name].clean(row)
        except (KeyError, ValueError) as error:
            result = self.get_row_result_class()()
            result.import_type = result.IMPORT_TYPE_INVALID
            result.validation_error = ValidationError({self.fields[name].attribute: str(error)})
            return result
        return super().import_row(row, instance_loader, **kwargs)

    def after_save_instance(self, instance: Model, row: Any, **kwargs: Any) -> None:
        """In the transaction of the row; the preview's is rolled back, and its traces with it."""
        audit.record(f"{instance._meta.model_name}.imported", instance, reason=str(kwargs.get("file_name") or ""))


class PupilCountResource(OfficeResource):
    """One row per school and term."""

    path = "school__path"

    school = _column("学校代码", "school", Named(only_schools=True))
    school_name = _column("学校", "school__name", readonly=True)
    term = _column("学期", "term")
    counted_on = _column("统计日期", "counted_on", Day())
    pupils = _column("学生数", "pupils", IntegerWidget())
    rural_pupils = _column("其中农村学生数", "rural_pupils", IntegerWidget())

    class Meta:
        model = PupilCount
        fields = ("school", "school_name", "term", "counted_on", "pupils", "rural_pupils")
        import_id_fields = ("school", "term")
        import_order = export_order = fields
        clean_model_instances = True
        skip_unchanged = True


class MentorResource(OfficeResource):
    """One row per mentor. An empty code is somebody new; a code that is not the office's is refused."""

    path = "organization__path"

    code = _column("代码", "code")
    name = _column("姓名", "name")
    organization = _column("单位代码", "organization", Named())
    organization_name = _column("单位", "organization__name", readonly=True)
    kind = _column("类别", "kind", Word(codelists.MENTOR_KIND))
    phone = _column("电话", "phone", Phone())
    checked_on = _column("背景审查日期", "checked_on", Day())
    from_on = _column("开始日期", "from_on", Day())
    until_on = _column("结束日期", "until_on", Day())

    class Meta:
        model = Mentor
        fields = (
            "code", "name", "organization", "organization_name", "kind", "phone", "checked_on", "from_on", "until_on",
        )  # fmt: skip
        import_id_fields = ("code",)
        import_order = export_order = fields
        clean_model_instances = True
        skip_unchanged = True

    def dehydrate_phone(self, mentor: Mentor) -> str:
        return masked(mentor, "phone")

    def before_import_row(self, row: Any, **kwargs: Any) -> None:
        code = str(row.get("代码") or "")
        if code and not self.get_queryset().filter(code=code).exists():
            raise ValidationError(
                {"code": _("Your office has no mentor with this code; leave it empty for a new one.")}
            )

    def import_field(self, field: Field, instance: Any, row: Any, is_m2m: bool = False, **kwargs: Any) -> None:  # noqa: FBT001
        if field.attribute == "code":
            return  # it found the mentor, or a new one makes its own
        if field.attribute == "phone" and MASKED in str(row.get(field.column_name) or ""):
            return  # the number as our own sheet shows it: nobody typed another
        before = instance.organization_id if field.attribute == "organization" else None
        super().import_field(field, instance, row, is_m2m, **kwargs)
        if before is not None and instance.organization_id != before:
            raise ValueError(_("A mentor stays with their organization: end this one and add a new one there."))


# --- The pages --------------------------------------------------------------------------------------------------------


class SheetAdmin(ImportExportMixin, ScopedAdmin):
    """A table of the shared admin that can be exchanged as a workbook: what is shown goes out, a sheet comes in after a
    preview, all of it or nothing."""

    import_template_name = "admin/sheet_import.html"
    import_form_class = UploadForm
    confirm_form_class = ConfirmForm
    tmp_storage_class = Waiting
    skip_admin_log = True
    skip_export_form = True

    def get_import_formats(self) -> list[type[Format]]:
        return [Workbook]

    def get_export_formats(self) -> list[type[Format]]:
        return [Workbook]

    def has_import_permission(self, request: HttpRequest) -> bool:
        return self.has_change_permission(request)

    def has_export_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def get_import_data_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_import_data_kwargs(**kwargs), "rollback_on_validation_errors": True}

    def process_result(self, result: Any, request: HttpRequest) -> HttpResponse:
        if result.has_errors() or result.has_validation_errors():
            messages.error(request, _("Something changed since the preview, so nothing was imported. Upload it again."))
            return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_import")
        return super().process_result(result, request)

    def add_data_read_fail_error_to_form(self, form: Any, e: Exception) -> None:
        if not isinstance(e, CalamineError | ValueError | TablibException):
            raise e
        form.add_error("import_file", _("This is not an Excel workbook (.xlsx) with headings in its first row."))

    def export_action(self, request: HttpRequest) -> HttpResponse:
        """The file; a filter that no page offers is answered as the list answers it."""
        try:
            return super().export_action(request)
        except IncorrectLookupParameters:
            return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")

    def get_data_for_export(self, request: HttpRequest, queryset: QuerySet, **kwargs: Any) -> tablib.Dataset:
        return super().get_data_for_export(request, queryset, **{**kwargs, "force_native_type": True})

    def _do_file_export(
        self, file_format: Any, request: HttpRequest, queryset: QuerySet, export_form: Any = None
    ) -> Any:
        return send(request, TableRecipe.key, {"table": self.opts.label_lower, "query": request.GET.urlencode()})

    def get_export_data(self, file_format: Any, request: HttpRequest, queryset: QuerySet, **kwargs: Any) -> bytes:
        """The workbook; `stamp` says who took it out."""
        stamp = kwargs.pop("stamp", None)
        dataset = self.get_data_for_export(request, queryset, **kwargs)
        return file_format.export_data(dataset, stamp=stamp)


@register
class TableRecipe(Recipe):
    """A table of the shared admin as its list shows it; `table` names the model, `query` is the list's address."""

    key, what = "office.table", "office.export"
    permissions = ()

    def plan(self, asked: Asked, posting: Posting, today: date) -> Plan:
        tables = {model._meta.label_lower: table for model, table in admin.site._registry.items()}
        table = tables.get(asked.get("table", ""))
        request: Any = HttpRequest()
        request.method, request.GET, request.posting = "GET", QueryDict(asked.get("query", "")), posting
        request.user = posting.user
        if not isinstance(table, SheetAdmin):
            raise Http404
        if not table.has_export_permission(request):
            raise PermissionDenied
        queryset = table.get_export_queryset(request)

        def write(stamp: Stamp) -> IO[bytes]:
            return io.BytesIO(table.get_export_data(Workbook(), request, queryset, stamp=stamp))

        filters = {"table": table.opts.model_name, **request.GET.dict()}
        return Plan(f"{table.opts.verbose_name_plural}-{today:%Y%m%d}.xlsx", queryset.count(), write, filters=filters)
