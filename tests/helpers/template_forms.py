"""Workbooks for one product, drawn, filled in and read back."""

import csv
from pathlib import Path
from typing import Any

import openpyxl
import pytest

import textile_pcf as tp
from textile_pcf.io.template_marks import MARK
from textile_pcf.io.template_workbook import DASH, READ
from textile_pcf.template.lists import BAR

COTTON = "cotton_fabric@2026.1"

SMALL = """
rule: small
edition: "1"
sources: {s: {title: A survey, year: 2024}}
product: {unit: kg, properties: {grammage: {unit: g/m2, optional: true}}}
stages:
  - {id: spinning, scope: component, flows: {fiber: {unit: kg, factor: cotton_lint, value: 1}}}
  - {id: sizing, optional: true, flows: {heat: {unit: MJ, factor: heat, value: 2, source: s, locator: p. 1}}}
  - id: weaving
    title: {en: Weaving, zh: 织造}
    optional: true
    properties: {loom: {choice: [water_jet, air_jet], optional: true}, yarn_count: {unit: Nm, optional: true}}
    losses: [{id: weaving_waste, unit: "%", basis: input, value: {by: loom, water_jet: 4, air_jet: 6}, source: s, locator: p}]
    flows:
      electricity: {unit: kWh, factor: electricity}
      lubricant: {unit: kg, category: chemical, optional: true}
      carriage: {unit: t*km, kind: tank_to_wheel, category: transport, optional: true}
  - id: dyeing
    losses: [{id: dyeing_loss, unit: "%", basis: input}]
    flows:
      electricity: {unit: kWh, factor: electricity, value: 0.5, source: s, locator: "p. 3"}
      heat: {unit: kWh, factor: electricity, optional: true, value: 4, source: s, locator: p. 4}
  - {id: finishing, optional: true, flows: {heat: {unit: kWh, factor: electricity, value: 4, source: s, locator: p. 4}}}
  - {id: use, boundary: outside, optional: true, flows: {power: {unit: kWh, factor: electricity, value: 1}}}
"""

FILLED = [
    ("#product", {"amount": "POPLIN"}),
    ("weaving", {"amount": f"yes{'｜'}是", "region": "CN"}),
    ("weaving.loom", {"item": "air_jet"}),
    ("weaving.yarn_count", {"amount": 40, "unit": "Ne"}),
    ("weaving.electricity", {"amount": 3, "unit": "kWh/kg", "data_type": "measured", "source": "meter"}),
    ("weaving.lubricant", {"amount": 2, "unit": "g/kg", "item": "caustic_soda_50｜烧碱", "region": "FR"}),
    ("dyeing.dyeing_loss", {"amount": 8}),
    ("dyeing.heat", {"amount": "默认"}),
    ("finishing", {"amount": "是"}),
    ("finishing.heat", {"amount": 3}),
]  # fmt: skip


def blank_workbook(
    path: Path, rule: str, language: str = "both", products: tuple[str, ...] | None = None, site: bool = False
) -> Path:
    """Write the blank workbook of a shipped rule to a path; drawn once, as it takes a second."""
    path.write_bytes(_drawn(path.parent, rule, language, products, site))
    return path


_BLANK: dict[tuple[object, ...], bytes] = {}


def _drawn(folder: Path, rule: str, language: str, products: tuple[str, ...] | None, site: bool) -> bytes:
    key = (rule, language, products, site)
    if key not in _BLANK:
        made = tp.make_template(rule, folder / "drawn.xlsx", language, products=products and list(products), site=site)
        _BLANK[key] = made.read_bytes()
        made.unlink()
    return _BLANK[key]


