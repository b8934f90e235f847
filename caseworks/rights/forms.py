"""The forms about notices, consents, requests, holds and erasure."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from caseworks import codelists
from caseworks.classified_forms import ClassifiedForm
from caseworks.forms import DateInput
from caseworks.rights.models import Consent, ErasureProposal, LegalHold, RightsRequest
from children.forms.base import ActionForm, WarningsForm
from children.models import Child
from guardians.models import Kinship, Relative

CHILD, OTHER = "child", "other"


def _of(model: Any, name: str, **options: Any) -> forms.Field:
    return model._meta.get_field(name).formfield(**options)


def _day(label: Any, **options: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=DateInput(), **options)


class _OfTheFamilyForm(ClassifiedForm, WarningsForm):
    """A form that asks which person of the family it was: a relative, or the child."""

    fields: dict[str, Any]  # each kind of field has attributes of its own

    def __init__(self, *args: Any, child: Child, **options: Any) -> None:
        super().__init__(*args, **options)
        links = Kinship.objects.filter(child=child).select_related("relative").order_by("relation", "id")
        self._family = {link.relative.code: link for link in links}
        people = [
            (code, f"{link.relative.name} · {link.get_relation_display()}") for code, link in self._family.items()
        ]
        self.fields["relative"].choices = [("", "—"), *people, (CHILD, _("The child: %(name)s") % {"name": child.name})]

    @property
    def link(self) -> Kinship | None:
        """What the chosen person is to the child; None for the child."""
        return self._family.get(self.cleaned_data.get("relative") or "")

    def person(self) -> Relative | None:
        """The relative who was chosen; None for the child."""
        return self.link.relative if self.link else None


class ConsentForm(_OfTheFamilyForm):
    """Who of the family was told or asked, for what, and what they said."""

    kept_in = dict.fromkeys(("purpose", "answer", "relative", "way", "given_on"), "rights.Consent")
    unclassified = ("acknowledged",)

    purpose = _of(Consent, "purpose", label=_("What for"))
    answer = _of(Consent, "answer", widget=forms.RadioSelect)
    relative = forms.ChoiceField(
        label=_("Who was told or asked"), help_text=_("Below 14 years only a guardian can agree.")
    )
    way = _of(Consent, "way", label=_("How"))
    given_on = _day(_("Date"))

    def look_for_doubts(self) -> None:
        """Grandparents who care while the parents live are carers and not guardians (民法典 art. 27)."""
        link = self.link
        if self.cleaned_data.get("answer") == "agreed" and link and link.relation not in codelists.PARENTS:
            self.warn(
                _(
                    "Only a guardian can agree: as long as they live, these are the parents, and not a carer. Is this "
                    "person the guardian?"
                )
            )

    def values(self) -> dict[str, Any]:
        """What the action takes."""
        names = ("purpose", "answer", "way", "given_on")
        return {name: self.cleaned_data[name] for name in names} | {"relative": self.person()}


class WithdrawForm(ActionForm):
    """The day on which a consent was taken back."""

    on = _day(_("Withdrawn on"))


class RequestForm(_OfTheFamilyForm):
    """Who asks for what, and how it was made sure that it is them."""

    kept_in = dict.fromkeys(
        ("kind", "relative", "asker_name", "identity_check", "received_on", "words"), "rights.RightsRequest"
    )
    unclassified = ("acknowledged",)

    kind = _of(RightsRequest, "kind", widget=forms.RadioSelect)
    relative = forms.ChoiceField(label=_("Who asks"))
    asker_name = _of(
        RightsRequest, "asker_name", help_text=_("Only if it is somebody who is not in the list, such as a lawyer.")
    )
    identity_check = _of(RightsRequest, "identity_check")
    received_on = _day(_("Received on"))
    words = forms.CharField(
        label=_("What exactly"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["relative"].choices = [*self.fields["relative"].choices, (OTHER, _("Somebody else"))]

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if values.get("relative") == OTHER and not values.get("asker_name"):
            self.add_error("asker_name", forms.ValidationError(_("Write who asks."), code="required"))
        if values.get("relative") not in (OTHER, None) and values.get("asker_name"):
            clash = _("Choose “Somebody else” above, or leave this empty.")
            self.add_error("asker_name", forms.ValidationError(clash, code="both"))
        return values

    def values(self) -> dict[str, Any]:
        """What the action takes."""
        names = ("kind", "asker_name", "identity_check", "received_on", "words")
        return {name: self.cleaned_data[name] for name in names} | {"relative": self.person()}


class AnswerForm(ClassifiedForm, ActionForm):
    """What was decided, and why."""

    kept_in = dict.fromkeys(("decision", "reason"), "rights.RightsRequest")
    unclassified = ("on",)

    decision = forms.ChoiceField(label=_("Decision"), widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("Reason"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("The family reads it in the answer letter. Needed unless everything is granted."),
    )
    on = _day(_("Decided on"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["decision"].choices = codelists.RIGHTS_DECISION.choices()  # type: ignore[attr-defined]


class HoldForm(ClassifiedForm, ActionForm):
    """Why nothing may be removed."""

    kept_in = {"reason": "rights.LegalHold"}
    unclassified = ("on",)

    reason = _of(LegalHold, "reason")
    on = _day(_("From"))


class HoldEndForm(ActionForm):
    """From which day on the time of keeping runs again."""

    on = _day(_("Lifted on"))


class EraseForm(ClassifiedForm, ActionForm):
    """Why the archive is to be erased."""

    kept_in = {"reason": "rights.ErasureProposal"}

    reason = _of(ErasureProposal, "reason")


class ConfirmForm(ActionForm):
    """The second person's word."""

    understood = forms.BooleanField(
        label=_("I have checked the reason. The archive is to be erased; this cannot be undone."),
        error_messages={"required": _("Tick the box if the archive is to be erased.")},
    )


class StopForm(ActionForm):
    """Nothing to fill in."""
