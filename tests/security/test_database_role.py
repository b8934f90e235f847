"""The role that docs/deploy.md gives the web server on PostgreSQL: it works, and cannot touch the audit trail."""

from __future__ import annotations

import re

import pytest
from django.db import ProgrammingError, connection, transaction

from caseworks import access, audit
from caseworks.environment import ROOT
from caseworks.models import AuditEvent

pytestmark = pytest.mark.django_db
DEPLOY = (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8")
STATEMENTS = re.findall(r"^    ((?:CREATE ROLE|GRANT|REVOKE) .+;)$", DEPLOY, re.MULTILINE)
FORBIDDEN = (
    "UPDATE caseworks_auditevent SET reason = 'x'",
    "DELETE FROM caseworks_auditevent",
    "TRUNCATE caseworks_auditevent",
    "UPDATE caseworks_auditseal SET events = 0",
    "UPDATE caseworks_listedchildren SET keys = ''",
    "DELETE FROM caseworks_listedchildren",
    "DROP TRIGGER audit_refuse ON caseworks_auditevent",
    "ALTER TABLE caseworks_auditevent DISABLE TRIGGER ALL",
    "DROP TABLE children_child",
    "CREATE ROLE another",
)


def test_the_page_gives_the_role():
    assert len(STATEMENTS) == 5


def test_the_role_of_the_web_server_cannot_touch_the_trail(cast):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no roles")
    with access.scope(cast.clerk):
        audit.record("child.viewed")
    with connection.cursor() as cursor:
        for statement in STATEMENTS:
            cursor.execute(statement)
        cursor.execute("SET LOCAL ROLE caseworks_web")
        for statement in FORBIDDEN:
            with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"), transaction.atomic():
                cursor.execute(statement)
        with access.scope(cast.clerk):
            audit.record("child.viewed")
            cast.child.name = "张小霞"
            cast.child.save()
        cursor.execute("RESET ROLE")
    assert AuditEvent.objects.filter(action="child.viewed").count() == 2
