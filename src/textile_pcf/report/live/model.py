"""The linear system of one product as plain values, as `Inventory` holds it: masses, losses, and lines with their factors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from textile_pcf import engine
from textile_pcf.arrays import FloatArray, IndexArray
from textile_pcf.inventory.draw_sources import Source, stated_values
from textile_pcf.inventory.inventory import Inventory
from textile_pcf.methods.chemistry import CO2_PER_CARBON
from textile_pcf.recalculation import recalculated_inventories
from textile_pcf.results import Footprint
from textile_pcf.rules.arrays import rule_arrays
from textile_pcf.rules.compile_balance import CONTENT


@dataclass(frozen=True, eq=False)
class ProductModel:
    """One product of a result by itself, as the library calculates it alone.

    Attributes
    ----------
    result : Footprint
    product : int
        Index of the product.
    """

    result: Footprint
    product: int

    @property
    def name(self) -> str:
        """Id of the product."""
        return self.result.products[self.product]

    @cached_property
    def stated(self) -> Mapping[Source, float]:
        """Numbers behind the product, with the values that are stated."""
        return stated_values(self.result.inventory, self.product)

    def inventory_at(self, values: Mapping[Source, float]) -> Inventory:
        """Return the inventory of the product alone under other numbers; links to products of the run are factors in it.

        Parameters
        ----------
        values : mapping of Source to float
            Numbers in canonical units, factors as multiples; what is not named stays as stated.
        """
        key, stated = next(iter(self.stated.items()))
        drawn = {source: np.array([value]) for source, value in ({key: stated} | dict(values)).items()}
        return next(recalculated_inventories(self.result.run, self.name, drawn, self._suppliers))

    @cached_property
    def in_loop(self) -> bool:
        """Whether the product needs itself through others of the run."""
        links = self.result.inventory.links
        return bool(engine.products_in_loops(links.user, links.supplier, len(self.result.products))[self.product])

    @property
    def _suppliers(self) -> dict[str, FloatArray]:
        """Footprints of products that it takes: of a product in a loop those of the run. [kg CO2e per unit of the supplier]"""
        taken = np.unique(self.supplier[self.supplier >= 0]).tolist() if self.in_loop else []
        return {self.result.products[number]: self.result.totals[number : number + 1] for number in taken}

    @cached_property
    def inventory(self) -> Inventory:
        """The inventory of the product alone, by the stated numbers."""
        return self.inventory_at({})

    @cached_property
    def exchanges(self) -> IndexArray:
        """Its exchanges among those of the run, in the order of `inventory`."""
        return np.flatnonzero(self.result.inventory.product == self.product)

    @cached_property
    def supplier(self) -> IndexArray:
        """Product of the run that each exchange takes; -1 if none. Shape (exchanges,)."""
        return self.result.inventory.supplier[self.exchanges]

    def state(self, inventory: Inventory) -> dict[str, Any]:
        """Return what quantities decide: value and scale of lines, losses, shares, mass, carbon and units.

        Parameters
        ----------
        inventory : Inventory
            Of the product alone, as `inventory_at` makes it.
        """
        quantities, activity = inventory.quantities, inventory.activity
        content = np.nan
        if inventory.balance is not None:
            spec = activity.rules.product_property(CONTENT)
            assert spec is not None  # checked when the rule is compiled
            content = float(quantities.properties[activity.property_entries.block(spec.index)][0])
        return {
            "value": quantities.value,
            "scale": quantities.scale * np.ones(len(quantities.value)),
            "loss": np.where(np.isnan(quantities.losses), _no_loss(inventory), quantities.losses),
            "share": activity.components.share,
            "mass": float(quantities.mass[0]),
            "content": None if np.isnan(content) else content,
        }

    def as_dict(self) -> dict[str, Any]:
        """Return the system as plain values; see `docs/formats.md`."""
        inventory = self.inventory
        state = self.state(inventory)
        return {
            "mass": state["mass"],
            "share": state["share"].tolist(),
            "content": state["content"],
            "processes": _processes(inventory),
            "losses": [
                {"value": value, "basis": basis} for value, basis in zip(state["loss"].tolist(), _bases(inventory), strict=True)
            ],
            "lines": self._lines(state),
            "balance": _balance(inventory),
        }

    def _lines(self, state: Mapping[str, FloatArray]) -> list[dict[str, Any]]:
        inventory, arrays = self.inventory, rule_arrays(self.inventory.activity.rules)
        counted, stage = inventory.inside, arrays.flow_stage[inventory.flow]
        carried = inventory.balance.per_unit if inventory.balance is not None else inventory.removals_by_line
        balanced = arrays.flow_balanced[inventory.flow]
        return [
            {
                "process": int(inventory.process[line]),
                "stage": int(stage[line]),
                "driver": inventory.driver[line].tolist(),
                "value": float(state["value"][line]),
                "scale": float(state["scale"][line]),
                "factor": float(inventory.factor_totals[line]),
                "removal": float(inventory.removals_by_line[line]),
                "carried": float(carried[line]) if balanced[line] else 0.0,
                "counted": bool(counted[line]),
            }
            for line in range(len(inventory.amount))
        ]


def _processes(inventory: Inventory) -> list[dict[str, Any]]:
    """Return the processes in the order of their stages: which process takes the output, which share, and which losses."""
    activity = inventory.activity
    components, common = activity.components.size, rule_arrays(activity.rules).component_stages
    total, first_common = activity.processes.total, common * activity.components.size
    losses: list[list[int]] = [[] for _ in range(total)]
    for entries in activity.structure.process_losses:
        for process, entry in enumerate(entries.tolist()):
            if 0 <= entry < activity.loss_entries.total:
                losses[process].append(entry)
    processes = []
    for process in range(total):
        if process < first_common:
            last = process + components >= first_common
            next_process = (first_common if first_common < total else -1) if last else process + components
            share = process % components if last else -1
        else:
            next_process, share = process + 1 if process + 1 < total else -1, -1
        processes.append({"next": next_process, "share": share, "losses": losses[process]})
    return processes


def _bases(inventory: Inventory) -> list[str]:
    activity = inventory.activity
    lengths = activity.loss_entries.lengths.tolist()
    return [spec.basis for spec, length in zip(activity.rules.losses, lengths, strict=True) for _ in range(length)]


def _no_loss(inventory: Inventory) -> FloatArray:
    return np.array([1.0 if basis == "ratio" else 0.0 for basis in _bases(inventory)])


def _balance(inventory: Inventory) -> dict[str, Any] | None:
    """Return the line that balances biogenic carbon, and its net uptake per unit; None if the rule has none."""
    if inventory.balance is None:
        return None
    line = int(inventory.balance.rows[0])
    uptake = float(inventory.matches.removals[inventory.matches.request[line]])
    return {"line": line, "uptake": uptake, "co2_per_carbon": CO2_PER_CARBON}


def given_rows(inventory: Inventory) -> IndexArray:
    """Return the row of the activity table that gives the amount of each exchange; -1 where the rule fills it in."""
    rows = inventory.activity.exchanges.row.copy()
    rows[inventory.activity.exchanges.empty] = -1
    return rows


def given_losses(inventory: Inventory) -> IndexArray:
    """Return the row of the activity table that gives each loss; -1 where the rule does. Shape (loss entries,)."""
    activity = inventory.activity
    return np.where(np.isnan(activity.losses), -1, activity.loss_rows)
