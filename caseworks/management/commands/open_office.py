"""`manage.py open_office CODE NAME --kind county --login LOGIN --person NAME`: the first organization of a real
installation and its first administrator. The password is printed once and kept nowhere."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from caseworks import codelists
from caseworks.actions import HOURS_A_FIRST_PASSWORD_LASTS, open_office


class Command(BaseCommand):
    help = "Open a top organization (a county, a town, a single school) with its first administrator."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("code", help="short name for addresses and commands: a-z, 0-9 and dashes")
        parser.add_argument("name", help="the organization's name as people write it")
        parser.add_argument("--kind", default="county", choices=[entry.code for entry in codelists.ORGANIZATION_KIND])
        parser.add_argument("--login", required=True, help="login of the first administrator")
        parser.add_argument("--person", required=True, help="name of the first administrator")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            user, password = open_office(
                code=options["code"],
                name=options["name"],
                kind=options["kind"],
                login=options["login"],
                person=options["person"],
                today=timezone.localdate(),
            )
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        self.stdout.write(f"{options['name']} is open. Administrator: {user.username}   first password: {password}")
        self.stdout.write(
            f"Write the password down now; it is kept nowhere. It works once within {HOURS_A_FIRST_PASSWORD_LASTS} hours: "
            "the first sign-in asks for one of your own."
        )
