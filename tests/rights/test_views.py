"""The pages: each works for whoever may, and stays shut for the others. (Who gets which answer: test_access_matrix.py.)"""

from __future__ import annotations

import io
from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from docx import Document

from caseworks import access, privacy
from caseworks.disclosure import processing
from caseworks.models import AuditEvent
from caseworks.rights.models import Consent, Erasure, ErasureProposal, LegalHold, RightsRequest
from children.models import Child
from tests import factories
from tests.rights import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def second(cast):
    """A second administrator of the same county."""
    person = factories.user("second")
    factories.posting(person, cast.county, "administrator")
    return person


def _all(model):
    with access.everyone("test"):
        return list(model.objects.order_by("pk"))


def _words(response) -> str:
    """The text of a Word file."""
    document = Document(io.BytesIO(b"".join(response.streaming_content)))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([paragraph.text for paragraph in document.paragraphs] + cells)


class TestConsents:
    def _send(self, client, cast, **changes):
        values = {
            "purpose": "donors", "answer": "agreed", "relative": cast.mother.code, "way": "paper", "given_on": "2026-11-20",
        }  # fmt: skip
        return client.post(reverse("rights:consent_add", args=[cast.child.code]), values | changes)

    def test_it_is_recorded_and_stands_in_the_archive(self, cast, sign_in):
        client = sign_in(cast.caseworker)
        response = self._send(client, cast)
        assert response["Location"].endswith("#rights")
        [row] = _all(Consent)
        assert (row.relative_id, row.rules_version) == (cast.mother.pk, processing.RULES_VERSION)
        assert row.recorded_by_id == cast.caseworker.pk
        body = client.get(cast.child.get_absolute_url()).content.decode()
        assert "向捐赠人提供信息" in body
        assert "母亲" in body

    def test_a_carer_who_agrees_is_doubted_once(self, cast, sign_in):
        client = sign_in(cast.caseworker)
        response = self._send(client, cast, relative=cast.grandmother.code)
        assert "监护人是父母" in response.content.decode()
        assert _all(Consent) == []
        sure = response.context["form"].doubts
        assert self._send(client, cast, relative=cast.grandmother.code, acknowledged=sure).status_code == 302

    def test_a_child_of_twelve_alone_is_refused_beside_the_field(self, cast, sign_in):
        response = self._send(sign_in(cast.caseworker), cast, relative="child")
        assert response.context["form"].errors.keys() == {"relative"}

    @pytest.mark.parametrize(
        "changes",
        [{"purpose": "x"}, {"relative": "NOBODY"}, {"given_on": "30.2.2026"}, {"way": ""}, {"answer": "\x00"}],
    )
    def test_bad_input_is_shown_and_nothing_is_saved(self, cast, sign_in, changes):
        assert self._send(sign_in(cast.caseworker), cast, **changes).status_code == 200
        assert _all(Consent) == []

    def test_it_is_withdrawn_once(self, cast, sign_in):
        client = sign_in(cast.caseworker)
        row = make.consent(cast.child, by=cast.clerk, relative=cast.mother)
        address = reverse("rights:consent_withdraw", args=[cast.child.code, row.code])
        assert client.get(address).status_code == 200
        assert client.post(address, {"on": "2026-11-20"}).status_code == 302
        assert _all(Consent)[0].withdrawn_on == date(2026, 11, 20)
        assert client.get(address).status_code == 404

    def test_another_child_s_consent_is_not_found(self, cast, sign_in):
        row = make.consent(cast.sibling, by=cast.clerk, relative=cast.mother)
        address = reverse("rights:consent_withdraw", args=[cast.child.code, row.code])
        assert sign_in(cast.caseworker).get(address).status_code == 404


