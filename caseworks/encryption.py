"""Sealing values at rest, and finding them again without opening them.

A sealed value is `key id (1 byte) · nonce (12) · AES-256-GCM`. The table, column and row it belongs to are part of what
is authenticated: a value moved to another row, or altered by a bit, does not open. An empty text stays empty, because
"not collected" is no secret and lists ask for it.

A *blind index* is an HMAC of the normalised value: equal values have equal indexes, and without the key nothing can be
learnt from one, although there are few possible ID numbers in a county and a year.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django import forms
from django.core.exceptions import FieldError
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models.query_utils import DeferredAttribute

from caseworks import keyring

NONCE_BYTES = 12
INDEX_BYTES = 16


class CannotOpenError(Exception):
    """A sealed value was altered, moved, or sealed with a key that is not in the key file."""


def seal(text: str, place: str) -> bytes:
    """Seal a text for a place (`table.column.row`)."""
    if not text:
        return b""
    identifier, key = keyring.current().newest("data")
    nonce = os.urandom(NONCE_BYTES)
    return bytes([identifier]) + nonce + AESGCM(key).encrypt(nonce, text.encode(), place.encode())


def unseal(sealed: bytes, place: str) -> str:
    """Open a value sealed for that place. Raises CannotOpenError; never answers with anything but the text itself."""
    if not sealed:
        return ""
    try:
        key = keyring.current().key("data", sealed[0])
        nonce, body = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
        return AESGCM(key).decrypt(nonce, body, place.encode()).decode()
    except (InvalidTag, KeyError, ValueError) as error:
        raise CannotOpenError(place) from error


def blind(value: str, purpose: str) -> bytes | None:
    """The blind index of a value for a purpose (`child.id_number`); None for the empty value, so that it is no key."""
    if not value:
        return None
    _identifier, key = keyring.current().newest("index")
    return hmac.new(key, f"{purpose}:{value}".encode(), hashlib.sha256).digest()[:INDEX_BYTES]


class _Sealed(bytes):
    """Bytes as they came from the database, not opened yet."""


class _Opened(DeferredAttribute):
    """Opens the value when it is first asked for, so that a list which does not show it does not pay for it."""

    field: SealedField

    def __get__(self, instance: Any, cls: Any = None) -> Any:
        value = super().__get__(instance, cls)
        if instance is not None and isinstance(value, _Sealed):
            value = unseal(bytes(value), self.field.place(instance))
            instance.__dict__[self.field.attname] = value
        return value

    def __set__(self, instance: Any, value: Any) -> None:
        instance.__dict__[self.field.attname] = value


@contextmanager
def sealed_for_bulk_update(rows: Iterable[models.Model], names: Iterable[str]) -> Iterator[None]:
    """For the moment of a `bulk_update`, which never asks a field for the value of a row: hold the sealed values ready."""
    rows = list(rows)
    fields = (
        [field for field in (rows[0]._meta.get_field(name) for name in names) if isinstance(field, SealedField)]
        if rows
        else []
    )
    plain = [{field.attname: row.__dict__.get(field.attname) for field in fields} for row in rows]
    for row in rows:
        for field in fields:
            row.__dict__[field.attname] = models.Value(field.pre_save(row, False), output_field=field)
    try:
        yield
    finally:
        for row, values in zip(rows, plain, strict=True):
            row.__dict__.update(values)


class SealedField(models.Field):
    """A text that is sealed in the database and plain in Python. `max_length` counts characters of the text.

    It cannot be searched; a model that needs to find it keeps a blind index beside it.
    """

    descriptor_class = _Opened
    empty_strings_allowed = True

    def __init__(self, *args: Any, multiline: bool = False, **options: Any) -> None:
        options.setdefault("blank", True)
        options.setdefault("default", "")
        super().__init__(*args, **options)
        self.multiline = multiline
        if self.max_length:
            self.validators.append(MaxLengthValidator(self.max_length))

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, **({"multiline": True} if self.multiline else {})}

    def get_internal_type(self) -> str:
        return "BinaryField"

    def place(self, instance: models.Model) -> str:
        """Where a value belongs: part of what is authenticated."""
        return f"{instance._meta.db_table}.{self.column}.{instance.pk}"

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return None if value is None else _Sealed(bytes(value))

    def to_python(self, value: Any) -> Any:
        return "" if value is None else value

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:  # noqa: FBT001
        raw = model_instance.__dict__.get(self.attname)
        return raw if isinstance(raw, _Sealed) else _Sealed(seal(raw or "", self.place(model_instance)))

    def get_prep_value(self, value: Any) -> Any:
        if value is None or isinstance(value, _Sealed):
            return value
        if isinstance(value, bytes) and not value:
            return value
        raise FieldError(f"{self.name} is sealed: it cannot be searched or updated without its row.")

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:  # noqa: FBT001
        value = super().get_db_prep_value(value, connection, prepared)
        return None if value is None else connection.Database.Binary(bytes(value))

    def formfield(self, **options: Any) -> Any:
        widget = {"widget": forms.Textarea(attrs={"rows": 3})} if self.multiline else {}
        return super().formfield(**{"form_class": forms.CharField, "max_length": self.max_length, **widget, **options})
