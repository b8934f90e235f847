"""One person takes out so many files within a day, and no more."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from caseworks.models import AuditEvent

pytestmark = pytest.mark.django_db
LIST = reverse("children:export")
FULL = f"{reverse('out:choose')}?layout=roll&definition=wide&show=full"


def test_beyond_the_limit_it_is_refused_in_words_and_recorded(cast, sign_in, settings):
    settings.EXPORTS_PER_DAY = 2
    client = sign_in(cast.clerk)
    assert [client.get(LIST).status_code for _each in range(3)] == [200, 200, 429]
    page = client.get(LIST)
    assert "24 小时" in page.content.decode()
    assert AuditEvent.objects.filter(action="file.left", by=cast.clerk).count() == 2
    assert AuditEvent.objects.filter(action="export.too_many", by=cast.clerk).count() == 2
    assert sign_in(cast.caseworker).get(LIST).status_code == 200  # a colleague still can
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        assert sign_in(cast.clerk).get(LIST).status_code == 200


def test_a_file_that_waits_for_a_word_counts_too(cast, sign_in, settings):
    settings.EXPORTS_PER_DAY = 1
    client = sign_in(cast.clerk)
    address = client.get(FULL)["Location"]
    asked = client.post(address, {"purpose": "交区民政局核对台账"})
    assert asked.status_code == 302
    assert client.get(address).status_code == 429
    assert client.post(address, {"purpose": "交区民政局核对台账"}).status_code == 429
    assert client.get(LIST).status_code == 429
    assert client.get(asked["Location"]).status_code == 200  # what was asked for can still be fetched
