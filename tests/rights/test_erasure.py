"""Erasing one child: proposed, confirmed by another, gone everywhere, proved."""

from __future__ import annotations

import glob
import os
import subprocess
from datetime import date
from pathlib import Path

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import connection, models
from django.utils import timezone

from caseworks import access
from caseworks.exchange.models import ImportBatch, RosterFrame, StagedRow, State
from caseworks.models import AuditEvent, Submission
from caseworks.rights.actions.erasures import erase, lift_hold, place_hold, propose_erasure, take_back_proposal
from caseworks.rights.models import Erasure, ErasureProposal
from caseworks.scoped import AboutChildren
from children.models import Child
from guardians.models import Entrustment, Kinship, Relative
from tests import factories
from tests.postgres import programs
from tests.rights import make
from visits.models import Contact, ContactChild, Counterpart

TODAY = date(2026, 11, 23)
NAME, FATHER, PHONE, NOTE, ADDRESS = "欧阳雪莲", "欧阳铁柱", "13655557777", "夜里常哭", "幸福路七号"


@pytest.fixture
def second(cast):
    """A second administrator of the same county."""
    person = factories.user("second")
    factories.posting(person, cast.county, "administrator")
    return person


def _erased(cast, second, child, reason="mistake", request=None):
    with access.scope(cast.officer, today=TODAY):
        propose_erasure(child=child, by=cast.officer, reason=reason, on=TODAY, request=request)
    with access.scope(second, today=TODAY):
        return erase(child=child, by=second, office=cast.county, now=timezone.now(), on=TODAY)


def _a_full_archive(cast) -> Child:
    """A child with one of everything, a father of her own, and a grandmother whom another child shares."""
    child = factories.child(
        NAME, school=cast.school, village=cast.village, born_on=date(2015, 5, 6), address=ADDRESS, notes=f"{NAME}{NOTE}"
    )
    father = factories.relative(child, relation="51", name=FATHER, phone=PHONE, address=ADDRESS)
    shared = factories.relative(child, cast.neighbour, relation="62", name="李奶奶", phone="13700009999")
    factories.absence(father)
    factories.situation(father)
    factories.entrustment(child, shared)
    factories.declaration(child, "2", cast.school)
    factories.pairing(cast.pairing.mentor, child)
    factories.contact(child, by=cast.clerk, place=cast.school, note=NOTE, met=(("father", father),))
    factories.contact(child, cast.neighbour, by=cast.clerk, place=cast.school, note=f"{NAME}和李明都在家")
    make.consent(child, by=cast.clerk, relative=father)
    make.request(child, by=cast.clerk, office=cast.school, relative=father, words=NOTE, asker_name="")
    batch = ImportBatch.objects.create(
        organization=cast.school, by=cast.clerk, file_name="花名册.xlsx", sha256="0" * 64, roster_on=date(2026, 9, 1),
        state=State.PREVIEWED,
    )  # fmt: skip
    for position, cells in enumerate(([NAME, child.id_number], [NAME, "2015-05-06"], [NAME, "2014-01-01"]), start=1):
        StagedRow.objects.create(batch=batch, position=position, sheet=0, number=position, cells=cells)
    RosterFrame.objects.create(batch=batch, content={"lists": [NAME, "李明"]})
    Submission.objects.create(user=cast.clerk, location=f"/children/{child.code}/")
    return child


