"""A small world in which every cell of every split holds somebody."""

from __future__ import annotations

from datetime import date

from tests import factories

CARER_RELATIONS = ("61", "63", "60", "", "97", "99")


def make_busy(cast: factories.Cast) -> factories.Cast:
    """Children of both sexes and none, of every age band, carer and destination; pairings, contacts, counts."""
    births = (date(2021, 1, 1), date(2018, 5, 5), date(2011, 6, 6), date(2008, 7, 7))
    colleague = factories.mentor(cast.bureau, name="二号帮扶人", kind="cadre")
    for at, relation in enumerate(CARER_RELATIONS * 2):
        village = cast.village if at % 2 else cast.other_village
        whom = factories.child(
            f"孩子{at}",
            school=None if at % 5 == 4 else (cast.school if at % 3 else cast.other_school),
            village=None if at == 3 else village,
            sex=("1", "2", "")[at % 3],
            born_on=births[at % 4],
            opened_on=date(2025, 3, 1) if at % 2 else date(2022, 3, 1),
            health=("", "10", "50")[at % 3],
            registration=("1", "2", "")[at % 3],
            **({"id_number": ""} if at % 4 == 0 else {}),
        )
        father = factories.relative(whom, relation="51", name=f"父{at}", phone="" if at % 4 == 1 else "13900001111")
        factories.absence(father, place=("浙江省宁波市", "外地")[at % 2])
        if at % 3 == 0:
            factories.absence(factories.relative(whom, relation="52", name=f"母{at}"), place="广东省深圳市")
        if relation and at % 6 != 5:
            carer = factories.relative(whom, relation=relation, name=f"照护人{at}")
            factories.entrustment(whom, carer, from_on=date(2024, 1, 1))
        if at % 4 == 2:
            factories.pairing(colleague, whom, from_on=date(2025, 2, 1))
        if at % 2:
            place = (cast.village, cast.school, cast.bureau)[at % 3]
            factories.contact(
                whom,
                cast.sibling,
                by=cast.caseworker,
                place=place,
                kind=("home", "call", "talk")[at % 3],
                held_on=date(2025, 1 + at, 3),
                reached=at != 7,
                met=(("father", father), ("teacher", None), ("town", None))[: at % 4],
            )
    _only_declared(cast)
    unrelated = factories.child("无关系", school=cast.school, village=cast.village)
    factories.absence(factories.relative(unrelated, relation="51", name="无父"))
    factories.entrustment(unrelated, factories.relative(unrelated, relation="99", name="邻居"))
    boarder = factories.child("住校生", school=cast.school, village=cast.village)
    factories.absence(factories.relative(boarder, relation="52", name="住母"))
    factories.relative(boarder, relation="51", name="住父，在家")
    with_boarding(cast.child, "1")
    with_boarding(boarder, "2")
    gone = factories.child("已走", school=cast.school, village=cast.village, opened_on=date(2025, 4, 1))
    with_exit(gone, date(2025, 8, 1))
    factories.pupil_count(cast.school, 40, rural=38)
    return cast


def _only_declared(cast: factories.Cast) -> None:
    for value in ("9", "2", "1", "0"):
        whom = factories.child(f"只申报{value}", school=cast.other_school, village=cast.other_village)
        factories.declaration(whom, value, cast.other_school)


@factories.for_everyone
def with_boarding(whom, code: str) -> None:
    whom.enrolments.update(boarding=code)


@factories.for_everyone
def with_exit(whom, on: date) -> None:
    whom.closed_on, whom.exit_reason = on, "joined"
    whom.save()
