"""The catalogue of figures. One figure is one query: what a page counts, it can also list.

An indicator says what is counted, in which unit (人, 人次, 次 … are different counts), in words with their source, and
holds one function that returns the records behind the figure. Dashboard, list, report, workbook and command read that
function, so a number and the list it opens cannot differ.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import product
from operator import itemgetter
from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery, Sum
from django.utils.translation import gettext_lazy as _

from caseworks.kept import own_work
from caseworks.models import in_force
from caseworks.reports import splits
from caseworks.reports.question import Question
from caseworks.reports.splits import Split
from caseworks.scoped import subquery
from children.models import Child, PupilCount
from guardians.models import Relative
from visits.models import Contact, ContactChild, Counterpart, Mentor

STOCK, FLOW = "stock", "flow"
GROUPED_BY_THE_DATABASE = 3  # splits at once
Slice = Mapping[str, tuple[str, ...]]  # split key → cells


@dataclass(frozen=True)
class Indicator:
    """One figure.

    `unit` is a code of codelists.UNIT. `kind` is STOCK (holds on the cut-off day) or FLOW (happened in the year).
    `records` returns the records behind it. The value is their number, or the sum of the field `summed` over them.
    """

    key: str
    name: Any
    unit: str
    kind: str
    words: Any
    find: Callable[[Question], QuerySet]
    splits: tuple[Split, ...] = ()
    summed: str = ""

    def split(self, key: str) -> Split:
        """The split of that key. Raises KeyError if these records cannot be split that way."""
        return {split.key: split for split in self.splits}[key]

    def records(self, question: Question, slice_: Slice | None = None) -> QuerySet:
        """The records behind the figure, or behind one of its slices."""
        rows = self.find(question)
        for key, cells in (slice_ or {}).items():
            rows = self.split(key).keep(rows, question, cells)
        return rows

    @property
    def _measure(self) -> Any:
        return Sum(self.summed) if self.summed else Count("pk")

    def value(self, question: Question, slice_: Slice | None = None) -> int:
        """The figure itself."""
        return self.records(question, slice_).aggregate(value=self._measure)["value"] or 0

    def tally(self, question: Question) -> Tally:
        """The figure in all its slices at once, from one query."""
        if not self.splits:
            return Tally((), Counter({(): self.value(question)}))
        names = {f"in_{split.key}": split.value(question) for split in self.splits}
        rows = self.find(question).order_by().annotate(**names).values_list(*names)
        if len(self.splits) <= GROUPED_BY_THE_DATABASE:
            counted = rows.annotate(measured=self._measure)
            return Tally(self.splits, Counter({row[:-1]: row[-1] or 0 for row in counted}))
        # grouped by so many things nearly every row is its own group: counting them here is twice as fast
        return Tally(self.splits, Counter(rows))


class Tally:
    """The counts of one figure, cross-tabulated by all its splits."""

    def __init__(self, by: tuple[Split, ...], rows: Counter[tuple[str, ...]]) -> None:
        self._places = {split.key: (at, split) for at, split in enumerate(by)}
        self._rows = rows
        self._tables: dict[tuple[str, ...], Counter[tuple[str, ...]]] = {}
        self.total = sum(rows.values())

    def by(self, *keys: str) -> Counter[tuple[str, ...]]:
        """How many lie in each combination of cells of these splits."""
        if keys not in self._tables:
            places = [self._places[key] for key in keys]
            pick = itemgetter(*(at for at, _split in places))
            raw: Counter[Any] = Counter()
            for values, count in self._rows.items():
                raw[pick(values)] += count
            table: Counter[tuple[str, ...]] = Counter()
            for picked, count in raw.items():
                combination = picked if len(keys) > 1 else (picked,)
                cells = (split.cell_of(value) for (_at, split), value in zip(places, combination, strict=True))
                table[tuple(cells)] += count
            self._tables[keys] = table
        return self._tables[keys]

    def cells(self, key: str) -> dict[str, int]:
        """How many lie in each cell of one split."""
        return {cell: count for (cell,), count in self.by(key).items()}

    def count(self, slice_: Slice) -> int:
        """How many lie in a slice."""
        if not slice_:
            return self.total
        keys = tuple(sorted(slice_))
        table = self.by(*keys)
        # looked up, not searched for: a county's table of a thousand villages asks two thousand times
        return sum(table[cells] for cells in product(*(slice_[key] for key in keys)))


# --- What is behind each figure -----------------------------------------------------------------------------------------


def _latest_counts(question: Question) -> QuerySet[PupilCount]:
    """The latest declared count of each of the office's schools up to the cut-off."""
    latest = (
        PupilCount.objects.filter(school=OuterRef("school"), counted_on__lte=question.last)
        .order_by("-counted_on", "-id")
        .values("pk")[:1]
    )
    return PupilCount.objects.filter(school__in=question.schools(), pk=Subquery(latest))


def _uncounted_schools(question: Question) -> QuerySet:
    return question.schools().exclude(pk__in=PupilCount.objects.filter(counted_on__lte=question.last).values("school"))


def _archives_opened(question: Question) -> QuerySet:
    return question.children_of_the_year().opened_between(question.first, question.last)


def _paired(question: Question) -> QuerySet:
    return question.kept(Child, in_force(question.last)).filter(pk__in=question.pairings().values("child"))


def _mentors(question: Question) -> QuerySet:
    return Mentor.objects.filter(pk__in=question.pairings().values("mentor"))


def _contacts(question: Question) -> QuerySet:
    return own_work(Contact, "logged_for").filter(question.of_its_contacts())


