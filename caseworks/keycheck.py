"""Are these the keys this database was sealed with? Asked before every start; without a yes the registry stays closed."""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.core.exceptions import ImproperlyConfigured

from caseworks import keyring
from caseworks.encryption import NONCE_BYTES
from caseworks.keyring import PURPOSES, Keyring
from caseworks.models import KeyCheck

_TEXT = b"Caseworks"
_HELP = "Put the right key file back (KEY_FILE); the data cannot be read without it. Nothing has been changed."


def _canary(purpose: str, identifier: int, key: bytes) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, _TEXT, f"canary.{purpose}.{identifier}".encode())


def _opens(row: KeyCheck, key: bytes) -> bool:
    canary = bytes(row.canary)
    try:
        place = f"canary.{row.purpose}.{row.identifier}".encode()
        return AESGCM(key).decrypt(canary[:NONCE_BYTES], canary[NONCE_BYTES:], place) == _TEXT
    except InvalidTag:
        return False


def verify() -> Keyring:
    """The keyring, if it is the one this database was sealed with; a database that was never used takes any.

    Raises ImproperlyConfigured with a sentence that says which key is missing or wrong.
    """
    ring = keyring.current()
    for row in KeyCheck.objects.order_by("purpose", "identifier"):
        name = f"{row.purpose} {row.identifier}"
        try:
            key = ring.key(row.purpose, row.identifier)
        except KeyError as error:
            raise ImproperlyConfigured(
                f"The key file lacks the key '{name}', which this database needs. {_HELP}"
            ) from error
        if not _opens(row, key):
            raise ImproperlyConfigured(f"The key '{name}' in the key file is not the one of this database. {_HELP}")
        if row.purpose != "data" and ring.newest(row.purpose)[0] != row.identifier:
            raise ImproperlyConfigured(
                f"The key file has a newer key than '{name}'. Only data keys can be replaced: what was found with the old "
                "index key, or sealed with the old audit key, would be lost. Take the new line out of the file."
            )
    return ring


def confirm() -> None:
    """Verify, and leave a canary of each key that is in use from now on."""
    ring = verify()
    for purpose in PURPOSES:
        identifier, key = ring.newest(purpose)
        KeyCheck.objects.get_or_create(
            purpose=purpose, identifier=identifier, defaults={"canary": _canary(purpose, identifier, key)}
        )
