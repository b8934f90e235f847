"""The archive of one child (一人一档)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Q, Value
from django.db.models.functions import Concat
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from caseworks import codelists
from caseworks.access import acting
from caseworks.codelists import CodeField
from caseworks.encryption import BlindIndexField, SealedField
from caseworks.identity import ALPHABET, random_code
from caseworks.models import Editable, Organization, in_force, subtree
from caseworks.scoped import AboutChildren, InScope, ScopedManager, ScopedQuerySet, subquery
from children import idnumbers, names
from children.models import words as name_words

# So many names are looked through for the pages of a search; who finds more types more, or narrows the list.
MOST_MATCHES = 500


def years_before(day: date, years: int) -> date:
    """The last day on which somebody of that many full years can have been born.

    >>> years_before(date(2024, 2, 29), 18)
    datetime.date(2006, 2, 28)
    """
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


class ChildQuerySet(ScopedQuerySet):
    """Children, in the words of the people who ask for them."""

    def live(self) -> ChildQuerySet:
        """Archives that are open."""
        return self.filter(closed_on__isnull=True)

    def open_on(self, on: date) -> ChildQuerySet:
        """Archives opened by a day and not closed by then; one that was closed then and is open again now was not."""
        closed_then = subquery(apps.get_model("children.ClosedPeriod")).filter(in_force(on), child=OuterRef("pk"))
        still = Q(closed_on__isnull=True) | Q(closed_on__gt=on)
        return self.filter(Q(opened_on__lte=on), still, ~Exists(closed_then))

    def opened_between(self, first: date, last: date) -> ChildQuerySet:
        """Archives opened from a day to a day, both included."""
        return self.filter(opened_on__range=(first, last))

    def matching(self, words: str, *, most: int | None = None) -> ChildQuerySet:
        """Children found by name, part of a name, pinyin, initials, ID number or its last four characters, or code.

        With `most`, no more than so many are looked at in a large area (for pages: 张 finds thirty thousand in a city), and
        they are looked up at once, because a page is counted and then read; without, all of them.
        """
        words = names.clean(words).lower().replace(" ", "")
        if not words:
            return self
        # no name begins with digits, and no pinyin is without vowels: each of these asks one index alone
        if len(words) == 4 and words[:3].isdigit():
            return self.filter(id_tail_index=words)
        if len(words) == 18 and words[:17].isdigit():
            return self.filter(id_index=words)
        if len(words) == 10 and set(words.upper()) <= set(ALPHABET):
            return self.filter(code=words.upper())
        now = acting()
        if now is None or not (now.scope.wide or now.scope.everyone) or len(words) > name_words.LONGEST:
            # a village has a hundred names; to read them is faster than to find all of a country's 张 first
            return self.filter(search_text__contains=f" {words}")
        found = name_words.NameWord.objects.filter(name_words.beginning(words))
        if most is None:
            return self.filter(pk__in=found.values("child"))
        return self.filter(pk__in=name_words.first_children(found.filter(InScope("child", singly=True)), most))

    def with_id_number(self, *numbers: str) -> ChildQuerySet:
        """Archives with one of these ID numbers, however they are written; empty ones are passed over."""
        return self.filter(id_index__in=[number for number in numbers if number])

    def with_id_tail(self, tail: str) -> ChildQuerySet:
        """Archives whose ID number ends with these four characters."""
        return self.filter(id_tail_index=tail)

    def enrolled_under(self, *roots: Organization, on: date) -> ChildQuerySet:
        """Children enrolled, on a day, in the given schools or in schools below the given offices."""
        return self._at("children.Enrolment", "school", roots, on)

    def living_under(self, *roots: Organization, on: date) -> ChildQuerySet:
        """Children living, on a day, in the given villages or in villages below the given offices."""
        return self._at("children.Residence", "village", roots, on)

    def _at(self, label: str, place: str, roots: tuple[Organization, ...], on: date) -> ChildQuerySet:
        below = Q(pk__in=[])
        for root in roots:
            low, high = subtree(root.path)
            below |= Q(**{f"{place}__path__gte": low, f"{place}__path__lt": high})
        # a sub-query, not a join: a join would count a child once for every row it has there
        return self.filter(pk__in=subquery(apps.get_model(label)).filter(in_force(on), below).values("child"))

    def aged(self, first: int, last: int, on: date) -> ChildQuerySet:
        """Children from one age to another, both included, in full years on a day."""
        return self.filter(born_on__lte=years_before(on, first), born_on__gt=years_before(on, last + 1))

    def in_name_order(self, *, few: bool = False) -> ChildQuerySet:
        """By the reading of the name, as a Chinese list is read. `few` says that the children are named by key already:
        PostgreSQL then sorts them, and does not walk down all names of a county until it meets fifty of them."""
        return self.order_by(Concat("name_order", Value("")) if few else "name_order", "id")

    # Every way to write many children keeps the words by which they are found.

    def bulk_create(self, objs: Any, *args: Any, **kwargs: Any) -> Any:
        made = super().bulk_create(objs, *args, **kwargs)
        name_words.index((child.pk, child.search_text) for child in made)
        return made

    def update(self, **fields: Any) -> int:
        """As Django's, which `bulk_update` also ends in."""
        if "search_text" not in fields:
            return super().update(**fields)
        keys = list(self.values_list("pk", flat=True))
        changed = super().update(**fields)
        name_words.index_anew(Child.objects.filter(pk__in=keys).values_list("pk", "search_text"))
        return changed


