"""What people keep of their lists, and what they do to many children at once: all of them, or none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from caseworks import audit
from caseworks.models import Organization, User
from children import actions
from children.models import Child, ChosenColumns, ClassTeacher, Enrolment, SavedFilter

MOST_FILTERS = 20


@transaction.atomic
def save_filter(*, by: User, organization: Organization, name: str, query: str, shared: bool) -> SavedFilter:
    """Keep a filter under a name. Raises ValidationError for a name the person has used at this office, and when they
    have `MOST_FILTERS` there already."""
    own = SavedFilter.objects.filter(owner=by, organization=organization)
    if own.count() >= MOST_FILTERS:
        words = _("You have saved %(most)s filters. Delete one of them first.")
        raise ValidationError(words % {"most": MOST_FILTERS}, code="many")
    row = SavedFilter(owner=by, organization=organization, name=name, query=query, shared=shared)
    row.clean_fields()
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        words = _("You have a filter of this name already. Choose another name.")
        raise ValidationError({"name": ValidationError(words, code="taken")}) from None
    audit.record("filter.saved", row, by=by, changes={"query": ["", query], "shared": [False, shared]})
    return row


@transaction.atomic
def delete_filter(*, row: SavedFilter, by: User) -> None:
    """Forget a saved filter. Whose it may be is the page's business."""
    audit.record("filter.deleted", row, by=by, changes={"query": [row.query, ""]})
    row.delete()


@transaction.atomic
def choose_columns(*, by: User, columns: Sequence[str]) -> ChosenColumns:
    """Remember which columns the person looks at; none brings back the usual ones."""
    row, _made = ChosenColumns.objects.get_or_create(user=by)
    changes = {"columns": [row.columns, list(columns)]}
    row.columns = list(columns)
    row.save(update_fields=["columns"])
    audit.record("columns.chosen", row, by=by, changes=changes)
    return row


@transaction.atomic
def change_class(*, enrolments: Iterable[Enrolment], by: User, on: date, grade: str, class_name: str) -> int:
    """Put the children of these open enrolments into a grade and class of the school they are at, from a day on. An
    empty grade or class stays as it was. Returns how many; raises ValidationError, and changes nobody, if one cannot.
    """
    number = 0
    for row in enrolments:
        actions.enrol(
            child=row.child,
            by=by,
            school=row.school,
            on=on,
            grade=grade or row.grade,
            class_name=class_name or row.class_name,
            boarding=row.boarding,
            student_number=row.student_number,
        )
        number += 1
    return number


@transaction.atomic
def close_archives(*, children: Iterable[Child], by: User, on: date, reason: str) -> int:
    """Close these archives for one reason. Returns how many; raises ValidationError, and closes none, if one cannot."""
    number = 0
    for child in children:
        actions.close(child=child, by=by, on=on, reason=reason)
        number += 1
    return number


@transaction.atomic
def set_class_teachers(*, by: User, school: Organization, year: int, names: dict[tuple[str, str], str]) -> None:
    """Say who the class teachers of a school are in a school year: (grade, class) → name, empty where there is none.
    Classes that are not named keep theirs."""
    changes: dict[str, object] = {}
    for (grade, class_name), name in names.items():
        which: dict[str, Any] = {"school": school, "year": year, "grade": grade, "class_name": class_name}
        if name:
            ClassTeacher.objects.update_or_create(**which, defaults={"name": name})
        else:
            ClassTeacher.objects.filter(**which).delete()
        changes[f"{grade}/{class_name}"] = name
    if changes:
        audit.record("teacher.set", school, by=by, changes={"year": year, "names": changes})
