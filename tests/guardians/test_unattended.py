"""事实无人抚养: the examples of the law (民发〔2019〕62号, 民发〔2020〕125号), threshold by threshold."""

from __future__ import annotations

from datetime import date

import pytest

from guardians.models import Situation
from guardians.unattended import Verdict, eligibility, months_after

ON = date(2026, 11, 23)
HEALTHY: list[Situation] = []


def _row(kind: str, from_on: date = date(2025, 1, 1), **facts) -> Situation:
    return Situation(kind=kind, from_on=from_on, paper=facts.pop("paper", "有"), **facts)


PRISON = _row("imprisoned", ends_on=date(2030, 1, 1))
DEAD, MISSING = _row("dead"), _row("missing")


def judge(father, mother, *, age=10, school=True):
    rows = {"51": father, "52": mother}
    rows = {key: [row] if isinstance(row, Situation) else row for key, row in rows.items()}
    return eligibility(rows, age=age, in_full_time_school=school, on=ON)


@pytest.mark.parametrize(
    ("father", "mother", "verdict"),
    [
        # both parents in one of the situations
        (PRISON, _row("ill"), Verdict.YES),
        (PRISON, _row("revoked"), Verdict.YES),
        (_row("expelled"), _row("detox", ends_on=date(2027, 1, 1)), Verdict.YES),
        # one dead or missing, the other in one of them
        (DEAD, PRISON, Verdict.YES),
        (_row("ill"), MISSING, Verdict.YES),
        # dead or missing both: an orphan
        (DEAD, DEAD, Verdict.ORPHAN),
        (DEAD, MISSING, Verdict.ORPHAN),
        # one parent can care
        (PRISON, HEALTHY, Verdict.NO),
        (HEALTHY, DEAD, Verdict.NO),
        (HEALTHY, HEALTHY, Verdict.NO),
        # nobody knows who the father is
        (None, DEAD, Verdict.OPEN),
        (None, HEALTHY, Verdict.NO),
    ],
)
def test_both_parents_together(father, mother, verdict):
    assert judge(father, mother).verdict == verdict


@pytest.mark.parametrize(
    ("row", "verdict"),
    [
        # 重残: level 1 or 2 of any kind, level 3 or 4 of the intellectual and mental kinds
        (_row("disabled", disability="4", level="1"), Verdict.YES),
        (_row("disabled", disability="1", level="2"), Verdict.YES),
        (_row("disabled", disability="4", level="3"), Verdict.NO),
        (_row("disabled", disability="5", level="3"), Verdict.YES),
        (_row("disabled", disability="6", level="4"), Verdict.YES),
        (_row("disabled", level="2"), Verdict.YES),
        (_row("disabled", level="3"), Verdict.OPEN),
        (_row("disabled"), Verdict.OPEN),
        # prison, detoxification, other measures: six months or more
        (_row("imprisoned", date(2026, 10, 1), ends_on=date(2027, 4, 1)), Verdict.YES),
        (_row("imprisoned", date(2026, 10, 1), ends_on=date(2027, 3, 31)), Verdict.NO),
        (_row("detox", date(2026, 10, 1)), Verdict.OPEN),
        (_row("detained", date(2026, 5, 23)), Verdict.YES),
        (_row("detained", date(2026, 5, 24)), Verdict.OPEN),
        (_row("imprisoned", date(2026, 10, 1), ends_on=date(2027, 1, 1), from_known=False), Verdict.OPEN),
        # 失联: six months from the day the police accepted the report, however long before that
        (_row("lost", date(2020, 1, 1)), Verdict.OPEN),
        (_row("lost", date(2020, 1, 1), accepted_on=date(2026, 5, 23)), Verdict.YES),
        (_row("lost", date(2020, 1, 1), accepted_on=date(2026, 5, 24)), Verdict.NO),
        # over, or not yet begun
        (_row("imprisoned", ends_on=date(2030, 1, 1), until_on=ON), Verdict.NO),
        (_row("ill", date(2026, 11, 24)), Verdict.NO),
    ],
)
def test_thresholds_of_one_parent_while_the_other_is_dead(row, verdict):
    assert judge(DEAD, row).verdict == verdict


def test_the_weightiest_of_several_situations_counts():
    light = _row("disabled", disability="4", level="3")
    assert judge(DEAD, [light, _row("ill")]).verdict == Verdict.YES
    assert judge([light, DEAD], DEAD).verdict == Verdict.ORPHAN


def test_after_18_it_continues_only_at_school():
    assert judge(DEAD, PRISON, age=18, school=True).verdict == Verdict.YES
    assert judge(DEAD, PRISON, age=18, school=False).verdict == Verdict.NO
    assert judge(DEAD, PRISON, age=17, school=False).verdict == Verdict.YES


def test_missing_papers_are_named_and_do_not_change_the_verdict():
    found = judge(_row("dead", paper=""), _row("ill", paper=""))
    assert found.verdict == Verdict.YES
    assert found.missing == ("父亲的死亡证明或法院判决", "母亲的诊断证明（按当地重病目录）")
    assert judge(DEAD, _row("lost")).missing == ("母亲失联的公安受理回执",)


def test_reasons_name_both_parents():
    found = judge(DEAD, _row("lost", accepted_on=date(2026, 10, 1)))
    assert found.reasons == ("父亲：死亡", "母亲：失联，2027-04-01 起算（公安受理满六个月）")


@pytest.mark.parametrize(
    ("day", "later"),
    [
        (date(2025, 8, 31), date(2026, 2, 28)),
        (date(2026, 12, 1), date(2027, 6, 1)),
        (date(2023, 8, 30), date(2024, 2, 29)),
    ],
)
def test_six_months_later(day, later):
    assert months_after(day, 6) == later
