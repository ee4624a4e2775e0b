"""What can be moved in a live report: amounts of flows and losses, each as a change of a change file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from textile_pcf.activity.row_patterns import Per
from textile_pcf.report.live.model import ProductModel, given_losses, given_rows
from textile_pcf.rules import FlowSpec, LossSpec
from textile_pcf.units import parse_unit

SPAN = 2.0
"""Largest multiple of an amount for which the rule has no plausible band."""
MOST_LOSS = 0.95
"""Largest loss, as part of what goes in."""
FUEL = ({"combustion"}, {"well_to_tank"})


@dataclass(frozen=True)
class Control:
    """An amount that can be moved.

    Attributes
    ----------
    places : tuple of dict
        Where the changes apply: `stage`, `flow`, and where needed `component` and `item`.
    stage : int
        Index of the stage.
    flows : tuple of str
        Ids of the flows, or of the loss.
    lines, losses : tuple of int
        Exchanges whose value it multiplies, and losses that it moves.
    base : float
        The amount as it is. [`unit`]
    unit : str
        Unit of the amount; `%` of what it is where several amounts are moved together.
    factor : float
        Canonical units in one `unit`, of a loss.
    band : tuple of float
        Lowest and highest amount. [`unit`]
    is_plausible : bool
        Whether the band is the plausible one of the rule.
    component, item : str
        Fibre and factor, where it is about one of several.
    is_set : bool
        Whether the change sets an amount; else it multiplies the one in use.
    """

    places: tuple[dict[str, str], ...]
    stage: int
    flows: tuple[str, ...]
    lines: tuple[int, ...]
    losses: tuple[int, ...]
    base: float
    unit: str
    factor: float
    band: tuple[float, float]
    is_plausible: bool
    component: str = ""
    item: str = ""
    is_set: bool = False
    notes: tuple[str, ...] = field(default=())


def flow_controls(model: ProductModel) -> Iterator[Control]:
    """Yield the amounts of flows that can be moved, those of a fuel together with its supply."""
    inventory = model.inventory
    rows, items = given_rows(inventory), _items(model)
    supplied: list[tuple[int, ...]] = []
    groups = list(_flow_groups(model))
    for lines in groups:
        if lines in supplied:
            continue
        partner = _supply_of(model, lines, groups)
        if partner is not None:
            supplied.append(partner)
    for lines in groups:
        if lines in supplied or not inventory.quantities.value[list(lines)].any():
            continue
        partner = _supply_of(model, lines, groups)
        yield _flow_control(model, lines, partner or (), rows[list(lines)].tolist(), items)


def _flow_groups(model: ProductModel) -> Iterator[tuple[int, ...]]:
    """Yield the exchanges that one change can move: of a flow, of one fibre of it, or of one item."""
    inventory = model.inventory
    activity = inventory.activity
    rows, balance = activity.exchanges.row, -1 if inventory.balance is None else int(inventory.balance.rows[0])
    for flow in np.unique(inventory.flow).tolist():
        spec = activity.rules.flows[flow]
        lines = [line for line in np.flatnonzero(inventory.flow == flow).tolist() if line != balance and inventory.inside[line]]
        named = all(rows[line] < 0 or activity.columns.text("component", int(rows[line])) for line in lines)
        parts = _split(lines, [_component(model, spec, line) for line in lines]) if named else [lines]
        for part in parts:
            texts = [activity.columns.text("item", int(rows[line])) if rows[line] >= 0 else "" for line in part]
            given = set(part).isdisjoint(activity.exchanges.empty.tolist())
            yield from map(tuple, _split(part, texts) if given and all(texts) else [part] if part else [])


def _split(lines: Sequence[int], texts: Sequence[str]) -> list[list[int]]:
    return [[line for line, own in zip(lines, texts, strict=True) if own == text] for text in dict.fromkeys(texts)]


def _component(model: ProductModel, spec: FlowSpec | LossSpec, line: int) -> str:
    activity = model.inventory.activity
    return activity.entry_name(spec.stage, int(activity.exchanges.entry[line]))[1]


def _items(model: ProductModel) -> list[tuple[str, str]]:
    """Return item and kind of the request of each exchange."""
    matches = model.inventory.matches
    return [(matches.requests[request].item, matches.requests[request].kind) for request in matches.request.tolist()]


def _supply_of(model: ProductModel, lines: Sequence[int], groups: Iterable[tuple[int, ...]]) -> tuple[int, ...] | None:
    """Return the exchanges that supply a fuel burnt in the same stage: they move with it."""
    inventory, items = model.inventory, _items(model)
    stage = {inventory.activity.rules.flows[inventory.flow[line]].stage for line in lines}
    entry = {int(inventory.activity.exchanges.entry[line]) for line in lines}
    names = {items[line][0] for line in lines}
    if {items[line][1] for line in lines} != FUEL[0] or len(names) != 1:
        return None
    for other in groups:
        same = {items[line] for line in other} == {(next(iter(names)), next(iter(FUEL[1])))}
        places = {inventory.activity.rules.flows[inventory.flow[line]].stage for line in other}
        if same and places == stage and {int(inventory.activity.exchanges.entry[line]) for line in other} == entry:
            return other
    return None


def _flow_control(
    model: ProductModel, lines: tuple[int, ...], partner: tuple[int, ...], rows: Sequence[int], items: Sequence[tuple[str, str]]
) -> Control:
    inventory = model.inventory
    activity = inventory.activity
    spec = activity.rules.flows[inventory.flow[lines[0]]]
    component, item = _only(model, spec, lines), _only_item(model, lines, rows)
    base, unit, band = _shown_amount(model, spec, lines, bool(item))
    flows = tuple(activity.rules.flows[inventory.flow[group[0]]].id for group in (lines, partner) if group)
    stage = activity.rules.stage_id(spec.stage)
    named = {name: text for name, text in (("component", component), ("item", item)) if text}
    return Control(
        places=tuple({"stage": stage, "flow": flow, **named} for flow in flows),
        stage=spec.stage,
        flows=flows,
        lines=(*lines, *partner),
        losses=(),
        base=base,
        unit=unit,
        factor=1.0,
        band=(min(band[0], base), max(band[1], base)) if band else (0.0, SPAN * base),
        is_plausible=band is not None,
        component=component,
        item=item or (items[lines[0]][0] if len({items[line][0] for line in lines}) == 1 else ""),
    )


def _only(model: ProductModel, spec: FlowSpec, lines: Sequence[int]) -> str:
    """Return the fibre that exchanges are about, where the product has others with the same flow."""
    inventory = model.inventory
    all_lines = np.flatnonzero(inventory.flow == spec.index).tolist()
    names = {_component(model, spec, line) for line in lines}
    return names.pop() if len(names) == 1 and {_component(model, spec, line) for line in all_lines} != names else ""


def _only_item(model: ProductModel, lines: Sequence[int], rows: Sequence[int]) -> str:
    """Return the item that rows name, where the flow has others."""
    inventory = model.inventory
    texts = {inventory.activity.columns.text("item", row) if row >= 0 else "" for row in rows}
    others = [line for line in np.flatnonzero(inventory.flow == inventory.flow[lines[0]]).tolist() if line not in lines]
    return texts.pop() if len(texts) == 1 and others and "" not in texts else ""


def _shown_amount(
    model: ProductModel, spec: FlowSpec, lines: Sequence[int], of_many: bool
) -> tuple[float, str, tuple[float, float] | None]:
    """Return amount, unit and plausible band of exchanges; 100 % without a band where they differ."""
    inventory = model.inventory
    exchanges, rules = inventory.activity.exchanges, inventory.activity.rules
    sums: dict[int, float] = {}
    for line in lines:
        entry = int(exchanges.entry[line])
        sums[entry] = sums.get(entry, 0.0) + float(inventory.quantities.value[line])
    per = {int(exchanges.per[line]) for line in lines}
    if len(set(sums.values())) > 1 or len(per) > 1:
        return 100.0, "%", None
    basis, value = per.pop(), next(iter(sums.values()))
    units = {Per.DRIVER: spec.ratio_unit, Per.PRODUCT: spec.unit / rules.product_unit, Per.PERIOD: spec.unit / parse_unit("kg")}
    unit = units[basis]
    in_band = not of_many and (basis == Per.DRIVER or (basis == Per.PERIOD and spec.drivers == ("output",)))
    band = spec.plausible if in_band else None
    return value / unit.factor, unit.text, None if band is None else (band[0] / unit.factor, band[1] / unit.factor)


# -- losses -----------------------------------------------------------------------------------------------------------


def loss_controls(model: ProductModel, varied: Sequence[int]) -> Iterator[Control]:
    """Yield the losses that can be moved.

    Parameters
    ----------
    model : ProductModel
    varied : sequence of int
        Source of each loss; -1 where it has no spread. A loss of 0 % with a spread stays as it is.
    """
    inventory = model.inventory
    activity, used = inventory.activity, np.concatenate([[-1], *inventory.activity.structure.process_losses])
    rows = activity.loss_rows
    for spec in activity.rules.losses:
        block = activity.loss_entries.block(spec.index)
        entries = [entry for entry in range(block.start, block.stop) if entry in used]
        names = [activity.entry_name(spec.stage, entry - block.start)[1] for entry in entries]
        named = all(rows[entry] < 0 or activity.columns.text("component", int(rows[entry])) for entry in entries)
        for part in _split(entries, names) if named else [entries]:
            component = names[entries.index(part[0])] if part and len(part) < len(entries) else ""
            control = _loss_control(model, spec, part, component) if part else None
            if control is not None and (control.base or all(varied[entry] < 0 for entry in part)):
                yield control


def _loss_control(model: ProductModel, spec: LossSpec, entries: Sequence[int], component: str) -> Control | None:
    inventory = model.inventory
    values = inventory.quantities.losses[list(entries)]
    if np.isnan(values).any() or len(set(values.tolist())) > 1:
        return None
    value, factor = float(values[0]), spec.unit.factor
    low, high = _loss_band(spec, value)
    most = _largest_bound(model, entries)
    high = min(high, value * MOST_LOSS / most) if most * value and spec.basis == "input" else high
    stage = inventory.activity.rules.stage_id(spec.stage)
    place = {"stage": stage, "flow": spec.id, **({"component": component} if component else {})}
    return Control(
        places=(place,), stage=spec.stage, flows=(spec.id,), lines=(), losses=tuple(entries), base=value / factor,
        unit=spec.unit.text, factor=factor, band=(min(low, value) / factor, max(high, value) / factor),
        is_plausible=spec.plausible is not None, component=component, is_set=value == 0,
    )  # fmt: skip


def _loss_band(spec: LossSpec, value: float) -> tuple[float, float]:
    if spec.plausible is not None:
        low, high = spec.plausible
    elif spec.basis == "ratio":
        low, high = min(1.0, value), SPAN * value
    else:
        low, high = 0.0, max(SPAN * value, 0.1)
    return low, min(high, MOST_LOSS) if spec.basis == "input" or 0 < value < 1 else high


def _largest_bound(model: ProductModel, entries: Sequence[int]) -> float:
    """Return the largest upper bound that rows state of losses, 0 without any."""
    activity = model.inventory.activity
    bounds = activity.columns.numbers.get("high")
    rows = [int(row) for row in given_losses(model.inventory)[list(entries)] if row >= 0]
    if bounds is None or not rows:
        return 0.0
    factor = activity.rows.patterns.factor[activity.rows.pattern[rows]]
    found = bounds[rows] * factor
    return float(np.nanmax(found, initial=0.0))


def as_changes(control: Control, product: str, by: float) -> list[dict[str, Any]]:
    """Return the changes of a change file that a control makes.

    Parameters
    ----------
    control : Control
    product : str
    by : float
        Multiple of the amount in use; of a control that sets an amount, the amount.
    """
    places = [{"product": product, **place} for place in control.places]
    if control.is_set:
        return [{"change": "set", "at": place, "amount": by, "unit": control.unit} for place in places]
    return [{"change": "scale", "at": place, "by": by} for place in places]
