"""Two counties side by side, each with its own bird in every text it holds. Whoever works in one reads every page,
list, file and error they can reach, and every address the other county knows: the other bird must never be heard."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from html import unescape
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from django.apps import apps
from django.db import models
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from caseworks import access, audit
from caseworks.checks import all_urls
from caseworks.codelists import CodeField
from caseworks.encryption import SealedField
from caseworks.exchange.models import ColumnChoice, ImportBatch, RosterFrame, StagedRow, State
from caseworks.models import Export, Organization, Session, User
from children.models import (
    Boarding,
    ClassTeacher,
    Disability,
    Facet,
    GrowthEntry,
    GuardianshipRating,
    Hardship,
    HealthCheck,
    Illness,
    Need,
    SavedFilter,
    Schooling,
    Survey,
    TermRecord,
)
from tests import factories
from tests.rights import make as rights

pytestmark = [pytest.mark.django_db, pytest.mark.thorough]

HERE, THERE = "白鹭", "玄凤"
PAGES_AT_MOST = 1000
QUERIES_PER_ADDRESS = 3

# Texts that nobody writes freely: codes, paths, keys of lists, what is derived from other fields.
NOT_FREE = {
    "Attachment": {"code", "proves_code", "sha256", "file_name", "file_key"},
    "AuditEvent": {"path", "action", "kind"},
    "Counted": {"kind", "question", "reach"},
    "Export": {"code", "path", "recipe", "approver_roles", "state", "file_name", "file_key", "sha256"},
    "Organization": {"code", "path", "gb_code"},
    "User": {"password", "username"},
    "Session": {"session_key", "session_data"},
    "SecondFactor": {"name", "seed"},
    "RecoveryCode": {"mark", "digest"},
    "FormerPassword": {"digest"},
    "KeyCheck": {"purpose"},
    "Submission": {"location"},
    "Child": {"code", "id_number", "id_faults", "name_order", "search_text"},
    **{
        model: {"code"}
        for model in (
            "Facet",
            "Survey",
            "GrowthEntry",
            "Hardship",
            "Need",
            "Relief",
            "Livelihood",
            "Schooling",
            "GuardianshipRating",
            "Disability",
            "Illness",
            "Boarding",
            "HealthCheck",
            "Absence",
            "Entrustment",
        )
    },
    "TermRecord": {"code", "term"},
    "PupilCount": {"term"},
    "NameWord": {"word"},
    "Handover": {"code", "via", "from_path", "to_path", "proposed_path"},
    "Grant": {"code"},
    "Promotion": {"code"},
    "Merge": {"code", "before"},
    "Reach": {"path", "via"},
    "SavedFilter": {"code", "query"},
    "Residence": {"code"},
    "Relative": {"code", "id_number", "phone"},
    "Contact": {"code"},
    "Mentor": {"code", "phone"},
    "ContactRule": {"code"},
    "ImportBatch": {"code", "sha256", "state", "then"},
    "RosterPiece": {"content"},  # a piece of a file, which nobody reads before it is rows
    "StagedRow": {"verdict", "decision", "lacks"},
    "ColumnChoice": {"field"},
    "AuditArchive": {"file_name", "sha256"},
    "Consent": {"code", "rules_version"},
    "RightsRequest": {"code"},
    "Erasure": {"code", "request_code"},
}


def free_texts() -> Iterator[tuple[type[models.Model], str]]:
    """Every text field of every model of ours in which somebody writes."""
    for model in apps.get_models():
        if model.__module__.split(".")[0] not in {"caseworks", "children", "guardians", "visits"}:
            continue
        for column in model._meta.concrete_fields:
            free = isinstance(column, models.CharField | models.TextField | SealedField) and not isinstance(
                column, CodeField
            )
            if free and column.name not in NOT_FREE.get(model.__name__, ()):
                yield model, column.name


@dataclass(frozen=True)
class County:
    """What one county has: its bird, places, people, and the numbers that must not be seen elsewhere either."""

    bird: str
    clerk: User
    phone: str
    id_number: str
    codes: tuple[str, ...]


def seed(bird: str, phone: str, *, school: Organization, village: Organization, clerk: User, born_on: date) -> County:
    """Fill a county: one of everything, the bird in every text."""
    child = factories.child(
        f"{bird}儿", school=school, village=village, born_on=born_on, class_name=f"{bird}班", address=f"{bird}路",
        registered_at=f"{bird}派出所", notes=f"{bird}备注",
    )  # fmt: skip
    with access.everyone("test data"):
        child.enrolments.update(student_number=f"{bird}号")
    ClassTeacher.objects.create(school=school, year=2026, grade="5", class_name=f"{bird}班", name=f"{bird}老师")
    factories.age_step(child, by=clerk, note=f"{bird}谈过")
    father = factories.relative(child, relation="51", name=f"{bird}父", phone=phone, address=f"{bird}宅")
    factories.absence(
        father,
        place=f"广东省{bird}",
        employer=f"{bird}厂",
        employer_phone=f"{bird}总机",
        employer_address=f"{bird}大道",
    )
    factories.situation(father, kind="ill", paper=f"{bird}诊断")
    factories.entrustment(
        child, factories.relative(child, relation="62", name=f"{bird}婆", phone=phone, work=f"{bird}种地"),
        child_said=f"{bird}愿意", school_witness=f"{bird}师", village_witness=f"{bird}主任",
    )  # fmt: skip
    for model, values in (
        (Facet, {"facet": "study", "text": f"{bird}爱读书"}),
        (Survey, {"study": "good", "sentence": f"{bird}还好", "need": f"{bird}书包"}),
        (GrowthEntry, {"kind": "award", "text": f"{bird}奖状", "visible_to": "mentors"}),
        (TermRecord, {"term": "2026-1", "school": school, "comment": f"{bird}评语"}),
        (Hardship, {"kind": "poor", "note": f"{bird}欠债"}),
        (Need, {"kind": "medical", "state": "unmet", "plan": f"{bird}打算"}),
        (Schooling, {"kind": "vocational", "note": f"{bird}缘故"}),
        (GuardianshipRating, {"rating": "good", "assessed_by": f"{bird}评", "note": f"{bird}说明"}),
        (Disability, {"kind": "4", "certificate": f"{bird}证"}),
        (Illness, {"kind": "other", "name": f"{bird}病"}),
        (
            Boarding,
            {
                name: f"{bird}{word}"
                for name, word in zip(("dormitory", "room", "bed", "seat"), "楼室床座", strict=True)
            },
        ),
        (HealthCheck, {"hospital": f"{bird}医院", "finding": f"{bird}发现"}),
    ):
        factories.fact(model, child, by=clerk, **values)
    factories.declaration(child, "2", school)
    mentor = factories.mentor(school, name=f"{bird}师", phone=phone)
    factories.pairing(mentor, child)
    contact = factories.contact(
        child, by=clerk, place=school, note=f"{bird}谈话", met=(("father", father),), held_on=date(2026, 11, 2)
    )
    rights.consent(child, by=clerk, relative=father)
    request = rights.granted(
        child, by=clerk, office=school, asker_name=f"{bird}律师", words=f"{bird}要求", reason=f"{bird}理由"
    )
    factories.handover(child, school, village, by=clerk, note=f"{bird}转学", answer=f"{bird}答复")
    factories.grant(child, school, clerk, words=f"{bird}危险")
    factories.merge(child, by=clerk)
    factories.promotion(school, clerk, child)
    factories.contact_rule(school, "school_staff")
    factories.pupil_count(school, 321)
    batch = ImportBatch.objects.create(
        organization=school, by=clerk, file_name=f"{bird}名册.xlsx", sha256="0" * 64, roster_on=date(2026, 9, 1),
        state=State.PREVIEWED, mapping={f"{bird}列": ""}, counts={"refused": 1, "problems": 1},
        layout={"sheets": [{"name": f"{bird}表", "headings": [f"{bird}列"], "passed_over": []}]},
    )  # fmt: skip
    StagedRow.objects.create(
        batch=batch, position=1, sheet=0, number=2, cells=[f"{bird}格"], name=f"{bird}行", verdict="refused",
        flawed=True, work=f'["{bird}"]', problems=[["name_formula", 0, {"value": f"{bird}错"}]], changes=[["name", "", f"{bird}改"]],
    )  # fmt: skip
    RosterFrame.objects.create(
        batch=batch, content={"kind": "csv", "encoding": "utf-8", "delimiter": ",", "newline": "\n", "head": [[f"{bird}题"], [f"{bird}列"]]},
    )  # fmt: skip
    ColumnChoice.objects.create(organization=school, heading=f"{bird}列")
    SavedFilter.objects.create(owner=clerk, organization=school, name=f"{bird}组", query="sex=2", shared=True)
    Session.objects.create(
        session_key=bird, user=clerk, agent=f"{bird}浏览器", started_at=timezone.now(), used_at=timezone.now(),
        expire_date=timezone.now() + timedelta(minutes=30),
    )  # fmt: skip
    with access.scope(clerk):
        audit.record("child.opened", child, reason=f"{bird}原因", changes={"name": ["", f"{bird}*"]})
    factories.attachment(child, by=clerk, place=school, title=f"{bird}协议")
    factories.export(clerk, school, recipe="children.list", asked={"query": f"q={bird}"}, note=f"{bird}说明")
    Export.objects.filter(by=clerk).update(title=f"{bird}名单.xlsx", purpose=f"{bird}用途")
    codes = (child.code, father.code, mentor.code, contact.code, batch.code, request.code)
    return County(bird, clerk, phone, child.id_number, codes)


@pytest.fixture
def counties(cast) -> tuple[County, County]:
    foreign_clerk = factories.user("yunclerk")
    factories.posting(foreign_clerk, cast.foreign_school, "school_staff")
    for bird, root in ((HERE, cast.county), (THERE, cast.other_county)):
        below = Organization.objects.under(root)
        for place in below:
            Organization.objects.filter(pk=place.pk).update(name=f"{bird}{place.name}")
        User.objects.filter(postings__organization__in=below).update(name=f"{bird}人")
    cast.clerk.refresh_from_db()
    foreign_clerk.refresh_from_db()
    here = seed(
        HERE, "13811112222", school=cast.school, village=cast.village, clerk=cast.clerk, born_on=date(2015, 5, 6)
    )
    there = seed(
        THERE, "13987654321", school=cast.foreign_school, village=cast.foreign_village, clerk=foreign_clerk,
        born_on=date(2013, 7, 19),
    )  # fmt: skip
    factories.pairing(cast.pairing.mentor, _child_of(here))
    return here, there


def _child_of(county: County) -> Any:
    with access.everyone("test data"):
        return apps.get_model("children", "Child").objects.get(code=county.codes[0])


def test_there_is_a_bird_in_every_text(counties):
    with access.everyone("test"):
        silent = [
            f"{model.__name__}.{name} {bird}"
            for model, name in free_texts()
            for bird in (HERE, THERE)
            if not any(bird in str(getattr(row, name)) for row in model._default_manager.all())
        ]
    assert silent == []


# --- Reading everything -----------------------------------------------------------------------------------------------

_LINK = re.compile(r"""(?:href|action|hx-get|formaction)=["']([^"'#]+)""")


@dataclass
class Walk:
    """What one person read: address → everything that came back, in words."""

    read: dict[str, str] = field(default_factory=dict)
    statuses: dict[str, int] = field(default_factory=dict)

    def hears(self, word: str) -> list[str]:
        return sorted(address for address, text in self.read.items() if word in text)


def words_of(response: Any) -> str:
    """Everything an answer says: headers, page, and the inside of a workbook or document."""
    headers = " ".join(f"{name}: {unquote(value)}" for name, value in response.items())
    body = b"".join(response.streaming_content) if response.streaming else response.content
    if body[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(body)) as package:
            inside = " ".join(package.read(name).decode("utf-8", "replace") for name in package.namelist())
        return headers + inside
    return headers + body.decode("utf-8", "replace")


def doors() -> list[str]:
    """Every address that needs to know nothing, and the questions that lists are asked."""
    found = []
    for name, pattern in all_urls():
        if "GET" in pattern.callback.rule.methods:
            try:
                found.append(reverse(name))
            except NoReverseMatch:
                continue
    lists = [address for address in found if not any(word in address for word in ("new", "add", "port"))]
    asked = [f"{address}?q={word}" for address in lists for word in ("玄", "xuan")]
    suggestions = [
        f"{reverse('admin:autocomplete')}?app_label=visits&model_name=mentor&field_name={name}&term="
        for name in ("organization", "user")
    ]
    reports = [f"{reverse('reports:annual')}?organization={code}&year=2026" for code in ("yun", "yun-school", "jiang")]
    return [*found, *asked, *suggestions, *reports]


def walk(person: User, more: list[str]) -> Walk:
    """Read every address one can get to, from the doors on, and the given ones."""
    client, seen = Client(raise_request_exception=True), Walk()
    client.force_login(person)
    waiting, per_address = [*doors(), *more], {}
    while waiting and len(seen.read) < PAGES_AT_MOST:
        address = waiting.pop(0)
        path = urlsplit(address).path
        if address in seen.read or path.startswith("/static/"):
            continue
        per_address[path] = per_address.get(path, 0) + 1
        if per_address[path] > QUERIES_PER_ADDRESS + 8 * (address in more):
            continue
        response = client.get(address)
        seen.read[address], seen.statuses[address] = words_of(response), response.status_code
        if response.status_code in (301, 302):
            waiting.append(urljoin(address, response["Location"]))
        elif "text/html" in response.get("Content-Type", ""):
            links = [urljoin(address, unescape(link)) for link in _LINK.findall(seen.read[address])]
            waiting += [link for link in links if link.startswith("/") and not link.startswith("//")]
    return seen


ROLES = ("officer", "caseworker", "clerk", "colleague", "mentor", "leader", "auditor", "system")


# where each is heard at least, at home
CAN_SING = {
    "officer": ("children:list", "visits:contacts", "admin:caseworks_user_changelist", "admin:visits_mentor_export"),
    "clerk": ("children:list", "children:export", "visits:contacts_export", "exchange:imports"),
    "caseworker": ("children:list", "visits:contacts"),
    "mentor": ("children:list",),
    "auditor": ("admin:caseworks_auditevent_changelist",),
    "system": ("admin:caseworks_organization_changelist",),
}
READ_ARCHIVES = {"officer", "clerk", "caseworker", "mentor"}


def test_nobody_hears_the_bird_of_the_other_county(cast, counties):
    """One's own is heard, in pages and in files, and so is the archive behind a link: the walks get everywhere."""
    here, there = counties
    at_home = walk(there.clerk, [])
    assert at_home.hears(THERE)
    assert not at_home.hears(HERE)
    theirs = sorted({*walk(cast.stranger, []).read, *at_home.read})
    assert all(any(code in address for address in theirs) for code in (there.codes[0], *there.codes[3:]))
    leaks, broken, silent = {}, {}, []
    for who in ROLES:
        mine = walk(getattr(cast, who), theirs)
        assert len(mine.read) < PAGES_AT_MOST
        broken |= {f"{who} {address}": status for address, status in mine.statuses.items() if status >= 500}
        for word in (THERE, there.phone, there.id_number):
            leaks |= {f"{who} {address}": word for address in mine.hears(word)}
        heard = {urlsplit(address).path for address in mine.hears(HERE)}
        at_least = [reverse(name) for name in CAN_SING.get(who, ())]
        if who in READ_ARCHIVES:
            at_least.append(f"/children/{here.codes[0]}/")
        silent += [f"{who} {path}" for path in at_least if path not in heard]
    assert leaks == {}
    assert broken == {}
    assert silent == []


# --- Numbers ----------------------------------------------------------------------------------------------------------

_NUMBER = re.compile(r"(?<![0-9A-Za-z])(?:1[3-9]\d{9}|\d{17}[\dXx])(?![0-9A-Za-z])")
_TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)
_KEPT_HEADERS = re.compile(r"(?:Location|Set-Cookie|Content-Disposition): \S+")


