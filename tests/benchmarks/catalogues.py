"""Uncertainty of catalogues and why they changed, against the batch alone: time by the processor, memory by the system.

    python tests/benchmarks/catalogues.py [products] [rounds]

Every measurement is a process of its own, in turns, after a small batch that loads all modules; the least counts. Totals are
compared first. Prints one line of JSON per target.
"""

from __future__ import annotations

import csv
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import workload

DRAWS = 1_000
SPREAD_ROWS = 4  # of the 40 rows of a product, where rows have a spread


class Cost(NamedTuple):
    """Processor time of the call and peak memory of its process. [s, MB of 2^20 bytes]"""

    seconds: float
    peak: float


def factors(path: Path, scale: float) -> Path:
    """The table of the workload with a gsd for each row, its values scaled."""
    workload.write_factors(path)
    with path.open(newline="", encoding="utf-8") as file:
        head, *rows = csv.reader(file)
    value = head.index("value")
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([*head, "gsd"])
        for number, row in enumerate(rows):
            row[value] = repr(float(row[value]) * scale)
            writer.writerow([*row, ("1.1", "1.2", "1.3")[number % 3]])
    return path


def changed(source: Path, path: Path, scale: float = 1.0, spread: bool = False) -> Path:
    """Activity data with other amounts, or with a gsd of some rows of each product, row group by row group."""
    import pyarrow as pa
    from pyarrow import parquet

    file = parquet.ParquetFile(source, read_dictionary=list(workload.TEXTS))
    writer = None
    for number in range(file.num_row_groups):
        table = file.read_row_group(number)
        place = table.column_names.index("amount")
        table = table.set_column(place, "amount", pa.array(table["amount"].to_numpy() * scale))
        if spread:
            row = np.arange(table.num_rows) % len(workload.columns())
            flow = np.array([column.kind == "flow" for column in workload.columns()])
            some = np.flatnonzero(flow)[:SPREAD_ROWS]
            gsd = pa.array(np.where(np.isin(row, some), 1.2, np.nan), from_pandas=True)
            table = table.append_column("gsd", gsd)
        writer = writer or parquet.ParquetWriter(path, table.schema)
        writer.write_table(table, row_group_size=table.num_rows)
    if writer is not None:
        writer.close()
    return path


