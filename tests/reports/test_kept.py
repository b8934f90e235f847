"""What an office kept stays in its figures after the archive has gone on, and what came afterwards never enters them."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.urls import reverse

from caseworks import access
from caseworks.access import Role
from caseworks.reports.indicators import INDICATORS
from children import actions
from children.handover import actions as handovers
from children.models import Arrival, Handover
from guardians.duplicates import actions as duplicates
from tests import factories
from tests.reports.conftest import TODAY, ask

pytestmark = pytest.mark.django_db
MOVED = date(2026, 3, 2)


@pytest.fixture
def heads(cast):
    """The heads of the school that gives and of the one that receives."""
    found = {}
    for name, place in (("giver", cast.school), ("receiver", cast.other_school), ("stranger", cast.foreign_school)):
        found[name] = factories.user(f"head-{name}")
        factories.posting(found[name], place, Role.ADMINISTRATOR)
    return found


def figure(person, place, key="archives", year=2025, **cells) -> int:
    with access.scope(person, today=TODAY):
        question, slice_ = ask(place, year=year), {name: (cell,) for name, cell in cells.items()}
        value = INDICATORS[key].value(question, slice_)
        assert INDICATORS[key].records(question, slice_).count() == value
        if not cells:
            assert INDICATORS[key].tally(question).total == value
        return value


def hand_over(cast) -> None:
    with access.scope(cast.clerk, today=TODAY):
        handovers.propose(child=cast.child, by=cast.clerk, to=cast.other_school, on=MOVED, reason="transfer")
    with access.scope(cast.colleague, today=TODAY):
        handovers.accept(handover=Handover.objects.get(), by=cast.colleague)


def test_the_giver_counts_the_years_in_which_it_kept_the_child_and_no_later_one(cast, heads):
    before = {year: figure(heads["giver"], cast.school, year=year) for year in (2024, 2025, 2026)}
    hand_over(cast)
    after = {year: figure(heads["giver"], cast.school, year=year) for year in (2024, 2025, 2026)}
    assert after == before | {2026: before[2026] - 1}
    assert figure(heads["giver"], cast.school, "left_behind") == 2


def test_the_receiver_counts_it_from_the_day_on_and_not_before(cast, heads):
    years = (2025, 2026)
    before = [figure(heads["receiver"], cast.other_school, year=year) for year in years]
    hand_over(cast)
    after = [figure(heads["receiver"], cast.other_school, year=year) for year in years]
    assert after == [before[0], before[1] + 1]


def test_nobody_else_counts_it(cast, heads):
    hand_over(cast)
    assert figure(heads["stranger"], cast.county, "archives") == 0
    with access.nobody():
        assert INDICATORS["archives"].value(ask(cast.county)) == 0
    with pytest.raises(access.ScopeError):
        INDICATORS["archives"].value(ask(cast.county))


def test_an_office_counts_under_another_one_what_both_of_them_kept(cast, heads):
    """A head who asks about the whole county is told of the own school's children."""
    hand_over(cast)
    assert figure(heads["giver"], cast.county) == figure(heads["giver"], cast.school)


def test_children_on_their_way_in_are_not_counted(cast, heads):
    before = figure(heads["giver"], cast.school)
    with access.everyone("test"):
        Arrival.objects.create(child=cast.child, batch=cast.child.pk)
    assert figure(heads["giver"], cast.school) == before - 1


def test_an_archive_merged_into_another_is_not_counted_beside_it(cast, heads):
    twin = factories.child("张小雨", school=cast.school, village=cast.village, born_on=cast.child.born_on)
    before = figure(heads["giver"], cast.school)
    with access.scope(cast.clerk, today=TODAY):
        done = duplicates.merge(keep=_child(cast), absorb=type(twin).objects.get(pk=twin.pk), by=cast.clerk)
    assert figure(heads["giver"], cast.school) == before - 1
    with access.scope(cast.clerk, today=TODAY):
        duplicates.undo(merge=done, by=cast.clerk)
    assert figure(heads["giver"], cast.school) == before