def _child_contacts(question: Question) -> QuerySet:
    return own_work(ContactChild, "contact__logged_for").filter(question.of_its_contacts("contact__"))


def _people_contacted(question: Question) -> QuerySet:
    rows = own_work(Counterpart, "contact__logged_for").filter(question.of_its_contacts("contact__"))
    return rows.filter(contact__reached=True)


def _children_reached(question: Question) -> QuerySet:
    reached = subquery(ContactChild).filter(question.of_its_contacts("contact__"), contact__reached=True)
    return question.kept(Child, question.in_the_year).filter(pk__in=reached.values("child"))


def _parents_reached(question: Question) -> QuerySet:
    met = subquery(Counterpart).filter(
        question.of_its_contacts("contact__"),
        contact__reached=True,
        kind__in=("father", "mother"),
        relative__isnull=False,
    )
    return question.kept(Relative, question.in_the_year).filter(pk__in=met.values("relative"))


OF_CHILDREN = (
    splits.SEX,
    splits.AGE,
    splits.SCHOOL,
    splits.VILLAGE,
    splits.AWAY,
    splits.CARER,
    splits.DESTINATION,
    splits.BOARDING,
    splits.REGISTRATION,
    splits.HEALTH,
    splits.MENTORED,
    splits.REACHED,
    splits.COMPLETE,
    splits.DECLARED,
)

INDICATORS: dict[str, Indicator] = {
    indicator.key: indicator
    for indicator in (
        Indicator(
            "schools",
            _("schools"),
            "schools",
            STOCK,
            _("Schools and kindergartens under the office that are not closed at the cut-off."),
            lambda question: question.schools(),
        ),
        Indicator(
            "schools_undeclared",
            _("schools without a pupil count"),
            "schools",
            STOCK,
            _("Schools that have not declared how many pupils they have by the cut-off."),
            _uncounted_schools,
        ),
        Indicator(
            "pupils",
            _("pupils"),
            "people",
            STOCK,
            _("The latest number declared by each school up to the cut-off, added up."),
            _latest_counts,
            (splits.PUPILS_SCHOOL,),
            summed="pupils",
        ),
        Indicator(
            "rural_pupils",
            _("pupils from the countryside"),
            "people",
            STOCK,
            _("The part of the declared pupils whose home is in the countryside."),
            lambda question: _latest_counts(question).filter(rural_pupils__isnull=False),
            summed="rural_pupils",
        ),
        Indicator(
            "rural_asked",
            _("pupils of schools that declared the part from the countryside"),
            "people",
            STOCK,
            _("The whole of which the pupils from the countryside are a share."),
            lambda question: _latest_counts(question).filter(rural_pupils__isnull=False),
            summed="pupils",
        ),
        Indicator(
            "left_behind",
            _("left-behind children"),
            "people",
            STOCK,
            _(
                "Children with an open archive who at the cut-off are left behind by the definition of this report: "
                "enrolled in the schools, living in the villages or paired with the mentors of the office, each "
                "child once."
            ),
            lambda question: question.left_behind(),
            OF_CHILDREN,
        ),
        Indicator(
            "archives",
            _("archives on file"),
            "archives",
            STOCK,
            _("Archives open at the cut-off, whether or not the child counts as left behind; one per child."),
            lambda question: question.children(),
            (splits.SEX, splits.AGE),
        ),
        Indicator(
            "archives_opened",
            _("archives opened"),
            "archives",
            FLOW,
            _("Archives opened in the year, of children who were the office's on a day of it."),
            _archives_opened,
            (splits.SEX,),
        ),
        Indicator(
            "archives_closed",
            _("archives closed"),
            "archives",
            FLOW,
            _("Archives closed in the year, of children who were the office's on a day of it."),
            lambda question: question.children_closed(),
            (splits.EXIT,),
        ),
        Indicator(
            "pairings",
            _("pairings"),
            "pairs",
            STOCK,
            _("Open at the cut-off: by mentors of the office, or for children of its schools and villages."),
            lambda question: question.pairings(),
            (splits.PAIRING_MENTOR_KIND,),
        ),
        Indicator(
            "mentors",
            _("mentors"),
            "people",
            STOCK,
            _("People with at least one of these pairings, each person once."),
            _mentors,
            (splits.MENTOR_KIND,),
        ),
        Indicator(
            "paired",
            _("children paired"),
            "people",
            STOCK,
            _("Children with at least one of these pairings, each child once."),
            _paired,
            (splits.SEX,),
        ),
        Indicator(
            "contacts",
            _("contacts made"),
            "times",
            FLOW,
            _("Contacts of the year on behalf of the office; a visit to two siblings is one. Attempts are told apart."),
            _contacts,
            (splits.how(), splits.outcome()),
        ),
        Indicator(
            "child_contacts",
            _("child contacts"),
            "person_times",
            FLOW,
            _("The children of these contacts; a visit to two siblings is two, a second visit counts again."),
            _child_contacts,
            (splits.how("contact__"), splits.outcome("contact__")),
        ),
        Indicator(
            "people_contacted",
            _("people spoken to"),
            "person_times",
            FLOW,
            _("The people spoken to in the contacts that reached somebody; a person spoken to twice is two."),
            _people_contacted,
            (splits.WHOM, splits.how("contact__")),
        ),
        Indicator(
            "children_reached",
            _("children reached"),
            "people",
            FLOW,
            _("Children of at least one contact of the year that reached somebody, each child once."),
            _children_reached,
            (splits.SEX,),
        ),
        Indicator(
            "parents_reached",
            _("parents spoken to"),
            "people",
            FLOW,
            _("Fathers and mothers named in a contact of the year that reached somebody, each person once."),
            _parents_reached,
        ),
    )
}
