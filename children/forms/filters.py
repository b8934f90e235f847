"""The filter of the children list: it stays in the address, and the export reads the same one."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.db.models import Exists, OuterRef, Q
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from caseworks import codelists
from caseworks.access import Role, acting
from caseworks.codelists import PARENTS, SCHOOL_KINDS
from caseworks.forms import DateInput
from caseworks.models import Organization, Posting, in_force
from caseworks.pages import Pages
from caseworks.scoped import subquery
from children import areas, names, sorting
from children.models import Child, Enrolment
from children.models.archive import MOST_MATCHES, ChildQuerySet, years_before
from guardians.definitions import away, definition, definition_choices, one_by_one
from guardians.family import cared_for_by
from guardians.finding import found_by, kind_of_number
from guardians.gaps import gap_choices, with_gap
from visits.models import Pairing

EARLIEST = date(2000, 1, 1)
MOST_ASKED = 3_000
_ALL = ("", _("All"))
_YES_NO = [_ALL, ("yes", _("Yes")), ("no", _("No"))]


def is_full_number(words: str) -> bool:
    """True for a whole ID number or telephone number, which must not stay in an address."""
    return kind_of_number(words) in {"id_number", "phone"}


class ChildrenFilter(forms.Form):
    """Which children to list. Everything is optional; what the address does not know is refused by name."""

    fields: dict[str, Any]  # each kind of field has attributes of its own

    q = forms.CharField(label=_("Name, pinyin, last 4 of ID number or phone"), max_length=72, required=False)
    under = forms.CharField(label=_("School or village"), max_length=40, required=False, widget=forms.Select)
    definition = forms.ChoiceField(label=_("Definition"), required=False)
    left_behind = forms.ChoiceField(label=_("Left behind"), choices=_YES_NO, required=False)
    on = forms.DateField(label=_("As of"), required=False, widget=DateInput())
    grade = forms.ChoiceField(label=_("Grade"), required=False)
    sex = forms.ChoiceField(label=_("Sex"), required=False)
    carer = forms.ChoiceField(label=_("Carer"), required=False)
    province = forms.ChoiceField(label=_("Parent works in"), required=False)
    gap = forms.ChoiceField(label=_("Missing or contradictory"), required=False)
    mentor = forms.ChoiceField(label=_("Has a mentor"), choices=_YES_NO, required=False)
    archive = forms.ChoiceField(
        label=_("Archive"), choices=[("", _("Open")), ("closed", _("Closed")), ("all", _("All"))], required=False
    )
    sort = forms.ChoiceField(required=False, widget=forms.HiddenInput)
    FIRST = ("q", "under", "left_behind")
    FOR_MENTORS = ("q", "archive", "sort")  # a handful of children need no more

    def __init__(self, data: QueryDict, *, posting: Posting, today: date) -> None:
        super().__init__(data)
        self.today = today
        self.own = posting.organization
        self.chosen: Organization | None = None
        self.for_mentor = posting.role == Role.MENTOR
        if self.for_mentor:
            self.fields = {name: self.fields[name] for name in self.FOR_MENTORS}
        self.fields["sort"].choices = [("", ""), *((key, key) for key in sorting.KEYS)]
        self.unknown = sorted(set(data) - set(self.fields) - {"page"})
        for name, codelist in (
            ("grade", codelists.GRADE),
            ("sex", codelists.SEX),
            ("carer", codelists.CARER_KIND),
            ("province", codelists.PROVINCE),
        ):
            if name in self.fields:
                self.fields[name].choices = [_ALL, *codelist.choices()]
        for field in self.fields.values():
            is_select = isinstance(field.widget, forms.Select)
            field.widget.attrs["class"] = "form-select" if is_select else "form-control"
        if not self.for_mentor:
            self.fields["definition"].choices = definition_choices()
            self.fields["gap"].choices = [_ALL, *gap_choices()]
            self.fields["on"].widget.attrs.update({"min": EARLIEST.isoformat(), "max": today.isoformat()})

    def clean_q(self) -> str:
        return names.clean(self.cleaned_data["q"])

    def clean_under(self) -> Organization | None:
        code = self.cleaned_data["under"]
        if code:
            county = areas.county_of(self.own)
            self.chosen = Organization.objects.under(county).filter(code=code).first()
            if self.chosen is None:
                raise forms.ValidationError(_("There is no such school or village in your area."))
        return self.chosen

    def clean_on(self) -> date:
        on = self.cleaned_data["on"] or self.today
        if not EARLIEST <= on <= self.today:
            raise forms.ValidationError(_("Choose a day from the year 2000 to today."))
        return on

    def clean(self) -> dict[str, Any]:
        if self.unknown:
            words = _("The address contains filters this list does not know: %(names)s.")
            raise forms.ValidationError(words, params={"names": ", ".join(name[:30] for name in self.unknown[:5])})
        return self.cleaned_data

    def offer_places(self) -> None:
        """Fill the choices of schools and villages."""
        if "under" in self.fields:
            places = areas.places_to_choose(self.own, self.chosen)
            self.fields["under"].widget.choices = [_ALL, *areas.grouped_by_kind(places)]

    def breadcrumb(self) -> list[areas.Step]:
        """The areas from the county down to where the list stands."""
        return [] if self.for_mentor else areas.breadcrumb(self.own, self.chosen)

    @property
    def first(self) -> list[forms.BoundField]:
        """The controls that are always seen."""
        return [self[name] for name in self.FIRST if name in self.fields]

    @property
    def more(self) -> list[forms.BoundField]:
        """The controls behind "more"."""
        return [field for field in self.visible_fields() if field.name not in self.FIRST]

    @property
    def uses_more(self) -> bool:
        """True if one of those is in use, so that they must not be hidden."""
        return any(self.data.get(field.name) for field in self.more)

    @property
    def day(self) -> date:
        """The day the list speaks of."""
        return self.cleaned_data.get("on") or self.today

    @property
    def used(self) -> dict[str, str]:
        """The filters in use, as they stand in the address."""
        return {name: self.data[name][:80] for name in self.fields if self.data.get(name)}

    @property
    def order(self) -> str:
        """The order asked for, a key of `children.sorting`; empty: by name."""
        return self.cleaned_data.get("sort") or ""

    @property
    def query(self) -> str:
        """The filters in use as an address carries them, in one order, so that two alike are equal."""
        return urlencode(sorted(self.used.items()))

    def in_words(self) -> list[str]:
        """The filters in use, in words, for the foot of the export."""
        words = []
        for name in self.used:
            if name == "sort":
                continue
            field, value = self.fields[name], self.data[name]
            choices = dict(getattr(field, "choices", ()))
            shown = self.chosen.name if name == "under" and self.chosen else str(choices.get(value, value))
            words.append(f"{field.label}: {shown}")
        return words

    def children(self, *, most: int | None = None) -> ChildQuerySet:
        """The children asked for, in name order; nobody if the form is not valid. `most`: see `ChildQuerySet.matching`."""
        if not self.is_valid():
            return Child.objects.none()
        asked, on = self.cleaned_data, self.day
        found = found_by(self._archives(asked["archive"], on), asked["q"], most=most)
        if self.chosen is not None:
            found = self._under(found, self.chosen, on)
        if asked.get("sex"):
            found = found.filter(sex=asked["sex"])
        if asked.get("grade"):
            in_grade = subquery(Enrolment).filter(in_force(on), grade=asked["grade"], child=OuterRef("pk"))
            found = found.filter(Exists(in_grade))
        if asked.get("left_behind"):
            found = self._standing(found, on)
        if asked.get("carer"):
            found = found.filter(one_by_one(cared_for_by(asked["carer"], on)))
        if asked.get("province"):
            found = found.filter(one_by_one(away(PARENTS, on, province=asked["province"])))
        if asked.get("gap"):
            found = with_gap(found, asked["gap"], on)
        if asked.get("mentor"):
            paired = Exists(subquery(Pairing).filter(in_force(on), child=OuterRef("pk")))
            found = found.filter(paired if asked["mentor"] == "yes" else ~paired)
        return found.in_name_order(few=most is not None)

    @property
    def most(self) -> int:
        """To how many the list is counted: fewer where every child's family must be asked, in an area with many."""
        scope = acting().scope  # type: ignore[union-attr]  # a page has one
        if not scope.wide:
            return Pages.most
        if self._only_words:
            return MOST_MATCHES
        asks_families = {"left_behind", "carer", "province", "gap", "mentor", "grade"} & set(self.used)
        return MOST_ASKED if asks_families else Pages.most

    @property
    def _only_words(self) -> bool:
        """True if a name is asked and nothing that narrows it."""
        return bool(self.used.get("q")) and not set(self.used) - {"q", "definition", "sort"}

    def pages(self) -> ChildQuerySet:
        """The children asked for, as pages show them: if nothing but a name is asked, so many matches at most."""
        return self.children(most=MOST_MATCHES + 1 if self._only_words else None)

    def _standing(self, found: ChildQuerySet, on: date) -> ChildQuerySet:
        used = definition(self.cleaned_data["definition"])
        if self.cleaned_data["left_behind"] == "yes":
            return used.first_of(found, on)
        # not the condition turned round: where nothing was declared it is unknown, and its negation unknown too
        young = subquery(Child).filter(born_on__gt=years_before(on, used.under), pk=OuterRef("pk"))
        return found.exclude(Exists(young.filter(one_by_one(used.condition(on)))))

    def _archives(self, archive: str, on: date) -> ChildQuerySet:
        if archive == "closed":
            return Child.objects.filter(closed_on__lte=on)
        if archive == "all":
            return Child.objects.filter(opened_on__lte=on)
        return Child.objects.live() if on == self.today else Child.objects.open_on(on)

    @staticmethod
    def _under(found: ChildQuerySet, place: Organization, on: date) -> ChildQuerySet:
        if place.kind in SCHOOL_KINDS:
            return found.enrolled_under(place, on=on)
        living = found.living_under(place, on=on)
        if place.kind == "village":
            return living
        return found.filter(
            Q(pk__in=living.order_by().values("pk")) | Q(pk__in=found.enrolled_under(place, on=on).values("pk"))
        )
