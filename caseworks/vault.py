"""Files at rest: outside everything a web server serves, sealed, and never half there.

A file has a random name and a random key of its own. The key stands in the row that owns the file, sealed like every
other secret of the database; so `rotate_keys` needs no file, and a row that is removed takes the file's key with it.
The file is AES-256-GCM in pieces of 64 KB: each piece is bound to its place, to the file's name and to whether it is
the last one, so that a file cut short, put together anew or exchanged for another does not open.

Order of writing: a temporary file, flushed to the disk, renamed, and only then the row. A process that is killed leaves
a file without a row, which `sweep` removes, and never a row without its file.
"""

from __future__ import annotations

import hashlib
import io
import os
import secrets
import time
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from caseworks.encryption import CannotOpenError

PIECE = 64 * 1024
TAG = 16
_MAGIC = b"CWF1"
_UNFINISHED = ".part"
SECONDS_UNFINISHED = 24 * 3600


@dataclass(frozen=True)
class Kept:
    """A file that was put away: its name and key, its size in bytes and its SHA-256, both of the plain content."""

    name: str
    key: str
    size: int
    sha256: str


def folder(shelf: str) -> Path:
    """Where the files of a kind lie; made with mode 0700 if it is not there yet."""
    found = Path(settings.VAULT) / shelf
    found.mkdir(parents=True, exist_ok=True, mode=0o700)
    return found


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


class Writing:
    """A file that is being put away: `with vault.Writing("exports") as file: file.write(...)`, then `file.kept`.

    Left with an exception, it leaves nothing.
    """

    kept: Kept

    def __init__(self, shelf: str) -> None:
        self.name = secrets.token_hex(16)
        self._path = folder(shelf) / self.name
        self._key = secrets.token_bytes(32)
        self._cipher = AESGCM(self._key)
        self._pending, self._number, self._size = bytearray(), 0, 0
        self._sha = hashlib.sha256()

    def __enter__(self) -> Writing:
        self._unfinished = self._path.with_suffix(_UNFINISHED)
        descriptor = os.open(self._unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        self._file = os.fdopen(descriptor, "wb")
        self._file.write(_MAGIC)
        return self

    def write(self, content: bytes) -> int:
        self._sha.update(content)
        self._size += len(content)
        self._pending += content
        while len(self._pending) > PIECE:  # the last piece is only known at the end
            self._seal(bytes(self._pending[:PIECE]), last=False)
            del self._pending[:PIECE]
        return len(content)

    def _seal(self, piece: bytes, *, last: bool) -> None:
        self._file.write(self._cipher.encrypt(_nonce(self._number, last=last), piece, self.name.encode()))
        self._number += 1

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._file:
            if kind is None:
                self._seal(bytes(self._pending), last=True)
                self._file.flush()
                os.fsync(self._file.fileno())
        if kind is not None:
            self._unfinished.unlink(missing_ok=True)
            return
        self._unfinished.replace(self._path)
        directory = os.open(self._path.parent, os.O_RDONLY)
        try:
            os.fsync(directory)  # the new name must survive a power cut too
        finally:
            os.close(directory)
        self.kept = Kept(self.name, self._key.hex(), self._size, self._sha.hexdigest())


class _Reading(io.RawIOBase):
    """Opens piece by piece. Raises CannotOpenError at a piece that was altered, moved or cut off."""

    def __init__(self, path: Path, key: str) -> None:
        super().__init__()
        self._name = path.name
        self._cipher = AESGCM(bytes.fromhex(key))
        self._source = path.open("rb")
        if self._source.read(len(_MAGIC)) != _MAGIC:
            self._source.close()
            raise CannotOpenError(self._name)
        self._number, self._plain, self._ended = 0, b"", False
        self._ahead = self._source.read(PIECE + TAG)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self._plain and not self._ended:
            self._open_next()
        taken = self._plain[: len(buffer)]
        buffer[: len(taken)] = taken
        self._plain = self._plain[len(taken) :]
        return len(taken)

    def _open_next(self) -> None:
        sealed, self._ahead = self._ahead, self._source.read(PIECE + TAG)
        self._ended = not self._ahead
        try:
            self._plain = self._cipher.decrypt(_nonce(self._number, last=self._ended), sealed, self._name.encode())
        except InvalidTag as error:
            raise CannotOpenError(self._name) from error
        self._number += 1

    def close(self) -> None:
        self._source.close()
        super().close()


def reading(shelf: str, name: str, key: str) -> IO[bytes]:
    """The plain content of a file, opened as it is read. Raises FileNotFoundError, CannotOpenError."""
    if not name.isalnum():
        raise FileNotFoundError(name)
    return io.BufferedReader(_Reading(folder(shelf) / name, key))


def keep(shelf: str, content: IO[bytes]) -> Kept:
    """Put a file away."""
    with Writing(shelf) as file:
        while piece := content.read(PIECE):
            file.write(piece)
    return file.kept


def remove(shelf: str, name: str) -> None:
    """Remove a file, if it is there."""
    if name.isalnum():
        (folder(shelf) / name).unlink(missing_ok=True)


def sweep(shelf: str, known: Collection[str], *, older_than: float = SECONDS_UNFINISHED) -> int:
    """Remove files that no row owns and that are older than so many seconds; returns how many. A younger one may belong to
    a row that is just being written."""
    removed = 0
    for path in folder(shelf).iterdir():
        if path.name not in known and path.stat().st_mtime < time.time() - older_than:
            path.unlink(missing_ok=True)
            removed += 1
    return removed
