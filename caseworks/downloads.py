"""The only way a file leaves the registry: it is in the audit trail before its first byte is sent.

Lists about many people, and files with what is otherwise masked, first need a second person's word
(`caseworks/leaving/`); they too leave through `Download` in the end.
"""

from __future__ import annotations

from pathlib import PurePath
from typing import IO

from django.core.exceptions import SuspiciousFileOperation
from django.db import transaction
from django.http import FileResponse
from django.utils.text import get_valid_filename

from caseworks import audit
from caseworks.identity import random_code
from caseworks.listed import Listed, keep, list_of
from caseworks.signin import gates
from caseworks.stamps import Stamp

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ZIP = "application/zip"
CSV = "text/csv"
LONGEST_NAME = 80


def safe_name(name: str) -> str:
    """The name of a file as every system takes it: no path, no quotes, no control or direction characters, not longer
    than 80 characters and its ending."""
    stem, suffix = PurePath(name).stem, PurePath(name).suffix
    if stem.startswith(".") and not suffix:  # nothing but an ending: Python takes ".xlsx" for a name
        stem, suffix = "", stem
    try:
        return get_valid_filename(stem[:LONGEST_NAME].strip(". ")) + suffix
    except SuspiciousFileOperation:  # nothing is left of it
        return f"file{suffix}"


class Download(FileResponse):
    """A file for the person who asked.

    `what` says in a word what it is (`children.export`), `rows` how many records about people it holds, `filters` how
    they were chosen, `full` whether it shows what is otherwise masked, `purpose` what it is for; all are kept in the audit
    trail, with the number that `stamp` printed into the file. `listed` are the children in it, unless they were kept when
    the file was made. `name` may be Chinese. Outside the demo the person must have shown a second factor; one who has not is sent to do so first.
    """

    def __init__(
        self,
        content: IO[bytes],
        *,
        name: str,
        content_type: str,
        what: str,
        rows: int,
        filters: dict | None = None,
        stamp: Stamp | None = None,
        full: bool = False,
        purpose: str = "",
        listed: Listed | None = None,
    ) -> None:
        gates.demand_second_factor()
        name = safe_name(name)
        self.number = stamp.code if stamp else random_code()
        changes = {"export": self.number, "what": what, "name": name, "rows": rows, "filters": filters or {}}
        changes["full"] = full
        about = list_of(self.number)
        with transaction.atomic():
            changes |= keep(about, listed) if listed else {}
            audit.record("file.left", about=about, reason=purpose, changes=changes)
        super().__init__(content, as_attachment=True, filename=name, content_type=content_type)
        self["X-Content-Type-Options"] = "nosniff"
        self["Content-Security-Policy"] = "default-src 'none'; sandbox"


class Shown(FileResponse):
    """A picture shown in the browser, never as a page: it can run nothing and load nothing. Whoever shows it has left the
    trace of the look before."""

    def __init__(self, content: IO[bytes], *, size: int) -> None:
        super().__init__(content, content_type="image/jpeg")
        self["Content-Length"] = str(size)
        self["Content-Disposition"] = "inline"
        self["X-Content-Type-Options"] = "nosniff"
        # the browser's own viewer of pictures writes a style into the frame it makes; a JPEG has none of its own
        self["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
