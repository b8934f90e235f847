"""An audit trail that takes no entry: nothing is imported or taken back without one, and the page says why."""

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from caseworks import access
from caseworks.exchange import actions
from tests.exchange.books import TODAY, book, child_row, confirm, receive
from tests.exchange.test_chunks import contents


def _break_the_trail():
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            refusal = "BEGIN SELECT RAISE(ABORT, 'broken'); END"
        else:
            refusal = "FOR EACH ROW EXECUTE FUNCTION broken()"
            cursor.execute(
                "CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'broken'; END $$"
            )
        cursor.execute(f"CREATE TRIGGER broken BEFORE INSERT ON caseworks_auditevent {refusal}")


def _repair_the_trail():
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER broken" + ("" if connection.vendor == "sqlite" else " ON caseworks_auditevent"))


@pytest.mark.parametrize("done", ["imported", "taken back"])
def test_nothing_changes_without_a_trace_and_the_work_can_be_taken_up_again(done, tmp_path, cast, sign_in):
    browser = sign_in(cast.clerk)
    batch = receive(book(tmp_path, [child_row()]), cast.clerk, cast.school)
    work = actions.confirm
    if done == "taken back":
        confirm(batch, cast.clerk)
        work = actions.undo
    before, state = contents(), batch.state
    _break_the_trail()
    with access.scope(cast.clerk, today=TODAY), pytest.raises(ValidationError):
        work(batch=batch, by=cast.clerk)
    _repair_the_trail()
    batch.refresh_from_db()
    assert (batch.state, batch.trouble, contents()) == (state, {"key": "no_trace"}, before)
    assert "操作记录写不进去" in browser.get(batch.get_absolute_url()).content.decode()
    with access.scope(cast.clerk, today=TODAY):
        work(batch=batch, by=cast.clerk)
    assert batch.state != state
