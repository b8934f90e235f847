"""Everything that is kept about one child, for the family that asked for a copy (个人信息保护法 art. 45).

Which records and fields there are is read from the models and privacy.py, so that a field added later is in the copy too.
The machine's own keys are left out, and holds: they may belong to an inquiry.
"""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from caseworks import privacy
from caseworks.classified import FIELDS
from caseworks.rights.models import RightsRequest
from caseworks.rights.papers import Paper, Table
from caseworks.rights.removal import records_about_children
from caseworks.scoped import AboutChildren
from children.models import Child

# fields whose name says it all, in the words of the paper
LABELS = {
    "from_on": _("from (day)"),
    "until_on": _("until (day)"),
    "relative": _("relative"),
    "contact": _("contact"),
    "received_for": _("office"),
}
NOT_FOR_THE_FAMILY = {"rights.LegalHold", "rights.ErasureProposal"}
MOST_COLUMNS = 5


def _rows_about(model: type[AboutChildren], child: Child) -> models.QuerySet[Any]:
    rows: Any = model.objects.order_by("pk")
    column = model.scope_column
    if model.scope_through is None:
        return rows.filter(**{column: child.pk})
    label, field = model.scope_through
    links: Any = apps.get_model(label).objects
    return rows.filter(**{f"{column}__in": links.filter(child=child).values(field)})


def _fields(model: Any) -> list[models.Field]:
    """What a family can read of a model: information about people, and neither the child itself nor keys."""
    groups = FIELDS[model._meta.label]
    names = {name for group, words in groups.items() if privacy.GROUPS[group].about_people for name in words.split()}
    return [field for field in model._meta.concrete_fields if field.name in names and field.name != "child"]


def _words(row: Any, field: models.Field) -> str:
    if field.is_relation:
        other = getattr(row, field.name)
        return str(getattr(other, "name", other) or "")
    return privacy.in_words(row, field.name)


def _tables(model: Any, child: Child) -> list[Table]:
    fields, rows = _fields(model), list(_rows_about(model, child))
    texts = [[_words(row, field) for field in fields] for row in rows]
    used = [index for index, _field in enumerate(fields) if any(line[index] for line in texts)]
    if not used:
        return []
    title, labels = str(model._meta.verbose_name), [str(LABELS.get(field.name, field.verbose_name)) for field in fields]
    if len(used) <= MOST_COLUMNS:
        return [Table(title, [labels[index] for index in used], [[line[index] for index in used] for line in texts])]
    columns = [gettext("Information"), gettext("What is kept")]
    return [
        Table(
            f"{title} {number}" if len(texts) > 1 else title,
            columns,
            [[labels[index], line[index]] for index in used if line[index]],
            [46, 110],
        )
        for number, line in enumerate(texts, start=1)
    ]


def whole_copy(request: RightsRequest) -> Paper:
    """The copy: every record about the child, in the words of the pages, nothing masked."""
    child = request.child
    tables = [
        table
        for model in records_about_children()
        if model._meta.label not in NOT_FOR_THE_FAMILY
        for table in _tables(model, child)
    ]
    assert request.decided_on is not None  # noqa: S101  (a decision has a day: a constraint of the database)
    return Paper(
        title=gettext("What is kept about %(name)s") % {"name": child.name},
        number=gettext("Request %(code)s") % {"code": request.code},
        paragraphs=[
            gettext(
                "This is a copy of everything the registry keeps about the child, made for the family that asked for it."
            )
        ],
        tables=tables,
        office=request.received_for.name,
        day=request.decided_on,
    )
