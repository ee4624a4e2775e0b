"""A result as a workbook whose totals are formulas: a verifier changes a cell, and everything that rests on it follows.

Blue cells are numbers, everything else is computed from them: masses backwards from the product, amounts from values and
drivers, emissions from amounts and factors, stages and totals from emissions.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from textile_pcf.errors import Problem, UsageError
from textile_pcf.language import translate, word
from textile_pcf.report.sums import Chain, chain_of, linked_products, units_of_supplier
from textile_pcf.results import SPLIT, Footprint
from textile_pcf.tables.shape import letter

MOST_LINES = 200_000  # formulas that a spreadsheet still opens in reasonable time
LIVE = 1e-12  # how far value × drivers may be from the amount before a factor of its own is written
TEXTS_BEFORE = ("component", "stage", "flow", "group", "item")
TEXTS_AFTER = (
    "region",
    "year",
    "fallback",
    "data_type",
    "source",
    "locator",
    "factor_table",
    "factor_source",
    "factor_locator",
)


@dataclass
class Sheet:
    """A sheet being written, row by row; places of cells are known before they are written."""

    page: Any
    name: str
    styles: dict[str, Any]
    row: int = 0
    marks: dict[str, int] = field(default_factory=dict)

    def head(self, titles: Sequence[str]) -> None:
        """A row of headings."""
        for column, title in enumerate(titles):
            self.page.write_string(self.row, column, title, self.styles["head"])
        self.row += 1

    def text(self, column: int, value: str, style: str = "text") -> None:
        """A text, never a formula."""
        if value:
            self.page.write_string(self.row, column, value, self.styles[style])

    def number(self, column: int, value: float, style: str = "given") -> None:
        """A number that may be changed; nothing where it is not known."""
        if np.isfinite(value):
            self.page.write_number(self.row, column, float(value), self.styles[style])

    def formula(self, column: int, formula: str, value: float, style: str = "computed") -> None:
        """A formula with the value it has now."""
        self.page.write_formula(self.row, column, f"={formula}", self.styles[style], float(value))

    def at(self, row: int, column: int, last: int | None = None) -> str:
        """Reference to a cell, or to a column of cells down to row `last`."""
        name = letter(column)
        end = "" if last is None else f":${name}${last + 1}"
        return f"'{self.name}'!${name}${row + 1}{end}"


def write_workbook(result: Footprint, path: Path, unit: str | None, language: str) -> None:
    """Write the workbook. [kg CO2e per product unit, and per `unit` beside it]

    Raises
    ------
    UsageError
        xlsxwriter is not installed, or there are more lines than a spreadsheet bears.
    InputError
        Some product cannot be told in `unit`.
    """
    try:
        import xlsxwriter
    except ImportError:
        cure = 'Run: pip install "textile_pcf[report]"'
        raise UsageError([Problem("to_excel", "Workbooks with formulas need xlsxwriter.", cure, code="extra")]) from None
    if len(result.lines.product) > MOST_LINES:
        cure = "Calculate fewer products at a time, or write Parquet."
        what = f"{len(result.lines.product)} lines are more than a workbook with formulas bears ({MOST_LINES})."
        raise UsageError([Problem("to_excel", what, cure, code="too-many")])
    scale = result.scale(unit)
    safe = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "nan_inf_to_errors": False}
    with xlsxwriter.Workbook(str(path), safe) as book:
        styles = _styles(book)
        names = ("result", "stages", "lines", "masses", "about")
        sheets = {key: Sheet(book.add_worksheet(word(f"sheet_{key}", language)), word(f"sheet_{key}", language), styles)
                  for key in names}  # fmt: skip
        _chart(book, _fill(result, sheets, unit, scale, language))


def _styles(book: Any) -> dict[str, Any]:
    looks: dict[str, dict[str, Any]] = {
        "title": {"bold": True, "font_size": 15, "font_color": "#1F4E79"},
        "head": {"bold": True, "bg_color": "#1F4E79", "font_color": "#FFFFFF", "text_wrap": True, "valign": "top"},
        "text": {},
        "wrapped": {"text_wrap": True, "valign": "top"},
        "bold": {"bold": True},
        "given": {"font_color": "#0000FF", "num_format": "0.######"},
        "computed": {"num_format": "0.000000"},
        "total": {"num_format": "0.000000", "bold": True, "top": 1},
        "percent": {"num_format": "0.0 %"},
        "check": {"num_format": "0.000000", "font_color": "#808080"},
    }
    return {name: book.add_format(look) for name, look in looks.items()}


def _fill(result: Footprint, sheets: dict[str, Sheet], unit: str | None, scale: Any, language: str) -> Totals:
    """All sheets; what one refers to in another is known by its place."""
    totals = Totals(result, sheets["result"], sheets["stages"], unit, language)
    chain = chain_of(result)
    drivers = _masses(sheets["masses"], result, chain, language)
    blocks = _lines(sheets["lines"], result, drivers, totals, language)
    totals.write(blocks, sheets["lines"], scale)
    _about(sheets["about"], result, language)
    sheets["result"].page.activate()
    for sheet in sheets.values():
        sheet.page.set_landscape()
        sheet.page.set_paper(9)
        sheet.page.fit_to_pages(1, 0)
    return totals


class Totals:
    """The first two sheets: one row per product, and one row per product and stage."""

    FIRST = 8  # row of the first product

    def __init__(self, result: Footprint, sheet: Sheet, stages: Sheet, unit: str | None, language: str) -> None:
        self.result, self.sheet, self.stages, self.unit, self.language = result, sheet, stages, unit, language
        self.first_stages: tuple[int, int] | None = None

    def part(self, product: int, part: int) -> str:
        """The cell of a part of the split of a product."""
        return self.sheet.at(self.FIRST + product, 3 + part)

    def write(self, blocks: list[tuple[int, int]], lines: Sheet, scale: Any) -> None:
        """Write both sheets, once it is known where the lines of each product stand."""
        self._heading()
        for product, (first, last) in enumerate(blocks):
            start, end = self._stages_of(product, first, last, lines)
            self._product(product, first, last, lines, (start, end), float(scale[product]))
        self.sheet.page.set_column(0, 0, 28)
        self.sheet.page.set_column(1, 12, 15)
        self.stages.page.set_column(0, 1, 22)
        self.stages.page.set_column(2, 2, 34)
        self.stages.page.set_column(3, 6, 16)
        self.stages.page.freeze_panes(1, 0)

    def _heading(self) -> None:
        result, sheet, language = self.result, self.sheet, self.language
        told = result.provenance
        sheet.text(0, f"{word('footprint', language)}: {told['title']}", "title")
        facts = (f"{told['rule']}: {word(told['status'], language)}", word(told["boundary"], language),
                 f"{told['gwp']}, {word(told['biogenic'], language)}", word("sheet_legend", language))  # fmt: skip
        for row, text in enumerate(facts, 1):
            sheet.row = row
            sheet.text(0, text)
        sheet.row = self.FIRST - 1
        per = [word("per", language, unit=result.unit)]
        asked = [word("sheet_scale", language, unit=self.unit), word("per", language, unit=self.unit)] if self.unit else []
        split = [word(name, language) for name in SPLIT]
        check = [word("sheet_printed", language), word("difference", language)]
        sheet.head([word("product", language), *per, word("sheet_splitsum", language), *split, *check, *asked])
        stage = [word(key, language) for key in ("product", "stage", "sheet_title", "sheet_group")]
        self.stages.head([*stage, *per, word("share_of_total", language), word("sheet_memo", language)])

    def _product(self, product: int, first: int, last: int, lines: Sheet, rows: tuple[int, int], scale: float) -> None:
        result, sheet = self.result, self.sheet
        sheet.row = self.FIRST + product
        total = float(result.totals[product])
        self.first_stages = self.first_stages or rows
        sheet.text(0, result.products[product], "bold")
        sheet.formula(1, f"SUM({self.stages.at(rows[0], 4, rows[1])})" if rows[1] >= rows[0] else "0", total, "total")
        parts = range(len(SPLIT))
        sheet.formula(2, "+".join(self.part(product, part) for part in parts), total, "check")
        for part in parts:
            emitted = lines.at(first, lines.marks["kgCO2e"] + 1 + part, last)
            formula = f"SUMIFS({emitted},{lines.at(first, lines.marks['counted'], last)},1)"
            sheet.formula(3 + part, formula, result.split_totals[product, part])
        sheet.number(7, total, "check")
        sheet.formula(8, f"{sheet.at(sheet.row, 1)}-{sheet.at(sheet.row, 7)}", 0.0, "check")
        if self.unit:
            sheet.number(9, scale)
            sheet.formula(10, f"{sheet.at(sheet.row, 1)}*{sheet.at(sheet.row, 9)}", total * scale, "total")

    def _stages_of(self, product: int, first: int, last: int, lines: Sheet) -> tuple[int, int]:
        """Rows of the stages inside the boundary; those outside stand behind them."""
        result, sheet = self.result, self.stages
        start = sheet.row
        taken = np.unique(result.lines.stage[result.lines.product == product]).tolist()
        inside = [place for place in taken if not result.stages[place].outside]
        outside = [place for place in taken if result.stages[place].outside]
        for place in (*inside, *outside):
            info = result.stages[place]
            value = float(result.by_stage[product, place])
            texts = (result.products[product], info.id, info.title_zh if self.language == "zh" else info.title)
            for column, text in enumerate(texts):
                sheet.text(column, text)
            sheet.text(3, word(info.group, self.language))
            emitted, named = (lines.at(first, lines.marks[key], last) for key in ("kgCO2e", "stage"))
            sheet.formula(4 if not info.outside else 6, f"SUMIFS({emitted},{named},{sheet.at(sheet.row, 1)})", value)
            if not info.outside:
                total = float(result.totals[product])
                cell = self.sheet.at(self.FIRST + product, 1)
                share = f"IF({cell}=0,0,{sheet.at(sheet.row, 4)}/{cell})"
                sheet.formula(5, share, value / total if total else 0.0, "percent")
            sheet.row += 1
        return start, start + len(inside) - 1


def _masses(sheet: Sheet, result: Footprint, chain: Chain, language: str) -> Callable[[int, int, str, str], str]:
    """The mass chain; gives back a function that tells the cell of a mass of a stage."""
    sheet.head([word(key, language) for key in ("product", "stage", "sheet_title", "sheet_fibre", "sheet_share", "sheet_out",
                                                "sheet_ratio", "sheet_in", "sheet_loss")])  # fmt: skip
    top = sheet.row
    for step in chain.steps:
        row = sheet.row
        sheet.text(0, result.products[step.product])
        if step.stage < 0:
            sheet.text(1, "product")
            sheet.text(2, word("product", language))
            sheet.number(5, step.output)
        else:
            info = result.stages[step.stage]
            sheet.text(1, info.id)
            sheet.text(2, info.title_zh if language == "zh" else info.title)
            sheet.text(3, step.fibre)
            after = sheet.at(top + step.after, 5 if chain.steps[step.after].stage < 0 else 7)
            if step.share is not None:
                sheet.number(4, step.share)
                after = f"{after}*{sheet.at(row, 4)}"
            sheet.formula(5, after, step.output)
            sheet.number(6, step.ratio)
            sheet.formula(7, f"{sheet.at(row, 5)}*{sheet.at(row, 6)}", step.input)
            sheet.formula(8, f"{sheet.at(row, 7)}-{sheet.at(row, 5)}", step.input - step.output)
        sheet.row += 1
    sheet.page.freeze_panes(1, 0)
    sheet.page.set_column(0, 3, 22)
    sheet.page.set_column(4, 8, 14)
    column = {"output": 5, "input": 7, "loss": 8}

    def cell(product: int, stage: int, fibre: str, mass: str) -> str:
        return sheet.at(top + chain.place[product, stage, fibre], column[mass])

    return cell


def _lines(
    sheet: Sheet, result: Footprint, mass_cell: Callable[[int, int, str, str], str], totals: Totals, language: str
) -> list[tuple[int, int]]:
    """Every line of the sum, those of a product together; gives back the first and last row of each product."""
    lines = result.lines
    width = lines.drivers.shape[1]
    columns = _columns(sheet, width, language)
    order = np.lexsort((lines.stage, lines.product))
    linking = Linking(result)
    blocks = []
    starts = np.searchsorted(lines.product[order], np.arange(len(result.products) + 1))
    for product in range(len(result.products)):
        first = sheet.row
        for line in order[starts[product] : starts[product + 1]]:
            _one_line(sheet, result, int(line), columns, mass_cell, totals, linking)
            sheet.row += 1
        if sheet.row == first:
            sheet.row += 1  # a product without lines keeps an empty row, so that its sums have a range
        blocks.append((first, sheet.row - 1))
    sheet.page.freeze_panes(1, 4)
    sheet.page.autofilter(0, 0, max(sheet.row - 1, 1), columns["last"])
    sheet.page.set_column(0, 5, 17)
    sheet.page.set_column(6, columns["last"], 13)
    return blocks


def _columns(sheet: Sheet, width: int, language: str) -> dict[str, int]:
    """Places of the columns, after their headings are written."""
    names: list[str] = ["product", *TEXTS_BEFORE, "value", "value_unit"]
    for number in range(1, width + 1):
        names += [f"driver {number}", f"driver {number} unit"]
    names += ["conversion", "amount", "unit", *(f"factor {name}" for name in SPLIT), "factor", "factor_unit", "kgCO2e", *SPLIT,
              "counted", *TEXTS_AFTER]  # fmt: skip
    titles = []
    for name in names:
        kind, _, which = name.partition(" ")
        if kind == "factor" and which:
            titles.append(f"{word('line_factor', language)}: {word(which, language)}")
        elif kind == "driver":
            titles.append(f"{word('line_driver', language)} {which.removesuffix(' unit')}" if "unit" not in which else "")
        else:
            titles.append(word(name if name in SPLIT else f"line_{name}", language))
    sheet.head(titles)
    columns = {name: place for place, name in enumerate(names)} | {"last": len(names) - 1}
    sheet.marks = columns
    return columns


class Linking:
    """Which lines take the footprint of another product of the run, and whether they may do so by formula."""

    def __init__(self, result: Footprint) -> None:
        self.supplier, self.live = linked_products(result)
        self.units = units_of_supplier(result, self.supplier) if self.live else None

    def formulas(self, line: int, totals: Totals) -> list[str] | None:
        """Formulas of the parts of a line's factor; None where they are numbers."""
        if not self.live or self.supplier[line] < 0 or self.units is None:
            return None
        return [f"{totals.part(int(self.supplier[line]), part)}*{float(self.units[line])!r}" for part in range(len(SPLIT))]


