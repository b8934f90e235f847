"""The search box at any number of children, for the caseworker of a village, the administrators of a county and of the
city around ten counties: by name, pinyin, initials, a part of the name, and the ends of ID and telephone numbers.

Measured are the suggestions while somebody types and the list that the search leads to, each the whole answer of the
real view. The target is that of the database: 100 ms on PostgreSQL, 300 ms on SQLite, at a million children.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from bench._clock import timed
from bench._copies import copy
from bench._filled import begin, run
from bench.children_list import fill, signed_in, verdict

CHILDREN, COUNTY, RUNS = 100_000, 100_000, 7  # more than a county are made by copying it (bench/_copies.py)
ASKS = ("张伟", "张", "伟", "zhangwei", "zhang", "z", "zw", "1234", "12345678901")
PLACES = (
    ("village", "caseworker", "scale-01-t01-v03"),
    ("county", "administrator", "scale-01"),
    ("city", "administrator", "scale"),
)


def _typed(client: Any, words: str) -> None:
    from django.urls import reverse

    answer = client.post(reverse("children:search"), {"q": words}, headers={"HX-Request": "true"})
    assert answer.status_code == 200, answer.status_code


def _list(client: Any, words: str) -> Any:
    from django.urls import reverse

    answer = client.get(f"{reverse('children:list')}?{urlencode({'q': words})}")
    assert answer.status_code in {200, 302}, answer.status_code
    return answer


def measure() -> None:
    """Print a line for each office and each thing typed."""
    from django.db import connection

    target = 300 if connection.vendor == "sqlite" else 100
    missed = {"wall": 0, "processor": 0}
    print(f"  {'':9}{'typed':13}{'found':>8}{'box ms':>9}{'processor':>11}{'list ms':>9}{'processor':>11}")
    for name, role, code in PLACES:
        client, _place = signed_in(role, code)
        for words in ASKS:
            shown = _list(client, words)
            found = shown.context_data["rows"].paginator.total if shown.status_code == 200 else "-"
            box = timed(lambda client=client, words=words: _typed(client, words), runs=RUNS)
            page = timed(lambda client=client, words=words: _list(client, words), runs=RUNS)
            missed["wall"] += (box.median > target) + (page.median > target)
            missed["processor"] += (box.processor > target) + (page.processor > target)
            print(
                f"  {name:9}{words:13}{found:>8}{box.median:9.1f}{box.processor:11.1f}{page.median:9.1f}"
                f"{page.processor:11.1f}",
                flush=True,
            )
    verdict(target, missed)


def main(children: int = CHILDREN, *, full: bool = True) -> None:
    """Fill the database of DATABASE_URL unless it is filled already, and measure."""
    begin("Search", children, full=full)
    if full:
        fill(min(children, COUNTY))
        if children > COUNTY:
            copy(children // COUNTY - 1)
    measure()


if __name__ == "__main__":
    run(main, CHILDREN)
