"""What a password must be, and how it is kept.

`PASSWORD_PROFILE` chooses between two schools that contradict each other. `asvs` (the default; OWASP ASVS 5.0, chapter
6.2): length and no guessable password, no rule of composition, no ageing. `djbh` (等级保护, GB/T 22239-2019, 身份鉴别, with
the numbers customary in county systems): on top of that three of four kinds of character, a new password every 90 days,
none of the last five, and neither name, login nor telephone number in it.
"""

from __future__ import annotations

import functools
import os
import re
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher, check_password
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from caseworks.models import FormerPassword, Organization, User
from caseworks.models.staff import DJBH
from caseworks.signin import guessing

PASSWORDS_REMEMBERED = 5
KINDS_REQUIRED = 3
_LONGEST_INITIALS = 3
_MOBILE = re.compile(r"1[3-9]\d{9}")


class Argon2idHasher(Argon2PasswordHasher):
    """Argon2id with OWASP's least memory (19 MiB, two passes, one lane) and a limit to hashes made at the same time.

    Django's own settings take 100 MiB each: sixteen teachers signing in at eight o'clock would need 1.6 GB.
    """

    memory_cost = 19 * 1024
    time_cost = 2
    parallelism = 1
    at_once = 4

    def encode(self, password: str, salt: str) -> str:
        return _lanes(os.getpid()).submit(super().encode, password, salt).result()

    def verify(self, password: str, encoded: str) -> bool:
        return _lanes(os.getpid()).submit(super().verify, password, encoded).result()


@functools.cache
def _lanes(process: int) -> ThreadPoolExecutor:
    """The threads of this process in which hashes are made. Threads and not only a counter, because every thread that
    has ever made a hash keeps its 19 MiB. By process, because threads do not survive a fork."""
    return ThreadPoolExecutor(Argon2idHasher.at_once, thread_name_prefix="password-hash")


def advice() -> str:
    """What the page says before anything is typed."""
    words = _(
        "At least 8 characters. No names, years, telephone numbers or neighbouring keys; several words in a row are good."
    )
    if settings.PASSWORD_PROFILE != DJBH:
        return words
    return (
        words
        + " "
        + _("Three of these four: small letters, capital letters, digits, other signs. A new one every 90 days.")
    )


def known_words(user: Any) -> set[str]:
    """What somebody who knows the person would try: name, login, and the offices of the person's posts."""
    if not isinstance(user, User):
        return set()
    words = guessing.forms_of(user.name) | {user.username, *re.split(r"[-_.@]", user.username)}
    for post in user.postings_on(timezone.localdate()):
        for place in Organization.objects.above(post.organization):
            words |= guessing.forms_of_place(place.name) | {place.code, *place.code.split("-")}
    return words


class NotGuessable:
    """Refuses what is made of few pieces: words, names, years, walks over the keyboard (guessing.py)."""

    def validate(self, password: str, user: Any = None) -> None:
        if guessing.pieces(password, known_words(user)) < guessing.ENOUGH_PIECES:
            raise ValidationError(
                _(
                    "This password is easy to guess: it is made of names, words, dates or neighbouring keys. "
                    "Join several words that have nothing to do with you or your office."
                ),
                code="guessable",
            )


class NotTheSame:
    """Refuses the password the account already has: the one on the slip must not stay."""

    def validate(self, password: str, user: Any = None) -> None:
        if isinstance(user, User) and not user._state.adding and check_password(password, user.password):
            raise ValidationError(_("This is the password you already have. Choose another."), code="same")


def _kinds(password: str) -> int:
    """How many of lower case, upper case, digits and everything else it contains."""
    lower, upper = any(map(str.islower, password)), any(map(str.isupper, password))
    digits, other = (
        any(map(str.isdigit, password)),
        not all(c.isdigit() or c.islower() or c.isupper() for c in password),
    )
    return lower + upper + digits + other


class Profile:
    """What the profile djbh asks for beyond the rules above; nothing in the profile asvs."""

    def validate(self, password: str, user: Any = None) -> None:
        if settings.PASSWORD_PROFILE != DJBH:
            return
        if _kinds(password) < KINDS_REQUIRED:
            raise ValidationError(
                _("Use three of these four: small letters, capital letters, digits, other signs."), code="kinds"
            )
        text = unicodedata.normalize("NFKC", password).casefold()
        if _MOBILE.search(text):
            raise ValidationError(_("Leave telephone numbers out of it."), code="phone")
        if isinstance(user, User):
            self._refuse_own(text, user)
            self._refuse_former(password, user)

    def _refuse_own(self, text: str, user: User) -> None:
        own = {form for form in guessing.forms_of(user.name) if not form.isascii() or len(form) > _LONGEST_INITIALS}
        if any(word in text for word in own | {user.username.casefold()}):
            raise ValidationError(_("Leave your name and your login out of it."), code="own_name")

    def _refuse_former(self, password: str, user: User) -> None:
        former = FormerPassword.objects.filter(user=user).order_by("-id")[:PASSWORDS_REMEMBERED]
        if any(check_password(password, row.digest) for row in former):
            raise ValidationError(
                ngettext(
                    "You have had this password before. Choose one that is not among the last %(number)d.",
                    "You have had this password before. Choose one that is not among the last %(number)d.",
                    PASSWORDS_REMEMBERED,
                )
                % {"number": PASSWORDS_REMEMBERED},
                code="former",
            )

    def password_changed(self, password: str, user: Any = None) -> None:
        """Called by Django when a new password has been saved."""
        if settings.PASSWORD_PROFILE == DJBH and isinstance(user, User):
            FormerPassword.objects.create(user=user, digest=user.password)
            kept = FormerPassword.objects.filter(user=user).order_by("-id").values("pk")[:PASSWORDS_REMEMBERED]
            FormerPassword.objects.filter(user=user).exclude(pk__in=list(kept.values_list("pk", flat=True))).delete()
