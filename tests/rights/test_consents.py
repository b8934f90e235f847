"""What a family was told and agreed to, and what that opens."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from caseworks import access
from caseworks.models import AuditEvent
from caseworks.rights import consents
from caseworks.rights.actions.consents import record_consent, withdraw_consent
from caseworks.rights.models import Consent
from children.models import Child
from tests import factories
from tests.rights import make

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 20)


@pytest.fixture
def keeping(cast, today):
    with access.scope(cast.caseworker, today=today):
        yield cast


def _agreed(cast, **changes):
    values = {
        "child": cast.child, "by": cast.caseworker, "purpose": "donors", "answer": "agreed", "relative": cast.mother,
        "way": "paper", "given_on": date(2026, 9, 1),
    }  # fmt: skip
    return record_consent(**values | changes)


class TestMayShare:
    def test_nothing_is_open_before_somebody_agrees(self, keeping):
        assert not consents.may_share(keeping.child, "donors", DAY)

    def test_an_agreement_opens_its_own_purpose_and_no_other(self, keeping):
        _agreed(keeping)
        assert consents.may_share(keeping.child, "donors", DAY)
        assert not consents.may_share(keeping.child, "media", DAY)
        assert not consents.may_share(keeping.sibling, "donors", DAY)

    def test_it_opens_from_its_own_day_on(self, keeping):
        _agreed(keeping)
        assert not consents.may_share(keeping.child, "donors", date(2026, 8, 31))
        assert consents.may_share(keeping.child, "donors", date(2026, 9, 1))

    def test_a_withdrawal_closes_from_its_own_day_on(self, keeping):
        withdraw_consent(consent=_agreed(keeping), by=keeping.caseworker, on=date(2026, 10, 1))
        assert consents.may_share(keeping.child, "donors", date(2026, 9, 30))
        assert not consents.may_share(keeping.child, "donors", date(2026, 10, 1))

    def test_the_latest_answer_counts(self, keeping):
        _agreed(keeping)
        _agreed(keeping, answer="refused", relative=keeping.grandmother, given_on=date(2026, 10, 1))
        assert not consents.may_share(keeping.child, "donors", DAY)
        _agreed(keeping, given_on=date(2026, 11, 1))
        assert consents.may_share(keeping.child, "donors", DAY)

    @pytest.mark.parametrize("purpose", ["notice", "", "everything"])
    def test_a_purpose_nobody_can_agree_to_is_an_error(self, keeping, purpose):
        with pytest.raises(ValueError, match="purpose"):
            consents.may_share(keeping.child, purpose, DAY)


class TestRecording:
    def test_it_says_who_when_how_and_under_which_rules(self, keeping):
        row = _agreed(keeping)
        assert (row.rules_version, row.recorded_by, row.relative) == ("2026-11", keeping.caseworker, keeping.mother)
        event = AuditEvent.objects.get(action="consent.recorded")
        assert event.object_id == keeping.child.pk
        assert event.changes["purpose"] == ["", "donors"]

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"given_on": date(2026, 11, 24)}, "given_on"),
            ({"given_on": date(2001, 1, 1)}, "given_on"),
            ({"relative": None}, "relative"),
            ({"answer": "told"}, "answer"),
            ({"purpose": "notice"}, "answer"),
            ({"purpose": "party"}, "purpose"),
            ({"way": ""}, "way"),
        ],
        ids=[
            "tomorrow",
            "before birth",
            "child of 12 alone",
            "told of donors",
            "agreed to a notice",
            "unknown",
            "no way",
        ],
    )
    def test_what_cannot_be_is_refused(self, keeping, changes, field):
        with pytest.raises(ValidationError) as refusal:
            _agreed(keeping, **changes)
        assert set(refusal.value.message_dict) == {field}
        assert not Consent.objects.exists()

    def test_somebody_of_another_family_is_refused(self, keeping):
        other = factories.relative(keeping.neighbour, name="李父")
        with pytest.raises(ValidationError, match="本家庭"):
            _agreed(keeping, relative=other)

    def test_a_child_of_14_answers_alone(self, cast, today):
        child = factories.child("张大", village=cast.village, born_on=date(2012, 9, 1))
        with access.scope(cast.caseworker, today=today):
            _agreed(cast, child=child, relative=None)
            assert consents.may_share(child, "donors", DAY)

    def test_only_an_agreement_is_withdrawn_once(self, keeping):
        told = _agreed(keeping, purpose="notice", answer="told")
        row = _agreed(keeping)
        for consent, on in ((told, DAY), (row, date(2026, 8, 1)), (row, date(2026, 11, 24))):
            with pytest.raises(ValidationError):
                withdraw_consent(consent=consent, by=keeping.caseworker, on=on)
        withdraw_consent(consent=row, by=keeping.caseworker, on=DAY)
        with pytest.raises(ValidationError):
            withdraw_consent(consent=row, by=keeping.caseworker, on=DAY)

    @pytest.mark.parametrize(
        "bad", [{"purpose": "notice"}, {"answer": "told"}, {"answer": "refused", "withdrawn_on": DAY}, {"withdrawn_on": date(2020, 1, 1)}]
    )  # fmt: skip
    def test_the_database_refuses_it_too(self, cast, bad):
        with pytest.raises(IntegrityError), transaction.atomic():
            make.consent(cast.child, by=cast.clerk, relative=cast.mother, **bad)


class TestNotice:
    @staticmethod
    def _gap(child, on=DAY):
        return consents.notice_gap(child, consents.of(child), on)

    def test_it_is_missing_until_somebody_was_told(self, keeping):
        _agreed(keeping)
        assert self._gap(keeping.child).page == "rights:consent_add"
        _agreed(keeping, purpose="notice", answer="told")
        assert self._gap(keeping.child) is None
        assert self._gap(keeping.child, date(2026, 8, 1)) is not None

    def test_a_closed_archive_lacks_nothing(self, cast, today):
        make.closed(cast.child, date(2026, 10, 1))
        with access.scope(cast.caseworker, today=today):
            assert self._gap(cast.child) is None

    def test_each_says_what_the_relative_is_to_the_child(self, keeping):
        _agreed(keeping)
        assert [row.relation for row in consents.of(keeping.child)] == ["母亲"]

    def test_the_children_without_one_are_listed(self, keeping):
        _agreed(keeping, purpose="notice", answer="told")
        assert set(consents.without_notice(Child.objects.all(), DAY)) == {keeping.sibling}
