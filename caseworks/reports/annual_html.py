"""The annual report as one HTML file that opens anywhere: nothing in it is loaded from elsewhere."""

from __future__ import annotations

import base64
from io import BytesIO
from pathlib import Path
from typing import IO

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils.translation import get_language

from caseworks.reports.annual_xlsx import made_by_line
from caseworks.reports.document import Report


def report_page(report: Report) -> IO[bytes]:
    """The document of the page, without the links, with its style inside."""
    css = finders.find("css/report.css")
    if css is None:
        raise FileNotFoundError("css/report.css")
    style = base64.b64encode(Path(css).read_bytes()).decode()
    text = render_to_string(
        "reports/annual_file.html",
        {
            "report": report,
            "made": made_by_line(report.made_on, report.made_by),
            "linked": False,
            "language": get_language(),
            "css": style,
        },
    )
    return BytesIO(text.encode())
