"""Result columns of a partition under new factors: those of the run, and what its weights say they change by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from textile_pcf.arrays import LARGEST, FloatArray
from textile_pcf.batch.output import relative_change
from textile_pcf.batch.prices import FactorChange
from textile_pcf.batch.weight_files import Cells
from textile_pcf.batch.weights import GROSS_SUMS, PER_UNIT
from textile_pcf.errors import SHOWN, InputError, Problem
from textile_pcf.factors import HOLDS_UPTAKE
from textile_pcf.results.contributions import SPLIT
from textile_pcf.rules import RuleSet
from textile_pcf.supply import LOCATION, MARKET

BEFORE, CHANGE = "total_before", "change"
GROSS, BY_RULE, OF_SHIPPED = GROSS_SUMS
SHARES = {"default_share": BY_RULE, "default_factor_share": OF_SHIPPED}
REMOVALS = "removals"


@dataclass(frozen=True)
class Changes:
    """What columns change by, added up flow by flow; a column that is not here stays as it is.

    Attributes
    ----------
    rules : RuleSet
    products : int
        Number of products of the partition.
    with_shares : bool
        Whether the shares of defaults can change, so that gross emissions are needed.
    columns : dict of str to ndarray, shape (products,)
        By column; removals and gross emissions beside them. [kg CO2e per product unit]
    """

    rules: RuleSet
    products: int
    with_shares: bool
    columns: dict[str, FloatArray] = field(default_factory=dict)

    def add(self, cells: Cells, change: FactorChange) -> None:
        """Add the changes of one flow.

        Parameters
        ----------
        cells : Cells
            Weights of the flow.
        change : FactorChange
            Changes of the requests of the flow.
        """
        stage, _, _ = cells.block.name.partition(".")
        outside = next(spec.outside for spec in self.rules.stages if spec.id == stage)
        request = cells.request - np.int32(cells.block.requests[0])
        parts = np.flatnonzero(change.split.any(axis=0)).tolist()
        emitted = [self._sum(change.split[:, part], request, cells, cells.weight) for part in parts]
        if cells.block.accounting:
            for values in () if outside else emitted:
                self._add(f"total {cells.block.accounting}", values)
            return
        if parts:
            total = sum(emitted[1:], emitted[0])
            self._add(f"{'memo' if outside else 'stage'}.{stage}", total)
            if not outside:
                self._add("total", total)
        if outside:
            return
        for part, values in zip(parts, emitted, strict=True):
            self._add(SPLIT[part], values)
        if change.removal.any():
            self._add(REMOVALS, self._sum(change.removal, request, cells, cells.weight))
        if self.with_shares:
            size = np.abs(cells.weight)  # a cell has one sign, so absolute values add up
            self._add(GROSS, self._sum(change.gross, request, cells, size))
            self._add(BY_RULE, self._sum(change.gross_by_rule, request, cells, size))
            self._add(OF_SHIPPED, self._sum(change.gross_of_shipped, request, cells, size))

    def _sum(self, per_unit: FloatArray, request: NDArray[np.int32], cells: Cells, weight: FloatArray) -> FloatArray:
        """Return weight × change of the factor, added up by product."""
        values = np.ascontiguousarray(per_unit).take(request)
        values *= weight
        if cells.product is None:
            return values
        return np.bincount(cells.product, weights=values, minlength=self.products).astype(np.float64)

    def _add(self, name: str, values: FloatArray) -> None:
        self.columns[name] = self.columns[name] + values if name in self.columns else values


def repriced_columns(
    old: Any, changes: Mapping[str, FloatArray], sums: Mapping[str, FloatArray], biogenic: str, units: Sequence[str]
) -> Any:
    """Return the result columns of a partition under new factors.

    Parameters
    ----------
    old : pyarrow.Table
        Results of the run.
    changes : mapping of str to ndarray, shape (products,)
        What columns change by; see `Changes`.
    sums : mapping of str to ndarray, shape (products,)
        Gross emissions of the run, where shares can change, and product units per further unit.
    biogenic : str
        Convention of biogenic carbon: which of the two headline figures is the declared one.
    units : sequence of str
        Further units of the totals.

    Returns
    -------
    pyarrow.Table
        Columns as `stage_columns` writes them, then `total_before` and `change`.

    Raises
    ------
    InputError
        Emissions are too large to calculate.
    """
    import pyarrow as pa

    new = dict(_new_columns(old, changes, sums, biogenic))
    before, total = _values(old, "total"), new.get("total", _values(old, "total"))
    _refuse_overflow(old, total)
    new |= {f"total per {unit}": total * sums[f"{PER_UNIT}{unit}"] for unit in units}
    fields, arrays = [], []
    for name in _kept_columns(old.schema.names, units):
        fields.append(old.schema.field(name))
        arrays.append(_array(new[name], fields[-1].nullable) if name in new else old.column(name))
    unit = old.schema.field("total").metadata
    stages = [name for name in old.schema.names if name.startswith(("stage.", "memo.")) and "@" not in name]
    change = relative_change(total, before, sum((np.abs(_values(old, name)) for name in stages), np.zeros(len(before))))
    fields += [pa.field(BEFORE, pa.float64(), False, unit), pa.field(CHANGE, pa.float64(), True, {"unit": "1"})]
    return pa.Table.from_arrays([*arrays, _array(before), _array(change, True)], schema=pa.schema(fields))


def _kept_columns(names: Sequence[str], units: Sequence[str]) -> Iterator[str]:
    """Yield the columns of a run that new factors change or leave; not those of scenarios, quality and uncertainty."""
    known = {
        "product",
        "total",
        "total_excluding",
        "total_including",
        *SPLIT,
        *SHARES,
        *(f"total {accounting}" for accounting in (LOCATION, MARKET)),
        *(f"total per {unit}" for unit in units),
    }
    yield from (name for name in names if name in known or (name.startswith(("stage.", "memo.")) and "@" not in name))


def _new_columns(
    old: Any, changes: Mapping[str, FloatArray], sums: Mapping[str, FloatArray], biogenic: str
) -> Iterator[tuple[str, FloatArray]]:
    """Yield the columns that change."""
    for name in changes:
        if name in old.schema.names:
            yield name, _values(old, name) + changes[name]
    moved, removed = changes.get("total"), changes.get(REMOVALS)
    if moved is not None or removed is not None:
        declared = "including" if biogenic == HOLDS_UPTAKE else "excluding"
        for figure, sign in (("excluding", 1), ("including", -1)):
            values = _values(old, f"total_{figure}") + (0.0 if moved is None else moved)
            yield f"total_{figure}", values if removed is None or figure == declared else values + sign * removed
    if GROSS in changes:
        gross = sums[GROSS] + changes[GROSS]
        for share, name in SHARES.items():
            part = sums[name] + changes[name]
            yield share, np.divide(part, gross, out=np.zeros(len(gross)), where=gross > 0)


def _values(table: Any, name: str) -> FloatArray:
    return np.asarray(table.column(name).to_numpy(), dtype=np.float64)


def _array(values: FloatArray, nullable: bool = False) -> Any:
    import pyarrow as pa

    return pa.array(np.ascontiguousarray(values), from_pandas=nullable)


def _refuse_overflow(old: Any, total: FloatArray) -> None:
    """Refuse totals that are too large to calculate with."""
    wrong = np.flatnonzero(~(np.abs(total) < LARGEST))
    if len(wrong):
        what, cure = "The emissions add up to more than can be calculated.", "Check the values of the new factors."
        names = old.column("product").take(wrong[:SHOWN]).to_pylist()
        raise InputError([Problem(f"product {name}", what, cure, name, code="huge") for name in names])
