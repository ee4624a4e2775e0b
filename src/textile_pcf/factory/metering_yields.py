"""Yields of the batches: output per input of each product and process, rework apart."""

from __future__ import annotations

from typing import Any

import numpy as np

from textile_pcf.columns import group_rows
from textile_pcf.factory.batch_use import BatchUse
from textile_pcf.factory.group_sums import exact_sums
from textile_pcf.factory.metering_run import MeteringRun


def yields_of(run: MeteringRun, use: BatchUse) -> list[dict[str, Any]]:
    """Return one row per product and process: input, output, and loss = 1 − output / input.

    Parameters
    ----------
    run : MeteringRun
    use : BatchUse
        Use of the batches that count. Their inputs must all be known, else input and loss are None.
    """
    batches = run.batches
    counted = np.unique(use.entries.batch)
    counted = counted[~batches.rework[counted]]
    first, group = group_rows(batches.product.codes[counted], batches.process.codes[counted])
    inputs, outputs = (exact_sums(group, masses[counted], len(first)) for masses in (batches.input, batches.output))
    names = [(batches.products[batch], batches.processes[batch]) for batch in counted[first].tolist()]
    rows = []
    for (product, process), taken, out in sorted(zip(names, inputs, outputs, strict=True), key=lambda each: each[0]):
        known = taken > 0
        rows.append({"product": product, "process": process, "input": taken if known else None, "output": out,
                     "loss": 1 - out / taken if known else None})  # fmt: skip
    return rows
