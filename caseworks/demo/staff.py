"""The people who work in the offices of the demo. Only the demo logins can sign in."""

from __future__ import annotations

from datetime import date

from django.contrib.auth.hashers import make_password

from caseworks.demo.rows import Rows
from caseworks.demo_logins import DEMO_LOGINS, PASSWORD
from caseworks.models import Organization, Posting, User
from caseworks.signin import actions, lockout


def restore_logins() -> None:
    """Let the demo logins in again as printed: whoever tries the demo may have made a slip, chosen another password, set
    up a second factor or locked a login."""
    for user in User.objects.filter(username__in=[login.username for login in DEMO_LOGINS]):
        lockout.forget(user.username)
        if user.second_factor_since is not None:
            actions.remove_second_factor(user=user, by=None)
        if user.first_password_until is not None or not user.check_password(PASSWORD):
            actions.change_password(user=user, password=PASSWORD, by=user)


class Staff:
    """Makes accounts and postings; all hold their posts since September two years ago."""

    def __init__(self, rows: Rows, today: date) -> None:
        self.rows = rows
        self.since = date(today.year - 2, 9, 1)
        self._logins: dict[str, User] = {}

    def add(self, username: str, name: str, place: Organization, role: str, *, password: str | None = None) -> User:
        """Somebody in a post; without a password nobody can sign in as them."""
        user = self.rows.add(User(username=username, name=name, password=password or make_password(None)))
        self.rows.add(Posting(user=user, organization=place, role=role, from_on=self.since))
        return user

    def add_logins(self) -> None:
        """The logins of the demo. One hash serves all: the password is printed on the login page anyway."""
        password = make_password(PASSWORD)
        places = {place.code: place for place in Organization.objects.all()}
        for login in DEMO_LOGINS:
            place = places[login.organization]
            self._logins[login.username] = self.add(login.username, login.name, place, login.role, password=password)

    def login(self, username: str) -> User:
        """The account of a demo login."""
        return self._logins[username]
