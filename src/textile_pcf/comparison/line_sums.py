"""Sums of the lines of several results of the same products, by product, stage, component and flow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple, TypeVar

import numpy as np

from textile_pcf.activity import Activity
from textile_pcf.arrays import FloatArray, IndexArray, IntArray
from textile_pcf.results import Footprint

Key = TypeVar("Key")


class KeyedSums(NamedTuple):
    """Emissions of one result by line.

    Attributes
    ----------
    key : ndarray of int, shape (lines,)
        Product, flow and component as one number, ascending and distinct.
    emissions : ndarray, shape (lines,)
        [kg CO2e per product unit]
    """

    key: IntArray
    emissions: FloatArray


@dataclass(frozen=True)
class LineIndex:
    """Numbers for the products, flows and components of two runs and of all runs that are mixed from them.

    Attributes
    ----------
    products : tuple of str
        Products whose lines are summed.
    activities : tuple of Activity
        Activity data whose rules and components are numbered.
    """

    products: tuple[str, ...]
    activities: tuple[Activity, ...] = field(repr=False)

    @cached_property
    def flows(self) -> dict[tuple[str, str], int]:
        """Number of each stage and flow, in the order of the rules."""
        return _in_order(name for activity in self.activities for name in _flow_names(activity))

    @cached_property
    def components(self) -> dict[str, int]:
        """Number of each component; `""` stands for the whole product."""
        return _in_order(name for activity in self.activities for name in ("", *activity.components.component_names))

    @cached_property
    def _products(self) -> dict[str, int]:
        return _in_order(self.products)

    def sums(self, result: Footprint) -> KeyedSums:
        """Return the emissions of a result inside the boundary, by line.

        Parameters
        ----------
        result : Footprint
            A result whose rule and components are numbered; products that are not are left out.
        """
        inventory = result.inventory
        activity = inventory.activity
        product = np.array([self._products.get(name, -1) for name in result.products], dtype=np.int64)[inventory.product]
        flow = np.array([self.flows[name] for name in _flow_names(activity)], dtype=np.int64)[inventory.flow]
        key = (product * len(self.flows) + flow) * len(self.components) + self._component(activity, inventory.flow)
        kept = np.flatnonzero((product >= 0) & inventory.inside)
        keys, line = np.unique(key[kept], return_inverse=True)
        emissions = inventory.amount[kept] * inventory.factor_totals[kept]
        return KeyedSums(keys, np.bincount(line.reshape(-1), weights=emissions, minlength=len(keys)).astype(np.float64))

    def _component(self, activity: Activity, flow: IntArray) -> IntArray:
        """Return the number of the component of each exchange."""
        names = np.array([self.components[name] for name in activity.components.component_names], dtype=np.int64)
        of_component = np.array([activity.rules.stages[spec.stage].component for spec in activity.rules.flows], dtype=bool)[
            flow
        ]
        entry = np.where(of_component, activity.exchanges.entry, 0)
        return np.where(of_component, names[activity.components.component[entry]], self.components[""])

    def collect(self, sums: Sequence[KeyedSums]) -> LineSums:
        """Return several results in one matrix, with a column for each line that occurs in any of them.

        Parameters
        ----------
        sums : sequence of KeyedSums
            One per result.
        """
        keys = np.unique(np.concatenate([one.key for one in sums]))
        values = np.zeros((len(sums), len(keys)))
        for row, one in enumerate(sums):
            values[row, np.searchsorted(keys, one.key)] = one.emissions
        rest, component = np.divmod(keys, len(self.components))
        product, flow = np.divmod(rest, len(self.flows))
        return LineSums(product, flow, component, tuple(self.flows), tuple(self.components), values)


class LineSums(NamedTuple):
    """Emissions of several results, one column per line that occurs in any of them.

    Attributes
    ----------
    product, flow, component : ndarray of int, shape (lines,)
        Index of the product, and in `flows` and `components`.
    flows : tuple of tuple of (str, str)
        Stage and flow.
    components : tuple of str
    values : ndarray, shape (results, lines)
        0 where a result has no such line. [kg CO2e per product unit]
    """

    product: IndexArray
    flow: IndexArray
    component: IndexArray
    flows: tuple[tuple[str, str], ...]
    components: tuple[str, ...]
    values: FloatArray

    @property
    def stages(self) -> tuple[str, ...]:
        """Stages of the flows, each once."""
        return tuple(dict.fromkeys(stage for stage, _ in self.flows))

    @property
    def stage(self) -> IndexArray:
        """Index of each line in `stages`, shape (lines,)."""
        stages = self.stages
        return np.array([stages.index(stage) for stage, _ in self.flows], dtype=np.intp)[self.flow]


def _in_order(keys: Iterable[Key]) -> dict[Key, int]:
    return {key: place for place, key in enumerate(dict.fromkeys(keys))}


def _flow_names(activity: Activity) -> Iterator[tuple[str, str]]:
    rules = activity.rules
    return ((rules.stages[spec.stage].id, spec.id) for spec in rules.flows)
