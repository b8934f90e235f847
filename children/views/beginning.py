"""Search before create: an archive is opened only after looking whether the child has one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from caseworks import audit, phones
from caseworks.access import Permission, requires
from caseworks.pages import page
from caseworks.requests import Request
from children import idnumbers, names
from children.forms.archive import OpenForm
from children.forms.base import ActionForm
from children.handover.actions import is_kept_elsewhere
from children.models import Child
from children.views.lines import places
from children.views.saving import posted
from guardians.models import Kinship, Relative

MOST = 20


class BeginForm(ActionForm):
    """What is known of the child: one of the three is enough."""

    name = forms.CharField(label=_("Name"), max_length=72, required=False)
    id_number = forms.CharField(
        label=_("ID number"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("The surest way: a number has one archive."),
    )
    phone = forms.CharField(
        label=_("Telephone of a parent or carer"),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if not any(values.get(field) for field in ("name", "id_number", "phone")):
            raise forms.ValidationError(_("Type the name, the ID number or a telephone."), code="required")
        return values

    def clean_name(self) -> str:
        return names.clean(self.cleaned_data["name"])

    def clean_id_number(self) -> str:
        return idnumbers.clean(self.cleaned_data["id_number"])

    def clean_phone(self) -> str:
        return phones.clean(self.cleaned_data["phone"])


def _alike(name: str, id_number: str, phone: str) -> list[Child]:
    """Archives in reach that may be the child's: the same number first, then names as they sound, then telephones."""
    found: dict[Any, Child] = {}
    if id_number:
        found |= {child.pk: child for child in Child.objects.with_id_number(id_number)}
    if name:
        sounds = Q(name_order=names.sort_key(name))
        for rows in (Child.objects.filter(sounds), Child.objects.matching(name)):
            found |= {child.pk: child for child in rows.in_name_order()[:MOST]}
    if phone:
        relatives = Relative.objects.with_phone(phone).values("pk")
        related = Kinship.objects.filter(relative__in=relatives).values("child")
        found |= {child.pk: child for child in Child.objects.filter(pk__in=related).in_name_order()[:MOST]}
    return list(found.values())[:MOST]


@requires(Permission.KEEP_ARCHIVES, methods=("GET", "POST"))
def begin(request: Request) -> HttpResponse:
    """Look for the child first; from there on to the archive found, to asking for it, or to a new one."""
    form = BeginForm(posted(request), initial={"name": request.GET.get("name", "")[:72]})
    if not form.is_bound or not form.is_valid():
        return page(request, "children/begin.html", form=form)
    today, typed = timezone.localdate(), form.cleaned_data
    if "new" in request.POST:
        opening = OpenForm(None, posting=request.posting, today=today, initial={"name": typed["name"]})
        opening.initial["id_number"] = typed["id_number"]  # typed a moment ago by the same person: not asked again
        return page(request, "children/create.html", form=opening, same=[])
    alike = _alike(**typed)
    elsewhere = False
    if typed["id_number"]:
        audit.record("child.searched", by=request.user)
        known = any(child.id_number == typed["id_number"] for child in alike)
        elsewhere = not known and is_kept_elsewhere(typed["id_number"])
    return page(
        request, "children/begin.html", form=form, searched=True, hits=places(alike, today), elsewhere=elsewhere
    )
