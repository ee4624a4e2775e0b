"""Drivers of a line are data: kind, name, unit and value. Labels are made where a line is shown."""

import openpyxl

import textile_pcf as tp
from textile_pcf.results import DriverKind

RULE = """
rule: drivers_of_a_blend
edition: "1"
product: {unit: kg, properties: {printed_area: {unit: m2/kg}}}
stages:
  - id: spinning
    scope: component
    flows: {power: {unit: kWh, factor: power}}
  - id: printing
    flows:
      ink: {unit: kg, per: [output, printed_area], factor: ink, optional: true}
"""
ROWS = [
    {"stage": "product", "flow": "printed_area", "amount": 5, "unit": "m2/kg"},
    {"stage": "product", "flow": "share", "component": "cotton", "amount": 60, "unit": "%"},
    {"stage": "product", "flow": "share", "component": "flax", "amount": 40, "unit": "%"},
    {"stage": "spinning", "flow": "power", "amount": 2, "unit": "kWh", "per": "product"},
]
INK = {"stage": "printing", "flow": "ink", "amount": 0.01, "unit": "kg"}
FACTORS = """item,value,unit,region,year,kind,source,locator
power,0.6,kgCO2e/kWh,GLO,2020,life_cycle,s,p. 1
ink,2,kgCO2e/kg,GLO,2020,life_cycle,s,p. 1
"""


def calculate(tmp_path, rows):
    (tmp_path / "rule.yaml").write_text(RULE, encoding="utf-8")
    (tmp_path / "factors.csv").write_text(FACTORS, encoding="utf-8")
    return tp.footprint({"product": "A", "rows": rows}, tmp_path / "rule.yaml", tmp_path / "factors.csv")


def test_drivers_have_kind_name_unit_and_value(tmp_path):
    lines = calculate(tmp_path, [*ROWS, INK]).lines
    drivers = {
        (lines.text("flow", line), lines.text("component", line)): [
            (driver.kind, driver.name, driver.unit, value) for _, driver, value in lines.line_drivers(line)
        ]
        for line in range(len(lines.product))
    }
    assert drivers["ink", ""] == [(DriverKind.MASS, "output", "kg", 1.0), (DriverKind.PROPERTY, "printed_area", "m2/kg", 5.0)]
    assert drivers["power", "cotton"] == [(DriverKind.PRODUCT, "", "kg", 1.0), (DriverKind.SHARE, "", "", 0.6)]
    assert drivers["power", "flax"] == [(DriverKind.PRODUCT, "", "kg", 1.0), (DriverKind.SHARE, "", "", 0.4)]


def test_workbook_of_a_blend_without_the_flow_of_two_drivers(tmp_path):
    """The share of a component keeps a heading when no line has the second driver of the rule."""
    result = calculate(tmp_path, ROWS)
    result.to_excel(tmp_path / "result.xlsx")
    assert openpyxl.load_workbook(tmp_path / "result.xlsx").sheetnames
