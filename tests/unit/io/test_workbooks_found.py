"""Workbooks as they come in: dates that look like numbers, files that are no workbook, odd formats, cells far out, footers."""

from __future__ import annotations

import datetime
import io
import re
import time
import warnings
import zipfile
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

import textile_pcf as tp
from textile_pcf.cli import run as main
from textile_pcf.io.sheets import Book
from textile_pcf.template import annotate

RULE = """\
rule: towel
edition: "1"
sources: {m: {title: Made up}}
product: {unit: kg}
stages:
  - id: washing
    losses: [{id: fluff, unit: "%", basis: input, optional: true}]
    flows:
      power: {unit: kWh, factor: power}
      steam: {unit: kg, factor: steam, optional: true}
"""
FACTORS = """\
item,value,unit,region,year,kind,source,locator
power,0.5,kgCO2e/kWh,GLO,2023,life_cycle,made,1
steam,0.2,kgCO2e/kg,GLO,2023,life_cycle,made,2
"""
HEAD = ["产品编号", "工序", "项目", "数量", "单位"]
ROWS = [["T-1", "washing", "power", 4, "kWh"], ["T-1", "washing", "steam", 10, "kg"]]
TOTAL = 4 * 0.5 + 10 * 0.2


@pytest.fixture
def mill(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("towel.yaml").write_text(RULE, encoding="utf-8")
    Path("own.csv").write_text(FACTORS, encoding="utf-8")
    return tmp_path


def workbook(name="mill.xlsx", rows=(), change=None, head=HEAD, sheet="activity"):
    """The good rows and further ones as a workbook."""
    book = openpyxl.Workbook()
    page = book.active
    page.title = sheet
    for row in (head, *(ROWS if head is HEAD else ()), *rows):
        page.append(row)
    if change:
        change(page)
    book.save(name)
    return name


def parts_of(name):
    with zipfile.ZipFile(name) as file:
        return {part: file.read(part) for part in file.namelist()}


def packed(name, parts):
    with zipfile.ZipFile(name, "w", zipfile.ZIP_DEFLATED) as file:
        for part, data in parts.items():
            file.writestr(part, data)
    return name


def changed(name, part, old, new):
    """The workbook with something else written in one of its parts."""
    parts = parts_of(name)
    assert old.encode() in parts[part], parts[part]
    parts[part] = parts[part].replace(old.encode(), new.encode())
    return packed(name, parts)


def shared(name):
    """The workbook with its texts in a part of their own, as Excel writes them."""
    parts = parts_of(name)
    texts = []

    def refer(cell):
        texts.append(cell[2])
        return f'<c r="{cell[1]}" t="s"><v>{len(texts) - 1}</v></c>'

    sheet = parts["xl/worksheets/sheet1.xml"].decode()
    sheet = re.sub(r'<c r="(\w+)" t="inlineStr"><is>(.*?)</is></c>', refer, sheet)
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"
    related = parts["xl/_rels/workbook.xml.rels"].decode()
    link = f'<Relationship Id="rIdTexts" Type="{kind}" Target="sharedStrings.xml"/></Relationships>'
    return parts | {
        "xl/worksheets/sheet1.xml": sheet.encode(),
        "xl/_rels/workbook.xml.rels": related.replace("</Relationships>", link).encode(),
        "xl/sharedStrings.xml": f"<sst>{''.join(f'<si>{text}</si>' for text in texts)}</sst>".encode(),
    }


def with_format(number, code="", place="D3", name="mill.xlsx", **more):
    """A workbook of which one cell has the format of this number, with its code in the file or without."""
    cells = place if isinstance(place, list) else [place]

    def change(page):
        for each in cells:
            page[each].number_format = '"mark"'

    workbook(name, change=change, **more)
    parts = parts_of(name)
    styles = parts["xl/styles.xml"].decode()
    told = f'<numFmts count="1"><numFmt numFmtId="{number}" formatCode="{code}"/></numFmts>' if code else '<numFmts count="0"/>'
    first, last = styles.index("<numFmts"), styles.index("</numFmts>") + len("</numFmts>")
    parts["xl/styles.xml"] = (styles[:first] + told + styles[last:].replace('numFmtId="164"', f'numFmtId="{number}"')).encode()
    return packed(name, parts)


def total(source):
    return float(tp.footprint(source, "towel.yaml", "own.csv").totals[0])


def told(source, factors="own.csv"):
    with pytest.raises(tp.PcfError) as caught:
        tp.footprint(source, "towel.yaml", factors)
    for problem in caught.value.problems:
        chinese = problem.localized("zh")
        assert problem.what not in chinese, chinese
        assert problem.cure not in chinese, chinese
    return [f"{problem.where}: {problem.what} {problem.cure}" for problem in caught.value.problems]


# ---------------------------------------------------------------- dates


@pytest.mark.parametrize("number", [*range(27, 37), *range(50, 59), *range(71, 82), 14, 22, 45, 46, 47])
def test_built_in_dates_and_times_without_a_code_are_dates(mill, number):
    (problem,) = told(with_format(number))
    assert problem.startswith("mill.xlsx activity!D3: This cell holds a date or time (")


@pytest.mark.parametrize("number", [0, 1, 2, 4, 23, 26, 37, 41, 44, 48, 49, 59, 60, 61, 62, 69, 70, 100])
def test_other_built_in_formats_are_numbers(mill, number):
    assert total(with_format(number)) == TOTAL


NUMBER_CODES = [
    "0.000", "General", "G/通用格式", "0.0 &quot;天&quot;", r"0\d", "[Red]0.00;[Blue]-0.00", "_ * #,##0.00_ ;@",
    "0.00E+00", "[DBNum1][$-804]General", "0.0&quot;kg/day&quot;",
]  # fmt: skip
DATE_CODES = [
    "yyyy&quot;年&quot;m&quot;月&quot;", "[$-804]aaaa", "aaa;@", "[$-411]ge.m.d", "e&quot;年&quot;", "h:mm", "[h]:mm:ss",
    "[mm]", "上午/下午h&quot;时&quot;", "mm:ss.0", "[DBNum1][$-804]m&quot;月&quot;d&quot;日&quot;",
]  # fmt: skip


@pytest.mark.parametrize("code", NUMBER_CODES)
@pytest.mark.parametrize("number", [14, 31, 58, 164])
def test_a_number_that_the_file_gives_a_number_format_is_a_number(mill, number, code):
    assert total(with_format(number, code)) == TOTAL


@pytest.mark.parametrize("code", DATE_CODES)
@pytest.mark.parametrize("number", [1, 59, 164])
def test_a_number_that_the_file_gives_a_date_format_is_a_date(mill, number, code):
    (problem,) = told(with_format(number, code))
    assert "activity!D3: This cell holds a date or time (" in problem


def test_the_date_is_told_as_excel_shows_it(mill):
    parts = parts_of(with_format(58))
    sheet = parts["xl/worksheets/sheet1.xml"].decode()
    parts["xl/worksheets/sheet1.xml"] = sheet.replace("<v>10</v>", "<v>45353</v>").encode()
    assert "(2024-03-02)" in told(packed("a.xlsx", parts))[0]
    parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace(b"<workbookPr/>", b'<workbookPr date1904="1"/>')
    parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace(b"<workbookPr />", b'<workbookPr date1904="1"/>')
    assert "(2028-03-03)" in told(packed("b.xlsx", parts))[0]
    parts["xl/worksheets/sheet1.xml"] = sheet.replace("<v>10</v>", "<v>9000000000</v>").encode()
    assert "(9000000000)" in told(packed("c.xlsx", parts))[0]
    parts["xl/worksheets/sheet1.xml"] = sheet.replace("<v>10</v>", "<v>0.5208333333333334</v>").encode()
    assert "(12:30:00)" in told(packed("d.xlsx", parts))[0]


def test_dates_are_found_in_ids_headers_and_results_of_formulas(mill):
    assert all(
        "date or time" in each for each in told(with_format(31, place=["A2", "A3"], rows=[], change=None) if 0 else dated_ids())
    )
    parts = parts_of(with_format(57))
    sheet = parts["xl/worksheets/sheet1.xml"].decode()
    parts["xl/worksheets/sheet1.xml"] = sheet.replace("<v>10</v>", "<f>B1+1</f><v>45353</v>").encode()
    assert "activity!D3: This cell holds a date or time (2024-03-02)" in told(packed("f.xlsx", parts))[0]


def dated_ids():
    """A workbook whose products are dates under a built-in Chinese format."""
    name = with_format(31, place=["A2", "A3"])
    parts = parts_of(name)
    sheet = parts["xl/worksheets/sheet1.xml"].decode()
    sheet = re.sub(r'<c r="(A[23])" s="(\d+)" t="\w+">.*?</c>', r'<c r="\1" s="\2"><v>45353</v></c>', sheet)
    parts["xl/worksheets/sheet1.xml"] = sheet.encode()
    return packed(name, parts)


def test_dates_as_text_in_an_amount_are_no_numbers(mill):
    for text in ("2024-03-02", "2024/3/2", "3月2日", "2024年3月2日", "12:30"):
        assert any("activity!D4" in each for each in told(workbook(rows=[["T-1", "washing", "fluff", text, "%"]])))


def test_dates_in_tables_of_factors(mill):
    head, *rows = [line.split(",") for line in FACTORS.splitlines()]
    rows = [[row[0], float(row[1]), *row[2:]] for row in rows]
    name = with_format(58, place="B2", name="factors.xlsx", head=head, rows=rows, sheet="factors")
    with pytest.raises(tp.FactorError, match=r"factors!B2: This cell holds a date or time"):
        tp.load_factors(name)
    assert main(["calculate", workbook(), "--rule", "towel.yaml", "--factors", name]) == 3


def test_dates_in_workbooks_of_the_template(mill):
    for products in (1, 2):
        tp.make_template("towel.yaml", "form.xlsx", products=products)
        book = openpyxl.load_workbook("form.xlsx")
        page = next(sheet for sheet in book.worksheets if any(cell.value == "washing.power" for cell in sheet["A"]))
        (row,) = [cell.row for cell in page["A"] if cell.value == "washing.power"]
        heads = next(row for row in page.iter_rows() if "id" in [cell.value for cell in row])
        column = next(cell.column for cell in heads if cell.value == ("amount" if products == 1 else "amount 1"))
        page.cell(row, column, 45353).number_format = '"mark"'
        book.save("form.xlsx")
        parts = parts_of("form.xlsx")
        styles = parts["xl/styles.xml"].decode()
        (number,) = {
            part.split('"')[0] for part in styles.split('numFmtId="') if part.split('formatCode="')[-1].startswith("&quot;mark")
        }
        start = styles.index(f'<numFmt numFmtId="{number}"')
        styles = styles[:start] + styles[styles.index("/>", start) + 2 :]
        parts["xl/styles.xml"] = styles.replace(f'numFmtId="{number}"', 'numFmtId="57"').encode()
        assert any("This cell holds a date or time (2024-03-02)" in each for each in told(packed("form.xlsx", parts)))


# ---------------------------------------------------------------- percentages


@pytest.mark.parametrize("code", ["0.0&quot;%&quot;", r"0.0\%", "0.0&quot; %&quot;", "0.0％"])
def test_a_sign_behind_the_number_means_what_it_shows(mill, code):
    for unit in ("%", None):
        name = with_format(164, code, place="D4", rows=[["T-1", "washing", "fluff", 5, unit]])
        assert total(name) == TOTAL
        assert tp.footprint(name, "towel.yaml", "own.csv").masses["loss"].tolist() == pytest.approx([1 / 0.95 - 1])


def test_a_sign_that_contradicts_the_unit_is_told(mill):
    (problem,) = told(with_format(164, "0.0&quot;%&quot;"))
    assert "activity!D3" in problem
    assert "'%'" in problem


@pytest.mark.parametrize(("number", "code"), [(9, ""), (10, ""), (67, ""), (164, "0.0%"), (164, "0%;[Red]-0%"), (58, "0.00%")])
def test_a_percentage_that_excel_multiplies_is_told(mill, number, code):
    (problem,) = told(with_format(number, code, place="D4", rows=[["T-1", "washing", "fluff", 0.05, "%"]]))
    assert "activity!D4: This cell shows a percentage, but holds 0.05." in problem


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

    name, start = workbook(change=stray), time.perf_counter()
    if what is None:
        assert total(name) == TOTAL
    else:
        (problem,) = told(name)
        assert f"activity!{place}" in problem
    assert main(["check", name, "--rule", "towel.yaml", "--annotate", "copy.xlsx"]) == (0 if what is None else 4)
    assert time.perf_counter() - start < 20  # a few milliseconds; minutes where all between is looked at


@pytest.mark.parametrize("more", ['<mergeCells><mergeCell ref="H1:XFD1048576"/></mergeCells>',
                                  '<hyperlinks><hyperlink ref="A1:XFD1048576" location="a"/></hyperlinks>'])  # fmt: skip
def test_areas_far_out_take_no_time(mill, more):
    name, start = workbook(), time.perf_counter()
    changed(name, "xl/worksheets/sheet1.xml", "</sheetData>", f"</sheetData>{more}")
    assert main(["check", name, "--rule", "towel.yaml", "--annotate", "copy.xlsx"]) == (4 if "merge" in more else 0)
    assert time.perf_counter() - start < 20


def test_cells_in_every_column(mill):
    def diagonal(page):
        for number in range(10, 900):
            page.cell(number, number, "x")

    (problem,) = told(workbook(change=diagonal))
    assert "columns of this sheet hold something" in problem


# ---------------------------------------------------------------- footers

FOOTERS = [
    "合计", "小计：", "总 计", "Total", "TOTAL:", "Grand total", "填表人：王某", "制表：李某", "审核 张三", "签字（盖章）",
    "备注：含税", "注1：含蒸汽", "Prepared by: Wang", "（负责人）", "日期：2026-03-01", "以下空白",
]  # fmt: skip


@pytest.mark.parametrize("text", FOOTERS)
def test_a_footer_is_told_once_at_its_place(mill, text):
    row = [text, None, "审核人：李某", 14, "kWh"]
    (problem,) = told(workbook(rows=[[None] * 5, row]))
    assert problem.startswith("mill.xlsx activity!A5: This row is no data ('")
    lines = [",".join(str(cell or "") for cell in each) for each in (HEAD, *ROWS, row)]
    Path("mill.csv").write_text("\n".join(lines), encoding="utf-8")
    (problem,) = told("mill.csv")
    assert problem.startswith("mill.csv:4: This row is no data")
    frame = pd.DataFrame([*ROWS, row], columns=["product", "stage", "flow", "amount", "unit"])
    for each in (frame, frame.astype({"product": "string", "stage": "category"})):
        (problem,) = told(each)
        assert problem.startswith("row 2: This row is no data")
    frame.to_parquet("mill.parquet")
    (problem,) = told("mill.parquet")
    assert problem.startswith("mill.parquet row 2: This row is no data")


def test_footers_with_merged_cells_dates_formulas_and_missing_cells(mill):
    def sign(page):
        page["A4"], page["D4"] = "合计", "=SUM(D2:D3)"
        page["A6"], page["D6"] = "填表人：王某", datetime.date(2026, 3, 1)
        page.merge_cells("A6:C6")
        page["A8"] = "以上数据来自电表"
        page.merge_cells("A8:E8")

    problems = told(workbook(change=sign))
    assert [problem.split(":")[0] for problem in problems] == [f"mill.xlsx activity!A{row}" for row in (4, 6, 8)]
    assert all("This row is no data" in problem for problem in problems)
    Path("mill.csv").write_text(
        "\n".join(",".join(map(str, row)) for row in (HEAD, *ROWS)) + "\n填表人：王某\n", encoding="utf-8"
    )
    (problem,) = told("mill.csv")
    assert problem.startswith("mill.csv:4: This row is no data")


def test_footers_are_told_with_other_problems(mill):
    problems = told(workbook(rows=[["T-1", "washing", "stream", 1, "kg"], ["合计"]]))
    assert len(problems) == 2
    assert any("'stream'" in problem for problem in problems)


def test_rows_of_data_are_no_footers(mill):
    result = tp.footprint(
        workbook(rows=[["Total", "washing", "power", 2, "kWh"], ["备注", "washing", "power", 3, "kWh"]]),
        "towel.yaml",
        "own.csv",
    )
    assert list(result.products) == ["T-1", "Total", "备注"]
    (problem,) = told(workbook(rows=[["T-1", None, "power", 2, "kWh"]]))
    assert "The stage is missing." in problem
    (problem,) = told(workbook(rows=[[None, "washing", "power", 2, "kWh"]]))
    assert "The product is missing." in problem
    (problem,) = told(workbook(rows=[["T-1"]]))
    assert "The stage is missing." in problem


def test_a_batch_tells_footers_before_it_begins(mill):
    lines = [",".join(map(str, each)) for each in (HEAD, *ROWS, ["合计", "", "", 14, ""])]
    Path("mill.csv").write_text("\n".join(lines), encoding="utf-8")
    assert main(["batch", "mill.csv", "-o", "out", "--rule", "towel.yaml", "--factors", "own.csv"]) == 4
