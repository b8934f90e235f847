"""What is kept about people, how closely, how long, and who may see or change it.

This page is meant to be read by the people who answer for the data, not only by programmers. `GROUPS` says for each
kind of information how sensitive it is, how long it is kept and what each role may do with it; `FIELDS` puts every
field of every record into one of these groups. Nothing is in no group: the registry does not start with a field that
nobody has classified (`privacy.E001`).

Which children a person reaches at all is another question (caseworks/access.py); both must be answered with yes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from django.db import models
from django.utils.formats import localize
from django.utils.timezone import localtime
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from caseworks import codelists, masks
from caseworks.access import Role
from caseworks.codelists import CodeField, CodesField
from caseworks.models import Posting


class Level(StrEnum):
    """How closely a field is kept."""

    PUBLIC = "public"  # says nothing about a person
    PERSONAL = "personal"  # about a person; whoever works with the child reads it
    SENSITIVE = "sensitive"  # health, hardship, traces of work: harm if it got out (个人信息保护法 art. 28)
    SEALED = "sealed"  # besides, unreadable in the database without the keys (caseworks/encryption.py)


LEVELS = {
    Level.PUBLIC: _("public"),
    Level.PERSONAL: _("personal"),
    Level.SENSITIVE: _("sensitive"),
    Level.SEALED: _("sensitive, encrypted"),
}


class May(StrEnum):
    """What a role may do with a field."""

    NOTHING = "-"
    ASK = "ask"  # sees it masked; in full after giving a reason, which is recorded
    ASK_WRITE = "ask+write"  # the same, and may replace it without having seen it
    OWN = "own"  # reads and writes what they recorded themselves
    READ = "read"
    WRITE = "write"  # reads and writes


class Since(StrEnum):
    """When the time of keeping begins to run."""

    EXIT = "exit"
    POST = "post"
    EVENT = "event"
    NEVER = "never"


SINCE = {
    Since.EXIT: _("after the archive is closed"),
    Since.POST: _("after the last post has ended"),
    Since.EVENT: _("after the event"),
    Since.NEVER: _("not about a person, or removed together with the record it belongs to"),
}

# The columns of the table below.
COLUMNS = (
    Role.CASEWORKER, Role.SCHOOL_STAFF, Role.MENTOR, Role.ADMINISTRATOR, Role.LEADER, Role.AUDITOR, Role.SYSTEM
)  # fmt: skip


@dataclass(frozen=True)
class Group:
    """One kind of information: what it is called, how closely and how long it is kept, and what each role may do."""

    words: Any
    level: Level
    years: int | None
    since: Since
    rights: Mapping[str, May]

    @property
    def level_words(self) -> Any:
        return LEVELS[self.level]

    @property
    def since_words(self) -> Any:
        return SINCE[self.since]

    @property
    def about_people(self) -> bool:
        """True for what people are told of: the registry's own keys and rules are not about them."""
        return self.years is not None


def _group(words: Any, level: Level, years: int | None, since: Since, rights: str) -> Group:
    return Group(words, level, years, since, dict(zip(COLUMNS, map(May, rights.split()), strict=True)))