@pytest.mark.django_db
class TestTheProposal:
    def test_another_person_must_confirm(self, cast, today):
        with access.scope(cast.officer, today=today):
            propose_erasure(child=cast.child, by=cast.officer, reason="mistake", on=today)
            with pytest.raises(ValidationError, match="另一"):
                erase(child=cast.child, by=cast.officer, office=cast.county, now=timezone.now(), on=today)
            assert Child.objects.filter(pk=cast.child.pk).exists()

    def test_nothing_is_erased_that_nobody_proposed(self, cast, second, today):
        with access.scope(second, today=today), pytest.raises(ValidationError):
            erase(child=cast.child, by=second, office=cast.county, now=timezone.now(), on=today)

    def test_a_request_must_have_been_granted_for_this_very_child(self, cast, today):
        refused = make.granted(cast.child, by=cast.officer, office=cast.school, kind="erase", decision="refused")
        other_kind = make.granted(cast.child, by=cast.officer, office=cast.school, kind="copy")
        other_child = make.granted(cast.sibling, by=cast.officer, office=cast.school, kind="erase")
        with access.scope(cast.officer, today=today):
            for request in (None, refused, other_kind, other_child):
                with pytest.raises(ValidationError):
                    propose_erasure(child=cast.child, by=cast.officer, reason="request", on=today, request=request)
        granted = make.granted(cast.child, by=cast.officer, office=cast.school, kind="erase")
        with access.scope(cast.officer, today=today):
            propose_erasure(child=cast.child, by=cast.officer, reason="request", on=today, request=granted)

    def test_it_is_made_once_and_can_be_taken_back(self, cast, today):
        with access.scope(cast.officer, today=today):
            propose_erasure(child=cast.child, by=cast.officer, reason="mistake", on=today)
            with pytest.raises(ValidationError):
                propose_erasure(child=cast.child, by=cast.officer, reason="over", on=today)
            take_back_proposal(child=cast.child, by=cast.officer)
            assert not ErasureProposal.objects.exists()
            with pytest.raises(ValidationError):
                take_back_proposal(child=cast.child, by=cast.officer)

    def test_a_hold_blocks_it_at_both_steps_until_it_is_lifted(self, cast, second, today):
        with access.scope(cast.officer, today=today):
            place_hold(child=cast.child, by=cast.officer, reason="court", on=today)
            with pytest.raises(ValidationError, match="诉讼"):
                propose_erasure(child=cast.child, by=cast.officer, reason="mistake", on=today)
            lift_hold(child=cast.child, by=cast.officer, on=today)
            propose_erasure(child=cast.child, by=cast.officer, reason="mistake", on=today)
            place_hold(child=cast.child, by=cast.officer, reason="police", on=today)
        with access.scope(second, today=today):
            with pytest.raises(ValidationError, match="公安"):
                erase(child=cast.child, by=second, office=cast.county, now=timezone.now(), on=today)
            assert Child.objects.filter(pk=cast.child.pk).exists()


@pytest.mark.django_db
class TestWhatGoes:
    def test_the_archive_and_what_is_only_this_child_s(self, cast, second):
        child = _a_full_archive(cast)
        key, code = child.pk, child.code
        proof = _erased(cast, second, child)
        went = {
            "caseworks.Submission": 1, "children.Child": 1, "children.Enrolment": 1, "children.Reach": 3,
            "children.Residence": 1, "exchange.StagedRow": 2, "exchange.RosterFrame": 1, "guardians.Absence": 1, "guardians.Declaration": 1,
            "guardians.Entrustment": 1, "guardians.Kinship": 2, "guardians.Relative": 1, "guardians.Situation": 1,
            "rights.Consent": 1, "rights.ErasureProposal": 1, "rights.RightsRequest": 1, "visits.Contact": 1,
            "visits.ContactChild": 2, "visits.Counterpart": 1, "visits.Pairing": 1,
        }  # fmt: skip
        assert went.items() <= proof.removed.items()
        assert proof.unlinked == {"guardians.Relative": 1, "visits.Contact": 1}
        with access.everyone("test"):
            for model in apps.get_models():
                if issubclass(model, AboutChildren) and any(f.name == "child" for f in model._meta.concrete_fields):
                    assert not model.objects.filter(child=key).exists(), model
            assert not Child.objects.matching(code).exists()
        assert not Submission.objects.filter(location__contains=code).exists()

    def test_what_others_share_stays_and_loses_the_name(self, cast, second):
        child = _a_full_archive(cast)
        _erased(cast, second, child)
        with access.everyone("test"):
            grandmother = Relative.objects.get(name="李奶奶")
            assert [kinship.child for kinship in grandmother.kinships.all()] == [cast.neighbour]
            [shared] = Contact.objects.filter(contact_children__child=cast.neighbour)
            assert shared.note == "×××和李明都在家"
            assert not Relative.objects.filter(name=FATHER).exists()

    def test_a_parent_shared_with_a_child_out_of_reach_stays(self, cast, second):
        father = factories.relative(cast.neighbour, cast.foreigner, relation="51", name="两县之父")
        proof = _erased(cast, second, cast.neighbour)
        assert proof.unlinked["guardians.Relative"] == 1
        with access.everyone("test"):
            assert Relative.objects.filter(pk=father.pk).exists()

    def test_a_carer_of_another_child_stays_without_a_kinship(self, cast, second):
        aunt = factories.relative(cast.neighbour, relation="99", name="邻居")
        factories.entrustment(cast.foreigner, aunt)
        with access.everyone("test"):
            Kinship.objects.filter(child=cast.foreigner, relative=aunt).delete()
        _erased(cast, second, cast.neighbour)
        with access.everyone("test"):
            assert Entrustment.objects.filter(child=cast.foreigner, relative=aunt).exists()

    def test_a_sibling_keeps_family_contacts_and_care(self, cast, second):
        contact = factories.contact(cast.child, cast.sibling, by=cast.clerk, place=cast.school)
        _erased(cast, second, cast.child)
        with access.everyone("test"):
            assert {each.relative for each in Kinship.objects.filter(child=cast.sibling)} == {
                cast.mother,
                cast.grandmother,
            }
            assert ContactChild.objects.get(contact=contact).child == cast.sibling
            assert Entrustment.objects.get().child == cast.sibling
            assert not Counterpart.objects.exclude(contact=contact).exists()


