"""The classes of a school go one grade up: as planned, once, and back."""

from __future__ import annotations

import threading
from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.urls import reverse

from caseworks import access
from caseworks.models import AuditEvent
from children import actions as archives
from children.handover import actions as handovers
from children.models import Boarding, Child, Enrolment, Handover, Promotion, Reach
from children.promotion import actions
from children.promotion.plan import next_class, next_grade, plan
from tests import factories

TERM = date(2026, 9, 1)


def _scope(person):
    return access.scope(person, today=date(2026, 11, 23))


@pytest.mark.parametrize(
    ("name", "grade", "after"),
    [
        ("三年级2班", "3", "四年级2班"),
        ("3年级2班", "3", "4年级2班"),
        ("三（2）班", "3", "四（2）班"),
        ("3(2)班", "3", "4(2)班"),
        ("3.2班", "3", "4.2班"),
        ("初一1班", "7", "初二1班"),
        ("高一3班", "10", "高二3班"),
        ("小班一组", "K1", "中班一组"),
        ("大班", "K3", "一年级"),
        ("3班", "3", "3班"),
        ("2023级3班", "3", "2023级3班"),
        ("", "3", ""),
        ("五年级1班", "3", "五年级1班"),
    ],
)
def test_the_name_of_a_class_a_year_later(name, grade, after):
    assert next_class(name, grade, next_grade(grade)) == after


@pytest.fixture
def pupils(cast) -> dict[str, Child]:
    """Beside the girl in grade 5 and her brother in grade 4: two in the last grade, one of them of no village."""
    return {
        "last": factories.child("周末", school=cast.school, village=cast.village, grade="6", class_name="六年级1班"),
        "far": factories.child("吴远", school=cast.school, grade="6", class_name="六年级1班"),
        "none": factories.child("郑无", school=cast.school, grade=""),
    }


@pytest.fixture
def acting(cast):
    with _scope(cast.clerk):
        yield


def _promote(cast, **facts) -> Promotion:
    chosen = {"outcomes": {"6/六年级1班": "graduates"}, **facts}
    return actions.promote(by=cast.clerk, school=cast.school, term_on=TERM, **chosen)


def _grades() -> dict[str, tuple]:
    with access.everyone("test"):
        rows = Enrolment.objects.filter(until_on__isnull=True).select_related("child")
        return {row.child.name: (row.grade, row.class_name, row.from_on) for row in rows if row.child.is_live}


@pytest.mark.django_db
class TestPlan:
    def test_classes_in_order_and_what_is_proposed(self, cast, pupils, acting):
        found = plan(cast.school, TERM)
        assert [(each.label, each.outcome, each.to_label) for each in found.classes] == [
            ("四年级 1班", "up", "五年级 1班"),
            ("五年级 1班", "up", "六年级 1班"),
            ("六年级 六年级1班", "leaves", "七年级 七年级1班"),
        ]
        assert [row.child for row in found.without_grade] == [pupils["none"]]

    def test_a_school_for_nine_years_leads_its_sixth_grade_on(self, cast, pupils, acting):
        factories.child("冯七", school=cast.school, grade="7")
        assert [each.outcome for each in plan(cast.school, TERM).classes if each.grade == "6"] == ["up"]

    def test_whoever_came_with_the_new_term_and_closed_archives_are_left_out(self, cast, acting):
        factories.child("新来", school=cast.school, opened_on=TERM)
        factories.child("走了", school=cast.school, closed_on=date(2026, 5, 1))
        assert plan(cast.school, TERM).pupils == 2


@pytest.mark.django_db
class TestPromoting:
    def test_everybody_goes_up_and_the_last_grade_leaves(self, cast, pupils, acting):
        promotion = _promote(cast)
        assert _grades() == {
            "张小雨": ("6", "1班", TERM),
            "张小山": ("5", "1班", TERM),
            "郑无": ("", "1班", factories.LONG_AGO),
            "李明": ("5", "1班", factories.LONG_AGO),
            "单云飞": ("5", "1班", factories.LONG_AGO),
        }
        assert promotion.counts == {"up": 2, "graduates": 2}
        gone = Child.objects.get(pk=pupils["far"].pk)
        assert (gone.closed_on, gone.exit_reason) == (TERM, "graduated")
        [event] = AuditEvent.objects.filter(action="promotion.made")
        assert event.changes["up"] == [None, 2]
        assert cast.child.enrolments.count() == 2

    def test_exceptions_repeat_or_have_left(self, cast, pupils, acting):
        _promote(cast, repeats={cast.child.code}, leaves={cast.sibling.code})
        grades = _grades()
        assert grades["张小雨"] == ("5", "1班", factories.LONG_AGO)
        assert "张小山" not in grades
        assert not Child.objects.filter(pk=cast.sibling.pk).exists()
        with _scope(cast.caseworker):
            assert Child.objects.filter(pk=cast.sibling.pk).exists()

    def test_nobody_is_left_whom_nobody_reaches(self, cast, pupils, acting):
        with pytest.raises(ValidationError) as refused:
            _promote(cast, outcomes={})
        assert refused.value.code == "lost"
        assert "吴远" in refused.value.messages[0]
        assert "周末" not in refused.value.messages[0]
        assert _grades()["张小雨"][0] == "5"

    def test_the_last_grade_is_handed_over_to_the_next_school(self, cast, pupils, acting):
        _promote(cast, outcomes={"6/六年级1班": "moves"}, next_school=cast.other_school)
        assert Handover.objects.waiting().count() == 2
        assert _grades()["周末"][0] == "6"

    def test_twice_is_once(self, cast, pupils, acting):
        _promote(cast)
        before = _grades()
        for term_on in (TERM, date(2026, 9, 2)):
            with pytest.raises(ValidationError) as refused:
                actions.promote(by=cast.clerk, school=cast.school, term_on=term_on, outcomes={})
            assert refused.value.code == "done"
        assert _grades() == before
        assert Promotion.objects.count() == 1

    def test_not_before_the_term_begins(self, cast, acting):
        with pytest.raises(ValidationError):
            actions.promote(by=cast.clerk, school=cast.school, term_on=date(2026, 12, 1), outcomes={})


