"""Photographs and scans: what is kept of them, who sees them, and what is refused."""

from __future__ import annotations

import html
import io
import re
import struct
import zlib
from datetime import date

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from caseworks import access, codelists, uploads, vault
from caseworks.models import AuditEvent
from children import actions as archives
from children.attachments import actions, proofs
from children.attachments.proofs import PROOFS, Proof
from children.models import Attachment, Child
from guardians.duplicates import actions as merging
from guardians.models import Merge
from tests import factories
from tests.rights import make as rights

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_vault(settings, tmp_path):
    settings.VAULT = str(tmp_path / "vault")


def picture(kind: str = "JPEG", size=(60, 40), mode="RGB", **options) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, "red" if mode == "RGB" else None).save(out, kind, **options)
    return out.getvalue()


def with_secrets() -> bytes:
    """A photograph that says where it was taken, with a comment, turned on its side, and with a program behind it."""
    plain = Image.new("RGB", (60, 40), "red")
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x010F] = "SECRETPHONE"
    exif.get_ifd(0x8825)[2] = (29.0, 17.0, 9.0)
    out = io.BytesIO()
    plain.save(out, "JPEG", exif=exif, comment=b"SECRETCOMMENT")
    return out.getvalue() + b"<?php SECRETTAIL ?>"


def received(content: bytes, side: int = 1600) -> uploads.Picture:
    return uploads.received(io.BytesIO(content), size=len(content), side=side)


@pytest.mark.parametrize(
    "content",
    [
        picture(),
        picture("PNG"),
        picture("WEBP"),
        picture("PNG", mode="RGBA"),
        picture("PNG", mode="P"),
        picture("PNG", mode="L"),
    ],
)
def test_pictures_become_plain_jpegs(content):
    kept = received(content)
    image = Image.open(io.BytesIO(kept.content))
    assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (60, 40))


def test_nothing_but_the_picture_is_kept():
    raw = with_secrets()
    assert b"SECRETPHONE" in raw
    assert b"SECRETCOMMENT" in raw
    kept = received(raw)
    image = Image.open(io.BytesIO(kept.content))
    assert not image.getexif()
    assert "comment" not in image.info
    assert b"SECRET" not in kept.content
    assert image.size == (40, 60)  # turned upright before the note about it was dropped


def test_a_large_picture_is_made_smaller():
    assert received(picture(size=(4000, 1000)), side=1600).width == 1600


def _png_that_claims(width: int, height: int) -> bytes:
    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 999)) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "empty"),
        (b"x" * (uploads.MOST_BYTES + 1), "too_big"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "no_picture"),
        (picture("GIF"), "no_picture"),
        (b"%PDF-1.7 ...", "no_picture"),
        (picture()[:200], "no_picture"),
        (picture("TIFF"), "no_picture"),
        (b"MZ\x90\x00", "no_picture"),
        (_png_that_claims(30_000, 30_000), "no_picture"),
        (_png_that_claims(8_000, 6_000), "pixels"),
        (_png_that_claims(100, 100), "no_picture"),
    ],
)
def test_what_is_no_picture_is_refused(content, why):
    with pytest.raises(uploads.UploadError) as refusal:
        received(content)
    assert refusal.value.code == why


# --- The scanner ---------------------------------------------------------------------------------------------------------------


def finds_eicar(file) -> str:
    return "EICAR" if b"EICAR" in file.read() else ""


def is_down(file) -> str:
    raise ConnectionRefusedError


def test_what_the_scanner_finds_is_refused(settings):
    settings.UPLOAD_SCANNER = "tests.children.test_attachments.finds_eicar"
    assert not received(picture()).held
    with pytest.raises(uploads.UploadError, match="杀毒"):
        received(picture() + b"EICAR")


def test_a_scanner_that_is_down_holds_the_picture(cast, client, settings):
    settings.UPLOAD_SCANNER = "tests.children.test_attachments.is_down"
    client.force_login(cast.clerk)
    client.post(reverse("children:attach", args=[cast.child.code]), _form())
    with access.scope(cast.clerk):
        row = Attachment.objects.get()
    assert row.held
    see = reverse("children:attachment", args=[cast.child.code, row.code])
    assert client.get(see).status_code == 409
    client.post(reverse("children:attachment_scan", args=[cast.child.code, row.code]))
    assert client.get(see).status_code == 409
    settings.UPLOAD_SCANNER = "tests.children.test_attachments.finds_eicar"
    client.post(reverse("children:attachment_scan", args=[cast.child.code, row.code]))
    assert client.get(see).status_code == 200


