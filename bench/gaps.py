"""Gaps and contradictions at 100,000 children: what a county, a village and a school lack, and each check's own page.

The county's figures are counted beside the work first (how long that takes is printed); the pages then show them. A
village and a school are counted for the page. The target is a second for the county, 100 ms for every other page.
"""

from __future__ import annotations

import time

from bench._clock import Timing, timed
from bench._filled import begin, run
from bench.children_list import fill, signed_in

CHILDREN, RUNS, COUNTY_MS, TARGET_MS = 100_000, 7, 1000, 100
PLACES = (
    ("village", "caseworker", "scale-01-t01-v03"),
    ("school", "school_staff", "scale-01-t01-p1"),
    ("county", "administrator", "scale-01"),
)


def measure() -> None:
    """Print a line for each office's overview and for the dearest check of each."""
    from django.urls import reverse

    from caseworks import counting
    from guardians.gaps import CHECKS

    counting.start = lambda: None  # counted here, and not by a process beside the bench
    missed = 0
    print(f"  {'':9}{'page':24}{'median ms':>10}{'p95':>9}{'processor':>11}")
    for name, role, code in PLACES:
        client, _place = signed_in(role, code)
        client.get(reverse("children:gaps"))
        begun, used = time.perf_counter(), time.process_time()
        if counting.work_off():
            print(
                f"  {name:9}{'counted beforehand':24}{(time.perf_counter() - begun) * 1000:10.0f}{'':9}"
                f"{(time.process_time() - used) * 1000:11.0f}"
            )

        def ask(address: str, client: object = client) -> Timing:
            return timed(lambda: client.get(address), runs=RUNS)  # type: ignore[attr-defined]

        overview = ask(reverse("children:gaps"))
        checks = {key: ask(reverse("children:gap", args=[key])) for key in CHECKS}
        dearest = max(checks, key=lambda key: checks[key].processor)
        for page, taken in (("all checks", overview), (f"dearest: {dearest}", checks[dearest])):
            target = COUNTY_MS if (name, page) == ("county", "all checks") else TARGET_MS
            missed += taken.processor > target
            print(f"  {name:9}{page:24}{taken.median:10.1f}{taken.p95:9.1f}{taken.processor:11.1f}", flush=True)
    print(f"  targets, processor: {'reached by every page' if not missed else f'missed by {missed} page(s)'}")


def main(children: int = CHILDREN, *, full: bool = True) -> None:
    """Fill the database of DATABASE_URL unless it is filled already, and measure."""
    begin("Gaps", children, full=full)
    if full:
        fill(children)
    measure()


if __name__ == "__main__":
    run(main, CHILDREN)