@pytest.mark.django_db
class TestUndoing:
    EVERYTHING = {"repeats": set(), "outcomes": {"6/六年级1班": "graduates"}}

    @pytest.mark.parametrize("outcome", ["graduates", "moves"])
    def test_everything_is_as_it_was(self, cast, pupils, acting, outcome):
        roads, before = set(Reach.objects.values_list("child", "via", "path")), _grades()
        bed = factories.fact(Boarding, cast.sibling, by=cast.clerk, room="302")
        promotion = _promote(
            cast, outcomes={"6/六年级1班": outcome}, leaves={cast.sibling.code}, next_school=cast.other_school
        )
        assert actions.changed_since(promotion) == []
        with access.everyone("test"):
            assert Boarding.objects.get(pk=bed.pk).until_on == TERM
        actions.undo(promotion=promotion, by=cast.clerk)
        assert _grades() == before
        assert Boarding.objects.get(pk=bed.pk).is_open
        assert set(Reach.objects.values_list("child", "via", "path")) == roads
        assert not Handover.objects.waiting().exists()
        with pytest.raises(ValidationError) as refused:
            actions.undo(promotion=promotion, by=cast.clerk)
        assert refused.value.code == "undone"
        _promote(cast)
        assert _grades()["张小雨"][0] == "6"

    def test_not_after_somebody_has_changed_a_row(self, cast, pupils, acting):
        promotion = _promote(cast)
        archives.enrol(
            child=Child.objects.get(pk=cast.child.pk),
            by=cast.clerk,
            school=cast.school,
            on=date(2026, 10, 8),
            grade="6",
        )
        with pytest.raises(ValidationError) as refused:
            actions.undo(promotion=promotion, by=cast.clerk)
        assert "张小雨" in refused.value.messages[0]
        assert _grades()["张小山"][0] == "5"
        assert Promotion.objects.get().undone_at is None

    def test_not_after_the_next_school_has_accepted(self, cast, pupils, acting):
        promotion = _promote(cast, outcomes={"6/六年级1班": "moves"}, next_school=cast.other_school)
        with _scope(cast.colleague):
            handovers.accept(handover=Handover.objects.first(), by=cast.colleague)
        with pytest.raises(ValidationError):
            actions.undo(promotion=promotion, by=cast.clerk)


@pytest.mark.django_db
class TestPages:
    def test_look_press_and_take_back(self, cast, pupils, sign_in):
        client, address = sign_in(cast.clerk), reverse("promotions:plan")
        asked = {"school": cast.school.code, "term_on": "2026-09-01"}
        form = client.get(address, asked).context["form"]
        assert _grades()["张小雨"][0] == "5"
        sent = asked | {name: form[name].value() or "" for name in form.fields} | {"class-2": "graduates"}
        response = client.post(address, sent)
        with _scope(cast.clerk):
            promotion = Promotion.objects.get()
        assert response.url == promotion.get_absolute_url()
        assert client.post(address, sent).url == promotion.get_absolute_url()
        assert client.get(address, asked).url == promotion.get_absolute_url()
        assert client.get(promotion.get_absolute_url()).status_code == 200
        client.post(reverse("promotions:undo", args=[promotion.code]))
        assert _grades()["张小雨"][0] == "5"

    def test_ticks_are_kept_when_something_is_wrong(self, cast, pupils, sign_in):
        address = reverse("promotions:plan")
        sent = {"school": cast.school.code, "term_on": "2026-09-01", "repeats": [cast.child.code]}
        sent |= {"class-0": "up", "class-1": "up", "class-2": "moves", "next_school": ""}
        text = sign_in(cast.clerk).post(address, sent).content.decode()
        assert f'name="repeats" value="{cast.child.code}" checked' in text

    @pytest.mark.parametrize("number", [1, 3])
    def test_the_plan_costs_the_same_for_one_and_for_three(self, cast, sign_in, number, django_assert_num_queries):
        school = factories.organization("new-school", "school", parent=cast.town)
        clerk = factories.user()
        factories.posting(clerk, school, "school_staff")
        for one in range(number):
            factories.child(f"赵{one}", school=school, class_name=f"{one}班")
        client = sign_in(clerk)
        client.get(reverse("promotions:plan"))
        with django_assert_num_queries(11):
            client.get(reverse("promotions:plan"), {"school": "new-school", "term_on": "2026-09-01"})


@pytest.mark.django_db(transaction=True)
def test_two_at_once_promote_once(cast):
    together, outcomes = threading.Barrier(2), []

    def run():
        try:
            with _scope(cast.clerk):
                together.wait(10)
                actions.promote(by=cast.clerk, school=cast.school, term_on=TERM, outcomes={})
                outcomes.append("done")
        except ValidationError as error:
            outcomes.append(error.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _each in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(outcomes) == ["done", "done"] or Promotion.objects.count() == 1
    assert Promotion.objects.count() == 1
    with access.everyone("test"):
        assert cast.child.enrolments.filter(until_on__isnull=True).get().grade == "6"
        assert cast.child.enrolments.count() == 2