@pytest.mark.django_db
class TestTheProof:
    def test_it_says_who_when_and_why_and_names_nobody(self, cast, second):
        child = _a_full_archive(cast)
        request = make.granted(child, by=cast.officer, office=cast.school, kind="erase")
        proof = _erased(cast, second, child, reason="request", request=request)
        assert (proof.proposed_by, proof.confirmed_by, proof.organization) == (cast.officer, second, cast.county)
        assert (proof.request_code, proof.requested_on) == (request.code, request.received_on)
        assert proof.kept_until == date(2029, 11, 23)
        stored = str(Erasure.objects.values().get())
        assert all(word not in stored for word in (NAME, child.code, child.id_number, str(child.pk)))

    def test_the_trail_goes_on_telling_without_names(self, cast, second):
        key = cast.child.pk
        _erased(cast, second, cast.child)
        assert set(AuditEvent.objects.filter(object_id=key).values_list("action", flat=True)) >= {
            "erasure.proposed", "child.deleted",
        }  # fmt: skip
        assert AuditEvent.objects.get(action="erasure.done").changes["removed"]["children.Child"] == 1


def test_everything_that_hangs_on_a_child_goes_with_it():
    """A record added later must go too: by CASCADE, or its own author thinks of erasure and lists it here."""
    others = {
        f"{model.__name__}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if field.is_relation and field.related_model is Child and field.remote_field.on_delete is not models.CASCADE
    }
    assert others == set()


# --- The database itself ------------------------------------------------------------------------------------------------


def _dump() -> bytes:
    """Everything the database holds, as somebody who steals it gets it."""
    if connection.vendor == "sqlite":
        path = connection.settings_dict["NAME"]
        return b"".join(Path(name).read_bytes() for name in glob.glob(f"{path}*") if not name.endswith("-shm"))
    values = connection.settings_dict
    command = [
        str(programs() / "pg_dump"),
        "--host",
        values["HOST"],
        "--username",
        values["USER"],
        "--inserts",
        values["NAME"],
    ]
    if values["PORT"]:
        command += ["--port", str(values["PORT"])]
    environment = os.environ | {"PGPASSWORD": values["PASSWORD"] or ""}
    return subprocess.run(command, check=True, capture_output=True, env=environment).stdout


@pytest.mark.django_db(transaction=True)
def test_a_stolen_database_knows_nothing_of_an_erased_child(cast, second):
    child = _a_full_archive(cast)
    with access.scope(cast.clerk, today=TODAY):
        from children import actions

        actions.amend(child=child, by=cast.clerk, ethnicity="02", notes=f"{NOTE}，{NAME}")
    texts = {NAME, FATHER, child.code, "ouyangxuelian"}
    never = {child.id_number, PHONE, NOTE, ADDRESS}
    before = _dump()
    assert all(text.encode() in before for text in texts)
    _erased(cast, second, child)
    after = _dump()
    assert {text for text in texts | never if text.encode() in after} == set()
