"""The sheet of uncertainty: the interval of each product in closed form, as formulas of the spreads behind it."""

from __future__ import annotations

import math

from textile_pcf.arrays import FloatArray
from textile_pcf.messages.catalogue import fixed_text
from textile_pcf.report.assessment import Assessment, Interval
from textile_pcf.report.sheets import Sheet
from textile_pcf.report.totals import Totals
from textile_pcf.uncertainty_analysis.closed_form import QUANTILE, ClosedForm
from textile_pcf.uncertainty_analysis.source_titles import source_title
from textile_pcf.uncertainty_analysis.sources import NamedSource

PRODUCT_TITLES = (
    "product", "sheet_stated", "report_mean", "report_variance", "report_sd", "report_width", "gsd", "report_median",
    "report_low", "report_high", "report_drawn_low", "report_drawn_high", "report_numbers", "report_declared_numbers",
    "report_share_amounts", "report_share_factors",
)  # fmt: skip
STATED, MEAN, VARIANCE, SD, WIDTH, GSD, MEDIAN, LOW, HIGH, DRAWN_LOW, DRAWN_HIGH, NUMBERS = range(1, 13)
SOURCE_TITLES = (
    "product", "report_number", "report_kind", "gsd", "report_low_bound", "report_high_bound", "report_coefficient",
    "report_carried", "report_variance", "report_variance_share", "report_source_id",
)  # fmt: skip
SPREAD, LOWEST, HIGHEST, COEFFICIENT, CARRIED, PART, SHARE, SOURCE = range(3, 11)


