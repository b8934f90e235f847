"""A vault of its own for each test, and files made while one waits."""

import pytest


@pytest.fixture(autouse=True)
def _own_vault(settings, tmp_path):
    settings.VAULT = str(tmp_path / "vault")