def _one_line(
    sheet: Sheet,
    result: Footprint,
    line: int,
    columns: dict[str, int],
    mass_cell: Callable[[int, int, str, str], str],
    totals: Totals,
    linking: Linking,
) -> None:
    lines, row = result.lines, sheet.row
    product, stage = int(lines.product[line]), int(lines.stage[line])
    info = result.stages[stage]
    texts = {"product": result.products[product], "stage": info.id, **{
        name: lines.text(name, line) for name in ("component", "flow", "group", "item", "value_unit", "unit", "factor_unit",
                                                  *TEXTS_AFTER)}}  # fmt: skip
    for name, text in texts.items():
        sheet.text(columns[name], text)
    sheet.number(columns["value"], lines.value[line])
    terms, known = [sheet.at(row, columns["value"])], float(lines.value[line])
    fibre = texts["component"] if info.component else ""
    names = lines.text("driver_names", line).split("|")
    for number, (driver, name) in enumerate(zip(lines.drivers[line], names, strict=False), 1):
        if not name or np.isnan(driver):
            continue
        place = columns[f"driver {number}"]
        sheet.text(place + 1, name)
        mass = name.removeprefix("kg ")
        if name.startswith("kg ") and mass in ("output", "input", "loss"):
            sheet.formula(place, mass_cell(product, stage, fibre, mass), driver)
        else:
            sheet.number(place, driver)
        terms.append(sheet.at(row, place))
        known *= float(driver)
    amount = float(lines.amount[line])
    if known and abs(amount / known - 1) > LIVE:
        sheet.number(columns["conversion"], amount / known)
        terms.append(sheet.at(row, columns["conversion"]))
    sheet.formula(columns["amount"], "*".join(terms), amount)
    _emissions(sheet, result, line, columns, linking.formulas(line, totals))
    sheet.number(columns["counted"], 0.0 if info.outside else 1.0)


