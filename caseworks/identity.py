"""Keys and codes. Primary keys are UUIDv7, made here and not by the database, so that a row can be created on a phone
or on another server; what leaves the registry (addresses, sheets, cards) carries a random code instead."""

import os
import secrets
import threading
import time
import uuid

# No 0/O, 1/I/L, or vowels that could spell a word: codes are read out over the telephone.
ALPHABET = "23456789BCDFGHJKMNPQRSTVWXYZ"


_lock = threading.Lock()
_latest = 0


def uuid7() -> uuid.UUID:
    """A UUID of version 7 (RFC 9562, method 3): the time in 60 bits, a quarter of a microsecond each, then random bits.

    Within a process each is greater than the one before, so rows made one after another also sort that way.
    """
    global _latest  # noqa: PLW0603  (the only way to be greater than the last)
    with _lock:
        ticks = _latest = max(time.time_ns() * 4096 // 1_000_000, _latest + 1)
    chance = int.from_bytes(os.urandom(8)) & (2**62 - 1)
    return uuid.UUID(int=(ticks >> 12) << 80 | 0x7 << 76 | (ticks & 0xFFF) << 64 | 0x2 << 62 | chance)


def random_code() -> str:
    """A code of ten characters (48 bits): enough that nobody meets another's by guessing."""
    number = secrets.randbelow(len(ALPHABET) ** 10)  # one draw: an import makes fifty thousand codes
    letters = []
    for _ in range(10):
        number, letter = divmod(number, len(ALPHABET))
        letters.append(ALPHABET[letter])
    return "".join(letters)


def random_password() -> str:
    """A first password to be read out or written on a slip: twelve characters that cannot be mistaken for others."""
    return "".join(secrets.choice(ALPHABET) for _ in range(12)).lower()
