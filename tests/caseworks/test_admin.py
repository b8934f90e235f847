"""The shared admin: each office sees, offers and changes its own, and every write leaves its trace."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from caseworks import access
from caseworks.access import ADMIN
from caseworks.models import AuditEvent, Organization, Posting, User
from children.models import PupilCount
from tests import factories
from tests.forms import opened
from visits.models import ContactRule, Mentor

pytestmark = pytest.mark.django_db

TABLES = {
    "caseworks_organization": "officer",
    "caseworks_user": "officer",
    "caseworks_auditevent": "auditor",
    "children_pupilcount": "officer",
    "visits_mentor": "officer",
    "visits_contactrule": "officer",
}


@pytest.fixture
def foreign(cast):
    """One row of each table that belongs to the other county, by table."""
    with access.scope(cast.stranger):
        from caseworks import audit

        event = audit.record("foreign.event", reason="外县的事")
    return {
        "caseworks_organization": cast.foreign_school,
        "caseworks_user": cast.stranger,
        "caseworks_auditevent": event,
        "children_pupilcount": factories.pupil_count(cast.foreign_school, 987),
        "visits_mentor": factories.mentor(cast.foreign_village, name="外县老师"),
        "visits_contactrule": factories.contact_rule(cast.foreign_village, "caseworker", every_days=77),
    }


def rows_of(response) -> list:
    return list(response.context["cl"].result_list)


def trace() -> list[tuple[str, str]]:
    """(action, record's name in the trail) of what was done, oldest first, without signing in and out."""
    events = AuditEvent.objects.exclude(action__startswith="scope.").order_by("id")
    return [(event.action, event.kind) for event in events]


# --- Which rows -------------------------------------------------------------------------------------------------------


def test_every_table_is_tried_here():
    assert {f"{model._meta.app_label}_{model._meta.model_name}" for model in admin.site._registry} == set(TABLES)
    assert {key.replace(".", "_") for key in ADMIN} == {*TABLES, "caseworks_posting"}


@pytest.mark.parametrize("table", TABLES)
def test_a_list_leaves_out_what_is_elsewhere(table, cast, foreign, sign_in):
    client = sign_in(getattr(cast, TABLES[table]))
    response = client.get(reverse(f"admin:{table}_changelist"))
    assert response.status_code == 200
    assert foreign[table] not in rows_of(response)
    # and the same list, asked by the other county, would have shown it
    if table == "caseworks_auditevent":
        cast.stranger.postings.update(role="auditor")
    assert foreign[table] in rows_of(sign_in(cast.stranger).get(reverse(f"admin:{table}_changelist")))


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("page", ["change", "history", "delete"])
def test_a_row_that_is_elsewhere_is_not_found_like_one_that_never_was(table, page, cast, foreign, sign_in):
    client = sign_in(getattr(cast, TABLES[table]))
    theirs = client.get(reverse(f"admin:{table}_{page}", args=[foreign[table].pk]))
    nobodys = client.get(reverse(f"admin:{table}_{page}", args=["01999999-0000-7000-8000-000000000000"]))
    # a table in which nothing is ever deleted refuses before it looks
    expected = 403 if page == "delete" and not admin.site._registry[type(foreign[table])].deletable else 404
    assert (theirs.status_code, nobodys.status_code) == (404, 404) if expected == 404 else (403, 403)
    assert _words(theirs) == _words(nobodys)


def _words(response) -> str:
    return re.sub(r'(value|action)="[^"]*"', "", response.content.decode())


@pytest.mark.parametrize("table", TABLES)
def test_a_row_that_is_elsewhere_is_not_changed(table, cast, foreign, sign_in):
    before = type(foreign[table]).objects.filter(pk=foreign[table].pk).values().get()
    response = sign_in(getattr(cast, TABLES[table])).post(
        reverse(f"admin:{table}_change", args=[foreign[table].pk]), {"name": "改", "every_days": 1, "pupils": 1}
    )
    assert response.status_code == 404
    assert type(foreign[table]).objects.filter(pk=foreign[table].pk).values().get() == before


CHOICES = {
    "caseworks_organization": [("system", "parent")],
    "children_pupilcount": [("officer", "school")],
    "visits_mentor": [("officer", "organization"), ("officer", "user")],
    "visits_contactrule": [("officer", "organization")],
}


@pytest.mark.parametrize(("table", "who", "field"), [(t, *pair) for t, pairs in CHOICES.items() for pair in pairs])
def test_choices_hold_only_what_is_here(table, who, field, cast, sign_in):
    page = sign_in(getattr(cast, who)).get(reverse(f"admin:{table}_add"))
    offered = page.context["adminform"].form.fields[field].queryset
    elsewhere = {cast.other_county, cast.foreign_school, cast.foreign_village, cast.stranger}
    assert offered.exists()
    assert not elsewhere & set(offered)


def test_a_form_that_names_a_place_elsewhere_is_refused(cast, sign_in):
    fields = {"school": cast.foreign_school.pk, "term": "2026-1", "counted_on": "2026-09-20", "pupils": "5"}
    response = sign_in(cast.officer).post(reverse("admin:children_pupilcount_add"), fields)
    assert (
        "school" in response.context["errors"].data[0].as_text() or response.context["adminform"].form.errors["school"]
    )
    assert not PupilCount.objects.exists()


def test_suggestions_hold_only_what_is_here(cast, sign_in):
    asked = {"app_label": "visits", "model_name": "mentor", "field_name": "organization", "term": "县"}
    client = sign_in(cast.officer)
    names = [row["text"] for row in client.get(reverse("admin:autocomplete"), asked).json()["results"]]
    assert names == ["江县"]
    names = [row["text"] for row in sign_in(cast.stranger).get(reverse("admin:autocomplete"), asked).json()["results"]]
    assert names == ["云县", "云县小学"]


@pytest.mark.parametrize("table", TABLES)
def test_there_are_no_actions_on_many_rows(table, cast, foreign, sign_in):
    client = sign_in(cast.stranger)
    before = set(type(foreign[table]).objects.values_list("pk", flat=True))
    address = reverse(f"admin:{table}_changelist")
    client.post(address, {"action": "delete_selected", "_selected_action": [foreign[table].pk], "post": "yes"})
    # an attempt that is refused adds to the trail
    assert before <= set(type(foreign[table]).objects.values_list("pk", flat=True))


def test_lookups_in_the_address_tell_nothing_about_passwords(cast, sign_in):
    address = reverse("admin:caseworks_user_changelist")
    assert sign_in(cast.officer).get(address, {"password__startswith": "md5"}).status_code == 400
    address = reverse("admin:caseworks_auditevent_changelist")
    assert sign_in(cast.auditor).get(address, {"by__password__startswith": "md5"}).status_code == 400


# --- Who ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["caseworker", "clerk", "mentor", "leader", "idle"])
def test_people_without_a_part_in_the_office_are_refused(who, cast, sign_in):
    client = sign_in(getattr(cast, who))
    for address in (reverse("admin:index"), *(reverse(f"admin:{table}_changelist") for table in TABLES)):
        assert client.get(address).status_code == 403, address


def test_the_auditor_sees_the_trail_and_nothing_else(cast, sign_in):
    client = sign_in(cast.auditor)
    assert {t: client.get(reverse(f"admin:{t}_changelist")).status_code for t in TABLES} == {
        table: 200 if table == "caseworks_auditevent" else 403 for table in TABLES
    }


def test_the_trail_cannot_be_changed(cast, sign_in):
    with access.scope(cast.clerk):
        from caseworks import audit

        event = audit.record("x.happened")
    client = sign_in(cast.auditor)
    assert client.get(reverse("admin:caseworks_auditevent_change", args=[event.pk])).status_code == 200
    assert (
        client.post(reverse("admin:caseworks_auditevent_change", args=[event.pk]), {"reason": "y"}).status_code == 403
    )
    assert client.post(reverse("admin:caseworks_auditevent_delete", args=[event.pk])).status_code == 403
    assert client.get(reverse("admin:caseworks_auditevent_add")).status_code == 403
    event.refresh_from_db()
    assert event.reason == ""


def test_signing_in_is_in_the_trail_of_the_persons_office(cast, client, sign_in):
    client.post(reverse("caseworks:login"), {"username": cast.clerk.username, "password": "pass-word-of-tests"})
    listed = rows_of(sign_in(cast.auditor).get(reverse("admin:caseworks_auditevent_changelist")))
    assert [(event.action, event.by) for event in listed if event.action == "user.signed_in"] == [
        ("user.signed_in", cast.clerk)
    ]


# --- Organizations -----------------------------------------------------------------------------------------------------


def test_the_administrator_reads_organizations_and_the_system_manager_keeps_them(cast, sign_in):
    fields = {"name": "新村", "code": "xin", "kind": "village", "parent": cast.town.pk, "gb_code": ""}
    assert sign_in(cast.officer).post(reverse("admin:caseworks_organization_add"), fields).status_code == 403
    assert sign_in(cast.system).post(reverse("admin:caseworks_organization_add"), fields).status_code == 302
    assert Organization.objects.get(code="xin").path == "/jiang/shi/xin/"
    assert trace()[-1] == ("organization.created", "caseworks.Organization")


def test_an_organization_is_made_below_ones_own_and_stays_there(cast, sign_in):
    client = sign_in(cast.system)
    for parent in ("", cast.other_county.pk):
        fields = {"name": "新村", "code": "xin", "kind": "village", "parent": parent}
        assert client.post(reverse("admin:caseworks_organization_add"), fields).status_code == 200
    fields = {"name": "龙井新村", "code": "other", "kind": "village", "parent": cast.county.pk, "gb_code": ""}
    address = reverse("admin:caseworks_organization_change", args=[cast.village.pk])
    client.post(address, fields | opened(client, address))
    village = Organization.objects.get(pk=cast.village.pk)
    assert (village.name, village.code, village.path) == ("龙井新村", "longjing", "/jiang/shi/longjing/")
    assert not Organization.objects.filter(code="xin").exists()
    assert AuditEvent.objects.first().changes == {"name": ["龙井村", "龙井新村"]}


def test_ones_own_organization_is_closed_by_the_office_above(cast, sign_in):
    address = reverse("admin:caseworks_organization_change", args=[cast.county.pk])
    assert (
        sign_in(cast.system).post(address, {"name": "x", "kind": "county", "closed_on": "2026-01-01"}).status_code
        == 403
    )


# --- Staff -------------------------------------------------------------------------------------------------------------


def posts(*rows, initial=0) -> dict:
    """The fields of the posts below a person; each row is a dict, those already there first."""
    fields = {"postings-TOTAL_FORMS": len(rows), "postings-INITIAL_FORMS": initial}
    for index, row in enumerate(rows):
        fields |= {f"postings-{index}-{name}": value for name, value in row.items()}
    return fields


def post(place, role="caseworker", from_on="2026-09-01", **more) -> dict:
    return {"organization": place.pk, "role": role, "from_on": from_on, **more}


def test_a_new_person_gets_a_post_and_a_password_shown_once(cast, client, sign_in):
    fields = {"name": "新人", "username": "newcomer", **posts(post(cast.village))}
    response = sign_in(cast.officer).post(reverse("admin:caseworks_user_add"), fields)
    person = User.objects.get(username="newcomer")
    shown = response.context["password"]
    assert len(shown) == 12
    assert shown in response.content.decode()
    assert person.check_password(shown)
    assert [(post.organization, post.role) for post in person.postings.all()] == [(cast.village, "caseworker")]
    assert trace()[-2:] == [("user.created", "caseworks.User"), ("posting.granted", "caseworks.Posting")]
    assert shown not in str(list(AuditEvent.objects.values()))
    assert person.must_change_password(timezone.now())
    theirs = Client()
    assert theirs.post(reverse("caseworks:login"), {"username": "newcomer", "password": shown}).status_code == 302
    assert theirs.get(reverse("visits:home")).headers["Location"].startswith(reverse("caseworks:password"))


def test_a_new_person_without_a_post_is_refused(cast, sign_in):
    fields = {"name": "新人", "username": "newcomer", **posts(post(cast.village) | {"role": "", "organization": ""})}
    assert sign_in(cast.officer).post(reverse("admin:caseworks_user_add"), fields).status_code == 200
    assert not User.objects.filter(username="newcomer").exists()


@pytest.mark.parametrize(
    ("who", "place", "role"),
    [
        ("officer", "foreign_village", "caseworker"),
        ("officer", "village", "auditor"),
        ("officer", "county", "system"),
        ("system", "foreign_village", "administrator"),
    ],
)
def test_no_post_is_given_elsewhere_or_above_ones_own(who, place, role, cast, sign_in):
    fields = {"name": "新人", "username": "newcomer", **posts(post(getattr(cast, place), role))}
    assert sign_in(getattr(cast, who)).post(reverse("admin:caseworks_user_add"), fields).status_code == 200
    assert not User.objects.filter(username="newcomer").exists()


def test_the_system_manager_makes_auditors(cast, sign_in):
    fields = {"name": "新人", "username": "newcomer", **posts(post(cast.county, "auditor"))}
    sign_in(cast.system).post(reverse("admin:caseworks_user_add"), fields)
    assert Posting.objects.get(user__username="newcomer").role == "auditor"


def test_a_post_is_ended_but_never_rewritten_or_deleted(cast, sign_in):
    held = cast.clerk.postings.get()
    fields = {
        "name": "学",
        "username": "xue",
        "is_active": "on",
        **posts(
            post(cast.county, "administrator", "2020-01-01", id=held.pk, until_on="2026-11-30", DELETE="on"), initial=1
        ),
    }
    address = reverse("admin:caseworks_user_change", args=[cast.clerk.pk])
    client = sign_in(cast.officer)
    assert client.post(address, fields | opened(client, address)).status_code == 302
    held.refresh_from_db()
    assert (held.organization, held.role, held.from_on, held.until_on) == (
        cast.school,
        "school_staff",
        factories.LONG_AGO,
        date(2026, 11, 30),
    )
    assert ("posting.changed", "caseworks.Posting") in trace()
    assert AuditEvent.objects.get(action="posting.changed").changes == {"until_on": ["", "2026-11-30"]}


def test_the_same_post_is_not_held_twice(cast, sign_in):
    held = cast.clerk.postings.get()
    fields = {
        "name": "学",
        "username": "xue",
        "is_active": "on",
        **posts({"id": held.pk, "until_on": ""}, post(cast.school, "school_staff"), initial=1),
    }
    address = reverse("admin:caseworks_user_change", args=[cast.clerk.pk])
    assert sign_in(cast.officer).post(address, fields).status_code == 200
    assert cast.clerk.postings.count() == 1


@pytest.fixture
def shared(cast):
    """Somebody with a post here and one in the other county."""
    person = factories.user("both", name="两边跑")
    factories.posting(person, cast.village, "caseworker")
    factories.posting(person, cast.foreign_village, "caseworker")
    return person


def test_an_account_that_also_serves_another_office_is_not_this_offices_to_change(cast, shared, sign_in):
    here = shared.postings.get(organization=cast.village)
    client = sign_in(cast.officer)
    address = reverse("admin:caseworks_user_change", args=[shared.pk])
    page = client.get(address).content.decode()
    assert "龙井村" in page
    assert "云村" not in page
    fields = {"name": "改名", "username": "taken", **posts({"id": here.pk, "until_on": "2026-12-01"}, initial=1)}
    assert client.post(address, fields | opened(client, address)).status_code == 302
    shared.refresh_from_db()
    here.refresh_from_db()
    assert (shared.name, shared.username, shared.is_active) == ("两边跑", "both", True)
    assert here.until_on == date(2026, 12, 1)  # the post here is this office's own business


def test_posts_elsewhere_cannot_be_reached_through_the_form(cast, shared, sign_in):
    there = shared.postings.get(organization=cast.foreign_village)
    address = reverse("admin:caseworks_user_change", args=[shared.pk])
    sign_in(cast.officer).post(address, posts({"id": there.pk, "until_on": "2026-12-01"}, initial=1))
    there.refresh_from_db()
    assert there.until_on is None


@pytest.mark.parametrize(
    ("whose", "offered"),
    [("clerk", True), ("shared", False), ("auditor", False), ("system", False), ("officer", False)],
)
def test_a_slip_is_offered_where_it_would_be_given(whose, offered, cast, shared, sign_in):
    person = shared if whose == "shared" else getattr(cast, whose)
    client, slip = sign_in(cast.officer), reverse("caseworks:slip", args=[person.username])
    shown = client.get(reverse("admin:caseworks_user_change", args=[person.pk])).content.decode()
    assert (slip in shown) is offered
    assert client.get(slip).status_code == (200 if offered else 404)


def test_nobody_changes_their_own_account_or_posts(cast, sign_in):
    address = reverse("admin:caseworks_user_change", args=[cast.officer.pk])
    client = sign_in(cast.officer)
    assert client.get(address).status_code == 200
    fields = {"name": "改", "username": "ouyang", **posts(post(cast.village))}
    assert client.post(address, fields).status_code == 403
    assert cast.officer.postings.count() == 1


def test_staff_lists_name_only_posts_here_in_one_query_more_for_any_number(
    cast, shared, sign_in, django_assert_num_queries
):
    client, address = sign_in(cast.officer), reverse("admin:caseworks_user_changelist")
    client.get(address)
    with django_assert_num_queries(8):
        page = client.get(address).content.decode()
    assert "云村" not in page
    for number in range(3):
        factories.posting(factories.user(f"more{number}"), cast.village, "caseworker")
    with django_assert_num_queries(8):
        client.get(address)


# --- Counts, mentors, rules --------------------------------------------------------------------------------------------


def test_counts_are_added_changed_and_deleted_with_a_trace(cast, sign_in):
    client = sign_in(cast.officer)
    fields = {"school": cast.school.pk, "term": "2026-1", "counted_on": "2026-09-20", "pupils": "321"}
    assert client.post(reverse("admin:children_pupilcount_add"), fields).status_code == 302
    row = PupilCount.objects.get()
    address = reverse("admin:children_pupilcount_change", args=[row.pk])
    client.post(address, {**fields, "pupils": "322"} | opened(client, address))
    client.post(reverse("admin:children_pupilcount_delete", args=[row.pk]), {"post": "yes"})
    assert not PupilCount.objects.exists()
    assert [action for action, kind in trace() if kind == "children.PupilCount"] == [
        "pupilcount.created",
        "pupilcount.changed",
        "pupilcount.deleted",
    ]
    assert AuditEvent.objects.get(action="pupilcount.changed").changes == {"pupils": ["321", "322"]}
    assert AuditEvent.objects.get(action="pupilcount.deleted").by == cast.officer
    assert not LogEntry.objects.exists()


def test_a_write_whose_trace_fails_is_not_kept(cast, sign_in, monkeypatch):
    """The trace and the change are kept, or lost, together."""
    from caseworks import audit

    def broken(*args, **kwargs):
        raise RuntimeError("no trail")

    client = sign_in(cast.officer)
    row = factories.pupil_count(cast.school, 300)
    monkeypatch.setattr(audit, "record", broken)
    fields = {"school": cast.school.pk, "term": "2026-1", "counted_on": "2026-09-20", "pupils": "321"}
    for address, sent in (
        (reverse("admin:children_pupilcount_add"), fields),
        (reverse("admin:children_pupilcount_delete", args=[row.pk]), {"post": "yes"}),
    ):
        with pytest.raises(RuntimeError):
            client.post(address, sent)
    assert [count.pupils for count in PupilCount.objects.all()] == [300]


def test_a_count_more_rural_than_all_is_refused_with_words(cast, sign_in):
    fields = {
        "school": cast.school.pk, "term": "2026-1", "counted_on": "2026-09-20", "pupils": "3", "rural_pupils": "4",
    }  # fmt: skip
    response = sign_in(cast.officer).post(reverse("admin:children_pupilcount_add"), fields)
    assert response.status_code == 200
    assert not PupilCount.objects.exists()


def test_a_mentor_keeps_their_organization(cast, sign_in):
    mentor = Mentor.objects.get(name="梅老师")
    fields = {"name": "梅老师", "organization": cast.school.pk, "phone": "139 1234 5678", "from_on": "2020-09-01"}
    client, address = sign_in(cast.officer), reverse("admin:visits_mentor_change", args=[mentor.pk])
    client.post(address, fields | opened(client, address))
    mentor.refresh_from_db()
    assert (mentor.organization, mentor.phone) == (cast.bureau, "13912345678")
    [change] = AuditEvent.objects.filter(action="mentor.changed")
    assert change.changes["phone"] == ["", "139****5678"]


def test_a_rule_is_written_in_the_words_of_the_lists(cast, sign_in):
    client = sign_in(cast.officer)
    fields = {"organization": cast.town.pk, "role": "caseworker", "kind": "", "definition": "wide", "every_days": "30"}
    assert client.post(reverse("admin:visits_contactrule_add"), {**fields, "from_on": "2026-09-01"}).status_code == 302
    rule = ContactRule.objects.get()
    assert (rule.organization, rule.role, rule.kind, rule.definition) == (cast.town, "caseworker", "", "wide")
    assert "儿童主任" in client.get(reverse("admin:visits_contactrule_changelist")).content.decode()
    for wrong in ({"role": "leader"}, {"definition": "x"}, {"every_days": "0"}):
        sent = {**fields, "from_on": "2026-09-02", **wrong}
        assert client.post(reverse("admin:visits_contactrule_add"), sent).status_code == 200, wrong
    assert ContactRule.objects.count() == 1


def test_history_shows_what_this_office_did_and_not_what_others_did(cast, shared, sign_in):
    sign_in(cast.stranger).post(
        reverse("admin:caseworks_user_change", args=[shared.pk]),
        posts({"id": shared.postings.get(organization=cast.foreign_village).pk, "until_on": "2027-01-01"}, initial=1),
    )
    with access.scope(cast.officer):
        from caseworks import audit

        audit.record("user.granted", shared, changes={"name": ["甲", "乙"]})
    page = sign_in(cast.officer).get(reverse("admin:caseworks_user_history", args=[shared.pk])).content.decode()
    assert "账号：授予" in page
    assert "甲 → 乙" in page
    assert "账号：修改" not in page


def test_outside_a_post_there_is_no_office():
    from caseworks.scoped_admin import office

    with pytest.raises(PermissionDenied):
        office()


def test_a_post_that_ends_today_no_longer_opens_the_office(cast, sign_in):
    client = sign_in(cast.officer)
    assert client.get(reverse("admin:index")).status_code == 200
    cast.officer.postings.update(until_on=timezone.localdate() - timedelta(days=0))
    assert client.get(reverse("admin:index")).headers["Location"].startswith(reverse("caseworks:login"))
    assert sign_in(cast.officer).get(reverse("admin:index")).status_code == 403
