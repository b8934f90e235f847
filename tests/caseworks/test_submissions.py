"""Pressing Save twice makes one record, also when both presses arrive in the same moment."""

from __future__ import annotations

import threading
import uuid

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.http import Http404
from django.test import RequestFactory

from caseworks.models import Organization, Submission
from caseworks.submissions import once
from tests import factories

PRESSES = 6


def press(user, key: str | None) -> str:
    """What a view does with a form: make an organization, once."""
    request = RequestFactory().post("/x/", {} if key is None else {"submission_key": key})
    request.user = user
    with once(request) as submission:
        if not submission.again:
            made = Organization.objects.create(code=f"made-{uuid.uuid4().hex[:8]}", name="新", kind="village")
            submission.leads_to(f"/place/{made.code}/")
    return submission.location


@pytest.mark.django_db
def test_the_second_press_leads_to_what_the_first_made():
    user, key = factories.user(), str(uuid.uuid4())
    first, second = press(user, key), press(user, key)
    assert first == second != "/"
    assert Organization.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("key", [None, "", "not-a-key", "1" * 5000])
def test_a_form_without_a_key_counts_as_new(key):
    user = factories.user()
    assert press(user, key) != press(user, key)


@pytest.mark.django_db
def test_a_key_belongs_to_the_person_whose_form_it_was():
    key = str(uuid.uuid4())
    press(factories.user(), key)
    with pytest.raises(Http404):
        press(factories.user(), key)
    assert Organization.objects.count() == 1


@pytest.mark.django_db
def test_a_change_that_fails_can_be_sent_again():
    user, key = factories.user(), str(uuid.uuid4())
    request = RequestFactory().post("/x/", {"submission_key": key})
    request.user = user
    with pytest.raises(ValidationError), once(request):
        raise ValidationError("no")
    assert not Submission.objects.exists()
    assert press(user, key) != "/"


@pytest.mark.django_db(transaction=True)
def test_presses_in_the_same_moment_make_one_record():
    user, key = factories.user(), str(uuid.uuid4())
    together, answers = threading.Barrier(PRESSES), []

    def one_press() -> None:
        try:
            together.wait(10)
            answers.append(press(user, key))
        except Exception as error:  # whatever a thread dies of belongs in the comparison below
            answers.append(repr(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=one_press) for _press in range(PRESSES)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    made = Organization.objects.get()
    assert answers == [f"/place/{made.code}/"] * PRESSES
