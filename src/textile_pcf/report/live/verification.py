"""Whether what is moved in a live report moves in the library alike: every control is tried by a recalculation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from textile_pcf.calculation import calculate_run
from textile_pcf.comparison.apply_changes import apply_together
from textile_pcf.comparison.change_document import read_changes
from textile_pcf.errors import PcfError
from textile_pcf.inventory.inventory import Inventory
from textile_pcf.report.live.carriers import Carrier, added_rows
from textile_pcf.report.live.controls import Control, as_changes
from textile_pcf.report.live.model import ProductModel
from textile_pcf.results import Footprint, Run

TOLERANCE = 1e-11
Key = tuple[Any, ...]


@dataclass(frozen=True)
class Move:
    """A control at another amount, and the part of it that another item takes.

    Attributes
    ----------
    control : int
    by : float
        Multiple of the amount, or the amount of a control that sets one.
    carrier, alternative : int
        -1 for no other item.
    share : float
    """

    control: int
    by: float
    carrier: int = -1
    alternative: int = -1
    share: float = 0.0


def move_changes(
    model: ProductModel, controls: Sequence[Control], carriers: Sequence[Carrier], moves: Sequence[Move]
) -> list[dict[str, Any]]:
    """Return the changes of a change file that moves make, in the order in which a live report prints them."""
    scaled, added = [], []
    for move in moves:
        control = controls[move.control]
        scaled += as_changes(control, model.name, move.by if control.is_set else move.by * (1 - move.share))
        if move.carrier >= 0:
            item = carriers[move.carrier].alternatives[move.alternative].item
            for each in added_rows(model, control):
                row = {**each["row"], "item": item, "amount": each["amount"] * move.by * move.share}
                added.append({"change": "add", "row": row})
    return [*scaled, *added]


def _moved_result(run: Run, changes: Sequence[Mapping[str, Any]]) -> Footprint:
    """Return the result of a run under changes of amounts at different places."""
    file = read_changes([dict(change) for change in changes])
    return calculate_run(apply_together(run, file.scenarios[0].changes, file.location(0, 0)))


def holding(model: ProductModel, controls: Sequence[Control], carriers: Sequence[Carrier]) -> tuple[list[int], list[int]]:
    """Return the controls and the carriers that move in the library as in a live report.

    All are tried together; one by one only where that fails.
    """
    tried = [_trial(controls, number) for number in range(len(controls))]
    mixes = [[Move(number, 1.0, place, 0, 0.3) for number in carrier.controls] for place, carrier in enumerate(carriers)]
    if _holds(model, controls, carriers, tried) and all(_holds(model, controls, carriers, mix) for mix in mixes):
        return list(range(len(controls))), list(range(len(carriers)))
    fine = [number for number, move in enumerate(tried) if _holds(model, controls, carriers, [move])]
    mixed = [
        place
        for place, mix in enumerate(mixes)
        if {move.control for move in mix} <= set(fine) and _holds(model, controls, carriers, mix)
    ]
    return fine, mixed


def _trial(controls: Sequence[Control], number: int) -> Move:
    """Return a move that stays within the band of a control."""
    control = controls[number]
    low, high = control.band
    target = control.base + 0.37 * (high - control.base) if high > control.base else control.base + 0.37 * (low - control.base)
    return Move(number, target if control.is_set else target / control.base)


def _holds(model: ProductModel, controls: Sequence[Control], carriers: Sequence[Carrier], moves: Sequence[Move]) -> bool:
    if not moves:
        return True
    try:
        result = _moved_result(model.result.run, move_changes(model, controls, carriers, moves))
    except PcfError:
        return False
    if model.name not in result.products:
        return False
    moved = ProductModel(result, result.place(model.name))
    return _equal(_expected(model, controls, carriers, moves), _content(moved)) and _same_losses(model, controls, moves, moved)


def _content(model: ProductModel) -> dict[Key, float]:
    """Return the sum of the values times scales of the lines of each flow, fibre and factor."""
    inventory = model.inventory
    values = inventory.quantities.value * inventory.quantities.scale
    return _sums(inventory, model.supplier.tolist(), values.tolist(), range(len(values)))


def _sums(inventory: Inventory, suppliers: Sequence[int], values: Sequence[float], lines: Sequence[int]) -> dict[Key, float]:
    balance = -1 if inventory.balance is None else int(inventory.balance.rows[0])
    rows = inventory.matches.factor_rows[inventory.matches.request].tolist()
    found: dict[Key, float] = {}
    for line in lines:
        if line == balance:
            continue
        key = (int(inventory.flow[line]), int(inventory.activity.exchanges.entry[line]), *rows[line], suppliers[line])
        found[key] = found.get(key, 0.0) + values[line]
    return found


def _expected(
    model: ProductModel, controls: Sequence[Control], carriers: Sequence[Carrier], moves: Sequence[Move]
) -> dict[Key, float]:
    """Return what `_content` is to be after moves."""
    inventory = model.inventory
    values = inventory.quantities.value * inventory.quantities.scale
    moved, extra = values.copy(), dict[Key, float]()
    for move in moves:
        for line in controls[move.control].lines:
            moved[line] = values[line] * move.by * (1 - move.share)
            if move.carrier >= 0:
                row = carriers[move.carrier].alternatives[move.alternative].factors[line][2]
                place = (int(inventory.flow[line]), int(inventory.activity.exchanges.entry[line]))
                key = (*place, row.sheet, row.row, -1)
                extra[key] = extra.get(key, 0.0) + float(values[line]) * move.by * move.share
    found = _sums(inventory, model.supplier.tolist(), moved.tolist(), range(len(moved)))
    for key, value in extra.items():
        found[key] = found.get(key, 0.0) + value
    return found


def _equal(expected: Mapping[Key, float], found: Mapping[Key, float]) -> bool:
    return all(
        abs(expected.get(key, 0.0) - found.get(key, 0.0)) <= TOLERANCE * max(abs(found.get(key, 0.0)), 1e-12)
        for key in expected.keys() | found.keys()
    )


def _same_losses(model: ProductModel, controls: Sequence[Control], moves: Sequence[Move], moved: ProductModel) -> bool:
    """Return whether losses, shares, mass, carbon and units are as they should be after moves."""
    before, after = model.state(model.inventory), moved.state(moved.inventory)
    losses = before["loss"].copy()
    for move in moves:
        control = controls[move.control]
        for entry in control.losses:
            losses[entry] = move.by * control.factor if control.is_set else losses[entry] * move.by
    same = [np.allclose(losses, after["loss"], rtol=TOLERANCE, atol=0), np.array_equal(before["share"], after["share"])]
    return all(same) and before["mass"] == after["mass"] and before["content"] == after["content"]
