"""津南片区: 31 schools, 16,856 pupils of whom 16,013 come from the countryside, 12,285 left-behind children (report 5)."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, timedelta

from caseworks.demo import words
from caseworks.demo.contacts import Contacts, Office
from caseworks.demo.families import GRADES, Families, Family, Place, Plan
from caseworks.demo.offices import District, Town
from caseworks.demo.rows import Rows, a_day
from caseworks.models import Organization
from children.models import PupilCount
from visits.models import Mentor

PUPILS, RURAL_PUPILS, LEFT_BEHIND = 16_856, 16_013, 12_285
VILLAGE_OF_THE_STORY = 52  # children in 双龙村
_CONTACTS_OF_A_VILLAGE, _CONTACTS_OF_A_SCHOOL = 60, 95  # a year


def share(total: int, weights: Sequence[float]) -> list[int]:
    """Split a total in proportion to weights, in whole numbers that add up to it (largest remainder)."""
    exact = [total * weight / sum(weights) for weight in weights]
    parts = [int(part) for part in exact]
    by_remainder = sorted(range(len(parts)), key=lambda index: parts[index] - exact[index])
    for index in by_remainder[: total - sum(parts)]:
        parts[index] += 1
    return parts


class DistrictDemo:
    """Fills the district. `families` afterwards holds everyone, by village code."""

    def __init__(self, district: District, rows: Rows, today: date) -> None:
        self.district, self.rows, self.today = district, rows, today
        self.rng = random.Random("district")  # noqa: S311  (the same people in every demo)
        self.year = today.year - 1
        self.families: dict[str, list[Family]] = {}
        self.by_school: dict[str, list[Family]] = {}
        self._maker = Families(
            random.Random("families"),  # noqa: S311
            rows,
            today=today,
            area="500116",
            region="重庆市江津区",
        )

    # --- pupils -----------------------------------------------------------------------------------------------------

    def declare_pupils(self) -> dict[str, int]:
        """What the schools declared each term; gives the left-behind children of each school, by its code."""
        schools = self.district.schools
        size = {school.code: self._weight(school) for school in schools}
        pupils = share(PUPILS, list(size.values()))
        rural = share(RURAL_PUPILS, pupils)
        terms = [(f"{self.year}-1", date(self.year, 9, 20), 1.0)]
        terms.append((f"{self.year - 1}-1", date(self.year - 1, 9, 20), 1.014))
        terms.append((f"{self.year - 1}-2", date(self.year, 3, 5), 1.011))
        terms.append((f"{self.year}-2", date(self.today.year, 3, 5), 0.998))
        terms.append((f"{self.today.year}-1", date(self.today.year, 9, 20), 0.989))
        for term, counted_on, factor in terms:
            for school, whole, countryside in zip(schools, pupils, rural, strict=True):
                if counted_on <= self.today:
                    self.rows.add(
                        PupilCount(
                            school=school,
                            term=term,
                            counted_on=counted_on,
                            pupils=round(whole * factor),
                            rural_pupils=round(countryside * factor),
                        )
                    )
        weights = [whole * self.rng.uniform(0.9, 1.1) for whole in pupils]
        return dict(zip(size, share(LEFT_BEHIND, weights), strict=True))

    def _weight(self, school: Organization) -> float:
        spread = self.rng.uniform(0.75, 1.25)
        if school.kind == "kindergarten":
            return 335 * spread
        if school == self.district.upper:
            return 1250
        return (470 if school.code.endswith("-junior") else 660) * spread

    def make_families(self) -> None:
        """12,285 children: siblings at different schools of a town, each family in one of the town's villages."""
        numbers = self.declare_pupils()
        for town in self.district.towns:
            places = [
                place
                for school in town.schools
                for place in self._places(town, school, numbers[school.code])
            ]  # fmt: skip
            self.rng.shuffle(places)
            if town is self.district.towns[0]:
                self._family_of_the_story(town, places)
            while places:
                together = [places.pop()]
                if self.rng.random() < 0.075 and (second := self._sibling(together[0], places)) is not None:
                    together.append(places.pop(second))
                self._settle(self._maker.add(together, self._village(town)))

    def _places(self, town: Town, school: Organization, number: int) -> list[Place]:
        grades: tuple[str, ...]
        weights: tuple[int, ...]
        if school.kind == "kindergarten":
            grades, weights = GRADES[:3], (28, 34, 38)
        elif school == self.district.upper:
            grades, weights = GRADES[9:14], (25, 25, 25, 19, 6)
        elif school == town.secondary:
            grades, weights = GRADES[9:12], (34, 34, 32)
        else:
            grades, weights = GRADES[3:9], (1, 1, 1, 1, 1, 1)
        drawn = self.rng.choices(grades, weights, k=number)
        return [Place(school, grade, self._onward(town, school, grade), self._before(town, grade)) for grade in drawn]

    def _onward(self, town: Town, school: Organization, grade: str) -> Organization | None:
        if grade == "K3":
            return self.rng.choice(town.primaries)
        if grade == "6":
            return town.secondary
        if grade == "9" and school != self.district.upper:  # most go on to schools in the county town
            return self.district.upper if self.rng.random() < 0.2 else None
        return school

    def _before(self, town: Town, grade: str) -> Organization | None:
        step = GRADES.index(grade)
        if step < 3:
            return None
        return self.rng.choice(town.kindergartens if step < 9 else town.primaries) if step < 12 else town.secondary

    def _sibling(self, place: Place, places: list[Place]) -> int | None:
        """Where a place for a brother or sister stands: two to seven grades apart."""
        grade = GRADES.index(place.grade)
        near = range(max(len(places) - 40, 0), len(places))
        return next((i for i in near if 2 <= abs(GRADES.index(places[i].grade) - grade) <= 7), None)

    def _village(self, town: Town) -> Organization:
        first = town.villages[0]
        if first.code != "shuanglong":
            return self.rng.choice(town.villages)
        here = sum(len(family.children) for family in self.families.get(first.code, ()))
        return first if here < VILLAGE_OF_THE_STORY else self.rng.choice(town.villages[1:])

    def _settle(self, family: Family) -> Family:
        self.families.setdefault(family.village.code, []).append(family)
        self.by_school.setdefault(family.schools[0].code, []).append(family)
        return family

    def _family_of_the_story(self, town: Town, places: list[Place]) -> None:
        """张伟 and his sister 张小雅 of 双龙村: both parents in Dongguan, the grandmother cares for both."""
        school = town.primaries[1]
        together = []
        for grade in ("4", "1"):
            index = next(i for i, place in enumerate(places) if (place.school, place.grade) == (school, grade))
            together.append(places.pop(index))
        family = self._maker.add(together, town.villages[0], Plan("away", "away", "62"))
        brother, sister = family.children
        brother.name, brother.sex, sister.name, sister.sex = "张伟", "1", "张小雅", "2"
        for child in family.children:
            child.id_number = self._maker.numbers.draw("500116", child.born_on, child.sex)
            child.registration = "1"
            child.derive()
        named = (family.father, "张大勇"), (family.mother, "李秀梅"), (family.carer, "陈桂英")
        for relative, name in named:
            if relative is not None:
                relative.name = name
                relative.phone = relative.phone or words.phone(self.rng)
        self._settle(family)

    # --- work -------------------------------------------------------------------------------------------------------

    def pair(self, school: Organization, teachers: int) -> None:
        """Teachers of a school, each paired with two or three of its left-behind children."""
        first_day = date(self.year - 1, 9, 1)
        families = self.by_school[school.code]
        children = [family.children[0] for family in self.rng.sample(families, min(teachers * 3, len(families)))]
        for _teacher in range(teachers):
            mentor = self.rows.add(
                Mentor(
                    code=words.code(self.rng),
                    organization=school,
                    name=words.adult_name(self.rng, words.surname(self.rng), self.rng.choice("12")),
                    phone=words.phone(self.rng),
                    kind=self.rng.choices(("teacher", "retired", "parent", "women"), (85, 5, 5, 5))[0],
                    checked_on=first_day if self.rng.random() < 0.8 else None,
                    from_on=first_day,
                )
            )
            for child in [children.pop() for _number in range(min(self.rng.randint(2, 3), len(children)))]:
                from_on = max(child.opened_on, a_day(self.rng, first_day, date(self.year, 10, 31)))
                ended = self.rng.random() < 0.05
                until_on = min(from_on + timedelta(days=self.rng.randint(90, 200)), self.today) if ended else None
                self.rows.pair(mentor, child, from_on, until_on=until_on)

    def contacts(self, offices: dict[str, Office]) -> None:
        """Contacts of last year and this year by the villages' caseworkers and the schools' teachers."""
        log = Contacts(random.Random("contacts"), self.rows)  # noqa: S311
        first, last = date(self.year, 1, 6), self.today - timedelta(days=1)
        for code, families in self.families.items():
            if code == "shuanglong":
                Caseload(log, offices[code], families, self.today).fill()
            else:
                log.over_time(offices[code], families, _CONTACTS_OF_A_VILLAGE, first, last)
        for code, families in self.by_school.items():
            # the village of the story keeps its own rhythm, so that its due list stays believable
            known = [family for family in families if family.village.code != "shuanglong"]
            log.over_time(offices[code], known, _CONTACTS_OF_A_SCHOOL, first, last)


