"""How benches measure: the clock on the wall, and the processor, which other work on the machine disturbs less."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Timing:
    """Milliseconds of several runs. `processor` is this process only: a database server works elsewhere."""

    median: float
    p95: float
    processor: float


def timed(work: Callable[[], Any], *, runs: int) -> Timing:
    """Do the work once unmeasured, then so many times measured."""
    work()
    wall, processor = [], []
    for _run in range(runs):
        begun, used = time.perf_counter(), time.process_time()
        work()
        wall.append((time.perf_counter() - begun) * 1000)
        processor.append((time.process_time() - used) * 1000)
    return Timing(
        statistics.median(wall), statistics.quantiles(wall, n=20, method="inclusive")[-1], statistics.median(processor)
    )
