"""The first sheets of a workbook with formulas: totals and stages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from textile_pcf.arrays import part_of_total
from textile_pcf.messages.catalogue import fixed_text
from textile_pcf.report.sheets import Sheet
from textile_pcf.results import SPLIT, Footprint
from textile_pcf.results.headline import includes_removals

TITLE = 24  # points of the row of the title


class Totals:
    """The first two sheets: one row per product, and one row per product and stage.

    Parameters
    ----------
    result : Footprint
        The result.
    sheet, stages : Sheet
        Sheets of the totals and of the stages.
    unit : str or None
        Requested unit, in addition to the unit of the product.
    language : str
        `en` or `zh`.
    """

    FIRST = 8  # row of the first product

    def __init__(self, result: Footprint, sheet: Sheet, stages: Sheet, unit: str | None, language: str) -> None:
        self.result, self.sheet, self.stages, self.unit, self.language = result, sheet, stages, unit, language
        self.first_stages: tuple[int, int] | None = None
        self.further_titles: list[str] = []
        self.further: Callable[[int], Sequence[tuple[str, float, str] | None]] = lambda _: ()  # reference, value and style

    def part(self, product: int, part: int) -> str:
        """Return the reference to a part of the split of a product."""
        return self.sheet.reference(self.FIRST + product, 3 + part)

    def scale(self, product: int) -> str:
        """Return the reference to the number of product units in one requested unit."""
        return self.sheet.reference(self.FIRST + product, 9)

    @property
    def headline_column(self) -> int:
        """Column of the figure excluding removals; the removals and the figure including them follow."""
        return 13 if self.unit else 11

    def removals(self, product: int) -> str:
        """Return the reference to the biogenic CO2 removals of a product."""
        return self.sheet.reference(self.FIRST + product, self.headline_column + 1)

    def per(self, title: str) -> str:
        """Return a heading of figures in the requested unit."""
        return fixed_text("sheet_per", self.language, title=title, unit=self.unit)

    def write(self, blocks: list[tuple[int, int]], lines: Sheet, scale: Any) -> None:
        """Write both sheets.

        Parameters
        ----------
        blocks : list of tuple of int
            First and last row of the lines of each product.
        lines : Sheet
            Sheet of the lines.
        scale : ndarray, shape (products,)
            Product units in one requested unit.
        """
        self._heading()
        for product, (first, last) in enumerate(blocks):
            start, end = self._stages_of(product, first, last, lines, float(scale[product]))
            self._product(product, first, last, lines, (start, end), float(scale[product]))
        self.sheet.fit()
        self.sheet.freeze(self.FIRST, 1)
        self.stages.fit()
        self.stages.freeze(1, 0)

    def _heading(self) -> None:
        """Write title and facts of the run, and the headings of both sheets."""
        sheet, language, about = self.sheet, self.language, self.result.provenance
        title = about["title_zh" if language == "zh" else "title"]
        sheet.text(0, f"{fixed_text('footprint', language)}: {title}", "title")
        sheet.heights[sheet.row] = TITLE
        facts = (
            f"{about['rule']}: {fixed_text(about['status'], language)}", fixed_text(about["boundary"], language),
            f"{about['gwp']}, {fixed_text(about['biogenic'], language)}", fixed_text("sheet_legend", language),
        )  # fmt: skip
        for row, text in enumerate(facts, 1):
            sheet.row = row
            sheet.text(0, text, "free")
        sheet.row = self.FIRST - 1
        titles = self._total_titles()
        sheet.head(titles, numbers=range(1, len(titles)))
        titles = self._stage_titles()
        self.stages.head(titles, numbers=range(4, len(titles)))

    def _total_titles(self) -> list[str]:
        language = self.language
        before = [fixed_text("product", language), fixed_text("per", language, unit=self.result.unit)]
        split = [fixed_text(key, language) for key in ("sheet_splitsum", *SPLIT)]
        check = [fixed_text(key, language) for key in ("sheet_printed", "difference")]
        requested = [fixed_text(key, language, unit=self.unit) for key in ("sheet_scale", "per")] if self.unit else []
        shares = [f"{fixed_text(key, language)} [%]" for key in ("defaults", "default_factors")]
        declared = includes_removals(self.result)
        headline = [
            fixed_text(key, language) + (f" ({fixed_text('declared_total', language)})" if marked else "")
            for key, marked in (("excluding", not declared), ("removals", False), ("including", declared))
        ]
        return [*before, *split, *check, *requested, *shares, *headline, *self.further_titles]

    def _stage_titles(self) -> list[str]:
        language, memo = self.language, fixed_text("sheet_memo", self.language)
        before = [fixed_text(key, language) for key in ("product", "stage", "sheet_title", "sheet_group")]
        per = fixed_text("per", language, unit=self.result.unit)
        requested = [fixed_text("per", language, unit=self.unit), self.per(memo)] if self.unit else []
        return [*before, per, fixed_text("share_of_total", language), memo, *requested, fixed_text("excluding", language)]

    @property
    def emissions_column(self) -> int:
        """Column of the emissions of a stage without removals; pictures show these."""
        return 9 if self.unit else 7

    def _product(self, product: int, first: int, last: int, lines: Sheet, rows: tuple[int, int], scale: float) -> None:
        result, sheet = self.result, self.sheet
        sheet.row = self.FIRST + product
        total = float(result.totals[product])
        self.first_stages = self.first_stages or rows
        sheet.text(0, result.products[product], "bold")
        sheet.formula(1, f"SUM({self.stages.reference(rows[0], 4, rows[1])})" if rows[1] >= rows[0] else "0", total, "total")
        parts = range(len(SPLIT))
        sheet.formula(2, "+".join(self.part(product, part) for part in parts), total, "check")
        for part in parts:
            ranges = (lines.reference(first, lines.marks[key], last) for key in ("amount", f"factor {SPLIT[part]}", "counted"))
            formula = f"SUMPRODUCT({','.join(ranges)})"
            sheet.formula(3 + part, formula, result.split_totals[product, part])
        sheet.number(7, total, "check")
        sheet.formula(8, f"{sheet.reference(sheet.row, 1)}-{sheet.reference(sheet.row, 7)}", 0.0, "check")
        if self.unit:
            sheet.number(9, scale)
            sheet.formula(10, f"{sheet.reference(sheet.row, 1)}*{sheet.reference(sheet.row, 9)}", total * scale, "total")
        for column, share in enumerate((result.default_share, result.default_factor_share), 11 if self.unit else 9):
            sheet.number(column, float(share[product]), "percent")
        self._headline(product, first, last, lines)

    def _headline(self, product: int, first: int, last: int, lines: Sheet) -> None:
        """Write both headline figures and the biogenic CO2 removals between them."""
        sheet, column, row = self.sheet, self.headline_column, self.sheet.row
        excluding, including = (float(figure[product]) for figure in self.result.headline)
        ranges = (lines.reference(first, lines.marks[key], last) for key in ("removals", "counted"))
        total, removals = sheet.reference(row, 1), sheet.reference(row, column + 1)
        declared = includes_removals(self.result)
        sheet.formula(column, f"{total}+{removals}" if declared else total, excluding, "total")
        sheet.formula(column + 1, f"SUMPRODUCT({','.join(ranges)})", excluding - including)
        sheet.formula(column + 2, total if declared else f"{total}-{removals}", including, "total")
        for place, found in enumerate(self.further(product), column + 3):
            if found is not None:
                sheet.formula(place, *found)

    def _stages_of(self, product: int, first: int, last: int, lines: Sheet, scale: float) -> tuple[int, int]:
        """Write the stages of a product, those outside the boundary last; return first and last row of those inside."""
        result, sheet = self.result, self.stages
        start = sheet.row
        used = np.unique(result.lines.stage[result.lines.product == product]).tolist()
        inside = [stage for stage in used if not result.stages[stage].outside]
        outside = [stage for stage in used if result.stages[stage].outside]
        for stage in (*inside, *outside):
            info = result.stages[stage]
            value = float(result.by_stage[product, stage])
            texts = (result.products[product], info.id, info.title_zh if self.language == "zh" else info.title)
            for column, text in enumerate(texts):
                sheet.text(column, text)
            sheet.text(3, fixed_text(info.group, self.language))
            emitted, named = (lines.reference(first, lines.marks[key], last) for key in ("kgCO2e", "stage"))
            column = 6 if info.outside else 4
            sheet.formula(column, f"SUMIFS({emitted},{named},{sheet.reference(sheet.row, 1)})", value)
            if self.unit:
                per_unit = f"{sheet.reference(sheet.row, column)}*{self.scale(product)}"
                sheet.formula(8 if info.outside else 7, per_unit, value * scale)
            removed = lines.reference(first, lines.marks["removals"], last)
            removals = f"+SUMIFS({removed},{named},{sheet.reference(sheet.row, 1)})" if includes_removals(result) else ""
            emitted_alone = f"{sheet.reference(sheet.row, column)}{removals}"
            sheet.formula(self.emissions_column, emitted_alone, float(result.emissions_by_stage[product, stage]))
            part = float(part_of_total(value, float(result.totals[product])))
            if not info.outside and np.isfinite(part):
                cell = self.sheet.reference(self.FIRST + product, 1)
                share = f"IF({cell}>0,{sheet.reference(sheet.row, 4)}/{cell},0)"
                sheet.formula(5, share, part, "percent")
            sheet.row += 1
        return start, start + len(inside) - 1
