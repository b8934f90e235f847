"""Puts the demo together."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date, timedelta

from django.db import transaction

from caseworks.access import Role
from caseworks.demo import words
from caseworks.demo.archives import Archives, rate
from caseworks.demo.bureau import BureauDemo
from caseworks.demo.contacts import Contacts, Office, logged_in_the_evening
from caseworks.demo.district import DistrictDemo
from caseworks.demo.families import Families, Place
from caseworks.demo.life import add_life
from caseworks.demo.offices import District, Elsewhere, make_bureau, make_district, make_elsewhere
from caseworks.demo.rights import add_rights
from caseworks.demo.rows import Rows, refresh_statistics
from caseworks.demo.staff import Staff
from caseworks.models import Organization
from visits.models import ContactRule

_TEACHERS = 16  # mentors of a school, on average


@transaction.atomic
def load(today: date) -> Counter[str]:
    """Fill an empty database; gives the number of rows written by kind. The scope EVERYONE must be in force.

    The facts of the reports lie in the calendar year before `today`; the work goes on to the day before it.
    """
    district, bureau, elsewhere = make_district(), make_bureau(), make_elsewhere()
    rows = Rows()
    staff = Staff(rows, today)
    staff.add_logins()
    for organization, role, kind, definition, every_days in (
        (district.county, Role.CASEWORKER, "home", "wide", 90),
        (district.county, Role.CASEWORKER, "", "wide", 30),
        (district.county, Role.SCHOOL_STAFF, "talk", "wide", 30),
        (district.county, Role.MENTOR, "", "", 30),
        (bureau.office, Role.MENTOR, "", "", 30),
        (elsewhere.county, Role.CASEWORKER, "", "", 30),
    ):
        _rule(rows, organization, role, kind, definition, every_days, staff.since)
    _district(district, rows, staff, today)
    BureauDemo(bureau, rows, staff, today).fill()
    _elsewhere(elsewhere, rows, staff, today)
    rows.write()
    logged_in_the_evening()
    add_rights(staff.login("caseworker"), staff.login("administrator"), today)
    add_life(district, staff.login("caseworker"), staff.login("administrator"), today)
    refresh_statistics()
    return rows.written


def _rule(
    rows: Rows, organization: Organization, role: str, kind: str, definition: str, every_days: int, since: date
) -> None:
    rows.add(
        ContactRule(
            organization=organization, role=role, kind=kind, definition=definition, every_days=every_days, from_on=since
        )
    )


def _district(district: District, rows: Rows, staff: Staff, today: date) -> None:
    rng = random.Random("staff")  # noqa: S311
    demo = DistrictDemo(district, rows, today)
    demo.make_families()
    filled = _archives(demo, district, rows, staff, today)
    rows.write()
    offices = {"shuanglong": Office(staff.login("caseworker"), district.towns[0].villages[0])}
    for town in district.towns:
        for place, role, job in (
            *((village, Role.CASEWORKER, "caseworker") for village in town.villages),
            *((school, Role.SCHOOL_STAFF, "teacher") for school in town.schools),
        ):
            if place.code not in offices:
                name = words.adult_name(rng, words.surname(rng), rng.choice("12"))
                offices[place.code] = Office(staff.add(f"{place.code}-{job}", name, place, role), place)
    for school in district.schools:
        demo.pair(school, rng.randint(_TEACHERS - 5, _TEACHERS + 5))
    demo.contacts(offices)
    for code, families in demo.families.items():
        rate(rows, [family for family in families if id(family) not in filled], offices[code].by)
    rows.write()


def _archives(demo: DistrictDemo, district: District, rows: Rows, staff: Staff, today: date) -> set[int]:
    """Whole archives for the village of the story and its school; gives the identities of those families."""
    village, school = district.towns[0].villages[0], district.towns[0].primaries[1]
    here = demo.families[village.code]
    there = [family for family in demo.by_school[school.code] if family.village != village]
    teacher = staff.add(f"{school.code}-archives", "龚文静", school, Role.SCHOOL_STAFF)
    Archives(rows, today, "village archives").fill(here, staff.login("caseworker"))
    Archives(rows, today, "school archives").fill(there, teacher)
    return {id(family) for family in (*here, *there)}


def _elsewhere(place: Elsewhere, rows: Rows, staff: Staff, today: date) -> None:
    """A few families of another county, with contacts: what must not leak."""
    rng = random.Random("elsewhere")  # noqa: S311
    maker = Families(rng, rows, today=today, area="500235", region="重庆市云阳县平安镇")
    office = Office(staff.add("yunyang-caseworker", "谭正华", place.village, Role.CASEWORKER), place.village)
    families = [maker.add([Place(place.school, rng.choice("12345"), place.school)], place.village) for _n in range(9)]
    rate(rows, families, office.by)
    Contacts(rng, rows).over_time(office, families, 30, date(today.year - 1, 9, 1), today - timedelta(days=1))