_L, _S = Level, Since
GROUPS: dict[str, Group] = {
    #                                                                          years kept        caseworker school     mentor administrator leader auditor system
    "office":       _group(_("offices"),                        _L.PUBLIC,    None, _S.NEVER, "read      read      read  read      read read write"),
    "rules":        _group(_("rules and declared counts"),      _L.PUBLIC,    None, _S.NEVER, "read      read      read  write     read read read"),
    "staff":        _group(_("staff and posts"),                _L.PERSONAL,  3,    _S.POST,  "read      read      read  write     -    read write"),
    "lists":        _group(_("saved filters, chosen columns"),  _L.PERSONAL,  3,    _S.POST,  "write     write     write write     -    -    -"),
    "promotion":    _group(_("promotions of classes"),          _L.PUBLIC,    None, _S.NEVER, "-         write     -     write     -    -    -"),
    "basic":        _group(_("name, sex, birth, school"),       _L.PERSONAL,  3,    _S.EXIT,  "write     write     read  read      -    -    -"),
    "registration": _group(_("household registration"),         _L.PERSONAL,  3,    _S.EXIT,  "write     write     -     read      -    -    -"),
    "identity":     _group(_("ID number, registered place"),    _L.SEALED,    1,    _S.EXIT,  "ask+write ask+write -     ask       -    -    -"),
    "contact":      _group(_("telephones and addresses"),       _L.SEALED,    1,    _S.EXIT,  "ask+write ask+write ask   ask       -    -    -"),
    "family":       _group(_("relatives, absence, care"),       _L.PERSONAL,  3,    _S.EXIT,  "write     write     read  read      -    -    -"),
    "situation":    _group(_("health and hardship"),            _L.SENSITIVE, 3,    _S.EXIT,  "write     write     -     read      -    -    -"),
    "psych":        _group(_("notes of the archive"),           _L.SEALED,    1,    _S.EXIT,  "write     write     -     ask       -    -    -"),
    "mind":         _group(_("state of mind, character, growth"), _L.SEALED,  1,    _S.EXIT,  "write     write     -     ask       -    -    -"),
    "mindtick":     _group(_("survey answers about the state of mind"), _L.SENSITIVE, 1, _S.EXIT, "write  write     -     -         -    -    -"),
    "growth":       _group(_("growth entries"),                 _L.SEALED,    3,    _S.EXIT,  "write     write     read  ask       -    -    -"),
    "term":         _group(_("marks, attendance, check-ups, place at school"), _L.SENSITIVE, 3,    _S.EXIT,  "write     write     -     read      -    -    -"),
    "talk":         _group(_("notes of visits and talks"),      _L.SEALED,    1,    _S.EXIT,  "write     write     own   ask       -    -    -"),
    "picture":      _group(_("photographs and scanned papers"),
                                                                _L.SENSITIVE, 1,    _S.EXIT,  "write     write     -     read      -    -    -"),
    "work":         _group(pgettext_lazy("kind of information", "contacts"),
                                                                _L.PERSONAL,  3,    _S.EXIT,  "write     write     write read      -    -    -"),
    "pairing":      _group(_("mentors and pairings"),           _L.PERSONAL,  3,    _S.POST,  "read      read      read  write     -    -    -"),
    "teacher":      _group(_("class teachers"),                 _L.PERSONAL,  3,    _S.EVENT, "read      write     read  write     -    -    -"),
    "helper":       _group(_("telephones of mentors"),          _L.SEALED,    1,    _S.POST,  "ask       ask       -     ask+write -    -    -"),
    "roster":       _group(_("rows of rosters that wait"),       _L.SEALED,    1,    _S.EVENT, "-         write     -     write     -    -    -"),
    "import":       _group(_("imports: who, when, which file"), _L.PERSONAL,  3,    _S.EVENT, "-         write     -     write     -    -    -"),
    "consent":      _group(_("notices and consents"),           _L.PERSONAL,  3,    _S.EXIT,  "write     write     -     read      -    -    -"),
    "request":      _group(_("requests of families"),           _L.PERSONAL,  3,    _S.EXIT,  "write     write     -     write     -    -    -"),
    "answer":       _group(_("what was asked and answered"),    _L.SEALED,    3,    _S.EXIT,  "write     write     -     write     -    -    -"),
    "proof":        _group(_("proofs of erasure, without names"), _L.PERSONAL, 3,   _S.EVENT, "-         -         -     write     -    read -"),
    "release":      _group(_("files asked for: who, why, approved by whom"),
                                                                _L.PERSONAL,  3,    _S.EVENT, "read      read      -     read       -    read read"),
    "trail":        _group(_("audit trail"),                    _L.SENSITIVE, 3,    _S.EVENT, "-         -         -     read      -    read -"),
    "undo":         _group(_("what a merge of archives replaced"), _L.SEALED,  1,    _S.EXIT,  "-         -         -     -          -    -    -"),
    "key":          _group(_("codes, keys, versions"),          _L.PUBLIC,    None, _S.NEVER, "read      read      read  read      read read read"),
    "secret":       _group(_("what somebody signs in with"),     _L.SEALED,    None, _S.NEVER, "-         -         -     -         -    -    -"),
    "inner":        _group(_("for the machine only"),           _L.SENSITIVE, None, _S.NEVER, "-         -         -     -         -    -    -"),
}  # fmt: skip

