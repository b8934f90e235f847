"""A file locked with a password: a zip with AES-256, which 7-Zip, WinRAR, 360压缩 and Bandizip open.

The password is made here, shown once, and kept nowhere: the page that shows it sends it back with the request for the
file, signed, so that no other password can be put in its place.
"""

from __future__ import annotations

import secrets
import shutil
import tempfile
from typing import IO

import pyzipper
from django.core import signing

from caseworks.identity import ALPHABET

_SALT = "caseworks.leaving.password"
_SECONDS = 15 * 60
_PIECE = 1 << 20


def new_password() -> str:
    """Sixteen characters in groups of four, 78 bits, without letters that are mistaken for each other."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(4))


def ticket(password: str, code: str) -> str:
    """The password, signed for one export."""
    return signing.dumps([password, code], salt=_SALT)


def password_of(ticket: str, code: str) -> str | None:
    """The password of a ticket for this export, or None if it is none, for another, or older than a quarter of an hour."""
    try:
        password, of = signing.loads(ticket, salt=_SALT, max_age=_SECONDS)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return password if of == code else None


def locked(content: IO[bytes], name: str, password: str) -> IO[bytes]:
    """The content as the only file of an AES zip."""
    file = tempfile.TemporaryFile()  # noqa: SIM115  (the response closes it)
    with (
        content,
        pyzipper.AESZipFile(file, "w", compression=pyzipper.ZIP_STORED, encryption=pyzipper.WZ_AES) as package,
    ):
        package.setpassword(password.encode())
        with package.open(name, "w", force_zip64=True) as inside:
            shutil.copyfileobj(content, inside, _PIECE)
    file.seek(0)
    return file
