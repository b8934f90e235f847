"""Contacts: logging one, reading, correcting, listing and exporting them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from functools import partial
from itertools import islice
from typing import IO, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from caseworks import listed
from caseworks.access import Permission, allows, requires
from caseworks.codelists import CONCERN, CONTACT_KIND, TOPIC
from caseworks.leaving.recipes import Asked, Plan, Recipe, register
from caseworks.leaving.send import send
from caseworks.models import Posting
from caseworks.pages import page, paginate
from caseworks.privacy import visible
from caseworks.requests import Request
from caseworks.sheets import Column, write_sheet
from caseworks.stamps import Stamp
from children.models import Child
from children.views.saving import carry_out, posted
from visits import actions, due
from visits.around import around
from visits.forms.contacts import ContactFilter, ContactForm
from visits.listing import Listed, with_people
from visits.models import Contact, ContactChild

SHEET_PIECE = 500


@requires(Permission.VIEW_CHILDREN, methods=("GET", "POST"))
def log(request: Request, code: str) -> HttpResponse:
    """Log a contact about a child and whoever else was there."""
    child = get_object_or_404(Child, code=code)
    # after the child: an administrator of another county must find nothing here, not a refusal
    if not allows(Permission.LOG_CONTACTS):
        raise PermissionDenied
    today = timezone.localdate()
    form = ContactForm(posted(request), around=around(child, today), today=today)

    def change() -> str:
        contact = actions.log_contact(
            by=request.user, logged_for=request.posting.organization, today=today, **form.facts()
        )
        return f"{contact.get_absolute_url()}?saved=1"

    if response := carry_out(request, form, change):
        return response
    return page(request, "visits/contact_form.html", form=form, child=child, age=child.age_on(today))


@requires(Permission.VIEW_CHILDREN)
def contact(request: Request, code: str) -> HttpResponse:
    """One contact, with those of its children whom the reader reaches; right after saving also who is next."""
    row = get_object_or_404(Contact, code=code)
    [listed] = with_people([row])
    today = timezone.localdate()
    upcoming: list[Any] = []
    left = 0
    saved = "saved" in request.GET and row.logged_by_id == request.user.pk
    if saved and allows(Permission.LOG_CONTACTS):
        entries = due.worklist(request.posting, today).due
        left, upcoming = len(entries), due.cards(entries[:1], today)
    return page(
        request,
        "visits/contact.html",
        listed=listed,
        contact=row,
        saved=saved,
        next=upcoming[0] if upcoming else None,
        left=left,
        may_amend=allows(Permission.LOG_CONTACTS) and actions.may_amend(row, request.user),
    )


@requires(Permission.LOG_CONTACTS, methods=("GET", "POST"))
def contact_edit(request: Request, code: str) -> HttpResponse:
    """Correct a contact: one's own, or any in scope for whoever keeps the archives."""
    row = get_object_or_404(Contact, code=code)
    if not actions.may_amend(row, request.user):
        raise PermissionDenied
    today = timezone.localdate()
    children = [link.child for link in row.contact_children.select_related("child").order_by("child__born_on", "id")]
    form = ContactForm(posted(request), around=around(children[0], today, also=children[1:]), today=today, contact=row)

    def change() -> str:
        actions.amend_contact(
            contact=row,
            by=request.user,
            today=today,
            **form.facts(),
        )
        messages.success(request, _("The correction is saved."))
        return row.get_absolute_url()

    if response := carry_out(request, form, change):
        return response
    return page(request, "visits/contact_form.html", form=form, contact=row)


@requires(Permission.VIEW_CHILDREN)
def contacts(request: Request) -> HttpResponse:
    """All contacts in scope, newest first, with a filter that stays in the address."""
    if (replaced := _without_id_number(request)) is not None:
        return replaced
    form = ContactFilter(request.GET)
    rows = paginate(form.rows(), request)
    return page(
        request,
        "visits/contacts.html",
        fragment="list",
        form=form,
        rows=rows,
        listed=with_people(rows.object_list),
        covered=None if rows.paginator.exceeds else form.covered().count(),
        may_export=allows(Permission.EXPORT_CHILDREN),
    )


def _without_id_number(request: Request) -> HttpResponse | None:
    """An ID number has no place in an address: it is replaced by the archive's code, or forgotten."""
    words = re.sub(r"\s", "", request.GET.get("q", ""))
    if not re.fullmatch(r"\d{14}[\dXx]|\d{17}[\dXx]", words):
        return None
    query = request.GET.copy()
    child = Child.objects.matching(words).first()
    if child is None:
        messages.warning(request, _("No child with this ID number is in your charge."))
        query.pop("q")
    else:
        query["q"] = child.code
    return redirect(f"{reverse('visits:contacts')}?{query.urlencode()}")


@requires(Permission.EXPORT_CHILDREN)
def contacts_export(request: Request) -> HttpResponseBase:
    """The filtered list as a spreadsheet, with the official words; a long list is asked for first."""
    return send(request, ContactsRecipe.key, {"query": request.GET.urlencode()})


@register
class ContactsRecipe(Recipe):
    """What the list of contacts shows; `query` is the list's own address."""

    key, what = "contacts.list", "contacts.export"

    def plan(self, asked: Asked, posting: Posting, today: date) -> Plan:
        query = QueryDict(asked.get("query", ""))
        form = ContactFilter(query)
        found = form.rows()
        chosen = {name: value for name, value in query.items() if name in form.fields and name != "q" and value}
        write = partial(_contacts_book, found, posting)
        about = ContactChild.objects.filter(contact__in=found.order_by()).values_list("child")
        return Plan(f"联系记录-{today:%Y%m%d}.xlsx", found.count(), write, filters=chosen, listed=listed.Listed(about))


def _contacts_book(found: QuerySet[Contact], posting: Posting, stamp: Stamp) -> IO[bytes]:
    columns = [
        Column("日期", 12),
        Column("方式", 10),
        Column("是否联系上", 12),
        Column("儿童", 20),
        Column("档案编号", 24),
        Column("联系对象", 28),
        Column("内容", 20),
        Column("情况记录", 50),
        Column("关注程度", 12),
        Column("记录人", 12),
        Column("记录单位", 20),
    ]
    with translation.override("zh-hans"):
        lines = (_sheet_row(listed, posting) for listed in _in_pieces(found))
        return write_sheet("联系记录", columns, lines, stamp=stamp)


def _in_pieces(rows: QuerySet[Contact]) -> Iterator[Listed]:
    """Every row with its people, some hundred at a time: memory stays the same for a whole county."""
    pending = rows.iterator(chunk_size=SHEET_PIECE)
    while piece := list(islice(pending, SHEET_PIECE)):
        yield from with_people(piece)


def _sheet_row(listed: Listed, posting: Posting) -> list[Any]:
    contact = listed.contact
    return [
        contact.held_on,
        CONTACT_KIND.zh(contact.kind),
        "是" if contact.reached else "否",
        listed.names,
        "、".join(child.code for child in listed.children),
        "、".join(str(met) for met in listed.met),
        "、".join(TOPIC.zh(code) for code in contact.topics),
        visible(contact, "note", posting),
        CONCERN.zh(contact.concern),
        contact.logged_by.name,
        contact.logged_for.name,
    ]
