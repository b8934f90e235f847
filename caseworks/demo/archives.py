"""Whole archives for a few hundred children: what a village, a school and a bureau know after some years of work.

Drawn apart from everything else, so that the families stay the same people whether their archives are full or not.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from caseworks.demo import archive_words as said
from caseworks.demo import words
from caseworks.demo.families import Family
from caseworks.demo.rows import Rows, a_day
from caseworks.models import User
from children.models import (
    Boarding,
    Child,
    Disability,
    Facet,
    GrowthEntry,
    GuardianshipRating,
    Hardship,
    HealthCheck,
    Illness,
    Livelihood,
    Need,
    Relief,
    Survey,
    TermRecord,
)
from children.models.growth import term_of
from guardians.models import Absence, Entrustment, Kinship, Relative, Situation

_GRANDPARENTS = {"61": "1", "62": "2", "63": "1", "64": "2"}
_OF_A_SITUATION = {"disabled": "disabled", "ill": "incapable", "imprisoned": "parents_jailed", "lost": "absent"}


def rate(rows: Rows, families: Iterable[Family], by: User) -> None:
    """What even a hasty office enters of its families: how each child is looked after, and the disability of a few."""
    for family in families:
        for child in family.children:
            since = child.opened_on
            if rating := family.rated[child.pk]:
                facts = {"rating": rating, "assessed_on": since, "assessed_by": by.name}
                rows.add(GuardianshipRating(child=child, recorded_by=by, **facts))
            if kind := family.disabled.get(child.pk):
                rows.add(Disability(child=child, recorded_by=by, kind=kind, from_on=since))


class Archives:
    """Fills the archives of families that wait in `rows` and are not yet written."""

    def __init__(self, rows: Rows, today: date, seed: str) -> None:
        self.rows, self.today = rows, today
        self.rng = random.Random(seed)  # noqa: S311

    def fill(self, families: Iterable[Family], by: User) -> None:
        """Everything a diligent office enters; `by` is who entered it."""
        families = list(families)
        self._adults(families)
        for family in families:
            self._grandparents(family)
            for child in family.children:
                self._health(family, child, by)
                self._care(family, child, by)
                self._means(family, child, by)
                self._growth(child, by)
        children = {child.pk for family in families for child in family.children}
        self._terms(children, by)
        self._beds(children, by)

    def _day(self, child: Child, years: int = 2) -> date:
        """A day since the archive was opened, of the last years."""
        return a_day(self.rng, max(child.opened_on, self.today - timedelta(days=365 * years)), self.today)

    # --- the adults -------------------------------------------------------------------------------------------------

    def _adults(self, families: list[Family]) -> None:
        """Dates of birth, work at home, employers, papers: what the rows of the families do not say yet."""
        relatives = {
            relative.pk: relative
            for family in families
            for relative in (family.father, family.mother, family.carer)
            if relative is not None
        }
        for relative in relatives.values():
            if relative.born_year and self.rng.random() < 0.9:
                relative.born_on = a_day(self.rng, date(relative.born_year, 1, 1), date(relative.born_year, 12, 31))
            relative.health = self.rng.choices(("10", "20", "30"), (70, 22, 8))[0]
        away = {row.relative_id for row in self.rows.waiting(Absence) if row.until_on is None}
        for key, relative in relatives.items():
            if key not in away:
                relative.work = self.rng.choice(said.WORK)
        for absence in self.rows.waiting(Absence):
            if absence.relative_id in relatives and absence.employer:
                absence.employer_address = f"{absence.place}{self.rng.choice(said.STREETS)}{self.rng.randint(1, 300)}号"
                absence.employer_phone = words.phone(self.rng)
        for situation in self.rows.waiting(Situation):
            if situation.relative_id in relatives:
                self._measure(situation)
        children = {child.pk for family in families for child in family.children}
        for care in self.rows.waiting(Entrustment):
            if care.child_id in children:
                self._papers(care)

    def _measure(self, row: Situation) -> None:
        row.paper = self.rng.choice(("", said.PAPERS.get(row.kind, "")))
        if row.kind == "disabled":
            row.disability, row.level = self.rng.choice((("4", "2"), ("6", "3"), ("1", "1"), ("4", "3"), ("", "")))
        elif row.kind == "imprisoned":
            row.ends_on = row.from_on + timedelta(days=self.rng.choice((120, 900, 1500, 2600)))
        elif row.kind == "lost" and self.rng.random() < 0.7:
            row.accepted_on = min(row.from_on + timedelta(days=60), self.today)

    def _papers(self, care: Entrustment) -> None:
        told = care.agreement_signed_on or care.from_on
        if self.rng.random() < 0.75:
            care.checked_on = told
        if care.child_heard_on and self.rng.random() < 0.8:
            care.child_said = self.rng.choice(said.CHILD_SAID)
        if care.school_notified_on:
            care.school_witness = words.adult_name(self.rng, words.surname(self.rng), "2")
        if care.village_notified_on:
            care.village_witness = words.adult_name(self.rng, words.surname(self.rng), "1")
        if care.agreement_signed_on:
            care.term_until_on = self.today.replace(month=12, day=31)

    def _grandparents(self, family: Family) -> None:
        """Those of the four who are not in the family yet; one in five is dead, often since nobody knows when."""
        mother = family.mother.name[0] if family.mother else words.surname(self.rng)
        eldest = min(child.born_on for child in family.children)
        for relation, sex in _GRANDPARENTS.items():
            if relation in family.relations or self.rng.random() < 0.25:
                continue
            surname = {"61": family.children[0].name[0], "63": mother}.get(relation) or words.surname(self.rng)
            year = eldest.year - self.rng.randint(46, 62)
            elder = self.rows.add(
                Relative(
                    name=words.adult_name(self.rng, surname, sex, old=True),
                    sex=sex,
                    born_on=a_day(self.rng, date(year, 1, 1), date(year, 12, 31)),
                    born_year=year,
                )
            )
            for child in family.children:
                self.rows.add(Kinship(child=child, relative=elder, relation=relation))
            family.relations.add(relation)
            if self.rng.random() < 0.2:
                known = self.rng.random() < 0.5
                died_on = a_day(self.rng, date(eldest.year - 5, 1, 1), family.opened_on)
                self.rows.add(Situation(relative=elder, kind="dead", from_on=died_on, from_known=known))

    # --- the child --------------------------------------------------------------------------------------------------

    def _health(self, family: Family, child: Child, by: User) -> None:
        rng = self.rng
        if child.health == "50":
            level = rng.choice(("1", "2", "3", "4", ""))
            self._add(
                Disability, child, by, kind=family.disabled.get(child.pk, "4"), level=level, from_on=child.opened_on
            )
        if child.health in ("30", "60"):
            kind = rng.choice(("asthma", "heart", "kidney", "epilepsy"))
            self._add(Illness, child, by, kind=kind, from_on=child.opened_on)
        elif rng.random() < 0.5:
            self._add(Illness, child, by, kind="none", from_on=child.opened_on)
        for year in (self.today.year - 1, self.today.year):
            on = a_day(rng, date(year, 3, 1), date(year, 6, 20))
            if child.opened_on <= on <= self.today and rng.random() < 0.85:
                self._check(child, by, on)

    def _check(self, child: Child, by: User, on: date) -> None:
        rng, age = self.rng, child.age_on(on)
        eye = Decimal(rng.choice((45, 47, 48, 49, 50, 50, 51))) / 10
        result = rng.choices(("normal", "abnormal", "refer"), (78, 14, 8))[0]
        outcome = rng.choice(("fine", "treated", "")) if result == "refer" else ""
        self._add(
            HealthCheck,
            child,
            by,
            checked_on=on,
            hospital=said.HOSPITAL,
            height_cm=Decimal(age * 60 + 770 + rng.randint(-70, 70)) / 10,
            weight_kg=Decimal(age * 26 + 60 + rng.randint(-35, 60)) / 10,
            vision_left=eye,
            vision_right=max(eye - Decimal(rng.choice((0, 0, 1, 2))) / 10, Decimal("4.0")),
            haemoglobin=rng.randint(108, 146) if rng.random() < 0.7 else None,
            result=result,
            finding="" if result == "normal" else rng.choice(said.FINDINGS),
            outcome=outcome,
            outcome_on=min(on + timedelta(days=30), self.today) if outcome else None,
        )

    def _care(self, family: Family, child: Child, by: User) -> None:
        known = family.rated[child.pk]
        if not known or self.rng.random() < 0.1:
            return
        for months in (7, 1):
            on = self.today - timedelta(days=30 * months + self.rng.randint(0, 20))
            if on >= child.opened_on:
                rating = known if months == 1 else self.rng.choice((known, "fair"))
                note = said.RATINGS[rating] if self.rng.random() < 0.6 else ""
                self._add(GuardianshipRating, child, by, rating=rating, assessed_on=on, assessed_by=by.name, note=note)

    def _means(self, family: Family, child: Child, by: User) -> None:
        rng, on = self.rng, child.opened_on
        if rng.random() < 0.85:
            sources = ["wages", *rng.choice(([], ["farming"], ["farming", "support"], ["support"]))]
            income = rng.choice((None, rng.randint(14, 80) * 1000))
            self._add(Livelihood, child, by, known_on=self._day(child), sources=sources, yuan_a_year=income)
        hard = {_OF_A_SITUATION[each] for each in (family.plan.father, family.plan.mother) if each in _OF_A_SITUATION}
        poor = rng.random() < 0.12
        if child.health == "50":
            hard.add("disabled")
        if poor:
            hard.add("poor")
            self._add(Relief, child, by, kind="allowance", from_on=on, yuan_a_month=rng.choice((420, 581, 650)))
            if rng.random() < 0.4:
                self._add(Relief, child, by, kind="schooling", from_on=on)
        elif rng.random() < 0.6:
            self._add(Relief, child, by, kind="none", from_on=on)
        for kind in sorted(hard):
            note = rng.choice(said.HARDSHIPS) if kind == "poor" else ""
            self._add(Hardship, child, by, kind=kind, from_on=on, note=note)
        if not hard and rng.random() < 0.1:
            until = max(on, self.today - timedelta(days=rng.randint(30, 300)))
            self._add(Hardship, child, by, kind="poor", from_on=on, until_on=until, exit_reason="better_off")
        elif not hard and rng.random() < 0.6:
            self._add(Hardship, child, by, kind="none", from_on=on)
        if hard:
            kind, state, plan = rng.choice(said.NEEDS)
            self._add(Need, child, by, kind=kind, state=state, plan=plan, from_on=self._day(child, 1))

    def _growth(self, child: Child, by: User) -> None:
        rng = self.rng
        whole = rng.random() < 0.4
        for facet, texts in said.FACETS.items():
            if whole or rng.random() < 0.3:
                self._add(Facet, child, by, facet=facet, noted_on=self._day(child, 1), text=rng.choice(texts))
        if rng.random() < 0.7:
            ticks = {
                domain: rng.choices(("good", "some", "help", ""), (70, 18, 5, 7))[0] for domain in Survey.DOMAINS[1:]
            }
            sentence, need = rng.choice(said.SURVEYS)
            study = rng.choice(("good", "good", "some"))
            self._add(
                Survey, child, by, surveyed_on=self._day(child, 1), study=study, **ticks, sentence=sentence, need=need
            )
        for kind, text in rng.sample(said.GROWTH, rng.randint(0, 4)):
            seen = "mentors" if kind in ("award", "works", "activity") else "keepers"
            self._add(GrowthEntry, child, by, kind=kind, happened_on=self._day(child), text=text, visible_to=seen)

    def _terms(self, children: set[Any], by: User) -> None:
        """The last two terms that were over by today, at the school of their last day."""
        ends = [
            date(year, month, day)
            for year in (self.today.year - 1, self.today.year)
            for month, day in ((1, 18), (7, 3))
        ]
        for on in [end for end in ends if end <= self.today][-2:]:
            for row in self.rows.enrolled_on(on, children):
                if row.grade.startswith("K") or row.child.opened_on > on:
                    continue
                marks = dict(
                    zip(
                        ("chinese", "mathematics", "english"),
                        self.rng.choices("ABCD", (30, 40, 24, 6), k=3),
                        strict=True,
                    )
                )
                self._add(
                    TermRecord,
                    row.child,
                    by,
                    term=term_of(on),
                    school=row.school,
                    recorded_on=on,
                    conduct=self.rng.choices("ABC", (55, 40, 5))[0],
                    days_missed=self.rng.choice((0, 0, 0, 1, 2, 5, None)),
                    comment=self.rng.choice(said.COMMENTS),
                    **marks,
                )

    def _beds(self, children: set[Any], by: User) -> None:
        """A bed for every boarder, by the week in which the enrolment began; most go home every week."""
        boarders = [row for row in self.rows.enrolled_on(self.today, children) if row.boarding == "2"]
        for number, row in enumerate(boarders):
            house, place = ("1号楼", "2号楼")[row.child.sex == "2"], number // 2
            self._add(
                Boarding,
                row.child,
                by,
                from_on=max(row.from_on, row.child.opened_on),
                dormitory=house,
                room=f"{place // 24 + 1}{place // 8 % 3 + 1:02d}",
                bed=str(place % 8 + 1),
                seat=row.student_number,
                goes_home=self.rng.choices(("week", "fortnight", "month", ""), (70, 15, 5, 10))[0],
                fetched_by=self.rng.choices(
                    ("grandparents", "parents", "bus", "together", "alone", ""), (50, 12, 15, 10, 5, 8)
                )[0],
            )

    def _add(self, model: Any, child: Child, by: User, **values: Any) -> None:
        self.rows.add(model(code=words.code(self.rng), child=child, recorded_by=by, **values))