FIELDS: dict[str, dict[str, str]] = {
    "caseworks.Organization": {"key": "id code path version", "office": "name kind parent gb_code closed_on"},
    "caseworks.User": {
        "key": "id version",
        "staff": "username name is_active last_login second_factor_since",
        "inner": "password password_set_at first_password_until",
    },
    "caseworks.Posting": {"key": "id version", "staff": "user organization role from_on until_on"},
    "caseworks.Submission": {"key": "id", "inner": "user location saved_at"},
    "caseworks.Counted": {
        "key": "id",
        "inner": "kind question reach user posting figures counted_at wanted_at held_until failed",
    },
    "caseworks.AuditEvent": {
        "key": "id",
        "trail": "at by posting path action kind object_id reason changes address",
    },
    "caseworks.AuditSeal": {"key": "number position events sealed_at digest mac"},
    "caseworks.ListedChildren": {"key": "id about first last keys at"},
    "caseworks.AuditArchive": {
        "key": "number first position events digest file_name sha256 mac archived_at",
    },
    "caseworks.Export": {
        "key": "id code",
        "release": "by posting path recipe title rows full zipped purpose state asked_at decided_by decided_at note "
        "prepared_at fetched_at expires_at file_bytes sha256",
        "secret": "file_key asked",
        "inner": "approver_roles preparing_at tries file_name",
    },
    "caseworks.KeyCheck": {"key": "id purpose identifier used_since", "inner": "canary"},
    "caseworks.Session": {
        "inner": "session_key session_data expire_date user started_at used_at address agent",
    },
    "caseworks.SecondFactor": {
        "key": "id",
        "secret": "seed",
        "inner": "user name confirmed last_used_step drift throttling_failure_count throttling_failure_timestamp",
    },
    "caseworks.RecoveryCode": {"key": "id", "inner": "user mark digest"},
    "caseworks.FormerPassword": {"key": "id", "inner": "user digest"},
    "children.Child": {
        "key": "id code version",
        "basic": "name sex born_on ethnicity only_child opened_on closed_on exit_reason",
        "registration": "registration id_doubtful id_faults",
        "identity": "id_number registered_at",
        "situation": "health orphan",
        "psych": "notes",
        "inner": "id_index id_tail_index name_order search_text",
    },
    "children.PupilCount": {"key": "id version", "rules": "school term counted_on pupils rural_pupils"},
    "children.Enrolment": {
        "key": "id version",
        "basic": "child school grade class_name boarding student_number from_on until_on",
    },
    "children.Residence": {
        "key": "id code version",
        "basic": "child village from_on until_on",
        "contact": "address",
        "inner": "address_index",
    },
    "children.Attachment": {
        "key": "id code proves_code",
        "picture": "child kind proves title taken_on uploaded_by uploaded_for uploaded_at size width height sha256 held",
        "secret": "file_key",
        "inner": "file_name",
    },
    "children.AgeStep": {"key": "id", "basic": "child age done_on done_by entered_at", "psych": "note"},
    "children.NameWord": {"inner": "word child"},
    "children.SavedFilter": {"key": "id code", "lists": "owner organization name query shared"},
    "children.ChosenColumns": {"key": "id", "lists": "user columns"},
    "children.ClassTeacher": {"key": "id", "teacher": "school year grade class_name name"},
    "children.ClosedPeriod": {"key": "id", "basic": "child from_on until_on reason"},
    "children.Handover": {
        "key": "id code from_path to_path proposed_path",
        "basic": "child via from_organization to_organization asked_by_receiver reason moves_on state proposed_by "
        "proposed_at answered_by answered_at name sex born_on grade",
        "talk": "note answer",
    },
    "children.Grant": {
        "key": "id code",
        "basic": "child organization given_to given_at from_on until_on",
        "situation": "reason words",
    },
    "children.Promotion": {"key": "id code", "promotion": "school term_on counts made_by made_at undone_by undone_at"},
    "children.Promoted": {"key": "id child_version", "basic": "promotion child before after handover outcome"},
    "children.Disability": {
        "key": "id code version recorded_by recorded_at",
        "situation": "child kind level from_on until_on",
        "identity": "certificate",
    },
    "children.Illness": {
        "key": "id code version recorded_by recorded_at",
        "situation": "child kind name from_on until_on",
    },
    "children.HealthCheck": {
        "key": "id code version recorded_by recorded_at",
        "term": "child checked_on hospital height_cm weight_kg vision_left vision_right haemoglobin result outcome "
        "outcome_on",
        "mind": "finding",
    },
    "children.Hardship": {
        "key": "id code version recorded_by recorded_at",
        "situation": "child kind from_on until_on exit_reason",
        "mind": "note",
    },
    "children.Need": {
        "key": "id code version recorded_by recorded_at",
        "situation": "child kind state plan from_on until_on",
    },
    "children.Relief": {
        "key": "id code version recorded_by recorded_at",
        "situation": "child kind yuan_a_month from_on until_on",
    },
    "children.Livelihood": {
        "key": "id code version recorded_by recorded_at",
        "situation": "child known_on sources yuan_a_year",
    },
    "children.Schooling": {
        "key": "id code version recorded_by recorded_at",
        "situation": "child kind note from_on until_on",
    },
    "children.GuardianshipRating": {
        "key": "id code version recorded_by recorded_at",
        "situation": "child rating assessed_on assessed_by",
        "mind": "note",
    },
    "children.Facet": {
        "key": "id code version recorded_by recorded_at",
        "term": "child facet noted_on",
        "mind": "text",
    },
    "children.Survey": {
        "key": "id code version recorded_by recorded_at",
        "term": "child surveyed_on study life safety health",
        "mindtick": "psychology",
        "mind": "sentence need",
    },
    "children.GrowthEntry": {
        "key": "id code version recorded_by recorded_at",
        "work": "child kind happened_on visible_to",
        "growth": "text",
    },
    "children.TermRecord": {
        "key": "id code version recorded_by recorded_at",
        "term": "child term school recorded_on chinese mathematics english conduct days_missed",
        "mind": "comment",
    },
    "children.Boarding": {
        "key": "id code version recorded_by recorded_at",
        "term": "child dormitory room bed seat goes_home fetched_by from_on until_on",
    },
    "children.Reach": {"key": "id", "inner": "path child via until_on"},
    "children.Arrival": {"key": "id", "inner": "child batch"},
    "guardians.Relative": {
        "key": "id code version",
        "family": "name sex born_on born_year work",
        "situation": "health",
        "identity": "id_number",
        "contact": "phone address",
        "inner": "phone_index phone_tail_index",
    },
    "guardians.Kinship": {"key": "id version", "family": "child relative relation"},
    "guardians.Absence": {
        "key": "id code version",
        "family": "relative place province employer from_known from_on until_on",
        "contact": "employer_phone employer_address",
    },
    "guardians.Situation": {
        "key": "id version",
        "situation": "relative kind from_on from_known until_on disability level ends_on accepted_on paper",
    },
    "guardians.Entrustment": {
        "key": "id code version",
        "family": "child relative from_on until_on term_until_on child_heard_on agreement_signed_on "
        "school_notified_on school_witness village_notified_on village_witness",
        "situation": "reason checked_on unfit_for",
        "mind": "child_said",
    },
    "guardians.Declaration": {"key": "id", "family": "child value declared_on outranked organization"},
    "guardians.Merge": {
        "key": "id code",
        "basic": "child absorbed merged_by merged_at undone_by undone_at",
        "undo": "before",
    },
    "guardians.KeptApart": {"key": "id", "basic": "child other said_by said_at"},
    "visits.Contact": {
        "key": "id code version",
        "work": "kind held_on reached topics concern logged_by logged_for logged_at",
        "talk": "note",
    },
    "visits.ContactChild": {"key": "id", "work": "contact child"},
    "visits.Counterpart": {"key": "id", "work": "contact kind relative"},
    "visits.Mentor": {
        "key": "id code version",
        "pairing": "organization user name kind checked_on from_on until_on",
        "helper": "phone",
    },
    "visits.Pairing": {"key": "id version", "pairing": "child mentor end_reason from_on until_on"},
    "visits.ContactRule": {
        "key": "id code version",
        "rules": "organization role kind definition every_days from_on until_on",
    },
    "exchange.ImportBatch": {
        "key": "id code",
        "import": "organization by file_name sha256 roster_on state mapping layout counts uploaded_at confirmed_at "
        "undone_at asked_by asked_in asked_from trouble",
        "inner": "lease lease_until tries done seen written then tidy",
    },
    "exchange.RosterPiece": {"key": "id batch number", "roster": "content"},
    "exchange.RosterFrame": {"key": "id batch", "roster": "content"},
    "exchange.StagedRow": {
        "key": "id batch position sheet number child",
        "roster": "cells name problems changes work",
        "import": "verdict flawed decision late lacks",
    },
    "exchange.ColumnChoice": {"key": "id", "rules": "organization heading field"},
    "rights.Consent": {
        "key": "id code",
        "consent": "child purpose answer relative way given_on rules_version withdrawn_on recorded_by",
    },
    "rights.RightsRequest": {
        "key": "id code",
        "request": "child kind relative asker_name identity_check received_on received_by received_for due_on decision "
        "decided_on decided_by",
        "answer": "words reason",
    },
    "rights.LegalHold": {"key": "id", "request": "child reason placed_by from_on until_on"},
    "rights.ErasureProposal": {"key": "id", "request": "child reason request proposed_by proposed_on"},
    "rights.Erasure": {
        "key": "id code",
        "proof": "organization reason request_code requested_on proposed_by confirmed_by done_at removed unlinked "
        "kept_until",
    },
    # who tried to sign in, from where; the login is a keyed hash (caseworks/signin/lockout.py)
    "axes.AccessAttempt": {
        "key": "id",
        "inner": "user_agent ip_address username http_accept path_info attempt_time get_data post_data failures_since_start",
    },
    "axes.AccessAttemptExpiration": {"inner": "access_attempt expires_at"},
    "axes.AccessFailureLog": {
        "key": "id",
        "inner": "user_agent ip_address username http_accept path_info attempt_time locked_out",
    },
    "axes.AccessLog": {
        "key": "id",
        "inner": "user_agent ip_address username http_accept path_info attempt_time logout_time session_hash",
    },
}

