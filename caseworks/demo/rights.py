"""Invented notices, consents and requests of families."""

from __future__ import annotations

import random
from datetime import date, timedelta
from uuid import UUID

from caseworks.demo import words
from caseworks.disclosure.processing import RULES_VERSION
from caseworks.models import User
from caseworks.rights.models import Consent, RightsRequest
from caseworks.rights.workdays import workdays_after
from children.models import Child
from guardians.models import Kinship

_DAYS = 15


def add_rights(by: User, officer: User, today: date) -> None:
    """Most families have been told of the rules by their guardian's signature; a few were asked for more. The families of
    one village have asked for something."""
    rng = random.Random("rights")  # noqa: S311
    links = Kinship.objects.filter(relation__in=("51", "52"), child__closed_on=None).order_by("relation", "child_id")
    parents = {link.child_id: link.relative_id for link in links}
    opened = dict(Child.objects.live().values_list("pk", "opened_on"))
    rows = []
    for child, relative in parents.items():
        if rng.random() < 0.85:
            rows.append(_consent(rng, child, relative, "notice", "told", opened[child], by))
        if rng.random() < 0.08:
            purpose = rng.choice(("donors", "photo", "volunteers", "psychological"))
            answer = rng.choice(("agreed", "agreed", "refused"))
            rows.append(_consent(rng, child, relative, purpose, answer, opened[child], by))
    Consent.objects.bulk_create(rows, batch_size=500)
    _requests(rng, by, officer, parents, today)


def _consent(
    rng: random.Random, child: UUID, relative: UUID, purpose: str, answer: str, day: date, by: User
) -> Consent:
    return Consent(
        code=words.code(rng), child_id=child, relative_id=relative, purpose=purpose, answer=answer,
        way=rng.choice(("paper", "paper", "person", "phone")), given_on=day, rules_version=RULES_VERSION, recorded_by=by,
    )  # fmt: skip


def _requests(rng: random.Random, by: User, officer: User, parents: dict[UUID, UUID], today: date) -> None:
    office = by.postings_on(today)[0].organization
    children = Child.objects.live().living_under(office, on=today).filter(pk__in=parents).in_name_order()[:4]
    kinds = (("copy", 30, ""), ("correct", 6, ""), ("view", 20, "granted"), ("erase", 50, "refused"))
    for child, (kind, days, decision) in zip(children, kinds, strict=False):
        received = today - timedelta(days=days)
        answered = {}
        if decision:
            answered = {"decision": decision, "decided_on": received + timedelta(days=9), "decided_by": officer}
            answered["reason"] = "" if decision == "granted" else "孩子仍在册，依法须继续保存档案。"
        RightsRequest.objects.create(
            code=words.code(rng), child=child, relative_id=parents[child.pk], kind=kind, identity_check="id_card",
            received_on=received, received_by=by, received_for=office, due_on=workdays_after(received, _DAYS), **answered,
        )  # fmt: skip
