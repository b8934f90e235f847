"""What is kept about people, how closely, how long, and who may see or change it.

This page is meant to be read by the people who answer for the data, not only by programmers. `GROUPS` says for each
kind of information how sensitive it is, how long it is kept and what each role may do with it; caseworks/classified.py puts
every field of every record into one of these groups. Nothing is in no group: the registry does not start with a field that
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
from caseworks.classified import FIELDS
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
