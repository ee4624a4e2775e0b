"""The sheet of masses: the mass chain from the product backwards, also in the requested unit."""

from __future__ import annotations

from collections.abc import Callable

from textile_pcf.arrays import FloatArray
from textile_pcf.messages.catalogue import fixed_text
from textile_pcf.report.sheets import Sheet
from textile_pcf.report.sums import Chain, Step
from textile_pcf.report.totals import Totals
from textile_pcf.results import Footprint

MAX_EXPLAINED = 50  # products whose losses and properties are explained
EXPLANATION_WIDTH = 70  # width of the explanation of losses [letters]
OUT, RATIO, IN, LOSS, EXPLANATION = 5, 6, 7, 8, 9  # columns
COLUMN = {"output": OUT, "input": IN, "loss": LOSS}
REQUESTED_UNIT = {"input": 10, "output": 11, "loss": 12}  # columns of the same in the requested unit


def write_masses(
    sheet: Sheet, result: Footprint, chain: Chain, totals: Totals, scale: FloatArray
) -> Callable[[int, int, str, str], str]:
    """Write the mass chain.

    Parameters
    ----------
    sheet : Sheet
        Sheet to write.
    result : Footprint
        The result.
    chain : Chain
        Steps of the mass chain, in the order of the rows.
    totals : Totals
        Sheet of the totals, with the requested unit and the language.
    scale : ndarray, shape (products,)
        Product units in one requested unit.

    Returns
    -------
    callable
        Function of product, stage, component and `input`, `output` or `loss` that returns the reference of the cell.
        [kg per product unit]
    """
    _write_headings(sheet, totals)
    top = sheet.row
    explained: set[tuple[int, int]] = set()
    for step in chain.steps:
        sheet.text(0, result.products[step.product])
        if step.stage < 0:
            sheet.text(1, "product")
            sheet.text(2, fixed_text("product", totals.language))
            sheet.number(OUT, step.output)
        else:
            _write_step(sheet, result, step, chain, top, totals.language)
            if (step.product, step.stage) not in explained and len(result.products) <= MAX_EXPLAINED:
                explained.add((step.product, step.stage))
                terms = result.terms(step.product, step.stage, totals.language)
                sheet.wrapped({EXPLANATION: "; ".join(text.strip() for text in terms)}, EXPLANATION_WIDTH)
        if totals.unit:
            _write_requested_unit(sheet, step, totals, float(scale[step.product]))
        sheet.row += 1
    sheet.freeze(1, 0)
    sheet.fit()
    sheet.set_width(EXPLANATION, EXPLANATION_WIDTH)

    def cell(product: int, stage: int, fibre: str, mass: str) -> str:
        return sheet.reference(top + chain.place[product, stage, fibre], COLUMN[mass])

    return cell


def _write_headings(sheet: Sheet, totals: Totals) -> None:
    language, unit = totals.language, totals.result.unit
    titles = [fixed_text(key, language) for key in ("product", "stage", "sheet_title", "sheet_fibre", "sheet_share")]
    mass = {name: fixed_text(f"sheet_{key}", language) for name, key in (("input", "in"), ("output", "out"), ("loss", "loss"))}
    per = {name: fixed_text("sheet_per", language, title=title, unit=unit) for name, title in mass.items()}
    titles += [per["output"], fixed_text("sheet_ratio", language), per["input"], per["loss"], fixed_text("sheet_how", language)]
    if totals.unit:
        titles += [totals.per(mass[name]) for name in REQUESTED_UNIT]
    sheet.head(titles, numbers=[4, *COLUMN.values(), RATIO, *REQUESTED_UNIT.values()])


def _write_step(sheet: Sheet, result: Footprint, step: Step, chain: Chain, top: int, language: str) -> None:
    """Write the masses of a stage, by formulas from the stage that follows it."""
    row, info = sheet.row, result.stages[step.stage]
    sheet.text(1, info.id)
    sheet.text(2, info.title_zh if language == "zh" else info.title)
    sheet.text(3, step.fibre)
    after = sheet.reference(top + step.after, OUT if chain.steps[step.after].stage < 0 else IN)
    if step.share is not None:
        sheet.number(4, step.share)
        after = f"{after}*{sheet.reference(row, 4)}"
    sheet.formula(OUT, after, step.output)
    sheet.number(RATIO, step.ratio)
    sheet.formula(IN, f"{sheet.reference(row, OUT)}*{sheet.reference(row, RATIO)}", step.input)
    sheet.formula(LOSS, f"{sheet.reference(row, IN)}-{sheet.reference(row, OUT)}", step.input - step.output)


def _write_requested_unit(sheet: Sheet, step: Step, totals: Totals, scale: float) -> None:
    """Write the masses of a stage, or of the product itself, in the requested unit."""
    values = {"input": step.input, "output": step.output, "loss": step.input - step.output}
    for mass in REQUESTED_UNIT if step.stage >= 0 else ("output",):
        formula = f"{sheet.reference(sheet.row, COLUMN[mass])}*{totals.scale(step.product)}"
        sheet.formula(REQUESTED_UNIT[mass], formula, values[mass] * scale)
