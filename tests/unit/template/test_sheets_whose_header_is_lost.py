"""A sheet of the mill's workbook whose hidden header row was damaged is refused, never left out."""

from pathlib import Path

import pytest
from openpyxl.worksheet.worksheet import Worksheet
from template_columns import filled_form
from template_forms import Form

from textile_pcf.template import make_template


def columns_of(form: Form, ident: str) -> dict[str, int]:
    return form.columns[form.lines[ident][0][0].title]


@pytest.mark.parametrize("lost", ["period", "note", "per", "id", "amount"])
def test_a_sheet_without_one_of_its_columns_is_told(form: Form, lost: str) -> None:
    sheet, _ = form.lines["dyeing.electricity"][0]
    sheet.delete_cols(columns_of(form, "dyeing.electricity")[lost])
    problems = form.problems()
    assert f"lacks {lost}, so its lines cannot be read" in problems[sheet.title]


def test_a_sheet_without_its_header_row_is_told(form: Form) -> None:
    sheet, _ = form.lines["dyeing.electricity"][0]
    sheet.delete_rows(4)
    assert "so its lines cannot be read" in form.problems()[sheet.title]


def test_sheets_of_ones_own_are_still_passed_over(form: Form) -> None:
    before = form.result().totals[0]
    own = form.book.create_sheet("our notes")
    for row in (["item", "amount", "unit", "note"], ["dye", 5, "kg", "stock"], ["#1", 2, "t", "2024"]):
        own.append(row)
    assert form.result().totals[0] == before


@pytest.fixture
def three(rule: Path, tmp_path: Path) -> Form:
    """A workbook of the products A, B and 1003."""
    return filled_form(make_template(rule, tmp_path / "blank.xlsx", products=3), tmp_path, rule)


def copy_column(sheet: Worksheet, position: int) -> None:
    """Copy a column with all that stands in it, as a mill does that wants one more product."""
    sheet.insert_cols(position + 1)
    for row in range(1, sheet.max_row + 1):
        sheet.cell(row, position + 1).value = sheet.cell(row, position).value


def test_a_copied_column_of_a_product_is_refused(three: Form) -> None:
    """The copy took the place of the column of product 1003, which had no result and no message."""
    for sheet, columns in ((three.book[title], columns) for title, columns in three.columns.items() if "amount 3" in columns):
        copy_column(sheet, columns["amount 3"])
    sheet, row = three.lines["#product"][0]
    sheet.cell(row, three.columns[sheet.title]["amount 3"] + 1).value = "1004"
    problem = next(text for place, text in three.problems().items() if place.startswith(f"{sheet.title}!"))
    assert "The hidden header row calls this column 'amount 3', as it does column " in problem
    assert "make a workbook with `template --products`" in problem


def test_a_copied_column_of_the_amounts_is_refused(form: Form) -> None:
    sheet, _ = form.lines["weaving.electricity"][0]
    copy_column(sheet, columns_of(form, "weaving.electricity")["amount"])
    (problem,) = form.problems().values()
    assert "calls this column 'amount'" in problem


def test_a_copied_column_of_the_study_is_refused(three: Form) -> None:
    sheet = next(sheet for sheet in three.book.worksheets if sheet.cell(4, 1).value == "field")
    (position,) = (cell.column for cell in sheet[4] if cell.value == "value 3")
    copy_column(sheet, position)
    (problem,) = three.problems().values()
    assert "calls this column 'value 3'" in problem


def test_a_sheet_that_lost_the_column_of_one_product_is_refused(three: Form) -> None:
    """Product 1003 took the amounts for all products there, whatever its own column had said."""
    sheet, _ = three.lines["dyeing.heat"][0]
    sheet.delete_cols(columns_of(three, "dyeing.heat")["amount 3"])
    assert "lacks amount 3, so its lines cannot be read" in three.problems()[sheet.title]


def test_a_column_without_a_product_may_be_deleted_anywhere(three: Form) -> None:
    sheet, row = three.lines["#product"][0]
    for number in (1, 2):
        assert sheet.cell(row, three.columns[sheet.title][f"amount {number}"]).value
    sheet.cell(row, three.columns[sheet.title]["amount 3"]).value = None
    for title in {lines[0][0].title for lines in three.lines.values()}:
        three.book[title].delete_cols(three.columns[title]["amount 3"])
    assert three.result().products == ("A", "B")
