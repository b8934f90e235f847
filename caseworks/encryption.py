"""Sealing values at rest, and finding them again without opening them.

A sealed value is `key id (1 byte) · nonce (12) · AES-256-GCM`. The table, column and row it belongs to are part of what
is authenticated: a value moved to another row, or altered by a bit, does not open. An empty text stays empty, because
"not collected" is no secret and lists ask for it.

A *blind index* is an HMAC of the normalised value: equal values have equal indexes, and without the key nothing can be
learnt from one, although there are few possible ID numbers in a county and a year.
"""

from __future__ import annotations

import hmac
import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django import forms
from django.core.exceptions import FieldError
from django.core.validators import MaxLengthValidator
from django.db import models, transaction
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
    return hmac.digest(key, f"{purpose}:{value}".encode(), "sha256")[:INDEX_BYTES]


class _Sealed(bytes):
    """Bytes as they came from the database, not opened yet."""


class _Opened(DeferredAttribute):
    """Opens the value when it is first asked for, so that a list which does not show it does not pay for it."""

    field: SealedField

    def __get__(self, instance: Any, cls: Any = None) -> Any:
        value = super().__get__(instance, cls)
        if instance is not None and isinstance(value, _Sealed):
            value = self.field.from_text(unseal(bytes(value), self.field.place(instance.pk)))
            instance.__dict__[self.field.attname] = value
        return value

    def __set__(self, instance: Any, value: Any) -> None:
        instance.__dict__[self.field.attname] = value


class SealedField(models.Field):
    """A text that is sealed in the database and plain in Python. `max_length` counts characters of the text.

    It cannot be searched, except for being empty; a model that needs to find it keeps a `BlindIndexField` beside it.
    `values()` and `values_list()` give it closed: only a row can open it.
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

    def get_lookup(self, lookup_name: str) -> Any:
        return super().get_lookup(lookup_name) if lookup_name in {"exact", "in", "isnull"} else None

    def place(self, key: Any) -> str:
        """Where the value of the row with that key belongs: part of what is authenticated."""
        return f"{self.model._meta.db_table}.{self.column}.{key}"

    def sealed(self, value: Any, key: Any) -> Any:
        """What the column holds for a value of the row with that key."""
        return _Sealed(seal(self.to_text(value), self.place(key)))

    def to_text(self, value: Any) -> str:
        """The text that is sealed for a value."""
        return value or ""

    def from_text(self, text: str) -> Any:
        """The value of a text that was opened."""
        return text

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return None if value is None else _Sealed(bytes(value))

    def to_python(self, value: Any) -> Any:
        return "" if value is None else value

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:  # noqa: FBT001
        raw = model_instance.__dict__.get(self.attname)
        if isinstance(raw, _Sealed) and (not raw or raw[0] == keyring.current().newest("data")[0]):
            return raw
        # plain, or read before a new key came into use: the old key must not come back after `rotate_keys`
        return self.sealed(getattr(model_instance, self.attname), model_instance.pk)

    def get_prep_value(self, value: Any) -> Any:
        if value is None or isinstance(value, _Sealed):
            return value
        if not value:
            return _Sealed()  # "is it recorded at all" may be asked, and a value may be taken away
        raise FieldError(f"{self.name} is sealed: it cannot be searched. Is there a blind index of it?")

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:  # noqa: FBT001
        value = super().get_db_prep_value(value, connection, prepared)
        return None if value is None else connection.Database.Binary(bytes(value))

    def formfield(self, **options: Any) -> Any:
        widget = {"widget": forms.Textarea(attrs={"rows": 3})} if self.multiline else {}
        return super().formfield(**{"form_class": forms.CharField, "max_length": self.max_length, **widget, **options})


class SealedJSONField(SealedField):
    """A list or dictionary that is sealed whole. An empty one is stored empty and read as the default."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"default": list, **options})

    def to_text(self, value: Any) -> str:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")) if value else ""

    def from_text(self, text: str) -> Any:
        return json.loads(text) if text else self.get_default()

    def formfield(self, **options: Any) -> None:
        """None: nobody types one."""


def _as_it_is(text: str) -> str:
    return text


class BlindIndexField(models.BinaryField):
    """Finds rows by the exact value of a sealed field: `filter(phone_index="13812345678")`.

    It is kept with every write of the field named by `of`. `normal` brings what people write into the one form that is
    compared, or picks the part that is (the last four characters). Whoever holds the database without the keys learns
    which rows have equal values, and nothing else.
    """

    def __init__(self, of: str = "", *, normal: Callable[[str], str] = _as_it_is, **options: Any) -> None:
        self.of, self.normal = of, normal
        super().__init__(**{"max_length": INDEX_BYTES, "null": True, "editable": False, **options})

    def digest(self, text: str) -> bytes | None:
        """What the column holds for a text; None for the empty text."""
        return blind(self.normal(text), f"{self.model._meta.db_table}.{self.column}") if text else None

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> bytes | None:
        return None if value is None else bytes(value)

    def get_prep_value(self, value: Any) -> Any:
        # nothing is found by the empty text: None would find the rows without a value
        return self.digest(value) or b"" if isinstance(value, str) else value

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:  # noqa: FBT001
        values = model_instance.__dict__
        unopened = isinstance(values.get(self.of), _Sealed)
        if not (unopened and self.attname in values):
            values[self.attname] = self.digest(getattr(model_instance, self.of))
        return values[self.attname]


