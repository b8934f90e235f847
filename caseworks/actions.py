"""What changes the office itself: opening it, and giving people their posts."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from caseworks import audit
from caseworks.access import Role
from caseworks.identity import random_password
from caseworks.models import Organization, Posting, User


@transaction.atomic
def open_office(*, code: str, name: str, kind: str, login: str, person: str, today: date) -> tuple[User, str]:
    """Open a new top organization with the two people who set up the rest: returns the administrator and the password.

    The administrator's posting is followed by one as system manager, because somebody must be able to add the
    organizations below. Raises ValidationError if the code or the login is taken or malformed.
    """
    organization = Organization(code=code, name=name, kind=kind)
    organization.full_clean(exclude=["path"])
    organization.save()
    if User.objects.filter(username=login).exists():
        raise ValidationError(_("The login %(login)s is taken."), params={"login": login})
    password = random_password()
    user = User.objects.create_user(login, password, name=person)
    for role in (Role.ADMINISTRATOR, Role.SYSTEM):
        Posting.objects.create(user=user, organization=organization, role=role, from_on=today)
    audit.record("office.opened", organization, by=user)
    return user, password


@transaction.atomic
def set_password(*, person: User, password: str, by: User) -> None:
    """Change one's own password, or give a new one to somebody who has forgotten theirs. Their other sessions end."""
    person.set_password(password)
    person.save(update_fields=["password"])
    audit.record("user.password_changed" if by == person else "user.password_given", person, by=by)