# How a field looks when it may not be read in full; whatever is not named here shows only that something is recorded.
MASKS = {
    "name": masks.name,
    "asker_name": masks.name,
    "id_number": masks.id_number,
    "phone": masks.phone,
    "employer_phone": masks.phone,
    "address": masks.address,
    "employer_address": masks.address,
    "certificate": masks.id_number,
    "registered_at": masks.address,
    "born_on": masks.day,
}
# Who recorded a row, for the roles that see only their own.
_AUTHOR = "logged_by_id"

_GROUP_OF = {
    label: {field: group for group, names in groups.items() for field in names.split()}
    for label, groups in FIELDS.items()
}


def group_of(model: type[models.Model] | models.Model, field: str) -> Group:
    """The group a field belongs to. Raises KeyError for a field that nobody has classified."""
    return GROUPS[_GROUP_OF[model._meta.label][field]]


def name_of_group(label: str, field: str) -> str:
    """The key in GROUPS of a field of a table (`children.Child`). Raises KeyError for one that nobody has classified."""
    return _GROUP_OF[label][field]


def may(model: type[models.Model] | models.Model, field: str, posting: Posting | None) -> May:
    """What a posting may do with a field of a model; for a row, whether it is their own is already decided."""
    if posting is None:
        return May.NOTHING
    right = group_of(model, field).rights[posting.role]
    if isinstance(model, models.Model) and hasattr(model, "hidden_from") and model.hidden_from(posting.role):
        return May.NOTHING  # the row itself says whom it is not for
    if right is May.OWN and isinstance(model, models.Model):
        own = model._state.adding or getattr(model, _AUTHOR) == posting.user_id
        return May.WRITE if own else May.NOTHING
    return right


