"""What the writer has to do for one row; made by the plan, carried out by the writer."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

Change = tuple[str, str, str]  # field, before, after, in words


@dataclass(slots=True)
class Work:
    """The steps of one row. Dictionaries are fields of the model named; `close_…` and `amend_…` name open rows by key."""

    child_id: UUID
    new: bool
    on: date
    version: int = 0
    child: dict[str, Any] = field(default_factory=dict)
    enrol: dict[str, Any] | None = None
    close_enrolment: UUID | None = None
    amend_enrolment: tuple[UUID, int, dict[str, Any]] | None = None
    settle: dict[str, Any] | None = None
    close_residence: UUID | None = None
    amend_residence: tuple[UUID, int, dict[str, Any]] | None = None
    closed_roads: list[tuple[str, str]] = field(default_factory=list)
    relatives: list[dict[str, Any]] = field(default_factory=list)
    amend_relatives: list[tuple[UUID, int, dict[str, Any]]] = field(default_factory=list)
    kinships: list[tuple[UUID, str]] = field(default_factory=list)
    absences: list[dict[str, Any]] = field(default_factory=list)
    close_absences: list[UUID] = field(default_factory=list)
    amend_absences: list[tuple[UUID, dict[str, Any]]] = field(default_factory=list)
    situations: list[tuple[UUID, str]] = field(default_factory=list)
    care: dict[str, Any] | None = None
    close_care: UUID | None = None
    declare: dict[str, Any] | None = None
    amend_declaration: tuple[UUID, dict[str, Any]] | None = None
