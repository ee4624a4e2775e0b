"""How the footprints of products that others take change: gathered from all partitions, and solved once.

Names, changes and links of all products are in memory, as when the links of a batch are solved; rows and weights are not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from textile_pcf import engine
from textile_pcf.arrays import BoolArray, FloatArray, IntArray
from textile_pcf.batch.name_index import NameIndex
from textile_pcf.batch.prices import FactorChange
from textile_pcf.batch.repriced_columns import REMOVALS
from textile_pcf.batch.weight_files import Cells, IndexedBlock
from textile_pcf.inventory.product_system import LINK
from textile_pcf.results.contributions import SPLIT
from textile_pcf.results.default_shares import GROSS

CHANGING = (*SPLIT, REMOVALS)


@dataclass(frozen=True, eq=False)
class SupplierChanges:
    """How the footprints of products change.

    Attributes
    ----------
    change : ndarray, shape (6, products)
        Fossil, biogenic, uptake, land use change, net uptake of CO2, and the total by the other accounting of electricity: new
        less old. [kg per product unit]
    gross : ndarray, shape (products,)
        Emissions, uptake apart, as absolute values: new less old. [kg CO2e per product unit]
    differs : ndarray of bool, shape (products,)
        Whether any of these changes.
    places : mapping of int to ndarray of int32
        Number of a partition → the product of each name that it takes.
    """

    change: FloatArray
    gross: FloatArray
    differs: BoolArray
    places: Mapping[int, IntArray]

    @cached_property
    def columns(self) -> list[int]:
        """Rows of `change` that are not all zero."""
        return [number for number, values in enumerate(self.change) if values.any()]

    def of(self, number: int) -> FactorChange | None:
        """Return how what a partition takes changes, as a change of factors; None if it takes nothing."""
        if number not in self.places:
            return None
        place = self.places[number].astype(np.intp)  # numpy indexes slowly with other integers
        change, nothing = np.zeros((len(CHANGING), len(place))), np.zeros(len(place))  # what is taken is of no table
        for column in self.columns:
            if column < len(CHANGING):
                change[column] = self.change[column].take(place)
        split, removal = change[: len(SPLIT)].T, change[len(SPLIT)]
        return FactorChange(split, removal, self.gross.take(place), nothing, nothing, self.differs.take(place))

    def of_other_accounting(self, number: int) -> FactorChange | None:
        """Return how what a partition takes changes by the other accounting of electricity; None if it does not."""
        if number not in self.places:
            return None
        total = self.change[-1].take(self.places[number].astype(np.intp))
        nothing = np.zeros(len(total))
        return FactorChange(total[:, None], nothing, nothing, nothing, nothing, total != 0) if total.any() else None


def of_block(change: FactorChange, block: IndexedBlock) -> FactorChange:
    """Return the changes of what the cells of a block take; an amount may be a number of the rule."""
    some = change.of(slice(*block.requests))
    return replace(some, gross_by_rule=some.gross) if block.by_rule else some


@dataclass
class Chain:
    """Products of all partitions, and what they take of one another inside the boundary.

    Attributes
    ----------
    other : str
        Column of the total by the accounting of electricity that the rule does not declare; "" without a supply table.
    own : list of ndarray, shape (6, products)
        Per partition how footprints change by their own requests, as in `SupplierChanges`.
    gross : list of ndarray, shape (products,)
        Per partition, emissions in the run, uptake apart. [kg CO2e per product unit]
    names : list of pyarrow Array
        Per partition.
    links : list of engine.Links
    places : dict
        As in `SupplierChanges`.
    """

    other: str = ""
    own: list[FloatArray] = field(default_factory=list)
    gross: list[FloatArray] = field(default_factory=list)
    names: list[Any] = field(default_factory=list)
    links: list[engine.Links] = field(default_factory=list)
    places: dict[int, IntArray] = field(default_factory=dict)
    _index: NameIndex | None = None

    def add_products(self, old: Any, changes: Mapping[str, FloatArray]) -> None:
        """Add the products of a partition.

        Parameters
        ----------
        old : pyarrow.Table
            Their results in the run.
        changes : mapping of str to ndarray
            From `Changes`.
        """
        import pyarrow as pa

        nothing = np.zeros(old.num_rows)
        self.own.append(np.stack([changes.get(name, nothing) for name in (*CHANGING, self.other)]))
        self.gross.append(np.sum([old.column(SPLIT[part]).to_numpy() for part in GROSS], axis=0))
        self.names.append(old.column("product").cast(pa.large_string()).combine_chunks())

    def add_links(self, number: int, first: int, taken: Any, cells: Sequence[Cells]) -> None:
        """Add the links of a partition, once the products of all are known.

        Parameters
        ----------
        number : int
        first : int
            Place of its first product.
        taken : pyarrow Array
            Names that it takes, as large strings.
        cells : sequence of Cells
            Links inside the boundary.

        Raises
        ------
        ValueError
            There is no product of a name, or two of one.
        """
        import pyarrow as pa

        if self._index is None:
            self._index = NameIndex(pa.concat_arrays(self.names))
        place = self._index.find(taken)
        if (place < 0).any():
            raise ValueError
        self.places[number] = place
        for one in cells:
            product = np.arange(len(one.weight), dtype=LINK) if one.product is None else one.product
            self.links.append(engine.Links(product + LINK(first), np.asarray(place[one.request], dtype=LINK), one.weight))

    def solve(self) -> SupplierChanges:
        """Return how all footprints change.

        Raises
        ------
        ValueError
            A product needs all or more of itself.
        """
        change, old = np.concatenate(self.own, axis=1), np.concatenate(self.gross)
        parts = [[getattr(one, name) for one in self.links] for name in ("user", "supplier", "amount")]
        self._index = None
        for held in (self.own, self.gross, self.names, self.links):
            held.clear()
        columns = [number for number, values in enumerate(change) if values.any()]
        if parts[0] and columns:  # what is taken outside the boundary is of no footprint, and new factors may change none
            system = engine.LinkedSystem(engine.Links(*(np.concatenate(parts.pop(0)) for _ in range(3))), change.shape[1])
            change[columns] = system.solve(change[columns].T).T
        gross = np.abs(old + change[GROSS].sum(axis=0)) - np.abs(old)
        return SupplierChanges(change, gross, np.any([values != 0 for values in change], axis=0), self.places)
