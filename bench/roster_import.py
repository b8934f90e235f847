"""Importing a school roll of 16,856 rows, against the floor and against a stock django-import-export resource.

    python -m bench.roster_import            on SQLite, or beside the database of DATABASE_URL

The floor is what any import must do: read the sheet with calamine and `bulk_create` the very same rows in the very same
tables, without checks, scope, audit or preview. Every part runs in a process and a database of its own, so that one
neither warms nor burdens the next, and its peak memory is its own.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import django

ROWS = 16_856
CHANGED = 5_000  # pupils of next term's roster about whom something is new
SCHOOLS, VILLAGES = 31, 60
TODAY, NEXT_TERM = date(2026, 11, 23), date(2027, 2, 20)
PARTS = ("floor", "import", "stock", "stock_family")
ROLL = (
    "姓名 性别 出生日期 身份证件类型 身份证件号 民族 国籍 健康状况 户口所在地 户口性质 学校名称 年级 班级 班内学号 入学年月 就读方式 现住址 "
    "是否独生子女 是否受过学前教育 是否留守儿童 是否进城务工人员随迁子女 是否孤儿 是否烈士或优抚子女 残疾类型 成员1姓名 成员1关系 成员1工作单位 "
    "成员1联系电话 成员1是否监护人 成员2姓名 成员2关系 成员2工作单位 成员2联系电话 成员2是否监护人"
).split()
SURNAMES, GIVEN = "王李张刘陈杨黄赵周吴徐孙马朱胡郭何林高罗", "伟芳娜敏静丽强磊军洋勇艳杰涛明超秀英华文玉兰桂春梅"
PLACES = ("广东省东莞市", "广东省深圳市", "浙江省宁波市", "江苏省苏州市", "上海市松江区", "本地", "本地", "在家")


# --- The roster -----------------------------------------------------------------------------------------------------


def make_roster(path: Path, rows: int, *, changed: int = 0) -> None:
    """A school roll of the 34 columns of the national system; the same for the same number of rows. The first `changed`
    pupils are in another class, live in another house, and their fathers have another telephone and another place; every fifth goes to another school."""
    from caseworks.sheets import Column, write_sheet
    from children.idnumbers import complete

    dice = random.Random(20261123)  # noqa: S311  (invented people, not secrets)

    def name() -> str:
        return dice.choice(SURNAMES) + "".join(dice.choices(GIVEN, k=dice.choice((1, 2, 2))))

    def parent(relation: str) -> list[str]:
        phone = f"1{dice.choice((3, 5, 8))}{dice.randrange(10**9):09d}" if dice.random() < 0.85 else ""
        return [name(), relation, dice.choice(PLACES), phone, "是"]

    def pupil(number: int) -> list[str]:
        born = date(2014 + number % 6, dice.randint(1, 12), dice.randint(1, 28))
        sex, village, school = number % 2, dice.randrange(VILLAGES), number % SCHOOLS
        order = (number // 2 % 500) * 2 + sex
        area = 500100 + number // 1000
        away = dice.choice(("双亲留守儿童", "单亲留守儿童", "非留守儿童"))
        row = [
            name(), "男" if sex else "女", f"{born:%Y%m%d}", "居民身份证", complete(f"{area}{born:%Y%m%d}{order:03d}"), "汉族", "中国",
            "健康或良好", f"重庆市津南区第{village}村", "农业户口", f"第{school}小学", f"{number % 6 + 1}年级", f"{number % 4 + 1}班",
            f"{number % 50:02d}", "202509", "走读", f"第{village}村{dice.randint(1, 9)}组{dice.randint(1, 80)}号", "否", "是", away, "否", "否",
            "否", "无", *parent("父亲"), *parent("母亲"),
        ]  # fmt: skip
        if number < changed:
            row[ROLL.index("年级")], row[ROLL.index("班级")] = f"{number % 6 + 2}年级", f"{number % 4 + 2}班"
            row[ROLL.index("现住址")] = f"第{village}村{number % 9 + 1}组{number % 97 + 100}号"
            row[ROLL.index("成员1联系电话")] = f"139{number:08d}"
            row[ROLL.index("成员1工作单位")] = f"福建省泉州市{number}厂"
            if number % 5 == 0:
                row[ROLL.index("学校名称")] = f"第{(number + 1) % SCHOOLS}小学"
        return row

    with write_sheet("学生基本信息", [Column(heading) for heading in ROLL], map(pupil, range(rows))) as content:
        path.write_bytes(content.read())


# --- What every part needs ------------------------------------------------------------------------------------------


def _office() -> Any:
    """A fresh database with a district of schools and villages, and its administrator."""
    from django.conf import settings
    from django.db import connection

    if connection.vendor == "sqlite":
        settings.DATABASES["default"].setdefault("TEST", {})
        connection.settings_dict["TEST"]["NAME"] = tempfile.mkdtemp() + "/bench.sqlite3"
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    from caseworks.models import Organization, Posting, User

    district = Organization.objects.create(code="district", kind="county", name="津南区")
    town = Organization.objects.create(code="town", kind="town", name="津南镇", parent=district)
    for number in range(SCHOOLS):
        Organization.objects.create(code=f"school-{number}", kind="school", name=f"第{number}小学", parent=town)
    for number in range(VILLAGES):
        Organization.objects.create(code=f"village-{number}", kind="village", name=f"第{number}村", parent=town)
    user = User.objects.create_user("bench", name="bench")
    Posting.objects.create(user=user, organization=district, role="administrator", from_on=date(2020, 1, 1))
    return district, user


def _leave() -> None:
    from django.db import connection

    connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)


def _processor() -> float:
    """Seconds of processor this process and those it waited for have used."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(entry.ru_utime + entry.ru_stime for entry in used)


