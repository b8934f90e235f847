"""Benches over a database of invented children: filled by the bench, or taken as it is (`--filled`)."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence

import django


def begin(words: str, children: int, *, full: bool) -> None:
    """Make Django ready in the database of DATABASE_URL, and say what is measured among how many children."""
    django.setup()
    from django.conf import settings

    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    print(f"{words} at {children:,} children" if full else f"{words}, as the database is filled", flush=True)


def run(main: Callable[..., None], children: int, more: Sequence[argparse.ArgumentParser] = ()) -> None:
    """Call the `main` of a bench as its command line says: `--children N`, or `--filled`, and its own options."""
    options = argparse.ArgumentParser(parents=list(more))
    options.add_argument("--children", type=int, default=children)
    options.add_argument("--filled", action="store_true", help="the database is filled already")
    asked = vars(options.parse_args())
    main(asked.pop("children"), full=not asked.pop("filled"), **asked)
