"""The lines of an allocation: what each product takes of each carrier at each process. Arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from textile_pcf.arrays import BoolArray, FloatArray, IndexArray
from textile_pcf.factory.allocation_checks import Shares, SiteTables
from textile_pcf.factory.sharing import check_sums, share_out, sum_by_group


@dataclass(frozen=True, eq=False)
class Lines:
    """What products take, ordered by carrier, process, metered first, and row of the production. Shapes (lines,).

    Attributes
    ----------
    carrier, process, row, plan_row : ndarray of intp
        Index of carrier and process; row of the production and of the plan, -1 where no driver was needed.
    amount : ndarray of float
        [reported unit of the carrier]
    metered : ndarray of bool
        Whether it is part of an amount that was metered at the process.
    """

    carrier: IndexArray
    process: IndexArray
    row: IndexArray
    plan_row: IndexArray
    amount: FloatArray
    metered: BoolArray

    def sums(self, carriers: int) -> FloatArray:
        """Return the sum of the lines of each carrier. Shape (carriers,). [reported unit]"""
        return sum_by_group(self.amount, self.carrier, carriers)

    def tuples(self) -> list[tuple[int, int, int, int, float, bool]]:
        """Return carrier, process, row, plan_row, amount and metered of each line as plain values."""
        columns = (self.carrier, self.process, self.row, self.plan_row, self.amount, self.metered)
        return list(zip(*(column.tolist() for column in columns), strict=True))


def share_lines(tables: SiteTables, metered: Shares, weighted: Shares, rest: FloatArray) -> Lines:
    """Share out what was metered, and the rest of each carrier.

    Parameters
    ----------
    tables : SiteTables
    metered, weighted : Shares
        Their lines, checked.
    rest : ndarray of float, shape (carriers,)
        Rest of the site; what is negative within the tolerance is not shared. [reported unit]

    Returns
    -------
    Lines

    Raises
    ------
    ArithmeticError
        The lines do not add up to what was shared: a fault of the program.
    """
    weight = tables.plan.weight[weighted.plan_row[weighted.entry]] if len(weighted.entry) else weighted.driver
    amounts = tables.utilities.metered.amount
    direct = share_out(amounts, metered.driver, metered.group)
    shared = share_out(np.maximum(rest, 0.0), weight * weighted.driver, weighted.group)
    check_sums(sum_by_group(direct, metered.group, len(amounts)), amounts, amounts, "products = metered at the process")
    parts = [metered, weighted]
    carrier, process, plan_row = (
        np.concatenate([getattr(part, name)[part.entry] for part in parts]) for name in ("carrier", "process", "plan_row")
    )
    row, amount = np.concatenate([metered.row, weighted.row]), np.concatenate([direct, shared])
    is_metered = np.arange(len(row)) < len(metered.row)
    order = np.lexsort((row, ~is_metered, process, carrier))
    return Lines(carrier[order], process[order], row[order], plan_row[order], amount[order], is_metered[order])
