"""What strangers look for first: forgotten files, debug pages, secrets, parts without a seal."""

from __future__ import annotations

import re
import subprocess

import pytest
from django.conf import settings
from django.contrib.sessions.serializers import JSONSerializer

from caseworks.environment import ROOT
from caseworks.signin.sessions import SessionStore

PROBES = """
.git/config .git/HEAD .env .env.local .htaccess .DS_Store .svn/entries .well-known/security.txt~ var/caseworks.env var/keys
var/demo.sqlite3 demo.sqlite3 caseworks.sqlite3 db.sqlite3 backup.sql dump.sql backup.zip caseworks.tar.gz manage.py
caseworks/settings.py requirements.lock pyproject.toml Makefile README.md docs/security.md locale/ static/ static/js/
static/../caseworks/settings.py static/%2e%2e/manage.py media/ uploads/ admin/ admin/login/ wp-login.php wp-admin/
phpinfo.php index.php server-status server-info actuator/health actuator/env metrics debug/ __debug__/ silk/ api/ api/v1/
graphql swagger.json openapi.json console shell cgi-bin/test.cgi robots.txt~ crossdomain.xml trace.axd elmah.axd
""".split()


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["nobody", "officer"])
def test_nothing_is_served_that_is_no_page(who, cast, client):
    if who != "nobody":
        client.force_login(getattr(cast, who))
    answers = {probe: client.get(f"/{probe}").status_code for probe in PROBES}
    assert len(answers) > 55
    assert {probe: status for probe, status in answers.items() if status != 404} == {}


def test_errors_show_no_code():
    assert settings.DEBUG is False
    assert "DEBUG = True" not in (ROOT / "caseworks" / "settings.py").read_text(encoding="utf-8")


def test_nothing_unsafe_is_unpacked():
    """Sessions are JSON, and nothing in the sources reads pickles, YAML objects or XML with entities."""
    assert SessionStore().serializer is JSONSerializer
    unsafe = re.compile(r"^\s*(?:import|from)\s+(?:pickle|marshal|shelve|yaml|xml\.sax|xml\.dom)\b", re.MULTILINE)
    found = [path.name for folder in ("caseworks", "children", "guardians", "visits")
             for path in (ROOT / folder).rglob("*.py") if unsafe.search(path.read_text(encoding="utf-8"))]  # fmt: skip
    assert found == []


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_every_part_is_pinned_with_its_hash(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    parts = re.split(r"\n(?=[A-Za-z0-9])", text.strip())
    assert len(parts) > 30
    assert [part.split()[0] for part in parts if "==" not in part.split()[0] or "--hash=sha256:" not in part] == []
    assert "http" not in text


_SECRET = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY|AKIA[0-9A-Z]{16}|(?:SECRET_KEY|PASSWORD|TOKEN)\s*=\s*[\"'][A-Za-z0-9_/+-]{24,}[\"']"
)


def test_no_secret_stands_in_the_repository():
    names = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.split()
    if not names:
        pytest.skip("not a git checkout")
    assert not [name for name in names if name.startswith("var/") or name.endswith((".sqlite3", ".env", "/keys"))]
    texts = [
        ROOT / name for name in names if name.endswith((".py", ".md", ".toml", ".html", ".js", ".yml", "Makefile"))
    ]
    assert [path.name for path in texts if path.exists() and _SECRET.search(path.read_text(encoding="utf-8"))] == []


def test_a_secret_is_noticed():
    assert _SECRET.search('SECRET_KEY = "' + "x" * 30 + '"')
    assert _SECRET.search("-----BEGIN RSA " + "PRIVATE KEY-----")
