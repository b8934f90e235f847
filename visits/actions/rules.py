"""Contact rules of an office: how often which children are to be contacted."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from caseworks import audit
from caseworks.models import Organization, User
from visits.models import ContactRule


@transaction.atomic
def set_rule(
    *,
    by: User,
    organization: Organization,
    role: str,
    every_days: int,
    from_on: date,
    kind: str = "",
    definition: str = "",
) -> ContactRule:
    """Let people in a role, at an office and below it, contact certain children every so many days.

    A rule of the same office for the same role, kind and definition ends on the day the new one begins. Raises
    ValidationError if that one began later.
    """
    same = ContactRule.objects.filter(
        organization=organization, role=role, kind=kind, definition=definition, until_on__isnull=True
    )
    for rule in same:
        end_rule(rule=rule, by=by, on=from_on)
    rule = ContactRule.objects.create(
        organization=organization, role=role, kind=kind, definition=definition, every_days=every_days, from_on=from_on
    )
    audit.record("contact_rule.set", rule, by=by, changes={"every_days": [None, every_days], "role": [None, role]})
    return rule


@transaction.atomic
def end_rule(*, rule: ContactRule, by: User, on: date) -> ContactRule:
    """From `on` the rule holds no more. Raises ValidationError if it has an end, or began later."""
    if rule.until_on is not None:
        raise ValidationError(_("This rule has an end already: %(day)s.") % {"day": rule.until_on}, code="ended")
    if on < rule.from_on:
        raise ValidationError(
            _("It began on %(day)s and cannot end before.") % {"day": rule.from_on}, code="before_it_began"
        )
    rule.until_on = on
    rule.save(update_fields=["until_on"])
    audit.record("contact_rule.ended", rule, by=by, changes={"until_on": [None, on.isoformat()]})
    return rule