def may_write(model: type[models.Model] | models.Model, field: str, posting: Posting | None) -> bool:
    """True if the posting may change the field."""
    return may(model, field, posting) in {May.WRITE, May.ASK_WRITE, May.OWN}


def may_read(model: type[models.Model] | models.Model, field: str, posting: Posting | None) -> bool:
    """True if the posting reads the field in full without being asked why."""
    return may(model, field, posting) in {May.READ, May.WRITE}


def must_ask(model: type[models.Model] | models.Model, field: str, posting: Posting | None) -> bool:
    """True if the posting sees the field masked and in full only for a recorded reason."""
    return may(model, field, posting) in {May.ASK, May.ASK_WRITE}


def visible(row: models.Model, field: str, posting: Posting | None) -> str:
    """The field as this posting may see it on a page, in a sheet or in print: in words, masked, or empty."""
    if may_read(row, field, posting):
        return in_words(row, field)
    return masked(row, field) if must_ask(row, field, posting) else ""


def masked(row: models.Model, field: str) -> str:
    """The field masked, whoever looks."""
    return mask(field, in_words(row, field))


def in_words(row: models.Model, name: str) -> str:
    """The field in full in the words and the date format of the page. Only for those who may read it."""
    value = getattr(row, name)
    field = row._meta.get_field(name)
    codelist = getattr(field, "codelist", None)
    if isinstance(field, CodeField) and codelist is not None:
        return str(codelist.label(value))
    if isinstance(field, CodesField):
        return field.words(value) if value else ""
    if isinstance(value, list):
        return "、".join(str(codelists.TOPIC.label(each)) for each in value)
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, datetime):
        value = localtime(value)
    return "" if value is None else str(localize(value))


