"""The table of field classes: whole, consistent with the roles, and obeyed by what shows, writes and records."""

from __future__ import annotations

from collections import Counter
from datetime import date
from unittest import mock

import pytest
from django import forms
from django.core.exceptions import ImproperlyConfigured
from django.template import Context, Template
from django.test import RequestFactory
from django.urls import NoReverseMatch, reverse

from caseworks import access, checks, masks, privacy
from caseworks.access import ROLES, Permission, Role
from caseworks.classified import FIELDS
from caseworks.classified_forms import ClassifiedForm
from caseworks.models import AuditEvent, Organization
from caseworks.privacy import Level, May
from children.models import Child, Residence
from guardians.models import Relative
from tests import factories
from visits.models import Contact, Mentor

# --- the table ---


def test_every_field_of_every_model_is_classified():
    assert checks.every_field_is_classified(None) == []


def test_a_field_that_nobody_classified_stops_the_registry():
    short = {**FIELDS, "children.Child": {**FIELDS["children.Child"], "psych": ""}}
    with mock.patch.object(checks, "FIELDS", short):
        [error] = checks.every_field_is_classified(None)
    assert (error.id, error.msg) == ("privacy.E001", "children.Child.notes is not classified.")


def test_a_model_that_nobody_classified_stops_the_registry():
    short = {label: groups for label, groups in FIELDS.items() if label != "visits.Mentor"}
    with mock.patch.object(checks, "FIELDS", short):
        assert {error.id for error in checks.every_field_is_classified(None)} == {"privacy.E001"}


def test_a_class_for_a_field_or_model_that_is_gone_is_noticed():
    more = {
        **FIELDS,
        "children.Gone": {"basic": "name"},
        "caseworks.Submission": {**FIELDS["caseworks.Submission"], "basic": "nickname"},
    }
    with mock.patch.object(checks, "FIELDS", more):
        assert [error.msg for error in checks.every_field_is_classified(None)] == [
            "caseworks.Submission.nickname is classified but does not exist.",
            "children.Gone.name is classified but does not exist.",
        ]


def test_what_the_table_calls_sealed_is_sealed_in_the_database_and_nothing_else():
    groups = dict(FIELDS["children.Child"], basic="name sex ethnicity", psych="notes born_on")
    with mock.patch.object(checks, "FIELDS", {**FIELDS, "children.Child": groups}):
        errors = checks.every_field_is_classified(None)
    assert ("privacy.E003", "children.Child.born_on") in {(error.id, error.msg.partition(":")[0]) for error in errors}


def test_no_field_stands_in_two_groups():
    for label, groups in FIELDS.items():
        twice = {name for name, n in Counter(" ".join(groups.values()).split()).items() if n > 1}
        assert not twice, label


def test_the_table_agrees_with_what_the_roles_are():
    """A right to a field is empty without the permission for the page that shows it."""
    about_children = "basic registration identity contact family situation psych talk work".split()
    for role, spec in ROLES.items():
        for name in about_children:
            right = privacy.GROUPS[name].rights[role]
            if right is not May.NOTHING:
                assert Permission.VIEW_CHILDREN in spec.permissions, (role, name)
            if right in {May.WRITE, May.ASK_WRITE} and name not in {"work", "talk"}:
                assert Permission.KEEP_ARCHIVES in spec.permissions, (role, name)
            if right in {May.WRITE, May.OWN} and name in {"work", "talk"}:
                assert Permission.LOG_CONTACTS in spec.permissions, (role, name)
    assert {role for role in Role if privacy.GROUPS["pairing"].rights[role] is May.WRITE} == {
        role for role, spec in ROLES.items() if Permission.MANAGE_PAIRINGS in spec.permissions
    }
    assert {role for role in Role if privacy.GROUPS["office"].rights[role] is May.WRITE} == {
        role for role, spec in ROLES.items() if Permission.MANAGE_ORGANIZATIONS in spec.permissions
    }
    assert {role for role in Role if privacy.GROUPS["staff"].rights[role] is May.WRITE} == {
        role for role, spec in ROLES.items() if Permission.MANAGE_STAFF in spec.permissions
    }