class Clock:
    """Seconds by name: of the clock on the wall, and of the processor, which other work on the machine disturbs less."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)

    @contextmanager
    def __call__(self, name: str) -> Any:
        start, used = time.perf_counter(), _processor()
        yield
        self.seconds[name] += time.perf_counter() - start
        self.seconds[f"{name} (processor)"] += _processor() - used

    def watch(self, owner: Any, method: str, name: str) -> None:
        """Count the time spent in a method."""
        original = getattr(owner, method)

        def timed(*args: Any, **kwargs: Any) -> Any:
            with self(name):
                return original(*args, **kwargs)

        setattr(owner, method, timed)


# --- The parts ------------------------------------------------------------------------------------------------------


def floor(path: Path, clock: Clock) -> None:
    """Read with calamine, make the rows, `bulk_create` them in one transaction; nothing else."""
    from django.db import transaction
    from django.db.models import QuerySet
    from python_calamine import CalamineWorkbook

    from caseworks import access
    from caseworks.exchange import actions, plan, staging
    from caseworks.exchange.work import of_text
    from caseworks.exchange.writer import TABLES, Writer
    from children.models import Reach

    district, user = _office()
    with access.scope(user, today=TODAY):
        batch = actions.receive(by=user, organization=district, roster_on=TODAY, path=path, file_name=path.name)
        writer = Writer(each for piece in staging.in_pieces(batch.rows) for row in piece for each in of_text(row.work))
        made = {TABLES[table]: rows for table, rows in writer.rows.items()} | {Reach: writer.roads}
        assert batch.counts[plan.NEW] == ROWS_ASKED
    fields = {
        model: [{field.attname: getattr(row, field.attname) for field in model._meta.concrete_fields} for row in rows]
        for model, rows in made.items()
    }
    batch.delete()
    del writer, made
    with clock("floor read"):
        CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    with clock("floor make rows"):
        rows = {model: [model(**values) for values in listed] for model, listed in fields.items()}
    with clock("floor bulk_create"), transaction.atomic():
        for model, listed in rows.items():
            QuerySet(model).bulk_create(listed)
    clock.seconds["rows"] = sum(map(len, rows.values()))


def whole_import(path: Path, clock: Clock) -> None:
    """Upload to confirmation as the page does it, then the same file again."""
    from django.db import connection, reset_queries

    from caseworks import access
    from caseworks.exchange import actions, merging, reader, shown
    from caseworks.exchange.atonce import Changes
    from caseworks.exchange.models import StagedRow
    from caseworks.exchange.plan import Planner
    from caseworks.exchange.writer import Writer

    district, user = _office()
    connection.force_debug_cursor = False
    reset_queries()
    with clock("reading alone"):
        for _row in reader.read(path, reader.Roster()):
            pass
    # at once: a process that is begun later counts the memory of the one that begins it
    reading = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    clock.watch(Planner, "plan", "plan (upload and confirm)")
    clock.watch(Writer, "__init__", "build rows and readings")
    clock.watch(Writer, "write", "write")
    clock.watch(merging, "_merge", "merge")
    clock.watch(Changes, "write", "of it the changes")
    clock.watch(merging, "tidy", "tidy")

    def once(prefix: str, on: date = TODAY) -> Any:
        with access.scope(user, today=on):
            with clock(f"{prefix} upload to preview"):
                batch = actions.receive(by=user, organization=district, roster_on=on, path=path, file_name="r.xlsx")
            with clock(f"{prefix} page of the preview"):
                shown.described(batch, shown.rows_of(batch, "")[12_000:12_050])
                StagedRow.objects.filter(batch=batch).count()
            with clock(f"{prefix} confirm"):
                actions.confirm(batch=batch, by=user)
        return batch

    first = once("first")
    assert first.counts["new"] == ROWS_ASKED, first.counts
    parts = dict(clock.seconds)
    clock.seconds["peak MB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    clock.seconds["peak MB of the reading process"] = reading
    again = once("again")
    assert again.counts["unchanged"] == ROWS_ASKED, again.counts
    merges = [f"{name}{unit}" for name in ("merge", "of it the changes") for unit in ("", " (processor)")]
    before = {name: clock.seconds[name] for name in merges}
    path = path.with_name("changed.xlsx")
    make_roster(path, ROWS_ASKED, changed=CHANGED)
    changed = once("changed", NEXT_TERM)
    assert changed.counts["changed"] == min(CHANGED, ROWS_ASKED), changed.counts
    parts |= {f"changed: {name}": clock.seconds[name] - before[name] for name in merges}
    with access.scope(user, today=NEXT_TERM), clock("changed taken back"):
        actions.undo(batch=changed, by=user)
    assert changed.state == "undone", changed.trouble
    clock.seconds["peak MB with all that"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    for name, seconds in parts.items():
        clock.seconds[name] = seconds


def stock(path: Path, clock: Clock, *, family: bool = False) -> None:
    """A plain ModelResource of django-import-export: children only, or with enrolment, residence and parents."""
    import tablib
    from import_export import fields, resources, widgets

    from caseworks import access
    from caseworks.access import Via
    from caseworks.codelists import GRADE, SEX
    from caseworks.models import Organization
    from children.models import Child, Enrolment, Residence
    from children.reach import open_road
    from guardians.models import Absence, Declaration, Kinship, Relative

    _office()
    schools = {office.name: office for office in Organization.objects.schools()}
    villages = {office.name: office for office in Organization.objects.villages()}

    class ChildResource(resources.ModelResource):
        name = fields.Field("name", "姓名")
        born_on = fields.Field("born_on", "出生日期", widget=widgets.DateWidget("%Y%m%d"))
        id_number = fields.Field("id_number", "身份证件号")
        registered_at = fields.Field("registered_at", "户口所在地")

        class Meta:
            model = Child
            fields = ("name", "born_on", "id_number", "registered_at")
            import_id_fields = ("id_number",)
            skip_unchanged = False

        def get_instance(self, instance_loader: Any, row: Any) -> Any:
            return Child.objects.with_id_number(row[self.fields["id_number"].column_name]).first()

        def before_save_instance(self, instance: Any, row: Any, **kwargs: Any) -> None:
            instance.opened_on, instance.sex = TODAY, SEX.find(row["性别"]).code

        def after_save_instance(self, instance: Any, row: Any, **kwargs: Any) -> None:
            if not family:
                return
            school = schools[row["学校名称"]]
            village = next(office for name, office in villages.items() if row["现住址"].startswith(name))
            open_road(instance, Via.ENROLMENT, school.path)
            open_road(instance, Via.RESIDENCE, village.path)
            grade = GRADE.find(row["年级"]).code
            Enrolment.objects.update_or_create(
                child=instance, defaults={"school": school, "grade": grade, "from_on": TODAY}
            )
            Residence.objects.update_or_create(child=instance, defaults={"village": village, "from_on": TODAY})
            Declaration.objects.update_or_create(
                child=instance, organization=school, declared_on=TODAY, defaults={"value": "2"}
            )
            for member, relation in (("成员1", "51"), ("成员2", "52")):
                relative = Relative.objects.create(name=row[f"{member}姓名"], phone=row[f"{member}联系电话"] or "")
                Kinship.objects.create(child=instance, relative=relative, relation=relation)
                if row[f"{member}工作单位"] not in {"本地", "在家"}:
                    Absence.objects.create(relative=relative, place=row[f"{member}工作单位"], from_on=TODAY)

    with access.everyone("bench"), clock("stock_family" if family else "stock"):
        dataset = tablib.Dataset().load(path.read_bytes(), format="xlsx")
        result = ChildResource().import_data(dataset, raise_errors=True)
    assert result.totals["new"] == ROWS_ASKED, result.totals


def _part(name: str, path: Path) -> None:
    django.setup()
    clock = Clock()
    {
        "floor": floor,
        "import": whole_import,
        "stock": stock,
        "stock_family": lambda path, clock: stock(path, clock, family=True),
    }[name](path, clock)
    _leave()
    print(json.dumps(clock.seconds))


# --- The whole ------------------------------------------------------------------------------------------------------


def _run(part: str, path: Path, rows: int, environment: dict[str, str]) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-m", "bench.roster_import", "--rows", str(rows), "--part", part, "--file", str(path)],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        sys.exit(done.stderr)
    return json.loads(done.stdout.splitlines()[-1])


def main(rows: int = ROWS) -> None:
    """Print every figure and the ratios."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "caseworks.settings",
        "CASEWORKS_DEMO": "1",
        "SECRET_KEY": "bench",
        "ALLOWED_HOSTS": "localhost",
        "DATABASE_URL": os.environ.get("DATABASE_URL") or "sqlite:///bench.sqlite3",
    }
    os.environ.update(environment)
    django.setup()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "roll.xlsx"
        make_roster(path, rows)
        database = environment["DATABASE_URL"].partition(":")[0]
        print(f"Import of a school roll: {rows} rows, 34 columns, {path.stat().st_size / 1e6:.1f} MB, {database}")
        floor_seconds, ours = _run("floor", path, rows, environment), _run("import", path, rows, environment)
        stocks = {part: _run(part, path, rows, environment) for part in ("stock", "stock_family")}
    written, peaks = int(floor_seconds.pop("rows")), {name: ours.pop(name) for name in list(ours) if "MB" in name}
    figures = {**floor_seconds, **ours, **{key: value for part in stocks.values() for key, value in part.items()}}
    print(f"  {'seconds':36}{'wall':>8}{'processor':>11}")
    for name in (name for name in figures if "(processor)" not in name):
        print(f"  {name:36}{figures[name]:8.2f}{figures[f'{name} (processor)']:11.2f}")
    for name, size in peaks.items():
        print(f"  {name:36}{size:8.0f}")
    print(f"  {'rows written':36}{written:8}")
    for unit, suffix in (("wall", ""), ("processor", " (processor)")):
        base = sum(figures[f"floor {step}{suffix}"] for step in ("read", "make rows", "bulk_create"))
        total, again = (
            figures[f"{which} upload to preview{suffix}"] + figures[f"{which} confirm{suffix}"]
            for which in ("first", "again")
        )
        print(
            f"{unit}: floor {base:.2f} s; import {total:.2f} s = {total / base:.2f} x floor; "
            f"again {again:.2f} s = {again / base:.2f} x floor; "
            + "; ".join(f"{part} = {figures[part + suffix] / total:.1f} x import" for part in stocks)
        )


ROWS_ASKED = ROWS

if __name__ == "__main__":
    options = argparse.ArgumentParser()
    options.add_argument("--rows", type=int, default=ROWS)
    options.add_argument("--part", choices=PARTS)
    options.add_argument("--file", type=Path)
    asked = options.parse_args()
    ROWS_ASKED = asked.rows
    _part(asked.part, asked.file) if asked.part else main(asked.rows)
