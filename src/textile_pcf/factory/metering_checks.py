"""Which batches count, what no batch used, and whether the sums meet."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from textile_pcf.arrays import BoolArray, FloatArray
from textile_pcf.errors import Problem
from textile_pcf.factory.batch_use import BatchUse, Shares
from textile_pcf.factory.group_sums import sum_by
from textile_pcf.factory.measuring import Measured
from textile_pcf.factory.metering_run import Metered, MeteringRun, raise_problems
from textile_pcf.factory.spreading import MeterRemainders, unmetered_of
from textile_pcf.factory.vocabulary import constant
from textile_pcf.messages.message import Message

KEPT = 200
SHOWN = 5
"""Number of ids that a warning lists."""


@dataclass(frozen=True, eq=False)
class JudgedBatches:
    """Which batches count.

    Attributes
    ----------
    counted : ndarray of bool, shape (batches,)
    warnings : list of str
    """

    counted: BoolArray
    warnings: list[str]


def judge_batches(run: MeteringRun, use: BatchUse, measured: Measured) -> JudgedBatches:
    """Decide which batches count.

    Parameters
    ----------
    run : MeteringRun
    use : BatchUse
        Of all batches whose machine has a meter.
    measured : Measured

    Raises
    ------
    InputError
        A batch is not whole, unless incomplete batches are dropped or kept; or none counts.
    """
    batches, incomplete = run.batches, run.options.incomplete
    has_meter = np.zeros(len(batches), dtype=bool)
    has_meter[use.entries.batch] = True
    outside = (batches.end <= measured.window[0]) | (batches.start >= measured.window[1])
    broken = np.zeros(len(batches), dtype=bool)
    broken[use.entries.batch[~use.complete]] = True
    broken &= ~outside
    if incomplete == "error":
        raise_problems(_incomplete_problems(run, use, measured, broken))
    warnings = _warning_about(run, outside & has_meter, "{count} batches lie outside the window and are not counted: {names}.")
    warnings += _warning_about(
        run, ~has_meter, "{count} batches ran on machines without a meter and are not counted: {names}.", machines=True
    )
    text = {"keep": "{count} batches are not wholly covered by readings; they count as far as they are known: {names}.",
            "drop": "{count} batches are not wholly covered by readings and are left out: {names}.", "error": ""}  # fmt: skip
    warnings += _warning_about(run, broken, text[incomplete])
    counted = has_meter & ~outside
    if incomplete == "drop":
        counted &= ~broken
    if not counted.any():
        what = Message("No batch is left whose use is known.")
        cure = Message("Check the machines of meters and batches, and the times of batches and readings.")
        raise_problems([Problem(batches.table.table.name, what, cure, code="batches")])
    return JudgedBatches(counted, warnings)


def _warning_about(run: MeteringRun, chosen: BoolArray, text: str, machines: bool = False) -> list[str]:
    """Return a warning that names the first of the chosen batches, or their machines."""
    if not chosen.any():
        return []
    labels = run.batches.machines if machines else run.batches.ids
    names = list(dict.fromkeys(labels[row] for row in np.flatnonzero(chosen).tolist()))
    shown = ", ".join(names[:SHOWN]) + (", …" if len(names) > SHOWN else "")
    return [Message(text, count=int(np.count_nonzero(chosen)), names=shown)]


def _incomplete_problems(run: MeteringRun, use: BatchUse, measured: Measured, broken: BoolArray) -> list[Problem]:
    """Return the problem of the least covered meter of each batch that is not whole."""
    problems = []
    worst: dict[int, int] = {}
    for entry in np.flatnonzero(~use.complete & broken[use.entries.batch]).tolist():
        batch = int(use.entries.batch[entry])
        if batch not in worst or use.coverage[entry] < use.coverage[worst[batch]]:
            worst[batch] = entry
    for batch, entry in list(worst.items())[:KEPT]:
        meter = int(use.entries.meter[entry])
        beyond = run.batches.start[batch] < measured.window[0] or run.batches.end[batch] > measured.window[1]
        what = "Batch {batch!r} is covered by meter {meter!r} for {part:.1f} % of its time."
        if beyond:
            what = "Batch {batch!r} reaches beyond the window; meter {meter!r} covers {part:.1f} % of its time."
        values = {"batch": run.batches.ids[batch], "meter": run.meters.ids[meter], "part": float(use.coverage[entry]) * 100}
        cure = "Give the missing readings, allow longer intervals with --max-gap, or use --incomplete drop or keep."
        problems.append(Problem(run.batches.location(batch), Message(what, **values), Message(cure), code="batches"))
    return problems


def remainders_of(run: MeteringRun, shares: Shares, measured: Measured, use: BatchUse, counted: BoolArray) -> MeterRemainders:
    """Return what no batch used, by meter and kind.

    Parameters
    ----------
    run : MeteringRun
    shares : Shares
    measured : Measured
    use : BatchUse
        Of all batches whose machine has a meter.
    counted : ndarray of bool, shape (batches,)

    Raises
    ------
    InputError
        Meters measure more than their main meter.
    """
    meters, sums = run.meters, measured.sums
    count = len(meters)
    has_machine = np.array([bool(machines) for machines in meters.machines], dtype=bool)
    leaf = ~meters.has_children & ~has_machine
    dropped = ~counted[use.entries.batch]
    incomplete = sum_by(use.entries.meter[dropped], use.amount[dropped], count)
    unmetered = unmetered_of(meters, measured.total)
    raise_problems(_too_much_below(run, measured.total, unmetered))
    return MeterRemainders(
        idle=np.where(has_machine, shares.idle(sums, count), 0.0),
        unplaced=np.where(has_machine, sums.unplaced, 0.0),
        incomplete=incomplete,
        common=np.where(leaf & ~meters.outside, measured.total, 0.0),
        outside=np.where(leaf & meters.outside, measured.total, 0.0),
        unmetered=unmetered,
    )


def _too_much_below(run: MeteringRun, totals: FloatArray, unmetered: FloatArray) -> list[Problem]:
    """Return the problem of each main meter that shows less than the meters below it."""
    meters, tolerance = run.meters, run.options.tolerance
    problems = []
    for meter in np.flatnonzero(unmetered < -tolerance * totals - constant("balance_tolerance") * totals).tolist():
        what = "The meters below {meter!r} measure {below:.6g} {unit}, it shows {total:.6g} {unit} itself."
        values = {"meter": meters.ids[meter], "below": float(totals[meter] - unmetered[meter]), "total": float(totals[meter])}
        cure = "Check multipliers and the column parent, or allow more with --tolerance."
        problems.append(
            Problem(meters.location(meter), Message(what, unit=meters.units[meter], **values), Message(cure), code="meters")
        )
    return problems


def check_balance(metered: Metered) -> None:
    """Check that allocated + spread + remainder = metered, for every meter and carrier.

    Parameters
    ----------
    metered : Metered

    Raises
    ------
    AssertionError
        The sums do not meet: a fault of the program.
    """
    run, sums, use = metered.run, metered.measured.sums, metered.use
    count, tolerance = len(run.meters), constant("balance_tolerance")
    allocated = sum_by(use.entries.meter, use.amount, count)
    parts = [amounts for kind, amounts in metered.remainders.items() if kind != "unmetered"]
    own = allocated + np.sum(parts, axis=0)
    leaf = ~run.meters.has_children
    scale = np.maximum(np.abs(sums.check), 1e-300)
    wrong = leaf & (np.abs(own - sums.check) > tolerance * scale)
    assert not wrong.any(), (
        f"allocated and remaining amounts of {[run.meters.ids[k] for k in np.flatnonzero(wrong)]} do not meet"
    )
    spread, taken = float(metered.spreading.amount.sum()), sum(float(each.sum()) for each in metered.spreading.taken.values())
    assert abs(spread - taken) <= tolerance * max(abs(taken), 1e-300), "spread amounts do not meet"
