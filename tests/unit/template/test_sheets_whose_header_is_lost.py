"""A sheet of the mill's workbook whose hidden header row was damaged is refused, never left out."""

import pytest
from template_forms import Form


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
