"""What is sealed at rest: nothing readable in the database, nothing opened in the wrong place."""

from __future__ import annotations

import pytest
from django.core.exceptions import FieldError, ImproperlyConfigured, ValidationError
from django.db import connection

from caseworks import keyring
from caseworks.encryption import CannotOpenError, blind, seal, unseal
from children.models import Child
from tests import factories


def test_a_sealed_text_opens_in_its_place():
    assert unseal(seal("夜里哭，不说原因", "t.c.1"), "t.c.1") == "夜里哭，不说原因"


def test_the_same_text_is_never_sealed_the_same_way():
    assert seal("x", "t.c.1") != seal("x", "t.c.1")


def test_an_empty_text_stays_empty():
    assert seal("", "t.c.1") == b""
    assert unseal(b"", "t.c.1") == ""


@pytest.mark.parametrize("place", ["t.c.2", "t.d.1", "u.c.1"])
def test_a_value_moved_to_another_row_column_or_table_does_not_open(place):
    sealed = seal("secret", "t.c.1")
    with pytest.raises(CannotOpenError):
        unseal(sealed, place)


@pytest.mark.parametrize("position", [0, 1, 12, 13, -1])
def test_one_flipped_bit_is_an_error_not_a_text(position):
    sealed = bytearray(seal("secret", "t.c.1"))
    sealed[position] ^= 1
    with pytest.raises(CannotOpenError):
        unseal(bytes(sealed), "t.c.1")


def test_blind_indexes_are_equal_for_equal_values_of_one_purpose_only():
    assert blind("13812345678", "phone") == blind("13812345678", "phone")
    assert blind("13812345678", "phone") != blind("13812345679", "phone")
    assert blind("13812345678", "phone") != blind("13812345678", "id")
    assert blind("", "phone") is None


def _stored(row) -> bytes:
    with connection.cursor() as cursor:
        key = row.pk.hex if connection.vendor == "sqlite" else str(row.pk)
        cursor.execute("SELECT notes FROM children_child WHERE id = %s", [key])
        return bytes(cursor.fetchone()[0])


@pytest.mark.django_db
def test_a_sealed_field_is_plain_in_python_and_unreadable_in_the_database(as_everyone):
    child = factories.child(notes="父亲酗酒")
    assert "父亲酗酒".encode() not in _stored(child)
    assert Child.objects.get(pk=child.pk).notes == "父亲酗酒"
    assert Child.objects.only("name").get(pk=child.pk).notes == "父亲酗酒"


@pytest.mark.django_db
def test_saving_another_field_does_not_seal_anew(as_everyone):
    child = factories.child(notes="父亲酗酒")
    before = _stored(child)
    again = Child.objects.get(pk=child.pk)
    again.name = "张三"
    again.save()
    assert _stored(child) == before


@pytest.mark.django_db
def test_bulk_writes_seal_too(as_everyone):
    children = [factories.child(f"张{n}") for n in "一二"]
    for child in children:
        child.notes = child.name + "的事"
    Child.objects.bulk_update(children, ["notes"])
    assert "张一的事".encode() not in _stored(children[0])
    assert sorted(child.notes for child in Child.objects.all()) == ["张一的事", "张二的事"]


@pytest.mark.django_db
def test_a_sealed_field_cannot_be_searched_or_updated_without_its_row(as_everyone):
    with pytest.raises(FieldError):
        Child.objects.filter(notes="x").exists()
    with pytest.raises(FieldError):
        Child.objects.update(notes="x")


@pytest.mark.django_db
def test_a_value_copied_to_another_row_in_the_database_does_not_open(as_everyone):
    one, other = factories.child("张一", notes="甲的事"), factories.child("张二")
    with connection.cursor() as cursor:
        keys = [row.pk.hex if connection.vendor == "sqlite" else str(row.pk) for row in (other, one)]
        cursor.execute(
            "UPDATE children_child SET notes = (SELECT notes FROM children_child WHERE id = %s) WHERE id = %s",
            [keys[1], keys[0]],
        )
    with pytest.raises(CannotOpenError):
        assert Child.objects.get(pk=other.pk).notes


@pytest.mark.django_db
def test_length_is_that_of_the_text(as_everyone):
    child = factories.child()
    child.notes = "长" * 2001
    with pytest.raises(ValidationError, match="2000"):
        child.full_clean()
    child.notes = "长" * 2000
    child.full_clean()


# --- the key file ---


def test_a_new_key_file_is_for_its_owner_only_and_is_never_replaced(tmp_path):
    path = tmp_path / "keys"
    keyring.create(path)
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(FileExistsError):
        keyring.create(path)


def test_values_sealed_before_a_new_key_stay_readable(tmp_path, settings):
    settings.KEY_FILE = str(tmp_path / "keys")
    keyring.create(tmp_path / "keys")
    keyring.current.cache_clear()
    try:
        old = seal("before", "t.c.1")
        assert keyring.add_data_key(tmp_path / "keys") == 2
        new = seal("after", "t.c.1")
        assert (old[0], new[0]) == (1, 2)
        assert (unseal(old, "t.c.1"), unseal(new, "t.c.1")) == ("before", "after")
    finally:
        keyring.current.cache_clear()


@pytest.mark.parametrize("content", ["", "data 1 short", "data 1", "nonsense 1 aaaa", "data 300 " + "A" * 43 + "="])
def test_a_damaged_key_file_is_refused(tmp_path, content):
    path = tmp_path / "keys"
    path.write_text(content)
    path.chmod(0o600)
    with pytest.raises(ImproperlyConfigured, match="damaged"):
        keyring.read(path)


def test_a_key_file_that_others_can_read_or_that_is_missing_is_refused(tmp_path):
    path = tmp_path / "keys"
    with pytest.raises(ImproperlyConfigured, match="cannot be read"):
        keyring.read(path)
    keyring.create(path)
    path.chmod(0o640)
    with pytest.raises(ImproperlyConfigured, match="other people"):
        keyring.read(path)
