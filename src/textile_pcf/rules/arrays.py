"""A rule as arrays: one entry per stage, flow, property or loss, in the order of the rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from textile_pcf.arrays import BoolArray, FloatArray, IndexArray
from textile_pcf.rules.ruleset import RuleSet
from textile_pcf.rules.schema import MASS_DRIVERS
from textile_pcf.rules.specs import FlowSpec, PropertySpec, StageSpec

MORE_THAN_ALL = "The upper bound of a share is more than all."
MORE_THAN_ALL_CURE = "A share is at most 1, or 100 %; correct the bounds."
"""What is said of bounds that a part of a whole cannot have."""


@dataclass(frozen=True, eq=False)
class RuleArrays:
    """A rule as arrays.

    Arrays over stages have one entry more than there are stages: the last one, reached by the index -1 (`PRODUCT`), is that
    of the product, which is neither a component's nor optional.

    Attributes
    ----------
    component_stages : int
        Number of component stages, which come first.
    stage_is_component : array of bool, shape (stages + 1,)
        The stage takes place once per component of a blend.
    stage_optional : array of bool, shape (stages + 1,)
        The stage takes place only when activity data name it.
    choice_properties : frozenset of (str, str)
        Stage id and property id of each property that is a choice.
    flow_stage : array of int, shape (flows,)
        Index of the stage.
    flow_is_component : array of bool, shape (flows,)
        The flow belongs to a component stage.
    flow_factor : array, shape (flows,)
        Canonical units per unit of the flow.
    flow_any_sign : array of bool, shape (flows,)
        Negative amounts are allowed.
    flow_outside : array of bool, shape (flows,)
        The stage lies outside the system boundary.
    flow_massless : array of bool, shape (flows,)
        No mass is among the drivers.
    flow_masses : array of int, shape (flows, 3)
        How many times output, input and loss of the stage multiply the flow.
    flow_other_drivers : tuple of (FlowSpec, tuple)
        Flows with drivers that are no mass, each with these drivers: indices of properties, or `product`.
    flow_added_by_rule : array of bool, shape (flows,)
        The flow is added with the value of the rule where activity data have none: it is neither optional nor an alternative.
        So is the flow that balances biogenic carbon.
    balance_flow : int
        Flow that balances biogenic carbon; -1 if the rule has none.
    flow_balanced : array of bool, shape (flows,)
        The flow brings or gives off carbon that `balance_flow` balances.
    flow_allocated : array of bool, shape (flows,)
        The flow is shared with co-products of stages further on.
    allocated_stages : tuple of StageSpec
        Stages with co-products, ascending.
    flow_reference : array of int, shape (flows,)
        Property whose value the rule takes; -1 for none.
    property_stage : array of int, shape (properties,)
        Index of the stage; -1 for the product.
    property_required : array of bool, shape (properties,)
        The property must be given: it is not optional and has neither a value nor a method.
    property_is_share : array of bool, shape (properties,)
        A named method takes the property for a part of a whole, so that it is 1 at most; unless the rule calls more plausible,
        as of prints on both sides.
    loss_stage : array of int, shape (losses,)
        Index of the stage.
    loss_basis : array of str, shape (losses,)
        `input`, `output` or `ratio`.
    loss_bases : tuple of (str, array of bool)
        The distinct bases, each with a mask over the losses.
    loss_required : array of bool, shape (losses,)
        The loss needs a value where its stage takes place.
    """

    component_stages: int
    stage_is_component: BoolArray
    stage_optional: BoolArray
    choice_properties: frozenset[tuple[str, str]]
    flow_stage: IndexArray
    flow_is_component: BoolArray
    flow_factor: FloatArray
    flow_any_sign: BoolArray
    flow_outside: BoolArray
    flow_massless: BoolArray
    flow_masses: NDArray[np.int64]
    flow_other_drivers: tuple[tuple[FlowSpec, tuple[str | int, ...]], ...]
    flow_added_by_rule: BoolArray
    flow_allocated: BoolArray
    allocated_stages: tuple[StageSpec, ...]
    flow_reference: IndexArray
    balance_flow: int
    flow_balanced: BoolArray
    property_stage: IndexArray
    property_required: BoolArray
    property_is_share: BoolArray
    loss_stage: IndexArray
    loss_basis: NDArray[np.str_]
    loss_bases: tuple[tuple[str, BoolArray], ...]
    loss_required: BoolArray

    @property
    def property_is_part(self) -> BoolArray:
        """Whether each property is such a share, or that of the product at a stage with co-products, shape (properties,)."""
        is_part = self.property_is_share.copy()
        is_part[[spec.allocation.share for spec in self.allocated_stages if spec.allocation is not None]] = True
        return is_part


@lru_cache(maxsize=32)
def rule_arrays(rules: RuleSet) -> RuleArrays:
    """Return a rule as arrays.

    The arrays are built once per rule.

    Examples
    --------
    >>> from textile_pcf.rules import load_rules
    >>> rules = load_rules("cotton_fabric@2026.1")
    >>> rule_arrays(rules).flow_masses.shape == (len(rules.flows), 3)
    True
    """
    stages, flows, losses, properties = rules.stages, rules.flows, rules.losses, rules.properties
    is_component, outside = [spec.component for spec in stages], [spec.outside for spec in stages]
    alternatives = alternative_flows(rules)
    balancing = next((spec for spec in flows if spec.balance), None)
    masses = np.array([[spec.drivers.count(name) for name in MASS_DRIVERS] for spec in flows], dtype=np.int64)
    basis = np.array([spec.basis for spec in losses], dtype=np.str_)
    return RuleArrays(
        component_stages=rules.components,
        stage_is_component=_flags([*is_component, False]),
        stage_optional=_flags([*(spec.optional for spec in stages), False]),
        choice_properties=frozenset((rules.stage_id(spec.stage), spec.id) for spec in properties if spec.choice),
        flow_stage=_indices([spec.stage for spec in flows]),
        flow_is_component=_flags([is_component[spec.stage] for spec in flows]),
        flow_factor=np.array([spec.unit.factor for spec in flows], dtype=np.float64),
        flow_any_sign=_flags([spec.any_sign for spec in flows]),
        flow_outside=_flags([outside[spec.stage] for spec in flows]),
        flow_massless=_flags([not set(MASS_DRIVERS) & set(spec.drivers) for spec in flows]),
        flow_masses=masses.reshape(-1, len(MASS_DRIVERS)),
        flow_other_drivers=tuple((spec, drivers) for spec in flows if (drivers := _other_drivers(spec))),
        flow_added_by_rule=_flags([
            bool(spec.balance) or (spec.default is not None and not spec.optional and spec.index not in alternatives)
            for spec in flows
        ]),
        flow_allocated=_flags([spec.allocated for spec in flows]),
        allocated_stages=tuple(spec for spec in stages if spec.allocation is not None),
        flow_reference=_indices([-1 if spec.default is None else spec.default.reference for spec in flows]),
        balance_flow=-1 if balancing is None else balancing.index,
        flow_balanced=_flags([balancing is not None and spec.index in balancing.balance for spec in flows]),
        property_stage=_indices([spec.stage for spec in properties]),
        property_required=_flags([not spec.optional and spec.default is None and spec.method is None for spec in properties]),
        property_is_share=shares(properties),
        loss_stage=_indices([spec.stage for spec in losses]),
        loss_basis=basis,
        loss_bases=tuple((name, basis == name) for name in dict.fromkeys(basis.tolist())),
        loss_required=_flags([
            not outside[spec.stage] and (not spec.optional or spec.default is not None) for spec in losses
        ]),
    )  # fmt: skip


def alternative_flows(rules: RuleSet) -> set[int]:
    """Return the indices of the flows that are alternatives; none of them is required or added with the value of the rule.

    Examples
    --------
    >>> from textile_pcf.rules import load_rules
    >>> rules = load_rules("cotton_fabric@2026.1")
    >>> alternative_flows(rules) <= set(range(len(rules.flows)))
    True
    """
    return {index for group in rules.alternatives for way_type, index in group if way_type == "flow"}


def shares(properties: Sequence[PropertySpec]) -> BoolArray:
    """Return which properties are 1 at most: those that a method takes for a part of a whole, if no more is plausible."""
    taken = {index for spec in properties if spec.method for name, index in spec.inputs.items() if spec.method.is_share(name)}
    return _flags([spec.index in taken and (spec.plausible is None or spec.plausible[1] <= 1) for spec in properties])


def _other_drivers(spec: FlowSpec) -> tuple[str | int, ...]:
    """Return the drivers of a flow that are no mass."""
    return tuple(driver for driver in spec.drivers if isinstance(driver, int) or driver == "product")


def _flags(values: list[bool]) -> BoolArray:
    return np.array(values, dtype=bool)


def _indices(values: list[int]) -> IndexArray:
    return np.array(values, dtype=np.intp)
