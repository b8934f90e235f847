"""Bring a roster in from the command line, by the same steps as the page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from caseworks import access
from caseworks.access import Permission
from caseworks.exchange import actions, returns, shown
from caseworks.exchange.models import ImportBatch
from caseworks.models import Organization, Posting, User


class Command(BaseCommand):
    help = (
        "Brings a roster (xlsx, xls, ods, csv) in. Rows that are refused, or that a person has to decide, stay out. "
        "The exit status is 0 only if every row went in."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--organization", required=True, help="code of the office whose roster it is")
        parser.add_argument("--by", required=True, help="login of the person on whose behalf it is imported")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen, and change nothing")
        parser.add_argument(
            "--errors",
            type=Path,
            help="write the rows that stay out, with the reason, to this file (a CSV comes back as CSV)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(f"There is no file {path}.")
        organization, user = self._organization(options["organization"]), self._user(options["by"])
        today = timezone.localdate()
        posting = self._posting(user, organization, today)
        with access.scope(user, posting=posting, today=today):
            try:
                batch = actions.receive(
                    by=user, organization=organization, roster_on=today, path=path, file_name=path.name
                )
                if options["dry_run"]:
                    self._report(batch, options["errors"])
                    actions.discard(batch=batch, by=user)
                else:
                    actions.confirm(batch=batch, by=user)
                    self._report(batch, options["errors"])
            except ValidationError as refusal:
                raise CommandError(" ".join(refusal.messages)) from None
        counts = batch.counts
        self.stdout.write(
            f"created={counts.get('new', 0)} updated={counts.get('changed', 0)} "
            f"unchanged={counts.get('unchanged', 0)} refused={batch.staying_out}"
        )
        if batch.staying_out:
            raise SystemExit(1)

    def _organization(self, code: str) -> Organization:
        organization = Organization.objects.filter(code=code, closed_on=None).first()
        if organization is None:
            raise CommandError(f"There is no organization {code}.")
        return organization

    def _user(self, username: str) -> User:
        user = User.objects.filter(username=username, is_active=True).first()
        if user is None:
            raise CommandError(f"Nobody can sign in as {username}.")
        return user

    def _posting(self, user: User, organization: Organization, today: Any) -> Posting:
        for posting in user.postings_on(today):
            if organization.is_under(posting.organization) and posting.allows(Permission.IMPORT_ROSTERS):
                return posting
        raise CommandError(f"{user.username} may not import rosters of {organization.code}.")

    def _report(self, batch: ImportBatch, errors: Path | None) -> None:
        for sheet, lacking in actions.missing_columns(batch):
            self.stderr.write(f"{sheet}: {', '.join(lacking)}")
        for row in batch.rows.filter(flawed=True).order_by("position").iterator():
            for line in returns.lines(batch, row):
                self.stderr.write(line)
        for _tab, words, number in shown.lacking_kinds(batch, shown.LACKING):
            self.stderr.write(f"{words}: {number}")
        if errors is not None:
            content, _type, _ending = returns.rows_that_stay_out(batch)
            with content:
                errors.write_bytes(content.read())
