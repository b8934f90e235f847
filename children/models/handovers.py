"""How an archive goes from one office to another, and how it is opened in an emergency."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from caseworks import codelists
from caseworks.access import ROLES, Via
from caseworks.codelists import CodeField
from caseworks.encryption import SealedField, SealedQuerySet
from caseworks.identity import random_code
from caseworks.models import Organization, PathField, Period, Posting, Record, subtree
from caseworks.scoped import AboutChildren, BetweenOffices, OfficeManager
from children.models.archive import Child

DAYS_UNTIL_OLD = 14


def _within(posting: Posting, column: str) -> Q:
    low, high = subtree(posting.organization.path)
    return Q(**{f"{column}__gte": low, f"{column}__lt": high})


def _roads(posting: Posting) -> list[str]:
    """The roads by which the role of a post reaches children: a school's clerk cannot take a child into a village."""
    return [str(via) for via in ROLES[posting.role].roads]


def waits_for(posting: Posting) -> Q:
    """The condition that it is this post's turn to answer."""
    offered = Q(asked_by_receiver=False) & _within(posting, "to_path") & Q(via__in=_roads(posting))
    asked = Q(asked_by_receiver=True) & _within(posting, "from_path") & ~_within(posting, "to_path")
    return offered | asked


class HandoverQuerySet(SealedQuerySet):
    """Hand-overs, in the users' words."""

    def waiting(self) -> HandoverQuerySet:
        """Those that nobody has answered."""
        return self.filter(state="waiting")

    def to_answer(self, posting: Posting) -> HandoverQuerySet:
        """Those that wait for an answer of this post: of the receiver where the giver proposed, of the giver where the
        receiver asked."""
        return self.waiting().filter(waits_for(posting))

    def sent(self, posting: Posting) -> HandoverQuerySet:
        """Those that wait for somebody else."""
        return self.waiting().exclude(pk__in=self.to_answer(posting).values("pk"))

    def answered(self) -> HandoverQuerySet:
        """Those that are over: accepted, returned or withdrawn."""
        return self.exclude(state="waiting")


class HandoverManager(OfficeManager.from_queryset(HandoverQuerySet)):  # type: ignore[misc]  # a manager made by a call
    """Default-deny, with the words of HandoverQuerySet."""


class Handover(Record, BetweenOffices):
    """An archive that is to go from one school, or one village, to another (转出转入): proposed by those who keep it, or
    asked for by those who need it (认领).

    Until it is accepted the receiver reads the summary copied here and nothing else; name, sex, birth and grade are as
    they were on the day it was proposed. It is seen by the offices it names, whoever reaches the child.
    """

    office_columns = ("from_path", "to_path", "proposed_path")

    code = models.CharField(max_length=10, unique=True, default=random_code, editable=False)
    child = models.ForeignKey(Child, on_delete=models.CASCADE, related_name="handovers")
    via = models.CharField(max_length=10, choices=[(Via.ENROLMENT, _("school")), (Via.RESIDENCE, _("village"))])
    from_organization = models.ForeignKey(
        Organization, verbose_name=_("from"), on_delete=models.PROTECT, related_name="+"
    )
    to_organization = models.ForeignKey(Organization, verbose_name=_("to"), on_delete=models.PROTECT, related_name="+")
    from_path = PathField(editable=False)
    to_path = PathField(editable=False)
    proposed_path = PathField(editable=False)
    asked_by_receiver = models.BooleanField(_("asked for by the receiver"), default=False)
    reason = CodeField(codelists.HANDOVER_REASON, verbose_name=_("reason"), blank=False)
    note = SealedField(_("remark"), max_length=300, multiline=True)
    moves_on = models.DateField(_("from which day"))
    state = CodeField(codelists.HANDOVER_STATE, verbose_name=_("state"), default="waiting", editable=False)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(auto_now_add=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    answer = SealedField(_("reason of the return"), max_length=300, multiline=True)
    name = models.CharField(_("name"), max_length=72, editable=False)
    sex = CodeField(codelists.SEX, verbose_name=_("sex"), editable=False)
    born_on = models.DateField(_("date of birth"), editable=False)
    grade = CodeField(codelists.GRADE, verbose_name=_("grade"), editable=False)

    objects = HandoverManager()  # type: ignore[misc]  # narrower than the one inherited, on purpose

    class Meta(BetweenOffices.Meta):
        verbose_name = _("hand-over")
        verbose_name_plural = _("hand-overs")
        constraints = [
            models.UniqueConstraint(
                fields=["child", "via"], condition=Q(state="waiting"), name="one_waiting_handover_per_child_and_road"
            )
        ]
        indexes = [
            models.Index(fields=["to_path", "state"], name="handover_by_receiver"),
            models.Index(fields=["from_path", "state"], name="handover_by_giver"),
        ]

    def get_absolute_url(self) -> str:
        return reverse("handovers:detail", args=[self.code])

    @property
    def is_waiting(self) -> bool:
        return self.state == "waiting"

    def days_waiting(self, today: date) -> int:
        """Full days since it was proposed."""
        return (today - timezone.localtime(self.proposed_at).date()).days

    def age_on(self, day: date) -> int:
        """Full years of age on a day."""
        return day.year - self.born_on.year - ((day.month, day.day) < (self.born_on.month, self.born_on.day))


class Grant(Record, AboutChildren, Period):
    """Somebody outside reaches the archive for a few days because of a stated emergency; `until_on` is the first day on
    which they do no longer. Those who answer for the child see it."""

    code = models.CharField(max_length=10, unique=True, default=random_code, editable=False)
    child = models.ForeignKey(Child, on_delete=models.CASCADE, related_name="grants")
    organization = models.ForeignKey(Organization, verbose_name=_("office"), on_delete=models.PROTECT, related_name="+")
    given_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("who"), on_delete=models.PROTECT, related_name="+"
    )
    reason = CodeField(codelists.EMERGENCY, verbose_name=_("emergency"), blank=False)
    words = models.CharField(_("what has happened"), max_length=200)
    given_at = models.DateTimeField(auto_now_add=True)

    class Meta(AboutChildren.Meta):
        verbose_name = _("access in an emergency")
        constraints = [
            models.CheckConstraint(
                condition=Q(until_on__isnull=False) & Q(until_on__gt=models.F("from_on")), name="grant_has_an_end"
            )
        ]