def test_nobody_reads_an_id_number_or_a_phone_without_being_asked():
    sealed = [group for group in privacy.GROUPS.values() if group.level is Level.SEALED]
    for name in ("identity", "contact", "helper"):
        assert privacy.GROUPS[name] in sealed
        assert set(privacy.GROUPS[name].rights.values()) <= {May.NOTHING, May.ASK, May.ASK_WRITE}


# --- masks ---


@pytest.mark.parametrize(
    ("mask", "text", "seen"),
    [
        (masks.name, "张丰", "张*"),
        (masks.name, "张三丰", "张*丰"),
        (masks.name, "欧阳修", "欧阳*"),
        (masks.name, "欧阳小雨", "欧阳*雨"),
        (masks.name, "司马", "司*"),
        (masks.name, "张", "张*"),
        (masks.name, "阿卜杜拉·买买提", "阿******提"),
        (masks.name, "John Smith", "J***"),
        (masks.name, "", ""),
        (masks.id_number, "500116201403024325", "500116********4325"),
        (masks.id_number, "500116140302432", "500116*****2432"),
        (masks.id_number, "12345", "*****"),
        (masks.id_number, "", ""),
        (masks.phone, "13812345678", "138****5678"),
        (masks.phone, "02347012345", "023****2345"),
        (masks.phone, "47012345", "********"),
        (masks.phone, "", ""),
        (masks.address, "重庆市江津区石门镇双龙村3组12号", "重庆市江津区石门镇双龙村***"),
        (masks.address, "东莞市长安镇锦厦社区新村路8号", "东莞市长安镇锦厦社区***"),
        (masks.address, "重庆市江津区几江街道滨江路8号", "重庆市江津区几江街道***"),
        (masks.address, "3组12号", "***"),
        (masks.address, "", ""),
        (masks.day, "2014-03-02", "2014-**-**"),
        (masks.hidden, "夜里哭", "•••"),
    ],
)
def test_masks(mask, text, seen):
    assert mask(text) == seen


def test_the_mask_of_an_id_number_holds_no_part_of_the_birth_date():
    for day in (date(2014, 3, 2), date(2009, 12, 31)):
        masked = masks.id_number(factories.id_number(day, "1"))
        assert f"{day:%Y}" not in masked[6:14]
        assert masked[6:14] == "*" * 8


# --- who sees what ---

NUMBER, PHONE, ADDRESS, NOTE = "500117201403024325", "13900001111", "石门镇龙井村3组12号", "夜里哭，不说原因"


@pytest.fixture
def family(cast):
    """The cast's child with everything recorded that could leak."""
    with access.everyone("test"):
        cast.child.notes, cast.child.registered_at, cast.child.health = NOTE, ADDRESS, "2"
        cast.child.save()
        cast.mother.address = ADDRESS
        cast.mother.save()
        Mentor.objects.update(phone="")
    contact = factories.contact(cast.child, by=cast.caseworker, place=cast.village, note=NOTE)
    return cast.child, cast.mother, contact


def _seen(person, row, field) -> str:
    with access.scope(person) as acting:
        return privacy.visible(row, field, acting.posting)


def test_what_each_role_sees_of_a_child_a_relative_and_a_contact(cast, family):
    child, mother, contact = family
    asked_for = [
        (child, "name"), (child, "id_number"), (child, "registered_at"), (child, "registration"), (child, "notes"),
        (mother, "name"), (mother, "phone"), (mother, "address"), (contact, "note"), (child, "search_text"),
    ]  # fmt: skip
    number, phone, place = masks.id_number(child.id_number), "139****1111", "石门镇龙井村***"
    village = "农村"
    field_work = ["张小雨", number, place, village, NOTE, "王芳", phone, place, NOTE, ""]
    nothing = [""] * 10
    expected = {
        "caseworker": field_work,
        "clerk": field_work,
        "mentor": ["张小雨", "", "", "", "", "王芳", phone, place, "", ""],
        "officer": ["张小雨", number, place, village, "•••", "王芳", phone, place, "•••", ""],
        "leader": nothing,
        "auditor": nothing,
        "system": nothing,
        "idle": nothing,
    }
    child.registration = "1"
    word = privacy.in_words(child, "registration")
    for row in expected.values():
        row[3] = word if row[3] else ""
    assert {who: [_seen(getattr(cast, who), row, field) for row, field in asked_for] for who in expected} == expected


