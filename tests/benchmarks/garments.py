"""A catalogue of garments beside one of fabrics: products per second, round-robin in one process, as a ratio.

`python tests/benchmarks/garments.py [products] [rounds]`. The target: garments run at a third of the speed of fabrics or more.
Both catalogues are the shipped example (T-shirt, cotton poplin), told again for every product with a mass or grammage of its
own; every product must be in the results.
"""

from __future__ import annotations

import csv
import json
import sys
import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

import textile_pcf as tp

ROOT = Path(__file__).parents[2]
WORK = {  # name: example, rule, tables, property that differs
    "fabric": ("cotton_poplin", "cotton_fabric@2026.1", ["default"], "grammage"),
    "garment": ("t_shirt", "apparel@2026.1", ["default", "carbonfact"], "mass"),
}
PER_GROUP = 2000  # products in a row group


def write_catalogue(name: str, products: int, path: Path) -> int:
    """The example told for many products, as Parquet with dictionary-encoded texts; rows per product."""
    example, _, _, varied = WORK[name]
    with (ROOT / "examples" / example / "activity.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    draw = np.random.default_rng(7)
    place = next(number for number, row in enumerate(rows) if row["flow"] == varied)
    amounts = np.array([float(row["amount"] or "nan") for row in rows])
    columns = [column for column in rows[0] if column not in ("product", "amount", "note")]
    coded = {column: list(dict.fromkeys(row[column] for row in rows)) for column in columns}
    codes = {column: np.array([coded[column].index(row[column]) for row in rows], dtype=np.int32) for column in columns}
    writer = None
    for first in range(0, products, PER_GROUP):
        many = min(PER_GROUP, products - first)
        told = np.tile(amounts, many)
        told[place :: len(rows)] *= draw.uniform(0.8, 1.2, many)
        names = pa.array([f"{name}-{number:07d}" for number in range(first, first + many)])
        arrays: dict[str, Any] = {
            "product": pa.DictionaryArray.from_arrays(np.repeat(np.arange(many, dtype=np.int32), len(rows)), names)
        }
        for column in columns:
            arrays[column] = pa.DictionaryArray.from_arrays(np.tile(codes[column], many), pa.array(coded[column]))
        arrays["amount"] = pa.array(told, mask=np.isnan(told))
        table = pa.table(arrays)
        writer = writer or pq.ParquetWriter(path, table.schema)
        writer.write_table(table, row_group_size=len(table))
    assert writer is not None
    writer.close()
    return len(rows)


def run(name: str, catalogue: Path, out: Path) -> float:
    """Seconds of one batch run; every product must come through."""
    _, rule, tables, _ = WORK[name]
    started = time.perf_counter()
    result = tp.calculate_batch(catalogue, rule, tables, out=out, progress=False)
    seconds = time.perf_counter() - started
    assert not result.rejected, result
    return seconds


def main(products: int = 20_000, rounds: int = 5) -> float:
    """Measure, print one JSON line per measurement and the ratio; the ratio of speeds, garment over fabric."""
    with TemporaryDirectory() as folder:
        home = Path(folder)
        rows = {name: write_catalogue(name, products, home / f"{name}.parquet") for name in WORK}
        for name in WORK:  # warm-up, not counted
            write_catalogue(name, PER_GROUP, home / f"few-{name}.parquet")
            run(name, home / f"few-{name}.parquet", home / f"warm-{name}")
        seconds: dict[str, list[float]] = {name: [] for name in WORK}
        for number in range(rounds):
            for name in WORK:
                seconds[name].append(run(name, home / f"{name}.parquet", home / f"{name}-{number}"))
                told = {
                    "work": name,
                    "products": products,
                    "rows": rows[name] * products,
                    "seconds": round(seconds[name][-1], 4),
                }
                sys.stdout.write(json.dumps(told) + "\n")
    middle = {name: median(found) for name, found in seconds.items()}
    least = {name: min(found) for name, found in seconds.items()}
    ratio, best = middle["fabric"] / middle["garment"], least["fabric"] / least["garment"]
    for name in WORK:
        sys.stdout.write(f"{name:8} {rows[name]:3} rows/product  median {products / middle[name]:10.0f} products/s\n")
    sys.stdout.write(f"speed of garments over fabrics: {ratio:.2f} (median), {best:.2f} (minimum); target 0.33\n")
    return ratio


if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:]))
