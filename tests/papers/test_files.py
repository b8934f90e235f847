"""Papers as PDF files: let go like every other file, laid out without fetching anything, absent where they cannot be made."""

from __future__ import annotations

from datetime import date
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone, translation

from caseworks import access, pdf
from caseworks.codelists import FACET
from caseworks.leaving import keeper
from caseworks.leaving.recipes import recipe_of
from caseworks.models import AuditEvent, Export, ExportState
from caseworks.papers.kinds import PAPERS
from caseworks.stamps import new_stamp
from children.models import Child, Facet, GrowthEntry, Hardship, Survey
from tests import factories
from tests.pdf import needs_pdf, pages_of, text_of

pytestmark = pytest.mark.django_db
PHONE = "13812345678"


@pytest.fixture(autouse=True)
def _own_vault(settings, tmp_path):
    settings.VAULT = str(tmp_path / "vault")


@pytest.fixture
def child(cast):
    child = factories.child("欧阳阿卜杜", school=cast.school, village=cast.village)
    factories.relative(child, relation="51", name="周父亲", phone=PHONE)
    carer = factories.relative(child, relation="62", name="王祖母")
    factories.entrustment(child, carer, from_on=date(2025, 3, 1), term_until_on=date(2027, 3, 1))
    return child


def plan_of(cast, person=None, **asked):
    with access.scope(person or cast.clerk):
        return recipe_of("papers.pdf").plan(
            {"query": "", "show": "work", **asked}, (person or cast.clerk).postings.get(), date(2026, 11, 23)
        )


def made(cast, **asked) -> bytes:
    plan = plan_of(cast, **asked)
    with access.scope(cast.clerk), translation.override("zh-hans"):
        return plan.write(new_stamp("ABCDEFGHJK")).read()


@needs_pdf
@pytest.mark.parametrize("key", PAPERS)
def test_every_paper_can_be_a_file_with_the_mark_of_the_export(key, cast, child):
    content = made(cast, paper=key, query=f"codes={child.code}")
    text = text_of(content)
    assert child.name in text
    assert "ABCDEFGHJK" in text
    assert cast.clerk.name in text
    assert PHONE not in text
    assert pages_of(content) <= 2


@pytest.fixture
def crowded(cast, child):
    """A child about whom much is on record, in long words: a name of the west, four grandparents, six facets."""
    with access.everyone("test"):
        Child.objects.filter(pk=child.pk).update(name="阿卜杜热西提·买买提艾力·吐尔逊")
        child.refresh_from_db()
    for relation in ("52", "61", "63", "64"):
        factories.absence(
            factories.relative(
                child, relation=relation, name="帕提古丽·阿卜杜热合曼", phone="13700001111", born_year=1955
            )
        )
    for facet in FACET:
        factories.fact(Facet, child, by=cast.clerk, facet=facet.code, text="很长的一段话" * 60)
    for number in range(5):
        factories.fact(GrowthEntry, child, by=cast.clerk, kind="award", text=f"{number}参加了活动" * 60)
        factories.contact(child, by=cast.clerk, place=cast.school, concern="help")
        factories.relative(factories.child(f"买买提江·吐尔逊·艾力{number}", school=cast.school), child, relation="61")
    for kind in ("poor", "other"):
        factories.fact(Hardship, child, by=cast.clerk, kind=kind)
    factories.fact(Survey, child, by=cast.clerk, study="good", need="想" * 250)
    return child


@needs_pdf
def test_a_crowded_archive_is_front_and_back_of_one_sheet(cast, crowded):
    content = made(cast, paper="archive", show="full", query=f"codes={crowded.code}")
    assert "帕提古丽" in text_of(content)
    assert pages_of(content) == 2