def blind_indexes(model: type[models.Model]) -> list[BlindIndexField]:
    """The blind indexes of a model."""
    return [field for field in model._meta.concrete_fields if isinstance(field, BlindIndexField)]


def indexes_of(model: type[models.Model], names: Iterable[str]) -> list[str]:
    """The blind indexes that must be written together with these fields."""
    return [index.name for index in blind_indexes(model) if index.of in names]


def fill_indexes(row: models.Model) -> None:
    """Bring the blind indexes of a row up to date with its values, also where the row was loaded without them."""
    for index in blind_indexes(type(row)):
        if index.of in row.__dict__:
            index.pre_save(row, add=False)


@contextmanager
def _ready_for_bulk_update(rows: list[Any], fields: Sequence[models.Field]) -> Iterator[None]:
    """`bulk_update` never asks a field for the value of a row: hold the sealed values ready for that moment."""
    plain = [{field.attname: row.__dict__.get(field.attname) for field in fields} for row in rows]
    for row in rows:
        ready = {field.attname: models.Value(field.pre_save(row, False), output_field=field) for field in fields}
        row.__dict__.update(ready)
    try:
        yield
    finally:
        for row, values in zip(rows, plain, strict=True):
            row.__dict__.update(values)
            for index in fields:
                if isinstance(index, BlindIndexField):
                    index.pre_save(row, False)


class SealedQuerySet(models.QuerySet):
    """A queryset of rows with sealed fields: `update` and `bulk_update` seal them and keep their blind indexes."""

    def update(self, **values: Any) -> int:
        plain = {
            field: values.pop(field.name)
            for field in self.model._meta.concrete_fields
            if isinstance(field, SealedField)
            and field.name in values
            and not isinstance(values[field.name], _Sealed)
            and not hasattr(values[field.name], "resolve_expression")
        }
        for index in blind_indexes(self.model):
            for field, value in plain.items():
                if index.of == field.name:
                    values[index.name] = index.digest(value)
        for field in [field for field, value in plain.items() if not value]:  # the empty value has no seal of its own
            values[field.name] = plain.pop(field)
        if not plain:
            return super().update(**values)
        # each row has its own seal; the condition is asked again by each UPDATE, so that a row changed meanwhile stays
        with transaction.atomic(using=self.db):
            return sum(
                self.filter(pk=key).update(**values, **{field.name: field.sealed(plain[field], key) for field in plain})
                for key in list(self.order_by().values_list("pk", flat=True))
            )

    update.alters_data = True  # type: ignore[attr-defined]

    def bulk_update(self, objs: Any, fields: Any, *args: Any, **kwargs: Any) -> Any:
        rows, names = list(objs), list(fields)
        touched = [name for name in names if not all(isinstance(row.__dict__.get(name), _Sealed) for row in rows)]
        names += [index for index in indexes_of(self.model, touched) if index not in names]
        found = [self.model._meta.get_field(name) for name in names]
        special = [field for field in found if isinstance(field, SealedField | BlindIndexField)]
        with _ready_for_bulk_update(rows, special):
            return super().bulk_update(rows, names, *args, **kwargs)


def opener(field: SealedField) -> Callable[[Any, Any], str]:
    """Opens many values of one field that `values_list` gave closed: called with the value and the key of its row, which
    may be the text of a key as a database keeps it. For exports of 100,000 rows: the keys are looked up once."""
    place = f"{field.model._meta.db_table}.{field.column}."
    ring, ciphers = keyring.current(), {}  # type: tuple[Any, dict[int, AESGCM]]

    def opened(sealed: Any, key: Any) -> str:
        if not sealed:
            return ""
        if sealed.__class__ is not bytes:  # PostgreSQL's driver gives the memory it was read into
            sealed = bytes(sealed)
        number = sealed[0]
        if key.__class__ is str and len(key) == 32:  # without its hyphens, as SQLite keeps it
            key = f"{key[:8]}-{key[8:12]}-{key[12:16]}-{key[16:20]}-{key[20:]}"
        try:
            cipher = ciphers.get(number)
            if cipher is None:
                cipher = ciphers[number] = AESGCM(ring.key("data", number))
            body = sealed[1 + NONCE_BYTES :]
            return cipher.decrypt(sealed[1 : 1 + NONCE_BYTES], body, f"{place}{key}".encode()).decode()
        except (InvalidTag, KeyError, ValueError) as error:
            raise CannotOpenError(f"{place}{key}") from error

    return opened
