"""What every answer says to the browser, whatever its status; and the cookies of a real installation."""

import json
import os
import subprocess
import sys

import pytest
from django.test import Client
from django.urls import path

from caseworks import keyring
from caseworks.access import public
from caseworks.environment import ROOT
from caseworks.urls import handler403, handler404
from caseworks.urls import urlpatterns as site

__all__ = ["handler403", "handler404"]
pytestmark = pytest.mark.django_db


@public()
def breaks(request):
    raise RuntimeError


urlpatterns = [*site, path("breaks/", breaks, name="breaks")]


def _answers(cast) -> dict[str, object]:
    anonymous, clerk = Client(raise_request_exception=False), Client(raise_request_exception=False)
    strict = Client(enforce_csrf_checks=True)
    clerk.force_login(cast.clerk)
    locked = Client()
    for _number in range(5):
        locked.post("/login/", {"username": "xue", "password": "wrong"})
    return {
        "200": anonymous.get("/login/"),
        "200 inside": clerk.get("/account/"),
        "302": anonymous.get("/children/"),
        "400 host": anonymous.get("/login/", headers={"Host": "evil.example"}),
        "403 token": strict.post("/login/", {"username": "xue"}),
        "403 right": clerk.get("/staff/tong/slip/"),
        "404": clerk.get("/no-such-page/"),
        "404 static": anonymous.get("/static/no-such-file.css"),
        "405": clerk.put("/account/"),
        "429": locked.post("/login/", {"username": "xue", "password": "wrong"}),
        "500": anonymous.get("/breaks/"),
    }


@pytest.mark.urls("tests.caseworks.test_headers")
def test_every_status_carries_every_header(cast):
    answers = _answers(cast)
    assert {name: str(answer.status_code) for name, answer in answers.items()} == {name: name[:3] for name in answers}
    for name, answer in answers.items():
        policy = answer.headers["Content-Security-Policy"]
        for part in ("default-src 'none'", "script-src 'self'", "style-src 'self'", "object-src 'none'"):
            assert part in policy, name
        for part in ("frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"):
            assert part in policy, name
        assert "unsafe" not in policy, name
        assert answer.headers["X-Content-Type-Options"] == "nosniff", name
        assert answer.headers["Referrer-Policy"] == "same-origin", name
        assert answer.headers["X-Frame-Options"] == "DENY", name
        assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin", name
        assert "camera=()" in answer.headers["Permissions-Policy"], name
        assert "no-store" in answer.headers["Cache-Control"], name


@pytest.mark.urls("tests.caseworks.test_headers")
@pytest.mark.parametrize("name", ["400 host", "403 token", "404", "429", "500"])
def test_pages_of_errors_speak_chinese_and_hold_no_code(cast, name):
    text = _answers(cast)[name].content.decode()
    assert "<html" in text
    assert any("\u4e00" <= character <= "\u9fff" for character in text)
    for inline in ("<style", " style=", "Traceback", "onclick"):
        assert inline not in text


_REAL = """
import json, sys
import django
from django.conf import settings
settings.STATIC_ROOT = sys.argv[1]
settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
django.setup()
from django.core.management import call_command
from django.test import Client
from caseworks.actions import open_office
from django.utils import timezone
call_command("migrate", verbosity=0)
open_office(code="jiang", name="江县", kind="county", login="zhang", person="张三", today=timezone.localdate())
client = Client(raise_request_exception=False, headers={"host": "cases.example"})
found = {}
def note(name, answer):
    found[name] = {
        "status": answer.status_code,
        "headers": dict(answer.headers.items()),
        "cookies": {key: {**morsel, "value": morsel.value} for key, morsel in answer.cookies.items()},
    }
note("plain", client.get("/login/"))
note("wrong host", client.get("/login/", headers={"host": "evil.example"}, secure=True))
note("login", client.get("/login/", secure=True))
note("english", client.post("/language/", {"language": "en"}, secure=True))
note("large", client.post("/text-size/", {"size": "large"}, secure=True))
note("static", client.get("/static/site.css", secure=True))
from caseworks.models import User
user = User.objects.get()
user.set_password("pass-word-of-tests")
user.first_password_until = None
user.save()
note("signed in", client.post("/login/", {"username": "zhang", "password": "pass-word-of-tests"}, secure=True))
note("gate", client.get("/account/", secure=True))
json.dump(found, sys.stdout)
"""


@pytest.fixture(scope="module")
def real(tmp_path_factory) -> dict:
    """Answers of a real installation: its settings are made when the process starts, so it is a process of its own."""
    home = tmp_path_factory.mktemp("real")
    keyring.create(home / "keys")
    (home / "static").mkdir()
    (home / "static" / "site.css").write_text("body {}")
    environment = {
        **os.environ,
        "CASEWORKS_DEMO": "0",
        "SECRET_KEY": "only-for-tests-" * 5,
        "ALLOWED_HOSTS": "cases.example",
        "DATABASE_URL": f"sqlite:///{home}/real.sqlite3",
        "KEY_FILE": str(home / "keys"),
        "DJANGO_SETTINGS_MODULE": "caseworks.settings",
    }
    done = subprocess.run(
        [sys.executable, "-c", _REAL, str(home / "static")],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_real_installation_speaks_https_only(real):
    assert real["plain"]["status"] == 301
    assert real["plain"]["headers"]["Location"] == "https://cases.example/login/"
    assert "default-src 'none'" in real["plain"]["headers"]["Content-Security-Policy"]
    for name in ("login", "static", "wrong host", "signed in", "gate"):
        assert real[name]["headers"]["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload"


def test_a_wrong_host_gets_400_with_all_headers(real):
    assert real["wrong host"]["status"] == 400
    assert "default-src 'none'" in real["wrong host"]["headers"]["Content-Security-Policy"]
    assert real["wrong host"]["headers"]["X-Content-Type-Options"] == "nosniff"


def test_static_files_carry_them_too(real):
    headers = real["static"]["headers"]
    assert real["static"]["status"] == 200
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in headers["Content-Security-Policy"]


def test_every_cookie_is_bound_to_this_host_and_to_https(real):
    cookies = {name: cookie for answer in real.values() for name, cookie in answer["cookies"].items()}
    assert set(cookies) == {"__Host-session", "__Host-csrf", "__Host-language", "__Host-text-size"}
    for name, cookie in cookies.items():
        assert cookie["secure"], name
        assert cookie["path"] == "/", name
        assert cookie["domain"] == "", name
        assert cookie["samesite"] == "Lax", name
        assert cookie["httponly"], name


def test_the_first_administrator_must_set_up_a_second_factor(real):
    assert real["gate"]["headers"]["Location"].startswith("/second-factor/?next=")
