"""Columns of activity data: text columns as categoricals, number columns as floats, with a problem for each unreadable cell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from textile_pcf._frozen import cached_property, quick_init
from textile_pcf.activity.column_mapping import read_mapping
from textile_pcf.activity.footers import without_footers
from textile_pcf.activity.forms import unfold
from textile_pcf.activity.links import find_links, has_links
from textile_pcf.activity.number_cells import number_problems, parse_number_columns, split_amounts
from textile_pcf.activity.spread_numbers import quality_problems, spread_problems
from textile_pcf.arrays import BoolArray, FloatArray, IndexArray, IntArray, repeated
from textile_pcf.columns import Categorical, by_first_appearance, factorize, recode, take
from textile_pcf.errors import InputError, Problem
from textile_pcf.io.form_headers import FormHeader
from textile_pcf.io.read_table import read_table_with_header
from textile_pcf.io.records import plain_cells
from textile_pcf.io.table import Table
from textile_pcf.messages.catalogue import fixed_text
from textile_pcf.messages.message import Message
from textile_pcf.units.number_text import year_text

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
    "enthalpy",
)
QUALITY = ("dq_technology", "dq_geography", "dq_time", "dq_precision")
COMPLETENESS = "dq_completeness"
NUMBERS = ("amount", "gsd", "low", "high", *QUALITY, COMPLETENESS)
COLUMNS = (*TEXTS[:3], "amount", *TEXTS[4:5], "component", *TEXTS[5:], *NUMBERS[1:])
REQUIRED = ("product", "stage")
DATA_TYPES = ("measured", "calculated", "supplier", "literature", "estimated")
PER = ("", "product", "period")
CONFIRMED = ("", "yes", "no")
OPTIONS = {"data_type": DATA_TYPES, "per": PER, "confirmed": CONFIRMED}
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
    "備註": "note", "已确认": "confirmed", "确认": "confirmed", "已確認": "confirmed", "焓": "enthalpy", "焓值": "enthalpy",
    "几何标准差": "gsd", "幾何標準差": "gsd", "下限": "low", "上限": "high", "完整性": "dq_completeness",
}  # fmt: skip
"""Column of each Chinese header, in simplified and traditional characters; the usual header of each column first."""
HEADER_COLUMNS = frozenset((*REQUIRED, "flow", "amount", "unit"))
"""Without one of these, problems of single rows would be misleading."""
HEADER_PROBLEMS = ("unknown-column", "column-twice", "headless")
_COLUMNS = frozenset(COLUMNS)
HEADER = FormHeader(COLUMNS, ALIASES, collect_problems=True, key_columns=REQUIRED)


@quick_init
@dataclass(frozen=True, eq=False)
class ActivityColumns:
    """Columns of a table of activity data. Text columns are coded on first use.

    Attributes
    ----------
    table : Table
        Table as read, with the locations of its cells.
    numbers : dict of str to ndarray of float, shape (rows,)
        Number columns, NaN where a cell is empty or no number.
    problems : tuple of Problem
        Problems of the table and of its numbers.
    invalid : ndarray of bool, shape (rows,)
        Whether a problem was reported for a cell of the row.
    units : Categorical or None
        Column of units, if some of them were written together with the amount.
    """

    table: Table
    numbers: dict[str, FloatArray]
    problems: tuple[Problem, ...]
    invalid: BoolArray
    units: Categorical | None = None

    @cached_property
    def texts(self) -> TextColumns:
        """Text columns as categoricals; products in the order in which they first appear."""
        return TextColumns(self.table, {} if self.units is None else {"unit": self.units})

    @cached_property
    def is_link(self) -> BoolArray:
        """Whether each category of the column `item` is a product of the run (`product:ID`). Shape (categories,)."""
        return find_links(self.texts["item"].categories)

    @cached_property
    def has_links(self) -> bool:
        """Whether any category of the column `item` is a product of the run."""
        return has_links(self.texts["item"].categories)

    @cached_property
    def pattern_items(self) -> Categorical:
        """The column `item` with all products of the run as one: what a row means does not depend on which it takes.

        A catalogue of which each product takes three others has as many patterns of rows as one without links.
        """
        items = self.texts["item"]
        if not self.has_links or np.count_nonzero(self.is_link) == 1:
            return items
        links = self.is_link.nonzero()[0]
        kept = np.append(np.flatnonzero(~self.is_link), links[0])
        code = np.full(len(self.is_link), len(kept) - 1, dtype=np.intp)
        code[kept] = np.arange(len(kept))
        return Categorical(take(code, items.codes), tuple(items.categories[index] for index in kept.tolist()))

    @cached_property
    def empty(self) -> BoolArray:
        """Whether the row has no amount. Shape (rows,)."""
        return np.isnan(self.numbers["amount"])

    @cached_property
    def extremes(self) -> tuple[float, float]:
        """Smallest and largest amount, in the units of the rows; NaN where any is empty. At least one row."""
        amounts = self.numbers["amount"]
        return amounts.item(amounts.argmin()), amounts.item(amounts.argmax())  # faster than `min`, `max` on short arrays

    @cached_property
    def empty_count(self) -> int:
        """Number of rows without an amount."""
        return int(np.count_nonzero(self.empty)) if self.rows and np.isnan(self.extremes[0]) else 0

    @cached_property
    def confirmed(self) -> BoolArray:
        """Whether the row confirms an unusual amount. Shape (rows,)."""
        column = self.texts["confirmed"]
        return np.array([text == "yes" for text in column.categories], dtype=bool)[column.codes]

    @cached_property
    def years(self) -> IntArray:
        """Year of each category of the column `year`, 0 where it is empty or no year; `check_vocabulary` reports the latter."""
        years = [
            int(text) if len(text) == 4 and text.isascii() and text.isdigit() else 0 for text in self.texts["year"].categories
        ]
        return np.array(years, dtype=np.int64)

    @property
    def has_empty(self) -> bool:
        """Whether any row has no amount."""
        return self.empty_count > 0

    @property
    def has_invalid(self) -> bool:
        """Whether a problem was reported for a cell of any row."""
        return bool(self.invalid.any())

    @property
    def rows(self) -> int:
        """Number of rows."""
        return self.table.rows

    def text(self, column: str, row: int) -> str:
        """Return the text of one cell."""
        texts = self.texts[column]
        return texts.categories[int(texts.codes[row])]

    def location(self, row: int, column: str | None = None) -> str:
        """Return the location of a row for a message, such as `path:line (stage.flow)`.

        Parameters
        ----------
        row : int
        column : str, optional
            Column of the cell, to name the cell itself where the source has cell references.

        Returns
        -------
        str
        """
        stage, flow = self.text("stage", row), self.text("flow", row)
        name = f"{stage}.{flow}" if flow else stage
        return f"{self.table.location(row, column)} ({name})" if stage else self.table.location(row, column)

    def problems_at(
        self, rows: IndexArray | Sequence[int], what: str, cure: str, column: str | None = None, code: str = ""
    ) -> Iterator[Problem]:
        """Yield the same problem for each of several rows.

        Parameters
        ----------
        rows : ndarray of intp or sequence of int
        what, cure, code : str
            See `Problem`.
        column : str, optional
            Column with the wrong cell.

        Yields
        ------
        Problem
        """
        for row in rows:
            yield Problem(self.location(int(row), column), what, cure, self.text("product", int(row)), code)


class TextColumns(Mapping[str, Categorical]):
    """Text columns as categoricals, each made when it is first used: most are never asked for of a single product.

    Parameters
    ----------
    table : Table
    known : mapping of str to Categorical
        Columns that are known already.
    """

    def __init__(self, table: Table, known: Mapping[str, Categorical]) -> None:
        self._table, self._columns = table, dict(known)

    def __getitem__(self, name: str) -> Categorical:
        column = self._columns.get(name)
        if column is None:
            if name not in TEXTS:
                raise KeyError(name)
            column = self._columns[name] = _text_column(self._table, name)
        return column

    def __iter__(self) -> Iterator[str]:
        return iter(TEXTS)

    def __len__(self) -> int:
        return len(TEXTS)

    def update(self, known: Mapping[str, Categorical]) -> None:
        """Take over columns that are known."""
        self._columns.update(known)


def _text_column(table: Table, name: str) -> Categorical:
    """Return a text column as it is compared: years with four digits, Chinese names of options replaced."""
    if name not in table.columns:
        return Categorical(repeated(0, table.rows), ("",), ordered=name == "product")
    column = factorize(plain_cells(table.columns, name))
    if name == "product":
        products = by_first_appearance(column)
        return replace(products, codes=products.codes.astype(np.int64, copy=False))
    if name == "year":
        return _years(column)
    if name == "confirmed":
        column = _yes_or_no(column)
    return _option_aliases(column, OPTIONS[name]) if name in OPTIONS else column


def _option_aliases(column: Categorical, known: tuple[str, ...]) -> Categorical:
    """Replace Chinese names of the options `known` by the options themselves."""
    if set(column.categories) <= {"", *known}:
        return column
    options = {fixed_text(name, "zh"): name for name in known if name}
    return recode(column.codes, [options.get(text, text) for text in column.categories])


def _years(column: Categorical) -> Categorical:
    """Normalize years such as `2023.0` or `2023年` to four digits."""
    years = [year_text(text) for text in column.categories]
    return column if years == list(column.categories) else recode(column.codes, years)


def _yes_or_no(column: Categorical) -> Categorical:
    """Normalize yes and no: any case, and the booleans of workbooks and programs."""
    booleans = {"true": "yes", "false": "no"}
    if not any(column.categories):
        return column
    return recode(column.codes, [booleans.get(text.lower(), text.lower()) for text in column.categories])


def read_columns(source: Any, mapping: Any = None, keep: tuple[str, ...] = ()) -> ActivityColumns:
    """Read a table of activity data and parse its number columns.

    Parameters
    ----------
    source : str, Path, DataFrame, Table or list of dict
        A file or table in memory.
    mapping : mapping, path or ColumnMapping, optional
        What the own columns of a form are; see `column_mapping`.
    keep : tuple of str
        Further columns that the table may have.

    Returns
    -------
    ActivityColumns
        With the problems of single cells in `problems`.

    Raises
    ------
    InputError
        If there are no rows, or columns are missing or unknown.
    """
    table = source if isinstance(source, Table) else read_activity_table(source, mapping, keep)
    if not table.columns.keys() >= HEADER_COLUMNS:
        _check_header(table)
    numbers, wrong = parse_number_columns(table, NUMBERS)
    invalid = np.zeros(table.rows, dtype=bool)
    if "amount" not in numbers:
        numbers["amount"] = np.full(table.rows, np.nan)
    cells = ActivityColumns(table, numbers, table.shape_problems, invalid)
    if len(numbers) == 1 and not table.ragged and not ("amount" in wrong and np.count_nonzero(wrong["amount"])):
        return cells
    invalid[np.asarray(table.ragged, dtype=np.intp)] = True
    units, problems = split_amounts(cells, wrong)
    problems = [
        *table.shape_problems,
        *problems,
        *number_problems(cells, wrong),
        *spread_problems(cells),
        *quality_problems(cells, [name for name in (*QUALITY, COMPLETENESS) if name in wrong]),
    ]
    return replace(cells, problems=tuple(problems), units=units)


def _check_header(table: Table) -> None:
    """Refuse a table without required columns, and one with a wrong header that lacks columns which most rows need."""
    missing = [column for column in REQUIRED if column not in table.columns]
    if missing:
        cure = Message("Each row needs product, stage, flow, amount and unit; add: {missing}.", missing=", ".join(missing))
        what = Message("Columns are missing: {missing}.", missing=", ".join(missing))
        raise InputError([*table.shape_problems, Problem(table.name, what, cure, code="missing-column")])
    if any(problem.code in HEADER_PROBLEMS for problem in table.shape_problems):
        raise InputError(table.shape_problems)  # a wrong header is not reported again as an empty cell of every row


def read_activity_table(source: Any, mapping: Any = None, keep: tuple[str, ...] = ()) -> Table:
    """Read any source as a table with the columns of activity data, without footers.

    Parameters
    ----------
    source : str, Path, DataFrame or list of dict
    mapping : mapping, path or ColumnMapping, optional
        What the own columns of a form are.
    keep : tuple of str
        Further columns that the table may have.

    Returns
    -------
    Table

    Raises
    ------
    InputError
        If there is no table or no row.
    """
    known = (*COLUMNS, *keep)
    if mapping is None:
        header = FormHeader(known, ALIASES, collect_problems=True, key_columns=REQUIRED) if keep else HEADER
        table = without_footers(read_table_with_header(header, source, "activity", InputError), REQUIRED)
        return table if table.columns.keys() <= _COLUMNS else unfold(table)
    own = read_mapping(mapping, COLUMNS, ALIASES)
    table = read_table_with_header(own.header(known, ALIASES, REQUIRED), source, own.sheet, InputError)
    return unfold(without_footers(table, REQUIRED), own)