def label(row: models.Model, name: str) -> str:
    """What the field is called on pages."""
    return str(getattr(row._meta.get_field(name), "verbose_name", name))


def masked_changes(
    model: type[models.Model] | models.Model, before: Mapping[str, Any], after: Mapping[str, Any]
) -> dict[str, list[str]]:
    """`{field: [before, after]}` of every field that differs, as the audit trail keeps it: codes and dates as they are
    stored, names and everything sensitive masked. A field of one side only has the empty text on the other."""
    names = dict.fromkeys([*before, *after])
    found = {name: [_plain(before.get(name)), _plain(after.get(name))] for name in names}
    return {
        name: [_for_the_trail(model, name, side) for side in sides]
        for name, sides in found.items()
        if sides[0] != sides[1]
    }


def _for_the_trail(model: type[models.Model] | models.Model, field: str, text: str) -> str:
    """Auditors read the trail and have no archives: who a child is must not be read there."""
    group = group_of(model, field)
    if group.rights[Role.AUDITOR] is May.READ or (group.level is Level.PERSONAL and field not in MASKS):
        return text
    return mask(field, text)


def mask(field: str, text: str) -> str:
    """A text of a field as it is shown to those who may not read it."""
    return MASKS.get(field, masks.hidden)(text)


def _plain(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()
    return str(getattr(value, "code", value))
