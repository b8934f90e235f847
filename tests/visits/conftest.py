"""The pages of this folder are looked at on the day of the tests."""

import pytest
import time_machine


@pytest.fixture(autouse=True)
def _on_the_day_of_the_tests():
    with time_machine.travel("2026-11-23T10:00:00+08:00", tick=False):
        yield
