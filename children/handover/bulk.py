"""Many children handed over at once: a leaving class to its next school. Each is a hand-over of its own, with the rules of
one, so that the receiver can take some and return others."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from caseworks.access import Via
from caseworks.classified_forms import ClassifiedForm
from children.forms.base import ActionForm
from children.handover import many
from children.handover.actions import road_of
from children.handover.forms import PlaceField, day_field, found_places
from children.lists.acts import Act, Planned, Values
from children.models import Child, Handover
from children.places import enrolments_on, residences_on


class HandOverManyForm(ClassifiedForm, ActionForm):
    """Where the children go, from which day, and why. The place is searched for by a part of its name."""

    fields: dict[str, Any]  # each kind of field has attributes of its own
    kept_in = {"reason": "children.Handover", "note": "children.Handover"}
    unclassified = ("words", "to", "on")

    words = forms.CharField(
        label=gettext_lazy("Receiving school or village: part of its name"), max_length=60, required=False
    )
    to = PlaceField(label=gettext_lazy("Receiver"), required=False)
    on = day_field(gettext_lazy("From which day"))
    reason = Handover._meta.get_field("reason").formfield()
    note = Handover._meta.get_field("note").formfield(
        help_text=gettext_lazy("What the receiver should know before taking the children on. No names, no numbers.")
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        asked = self.data.get("words", "").replace("\x00", "").strip()[:60]
        self.fields["to"].queryset = found_places(asked, self.data.get("to", ""))
        if not asked and not self.data.get("to"):
            del self.fields["to"]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if not values.get("to"):
            found = "to" in self.fields and self.fields["to"].queryset
            words = (
                _("Choose the receiver.") if found else _("Type a part of the name of the receiver; then choose it.")
            )
            raise forms.ValidationError(words, code="receiver")
        return values


def _places(children: Sequence[Child], via: Via, today: date) -> dict[Any, Any]:
    """Child → the open enrolment or residence."""
    rows: Any = enrolments_on(children, today) if via == Via.ENROLMENT else residences_on(children, today)
    return {key: row for key, row in rows.items() if row.until_on is None}


def _plan(children: Sequence[Child], values: Values | None, today: date) -> list[Planned]:
    via = road_of(values["to"]) if values else Via.ENROLMENT
    at = _places(children, via, today)
    waiting = Handover.objects.waiting().filter(child__in=[child.pk for child in children], via=via)
    wait = set(waiting.values_list("child_id", flat=True))
    return [_plan_one(child, at.get(child.pk), values, via, waits=child.pk in wait) for child in children]


def _plan_one(child: Child, row: Any, values: Values | None, via: Via, *, waits: bool) -> Planned:
    place = None if row is None else row.school if via == Via.ENROLMENT else row.village
    now = str(place or "")
    if not child.is_live:
        return Planned(child, now, why=_("The archive is closed."))
    if values is None:
        return Planned(child, now)
    if place is None:
        return Planned(child, now, why=_("Is at no such place now. Enter the new one in the archive."))
    if place == values["to"]:
        return Planned(child, now, why=_("Is there already."))
    if waits:
        return Planned(child, now, why=_("A hand-over waits for an answer already."))
    return Planned(child, now, _("asked: %(office)s") % {"office": values["to"]})


def _hand_over(children: Sequence[Child], *, by: Any, today: date, values: Values) -> int:
    facts = {name: values[name] for name in ("to", "on", "reason", "note")}
    return len(many.propose_many(children=children, by=by, **facts))


def _sentence(number: int, values: Values) -> str:
    words = ngettext(
        "%(office)s is asked to take %(number)s child from %(day)s. It sees age, sex and grade; each archive goes over when "
        "it accepts, and stays with you until then.",
        "%(office)s is asked to take %(number)s children from %(day)s. It sees age, sex and grade; each archive goes over "
        "when it accepts, and stays with you until then.",
        number,
    )
    return words % {"office": values["to"], "number": number, "day": values["on"].isoformat()}


HAND_OVER = Act(
    gettext_lazy("Hand over"), gettext_lazy("Propose the hand-overs"), HandOverManyForm, _plan, _hand_over, _sentence
)
