"""Files at rest: sealed, whole or not there."""

from __future__ import annotations

import io
import os
import time
from pathlib import Path

import pytest

from caseworks import vault
from caseworks.encryption import CannotOpenError


def _kept(content: bytes):
    return vault.keep("things", io.BytesIO(content))


def _read(kept) -> bytes:
    with vault.reading("things", kept.name, kept.key) as file:
        return file.read()


@pytest.mark.parametrize("size", [0, 1, vault.PIECE - 1, vault.PIECE, vault.PIECE + 1, 3 * vault.PIECE])
def test_what_goes_in_comes_out(size):
    content = os.urandom(size)
    kept = _kept(content)
    assert _read(kept) == content
    assert kept.size == size


def test_nothing_can_be_read_without_the_key():
    kept = _kept("500117201403024325 张小雨".encode() * 5000)
    raw = (vault.folder("things") / kept.name).read_bytes()
    assert b"500117201403024325" not in raw
    assert oct((vault.folder("things") / kept.name).stat().st_mode & 0o777) == "0o600"
    with pytest.raises(CannotOpenError):
        vault.reading("things", kept.name, "00" * 32).read()


def _cut(raw: bytes) -> bytes:
    return raw[: 4 + 2 * (vault.PIECE + vault.TAG)]


def _flipped(raw: bytes) -> bytes:
    return raw[:-1] + bytes([raw[-1] ^ 1])


def _swapped(raw: bytes) -> bytes:
    step = vault.PIECE + vault.TAG
    return raw[:4] + raw[4 + step : 4 + 2 * step] + raw[4 : 4 + step] + raw[4 + 2 * step :]


@pytest.mark.parametrize("harm", [_cut, _flipped, _swapped, lambda raw: raw[:4], lambda raw: b"PK" + raw[2:]])
def test_an_altered_file_does_not_open(harm):
    kept = _kept(os.urandom(2 * vault.PIECE + 10))
    path = vault.folder("things") / kept.name
    path.write_bytes(harm(path.read_bytes()))
    with pytest.raises(CannotOpenError):
        _read(kept)


def test_one_file_is_not_another():
    one, other = _kept(b"one"), _kept(b"other")
    (vault.folder("things") / other.name).replace(vault.folder("things") / one.name)
    with pytest.raises(CannotOpenError):
        _read(one)


def test_a_write_that_fails_leaves_nothing():
    class Broken(io.BytesIO):
        def read(self, size=-1):
            if self.tell():
                raise ZeroDivisionError
            return super().read(size)

    with pytest.raises(ZeroDivisionError):
        vault.keep("things", Broken(os.urandom(3 * vault.PIECE)))
    assert list(vault.folder("things").iterdir()) == []


def test_a_name_is_no_path():
    for name in ("../keys", "a/b", ".", "", "x.part"):
        with pytest.raises(FileNotFoundError):
            vault.reading("things", name, "00" * 32)


def test_orphans_are_swept_when_they_are_old():
    mine, orphan, young = _kept(b"mine"), _kept(b"orphan"), _kept(b"young")
    folder: Path = vault.folder("things")
    unfinished = folder / "killed.part"
    unfinished.write_bytes(b"half")
    for name in (mine.name, orphan.name, unfinished.name):
        os.utime(folder / name, (time.time() - 2 * 24 * 3600,) * 2)
    assert vault.sweep("things", {mine.name}) == 2
    assert {path.name for path in folder.iterdir()} == {mine.name, young.name}
