"""The only way a file leaves the registry: it is in the audit trail before its first byte is sent."""

from __future__ import annotations

from pathlib import PurePath
from typing import IO

from django.http import FileResponse
from django.utils.text import get_valid_filename

from caseworks import audit
from caseworks.signin import gates

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


class Download(FileResponse):
    """A file for the person who asked.

    `what` says in a word what it is (`children.export`), `rows` how many records about people it holds, `filters` how
    they were chosen; all three are kept in the audit trail. `name` may be Chinese. Outside the demo the person must have
    shown a second factor; one who has not is sent to do so first.
    """

    def __init__(
        self, content: IO[bytes], *, name: str, content_type: str, what: str, rows: int, filters: dict | None = None
    ) -> None:
        stem, suffix = PurePath(name).stem, PurePath(name).suffix
        gates.demand_second_factor()
        name = get_valid_filename(stem[:80] or "file") + suffix
        audit.record("file.left", changes={"what": what, "name": name, "rows": rows, "filters": filters or {}})
        super().__init__(content, as_attachment=True, filename=name, content_type=content_type)
        self["X-Content-Type-Options"] = "nosniff"
