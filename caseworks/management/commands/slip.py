"""`manage.py slip LOGIN`: a new first password for somebody whom no administrator can help, such as the only
administrator of an office. The password is printed once and kept nowhere."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from caseworks.actions import HOURS_A_FIRST_PASSWORD_LASTS, reset_password
from caseworks.models import User
from caseworks.signin.actions import remove_second_factor


class Command(BaseCommand):
    help = "Give somebody a new first password; with --telephone-lost, remove the second factor too."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("login")
        parser.add_argument("--telephone-lost", action="store_true")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["login"], is_active=True).first()
        if user is None:
            raise CommandError(f"Nobody signs in as {options['login']}.")
        if options["telephone_lost"]:
            remove_second_factor(user=user, by=None)
        password = reset_password(user=user, by=None)
        self.stdout.write(f"{user.username}   first password: {password}   for {HOURS_A_FIRST_PASSWORD_LASTS} hours")
