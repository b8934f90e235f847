"""Reading PDF files back, and what a machine needs for making them."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from caseworks import pdf

needs_pdf = pytest.mark.skipif(
    not pdf.available() or not shutil.which("pdftotext"),
    reason="no Pango, or no pdftotext (Debian: libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 poppler-utils)",
)


def text_of(content: bytes) -> str:
    """The words of a file, page after page."""
    assert content.startswith(b"%PDF-")
    return _said("pdftotext", content, "-layout", "-", "-")


def pages_of(content: bytes) -> int:
    """How many sheets it has."""
    return int(_said("pdfinfo", content, "-").partition("Pages:")[2].split()[0])


def _said(program: str, content: bytes, *arguments: str) -> str:
    return subprocess.run([program, *arguments], input=content, capture_output=True, check=True).stdout.decode()