# --- In the archive ------------------------------------------------------------------------------------------------------------


def _form(content: bytes | None = None, name: str = "a.jpg", **more) -> dict:
    file = SimpleUploadedFile(name, with_secrets() if content is None else content, "image/jpeg")
    return {"picture": file, "kind": "agreement", "title": "委托协议", "taken_on": "2026-09-01", **more}


@pytest.mark.parametrize("name", ["a.jpg", "../../x.py", 'a";b.jpg', "长" * 300 + ".jpg", "gpj\u202e.exe"])
def test_added_seen_and_removed(cast, client, name):
    client.force_login(cast.clerk)
    answer = client.post(reverse("children:attach", args=[cast.child.code]), _form(name=name))
    assert answer["Location"] == f"{cast.child.get_absolute_url()}#attachments"
    with access.scope(cast.clerk):
        row = Attachment.objects.get()
    assert "委托协议" in client.get(cast.child.get_absolute_url()).content.decode()
    response = client.get(reverse("children:attachment", args=[cast.child.code, row.code]))
    shown = b"".join(response.streaming_content)
    assert Image.open(io.BytesIO(shown)).format == "JPEG"
    assert response["Content-Type"] == "image/jpeg"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]
    assert "no-store" in response["Cache-Control"]
    [file] = vault.folder(actions.SHELF).iterdir()
    assert file.name == row.file_name
    assert not file.read_bytes().startswith(b"\xff\xd8")
    client.post(reverse("children:attachment_remove", args=[cast.child.code, row.code]))
    with access.scope(cast.clerk):
        assert not Attachment.objects.exists()
    verbs = AuditEvent.objects.filter(object_id=row.pk).order_by("id").values_list("action", flat=True)
    assert list(verbs) == ["attachment.added", "attachment.viewed", "attachment.removed"]


# --- What a scan belongs to ----------------------------------------------------------------------------------------------------


def _record_to_prove(cast, proof: Proof) -> str:
    """Makes a record of the child that a paper of this kind belongs to, and returns its code."""
    if not proof.model:
        archives.close(child=Child.objects.get(pk=cast.child.pk), by=cast.clerk, on=date(2026, 9, 1), reason="moved")
        return "20260901"
    if proof.model == "rights.Consent":
        return rights.consent(cast.child, by=cast.clerk).code
    if proof.model == "guardians.Entrustment":
        return factories.entrustment(cast.child, cast.grandmother, agreement_signed_on=date(2026, 9, 1)).code
    values = {"check": {"result": "normal"}, "relief": {"kind": "allowance"}, "disability": {"kind": "4"}}[proof.key]
    return factories.fact(apps.get_model(proof.model), cast.child, by=cast.clerk, **values).code


def test_everything_that_can_be_proved_is_in_the_code_list():
    assert list(PROOFS) == [code.code for code in codelists.PROOF]


@pytest.mark.parametrize("key", PROOFS)
def test_a_scan_stands_beside_what_it_proves(key, cast, sign_in):
    with access.scope(cast.clerk):
        code = _record_to_prove(cast, PROOFS[key])
    client, archive = sign_in(cast.clerk), cast.child.get_absolute_url()
    ways = re.findall(r'href="([^"]+for=[^"]+)"', client.get(archive).content.decode())
    [way] = [html.unescape(each) for each in ways if f"for={key}&amp;of={code}" in each]
    form = client.get(way).content.decode()
    assert 'name="kind"' not in form
    assert codelists.PROOF.label(key) in form
    assert client.post(way, {"camera": _form()["picture"]})["Location"] == f"{archive}#{PROOFS[key].anchor}"
    assert f'id="{PROOFS[key].anchor}"' in client.get(archive).content.decode()
    with access.scope(cast.clerk):
        row = Attachment.objects.get()
        [shown] = proofs.by_record(cast.child.attachments.all())[key, code]
    assert (row.proves, row.proves_code, row.kind) == (key, code, PROOFS[key].kind)
    assert shown == row
    assert reverse("children:attachment", args=[cast.child.code, row.code]) in client.get(archive).content.decode()
    assert AuditEvent.objects.get(action="attachment.added").changes["of"] == code


def test_without_a_code_it_is_the_latest_record_of_its_kind(cast, sign_in):
    first, last = (
        factories.entrustment(cast.child, cast.grandmother, until_on=day) for day in (date(2025, 9, 1), None)
    )
    client = sign_in(cast.clerk)
    client.post(f"{reverse('children:attach', args=[cast.child.code])}?for=agreement", _form())
    with access.scope(cast.clerk):
        assert Attachment.objects.get().proves_code == last.code != first.code


