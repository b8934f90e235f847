"""Test data without surprises: plain keyword-only functions, and the cast.

Every function writes under EVERYONE, in its own moment, so that no scope leaks into the test.
"""

from __future__ import annotations

import functools
import io
import itertools
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone
from PIL import Image

from caseworks import access
from caseworks.access import Role, Via
from caseworks.models import Export, Organization, Posting, User
from caseworks.phones import clean as clean_phone
from caseworks.uploads import Picture
from children import idnumbers
from children.attachments import actions as attachments
from children.models import (
    AgeStep,
    Child,
    ClosedPeriod,
    Enrolment,
    Grant,
    Handover,
    Promoted,
    Promotion,
    PupilCount,
    Residence,
    SavedFilter,
)
from children.reach import open_road
from guardians.models import (
    Absence,
    Declaration,
    Entrustment,
    KeptApart,
    Kinship,
    Merge,
    Relative,
    Situation,
)
from visits.models import Contact, ContactChild, ContactRule, Counterpart, Mentor, Pairing

LONG_AGO = date(2020, 9, 1)
_serial = itertools.count(1)


def for_everyone(function):
    """Run a factory with every child in scope, whoever is acting in the test."""

    @functools.wraps(function)
    def wrapped(*args, **kwargs):
        with access.everyone("test data"):
            return function(*args, **kwargs)

    return wrapped


def organization(
    code: str, kind: str = "village", *, parent: Organization | None = None, name: str = ""
) -> Organization:
    return Organization.objects.create(code=code, kind=kind, parent=parent, name=name or code)


def user(username: str = "", *, name: str = "") -> User:
    username = username or f"person{next(_serial)}"
    return User.objects.create_user(username, "pass-word-of-tests", name=name or username)


def posting(
    person: User, place: Organization, role: str, *, from_on: date = LONG_AGO, until_on: date | None = None
) -> Posting:
    return Posting.objects.create(user=person, organization=place, role=role, from_on=from_on, until_on=until_on)


def id_number(born_on: date, sex: str, *, area: str = "500116") -> str:
    """A number with a right check digit that no other call gives."""
    order = next(_serial) % 500 * 2 + (1 if sex == "1" else 0)
    return idnumbers.complete(f"{area}{born_on:%Y%m%d}{order:03d}")


@for_everyone
def child(
    name: str = "张伟",
    *,
    school: Organization | None = None,
    village: Organization | None = None,
    sex: str = "1",
    born_on: date = date(2015, 5, 6),
    grade: str = "5",
    class_name: str = "1班",
    address: str = "3组12号",
    **fields,
) -> Child:
    """A child with an open archive, enrolled and living where said."""
    fields.setdefault("id_number", id_number(born_on, sex))
    fields.setdefault("registration", "1")
    row = Child.objects.create(
        name=name, sex=sex, born_on=born_on, opened_on=fields.pop("opened_on", LONG_AGO), **fields
    )
    if school is not None:
        open_road(row, Via.ENROLMENT, school.path)
        Enrolment.objects.create(child=row, school=school, grade=grade, class_name=class_name, from_on=row.opened_on)
    if village is not None:
        open_road(row, Via.RESIDENCE, village.path)
        Residence.objects.create(child=row, village=village, address=address, from_on=row.opened_on)
    return row


@for_everyone
def relative(
    *children: Child, relation: str = "51", name: str = "张大山", phone: str = "13812345678", **fields
) -> Relative:
    """One person who is the same to each of these children."""
    row = Relative.objects.create(name=name, phone=clean_phone(phone), **fields)
    for each in children:
        Kinship.objects.create(child=each, relative=row, relation=relation)
    return row


@for_everyone
def absence(who: Relative, *, place: str = "广东省东莞市", from_on: date = date(2025, 2, 17), **fields) -> Absence:
    return Absence.objects.create(relative=who, place=place, from_on=from_on, **fields)


@for_everyone
def situation(who: Relative, *, kind: str = "disabled", from_on: date = LONG_AGO, **fields) -> Situation:
    return Situation.objects.create(relative=who, kind=kind, from_on=from_on, **fields)


@for_everyone
def entrustment(whom: Child, carer: Relative, *, from_on: date = LONG_AGO, **fields) -> Entrustment:
    return Entrustment.objects.create(child=whom, relative=carer, from_on=from_on, **fields)


@for_everyone
def declaration(
    whom: Child, value: str, by: Organization, *, declared_on: date = date(2025, 9, 1), **fields
) -> Declaration:
    return Declaration.objects.create(child=whom, value=value, organization=by, declared_on=declared_on, **fields)


@for_everyone
def fact(model: type, whom: Child, *, by: User, **values):
    """A dated fact of any kind; it begins, or is about, a day long ago unless said otherwise."""
    values.setdefault(model.day_field, LONG_AGO)
    return model.objects.create(child=whom, recorded_by=by, **values)