class TestRequests:
    def _send(self, client, cast, **changes):
        values = {
            "kind": "copy", "relative": cast.mother.code, "identity_check": "id_card", "received_on": "2026-11-20",
            "words": "全部",
        }  # fmt: skip
        return client.post(reverse("rights:request_add", args=[cast.child.code]), values | changes)

    def test_from_the_family_to_the_letter(self, cast, sign_in):
        clerk, officer = Client(), Client()
        clerk.force_login(cast.clerk)
        officer.force_login(cast.officer)
        self._send(clerk, cast)
        [row] = _all(RightsRequest)
        assert row.received_for_id == cast.school.pk
        assert "王芳" in clerk.get(row.get_absolute_url()).content.decode()
        letter = reverse("rights:letter", args=[row.code])
        assert clerk.get(letter).status_code == 404
        answer = reverse("rights:answer", args=[row.code])
        assert clerk.get(answer).status_code == 403
        refused = officer.post(answer, {"decision": "refused", "on": "2026-11-20", "reason": ""})
        assert refused.context["form"].errors.keys() == {"reason"}
        officer.post(answer, {"decision": "refused", "on": "2026-11-20", "reason": "案件尚未办结"})
        assert officer.get(answer).status_code == 404
        body = clerk.get(letter).content.decode()
        for words in ("王芳", "不同意", "案件尚未办结", "12377", "石镇小学"):
            assert words in body
        text = _words(clerk.get(reverse("rights:letter_file", args=[row.code])))
        assert "案件尚未办结" in text
        assert AuditEvent.objects.filter(action="file.left", changes__what="request.letter").count() == 1

    def test_answering_twice_is_refused(self, cast, sign_in):
        row = make.granted(cast.child, by=cast.officer, office=cast.school)
        response = sign_in(cast.officer).post(
            reverse("rights:answer", args=[row.code]), {"decision": "refused", "on": "2026-11-20", "reason": "否"}
        )
        assert "已经答复" in response.content.decode()
        assert _all(RightsRequest)[0].decision == "granted"

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"relative": "other"}, "asker_name"),
            ({"asker_name": "王律师"}, "asker_name"),
            ({"kind": "gift"}, "kind"),
            ({"identity_check": ""}, "identity_check"),
            ({"received_on": "2099-01-01"}, "received_on"),
            ({"words": "长" * 1001}, "words"),
        ],
    )
    def test_bad_input_stands_beside_its_field(self, cast, sign_in, changes, field):
        response = self._send(sign_in(cast.clerk), cast, **changes)
        assert response.context["form"].errors.keys() == {field}
        assert _all(RightsRequest) == []

    def test_somebody_else_is_named(self, cast, sign_in):
        client = sign_in(cast.clerk)
        self._send(client, cast, relative="other", asker_name="王律师")
        [row] = _all(RightsRequest)
        assert "王律师" in client.get(row.get_absolute_url()).content.decode()

    def test_the_list_costs_the_same_for_one_and_for_three(self, cast, sign_in, django_assert_num_queries):
        client = sign_in(cast.clerk)
        address = reverse("rights:requests")
        make.request(cast.child, by=cast.clerk, office=cast.school, relative=cast.mother)
        client.get(address)
        with django_assert_num_queries(6):
            client.get(address)
        for _number in range(2):
            make.request(cast.child, by=cast.clerk, office=cast.school, relative=cast.mother)
        with django_assert_num_queries(6):
            body = client.get(address).content.decode()
        assert body.count("张小雨") == 3

    def test_only_what_waits_unless_all_are_asked_for(self, cast, sign_in):
        client = sign_in(cast.clerk)
        row = make.granted(cast.child, by=cast.officer, office=cast.school)
        late = make.request(cast.child, by=cast.clerk, office=cast.school, due_on=date(2026, 11, 3))
        waiting = client.get(reverse("rights:requests")).content.decode()
        assert late.get_absolute_url() in waiting
        assert row.get_absolute_url() not in waiting
        assert "已超期" in waiting
        assert row.get_absolute_url() in client.get(reverse("rights:requests"), {"show": "all"}).content.decode()
        assert client.get(reverse("rights:requests"), {"page": "9" * 30, "show": "\x00"}).status_code == 200

    def test_a_colleague_of_another_school_finds_none_of_it(self, cast, sign_in):
        row = make.granted(cast.child, by=cast.officer, office=cast.school)
        client = sign_in(cast.colleague)
        assert row.get_absolute_url() not in client.get(reverse("rights:requests"), {"show": "all"}).content.decode()
        for name in ("request", "letter", "letter_file", "copy", "copy_file"):
            assert client.get(reverse(f"rights:{name}", args=[row.code])).status_code == 404