def numbers_that_stay(address: str, text: str) -> list[str]:
    """ID numbers and telephones where a browser, a proxy or a neighbour's eye keeps them: the address, links, the
    title, headers."""
    places = [unquote(address), *map(unquote, _LINK.findall(text)), *_TITLE.findall(text), *_KEPT_HEADERS.findall(text)]
    return [place for place in places if _NUMBER.search(place)]


@pytest.mark.parametrize("who", ["clerk", "mentor"])
def test_no_number_of_anybody_stands_where_it_stays(who, cast, counties, caplog):
    here, _there = counties
    caplog.set_level("INFO")
    mine = walk(getattr(cast, who), [])
    client = Client()
    client.force_login(getattr(cast, who))
    for typed in (here.id_number, here.id_number[:17], here.phone, f" {here.phone} "):
        for answer in (
            client.post(reverse("children:search"), {"q": typed}),
            client.post(reverse("children:search"), {"q": typed}, headers={"HX-Request": "true"}),
        ):
            mine.read[f"search {len(mine.read)}"] = words_of(answer)
    found = {address: kept for address, text in mine.read.items() if (kept := numbers_that_stay(address, text))}
    assert found == {}
    assert not _NUMBER.search(caplog.text)
    assert len(mine.read) > 20


def test_a_number_that_stays_is_noticed():
    assert numbers_that_stay("/x/?q=13811112222", "")
    assert numbers_that_stay("/x/", '<a href="tel:13811112222">')
    assert numbers_that_stay("/x/", "<title>500117201403024325</title>")
    assert not numbers_that_stay("/x/", "<p>13811112222</p>")