def mentor(place: Organization, *, person: User | None = None, name: str = "李老师", **fields) -> Mentor:
    return Mentor.objects.create(organization=place, user=person, name=name, from_on=LONG_AGO, **fields)


@for_everyone
def pairing(
    who: Mentor, whom: Child, *, from_on: date = date(2025, 9, 1), until_on: date | None = None, **fields
) -> Pairing:
    row = Pairing.objects.create(mentor=who, child=whom, from_on=from_on, until_on=until_on, **fields)
    if until_on is None:
        open_road(whom, Via.PAIRING, who.path)
    return row


@for_everyone
def contact(
    *children: Child,
    by: User,
    place: Organization,
    kind: str = "home",
    held_on: date = date(2026, 11, 1),
    reached: bool = True,
    met: tuple[tuple[str, Relative | None], ...] = (),
    **fields,
) -> Contact:
    row = Contact.objects.create(kind=kind, held_on=held_on, reached=reached, logged_by=by, logged_for=place, **fields)
    for each in children:
        ContactChild.objects.create(contact=row, child=each)
    for whom, person in met:
        Counterpart.objects.create(contact=row, kind=whom, relative=person)
    return row


def handover(
    whom: Child,
    giver: Organization,
    receiver: Organization,
    *,
    by: User,
    via: Via = Via.ENROLMENT,
    asked_by_receiver: bool = False,
    **fields,
) -> Handover:
    """A hand-over that waits for its answer."""
    proposed = receiver if asked_by_receiver else giver
    defaults = {"reason": "transfer", "moves_on": date(2026, 11, 20), "grade": "5"}
    with access.everyone("test data"):
        return Handover.objects.create(
            child=whom, via=via, from_organization=giver, to_organization=receiver, from_path=giver.path,
            to_path=receiver.path, proposed_path=proposed.path, asked_by_receiver=asked_by_receiver, proposed_by=by,
            name=whom.name, sex=whom.sex, born_on=whom.born_on, **{**defaults, **fields},
        )  # fmt: skip


@for_everyone
def grant(whom: Child, office: Organization, by: User, *, until_on: date = date(2099, 1, 1), **fields) -> Grant:
    """Access in an emergency, with its road."""
    open_road(whom, Via.GRANT, office.path, until_on=until_on)
    facts = {"reason": "danger", "words": "孩子独自在家", "from_on": date(2026, 11, 20), **fields}
    return Grant.objects.create(child=whom, organization=office, given_to=by, until_on=until_on, **facts)


@for_everyone
def closed_period(whom: Child, first: date, until: date, *, reason: str = "moved") -> ClosedPeriod:
    return ClosedPeriod.objects.create(child=whom, from_on=first, until_on=until, reason=reason)


@for_everyone
def age_step(whom: Child, *, by: User, age: int = 8, done_on: date = date(2026, 3, 1), note: str = "谈过") -> AgeStep:
    """What is asked for at an age was done."""
    return AgeStep.objects.create(child=whom, age=age, done_on=done_on, note=note, done_by=by)


@for_everyone
def promotion(school: Organization, by: User, *children: Child, term_on: date = date(2026, 9, 1)) -> Promotion:
    """A promotion on record, of these children if any; nothing about them is changed."""
    row = Promotion.objects.create(school=school, term_on=term_on, made_by=by)
    for each in children:
        Promoted.objects.create(
            promotion=row, child=each, before=each.enrolments.first(), outcome="repeats", child_version=each.version
        )
    return row


@for_everyone
def merge(into: Child, *, by: User, absorbed: Child | None = None) -> Merge:
    """A merge on record that moved nothing."""
    before = {"relatives": [], "event": 0, "moved": {}, "places": [], "facts": {}, "closing": {}}
    return Merge.objects.create(child=into, absorbed=absorbed, merged_by=by, before=before)


@for_everyone
def kept_apart(one: Child, other: Child, by: User) -> KeptApart:
    first, second = sorted((one, other), key=lambda child: child.pk)
    return KeptApart.objects.create(child=first, other=second, said_by=by)


def contact_rule(
    place: Organization, role: str, *, every_days: int = 30, kind: str = "", definition: str = ""
) -> ContactRule:
    return ContactRule.objects.create(
        organization=place, role=role, kind=kind, definition=definition, every_days=every_days, from_on=LONG_AGO
    )


def export(person: User, place: Organization, **fields) -> Export:
    """A file somebody asked for."""
    held = Posting.objects.filter(user=person, role__in=["administrator", "school_staff"]).first()
    now = timezone.now()
    return Export.objects.create(
        by=person, posting=held, path=place.path, title="儿童名单.xlsx", rows=600, purpose="核对",
        approver_roles=" administrator ", expires_at=now + timedelta(days=7), **{"recipe": "children.list", **fields},
    )  # fmt: skip


