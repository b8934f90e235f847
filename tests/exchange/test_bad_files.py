"""Files that are no roster, or are meant to do harm: each is refused with a sentence, and nothing of it is kept."""

import re
import struct
import zipfile

import pytest
from django.utils import translation

from caseworks.exchange import parsing, reader
from caseworks.exchange.models import ImportBatch
from tests.exchange import books
from tests.exchange.books import FREE, book, child_row, receive


@pytest.fixture(autouse=True)
def in_chinese():
    with translation.override("zh-hans"):
        yield


def _file(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content)
    return path


def _zip(tmp_path, members, name="bad.xlsx"):
    path = tmp_path / name
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for member, content in members:
            made.writestr(member, content)
    return path


def _with_member(tmp_path, member, content=b"x"):
    file = book(tmp_path, [child_row()])
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as made:
        made.writestr(member, content)
    return file


def _with_text(tmp_path, text, before=b""):
    """A roster whose second row begins with that text, written into the sheet's XML as it is."""
    file = book(tmp_path, [child_row()])

    def change(name, content):
        if name != "xl/worksheets/sheet1.xml":
            return content
        head, row, rest = content.partition(b'<c r="A2"')
        return before + head + row + re.sub(rb"<t>[^<]*</t>", b"<t>" + text + b"</t>", rest, count=1)

    return books.rewritten(file, tmp_path / "changed.xlsx", change)


def _lying_size(tmp_path):
    """A workbook whose directory says that a sheet is small, when it is not what it says."""
    file = book(tmp_path, [child_row()])
    content = bytearray(file.read_bytes())
    at = content.rindex(b"xl/worksheets/sheet1.xml") - 46  # its entry in the directory at the end
    struct.pack_into("<I", content, at + 24, 10)
    return _file(tmp_path, "lying.xlsx", bytes(content))


HALF_AND_HALF = (
    "姓名,性别,出生日期\n".encode("gb18030") + "周小满,男,20160304\n".encode() + "何小,女,20160305\n".encode("gb18030")
)

