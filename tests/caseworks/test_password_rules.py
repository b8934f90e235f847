"""Which passwords are refused, by each of the two profiles, and how the accepted ones are kept."""

import itertools
import threading
import time
from datetime import UTC, datetime

import pytest
import time_machine
from django.contrib.auth import password_validation
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ImproperlyConfigured, ValidationError

from caseworks import environment
from caseworks.access import Role
from caseworks.models import FormerPassword, User
from caseworks.signin import passwords
from caseworks.signin.actions import change_password
from caseworks.signin.guessing import ENOUGH_PIECES, pieces
from tests import factories

pytestmark = pytest.mark.django_db
GOOD = "lantern-over-7-wells"


def _codes(password: str, user: User | None = None) -> set[str]:
    try:
        password_validation.validate_password(password, user)
    except ValidationError as error:
        return {each.code for each in error.error_list}
    return set()


@pytest.mark.parametrize(
    "password",
    """zhangsan zhangsan123 zhangwei1990 Zhang@1990! wangxiaoming1988 ouyangna88 lilaoshi2026 xiaowang888 admin@123
    liushou2024 liushouertong Liushou@2024 mima123456 woaini1314520 qwer1234 1qaz2wsx !QAZ2wsx zaq12wsx Qwe123!@#
    1q2w3e4r asdf;lkj P@ssw0rd! Zh@ngwei123 aaaaaaaa abababab 19900101 13812345678 zhang13812345678 500116199001011234
    Chongqing@2026 留守儿童2024 我爱你中国123""".split(),
)
def test_what_people_here_use_is_refused(password):
    assert "guessable" in _codes(password)


@pytest.mark.parametrize(
    "password",
    [
        GOOD,
        "kT9#xq2L",
        "h7k3m9p2",
        "woaichiyuzaisanwanfen",
        "我家门前有两棵枣树",
        "鸟" + "山水田园花草" * 11,
        "correct horse battery staple",
        "水" * 64,
        "水" * 64 + GOOD,
        GOOD * 2 + "水" * 128,
    ],
)
def test_what_nobody_guesses_is_accepted_however_long(password):
    assert _codes(password) == set()


def test_seven_characters_are_too_few_and_eight_are_enough():
    assert "password_too_short" in _codes("kT9#xq2")
    assert _codes("kT9#xq2L") == set()


def test_every_character_of_a_long_password_counts():
    hasher = passwords.Argon2idHasher()
    encoded = hasher.encode("水" * 72 + "a", hasher.salt())
    assert hasher.verify("水" * 72 + "a", encoded)
    assert not hasher.verify("水" * 72 + "b", encoded)


@pytest.mark.parametrize(
    "word", ["龙井村", "longjing", "longjingcun", "shizhen", "jiangxian", "欧小雨", "ouxiaoyu", "oxy", "ou.xy"]
)
def test_what_others_know_of_the_person_and_the_office_is_refused(cast, word):
    person = factories.user("ou.xy", name="欧小雨")
    factories.posting(person, cast.village, Role.CASEWORKER)
    password = f"{word}88-66"
    assert pieces(password, passwords.known_words(person)) < ENOUGH_PIECES
    assert _codes(password, person)


def test_a_name_that_is_not_ones_own_counts_as_letters():
    person = factories.user("someone", name="单云飞")
    assert pieces("龙井村88-66", passwords.known_words(person)) >= ENOUGH_PIECES


def test_the_password_one_has_is_no_new_one():
    person = factories.user("someone")
    assert "same" in _codes("pass-word-of-tests", person)


def test_asvs_knows_no_rule_of_composition_and_no_age(settings):
    person = factories.user("someone")
    assert settings.PASSWORD_PROFILE == "asvs"
    assert _codes("lanternoverwells", person) == set()
    assert not person.must_change_password(datetime(2036, 1, 1, tzinfo=UTC))


@pytest.fixture
def djbh(settings):
    settings.PASSWORD_PROFILE = "djbh"


@pytest.mark.usefixtures("djbh")
@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("lanternoverwells", "kinds"),
        ("LanternOverWells", "kinds"),
        ("lantern-over-wells", "kinds"),
        ("Lantern-13812345678-x", "phone"),
        ("Lantern-7-Xiangqing", "own_name"),
        ("Lantern-7-翔青", "own_name"),
        ("Lantern-7-Someone9", "own_name"),
    ],
)
def test_djbh_asks_for_three_kinds_and_no_name_or_telephone(password, code):
    assert code in _codes(password, factories.user("someone9", name="翔青"))


@pytest.mark.usefixtures("djbh")
@pytest.mark.parametrize(
    "password", ["Lantern-over-wells", "lantern-over-7", "LANTERN-OVER-7", "LanternOver72Wells", "灯笼Lantern72"]
)
def test_djbh_accepts_any_three_kinds(password):
    assert _codes(password, factories.user("someone", name="翔青")) == set()


@pytest.mark.usefixtures("djbh")
def test_djbh_remembers_the_last_five_and_no_more():
    person = factories.user("someone")
    for number in range(1, 7):
        change_password(user=person, password=f"Lantern-over-{number}", by=person)
    assert FormerPassword.objects.count() == 5
    refused = {number for number in range(1, 7) if _codes(f"Lantern-over-{number}", person) & {"former", "same"}}
    assert refused == {2, 3, 4, 5, 6}


def test_asvs_keeps_no_former_passwords():
    person = factories.user("someone")
    change_password(user=person, password=GOOD, by=person)
    assert not FormerPassword.objects.exists()


@pytest.mark.usefixtures("djbh")
def test_djbh_asks_for_a_new_password_after_ninety_days():
    with time_machine.travel("2026-03-01T08:00:00+08:00", tick=False):
        person = factories.user("someone")
    assert not person.must_change_password(datetime(2026, 5, 29, 23, tzinfo=UTC))
    assert person.must_change_password(datetime(2026, 5, 30, 0, 0, tzinfo=UTC))


def test_a_profile_that_does_not_exist_stops_the_start(monkeypatch):
    monkeypatch.setenv("PASSWORD_PROFILE", "strong")
    with pytest.raises(ImproperlyConfigured, match="asvs, djbh"):
        environment.one_of("PASSWORD_PROFILE", "asvs", "djbh")


def test_hashes_are_argon2id_with_the_least_memory_owasp_allows():
    encoded = make_password(GOOD, hasher=passwords.Argon2idHasher())
    assert encoded.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")


def test_no_more_than_four_hashes_are_made_at_once(monkeypatch):
    running, most = itertools.count(), []
    now, lock = [0], threading.Lock()

    def slow(self, password: str, salt: str) -> str:
        with lock:
            now[0] += 1
            most.append(now[0])
        time.sleep(0.01)
        with lock:
            now[0] -= 1
        return f"{next(running)}"

    monkeypatch.setattr(passwords.Argon2PasswordHasher, "encode", slow)
    hasher = passwords.Argon2idHasher()
    threads = [threading.Thread(target=hasher.encode, args=("x", "salt")) for _number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(most) == 16
    assert max(most) == 4
