"""What an archive lacks, said where it can be mended: beside the field of a form, and once more when the form was saved.

The checks are those of the list and of the import (guardians/gaps). They warn and never stop anybody.
"""

from __future__ import annotations

from collections.abc import Collection

from django.contrib import messages
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _

from caseworks.requests import Request
from children.forms.base import ActionForm
from children.models import Child
from guardians.gaps import SEVERITIES, Gap, gaps_of


def open_gaps(child: Child) -> list[Gap]:
    """What the archive lacks today, the weightiest first; nothing of one that is closed or out of reach."""
    return gaps_of([child], timezone.localdate())[child.pk]


def _path(gap: Gap) -> str:
    return gap.address.partition("?")[0].partition("#")[0]


def say_beside_fields(form: ActionForm, child: Child, path: str) -> None:
    """Put what is missing or doubtful beside the field of this page that mends it."""
    for gap in open_gaps(child):
        field = form.fields.get(gap.check.field)
        if field is not None and _path(gap) == path:
            sentence = _("%(what)s: %(name)s") % {"what": SEVERITIES[gap.check.severity], "name": gap.check.words}
            words = format_html('<span class="field-gap">{}</span>', sentence)
            field.help_text = format_html("{}{}", field.help_text, words)


def say_after_saving(request: Request, child: Child, before: Collection[Gap]) -> None:
    """Say what the archive lacks since the form was saved, and what it still lacks that this page could have mended."""
    had = {(gap.check.key, gap.relative) for gap in before}
    raised = [
        gap
        for gap in open_gaps(child)
        if (gap.check.key, gap.relative) not in had or (gap.check.field and _path(gap) == request.path)
    ]
    if raised:
        links = format_html_join("", '<li><a href="{}">{}</a></li>', ((gap.address, gap.check.words) for gap in raised))
        messages.warning(request, format_html('{}<ul class="mb-0">{}</ul>', _("Still to be looked at:"), links))
