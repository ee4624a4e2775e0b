"""Figures of products that others take, one row per product: a random look-up of three million rows is quick then."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from textile_pcf.arrays import FloatArray, IntArray
from textile_pcf.factors import SPLIT_AND_AIRCRAFT
from textile_pcf.inventory.link_solution import ProductFigures
from textile_pcf.inventory.suppliers import link_units
from textile_pcf.rules import RuleSet

SINGLE = ("removals", "balanced_removals", "content", "mass")  # attributes of `Suppliers` of one column
PARTS = len(SPLIT_AND_AIRCRAFT)
UNITS = PARTS + len(SINGLE)  # the first column of units


@dataclass(frozen=True, eq=False)
class SupplierFigures:
    """Footprint, `SINGLE` and units of products, shape (products, columns)."""

    rows: FloatArray

    @classmethod
    def empty(cls, rules: RuleSet) -> SupplierFigures:
        """Return the figures of no product."""
        return cls(np.empty((0, UNITS + len(link_units(rules)[0]))))

    @classmethod
    def of(cls, rules: RuleSet, figures: ProductFigures, more: int = 0) -> SupplierFigures:
        """Return the figures of solved products, and NaN of some more; mass and units are not written yet."""
        solved = len(figures.removals)
        rows = np.empty((solved + more, UNITS + len(link_units(rules)[0])))
        rows[:solved, :PARTS] = figures.footprint
        for column, values in enumerate((figures.removals, figures.balanced_removals, figures.content), PARTS):
            rows[:solved, column] = values
        rows[solved:] = np.nan
        return cls(rows)

    def write_units(self, places: IntArray, mass: FloatArray, units: FloatArray) -> None:
        """Write mass and units of the products in some rows.

        Parameters
        ----------
        places : ndarray of int, shape (products,)
            Row of each product; -1 if it has none.
        mass, units : ndarray
            As `Suppliers` has them.
        """
        solved = places >= 0
        self.rows[places[solved], UNITS - 1] = mass[solved]
        self.rows[places[solved], UNITS:] = units[solved]

    def by_name(self) -> dict[str, FloatArray]:
        """Return the figures as `Suppliers` has them."""
        single = {name: self.rows[:, PARTS + place] for place, name in enumerate(SINGLE)}
        return {"footprint": self.rows[:, :PARTS], "units": self.rows[:, UNITS:], **single}
