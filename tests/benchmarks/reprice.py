"""New factors through kept weights, against a full batch with the same tables; results are compared first.

`python tests/benchmarks/reprice.py --products 100000 --rounds 5` prints one line of JSON per measurement: the ratio of
processor times, in turns, least and median. The new table has other values for all electricity, or for every item. With
`--linked`, three mass flows of each product take another product.
"""

from __future__ import annotations

import argparse
import csv
import json
import shutil
import statistics
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import workload
from links import write_linked

import textile_pcf as tp


def new_table(path: Path, table: Path, begins: str) -> Path:
    """The rows of the items that begin with a text, nine tenths of their values."""
    with table.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows({**row, "value": f"{float(row['value']) * 0.9:.6g}"} for row in rows if row["item"].startswith(begins))
    return path


def assert_equal(new: tp.BatchResult, full: tp.BatchResult) -> None:
    """All columns of the full batch, within 1e-12 of the total."""
    one, other = new.read(), full.read()
    assert one["product"].equals(other["product"])
    for name in other.column_names[1:]:
        apart = np.abs(one[name].to_numpy() - other[name].to_numpy())
        assert (apart <= 1e-12 * np.maximum(1e-9, np.abs(other["total"].to_numpy()))).all(), name


def timed(function: Callable[..., Any], *arguments: Any, out: Path, **options: Any) -> tuple[float, Any]:
    """Processor time of a call into an empty folder [s], and what it returns."""
    shutil.rmtree(out, ignore_errors=True)
    start = time.process_time()
    done = function(*arguments, out=out, progress=False, **options)
    return time.process_time() - start, done


def measure(folder: Path, products: int, rounds: int, linked: bool) -> None:
    """Print the ratios for both tables, and for keeping weights."""
    name, write = ("tidy_links", write_linked) if linked else ("tidy", workload.write_parquet)
    source, factors = folder / f"{name}_{products}.parquet", workload.write_factors(folder / "factors.csv")
    if not source.is_file():
        write(source, products)
    tables = {name: new_table(folder / f"{name}.csv", factors, name.strip("_")) for name in ("electricity", "_")}
    times: dict[str, list[float]] = {}
    for number in range(rounds + 1):  # the first turn does not count
        taken, _ = timed(tp.calculate_batch, source, workload.RULE, factors, out=folder / "plain", workers=1)
        kept, _ = timed(tp.calculate_batch, source, workload.RULE, factors, out=folder / "old", workers=1, weights=True)
        measured = {"batch": taken, "weights": kept}
        for name, table in tables.items():
            measured[name], new = timed(tp.reprice, folder / "old", table, out=folder / "new")
            if not number:
                call = {"out": folder / "full", "workers": 1}
                assert_equal(new, timed(tp.calculate_batch, source, workload.RULE, [table, factors], **call)[1])
        for name, seconds in measured.items():
            times.setdefault(name, []).extend([seconds] if number else [])
    whole = times.pop("batch")
    for name, seconds in times.items():
        line = {
            "what": {"weights": "batch --weights", "electricity": "reprice, electricity"}.get(name, "reprice, every item"),
            "products": products,
            "least": round(min(seconds) / min(whole), 4),
            "median": round(statistics.median(seconds) / statistics.median(whole), 4),
            "seconds": round(min(seconds), 3),
            "batch": round(min(whole), 3),
        }
        print(json.dumps(line), flush=True)
    size = sum(path.stat().st_size for path in (folder / "old/weights").iterdir())
    print(json.dumps({"what": "bytes of weights per product", "products": products, "bytes": round(size / products)}))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--products", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--linked", action="store_true", help="products take one another")
    parser.add_argument("--folder", type=Path, help="where the workload is kept; else a temporary folder")
    options = parser.parse_args()
    warnings.simplefilter("ignore", tp.PcfWarning)
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        folder.mkdir(exist_ok=True)
        measure(folder, options.products, options.rounds, options.linked)


if __name__ == "__main__":
    main()
