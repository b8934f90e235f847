"""What changes the office itself: opening it, and giving people their posts."""

from __future__ import annotations

from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from caseworks import audit
from caseworks.access import Role
from caseworks.identity import random_password
from caseworks.models import Organization, Posting, User
from caseworks.signin import lockout

HOURS_A_FIRST_PASSWORD_LASTS = 72


def give_first_password(user: User) -> str:
    """Set a random password that must be changed at the first sign-in and is dead after 72 hours. Saves the account;
    returns the password, which is kept nowhere."""
    password = random_password()
    user.set_password(password)
    user.password_set_at = timezone.now()
    user.first_password_until = user.password_set_at + timedelta(hours=HOURS_A_FIRST_PASSWORD_LASTS)
    user.save()
    return password


@transaction.atomic
def reset_password(*, user: User, by: User | None) -> str:
    """Give somebody who cannot sign in a new first password for a slip (where there is no e-mail): returns it.

    All sessions of the account end and a lock after wrong passwords is lifted. The second factor stays.
    """
    password = give_first_password(user)
    user.sessions.all().delete()
    lockout.forget(user.username)
    audit.record("user.password_reset", user, by=by)
    return password


@transaction.atomic
def open_office(*, code: str, name: str, kind: str, login: str, person: str, today: date) -> tuple[User, str]:
    """Open a new top organization with the two people who set up the rest: returns the administrator and the first password.

    The administrator's posting is followed by one as system manager, because somebody must be able to add the
    organizations below. Raises ValidationError if the code or the login is taken or malformed.
    """
    organization = Organization(code=code, name=name, kind=kind)
    organization.full_clean(exclude=["path"])
    organization.save()
    if User.objects.filter(username=login).exists():
        raise ValidationError(_("The login %(login)s is taken."), params={"login": login})
    user = User(username=login, name=person)
    password = give_first_password(user)
    for role in (Role.ADMINISTRATOR, Role.SYSTEM):
        Posting.objects.create(user=user, organization=organization, role=role, from_on=today)
    audit.record("office.opened", organization, by=user)
    return user, password