class TestTheCopy:
    def test_it_holds_everything_in_full(self, cast, sign_in):
        child = factories.child(
            "周全",
            school=cast.school,
            village=cast.village,
            notes="爱画画",
            registered_at="石镇派出所",
            address="桃花路",
        )
        father = factories.relative(child, relation="51", name="周父", phone="13655556666")
        factories.absence(father, place="广东省东莞市")
        factories.contact(child, by=cast.clerk, place=cast.school, note="谈了学习")
        make.consent(child, by=cast.clerk, relative=father)
        row = make.granted(child, by=cast.officer, office=cast.school, relative=father)
        client = sign_in(cast.clerk)
        page = client.get(reverse("rights:copy", args=[row.code])).content.decode()
        file = _words(client.get(reverse("rights:copy_file", args=[row.code])))
        for words in (
            "周全", child.id_number, "爱画画", "石镇派出所", "桃花路", "周父", "13655556666", "东莞", "谈了学习", "石镇小学",
            "向捐赠人提供信息",
        ):  # fmt: skip
            assert words in page, words
            assert words in file, words
        assert AuditEvent.objects.filter(action="request.copied", object_id=child.pk).count() == 2

    def test_it_does_not_tell_of_a_hold_nor_of_another_child(self, cast, sign_in):
        make.hold(cast.child, by=cast.officer)
        row = make.granted(cast.child, by=cast.officer, office=cast.school)
        page = sign_in(cast.clerk).get(reverse("rights:copy", args=[row.code])).content.decode()
        assert "诉讼" not in page
        assert cast.sibling.id_number not in page

    @pytest.mark.parametrize(
        ("kind", "decision"), [("copy", "refused"), ("copy", ""), ("correct", "granted"), ("erase", "granted")]
    )
    def test_it_is_given_only_on_a_granted_request_to_see_or_copy(self, cast, sign_in, kind, decision):
        if decision:
            row = make.granted(cast.child, by=cast.officer, office=cast.school, kind=kind, decision=decision)
        else:
            row = make.request(cast.child, by=cast.clerk, office=cast.school, kind=kind)
        for name in ("copy", "copy_file"):
            assert sign_in(cast.clerk).get(reverse(f"rights:{name}", args=[row.code])).status_code == 403

    def test_it_is_given_for_thirty_days(self, cast, sign_in):
        today = timezone.localdate()
        for days, status in ((30, 200), (31, 403)):
            row = make.granted(cast.child, by=cast.officer, office=cast.school, decided_on=today - timedelta(days=days))
            assert sign_in(cast.clerk).get(reverse("rights:copy", args=[row.code])).status_code == status
            link = reverse("rights:copy", args=[row.code])
            assert (link in sign_in(cast.clerk).get(row.get_absolute_url()).content.decode()) == (status == 200)

    def test_a_note_with_characters_word_cannot_hold_still_makes_a_file(self, cast, sign_in):
        row = make.granted(cast.child, by=cast.officer, office=cast.school, reason="第一\x0b\x1b第二")
        assert "第一第二" in _words(sign_in(cast.clerk).get(reverse("rights:letter_file", args=[row.code])))


class TestErasure:
    def test_from_the_proposal_to_the_proof(self, cast, second, sign_in):
        request = make.granted(cast.child, by=cast.officer, office=cast.school, kind="erase")
        one, other, clerk = Client(), Client(), Client()
        for client, person in ((one, cast.officer), (other, second), (clerk, cast.clerk)):
            client.force_login(person)
        name, code, archive = cast.child.name, cast.child.code, cast.child.get_absolute_url()
        erase, confirm = (reverse(f"rights:{name}", args=[code]) for name in ("erase", "erase_confirm"))
        assert one.get(confirm).status_code == 404
        assert one.post(erase, {"reason": "request"})["Location"].endswith("#rights")
        assert "提出删除这份档案" in clerk.get(archive).content.decode()
        own = one.get(confirm).content.decode()
        assert 'name="understood"' not in own
        one.post(confirm, {"understood": "on"})
        assert len(_all(ErasureProposal)) == 1
        assert "understood" in other.post(confirm, {}).context["form"].errors
        sent = other.post(confirm, {"understood": "on"})
        [proof] = _all_plain(Erasure)
        assert sent["Location"] == proof.get_absolute_url()
        page = other.get(sent["Location"]).content.decode()
        for words in (request.code, "儿童", "操作记录", "second"):
            assert words in page
        assert name not in page
        assert request.code in _words(other.get(reverse("rights:proof_file", args=[proof.code])))
        for address in (archive, erase, confirm, request.get_absolute_url()):
            assert one.get(address).status_code == 404
        assert proof.code in one.get(reverse("rights:erasures")).content.decode()
        for words in (name, code, "zhangxiaoyu", "4325"):
            assert archive not in one.post(reverse("children:search"), {"q": words}, follow=True).content.decode()

    def test_it_can_be_stopped(self, cast, second, sign_in):
        make.proposal(cast.child, by=cast.officer)
        client = sign_in(second)
        assert client.post(reverse("rights:erase_stop", args=[cast.child.code])).status_code == 302
        assert _all(ErasureProposal) == []
        assert client.post(reverse("rights:erase_stop", args=[cast.child.code])).status_code == 404

    def test_a_proof_of_another_county_is_not_found(self, cast, sign_in):
        row = Erasure.objects.create(
            organization=cast.county, reason="mistake", proposed_by=cast.officer, confirmed_by=cast.system,
            done_at=timezone.now(), kept_until=date(2029, 11, 23), removed={"children.Child": 1, "children.Reach": 2},
        )  # fmt: skip
        client = sign_in(cast.stranger)
        assert row.code not in client.get(reverse("rights:erasures")).content.decode()
        for name in ("proof", "proof_file"):
            assert client.get(reverse(f"rights:{name}", args=[row.code])).status_code == 404

    def test_without_a_granted_request_the_reason_request_is_refused(self, cast, sign_in):
        response = sign_in(cast.officer).post(reverse("rights:erase", args=[cast.child.code]), {"reason": "request"})
        assert response.context["form"].errors.keys() == {"reason"}


