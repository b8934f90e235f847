"""The form that adds a picture."""

from __future__ import annotations

from datetime import date
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from caseworks import codelists, uploads
from caseworks.forms import DateInput
from children.attachments.actions import SCANS
from children.attachments.proofs import Proof
from children.names import clean

ACCEPTED = "image/jpeg,image/png,image/webp"


class AttachmentForm(forms.Form):
    """Which picture, what it is, and its day. With a `proof` it is known what it is, and only the picture is asked.

    A telephone has two buttons, because the one that opens the camera cannot choose a picture that is there already.
    """

    camera = forms.FileField(
        label=_("Take a photograph"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ACCEPTED, "capture": "environment"}),
    )
    picture = forms.FileField(
        label=_("Picture"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ACCEPTED}),
        help_text=_("A photograph (jpg, png, webp) of at most 10 MB. Where and with what it was taken is not kept."),
    )
    kind = forms.ChoiceField(label=_("What it is"))
    title = forms.CharField(label=_("Title"), max_length=80, required=False)
    taken_on = forms.DateField(label=_("Taken or signed on"), required=False, widget=DateInput())

    def __init__(self, *args: Any, today: date, proof: Proof | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today, self.proof = today, proof
        fields: dict[str, Any] = self.fields
        if proof is not None:
            del fields["kind"], fields["title"]
        else:
            fields["kind"].choices = codelists.ATTACHMENT_KIND.choices()

    @property
    def helper(self) -> FormHelper:
        helper = FormHelper()
        helper.form_tag = False
        helper.disable_csrf = True
        return helper

    def clean_title(self) -> str:
        return clean(self.cleaned_data["title"])

    def clean_taken_on(self) -> date | None:
        day = self.cleaned_data["taken_on"]
        if day and day > self.today:
            raise ValidationError(_("The day lies in the future."))
        return day

    def clean(self) -> dict[str, Any]:
        """The picture last: it is painted only if the rest is in order."""
        data = super().clean() or {}
        if self.proof is not None:
            data |= {"kind": self.proof.kind, "title": ""}
        file = data.pop("camera", None) or data.get("picture")
        if not self.errors and file is None:
            self.add_error("picture", _("Take a photograph, or choose a picture."))
        elif not self.errors and file is not None:
            side = uploads.SCAN_SIDE if data["kind"] in SCANS else uploads.PHOTO_SIDE
            try:
                data["picture"] = uploads.received(file, size=file.size, side=side)
            except uploads.UploadError as refusal:
                self.add_error("picture", refusal)
        return data
