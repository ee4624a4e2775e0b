"""From any table to columns: texts as codes, amounts as floats, and every cell that cannot be one reported."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from textile_pcf.columns import Array, Coded, by_appearance, encode, numbers, recoded, shown
from textile_pcf.errors import InputError, Problem
from textile_pcf.language import word
from textile_pcf.tables import Header, Table, table_under
from textile_pcf.units import UnitError, nearest, split_quantity

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
CONFIRMED = ("", "yes", "no")
NUMBER_CURE = "Write a plain finite number with a decimal point; leave the cell empty where nothing is known."
WORD_CURE = "Write a plain finite number with a decimal point; the word of a choice goes into the column `item`."
_NAMELESS = {
    "product": ("The product is missing.", "Every row names its product."),
    "stage": ("The stage is missing.", "Every row names a stage, or `product`."),
}
ALIASES = {
    "产品": "product", "产品编号": "product", "工序": "stage", "阶段": "stage", "生产工序": "stage",
    "流": "flow", "项目": "flow", "活动": "flow", "数量": "amount", "用量": "amount", "消耗量": "amount", "数值": "amount",
    "单位": "unit", "纤维": "component", "组分": "component", "因子": "item", "物料": "item", "名称": "item",
    "地区": "region", "区域": "region", "年份": "year", "年": "year", "计量基准": "per", "基准": "per",
    "数据类型": "data_type", "数据来源": "source", "来源": "source", "备注": "note", "已确认": "confirmed", "确认": "confirmed",
}  # fmt: skip
HEADER = Header(COLUMNS, ALIASES, lenient=True)


@dataclass(frozen=True, eq=False)
class Cells:
    """The columns of an input, and the problems met while reading its numbers; texts are coded when they are asked for.

    `spoilt` marks rows of which a cell was reported.
    """

    table: Table
    numbers: dict[str, Array]
    problems: tuple[Problem, ...]
    spoilt: NDArray[np.bool_]
    units: Coded | None = None
    """Units, where some stand with the amount."""

    @cached_property
    def texts(self) -> dict[str, Coded]:
        """The text columns as codes; products in the order in which they appear."""
        columns, empty = self.table.columns, Coded(np.broadcast_to(np.int64(0), self.rows), ("",))
        texts = {name: encode(columns[name]) if name in columns else empty for name in TEXTS}
        products = by_appearance(texts["product"])
        texts["product"] = replace(products, codes=products.codes.astype(np.int64, copy=False))
        texts["data_type"], texts["per"] = _words(texts["data_type"], DATA_TYPES), _words(texts["per"], PER)
        texts["confirmed"] = _words(_folded(texts["confirmed"]), CONFIRMED)
        return texts if self.units is None else {**texts, "unit": self.units}

    @cached_property
    def empty(self) -> NDArray[np.bool_]:
        """Rows without an amount."""
        return np.isnan(self.numbers["amount"])

    @cached_property
    def empties(self) -> int:
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
        years = [int(text) if len(text) == 4 and text.isdigit() else 0 for text in self.texts["year"].categories]
        return np.array(years, dtype=np.int64)

    @property
    def any_empty(self) -> bool:
        """Whether some row has no amount."""
        return self.empties > 0

    @property
    def any_spoilt(self) -> bool:
        """Whether a cell of some row was reported."""
        return bool(self.spoilt.any())

    @property
    def rows(self) -> int:
        """Number of rows."""
        return self.table.rows

    def text(self, column: str, row: int) -> str:
        """Text of one cell."""
        coded = self.texts[column]
        return coded.categories[int(coded.codes[row])]

    def where(self, row: int, column: str | None = None) -> str:
        """Place of a row for a message: `path:line (stage.flow)`."""
        stage, flow = self.text("stage", row), self.text("flow", row)
        name = f"{stage}.{flow}" if flow else stage
        return f"{self.table.place(row, column)} ({name})" if stage else self.table.place(row, column)

    def problems_at(
        self, rows: NDArray[np.intp] | Sequence[int], what: str, cure: str, column: str | None = None, code: str = ""
    ) -> Iterator[Problem]:
        """The same mistake in several rows."""
        for row in rows:
            yield Problem(self.where(int(row), column), what, cure, self.text("product", int(row)), code)


def _words(column: Coded, known: tuple[str, ...]) -> Coded:
    """A column of words of a closed list; those written in Chinese as the words they are."""
    if set(column.categories) <= {"", *known}:
        return column
    told = {word(name, "zh"): name for name in known if name}
    return recoded(column.codes, [told.get(text, text) for text in column.categories])


def _folded(column: Coded) -> Coded:
    """Yes and no, in whatever capitals, also as a workbook or a program says them."""
    said = {"true": "yes", "false": "no"}
    if not any(column.categories):
        return column
    return recoded(column.codes, [said.get(text.lower(), text.lower()) for text in column.categories])


def read_cells(source: Any) -> Cells:
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
        raise InputError([*table.faults, Problem(table.name, what, cure, code="missing-column")])
    read = {name: numbers(table.columns[name]) for name in NUMBERS if name in given}
    columns = {name: floats for name, (floats, _) in read.items()}
    spoilt = np.zeros(table.rows, dtype=bool)
    if "amount" not in columns:
        columns["amount"] = np.full(table.rows, np.nan)
    cells = Cells(table, columns, table.faults, spoilt)
    if len(columns) == 1 and not table.ragged and not any(np.count_nonzero(wrong) for _, wrong in read.values()):
        return cells
    spoilt[np.asarray(table.ragged, dtype=np.intp)] = True
    units, problems = _split_amounts(cells, read)
    problems = [*table.faults, *problems, *_bad_numbers(cells, read), *_out_of_range(cells, read)]
    return replace(cells, problems=tuple(problems), units=units)


def read_activity_table(source: Any) -> Table:
    """Any source as a table with the columns of activity data."""
    return table_under(HEADER, source, "activity", InputError)


def _split_amounts(cells: Cells, read: dict[str, tuple[Array, NDArray[np.bool_]]]) -> tuple[Coded | None, list[Problem]]:
    """Amounts that carry their unit, such as `2 kWh`: the amounts are filled in (they are still private), the units told."""
    problems: list[Problem] = []
    if "amount" not in read or isinstance(cells.table.columns["amount"], np.ndarray) or not read["amount"][1].any():
        return None, problems
    amounts, wrong = read["amount"]
    units = cells.texts["unit"]
    categories, codes = list(units.categories), units.codes.copy()
    for row in np.flatnonzero(wrong):
        try:
            amount, unit = split_quantity(str(cells.table.columns["amount"][row]))
        except UnitError:
            continue
        if not unit or unit[0] in "+-.0123456789":  # 7-9 is no amount with a unit
            continue
        told = units.categories[int(units.codes[row])]
        wrong[row] = False
        if told and told != unit:
            cells.spoilt[row] = True
            what = f"The amount says {unit!r}, the column unit says {told!r}."
            problems += cells.problems_at([int(row)], what, "Write the unit once.", "amount", "two-units")
            continue
        amounts[row] = amount
        codes[row] = categories.index(unit) if unit in categories else len(categories)
        if unit not in categories:
            categories.append(unit)
    return Coded(codes, tuple(categories)), problems


def _bad_numbers(cells: Cells, read: dict[str, tuple[Array, NDArray[np.bool_]]]) -> Iterator[Problem]:
    for column, (_, wrong) in read.items():
        for row in np.flatnonzero(wrong):
            cells.spoilt[row] = True
            seen = cells.table.columns[column][row]
            word = isinstance(seen, str) and seen.replace("_", "").isalpha()
            cure = WORD_CURE if word and column == "amount" else NUMBER_CURE
            yield from cells.problems_at(
                [int(row)], f"{shown(seen)} in column {column} is not a number.", cure, column, "not-a-number"
            )


def _rows_with(cells: Cells, column: str, category: int) -> NDArray[np.intp]:
    rows = np.flatnonzero(cells.texts[column].codes == category)
    cells.spoilt[rows] = True
    return rows


def bad_texts(cells: Cells) -> Iterator[Problem]:
    """Texts of closed columns: checked once per distinct text."""
    for column in ("product", "stage"):
        categories = cells.texts[column].categories
        if "" in categories:  # of ids only the empty one is wrong here
            what, cure = _NAMELESS[column]
            yield from cells.problems_at(_rows_with(cells, column, categories.index("")), what, cure, column, f"bad-{column}")
    for column, check in (("year", _bad_year), ("per", _bad_per)):
        yield from _wrong_texts(cells, column, check)
    yield from bad_types(cells)


def bad_types(cells: Cells) -> Iterator[Problem]:
    """Data types that there are not, and confirmations that are none."""
    if "data_type" in cells.table.columns:
        yield from _wrong_texts(cells, "data_type", _bad_type)
    if "confirmed" in cells.table.columns:
        yield from _wrong_texts(cells, "confirmed", _bad_confirmed)


def _wrong_texts(cells: Cells, column: str, check: Callable[[str], tuple[str, str] | None]) -> Iterator[Problem]:
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


def _out_of_range(cells: Cells, given: Collection[str]) -> Iterator[Problem]:
    for column in (name for name in NUMBERS[2:] if name in given):
        rows = np.flatnonzero((cells.numbers[column] < 1) | (cells.numbers[column] > 5))
        cells.spoilt[rows] = True
        yield from cells.problems_at(rows, f"{column} is outside 1 to 5.", "1 is best, 5 is worst.", column, "bad-quality")
    if "gsd" in given:
        rows = np.flatnonzero(cells.numbers["gsd"] < 1)
        cells.spoilt[rows] = True
        yield from cells.problems_at(rows, "gsd is below 1.", "1 means no spread, 1.1 about ten percent.", "gsd", "bad-gsd")
