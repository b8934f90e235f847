"""What an archive lacks is said beside the field that mends it and after saving, and stops nobody."""

import pytest
import time_machine
from django.contrib.messages import get_messages
from django.urls import reverse

from caseworks import access
from children.models import Child, Disability
from tests.forms import as_shown

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel("2026-11-23T10:00:00+08:00", tick=False):
        yield


def said(answer) -> str:
    return " ".join(str(message) for message in get_messages(answer.wsgi_request))


def test_a_gap_stands_beside_its_field(cast, sign_in):
    edit = reverse("children:edit", args=[cast.child.code])
    client = sign_in(cast.clerk)
    body = client.get(edit).content.decode()
    hint = body[body.index('id="id_health_helptext"') :][:200]
    assert 'class="field-gap"' in hint
    assert "健康状况未采集" in hint
    with access.everyone("test"):
        Child.objects.filter(pk=cast.child.pk).update(health="10", registration="1")
    assert "field-gap" not in client.get(edit).content.decode()


def test_what_is_saved_is_saved_and_what_it_raises_is_said(cast, sign_in):
    edit = reverse("children:edit", args=[cast.child.code])
    client = sign_in(cast.clerk)
    answer = client.post(edit, as_shown(client, edit) | {"registration": "3", "health": "10"})
    assert answer.status_code == 302
    with access.everyone("test"):
        assert Child.objects.get(pk=cast.child.pk).registration == "3"
    assert "没有户口" in said(answer)
    again = client.post(edit, as_shown(client, edit) | {"registration": "1"})
    assert said(again).count("<li>") == 0


def test_what_a_page_could_have_mended_is_said_again(cast, sign_in):
    papers = reverse("guardians:care_edit", args=[cast.child.code])
    client = sign_in(cast.clerk)
    answer = client.post(papers, as_shown(client, papers) | {"checked_on": "2026-03-01"})
    assert answer.status_code == 302
    assert f'href="{papers}#id_agreement_signed_on"' in said(answer)
    assert "id_checked_on" not in said(answer)


def test_a_disability_without_a_level_is_said_after_saving(cast, sign_in):
    add = reverse("children:fact_add", args=[cast.child.code, "disability"])
    client = sign_in(cast.clerk)
    answer = client.post(add, as_shown(client, add) | {"kind": "4", "from_on": "2026-03-01"})
    with access.everyone("test"):
        assert Disability.objects.filter(child=cast.child, level="").exists()
    assert "残疾" in said(answer)


def test_nothing_is_said_of_a_closed_archive(cast, sign_in):
    with access.everyone("test"):
        Child.objects.filter(pk=cast.child.pk).update(closed_on="2026-11-01")
    edit = reverse("children:edit", args=[cast.child.code])
    assert "field-gap" not in sign_in(cast.clerk).get(edit).content.decode()


def test_others_are_not_told(cast, sign_in):
    edit = reverse("children:edit", args=[cast.child.code])
    for person in (cast.stranger, cast.mentor):
        assert "field-gap" not in sign_in(person).get(edit).content.decode()
