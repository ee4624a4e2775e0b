"""The sheet of lines: every term of the sum, with its amount, factor and emissions as formulas."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from textile_pcf.arrays import FloatArray
from textile_pcf.io.table import column_letter
from textile_pcf.messages.catalogue import fixed_text
from textile_pcf.report.sheets import Sheet
from textile_pcf.report.sums import linked_products
from textile_pcf.report.totals import Totals
from textile_pcf.results import SPLIT, Driver, DriverKind, Footprint
from textile_pcf.results.localized_lines import amount_origin, driver_text, request_text

LIVE = 1e-12  # largest relative difference of value × drivers from the amount without a conversion factor
FROZEN = 3  # columns that stay in view: product, and the titles of stage and flow
NAMES = ("stage_name", "flow_name")
TEXTS_BEFORE = ("component", "stage", "flow", "group", "item")
TEXTS_AFTER = (
    "region", "year", "fallback", "data_type", "source", "locator", "factor_table", "factor_source", "factor_locator",
)  # fmt: skip
REQUESTED = "requested"  # marks columns of figures in the requested unit
REMOVALS = "factor removals"  # net uptake of CO2 per unit
MassCell = Callable[[int, int, str, str], str]


class LineSheet:
    """Writer of the sheet of lines.

    Parameters
    ----------
    sheet : Sheet
        Sheet to write.
    result : Footprint
        The result.
    totals : Totals
        Sheet of the totals, with the requested unit and the language.
    mass_cell : callable
        Function that returns the reference of a mass, from `write_masses`.
    scale : ndarray, shape (products,)
        Product units in one requested unit.
    """

    def __init__(self, sheet: Sheet, result: Footprint, totals: Totals, mass_cell: MassCell, scale: FloatArray) -> None:
        self.sheet, self.result, self.totals, self.mass_cell, self.scale = sheet, result, totals, mass_cell, scale
        self.linking = Linking(result)
        self.columns: dict[str, int] = {}
        self.driver_number = np.empty(0, dtype=np.intp)
        self.rows: dict[int, int] = {}  # row of each line

    def write(self) -> list[tuple[int, int]]:
        """Write all lines, grouped by product; return the first and last row of each product."""
        lines, sheet = self.result.lines, self.sheet
        used = (~np.isnan(lines.drivers)).any(axis=0)
        self.driver_number = np.cumsum(used)  # of each column of drivers; columns without a value are left out
        self.columns = self._write_headings(max(1, int(used.sum())))
        order = np.lexsort((lines.stage, lines.product))
        blocks = []
        starts = np.searchsorted(lines.product[order], np.arange(len(self.result.products) + 1))
        for product in range(len(self.result.products)):
            first = sheet.row
            for line in order[starts[product] : starts[product + 1]]:
                self.rows[int(line)] = sheet.row
                self._write_line(int(line))
                sheet.row += 1
            if sheet.row == first:
                sheet.row += 1  # a product without lines keeps an empty row, so that its sums have a range
            blocks.append((first, sheet.row - 1))
        sheet.freeze(1, FROZEN)
        sheet.page.auto_filter.ref = f"A1:{column_letter(self.columns['last'])}{max(sheet.row, 2)}"
        sheet.fit()
        return blocks

    def _write_headings(self, drivers: int) -> dict[str, int]:
        """Write the headings, with so many columns of drivers; return the column of each field."""
        names: list[str] = ["product", *NAMES, *TEXTS_BEFORE, "value", "value_unit"]
        for number in range(1, drivers + 1):
            names += [f"driver {number}", f"driver {number} unit"]
        names += ["conversion", "amount", "unit", *(f"factor {name}" for name in SPLIT), "factor", "factor_unit", "kgCO2e",
                  "counted", *TEXTS_AFTER]  # fmt: skip
        names += ["aircraft"] if self.result.lines.aircraft.any() else []
        names += [REMOVALS, "removals"]
        names += [f"amount {REQUESTED}", f"kgCO2e {REQUESTED}"] if self.totals.unit else []
        figures = ("value", "conversion", "amount", "factor", "kgCO2e", "counted", "aircraft", "removals")
        numbers = [column for column, name in enumerate(names) if name.split()[0] in figures]
        self.sheet.head([self._heading(name) for name in names], numbers)
        self.sheet.marks = {name: column for column, name in enumerate(names)} | {"last": len(names) - 1}
        return self.sheet.marks

    def _heading(self, name: str) -> str:
        """Heading of a field."""
        language, totals = self.totals.language, self.totals
        field, _, part = name.partition(" ")
        if field == "factor" and part:
            return f"{fixed_text('line_factor', language)}: {fixed_text(part, language)}"
        if part == REQUESTED:
            amount = totals.per(fixed_text("line_used", language))
            return amount if field == "amount" else fixed_text("per", language, unit=totals.unit)
        if field == "driver":
            return "" if part.endswith(" unit") else f"{fixed_text('line_driver', language)} {part}"
        return fixed_text(name if name == "removals" else f"line_{name}", language)

    def _write_line(self, line: int) -> None:
        """Write one line: texts, amount, emissions, whether it counts, and figures in the requested unit."""
        info = self.result.stages[int(self.result.lines.stage[line])]
        self._write_texts(line)
        self._write_amount(line)
        self._write_emissions(line)
        self._write_removals(line)
        self.sheet.number(self.columns["counted"], 0.0 if info.outside else 1.0)
        self._write_additions(line)

    def _write_texts(self, line: int) -> None:
        lines, language = self.result.lines, self.totals.language
        info = self.result.stages[int(lines.stage[line])]
        names = ("component", "flow", "group", "item", "value_unit", "unit", "factor_unit", *TEXTS_AFTER)
        texts = {"product": self.result.products[int(lines.product[line])], "stage": info.id}
        texts |= {name: lines.text(name, line) for name in names}
        texts |= {"stage_name": info.name(language), "flow_name": info.flow(texts["flow"], language)}
        texts |= {name: fixed_text(texts[name], language) for name in ("group", "data_type") if texts[name]}
        texts["source"], texts["locator"] = amount_origin(lines, line, language)
        texts["fallback"] = request_text(texts["fallback"], language)
        for name, text in texts.items():
            self.sheet.text(self.columns[name], text)

    def _write_amount(self, line: int) -> None:
        """Write value and drivers, and the amount as their product, with a conversion factor where units differ."""
        lines, sheet, columns = self.result.lines, self.sheet, self.columns
        sheet.number(columns["value"], lines.value[line])
        terms, product = [sheet.reference(sheet.row, columns["value"])], float(lines.value[line])
        for driver_column, driver, times in lines.line_drivers(line):
            column = columns[f"driver {self.driver_number[driver_column]}"]
            sheet.text(column + 1, driver_text(driver, self.totals.language))
            self._write_driver(line, column, driver, times)
            terms.append(sheet.reference(sheet.row, column))
            product *= times
        amount = float(lines.amount[line])
        if product and abs(amount / product - 1) > LIVE:
            sheet.number(columns["conversion"], amount / product)
            terms.append(sheet.reference(sheet.row, columns["conversion"]))
        sheet.formula(columns["amount"], "*".join(terms), amount)

    def _write_driver(self, line: int, column: int, driver: Driver, value: float) -> None:
        """Write a driver: a mass as a reference to the sheet of masses, any other as a number."""
        lines = self.result.lines
        if driver.kind is DriverKind.MASS:
            stage = int(lines.stage[line])
            component = lines.text("component", line) if self.result.stages[stage].component else ""
            self.sheet.formula(column, self.mass_cell(int(lines.product[line]), stage, component, driver.name), value)
        else:
            self.sheet.number(column, value)

    def _write_emissions(self, line: int) -> None:
        """Write factor and emissions, part by part."""
        lines, inventory, sheet, columns = self.result.lines, self.result.inventory, self.sheet, self.columns
        unit = self.result.measures.parse(lines.text("unit", line))
        parts = inventory.split_values[inventory.value_index[line], : len(SPLIT)] * unit.factor
        first = columns[f"factor {SPLIT[0]}"]
        formulas = self.linking.formulas(line, self.totals)
        for part in range(len(SPLIT)):
            if formulas is None:
                sheet.number(first + part, parts[part])
            else:
                sheet.formula(first + part, formulas[part], parts[part])
        last = f"${column_letter(first + len(SPLIT) - 1)}${sheet.row + 1}"
        sheet.formula(columns["factor"], f"SUM({sheet.reference(sheet.row, first)}:{last})", float(parts.sum()))
        formula = f"{sheet.reference(sheet.row, columns['amount'])}*{sheet.reference(sheet.row, columns['factor'])}"
        sheet.formula(columns["kgCO2e"], formula, float(lines.split[line].sum()))

    def _write_removals(self, line: int) -> None:
        """Write the net uptake of CO2 of one unit and of the line."""
        inventory, sheet, columns = self.result.inventory, self.sheet, self.columns
        unit = self.result.measures.parse(self.result.lines.text("unit", line))
        per_unit = float(inventory.removals_by_line[line]) * unit.factor
        formula = self.linking.removal(line, self.totals)
        if formula is None:
            sheet.number(columns[REMOVALS], per_unit)
        else:
            sheet.formula(columns[REMOVALS], formula, per_unit)
        product = f"{sheet.reference(sheet.row, columns['amount'])}*{sheet.reference(sheet.row, columns[REMOVALS])}"
        sheet.formula(columns["removals"], product, per_unit * float(self.result.lines.amount[line]))

    def _write_additions(self, line: int) -> None:
        """Write the share of aircraft if any, and amount and emissions in the requested unit."""
        lines, sheet, columns = self.result.lines, self.sheet, self.columns
        if "aircraft" in columns and lines.aircraft[line]:
            sheet.number(columns["aircraft"], lines.aircraft[line])
        if self.totals.unit:
            product = int(lines.product[line])
            per, scale = self.totals.scale(product), float(self.scale[product])
            for name, value in (("amount", lines.amount[line]), ("kgCO2e", lines.split[line].sum())):
                formula = f"{sheet.reference(sheet.row, columns[name])}*{per}"
                sheet.formula(columns[f"{name} {REQUESTED}"], formula, float(value) * scale)


class Linking:
    """Lines that use the footprint of another product of the run.

    Parameters
    ----------
    result : Footprint
        The result.
    """

    def __init__(self, result: Footprint) -> None:
        self.supplier, self.live = linked_products(result)
        self.units = result.inventory.supplier_units if self.live else None

    def formulas(self, line: int, totals: Totals) -> list[str] | None:
        """Return formulas for the parts of the factor of a line, or None if they are numbers."""
        if not self.live or self.supplier[line] < 0 or self.units is None:
            return None
        return [f"{totals.part(int(self.supplier[line]), part)}*{float(self.units[line])!r}" for part in range(len(SPLIT))]

    def removal(self, line: int, totals: Totals) -> str | None:
        """Return the formula for the net uptake of one unit of a line, or None if it is a number."""
        if not self.live or self.supplier[line] < 0 or self.units is None:
            return None
        return f"{totals.removals(int(self.supplier[line]))}*{float(self.units[line])!r}"