def _emissions(sheet: Sheet, result: Footprint, line: int, columns: dict[str, int], linked: list[str] | None) -> None:
    """Factor and emissions of a line, part by part."""
    lines, row = result.lines, sheet.row
    amount = float(lines.amount[line])
    parts = lines.split[line] / amount if amount else np.array([lines.factor[line], 0.0, 0.0, 0.0])
    first, emitted = columns[f"factor {SPLIT[0]}"], columns["kgCO2e"]
    for part in range(len(SPLIT)):
        if linked is None:
            sheet.number(first + part, parts[part])
        else:
            sheet.formula(first + part, linked[part], parts[part])
    sheet.formula(columns["factor"], f"SUM({sheet.at(row, first)}:{_cell(row, first + 3)})", float(parts.sum()))
    value = float(lines.split[line].sum())
    sheet.formula(emitted, f"{sheet.at(row, columns['amount'])}*{sheet.at(row, columns['factor'])}", value, "computed")
    for part in range(len(SPLIT)):
        formula = f"{sheet.at(row, columns['amount'])}*{sheet.at(row, first + part)}"
        sheet.formula(emitted + 1 + part, formula, float(lines.split[line, part]))


def _cell(row: int, column: int) -> str:
    return f"${letter(column)}${row + 1}"


def _about(sheet: Sheet, result: Footprint, language: str) -> None:
    """Warnings, and everything that is needed to calculate the same again."""
    sheet.head([word("warnings", language)])
    if not linked_products(result)[1]:
        sheet.text(0, word("sheet_loops", language), "wrapped")
        sheet.row += 1
    for text in result.warnings():
        sheet.text(0, translate(text, language), "wrapped")
        sheet.row += 1
    sheet.row += 1
    sheet.head([word("sheet_provenance", language), ""])
    for key, value in result.provenance.items():
        sheet.text(0, key)
        sheet.text(1, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False), "wrapped")
        sheet.row += 1
    sheet.page.set_column(0, 0, 70)
    sheet.page.set_column(1, 1, 90)


def _chart(book: Any, totals: Totals) -> None:
    """Stages of the first product as bars."""
    first, last = totals.first_stages or (0, -1)
    if last < first:
        return
    result, language, name = totals.result, totals.language, totals.stages.name
    chart = book.add_chart({"type": "bar"})
    chart.add_series({
        "name": result.products[0], "fill": {"color": "#1F4E79"}, "gap": 40,
        "categories": [name, first, 2, last, 2], "values": [name, first, 4, last, 4],
    })  # fmt: skip
    chart.set_title({"name": f"{result.products[0]}: {word('by_stage', language)}", "name_font": {"size": 12}})
    chart.set_y_axis({"reverse": True, "label_position": "low", "major_gridlines": {"visible": False}})
    chart.set_x_axis({"name": word("per", language, unit=result.unit), "label_position": "high"})
    chart.set_legend({"none": True})
    chart.set_size({"width": 860, "height": 120 + 26 * (last - first + 1)})
    totals.sheet.page.insert_chart(Totals.FIRST + len(result.products) + 2, 0, chart)