def test_a_mentor_reads_and_writes_their_own_notes_only(cast):
    own = factories.contact(cast.child, by=cast.mentor, place=cast.bureau, note="一起读书")
    with access.scope(cast.mentor) as acting:
        assert privacy.visible(own, "note", acting.posting) == "一起读书"
        assert privacy.may_write(own, "note", acting.posting)
        assert privacy.may_write(Contact(), "note", acting.posting)
        foreign = factories.contact(cast.child, by=cast.clerk, place=cast.school, note="别人的话")
        assert privacy.visible(foreign, "note", acting.posting) == ""
        assert not privacy.may_write(foreign, "note", acting.posting)


def test_words_and_dates_are_those_of_the_page(cast, family):
    child, _mother, contact = family
    with access.scope(cast.caseworker) as acting:
        seen = {
            field: privacy.visible(child, field, acting.posting) for field in ("sex", "born_on", "only_child", "orphan")
        }
        assert seen == {"sex": "女", "born_on": "2014-03-02", "only_child": "", "orphan": ""}
        contact.topics = ["study"]
        assert privacy.visible(contact, "reached", acting.posting) in {"是", "yes"}
        assert "study" not in privacy.visible(contact, "topics", acting.posting)


# --- in templates ---


def _render(person, source: str, **context) -> str:
    request = RequestFactory().get("/children/")
    request.user, request.htmx = person, False
    with access.scope(person):
        return Template(source).render(Context({"request": request, "user": person, **context}))


def test_the_tag_masks_and_offers_to_ask(cast, family):
    child, _mother, _contact = family
    html = _render(cast.caseworker, '{% shown child "id_number" %}', child=child)
    assert masks.id_number(child.id_number) in html
    assert child.id_number not in html
    assert f'value="{child.code}"' in html
    assert str(child.pk) not in html
    plain = _render(cast.caseworker, '{% shown child "id_number" reveal=False %}', child=child)
    assert plain == masks.id_number(child.id_number)


def test_the_tag_shows_what_may_be_read_escaped(cast, family):
    child, _mother, _contact = family
    child.notes = "<b>夜里哭</b>"
    assert _render(cast.clerk, '{% shown child "notes" %}', child=child) == "&lt;b&gt;夜里哭&lt;/b&gt;"
    assert _render(cast.clerk, '{% shown child "notes" as n %}{{ n }}', child=child) == "&lt;b&gt;夜里哭&lt;/b&gt;"


def test_the_tag_says_what_is_not_recorded_and_is_silent_about_what_may_not_be_seen(cast, family):
    child, _mother, _contact = family
    child.id_number = ""
    assert _render(cast.clerk, '{% shown child "id_number" %}', child=child) == "未采集"
    assert _render(cast.mentor, '{% shown child "id_number" %}', child=child) == ""
    assert _render(cast.mentor, '{% if child|sees:"id_number" %}x{% endif %}', child=child) == ""
    assert _render(cast.clerk, '{% if child|sees:"id_number" %}x{% endif %}', child=child) == "x"


# --- in the audit trail ---


