"""The annual report from the command line: the same object the page prints."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone, translation

from caseworks import access, audit, pdf
from caseworks.access import Permission
from caseworks.models import Organization, User
from caseworks.reports.annual import annual_report
from caseworks.reports.annual_docx import report_document
from caseworks.reports.annual_html import report_page, report_pdf
from caseworks.reports.annual_xlsx import report_book
from caseworks.reports.document import Report
from caseworks.reports.question import Question
from guardians.definitions import DEFINITIONS


def report_json(report: Report) -> IO[bytes]:
    """The report for another program."""
    return BytesIO(json.dumps(report.as_data(), ensure_ascii=False, indent=2).encode())


WRITERS: dict[str, Callable[[Report], IO[bytes]]] = {
    "docx": report_document,
    "xlsx": report_book,
    "html": report_page,
    "pdf": report_pdf,
    "json": report_json,
}


class Command(BaseCommand):
    help = "Writes the annual report of an office, as docx, xlsx, html, pdf or json."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--organization", required=True, metavar="CODE")
        parser.add_argument("--year", required=True, type=int)
        parser.add_argument("--definition", choices=tuple(DEFINITIONS), default="wide")
        parser.add_argument("--format", required=True, choices=tuple(WRITERS))
        parser.add_argument("--output", required=True, type=Path, metavar="FILE")
        parser.add_argument("--by", metavar="LOGIN", help="report what this person may see; without it, everything")

    def handle(self, *args: Any, **options: Any) -> None:
        today = timezone.localdate()
        if options["format"] == "pdf" and not pdf.available():
            raise CommandError("PDF files cannot be made here: docs/deploy.md says what to install.")
        with translation.override(settings.LANGUAGE_CODE), _acting(options["by"]) as by:
            organization = _organization(options["organization"])
            try:
                question = Question.of_year(organization, options["year"], DEFINITIONS[options["definition"]], today)
            except ValueError as error:
                raise CommandError(str(error)) from None
            report = annual_report(question, made_on=today, made_by=by)
            content = WRITERS[options["format"]](report).read()
            audit.record(
                "file.left",
                changes={
                    "what": "report.annual",
                    "name": options["output"].name,
                    "rows": 0,
                    "filters": {key: options[key] for key in ("organization", "year", "definition")},
                },
            )
        try:
            options["output"].write_bytes(content)
        except OSError as error:
            raise CommandError(f"{options['output']}: {error.strerror}") from None
        self.stdout.write(f"{options['output']}: {report.title}")


@contextmanager
def _acting(login: str | None) -> Iterator[str]:
    """Act as a person, or for everyone; gives the name that is printed."""
    if login is None:
        with access.everyone("annual_report"):
            yield "manage.py annual_report"
        return
    person = User.objects.filter(username=login, is_active=True).first()
    if person is None:
        raise CommandError(f"Nobody signs in as {login}.")
    with access.scope(person):
        if not access.allows(Permission.EXPORT_REPORTS):
            raise CommandError(f"{login} may not export reports.")
        yield str(person)


def _organization(code: str) -> Organization:
    """The office of that code, if the posting acting now reaches it."""
    acting = access.acting()
    offices = Organization.objects.all()
    if acting is not None and acting.posting is not None:
        offices = offices.under(acting.posting.organization)
    found = offices.filter(code=code).first()
    if found is None:
        raise CommandError(f"There is no office {code} here.")
    return found
