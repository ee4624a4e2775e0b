"""Which rows of factor tables stand behind each product: for licences, sources and sets of global warming potentials."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from textile_pcf.arrays import BoolArray, FloatArray, IndexArray
from textile_pcf.factors import DECLARED, SPLIT_SIZE
from textile_pcf.factors.gwp import UNKNOWN
from textile_pcf.factors.values import has_gases, has_parts
from textile_pcf.results import Footprint
from textile_pcf.results.licence import restricted_rows
from textile_pcf.rules.arrays import rule_arrays

GATE_GROUPS = ("raw_material", "production")
"""Groups of the stages that a cradle-to-gate record holds."""


def gate_stages(result: Footprint) -> BoolArray:
    """Return which stages are inside the boundary and end at the gate by their own group, shape (stages,)."""
    return np.array([not stage.outside and stage.group in GATE_GROUPS for stage in result.stages], dtype=bool)


@dataclass(frozen=True)
class FactorSet:
    """Facts about the factors behind one or more products.

    Attributes
    ----------
    sources : tuple of (str, str)
        Title and edition of each table that is no supplier's.
    gwp : tuple of str
        Sets of global warming potentials of values that are used as printed; `unknown` among them.
    all_divided : bool
        Whether every factor gives its gases or declared parts, so that a part of 0 is known to be 0.
    restricted : str
        The one factor behind all emissions if it must not be given away; else empty.
    """

    sources: tuple[tuple[str, str], ...]
    gwp: tuple[str, ...]
    all_divided: bool
    restricted: str


class FactorUse:
    """Factors of the counted lines at the gate, by product; products that are taken bring theirs.

    Parameters
    ----------
    result : Footprint
        A result.
    counted : sequence of bool, optional
        Which stages count; by default those at the gate.
    """

    def __init__(self, result: Footprint, counted: Sequence[bool] | None = None) -> None:
        inventory = result.inventory
        self.tables = result.run.factors.tables
        self.rows = inventory.matches.factor_rows
        self.requests = inventory.matches.requests
        arrays = rule_arrays(inventory.activity.rules)
        stages = gate_stages(result) if counted is None else np.array(counted, dtype=bool)
        at_gate = stages[arrays.flow_stage[inventory.flow]]
        own = at_gate & (inventory.factor >= 0) & (inventory.amount != 0)
        self._products, self._factors = self._pairs(result, own)
        self._by_bytes: dict[bytes, FactorSet] = {}
        self._values = inventory.matches.values
        self._gases = [has_gases(table) for table in self.tables]
        self._divided = [gases | has_parts(table) for gases, table in zip(self._gases, self.tables, strict=True)]

    def _pairs(self, result: Footprint, own: BoolArray) -> tuple[IndexArray, IndexArray]:
        """Return product and factor of each distinct pair, by product."""
        inventory, count = result.inventory, max(1, len(self.rows))
        lines = np.flatnonzero(own)
        pairs = np.unique(inventory.product[lines].astype(np.int64) * count + inventory.factor[lines])
        users, suppliers = inventory.links.user, inventory.links.supplier
        while len(users):  # until products bring nothing new to those that take them
            brought = [
                user * count + pairs[pairs // count == supplier] % count
                for user, supplier in np.unique(np.stack([users, suppliers], axis=1), axis=0).tolist()
            ]
            more = np.unique(np.concatenate([pairs, *brought]))
            if len(more) == len(pairs):
                break
            pairs = more
        return np.asarray(pairs // count, dtype=np.intp), np.asarray(pairs % count, dtype=np.intp)

    def of(self, product: int) -> FactorSet:
        """Return the facts about the factors of a product, by its index."""
        first, last = np.searchsorted(self._products, [product, product + 1])
        factors = self._factors[first:last]
        key = factors.tobytes()
        if key not in self._by_bytes:
            self._by_bytes[key] = self._facts(factors)
        return self._by_bytes[key]

    def _facts(self, factors: IndexArray) -> FactorSet:
        rows = [(int(sheet), int(row), self.tables[sheet]) for sheet, row in self.rows[factors].tolist() if sheet >= 0]
        undivided = [(table, row) for sheet, row, table in rows if not self._divided[sheet][row]]
        as_printed = [(table, row) for sheet, row, table in rows if not self._gases[sheet][row]]
        named = dict.fromkeys(
            (table.title(), table.document.edition or table.sha256[:12])
            for _, row, table in rows
            if not table.texts["item"][row].startswith(DECLARED)
        )
        return FactorSet(
            sources=tuple(sorted(named)),
            gwp=tuple(sorted({table.texts["gwp"][row] or UNKNOWN for table, row in as_printed})),
            all_divided=not undivided,
            restricted=self._only_restricted(factors),
        )

    def _only_restricted(self, factors: IndexArray) -> str:
        emitting = factors[(self._values[factors, :SPLIT_SIZE] != 0).any(axis=1)]
        rows = sorted({(int(sheet), int(row)) for sheet, row in self.rows[emitting].tolist()})
        if len(rows) != 1 or rows[0][0] < 0:
            return ""
        table, row = self.tables[rows[0][0]], rows[0][1]
        return f"{table.label}: {table.texts['item'][row]}" if restricted_rows(table)[row] else ""

    def unknown_parts_share(self, result: Footprint, fossil: FloatArray) -> FloatArray:
        """Return the part of the fossil emissions at the gate that rests on factors without gases, shape (products,). [1]

        Parameters
        ----------
        result : Footprint
            The result.
        fossil : ndarray, shape (products,)
            Fossil emissions at the gate. [kg CO2e per product unit]
        """
        without = np.array([sheet >= 0 and not self._gases[sheet][row] for sheet, row in self.rows.tolist()], dtype=bool)
        if without.all() or not without.any():
            return np.where(fossil > 0, float(without.any()), 0.0)
        values = np.where(without[:, None], self._values, 0.0)
        part = gate_emissions(Footprint(result.inventory.with_factors(values), result.run))[:, 0]
        return np.divide(part, fossil, out=np.zeros(len(part)), where=fossil > 0)


def gate_emissions(result: Footprint) -> FloatArray:
    """Return emissions at the gate by part (as `SPLIT_AND_AIRCRAFT`), shape (products, 5). [kg CO2e per product unit]"""
    return np.asarray(result.by_stage_and_part[:, gate_stages(result)].sum(axis=1))


def packaging_emissions(result: Footprint, flows: tuple[str, ...]) -> FloatArray:
    """Return emissions of some flows at the gate without uptake, shape (products,). [kg CO2e per product unit]

    Parameters
    ----------
    result : Footprint
        A result under `zero_zero`.
    flows : tuple of str
        Flows as `stage.flow`; those that the rule does not know count nothing.
    """
    inventory, rules = result.inventory, result.run.activity.rules
    named = np.array([f"{rules.stage_id(spec.stage)}.{spec.id}" in flows for spec in rules.flows], dtype=bool)
    stage = rule_arrays(rules).flow_stage
    lines = np.flatnonzero((named & gate_stages(result)[stage])[inventory.flow])
    values = inventory.split_values[inventory.value_index[lines], :SPLIT_SIZE].sum(axis=1)
    weights = inventory.amount[lines] * values
    return np.bincount(inventory.product[lines], weights=weights, minlength=len(result.names)).astype(np.float64)