def test_changes_are_recorded_masked(cast):
    before = {
        "name": "张小雨",
        "id_number": "",
        "notes": "甲",
        "grade": "x",
        "health": "1",
        "born_on": date(2014, 3, 2),
        "sex": "1",
    }
    after = {
        **before,
        "name": "张大雨",
        "id_number": NUMBER,
        "notes": "乙",
        "health": "2",
        "born_on": date(2014, 3, 3),
        "sex": "2",
    }
    before.pop("grade"), after.pop("grade")
    assert privacy.masked_changes(Child, before, after) == {
        "name": ["张*雨", "张*雨"],
        "id_number": ["", "500117********4325"],
        "notes": ["•••", "•••"],
        "health": ["•••", "•••"],
        "born_on": ["2014-**-**", "2014-**-**"],
        "sex": ["1", "2"],
    }
    assert privacy.masked_changes(Relative, {}, {"phone": PHONE, "name": "王芳"}) == {
        "phone": ["", "139****1111"],
        "name": ["", "王*"],
    }
    assert privacy.masked_changes(Residence, {"village": cast.village}, {"village": None}) == {
        "village": ["longjing", ""]
    }
    assert privacy.masked_changes(Organization, {"name": "石镇"}, {"name": "新镇"}) == {"name": ["石镇", "新镇"]}
    assert privacy.masked_changes(Child, before, dict(before)) == {}


def test_a_field_nobody_classified_cannot_be_recorded_or_shown(cast):
    with pytest.raises(KeyError):
        privacy.masked_changes(Child, {}, {"nickname": "x"})
    with pytest.raises(KeyError):
        _seen(cast.clerk, cast.child, "nickname")


# --- in forms ---

ALL_MODELS = [model for model in checks.our_models() if model.__name__ not in {"AuditEvent", "AuditSeal"}]


def _form_of(model):
    names = [field.name for field in model._meta.concrete_fields if field.editable and not field.primary_key]
    return type(
        f"{model.__name__}Form",
        (ClassifiedForm, forms.ModelForm),
        {"Meta": type("Meta", (), {"model": model, "fields": names})},
    )


@pytest.mark.parametrize("role", list(Role))
def test_a_form_offers_each_role_what_the_table_lets_it_write_and_nothing_else(cast, role):
    person = factories.user()
    factories.posting(person, cast.county, role)
    with access.scope(person) as acting:
        for model in ALL_MODELS:
            form_class = _form_of(model)
            offered = set(form_class().fields)
            writable = {name for name in form_class.base_fields if privacy.may_write(model, name, acting.posting)}
            assert offered == writable, model


@pytest.mark.parametrize("who", ["officer", "caseworker", "clerk", "mentor", "leader", "auditor", "system", "idle"])
def test_posting_every_field_changes_only_what_the_table_allows(cast, family, who):
    child, _mother, _contact = family
    sent = {
        "name": "改名", "sex": "1", "born_on": "2014-03-03", "id_number": "11010519491231002X", "registration": "2",
        "registered_at": "别处", "health": "3", "notes": "改了", "opened_on": "2020-09-02", "id_doubtful": "on",
        "version": "99", "code": "ZZZZZZZZZZ", "id": "x", "search_text": "x", "id_index": "x", "name_order": "x",
    }  # fmt: skip
    before = {field.name: getattr(child, field.name) for field in Child._meta.concrete_fields}
    with access.scope(getattr(cast, who)) as acting:
        form = _form_of(Child)(sent, instance=Child(**before))
        if form.is_valid():
            form.save(commit=False)
        changed = {name for name, value in before.items() if getattr(form.instance, name) != value}
        changed -= {"id_index", "id_tail_index"}  # they follow the number
        allowed = {name for name in sent if name in before and privacy.may_write(Child, name, acting.posting)}
    assert changed <= allowed
    if who in {"caseworker", "clerk"}:
        assert {"name", "id_number", "notes", "registered_at"} <= changed
    else:
        assert not changed
        event = AuditEvent.objects.filter(action="field.write_refused").get()
        assert "id_number" in event.changes["fields"]
        assert "改名" not in str(event.changes)


class _PhoneForm(ClassifiedForm, forms.ModelForm):
    class Meta:
        model = Relative
        fields = ["name", "phone"]


