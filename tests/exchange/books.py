"""Rosters made in code: the shapes people send, and horrible ones."""

from __future__ import annotations

import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl

from caseworks import access
from caseworks.exchange import actions, returns
from caseworks.exchange.models import ImportBatch
from tests import factories

TODAY = date(2026, 11, 23)
BORN = date(2016, 3, 4)
FREE = ["姓名", "性别", "身份证号", "出生日期", "学校", "年级", "班级", "住址", "父亲姓名", "父亲电话", "父亲务工地点", "母亲姓名",
        "母亲电话", "母亲务工地点", "监护人", "与儿童关系", "监护人电话", "是否留守", "备注"]  # fmt: skip
ROLL = (
    "姓名 性别 出生日期 身份证件类型 身份证件号 民族 国籍 健康状况 户口所在地 户口性质 学校名称 年级 班级 班内学号 入学年月 就读方式 现住址 "
    "是否独生子女 是否受过学前教育 是否留守儿童 是否进城务工人员随迁子女 是否孤儿 是否烈士或优抚子女 残疾类型 成员1姓名 成员1关系 成员1工作单位 "
    "成员1联系电话 成员1是否监护人 成员2姓名 成员2关系 成员2工作单位 成员2联系电话 成员2是否监护人"
).split()


def child_row(**cells: Any) -> dict[str, Any]:
    """A row of the free roster about a child of 石镇小学 who lives in 龙井村, with nothing wrong in it."""
    return {
        "姓名": "周小满",
        "性别": "男",
        "身份证号": factories.id_number(BORN, "1"),
        "出生日期": "20160304",
        "学校": "石镇小学",
        "年级": "4年级",
        "班级": "2班",
        "住址": "龙井村3组5号",
        "父亲姓名": "周大海",
        "父亲电话": "13911112222",
        "父亲务工地点": "广东省东莞市",
        "母亲姓名": "何秀英",
        "母亲电话": "13911113333",
        "母亲务工地点": "在家",
        **cells,
    }


def book(
    path: Path, rows: list[Any], headings: list[str] | None = None, *, sheet: str = "名册", title: str = ""
) -> Path:
    """A workbook of one sheet; rows are lists, or dictionaries by heading."""
    headings = headings or FREE
    made = openpyxl.Workbook()
    page = made.active
    page.title = sheet
    if title:
        page.append([title])
    page.append(headings)
    for row in rows:
        page.append([row.get(heading) for heading in headings] if isinstance(row, dict) else row)
    file = path / f"{sheet}.xlsx"
    made.save(file)
    return file


def rewritten(source: Path, target: Path, change) -> Path:
    """A copy of a zipped workbook with its members changed: `change(name, content)` gives the new content, or None."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = change(name, old.read(name))
            if content is not None:
                new.writestr(name, content)
    return target


def receive(file: Path, by, organization, *, roster_on: date = TODAY) -> ImportBatch:
    """Read a file on somebody's behalf, in their longest-held posting."""
    with access.scope(by, today=TODAY):
        return actions.receive(by=by, organization=organization, roster_on=roster_on, path=file, file_name=file.name)


def confirm(batch: ImportBatch, by) -> ImportBatch:
    with access.scope(by, today=TODAY):
        return actions.confirm(batch=batch, by=by)


def verdicts(batch: ImportBatch) -> list[str]:
    return list(batch.rows.order_by("position").values_list("verdict", flat=True))


def said(batch: ImportBatch) -> list[str]:
    """Every problem of the batch with its place, in words."""
    return [line for row in batch.rows.order_by("position") for line in returns.lines(batch, row)]


def keys(batch: ImportBatch) -> list[str]:
    return [problem[0] for row in batch.rows.order_by("position") for problem in row.problems]


def roll_of(path: Path, pupils: int) -> Path:
    """A school-roll export of 石门镇中心小学 in its 34 columns: invented pupils of six villages, every fourth with a parent
    away, every fourth with both."""
    villages = ("石门村", "双凤村", "青溪村", "龙井村", "白沙村", "桂花村")
    places = ("广东省佛山市", "江苏省苏州市", "浙江省宁波市", "上海市松江区")
    rows = []
    for number in range(pupils):
        sex, grade = ("男", "女")[number % 2], number % 6 + 1
        born = date(2026 - 7 - grade, number % 12 + 1, number % 28 + 1)
        away = number % 4
        village = villages[number % 6]
        family = "赵钱孙李周吴郑王冯陈"[number % 10]
        given = f"{'明秀文国春晓'[number // 10 % 6]}{'华芳军丽涛月伟'[number // 60 % 7]}"
        rows.append([
            family + given, sex, f"{born:%Y%m%d}", "居民身份证", factories.id_number(born, "1" if sex == "男" else "2", area="500118"), "汉族",
            "中国", "健康或良好", f"重庆市江津区{village}", "农业户口", "石门镇中心小学", f"{grade}年级", f"{number % 3 + 1}班",
            f"{number % 40 + 1:02d}", f"{2026 - grade}09", "走读", f"{village}{number % 9 + 1}组{number % 50 + 1}号", "否", "是",
            {2: "单亲留守儿童", 3: "双亲留守儿童"}.get(away, "非留守儿童"), "否", "否", "否", "无",
            f"{family}大{given[0]}", "父亲", places[number % 4] if away >= 2 else "本地", f"139{number:08d}", "是",
            f"何{given[1]}", "母亲", places[number % 3] if away == 3 else "本地", f"137{number:08d}", "是",
        ])  # fmt: skip
    return book(path, rows, ROLL, sheet="学生基本信息")
