"""Patterns of rows: what rows with the same texts mean under a rule, stored once per distinct row."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np

from textile_pcf._frozen import cached_property, quick_init
from textile_pcf.arrays import BoolArray, FloatArray, IndexArray, IntArray
from textile_pcf.columns import take
from textile_pcf.errors import Problem
from textile_pcf.rules import PRODUCT
from textile_pcf.units import Conversion, Unit

UNCHANGED = Conversion(1.0)
PATTERN_COLUMNS = ("stage", "flow", "unit", "per", "component", "item", "region", "year", "enthalpy")
"""Columns whose texts distinguish patterns."""


class RowKind(IntEnum):
    """What a row describes.

    A `STAGE` row gives region and year of a stage or of the product, and activates an optional stage. An `OUTPUT` row gives
    the output of a stage in a period. A `CUTOFF` row names something that is left out.
    """

    INVALID = -1
    FLOW = 0
    PROPERTY = 1
    LOSS = 2
    SHARE = 3
    STAGE = 4
    OUTPUT = 5
    CUTOFF = 6


class Per:
    """What the amount of an exchange is given per.

    Plain integers: numpy takes four times as long to compare an array with a member of an `IntEnum`.
    """

    DRIVER: Final = 0
    PRODUCT: Final = 1
    PERIOD: Final = 2


@dataclass(frozen=True, slots=True)
class RowPattern:
    """Meaning of the rows of one pattern.

    Attributes
    ----------
    row_kind : RowKind
    stage : int
        Stage of the rule, `PRODUCT` for the product itself.
    index : int
        Index of the flow, property or loss in the rule, -1 for other kinds.
    per : int
        What the amount is given per, see `Per`.
    conversion : Conversion
        From the unit of the row to the canonical unit.
    option : int
        Index of the chosen option, -1 where none is chosen.
    unit : Unit or None
        Unit of the row.
    note : str
        Values of a fuel that the conversion rests on; else empty.
    """

    row_kind: RowKind
    stage: int = PRODUCT
    index: int = -1
    per: int = Per.DRIVER
    conversion: Conversion = UNCHANGED
    option: int = -1
    unit: Unit | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class InvalidRow:
    """Reason why rows of a pattern cannot be used.

    Attributes
    ----------
    what, cure, code : str
        See `Problem`.
    column : str
        Column with the wrong cell.
    """

    what: str
    cure: str
    column: str
    code: str


@quick_init
@dataclass(frozen=True, eq=False)
class RowPatterns:
    """Meaning of each pattern of a table, as arrays.

    Attributes
    ----------
    first : ndarray of intp, shape (patterns,)
        First row of the pattern.
    row_kind : ndarray of int, shape (patterns,)
        Kind of row, `RowKind.INVALID` where it cannot be used.
    stage, index, per, option : ndarray of int, shape (patterns,)
        See `RowPattern`.
    unit : ndarray of int, shape (patterns,)
        Index into `Rows.units`.
    factor : ndarray of float, shape (patterns,)
        Factor to the canonical unit.
    inverse : ndarray of bool, shape (patterns,)
        Whether the canonical amount is the factor divided by the amount.
    """

    first: IndexArray
    row_kind: IntArray
    stage: IntArray
    index: IntArray
    per: IntArray
    option: IntArray
    unit: IntArray
    factor: FloatArray
    inverse: BoolArray


@quick_init
@dataclass(frozen=True, eq=False)
class Rows:
    """Rows of a table, interpreted under a rule.

    Attributes
    ----------
    pattern : ndarray of intp, shape (rows,)
        Pattern of each row: rows that differ only in product and amount have the same.
    patterns : RowPatterns
    units : tuple of (Unit or None)
        Distinct units, for `RowPatterns.unit`.
    notes : tuple of str
        Values of a fuel that conversions rest on, for `RowPatterns.unit`.
    problems : tuple of Problem
        Reasons why rows are invalid.
    """

    pattern: IndexArray
    patterns: RowPatterns
    units: tuple[Unit | None, ...]
    notes: tuple[str, ...]
    problems: tuple[Problem, ...]

    @cached_property
    def factor(self) -> FloatArray:
        """Factor to the canonical unit. Shape (rows,)."""
        return take(self.patterns.factor, self.pattern)

    @cached_property
    def largest_factor(self) -> float:
        """Largest factor to a canonical unit."""
        return float(self.patterns.factor.max(initial=0.0))

    @cached_property
    def has_inverse(self) -> bool:
        """Whether some amounts are converted by their inverse."""
        return bool(self.patterns.inverse.any())

    @cached_property
    def has_outputs(self) -> bool:
        """Whether some rows give the output of a period."""
        return bool((self.patterns.row_kind == RowKind.OUTPUT).any())

    @cached_property
    def has_cutoffs(self) -> bool:
        """Whether some rows leave something out."""
        return bool((self.patterns.row_kind == RowKind.CUTOFF).any())

    @cached_property
    def cutoffs(self) -> IndexArray:
        """Rows that leave something out."""
        return self.of_kind(RowKind.CUTOFF)

    def where(self, selected: BoolArray) -> IndexArray:
        """Return the rows of selected patterns, given as one flag per pattern."""
        return rows_where(selected, self.pattern)

    def of_kind(self, row_kind: RowKind) -> IndexArray:
        """Return the rows of a kind."""
        return self.where(self.patterns.row_kind == row_kind)


def without_process(patterns: RowPatterns) -> BoolArray:
    """Return which patterns are about no process: shares, what is left out, and what cannot be interpreted."""
    kind = patterns.row_kind
    without: BoolArray = (kind == RowKind.SHARE) | (kind == RowKind.CUTOFF) | (kind == RowKind.INVALID)
    return without


def rows_where(selected: BoolArray, pattern: IndexArray) -> IndexArray:
    """Return the rows whose pattern is selected.

    Parameters
    ----------
    selected : ndarray of bool, shape (patterns,)
    pattern : ndarray of intp, shape (rows,)

    Returns
    -------
    ndarray of intp

    Examples
    --------
    >>> rows_where(np.array([False, True]), np.array([1, 0, 1]))
    array([0, 2])
    """
    count = np.count_nonzero(selected)  # faster than `any` and `all` on few patterns
    if not count:
        return np.empty(0, dtype=np.intp)
    return np.arange(len(pattern)) if count == len(selected) else take(selected, pattern).nonzero()[0]