def test_a_form_never_carries_a_sealed_value_to_the_browser(cast, family):
    _child, mother, _contact = family
    with access.scope(cast.caseworker):
        html = _PhoneForm(instance=mother).as_p()
    assert PHONE not in html
    assert "139****1111" in html
    assert "王芳" in html


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ({"phone": ""}, PHONE),
        ({}, PHONE),
        ({"phone": "13700003333"}, "13700003333"),
        ({"phone": "13700003333", "phone_erase": "on"}, "13700003333"),
        ({"phone": "", "phone_erase": "on"}, ""),
    ],
)
def test_a_sealed_field_left_empty_keeps_its_value_unless_it_is_removed(cast, family, sent, kept):
    _child, mother, _contact = family
    with access.scope(cast.caseworker):
        form = _PhoneForm({"name": "王芳", **sent}, instance=mother)
        assert form.is_valid(), form.errors
        form.save()
        assert Relative.objects.get(pk=mother.pk).phone == kept
        assert ("phone" in form.changed_data) == ("phone" in sent and bool(sent["phone"]))


def test_a_form_says_whose_field_each_is_or_fails(cast):
    class Undeclared(ClassifiedForm, forms.Form):
        address = forms.CharField()

    class Declared(Undeclared):
        kept_in = {"address": "children.Residence"}
        on = forms.DateField()
        unclassified = ("on",)

    with access.scope(cast.caseworker), pytest.raises(ImproperlyConfigured, match="address"):
        Undeclared()
    with access.scope(cast.caseworker):
        assert list(Declared().fields) == ["address", "on"]
    with access.scope(cast.mentor):
        assert list(Declared().fields) == ["on"]


# --- on the pages that edit: every page that exists is tried by every role ---

# address → model, the row that is edited, what stands in the address
EDIT_PAGES = {
    "children:edit": (Child, lambda cast: cast.child, lambda cast: [cast.child.code]),
    "guardians:relative_edit": (Relative, lambda cast: cast.mother, lambda cast: [cast.child.code, cast.mother.code]),
    "visits:mentor_edit": (Mentor, lambda cast: cast.pairing.mentor, lambda cast: [cast.pairing.mentor.code]),
}


# what a change could look like, in the field of any of these pages
PLAUSIBLE = {"name": "张新名", "notes": "改了", "registered_at": "别处", "phone": "13700003333"}


def _as_shown(response) -> dict[str, str]:
    """What the browser would send if the form of a page were sent as it is."""
    form = next((each["form"] for each in response.context or [] if "form" in each), None)
    values = {} if form is None else {form.add_prefix(name): form[name].value() for name in form.fields}
    return {name: "" if value is None else value for name, value in values.items()}


def _snapshot(model, row) -> dict:
    with access.everyone("test"):
        fresh = model.objects.get(pk=row.pk)
        return {field.name: getattr(fresh, field.attname) for field in model._meta.concrete_fields}


@pytest.mark.parametrize("name", EDIT_PAGES)
@pytest.mark.parametrize("who", ["officer", "caseworker", "clerk", "mentor", "leader", "auditor", "system", "stranger"])
def test_posting_every_field_to_an_edit_page_changes_only_what_the_table_allows(cast, sign_in, name, who):
    model, pick, place = EDIT_PAGES[name]
    row = pick(cast)
    try:
        address = reverse(name, args=place(cast))
    except NoReverseMatch:
        pytest.skip(f"{name} is not a page yet")
    client, before = sign_in(getattr(cast, who)), _snapshot(model, row)
    offered = client.get(address)
    sent = {field.name: "1" for field in model._meta.concrete_fields if field.name not in PLAUSIBLE}
    sent |= _as_shown(offered) | PLAUSIBLE
    client.post(address, sent)
    after = _snapshot(model, row)
    changed = {field for field in before if before[field] != after[field]}
    with access.scope(getattr(cast, who)) as acting:
        allowed = {field for field in before if privacy.may_write(model, field, acting.posting)}
    follows = set(FIELDS[model._meta.label].get("inner", "").split()) | {"version"}
    assert changed <= allowed | follows
    assert bool(changed) == (offered.status_code == 200), "whoever is offered the page changes something by it"