@for_everyone
def attachment(whom: Child, *, by: User, place: Organization, title: str = "协议", kind: str = "agreement", **fields):
    """A scan in an archive; the picture is a grey square."""
    out = io.BytesIO()
    Image.new("RGB", (8, 8), "grey").save(out, "JPEG")
    row = attachments.add(
        child=whom, by=by, organization=place, kind=kind, title=title, taken_on=None,
        picture=Picture(out.getvalue(), 8, 8), **fields,
    )  # fmt: skip
    return row


def pupil_count(
    school: Organization,
    pupils: int,
    *,
    term: str = "2025-1",
    counted_on: date = date(2025, 9, 20),
    rural: int | None = None,
) -> PupilCount:
    return PupilCount.objects.create(school=school, term=term, counted_on=counted_on, pupils=pupils, rural_pupils=rural)


def saved_filter(
    owner: User, place: Organization, *, name: str = "女生", query: str = "sex=2", shared: bool = False
) -> SavedFilter:
    return SavedFilter.objects.create(owner=owner, organization=place, name=name, query=query, shared=shared)


@dataclass(frozen=True)
class Cast:
    """Two counties. In the first, a town with two villages and two schools; in the second, a school and a village.

    `child` lives in `village` and goes to `school`; `sibling` is her younger brother; `neighbour` lives in the other
    village and goes to the other school; `foreigner` is in the other county. The mentor is paired with `child`.
    """

    county: Organization
    town: Organization
    village: Organization
    other_village: Organization
    school: Organization
    other_school: Organization
    bureau: Organization
    other_county: Organization
    foreign_school: Organization
    foreign_village: Organization
    officer: User
    caseworker: User
    clerk: User
    colleague: User
    mentor: User
    leader: User
    auditor: User
    system: User
    stranger: User
    idle: User
    child: Child
    sibling: Child
    neighbour: Child
    foreigner: Child
    mother: Relative
    grandmother: Relative
    foreign_father: Relative
    pairing: Pairing

    @property
    def people(self) -> dict[str, User]:
        """Everyone who can sign in, by the name they have here."""
        return {name: value for name, value in vars(self).items() if isinstance(value, User)}


def _person(username: str, place: Organization | None, role: str) -> User:
    person = user(username)
    if place is not None:
        posting(person, place, role)
    return person


def make_cast() -> Cast:
    county = organization("jiang", "county", name="江县")
    town = organization("shi", "town", parent=county, name="石镇")
    village = organization("longjing", "village", parent=town, name="龙井村")
    other_village = organization("baisha", "village", parent=town, name="白沙村")
    school = organization("shi-school", "school", parent=town, name="石镇小学")
    other_school = organization("baisha-school", "school", parent=town, name="白沙小学")
    bureau = organization("guangdian", "bureau", parent=county, name="广电局")
    other_county = organization("yun", "county", name="云县")
    foreign_school = organization("yun-school", "school", parent=other_county, name="云县小学")
    foreign_village = organization("yun-village", "village", parent=other_county, name="云村")
    mentor_user = _person("mei", bureau, Role.MENTOR)
    one = child(
        "张小雨", school=school, village=village, sex="2", born_on=date(2014, 3, 2), id_number="500117201403024325"
    )
    two = child("张小山", school=school, village=village, born_on=date(2016, 8, 9), grade="4")
    neighbour = child("李明", school=other_school, village=other_village)
    foreigner = child("单云飞", school=foreign_school, village=foreign_village)
    mother = relative(one, two, relation="52", name="王芳", phone="139 0000 1111")
    grandmother = relative(one, two, relation="62", name="陈桂英", phone="13700002222")
    foreign_father = relative(foreigner, relation="51", name="单父")
    absence(mother)
    entrustment(one, grandmother, reason="one")
    entrustment(two, grandmother, reason="one")
    the_mentor = mentor(bureau, person=mentor_user, name="梅老师")
    return Cast(
        county=county,
        town=town,
        village=village,
        other_village=other_village,
        school=school,
        other_school=other_school,
        bureau=bureau,
        other_county=other_county,
        foreign_school=foreign_school,
        foreign_village=foreign_village,
        officer=_person("ouyang", county, Role.ADMINISTRATOR),
        caseworker=_person("cun", village, Role.CASEWORKER),
        clerk=_person("xue", school, Role.SCHOOL_STAFF),
        colleague=_person("tong", other_school, Role.SCHOOL_STAFF),
        mentor=mentor_user,
        leader=_person("ling", county, Role.LEADER),
        auditor=_person("shen", county, Role.AUDITOR),
        system=_person("xi", county, Role.SYSTEM),
        stranger=_person("sheng", other_county, Role.ADMINISTRATOR),
        idle=_person("xian", None, ""),
        child=one,
        sibling=two,
        neighbour=neighbour,
        foreigner=foreigner,
        mother=mother,
        grandmother=grandmother,
        foreign_father=foreign_father,
        pairing=pairing(the_mentor, one),
    )
