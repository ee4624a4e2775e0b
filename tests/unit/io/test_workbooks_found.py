"""Workbooks as they come in: dates that look like numbers, percentages, and footers below the table."""

from __future__ import annotations

import datetime
import re
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from workbook_parts import FACTORS, HEAD, ROWS, TOTAL, packed, parts_of, start_laundry, told, total, with_format, workbook

import textile_pcf as tp
from textile_pcf.cli import run as main


@pytest.fixture
def mill(tmp_path, monkeypatch):
    return start_laundry(tmp_path, monkeypatch)


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
