"""Completeness: what the rule expects and no row answers, what is optional and open, and what is left out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from textile_pcf.activity import Activity
from textile_pcf.activity.row_patterns import rows_where
from textile_pcf.arrays import BoolArray, FloatArray, IndexArray, IntArray
from textile_pcf.columns import group_rows, take
from textile_pcf.inventory.inventory import Inventory
from textile_pcf.messages.message import CodedMessage, Message
from textile_pcf.rules import FlowSpec, RuleSet, StageSpec
from textile_pcf.rules.arrays import alternative_flows, rule_arrays
from textile_pcf.units import parse_unit, split_quantity

TOLERANCE = 1e-12  # equal to a limit is within it
STATES_SHARE = "states-share"
"""Code of warnings that state which part of a result something is: whoever knows it knows one more sum."""


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
        return [*stages, *_flow_names(rules, np.flatnonzero(self.expected_flows[product]))]

    def open(self, rules: RuleSet, product: int) -> tuple[list[str], list[str]]:
        """Return optional flows (`stage.flow`) and optional stages without an answer, in the order of the rule."""
        stages = [rules.stages[index].id for index in np.flatnonzero(self.open_stages[product])]
        return _flow_names(rules, np.flatnonzero(self.open_flows[product])), stages


def _flow_names(rules: RuleSet, indices: IndexArray) -> list[str]:
    flows = (rules.flows[index] for index in indices.tolist())
    return [f"{rules.stage_id(spec.stage)}.{spec.id}" for spec in flows]


def completeness(inventory: Inventory) -> Completeness:
    """Return what rows answer of the flows and stages of the rule; a flow is answered by any row, also one of 0."""
    rules = inventory.activity.rules
    found = _answers(inventory, np.arange(len(rules.flows)))
    ways = {index for group in rules.alternatives for kind, index in group if kind == "stage"}
    may_be_open = np.array([spec.optional and spec.index not in ways for spec in rules.stages], dtype=bool)
    open_stages = found.absent & _column(may_be_open) & ~found.wanted_stages & ~_column(_conditional(rules.stages))
    chosen = alternative_flows(rules)
    may_be_open = np.array([spec.optional and spec.index not in chosen for spec in rules.flows], dtype=bool)
    active = found.active[rule_arrays(rules).flow_stage]
    open_flows = found.lacking & active & _column(may_be_open) & ~found.wanted_flows & ~_column(_conditional(rules.flows))
    return Completeness(found.expected_flows.T, found.expected_stages.T, open_flows.T, open_stages.T)


def _column(values: BoolArray) -> BoolArray:
    """Return values of stages or flows as a column, to be repeated over products."""
    return values[:, None]


class _Unanswered(NamedTuple):
    """What rows answer whatever their amounts; shapes (stages, products) and (flows, products).

    Attributes
    ----------
    active, absent : ndarray of bool
        The stage takes place; it is inside the boundary and neither takes place nor is left out.
    lacking : ndarray of bool
        The flow is inside the boundary and neither given nor left out.
    """

    active: BoolArray
    absent: BoolArray
    lacking: BoolArray


class _Answers(NamedTuple):
    """What rows answer, by stage or flow and product; shapes (stages, products) and (flows, products).

    Attributes
    ----------
    active, absent, lacking : ndarray of bool
        See `_Unanswered`.
    wanted_stages, wanted_flows : ndarray of bool
        The rule expects it.
    flow_stage : ndarray of intp
        Stage of each flow looked at.
    """

    active: BoolArray
    absent: BoolArray
    lacking: BoolArray
    wanted_stages: BoolArray
    wanted_flows: BoolArray
    flow_stage: IndexArray

    @property
    def expected_stages(self) -> BoolArray:
        """The rule expects the stage, and nothing answers it."""
        return self.wanted_stages & self.absent

    @property
    def expected_flows(self) -> BoolArray:
        """The rule expects the flow, and nothing answers it or its stage."""
        return self.wanted_flows & self.lacking & ~self.expected_stages[self.flow_stage]


def _answers(inventory: Inventory, flows: IndexArray) -> _Answers:
    """Return what rows answer of some flows of the rule and of its stages."""
    rules, with_amount = inventory.activity.rules, _with_amount(inventory)
    name = f"unanswered of {len(flows)} flows"  # of all, or of those of `_looked_at`
    found = inventory.activity.structure.keep(name, lambda: _unanswered(inventory.activity, flows))
    flow_stage, active = rule_arrays(rules).flow_stage[flows], found.active
    return _Answers(
        *found,
        wanted_stages=_wanted(rules.stages, np.ones_like(active), with_amount, active),
        wanted_flows=_wanted([rules.flows[index] for index in flows.tolist()], active[flow_stage], with_amount, active),
        flow_stage=flow_stage,
    )


def _unanswered(activity: Activity, flows: IndexArray) -> _Unanswered:
    """Return what rows answer of some flows of the rule and of its stages, whatever their amounts."""
    rules, active = activity.rules, _active(activity)
    flow_stage, (flows_left, stages_left) = rule_arrays(rules).flow_stage[flows], _left_out(activity)
    inside = _column(np.array([not spec.outside for spec in rules.stages], dtype=bool))
    return _Unanswered(
        active,
        absent=~active & ~stages_left & inside,
        lacking=_lacking_flows(activity, flows) & ~flows_left[flows] & ~stages_left[flow_stage] & inside[flow_stage],
    )


def _active(activity: Activity) -> BoolArray:
    """Return which stages take place, for a component stage with any component, shape (stages, products)."""
    pairs = zip(activity.rules.stages, activity.processes.blocks, strict=True)
    return np.array(
        [_by_product(activity, spec.component, activity.stage_active[block], any_of=True) for spec, block in pairs], dtype=bool
    )


def _lacking_flows(activity: Activity, flows: IndexArray) -> BoolArray:
    """Return which flows have no row, shape (flows, products)."""
    lacking = [_lacking(activity, index) for index in flows.tolist()]
    return np.array(lacking, dtype=bool).reshape(len(flows), len(activity.names))


def _conditional(specs: Sequence[FlowSpec | StageSpec]) -> BoolArray:
    """Return which flows or stages belong to a result only under a condition; where it is not met, they are not open."""
    return np.array([bool(spec.conditions) for spec in specs], dtype=bool)


def _by_product(activity: Activity, component: bool, flags: BoolArray, any_of: bool) -> BoolArray:
    """Return flags of components or products by product: where any of them, or all, are true."""
    if not component or activity.components.one_per_product:
        return flags
    count = np.bincount(activity.components.product, weights=flags, minlength=len(activity.names))
    return np.asarray(count > 0 if any_of else count == activity.components.count)


def _lacking(activity: Activity, flow: int) -> BoolArray:
    """Return where a flow has no row: for a component stage, where some component that takes place has none."""
    spec = activity.rules.flows[flow]
    stage = activity.rules.stages[spec.stage]
    absent = ~activity.is_given[flow]
    if not stage.component or activity.components.one_per_product:
        return absent
    active = activity.stage_active[activity.processes.block(spec.stage)]
    nowhere = ~_by_product(activity, True, active, any_of=True)
    return _by_product(activity, True, absent & active, any_of=True) | (
        nowhere & _by_product(activity, True, absent, any_of=False)
    )


def _left_out(activity: Activity) -> tuple[BoolArray, BoolArray]:
    """Return which flows and stages rows `cutoff` leave out, shapes (flows, products) and (stages, products)."""
    products, rules = len(activity.names), activity.rules
    flows = np.zeros((len(rules.flows), products), dtype=bool)
    stages = np.zeros((len(rules.stages), products), dtype=bool)
    if activity.rows.has_cutoffs:
        left_out = activity.left_out
        for matrix, index in ((flows, left_out.flow), (stages, left_out.stage)):
            known = index >= 0
            matrix[index[known], left_out.product[known]] = True
    return flows, stages


def _with_amount(inventory: Inventory) -> BoolArray:
    """Return which flows that are a condition of others have an amount that is not 0, shape (flows, products).

    These are a fifth of the flows of a rule, and few exchanges.
    """
    activity, flows, products = inventory.activity, inventory.activity.exchanges, len(inventory.activity.names)
    with_amount = np.zeros(len(activity.rules.flows) * products, dtype=bool)
    rows = rows_where(_is_condition(activity.rules)[flows.patterns.flow], flows.pattern)
    rows = take(rows, (take(inventory.amount, rows) != 0).nonzero()[0])
    with_amount[flows.flows_of(rows) * products + take(inventory.product, rows)] = True
    return with_amount.reshape(-1, products)


@lru_cache(maxsize=32)
def _is_condition(rules: RuleSet) -> BoolArray:
    """Return which flows are a condition of others, by their amount; with a last False for what is no flow."""
    specs: list[FlowSpec | StageSpec] = [*rules.flows, *rules.stages]
    flows = {index for spec in specs for kind, index in spec.conditions if kind == "flow"}
    return np.array([*(spec.index in flows for spec in rules.flows), False], dtype=bool)


def _wanted(specs: Sequence[FlowSpec | StageSpec], always: BoolArray, with_amount: BoolArray, active: BoolArray) -> BoolArray:
    """Return where the rule expects flows or stages: each that is expected always, or whose condition is met.

    A condition is met where one of several flows has an amount, or one of several stages takes place. `always` says where
    what is expected without a condition belongs to a result.
    """
    wanted = np.zeros_like(always)
    for row, spec in enumerate(specs):
        if spec.expected:
            wanted[row] = always[row]
        for kind, index in spec.conditions:
            wanted[row] |= (active if kind == "stage" else with_amount)[index]
    return wanted


@lru_cache(maxsize=32)
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
    activity = inventory.activity
    if expects_anything(activity.rules):
        names, missing = _missing(inventory)
        for product in np.flatnonzero(missing.any(axis=0)).tolist():
            yield product, _not_answered(names, missing[:, product])
    if activity.rows.has_cutoffs:
        yield from _beyond_limits(activity)


def _missing(inventory: Inventory) -> tuple[list[str], BoolArray]:
    """Return the names of what a rule expects, and where nothing answers it, shape (names, products)."""
    flows, names = _looked_at(inventory.activity.rules)
    found = _answers(inventory, flows)
    return names, np.concatenate([found.expected_stages, found.expected_flows])


@lru_cache(maxsize=32)
def _looked_at(rules: RuleSet) -> tuple[IndexArray, list[str]]:
    """Return the flows that a rule expects, always or under a condition, and the names of all stages and of these flows."""
    flows = np.array([spec.index for spec in rules.flows if spec.expected or spec.conditions], dtype=np.intp)
    return flows, [*(spec.id for spec in rules.stages), *_flow_names(rules, flows)]


def _not_answered(names: list[str], missing: BoolArray) -> Message:
    return Message(
        "The rule expects what no row gives: {names}. Give it, 0 where there is none,"
        " or leave it out by a row `cutoff` with an estimate and a reason.",
        names=", ".join(names[index] for index in np.flatnonzero(missing)),
    )


def _beyond_limits(activity: Activity, distinct: bool = False) -> Iterator[tuple[int, str]]:
    """Yield product and warning where more is left out than the rule allows; with `distinct` each text once."""
    single, total = limits(activity.rules)
    left_out, totals = activity.left_out, left_out_total(activity)
    if single is not None:
        rows = np.flatnonzero(left_out.share > single + TOLERANCE)
        items = activity.columns.texts["item"].codes[left_out.row[rows]]
        for number in (rows[_first_texts(left_out.share[rows], items)] if distinct else rows).tolist():
            item = activity.columns.text("item", int(left_out.row[number]))
            values = {"item": item, "share": float(left_out.share[number]) * 100, "limit": single * 100}
            template = "{item} is left out with {share:.3g} % of the result; the rule allows {limit:.3g} % each."
            yield int(left_out.product[number]), CodedMessage(STATES_SHARE, template, **values)
    if total is not None:
        products = np.flatnonzero(totals > total + TOLERANCE)
        for product in (products[_first_texts(totals[products])] if distinct else products).tolist():
            values = {"share": float(totals[product]) * 100, "limit": total * 100}
            template = "{share:.3g} % of the result is left out; the rule allows {limit:.3g} % in all."
            yield product, CodedMessage(STATES_SHARE, template, **values)


def _first_texts(shares: FloatArray, *codes: IntArray) -> IndexArray:
    """Return the first of all shares that are printed alike and have the same codes, ascending."""
    _, printed = np.unique(np.char.mod("%.3g", shares * 100), return_inverse=True)
    return np.sort(group_rows(printed, *codes)[0])


def catalogue_warnings(inventory: Inventory) -> Iterator[str]:
    """Yield the warnings of `completeness_warnings` without their products, each distinct one once."""
    activity = inventory.activity
    if expects_anything(activity.rules):
        names, missing = _missing(inventory)
        if missing.any():
            first, _ = group_rows(*np.packbits(missing, axis=0).astype(np.int64))
            for product in first.tolist():
                if missing[:, product].any():
                    yield _not_answered(names, missing[:, product])
    if activity.rows.has_cutoffs:
        yield from dict.fromkeys(text for _, text in _beyond_limits(activity, distinct=True))
