"""The keys that protect what is sensitive at rest. They live in one file, outside the database and outside backups.

Each line of the file is `purpose id key`: the purpose is `data` (seals values), `index` (finds them again by an exact
match) or `audit` (seals the trail); the id is 1 to 255; the key is 32 bytes in URL-safe base64. New values are sealed
with the data key of the highest id; older ones stay readable until `rotate_keys` has replaced them.
"""

from __future__ import annotations

import base64
import functools
import os
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

KEY_BYTES = 32
PURPOSES = ("data", "index", "audit")


@dataclass(frozen=True)
class Keyring:
    """Keys by purpose and id."""

    keys: dict[str, dict[int, bytes]]

    def newest(self, purpose: str) -> tuple[int, bytes]:
        """The id and key that new values are written with."""
        identifier = max(self.keys[purpose])
        return identifier, self.keys[purpose][identifier]

    def key(self, purpose: str, identifier: int) -> bytes:
        """One key; KeyError if it has been retired or never was."""
        return self.keys[purpose][identifier]


def _refuse(path: Path, why: str) -> ImproperlyConfigured:
    return ImproperlyConfigured(
        f"The key file {path} {why}. Without it nothing sensitive can be read or written. "
        "Set KEY_FILE, or make a new file with `manage.py new_keys` in an empty installation."
    )


def read(path: Path) -> Keyring:
    """The keyring in a file. Raises ImproperlyConfigured if it is missing, readable by others, or not a key file."""
    try:
        mode = path.stat().st_mode
        lines = path.read_text(encoding="ascii").splitlines()
    except OSError as error:
        raise _refuse(path, "cannot be read") from error
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise _refuse(path, "can be read by other people of this machine (it must have mode 0600)")
    keys: dict[str, dict[int, bytes]] = {purpose: {} for purpose in PURPOSES}
    try:
        for purpose, identifier, key in (line.split() for line in lines if line.strip()):
            keys[purpose][int(identifier)] = base64.urlsafe_b64decode(key)
    except (ValueError, KeyError) as error:
        raise _refuse(path, "is damaged") from error
    ids_fit = all(0 < identifier < 256 for ring in keys.values() for identifier in ring)
    sizes_fit = all(len(key) == KEY_BYTES for ring in keys.values() for key in ring.values())
    if not all(keys.values()) or not ids_fit or not sizes_fit:
        raise _refuse(path, "is damaged")
    return Keyring(keys)


def _line(purpose: str, identifier: int) -> str:
    return f"{purpose} {identifier} {base64.urlsafe_b64encode(secrets.token_bytes(KEY_BYTES)).decode()}\n"


def create(path: Path) -> None:
    """Write a new key file with mode 0600. Raises FileExistsError rather than replace one: that would lose the data."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.writelines(_line(purpose, 1) for purpose in PURPOSES)


def add_data_key(path: Path) -> int:
    """Add a data key with the next id, from now on the one that seals new values; returns the id.

    The file is replaced in one step: a process that reads it meanwhile finds the old file or the new one.
    """
    identifier = read(path).newest("data")[0] + 1
    beside = path.with_name(f"{path.name}.new")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write(path.read_text(encoding="ascii") + _line("data", identifier))
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    return identifier


@functools.lru_cache(maxsize=4)
def _read_once(path: str, *_version: int) -> Keyring:
    return read(Path(path))


def current() -> Keyring:
    """The keyring of this installation. The file is read again when it changes: every process at work must know a new
    key before the first value sealed with it reaches it."""
    try:
        found = os.stat(settings.KEY_FILE)
    except OSError as error:
        raise _refuse(Path(settings.KEY_FILE), "cannot be read") from error
    return _read_once(str(settings.KEY_FILE), found.st_ino, found.st_mtime_ns, found.st_size, found.st_mode)
