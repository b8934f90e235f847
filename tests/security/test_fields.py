"""Whoever sends every field of every table by name changes only what the table of rights allows, and leaves a trace;
if the trace cannot be written nothing changes at all. For each role, at every form the role may send."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from caseworks import privacy
from tests.security.addresses import ROLES, browsers, insiders, path_of
from tests.security.changes import Change, Sent, changes, sendings, tables
from tests.test_access_matrix import undone

pytestmark = [pytest.mark.django_db, pytest.mark.thorough]

WORKING = [role for role in ROLES if role not in {"", "idle", "stranger"}]
KEPT_BY_THE_REGISTRY = {"key", "inner"}
# what an action brings about by itself, although whoever acts could not write it down: of a table, or of one field
CONSEQUENCES = {
    ("children:close", "visits.Pairing"),  # a closed archive ends its pairings
    ("leaving:withdraw", "caseworks.Export.state"),  # whoever asked takes it back; the rest of the request stands
    ("duplicates:compare", "guardians.Merge.before"),  # kept by the merge, to take it back; read by nobody
    ("children:attachment_remove", "children.Attachment.file_key"),  # goes with its picture
}
# A roster whose rows could not go in says that it was asked for, by whom, and what stood in the way; no row of it went
# in, and it is taken up again later.
TRIED = {("exchange:confirm", "exchange.ImportBatch")}
# so many of a role's forms must have been taken, or the tests say nothing
AT_LEAST = {"officer": 10, "caseworker": 10, "clerk": 12, "colleague": 10, "mentor": 1, "system": 3}


def forbidden(change: Change, posting: Any) -> bool:
    """True for a change that this posting may not make; keys, indexes and versions follow what was changed."""
    if privacy.name_of_group(change.table, change.field) in KEPT_BY_THE_REGISTRY:
        return False
    return not privacy.may_write(apps.get_model(change.table), change.field, posting)


def _follows(sent: Sent, change: Change) -> bool:
    """True for what this form brings about by itself."""
    words = (change.table, f"{change.table}.{change.field}")
    return any((sent.line.address, each) in CONSEQUENCES for each in words)


@pytest.mark.parametrize("role", WORKING)
def test_only_what_the_table_allows_is_changed_and_every_change_leaves_a_trace(role, cast):
    posting = getattr(cast, role).postings.get()
    not_allowed, without_trace, taken = [], [], 0
    for sent in sendings(cast, role):
        taken += bool(sent.made)
        not_allowed += [
            f"{sent.line}: {change.table}.{change.field}"
            for change in sent.made
            if forbidden(change, posting) and not _follows(sent, change)
        ]
        if sent.made and not sent.events:
            without_trace.append(str(sent.line))
    assert not_allowed == []
    assert without_trace == []
    assert taken >= AT_LEAST.get(role, 0)


@pytest.mark.parametrize("role", ["officer", "clerk", "mentor", "system"])
def test_nothing_changes_when_the_trail_cannot_be_written(role, cast):
    """The table of the trail refuses, as it does when a disk is full or a trigger is wrong."""
    changed, refused = {}, 0
    for sent in sendings(cast, role, first=_break_the_trail):
        refused += sent.response.status_code >= 500
        made = {f"{each.table}.{each.field}" for each in sent.made if (sent.line.address, each.table) not in TRIED}
        if made:
            changed[str(sent.line)] = sorted(made)
    assert changed == {}
    assert refused >= AT_LEAST[role]


def _break_the_trail() -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                "CREATE TRIGGER broken BEFORE INSERT ON caseworks_auditevent BEGIN SELECT RAISE(ABORT, 'broken'); END"
            )
        else:
            cursor.execute(
                "CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'broken'; END $$"
            )
            cursor.execute(
                "CREATE TRIGGER broken BEFORE INSERT ON caseworks_auditevent FOR EACH ROW EXECUTE FUNCTION broken()"
            )


def test_looking_changes_nothing(cast):
    """Every address that is read, by somebody who may read it: the tables are afterwards what they were before."""
    clients, ways = browsers(cast), []
    for line, role in insiders("GET"):
        with undone():
            ways.append((line, role, path_of(line, cast)))
            before = tables()
            clients[role].get(ways[-1][2])
            made = [f"{line}: {change.table}.{change.field}" for change in changes(before, tables())]
        assert made == []
    assert len(ways) > 60


def test_a_change_is_noticed(cast):
    """So that the tests above can fail."""
    before = tables()
    cast.clerk.name = "别人"
    cast.clerk.save()
    change, version = sorted(changes(before, tables()), key=lambda change: change.field)
    assert (version.table, version.field) == ("caseworks.User", "version")
    assert (change.table, change.field, change.after) == ("caseworks.User", "name", "别人")
    assert forbidden(change, cast.clerk.postings.get())
    assert not forbidden(change, cast.officer.postings.get())
