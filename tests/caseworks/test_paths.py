"""A subtree is a range of paths, and the range means bytes, on SQLite and on a PostgreSQL that sorts the Chinese way."""

import pytest
from django.db import connection

from caseworks.models import Organization
from caseworks.models.base import PathField
from children.models import Reach
from tests import factories

pytestmark = pytest.mark.django_db

# what a language's own order puts between `/a/` and `/a0` though it is elsewhere: capitals, accents, longer names
LOOKALIKES = ("A", "á", "a0", "a-b", "ab", "b")


def test_a_subtree_holds_what_is_below_and_nothing_that_looks_like_it():
    a = factories.organization("a")
    below = factories.organization("deep", parent=factories.organization("below", parent=a))
    for code in LOOKALIKES:
        factories.organization(f"under-{code}", parent=factories.organization(code))
    assert [place.path for place in Organization.objects.under(a)] == ["/a/", "/a/below/", below.path]


def test_the_database_itself_would_order_differently():
    """If this PostgreSQL sorted bytes everywhere, the test above would prove nothing there."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT '/A/x/' >= '/a/' AND '/A/x/' < '/a0'")
        [(caught,)] = cursor.fetchall()
    assert bool(caught) is (connection.vendor == "postgresql")


@pytest.mark.skipif(connection.vendor != "postgresql", reason="collations are PostgreSQL's")
@pytest.mark.parametrize("model", [Organization, Reach])
def test_path_columns_compare_bytes(model):
    [field] = [field for field in model._meta.concrete_fields if isinstance(field, PathField)]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT collation_name FROM information_schema.columns WHERE table_name = %s AND column_name = %s",
            [model._meta.db_table, field.column],
        )
        assert cursor.fetchall() == [("C",)]
