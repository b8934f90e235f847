"""The first organization of a real installation."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from caseworks.models import AuditEvent, Organization, Posting, User

pytestmark = pytest.mark.django_db


def _open(**options):
    out = StringIO()
    call_command("open_office", "jiangxian", "江县", login="zhang", person="张三", stdout=out, **options)
    return out.getvalue()


def test_it_opens_the_office_and_its_administrator_can_sign_in(client):
    printed = _open()
    password = printed.split("first password: ")[1].split()[0]
    response = client.post("/login/", {"username": "zhang", "password": password})
    assert response.status_code == 302
    assert Organization.objects.get().path == "/jiangxian/"
    assert set(Posting.objects.values_list("role", flat=True)) == {"administrator", "system"}
    assert AuditEvent.objects.filter(action="office.opened", by=User.objects.get()).count() == 1


def test_two_first_passwords_differ():
    first = _open().split("first password: ")[1].split()[0]
    out = StringIO()
    call_command("open_office", "other", "别县", login="li", person="李四", stdout=out)
    assert first not in out.getvalue()


def test_a_taken_login_or_code_changes_nothing():
    _open()
    with pytest.raises(CommandError):
        _open()
    with pytest.raises(CommandError, match="zhang"):
        call_command("open_office", "new", "新县", login="zhang", person="张三", stdout=StringIO())
    assert Organization.objects.count() == User.objects.count() == 1