ChildManager = ScopedManager.from_queryset(ChildQuerySet)


class Child(Editable, AboutChildren):
    """A child's archive (儿童档案).

    Facts about the person stand here; facts with dates (school, village, who is away, who cares) stand in rows of their
    own. Whether the child *is* left behind is never stored: it follows from those facts, for a definition, on a day.
    """

    scope_column = "pk"

    code = models.CharField(_("archive code"), max_length=10, unique=True, default=random_code, editable=False)
    name = models.CharField(_("name"), max_length=72)
    sex = CodeField(codelists.SEX, verbose_name=_("sex"))
    born_on = models.DateField(_("date of birth"))
    id_number = SealedField(_("ID number"), max_length=18)
    id_doubtful = models.BooleanField(_("ID number to be verified"), default=False)
    # what of the sealed number contradicts the archive, as letters (idnumbers.contradictions): a list can ask for it
    id_faults = models.CharField(max_length=4, blank=True, editable=False)
    ethnicity = CodeField(codelists.ETHNICITY, verbose_name=_("ethnic group"))
    registration = CodeField(codelists.REGISTRATION, verbose_name=_("household registration"))
    registered_at = SealedField(_("registered at"), max_length=100)
    health = CodeField(codelists.HEALTH, verbose_name=_("health"))
    only_child = models.BooleanField(_("only child"), null=True, blank=True)
    orphan = models.BooleanField(_("orphan"), null=True, blank=True)
    notes = SealedField(_("notes"), max_length=2000, multiline=True)
    opened_on = models.DateField(_("archive opened on"))
    closed_on = models.DateField(_("archive closed on"), null=True, blank=True)
    exit_reason = CodeField(codelists.EXIT_REASON, verbose_name=_("reason of exit"))
    # how the child is found and sorted. The tail alone has 10,000 values, evenly spread: who holds the database without
    # the keys learns that two children share one, and not which
    id_index = BlindIndexField("id_number", normal=idnumbers.clean)
    id_tail_index = BlindIndexField("id_number", normal=idnumbers.tail, db_index=True)
    name_order = models.CharField(max_length=80, editable=False)
    search_text = models.TextField(editable=False)

    objects = ChildManager()  # type: ignore[misc]  # the plugin sees no class variable in a generated manager

    get_sex_display: Callable[[], str]
    get_registration_display: Callable[[], str]
    get_exit_reason_display: Callable[[], str]

    class Meta(AboutChildren.Meta):
        verbose_name = _("child")
        verbose_name_plural = _("children")
        indexes = [
            models.Index(fields=["name_order", "id"], name="child_by_name"),
            models.Index(fields=["opened_on", "id"], name="child_by_opening"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["id_index"],
                condition=Q(closed_on__isnull=True),
                name="one_live_archive_per_id_number",
            ),
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True) | Q(closed_on__gte=models.F("opened_on")),
                name="child_closed_after_opened",
            ),
            models.CheckConstraint(condition=Q(opened_on__gte=models.F("born_on")), name="child_opened_after_birth"),
            models.CheckConstraint(
                condition=Q(closed_on__isnull=False) | Q(exit_reason=""), name="child_exit_reason_only_when_closed"
            ),
        ]

    def __str__(self) -> str:
        return self.code

    def derive(self) -> Child:
        """Fill what follows from the name and the ID number; save() does it, bulk writers call it themselves. (Blind
        indexes need nobody.)"""
        self.id_faults = idnumbers.contradictions(self.id_number, born_on=self.born_on, sex=self.sex)
        self.name_order = names.sort_key(self.name)
        self.search_text = names.search_text(self.name)
        return self

    def save(self, *args: Any, **kwargs: Any) -> None:
        new, before = self._state.adding, self.search_text
        self.derive()
        super().save(*args, **kwargs)
        if new:
            name_words.index([(self.pk, self.search_text)])
        elif before != self.search_text:
            name_words.index_anew([(self.pk, self.search_text)])

    def get_absolute_url(self) -> str:
        return reverse("children:detail", args=[self.code])

    @property
    def is_live(self) -> bool:
        """True while the archive is open."""
        return self.closed_on is None

    def age_on(self, day: date) -> int:
        """Full years of age on a day; a child born on 29 February turns a year older on 1 March of common years."""
        return day.year - self.born_on.year - ((day.month, day.day) < (self.born_on.month, self.born_on.day))
