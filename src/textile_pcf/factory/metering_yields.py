"""Yields of the batches: output per input of each product and process, rework apart."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from textile_pcf.factory.batch_use import BatchUse
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
    sums: dict[tuple[str, str], list[list[float]]] = {}
    for batch in np.unique(use.entries.batch).tolist():
        if not batches.rework[batch]:
            masses = sums.setdefault((batches.products[batch], batches.processes[batch]), [[], []])
            masses[0].append(float(batches.input[batch]))
            masses[1].append(float(batches.output[batch]))
    rows = []
    for (product, process), (inputs, outputs) in sorted(sums.items()):
        taken, out = math.fsum(inputs), math.fsum(outputs)
        known = taken > 0
        rows.append({"product": product, "process": process, "input": taken if known else None, "output": out,
                     "loss": 1 - out / taken if known else None})  # fmt: skip
    return rows
