"""Products that take one another (target 16): `python tests/benchmarks/links.py [--products N] [--rounds N]`.

A chain of 20,000 products against one of 10,000; the workload with three links in each product against the same without;
and what each takes in memory. Times are of the processor, least of some rounds, in turns. Prints one JSON line each.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent)]

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
import workload  # noqa: E402

from textile_pcf.batch import calculate_batch  # noqa: E402

CHAIN = 10_000
LINKS = 3  # of a product
GROUP = 5_000  # products of a row group
CHAIN_RULE = """
rule: chain
edition: "1"
product: {unit: kg}
stages:
  - id: making
    flows:
      electricity: {unit: kWh, factor: electricity}
      material: {unit: kg, optional: true}
"""
CHAIN_FACTORS = "item,value,unit,region,year,kind,source,locator\nelectricity,0.5,kgCO2e/kWh,GLO,2024,life_cycle,drawn,seeded\n"


def write_chain(folder: Path, products: int) -> Path:
    """Write products of which each takes 0.5 kg of the next."""
    names = np.array([f"P{number:06d}" for number in range(products)])
    made = pd.DataFrame({"product": names, "stage": "making", "flow": "electricity", "amount": 1.0, "unit": "kWh", "item": ""})
    takes = made[:-1].assign(flow="material", amount=0.5, unit="kg", item="product:" + pd.Series(names[1:]))
    path = folder / f"chain_{products}.parquet"
    pd.concat([made, takes]).sort_values("product", kind="stable").to_parquet(path, index=False, row_group_size=10_000)
    return path


def write_linked(path: Path, products: int, rings: bool = False) -> Path:
    """Write the workload with `LINKS` of the mass flows of each product turned into links, drawn at random.

    A product takes products before it, as a garment its fabrics and a fabric its yarns; with `rings` any, so that nearly all
    of them need one another.
    """
    import pyarrow as pa
    from pyarrow import parquet

    told = workload.columns()
    places = [place for place, column in enumerate(told) if column.kind == "flow" and column.unit == "kg"][:LINKS]
    draw, writer = np.random.default_rng(11), None
    for first in range(0, products, GROUP):
        count = min(GROUP, products - first)
        table = workload.arrow_table(workload.draw(first, count))
        items = np.array(table["item"].cast(pa.string()).to_pylist(), dtype=object)
        units = np.array(table["unit"].cast(pa.string()).to_pylist(), dtype=object)
        amount = table["amount"].to_numpy().copy()
        for place in places:
            rows = np.arange(count) * len(told) + place
            last = products if rings else np.maximum(np.arange(first, first + count), 1)
            taken = draw.integers(0, last, count)
            items[rows] = np.array([f"product:{name}" for name in workload.sku(taken)], dtype=object)
            units[rows], amount[rows] = "kg", draw.uniform(0.01, 0.2, count)
        for name, cells in (("item", pa.array(items).dictionary_encode()), ("unit", pa.array(units).dictionary_encode())):
            table = table.set_column(table.column_names.index(name), name, cells)
        table = workload.own_texts(table.set_column(table.column_names.index("amount"), "amount", pa.array(amount)))
        writer = writer or parquet.ParquetWriter(path, table.schema, use_dictionary=list(workload.TEXTS))
        writer.write_table(table, row_group_size=GROUP * len(told))
    assert writer is not None
    writer.close()
    return path


def measured(source: Path, rule: Path, factors: Path) -> tuple[float, float, int, int]:
    """Calculate in a process of its own: seconds of the processor, peak of memory [MB], products calculated and rejected."""
    out = Path(tempfile.mkdtemp(prefix="textile_pcf_links_"))
    start = time.process_time()
    result = calculate_batch(source, rule, factors, out=out, progress=False)
    spent = time.process_time() - start
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    shutil.rmtree(out)
    return spent, kilobytes / 1024, result.products, result.rejected


def in_turns(runs: dict[str, tuple[Path, Path, Path]], rounds: int) -> dict[str, tuple[float, float]]:
    """Return the least seconds and megabytes of each run, each round in another order of processes."""
    context = multiprocessing.get_context("spawn")
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in runs}
    for _ in range(rounds):
        for name, words in runs.items():
            with ProcessPoolExecutor(1, context) as pool:
                seconds, megabytes, products, rejected = pool.submit(measured, *words).result()
            assert not rejected, f"{name}: {rejected} products rejected"
            found[name].append((seconds, megabytes))
            print(json.dumps({"run": name, "products": products, "cpu_s": round(seconds, 3), "peak_MB": round(megabytes)}))
    return {name: (min(told[0] for told in values), min(told[1] for told in values)) for name, values in found.items()}


def once(path: Path, write: Callable[[], Path]) -> Path:
    """Return a file that is written if it is not there."""
    return path if path.exists() else write()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--products", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "textile_pcf_benchmarks")
    told = parser.parse_args()
    folder, count = told.folder, told.products
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "chain_rule.yaml").write_text(CHAIN_RULE, encoding="utf-8")
    (folder / "chain.csv").write_text(CHAIN_FACTORS, encoding="utf-8")
    factors = once(folder / "factors.csv", lambda: workload.write_factors(folder / "factors.csv"))
    plain = folder / f"tidy_links_none_{count}.parquet"
    once(plain, lambda: workload.write_parquet(plain, count, group=GROUP))
    linked, rings = folder / f"tidy_links_{count}.parquet", folder / f"tidy_links_rings_{count}.parquet"
    once(linked, lambda: write_linked(linked, count))
    once(rings, lambda: write_linked(rings, count, rings=True))
    chain = (folder / "chain_rule.yaml", folder / "chain.csv")
    runs = {
        "chain": (once(folder / f"chain_{CHAIN}.parquet", lambda: write_chain(folder, CHAIN)), *chain),
        "chain, twice as long": (once(folder / f"chain_{2 * CHAIN}.parquet", lambda: write_chain(folder, 2 * CHAIN)), *chain),
        "without links": (plain, workload.RULE, factors),
        f"{LINKS} links in each": (linked, workload.RULE, factors),
        f"{LINKS} links in each, nearly all in one loop": (rings, workload.RULE, factors),
    }
    least = in_turns(runs, told.rounds)
    seconds = [least[name][0] for name in runs]
    print(json.dumps({"target": "16", "chain_ratio": round(seconds[1] / seconds[0], 2), "limit": 2.0}))
    for name, ratio in (("links_ratio", seconds[3] / seconds[2]), ("one_loop_ratio", seconds[4] / seconds[2])):
        print(json.dumps({"target": "16", "products": count, name: round(ratio, 2), "limit": 2.0}))


if __name__ == "__main__":
    main()
