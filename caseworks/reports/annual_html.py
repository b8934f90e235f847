"""The annual report as one HTML file that opens anywhere, nothing in it loaded from elsewhere; and as a PDF file."""

from __future__ import annotations

import base64
from io import BytesIO
from pathlib import Path
from typing import IO, Any

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils.translation import get_language

from caseworks import pdf
from caseworks.reports.annual_xlsx import made_by_line
from caseworks.reports.document import Report
from caseworks.stamps import Stamp


def report_page(report: Report) -> IO[bytes]:
    """The document of the page, without the links, with its style inside."""
    css = finders.find("css/report.css")
    if css is None:
        raise FileNotFoundError("css/report.css")
    return BytesIO(_text(report, css=base64.b64encode(Path(css).read_bytes()).decode()).encode())


def report_pdf(report: Report, stamp: Stamp | None = None) -> IO[bytes]:
    """The same, laid out on sheets of A4. Only where `pdf.available()`."""
    return pdf.pdf_of([_text(report, stamp=stamp)], "css/report.css", "css/pdf.css")


def _text(report: Report, **more: Any) -> str:
    made = made_by_line(report.made_on, report.made_by)
    shown = {"report": report, "made": made, "linked": False, "language": get_language(), **more}
    return render_to_string("reports/annual_file.html", shown)
