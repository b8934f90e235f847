"""枝江市广播电视局: 32 colleagues, 28 children of two villages, and last year's calls and home visits (report 1).

Calls and visits are made so that counting the children and counting the people met give the same 人次, 124 and 43,
while the number of contacts (次) is smaller: some calls reach two people, some are about two siblings.
"""

from __future__ import annotations

import random
from datetime import date, timedelta

from caseworks.access import Role
from caseworks.demo import words
from caseworks.demo.archives import Archives
from caseworks.demo.contacts import Contacts, Met, Office
from caseworks.demo.families import Families, Family, Place, Plan
from caseworks.demo.offices import Bureau
from caseworks.demo.rows import Rows, a_day
from caseworks.demo.staff import Staff
from children.models import Child
from visits.models import Mentor

MENTORS, CHILDREN, CALLED, VISITED = 32, 28, 124, 43
_FAMILIES_WITH_TWO = 5
_TWO_EACH = 12  # calls that reach two people, and as many calls about two siblings
_VISITS_TO_TWO = 5


class BureauDemo:
    """Fills the bureau and the two villages."""

    def __init__(self, bureau: Bureau, rows: Rows, staff: Staff, today: date) -> None:
        self.bureau, self.rows, self.staff, self.today = bureau, rows, staff, today
        self.rng = random.Random("bureau")  # noqa: S311
        self.log = Contacts(random.Random("bureau contacts"), rows)  # noqa: S311
        self.year = today.year - 1
        self.families: list[Family] = []
        self.mentors: list[tuple[Mentor, Office]] = []
        self.wards: list[tuple[Office, Family, Child]] = []  # who looks after which child

    def fill(self) -> None:
        """Families, mentors, pairings, last year's work and this year's."""
        self._families()
        self._archives()
        self._mentors()
        self._pairings()
        self._calls()
        self._visits()
        self._talks()
        self._this_year()

    def _families(self) -> None:
        maker = Families(
            random.Random("bureau families"),  # noqa: S311
            self.rows,
            today=self.today,
            area="420583",
            region="湖北省枝江市七星台镇",
        )
        first, second = self.bureau.villages
        for number in range(CHILDREN - _FAMILIES_WITH_TWO):
            grades = [self.rng.choice("12345")]
            if number < _FAMILIES_WITH_TWO:
                grades = [self.rng.choice("12"), self.rng.choice("45")]
            places = [Place(self.bureau.school, grade, self.bureau.school) for grade in grades]
            plan = (
                Plan("away", "home") if number % 4 == 3 else Plan("away", "away", self.rng.choice(("61", "62", "64")))
            )
            family = maker.add(places, first if number % 2 else second, plan)
            for child in family.children:
                child.opened_on = date(self.year - 1, 9, 10)
            for relative in (family.father, family.mother, family.carer):
                if relative is not None:
                    relative.phone = relative.phone or words.phone(self.rng)
            self.families.append(family)

    def _archives(self) -> None:
        """The village keeps them."""
        village = self.bureau.villages[0]
        by = self.staff.add(f"{village.code}-caseworker", "向秋菊", village, Role.CASEWORKER)
        Archives(self.rows, self.today, "bureau archives").fill(self.families, by)

    def _mentors(self) -> None:
        for number in range(MENTORS):
            if number == 0:
                user = self.staff.login("mentor")
            else:
                name = words.adult_name(self.rng, words.surname(self.rng), self.rng.choice("12"))
                user = self.staff.add(f"broadcast-{number:02d}", name, self.bureau.office, "mentor")
            mentor = self.rows.add(
                Mentor(
                    code=words.code(self.rng),
                    organization=self.bureau.office,
                    user=user,
                    name=user.name,
                    phone=words.phone(self.rng),
                    kind="cadre",
                    checked_on=date(self.year - 1, 12, 20),
                    from_on=date(self.year - 1, 12, 28),
                )
            )
            self.mentors.append((mentor, Office(user, self.bureau.office)))

    def _pairings(self) -> None:
        """The login `mentor` has two children, five colleagues a pair of siblings, the others one child; ten children
        have a second mentor."""
        siblings, alone = self.families[:_FAMILIES_WITH_TWO], self.families[_FAMILIES_WITH_TWO:]
        groups = [[(alone[0], alone[0].children[0]), (alone[1], alone[1].children[0])]]
        groups += [[(family, child) for child in family.children] for family in siblings]
        groups += [[(family, family.children[0])] for family in alone[2:]]
        groups += [[(family, family.children[0])] for family in alone[2 : 2 + MENTORS - len(groups)]]
        for (mentor, office), group in zip(self.mentors, groups, strict=True):
            for family, child in group:
                self.rows.pair(mentor, child, date(self.year, 1, 5))
                self.wards.append((office, family, child))

    def _day(self) -> date:
        return a_day(self.rng, date(self.year, 1, 20), date(self.year, 12, 20))

    def _somebody(self, family: Family) -> list[Met]:
        """Two different people an office telephones about a child: town and village cadres, teachers, parents."""
        parents: list[Met] = [("father", family.father)]
        if family.plan.mother == "away":
            parents.append(("mother", family.mother))
        return self.rng.sample([("teacher", None), ("village", None), ("town", None), *parents], 2)

    def _calls(self) -> None:
        pairs = [ward for ward in self.wards if len(ward[1].children) == 2]
        for number in range(CALLED - _TWO_EACH):
            about_two = number < _TWO_EACH
            people = 2 if _TWO_EACH <= number < 2 * _TWO_EACH else 1
            office, family, child = self.rng.choice(pairs if about_two else self.wards)
            children = family.children if about_two else [child]
            self.log.add(office, "call", self._day(), children, self._somebody(family)[:people])

    def _visits(self) -> None:
        pairs = [ward for ward in self.wards if len(ward[1].children) == 2]
        for number in range(VISITED - _VISITS_TO_TWO):
            to_two = number < _VISITS_TO_TWO
            office, family, child = self.rng.choice(pairs if to_two else self.wards)
            met: list[Met] = [*family.at_home, ("child", None)] if to_two else [*family.at_home]
            self.log.add(office, "home", self._day(), family.children if to_two else [child], met)

    def _talks(self) -> None:
        for _number in range(70):
            office, _family, child = self.rng.choice(self.wards)
            self.log.add(office, self.rng.choice(("talk", "talk", "letter", "tutoring")), self._day(), [child], [("child", None)])  # fmt: skip

    def _this_year(self) -> None:
        """A contact every month or so since New Year; by today some are in time, some due, some not yet contacted."""
        for number, (office, family, child) in enumerate(self.wards):
            ago = (12, 41, 8, 17, 25, 36, 5, 64, 21, 3)[number % 10]
            if number % 14 == 13:
                continue
            while (held_on := self.today - timedelta(days=ago)) >= date(self.today.year, 1, 2):
                kind = self.rng.choice(("call", "call", "home", "talk"))
                whom: dict[str, list[Met]] = {
                    "call": self._somebody(family)[:1],
                    "home": [*family.at_home],
                    "talk": [("child", None)],
                }
                self.log.add(office, kind, held_on, [child], whom[kind])
                ago += self.rng.randint(24, 38)
