"""Taking a whole batch back: everything as it was before, or nothing, with the rows that stand in the way."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db.models import F
from django.urls import reverse

from caseworks import access
from caseworks.exchange import actions, merging, removing, troubles, undoing
from caseworks.exchange.models import ImportBatch, StagedRow
from caseworks.models import AuditEvent
from children.models import Arrival, Child, Enrolment, Reach, Residence
from guardians.models import Absence, Declaration, Entrustment, Kinship, Relative, Situation
from tests import factories
from tests.exchange.books import BORN, TODAY, book, child_row, confirm, receive, verdicts
from visits.models import Contact

MODELS = (Child, Enrolment, Residence, Relative, Kinship, Absence, Situation, Declaration, Entrustment)
SEPTEMBER = date(2026, 9, 1)


def contents() -> dict[str, list[str]]:
    """Every value people can see, but not the versions, which only go up."""
    with access.everyone("test", arriving=True):
        found = {}
        for model in MODELS:
            names = [field.attname for field in model._meta.concrete_fields if field.name != "version"]
            found[model.__name__] = sorted(str([getattr(row, name) for name in names]) for row in model.objects.all())
        found["Reach"] = sorted(map(str, Reach.objects.values_list("child", "via", "path", "until_on")))
        found["Arrival"] = list(Arrival.objects.values_list("child"))
        return found


def undo(batch, by):
    with access.scope(by, today=TODAY):
        return actions.undo(batch=batch, by=by)


@pytest.fixture
def rows():
    """周一 and 周二 share their parents; 周三 has parents of the same name and a grandmother who cares."""
    number = lambda: factories.id_number(BORN, "1")  # noqa: E731
    return [
        child_row(姓名="周一", 身份证号=number(), 父亲电话="13911112222", 父亲务工地点="广东省东莞市"),
        child_row(姓名="周二", 身份证号=number(), 母亲务工地点="去世", 是否留守="单亲"),
        child_row(姓名="周三", 身份证号=number(), 父亲电话="", 监护人="周老太", 与儿童关系="奶奶", 备注="跛脚"),
    ]


@pytest.mark.parametrize("chunk", [1, 500])
def test_a_batch_of_new_archives_leaves_nothing_behind(chunk, rows, tmp_path, cast, monkeypatch):
    for module in (merging, removing, undoing):
        monkeypatch.setattr(module, "CHUNK", chunk)
    before = contents()
    batch = confirm(receive(book(tmp_path, rows), cast.clerk, cast.school), cast.clerk)
    assert contents() != before
    undo(batch, cast.clerk)
    assert contents() == before
    assert (batch.state, StagedRow.objects.count()) == ("undone", 0)
    event = AuditEvent.objects.get(action="import.undone")
    assert (event.by, event.object_id, event.changes["file"]) == (cast.clerk, batch.pk, [batch.file_name, batch.sha256])
    again = receive(book(tmp_path, rows), cast.clerk, cast.school)
    assert (again != batch, verdicts(again)) == (True, ["new"] * 3)


LATER = {
    "name": {"姓名": "周壹"}, "grade": {"年级": "5年级"}, "class": {"班级": "3班"}, "village": {"住址": "白沙村1组"},
    "address": {"住址": "龙井村9组1号"}, "phone": {"母亲电话": "13911114444"}, "home": {"父亲务工地点": "在家"},
    "elsewhere": {"父亲务工地点": "浙江省义乌市"}, "ill": {"父亲务工地点": "服刑"}, "carer": {"监护人": "周老头", "与儿童关系": "爷爷"},
    "declared": {"是否留守": "双亲"}, "new parent": {"父亲姓名": "周小海"},
    "everything": {
        "姓名": "周壹", "年级": "5年级", "住址": "白沙村1组", "母亲电话": "13911114444", "父亲务工地点": "在家", "监护人": "周老头",
        "与儿童关系": "爷爷", "是否留守": "否",
    },
}  # fmt: skip


@pytest.mark.parametrize("what", LATER)
def test_changed_archives_get_their_old_values_back(what, rows, tmp_path, cast):
    confirm(receive(book(tmp_path, rows), cast.clerk, cast.school, roster_on=SEPTEMBER), cast.clerk)
    before = contents()
    child = {"姓名": "周四", "身份证号": factories.id_number(BORN, "1")}
    later = [rows[0] | LATER[what], rows[1], rows[2], rows[0] | child]
    batch = confirm(receive(book(tmp_path, later), cast.clerk, cast.school), cast.clerk)
    # of two siblings in one file the second may contradict the first about their parents
    assert (batch.counts["new"], batch.counts["changed"] in {1, 2}, len(verdicts(batch))) == (1, True, 4)
    undo(batch, cast.clerk)
    assert contents() == before


def test_a_second_child_of_a_parent_who_was_there_before(tmp_path, cast):
    """The mother stays, with everything the batch had learnt about her taken back."""
    before = contents()
    row = child_row(
        母亲姓名="王芳",
        母亲电话="13900001111",
        母亲务工地点="浙江省义乌市",
        父亲姓名=None,
        父亲电话=None,
        父亲务工地点=None,
    )
    batch = confirm(receive(book(tmp_path, [row]), cast.clerk, cast.school), cast.clerk)
    with access.everyone("test"):
        assert Kinship.objects.filter(relative=cast.mother, child__name="周小满").exists()
    undo(batch, cast.clerk)
    assert contents() == before


# --- What stands in the way ---------------------------------------------------------------------------------------------


def _child(name="周一"):
    return Child.objects.get(name=name)


def _relative(relation, name="周一"):
    return Kinship.objects.get(child__name=name, relation=relation).relative


def amended(cast, tmp_path):
    Child.objects.filter(pk=_child().pk).update(sex="2", version=2)


def changed_without_a_version(cast, tmp_path):
    Enrolment.objects.filter(child=_child()).update(student_number="99")


def sealed_value_changed(cast, tmp_path):
    Residence.objects.get(child=_child()).delete()
    Residence.objects.create(child=_child(), village=cast.village, address="别处", from_on=TODAY)


def moved(cast, tmp_path):
    Residence.objects.filter(child=_child()).update(until_on=TODAY)


def contact_logged(cast, tmp_path):
    factories.contact(_child(), by=cast.clerk, place=cast.school)


def paired(cast, tmp_path):
    factories.pairing(cast.pairing.mentor, _child())


def relative_changed(cast, tmp_path):
    Relative.objects.filter(pk=_relative("51").pk).update(phone="13800000000")


def relative_removed(cast, tmp_path):
    _relative("51").delete()


def relative_shared_with_a_stranger(cast, tmp_path):
    Kinship.objects.create(child=cast.sibling, relative=_relative("51"), relation="57")


def absence_added(cast, tmp_path):
    factories.absence(_relative("52"), place="湖北省武汉市")


def absence_ended(cast, tmp_path):
    Absence.objects.filter(relative=_relative("51")).update(until_on=TODAY)


def cared_for(cast, tmp_path):
    factories.entrustment(_child(), _relative("52"), from_on=TODAY)


def declared_again(cast, tmp_path):
    factories.declaration(_child("周二"), "0", cast.village, declared_on=TODAY)


def imported_again(cast, tmp_path):
    with access.scope(cast.clerk, today=TODAY):
        number = _child().id_number
    row = child_row(姓名="周一", 身份证号=number, 年级="6年级")
    confirm(receive(book(tmp_path, [row], sheet="二"), cast.clerk, cast.school), cast.clerk)


BLOCKS = {
    amended: "档案", changed_without_a_version: "就读", sealed_value_changed: "居住", moved: "居住", contact_logged: "走访",
    paired: "结对", relative_changed: "亲属", relative_removed: "亲属", relative_shared_with_a_stranger: "亲属",
    absence_added: "外出", absence_ended: "外出", cared_for: "委托", declared_again: "申报", imported_again: "就读",
}  # fmt: skip


@pytest.mark.parametrize("since", BLOCKS, ids=lambda function: function.__name__)
def test_whoever_built_on_a_row_stands_in_the_way_of_all(since, rows, tmp_path, cast):
    batch = confirm(receive(book(tmp_path, rows), cast.clerk, cast.school), cast.clerk)
    with access.everyone("test"):
        since(cast, tmp_path)
    before = contents()
    with pytest.raises(ValidationError):
        undo(batch, cast.clerk)
    batch.refresh_from_db()
    assert (batch.state, contents() == before) == ("imported", True)
    standing = troubles.rows(batch)
    assert standing[0].number == (3 if since is declared_again else 2)
    assert standing[0].name == ("周二" if since is declared_again else "周一")
    assert {row.name for row in standing} <= {"周一", "周二"}  # who shares the parent stands in the way too


@pytest.mark.parametrize("table", ["enrolment", "relative"])
def test_an_archive_changed_again_after_the_batch_keeps_its_newest_values(table, rows, tmp_path, cast):
    confirm(receive(book(tmp_path, rows), cast.clerk, cast.school, roster_on=SEPTEMBER), cast.clerk)
    later = [rows[0] | {"年级": "5年级", "母亲电话": "13911114444"}]
    batch = confirm(receive(book(tmp_path, later), cast.clerk, cast.school), cast.clerk)
    with access.everyone("test"):
        if table == "enrolment":
            Enrolment.objects.filter(child=_child(), until_on=None).update(grade="6")
        else:
            Relative.objects.filter(pk=_relative("52").pk).update(phone="13911116666", version=F("version") + 1)
    before = contents()
    with pytest.raises(ValidationError):
        undo(batch, cast.clerk)
    assert contents() == before


def test_a_contact_with_a_child_that_was_only_changed_is_no_obstacle(rows, tmp_path, cast):
    confirm(receive(book(tmp_path, rows), cast.clerk, cast.school, roster_on=SEPTEMBER), cast.clerk)
    before = contents()
    batch = confirm(receive(book(tmp_path, [rows[0] | {"年级": "5年级"}]), cast.clerk, cast.school), cast.clerk)
    with access.everyone("test"):
        factories.contact(_child(), by=cast.clerk, place=cast.school)
    undo(batch, cast.clerk)
    assert contents() == before
    with access.everyone("test"):
        assert Contact.objects.filter(contact_children__child__name="周一").count() == 1


def test_the_same_roster_brought_in_again_is_no_obstacle(rows, tmp_path, cast):
    before = contents()
    file = book(tmp_path, rows)
    batch = confirm(receive(file, cast.clerk, cast.school), cast.clerk)
    second = confirm(receive(file, cast.clerk, cast.school), cast.clerk)
    assert second.counts["unchanged"] == 3
    undo(batch, cast.clerk)
    assert contents() == before


def test_a_contact_logged_during_the_comparison_is_not_lost(rows, tmp_path, cast, monkeypatch):
    from visits import actions as visits

    batch = confirm(receive(book(tmp_path, rows), cast.clerk, cast.school), cast.clerk)
    looked = undoing._added
    logged = []

    def meanwhile(*args):
        yield from looked(*args)
        if not logged:
            logged.append(True)
            with access.scope(cast.clerk, today=TODAY):
                visits.log_contact(
                    by=cast.clerk,
                    logged_for=cast.school,
                    kind="home",
                    held_on=TODAY,
                    children=[_child()],
                    reached=True,
                    today=TODAY,
                    met=[],
                    note="在家",
                )

    monkeypatch.setattr(undoing, "_added", meanwhile)
    with pytest.raises(ValidationError):
        undo(batch, cast.clerk)
    with access.everyone("test"):
        assert Contact.objects.filter(contact_children__child__name="周一").exists()


def test_only_an_imported_batch_is_taken_back_and_only_once(rows, tmp_path, cast):
    batch = receive(book(tmp_path, rows), cast.clerk, cast.school)
    with pytest.raises(ValidationError):
        undo(batch, cast.clerk)
    confirm(batch, cast.clerk)
    undo(batch, cast.clerk)
    before = contents()
    assert undo(batch, cast.clerk).state == "undone"
    assert (contents(), AuditEvent.objects.filter(action="import.undone").count()) == (before, 1)


def test_the_pages(rows, tmp_path, cast, sign_in):
    batch = confirm(receive(book(tmp_path, rows), cast.clerk, cast.school), cast.clerk)
    client = sign_in(cast.clerk)
    address = reverse("exchange:undo", args=[batch.code])
    assert address in client.get(batch.get_absolute_url()).content.decode()
    assert address in client.get(reverse("exchange:imports")).content.decode()
    assert "<strong>3</strong>" in client.get(address).content.decode()
    with access.everyone("test"):
        contact_logged(cast, tmp_path)
    page = client.post(address, follow=True).content.decode()
    assert ("什么都没有撤销" in page, "周一" in page) == (True, True)
    with access.everyone("test"):
        Contact.objects.all().delete()
    page = client.post(address, follow=True).content.decode()
    assert "这批名册已撤销" in page
    assert ImportBatch.objects.get().state == "undone"
    assert address not in client.get(reverse("exchange:imports")).content.decode()
