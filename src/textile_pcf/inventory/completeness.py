"""Completeness: what the rule expects and no row answers, what is optional and open, and what is left out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from textile_pcf.activity import Activity
from textile_pcf.arrays import BoolArray, FloatArray
from textile_pcf.columns import group_rows
from textile_pcf.inventory.inventory import Inventory
from textile_pcf.messages.message import Message
from textile_pcf.rules import FlowSpec, RuleSet, StageSpec
from textile_pcf.rules.arrays import alternative_flows, rule_arrays
from textile_pcf.units import parse_unit, split_quantity

TOLERANCE = 1e-12  # equal to a limit is within it


@dataclass(frozen=True, eq=False)
class Completeness:
    """What rows answer of a rule, by product.

    Attributes
    ----------
    expected_flows : ndarray of bool, shape (products, flows)
        The rule expects the flow, and it is neither given nor left out.
    expected_stages : ndarray of bool, shape (products, stages)
        The rule expects the stage, and it neither takes place nor is left out.
    open_flows : ndarray of bool, shape (products, flows)
        The flow is optional, its stage takes place, and it is neither given nor left out. One with a condition that is not met
        is not open.
    open_stages : ndarray of bool, shape (products, stages)
        The stage is optional and neither takes place nor is left out.
    """

    expected_flows: BoolArray
    expected_stages: BoolArray
    open_flows: BoolArray
    open_stages: BoolArray

    def expected(self, rules: RuleSet, product: int) -> list[str]:
        """Return what is expected and not answered for a product: `stage` and `stage.flow`, in the order of the rule."""
        stages = [rules.stages[index].id for index in np.flatnonzero(self.expected_stages[product])]
        return [*stages, *_flow_names(rules, self.expected_flows[product])]

    def open(self, rules: RuleSet, product: int) -> tuple[list[str], list[str]]:
        """Return optional flows (`stage.flow`) and optional stages without an answer, in the order of the rule."""
        stages = [rules.stages[index].id for index in np.flatnonzero(self.open_stages[product])]
        return _flow_names(rules, self.open_flows[product]), stages


def _flow_names(rules: RuleSet, selected: BoolArray) -> list[str]:
    flows = (rules.flows[index] for index in np.flatnonzero(selected))
    return [f"{rules.stage_id(spec.stage)}.{spec.id}" for spec in flows]


def completeness(inventory: Inventory) -> Completeness:
    """Return what rows answer of the flows and stages of the rule; a flow is answered by any row, also one of 0."""
    activity, rules = inventory.activity, inventory.activity.rules
    active = _active(activity)
    flows_left, stages_left = _left_out(activity)
    flow_stage = rule_arrays(rules).flow_stage
    inside = np.array([not spec.outside for spec in rules.stages], dtype=bool)
    wanted = _expected_stages(inventory, active)
    absent = ~active & ~stages_left & inside
    expected_stages = wanted & absent
    ways = {index for group in rules.alternatives for kind, index in group if kind == "stage"}
    may_be_open = np.array([spec.optional and spec.index not in ways for spec in rules.stages], dtype=bool)
    open_stages = absent & may_be_open & ~wanted & ~_conditional(rules.stages)
    lacking = _lacking_flows(activity) & ~flows_left & ~stages_left[:, flow_stage] & inside[flow_stage]
    wanted = _expected_flows(inventory, active)
    expected_flows = wanted & lacking & ~expected_stages[:, flow_stage]
    chosen = alternative_flows(rules)
    may_be_open = np.array([spec.optional and spec.index not in chosen for spec in rules.flows], dtype=bool)
    open_flows = lacking & active[:, flow_stage] & may_be_open & ~wanted & ~_conditional(rules.flows)
    return Completeness(expected_flows, expected_stages, open_flows, open_stages)


def _active(activity: Activity) -> BoolArray:
    """Return which stages take place, for a component stage with any component, shape (products, stages)."""
    pairs = zip(activity.rules.stages, activity.processes.blocks, strict=True)
    return np.stack(
        [_by_product(activity, spec.component, activity.stage_active[block], any_of=True) for spec, block in pairs], axis=1
    )


def _lacking_flows(activity: Activity) -> BoolArray:
    """Return which flows have no row, shape (products, flows)."""
    if not activity.rules.flows:
        return np.zeros((len(activity.names), 0), dtype=bool)
    return np.stack([_lacking(activity, index) for index in range(len(activity.rules.flows))], axis=1)


def _conditional(specs: Sequence[FlowSpec | StageSpec]) -> BoolArray:
    """Return which flows or stages belong to a result only under a condition; where it is not met, they are not open."""
    return np.array([bool(spec.conditions) for spec in specs], dtype=bool)


def _by_product(activity: Activity, component: bool, flags: BoolArray, any_of: bool) -> BoolArray:
    """Return flags of components or products by product: where any of them, or all, are true."""
    if not component:
        return flags
    count = np.bincount(activity.components.product, weights=flags, minlength=len(activity.names))
    return np.asarray(count > 0 if any_of else count == activity.components.count)


def _lacking(activity: Activity, flow: int) -> BoolArray:
    """Return where a flow has no row: for a component stage, where some component that takes place has none."""
    spec = activity.rules.flows[flow]
    stage = activity.rules.stages[spec.stage]
    absent = ~activity.is_given[flow]
    if not stage.component:
        return absent
    active = activity.stage_active[activity.processes.block(spec.stage)]
    nowhere = ~_by_product(activity, True, active, any_of=True)
    return _by_product(activity, True, absent & active, any_of=True) | (
        nowhere & _by_product(activity, True, absent, any_of=False)
    )


def _left_out(activity: Activity) -> tuple[BoolArray, BoolArray]:
    """Return which flows and stages rows `cutoff` leave out, shapes (products, flows) and (products, stages)."""
    products, rules = len(activity.names), activity.rules
    flows = np.zeros((products, len(rules.flows)), dtype=bool)
    stages = np.zeros((products, len(rules.stages)), dtype=bool)
    if activity.rows.has_cutoffs:
        left_out = activity.left_out
        for matrix, index in ((flows, left_out.flow), (stages, left_out.stage)):
            known = index >= 0
            matrix[left_out.product[known], index[known]] = True
    return flows, stages


def _met(inventory: Inventory, active: BoolArray, conditions: tuple[tuple[str, int], ...]) -> BoolArray:
    """Return for which products one of several flows has an amount, or one of several stages takes place."""
    met = np.zeros(len(active), dtype=bool)
    for kind, index in conditions:
        if kind == "stage":
            met |= active[:, index]
        else:
            with_amount = (inventory.flow == index) & (inventory.amount != 0)
            met[inventory.product[with_amount]] = True
    return met


def _expected_flows(inventory: Inventory, active: BoolArray) -> BoolArray:
    specs = inventory.activity.rules.flows
    expected = np.zeros((len(active), len(specs)), dtype=bool)
    for spec in specs:
        if spec.expected:
            expected[:, spec.index] = active[:, spec.stage]
        if spec.conditions:
            expected[:, spec.index] |= _met(inventory, active, spec.conditions)
    return expected


def _expected_stages(inventory: Inventory, active: BoolArray) -> BoolArray:
    expected = np.zeros_like(active)
    for spec in inventory.activity.rules.stages:
        if spec.expected:
            expected[:, spec.index] = True
        if spec.conditions:
            expected[:, spec.index] |= _met(inventory, active, spec.conditions)
    return expected


def expects_anything(rules: RuleSet) -> bool:
    """Return whether a rule says of any flow or stage that it belongs to a complete result."""
    flows = any(spec.expected or spec.conditions for spec in rules.flows)
    return flows or any(spec.expected or spec.conditions for spec in rules.stages)


@lru_cache(maxsize=32)
def limits(rules: RuleSet) -> tuple[float | None, float | None]:
    """Return the limits of a rule for each thing left out and for all together; None where it has none. [1]"""
    cutoff = rules.document.cutoff

    def part(text: str | None) -> float | None:
        if text is None:
            return None
        amount, unit = split_quantity(text)
        return amount * parse_unit(unit).factor

    return part(cutoff.single), part(cutoff.total)


def left_out_total(activity: Activity) -> FloatArray:
    """Return the estimated part of its gross emissions that each product leaves out, shape (products,). [1]"""
    left_out = activity.left_out
    total = np.bincount(left_out.product, weights=left_out.share, minlength=len(activity.names))
    return total.astype(np.float64)


def completeness_warnings(inventory: Inventory) -> Iterator[tuple[int, str]]:
    """Yield product and warning where something expected is not answered, or more is left out than the rule allows."""
    activity, rules = inventory.activity, inventory.activity.rules
    if expects_anything(rules):
        found = completeness(inventory)
        missing = np.concatenate([found.expected_stages, found.expected_flows], axis=1)
        for product in np.flatnonzero(missing.any(axis=1)).tolist():
            yield product, _not_answered(", ".join(found.expected(rules, product)))
    if activity.rows.has_cutoffs:
        yield from _beyond_limits(activity)


def _not_answered(names: str) -> Message:
    return Message(
        "The rule expects what no row gives: {names}. Give it, 0 where there is none,"
        " or leave it out by a row `cutoff` with an estimate and a reason.",
        names=names,
    )


def _beyond_limits(activity: Activity) -> Iterator[tuple[int, str]]:
    single, total = limits(activity.rules)
    left_out, totals = activity.left_out, left_out_total(activity)
    if single is not None:
        for number in np.flatnonzero(left_out.share > single + TOLERANCE):
            item = activity.columns.text("item", int(left_out.row[number]))
            values = {"item": item, "share": float(left_out.share[number]) * 100, "limit": single * 100}
            text = Message("{item} is left out with {share:.3g} % of the result; the rule allows {limit:.3g} % each.", **values)
            yield int(left_out.product[number]), text
    if total is not None:
        for product in np.flatnonzero(totals > total + TOLERANCE).tolist():
            values = {"share": float(totals[product]) * 100, "limit": total * 100}
            text = Message("{share:.3g} % of the result is left out; the rule allows {limit:.3g} % in all.", **values)
            yield product, text


def catalogue_warnings(inventory: Inventory) -> Iterator[str]:
    """Yield the warnings of `completeness_warnings` without their products, each distinct one once."""
    activity, rules = inventory.activity, inventory.activity.rules
    if expects_anything(rules):
        found = completeness(inventory)
        missing = np.concatenate([found.expected_stages, found.expected_flows], axis=1)
        packed = np.packbits(missing, axis=1)
        first, _ = group_rows(*packed.T.astype(np.int64))
        for product in first.tolist():
            if missing[product].any():
                yield _not_answered(", ".join(found.expected(rules, product)))
    if activity.rows.has_cutoffs:
        yield from dict.fromkeys(text for _, text in _beyond_limits(activity))
