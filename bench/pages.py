"""Every page of the registry at 100,000 children, for the caseworker of a village, the clerk of a school and the
administrator of the county: how many queries, how much processor, how long.

The addresses are those the pages themselves lead to, beginning with the bar at the top: of each view the first one met.
What is posted, and what is fetched as a file, is no page. The target is that of every page a person waits for: 50 ms at
the 95th percentile. At the end stand the views that no link leads to, so that nothing is left out unsaid.
"""

from __future__ import annotations

import argparse
import re
import time
from collections import deque
from dataclasses import dataclass
from html import unescape
from typing import Any
from urllib.parse import urljoin, urlsplit

from bench._clock import timed
from bench._filled import begin, run
from bench.children_list import fill, signed_in

CHILDREN, RUNS, TARGET_MS = 100_000, 9, 50
PEOPLE = (
    ("village", "caseworker", "scale-01-t01-v03"),
    ("school", "school_staff", "scale-01-t01-p1"),
    ("county", "administrator", "scale-01"),
)
_LINK = re.compile(r'<a [^>]*href="([^"#]+)')


@dataclass(frozen=True)
class Page:
    """One view, and the address by which it is asked."""

    view: str
    address: str


def _view_of(address: str) -> str | None:
    """The name of the view behind an address of ours; None for the shared admin, files and whatever is no page."""
    from django.urls import Resolver404, resolve

    try:
        name = resolve(urlsplit(address).path).view_name
    except Resolver404:
        return None
    return None if name.startswith("admin:") else name


def pages_of(client: Any) -> list[Page]:
    """The pages that links lead to, each view once, in the order in which they are met."""
    found: dict[str, str] = {}
    met, queue = {"/"}, deque(["/"])
    while queue:
        address = queue.popleft()
        view = _view_of(address)
        if view is None or view in found:
            continue
        answer = client.get(address)
        if answer.status_code != 200 or answer.streaming or "text/html" not in answer.headers["Content-Type"]:
            continue
        found[view] = address
        for link in _LINK.findall(answer.content.decode()):
            onward = urljoin(address, unescape(link))
            if onward not in met:
                met.add(onward)
                queue.append(onward)
    return [Page(view, address) for view, address in found.items()]


def _asked(client: Any, page: Page) -> int:
    """How many queries the page takes."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as queries:
        client.get(page.address)
    return len(queries)


def measure(runs: int, only: str = "") -> None:
    """Print a line for each page and each person, the dearest first, and what no link leads to."""
    from caseworks import counting
    from caseworks.checks import all_urls

    counting.start = lambda: None  # what is counted beside the work is counted here, before the pages are asked
    reached: set[str] = set()
    print(f"  {'':9}{'page':28}{'queries':>8}{'processor':>11}{'median':>9}{'p95':>8}")
    for name, role, code in PEOPLE:
        client, _place = signed_in(role, code)
        pages_of(client)
        counting.work_off()
        pages = pages_of(client)
        reached |= {page.view for page in pages}
        lines = []
        for page in pages:
            if only and not re.search(only, page.view):
                continue
            queries = _asked(client, page)
            begun = time.perf_counter()
            client.get(page.address)
            few = time.perf_counter() - begun > 1
            taken = timed(lambda client=client, page=page: client.get(page.address), runs=2 if few else runs)
            lines.append((taken.processor, page.view, queries, taken))
        for _processor, view, queries, taken in sorted(lines, reverse=True):
            said = "" if taken.processor <= TARGET_MS else "slow"
            print(
                f"  {name:9}{view:28}{queries:8}{taken.processor:11.1f}{taken.median:9.1f}{taken.p95:8.1f}  {said}",
                flush=True,
            )
    own = {name for name, _pattern in all_urls() if not name.startswith("admin:")}
    print(f"  no link leads to: {', '.join(sorted(own - reached))}")


def main(children: int = CHILDREN, *, full: bool = True, runs: int = RUNS, only: str = "") -> None:
    """Fill the database of DATABASE_URL unless it is filled already, and measure."""
    begin("Every page", children, full=full)
    if full:
        fill(children)
    measure(runs, only)


if __name__ == "__main__":
    own = argparse.ArgumentParser(add_help=False)
    own.add_argument("--runs", type=int, default=RUNS)
    own.add_argument("--only", default="", help="views whose names match this expression")
    run(main, CHILDREN, [own])
