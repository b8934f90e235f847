"""Schools, villages and places of work as they are written, against the offices the registry knows."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from caseworks.codelists import GRADE, SCHOOL_KINDS, SITUATION, province_of
from caseworks.models import Organization

HOME, AWAY, UNABLE = "home", "away", "unable"
_AT_HOME = re.compile(
    r"(本地|在家|务农|本村|本镇|本乡|本县|本区|本市|未外出|没外出|没有外出|家里|家中|在本地|家务|无业|待业|农民|种地|种田|上班|干活)+"
)
_SOMEWHERE = {"外地", "外出", "外出务工", "在外", "在外务工", "打工", "外出打工", "务工", "外省", "省外", "是", "异地"}
_PLACE = re.compile(r"[市州省区县旗盟]")
_SUFFIX = re.compile(r"(自治县|新区|县|区|市)$")
_CLASS = re.compile(
    r"(?P<school>.*?)(?P<grade>[一二三四五六七八九1-9]年级|初[一二三]|高[一二三]|(?<=园)[大中小]班|[一二三四五六七八九](?=[(（]))?"
    r"(?P<class_name>[(（]?[一二三四五六七八九十\d]{1,3}[)）]?班)?$"
)
_BRACKETS = re.compile(r"[()（）]")
_NOT_AT_SCHOOL = re.compile(r"(未入[园学]|未上[学园]|学龄前|散居|辍学|失学|未就读|在家)")


def _plain(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).split())


@dataclass(frozen=True)
class Whereabouts:
    """Where a parent is: at home, away (place and province as far as said), or unable to care, by situation."""

    state: str
    place: str = ""
    province: str = ""
    employer: str = ""
    situation: str = ""
    said: str = field(default="", compare=False)


@dataclass(frozen=True)
class Found:
    """An office recognised in a text, what was left of the text, and the names if several fit."""

    office: Organization | None = None
    rest: str = ""
    several: tuple[str, ...] = ()


@dataclass
class Places:
    """The offices around the one that imports: its schools, the villages of its town and county, and what is home."""

    organization: Organization
    offices: list[Organization] = field(default_factory=list)
    above: list[Organization] = field(default_factory=list)

    @classmethod
    def around(cls, organization: Organization) -> Places:
        """Everything needed about offices, in two queries."""
        above = list(Organization.objects.above(organization))
        county = next((office for office in above if office.kind in {"county", "district"}), organization)
        offices = list(
            Organization.objects.under(county).filter(kind__in=["village", "town", *SCHOOL_KINDS], closed_on=None)
        )
        return cls(organization, offices, above)

    @property
    def is_school(self) -> bool:
        return self.organization.kind in SCHOOL_KINDS

    @cached_property
    def _town_path(self) -> str:
        return next((office.path for office in reversed(self.above) if office.kind == "town"), self.organization.path)

    @cached_property
    def _schools(self) -> dict[str, Organization]:
        inside = [
            office for office in self.offices if office.kind in SCHOOL_KINDS and office.is_under(self.organization)
        ]
        return {_plain(school.name): school for school in inside}

    @cached_property
    def _schools_read(self) -> dict[str, Organization | None]:
        return {}

    def school(self, written: str) -> Organization | None:
        """The school of that name in the organization's reach: the whole name, or one name that holds the other."""
        written = _plain(written)
        if written not in self._schools_read:
            close = [school for name, school in self._schools.items() if name in written or written in name]
            exact = self._schools.get(written)
            self._schools_read[written] = exact or (close[0] if len(close) == 1 and len(written) >= 2 else None)
        return self._schools_read[written]

    @cached_property
    def _villages(self) -> dict[str, list[Organization]]:
        found: dict[str, list[Organization]] = {}
        for office in self.offices:
            if office.kind == "village":
                found.setdefault(_plain(office.name), []).append(office)
        return found

    @cached_property
    def _village_in(self) -> re.Pattern[str]:
        longest_first: Iterable[str] = sorted(self._villages, key=len, reverse=True)
        return re.compile("|".join(map(re.escape, longest_first)) or r"(?!)")

    @cached_property
    def _towns(self) -> dict[str, str]:
        return {_plain(office.name): office.path for office in self.offices if office.kind == "town"}

    def village(self, written: str) -> Found:
        """The village named in an address, and the address after it. Of several with one name: the one whose town is
        named, else the one in the organization's own town."""
        written = _plain(written)
        match = self._village_in.search(written)
        if match is None:
            return Found()
        candidates = self._villages[match.group()]
        if len(candidates) > 1:
            named = [path for name, path in self._towns.items() if name in written]
            paths = named or [self._town_path]
            closer = [office for office in candidates if any(office.path.startswith(path) for path in paths)]
            if len(closer) != 1:
                return Found(several=tuple(office.path.strip("/") for office in candidates))
            candidates = closer
        return Found(candidates[0], written[match.end() :].strip(",，。 "))

    @cached_property
    def _home(self) -> tuple[str, ...]:
        """Names that mean "here": the county, with and without its last character, the town and the village."""
        names = [_plain(office.name) for office in self.above if office.kind in {"county", "town", "village"}]
        county = [_SUFFIX.sub("", _plain(office.name)) for office in self.above if office.kind == "county"]
        return tuple(name for name in {*names, *county} if len(name) >= 2)

    @cached_property
    def _province(self) -> str:
        """The province the organization lies in, if the offices above it say so."""
        said = (office.gb_code[:2] or province_of(_plain(office.name)) for office in self.above)
        return next((code for code in said if code), "")

    def _is_home(self, said: str) -> bool:
        """True for "here" and for places that name the county or town, unless they name another province: 北京市通州区
        is not the 通州区 of 江苏."""
        if _AT_HOME.fullmatch(said):
            return True
        province = province_of(said)
        elsewhere = bool(province and self._province and province != self._province)
        return not elsewhere and any(name in said for name in self._home)

    def whereabouts(
        self, place: str, employer: str, *, spoken: dict[tuple[str, str], Whereabouts | None]
    ) -> Whereabouts | None:
        """What a place of work, or an employer that is really a place, says about a parent; None if nothing.

        `spoken` remembers answers: a roster of thousands names a few dozen places.
        """
        key = (place, employer)
        if key not in spoken:
            spoken[key] = self._whereabouts(_plain(place), _plain(employer))
        return spoken[key]

    def _whereabouts(self, place: str, employer: str) -> Whereabouts | None:
        said = place or employer
        if not said:
            return None
        if situation := SITUATION.find(said):
            return Whereabouts(UNABLE, situation=situation.code, said=said)
        if self._is_home(said):
            return Whereabouts(HOME, employer=employer if place else "", said=said)
        if said in _SOMEWHERE:
            return Whereabouts(AWAY)
        province = province_of(said)
        if not place and not province and not _PLACE.search(said):
            return None  # a workplace by name: it does not say where
        return Whereabouts(AWAY, said[:60], province, employer[:60] if place else "")


def school_and_class(written: str) -> tuple[str, str, str]:
    """School, grade and class from one cell, all empty for a child not at school.

    >>> school_and_class("石门镇中心小学4年级2班"), school_and_class("未入园")
    (('石门镇中心小学', '4年级', '2班'), ('', '', ''))
    """
    written = _plain(written)
    if not written or _NOT_AT_SCHOOL.search(written):
        return "", "", ""
    match = _CLASS.fullmatch(written)
    if match is None:
        return written, "", ""
    grade = match["grade"] or ""
    if len(grade) == 1:
        grade += "年级"
    elif grade in {"大班", "中班", "小班"}:
        grade = next(entry.zh for entry in GRADE if entry.zh.endswith(grade))
    return match["school"], grade, _BRACKETS.sub("", match["class_name"] or "")
