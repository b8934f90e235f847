"""PDF files, laid out by WeasyPrint where the machine has it (docs/deploy.md); without it nothing offers one.

A page may say what it likes: while it is laid out nothing is fetched, from no address and no file, so that neither a name
nor a note can make the server read or ask anything. The style is handed over as text.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import IO, Any

from django.contrib.staticfiles import finders

PDF = "application/pdf"
# it warns of every rule of a style that is made for browsers
logging.getLogger("weasyprint").setLevel(logging.ERROR)


@cache
def available() -> bool:
    """True if WeasyPrint is installed and finds the Pango it draws text with."""
    try:
        import weasyprint  # noqa: F401
    except (ImportError, OSError):  # OSError: the package is there, the machine's own libraries are not
        return False
    return True


def pdf_of(pages: Iterable[str], *styles: str) -> IO[bytes]:
    """One file of several HTML texts, each beginning on a page of its own; `styles` are names of static files.

    Many short texts are laid out far faster than one long one: a grid of 200 cards takes a minute, 25 grids of eight
    a few seconds.
    """
    import weasyprint
    from weasyprint.text.fonts import FontConfiguration

    fonts, refuse = FontConfiguration(), _refusing()
    sheets = [weasyprint.CSS(string=_text(name), url_fetcher=refuse, font_config=fonts) for name in styles]
    laid_out = [
        weasyprint.HTML(string=page, url_fetcher=refuse).render(stylesheets=sheets, font_config=fonts) for page in pages
    ]
    whole = laid_out[0].copy([page for document in laid_out for page in document.pages])
    return io.BytesIO(whole.write_pdf())


def _text(name: str) -> str:
    path = finders.find(name)
    if path is None:
        raise FileNotFoundError(name)
    return Path(path).read_text(encoding="utf-8")


def _refusing() -> Any:
    """A fetcher that fetches nothing; what a page asks for is left out of it."""
    from weasyprint.urls import URLFetcher

    class Refusing(URLFetcher):
        def fetch(self, url: str, headers: Any = None) -> Any:
            raise ValueError(f"A paper fetches nothing, and not {url[:80]}")

    return Refusing()
