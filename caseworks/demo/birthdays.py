"""What the birthdays of the last years asked for has been done; what those of the last weeks ask for is still to be done."""

from __future__ import annotations

import random
from datetime import date, timedelta

from caseworks.models import User
from children.ages import due_birthdays, passed
from children.models import AgeStep, Child

_DAYS_STILL_TO_BE_DONE = 60


def add_age_steps(by: User, today: date) -> None:
    """Tick off every birthday that is longer ago, some days after it."""
    rng = random.Random("birthdays")  # noqa: S311
    long_ago = today - timedelta(days=_DAYS_STILL_TO_BE_DONE)
    rows = [
        AgeStep(
            child=each.child,
            age=each.trigger.age,
            done_on=each.on + timedelta(days=rng.randint(1, _DAYS_STILL_TO_BE_DONE)),
            done_by=by,
        )
        for each in passed(due_birthdays(Child.objects.live(), today), today)
        if each.on < long_ago
    ]
    AgeStep.objects.bulk_create(rows, batch_size=500)
