"""What the page of a report needs beside its text."""

from __future__ import annotations

from django import template

from caseworks.reports import charts
from caseworks.reports.document import Row, Table

register = template.Library()


@register.simple_tag
def bars(table: Table) -> str:
    """The chart of a table."""
    return charts.bars(table)


@register.simple_tag
def before(table: Table, row: Row) -> str:
    """The main figure of a line in the year before."""
    return table.before(row)
