"""Changes to archives that were there before: made ready outside the transaction, all or nothing inside it."""

from datetime import timedelta

import pytest
from django.db import transaction

from caseworks import access
from caseworks.exchange import actions, work
from caseworks.exchange.atonce import Changes
from caseworks.exchange.writer import MovedError
from children.models import Child, Enrolment, Reach, Residence
from guardians.models import Absence, Relative
from tests import factories
from tests.exchange.books import BORN, TODAY, book, child_row, confirm, receive

LATER = TODAY + timedelta(days=90)
NUMBERS = [factories.id_number(BORN, "1") for _child in range(3)]


def _rows(**cells):
    """Two brothers, and a child of other parents."""
    family = {"父亲姓名": "王大", "父亲电话": "13922220000", "母亲姓名": None, "母亲电话": None, "母亲务工地点": None}
    return [
        child_row(姓名="周一", 身份证号=NUMBERS[0]) | cells,
        child_row(姓名="周二", 身份证号=NUMBERS[1]) | cells,
        child_row(姓名="王三", 身份证号=NUMBERS[2]) | family,
    ]


@pytest.fixture
def changed(tmp_path, cast):
    """A second roster, not confirmed yet: another class, house, place and telephone for two of the three."""
    confirm(receive(book(tmp_path, _rows()), cast.clerk, cast.school), cast.clerk)
    rows = _rows(班级="9班", 住址="白沙村1组", 父亲务工地点="浙江省宁波市", 母亲电话="13855556666")
    return receive(book(tmp_path, rows, sheet="春季"), cast.clerk, cast.school, roster_on=LATER)


def _state():
    with access.everyone("test"):
        return {
            model.__name__: sorted(model.objects.values_list(*fields), key=str)
            for model, fields in (
                (Child, ("pk", "version")), (Relative, ("pk", "version", "phone_index")), (Reach, ("child", "via", "path", "until_on")),
                (Enrolment, ("child", "class_name", "from_on", "until_on")), (Residence, ("child", "village", "until_on", "version")),
                (Absence, ("relative", "place", "from_on", "until_on", "version")),
            )
        }  # fmt: skip


def test_changes_arrive_sealed_found_by_their_indexes_and_versioned(changed, cast):
    with access.everyone("test"):
        before = Relative.objects.get(name="何秀英").version
    confirm(changed, cast.clerk)
    assert (changed.state, changed.counts["changed"]) == ("imported", 2)
    with access.everyone("test"):
        mother = Relative.objects.with_phone("13855556666").get()
        assert (mother.name, mother.phone, mother.version) == ("何秀英", "13855556666", before + 1)
        absences = Absence.objects.filter(relative__name="周大海").order_by("from_on").values_list("place", "until_on")
        assert list(absences) == [("广东省东莞市", LATER), ("浙江省宁波市", None)]
        child = Child.objects.get(name="周一")
        assert child.residences.get(until_on=None).village == cast.other_village
        assert child.enrolments.get(until_on=None).class_name == "9班"
        paths = set(Reach.objects.filter(child=child, via="residence").values_list("path", flat=True))
        assert paths == {cast.other_village.path}


def test_taking_them_back_leaves_what_was_there(changed, cast):
    def without_versions(state):
        return {name: [[cell for cell in row if type(cell) is not int] for row in rows] for name, rows in state.items()}

    before = _state()
    confirm(changed, cast.clerk)
    assert _state() != before
    with access.scope(cast.clerk, today=TODAY):
        actions.undo(batch=changed, by=cast.clerk)
    assert (changed.state, without_versions(_state())) == ("undone", without_versions(before))


@pytest.mark.parametrize("meanwhile", ["a version", "an end", "a road"])
def test_one_row_that_moved_stops_all_of_it(meanwhile, changed, cast):
    with access.scope(cast.clerk, today=TODAY):
        late = [each for row in changed.rows.filter(late=True) for each in work.of_text(row.work) if each.late]
        changes = Changes.of(late)
        changes.make_ready()
    with access.everyone("test"):
        if meanwhile == "a version":
            Relative.objects.filter(name="何秀英").update(version=7)
        elif meanwhile == "an end":
            Absence.objects.filter(relative__name="周大海").update(until_on=TODAY)
        else:
            Reach.objects.filter(child__name="周二").delete()
    before = _state()
    with access.scope(cast.clerk, today=TODAY), pytest.raises(MovedError), transaction.atomic():
        changes.write()
    assert _state() == before


def test_a_relative_out_of_reach_is_not_written_about(cast):
    with access.everyone("test"):
        stranger = Relative.objects.create(name="远人")
    asked = work.Work(cast.child.pk, TODAY, late=True)
    asked.make("absence", relative_id=stranger.pk, from_on=TODAY, place="上海市")
    with access.scope(cast.clerk, today=TODAY), pytest.raises(MovedError):
        Changes.of([asked]).make_ready()


def test_two_brothers_in_one_file_change_their_mother_once(changed, cast, django_assert_max_num_queries):
    """The statements do not grow with the children: one for each kind of change."""
    with access.scope(cast.clerk, today=TODAY):
        late = [each for row in changed.rows.filter(late=True) for each in work.of_text(row.work) if each.late]
        changes = Changes.of(late)
        changes.make_ready()
        with django_assert_max_num_queries(20):
            changes.write()
