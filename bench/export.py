"""Rosters out at 100,000 children: the list, the school roll, the ledger and the registration form, against xlsxwriter writing the same cells.

Ours is everything from the query to the finished file: scope, school, village, relatives opened and masked, standing,
the stamp, and noting who is in it. The floor is xlsxwriter in constant memory with the cells already in hand. Both are measured as processor time
of this process. The peak is that of the process while it wrote ours, above what it had before.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from typing import IO, Any

import django

CHILDREN, TARGET = 100_000, 1.5
SHOWN = "code,sex,age,id_number,school,grade,class,village,left_behind,carer,contact"  # as the page offers it
ASKS = (
    ("list", "children.list", {"columns": SHOWN}),
    ("school roll, masked", "children.roster", {"layout": "roll", "show": "masked"}),
    ("school roll, in full", "children.roster", {"layout": "roll", "show": "full"}),
    ("ledger, in full", "children.roster", {"layout": "ledger", "show": "full"}),
    ("register, in full", "children.roster", {"layout": "register", "show": "full"}),
)


def _used(work: Callable[[], Any]) -> tuple[Any, float]:
    begun = time.process_time()
    result = work()
    return result, time.process_time() - begun


def _peak() -> float:
    """Megabytes this process has used at most so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _floor(rows: list[list[str]]) -> None:
    import xlsxwriter

    with tempfile.TemporaryFile() as file:
        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        book = xlsxwriter.Workbook(file, options)
        page, text = book.add_worksheet(), book.add_format({"num_format": "@"})
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                if value != "":
                    page.write_string(number, column, value, text)
        book.close()


def _cells(file: IO[bytes]) -> list[list[str]]:
    from python_calamine import CalamineWorkbook

    return [
        [str(cell) for cell in row] for row in CalamineWorkbook.from_filelike(file).get_sheet_by_index(0).to_python()
    ]


def _written(plan: Any, stamp: Any) -> IO[bytes]:
    """The finished file, and in the registry who is in it."""
    from caseworks.listed import keep, list_of

    file: IO[bytes] = plan.write(stamp)
    keep(list_of(stamp.code), plan.listed)
    return file


def main() -> None:
    options = argparse.ArgumentParser(prog="python -m bench export")
    options.add_argument("--children", type=int, default=CHILDREN)
    children = options.parse_args().children
    for command in (["migrate", "--verbosity", "0"], ["load_scale", "--children", str(children)]):
        subprocess.run([sys.executable, "manage.py", *command], check=True, stdout=subprocess.DEVNULL)
    django.setup()
    from django.utils import timezone

    from caseworks import access
    from caseworks.leaving.recipes import recipe_of
    from caseworks.models import Organization, Posting, User
    from caseworks.stamps import new_stamp

    county = Organization.objects.filter(kind="county").order_by("path").first()
    user = User.objects.create(username="bench", name="测试")
    posting = Posting.objects.create(user=user, organization=county, role="administrator", from_on=date(2020, 1, 1))
    print(f"  {'file':22}  {'children':>8}  {'ours s':>7}  {'floor s':>7}  {'ratio':>5}  {'peak MB':>7}")
    for name, key, asked in ASKS:
        with access.scope(user, posting=posting):
            recipe: Any = recipe_of(key)
            plan = recipe.plan(dict(asked), posting, timezone.localdate())
            before = _peak()
            file, ours = _used(lambda plan=plan: _written(plan, new_stamp()))
            peak = _peak() - before
        with file:
            rows = _cells(file)
        _nothing, floor = _used(lambda rows=rows: _floor(rows))
        ratio = ours / floor
        reached = "reached" if ratio <= TARGET else f"target {TARGET}"
        print(
            f"  {name:22}  {plan.rows:8}  {ours:7.1f}  {floor:7.1f}  {ratio:5.2f}  {peak:7.0f}  {reached}", flush=True
        )
        del rows
