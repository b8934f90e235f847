"""XML of Excel's format, made anew from a stranger's: only what is known comes through. And the look of its cells."""

from __future__ import annotations

import copy
import re
from collections import Counter
from typing import Any

from lxml import etree

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"
TEXT = 49  # Excel's own format for text
MARK_COLOUR = "FFFFC7CE"
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_STYLES = ("numFmts", "fonts", "fills", "borders", "cellStyleXfs", "cellXfs", "cellStyles", "colors")
_DATE_CODE = re.compile(r"[ymdYMD]")
_NOT_IN_A_CODE = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.')
_DATES = {*range(14, 18), 22, *range(27, 37), *range(50, 59)}  # Excel's own formats that are dates

# --- XML that is ours ---------------------------------------------------------------------------------------------------


def parsed(content: bytes) -> Any:
    """XML of a stranger: no entity is opened, nothing is fetched."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )
    return etree.fromstring(content, parser)


def name(element: Any) -> str:
    return etree.QName(element).localname


def made(tag: str, *children: Any, **attributes: Any) -> Any:
    element = etree.Element(
        f"{{{MAIN}}}{tag}", {key: str(value) for key, value in attributes.items()}, nsmap={None: MAIN}
    )
    element.extend(children)
    return element


def plain(element: Any) -> Any:
    """A copy with the attributes and children of the main namespace alone, without formulas and extensions."""
    own = etree.QName(element).namespace
    attributes = {key: value for key, value in element.attrib.items() if not key.startswith("{")}
    new = made(name(element), **attributes)
    new.text = element.text
    if new.text and new.text != new.text.strip():
        new.set(_SPACE, "preserve")
    new.extend(
        plain(child)
        for child in element
        if isinstance(child.tag, str) and etree.QName(child).namespace == own and name(child) not in {"f", "extLst"}
    )
    return new


def child(element: Any, tag: str) -> Any:
    return next((child for child in element if isinstance(child.tag, str) and name(child) == tag), None)


def children(element: Any, tag: str) -> list[Any]:
    return [] if element is None else [child for child in element if isinstance(child.tag, str) and name(child) == tag]


def xml(element: Any) -> str:
    return "" if element is None else etree.tostring(element, encoding="unicode")


def inner(element: Any) -> str:
    """An element as it stands inside a sheet of ours, whose root names the namespace."""
    return xml(element).replace(f' xmlns="{MAIN}"', "")


# --- The look -----------------------------------------------------------------------------------------------------------


class Styles:
    """The cell formats of a workbook; others are added that mark a cell or keep what is typed as text."""

    def __init__(self, content: bytes) -> None:
        found = parsed(content)
        self.root = made("styleSheet")
        for tag in _STYLES:
            part = child(found, tag)
            if part is not None:
                self.root.append(plain(part))
                self.root[-1].attrib.pop("count", None)
        self.formats = child(self.root, "cellXfs")
        fills = child(self.root, "fills")
        colour = made("patternFill", made("fgColor", rgb=MARK_COLOUR), made("bgColor", indexed=64), patternType="solid")
        fills.append(made("fill", colour))
        self.mark = len(fills) - 1
        codes = {
            int(each.get("numFmtId")): each.get("formatCode", "")
            for each in children(child(self.root, "numFmts"), "numFmt")
        }
        self.dates = _DATES | {
            number for number, code in codes.items() if _DATE_CODE.search(_NOT_IN_A_CODE.sub("", code))
        }
        self._known: dict[tuple[int, int | None, bool], int] = {}

    def like(self, style: int, *, number_format: int | None = None, marked: bool = False) -> int:
        """The format of a cell like that one, with another number format, or marked."""
        if style >= len(self.formats):
            style = 0
        key = style, number_format, marked
        if number_format is None and not marked:
            return style
        if key not in self._known:
            new = copy.deepcopy(self.formats[style])
            if number_format is not None:
                new.set("numFmtId", str(number_format))
                new.set("applyNumberFormat", "1")
            if marked:
                new.set("fillId", str(self.mark))
                new.set("applyFill", "1")
            self.formats.append(new)
            self._known[key] = len(self.formats) - 1
        return self._known[key]

    def number_format(self, style: int) -> int:
        return int(self.formats[style].get("numFmtId", 0)) if style < len(self.formats) else 0

    def reason(self) -> int:
        """A cell with the reason: marked, with line breaks."""
        wrapped = made("alignment", vertical="top", wrapText=1)
        self.formats.append(
            made("xf", wrapped, numFmtId=TEXT, fontId=0, fillId=self.mark, borderId=0, applyFill=1, applyAlignment=1)
        )
        return len(self.formats) - 1

    def of_column(self, seen: Counter[tuple[str, int]]) -> dict[str, int]:
        """The formats of a column, from the cells that were seen in it: what is text stays text when it is typed again."""

        def usual(*kinds: str) -> int:
            styles: Counter[int] = Counter()
            for (kind, style), times in seen.items():
                if kind in kinds:
                    styles[style] += times
            return styles.most_common(1)[0][0] if styles else 0

        text = usual("text") or usual("text", "number", "blank")
        number = usual("number") or text
        date = number if self.number_format(number) in self.dates else self.like(number, number_format=14)
        as_text = TEXT if self.number_format(text) == 0 else None
        return {
            "text": self.like(text, number_format=as_text),
            "number": number,
            "date": date,
            "text!": self.like(text, number_format=TEXT, marked=True),
            "number!": self.like(number, number_format=TEXT, marked=True),
            "date!": self.like(date, marked=True),
        }


def theme(content: bytes) -> str:
    """The colours and letters the formats refer to, without anything that leads elsewhere."""
    found = parsed(content)
    elements = next((child for child in found if isinstance(child.tag, str) and name(child) == "themeElements"), None)
    if elements is None or any("relationships" in key for each in elements.iter() for key in each.attrib):
        return ""
    root = etree.Element(f"{{{DRAWING}}}theme", {"name": "Office"}, nsmap={"a": DRAWING})
    root.append(elements)
    for extension in root.findall(f".//{{{DRAWING}}}extLst"):
        extension.getparent().remove(extension)
    return xml(root)