class Caseload:
    """The caseworker's village: everyone contacted in the rhythm of the rules, but for a few who are due today."""

    def __init__(self, log: Contacts, office: Office, families: list[Family], today: date) -> None:
        self.log, self.office, self.families, self.today = log, office, families, today

    def fill(self) -> None:
        """张伟's family was last visited 97 days ago and last called 43 days ago; one child was never contacted; one
        awaits the visit, two any contact; the others are in time."""
        story, *others = self.families
        _never, visit, *others = sorted(others, key=lambda family: len(family.children))
        self._rhythm(story, last=43, home=97)
        self._rhythm(visit, last=12, home=104)
        for family, days in zip(others[:2], (34, 51), strict=True):
            self._rhythm(family, last=days, home=days)
        for family in others[2:]:
            days = self.log.rng.randint(1, 24)
            visited = days + self.log.rng.choice((0, 21, 44))
            is_new = self.today - timedelta(days=visited) < family.opened_on
            self._rhythm(family, last=days, home=days if is_new else visited)

    def _rhythm(self, family: Family, *, last: int, home: int) -> None:
        """Contacts back to the beginning of last year: the latest `last` days ago, the latest home visit `home`."""
        rng = self.log.rng
        ago = last
        while (held_on := self.today - timedelta(days=ago)) >= max(date(self.today.year - 1, 1, 6), family.opened_on):
            at_home = ago >= home
            kind = "home" if at_home else rng.choice(("call", "talk"))
            # a talk is with one child; while a visit is awaited, calls keep the whole family in touch
            self.log.with_family(self.office, family, held_on, "call" if kind == "talk" and len(family.children) > 1 else kind, sure=True)  # fmt: skip
            if at_home:
                home = ago + rng.randint(70, 84)
            ago += rng.randint(20, 27)
            if home - 12 <= ago < home:
                ago = home