@needs_pdf
def test_cards_stand_eight_to_a_page_without_an_id_number(cast, child):
    for number in range(8):
        factories.child(f"周{number}", school=cast.school)
    content = made(cast, paper="card", show="full")
    everyone = plan_of(cast, paper="card", show="full").rows
    assert pages_of(content) == -(-everyone // 8)
    text = text_of(content)
    assert PHONE in text
    assert child.id_number not in text


def test_what_is_shown_in_full_needs_a_second_person_and_leaves_a_trace_for_each_child(cast, child):
    full = plan_of(cast, paper="card", show="full", query=f"codes={child.code}")
    assert full.reasons
    assert not plan_of(cast, paper="card", query=f"codes={child.code}").reasons


@pytest.mark.parametrize(
    "asked",
    [
        {"paper": "poster"},
        {"paper": "card", "show": "display"},
        {"paper": "card", "query": "nonsense=1"},
        {"paper": "card", "query": "codes=NOSUCHCODE"},
    ],
)
def test_what_makes_no_sense_is_refused(asked, cast):
    with pytest.raises(ValidationError):
        plan_of(cast, **asked)


def test_children_out_of_reach_are_not_in_it(cast):
    with pytest.raises(ValidationError):
        plan_of(cast, paper="card", query=f"codes={cast.foreigner.code}")


@needs_pdf
def test_it_is_made_beside_the_work_and_fetched_once(cast, child, sign_in):
    client = sign_in(cast.clerk)
    chosen = client.get(reverse("papers:choose_one", args=[child.code])).content.decode()
    assert "kind=papers.pdf" in chosen
    address = f"{reverse('leaving:ask')}?kind=papers.pdf&paper=card&show=work&query=codes%3D{child.code}"
    assert client.get(address).status_code == 200
    client.post(address, {"zipped": ""})
    export = Export.objects.get()
    assert (export.state, export.rows) == (ExportState.APPROVED, 1)  # not while somebody waits for the page
    keeper.work_off(timezone.now())
    fetch = reverse("leaving:fetch", args=[export.code])
    answer = client.post(fetch)
    assert answer["Content-Type"] == "application/pdf"
    assert b"".join(answer.streaming_content).startswith(b"%PDF-")
    assert client.post(fetch).status_code == 410
    noted = AuditEvent.objects.get(action="child.exported")
    assert (noted.object_id, noted.changes["export"]) == (child.pk, export.code)


@needs_pdf
def test_nothing_is_fetched_while_a_page_is_laid_out(tmp_path):
    """Neither from an address nor from a file, whatever stands in the page."""
    asked: list[str] = []

    class Listener(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

    server = HTTPServer(("127.0.0.1", 0), Listener)
    Thread(target=server.serve_forever, daemon=True).start()
    here, secret = f"http://127.0.0.1:{server.server_port}", tmp_path / "secret.txt"
    secret.write_text("SECRET")
    page = f"""<link rel="stylesheet" href="{here}/style.css"><link rel="attachment" href="file://{secret}">
      <style>@import "{here}/import.css"; @font-face {{ font-family: x; src: url({here}/font) }} p {{ background: url({here}/back); font-family: x }}</style>
      <p>a<img src="{here}/picture.png"><object data="file://{secret}"></object><img src="{secret}"><a href="x" rel="attachment">b</a>
      <svg xmlns="http://www.w3.org/2000/svg"><image href="{here}/svg.png"/></svg></p>"""
    content = pdf.pdf_of([page], "css/pdf.css").read()
    server.shutdown()
    assert asked == []
    assert b"SECRET" not in content
    assert b"EmbeddedFile" not in content


@needs_pdf
def test_a_name_that_looks_like_markup_is_a_name(cast):
    name = '<img src="http://127.0.0.1:9/x">·尼'
    wild = factories.child(name, school=cast.school)
    assert "<img src" in text_of(made(cast, paper="card", query=f"codes={wild.code}"))


def test_without_pango_no_button_and_no_file(cast, child, sign_in, monkeypatch):
    monkeypatch.setattr(pdf, "available", lambda: False)
    client = sign_in(cast.clerk)
    assert "papers.pdf" not in client.get(reverse("papers:choose_one", args=[child.code])).content.decode()
    address = f"{reverse('leaving:ask')}?kind=papers.pdf&paper=card&query=codes%3D{child.code}"
    assert client.get(address).status_code == 403


def test_the_children_ticked_in_the_list_are_printed(cast, child, sign_in):
    client = sign_in(cast.clerk)
    way = client.post(reverse("papers:ticked"), {"code": [child.code, cast.child.code, cast.foreigner.code]})[
        "Location"
    ]
    chosen = client.get(way).content.decode()
    assert "2" in chosen
    printed = client.get(
        way.replace(reverse("papers:choose"), reverse("papers:many", args=["roster"]))
    ).content.decode()
    assert child.name in printed
    assert cast.child.name in printed
    assert cast.sibling.name not in printed
    assert cast.foreigner.name not in printed
    everyone = client.post(reverse("papers:ticked"), {"code": [child.code], "all": "1", "query": "grade=5"})["Location"]
    assert everyone == f"{reverse('papers:choose')}?grade=5"
    assert client.post(reverse("papers:ticked"), {"query": "grade=5"})["Location"].endswith("/children/?grade=5")