def child(task: str, words: list[str]) -> None:
    """Do one task and print its cost."""
    import textile_pcf as tp

    warnings.simplefilter("ignore")
    how: Any = {"closed": "closed", "draws": {"draws": DRAWS}}.get(task)
    with tempfile.TemporaryDirectory() as folder:
        example = tp.load_example("cotton_poplin")
        tp.calculate_batch(*example, out=folder, workers=1, progress=False, uncertainty=how)
    begun = time.process_time()
    if task == "diff":
        old, new, out = words
        tp.diff_batch(old, new, out=out, workers=1)
    else:
        source, table, out = words
        tp.calculate_batch(source, workload.RULE, table, out=out, workers=1, progress=False, uncertainty=how)
    seconds = time.process_time() - begun
    print(json.dumps([seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))


class Runner:
    """Runs tasks as processes of their own, each into a new folder."""

    def __init__(self, folder: Path, rounds: int) -> None:
        self.folder, self.rounds, self.count = folder, rounds, 0

    def once(self, task: str, first: Path, second: Path) -> tuple[Cost, Path]:
        """Run a task once."""
        self.count += 1
        out = self.folder / f"out{self.count}"
        env = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        command = [sys.executable, str(Path(__file__)), "--child", task, str(first), str(second), str(out)]
        done = subprocess.run(command, check=True, capture_output=True, text=True, env=env)
        return Cost(*json.loads(done.stdout)), out

    def in_turns(self, *tasks: tuple[str, Path, Path]) -> tuple[list[Cost], list[Path]]:
        """Least cost of each task, and the folders of the last round."""
        costs: list[list[Cost]] = [[] for _ in tasks]
        for _ in range(self.rounds):
            outs = []
            for place, task in enumerate(tasks):
                cost, out = self.once(*task)
                costs[place].append(cost)
                outs.append(out)
        return [Cost(*(min(values) for values in zip(*each, strict=True))) for each in costs], outs


def say(what: str, target: str, measured: float, met: bool | None = None, **more: Any) -> None:
    """Print one result."""
    print(json.dumps({"what": what, "target": target, "measured": round(measured, 3), "met": met, **more}), flush=True)


def column(out: Path, name: str) -> Any:
    """One column of the results of a batch."""
    from pyarrow import parquet

    return parquet.read_table(out / "results", columns=[name])[name].to_numpy()


def closed_form(runner: Runner, source: Path, table: Path, products: int) -> None:
    """Target 9b."""
    (plain, closed), (without, found) = runner.in_turns(("batch", source, table), ("closed", source, table))
    assert (column(without, "total") == column(found, "total")).all()
    ratio = closed.seconds / plain.seconds
    say(f"batch of {products:,} products, closed form / without", "<= 1.5", ratio, ratio <= 1.5,
        seconds=[closed.seconds, plain.seconds], peak=[closed.peak, plain.peak])  # fmt: skip


def simulation(runner: Runner, sources: dict[int, Path], spread: Path, table: Path) -> None:
    """Draws: growth, memory, and what draws of rows cost beside those of factors."""
    seconds = {}
    for products, source in sources.items():
        (cost,), (out,) = runner.in_turns(("draws", source, table))
        seconds[products] = cost.seconds
        say(f"batch of {products:,} products × {DRAWS:,} draws, factors vary: peak [MB]", "<= 600", cost.peak, cost.peak <= 600,
            seconds=cost.seconds)  # fmt: skip
    slope = float(np.polyfit(np.log(list(seconds)), np.log(list(seconds.values())), 1)[0])
    say("slope of log time over log products", "<= 1.05", slope, slope <= 1.05)
    cost, out = runner.once("draws", spread, table)
    assert np.isfinite(column(out, "sd")).all()
    say(f"{min(sources):,} products × {DRAWS:,} draws, {SPREAD_ROWS} rows of each vary too: peak [MB]", "<= 600", cost.peak,
        cost.peak <= 600, seconds=cost.seconds)  # fmt: skip


def change(runner: Runner, sources: tuple[Path, Path], tables: tuple[Path, Path], products: int) -> None:
    """Why a catalogue changed, with activity data and factors that differ: four mixed runs."""
    (old, new), (before, after) = runner.in_turns(("batch", sources[0], tables[0]), ("batch", sources[1], tables[1]))
    (why,), (effects,) = runner.in_turns(("diff", before, after))
    from pyarrow import parquet

    table = parquet.read_table(effects / "effects")
    added = sum(table[name].to_numpy() for name in ("activity", "factors", "code"))
    np.testing.assert_allclose(added, column(after, "total") - column(before, "total"), atol=1e-9)
    batch = Cost(max(old.seconds, new.seconds), max(old.peak, new.peak))
    time_ratio, memory_ratio = why.seconds / (4 * batch.seconds), why.peak / batch.peak
    say(f"diff of two batches of {products:,} products, 2 groups: time / (4 × batch)", "<= 1", time_ratio, time_ratio <= 1,
        seconds=[why.seconds, batch.seconds])  # fmt: skip
    say("the same: peak memory / that of one batch", "<= 1.25", memory_ratio, memory_ratio <= 1.25, peak=[why.peak, batch.peak])


def main() -> None:
    """Measure every target."""
    products, rounds = (int(text) for text in (*sys.argv[1:], *("100000", "3")[len(sys.argv) - 1 :]))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        runner = Runner(folder, rounds)
        sizes = [products // 5, products * 2 // 5, products]
        sources = {size: workload.write_parquet(folder / f"a{size}.parquet", size) for size in sizes}
        tables = factors(folder / "f1.csv", 1.0), factors(folder / "f2.csv", 1.1)
        other = changed(sources[products], folder / "b.parquet", 0.9)
        spread = changed(sources[sizes[0]], folder / "s.parquet", spread=True)
        parts: list[Callable[[], None]] = [
            lambda: closed_form(runner, sources[products], tables[0], products),
            lambda: change(runner, (sources[products], other), tables, products),
            lambda: simulation(runner, sources, spread, tables[0]),
        ]
        for part in parts:
            part()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        child(sys.argv[2], sys.argv[3:])
    else:
        main()
