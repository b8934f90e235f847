"""The kinds of dated facts: what each is called, what its form asks and how a row of it is read.

A new kind is a model (`children.models.Fact`), an entry here and its fields in caseworks/classified.py; its pages, its
place in the archive and in the timeline follow.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from caseworks import codelists
from children.models import (
    Boarding,
    Disability,
    Facet,
    Fact,
    GrowthEntry,
    GuardianshipRating,
    Hardship,
    HealthCheck,
    Illness,
    LastingFact,
    Livelihood,
    Need,
    Relief,
    Schooling,
    Survey,
    TermRecord,
)


@dataclass(frozen=True)
class Kind:
    """One kind of fact. `head` are the fields a row is known by, `details` those shown where something is recorded,
    `always` those whose emptiness is shown too; `hints` are explained beside the form; `proof` is the paper it is shown by,
    a key of `codelists.PROOF`."""

    key: str
    model: type[Fact]
    title: Any
    add: Any
    fields: tuple[str, ...]
    head: tuple[str, ...]
    details: tuple[str, ...] = ()
    always: tuple[str, ...] = ()
    end_fields: tuple[str, ...] = ()
    hints: tuple[tuple[Any, Any], ...] = ()
    lead: Any = ""
    shown_first: int = 3
    proof: str = ""

    @property
    def lasts(self) -> bool:
        """True for facts that hold from a day until a day."""
        return issubclass(self.model, LastingFact)


RATINGS = (
    (
        codelists.GUARDIANSHIP["good"],
        _("The carer does it well: daily life, schooling and health of the child are fully looked after."),
    ),
    (
        codelists.GUARDIANSHIP["fair"],
        _("By and large the child is looked after, but there is a hidden risk to behaviour or state of mind."),
    ),
    (
        codelists.GUARDIANSHIP["poor"],
        _(
            "Nobody looks after the child, or one parent is away and the other unable, or the carer is unfit; the child "
            "may go astray, leave school or live on the street, or does so already."
        ),
    ),
)

KINDS: dict[str, Kind] = {
    kind.key: kind
    for kind in (
        Kind(
            "schooling",
            Schooling,
            _("Not at a school of the registry"),
            _("State why not"),
            ("kind", "from_on", "note"),
            ("kind",),
            ("note",),
            lead=_(
                "Only where no school says it: not yet in kindergarten, vocational school, dropped out, not at school."
            ),
        ),
        Kind(
            "term",
            TermRecord,
            _("Terms"),
            _("Enter a term"),
            ("term", "recorded_on", "chinese", "mathematics", "english", "conduct", "days_missed", "comment"),
            ("term",),
            ("days_missed", "comment"),
            always=("chinese", "mathematics", "english", "conduct"),
        ),
        Kind(
            "boarding",
            Boarding,
            _("Places at school"),
            _("Enter dormitory and bed"),
            ("dormitory", "room", "bed", "seat", "goes_home", "fetched_by", "from_on"),
            ("dormitory", "room", "bed"),
            ("seat", "goes_home", "fetched_by"),
            lead=_("Where the child sleeps and sits at school. A new entry ends the one before."),
        ),
        Kind(
            "disability",
            Disability,
            _("Disabilities"),
            _("Enter a disability"),
            ("kind", "level", "certificate", "from_on"),
            ("kind",),
            ("certificate",),
            always=("level",),
            lead=_("As on the certificate. Several kinds are several entries."),
            proof="disability",
        ),
        Kind(
            "illness",
            Illness,
            _("Illnesses"),
            _("Enter an illness"),
            ("kind", "name", "from_on"),
            ("kind", "name"),
            lead=_("Major and chronic illnesses. If the child is known to have none, choose “none”."),
        ),
        Kind(
            "check",
            HealthCheck,
            _("Health checks"),
            _("Enter a health check"),
            (
                "checked_on",
                "hospital",
                "height_cm",
                "weight_kg",
                "vision_left",
                "vision_right",
                "haemoglobin",
                "result",
                "finding",
                "outcome",
                "outcome_on",
            ),
            ("hospital",),
            (
                "height_cm",
                "weight_kg",
                "vision_left",
                "vision_right",
                "haemoglobin",
                "finding",
                "outcome",
                "outcome_on",
            ),
            always=("result",),
            lead=_("Leave empty what was not measured."),
            proof="check",
        ),
        Kind(
            "rating",
            GuardianshipRating,
            _("Guardianship rating"),
            _("Rate the guardianship"),
            ("rating", "assessed_on", "assessed_by", "note"),
            ("rating",),
            ("assessed_by", "note"),
            hints=RATINGS,
            shown_first=1,
        ),
        Kind(
            "livelihood",
            Livelihood,
            _("Sources of income"),
            _("Enter the sources of income"),
            ("sources", "yuan_a_year", "known_on"),
            ("sources",),
            ("yuan_a_year",),
            shown_first=1,
        ),
        Kind(
            "relief",
            Relief,
            _("Public support"),
            _("Enter support"),
            ("kind", "yuan_a_month", "from_on"),
            ("kind",),
            ("yuan_a_month",),
            lead=_("If the family is known to get none, choose “none”."),
            proof="relief",
        ),
        Kind(
            "hardship",
            Hardship,
            _("Difficulties"),
            _("Enter a difficulty"),
            ("kind", "from_on", "note"),
            ("kind",),
            ("note", "exit_reason"),
            end_fields=("exit_reason",),
            lead=_("A child can be in several difficulties at once. If somebody looked and found none, choose “none”."),
        ),
        Kind(
            "need",
            Need,
            _("Needs"),
            _("Enter a need"),
            ("kind", "state", "plan", "from_on"),
            ("kind", "state"),
            ("plan",),
        ),
        Kind(
            "facet",
            Facet,
            _("The child in six facets"),
            _("Describe a facet"),
            ("facet", "text", "noted_on"),
            ("facet",),
            ("text",),
            shown_first=6,
        ),
        Kind(
            "survey",
            Survey,
            _("Surveys"),
            _("Enter a survey"),
            ("surveyed_on", "study", "life", "psychology", "safety", "health", "sentence", "need"),
            (),
            ("sentence", "need"),
            always=("study", "life", "psychology", "safety", "health"),
            shown_first=1,
        ),
        Kind(
            "growth",
            GrowthEntry,
            _("Growth entries"),
            _("Write an entry"),
            ("kind", "happened_on", "text", "visible_to"),
            ("kind",),
            ("text", "visible_to"),
        ),
    )
}
