"""Tables: wide (target 1), tidy Parquet sorted and shuffled (2, 3), one bad product, memory (10), workers (11), growth (12)."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from typing import Any

import numpy as np
import peers
import workload
from bench import Bench
from measure import Row, free_memory, in_turns, peak_of, ratio, say, slope

PEERS = {"duckdb": (peers.duckdb, 0.75), "polars": (peers.polars, 0.5), "pandas": (peers.pandas, 0.15)}
NEEDED = {"pandas": 6.0}  # GB of memory free, at 40 M rows


def wide(bench: Bench) -> list[Row]:
    """Target 1: time, and memory told by the operating system."""
    row = wide_time(bench)  # its table is given back before other processes are measured
    with_call, arrays = (peak_of("wide", bench.large, bench.factors, call) for call in ("call", "arrays"))
    extra = with_call - arrays
    told = f"{extra:.0f} MB ({extra / 64:.2f}×)"
    return [row, Row("1", "the same: memory beside the table and its results", "≤ 64 MB", told, extra <= 64)]


def wide_time(bench: Bench) -> Row:
    """Ours and plain numpy over one table in memory."""
    from textile_pcf.batch.wide import _layout, calculate_wide
    from textile_pcf.factors.matcher import FactorMatcher

    columns = workload.wide_columns()
    amounts = np.empty((bench.large, len(columns)))
    for first in range(0, bench.large, 20_000):
        amounts[first : first + 20_000] = workload.draw(first, min(20_000, bench.large - first)).amount
    canonical = amounts * np.array([0.01 if column.kind == "loss" else 1.0 for column in workload.columns()])
    factor = _layout(amounts, columns, bench.rules, FactorMatcher(bench.table, "AR6", "zero_zero")).weights[0].sum(axis=1)

    def ours() -> Any:
        return calculate_wide(amounts, columns, bench.rules, bench.table, units=workload.UNITS)

    np.testing.assert_allclose(peers.blocked(canonical, factor), ours().by_stage, rtol=1e-12)
    timed = in_turns({"wide numpy blocked": lambda: peers.blocked(canonical, factor), "wide ours": ours}, bench.rounds)
    what = f"wide table of {bench.large:,} products, checked, stages and 3 units: against blocked numpy"
    return ratio("1", what, 1.5, timed["wide ours"], timed["wide numpy blocked"])


def tidy(bench: Bench) -> list[Row]:
    """Targets 2 and 3, and with `full` again with the large table."""
    rows = tidy_rows(bench, bench.products)
    return rows + tidy_rows(bench, bench.large) if bench.full and bench.large != bench.products else rows


def tidy_rows(bench: Bench, products: int) -> list[Row]:
    """Targets 2 and 3 with so many products."""
    head = f"tidy Parquet, {products * 40 / 1e6:g} M rows:"
    path, shuffled, integers, both = (
        bench.file(products, *how) for how in ((), (True,), (False, False), (True, False))
    )  # fmt: skip
    able = [name for name in PEERS if free_memory() >= NEEDED.get(name, 0) * products / 1e6]
    for name in able:
        bench.equal(path, PEERS[name][0](path, bench.found))
    with ProcessPoolExecutor(2, get_context("forkserver")) as started:  # the turn that does not count starts them
        timed = in_turns(
            {
                "decode": lambda: peers.decode(path),
                "ours": lambda: bench.batch(path),
                "ours, 2 processes": lambda: bench.batch(path, workers=2, executor=started),
                **{name: partial(PEERS[name][0], path, bench.found) for name in able},
                "ours, integers": lambda: bench.batch(integers),
                "ours, shuffled": lambda: bench.batch(shuffled),
                "ours, shuffled integers": lambda: bench.batch(both),
            },
            bench.rounds,
            f"{head} ",
            bench.clear,
        )
    ours = timed["ours"]
    rows = [ratio("2", f"{head} against decode", 2.3, ours, timed["decode"])]
    for name, (_, limit) in PEERS.items():
        if name in able:
            rows.append(ratio("2", f"{head} against {name}", limit, ours, timed[name]))
        else:
            why = f"not measured: less than {NEEDED[name] * products / 1e6:g} GB of memory free"
            rows.append(Row("2", f"{head} against {name}", f"≤ {limit:g}×", why))
    rows.append(ratio("2", f"{head} two started processes, against decode", 2.3, timed["ours, 2 processes"], timed["decode"]))
    rows.append(ratio("3", f"{head} all rows shuffled, against sorted", 3.0, timed["ours, shuffled"], ours))
    rows.append(ratio("–", f"{head} integers as products, against SKU texts", None, timed["ours, integers"], ours))
    what = f"{head} integers, all rows shuffled, against sorted"
    rows.append(ratio("3", what, 3.0, timed["ours, shuffled integers"], timed["ours, integers"]))
    return rows


def rejects(bench: Bench) -> list[Row]:
    """One bad product among all: rejected with its place, the others as without it."""
    bad = bench.large // 3 + 1
    row = bad * len(workload.columns()) + workload.BAD
    clean, spoilt = bench.file(bench.large), bench.file(bench.large, bad=bad)
    sku = workload.sku([bad])[0]
    result = bench.batch(clean).read()
    kept = result.filter(np.array(result.column("product").to_pylist(), dtype=object) != sku)
    del result
    done = bench.batch(spoilt)
    problems = done.problems()
    assert (done.products, done.rejected, len(problems)) == (bench.large - 1, 1, 1)
    assert problems[0]["product"] == sku and problems[0]["code"] == "wrong-dimension", problems
    assert problems[0]["where"].startswith(f"{spoilt} row {row} ("), problems
    others = done.read().equals(kept)
    assert others
    lines = (bench.out / "rejected_activity.csv").read_text(encoding="utf-8").count("\n")
    assert lines == 1 + len(workload.columns())
    say(what="one bad product", products=bench.large, problem=problems[0])
    runs = {"clean": lambda: bench.batch(clean), "one bad product": lambda: bench.batch(spoilt)}
    timed = in_turns(runs, bench.few, f"{bench.large} products, ", bench.clear)
    what = f"one bad product among {bench.large:,}: rejected with its place (row {row:,}), the others' bytes unchanged"
    return [
        Row("–", what, "1 rejected", f"{done.rejected} rejected, {done.products:,} calculated", done.rejected == 1),
        ratio("–", f"one bad product among {bench.large:,}: against none", None, timed["one bad product"], timed["clean"]),
    ]


def memory(bench: Bench) -> list[Row]:
    """Target 10: peak memory of a process of its own, told by the operating system."""
    sizes = (bench.large // 10, bench.large)
    small, large = (peak_of("batch", bench.file(size), bench.factors, bench.out) for size in sizes)
    shuffled = peak_of("batch", bench.file(bench.large, shuffled=True), bench.factors, bench.out)
    what = f"peak memory, {bench.large * 40 / 1e6:g} M rows, results streamed"
    over = f"peak of {bench.large:,} products over a tenth of them"
    return [
        Row("10", what, "≤ 600 MB", f"{large:.0f} MB ({large / 600:.2f}×)", large <= 600),
        Row("10", f"{what}, all rows shuffled", "≤ 600 MB", f"{shuffled:.0f} MB ({shuffled / 600:.2f}×)", shuffled <= 600),
        Row("10", over, "≤ 1.25×", f"{large / small:.2f}×", large / small <= 1.25),
    ]


def workers(bench: Bench) -> list[Row]:
    """Target 11, serial being one thread: the start of a pool is counted, that of a Dask cluster that stands is not."""
    from distributed import Client, LocalCluster

    products = bench.large if bench.full else min(bench.large, 3 * bench.products)
    path, head = bench.file(products), f"{products:,} products:"
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as cluster, Client(cluster) as client:
        timed = in_turns(
            {
                "serial": lambda: bench.batch(path, workers=1),
                "by default, loading and writing in threads": lambda: bench.batch(path),
                "two processes": lambda: bench.batch(path, workers=2),
                "Dask, two workers": lambda: bench.batch(path, dask=client),
                "two threads": lambda: bench.batch(path, workers=2, threads=True),
            },
            bench.few,
            f"{head} ",
            bench.clear,
        )
    serial = timed.pop("serial")
    default = timed.pop("by default, loading and writing in threads")
    rows = [ratio("11", f"{head} {name}, against serial", 1.0, one, serial) for name, one in timed.items()]
    return [*rows, ratio("–", f"{head} by default, loading and writing in threads, against serial", None, default, serial)]


def growth(bench: Bench) -> list[Row]:
    """Target 12."""
    sizes = sorted({min(size, bench.large) for size in (10_000, 30_000, 100_000, 300_000, 1_000_000)})
    runs = {size: partial(bench.batch, bench.file(size)) for size in sizes}
    timed = in_turns({f"{size} products": run for size, run in runs.items()}, bench.few, before=bench.clear)
    told = {name: slope(sizes, [getattr(one, name) for one in timed.values()]) for name in ("median", "least", "processor")}
    say(what="growth", sizes=sizes, **told)
    what = f"growth from {sizes[0]:,} to {sizes[-1]:,} products: slope of log time"
    ours = f"{told['median']:.2f} (least {told['least']:.2f}, processor {told['processor']:.2f})"
    return [Row("12", what, "≤ 1.05", ours, told["median"] <= 1.05)]
