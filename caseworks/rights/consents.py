"""What a family was told and agreed to, asked by whoever wants to pass something on."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from caseworks import codelists
from caseworks.rights.models import Consent
from children.models import Child
from children.models.archive import ChildQuerySet
from guardians.models import Kinship

NOTICE = "notice"
ADULT_ANSWERS_BELOW = 14  # years: 个人信息保护法 art. 31


def latest(child: Child, purpose: str, on: date) -> Consent | None:
    """The answer that counts on a day: the last one given by then."""
    return Consent.objects.filter(child=child, given_on__lte=on).about(purpose).newest_first().first()


def may_share(child: Child, purpose: str, on: date) -> bool:
    """True if something about the child may be passed on, published or examined for this purpose on a day.

    Only a consent that is in force opens it: without an answer, after a refusal and after a withdrawal it is closed, and
    a notice opens nothing. Raises ValueError for a purpose that is not in the list, so that a slip never opens a door.
    """
    if purpose not in codelists.CONSENT_PURPOSE or purpose == NOTICE:
        raise ValueError(f"not a purpose that can be agreed to: {purpose}")
    answer = latest(child, purpose, on)
    return answer is not None and answer.holds_on(on)


def without_notice(children: ChildQuerySet, on: date) -> QuerySet[Child]:
    """Of these children, those whose family has not been told of the rules by a day."""
    told = Consent.objects.filter(purpose=NOTICE, given_on__lte=on).values("child")
    return children.exclude(pk__in=told)


def of(child: Child) -> list[Consent]:
    """Everything the family was told and asked, the latest first, each with what the relative is to the child."""
    relation = Kinship.objects.filter(child=OuterRef("child"), relative=OuterRef("relative")).values("relation")[:1]
    rows = Consent.objects.filter(child=child).annotate(relation_code=Subquery(relation)).newest_first()
    found = list(rows.select_related("relative"))
    for row in found:
        row.relation = codelists.RELATION.label(row.relation_code) if row.relation_code else ""
    return found


def notice_gap(child: Child, rows: Iterable[Consent], on: date) -> str:
    """What is missing in an open archive as long as nobody was told of the rules by a day (个人信息保护法 art. 17), or the empty text;
    `rows` are the child's notices and consents, as `of()` gives them."""
    if not child.is_live or any(row.purpose == NOTICE and row.given_on <= on for row in rows):
        return ""
    return str(_("the family has not been told how information is handled"))
