"""Pictures that come in: photographs and scanned papers.

What is kept is never the file that was sent. The picture is decoded, turned upright and painted into a new one, so that
no place, no camera, no comment and nothing hidden behind the picture comes along; then it is sealed (`vault.py`) under a
random name. Before that the bytes go to the malware scanner, if there is one: a scanner that does not answer holds the
picture back, it does not wave it through.
"""

from __future__ import annotations

import io
import threading
from dataclasses import dataclass
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps, UnidentifiedImageError

MOST_BYTES = 10 * 1024**2
MOST_PIXELS = 40_000_000
FORMATS = ("JPEG", "PNG", "WEBP")
PHOTO_SIDE, SCAN_SIDE = 1600, 2400  # a page of A4 stays readable at 200 dots to the inch
QUALITY = 82

REFUSALS = {
    "empty": _("The file is empty."),
    "too_big": _(
        "The picture has more than 10 MB. Take it again with a smaller size, or send it to yourself by WeChat first."
    ),
    "no_picture": _("This is not a picture that can be read. Choose a photograph (jpg, png or webp)."),
    "pixels": _("The picture has more than 40 million points. Take it again with a smaller size."),
    "malware": _("The virus scanner refuses this file. Tell the system manager, and do not open the file."),
}

# a picture of 40 million points takes 200 MB while it is painted: one at a time is enough
_one_at_a_time = threading.Lock()


class UploadError(ValidationError):
    """A picture is refused; the message says why and what to do. `code` names the reason."""

    def __init__(self, code: str) -> None:
        super().__init__(REFUSALS[code], code=code)


@dataclass(frozen=True)
class Picture:
    """A picture as it may be kept: JPEG, without anything but the picture. `held` until a scanner has seen it."""

    content: bytes
    width: int
    height: int
    held: bool = False


def received(file: IO[bytes], *, size: int, side: int) -> Picture:
    """The picture in a file that was sent, at most `side` points wide and high. Raises UploadError."""
    if size == 0:
        raise UploadError("empty")
    if size > MOST_BYTES:
        raise UploadError("too_big")
    held = not scanned(file)
    file.seek(0)
    try:
        with _one_at_a_time, Image.open(file, formats=FORMATS) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise UploadError("pixels")
            content, width, height = _painted_anew(picture, side)
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError, ValueError, EOFError) as error:
        raise UploadError("no_picture") from error
    return Picture(content, width, height, held)


def _painted_anew(picture: Image.Image, side: int) -> tuple[bytes, int, int]:
    picture.draft("RGB", (side, side))  # a JPEG is decoded no larger than needed
    upright = ImageOps.exif_transpose(picture)
    upright.thumbnail((side, side), Image.Resampling.LANCZOS)
    seen = upright.convert("RGBA") if upright.mode in {"RGBA", "LA", "PA", "P"} else None
    clean = Image.new("RGB", upright.size, "white")
    clean.paste(seen or upright.convert("RGB"), mask=seen)
    out = io.BytesIO()
    clean.save(out, "JPEG", quality=QUALITY, optimize=True)
    return out.getvalue(), clean.width, clean.height


def scanned(file: IO[bytes]) -> bool:
    """True if the scanner has seen the file and finds nothing, or if no scanner is set up; False if it does not answer.

    `UPLOAD_SCANNER` names a function that takes an open file and returns the name of what it found, or the empty text.
    Raises UploadError if it found something.
    """
    if not settings.UPLOAD_SCANNER:
        return True
    file.seek(0)
    try:
        scan: Any = import_string(settings.UPLOAD_SCANNER)
        found = scan(file)
    except Exception:  # whatever is wrong with it, it has not said that the file is clean
        return False
    if found:
        raise UploadError("malware")
    return True
