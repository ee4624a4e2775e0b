"""A batch since an earlier one of which 1 % of the products changed, against a full batch; the bytes are compared first.

`python tests/benchmarks/since.py --products 100000 --rounds 5` prints one line of JSON per measurement: the ratio of processor
times, in turns, least and median. The changed products stand together, as those of one supplier, or every hundredth changes.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import tempfile
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import workload

import textile_pcf as tp

GROUP = 5_000  # products of a row group


def write_changed(path: Path, products: int, changed: Any, texts: bool) -> Path:
    """The workload with other amounts of some products."""
    import pyarrow as pa
    from pyarrow import parquet

    writer = None
    for first in range(0, products, GROUP):
        count = min(GROUP, products - first)
        table = workload.arrow_table(workload.draw(first, count), texts)
        factor = np.where(np.repeat(changed[first : first + count], table.num_rows // count), 0.9, 1.0)
        place = table.column_names.index("amount")
        table = table.set_column(place, "amount", pa.array(table["amount"].to_numpy() * factor))
        if writer is None:
            dictionary = [name for name in workload.TEXTS if texts or name != "product"]
            writer = parquet.ParquetWriter(path, table.schema, use_dictionary=dictionary)
        writer.write_table(table, row_group_size=table.num_rows)
    assert writer is not None
    writer.close()
    return path


def contents(folder: Path) -> dict[str, bytes]:
    """All files but the log."""
    paths = (path for path in folder.rglob("*") if path.is_file() and path.name != "log.jsonl")
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def timed(source: Path, factors: Path, out: Path, **options: Any) -> float:
    """Processor time of a batch into an empty folder. [s]"""
    shutil.rmtree(out, ignore_errors=True)
    start = time.process_time()
    tp.calculate_batch(source, workload.RULE, factors, out=out, progress=False, workers=1, **options)
    return time.process_time() - start


def measure(folder: Path, products: int, rounds: int, texts: bool) -> None:
    """Print the ratios for changed products that stand together and for scattered ones."""
    factors, number = workload.write_factors(folder / "factors.csv"), np.arange(products)
    kind = "texts" if texts else "integers"
    old = write_changed(folder / f"old_{kind}.parquet", products, number < 0, texts)
    together = (number >= products // 2) & (number < products // 2 + products // 100)
    sources = {
        "together": write_changed(folder / f"together_{kind}.parquet", products, together, texts),
        "scattered": write_changed(folder / f"scattered_{kind}.parquet", products, number % 100 == 0, texts),
    }
    timed(old, factors, folder / "old", fingerprints=True)
    times: dict[str, list[float]] = {}
    for turn in range(rounds + 1):  # the first turn does not count
        measured = {"batch": timed(sources["together"], factors, folder / "plain")}
        measured["fingerprints"] = timed(sources["together"], factors, folder / "full", fingerprints=True)
        for name, source in sources.items():
            measured[name] = timed(source, factors, folder / "new", since=folder / "old")
            if not turn and name == "together":
                assert contents(folder / "new") == contents(folder / "full")
        for name, seconds in measured.items():
            times.setdefault(name, []).extend([seconds] if turn else [])
    whole = times.pop("batch")
    for name, seconds in times.items():
        what = f"since, 1 % changed, {name}" if name != "fingerprints" else "batch --fingerprints"
        least, median = min(seconds) / min(whole), statistics.median(seconds) / statistics.median(whole)
        line = {"what": what, "products": products, "ids": kind, "least": round(least, 4), "median": round(median, 4)}
        print(json.dumps({**line, "seconds": round(min(seconds), 3), "batch": round(min(whole), 3)}), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--products", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    warnings.simplefilter("ignore", tp.PcfWarning)
    for texts in (True, False):
        with tempfile.TemporaryDirectory() as folder:
            measure(Path(folder), options.products, options.rounds, texts)


if __name__ == "__main__":
    main()
