"""What is asked of a rule again and again, as arrays: one entry per stage, flow, property or loss, in the rule's order."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from textile_pcf.arrays import BoolArray, FloatArray, IndexArray
from textile_pcf.rules import FlowSpec, RuleSet
from textile_pcf.rules.schema import MASS_DRIVERS


@dataclass(frozen=True, eq=False)
class RuleArrays:
    """A rule as arrays. BoolArray of stages have one more entry, for the product (-1): never a fibre's, never optional."""

    component_stages: int
    """Number of component stages; they come first."""
    stage_is_component: BoolArray
    stage_optional: BoolArray
    choice_properties: frozenset[tuple[str, str]]
    """Stage and id of the properties that are a choice."""
    flow_stage: IndexArray
    flow_is_component: BoolArray
    flow_factor: FloatArray
    flow_any_sign: BoolArray
    flow_outside: BoolArray
    flow_massless: BoolArray
    flow_masses: NDArray[np.int64]
    """How often output, input and loss of its stage multiply a flow, shape (flows, 3)."""
    flow_other_drivers: tuple[tuple[FlowSpec, tuple[str | int, ...]], ...]
    """Flows that are multiplied by what is no mass: by properties, or the product."""
    flow_added_by_rule: BoolArray
    """The rule has a value for it, and it is neither optional nor one of several ways."""
    property_stage: IndexArray
    property_required: BoolArray
    loss_stage: IndexArray
    loss_basis: NDArray[np.str_]
    loss_bases: tuple[tuple[str, BoolArray], ...]
    """The distinct ones of these, each with a flag per loss."""
    loss_required: BoolArray
    """It is asked for where its stage takes place."""


@lru_cache(maxsize=32)
def rule_arrays(rules: RuleSet) -> RuleArrays:
    """The arrays of a rule; made once."""
    stages, flows, losses, properties = rules.stages, rules.flows, rules.losses, rules.properties
    lane, outside = [spec.component for spec in stages], [spec.outside for spec in stages]
    chosen = alternative_flows(rules)
    masses = np.array([[spec.drivers.count(name) for name in MASS_DRIVERS] for spec in flows], dtype=np.int64)
    basis = np.array([spec.basis for spec in losses], dtype=np.str_)
    return RuleArrays(
        component_stages=rules.components,
        stage_is_component=_flags([*lane, False]),
        stage_optional=_flags([*(spec.optional for spec in stages), False]),
        choice_properties=frozenset((rules.stage_id(spec.stage), spec.id) for spec in properties if spec.choice),
        flow_stage=_places([spec.stage for spec in flows]),
        flow_is_component=_flags([lane[spec.stage] for spec in flows]),
        flow_factor=np.array([spec.unit.factor for spec in flows], dtype=np.float64),
        flow_any_sign=_flags([spec.any_sign for spec in flows]),
        flow_outside=_flags([outside[spec.stage] for spec in flows]),
        flow_massless=_flags([not set(MASS_DRIVERS) & set(spec.drivers) for spec in flows]),
        flow_masses=masses.reshape(-1, len(MASS_DRIVERS)),
        flow_other_drivers=tuple((spec, others) for spec in flows if (others := _no_masses(spec))),
        flow_added_by_rule=_flags([spec.default is not None and not spec.optional and spec.index not in chosen for spec in flows]),
        property_stage=_places([spec.stage for spec in properties]),
        property_required=_flags([not spec.optional and spec.default is None and spec.method is None for spec in properties]),
        loss_stage=_places([spec.stage for spec in losses]),
        loss_basis=basis,
        loss_bases=tuple((kind, basis == kind) for kind in dict.fromkeys(basis.tolist())),
        loss_required=_flags([
            not outside[spec.stage] and (not spec.optional or spec.default is not None) for spec in losses
        ]),
    )  # fmt: skip


def alternative_flows(rules: RuleSet) -> set[int]:
    """Flows that are a way to choose; none of them is required or filled in by itself."""
    return {index for group in rules.alternatives for kind, index in group if kind == "flow"}


def _no_masses(spec: FlowSpec) -> tuple[str | int, ...]:
    return tuple(driver for driver in spec.drivers if isinstance(driver, int) or driver == "product")


def _flags(values: list[bool]) -> BoolArray:
    return np.array(values, dtype=bool)


def _places(values: list[int]) -> IndexArray:
    return np.array(values, dtype=np.intp)
