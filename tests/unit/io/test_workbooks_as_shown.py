"""Workbooks mean what Excel shows: multipliers that a format writes. A note names rows and sheets that Excel hides."""

import warnings

import pytest
from template_forms import Form
from workbook_parts import start_laundry, workbook

import textile_pcf as tp
from textile_pcf.template import make_template

STEAM = 10 * 0.2


@pytest.fixture
def mill(tmp_path, monkeypatch):
    return start_laundry(tmp_path, monkeypatch)


def power(code, amount, unit):
    def change(page):
        page["D2"], page["E2"] = amount, unit
        page["D2"].number_format = code

    return workbook(change=change)


def total(name):
    return tp.footprint(name, "towel.yaml", "own.csv").total()["T-1"]


def notes(name, rule="towel.yaml", factors="own.csv"):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        tp.footprint(name, rule, factors)
    return [str(each.message) for each in caught if "hidden" in str(each.message)]


@pytest.mark.parametrize(
    ("code", "amount", "unit", "kwh"),
    [
        ('0.0"万"', 0.0006, "kWh", 6),
        ('#,##0.00"万"', 0.0006, "kWh", 6),
        ('General"万"', 0.0006, "kWh", 6),
        ('0.0_ "百万"', 0.000006, "kWh", 6),
        ('0"千"', 0.006, "kWh", 6),
        ('0"万度"', 0.0006, "度", 6),
        ('0"万度"', 0.0006, "万度", 6),
        (r"0\万", 0.0006, "kWh", 6),
        ('0.0,"万"', 6, "kWh", 6),  # scaled by Excel: 60000 is shown as 6.0万
        (r'0\.0,"万"', 6, "kWh", 6),
        ('0"千瓦时"', 6, "kWh", 6),  # a unit, not a multiplier
        ('0"百米"', 6, "kWh", 6),
    ],
)
def test_a_multiplier_that_is_only_written_counts(mill, code, amount, unit, kwh):
    assert total(power(code, amount, unit)) == pytest.approx(kwh * 0.5 + STEAM)


def test_a_multiplier_in_the_format_and_in_the_unit_is_told(mill):
    with pytest.raises(tp.InputError, match="multiplies it again"):
        total(power('0.0"万"', 0.0006, "万kWh"))


def test_hidden_and_filtered_rows_are_read_and_told(mill):
    def hide(page):
        page.auto_filter.ref = "A1:E3"
        page.row_dimensions[3].hidden = True

    name = workbook(change=hide)
    assert notes(name) == ["mill.xlsx activity: 1 hidden or filtered rows were read like the others; the first is row 3."]
    assert total(name) == 4 * 0.5 + STEAM
    assert notes(workbook(change=lambda page: setattr(page.row_dimensions[1], "hidden", True))) == []


def test_a_hidden_sheet_of_data_is_told(mill):
    def hide(page):
        page.parent.create_sheet("2025")
        page.parent.active = 1
        page.sheet_state = "hidden"

    assert notes(workbook(change=hide)) == ["mill.xlsx: The sheet 'activity' is hidden; it was read like the others."]


def test_hidden_lines_of_the_mills_workbook_are_told_where_they_are_filled_in(mill):
    form = Form(make_template("towel.yaml", "form.xlsx", "en"), "towel.yaml")
    form.set("washing.power", amount=4, unit="kWh")
    form.set("washing.steam", amount=10, unit="kg")
    sheet, row = form.lines["washing.steam"][0]
    form.save()
    assert notes(form.path) == []
    sheet.row_dimensions[row].hidden = True
    form.save()
    (note,) = notes(form.path)
    assert note.endswith(f"{sheet.title}: 1 hidden or filtered rows were read like the others; the first is row {row}.")
    sheet.sheet_state = "hidden"
    form.save()
    assert f"The sheet '{sheet.title}' is hidden" in notes(form.path)[0]
