"""Applying the time of keeping, in small steps while people work.

Each step knows what is due and removes it chunk by chunk. A chunk is one short transaction with its own event in the
audit trail, which says what and how many, and names nobody; a run that is broken off is simply started again.
"""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from axes.models import AccessAttempt, AccessFailureLog
from django.db import models, transaction
from django.db.models import Exists, F, OuterRef
from django.utils.translation import gettext_lazy as _

from caseworks import audit, privacy
from caseworks.exchange.models import ImportBatch, StagedRow
from caseworks.identity import random_code
from caseworks.models import Export, Posting, Session, Submission, User
from caseworks.rights import clock
from caseworks.rights.models import Erasure
from caseworks.rights.removal import remove
from children.models import Child, ChosenColumns, ClassTeacher, SavedFilter
from children.models.archive import years_before
from visits.models import Mentor, Pairing

CHUNK = 200
# a whole archive takes a hundredth of a second: nobody who saves meanwhile shall wait for more than a few
ARCHIVES_IN_A_CHUNK = 20
GONE = "gone-"  # the login of somebody whose name has been taken out
GONE_NAME = "—"
DAYS_SUBMISSIONS_KEPT = 30
# records of wrong passwords: at least six months (网络安全法, network logs); the trail keeps who signed in for three years
DAYS_ATTEMPTS_KEPT = 200


@dataclass(frozen=True)
class Step:
    """One kind of removal: its key for the trail, what it is in words, the rows that are due, and what happens to a
    chunk of them (returns how many rows of each kind went, or were emptied)."""

    key: str
    words: Any
    due: Callable[[], models.QuerySet[Any]]
    act: Callable[[list[Any]], dict[str, int]]
    size: int = CHUNK

    def chunk(self, size: int = 0) -> int:
        """Do one chunk; returns how many of the due rows were done, 0 when nothing is left. Rows that somebody is
        writing just now are left for the next run."""
        with transaction.atomic():
            rows = list(
                self.due().order_by("pk").select_for_update(skip_locked=True, of=("self",))[: size or self.size]
            )
            if rows:
                audit.record("retention.applied", changes={"step": self.key, "rows": self.act(rows)})
        return len(rows)


def _early(model: Any, years: int, names: list[str], today: date) -> Step:
    """What goes of a model before the archives: its rows, or some of their fields."""
    label = model._meta.label
    due = functools.partial(clock.due_rows, model, years, today)
    if clock.goes_whole(model, years):
        return Step(label, model._meta.verbose_name, due, _delete)
    fields = [model._meta.get_field(name) for name in names]
    values: dict[str, Any] = {field.name: clock.emptied(field) for field in fields}
    if any(field.name == "version" for field in model._meta.concrete_fields):
        values["version"] = F("version") + 1  # a form that was open meanwhile must not bring the value back

    def act(rows: list[Any]) -> dict[str, int]:
        return {label: model.objects.filter(pk__in=[row.pk for row in rows]).update(**values)}

    return Step(f"{label}: {', '.join(names)}", model._meta.verbose_name, due, act)


def _remove_archives(children: list[Child]) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for child in children:
        audit.record("child.deleted", child)
        counts.update(remove(child)[0])
    return dict(sorted(counts.items()))


def _delete(rows: list[Any]) -> dict[str, int]:
    model = type(rows[0])
    return model._default_manager.filter(pk__in=[row.pk for row in rows]).delete()[1]


def _years(group: str) -> int:
    return privacy.GROUPS[group].years or 0


# --- The office's own people ------------------------------------------------------------------------------------------


def _staff_gone(today: date) -> models.QuerySet[Any]:
    """People whose last post ended so long ago; whoever never had one is not meant."""
    posts = Posting.objects.filter(user=OuterRef("pk"))
    still = posts.exclude(until_on__lte=years_before(today, _years("staff")))
    return User.objects.filter(Exists(posts), ~Exists(still)).exclude(username__startswith=GONE)


