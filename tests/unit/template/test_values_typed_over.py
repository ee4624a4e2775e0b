"""The grey cells of a workbook show the values of the rule; what somebody writes over one is never passed over."""

from __future__ import annotations

import openpyxl
import pytest
from template_forms import Form

from textile_pcf.io.template_marks import MARK, MARK_ROWS

READ_ONLY = "stands in the place of the rule's value, which is only shown and never read"


@pytest.mark.parametrize("typed", [5.2, "5.2", "5.2 kWh/kg", "2024-05"])
@pytest.mark.parametrize("line", ["dyeing.electricity", "weaving.electricity"])
def test_a_number_over_the_value_of_the_rule_is_refused_with_its_place(form: Form, line: str, typed: object) -> None:
    """The mill read 0.5 kWh/kg, wrote 5.2 over it, and 0.5 was calculated."""
    form.set(line, default=typed)
    told = form.problems()[form.where(line, "default")]
    assert str(typed) in told and READ_ONLY in told and f"Write it into {form.where(line)}" in told


@pytest.mark.parametrize("left", [None, "", "   "])
def test_a_grey_cell_may_be_emptied(form: Form, left: str | None) -> None:
    form.set("dyeing.electricity", default=left)
    assert form.result().total().tolist()


def test_a_grey_text_may_be_wrapped_otherwise(form: Form) -> None:
    text = form.cell("dyeing.electricity", "default").value
    form.set("dyeing.electricity", default=str(text).replace("\n", "\r\n") + " ")
    assert form.result().total().tolist()


def test_a_copied_line_brings_its_grey_text(form: Form) -> None:
    sheet, row = form.lines["dyeing.electricity"][0]
    for cell in sheet[row]:
        sheet.cell(sheet.max_row + (cell.column == 1), cell.column).value = cell.value
    assert form.result().total().tolist()


def test_a_workbook_of_an_earlier_version_lists_no_values_and_numbers_are_found(form: Form) -> None:
    hidden = form.book[MARK]
    for row in range(MARK_ROWS + 1, hidden.max_row + 1):
        hidden.cell(row, 1).value = hidden.cell(row, 2).value = None
    assert form.result().total().tolist()
    book = openpyxl.load_workbook(form.path)
    assert book[MARK].cell(MARK_ROWS + 1, 1).value is None
    form.set("dyeing.electricity", default=5.2)
    assert READ_ONLY in form.problems()[form.where("dyeing.electricity", "default")]
