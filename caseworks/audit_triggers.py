"""The database itself refuses to change the audit trail.

SQLite has no rights to revoke, so triggers refuse; `PRAGMA recursive_triggers` (settings.py) makes INSERT OR REPLACE fire
them too. PostgreSQL gets the same triggers, and TRUNCATE with them; a real installation also revokes UPDATE, DELETE and
TRUNCATE from the role of the web server (docs/deploy.md). Whoever owns the database file can still drop a trigger: that is what
the seals are for.

Events, their seals and the lists of children they speak of may be removed once they have been kept for three years (个人信息保护法 art. 55 and 56);
caseworks/trail_archive.py moves them into signed files then.
"""

from __future__ import annotations

from typing import Any

YEARS_KEPT = 3

_SQLITE = (
    "CREATE TRIGGER audit_no_update BEFORE UPDATE ON caseworks_auditevent "
    "BEGIN SELECT RAISE(ABORT, 'the audit trail cannot be changed'); END",
    "CREATE TRIGGER audit_no_delete BEFORE DELETE ON caseworks_auditevent "
    f"WHEN OLD.at > datetime('now', '-{YEARS_KEPT} years') "
    "BEGIN SELECT RAISE(ABORT, 'the audit trail cannot be shortened'); END",
    "CREATE TRIGGER seal_no_update BEFORE UPDATE ON caseworks_auditseal "
    "BEGIN SELECT RAISE(ABORT, 'a seal cannot be changed'); END",
    "CREATE TRIGGER seal_no_delete BEFORE DELETE ON caseworks_auditseal "
    f"WHEN OLD.sealed_at > datetime('now', '-{YEARS_KEPT} years') "
    "BEGIN SELECT RAISE(ABORT, 'a seal cannot be removed'); END",
    "CREATE TRIGGER listed_no_update BEFORE UPDATE ON caseworks_listedchildren "
    "BEGIN SELECT RAISE(ABORT, 'who was in a list cannot be changed'); END",
    "CREATE TRIGGER listed_no_delete BEFORE DELETE ON caseworks_listedchildren "
    f"WHEN OLD.at > datetime('now', '-{YEARS_KEPT} years') "
    "BEGIN SELECT RAISE(ABORT, 'who was in a list cannot be forgotten'); END",
)
_POSTGRESQL = (
    # which transaction wrote the event: a seal covers only transactions that have ended (caseworks/sealing.py)
    "ALTER TABLE caseworks_auditevent ADD COLUMN IF NOT EXISTS xid bigint NOT NULL "
    "DEFAULT (pg_current_xact_id()::text::bigint)",
    "CREATE INDEX IF NOT EXISTS audit_by_transaction ON caseworks_auditevent (xid)",
    f"""
    CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'DELETE' AND TG_TABLE_NAME = 'caseworks_auditevent' THEN
            IF OLD.at < now() - interval '{YEARS_KEPT} years' THEN RETURN OLD; END IF;
        ELSIF TG_OP = 'DELETE' AND TG_TABLE_NAME = 'caseworks_listedchildren' THEN
            IF OLD.at < now() - interval '{YEARS_KEPT} years' THEN RETURN OLD; END IF;
        ELSIF TG_OP = 'DELETE' AND TG_TABLE_NAME = 'caseworks_auditseal' THEN
            IF OLD.sealed_at < now() - interval '{YEARS_KEPT} years' THEN RETURN OLD; END IF;
        END IF;
        RAISE EXCEPTION 'the audit trail cannot be changed';
    END $$
    """,
    "CREATE TRIGGER audit_refuse BEFORE UPDATE OR DELETE ON caseworks_auditevent "
    "FOR EACH ROW EXECUTE FUNCTION audit_refuse()",
    "CREATE TRIGGER audit_refuse_truncate BEFORE TRUNCATE ON caseworks_auditevent "
    "FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()",
    "CREATE TRIGGER seal_refuse BEFORE UPDATE OR DELETE ON caseworks_auditseal "
    "FOR EACH ROW EXECUTE FUNCTION audit_refuse()",
    "CREATE TRIGGER seal_refuse_truncate BEFORE TRUNCATE ON caseworks_auditseal "
    "FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()",
    "CREATE TRIGGER listed_refuse BEFORE UPDATE OR DELETE ON caseworks_listedchildren "
    "FOR EACH ROW EXECUTE FUNCTION audit_refuse()",
    "CREATE TRIGGER listed_refuse_truncate BEFORE TRUNCATE ON caseworks_listedchildren "
    "FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()",
)
_DROP_SQLITE = tuple(
    f"DROP TRIGGER IF EXISTS {name}"
    for table in ("audit", "seal", "listed")
    for name in (f"{table}_no_update", f"{table}_no_delete")
)
_DROP_POSTGRESQL = (
    "DROP TRIGGER IF EXISTS audit_refuse ON caseworks_auditevent",
    "DROP TRIGGER IF EXISTS audit_refuse_truncate ON caseworks_auditevent",
    "DROP TRIGGER IF EXISTS seal_refuse ON caseworks_auditseal",
    "DROP TRIGGER IF EXISTS seal_refuse_truncate ON caseworks_auditseal",
    "DROP TRIGGER IF EXISTS listed_refuse ON caseworks_listedchildren",
    "DROP TRIGGER IF EXISTS listed_refuse_truncate ON caseworks_listedchildren",
)


def _run(connection: Any, sqlite: tuple[str, ...], postgresql: tuple[str, ...]) -> None:
    with connection.cursor() as cursor:
        for statement in postgresql if connection.vendor == "postgresql" else sqlite:
            cursor.execute(statement)


def create(connection: Any) -> None:
    """Put the triggers in place (the last step of the first migration)."""
    _run(connection, _SQLITE, _POSTGRESQL)


def drop(connection: Any) -> None:
    """Take the triggers away; only for undoing the migration and for tests that empty the whole database."""
    _run(connection, _DROP_SQLITE, _DROP_POSTGRESQL)
