"""Numbers that a rule states: a value or a value per option, where it comes from, and its spread."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from textile_pcf._frozen import cached_property
from textile_pcf.arrays import BoolArray, FloatArray, IndexArray, read_only

DRIVER_ITSELF = "the driver itself"
"""Place of the one number of a rule that needs no source: a flow that is its driver, such as fibre per kg of input."""


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a number of the rule comes from.

    Attributes
    ----------
    source : str
        Key in `sources` of the rule.
    locator : str
        Table, clause or page in the source.
    """

    source: str
    locator: str


DQ_AXES = ("technology", "geography", "time", "precision")


@dataclass(frozen=True, slots=True)
class StatedSpread:
    """How far a number of the rule may be from the true one.

    Attributes
    ----------
    gsd : float
        Geometric standard deviation; NaN where none is stated. [1]
    low, high : float
        Bounds; NaN where none are stated. [canonical unit of the number]
    ratings : tuple of float
        Data quality of technology, geography, time and precision, 1 (best) to 5; NaN where not stated.
    """

    gsd: float
    low: float
    high: float
    ratings: tuple[float, ...]


@dataclass(frozen=True)
class Default:
    """A default value of the rule: a number, another property's value, or numbers of which a property chooses one.

    Attributes
    ----------
    values : array, shape (entries,)
        Values in canonical units; NaN where an option of the choosing property has none.
    citations : tuple of Citation, one per entry
        Source of each value.
    by : int
        Index of the property that chooses the entry; -1 when there is one entry.
    bounds : array, shape (entries,), or None
        Upper bounds in the canonical unit of `by`; None when `by` is a choice and entries follow its options.
    exclusive : array of bool, shape (entries,), or None
        Whether a bound itself belongs to the next entry; None when no bound does.
    reference : int
        Index of the property whose value is taken, times `values`; -1 when the value is a number.
    spreads : tuple of StatedSpread or None, one per entry
        Spread of each number; empty where the value is no number.
    """

    values: FloatArray
    citations: tuple[Citation, ...] = ()
    by: int = -1
    bounds: FloatArray | None = None
    reference: int = -1
    spreads: tuple[StatedSpread | None, ...] = ()
    exclusive: BoolArray | None = None

    @cached_property
    def values_or_nan(self) -> FloatArray:
        """The values, and a last NaN for entry -1. Shape (entries + 1,). [canonical unit]"""
        return read_only(np.append(self.values, np.nan))

    def entry(self, by: FloatArray) -> IndexArray:
        """Return the entry that each value of the choosing property selects.

        Parameters
        ----------
        by : array, shape (n,)
            Values of the choosing property: a number in its canonical unit, or the index of an option; NaN where unknown.

        Returns
        -------
        array of int, shape (n,)
            Index in `values`; -1 where no entry applies or the entry has no value.

        Examples
        --------
        >>> Default(np.array([0.1, 0.2]), bounds=np.array([10.0, np.inf])).entry(np.array([10.0, 11.0, np.nan]))
        array([ 0,  1, -1])
        >>> Default(np.array([0.1, 0.2]), bounds=np.array([10.0, 20.0]), exclusive=np.array([True, False])).entry(
        ...     np.array([10.0, 20.0])
        ... )
        array([1, 1])
        """
        if self._last_of_entries is None:
            place = np.where(by >= 0, by, len(self.values)).astype(np.intp)
        else:
            place = self._last_of_entries.searchsorted(by)  # NaN is behind all
        return self._entry_of_place.take(place, mode="clip")

    @cached_property
    def _last_of_entries(self) -> FloatArray | None:
        """The largest number that each entry holds: its bound, or the largest number below it. Shape (entries,)."""
        if self.bounds is None or self.exclusive is None:
            return self.bounds
        return np.where(self.exclusive, np.nextafter(self.bounds, -np.inf), self.bounds)

    @cached_property
    def _entry_of_place(self) -> IndexArray:
        """The entry itself, -1 where it has no value, and a last -1 for what is behind all. Shape (entries + 1,)."""
        return np.where(np.isnan(self.values_or_nan), -1, np.arange(len(self.values) + 1))
