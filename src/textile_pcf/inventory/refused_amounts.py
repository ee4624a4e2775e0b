"""Problems of unconfirmed amounts far above the plausible band of a rule."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from textile_pcf.activity.activity import Activity
from textile_pcf.activity.indexing import BlockIndex
from textile_pcf.activity.row_patterns import RowKind
from textile_pcf.activity.structure import GivenQuantities
from textile_pcf.arrays import FloatArray, IndexArray
from textile_pcf.columns import take
from textile_pcf.errors import Problem
from textile_pcf.inventory.bands import (
    NEAR,
    TIMES,
    Bands,
    amounts_per_driver,
    band_text,
    bands_of_rule,
    specs_of,
    sum_per_entry,
    unit_of,
)
from textile_pcf.inventory.quantities import Quantities
from textile_pcf.messages.message import Message, sentences
from textile_pcf.rules import FlowSpec, QuantitySpec
from textile_pcf.rules.arrays import rule_arrays


def refuse_beyond_band(activity: Activity, quantities: Quantities) -> list[Problem]:
    """Return a problem per share above the whole, and per unconfirmed amount more than twenty times above its band.

    Amounts of the rule are not checked.
    """
    properties, losses, flows = bands_of_rule(activity.rules)
    problems: list[Problem] = []
    structure = activity.structure
    if properties.some:
        problems += _single(activity, properties, activity.property_entries, activity.properties, structure.properties)
    if losses.some:
        problems += _single(activity, losses, activity.loss_entries, activity.losses, structure.losses)
    if flows.some:
        problems += _flows(activity, quantities, flows)
    shares = _shares_above_one(activity)
    if not problems and not shares:
        return problems
    reported = {problem.where for problem in (*activity.problems, *quantities.problems)}  # these amounts are problems already
    shares = [problem for problem in shares if problem.where not in reported]
    reported |= {problem.where for problem in shares}
    return [*shares, *(problem for problem in problems if problem.where not in reported)]


def _shares_above_one(activity: Activity) -> list[Problem]:
    """Return a problem per given property above 1 that a named method takes for a part of a whole."""
    is_share, block_index = rule_arrays(activity.rules).property_is_share, activity.property_entries
    if not is_share.any():
        return []
    above = block_index.compare(np.greater, activity.properties, np.where(is_share, 1 + NEAR, np.inf))
    positions = np.flatnonzero(above)
    if not len(positions):
        return []
    rows, first = np.unique(activity.property_rows[positions], return_index=True)
    problems: list[Problem] = []
    for row, position in zip(rows.tolist(), positions[first].tolist(), strict=True):
        spec = activity.rules.properties[int(specs_of(block_index, np.array([position]))[0])]
        factor, unit = unit_of(spec)
        what = Message(
            "A share of {value:.6g} {unit} is more than all.", value=activity.properties[position] / factor, unit=unit
        )
        cure = "A share is at most 1, or 100 %; 5 percent is written 5 with unit %."
        problems += activity.columns.problems_at([row], what, cure, "amount", "share")
    return problems


def _single(
    activity: Activity, bands: Bands, block_index: BlockIndex, values: FloatArray, given: GivenQuantities
) -> Iterator[Problem]:
    """Yield problems of properties or losses, which have one row each: of those that rows state, which are few."""
    first, last = block_index.bounds_in(given.stated)
    positions = given.stated[take(values, given.stated) > bands.most.repeat(last - first)]
    if not len(positions):
        return
    rows = given.rows
    positions = positions[~activity.columns.confirmed[rows[positions]]]
    for position in positions[np.unique(rows[positions], return_index=True)[1]].tolist():
        spec = bands.specs[int(specs_of(block_index, np.array([position]))[0])]
        yield _refused(activity, spec, float(values[position]), int(rows[position]))


def _flows(activity: Activity, quantities: Quantities, bands: Bands) -> Iterator[Problem]:
    """Yield problems of flows, each the sum of its rows: at the rows that exceed the limit alone, else at the largest."""
    flows, block_index = activity.exchanges, activity.structure.flow_entries
    values = amounts_per_driver(activity, quantities)
    if not _suspect(activity, bands, values):
        return
    stated = (flows.row >= 0) & ~activity.columns.confirmed[flows.row]
    stated[flows.empty] = False
    total = sum_per_entry(activity, block_index, values, stated)
    over = np.flatnonzero(total > block_index.repeat(bands.most))
    position = block_index.entry(flows.flow, flows.entry)
    refused: set[int] = set()
    for lines in _lines_of(np.flatnonzero(stated), position, over):
        index = int(flows.flow[lines[0]])
        alone = lines[values[lines] > bands.most[index]]
        for line in (alone if len(alone) else lines[np.argmax(values[lines])][None]).tolist():
            if (row := int(flows.row[line])) not in refused:
                refused.add(row)
                yield _refused(activity, bands.specs[index], float(total[position[line]]), row)


def _suspect(activity: Activity, bands: Bands, values: FloatArray) -> bool:
    """Return whether a flow can exceed its limit: a row is above the band, or a flow may have many rows."""
    flows = activity.exchanges
    high = np.append(bands.high, np.inf)[flows.patterns.flow]
    if np.count_nonzero(values > take(high, flows.pattern)):
        return True
    return bool(len(flows) - np.count_nonzero(activity.structure.is_given) >= TIMES)  # many rows of one flow


def _lines_of(lines: IndexArray, position: IndexArray, selected: IndexArray) -> Iterator[IndexArray]:
    """Yield the exchanges of each of some flow entries."""
    lines = lines[np.isin(position[lines], selected)]
    lines = lines[np.argsort(position[lines], kind="stable")]
    yield from (part for part in np.split(lines, np.flatnonzero(np.diff(position[lines])) + 1) if len(part))


def _refused(activity: Activity, spec: QuantitySpec, value: float, row: int) -> Problem:
    factor, unit = unit_of(spec)
    what = Message(
        "{value:.6g} {unit} is more than {times} times above the plausible {band}.",
        value=value / factor,
        unit=unit,
        times=TIMES,
        band=band_text(spec),
    )
    check = "Check the amount, its unit and `per`." if isinstance(spec, FlowSpec) else "Check the amount and its unit."
    cure = sentences(check, "If it is right, write `yes` in the column `confirmed` of this row.")
    return next(iter(activity.columns.problems_at([row], what, cure, "amount", "implausible")))


def most_of_rows(activity: Activity) -> FloatArray:
    """Return the amount above which each row must be confirmed, in its unit; infinite if there is no limit."""
    patterns, most = activity.rows.patterns, np.full(len(activity.rows.patterns.row_kind), np.inf)
    for kind, bands in zip((RowKind.PROPERTY, RowKind.LOSS, RowKind.FLOW), bands_of_rule(activity.rules), strict=True):
        here = patterns.row_kind == kind
        most[here] = bands.most[patterns.index[here]] / patterns.factor[here]
    return most[activity.rows.pattern]
