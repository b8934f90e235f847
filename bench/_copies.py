"""More children than can be invented in an hour: a county's, copied inside the database with other keys."""

from __future__ import annotations

from typing import Any

ROOT, COUNTY = "scale", "scale-01"  # the city of `load_scale`, and its first county
MOST = 9  # a digit in front of each key tells the copies apart


def _tables() -> list[Any]:
    """The models whose rows belong to the county: what was invented with its children."""
    from caseworks.checks import our_models
    from caseworks.models import Organization

    of_ours = [model for model in our_models() if model._meta.app_label in {"children", "guardians", "visits"}]
    return [Organization, *(model for model in of_ours if model._default_manager is not None)]


def _value(field: Any, copied: set[Any], number: int, vendor: str) -> str:
    """The SQL of a column of the copy."""
    from django.db import models

    column, name = f'"{field.column}"', field.name
    key = (
        f"('{number}' || substr({column}::text, 2))::uuid"
        if vendor == "postgresql"
        else f"'{number}' || substr({column}, 2)"
    )
    if field.model._meta.model_name == "organization":
        if name in {"code", "path"}:
            return f"replace({column}, '{COUNTY}', '{ROOT}-{number + 1:02d}')"
        if name == "parent":
            return f"CASE WHEN \"code\" = '{COUNTY}' THEN {column} ELSE {key} END"
    if isinstance(field, models.ForeignKey):
        return key if field.related_model in copied else column
    if isinstance(field, models.UUIDField):
        return key
    if name == "id_index":
        return "NULL"  # an ID number belongs to one archive
    if name == "code":
        return f"'{'abcdefghi'[number - 1]}' || substr({column}, 2)"  # codes have no small letters
    return f"replace({column}, '{COUNTY}', '{ROOT}-{number + 1:02d}')" if name == "path" else column


def copy(times: int) -> None:
    """Add so many counties (9 at most) to a database that `load_scale` filled with one, each with the same children
    under other keys. ID numbers are found by their end only."""
    from django.db import connection, transaction

    tables, postgresql = _tables(), connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        # nothing refers to a row that is not copied, and to check it row by row would take an hour
        cursor.execute("SET session_replication_role = replica" if postgresql else "PRAGMA foreign_keys = OFF")
        if not postgresql:
            cursor.execute("PRAGMA synchronous = OFF")
        for number in range(1, min(times, MOST) + 1):
            with transaction.atomic():
                for model in tables:
                    fields = model._meta.concrete_fields
                    columns = ", ".join(f'"{field.column}"' for field in fields)
                    values = ", ".join(_value(field, set(tables), number, connection.vendor) for field in fields)
                    table, of_the_county = model._meta.db_table, _where(model, connection.vendor)
                    cursor.execute(
                        f'INSERT INTO "{table}" ({columns}) SELECT {values} FROM "{table}" WHERE {of_the_county}'
                    )
        cursor.execute("SET session_replication_role = DEFAULT" if postgresql else "PRAGMA foreign_keys = ON")
        cursor.execute("ANALYZE")


def _where(model: Any, vendor: str) -> str:
    """The rows of the first county: those whose key has no digit of a copy in front."""
    if model._meta.model_name == "organization":
        return f"\"path\" LIKE '/{ROOT}/{COUNTY}/%'"
    key = "child_id" if model._meta.model_name == "nameword" else "id"
    return f"substr(\"{key}\"{'::text' if vendor == 'postgresql' else ''}, 1, 1) = '0'"
