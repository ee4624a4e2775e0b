"""A row of totals under the lines of a workbook of the template is refused as no data, with its cell."""

import pytest
from template_forms import Form


@pytest.mark.parametrize("label", ["合计", "Total", "小计：", "制表人：王某"])
@pytest.mark.parametrize("amount", [123.5, "5 kWh"])
def test_a_row_of_totals_is_no_data(form: Form, label: str, amount: object) -> None:
    sheet, last = form.lines["weaving.electricity"][0]
    columns, row = form.columns[sheet.title], sheet.max_row + 1
    sheet.cell(row, columns["id"]).value = label
    cell = sheet.cell(row, columns["amount"])
    cell.value = amount
    told = form.problems()
    assert list(told) == [f"{sheet.title}!{cell.coordinate}"] and row > last
    assert "This row is no data" in told[f"{sheet.title}!{cell.coordinate}"] and label in next(iter(told.values()))


def test_a_stage_is_still_asked(form: Form) -> None:
    where = form.set("sizing", amount="perhaps")
    assert "neither yes nor no" in form.problems()[where]
