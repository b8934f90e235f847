"""What is sealed at rest: nothing readable in the database, nothing opened in the wrong place."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import FieldError, ImproperlyConfigured, ValidationError
from django.db import IntegrityError, connection, transaction

from caseworks import keyring
from caseworks.encryption import CannotOpenError, SealedJSONField, blind, seal, unseal
from children.models import Child, Residence
from guardians.models import Relative
from tests import factories
from visits.models import Mentor


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
def test_a_sealed_field_cannot_be_searched(as_everyone):
    for lookup in ({"notes": "x"}, {"notes__in": ["x"]}, {"notes__contains": "x"}, {"notes__gt": "x"}):
        with pytest.raises(FieldError):
            Child.objects.filter(**lookup).exists()


@pytest.mark.django_db
def test_an_update_of_many_rows_seals_each_for_itself(as_everyone):
    children = [factories.child(f"张{n}", notes="甲") for n in "一二三"]
    assert Child.objects.exclude(pk=children[2].pk).update(notes="乙", ethnicity="02") == 2
    assert [Child.objects.get(pk=child.pk).notes for child in children] == ["乙", "乙", "甲"]
    assert len({_stored(child) for child in children}) == 3
    assert Child.objects.filter(ethnicity="02").count() == 2
    assert Child.objects.filter(version=99).update(notes="丙") == 0


@pytest.mark.django_db
def test_whether_a_sealed_field_is_recorded_may_be_asked(as_everyone):
    one, _other = factories.child("张一", notes="甲的事"), factories.child("张二")
    assert list(Child.objects.exclude(notes="")) == [one]
    assert Child.objects.filter(notes="").count() == 1


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


def test_a_list_is_sealed_whole():
    field = SealedJSONField()
    assert field.from_text(field.to_text([{"姓名": "张三"}, None, 1])) == [{"姓名": "张三"}, None, 1]
    assert field.to_text([]) == field.to_text(None) == ""
    assert field.from_text("") == []
    assert SealedJSONField(default=dict).from_text("") == {}
    assert field.formfield() is None


# --- found again without being opened ---


@pytest.mark.django_db
def test_a_child_is_found_by_number_and_tail_however_they_are_written(as_everyone):
    child = factories.child(id_number="11010519491231002X")
    factories.child("李四")
    for words in ("11010519491231002X", "11010519491231002x", "１１０１０５ 19491231 002x", "002X", "002x"):
        assert list(Child.objects.matching(words)) == [child], words
    assert list(Child.objects.with_id_number("", "11010519491231002x")) == [child]
    assert list(Child.objects.with_id_tail("002x")) == [child]
    assert not Child.objects.with_id_number("").exists()
    assert not Child.objects.with_id_tail("").exists()


@pytest.mark.django_db
def test_relatives_are_found_by_phone_and_its_tail(as_everyone):
    one = factories.relative(factories.child(), phone="139 0000 1111")
    factories.relative(factories.child(), phone="")
    assert list(Relative.objects.with_phone("+86 139-0000-1111")) == [one]
    assert list(Relative.objects.with_phone_tail("1111")) == [one]
    assert not Relative.objects.with_phone("").exists()
    assert not Relative.objects.with_phone_tail("").exists()


@pytest.mark.django_db
def test_residences_in_one_house(cast, as_everyone):
    home, same = cast.child.residences.get(), cast.sibling.residences.get()
    elsewhere = cast.neighbour.residences.get()
    assert elsewhere.address == home.address
    assert set(Residence.objects.in_the_house_of(home)) == {home, same}
    home.address = ""
    home.save()
    assert not Residence.objects.in_the_house_of(home).exists()


def _found(number: str) -> int:
    return Child.objects.with_id_number(number).count() + Child.objects.with_id_tail(number[-4:]).count()


OLD, NEW = "500116201403024325", "11010519491231002X"


def _by_save(child):
    child.id_number = NEW
    child.save()


def _by_save_of_one_field(child):
    child.id_number = NEW
    child.save(update_fields=["id_number"])


def _by_save_of_a_row_loaded_in_part(child):
    child = Child.objects.only("name").get(pk=child.pk)
    child.id_number = NEW
    child.save()


def _by_bulk_update(child):
    child = Child.objects.defer("id_index", "id_tail_index").get(pk=child.pk)
    child.id_number = NEW
    Child.objects.bulk_update([child], ["id_number"])
    assert child.id_index == Child.objects.get(pk=child.pk).id_index


def _by_update(child):
    Child.objects.filter(pk=child.pk).update(id_number=NEW)


@pytest.mark.django_db
def test_taking_a_number_away_takes_its_indexes_away(as_everyone):
    child = factories.child(id_number=OLD)
    Child.objects.filter(pk=child.pk).update(id_number="")
    assert _found(OLD) == 0
    assert Child.objects.get(pk=child.pk).id_index is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    "way", [_by_update, _by_save, _by_save_of_one_field, _by_save_of_a_row_loaded_in_part, _by_bulk_update]
)
def test_no_way_of_writing_leaves_an_index_behind(way, as_everyone):
    child = factories.child(id_number=OLD)
    assert (_found(OLD), _found(NEW)) == (2, 0)
    way(child)
    assert (_found(OLD), _found(NEW)) == (0, 2)
    assert Child.objects.get(pk=child.pk).id_number == NEW


@pytest.mark.django_db
def test_saving_a_row_that_was_never_opened_keeps_value_and_index(as_everyone):
    child = factories.child(id_number=OLD)
    loaded = Child.objects.get(pk=child.pk)
    loaded.name = "张三"
    loaded.save()
    Child.objects.bulk_update([Child.objects.defer("id_index").get(pk=child.pk)], ["id_number"])
    assert _found(OLD) == 2
    assert Child.objects.get(pk=child.pk).id_number == OLD


@pytest.mark.django_db
def test_bulk_created_rows_are_sealed_and_found(as_everyone):
    rows = [
        Child(name="张", born_on=date(2014, 3, 2), opened_on=date(2020, 9, 1), id_number=number).derive()
        for number in (OLD, NEW, "")
    ]
    Child.objects.bulk_create(rows)
    assert (_found(OLD), _found(NEW)) == (2, 2)
    assert Child.objects.filter(id_index__isnull=True).count() == 1


@pytest.mark.django_db
def test_one_live_archive_per_number(as_everyone):
    factories.child(id_number=NEW)
    again = Child(name="李", born_on=date(2014, 3, 2), opened_on=date(2020, 9, 1), id_number=NEW.lower()).derive()
    with pytest.raises(ValidationError, match="one_live_archive_per_id_number"):
        again.full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        again.save()
    factories.child("王", id_number="")
    factories.child("赵", id_number="")
    factories.child("周", id_number=NEW, closed_on=date(2026, 1, 1))


@pytest.mark.django_db
def test_an_index_of_one_column_says_nothing_about_another(as_everyone):
    child = factories.child(id_number=NEW)
    assert child.id_index != child.id_tail_index
    assert Child._meta.get_field("id_tail_index").digest("002X") == child.id_tail_index
    assert Relative._meta.get_field("phone_index").digest(NEW) != child.id_index


@pytest.mark.django_db
def test_mentors_phones_are_sealed_in_bulk_too(cast):
    mentor = Mentor.objects.get()
    mentor.phone = "13812345678"
    Mentor.objects.bulk_update([mentor], ["phone"])
    assert Mentor.objects.get().phone == mentor.phone == "13812345678"


# --- the key file ---


def test_a_new_key_file_is_for_its_owner_only_and_is_never_replaced(tmp_path):
    path = tmp_path / "keys"
    keyring.create(path)
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(FileExistsError):
        keyring.create(path)


def test_values_sealed_before_a_new_key_stay_readable_and_the_new_key_is_used_at_once(tmp_path, settings):
    settings.KEY_FILE = str(tmp_path / "keys")
    keyring.create(tmp_path / "keys")
    old = seal("before", "t.c.1")
    assert keyring.add_data_key(tmp_path / "keys") == 2
    new = seal("after", "t.c.1")
    assert (old[0], new[0]) == (1, 2)
    assert (unseal(old, "t.c.1"), unseal(new, "t.c.1")) == ("before", "after")
    assert (tmp_path / "keys").stat().st_mode & 0o777 == 0o600


def test_a_key_file_lost_or_opened_to_others_while_at_work_stops_the_work(tmp_path, settings):
    settings.KEY_FILE = str(tmp_path / "keys")
    keyring.create(tmp_path / "keys")
    seal("x", "t.c.1")
    (tmp_path / "keys").chmod(0o644)
    with pytest.raises(ImproperlyConfigured, match="other people"):
        seal("x", "t.c.1")
    (tmp_path / "keys").unlink()
    with pytest.raises(ImproperlyConfigured, match="cannot be read"):
        seal("x", "t.c.1")


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
