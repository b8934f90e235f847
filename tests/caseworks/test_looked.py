"""Who looked at a child, and the rules that anybody may read."""

from __future__ import annotations

import pytest

from caseworks import access, audit, checks, privacy
from caseworks.exchange import actions
from caseworks.models import AuditEvent, ListedChildren
from children.models import Child
from tests.exchange.books import TODAY, book, child_row, confirm, receive

pytestmark = pytest.mark.django_db


def _address(child) -> str:
    return f"/children/{child.code}/looked/"


@pytest.fixture
def looks(cast, sign_in):
    """The clerk asked for two values of the family; another family's archive was opened."""
    client = sign_in(cast.clerk)
    for row, field in ((cast.child, "id_number"), (cast.mother, "phone")):
        data = {"model": row._meta.label, "code": row.code, "field": field, "why": "other", "words": "学籍转接"}
        assert client.post("/reveal/", data).status_code == 200
    with access.scope(cast.colleague):
        audit.record("child.viewed", cast.neighbour)
    with access.scope(cast.caseworker):
        audit.record("child.viewed", cast.child)


def test_works(cast, looks, sign_in):
    html = sign_in(cast.officer).get(_address(cast.child)).content.decode()
    assert html.count("学籍转接") == 2
    assert "打开档案" in html
    assert "查看完整信息" in html
    assert "xue" in html
    assert "tong" not in html
    assert str(cast.child.pk) not in html
    assert cast.child.id_number not in html


def test_a_sibling_shows_looks_at_the_shared_mother_only(cast, looks, sign_in):
    html = sign_in(cast.officer).get(_address(cast.sibling)).content.decode()
    assert html.count("学籍转接") == 1
    assert "打开档案" not in html


def test_nobody_looked_yet(cast, sign_in):
    html = sign_in(cast.officer).get(_address(cast.child)).content.decode()
    assert "<table" not in html


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("stranger", 404),
        ("caseworker", 403),
        ("clerk", 403),
        ("mentor", 403),
        ("leader", 403),
        ("auditor", 403),
        ("system", 403),
        ("idle", 403),
    ],
)
def test_strangers_and_people_without_the_right(cast, looks, sign_in, who, status):
    response = sign_in(getattr(cast, who)).get(_address(cast.child))
    assert response.status_code == status
    assert "学籍转接" not in response.content.decode()


def test_wrong_method_and_signed_out(cast, client, sign_in):
    assert client.get(_address(cast.child)).status_code == 302
    assert sign_in(cast.officer).post(_address(cast.child)).status_code == 405


def test_the_list_costs_the_same_at_one_and_three(cast, sign_in, django_assert_num_queries):
    client = sign_in(cast.officer)
    for more in (1, 2):
        with access.scope(cast.caseworker):
            for _ in range(more):
                audit.record("field.revealed", cast.child, changes={"field": "id_number"})
        with django_assert_num_queries(8):
            client.get(_address(cast.child))


def test_an_event_about_something_that_is_gone_is_still_shown(cast, sign_in):
    with access.scope(cast.caseworker):
        audit.record("field.revealed", cast.child, changes={"field": "nickname"})
    AuditEvent.objects.create(
        action="field.revealed", kind="children.Gone", object_id=cast.child.pk, changes={"field": "x"}
    )
    assert sign_in(cast.officer).get(_address(cast.child)).content.decode().count("查看完整信息") == 2


# --- imports ---


@pytest.fixture
def imported(cast, tmp_path):
    """A roster with one new child, one whose archive it changes, and a row that stays out."""
    known = {"身份证号": cast.child.id_number, "性别": "女", "出生日期": f"{cast.child.born_on:%Y%m%d}"}
    rows = [
        child_row(姓名="周新来"),
        child_row(姓名=cast.child.name, **known, 父亲姓名="张三", 父亲电话=""),
        child_row(姓名=None),
    ]
    return confirm(receive(book(tmp_path, rows), cast.clerk, cast.school), cast.clerk)


def test_an_import_is_seen_by_the_children_it_made_or_changed(cast, imported, sign_in):
    assert (imported.counts["new"], imported.counts["changed"], imported.counts["refused"]) == (1, 1, 1)
    with access.everyone("test"):
        new = Child.objects.get(name="周新来")
    officer = sign_in(cast.officer)
    for child in (new, cast.child):
        html = officer.get(_address(child)).content.decode()
        assert "随导入新建或修改" in html
        assert imported.file_name in html
    for child in (cast.sibling, cast.neighbour):
        assert "随导入新建或修改" not in officer.get(_address(child)).content.decode()
    assert sign_in(cast.stranger).get(_address(new)).status_code == 404
    [event] = AuditEvent.objects.filter(action="import.confirmed")
    assert (event.changes["children"], ListedChildren.objects.filter(about=imported.pk).count()) == (2, 1)


def test_it_is_still_seen_when_the_rows_are_gone_and_the_import_is_taken_back(cast, imported, sign_in):
    with access.scope(cast.clerk, today=TODAY):
        actions.undo(batch=imported, by=cast.clerk)
    assert not imported.rows.exists()
    html = sign_in(cast.officer).get(_address(cast.child)).content.decode()
    assert "随导入新建或修改" in html
    assert "撤销导入" in html


# --- the rules ---


def test_anybody_may_read_the_rules(client, settings):
    settings.PRIVACY_OFFICER = "江县民政局 王老师 023-47000000"
    html = client.get("/privacy/").content.decode()
    assert "江县民政局 王老师" in html
    for group in privacy.GROUPS.values():
        assert (str(group.words) in html) == group.about_people or str(group.words) in {"offices"}
    assert client.post("/privacy/").status_code == 405
    assert client.get("/login/").content.decode().count("/privacy/") == 1


def test_the_deployment_check_asks_who_answers_for_the_data(settings):
    settings.PRIVACY_OFFICER = ""
    assert [warning.id for warning in checks.somebody_answers_for_the_data(None)] == ["privacy.W001"]
    settings.PRIVACY_OFFICER = "王老师"
    assert checks.somebody_answers_for_the_data(None) == []
