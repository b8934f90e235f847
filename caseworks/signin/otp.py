"""The second factor: what an authenticator app needs to see, and whether a code opens."""

from __future__ import annotations

import secrets
from base64 import b32encode
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote, urlencode

import segno
from django.contrib.auth.hashers import check_password, make_password
from django.utils.translation import gettext as _

from caseworks.identity import ALPHABET
from caseworks.models import RecoveryCode, SecondFactor, User
from caseworks.models.signin import SECONDS_PER_CODE

SEED_BYTES = 20
CODE_DIGITS = 6
RECOVERY_CODES = 10
RECOVERY_LENGTH = 10


def new_seed() -> str:
    """A shared secret of 160 bits in base 32, as authenticator apps take it (RFC 4226, section 4)."""
    return b32encode(secrets.token_bytes(SEED_BYTES)).decode()


def app_address(user: User, seed: str) -> str:
    """The otpauth: address an authenticator app reads from the picture."""
    issuer = str(_("Caseworks"))
    label = quote(f"{issuer}:{user.get_username()}")
    query = urlencode(
        {"secret": seed, "issuer": issuer, "algorithm": "SHA1", "digits": CODE_DIGITS, "period": SECONDS_PER_CODE},
        quote_via=quote,
    )
    return f"otpauth://totp/{label}?{query}"


def picture(address: str) -> str:
    """A QR code as a data: address of an SVG, which the content policy allows for images."""
    return segno.make(address, error="l", micro=False).svg_data_uri(scale=5, border=4)


def in_groups(text: str, size: int = 4) -> str:
    """Split for reading aloud: ABCD EFGH."""
    return " ".join(text[start : start + size] for start in range(0, len(text), size))


def _tidy(code: str) -> str:
    return "".join(code.upper().replace("-", "").split())


@dataclass(frozen=True)
class Outcome:
    """What became of a code: `right`, whether it was one of the printed ones, and until when another try is refused."""

    right: bool
    by_recovery_code: bool = False
    wait_until: datetime | None = None


def check(factor: SecondFactor, code: str) -> Outcome:
    """Try a code of the app or, once the factor is in force, a printed one. Call inside a transaction, with the factor
    locked."""
    allowed, why = factor.verify_is_allowed()
    if not allowed:
        return Outcome(right=False, wait_until=why["locked_until"])
    code = _tidy(code)
    if not factor.confirmed or (code.isascii() and code.isdecimal() and len(code) == CODE_DIGITS):
        return Outcome(right=factor.verify_token(code))
    row = RecoveryCode.objects.filter(user_id=factor.user_id, mark=code[:1]).first()
    if row is not None and check_password(code, row.digest):
        row.delete()
        factor.throttle_reset()
        return Outcome(right=True, by_recovery_code=True)
    factor.throttle_increment()
    return Outcome(right=False)


def make_recovery_codes(user: User) -> list[str]:
    """Ten new codes in place of the former ones; only their hashes are kept. Each opens once."""
    RecoveryCode.objects.filter(user=user).delete()
    marks = secrets.SystemRandom().sample(ALPHABET, RECOVERY_CODES)
    codes = [mark + "".join(secrets.choice(ALPHABET) for _place in range(RECOVERY_LENGTH - 1)) for mark in marks]
    RecoveryCode.objects.bulk_create(
        RecoveryCode(user=user, mark=code[0], digest=make_password(code)) for code in codes
    )
    return [in_groups(code, 5) for code in codes]