def _all_plain(model):
    return list(model.objects.all())


class TestHolds:
    def test_why_is_for_the_administrator_only(self, cast, sign_in):
        """It may be an inquiry into those who keep the archive."""
        make.hold(cast.child, by=cast.officer)
        body = sign_in(cast.caseworker).get(cast.child.get_absolute_url()).content.decode()
        assert "暂停删除" in body
        assert "诉讼" not in body

    def test_it_is_placed_shown_and_lifted(self, cast, sign_in):
        client = sign_in(cast.officer)
        code = cast.child.code
        assert client.get(reverse("rights:hold_end", args=[code])).status_code == 404
        client.post(reverse("rights:hold", args=[code]), {"reason": "court", "on": "2026-11-20"})
        assert "诉讼、仲裁" in client.get(cast.child.get_absolute_url()).content.decode()
        again = client.post(reverse("rights:hold", args=[code]), {"reason": "police", "on": "2026-11-20"})
        assert "已经设为暂停删除" in again.content.decode()
        refused = client.post(reverse("rights:erase", args=[code]), {"reason": "mistake"})
        assert "解除之前" in refused.content.decode()
        client.post(reverse("rights:hold_end", args=[code]), {"on": "2026-11-21"})
        assert _all(LegalHold)[0].until_on == date(2026, 11, 21)


class TestRetention:
    def test_the_next_ninety_days(self, cast, sign_in):
        soon, later = timezone.localdate() - timedelta(days=330), timezone.localdate() - timedelta(days=100)
        make.closed(cast.child, soon)
        make.closed(cast.neighbour, later)
        body = sign_in(cast.officer).get(reverse("rights:retention")).content.decode()
        assert cast.child.name in body
        assert cast.neighbour.name not in body

    def test_nothing_due_says_so(self, cast, sign_in):
        assert "没有到期的内容" in sign_in(cast.officer).get(reverse("rights:retention")).content.decode()


class TestThePublicRules:
    def test_whoever_comes_reads_what_the_law_asks_for(self, client, settings):
        settings.PRIVACY_OFFICER, settings.DATA_STORED_AT = "王主任 0717-1234567", "枝江市政务云"
        body = client.get(reverse("privacy:rules")).content.decode()
        for words in (
            processing.RULES_VERSION, "王主任 0717-1234567", "枝江市政务云", "法定职责", "监护人同意", "紧急情况", "身份证号",
            "12345", "12377", "人民法院", "15 个工作日", "向媒体提供信息", "随时撤回", "数据不出境",
        ):  # fmt: skip
            assert words in body, words

    def test_every_kind_of_information_is_named_with_its_time(self):
        kinds = processing.kinds()
        assert len(kinds) > 10
        assert all(kind.group.years for kind in kinds)
        assert [kind.group.words for kind in kinds if not kind.fields] == [privacy.GROUPS["roster"].words]

    def test_purposes_name_only_groups_that_exist(self):
        for purpose in processing.PURPOSES:
            assert purpose.basis_words
            assert len(purpose.group_words) == len(purpose.groups)


def test_erasing_in_two_windows_at_once_counts_once(cast, second, today):
    """The second press finds nothing to erase, and says so."""
    from caseworks.rights.actions.erasures import erase

    make.proposal(cast.child, by=cast.officer)
    with access.scope(second, today=today):
        child = Child.objects.get(pk=cast.child.pk)
        erase(child=child, by=second, office=cast.county, now=timezone.now(), on=today)
        with pytest.raises(ValidationError):
            erase(child=cast.child, by=second, office=cast.county, now=timezone.now(), on=today)
    assert Erasure.objects.count() == 1
