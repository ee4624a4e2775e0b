"""What is done in a process of its own to see how much memory it takes: `python children.py TASK …` prints its peak. [MB]"""

from __future__ import annotations

import json
import shutil
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np

sys.path[:0] = [str(Path(__file__).parent)]

import workload  # noqa: E402

import textile_pcf as tp  # noqa: E402


def batch(source: str, factors: str, out: str) -> None:
    """From Parquet to Parquet."""
    shutil.rmtree(out, ignore_errors=True)
    tp.calculate_batch(source, workload.RULE, factors, out=out, progress=False)


def mill(name: str, source: str, out: str, options: str) -> None:
    """From Parquet to Parquet under a shipped rule; options as JSON."""
    import mills

    shutil.rmtree(out, ignore_errors=True)
    rules, factors = mills.rule_and_factors(name)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tp.calculate_batch(source, rules, factors, out=out, progress=False, **json.loads(options))


def wide(products: str, factors: str, call: str) -> None:
    """A wide table; `call` is `call`, or `arrays`: then only arrays like its results are filled."""
    from textile_pcf.batch.wide import calculate_wide

    columns, amounts = workload.wide_columns(), np.empty((int(products), 40))
    for first in range(0, len(amounts), 10_000):  # in pieces: making the table must not take more than calculating
        amounts[first : first + 10_000] = workload.draw(first, min(10_000, len(amounts) - first)).amount
    table = tp.load_factors(factors)
    few = calculate_wide(amounts[:2], columns, workload.RULE, table, units=workload.UNITS)  # everything is imported now
    if call == "call":
        kept: Any = calculate_wide(amounts, columns, workload.RULE, table, units=workload.UNITS)
    else:
        kept = [np.ones((len(amounts), *told.shape[1:])) for told in (few.by_stage, few.totals, *few.per_unit.values())]
    assert kept


def peak() -> float:
    """Most memory this process has had. [MB]"""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


if __name__ == "__main__":
    {"batch": batch, "mill": mill, "wide": wide}[sys.argv[1]](*sys.argv[2:])
    sys.stdout.write(f"{peak()}\n")
