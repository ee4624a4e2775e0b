"""Problems of quantities: missing ones that are used, impossible losses, and values of the rule that are taken twice."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from textile_pcf.activity.activity import Activity
from textile_pcf.arrays import BoolArray, FloatArray
from textile_pcf.columns import group_rows
from textile_pcf.errors import Problem
from textile_pcf.inventory.missing_data import InvalidNames, check_alternatives, missing_flows, missing_input
from textile_pcf.messages.message import Message, sentences
from textile_pcf.rules import PRODUCT, LossSpec, PropertySpec
from textile_pcf.rules.arrays import rule_arrays


def check_absent(activity: Activity, invalid: InvalidNames) -> list[Problem]:
    """Return problems of missing flows and alternatives, whatever the amounts."""
    return [*missing_flows(activity, invalid), *check_alternatives(activity, invalid)]


def missing_properties(activity: Activity, properties: FloatArray, invalid: InvalidNames) -> Iterator[Problem]:
    """Yield a problem per required property without a value, in active stages."""
    entries, given = activity.property_entries, activity.structure.properties.given
    if len(given) == entries.total:  # rows give all of them
        return
    first, last = entries.bounds_in(given)
    for index in np.flatnonzero(rule_arrays(activity.rules).property_required & (last - first < entries.lengths)).tolist():
        spec = activity.rules.properties[index]
        block = activity.property_entries.block(spec.index)
        empty = np.isnan(properties[block])
        if spec.stage != PRODUCT:
            empty = empty & activity.stage_active[activity.processes.block(spec.stage)]
        for entry in np.flatnonzero(empty):
            product, _ = activity.entry_name(spec.stage, int(entry))
            if ("property", spec.index, product) not in invalid:
                yield _not_given(activity, spec, int(entry))


def _not_given(activity: Activity, spec: PropertySpec | LossSpec, entry: int) -> Problem:
    stage = activity.rules.stage_id(spec.stage)
    cure = (
        Message("Write one of {options} in the column `item`.", options=spec.options_text)
        if isinstance(spec, PropertySpec) and spec.choice
        else Message("Give it in {expected}.", expected=spec.unit.text)
    )
    note = activity.rules.localized_note(stage, spec.id)
    what = Message(
        "{title} is missing, and the rule has no value for it.", title=activity.rules.localized_title(stage, spec.id)
    )
    return activity.missing(spec.stage, entry, spec.id, what, sentences(cure, note), "missing")


def impossible_losses(activity: Activity, losses: FloatArray) -> BoolArray:
    """Return whether each loss is outside what its basis allows; negative losses are problems of their row."""
    basis, entries = rule_arrays(activity.rules).loss_basis, activity.loss_entries
    most = entries.repeat(np.where(basis == "input", 1.0, np.inf))
    return np.asarray((losses >= most) | ((losses == 0) & entries.repeat(basis == "ratio")))


def check_losses(activity: Activity, losses: FloatArray, properties: FloatArray, invalid: InvalidNames) -> Iterator[Problem]:
    """Yield a problem per loss that is missing or outside what its basis allows."""
    if np.count_nonzero(losses) == len(losses) and (not len(losses) or losses.item(losses.argmax()) < 1):
        return  # whatever the basis; comparisons with NaN are false, and negative losses are problems of their row
    lacking = np.isnan(losses) & activity.loss_entries.repeat(rule_arrays(activity.rules).loss_required)
    impossible = impossible_losses(activity, losses)
    if not ((lacking & activity.structure.loss_active) | impossible).any():
        return
    for spec in activity.rules.losses:
        if activity.rules.stages[spec.stage].outside:
            continue
        block = activity.loss_entries.block(spec.index)
        values, rows = losses[block], activity.loss_rows[block]
        takes = activity.stage_active[activity.processes.block(spec.stage)]
        for entry in np.flatnonzero(takes & np.isnan(values) & (not spec.optional or spec.default is not None)):
            product, _ = activity.entry_name(spec.stage, int(entry))
            if ("loss", spec.index, product) in invalid:
                continue
            if spec.default is None:
                yield _not_given(activity, spec, int(entry))
            else:
                yield from missing_input(activity, properties, spec, spec.default, int(entry), invalid)
        for row in np.unique(rows[impossible[block] & (rows >= 0)]):
            text = f"{activity.value[row] * 100:.6g} %" if spec.basis != "ratio" else f"{activity.value[row]:.6g}"
            percent = "A loss on the input is at least 0 % and below 100 %; 5 percent is written 5 with unit %."
            ratio = "A ratio of input to output is above 0; 5 percent is written 5 with unit %."
            cure = percent if spec.basis == "input" else ratio
            yield from activity.columns.problems_at(
                [int(row)], Message("A loss of {text} is impossible.", text=text), cure, "amount", "loss"
            )


def check_default_taken_once(activity: Activity) -> Iterator[Problem]:
    """Yield a problem per further row without amount of one flow: the rule's value can be taken once."""
    if activity.structure.gives_flows_once:
        return
    flows = activity.exchanges
    rows = flows.empty[flows.row[flows.empty] >= 0]
    if len(rows) < 2:
        return
    first, group = group_rows(flows.flow[rows], flows.entry[rows])
    again = np.unique(flows.row[rows[first[group] != np.arange(len(rows))]])
    what = "Another row without amount takes the rule's value of this flow already."
    yield from activity.columns.problems_at(again, what, "Write the amounts, or keep one of the rows.", "amount", "taken-twice")


def missing_values(activity: Activity, properties: FloatArray, values: FloatArray, invalid: InvalidNames) -> Iterator[Problem]:
    """Yield a problem per exchange whose value of the rule lacks an input."""
    flows = activity.structure.exchanges
    if not len(flows.empty):
        return
    for row in flows.empty[np.isnan(values[flows.empty])]:
        spec, entry = activity.rules.flows[flows.flow[row]], int(flows.entry[row])
        product, _ = activity.entry_name(spec.stage, entry)
        if spec.default is not None and ("flow", spec.index, product) not in invalid:
            yield from missing_input(activity, properties, spec, spec.default, entry, invalid)
