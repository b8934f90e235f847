"""Keys and codes. Primary keys are UUIDv7, made here and not by the database, so that a row can be created on a phone
or on another server; what leaves the registry (addresses, sheets, cards) carries a random code instead."""

import os
import secrets
import time
import uuid

# No 0/O, 1/I/L, or vowels that could spell a word: codes are read out over the telephone.
ALPHABET = "23456789BCDFGHJKMNPQRSTVWXYZ"


def uuid7() -> uuid.UUID:
    """A UUID of version 7 (RFC 9562): 48 bits of milliseconds, then random bits. Sorts by time of creation."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds << 80) | int.from_bytes(os.urandom(10), "big")
    value = (value & ~(0xF << 76)) | (0x7 << 76)
    value = (value & ~(0x3 << 62)) | (0x2 << 62)
    return uuid.UUID(int=value)


def random_code() -> str:
    """A code of ten characters (48 bits): enough that nobody meets another's by guessing."""
    number = secrets.randbelow(len(ALPHABET) ** 10)  # one draw: an import makes fifty thousand codes
    letters = []
    for _ in range(10):
        number, letter = divmod(number, len(ALPHABET))
        letters.append(ALPHABET[letter])
    return "".join(letters)
