"""From any table to columns: texts as codes, amounts as floats, and every cell that cannot be one reported."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from textile_pcf.activity.footers import without_footers
from textile_pcf.arrays import FloatArray
from textile_pcf.columns import ArrowStrings, Categorical, by_first_appearance, factorize, parse_numbers, quoted, recode
from textile_pcf.errors import InputError, Problem
from textile_pcf.io.read_table import read_table_with_header
from textile_pcf.io.safe_text import find_controls, first_control, may_hold_controls
from textile_pcf.io.table import Header, Table
from textile_pcf.messages.catalogue import fixed_text
from textile_pcf.suggest import nearest
from textile_pcf.units import UnitError, parse_unit, split_quantity
from textile_pcf.units.number_text import parse_office_numbers, scaled, times_more, why_no_number, year_text

TEXTS = (
    "product",
    "stage",
    "flow",
    "component",
    "unit",
    "item",
    "region",
    "year",
    "per",
    "data_type",
    "source",
    "note",
    "confirmed",
)
NUMBERS = ("amount", "gsd", "dq_technology", "dq_geography", "dq_time", "dq_precision")
COLUMNS = (*TEXTS[:3], "amount", *TEXTS[4:5], "component", *TEXTS[5:], *NUMBERS[1:])
REQUIRED = ("product", "stage")
DATA_TYPES = ("measured", "calculated", "supplier", "literature", "estimated")
PER = ("", "product", "period")
MANY = frozenset("万萬亿億")
IDS = ("product", "component", "item")  # what is written again in results
CONFIRMED = ("", "yes", "no")
NUMBER_CURE = "Write a plain finite number with a decimal point; leave the cell empty where nothing is known."
WORD_CURE = "Write a plain finite number with a decimal point; the word of a choice goes into the column `item`."
_NAMELESS = {
    "product": ("The product is missing.", "Every row names its product."),
    "stage": ("The stage is missing.", "Every row names a stage, or `product`."),
}
ALIASES = {
    "产品": "product", "产品编号": "product", "产品名称": "product", "产品代码": "product", "产品编码": "product",
    "品名": "product", "品号": "product", "货号": "product", "款号": "product", "產品": "product", "產品編號": "product",
    "產品名稱": "product", "工序": "stage", "阶段": "stage", "生产工序": "stage", "工序名称": "stage", "工序编号": "stage",
    "生产阶段": "stage", "階段": "stage", "工序名稱": "stage", "流": "flow", "项目": "flow", "活动": "flow",
    "项目名称": "flow", "能源种类": "flow", "能源类型": "flow", "能源品种": "flow", "能源名称": "flow", "項目": "flow",
    "数量": "amount", "用量": "amount", "消耗量": "amount", "数值": "amount", "使用量": "amount", "消耗数量": "amount",
    "數量": "amount", "单位": "unit", "單位": "unit", "计量单位": "unit", "計量單位": "unit", "数量单位": "unit",
    "纤维": "component", "组分": "component", "因子": "item", "物料": "item", "名称": "item", "物料名称": "item",
    "地区": "region", "区域": "region", "地區": "region", "年份": "year", "年": "year", "年度": "year",
    "计量基准": "per", "基准": "per", "数据类型": "data_type", "数据来源": "source", "来源": "source", "备注": "note",
    "備註": "note", "已确认": "confirmed", "确认": "confirmed", "已確認": "confirmed",
}  # fmt: skip
"""Headers in simplified and traditional signs, the usual one of each column first."""
NEEDED = (*REQUIRED, "flow", "amount", "unit")  # without these nothing can be said of single rows
HEADER_FAULTS = ("unknown-column", "column-twice", "headless")
HEADER = Header(COLUMNS, ALIASES, collect_problems=True, key_columns=REQUIRED)


@dataclass(frozen=True, eq=False)
class ActivityColumns:
    """The columns of an input, and the problems met while reading its numbers; texts are coded when they are asked for.

    `spoilt` marks rows of which a cell was reported.
    """

    table: Table
    numbers: dict[str, FloatArray]
    problems: tuple[Problem, ...]
    invalid: NDArray[np.bool_]
    units: Categorical | None = None
    """Units, where some stand with the amount."""

    @cached_property
    def texts(self) -> dict[str, Categorical]:
        """The text columns as codes; products in the order in which they appear."""
        columns, empty = self.table.columns, Categorical(np.broadcast_to(np.int64(0), self.rows), ("",))
        texts = {name: factorize(columns[name]) if name in columns else empty for name in TEXTS}
        products = by_first_appearance(texts["product"])
        texts["product"] = replace(products, codes=products.codes.astype(np.int64, copy=False))
        texts["year"] = _years(texts["year"])
        texts["data_type"], texts["per"] = _option_aliases(texts["data_type"], DATA_TYPES), _option_aliases(texts["per"], PER)
        texts["confirmed"] = _option_aliases(_folded(texts["confirmed"]), CONFIRMED)
        return texts if self.units is None else {**texts, "unit": self.units}

    @cached_property
    def empty(self) -> NDArray[np.bool_]:
        """Rows without an amount."""
        return np.isnan(self.numbers["amount"])

    @cached_property
    def empty_count(self) -> int:
        """How many rows have no amount."""
        return int(np.count_nonzero(self.empty))

    @cached_property
    def confirmed(self) -> NDArray[np.bool_]:
        """Rows that say that their amount is meant as it is."""
        told = self.texts["confirmed"]
        return np.array([text == "yes" for text in told.categories], dtype=bool)[told.codes]

    @cached_property
    def years(self) -> NDArray[np.int64]:
        """Wanted year of each text, 0 where none is told; texts that are no year are reported by `bad_texts`."""
        years = [
            int(text) if len(text) == 4 and text.isascii() and text.isdigit() else 0 for text in self.texts["year"].categories
        ]
        return np.array(years, dtype=np.int64)

    @property
    def has_empty(self) -> bool:
        """Whether some row has no amount."""
        return self.empty_count > 0

    @property
    def has_invalid(self) -> bool:
        """Whether a cell of some row was reported."""
        return bool(self.invalid.any())

    @property
    def rows(self) -> int:
        """Number of rows."""
        return self.table.rows

    def text(self, column: str, row: int) -> str:
        """Text of one cell."""
        coded = self.texts[column]
        return coded.categories[int(coded.codes[row])]

    def location(self, row: int, column: str | None = None) -> str:
        """Place of a row for a message: `path:line (stage.flow)`."""
        stage, flow = self.text("stage", row), self.text("flow", row)
        name = f"{stage}.{flow}" if flow else stage
        return f"{self.table.location(row, column)} ({name})" if stage else self.table.location(row, column)

    def problems_at(
        self, rows: NDArray[np.intp] | Sequence[int], what: str, cure: str, column: str | None = None, code: str = ""
    ) -> Iterator[Problem]:
        """The same mistake in several rows."""
        for row in rows:
            yield Problem(self.location(int(row), column), what, cure, self.text("product", int(row)), code)


def _option_aliases(column: Categorical, known: tuple[str, ...]) -> Categorical:
    """A column of words of a closed list; those written in Chinese as the words they are."""
    if set(column.categories) <= {"", *known}:
        return column
    told = {fixed_text(name, "zh"): name for name in known if name}
    return recode(column.codes, [told.get(text, text) for text in column.categories])


def _years(column: Categorical) -> Categorical:
    """A column of years; those written `2023.0` or `2023年` as the years they are."""
    told = [year_text(text) for text in column.categories]
    return column if told == list(column.categories) else recode(column.codes, told)


def _folded(column: Categorical) -> Categorical:
    """Yes and no, in whatever capitals, also as a workbook or a program says them."""
    said = {"true": "yes", "false": "no"}
    if not any(column.categories):
        return column
    return recode(column.codes, [said.get(text.lower(), text.lower()) for text in column.categories])


def read_columns(source: Any) -> ActivityColumns:
    """Read and code an input of any form.

    Raises
    ------
    InputError
        When there is no table to speak of: no rows, unknown or missing columns.
    """
    table = source if isinstance(source, Table) else read_activity_table(source)
    given = set(table.columns)
    missing = [column for column in REQUIRED if column not in given]
    if missing:
        cure = f"Each row needs product, stage, flow, amount and unit; add: {', '.join(missing)}."
        what = f"Columns are missing: {', '.join(missing)}."
        raise InputError([*table.shape_problems, Problem(table.name, what, cure, code="missing-column")])
    if set(NEEDED) - given and any(problem.code in HEADER_FAULTS for problem in table.shape_problems):
        raise InputError(table.shape_problems)  # one wrong header is not told again as an empty cell of every row
    read = {
        name: (parse_numbers if name == "amount" else parse_office_numbers)(table.columns[name])
        for name in NUMBERS
        if name in given
    }
    columns = {name: floats for name, (floats, _) in read.items()}
    spoilt = np.zeros(table.rows, dtype=bool)
    if "amount" not in columns:
        columns["amount"] = np.full(table.rows, np.nan)
    cells = ActivityColumns(table, columns, table.shape_problems, spoilt)
    if len(columns) == 1 and not table.ragged and not any(np.count_nonzero(wrong) for _, wrong in read.values()):
        return cells
    spoilt[np.asarray(table.ragged, dtype=np.intp)] = True
    units, problems = _split_amounts(cells, read)
    problems = [*table.shape_problems, *problems, *_bad_numbers(cells, read), *_out_of_range(cells, read)]
    return replace(cells, problems=tuple(problems), units=units)


def read_activity_table(source: Any) -> Table:
    """Any source as a table with the columns of activity data."""
    return without_footers(read_table_with_header(HEADER, source, "activity", InputError), REQUIRED)


def _split_amounts(
    cells: ActivityColumns, read: dict[str, tuple[FloatArray, NDArray[np.bool_]]]
) -> tuple[Categorical | None, list[Problem]]:
    """Amounts that carry their unit, such as `2 kWh`: the amounts are filled in (they are still private), the units told."""
    problems: list[Problem] = []
    if "amount" not in read or isinstance(cells.table.columns["amount"], np.ndarray) or not read["amount"][1].any():
        return None, problems
    amounts, wrong = read["amount"]
    units, told = cells.texts["unit"], cells.table.columns["amount"]
    place = {text: code for code, text in enumerate(units.categories)}
    codes, quantities = units.codes.copy(), dict[str, tuple[float, str] | None]()
    for row in np.flatnonzero(wrong):
        text = told[row]
        if not isinstance(text, str):
            continue
        if text not in quantities:
            quantities[text] = _quantity(text)
        if (quantity := quantities[text]) is None:
            continue
        wrong[row] = False
        unit = units.categories[int(units.codes[row])]
        (amounts[row], unit), problem = _one_unit(text, *quantity, unit)
        if problem is not None:
            cells.invalid[row], amounts[row] = True, np.nan
            problems += cells.problems_at([int(row)], *problem, "amount", "two-units")
            continue
        codes[row] = place.setdefault(unit, len(place))
    return Categorical(codes, tuple(place)), problems


def _quantity(text: str) -> tuple[float, str] | None:
    try:
        return split_quantity(text)
    except UnitError:
        return None


def _one_unit(text: str, amount: float, said: str, told: str) -> tuple[tuple[float, str], tuple[str, str] | None]:
    """An amount with the one unit that amount and unit say together, or what is wrong between them and the cure."""
    if said and told and (zeros := times_more(said, told)):  # 0.002万kWh, in kWh
        return (scaled(amount, zeros), told), None
    if said and told and told != said:
        try:
            parse_unit(said)
        except UnitError:
            cure = "Write a plain number into the column `amount`, and the unit into the column `unit`."
            return (amount, told), (f"The amount {text[:60]!r} ends in {said[:60]!r}, which is no unit.", cure)
        return (amount, told), (f"The amount says {said!r}, the column unit says {told!r}.", "Write the unit once.")
    if not said and told[:1] in MANY and MANY.intersection(text):
        cure = "Write the multiplier once, in the amount or in the unit."
        return (amount, told), (f"The amount is {text[:60]!r}, and its unit {told!r} multiplies it again.", cure)
    return (amount, said or told), None


def _bad_numbers(cells: ActivityColumns, read: dict[str, tuple[FloatArray, NDArray[np.bool_]]]) -> Iterator[Problem]:
    for column, (_, wrong) in read.items():
        for row in np.flatnonzero(wrong):
            cells.invalid[row] = True
            seen = cells.table.columns[column][row]
            yield from cells.problems_at([int(row)], *_no_number(seen, column), column, "not-a-number")


def _no_number(seen: Any, column: str) -> tuple[str, str]:
    """What a cell is that is no number, and the cure."""
    known = why_no_number(seen)
    if known is not None:
        return known.what, known.cure
    word = isinstance(seen, str) and (bare := seen.replace("_", "")).isalpha() and not bare.isnumeric()
    cure = WORD_CURE if word and column == "amount" else NUMBER_CURE
    return f"{quoted(seen)} in column {column} is not a number.", cure


def _rows_with(cells: ActivityColumns, column: str, category: int) -> NDArray[np.intp]:
    rows = np.flatnonzero(cells.texts[column].codes == category)
    cells.invalid[rows] = True
    return rows


def check_vocabulary(cells: ActivityColumns) -> Iterator[Problem]:
    """Texts of closed columns: checked once per distinct text."""
    for column in ("product", "stage"):
        categories = cells.texts[column].categories
        if "" in categories:  # of ids only the empty one is wrong here
            what, cure = _NAMELESS[column]
            yield from cells.problems_at(_rows_with(cells, column, categories.index("")), what, cure, column, f"bad-{column}")
    for column in IDS:
        for code in _places_of_controls(cells.texts[column].categories):
            what, cure = _controlled(cells.texts[column].categories[code])
            rows = _rows_with(cells, column, code)
            yield from cells.problems_at(rows[:1] if column == "product" else rows, what, cure, column, "control")
    for column, check in (("year", _bad_year), ("per", _bad_per)):
        yield from _wrong_texts(cells, column, check)
    yield from check_data_types(cells)


def _places_of_controls(texts: Sequence[str]) -> list[int]:
    """Ids with signs that cannot be seen; of very many ids the bytes are looked at first."""
    return [] if isinstance(texts, ArrowStrings) and not may_hold_controls(texts.bytes()[0]) else find_controls(texts)


def _controlled(text: str) -> tuple[str, str]:
    what = f"{text!r} holds the control character U+{ord(first_control(text)):04X}, which cannot be seen."
    return what, "Write the id again without it, and wherever else it is used."


def check_data_types(cells: ActivityColumns) -> Iterator[Problem]:
    """Data types that there are not, and confirmations that are none."""
    if "data_type" in cells.table.columns:
        yield from _wrong_texts(cells, "data_type", _bad_type)
    if "confirmed" in cells.table.columns:
        yield from _wrong_texts(cells, "confirmed", _bad_confirmed)


def _wrong_texts(cells: ActivityColumns, column: str, check: Callable[[str], tuple[str, str] | None]) -> Iterator[Problem]:
    for code, text in enumerate(cells.texts[column].categories):
        wrong = check(text)
        if wrong is not None:
            yield from cells.problems_at(_rows_with(cells, column, code), *wrong, column, f"bad-{column}")


def _bad_per(text: str) -> tuple[str, str] | None:
    return _not_one_of(text, "per", PER)


def _bad_type(text: str) -> tuple[str, str] | None:
    return _not_one_of(text, "data_type", ("", *DATA_TYPES))


def _bad_confirmed(text: str) -> tuple[str, str] | None:
    return _not_one_of(text, "confirmed", CONFIRMED)


def _bad_year(text: str) -> tuple[str, str] | None:
    if not text or (len(text) == 4 and text.isascii() and text.isdigit() and text[0] in "12"):
        return None
    return f"{text!r} is not a year.", "Write four digits, such as 2024."


def _not_one_of(text: str, column: str, words: Sequence[str]) -> tuple[str, str] | None:
    if text in words:
        return None
    close = nearest(text, words)
    known = ", ".join(word for word in words if word)
    cure = f"Did you mean {close!r}?" if close else f"Write one of: {known}; or leave it empty."
    return f"{text!r} cannot stand in column {column}.", cure


def _out_of_range(cells: ActivityColumns, given: Collection[str]) -> Iterator[Problem]:
    for column in (name for name in NUMBERS[2:] if name in given):
        rows = np.flatnonzero((cells.numbers[column] < 1) | (cells.numbers[column] > 5))
        cells.invalid[rows] = True
        yield from cells.problems_at(rows, f"{column} is outside 1 to 5.", "1 is best, 5 is worst.", column, "bad-quality")
    if "gsd" in given:
        rows = np.flatnonzero(cells.numbers["gsd"] < 1)
        cells.invalid[rows] = True
        yield from cells.problems_at(rows, "gsd is below 1.", "1 means no spread, 1.1 about ten percent.", "gsd", "bad-gsd")
