"""How many pupils a school has: declared by the school, because the registry does not hold every pupil."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from caseworks.models import Editable, Organization


class PupilCount(Editable):
    """Pupils of a school in a term, as the school declared them; not a record about any child.

    `term` is the school year's first calendar year and the term in it: `2025-1` is autumn 2025, `2025-2` spring 2026.
    """

    school = models.ForeignKey(
        Organization, verbose_name=_("school"), on_delete=models.PROTECT, related_name="pupil_counts"
    )
    term = models.CharField(_("term"), max_length=6)
    counted_on = models.DateField(_("counted on"))
    pupils = models.PositiveIntegerField(_("pupils"))
    rural_pupils = models.PositiveIntegerField(_("of these from the countryside"), null=True, blank=True)

    class Meta:
        verbose_name = _("declared pupil count")
        verbose_name_plural = _("declared pupil counts")
        ordering = ["-counted_on", "school__path"]
        constraints = [
            models.UniqueConstraint(fields=["school", "term"], name="one_pupil_count_per_school_and_term"),
            models.CheckConstraint(
                condition=Q(rural_pupils__isnull=True) | Q(rural_pupils__lte=F("pupils")),
                name="rural_pupils_are_among_the_pupils",
            ),
        ]