def _anonymise_staff(people: list[Any]) -> dict[str, int]:
    """What they did stays done by the same account, which no longer says whose it was; nobody signs in with it."""
    counts: Counter[str] = Counter()
    for person in people:
        for kept in (person.sessions, person.recovery_codes, person.former_passwords, person.postings):
            counts.update(kept.all().delete()[1])
        counts.update(SavedFilter.objects.filter(owner=person).delete()[1])
        counts.update(ChosenColumns.objects.filter(user=person).delete()[1])
        person.username, person.name, person.is_active = f"{GONE}{random_code().lower()}", GONE_NAME, False
        person.set_unusable_password()
        person.last_login = person.second_factor_since = None
        person.save()
        counts[User._meta.label] += 1
    return dict(counts)


def _mentors_gone(group: str, today: date) -> models.QuerySet[Any]:
    return Mentor.objects.filter(until_on__lte=years_before(today, _years(group)))


def _empty_phones(mentors: list[Any]) -> dict[str, int]:
    keys = [mentor.pk for mentor in mentors]
    return {Mentor._meta.label: Mentor.objects.filter(pk__in=keys).update(phone="", version=F("version") + 1)}


def _anonymise_mentors(mentors: list[Any]) -> dict[str, int]:
    """A mentor without pairings goes; one whose children still have an archive leaves the name."""
    keys = {mentor.pk for mentor in mentors}
    paired = set(Pairing.objects.filter(mentor__in=keys).values_list("mentor_id", flat=True))
    counts = Counter(
        {
            Mentor._meta.label: Mentor.objects.filter(pk__in=paired).update(
                name=GONE_NAME, phone="", user=None, version=F("version") + 1
            )
        }
    )
    counts.update(Mentor.objects.filter(pk__in=keys - paired).delete()[1])
    return dict(counts)


# --- All of it --------------------------------------------------------------------------------------------------------


def steps(today: date, now: datetime) -> Iterator[Step]:
    """Everything whose time can be over, in the order it is done: people first, then what the machine keeps."""

    def ago(years: int) -> datetime:
        return now.replace(year=now.year - years, day=min(now.day, 28))

    for model, years, names in clock.early_parts():
        yield _early(model, years, names, today)
    yield Step(
        "archives",
        _("whole archives"),
        lambda: clock.closed_for(clock.archive_years(), today),
        _remove_archives,
        ARCHIVES_IN_A_CHUNK,
    )
    yield Step(
        "telephones of mentors",
        _("telephones of mentors"),
        lambda: _mentors_gone("helper", today).exclude(phone=""),
        _empty_phones,
    )
    yield Step(
        "mentors",
        _("mentors"),
        lambda: _mentors_gone("pairing", today).exclude(name=GONE_NAME),
        _anonymise_mentors,
    )
    yield Step("staff", _("staff"), lambda: _staff_gone(today), _anonymise_staff)
    yield Step(
        "class teachers",
        _("class teachers"),
        lambda: ClassTeacher.objects.filter(year__lt=today.year - _years("teacher")),
        _delete,
    )
    yield Step(
        "rows of rosters",
        _("rows of rosters"),
        lambda: StagedRow.objects.filter(batch__uploaded_at__lt=ago(_years("roster"))),
        _delete,
    )
    yield Step(
        "rosters", _("rosters"), lambda: ImportBatch.objects.filter(uploaded_at__lt=ago(_years("import"))), _delete
    )
    yield Step(
        "proofs of erasure",
        _("proofs of erasure"),
        lambda: Erasure.objects.filter(done_at__lt=ago(_years("proof"))),
        _delete,
    )
    yield Step(
        "files asked for",
        _("files asked for"),
        lambda: Export.objects.filter(asked_at__lt=ago(_years("release"))),
        _delete,
    )
    yield Step(
        "saved forms",
        _("saved forms"),
        lambda: Submission.objects.filter(saved_at__lt=now - timedelta(days=DAYS_SUBMISSIONS_KEPT)),
        _delete,
    )
    yield Step("sessions", _("sessions"), lambda: Session.objects.filter(expire_date__lt=now), _delete)
    before = now - timedelta(days=DAYS_ATTEMPTS_KEPT)
    for model in (AccessAttempt, AccessFailureLog):
        yield Step(
            f"wrong passwords: {model.__name__}",
            _("wrong passwords"),
            lambda model=model: model.objects.filter(attempt_time__lt=before),  # type: ignore[misc]
            _delete,
        )
