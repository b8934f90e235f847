"""Keys and codes."""

from __future__ import annotations

import threading
import time
import uuid

from caseworks.identity import ALPHABET, random_code, uuid7


def test_keys_are_of_version_7_and_carry_the_time():
    before = time.time_ns() // 1_000_000
    key = uuid7()
    after = time.time_ns() // 1_000_000
    assert (key.version, key.variant) == (7, uuid.RFC_4122)
    assert before <= key.int >> 80 <= after + 1


def test_keys_sort_in_the_order_they_were_made():
    keys = [uuid7() for _number in range(5_000)]
    assert keys == sorted(keys)


def test_no_two_threads_make_the_same_key():
    made: list[list[uuid.UUID]] = [[] for _thread in range(4)]
    threads = [
        threading.Thread(target=lambda own: own.extend(uuid7() for _number in range(2_000)), args=(own,))
        for own in made
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({key for own in made for key in own}) == 8_000
    assert all(own == sorted(own) for own in made)


def test_codes_have_ten_characters_that_can_be_read_out():
    codes = {random_code() for _number in range(1_000)}
    assert len(codes) == 1_000
    assert all(len(code) == 10 and set(code) <= set(ALPHABET) for code in codes)
