"""What an archive still lacks, and what in it contradicts itself: only what the law, the forms or the work need.

Each check is one object with one condition in SQL. The archive page, the list filter (`?gap=no_phone`), the page of
gaps with its counts, and whoever writes many archives at once (`gaps_of`) ask that same condition, so that a number and
the list it opens cannot differ. What a county lacks is counted beside the work (`overview.py`).
"""

from guardians.gaps.asking import Gap, Share, by_class, by_village, gaps_of, people_of, with_gap
from guardians.gaps.check import SEVERITIES, Check, Severity
from guardians.gaps.checks import CHECKS, gap_choices

__all__ = [
    "CHECKS",
    "SEVERITIES",
    "Check",
    "Gap",
    "Severity",
    "Share",
    "by_class",
    "by_village",
    "gap_choices",
    "gaps_of",
    "people_of",
    "with_gap",
]
