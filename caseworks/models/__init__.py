"""The office's own records."""

from caseworks.models.audit import AuditArchive, AuditEvent, AuditSeal, ListedChildren
from caseworks.models.base import ChangedError, Editable, PathField, Period, Record, in_force, subtree
from caseworks.models.counted import Counted
from caseworks.models.keys import KeyCheck
from caseworks.models.leaving import Export, ExportState
from caseworks.models.organizations import Organization
from caseworks.models.signin import FormerPassword, RecoveryCode, SecondFactor, Session
from caseworks.models.staff import Posting, User
from caseworks.models.submissions import Submission

__all__ = [
    "AuditArchive",
    "AuditEvent",
    "AuditSeal",
    "ChangedError",
    "Counted",
    "Editable",
    "Export",
    "ExportState",
    "FormerPassword",
    "KeyCheck",
    "ListedChildren",
    "Organization",
    "PathField",
    "Period",
    "Posting",
    "Record",
    "RecoveryCode",
    "SecondFactor",
    "Session",
    "Submission",
    "User",
    "in_force",
    "subtree",
]
