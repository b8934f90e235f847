"""Adding a picture to an archive, and taking it out."""

from __future__ import annotations

import io
from datetime import date

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from caseworks import audit, uploads, vault
from caseworks.models import Organization, User
from caseworks.uploads import Picture
from children.attachments.proofs import PROOFS
from children.models import Attachment, Child

SHELF = "attachments"
MOST_PER_CHILD = 100
SCANS = ("agreement", "notice", "document")


def add(
    *,
    child: Child,
    by: User,
    organization: Organization,
    kind: str,
    title: str,
    taken_on: date | None,
    picture: Picture,
    proves: str = "",
    proves_code: str = "",
) -> Attachment:
    """Put a picture into an archive; `proves` and `proves_code` name the record of the child that it belongs to.

    Raises ValidationError if the archive or the office has no room for more, or if there is no such record any more.
    """
    _require_room(child, organization, len(picture.content))
    if proves and proves_code not in PROOFS[proves].days(child):
        raise ValidationError(_("What the scan belongs to is no longer in this archive. Go back to the archive."))
    with vault.Writing(SHELF) as file:
        file.write(picture.content)
    kept = file.kept
    try:
        return _added(
            child=child,
            by=by,
            uploaded_for=organization,
            kind=kind,
            proves=proves,
            proves_code=proves_code,
            title=title,
            taken_on=taken_on,
            width=picture.width,
            height=picture.height,
            held=picture.held,
            size=kept.size,
            sha256=kept.sha256,
            file_name=kept.name,
            file_key=kept.key,
        )
    except BaseException:
        vault.remove(SHELF, kept.name)
        raise


@transaction.atomic
def _added(*, child: Child, by: User, **fields: object) -> Attachment:
    attachment = Attachment.objects.create(child=child, uploaded_by=by, **fields)
    changes = {"child": child.code, "kind": attachment.kind}
    if attachment.proves:
        changes |= {"proves": attachment.proves, "of": attachment.proves_code}
    audit.record("attachment.added", attachment, by=by, changes=changes)
    return attachment


def _require_room(child: Child, organization: Organization, size: int) -> None:
    if child.attachments.count() >= MOST_PER_CHILD:
        raise ValidationError(
            _("The archive already holds %(most)s pictures. Remove one that is no longer needed first."),
            params={"most": MOST_PER_CHILD},
        )
    used = Attachment.objects.filter(uploaded_for=organization).aggregate(used=Sum("size"))["used"] or 0
    if used + size > settings.UPLOAD_QUOTA_MB * 1024**2:
        raise ValidationError(
            _(
                "%(office)s has used up its room for pictures (%(most)s MB). Remove some, or ask the system manager for more."
            ),
            params={"office": organization.name, "most": settings.UPLOAD_QUOTA_MB},
        )


@transaction.atomic
def remove(*, attachment: Attachment, by: User) -> None:
    """Take a picture out of an archive for good; the trail keeps that it was there."""
    changes = {"child": attachment.child.code, "kind": attachment.kind, "sha256": attachment.sha256}
    audit.record("attachment.removed", attachment, by=by, changes=changes)
    name = attachment.file_name
    attachment.delete()
    transaction.on_commit(lambda: vault.remove(SHELF, name))


@transaction.atomic
def look(*, attachment: Attachment, by: User) -> None:
    """Leave a trace of a look, before the picture is shown."""
    audit.record("attachment.viewed", attachment, by=by, changes={"child": attachment.child.code})


def scan_again(*, attachment: Attachment, by: User) -> bool:
    """Let the virus scanner see a picture that was held; True if it may now be shown. What it finds is removed: then it
    raises UploadError."""
    with vault.reading(SHELF, attachment.file_name, attachment.file_key) as content:
        try:
            passed = uploads.scanned(io.BytesIO(content.read()))
        except uploads.UploadError:
            remove(attachment=attachment, by=by)
            raise
    if passed:
        with transaction.atomic():
            Attachment.objects.filter(pk=attachment.pk).update(held=False)
            audit.record("attachment.released", attachment, by=by)
    return passed
