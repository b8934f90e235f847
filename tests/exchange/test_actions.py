"""What confirming writes, and what it must not."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from caseworks import access
from caseworks.exchange import actions, staging
from caseworks.exchange.models import ColumnChoice, ImportBatch, StagedRow
from caseworks.models import AuditEvent
from children.models import Child, Enrolment, Reach, Residence
from guardians.models import Absence, Declaration, Entrustment, Kinship, Relative
from tests import factories
from tests.exchange import books
from tests.exchange.books import BORN, TODAY, book, child_row, confirm, receive, verdicts

MODELS = (Child, Enrolment, Residence, Reach, Relative, Kinship, Absence, Declaration, Entrustment)


def _everything() -> dict[str, int]:
    with access.everyone("test"):
        return {model.__name__: model.objects.count() for model in MODELS}


def _contents() -> list:
    """Every value of every record about children, to see that nothing at all changed."""
    with access.everyone("test"):
        return [sorted(map(str, model.objects.values_list())) for model in MODELS]


def _child(name: str) -> Child:
    with access.everyone("test"):
        return Child.objects.get(name=name)


def _bring(tmp_path, by, organization, rows, headings=None, **options) -> ImportBatch:
    return confirm(receive(book(tmp_path, rows, headings), by, organization, **options), by)


ROLL_ROW = dict(
    zip(
        books.ROLL,
        ["文月", "女", "20160304", "居民身份证", "", "汉族", "中国", "健康或良好", "重庆市江县龙井村", "农业户口", "石镇小学", "4年级", "2班", "07",
         "202209", "住校", "龙井村4组38号", "否", "是", "双亲留守儿童", "否", "否", "否", "无", "文涛", "父亲", "江苏省苏州市",
         "13859940718", "是", "金军", "母亲", "北京市通州区", "", "是"],
        strict=True,
    )
)  # fmt: skip


def test_a_row_of_the_school_roll_becomes_a_whole_archive(tmp_path, cast):
    number = factories.id_number(BORN, "2")
    batch = _bring(tmp_path, cast.clerk, cast.school, [ROLL_ROW | {"身份证件号": number}], books.ROLL)
    # both parents are away and nobody cares: it goes in, and is said
    counts = {"new": 1, "problems": 0, "warnings": 0, "lacking": 1, "lacking alone": 1}
    assert (batch.state, batch.counts) == ("imported", counts)
    with access.scope(cast.clerk, today=TODAY):
        child = Child.objects.get(name="文月")
        assert (child.sex, child.born_on, child.id_number) == ("2", BORN, number)
        assert list(Child.objects.with_id_tail(number[-4:])) == [child]
        assert (child.ethnicity, child.health, child.registration) == ("01", "10", "1")
        assert (child.only_child, child.orphan, child.opened_on) == (False, False, TODAY)
        assert " wenyue" in child.search_text
        [enrolment] = child.enrolments.all()
        assert (enrolment.school, enrolment.grade, enrolment.class_name) == (cast.school, "4", "2班")
        assert (enrolment.boarding, enrolment.student_number, enrolment.from_on) == ("2", "07", date(2022, 9, 1))
        [residence] = child.residences.all()
        assert (residence.village, residence.address) == (cast.village, "4组38号")
        family = {kin.relation: kin.relative for kin in child.kinships.select_related("relative")}
        assert (family["51"].name, family["51"].phone, family["51"].sex) == ("文涛", "13859940718", "1")
        assert (family["52"].name, family["52"].phone) == ("金军", "")
        [father] = family["51"].absences.all()
        assert (father.place, father.province, father.from_on, father.from_known) == (
            "江苏省苏州市",
            "32",
            TODAY,
            False,
        )
        [mother] = family["52"].absences.all()
        assert (mother.place, mother.province) == ("北京市通州区", "11")
        [declaration] = child.declarations.all()
        assert (declaration.value, declaration.outranked, declaration.organization) == ("2", False, cast.school)
        assert not child.entrustments.exists()
    roads = set(Reach.objects.filter(child=child.pk).values_list("via", "path"))
    assert roads == {("enrolment", cast.school.path), ("residence", cast.village.path)}


def test_parents_at_home_outrank_a_tick(tmp_path, cast):
    row = ROLL_ROW | {
        "身份证件号": factories.id_number(BORN, "2"),
        "成员1工作单位": "本地",
        "成员2工作单位": "重庆市江县石镇",
    }
    _bring(tmp_path, cast.clerk, cast.school, [row], books.ROLL)
    with access.scope(cast.clerk, today=TODAY):
        child = Child.objects.get(name="文月")
        assert (child.declarations.get().value, child.declarations.get().outranked) == ("2", True)
        assert not Absence.objects.filter(relative__kinships__child=child).exists()


@pytest.mark.parametrize(
    ("place", "away", "province", "situation"),
    [
        ("广东东莞", True, "44", ""), ("东莞", True, "", ""), ("外出", True, "", ""), ("在家务农", False, "", ""), ("江县", False, "", ""),
        ("石镇", False, "", ""), ("去世", False, "", "dead"), ("服刑", False, "", "imprisoned"), ("无", False, "", ""),
    ],
)  # fmt: skip
def test_what_a_place_of_work_says(place, away, province, situation, tmp_path, cast):
    _bring(tmp_path, cast.clerk, cast.school, [child_row(父亲务工地点=place)])
    with access.everyone("test"):
        father = Relative.objects.get(name="周大海")
        assert list(father.absences.values_list("province", flat=True)) == ([province] if away else [])
        assert list(father.situations.values_list("kind", flat=True)) == ([situation] if situation else [])


def test_a_county_of_the_same_name_in_another_province_is_away(tmp_path, cast):
    cast.county.gb_code = "320612"
    cast.county.save()
    rows = [child_row(父亲务工地点="北京市江县", 母亲务工地点="江苏省江县")]
    _bring(tmp_path, cast.clerk, cast.school, rows)
    with access.everyone("test"):
        away = Absence.objects.filter(relative__kinships__child=_child("周小满"))
        assert list(away.values_list("place", flat=True)) == ["北京市江县"]


def test_an_employer_is_away_only_if_it_is_a_place(tmp_path, cast):
    rows = [
        ROLL_ROW
        | {
            "身份证件号": factories.id_number(BORN, "2"),
            "成员1工作单位": "红星电子厂",
            "成员2工作单位": "福建省泉州市鞋厂",
        }
    ]
    _bring(tmp_path, cast.clerk, cast.school, rows, books.ROLL)
    with access.everyone("test"):
        away = Absence.objects.filter(relative__kinships__child=_child("文月"))
        assert list(away.values_list("place", "province")) == [("福建省泉州市鞋厂", "35")]


def test_a_carer_gets_an_entrustment_and_a_parent_does_not(tmp_path, cast):
    rows = [
        child_row(母亲务工地点="浙江省义乌市", 监护人="周老太", 与儿童关系="奶奶", 监护人电话="13911115555"),
        child_row(
            姓名="何小小",
            身份证号=factories.id_number(BORN, "1"),
            父亲姓名="何大",
            父亲电话="",
            监护人="何秀英",
            与儿童关系="母亲",
        ),
    ]
    _bring(tmp_path, cast.clerk, cast.school, rows)
    with access.everyone("test"):
        [care] = Entrustment.objects.filter(child__name__in=["周小满", "何小小"])
        assert (care.child.name, care.relative.name, care.reason, care.from_on) == ("周小满", "周老太", "both", TODAY)
        assert Kinship.objects.get(child=care.child, relative=care.relative).relation == "62"


def test_brothers_and_sisters_share_parents_by_name_and_phone_only(tmp_path, cast):
    number = lambda: factories.id_number(BORN, "1")  # noqa: E731
    rows = [
        child_row(姓名="周一", 身份证号=number()),
        child_row(姓名="周二", 身份证号=number()),
        child_row(姓名="周三", 身份证号=number(), 父亲电话="13911119999"),
        child_row(姓名="周四", 身份证号=number(), 父亲电话=None),
        child_row(姓名="周五", 身份证号=number(), 父亲电话=None),
    ]
    _bring(tmp_path, cast.clerk, cast.school, rows)
    with access.everyone("test"):
        fathers = dict(
            Kinship.objects.filter(relation="51", child__name__startswith="周").values_list("child__name", "relative")
        )
        assert fathers["周一"] == fathers["周二"]
        assert len(set(fathers.values())) == 4
        assert Relative.objects.filter(name="何秀英").count() == 1
        assert Absence.objects.filter(relative=fathers["周一"]).count() == 1


def test_a_sibling_shares_the_parent_the_registry_already_has(tmp_path, cast):
    _bring(tmp_path, cast.clerk, cast.school, [child_row(母亲姓名="王芳", 母亲电话="139 0000 1111", 母亲务工地点="")])
    with access.everyone("test"):
        assert Kinship.objects.get(child__name="周小满", relation="52").relative == cast.mother


def test_siblings_who_contradict_each_other_are_pointed_out(tmp_path, cast):
    rows = [child_row(), child_row(姓名="周二", 身份证号=factories.id_number(BORN, "1"), 父亲务工地点="在家")]
    batch = receive(book(tmp_path, rows), cast.clerk, cast.school)
    assert books.keys(batch) == ["elsewhere"]


# --- Again, and what changed --------------------------------------------------------------------------------------------


def test_the_same_file_again_changes_nothing(tmp_path, cast):
    rows = [
        child_row(监护人="周老太", 与儿童关系="奶奶", 监护人电话="13911115555", 是否留守="双亲", 备注="跛脚"),
        child_row(姓名="周二", 身份证号=factories.id_number(BORN, "1"), 父亲电话="", 母亲务工地点="浙江省义乌市"),
        child_row(姓名="周三", 身份证号=None, 是否留守="√"),
    ]
    file = book(tmp_path, rows)
    confirm(receive(file, cast.clerk, cast.school), cast.clerk)
    before = _contents()
    again = receive(file, cast.clerk, cast.school)
    assert verdicts(again) == ["unchanged"] * 3
    confirm(again, cast.clerk)
    assert _contents() == before


def test_father_and_mother_of_the_same_name_stay_two_people(tmp_path, cast):
    file = book(tmp_path, [child_row(父亲姓名="王伟", 母亲姓名="王伟")])
    confirm(receive(file, cast.clerk, cast.school), cast.clerk)
    assert verdicts(receive(file, cast.clerk, cast.school)) == ["unchanged"]


def test_changed_rows_change_only_what_changed(tmp_path, cast):
    row = child_row(是否留守="单亲", 监护人="周老太", 与儿童关系="奶奶")
    _bring(tmp_path, cast.clerk, cast.school, [row], roster_on=date(2026, 9, 1))
    before = _child("周小满")
    later = row | {
        "年级": "5年级", "班级": None, "父亲务工地点": "在家", "母亲电话": "13911114444", "监护人": "周老头", "与儿童关系": "爷爷",
        "是否留守": "否", "住址": "白沙村1组",
    }  # fmt: skip
    batch = receive(book(tmp_path, [later]), cast.clerk, cast.school)
    [staged] = batch.rows.all()
    assert {tuple(change) for change in staged.changes} == {
        ("grade", "四年级", "五年级"), ("village", "龙井村", "白沙村"), ("mother.phone", "13911113333", "13911114444"),
        ("father.place", "广东省东莞市", "在家"), ("carer.name", "", "周老头"), ("carer.name", "周老太", "周老头"),
        ("declaration", "单亲留守儿童", "非留守儿童"),
    }  # fmt: skip
    confirm(batch, cast.clerk)
    after = _child("周小满")
    assert (after.pk, after.version, after.code) == (before.pk, before.version, before.code)
    with access.scope(cast.clerk, today=TODAY):
        assert list(after.enrolments.order_by("from_on").values_list("grade", "class_name", "from_on", "until_on")) == [
            ("4", "2班", date(2026, 9, 1), TODAY), ("5", "2班", TODAY, None),
        ]  # fmt: skip
        assert list(after.residences.order_by("from_on").values_list("village__name", "until_on")) == [
            ("龙井村", TODAY), ("白沙村", None),
        ]  # fmt: skip
        father = Relative.objects.get(name="周大海")
        assert list(father.absences.values_list("until_on", flat=True)) == [TODAY]
        assert Relative.objects.get(name="何秀英").phone == "13911114444"
        cares = after.entrustments.order_by("from_on").values_list("relative__name", "until_on")
        assert list(cares) == [("周老太", TODAY), ("周老头", None)]
        assert list(after.declarations.order_by("declared_on").values_list("value", flat=True)) == ["1", "0"]
    roads = set(Reach.objects.filter(child=after.pk).values_list("via", "path"))
    assert roads == {("enrolment", cast.school.path), ("residence", cast.other_village.path)}


def test_an_older_roster_does_not_undo_what_is_newer(tmp_path, cast):
    row = child_row(监护人="周老太", 与儿童关系="奶奶")
    _bring(tmp_path, cast.clerk, cast.school, [row])
    before = _contents()
    older = row | {"年级": "3年级", "父亲务工地点": "在家", "监护人": "周老头", "与儿童关系": "爷爷", "住址": "白沙村"}
    batch = receive(book(tmp_path, [older]), cast.clerk, cast.school, roster_on=date(2025, 9, 1))
    assert books.keys(batch).count("newer") == 4
    assert not any(key in {"grade", "village", "father.place"} for key, *_ in batch.rows.get().changes)
    confirm(batch, cast.clerk)
    after = _contents()
    assert [MODELS[n] for n in range(len(MODELS)) if before[n] != after[n]] == [Relative, Kinship]


def test_notes_of_the_office_are_never_overwritten(tmp_path, cast):
    row = child_row(备注="新的")
    _bring(tmp_path, cast.clerk, cast.school, [row | {"备注": "原来的"}])
    batch = receive(book(tmp_path, [row]), cast.clerk, cast.school)
    assert verdicts(batch) == ["unchanged"]


def test_another_name_for_a_parent_is_left_to_a_person(tmp_path, cast):
    row = child_row()
    _bring(tmp_path, cast.clerk, cast.school, [row])
    batch = receive(book(tmp_path, [row | {"父亲姓名": "周小海", "父亲电话": "13800001111"}]), cast.clerk, cast.school)
    assert (verdicts(batch), books.keys(batch)) == (["unchanged"], ["parent_differs"])
    corrected = receive(book(tmp_path, [row | {"父亲姓名": "周达海"}]), cast.clerk, cast.school)
    assert corrected.rows.get().changes == [["father.name", "周大海", "周达海"]]


# --- Possible duplicates ------------------------------------------------------------------------------------------------


@pytest.fixture
def twin(tmp_path, cast):
    """周小满 is in the registry without ID number; now a roster brings a child of that name, day and village with one."""
    _bring(tmp_path, cast.clerk, cast.school, [child_row(身份证号=None)])
    number = factories.id_number(BORN, "1")
    return receive(book(tmp_path, [child_row(身份证号=number)]), cast.clerk, cast.school), number


def test_a_possible_duplicate_waits_for_a_person(twin, cast):
    batch, _number = twin
    assert (verdicts(batch), books.keys(batch)) == (["undecided"], ["possible"])
    before = _everything()
    confirm(batch, cast.clerk)
    assert _everything() == before


@pytest.mark.parametrize(("decision", "children", "verdict"), [("same", 1, "changed"), ("other", 2, "new")])
def test_a_person_decides_about_a_possible_duplicate(decision, children, verdict, twin, cast):
    batch, number = twin
    with access.scope(cast.clerk, today=TODAY):
        actions.decide(batch=batch, by=cast.clerk, decisions={0: decision})
    assert verdicts(batch) == [verdict]
    confirm(batch, cast.clerk)
    with access.everyone("test"):
        found = Child.objects.filter(name="周小满")
        assert found.count() == children
        assert found.with_id_number(number).with_id_tail(number[-4:]).count() == 1


# --- Once, and only what was shown --------------------------------------------------------------------------------------


def test_confirming_twice_imports_once(tmp_path, cast):
    batch = receive(book(tmp_path, [child_row()]), cast.clerk, cast.school)
    other_press = ImportBatch.objects.get(pk=batch.pk)
    confirm(batch, cast.clerk)
    before = _contents()
    confirm(other_press, cast.clerk)
    assert _contents() == before
    assert AuditEvent.objects.filter(action="import.confirmed").count() == 1


def test_the_same_file_sent_twice_is_one_batch(tmp_path, cast):
    file = book(tmp_path, [child_row()])
    assert receive(file, cast.clerk, cast.school) == receive(file, cast.clerk, cast.school)
    assert (ImportBatch.objects.count(), StagedRow.objects.count()) == (1, 1)


def test_the_counts_shown_are_what_is_written(tmp_path, cast):
    rows = [
        *(child_row(姓名=f"周{n}", 身份证号=factories.id_number(BORN, "1")) for n in "甲乙丙"),
        child_row(姓名=None),
        child_row(
            姓名=cast.child.name,
            性别="女",
            身份证号=cast.child.id_number,
            出生日期="20140302",
            父亲姓名="张三",
            父亲电话="",
        ),
    ]
    batch = receive(book(tmp_path, rows), cast.clerk, cast.school)
    before = _everything()
    confirm(batch, cast.clerk)
    after = _everything()
    assert {key: batch.counts[key] for key in ("new", "changed", "refused")} == {"new": 3, "changed": 1, "refused": 1}
    assert after["Child"] - before["Child"] == 3
    event = AuditEvent.objects.get(action="import.confirmed")
    assert event.changes["counts"] == batch.counts
    assert event.changes["file"] == [batch.file_name, batch.sha256]
    assert event.changes["written"]["children.Child"] == 3
    assert event.changes["written"]["guardians.Kinship"] == after["Kinship"] - before["Kinship"]


def test_nothing_is_written_before_confirming_nor_after_discarding(tmp_path, cast):
    before = _contents()
    batch = receive(book(tmp_path, [child_row()]), cast.clerk, cast.school)
    assert _contents() == before
    with access.scope(cast.clerk, today=TODAY):
        actions.discard(batch=batch, by=cast.clerk)
    assert (_contents(), StagedRow.objects.count()) == (before, 0)
    with access.scope(cast.clerk, today=TODAY), pytest.raises(ValidationError):
        actions.confirm(batch=batch, by=cast.clerk)
    assert _contents() == before


def test_what_was_read_about_a_child_is_emptied_when_it_is_in(tmp_path, cast):
    batch = receive(book(tmp_path, [child_row(), child_row(姓名=None)]), cast.clerk, cast.school)
    confirm(batch, cast.clerk)
    written, refused = batch.rows.order_by("position")
    assert (written.cells, written.child) == ([], _child("周小满").pk)
    assert refused.cells


def test_a_registry_that_moved_on_is_shown_again_before_anything_is_written(tmp_path, cast):
    number = factories.id_number(BORN, "1")
    batch = receive(book(tmp_path, [child_row(身份证号=number)]), cast.clerk, cast.school)
    factories.child("周小满", school=cast.school, village=cast.village, born_on=BORN, id_number=number)
    with pytest.raises(ValidationError):
        confirm(batch, cast.clerk)
    batch.refresh_from_db()
    assert (batch.state, verdicts(batch)) == ("previewed", ["changed"])
    confirm(batch, cast.clerk)
    assert batch.state == "imported"


def test_a_change_between_plan_and_write_gives_the_whole_batch_up(tmp_path, cast, monkeypatch):
    from caseworks.exchange.writer import Writer

    number = factories.id_number(BORN, "1")
    row = child_row(身份证号=number)
    _bring(tmp_path, cast.clerk, cast.school, [row])
    changed = [row | {"姓名": "周大满"}, child_row(姓名="周新", 身份证号=factories.id_number(BORN, "1"))]
    batch = receive(book(tmp_path, changed), cast.clerk, cast.school)
    write = Writer.write

    def meanwhile(self):
        with access.everyone("test"):
            Child.objects.with_id_number(number).update(version=99)
        return write(self)

    monkeypatch.setattr(Writer, "write", meanwhile)
    with pytest.raises(ValidationError):
        confirm(batch, cast.clerk)
    with access.everyone("test"):
        assert not Child.objects.filter(name="周新").exists()


# --- Scope --------------------------------------------------------------------------------------------------------------


def test_a_clerk_cannot_touch_or_learn_of_a_child_of_another_school(tmp_path, cast):
    secret = cast.neighbour
    row = child_row(
        姓名=secret.name, 身份证号=secret.id_number, 出生日期=f"{secret.born_on:%Y%m%d}", 备注="改掉", 学校=None
    )
    before = _contents()
    batch = receive(book(tmp_path, [row]), cast.clerk, cast.school)
    assert (verdicts(batch), books.keys(batch)) == (["refused"], ["not_yours"])
    staged = batch.rows.get()
    assert (staged.child, staged.changes) == (None, [])
    told = " ".join(books.said(batch))
    assert not any(word in told for word in (cast.other_school.name, cast.other_village.name, secret.code))
    confirm(batch, cast.clerk)
    assert _contents() == before


def test_a_name_alone_reveals_no_child_of_another_school(tmp_path, cast):
    secret = cast.neighbour
    row = child_row(姓名=secret.name, 身份证号=None, 出生日期=f"{secret.born_on:%Y%m%d}", 住址="白沙村")
    batch = receive(book(tmp_path, [row]), cast.clerk, cast.school)
    assert (verdicts(batch), books.keys(batch)) == (["new"], ["id_missing"])
    with access.scope(cast.officer, today=TODAY):
        assert Child.objects.filter(name=secret.name).count() == 1
    by_officer = receive(book(tmp_path, [row]), cast.officer, cast.town)
    assert "possible" in books.keys(by_officer)


def test_a_parent_out_of_reach_is_not_shared(tmp_path, cast):
    factories.relative(cast.neighbour, relation="51", name="周大海", phone="13911112222")
    _bring(tmp_path, cast.clerk, cast.school, [child_row()])
    with access.everyone("test"):
        assert Relative.objects.filter(name="周大海").count() == 2


def test_an_administrator_brings_in_the_children_of_every_school_below(tmp_path, cast):
    rows = [
        child_row(姓名="周甲", 身份证号=factories.id_number(BORN, "1")),
        child_row(姓名="周乙", 身份证号=factories.id_number(BORN, "1"), 学校="白沙小学"),
        child_row(姓名="周丙", 身份证号=factories.id_number(BORN, "1"), 学校=None),
        child_row(姓名="周丁", 身份证号=factories.id_number(BORN, "1"), 学校="云县小学", 住址="云村1组"),
    ]
    batch = receive(book(tmp_path, rows), cast.officer, cast.town)
    assert verdicts(batch) == ["new", "new", "new", "refused"]
    assert "outside" in books.keys(batch)
    confirm(batch, cast.officer)
    with access.everyone("test"):
        schools = dict(
            Enrolment.objects.filter(child__name__startswith="周").values_list("child__name", "school__code")
        )
    assert schools == {"周甲": cast.school.code, "周乙": cast.other_school.code}


# --- Columns ------------------------------------------------------------------------------------------------------------


def test_a_corrected_column_counts_at_once_and_for_the_next_roster(tmp_path, cast):
    headings = [*books.FREE, "怎么称呼"]
    rows = [child_row(姓名=None) | {"怎么称呼": "周小满"}]
    batch = receive(book(tmp_path, rows, headings), cast.clerk, cast.school)
    assert verdicts(batch) == ["refused"]
    with access.scope(cast.clerk, today=TODAY):
        with pytest.raises(ValidationError, match=r"姓名|name"):
            actions.choose_columns(batch=batch, by=cast.clerk, chosen={"怎么称呼": "name"})
        actions.choose_columns(batch=batch, by=cast.clerk, chosen={"怎么称呼": "name", "姓名": ""})
    assert (verdicts(batch), batch.rows.get().name) == (["new"], "周小满")
    assert ColumnChoice.objects.filter(organization=cast.school).count() == 2
    again = receive(book(tmp_path, [*rows, *rows], headings), cast.clerk, cast.school)
    assert again.mapping["怎么称呼"] == "name"
    elsewhere = receive(book(tmp_path, rows, headings), cast.colleague, cast.other_school)
    assert elsewhere.mapping["怎么称呼"] == ""


def test_looking_up_costs_the_same_for_one_row_and_for_many(tmp_path, cast, django_assert_num_queries):
    from caseworks.exchange.plan import Planner

    one = receive(book(tmp_path, [child_row()]), cast.clerk, cast.school)
    rows = [child_row(姓名=f"周{n}", 身份证号=factories.id_number(BORN, "1")) for n in "甲乙丙"]
    three = receive(book(tmp_path, rows), cast.clerk, cast.school)
    for batch in (one, three):
        planner: Planner = staging.planner_of(batch)
        sources = [staging.source(row) for row in batch.rows.order_by("position")]
        _ = planner.places.village("x"), planner.places.school("x")
        with access.scope(cast.clerk, today=TODAY), django_assert_num_queries(4):
            planner.plan(sources)