class Form:
    """A workbook of the template, as a person fills it in."""

    def __init__(self, path: Path, rule: str | Path = COTTON) -> None:
        self.path, self.rule = path, rule
        self.book = openpyxl.load_workbook(path)
        self.lines: dict[str, list[tuple[Any, int]]] = {}
        self.columns: dict[str, dict[str, int]] = {}
        for sheet in self.book.worksheets:
            head = next((row for row in sheet.iter_rows(max_row=10) if set(READ) <= {cell.value for cell in row}), None)
            if head is None or sheet.title == MARK:
                continue
            self.columns[sheet.title] = {cell.value: cell.column for cell in head}
            for row in range(head[0].row + 1, sheet.max_row + 1):
                if ident := sheet.cell(row, self.columns[sheet.title]["id"]).value:
                    self.lines.setdefault(ident, []).append((sheet, row))

    def cell(self, ident: str, column: str, number: int = 0) -> Any:
        """A cell of the n-th line with an id."""
        sheet, row = self.lines[ident][number]
        return sheet.cell(row, self.columns[sheet.title][column])

    def set(self, ident: str, number: int = 0, **values: Any) -> str:
        """Fill in a line; tells `sheet!cell` of its first value."""
        for column, value in values.items():
            self.cell(ident, column, number).value = value
        first = self.cell(ident, next(iter(values)), number)
        return f"{first.parent.title}!{first.coordinate}"

    def where(self, ident: str, column: str = "amount") -> str:
        """`sheet!cell` of a cell."""
        cell = self.cell(ident, column)
        return f"{cell.parent.title}!{cell.coordinate}"

    def problems(self) -> dict[str, str]:
        """`sheet!cell` → what is wrong, after saving."""
        with pytest.raises(tp.InputError) as caught:
            tp.read_activity(self.save(), self.rule)
        told: dict[str, str] = {}
        for problem in caught.value.problems:
            where = problem.where.removeprefix(f"{self.path} ").partition(" (")[0]
            told[where] = f"{told.get(where, '')} {problem.what} {problem.cure}"
        return told

    def result(self) -> tp.Footprint:
        """The footprint, after saving."""
        return tp.footprint(self.save(), self.rule)

    def save(self, path: Path | None = None) -> Path:
        """Where it was saved."""
        self.book.save(path or self.path)
        return path or self.path


def rows_of(path: Path) -> list[dict[str, str]]:
    """Rows of a table; what is left out of any stage stands at the product, where the workbook has lines for it."""
    rows = list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines()))
    for row in rows:
        if row.get("flow") == "cutoff":
            named = row["item"] if row["item"] == row["stage"] else f"{row['stage']}.{row['item']}"
            row |= {"stage": "product", "item": named}
    return rows


def filled(blank: Path, activity: Path) -> Form:
    """A blank workbook with the rows of a table written into its lines."""
    form = Form(blank)
    used: dict[str, int] = {}
    for row in rows_of(activity):
        ident = row["stage"] + (f".{row['flow']}" if row["flow"] else "")
        if used.get(ident, 0) == len(form.lines[ident]):
            copied(form, ident)
        number = used[ident] = used.get(ident, 0)
        used[ident] += 1
        values: dict[str, Any] = {key: row[key] for key in READ[2:] if row.get(key)}
        if row["amount"]:
            values["amount"] = float(row["amount"])
        elif not row["flow"]:
            values |= {} if row["stage"] == "product" else {"amount": f"yes{BAR}是"}
        elif form.cell(ident, "amount", number).value != DASH:
            values["amount"] = "默认"
        form.set(ident, number, **values)
    form.set("#product", amount=rows_of(activity)[0]["product"])
    return form


def copied(form: Form, ident: str) -> None:
    """A further line for an id, as a person makes one: below all others, with the id."""
    sheet, _ = form.lines[ident][0]
    sheet.append([ident])
    form.lines[ident].append((sheet, sheet.max_row))


def comments(path: Path) -> dict[str, str]:
    book = openpyxl.load_workbook(path)
    cells = (cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row if cell.comment)
    return {f"{cell.parent.title}!{cell.coordinate}": cell.comment.text for cell in cells}
