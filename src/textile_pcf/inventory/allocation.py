"""Allocation at stages with co-products: the share of the product, given, cited or computed from masses and prices."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from textile_pcf import engine
from textile_pcf.activity.activity import Activity
from textile_pcf.activity.row_patterns import rows_where
from textile_pcf.arrays import FloatArray, repeated
from textile_pcf.columns import take
from textile_pcf.errors import Problem
from textile_pcf.messages.message import Message
from textile_pcf.rules.arrays import rule_arrays
from textile_pcf.rules.specs import StageSpec


def stage_share(activity: Activity, properties: FloatArray, stage: StageSpec) -> FloatArray:
    """Return the share of the product at a stage with an allocation, per entry; NaN where it is not known. [1]

    Parameters
    ----------
    activity : Activity
    properties : ndarray, shape (property entries,)
        Properties given by activity data and by the rule.
    stage : StageSpec
        A stage with an allocation.
    """
    spec = stage.allocation
    assert spec is not None

    def values(index: int) -> FloatArray:
        return properties[activity.property_entries.block(index)]

    share = values(spec.share)
    if not spec.masses:
        return share
    masses = np.array([values(index) for index in spec.masses])
    with np.errstate(over="ignore", invalid="ignore"):
        if spec.price < 0:
            computed = engine.share_by_mass(masses)
        else:
            prices = np.array([values(index) for index in spec.prices])
            computed = engine.share_by_price(values(spec.price), masses, prices)
    return np.where(np.isnan(share), computed, share)


def process_allocation(activity: Activity, properties: FloatArray) -> FloatArray | None:
    """Return the part of its emissions that each process passes on, shape (processes,); None if the rule allocates nothing.

    Where no product has co-products, such as of cotton that is bought ginned, each passes on all, and nothing is multiplied.
    """
    stages = rule_arrays(activity.rules).allocated_stages
    if not stages:
        return None
    blocks = [activity.processes.block(stage.index) for stage in stages]
    shares = [
        np.where(activity.stage_active[block], stage_share(activity, properties, stage), 1.0)
        for stage, block in zip(stages, blocks, strict=True)
    ]
    if all((one == 1).all() for one in shares):
        return repeated(1.0, activity.processes.total)
    share = np.ones(activity.processes.total)
    for block, one in zip(blocks, shares, strict=True):
        share[block] = one
    components = activity.components
    return engine.allocated_shares(share, len(activity.names), components.product, rule_arrays(activity.rules).component_stages)


def with_allocation(activity: Activity, shares: FloatArray | None, scale: FloatArray) -> FloatArray:
    """Return the scale of each exchange times the share of its process, unless the rule keeps the flow whole."""
    if shares is None or (shares == 1).all():
        return scale
    exchanges, allocated = activity.exchanges, rule_arrays(activity.rules).flow_allocated
    share = take(shares, exchanges.process)
    if not allocated.all():
        share[rows_where(~allocated[exchanges.patterns.flow], exchanges.pattern)] = 1.0
    return np.asarray(scale * share)


def allocated_ratio(activity: Activity, properties: FloatArray, stage: int, share: float) -> FloatArray:
    """Return by what each amount changes if a stage gives another share to the product, shape (exchanges,). [1]"""
    spec = activity.rules.stages[stage]
    ratio = np.ones(activity.processes.total)
    block = activity.processes.block(stage)
    ratio[block] = np.where(activity.stage_active[block], share / stage_share(activity, properties, spec), 1.0)
    components = activity.components
    shares = engine.allocated_shares(
        ratio, len(activity.names), components.product, rule_arrays(activity.rules).component_stages
    )
    return with_allocation(activity, shares, np.ones(len(activity.exchanges)))


def check_allocation(activity: Activity, properties: FloatArray) -> Iterator[Problem]:
    """Yield a problem per share that is missing, or that is not a share above 0 and at most 1."""
    rules, stages = activity.rules, rule_arrays(activity.rules).allocated_stages
    if stages:
        yield from _negative_losses(activity, stages[-1])
    for stage in stages:
        assert stage.allocation is not None
        name = rules.properties[stage.allocation.share].id
        share = stage_share(activity, properties, stage)
        active = activity.stage_active[activity.processes.block(stage.index)]
        rows = activity.property_rows[activity.property_entries.block(stage.allocation.share)]
        for entry in np.flatnonzero(active & ~((share > 0) & (share <= 1))):
            if np.isnan(share[entry]):
                what = Message("The allocation of {title} to its co-products is missing.", title=_Title(activity, stage))
                yield activity.missing(stage.index, int(entry), name, what, _cure(activity, stage), "allocation")
                continue
            what = Message("An allocated share of {percent:.6g} % cannot be.", percent=float(share[entry]) * 100)
            cure = Message("It is above 0 % and at most 100 %: the part of the emissions that the product carries.")
            if rows[entry] >= 0:
                yield from activity.columns.problems_at([int(rows[entry])], what, cure, "amount", "allocation")
            else:
                yield activity.missing(stage.index, int(entry), name, what, cure, "allocation")


def _negative_losses(activity: Activity, last: StageSpec) -> Iterator[Problem]:
    """Yield a problem per ratio below 1 up to the last stage with co-products, which is a share written as a loss."""
    what = Message("A ratio below 1 is a negative loss: mass would appear in the stage.")
    cure = Message("Masses stay masses; give what the product carries as the share of the allocation.")
    for index in (index for stage in activity.rules.stages[: last.index + 1] for index in stage.losses):
        block = activity.loss_entries.block(index)
        losses, rows = activity.losses[block], activity.loss_rows[block]
        if activity.rules.losses[index].basis == "ratio":
            wrong = sorted(set(rows[(losses > 0) & (losses < 1) & (rows >= 0)].tolist()))
            yield from activity.columns.problems_at(wrong, what, cure, "amount", "allocation")


def _cure(activity: Activity, stage: StageSpec) -> Message:
    """Return which rows answer a missing share."""
    spec, properties = stage.allocation, activity.rules.properties
    assert spec is not None
    share = properties[spec.share].id
    if not spec.masses:
        return Message("Give the row {share} in %.", share=share)
    needed = [properties[index].id for index in (*spec.masses, *spec.prices, *([spec.price] if spec.price >= 0 else []))]
    return Message("Give the row {share} in %, or the rows {needed}.", share=share, needed=", ".join(needed))


class _Title:
    """Name of a stage in the language of a message."""

    def __init__(self, activity: Activity, stage: StageSpec) -> None:
        self._rules, self._id = activity.rules, stage.id

    def text(self, language: str) -> str:
        return self._rules.title(self._id, language=language)

    def __format__(self, spec: str) -> str:
        return format(self.text("en"), spec)