def test_what_the_next_keeper_does_with_the_archive_is_not_told(cast, heads):
    hand_over(cast)
    assert figure(heads["giver"], cast.school, "archives_closed", 2026) == 0
    with access.scope(cast.colleague, today=TODAY):
        actions.close(child=_child(cast), by=cast.colleague, on=date(2026, 6, 1), reason="joined")
    assert figure(heads["receiver"], cast.other_school, "archives_closed", 2026) == 1
    assert figure(heads["giver"], cast.school, "archives_closed", 2026) == 0
    with access.scope(cast.colleague, today=TODAY):
        actions.reopen(child=_child(cast), by=cast.colleague, on=date(2026, 9, 1))
    assert figure(heads["receiver"], cast.other_school, "archives_closed", 2026) == 1
    assert figure(heads["giver"], cast.school, "archives_closed", 2026) == 0


def test_what_the_office_closed_itself_is_told(cast, heads):
    with access.scope(cast.clerk, today=TODAY):
        actions.close(child=_child(cast), by=cast.clerk, on=date(2026, 2, 2), reason="joined")
    assert figure(heads["giver"], cast.school, "archives_closed", 2026) == 1


def _child(cast):
    return type(cast.child).objects.get(pk=cast.child.pk)


@pytest.mark.parametrize(
    "key", ["contacts", "child_contacts", "people_contacted", "children_reached", "parents_reached"]
)
def test_the_work_of_an_office_stays_its_own(key, cast, heads):
    factories.contact(
        cast.child, by=cast.clerk, place=cast.school, held_on=date(2025, 10, 9), met=(("mother", cast.mother),)
    )
    factories.contact(cast.child, by=cast.caseworker, place=cast.village, held_on=date(2025, 10, 9))
    hand_over(cast)
    factories.contact(
        cast.child,
        by=cast.colleague,
        place=cast.other_school,
        held_on=date(2026, 10, 9),
        met=(("mother", cast.mother),),
    )
    assert figure(heads["giver"], cast.school, key) == 1
    assert figure(heads["giver"], cast.school, key, 2026) == 0
    assert figure(heads["receiver"], cast.other_school, key) == 0
    assert figure(heads["receiver"], cast.other_school, key, 2026) == 1


def test_a_pairing_that_is_over_stays_in_the_figures_of_its_year(cast):
    head = factories.user()
    factories.posting(head, cast.bureau, Role.ADMINISTRATOR)
    keys = ("pairings", "mentors", "paired", "left_behind")
    before = [figure(head, cast.bureau, key) for key in keys]
    assert before == [1, 1, 1, 1]
    with access.everyone("test"):
        cast.pairing.until_on = MOVED
        cast.pairing.save()
        actions.close_road(cast.child, access.Via.PAIRING, cast.pairing.mentor.path)
    assert [figure(head, cast.bureau, key) for key in keys] == before


# --- the list behind a figure ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "key", ["archives", "contacts", "child_contacts", "people_contacted", "parents_reached", "paired"]
)
def test_the_list_names_what_was_given_away_and_opens_nothing_of_it(key, cast, heads, sign_in, on_the_day):
    factories.contact(
        cast.child, by=cast.clerk, place=cast.school, held_on=date(2025, 10, 9), met=(("mother", cast.mother),)
    )
    hand_over(cast)
    factories.pairing(factories.mentor(cast.other_school, name="新校帮扶人"), cast.child, from_on=date(2025, 9, 1))
    with access.scope(cast.colleague, today=TODAY):
        actions.amend(child=_child(cast), by=cast.colleague, name="改名后")
    client = sign_in(heads["giver"])
    page = client.get(reverse("reports:records", args=[key]), {"year": 2025, "organization": cast.school.code})
    assert page.status_code == 200
    text = page.content.decode()
    assert "改名后" not in text
    assert cast.child.get_absolute_url() not in text
    handover = Handover.objects.model._base_manager
    with access.everyone("test"):
        link = handover.get().get_absolute_url()
    if key in ("archives", "child_contacts", "paired"):
        assert link in text
        assert "张小雨" in text
    for address in [link, *_links(text)]:
        assert client.get(address).status_code == 200, address
    assert client.get(cast.child.get_absolute_url()).status_code == 404


def _links(text: str) -> list[str]:
    return re.findall(r'href="(/(?:children|contacts|handovers)/[^"?]+)"', text.split("<main", 1)[1])
