"""The first sheets of a workbook with formulas: totals and stages."""

from __future__ import annotations

from typing import Any

import numpy as np

from textile_pcf.messages.catalogue import fixed_text
from textile_pcf.report.sheets import Sheet
from textile_pcf.results import SPLIT, Footprint

TITLE = 24  # points of the row of the title


class Totals:
    """The first two sheets: one row per product, and one row per product and stage."""

    FIRST = 8  # row of the first product

    def __init__(self, result: Footprint, sheet: Sheet, stages: Sheet, unit: str | None, language: str) -> None:
        self.result, self.sheet, self.stages, self.unit, self.language = result, sheet, stages, unit, language
        self.first_stages: tuple[int, int] | None = None

    def part(self, product: int, part: int) -> str:
        """The cell of a part of the split of a product."""
        return self.sheet.at(self.FIRST + product, 3 + part)

    def scale(self, product: int) -> str:
        """The cell of how many product units are in one of the unit asked for."""
        return self.sheet.at(self.FIRST + product, 9)

    def per(self, title: str) -> str:
        """A heading of figures in the unit asked for."""
        return fixed_text("sheet_per", self.language, title=title, unit=self.unit)

    def write(self, blocks: list[tuple[int, int]], lines: Sheet, scale: Any) -> None:
        """Write both sheets, once it is known where the lines of each product stand."""
        self._heading()
        for product, (first, last) in enumerate(blocks):
            start, end = self._stages_of(product, first, last, lines, float(scale[product]))
            self._product(product, first, last, lines, (start, end), float(scale[product]))
        self.sheet.fit()
        self.sheet.freeze(self.FIRST, 1)
        self.stages.fit()
        self.stages.freeze(1, 0)

    def _heading(self) -> None:
        result, sheet, language = self.result, self.sheet, self.language
        told = result.provenance
        sheet.text(0, f"{fixed_text('footprint', language)}: {told['title_zh' if language == 'zh' else 'title']}", "title")
        sheet.heights[sheet.row] = TITLE
        facts = (f"{told['rule']}: {fixed_text(told['status'], language)}", fixed_text(told["boundary"], language),
                 f"{told['gwp']}, {fixed_text(told['biogenic'], language)}", fixed_text("sheet_legend", language))  # fmt: skip
        for row, text in enumerate(facts, 1):
            sheet.row = row
            sheet.text(0, text, "free")
        sheet.row = self.FIRST - 1
        per = [fixed_text("per", language, unit=result.unit)]
        asked = (
            [fixed_text("sheet_scale", language, unit=self.unit), fixed_text("per", language, unit=self.unit)]
            if self.unit
            else []
        )
        split = [fixed_text(name, language) for name in SPLIT]
        check = [fixed_text("sheet_printed", language), fixed_text("difference", language)]
        rests = [f"{fixed_text(key, language)} [%]" for key in ("defaults", "default_factors")]
        titles = [fixed_text("product", language), *per, fixed_text("sheet_splitsum", language), *split, *check, *asked, *rests]
        sheet.head(titles, numbers=range(1, len(titles)))
        stage = [fixed_text(key, language) for key in ("product", "stage", "sheet_title", "sheet_group")]
        heads = [*stage, *per, fixed_text("share_of_total", language), fixed_text("sheet_memo", language)]
        if self.unit:
            heads += [fixed_text("per", language, unit=self.unit), self.per(fixed_text("sheet_memo", language))]
        self.stages.head(heads, numbers=range(4, len(heads)))

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
            ranges = (lines.at(first, lines.marks[key], last) for key in ("amount", f"factor {SPLIT[part]}", "counted"))
            formula = f"SUMPRODUCT({','.join(ranges)})"
            sheet.formula(3 + part, formula, result.split_totals[product, part])
        sheet.number(7, total, "check")
        sheet.formula(8, f"{sheet.at(sheet.row, 1)}-{sheet.at(sheet.row, 7)}", 0.0, "check")
        if self.unit:
            sheet.number(9, scale)
            sheet.formula(10, f"{sheet.at(sheet.row, 1)}*{sheet.at(sheet.row, 9)}", total * scale, "total")
        for column, share in enumerate((result.default_share, result.default_factor_share), 11 if self.unit else 9):
            sheet.number(column, float(share[product]), "percent")

    def _stages_of(self, product: int, first: int, last: int, lines: Sheet, scale: float) -> tuple[int, int]:
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
            sheet.text(3, fixed_text(info.group, self.language))
            emitted, named = (lines.at(first, lines.marks[key], last) for key in ("kgCO2e", "stage"))
            column = 6 if info.outside else 4
            sheet.formula(column, f"SUMIFS({emitted},{named},{sheet.at(sheet.row, 1)})", value)
            if self.unit:
                per_unit = f"{sheet.at(sheet.row, column)}*{self.scale(product)}"
                sheet.formula(8 if info.outside else 7, per_unit, value * scale)
            if not info.outside:
                total = float(result.totals[product])
                cell = self.sheet.at(self.FIRST + product, 1)
                share = f"IF({cell}=0,0,{sheet.at(sheet.row, 4)}/{cell})"
                sheet.formula(5, share, value / total if total else 0.0, "percent")
            sheet.row += 1
        return start, start + len(inside) - 1
