"""A mentor for many children at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from caseworks import access
from caseworks.forms import DateInput
from children.forms.base import ActionForm
from children.lists.acts import Act, Planned, Values
from children.models import Child
from visits.actions.pairings import pair
from visits.forms.pairings import MentorField
from visits.models import Mentor, Pairing


class PairManyForm(ActionForm):
    """Which mentor, from which day."""

    fields: dict[str, Any]  # each kind of field has attributes of its own

    mentor = MentorField(label=gettext_lazy("Mentor"), queryset=Mentor.objects.none(), to_field_name="code")
    on = forms.DateField(label=gettext_lazy("Starts on"), widget=DateInput())

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        acting = access.acting()
        if acting is not None and acting.posting is not None:
            self.fields["mentor"].queryset = Mentor.objects.to_choose(acting.posting.organization, acting.scope.today)


def _plan(children: Sequence[Child], values: Values | None, today: date) -> list[Planned]:
    paired = defaultdict(list)
    rows = Pairing.objects.open_on(today).filter(child__in=[child.pk for child in children])
    for row in rows.select_related("mentor").order_by("from_on", "id"):
        paired[row.child_id].append(row.mentor)
    return [_plan_one(child, paired[child.pk], values) for child in children]


def _plan_one(child: Child, mentors: list[Mentor], values: Values | None) -> Planned:
    now = _(", ").join(mentor.name for mentor in mentors)
    if not child.is_live:
        return Planned(child, now, why=_("The archive is closed."))
    if values is None:
        return Planned(child, now)
    mentor, on = values["mentor"], values["on"]
    if mentor in mentors:
        return Planned(child, now, why=_("Is paired with this mentor already."))
    if on < max(mentor.from_on, child.born_on):
        return Planned(child, now, why=_("That day is before the mentor began, or before the child was born."))
    return Planned(child, now, _(", ").join(each.name for each in [*mentors, mentor]))


@transaction.atomic
def _pair(children: Sequence[Child], *, by: Any, today: date, values: Values) -> int:
    for child in children:
        pair(mentor=values["mentor"], child=child, by=by, on=values["on"])
    return len(children)


def _sentence(number: int, values: Values) -> str:
    words = ngettext(
        "From %(day)s, %(mentor)s is the mentor of %(number)s more child.",
        "From %(day)s, %(mentor)s is the mentor of %(number)s more children.",
        number,
    )
    return words % {"day": values["on"].isoformat(), "mentor": values["mentor"].name, "number": number}


PAIR = Act(gettext_lazy("Choose a mentor"), gettext_lazy("Begin the pairings"), PairManyForm, _plan, _pair, _sentence)
