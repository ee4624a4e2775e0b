"""Sheets of a site's year in the workbook: written, filled in, and read back by the functions of `factory`."""

from __future__ import annotations

import openpyxl
import pytest
from template_forms import blank_workbook

import textile_pcf as tp
from textile_pcf.factory.vocabulary import table_header
from textile_pcf.io.template_marks import MARK, TABLES
from textile_pcf.template.site_sheets import COLUMNS, HEAD, LINES

FILLED = {
    "utilities": [
        {"carrier": "electricity｜电", "amount": 1200, "unit": "MWh", "year": 2024, "region": "CN-ZJ"},
        {
            "carrier": "外购电",
            "process": "dyeing｜染色",
            "use": "production｜生产",
            "amount": 700000,
            "unit": "kWh",
            "year": 2024,
        },
        {"carrier": "electricity", "use": "domestic", "amount": 100, "unit": "MWh"},
    ],
    "production": [
        {"product": "A", "process": "dyeing｜染色", "output": 250, "unit": "t", "machine_hours": 3000},
        {"product": "C", "process": "dyeing", "output": 150, "unit": "t", "machine_hours": 4000},
        {"product": "B", "process": "printing", "output": 100, "unit": "t", "final": "yes｜是"},
    ],
    "plan": [
        {"carrier": "electricity｜电", "process": "dyeing", "driver": "machine_hours｜机时"},
        {"carrier": "电", "process": "printing｜印花", "driver": "产量", "weight": 1},
    ],
}


def sheets(book):
    """The sheet of each table."""
    titles = {row[0].value: row[1].value for row in book[MARK].iter_rows(min_row=4, max_row=6)}
    return {table: book[titles[table]] for table in TABLES}


def fill(path):
    """Fill in the sheets of a site's year."""
    book = openpyxl.load_workbook(path)
    for table, sheet in sheets(book).items():
        for number, row in enumerate(FILLED[table], HEAD + 1):
            for name, value in row.items():
                sheet.cell(number, COLUMNS[table].index(name) + 1).value = value
    book.save(path)


@pytest.mark.parametrize("language", ["en", "zh", "both"])
def test_written_filled_in_and_read_back(tmp_path, language):
    path = tmp_path / "mill.xlsx"
    blank_workbook(path, "cotton_fabric", language, site=True)
    fill(path)
    result = tp.factory.allocate(path, path, path)
    amounts = {(row["process"], row["product"]): row["amount"] for row in result["allocation"]}
    assert amounts == {("dyeing", "A"): pytest.approx(300_000), ("dyeing", "C"): pytest.approx(400_000),
                       ("printing", "B"): 500_000}  # fmt: skip
    assert result["carriers"][0]["domestic"] == 100_000
    assert {row["year"] for row in result.activity} == {"2024"}
    assert result.warnings == ()


@pytest.mark.parametrize("language", ["en", "zh", "both"])
def test_heads_are_known_and_told(tmp_path, language):
    path = tmp_path / "mill.xlsx"
    tp.make_template("silk_fabric", path, language, site=True)
    book = openpyxl.load_workbook(path)
    for table, sheet in sheets(book).items():
        heads = [cell.value for cell in sheet[HEAD]]
        assert tuple(table_header(table).name(head) for head in heads) == COLUMNS[table]
        assert all(sheet.cell(HEAD - 1, number).value is not None for number in range(1, len(heads) + 1))
        assert sheet.max_row == HEAD + LINES[table]
        assert sheet.title in [row[0].value for row in book.worksheets[0].iter_rows(max_col=1)]
        lists = {validation.sqref for validation in sheet.data_validations.dataValidation}
        assert lists


def test_a_mistake_is_told_with_its_cell(tmp_path):
    path = tmp_path / "mill.xlsx"
    blank_workbook(path, "cotton_fabric", "zh", site=True)
    fill(path)
    book = openpyxl.load_workbook(path)
    sheets(book)["plan"].cell(HEAD + 2, COLUMNS["plan"].index("weight") + 1).value = 0
    book.save(path)
    with pytest.raises(tp.InputError) as caught:
        tp.factory.allocate(path, path, path)
    assert caught.value.problems[0].where.endswith("分摊方案!D6 (weight)")


def test_sheets_left_empty_are_refused(tmp_path):
    path = tmp_path / "mill.xlsx"
    blank_workbook(path, "cotton_fabric", "en", site=True)
    with pytest.raises(tp.InputError, match="no rows"):
        tp.factory.allocate(path, path, path)


def test_a_workbook_without_the_sheets_says_so(tmp_path):
    path = tmp_path / "mill.xlsx"
    blank_workbook(path, "cotton_fabric", "en")
    with pytest.raises(tp.InputError, match="no sheet 'utilities'"):
        tp.factory.allocate(path, path, path)


def test_the_other_sheets_stay_what_they_are(tmp_path):
    plain, site = tmp_path / "plain.xlsx", tmp_path / "site.xlsx"
    blank_workbook(plain, "cotton_fabric")
    blank_workbook(site, "cotton_fabric", site=True)
    books = [openpyxl.load_workbook(path) for path in (plain, site)]
    assert [each for each in books[1].sheetnames if each in books[0].sheetnames] == books[0].sheetnames
    for name in books[0].sheetnames[1:-1]:
        cells = [[[cell.value for cell in row] for row in book[name].iter_rows()] for book in books]
        assert cells[0] == cells[1]


def test_a_flat_table_has_no_sheets(tmp_path):
    with pytest.raises(tp.UsageError, match="no sheets for the year"):
        tp.make_template("cotton_fabric", tmp_path / "mill.csv", site=True)
