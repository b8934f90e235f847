"""Every kind of file that lists people, and how it is made.

A recipe turns what was asked (a few words, as they stood in the address) into a `Plan`: how many records, whether
masked values stand in it in full, and a function that writes the file. The page that asks, the page that approves and
the process that makes the file all read the same plan, each under the scope of whoever asked.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from importlib import import_module
from typing import IO, Any, ClassVar

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from caseworks.access import Permission, Role, allows
from caseworks.downloads import XLSX
from caseworks.listed import Listed
from caseworks.models import Posting
from caseworks.stamps import Stamp

Asked = dict[str, str]


@dataclass(frozen=True)
class Plan:
    """A file that could be made now: `name` with its ending, how many records it holds, whether in full, and its maker.

    `filters` is what the audit trail keeps of how the records were chosen: no name, no number of a person. `words` say the
    same to whoever has to agree. `listed` are the children in the file, known once it is written.
    """

    name: str
    rows: int
    write: Callable[[Stamp], IO[bytes]]
    full: bool = False
    filters: dict[str, Any] = field(default_factory=dict)
    words: tuple[str, ...] = ()
    listed: Listed = field(default_factory=Listed)

    @property
    def reasons(self) -> list[Any]:
        """Why a second person must agree; empty if nobody must."""
        found: list[Any] = []
        if self.full:
            found.append(_("It shows in full what is otherwise masked: ID numbers, telephones, addresses."))
        if self.rows > settings.APPROVAL_ROWS:
            found.append(
                _("It lists %(rows)s records; more than %(most)s leave only with approval.")
                % {"rows": self.rows, "most": settings.APPROVAL_ROWS}
            )
        return found


class Recipe(ABC):
    """One kind of file. `what` is its name in the audit trail; `permissions` are all needed; `approvers` are the roles
    whose word it takes, at the same office or above it."""

    key: ClassVar[str]
    what: ClassVar[str]
    permissions: ClassVar[tuple[Permission, ...]] = (Permission.EXPORT_CHILDREN,)
    approvers: ClassVar[tuple[str, ...]] = (Role.ADMINISTRATOR,)
    content_type: ClassVar[str] = XLSX
    slow: ClassVar[bool] = False  # made beside the work, and never while somebody waits for the page

    def may_ask(self) -> bool:
        """True if whoever is acting may have this file."""
        return all(allows(permission) for permission in self.permissions)

    @abstractmethod
    def plan(self, asked: Asked, posting: Posting, today: date) -> Plan:
        """The file for what was asked. Raises ValidationError or Http404 if it makes no sense or is not theirs."""


RECIPES: dict[str, Recipe] = {}


def recipe_of(key: str) -> Recipe | None:
    """The recipe of a key. They stand beside the lists they belong to, and are known once the addresses are."""
    import_module(settings.ROOT_URLCONF)
    return RECIPES.get(key)


def register(recipe: type[Recipe]) -> type[Recipe]:
    """Make a recipe known by its key."""
    RECIPES[recipe.key] = recipe()
    return recipe
