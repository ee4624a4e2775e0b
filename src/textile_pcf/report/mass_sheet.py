"""The sheet of masses: the chain from the product backwards, and the same in the unit asked for."""

from __future__ import annotations

from collections.abc import Callable

from textile_pcf.arrays import FloatArray
from textile_pcf.messages.catalogue import fixed_text
from textile_pcf.report.sheets import Sheet
from textile_pcf.report.sums import Chain, Step
from textile_pcf.report.totals import Totals
from textile_pcf.results import Footprint

TOLD = 50  # products whose losses and properties are put into words
HOW = 70  # letters of what is said of the losses of a stage
OUT, RATIO, IN, LOSS, HOW_AT = 5, 6, 7, 8, 9  # columns
COLUMN = {"output": OUT, "input": IN, "loss": LOSS}
ASKED = {"input": 10, "output": 11, "loss": 12}  # the same in the unit asked for


def write_masses(
    sheet: Sheet, result: Footprint, chain: Chain, totals: Totals, scale: FloatArray
) -> Callable[[int, int, str, str], str]:
    """The mass chain; gives back a function that tells the cell of a mass of a stage. [kg per product unit]"""
    _headings(sheet, totals)
    top = sheet.row
    told: set[tuple[int, int]] = set()
    for step in chain.steps:
        sheet.text(0, result.products[step.product])
        if step.stage < 0:
            sheet.text(1, "product")
            sheet.text(2, fixed_text("product", totals.language))
            sheet.number(OUT, step.output)
        else:
            _step(sheet, result, step, chain, top, totals.language)
            if (step.product, step.stage) not in told and len(result.products) <= TOLD:
                told.add((step.product, step.stage))
                terms = result.terms(step.product, step.stage, totals.language)
                sheet.wrapped({HOW_AT: "; ".join(text.strip() for text in terms)}, HOW)
        if totals.unit:
            _asked(sheet, step, totals, float(scale[step.product]))
        sheet.row += 1
    sheet.freeze(1, 0)
    sheet.fit()
    sheet.wide(HOW_AT, HOW)

    def cell(product: int, stage: int, fibre: str, mass: str) -> str:
        return sheet.at(top + chain.place[product, stage, fibre], COLUMN[mass])

    return cell


def _headings(sheet: Sheet, totals: Totals) -> None:
    language, unit = totals.language, totals.result.unit
    titles = [fixed_text(key, language) for key in ("product", "stage", "sheet_title", "sheet_fibre", "sheet_share")]
    mass = {name: fixed_text(f"sheet_{key}", language) for name, key in (("input", "in"), ("output", "out"), ("loss", "loss"))}
    per = {name: fixed_text("sheet_per", language, title=title, unit=unit) for name, title in mass.items()}
    titles += [per["output"], fixed_text("sheet_ratio", language), per["input"], per["loss"], fixed_text("sheet_how", language)]
    if totals.unit:
        titles += [totals.per(mass[name]) for name in ASKED]
    sheet.head(titles, numbers=[4, *COLUMN.values(), RATIO, *ASKED.values()])


def _step(sheet: Sheet, result: Footprint, step: Step, chain: Chain, top: int, language: str) -> None:
    """What a stage takes, from what the one behind it takes."""
    row, info = sheet.row, result.stages[step.stage]
    sheet.text(1, info.id)
    sheet.text(2, info.title_zh if language == "zh" else info.title)
    sheet.text(3, step.fibre)
    after = sheet.at(top + step.after, OUT if chain.steps[step.after].stage < 0 else IN)
    if step.share is not None:
        sheet.number(4, step.share)
        after = f"{after}*{sheet.at(row, 4)}"
    sheet.formula(OUT, after, step.output)
    sheet.number(RATIO, step.ratio)
    sheet.formula(IN, f"{sheet.at(row, OUT)}*{sheet.at(row, RATIO)}", step.input)
    sheet.formula(LOSS, f"{sheet.at(row, IN)}-{sheet.at(row, OUT)}", step.input - step.output)


def _asked(sheet: Sheet, step: Step, totals: Totals, scale: float) -> None:
    """The masses of a stage, or of the product itself, in the unit asked for."""
    values = {"input": step.input, "output": step.output, "loss": step.input - step.output}
    for mass in ASKED if step.stage >= 0 else ("output",):
        formula = f"{sheet.at(sheet.row, COLUMN[mass])}*{totals.scale(step.product)}"
        sheet.formula(ASKED[mass], formula, values[mass] * scale)
