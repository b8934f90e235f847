"""Why work on a batch ended otherwise than it was meant to, in the words the person reads. Kept by key, put into words when
it is shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from caseworks.exchange import reader
from caseworks.exchange.models import ImportBatch, State

WORDS = {
    "moved": _(
        "The registry has changed since this list was made. It has been made again: please look once more and confirm."
    ),
    "no_right": _("You no longer hold the post in which this was begun, so it was stopped. Nothing was changed."),
    "failed": _(
        "The work was broken off several times and has been given up. Nothing was changed. Tell whoever runs the server."
    ),
    "no_trace": _(
        "Nothing was changed: the audit trail took no entry, and nothing is changed without one. Tell whoever runs the server "
        "(command: verify_audit). When it is repaired, press the button again; the file need not be sent again."
    ),
    "interrupted": _("Reading the file was interrupted. Choose the file again."),
    "busy": _("Other people are changing archives just now, so nothing was taken back. Try again in a few minutes."),
    "built_on": _(
        "Nothing was taken back: since the import somebody has changed, or added to, what %(of)s rows of it wrote. Correct "
        "these archives one by one."
    ),
}
SINCE = {
    "gone": _("%(what)s was removed since"),
    "changed": _("%(what)s was changed since"),
    "added": _("%(what)s was added since"),
}
WHAT = {
    "child": _("archive"),
    "relative": _("relative"),
    "kinship": _("kinship"),
    "enrolment": _("enrolment"),
    "residence": _("residence"),
    "absence": _("absence"),
    "situation": _("situation"),
    "care": _("entrusted care"),
    "declaration": _("declaration"),
    "contactchild": _("contact"),
    "counterpart": _("contact"),
    "pairing": _("pairing"),
}
_NOW = {
    State.UPLOADED: _("The file is still being read."),
    State.CHECKING: _("The rows are still being checked."),
    State.IMPORTING: _("This roster is being imported."),
    State.UNDOING: _("This roster is being taken back."),
    State.REMOVING: _("This roster is being cleared away."),
    State.PREVIEWED: _("This roster is not imported yet."),
}


@dataclass(frozen=True)
class Standing:
    """A row that stands in the way of taking a batch back: its number and name, and what happened to it since."""

    sheet: str
    number: int
    name: str
    words: str
    child: Any


def words(batch: ImportBatch) -> str:
    """The sentence for the trouble of a batch; "" if it has none."""
    key = batch.trouble.get("key")
    if not key:
        return ""
    if key == "built_on":
        return str(WORDS[key]) % {"of": batch.trouble["of"]}
    if key in WORDS:
        return str(WORDS[key])
    return str(reader.REFUSALS[key]) % batch.trouble.get("facts", {})


def not_now(batch: ImportBatch) -> str:
    """Why what was asked for cannot be done in the batch's present state."""
    return str(_NOW.get(batch.state, gettext("This roster has already been imported or thrown away.")))  # type: ignore[call-overload]


def rows(batch: ImportBatch) -> list[Standing]:
    """The rows that stand in the way of taking the batch back, as far as they were noted."""
    noted: dict[int, list[str]] = {}
    for position, since, table in batch.trouble.get("rows", ()):
        what = WHAT.get(table, _("record"))
        noted.setdefault(position, []).append(str(SINCE[since]) % {"what": what})
    found = batch.rows.filter(position__in=list(noted)).order_by("position")
    return [
        Standing(batch.sheet_name(row.sheet), row.number, row.name, "；".join(noted[row.position]), row.child)
        for row in found
    ]
