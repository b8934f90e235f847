"""How benches measure: the clock on the wall, and the processor, which other work on the machine disturbs less."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Timing:
    """Milliseconds of several runs. `processor` is that of this process and, on Linux, of the process of PostgreSQL that
    works for it on the same machine."""

    median: float
    p95: float
    processor: float


def _server() -> float:
    """Seconds of processor that PostgreSQL's process for our connection has used; 0 where there is none to be seen."""
    from django.db import connection

    if connection.vendor != "postgresql" or connection.connection is None:
        return 0.0
    told = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat")
    return int(told.read_text().split()[0]) / 1e9 if told.exists() else 0.0


def timed(work: Callable[[], Any], *, runs: int) -> Timing:
    """Do the work once unmeasured, then so many times measured."""
    work()
    wall, processor = [], []
    for _run in range(runs):
        begun, used = time.perf_counter(), time.process_time() + _server()
        work()
        wall.append((time.perf_counter() - begun) * 1000)
        processor.append((time.process_time() + _server() - used) * 1000)
    return Timing(
        statistics.median(wall), statistics.quantiles(wall, n=20, method="inclusive")[-1], statistics.median(processor)
    )
