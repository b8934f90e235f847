"""Two people who correct the same record at the same time: what each changed is kept, and where both changed the same
field, whoever saves second sees both values side by side and chooses.

A form that corrects a record carries, in one hidden field, a keyed digest of every value it was opened with. So the
server can tell, field by field, who changed what, without the browser ever holding a value that it may not show:

    the person left it as it was          what the record says now is kept
    nobody else touched it                what the person typed is kept
    both changed it, to the same          nothing to decide
    both changed it, to different values  the person is asked (templates/components/conflict.html)

The choice belongs to the very values that were shown: if a third person changes the field meanwhile, it is asked anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.crypto import salted_hmac
from django.utils.formats import localize
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from caseworks import privacy
from caseworks.models import AuditEvent

OPENED = "opened"
KEEP = "keep_"
MINE, THEIRS = "mine", "theirs"
_SALT = "caseworks.merging"
_EVENTS_SEARCHED = 30


@dataclass(frozen=True)
class Conflict:
    """A field that two people changed: what each says, and who the other is and when they saved (None if unknown).

    `theirs` is masked where whoever is acting may not read it; `chosen` is the choice made so far, if any.
    """

    name: str
    label: str
    theirs: str
    mine: str
    by: Any
    at: datetime | None
    chosen: str = ""

    @property
    def choice(self) -> str:
        """The name of the pair of radio buttons."""
        return KEEP + self.name


class OpenedField(forms.CharField):
    """The hidden field with what the form was opened on; nobody types in it."""

    widget = forms.HiddenInput

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"required": False, "label": "", **options})

    def has_changed(self, initial: Any, data: Any) -> bool:
        return False


class MergingForm(forms.BaseForm):
    """Mixin, to be named first: `class EditForm(MergingForm, ClassifiedForm, ActionForm)`.

    `about` is the record the form corrects, as it stands now, and `stored` what it says, by field, as `initial` is
    given to a form. Fields that are not in `stored`, such as the day of a change, are not merged. Where there is nothing
    to correct yet, `about` is None and the form is an ordinary one. `trail` is the record under which the audit trail
    keeps such changes, if it is another.

    After validation `conflicts` holds what must be chosen, and `taken` what somebody else changed and is kept.
    """

    save_again_to_keep_mine = False  # where there is no room for a choice: both values are named, Save again decides

    def __init__(
        self,
        *args: Any,
        about: models.Model | None = None,
        stored: Mapping[str, Any] | None = None,
        trail: models.Model | None = None,
        **options: Any,
    ) -> None:
        options["initial"] = {**(stored or {}), **(options.get("initial") or {})}
        super().__init__(*args, **options)
        self.conflicts: list[Conflict] = []
        self.taken: list[Conflict] = []
        self._about, self._trail = about, trail or about
        self._merged = [name for name in self.fields if about is not None and name in (stored or self.initial)]
        if self._merged:
            # when it is shown, not now: forms go on filling their lists after this
            self.fields[OPENED] = OpenedField(initial=self._token)

    # --- what the form was opened with ---

    def _token(self) -> str:
        return self._signed({name: self._digest(name, self._now(name)) for name in self._merged}, [])

    def _signed(self, digests: dict[str, str], asked: list[str]) -> str:
        return signing.dumps([digests, asked], salt=_SALT, compress=True)

    def _opened_with(self) -> tuple[dict[str, str], list[str]]:
        """The digests that came with the form, and the fields that were asked about. A form without them knows nothing:
        each value that differs from the record is then asked about."""
        try:
            digests, asked = signing.loads(self.data.get(self.add_prefix(OPENED), ""), salt=_SALT)
        except signing.BadSignature:
            return {}, []
        return digests, asked

    def _digest(self, name: str, value: Any) -> str:
        record: Any = self._about
        text = f"{record._meta.label}|{record.pk}|{name}|{_plain(value)}"
        return salted_hmac(_SALT, text, algorithm="sha256").hexdigest()[:20]

    def _now(self, name: str) -> Any:
        """What the record says, as the field would clean it."""
        field = self.fields[name]
        value = getattr(self, "_kept", {}).get(name) or self.get_initial_for_field(field, name)
        try:
            return field.clean(field.prepare_value(value))
        except ValidationError:  # an old record may lack what is required today
            return value

    # --- merging ---

    def _clean_fields(self) -> None:
        super()._clean_fields()  # type: ignore[misc]
        self.cleaned_data.pop(OPENED, None)
        if self._merged:
            self._merge()

    def _merge(self) -> None:
        digests, asked = self._opened_with()
        still_asked = []
        for name in self._merged:
            if name not in self.cleaned_data:
                continue  # what is wrong with it stands beside it; it is merged when it is right
            mine, now = self.cleaned_data[name], self._now(name)
            if _plain(mine) == _plain(now):
                continue
            before, current = digests.get(name), self._digest(name, now)
            chosen = self.data.get(self.add_prefix(KEEP + name), "") if name in asked else ""
            if before == self._digest(name, mine) or (chosen == THEIRS and before == current):
                self.taken += [self._conflict(name, mine, now)] if name not in asked else []
                self.cleaned_data[name] = now
                self._retype(name, now)
                digests[name] = current
            elif before != current or (name in asked and chosen != MINE):
                self.conflicts.append(self._conflict(name, mine, now, chosen if before == current else ""))
                digests[name] = current
                still_asked.append(name)
        if self.conflicts and not self.save_again_to_keep_mine:
            words = _("Somebody else has changed the same while you were typing. Choose what is to stand, then save.")
            self.add_error(None, ValidationError(words, code="changed"))
        elif self.conflicts:
            self._say_both()
            still_asked = []
        self._set(OPENED, [self._signed(digests, still_asked)])

    def _say_both(self) -> None:
        for conflict in self.conflicts:
            words = _("Somebody else has changed this to “%(theirs)s”. Save again to keep “%(mine)s”.")
            values = {"theirs": conflict.theirs, "mine": conflict.mine}
            self.add_error(conflict.name, ValidationError(words % values, code="changed"))

    def _retype(self, name: str, value: Any) -> None:
        """Show in the field what the record says; one that must be asked for stays empty."""
        if name in getattr(self, "_kept", {}):
            self._set(name, [])
            return
        value = self.get_initial_for_field(self.fields[name], name)
        value = self.fields[name].prepare_value(value)
        several = value if isinstance(value, list | tuple | set) else [value]
        self._set(name, ["on" if each is True else str(each) for each in several if each not in (None, False)])

    def _set(self, name: str, values: list[str]) -> None:
        given: Any = self.data
        data = given.copy()
        if hasattr(data, "setlist"):
            data.setlist(self.add_prefix(name), values)
        else:
            data[self.add_prefix(name)] = values[0] if len(values) == 1 else values or ""
        self.data = data

    # --- what is shown ---

    def _conflict(self, name: str, mine: Any, now: Any, chosen: str = "") -> Conflict:
        event = self._last_change(name)
        masked = name in getattr(self, "masked_fields", ())
        theirs = self._words(name, now)
        return Conflict(
            name,
            str(self.fields[name].label),
            privacy.mask(name, theirs) if masked and now else theirs,
            self._words(name, mine),
            event.by if event else None,
            event.at if event else None,
            chosen,
        )

    def _last_change(self, name: str) -> AuditEvent | None:
        record: Any = self._trail
        events = AuditEvent.objects.filter(kind=record._meta.label, object_id=record.pk)
        latest = events.select_related("by").order_by("-at", "-id")[:_EVENTS_SEARCHED]
        return next((event for event in latest if name in event.changes), None)

    def _words(self, name: str, value: Any) -> str:
        """A cleaned value as people read it."""
        field = self.fields[name]
        if _plain(value) == "":
            return gettext("left empty")
        if isinstance(value, models.Model):
            return str(value)
        if isinstance(field, forms.ChoiceField):
            words = {str(code): str(word) for code, word in _flat(field.choices)}
            shown = field.prepare_value(value)
            several = shown if isinstance(shown, list | tuple) else [{True: "yes", False: "no"}.get(shown, shown)]
            return "、".join(words.get(str(each), str(each)) for each in several)
        if isinstance(value, bool):
            return gettext("yes") if value else gettext("no")
        return str(localize(value))


class MergingModelForm(MergingForm, forms.ModelForm):
    """The same for the shared admin: the record is the form's instance, and every field of it is merged."""

    def __init__(self, *args: Any, **options: Any) -> None:
        instance = options.get("instance")
        exists = instance is not None and not instance._state.adding
        super().__init__(*args, about=instance if exists else None, **options)


def _flat(choices: Any) -> Any:
    for code, word in choices:
        if isinstance(word, list | tuple):
            yield from word
        else:
            yield code, word


def _plain(value: Any) -> str:
    """A text that is equal for equal values, however they reach the form."""
    if value is None or value == "":
        return ""
    if isinstance(value, models.Model):
        return str(value.pk)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple | set | models.QuerySet):
        return "\n".join(sorted(_plain(each) for each in value))
    return str(value).replace("\r\n", "\n").strip()