FILES = {
    "empty": (lambda path: _file(path, "a.xlsx", b""), "文件是空的"),
    "a picture": (lambda path: _file(path, "a.xlsx", b"\x89PNG\r\n\x1a\n" + b"\0" * 500), "这不是能读的表格"),
    "a PDF": (lambda path: _file(path, "a.xlsx", b"%PDF-1.7 something"), "这不是能读的表格"),
    "a web page named xls": (lambda path: _file(path, "a.xls", b"<html><table><tr><td>"), "这其实是网页"),
    "a Word document": (lambda path: _zip(path, [("word/document.xml", "<w/>")]), "这不是能读的表格"),
    "a broken zip": (lambda path: _file(path, "a.xlsx", b"PK\x03\x04 this is no zip"), "文件损坏"),
    "half a workbook": (
        lambda path: _file(path, "half.xlsx", book(path, [child_row()]).read_bytes()[:3000]), "文件损坏",
    ),
    "a broken old workbook": (lambda path: _file(path, "a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600), "文件损坏"),
    "an old workbook with macros": (
        lambda path: _file(path, "a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "_VBA_PROJECT".encode("utf-16-le")), "带有宏",
    ),
    "macros": (lambda path: _with_member(path, "xl/vbaProject.bin"), "带有宏"),
    "links to other files": (lambda path: _with_member(path, "xl/externalLinks/externalLink1.xml"), "引用了别的文件"),
    "a name outside": (lambda path: _with_member(path, "../../etc/passwd"), "文件损坏"),
    "an absolute name": (lambda path: _with_member(path, "/etc/passwd"), "文件损坏"),
    "too many members": (lambda path: _zip(path, [(f"xl/{n}.xml", "x") for n in range(201)]), "远远超过"),
    "a bomb": (lambda path: _with_member(path, "xl/media/a.xml", b"0" * 60_000_000), "远远超过"),
    "a string that unpacks to 50 MB": (lambda path: _with_text(path, b"a" * 50_000_000), "远远超过"),
    "a size that lies": (_lying_size, "文件损坏"),
    "neither encoding": (lambda path: _file(path, "a.csv", "姓名,性别\n".encode() + b"\xff\xff\xff,x\n"), "第 2 行既不是"),
    "half GBK, half UTF-8": (lambda path: _file(path, "a.csv", HALF_AND_HALF), "第 2 行既不是"),
    "text that is no roster": (lambda path: _file(path, "a.txt", "今天天气很好\n".encode()), "没有找到名册"),
    "other headings": (lambda path: book(path, [["a", "b"]], ["产品", "价格"]), "看过的工作表：名册"),
    "an empty sheet": (lambda path: book(path, [], [""]), "没有找到名册"),
    "only headings": (lambda path: book(path, []), "下面没有儿童"),
    "only headings and a total": (lambda path: book(path, [["合计", "0人"]]), "下面没有儿童"),
}  # fmt: skip


@pytest.mark.parametrize("case", FILES)
def test_a_bad_file_is_refused_with_a_sentence_and_nothing_is_kept(case, tmp_path, cast):
    make, words = FILES[case]
    with pytest.raises(reader.RosterError) as refusal:
        receive(make(tmp_path), cast.clerk, cast.school)
    assert words in " ".join(refusal.value.messages)
    assert not ImportBatch.objects.exists()


_LAUGHS = b"<!DOCTYPE x [<!ENTITY e0 'ha'>" + b"".join(
    b"<!ENTITY e%d '%s'>" % (n, b"&e%d;" % (n - 1) * 10) for n in range(1, 10)
) + b"]>"  # fmt: skip


@pytest.mark.parametrize(
    ("declared", "used"),
    [(b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>', b"&e;"), (_LAUGHS, b"&e9;")],
    ids=["a file of the server", "a billion laughs"],
)
def test_entities_of_a_sheet_are_not_followed(declared, used, tmp_path, cast):
    file = _with_text(tmp_path, used, declared)
    try:
        batch = receive(file, cast.clerk, cast.school)
        found = (*books.keys(batch), batch.rows.get().name)
    except reader.RosterError as refusal:
        found = (refusal.code,)
    assert found in {("broken",), ("no_name", "")}


def test_a_workbook_with_a_password_is_refused(tmp_path, monkeypatch):
    def locked(path):
        raise parsing.PasswordError

    file = _file(tmp_path, "a.xls", b"\xd0\xcf\x11\xe0")

    class Locked:
        from_path = staticmethod(locked)

    monkeypatch.setattr(parsing, "CalamineWorkbook", Locked)
    with pytest.raises(parsing.RefusedFileError) as refusal:
        list(parsing.read(str(file)))
    assert refusal.value.key == "password"


def test_a_file_over_the_limit_is_refused_unread(tmp_path, cast):
    file = tmp_path / "big.xlsx"
    with file.open("wb") as big:
        big.truncate(reader.MOST_BYTES + 1)
    with pytest.raises(reader.RosterError, match="最多 60 MB"):
        receive(file, cast.clerk, cast.school)


def test_more_rows_than_the_limit_are_refused(tmp_path, cast, monkeypatch):
    monkeypatch.setattr(reader, "MOST_ROWS", 2)
    with pytest.raises(reader.RosterError, match="超过 2 行"):
        receive(book(tmp_path, [child_row()] * 3), cast.clerk, cast.school)
    assert not ImportBatch.objects.exists()


def test_a_reading_process_that_is_killed_is_a_refusal_not_a_crash(tmp_path, cast, monkeypatch):
    """Whatever the file makes the process do, the limit on its time ends it."""
    greedy = "import resource; resource.setrlimit(resource.RLIMIT_CPU, (1, 1))\nwhile True: pass\n"
    monkeypatch.setattr(reader, "PROGRAM", greedy)
    with pytest.raises(reader.RosterError, match="远远超过"):
        receive(book(tmp_path, [child_row()]), cast.clerk, cast.school)


def test_the_reading_process_has_limits(tmp_path):
    """A cell at the far corner of a sheet would need gigabytes; the process is stopped by its own limit."""
    import openpyxl

    made = openpyxl.Workbook()
    made.active.append(FREE)
    made.active["XFD1048576"] = "x"
    file = tmp_path / "corner.xlsx"
    made.save(file)
    with pytest.raises(reader.RosterError, match=r"远远超过|文件损坏"):
        list(reader.read(file, reader.Roster()))


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"], ids=["UTF-8", "BOM", "GB18030", "GBK", "UTF-16"]
)
@pytest.mark.parametrize("delimiter", [",", "\t", ";"], ids=["comma", "tab", "semicolon"])
def test_text_files_are_read_in_every_encoding_people_save(encoding, delimiter, tmp_path):
    lines = [delimiter.join(["姓名", "性别", "身份证号"]), delimiter.join(["周小满", "男", "'500116201603041234"])]
    file = _file(tmp_path, "a.csv", "\r\n".join(lines).encode(encoding))
    [row] = reader.read(file, reader.Roster())
    assert (row.number, row.cells) == (2, ["周小满", "男", "'500116201603041234"])


def test_a_text_file_with_a_line_break_in_a_cell(tmp_path):
    file = _file(tmp_path, "a.csv", '姓名,性别,出生日期\n"周小\n满",男,20160304\n何小,女,20160305\n'.encode())
    assert [(row.number, row.cells[0]) for row in reader.read(file, reader.Roster())] == [(2, "周小\n满"), (3, "何小")]


def test_an_ods_sheet_with_a_formula(tmp_path):
    content = (
        '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
        '<table:table table:name="名册">'
        + _ods_row("姓名", "性别", "出生日期")
        + '<table:table-row table:number-rows-repeated="2"><table:table-cell/></table:table-row>'
        + '<table:table-row><table:table-cell table:formula="of:=1" office:value-type="string"><text:p>张三</text:p>'
        "</table:table-cell>" + _ods_cell("男") + _ods_cell("20160304") + "</table:table-row>"
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    file = _zip(
        tmp_path,
        [
            ("mimetype", "application/vnd.oasis.opendocument.spreadsheet"),
            ("content.xml", content),
            ("META-INF/manifest.xml", "<manifest/>"),
        ],
        "a.ods",
    )
    [row] = reader.read(file, reader.Roster())
    assert (row.number, row.cells) == (4, [{"formula": "张三"}, "男", "20160304"])


def _ods_cell(word):
    return f'<table:table-cell office:value-type="string"><text:p>{word}</text:p></table:table-cell>'


def _ods_row(*words):
    return f"<table:table-row>{''.join(map(_ods_cell, words))}</table:table-row>"


def test_a_missing_essential_column_is_said_and_nothing_can_go_in(tmp_path, cast):
    from caseworks import access
    from caseworks.exchange import actions

    batch = receive(
        book(tmp_path, [["周小满", "男", "4年级", "2班"]], ["姓名", "性别", "年级", "班级"]), cast.clerk, cast.school
    )
    assert actions.missing_columns(batch) == [("名册", ["身份证号 / 出生日期"])]
    assert books.verdicts(batch) == ["refused"]
    with access.scope(cast.clerk, today=books.TODAY):
        actions.confirm(batch=batch, by=cast.clerk)
    assert batch.counts.get("new", 0) == 0
