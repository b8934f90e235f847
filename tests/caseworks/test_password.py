"""Changing one's own password."""

import pytest
from django.test import Client

from caseworks.models import AuditEvent, User
from tests import factories

pytestmark = pytest.mark.django_db
NEW = "correct-horse-7"


def _change(client, old: str, new: str, again: str | None = None):
    return client.post("/password/", {"old_password": old, "new_password1": new, "new_password2": again or new})


def test_the_new_password_works_and_this_session_goes_on(cast, sign_in):
    client = sign_in(cast.clerk)
    response = _change(client, "pass-word-of-tests", NEW)
    assert response.status_code == 302
    assert User.objects.get(pk=cast.clerk.pk).check_password(NEW)
    assert client.get("/password/").status_code == 200
    assert AuditEvent.objects.filter(action="user.password_changed", by=cast.clerk).count() == 1


def test_another_session_of_the_account_ends(cast, sign_in):
    elsewhere = Client()
    elsewhere.force_login(cast.clerk)
    _change(sign_in(cast.clerk), "pass-word-of-tests", NEW)
    assert elsewhere.get("/password/").headers["Location"].startswith("/login/")


@pytest.mark.parametrize(
    ("old", "new", "again"),
    [("wrong", NEW, NEW), ("pass-word-of-tests", NEW, "different-7"), ("pass-word-of-tests", "12345678", "12345678")],
)
def test_a_bad_change_changes_nothing(cast, sign_in, old, new, again):
    response = _change(sign_in(cast.clerk), old, new, again)
    assert response.status_code == 200
    assert User.objects.get(pk=cast.clerk.pk).check_password("pass-word-of-tests")


def test_what_is_wrong_is_said_beside_the_new_password(cast, sign_in):
    errors = _change(sign_in(cast.clerk), "pass-word-of-tests", "zhangwei1990").context["form"].errors
    assert set(errors) == {"new_password1"}
    assert "容易被猜到" in errors["new_password1"][0]


def test_a_wrong_old_password_is_an_event_and_counts_towards_the_lock(cast, sign_in):
    client = sign_in(cast.clerk)
    answers = [_change(client, "wrong", NEW).status_code for _number in range(6)]
    assert answers == [200] * 5 + [429]
    assert AuditEvent.objects.filter(action="user.sign_in_failed", object_id=cast.clerk.pk).count() == 5
    assert _change(client, "pass-word-of-tests", NEW).status_code == 429


def test_passwords_can_be_pasted_and_shown(cast, sign_in):
    page = sign_in(cast.clerk).get("/password/").content.decode()
    assert page.count('type="password"') == 3
    assert page.count('autocomplete="new-password"') == 2
    assert "data-show-passwords" in page
    assert "onpaste" not in page


def test_a_person_of_no_post_may_change_it_and_nobody_signed_out(cast, sign_in, client):
    assert client.get("/password/").status_code == 302
    assert sign_in(factories.user()).get("/password/").status_code == 200
