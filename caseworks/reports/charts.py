"""Charts drawn on the server: SVG with presentation attributes only, sharp on a phone and on paper.

No viewBox: widths are percentages of the space, so the text keeps its size. The value stands on each bar and the table
beside it, so that colour and length are never the only carriers.
"""

from __future__ import annotations

from django.utils.html import format_html, format_html_join

from caseworks.reports.document import Table

LINE = 46  # a line of words, and the bar under it: long words have the whole width, on a phone too
MOST = 12  # bars; the table has the rest
LONGEST = 80  # percent of the space
FONTS = "PingFang SC, Microsoft YaHei, Noto Sans CJK SC, sans-serif"


def bars(table: Table) -> str:
    """A bar for each of the table's longest rows, in the order of the table."""
    figures = [(row.label, row.cells[table.main]) for row in table.rows]
    drawn = [(label, figure) for label, figure in figures if figure is not None and figure.value][:MOST]
    longest = max((figure.value for _label, figure in drawn), default=1)
    lines = []
    for at, (label, figure) in enumerate(drawn):
        width = round(LONGEST * figure.value / longest, 2)
        lines.append((at * LINE + 15, label, at * LINE + 21, width, width, at * LINE + 36, figure.text))
    return format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" class="bars" width="100%" height="{}" role="img" '
        'aria-labelledby="chart-{}" font-size="14" font-family="{}" fill="#212529"><title id="chart-{}">{}</title>{}</svg>',
        len(lines) * LINE + 4,
        table.key,
        FONTS,
        table.key,
        "{}: {}".format(table.title, ", ".join(f"{label} {figure.text}{figure.unit}" for label, figure in drawn)),
        format_html_join(
            "",
            '<text x="0" y="{}">{}</text><rect x="0" y="{}" width="{}%" height="18" rx="3" fill="#1f5f8b"/>'
            '<text x="{}%" y="{}" dx="6">{}</text>',
            lines,
        ),
    )
