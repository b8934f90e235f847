"""Clearing away archives that nobody sees: of an import that was stopped or overtaken, or of a batch taken back."""

from __future__ import annotations

from django.db import transaction

from caseworks import access
from caseworks.exchange import work
from caseworks.exchange.jobs import Lease, pause
from caseworks.exchange.models import State
from caseworks.exchange.writer import BY_CHILD, BY_RELATIVE, TABLES
from children.models import Arrival, Child
from guardians.models import Relative

CHUNK = 200


def clear_away(lease: Lease) -> None:
    """Remove the hidden archives of the batch with everything that belongs to them, some at a time."""
    batch = lease.batch
    while keys := list(Arrival.objects.filter(batch=batch.pk).values_list("child_id", flat=True)[:CHUNK]):
        made = [
            fields["id"]
            for row in batch.rows.filter(pk__in=keys).for_work()
            for each in work.of_text(row.work)
            for table, fields in each.made
            if table == "relative"
        ]
        with transaction.atomic(), access.arriving():
            lease.renew(done=batch.done + len(keys), tries=0)
            # from the outside in: what is about a relative is in scope through the kinship, and that through the child
            for table in reversed(TABLES):
                if table in BY_RELATIVE:
                    TABLES[table].objects.filter(relative__in=made).delete()
                elif table in BY_CHILD - {"kinship"}:
                    TABLES[table].objects.filter(child__in=keys).delete()
            Relative.objects.filter(pk__in=made).delete()
            if not Child.objects.filter(pk__in=keys).delete()[0]:
                raise access.ScopeError("Archives that are to be cleared away are out of reach.")
        pause()
    then = batch.then
    with transaction.atomic():
        lease.pass_to(then, then="", written={})
        if then not in {State.CHECKING, State.PREVIEWED}:
            batch.forget()
