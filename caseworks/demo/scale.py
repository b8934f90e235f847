"""Invented data of any size for the benches: counties of 100,000 children, villages of about 100, schools of about 400.

Everything hangs below one root, `scale`, and is written town by town, so memory does not grow with the number (about 10 kB of database for a child).
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta

from django.db import transaction

from caseworks.access import Role
from caseworks.demo.archives import rate
from caseworks.demo.contacts import Contacts, Office, logged_in_the_evening
from caseworks.demo.families import GRADES, Families, Family, Place, Plan
from caseworks.demo.offices import office
from caseworks.demo.rows import Rows, a_day, refresh_statistics
from caseworks.demo.staff import Staff
from caseworks.demo.words import code
from caseworks.models import Organization
from visits.models import Mentor

ROOT = "scale"
VILLAGE, VILLAGES_OF_A_TOWN, TOWNS_OF_A_COUNTY = 100, 25, 40
_AWAY = 0.73  # families with somebody away; the archives of the others came in with whole rosters
_SIBLINGS = 0.14
_PAIRED = 0.1


class Town:
    """A town of the scale data: its villages and schools, made as it is begun."""

    def __init__(self, number: int, county: Organization) -> None:
        self.office = office(f"{county.code}-t{number:02d}", "town", f"第{number}镇", county)
        here = self.office.code
        self.kindergarten = office(f"{here}-k", "kindergarten", f"第{number}镇幼儿园", self.office)
        self.primaries = [
            office(f"{here}-p{order}", "school", f"第{number}镇第{order}小学", self.office) for order in range(1, 5)
        ]
        self.secondary = office(f"{here}-s", "school", f"第{number}镇中学", self.office)
        self._number = number

    def village(self, number: int) -> Organization:
        """One more village."""
        return office(f"{self.office.code}-v{number:02d}", "village", f"第{self._number}镇第{number}村", self.office)

    def place(self, rng: random.Random, grades: tuple[str, ...]) -> Place:
        """A place at the school of the town that has the grade."""
        grade = rng.choice(grades)
        step = GRADES.index(grade)
        level = 0 if step < 3 else 1 if step < 9 else 2
        school = (self.kindergarten, rng.choice(self.primaries), self.secondary)[level]
        onward = {"K3": self.primaries[0], "6": self.secondary}.get(grade, school)
        return Place(school, grade, onward)


def load_scale(children: int, today: date) -> Iterator[Counter[str]]:
    """Write so many children; gives the rows written so far, by kind, after each town. EVERYONE must be in force."""
    rows = Rows()
    root = office(ROOT, "city", "规模测试市")
    by = Staff(rows, today).add(f"{ROOT}-staff", "测试员", root, Role.ADMINISTRATOR)
    county, left = root, children
    rng = random.Random("scale")  # noqa: S311
    for number in range(-(-children // (VILLAGE * VILLAGES_OF_A_TOWN))):
        if number % TOWNS_OF_A_COUNTY == 0:
            order = number // TOWNS_OF_A_COUNTY + 1
            county = office(f"{ROOT}-{order:02d}", "county", f"第{order}县", root)
            # no area has a code that begins with 99
            maker = Families(rng, rows, today=today, area=f"99{order:04d}", region=county.name)
        with transaction.atomic():
            town = Town(number % TOWNS_OF_A_COUNTY + 1, county)
            for village in range(1, VILLAGES_OF_A_TOWN + 1):
                size = min(VILLAGE, left)
                if size:
                    left -= size
                    _fill(maker, town, town.village(village), size, Office(by, town.office), today)
                    rows.write()
        yield rows.written
    logged_in_the_evening()
    refresh_statistics()


def _fill(maker: Families, town: Town, village: Organization, size: int, logs: Office, today: date) -> None:
    rng, rows = maker.rng, maker.rows
    families = []
    while size:
        plan = maker.plan() if rng.random() < _AWAY else Plan("home", "home")
        places = [town.place(rng, GRADES)]
        if size > 1 and rng.random() < _SIBLINGS / (2 - _SIBLINGS):
            step = GRADES.index(places[0].grade)
            places.append(town.place(rng, GRADES[step + 2 :] or GRADES[: step - 1]))
        size -= len(places)
        families.append(maker.add(places, village, plan))
    rate(rows, families, logs.by)
    Contacts(rng, rows).over_time(logs, families, len(families), date(today.year - 1, 1, 6), today - timedelta(days=1))
    _pair(maker, town.secondary, families)


def _pair(maker: Families, school: Organization, families: list[Family]) -> None:
    rng, rows = maker.rng, maker.rows
    since = date(maker.year - 1, 9, 1)
    for family in rng.sample(families, round(len(families) * _PAIRED)):
        child = family.children[0]
        mentor = rows.add(Mentor(code=code(rng), organization=school, name="帮扶人", kind="teacher", from_on=since))
        rows.pair(mentor, child, max(child.opened_on, a_day(rng, since, date(maker.year, 10, 31))))
