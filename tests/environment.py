"""The settings of the tests, whatever the machine's own environment says. Loaded by pytest before Django."""

import atexit
import os
import shutil
import tempfile

os.environ.update(
    {
        "CASEWORKS_DEMO": "1",
        "SECRET_KEY": "only-for-tests",
        "ALLOWED_HOSTS": "testserver,localhost,127.0.0.1",
        # the browser tests drive a synchronous browser API, which runs a loop in the test's own thread
        "DJANGO_ALLOW_ASYNC_UNSAFE": "true",
    }
)
# empty or not set: SQLite, in a file that tests/conftest.py names
os.environ["DATABASE_URL"] = os.environ.get("TEST_DATABASE_URL") or "sqlite:///:memory:"

# the keys of this run, thrown away with it
_keys = tempfile.mkdtemp(prefix="caseworks-test-keys-")
os.environ.setdefault("KEY_FILE", f"{_keys}/keys")
os.environ["VAULT"] = f"{_keys}/vault"
atexit.register(shutil.rmtree, _keys, ignore_errors=True)
