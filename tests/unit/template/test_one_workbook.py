"""`calculate --format xlsx`, `report -o x.xlsx` and `to_excel` give one workbook, which computes itself."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import openpyxl
import pandas as pd
import pytest

import textile_pcf as tp
from spreadsheet import Evaluated
from textile_pcf.cli import run as command_line

RULE = """rule: knit
edition: "1"
title: Knitted cloth
sources: {s: {title: A survey}}
product: {unit: kg, properties: {grammage: {unit: g/m2, optional: true}}}
stages:
  - id: spinning
    losses: [{id: waste, unit: "%", basis: input, value: 20, source: s, locator: p. 1}]
    flows: {power: {unit: kWh, factor: power}}
  - id: use
    boundary: outside
    flows: {washing: {unit: kWh, factor: power, value: 3, source: s, locator: p. 2}}
"""
FACTORS = """item,value,unit,region,year,kind,source,locator,co2_fossil,co2_aircraft
power,0.5,kgCO2e/kWh,GLO,2024,life_cycle,s,p. 1,,
air,,kgCO2e/kWh,GLO,2024,life_cycle,s,p. 2,2,1.5
"""
ROWS = """product,stage,flow,amount,unit,item
YARN,spinning,power,2,kWh,
YARN,product,grammage,250,g/m2,
YARN,spinning,power,1,kWh,air
"""
OWN = ("--rule", "r.yaml", "--factors", "f.csv")


@pytest.fixture
def result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tp.Footprint:
    for name, text in {"r.yaml": RULE, "f.csv": FACTORS, "a.csv": ROWS}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tp.footprint("a.csv", "r.yaml", "f.csv")


def table(path: str | Path, sheet: str, header: int = 0) -> pd.DataFrame:
    return pd.read_excel(path, sheet_name=sheet, header=header)


@pytest.mark.parametrize("unit", [None, "t", "m2"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_three_ways_one_workbook(result: tp.Footprint, unit: str | None, language: str) -> None:
    """Equal to the byte."""
    more = [*(["--unit", unit] if unit else []), "--lang", language]
    assert command_line(["calculate", "a.csv", *OWN, "--format", "xlsx", "-o", "one", *more]) == 0
    assert command_line(["calculate", "a.csv", *OWN, "-o", "two.xlsx", *more]) == 0
    assert command_line(["report", "a.csv", *OWN, "-o", "three.xlsx", *more]) == 0
    four = result.to_excel("four.xlsx", unit, language)
    assert len({Path(name).read_bytes() for name in ("one", "two.xlsx", "three.xlsx", four)}) == 1


@pytest.mark.parametrize(("unit", "by"), [("t", 1000.0), ("kg", 1.0), ("g", 0.001), ("m2", 0.25), ("100 m2", 25.0)])
def test_masses_follow_the_unit_asked_for(result: tp.Footprint, unit: str, by: float) -> None:
    """Of 1.25 kg of fibre 1 kg of yarn: 1250 and 1000 kg per t, as JSON has it."""
    path = result.to_excel("x.xlsx", unit)
    row = table(path, "Masses").query("Stage == 'spinning'").iloc[0]
    told = result.to_dict(unit)["products"][0]["masses"]["spinning"]
    for name, heading in (("input", "Input, kg"), ("output", "Output, kg"), ("loss", "Loss, kg")):
        kilograms = {"input": 1.25, "output": 1.0, "loss": 0.25}[name]
        assert row[f"{heading} per {unit}"] == pytest.approx(kilograms * by) == pytest.approx(told[name])
        assert row[f"{heading} per kg"] == pytest.approx(kilograms)


def test_without_a_unit_the_masses_say_their_own(result: tp.Footprint) -> None:
    heads = list(table(result.to_excel("x.xlsx"), "Masses").columns)
    assert [head for head in heads if " per " in head] == [
        "Output, kg per kg",
        "kg in per kg out",
        "Input, kg per kg",
        "Loss, kg per kg",
    ]


def test_stages_and_lines_follow_it_too(result: tp.Footprint) -> None:
    path, told = result.to_excel("x.xlsx", "t"), result.to_dict("t")["products"][0]
    stages = table(path, "Stages").set_index("Stage")
    assert stages.loc["spinning", "kg CO2e per t"] == pytest.approx(told["stages"]["spinning"])
    assert stages.loc["use", "Outside the boundary (memo) per t"] == pytest.approx(told["memo"]["use"])
    lines = table(path, "Lines")
    assert list(lines["Amount per t"]) == pytest.approx([2000, 1000, 3000])
    assert list(lines["kg CO2e per t"]) == pytest.approx([1000, 2000, 1500])
    assert list(lines["kg CO2e given off by aircraft, part of the fossil"].fillna(0)) == pytest.approx([0, 1.5, 0])
    assert table(path, "Result", 7)["kg CO2e per t"][0] == pytest.approx(told["total"])


def test_a_changed_loss_moves_what_is_told_in_the_unit(result: tp.Footprint) -> None:
    path = result.to_excel("x.xlsx", "t")
    book = openpyxl.load_workbook(path)
    masses = {cell.value: cell.column_letter for cell in book["Masses"][1]}
    row = next(cell.row for cell in book["Masses"]["B"] if cell.value == "spinning")
    book["Masses"][f"{masses['kg in per kg out']}{row}"].value = 2.0
    book.save(path)
    assert Evaluated(path).value("Masses", f"{masses['Input, kg per t']}{row}") == pytest.approx(2000)


def test_every_formula_has_the_value_it_has_now(result: tp.Footprint) -> None:
    """A program that computes nothing, such as pandas, finds every number."""
    path = result.to_excel("x.xlsx", "m2")
    formulas, stored, seen = Evaluated(path), openpyxl.load_workbook(path, data_only=True), 0
    for page in formulas.book.worksheets:
        for cell in (cell for row in page.iter_rows() for cell in row if cell.data_type == "f"):
            seen += 1
            kept = stored[page.title][cell.coordinate].value
            assert formulas.value(page.title, cell.coordinate) == pytest.approx(kept, rel=1e-9, abs=1e-12)
    assert seen > 40


def test_looks_of_the_workbook(result: tp.Footprint) -> None:
    book = openpyxl.load_workbook(result.to_excel("x.xlsx", "t"))
    assert book.sheetnames == ["Result", "Stages", "Lines", "Masses", "Uncertainty", "Quality", "Cut-off", "About"]
    assert book.active.title == "Result" and len(book["Result"]._charts) == 1
    total, given = book["Result"]["B9"], book["Masses"]["G2"]
    assert total.font.bold and total.number_format == "0.000000" and given.font.color.rgb == "000000FF"
    assert book["Lines"].freeze_panes == "D2" and book["Lines"].auto_filter.ref.startswith("A1:")
    assert book["Lines"].page_setup.orientation == "landscape" and book["Lines"].print_title_rows == "$1:$1"
    heading = book["Masses"]["A1"]
    assert (
        heading.fill.fgColor.rgb == "001F4E79" and heading.alignment.wrap_text and book["Masses"].row_dimensions[1].height == 32
    )


NASTY = ["=1+1", "@A1", "_x0041_", "<&>\"'", " spaced  out", "x" * 40_000, "a\nb"]


@pytest.mark.parametrize("name", NASTY)
def test_any_text_is_held(result: tp.Footprint, name: str) -> None:
    rows = [{"product": name, "stage": "spinning", "flow": "power", "amount": 2, "unit": "kWh", "source": name}]
    path = tp.footprint(pd.DataFrame(rows), "r.yaml", "f.csv").to_excel("x.xlsx")
    cell: Any = openpyxl.load_workbook(path)["Result"]["A9"]
    assert cell.data_type == "s" and len(cell.value) <= 32_767
    assert cell.quotePrefix == (name[0] in "=@")  # stays a text also when somebody edits the cell
    if len(name) < 100:
        assert cell.value.replace("_x005F_x", "_x") == name.strip()
    with ZipFile(io.BytesIO(path.read_bytes())) as archive:
        assert archive.testzip() is None


def test_no_extra_is_needed(result: tp.Footprint, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    for module in ("xlsxwriter", "jinja2", "pyarrow"):
        monkeypatch.setitem(sys.modules, module, None)
    assert result.to_excel("x.xlsx").is_file()