@pytest.mark.parametrize("wrong", ["for=poster", "for=relief", "for=agreement&of=NOSUCHCODE", "for=check", "for=exit"])
def test_what_is_not_in_the_archive_cannot_be_proved(wrong, cast, sign_in):
    factories.entrustment(cast.sibling, cast.grandmother)
    address = f"{reverse('children:attach', args=[cast.child.code])}?{wrong}"
    assert sign_in(cast.clerk).post(address, _form()).status_code == 404


def test_a_scan_of_what_somebody_took_back_meanwhile_is_refused(cast):
    with access.scope(cast.clerk), pytest.raises(ValidationError, match="档案"):
        factories.attachment(cast.child, by=cast.clerk, place=cast.school, proves="check", proves_code="GONE")
    assert list(vault.folder(actions.SHELF).iterdir()) == []


def test_a_scan_goes_with_its_record_when_archives_are_merged_and_comes_back(cast):
    twin = factories.child("张小雨", village=cast.village, sex="2", born_on=cast.child.born_on, id_number="")
    care = factories.entrustment(twin, factories.relative(twin, relation="62", name="奶奶"))
    scan = factories.attachment(twin, by=cast.caseworker, place=cast.village, proves="agreement", proves_code=care.code)
    with access.scope(cast.caseworker, today=date(2026, 11, 23)):
        merge = merging.merge(
            keep=Child.objects.get(pk=cast.child.pk), absorb=Child.objects.get(pk=twin.pk), by=cast.caseworker
        )
        assert proofs.by_record(cast.child.attachments.all())["agreement", care.code] == [scan]
        assert care.code in PROOFS["agreement"].days(cast.child)
        merging.undo(merge=Merge.objects.get(pk=merge.pk), by=cast.caseworker)
        assert proofs.by_record(twin.attachments.all())["agreement", care.code] == [scan]


def test_the_file_goes_with_the_row(cast, client, django_capture_on_commit_callbacks):
    row = factories.attachment(cast.child, by=cast.clerk, place=cast.school)
    with access.scope(cast.clerk), django_capture_on_commit_callbacks(execute=True):
        actions.remove(attachment=row, by=cast.clerk)
    assert list(vault.folder(actions.SHELF).iterdir()) == []


def test_a_row_that_fails_leaves_no_file(cast, monkeypatch):
    monkeypatch.setattr(actions, "_added", lambda **_fields: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        factories.attachment(cast.child, by=cast.clerk, place=cast.school)
    assert list(vault.folder(actions.SHELF).iterdir()) == []


def test_an_office_and_an_archive_have_room_for_so_much(cast, settings, monkeypatch):
    monkeypatch.setattr(actions, "MOST_PER_CHILD", 1)
    factories.attachment(cast.child, by=cast.clerk, place=cast.school)
    with pytest.raises(ValidationError, match="移除不再需要"):
        factories.attachment(cast.child, by=cast.clerk, place=cast.school)
    settings.UPLOAD_QUOTA_MB = 0
    with pytest.raises(ValidationError, match="已用完"):
        factories.attachment(cast.sibling, by=cast.clerk, place=cast.school)


def test_a_lost_file_is_not_found(cast, sign_in):
    row = factories.attachment(cast.child, by=cast.clerk, place=cast.school)
    vault.remove(actions.SHELF, row.file_name)
    assert sign_in(cast.clerk).get(reverse("children:attachment", args=[cast.child.code, row.code])).status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [{"kind": "x"}, {"taken_on": "2999-01-01"}, {"picture": SimpleUploadedFile("a.pdf", b"%PDF")}, {"picture": ""}],
)
def test_what_is_wrong_is_said_and_nothing_kept(cast, sign_in, wrong):
    answer = sign_in(cast.clerk).post(reverse("children:attach", args=[cast.child.code]), {**_form(), **wrong})
    assert answer.status_code == 200
    assert "请先改正" in answer.content.decode() or "error-summary" in answer.content.decode()
    with access.scope(cast.clerk):
        assert not Attachment.objects.exists()


def test_the_number_of_queries_does_not_grow_with_the_pictures(cast, sign_in, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client, counted = sign_in(cast.clerk), []
    for _round in range(2):
        factories.attachment(cast.child, by=cast.clerk, place=cast.school)
        with CaptureQueriesContext(connection) as queries:
            client.get(cast.child.get_absolute_url())
        counted.append(len(queries))
        factories.attachment(cast.child, by=cast.clerk, place=cast.school)
    assert counted[0] == counted[1]
