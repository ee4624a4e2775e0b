"""Files that are no workbook, damaged and odd workbooks, and cells far out."""

from __future__ import annotations

import datetime
import io
import re
import time
import warnings
import zipfile
from pathlib import Path

import openpyxl
import pytest
from workbook_parts import (
    HEAD,
    ROWS,
    TOTAL,
    changed,
    packed,
    parts_of,
    shared,
    start_laundry,
    told,
    total,
    with_format,
    workbook,
)

import textile_pcf as tp
from textile_pcf.cli import run as main
from textile_pcf.io.sheets import Book
from textile_pcf.template import annotate


@pytest.fixture
def mill(tmp_path, monkeypatch):
    return start_laundry(tmp_path, monkeypatch)


# ---------------------------------------------------------------- files that are no workbook, and odd ones


def cut(data):
    return data[: len(data) * 2 // 3]


def other_zip(parts):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in parts.items():
            file.writestr(name, data)
    return stream.getvalue()


STRICT = (
    '<workbook xmlns="http://purl.oclc.org/ooxml/spreadsheetml/main" xmlns:r="http://purl.oclc.org/ooxml/officeDocument/relationships">'
    '<sheets><sheet name="activity" sheetId="1" r:id="rId1"/></sheets></workbook>'
)


RESAVE = "save it as .xlsx"


NO_WORKBOOKS = {
    "a CSV": (lambda good: "产品,工序\nT-1,washing\n".encode(), "not an Excel workbook, but a text file", ".csv"),
    "a CSV in GBK": (lambda good: "产品,工序\nT-1,washing\n".encode("gbk"), "but a text file", ".csv"),
    "text of UTF-16": (lambda good: "产品\t工序\n".encode("utf-16"), "but a text file", ".csv"),
    "a web page": (
        lambda good: b"<html><table><tr><td>1</td></tr></table></html>",
        "a web page or an XML file",
        RESAVE,
    ),
    "XML of 2003": (
        lambda good: b'\xef\xbb\xbf<?xml version="1.0"?><Workbook/>',
        "a web page or an XML file",
        RESAVE,
    ),
    "BIFF": (lambda good: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "an old Excel workbook (.xls)", RESAVE),
    "encrypted": (
        lambda good: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le"),
        "protected by a password",
        "without a password",
    ),
    "cut off": (cut, "damaged or cut off", "Copy it again"),
    "nothing": (lambda good: b"", "not an Excel workbook", "Save it as .xlsx"),
    "a picture": (lambda good: b"\x89PNG\r\n\x1a\n\0\0\0", "not an Excel workbook", "Save it as .xlsx"),
    "any zip": (lambda good: other_zip({"a.txt": b"a"}), "holds no Excel workbook", "saved as .xlsx"),
    "an empty zip": (lambda good: other_zip({}), "holds no Excel workbook", "saved as .xlsx"),
    "ods": (
        lambda good: other_zip({"mimetype": b"x", "content.xml": b"<a/>", "META-INF/manifest.xml": b"<a/>"}),
        "an OpenDocument file (.ods)",
        RESAVE,
    ),
    "xlsb": (lambda good: other_zip({"xl/workbook.bin": b"\0"}), "a binary workbook (.xlsb)", RESAVE),
    "strict": (
        lambda good: other_zip({"xl/workbook.xml": STRICT}),
        "saved as 'Strict Open XML'",
        "Save it as .xlsx (Excel workbook).",
    ),
    "no sheets": (lambda good: other_zip({"xl/workbook.xml": b"<workbook/>"}), "no sheet that can be read", RESAVE),
    "XML that breaks off": (
        lambda good: other_zip({"xl/workbook.xml": b"<workbook><sheets>"}),
        "is damaged",
        RESAVE,
    ),
    "XML with entities": (
        lambda good: other_zip({"xl/workbook.xml": b'<!DOCTYPE a [<!ENTITY b "c">]><workbook>&b;</workbook>'}),
        "is damaged",
        RESAVE,
    ),
    "a bomb": (
        lambda good: other_zip({"xl/workbook.xml": b"<workbook>" + b" " * 60_000_000 + b"</workbook>"}),
        "unpacks to 60 MB",
        "CSV or Parquet",
    ),
}


@pytest.mark.parametrize("kind", NO_WORKBOOKS)
def test_what_is_no_workbook_is_told_as_what_it_is(mill, kind, capsys):
    make, what, cure = NO_WORKBOOKS[kind]
    data = make(Path(workbook()).read_bytes())
    Path("mill.xlsx").write_bytes(data)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        (problem,) = told("mill.xlsx")
    assert what in problem
    assert cure in problem
    assert main(["check", "mill.xlsx", "--rule", "towel.yaml"]) == 4
    alone = capsys.readouterr().err
    assert main(["check", "mill.xlsx", "--rule", "towel.yaml", "--annotate", "copy.xlsx"]) == 4
    assert capsys.readouterr().err == alone
    assert not Path("copy.xlsx").exists()
    assert main(["calculate", "mill.xlsx", "--rule", "towel.yaml", "--factors", "mill.xlsx"]) in (3, 4)


DAMAGE = {
    "the sheet is missing": ("xl/worksheets/sheet1.xml", None),
    "the sheet breaks off": ("xl/worksheets/sheet1.xml", b"<worksheet><sheetData>"),
    "shared texts break off": ("xl/sharedStrings.xml", b"<sst><si><t>a"),
    "shared texts are too few": ("xl/sharedStrings.xml", b"<sst/>"),
    "formats break off": ("xl/styles.xml", b"<styleSheet>"),
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_damaged_parts(mill, kind):
    name = workbook(change=lambda page: setattr(page["D2"], "number_format", "0.0"))
    parts = shared(name)
    part, data = DAMAGE[kind]
    parts = {each: text for each, text in (parts | {part: data}).items() if text is not None}
    (problem,) = told(packed(name, parts))
    assert re.match(r"mill.xlsx xl/\S+\.xml: This workbook is damaged\.", problem)
    assert main(["check", name, "--rule", "towel.yaml", "--annotate", "copy.xlsx"]) == 4


ODD = {
    "an empty fill": lambda parts: odd(parts, "xl/styles.xml", b"<patternFill", b"<oddFill", b"<fills", b"<fills"),
    "odd properties": lambda parts: parts | {"docProps/core.xml": b"<cp xmlns='a'><created>when?</created></cp>"},
    "broken properties": lambda parts: parts | {"docProps/core.xml": b"<cp"},
    "no list of types": lambda parts: {name: data for name, data in parts.items() if name != "[Content_Types].xml"},
    "a theme that is none": lambda parts: parts | {"xl/theme/theme1.xml": b"\xff"},
    "names in capitals": lambda parts: {name.replace("xl/", "XL/"): data for name, data in parts.items()},
    "paths with backslashes": lambda parts: {name.replace("xl/", "xl\\"): data for name, data in parts.items()},
}


def odd(parts, part, old, new, *_):
    assert old in parts[part]
    return parts | {part: parts[part].replace(old, new)}


@pytest.mark.parametrize("kind", ODD)
def test_odd_workbooks_are_read_and_annotated(mill, kind):
    packed("mill.xlsx", ODD[kind](parts_of(workbook())))
    assert total("mill.xlsx") == TOTAL
    assert main(["check", "mill.xlsx", "--rule", "towel.yaml", "--annotate", "copy.xlsx"]) == 0
    assert total("copy.xlsx") == TOTAL
    packed("mill.xlsx", ODD[kind](parts_of(workbook(rows=[["T-1", "washing", "stream", 1, "kg"]]))))
    assert main(["check", "mill.xlsx", "--rule", "towel.yaml", "--annotate", "copy.xlsx"]) == 4
    assert "stream" in openpyxl.load_workbook("copy.xlsx")["activity"]["C4"].comment.text


def test_a_copy_of_values_says_so_and_keeps_what_cells_show(mill):
    name = with_format(58, place="D3", rows=[["T-1", "washing", "fluff", "=1+1", "%"], ["=", "washing", "", True, ""]])
    parts = parts_of(name)
    parts["xl/styles.xml"] = parts["xl/styles.xml"].replace(b"<patternFill", b"<oddFill")
    Path("mill.xlsx").write_bytes(Path(packed(name, parts)).read_bytes())
    annotate("mill.xlsx", [], "copy.xlsx")
    book = openpyxl.load_workbook("copy.xlsx")
    assert "values alone" in str([[cell.value for cell in row] for row in book["problems"].iter_rows()])
    assert isinstance(book["activity"]["D3"].value, datetime.datetime)
    assert main(["check", "copy.xlsx", "--rule", "towel.yaml"]) == 4


def test_texts_of_several_pieces_escapes_and_phonetic_guides(mill):
    name = workbook()
    parts = shared(name)
    assert total(packed(name, parts)) == TOTAL
    texts = parts["xl/sharedStrings.xml"].decode()
    pieces = "<r><t>wash</t></r><r><t>ing</t></r><rPh sb='0' eb='1'><t>xi</t></rPh>"
    parts["xl/sharedStrings.xml"] = texts.replace("<t>washing</t>", pieces).replace("<t>T-1</t>", "<t>T_x002D_1</t>").encode()
    result = tp.footprint(packed(name, parts), "towel.yaml", "own.csv")
    assert list(result.products) == ["T-1"]
    assert float(result.totals[0]) == TOTAL


def test_prefixes_and_cells_without_places(mill):
    def written(cell):
        if isinstance(cell, int):
            return f"<x:c><x:v>{cell}</x:v></x:c>"
        return f'<x:c t="inlineStr"><x:is><x:t>{cell}</x:t></x:is></x:c>'

    rows = "".join(f"<x:row>{''.join(map(written, row))}</x:row>" for row in (HEAD, *ROWS))
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    sheet = f'<x:worksheet xmlns:x="{space}"><x:sheetData>{rows}</x:sheetData></x:worksheet>'
    name = workbook()
    assert total(packed(name, parts_of(name) | {"xl/worksheets/sheet1.xml": sheet.encode()})) == TOTAL


def test_cells_are_read_as_openpyxl_reads_them(mill):
    values = ["text", " blanks ", "布", 1, 1.5, -2e-7, 123456789012345678, True, False, "#N/A", "1e5", "=1", None, ""]
    name = workbook(rows=[values, *([value] for value in values)])
    read, known = Book(Path(name).read_bytes(), name, tp.InputError), openpyxl.load_workbook(name)
    for row in known["activity"].iter_rows():
        for cell in row:
            mine = read["activity"][cell.coordinate]
            assert cell.data_type == "f" or (mine.value or None) == (cell.value or None) or mine.value is cell.value
            assert mine.formula == (cell.data_type == "f")


# ---------------------------------------------------------------- cells far out


@pytest.mark.parametrize("place", ["XFD1048576", "A1048576", "XFD1", "XFD3", "H70000", "ZZ3"])
@pytest.mark.parametrize("what", ["x", 7, None])
def test_a_cell_far_out_takes_no_time(mill, place, what):
    def stray(page):
        page[place] = what
        page[place].number_format = "0.00"

    name, start = workbook(change=stray), time.process_time()
    if what is None:
        assert total(name) == TOTAL
    else:
        (problem,) = told(name)
        assert f"activity!{place}" in problem
    assert main(["check", name, "--rule", "towel.yaml", "--annotate", "copy.xlsx"]) == (0 if what is None else 4)
    assert time.process_time() - start < 20  # a few milliseconds; minutes where all between is looked at


@pytest.mark.parametrize("more", ['<mergeCells><mergeCell ref="H1:XFD1048576"/></mergeCells>',
                                  '<hyperlinks><hyperlink ref="A1:XFD1048576" location="a"/></hyperlinks>'])  # fmt: skip
def test_areas_far_out_take_no_time(mill, more):
    name, start = workbook(), time.process_time()
    changed(name, "xl/worksheets/sheet1.xml", "</sheetData>", f"</sheetData>{more}")
    assert main(["check", name, "--rule", "towel.yaml", "--annotate", "copy.xlsx"]) == (4 if "merge" in more else 0)
    assert time.process_time() - start < 20


def test_cells_in_every_column(mill):
    def diagonal(page):
        for number in range(10, 900):
            page.cell(number, number, "x")

    (problem,) = told(workbook(change=diagonal))
    assert "columns of this sheet hold something" in problem
