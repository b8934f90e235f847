"""What a family or an office is handed on paper: an answer, the copy of an archive, the proof of an erasure.

A paper is built once; the printable page and the Word file only print it, so they cannot differ.
"""

from __future__ import annotations

import re
import tempfile
from dataclasses import dataclass, field
from datetime import date
from typing import IO, Any

from django.apps import apps
from django.conf import settings
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from caseworks.models import Organization
from caseworks.reports.annual_docx import TYPE_AREA, add_signature, add_table, blank_document
from caseworks.rights.models import Erasure, RightsRequest
from guardians.models import Kinship


@dataclass(frozen=True)
class Table:
    """Rows under a heading; `widths` in millimetres, of the 156 between the margins."""

    title: str
    columns: list[str]
    rows: list[list[str]]
    widths: list[float] = field(default_factory=list)

    @property
    def measured(self) -> list[float]:
        return self.widths or [TYPE_AREA / len(self.columns)] * len(self.columns)


@dataclass(frozen=True)
class Paper:
    """A title, what is said, tables, and who signs on which day."""

    title: str
    number: str
    paragraphs: list[str]
    tables: list[Table]
    office: str
    day: date

    @property
    def signed_on(self) -> str:
        return _day(self.day)


def _day(day: date) -> str:
    return date_format(day, "DATE_FORMAT")


# characters that a Word file cannot hold
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def document(paper: Paper, author: str) -> IO[bytes]:
    """The paper as a Word file, laid out like every official text."""
    word = blank_document(paper.title, author)
    word.add_paragraph(_UNPRINTABLE.sub("", paper.title), style="Title")
    for text in (paper.number, *paper.paragraphs):
        word.add_paragraph(_UNPRINTABLE.sub("", text))
    for table in paper.tables:
        word.add_heading(table.title, 1)
        rows = [[_UNPRINTABLE.sub("", text) for text in row] for row in table.rows]
        add_table(word, table.columns, rows, table.measured)
    add_signature(word, paper.office, paper.signed_on)
    file = tempfile.TemporaryFile()  # noqa: SIM115  (the response closes it)
    word.save(file)
    file.seek(0)
    return file


# --- The answer to a request ------------------------------------------------------------------------------------------


def asker(request: RightsRequest) -> str:
    """Who asks, in words: name and what they are to the child."""
    if request.asker_name:
        return request.asker_name
    if request.relative is None:
        return request.child.name
    link = Kinship.objects.filter(child=request.child_id, relative=request.relative_id).first()
    relation = link.get_relation_display() if link else ""
    return request.relative.name + (f"（{relation}）" if relation else "")


def _what_follows(request: RightsRequest) -> str:
    """What the family can do now that it was granted."""
    return {
        "view": _("You can see it at our office; please bring your identity card."),
        "copy": _("The copy is handed over together with this letter."),
        "correct": _("We correct it without delay; you can see the result at our office."),
        "erase": _(
            "We erase the archive without delay and give you a proof that it was done. What the law asks us to keep is "
            "named there."
        ),
    }[request.kind]


def letter(request: RightsRequest) -> Paper:
    """The answer in writing: what was asked, what was decided and why, and where to complain (个人信息保护法 art. 50)."""
    values = {
        "day": _day(request.received_on),
        "kind": request.get_kind_display(),
        "name": request.child.name,
        "decision": request.get_decision_display(),
    }
    paragraphs = [
        _("To %(asker)s:") % {"asker": asker(request)},
        _("On %(day)s you asked us about the information we keep about %(name)s. You asked for: %(kind)s.") % values,
        _("We have examined it. Our decision: %(decision)s.") % values,
    ]
    if request.reason:
        paragraphs.append(_("Reason: %(reason)s") % {"reason": request.reason})
    if request.is_granted:
        paragraphs.append(_what_follows(request))
    paragraphs.append(
        _(
            "If you do not agree with this answer, you can complain to the county's department of civil affairs, to the "
            "hotline 12345 or to the cyberspace office's hotline 12377, or bring an action before the people's court."
        )
    )
    if settings.PRIVACY_OFFICER:
        paragraphs.append(_("Who answers for the data: %(officer)s") % {"officer": settings.PRIVACY_OFFICER})
    assert request.decided_on is not None  # noqa: S101  (a decision has a day: a constraint of the database)
    return Paper(
        title=_("Answer to a request about personal information"),
        number=_("Request %(code)s") % {"code": request.code},
        paragraphs=paragraphs,
        tables=[],
        office=request.received_for.name,
        day=request.decided_on,
    )


# --- The proof of an erasure ------------------------------------------------------------------------------------------


def _kinds(counts: dict[str, int]) -> list[list[str]]:
    """Kinds of records in words, each with how many; those without a word of their own are added up."""
    rows: dict[str, int] = {}
    for label, number in counts.items():
        model: Any = apps.get_model(label)
        named = "verbose_name" in model._meta.original_attrs
        words = str(model._meta.verbose_name) if named else _("links and keys")
        rows[words] = rows.get(words, 0) + number
    return [[words, str(number)] for words, number in rows.items()]


def proof(erasure: Erasure, office: Organization) -> Paper:
    """That an archive was erased: when, why, by whom, what went and what is kept; nothing about the child."""
    done = localtime(erasure.done_at)
    paragraphs = [
        _("On %(day)s one archive was erased. Reason: %(reason)s.")
        % {"day": date_format(done, "DATETIME_FORMAT"), "reason": erasure.get_reason_display()},
    ]
    if erasure.request_code and erasure.requested_on:
        paragraphs.append(
            _("It had been asked for on %(day)s (request %(code)s).")
            % {"day": _day(erasure.requested_on), "code": erasure.request_code}
        )
    paragraphs.append(
        _("Proposed by %(one)s, confirmed by %(other)s.") % {"one": erasure.proposed_by, "other": erasure.confirmed_by}
    )
    kept = [
        [
            _("Events of the audit trail about this archive, without its name or numbers"),
            _("the law asks for a record of who handled information (个人信息保护法 art. 55, 56)"),
            _day(erasure.kept_until),
        ],
        [
            _("Copies for emergencies (backups), encrypted"),
            _("they cannot be changed singly; each is overwritten when its time is over"),
            _("the longest time of a backup"),
        ],
        [_("This proof"), _("to show that the request was met"), _day(erasure.kept_until)],
    ]
    tables = [
        Table(_("What was removed"), [_("Kind of record"), _("Number")], _kinds(erasure.removed), [116, 40]),
        Table(_("What is kept, and why"), [_("What is kept"), _("Why"), _("Until")], kept, [62, 60, 34]),
    ]
    if erasure.unlinked:
        tables.insert(
            1,
            Table(
                _("What other children share: no longer linked to this archive"),
                [_("Kind of record"), _("Number")],
                _kinds(erasure.unlinked),
                [116, 40],
            ),
        )
    return Paper(
        title=_("Proof of erasure"),
        number=_("Number %(code)s") % {"code": erasure.code},
        paragraphs=paragraphs,
        tables=tables,
        office=office.name,
        day=done.date(),
    )
