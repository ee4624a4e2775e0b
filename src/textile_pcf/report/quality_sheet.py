"""The sheets of data quality and of what is left out; ratings follow from scores that may be changed."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from textile_pcf.activity.cutoff import left_out_title
from textile_pcf.data_quality.lines import SCORES
from textile_pcf.data_quality.shown import data_type_title
from textile_pcf.io.table import column_letter
from textile_pcf.messages.catalogue import fixed_text
from textile_pcf.report.assessment import Assessment
from textile_pcf.report.sheets import Sheet
from textile_pcf.report.totals import Totals

PRODUCT_TITLES = (
    "product", "quality_dqr", "quality_rated_share", "report_gross_absolute", "report_limit_dqr", "quality_primary_data_share",
    "quality_primary_activity_share", "quality_default_share",
)  # fmt: skip
SPOT_TITLES = (
    "product", "stage", "flow", "line_component", "line_item", "line_kgCO2e", "report_share_absolute", "report_cumulative",
    "line_data_type",
)  # fmt: skip
EMITTED, SHARE, CUMULATIVE, DATA_TYPE, FIRST_SCORE = 5, 6, 7, 8, 9
MEAN, WEIGHT = FIRST_SCORE + len(SCORES), FIRST_SCORE + len(SCORES) + 1
RATED = 4  # scores of a line that is rated


class QualitySheet:
    """Writer of the sheet of quality; row 1 has the headings, then one row per product, below them the hot spots.

    Parameters
    ----------
    sheet, lines : Sheet
        The sheet, and that of the lines.
    assessment : Assessment
    totals : Totals
    rows : mapping of int to int
        Row of each line on its sheet.
    """

    def __init__(self, sheet: Sheet, lines: Sheet, assessment: Assessment, totals: Totals, rows: Mapping[int, int]) -> None:
        self.sheet, self.lines, self.assessment, self.totals, self.rows = sheet, lines, assessment, totals, rows
        self.shown = assessment.shown

    def rating(self, product: int) -> tuple[str, float]:
        """Return reference and value of the rating of a product; 0 where nothing is rated."""
        record = self.assessment.quality_records[product]["dqr"]["pef"]
        return self.sheet.reference(1 + self.shown.index(product), 1), float(record["DQR"] or 0.0)

    def write(self) -> None:
        """Write the products and below them their hot spots."""
        sheet, language = self.sheet, self.totals.language
        sheet.head([fixed_text(key, language) for key in PRODUCT_TITLES], range(1, len(PRODUCT_TITLES)))
        row = len(self.shown) + 3
        for product in self.shown:
            count = len(self.assessment.quality_records[product]["hot_spots"])
            self._write_product(product, (row, row + count - 1))
            row += count
            sheet.row += 1
        sheet.row += 1
        titles = [fixed_text(key, language) for key in SPOT_TITLES]
        sheet.head([*titles, *SCORES, "DQR", fixed_text("report_weight", language)], range(FIRST_SCORE, WEIGHT + 1))
        for number, product in enumerate(self.shown):
            self._write_spots(number, product)
        sheet.fit()
        sheet.freeze(1, 1)

    def _write_product(self, product: int, spots: tuple[int, int]) -> None:
        """Write the rating as the mean of rated hot spots, weighed by emissions; 0 where none is rated."""
        sheet, record = self.sheet, self.assessment.quality_records[product]
        sheet.text(0, self.totals.result.products[product], "bold")
        if spots[1] >= spots[0]:
            weight, mean = (sheet.reference(spots[0], column, spots[1]) for column in (WEIGHT, MEAN))
            emitted = f"SUMPRODUCT(ABS({sheet.reference(spots[0], EMITTED, spots[1])}))"
            rating, part = record["dqr"]["pef"]["DQR"] or 0.0, record["dqr"]["pef"]["rated_share"] or 0.0
            sheet.formula(1, f"IF(SUM({weight})=0,0,SUMPRODUCT({weight},{mean})/SUM({weight}))", rating, "rating")
            sheet.formula(2, f"IF({emitted}=0,0,SUM({weight})/{emitted})", part, "percent")
        quality = self.assessment.quality
        assert quality is not None
        own = quality.lines.product == product
        sheet.number(3, float(np.abs(quality.lines.emissions[own]).sum()), "check")
        if record["requirement"] is not None:
            sheet.number(4, record["requirement"]["max_dqr"], "check")
        for column, key in enumerate(("primary_data_share", "primary_activity_share", "default_share"), 5):
            if record[key] is not None:
                sheet.number(column, record[key], "percent")

    def _write_spots(self, number: int, product: int) -> None:
        quality, language, sheet = self.assessment.quality, self.totals.language, self.sheet
        assert quality is not None
        ranked = np.flatnonzero(quality.ranking.hot)
        lines = quality.ranking.order[ranked]
        of_product = [int(line) for line in lines[quality.lines.product[lines] == product]]
        infos = {info.id: info for info in self.totals.result.stages}
        above = ""
        for spot, line in zip(self.assessment.quality_records[product]["hot_spots"], of_product, strict=True):
            info = infos[spot["stage"]]
            texts = (self.totals.result.products[product], info.name(language), info.flow(spot["flow"], language),
                     spot["component"], spot["item"])  # fmt: skip
            for column, text in enumerate(texts):
                sheet.text(column, text)
            sheet.formula(EMITTED, self.lines.reference(self.rows[line], self.lines.marks["kgCO2e"]), spot["kgCO2e"])
            emitted, share, gross = (sheet.reference(sheet.row, column) for column in (EMITTED, SHARE, CUMULATIVE))
            whole = sheet.reference(1 + number, 3)
            sheet.formula(SHARE, f"IF({whole}=0,0,ABS({emitted})/{whole})", spot["share"], "percent")
            sheet.formula(CUMULATIVE, f"{share}+{above}" if above else share, spot["cumulative"], "percent")
            above = gross
            sheet.text(DATA_TYPE, data_type_title(spot["data_type"], language))
            self._write_scores([spot[name] for name in SCORES], float(spot["kgCO2e"]))
            sheet.row += 1

    def _write_scores(self, scores: list[float | None], emitted: float) -> None:
        """Write the scores, which may be changed, their mean where all are known, and the weight of the line then."""
        sheet = self.sheet
        for column, score in enumerate(scores, FIRST_SCORE):
            if score is not None:
                sheet.number(column, score)
        last = f"${column_letter(FIRST_SCORE + len(SCORES) - 1)}${sheet.row + 1}"
        block = f"{sheet.reference(sheet.row, FIRST_SCORE)}:{last}"
        known = [score for score in scores if score is not None]
        is_rated = len(known) == RATED
        mean = sum(known) / RATED if is_rated else 0.0
        sheet.formula(MEAN, f"IF(COUNT({block})={RATED},SUM({block})/{RATED},0)", mean, "rating")
        weight = f"IF(COUNT({block})={RATED},ABS({sheet.reference(sheet.row, EMITTED)}),0)"
        sheet.formula(WEIGHT, weight, abs(emitted) if is_rated else 0.0)


CUTOFF_TITLES = (
    "product",
    "report_left_out_sum",
    "report_limit_one",
    "report_limit_all",
    "report_gross",
    "report_with_left_out",
)
ITEM_TITLES = ("product", "stage", "method_left_out", "report_share_gross", "report_reason")
REASON_WIDTH = 60  # letters


def write_cutoff(sheet: Sheet, totals: Totals, products: int) -> None:
    """Write what each product leaves out: shares that may be changed, their sum, and the total with the estimates.

    Parameters
    ----------
    sheet : Sheet
    totals : Totals
        Sheet of the totals.
    products : int
        So many products are written.
    """
    result, language = totals.result, totals.language
    sheet.head([fixed_text(key, language) for key in CUTOFF_TITLES], range(1, len(CUTOFF_TITLES)))
    records = [result.cutoff_record(product) for product in range(products)]
    row = products + 3
    for product, record in enumerate(records):
        count = len(record["left_out"])
        sheet.text(0, result.products[product], "bold")
        shares = f"SUM({sheet.reference(row, 3, row + count - 1)})" if count else "0"
        sheet.formula(1, shares, record["total"], "percent")
        for column, key in ((2, "single_limit"), (3, "total_limit")):
            if record[key] is not None:
                sheet.number(column, record[key], "percent")
        sheet.number(4, float(result.gross.total[product]), "check")
        left, gross = (sheet.reference(sheet.row, column) for column in (1, 4))
        total = totals.sheet.reference(Totals.FIRST + product, 1)
        sheet.formula(5, f"{total}+{left}*{gross}", record["with_left_out"], "total")
        row += count
        sheet.row += 1
    sheet.row += 1
    sheet.head([fixed_text(key, language) for key in ITEM_TITLES], (3,))
    for product, record in enumerate(records):
        for left_out in record["left_out"]:
            stage = left_out["stage"]
            place = fixed_text("product", language) if stage == "product" else result.rules.title(stage, language=language)
            sheet.wrapped({4: left_out["reason"]}, REASON_WIDTH)
            title = left_out_title(result.rules, stage, left_out["item"], language)
            for column, text in enumerate((result.products[product], place, title)):
                sheet.text(column, text)
            sheet.number(3, left_out["share"], "share")
            sheet.row += 1
    sheet.fit()
    sheet.set_width(4, REASON_WIDTH)
    sheet.freeze(1, 1)