class SpreadSheet:
    """Writer of the sheet of uncertainty; row 1 has the headings, then one row per product, below them the sources.

    Parameters
    ----------
    sheet : Sheet
    assessment : Assessment
    totals : Totals
        Sheet of the totals.
    """

    def __init__(self, sheet: Sheet, assessment: Assessment, totals: Totals) -> None:
        self.sheet, self.assessment, self.totals, self.language = sheet, assessment, totals, totals.language
        self.shown = assessment.shown
        self.first_source = len(self.shown) + 4

    def ends(self, product: int) -> list[tuple[str, float]]:
        """Return references and values of both ends of the interval of a product; nothing without one."""
        interval = self.assessment.interval(product)
        if product not in self.shown or not interval.is_known:
            return []
        columns = (DRAWN_LOW, DRAWN_HIGH) if self.assessment.drawn else (LOW, HIGH)
        row = 1 + self.shown.index(product)
        values = (interval.low, interval.high)
        return [(self.sheet.reference(row, column), value) for column, value in zip(columns, values, strict=True)]

    def write(self, scale: FloatArray) -> None:
        """Write the products and below them the sources of their spread.

        Parameters
        ----------
        scale : ndarray, shape (products,)
            Product units in one requested unit.
        """
        sheet, language = self.sheet, self.language
        sheet.head([self._title(key) for key in PRODUCT_TITLES], range(1, len(PRODUCT_TITLES)))
        row = self.first_source
        for product in self.shown:
            form = self.assessment.form(product)
            self._write_product(product, form, (row, row + len(form.sources) - 1), float(scale[product]))
            row += len(form.sources)
            sheet.row += 1
        sheet.row += 1
        sheet.text(0, fixed_text("sheet_spread_legend", language), "free")
        sheet.row = self.first_source - 1
        sheet.head([fixed_text(key, language) for key in SOURCE_TITLES], range(3, 10))
        for number, product in enumerate(self.shown):
            form = self.assessment.form(product)
            pairs = zip(form.sources, form.variance.tolist(), strict=True)
            for source, variance in sorted(pairs, key=lambda pair: -pair[1]):
                self._write_source((number, product), source, variance, float(form.variance.sum()))
                sheet.row += 1
        sheet.fit()
        sheet.freeze(1, 1)

    def _title(self, key: str) -> str:
        title = fixed_text(key, self.language)
        if key in ("sheet_stated", "report_low", "report_high", "report_drawn_low", "report_drawn_high", "report_mean"):
            return f"{title}, {fixed_text('per', self.language, unit=self.totals.unit or self.totals.result.unit)}"
        return title

    def _write_product(self, product: int, form: ClosedForm, sources: tuple[int, int], scale: float) -> None:
        sheet, interval = self.sheet, self.assessment.interval(product)
        sheet.text(0, self.totals.result.products[product], "bold")
        total = float(self.totals.result.totals[product])
        stated = self.totals.sheet.reference(Totals.FIRST + product, 10 if self.totals.unit else 1)
        sheet.formula(STATED, stated, total * scale if self.totals.unit else total)
        if interval.is_known:
            self._write_moments(form, sources)
        if interval.is_known and self.assessment.drawn:
            sheet.number(DRAWN_LOW, interval.low, "check")
            sheet.number(DRAWN_HIGH, interval.high, "check")
        self._write_cover(interval)

    def _write_moments(self, form: ClosedForm, sources: tuple[int, int]) -> None:
        """Write mean and variance, and what follows from them: a lognormal, or a normal where the mean is not above zero."""
        sheet = self.sheet
        mean, variance, sd, width, median = (
            sheet.reference(sheet.row, column) for column in (MEAN, VARIANCE, SD, WIDTH, MEDIAN)
        )
        sheet.number(MEAN, form.mean, "check")
        sheet.formula(VARIANCE, f"SUM({sheet.reference(sources[0], PART, sources[1])})", float(form.variance.sum()))
        sheet.formula(SD, f"IF({variance}>0,SQRT({variance}),0)", form.sd)
        if math.isnan(form.gsd):
            sheet.formula(MEDIAN, mean, form.median)
            sheet.formula(LOW, f"{mean}-{QUANTILE!r}*{sd}", form.p2_5, "total")
            sheet.formula(HIGH, f"{mean}+{QUANTILE!r}*{sd}", form.p97_5, "total")
            return
        sheet.formula(WIDTH, f"IF({variance}>0,SQRT(LN(1+{variance}/({mean}*{mean}))),0)", math.log(form.gsd))
        sheet.formula(GSD, f"0+EXP({width})", form.gsd)
        sheet.formula(MEDIAN, f"{mean}*EXP(0-{width}*{width}/2)", form.median)
        sheet.formula(LOW, f"{median}*EXP(0-{QUANTILE!r}*{width})", form.p2_5, "total")
        sheet.formula(HIGH, f"{median}*EXP({QUANTILE!r}*{width})", form.p97_5, "total")

    def _write_cover(self, interval: Interval) -> None:
        self.sheet.number(NUMBERS, float(interval.numbers), "whole")
        self.sheet.number(NUMBERS + 1, float(interval.declared), "whole")
        self.sheet.number(NUMBERS + 2, interval.shares["amounts"], "percent")
        self.sheet.number(NUMBERS + 3, interval.shares["factors"], "percent")

    def _write_source(self, product: tuple[int, int], source: NamedSource, variance: float, total: float) -> None:
        """Write a source: its spread, which may be changed, and its variance."""
        sheet, spread, language = self.sheet, source.distribution, self.language
        assert spread is not None
        number, place = product
        kind = fixed_text(f"report_kind_{source.kind}", language)
        if spread.declared == "assumed":
            kind = f"{kind} ({fixed_text('report_is_assumed', language)})"
        sheet.text(0, self.totals.result.products[place])
        sheet.text(1, source_title(self.assessment.result, source.key, language))
        sheet.text(2, kind)
        gsd, low, high, coefficient, carried, part = (
            sheet.reference(sheet.row, column) for column in (SPREAD, LOWEST, HIGHEST, COEFFICIENT, CARRIED, PART)
        )
        if math.isnan(spread.gsd):
            sheet.number(LOWEST, spread.low)
            sheet.number(HIGHEST, spread.high)
            sums = f"({low}+1+{high})"
            squares = f"({low}*{low}+1+{high}*{high}-{low}-{high}-{low}*{high})"
            formula = f"IF({sums}=0,0,{squares}/2/{sums}/{sums})"
        else:
            sheet.number(SPREAD, spread.gsd)
            squared = f"LN({gsd})*LN({gsd})"
            formula = f"IF({gsd}>0,EXP({squared})-1,0)" if spread.kind == "lognormal" else f"IF({gsd}>0,{squared},0)"
        squared_variation = spread.squared_variation
        sheet.formula(COEFFICIENT, formula, squared_variation)
        sheet.number(CARRIED, math.sqrt(variance / squared_variation) if squared_variation else 0.0, "check")
        sheet.formula(PART, f"{carried}*{carried}*{coefficient}", variance)
        whole = sheet.reference(1 + number, VARIANCE)
        sheet.formula(SHARE, f"IF({whole}=0,0,{part}/{whole})", variance / total if total else 0.0, "percent")
        sheet.text(SOURCE, source.id)
