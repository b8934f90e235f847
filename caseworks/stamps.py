"""Who took a file out, when and for which office: printed in the file itself, and the same in the audit trail.

A page found on a desk, or a workbook passed on, names the one event of the trail that let it out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from caseworks import access
from caseworks.identity import random_code


@dataclass(frozen=True)
class Stamp:
    """The mark of one file: its export number, the person, the office they acted for, and the moment."""

    code: str
    person: str
    unit: str
    at: datetime

    @property
    def moment(self) -> str:
        """The moment to the minute, in the time of the office: `2026-11-20 09:41`."""
        return f"{timezone.localtime(self.at):%Y-%m-%d %H:%M}"

    @property
    def lines(self) -> list[tuple[str, str]]:
        """Word and value, one below the other, for a sheet of their own."""
        return [
            (_("Export number"), self.code),
            (_("Exported by"), self.person),
            (_("Office"), self.unit),
            (_("Exported at"), self.moment),
        ]

    @property
    def line(self) -> str:
        """Everything on one line, for the foot of a page."""
        return _("Export %(code)s · %(person)s · %(unit)s · %(moment)s") % {
            "code": self.code,
            "person": self.person,
            "unit": self.unit,
            "moment": self.moment,
        }


def new_stamp(code: str = "") -> Stamp:
    """A stamp for whoever is acting, now; with the number of an export that was asked for, or a new one."""
    acting = access.acting()
    user, posting = (acting.user, acting.posting) if acting else (None, None)
    return Stamp(
        code or random_code(),
        user.name if user else "",
        posting.organization.name if posting else "",
        timezone.now(),
    )
