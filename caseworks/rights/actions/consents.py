"""Recording what a family was told and agreed to."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from caseworks import audit
from caseworks.disclosure.processing import RULES_VERSION
from caseworks.models import User
from caseworks.privacy import masked_changes
from caseworks.rights.consents import ADULT_ANSWERS_BELOW, NOTICE
from caseworks.rights.models import Consent
from children import rules
from children.models import Child
from guardians.models import Kinship, Relative

_FIELDS = ("purpose", "answer", "way", "given_on", "rules_version")


@transaction.atomic
def record_consent(
    *,
    child: Child,
    by: User,
    purpose: str,
    answer: str,
    relative: Relative | None,
    way: str,
    given_on: date,
    rules_version: str = RULES_VERSION,
) -> Consent:
    """Record that the family was told (`purpose` "notice", `answer` "told"), or what it answered for a purpose.

    Without a relative the child answered, who must be 14. Raises ValidationError for a younger child, for somebody who
    is not of the family, and for a day to come.
    """
    rules.refuse_future(given_on, "given_on")
    if given_on < child.born_on:
        raise ValidationError({"given_on": ValidationError(_("That is before the child was born."), code="unborn")})
    if relative is None and child.age_on(given_on) < ADULT_ANSWERS_BELOW:
        words = _("The child is under 14: a parent or another guardian must answer.")
        raise ValidationError({"relative": ValidationError(words, code="too_young")})
    if relative is not None and not Kinship.objects.filter(child=child, relative=relative).exists():
        raise ValidationError({"relative": ValidationError(_("Choose somebody of this family."), code="stranger")})
    if (purpose == NOTICE) != (answer == "told"):
        words = _("A notice is told; for every other purpose choose whether the family agrees.")
        raise ValidationError({"answer": ValidationError(words, code="mismatch")})
    row = Consent(
        child=child,
        purpose=purpose,
        answer=answer,
        relative=relative,
        way=way,
        given_on=given_on,
        rules_version=rules_version,
        recorded_by=by,
    )
    row.clean_fields()
    row.save()
    audit.record(
        "consent.recorded",
        child,
        by=by,
        changes=masked_changes(Consent, {}, {each: getattr(row, each) for each in _FIELDS}),
    )
    return row


@transaction.atomic
def withdraw_consent(*, consent: Consent, by: User, on: date) -> Consent:
    """The family takes a consent back: from that day on nothing may be done on its ground. What was done stays lawful."""
    row = Consent.objects.select_for_update(of=("self",)).select_related("child").get(pk=consent.pk)
    if row.answer != "agreed":
        raise ValidationError(_("Only what was agreed to can be withdrawn."), code="not_agreed")
    if row.withdrawn_on is not None:
        raise ValidationError(_("This has already been withdrawn."), code="withdrawn")
    rules.refuse_future(on, "on")
    if on < row.given_on:
        words = _("It was given on %(day)s; it cannot be withdrawn before that.") % {"day": row.given_on.isoformat()}
        raise ValidationError({"on": ValidationError(words, code="before")})
    row.withdrawn_on = on
    row.save(update_fields=["withdrawn_on"])
    changes = masked_changes(Consent, {}, {"purpose": row.purpose, "withdrawn_on": on})
    audit.record("consent.withdrawn", row.child, by=by, changes=changes)
    return row
