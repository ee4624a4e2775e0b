"""The table of targets, from a run: `python tests/benchmarks/run.py [--products N] [--rounds N] [--only 2,3] [--write]`.

Prints one JSON line per measurement and the table; `--write` puts it into docs/performance.md. It fails no test by a clock.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
sys.path[:0] = [str(HERE)]

import peers  # noqa: E402
import workload  # noqa: E402
from measure import Row, in_turns, ratio  # noqa: E402

import textile_pcf as tp  # noqa: E402


class Bench:
    """One run of the benchmarks: the folder with the workload, and how often each thing is timed."""

    def __init__(self, folder: Path, products: int, rounds: int, large: int) -> None:
        self.folder, self.products, self.rounds, self.large = folder, products, rounds, large
        self.factors = workload.write_factors(folder / "factors.csv")
        self.middle = min(large, 3 * products)
        self.rules, self.table = tp.load_rules(workload.RULE), tp.load_factors(self.factors)
        self.found = peers.found_factors(self.factors)

    def file(self, products: int, shuffled: bool = False, texts: bool = True) -> Path:
        """The workload on disk, written once."""
        path = self.folder / f"{products}{'_shuffled' * shuffled}{'' if texts else '_integers'}.parquet"
        return path if path.exists() else workload.write_parquet(path, products, texts, shuffled=shuffled)

    def batch(self, path: Path, **options: Any) -> tp.BatchResult:
        """A batch from Parquet to Parquet."""
        out = self.folder / "out"
        shutil.rmtree(out, ignore_errors=True)
        return tp.calculate_batch(path, self.rules, self.table, out=out, progress=False, **options)

    def equal(self, path: Path, table: Any) -> None:
        """A peer's stages are ours."""
        ours = self.batch(path).read().to_pandas().set_index("product")[[f"stage.{stage}" for stage in peers.STAGES]]
        theirs = (table.to_pandas() if hasattr(table, "to_pandas") else table).set_index("product")
        theirs.index = theirs.index.astype(str)
        np.testing.assert_allclose(theirs.loc[ours.index.astype(str), peers.STAGES].to_numpy(), ours.to_numpy(), rtol=1e-9)

    # -- targets --------------------------------------------------------------------------------------------------

    def wide(self) -> list[Row]:
        """Target 1."""
        from textile_pcf.batch.wide import _layout, calculate_wide
        from textile_pcf.calculation import Answers

        told = workload.columns()
        columns = [{"stage": c.stage, "flow": c.flow, "unit": c.unit} for c in told]
        for column, c in zip(columns, told, strict=True):
            if c.kind == "flow":
                column |= {"item": workload.items(c)[0], "region": "CN-ZJ", "year": 2023}
        amounts = np.concatenate([workload.draw(first, 20_000).amount for first in range(0, self.large, 20_000)])[: self.large]
        canonical = amounts * np.array([0.01 if c.kind == "loss" else 1.0 for c in told])
        factor = _layout(amounts, columns, self.rules, Answers(self.table, "AR6", "zero_zero")).weights[0].sum(axis=1)

        def ours() -> Any:
            return calculate_wide(amounts, columns, self.rules, self.table, units=("m2", "piece"))

        np.testing.assert_allclose(peers.blocked(canonical, factor), ours().by_stage, rtol=1e-12)
        timed = in_turns({"wide numpy blocked": lambda: peers.blocked(canonical, factor), "wide ours": ours}, self.rounds)
        what = f"wide table of {self.large:,} products, checked, stages and 3 units: against blocked numpy"
        return [
            ratio("1", what, 1.5, timed["wide ours"], timed["wide numpy blocked"], "the peer checks nothing and has one unit")
        ]

    def tidy(self) -> list[Row]:
        """Targets 2 and 3."""
        path, shuffled, integers = (self.file(self.products, *how) for how in ((), (True,), (False, False)))
        for peer in (peers.duckdb, peers.polars, peers.pandas):
            self.equal(path, peer(path, self.found))
        timed = in_turns(
            {
                "decode": lambda: peers.decode(path),
                "ours": lambda: self.batch(path),
                "ours, 2 threads": lambda: self.batch(path, workers=2, threads=True),
                "duckdb": lambda: peers.duckdb(path, self.found),
                "polars": lambda: peers.polars(path, self.found),
                "pandas": lambda: peers.pandas(path, self.found),
                "ours, integers": lambda: self.batch(integers),
                "ours, shuffled": lambda: self.batch(shuffled),
            },
            self.rounds,
        )
        head, note = (
            f"tidy Parquet, {self.products * 40 / 1e6:g} M rows:",
            "peers may use both cores; ours calculates in one thread, hashes its input and writes its results",
        )
        rows = [
            ratio("2", f"{head} against {peer}", limit, timed["ours"], timed[peer], note)
            for peer, limit in (("decode", 2.3), ("duckdb", 0.75), ("polars", 0.5), ("pandas", 0.15))
        ]
        rows.append(ratio("2", f"{head} two threads against decode", 2.3, timed["ours, 2 threads"], timed["decode"]))
        rows.append(ratio("3", f"{head} all rows shuffled, against sorted", 3.0, timed["ours, shuffled"], timed["ours"]))
        one = timed["ours, integers"].median / timed["ours"].median
        rows.append(Row("–", f"{head} integers as products, against SKU texts", "", f"{one:.2f}×", None))
        return rows

    def one_product(self) -> list[Row]:
        """Target 4."""
        rows = [
            {key: value for key, value in row.items() if value is not None and key != "product"}
            for row in workload.arrow_table(workload.draw(0, 1)).to_pylist()
        ]
        value = {tuple(row[:4]): row[4] for row in self.found.itertuples(index=False)}
        losses = {c.stage: c.flow for c in workload.columns() if c.kind == "loss"}

        def ours() -> Any:
            return tp.footprint({"product": "P", "rows": rows}, self.rules, self.table).by_stage

        np.testing.assert_allclose(ours()[0], list(peers.dict_loop(rows, value, losses).values()), rtol=1e-12)
        many = {
            "100 × dict loop": lambda: [peers.dict_loop(rows, value, losses) for _ in range(100)],
            "100 × ours": lambda: [ours() for _ in range(100)],
        }
        timed = in_turns(many, self.rounds)
        return [
            ratio(
                "4",
                "one product, warm, from dicts, validated: against a dict loop",
                10,
                timed["100 × ours"],
                timed["100 × dict loop"],
            )
        ]

    def starts(self) -> list[Row]:
        """Targets 5 and 6."""

        def python(code: str) -> Callable[[], Any]:
            command = [sys.executable, "-c", code]
            return lambda: subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=_environment(), cwd=ROOT)

        example = str(ROOT / "examples" / "cotton_poplin" / "activity.csv")
        call = f"from textile_pcf.cli import main; main(['calculate', {example!r}, '--rule', 'cotton_fabric'])"
        timed = in_turns(
            {
                "python": python("pass"),
                "import numpy": python("import numpy"),
                "import textile_pcf": python("import textile_pcf"),
                "import pandas": python("import pandas"),
                "calculate, cold": python(call),
            },
            self.rounds,
        )
        return [
            ratio("5", "import textile_pcf: against import numpy", 2, timed["import textile_pcf"], timed["import numpy"]),
            ratio(
                "6",
                "one product on the command line, cold: against import pandas",
                2,
                timed["calculate, cold"],
                timed["import pandas"],
            ),
        ]

    def units(self) -> list[Row]:
        """Target 7."""
        from textile_pcf.activity.meaning import _canonical
        from textile_pcf.units import convert, parse_unit

        draw = np.random.default_rng(5)
        pairs = [
            ("kWh", "MJ"),
            ("MJ", "MJ"),
            ("kg", "kg"),
            ("g", "kg"),
            ("m3", "m3"),
            ("L", "m3"),
            ("t*km", "t*km"),
            ("kg*km", "t*km"),
        ]
        amounts, codes = draw.random(4_000_000), draw.integers(0, len(pairs), 4_000_000)
        plain = np.array([convert(parse_unit(a), parse_unit(b)).factor for a, b in pairs])  # type: ignore[union-attr]

        def ours() -> Any:
            conversions = [convert(parse_unit(a), parse_unit(b)) for a, b in pairs]
            return _canonical(amounts, codes, conversions, np.arange(len(pairs)))  # type: ignore[arg-type]

        np.testing.assert_array_equal(ours(), plain[codes] * amounts)
        timed = in_turns({"units, numpy gather": lambda: plain[codes] * amounts, "units, ours": ours}, self.rounds)
        return [
            ratio(
                "7",
                "4 M amounts in 8 units to canonical: against a numpy gather",
                1.5,
                timed["units, ours"],
                timed["units, numpy gather"],
            )
        ]

    def memory(self) -> list[Row]:
        """Target 10: peak memory of a process of its own, told by the operating system."""
        peak = {products: self._peak(self.file(products)) for products in (self.large // 10, self.large)}
        small, large = peak.values()
        rows = f"{self.large * 40 / 1e6:g} M rows"
        return [
            Row("10", f"peak memory, {rows}, results streamed", "≤ 600 MB", f"{large:.0f} MB", large <= 600),
            Row(
                "10",
                f"peak of {self.large:,} products over a tenth of them",
                "≤ 1.25×",
                f"{large / small:.2f}×",
                large / small <= 1.25,
            ),
        ]

    def _peak(self, path: Path) -> float:
        code = (
            "import sys, shutil\nfrom textile_pcf.batch import calculate_batch\n"
            "shutil.rmtree(sys.argv[4], ignore_errors=True)\n"
            "calculate_batch(*sys.argv[1:4], out=sys.argv[4], progress=False)\n"
            "print(next(int(line.split()[1]) / 1024 for line in open('/proc/self/status') if line.startswith('VmHWM')))\n"
        )
        command = [sys.executable, "-c", code, str(path), str(workload.RULE), str(self.factors), str(self.folder / "out")]
        return float(subprocess.run(command, check=True, capture_output=True, text=True, env=_environment()).stdout)

    def workers(self) -> list[Row]:
        """Target 11: start-up of the workers included for the pool, excluded for a Dask cluster that stands."""
        from distributed import Client, LocalCluster

        path = self.file(self.middle)
        with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster, Client(cluster) as client:
            timed = in_turns(
                {
                    "serial": lambda: self.batch(path),
                    "two threads": lambda: self.batch(path, workers=2, threads=True),
                    "two processes": lambda: self.batch(path, workers=2),
                    "dask, two workers": lambda: self.batch(path, dask=client),
                },
                max(3, self.rounds // 2),
            )
        head = f"{self.middle:,} products:"
        return [
            ratio("11", f"{head} {name}, against serial", 1.0, timed[name], timed["serial"])
            for name in ("two processes", "dask, two workers", "two threads")
        ]

    def growth(self) -> list[Row]:
        """Target 12."""
        sizes = sorted({min(size, self.middle) for size in (10_000, 30_000, 100_000, 300_000, 1_000_000)})
        runs = {f"{size} products": partial(self.batch, self.file(size)) for size in sizes}
        timed = in_turns(runs, max(3, self.rounds // 2))
        wall = [timed[f"{size} products"].median for size in sizes]
        cpu = [timed[f"{size} products"].processor for size in sizes]
        slope, slope_cpu = (float(np.polyfit(np.log(sizes), np.log(seconds), 1)[0]) for seconds in (wall, cpu))
        what = f"growth from {sizes[0]:,} to {sizes[-1]:,}: slope of log time"
        return [Row("12", what, "≤ 1.05", f"{slope:.2f} (processor {slope_cpu:.2f})", slope <= 1.05)]


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}


def table(rows: list[Row]) -> str:
    """The table of targets."""
    told = ["| # | what | target | ours | reached |", "|---|---|---|---|---|"]
    for row in rows:
        reached = {True: "yes", False: "**no**", None: ""}[row.reached]
        what = f"{row.what} ({row.note})" if row.note else row.what
        told.append(f"| {row.number} | {what} | {row.target} | {row.ours} | {reached} |")
    return "\n".join(told)


def write(rows: list[Row], bench: Bench, path: Path) -> None:
    """Put the table into the page, between its marks."""
    text = path.read_text(encoding="utf-8")
    begin, end = "<!-- table of a run: begin -->", "<!-- table of a run: end -->"
    before, after = text.partition(begin)[0], text.partition(end)[2]
    versions = ", ".join(
        f"{name} {__import__(name).__version__}" for name in ("numpy", "pyarrow", "pandas", "duckdb", "polars")
    )
    told = (
        f"Run of {datetime.now(UTC):%Y-%m-%d}: {bench.products:,} products where nothing else is said, {bench.rounds} rounds, "
        f"{os.cpu_count()} cores shared with others (load {os.getloadavg()[0]:.1f}), "
        f"Python {platform.python_version()}, {versions}."
    )
    path.write_text(f"{before}{begin}\n{told}\n\n{table(rows)}\n{end}{after}", encoding="utf-8")


def main() -> None:
    """Run, print, and write where that is wanted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--products", type=int, default=100_000)
    parser.add_argument("--large", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default="", help="wide,tidy,one_product,starts,units,memory,workers,growth")
    parser.add_argument("--folder", type=Path, help="keep the workload here")
    parser.add_argument("--write", action="store_true")
    told = parser.parse_args()
    every = ("wide", "tidy", "one_product", "starts", "units", "memory", "workers", "growth")
    with tempfile.TemporaryDirectory() as temporary:
        folder = told.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        bench = Bench(folder, told.products, told.rounds, told.large)
        rows = [
            row for name in every if name in (told.only.split(",") if told.only else every) for row in getattr(bench, name)()
        ]
        sys.stdout.write(table(rows) + "\n")
        if told.write:
            write(rows, bench, ROOT / "docs" / "performance.md")


if __name__ == "__main__":
    main()
