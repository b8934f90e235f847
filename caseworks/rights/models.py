"""What a family was told, agreed to and asked for; what must not be removed; and the proof of what was."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from caseworks import codelists
from caseworks.codelists import CodeField
from caseworks.encryption import SealedField
from caseworks.identity import random_code
from caseworks.models import Organization, Period, Posting, Record
from caseworks.scoped import AboutChildren, ScopedManager, ScopedQuerySet
from children.models import Child
from guardians.models import Relative

# how long after a decision everything that is kept can be shown or handed over on its ground
DAYS_TO_FULFIL = 30


class ConsentQuerySet(ScopedQuerySet):
    """Notices and consents, in the users' words."""

    def about(self, purpose: str) -> ConsentQuerySet:
        """Those for one purpose."""
        return self.filter(purpose=purpose)

    def newest_first(self) -> ConsentQuerySet:
        """The latest on top; on the same day the one recorded last."""
        return self.order_by("-given_on", "-id")


class Consent(Record, AboutChildren):
    """What the family was told, or was asked and answered, for one purpose (告知与同意).

    Below the age of 14 a guardian answers (个人信息保护法 art. 31); from then on the child may, and `relative` is empty.
    `rules_version` is the version of the public rules that was shown. The latest answer for a purpose counts; a consent
    can be withdrawn at any time (art. 15).
    """

    code = models.CharField(max_length=10, unique=True, default=random_code, editable=False)
    child = models.ForeignKey(Child, on_delete=models.CASCADE, related_name="consents")
    purpose = CodeField(codelists.CONSENT_PURPOSE, verbose_name=_("purpose"), blank=False)
    answer = CodeField(codelists.CONSENT_ANSWER, verbose_name=_("answer"), blank=False)
    relative = models.ForeignKey(
        Relative, verbose_name=_("who answered"), on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    way = CodeField(codelists.CONSENT_WAY, verbose_name=_("way"), blank=False)
    given_on = models.DateField(_("date"))
    rules_version = models.CharField(_("version of the rules"), max_length=20)
    withdrawn_on = models.DateField(_("withdrawn on"), null=True, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("recorded by"), on_delete=models.PROTECT, related_name="+"
    )

    objects = ScopedManager.from_queryset(ConsentQuerySet)()  # type: ignore[misc]  # the plugin sees no class variable in a generated manager

    relation: str  # what the relative is to the child, in words: filled by consents.of()

    get_purpose_display: Callable[[], str]
    get_answer_display: Callable[[], str]
    get_way_display: Callable[[], str]

    class Meta(AboutChildren.Meta):
        verbose_name = _("notice or consent")
        constraints = [
            models.CheckConstraint(
                condition=Q(withdrawn_on__isnull=True) | Q(withdrawn_on__gte=F("given_on"), answer="agreed"),
                name="only_what_was_agreed_is_withdrawn",
            ),
            models.CheckConstraint(
                condition=Q(purpose="notice", answer="told") | (~Q(purpose="notice") & ~Q(answer="told")),
                name="a_notice_is_told_and_a_consent_answered",
            ),
        ]
        indexes = [models.Index(fields=["child", "purpose", "given_on"], name="consent_of_a_child")]

    def holds_on(self, day: date) -> bool:
        """True if this is an agreement that is in force on a day. A withdrawal counts from its own day on."""
        return (
            self.answer == "agreed" and self.given_on <= day and (self.withdrawn_on is None or day < self.withdrawn_on)
        )


class RightsRequestQuerySet(ScopedQuerySet):
    """Requests of families, in the users' words."""

    def waiting(self) -> RightsRequestQuerySet:
        """Requests without an answer."""
        return self.filter(decision="")

    def overdue_on(self, day: date) -> RightsRequestQuerySet:
        """Requests that should have been answered before a day."""
        return self.waiting().filter(due_on__lt=day)

    def urgent_first(self) -> RightsRequestQuerySet:
        """Those that wait, the longest overdue on top; then the answered ones, the latest on top."""
        answered = models.Case(models.When(decision="", then=0), default=1, output_field=models.IntegerField())
        return self.annotate(answered=answered).order_by("answered", "due_on", "id")


class RightsRequest(Record, AboutChildren):
    """A family asks to see, copy, correct or erase what is kept (查阅、复制、更正、删除申请).

    `relative` and `asker_name` say who asks; both empty means the child. A refusal is given in writing with its reason
    (未成年人网络保护条例 art. 34), a partial grant too; `due_on` is counted from the day the request came in.
    """

    code = models.CharField(max_length=10, unique=True, default=random_code, editable=False)
    child = models.ForeignKey(Child, on_delete=models.CASCADE, related_name="rights_requests")
    kind = CodeField(codelists.RIGHTS_KIND, verbose_name=_("what is asked for"), blank=False)
    relative = models.ForeignKey(
        Relative, verbose_name=_("who asks"), on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    asker_name = models.CharField(_("name of another person"), max_length=40, blank=True)
    identity_check = CodeField(codelists.IDENTITY_CHECK, verbose_name=_("how identity was checked"), blank=False)
    words = SealedField(_("what exactly"), max_length=1000, multiline=True)
    received_on = models.DateField(_("received on"))
    received_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("received by"), on_delete=models.PROTECT, related_name="+"
    )
    received_for = models.ForeignKey(Organization, verbose_name=_("office"), on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField(_("to be answered by"))
    decision = CodeField(codelists.RIGHTS_DECISION, verbose_name=_("decision"))
    decided_on = models.DateField(_("decided on"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("decided by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    reason = SealedField(_("reason"), max_length=1000, multiline=True)

    objects = ScopedManager.from_queryset(RightsRequestQuerySet)()  # type: ignore[misc]  # the plugin sees no class variable in a generated manager

    get_kind_display: Callable[[], str]
    get_decision_display: Callable[[], str]
    get_identity_check_display: Callable[[], str]

    class Meta(AboutChildren.Meta):
        verbose_name = _("request of a family")
        verbose_name_plural = _("requests of families")
        constraints = [
            models.CheckConstraint(
                condition=Q(decision="", decided_on__isnull=True, decided_by__isnull=True)
                | (~Q(decision="") & Q(decided_on__isnull=False, decided_by__isnull=False)),
                name="a_decision_has_a_day_and_a_person",
            ),
            models.CheckConstraint(condition=Q(due_on__gte=F("received_on")), name="request_due_after_it_came"),
        ]
        indexes = [models.Index(fields=["decision", "due_on"], name="request_by_due_day")]

    def __str__(self) -> str:
        return self.code

    def get_absolute_url(self) -> str:
        return reverse("rights:request", args=[self.code])

    @property
    def is_waiting(self) -> bool:
        """True until somebody decides."""
        return not self.decision

    @property
    def is_granted(self) -> bool:
        """True if it was granted, in full or in part."""
        return self.decision in {"granted", "partly"}

    def may_be_fulfilled(self, day: date) -> bool:
        """True for `DAYS_TO_FULFIL` days after it was granted."""
        return (
            self.is_granted and self.decided_on is not None and day <= self.decided_on + timedelta(days=DAYS_TO_FULFIL)
        )

    def is_overdue(self, day: date) -> bool:
        """True if it still waits although its answer was due before this day."""
        return self.is_waiting and self.due_on < day


class LegalHold(Record, AboutChildren, Period):
    """Nothing of this archive may be removed, from a day until a day: another law needs it (暂停删除)."""

    child = models.ForeignKey(Child, on_delete=models.CASCADE, related_name="holds")
    reason = CodeField(codelists.HOLD_REASON, verbose_name=_("reason"), blank=False)
    placed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("placed by"), on_delete=models.PROTECT, related_name="+"
    )

    get_reason_display: Callable[[], str]

    class Meta(AboutChildren.Meta):
        verbose_name = _("hold on removal")
        constraints = [
            Period.ends_after_it_begins("hold_ends_after_it_begins"),
            models.UniqueConstraint(
                fields=["child"], condition=Q(until_on__isnull=True), name="one_open_hold_per_child"
            ),
        ]


class ErasureProposal(Record, AboutChildren):
    """Somebody proposes to erase an archive; a second person must confirm it. It goes with the archive."""

    child = models.OneToOneField(Child, on_delete=models.CASCADE, related_name="erasure_proposal")
    reason = CodeField(codelists.ERASURE_REASON, verbose_name=_("reason"), blank=False)
    request = models.ForeignKey(
        RightsRequest, verbose_name=_("request"), on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("proposed by"), on_delete=models.PROTECT, related_name="+"
    )
    proposed_on = models.DateField(_("proposed on"))

    get_reason_display: Callable[[], str]

    class Meta(AboutChildren.Meta):
        verbose_name = _("proposal to erase")


class ErasureQuerySet(models.QuerySet["Erasure"]):
    def visible_to(self, posting: Posting) -> ErasureQuerySet:
        """Erasures by the offices below the posting."""
        return self.filter(organization__in=Organization.objects.under(posting.organization))


class Erasure(Record):
    """The proof that an archive was erased: who decided, what kinds of records went and how many, and what is kept.

    It says nothing about the child, so that it can be shown to anybody and kept when the archive is gone. `removed` and
    `unlinked` count records by kind: `{"children.Child": 1}`. `kept_until` is the day on which the last event of the
    audit trail about this archive, which names nobody, leaves the registry.
    """

    code = models.CharField(max_length=10, unique=True, default=random_code, editable=False)
    organization = models.ForeignKey(Organization, verbose_name=_("office"), on_delete=models.PROTECT, related_name="+")
    reason = CodeField(codelists.ERASURE_REASON, verbose_name=_("reason"), blank=False)
    request_code = models.CharField(_("request"), max_length=10, blank=True)
    requested_on = models.DateField(_("requested on"), null=True)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("proposed by"), on_delete=models.PROTECT, related_name="+"
    )
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("confirmed by"), on_delete=models.PROTECT, related_name="+"
    )
    done_at = models.DateTimeField(_("erased at"))
    removed: Any = models.JSONField(_("removed"), default=dict)
    unlinked: Any = models.JSONField(_("kept, no longer linked"), default=dict)
    kept_until = models.DateField(_("traces kept until"))

    objects = ErasureQuerySet.as_manager()

    get_reason_display: Callable[[], str]

    class Meta:
        verbose_name = _("erasure")
        verbose_name_plural = _("erasures")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.code

    def get_absolute_url(self) -> str:
        return reverse("rights:proof", args=[self.code])
