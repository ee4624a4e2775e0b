"""The table of targets, from a run: `python tests/benchmarks/run.py [--products N] [--rounds N] [--full] [--write]`.

Prints one JSON line per measurement and the table; `--write` puts it into docs/performance.md. It fails no test by a clock.
The workload is generated once and kept in a temporary folder (some 3 GB with a million products), or in `--folder`.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
from datetime import UTC, datetime
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent)]

import mills  # noqa: E402
import small  # noqa: E402
import tables  # noqa: E402
from bench import Bench  # noqa: E402
from measure import ROOT, Row  # noqa: E402

ROOMS = {
    room.__name__: room
    for room in (
        tables.wide, tables.tidy, mills.mills, tables.rejects, small.one_product, small.starts, small.units, small.pint,
        small.brightway, tables.memory, tables.workers, tables.growth,
    )
}  # fmt: skip
BEGIN, END = "<!-- table of a run: begin -->", "<!-- table of a run: end -->"
VERSIONS = ("numpy", "pyarrow", "pandas", "duckdb", "polars", "distributed", "pint", "bw2calc")


def order(number: str) -> tuple[int, str]:
    """A number of a target as what is sorted by: 2 before 2b before 3; what has no number comes last."""
    digits = number.rstrip("abc")
    return (int(digits), number) if digits.isdigit() else (99, number)


def table(rows: list[Row]) -> str:
    """The table of targets, in their order; what has no target comes last."""
    told = ["| # | what | target | ours | reached |", "|---|---|---|---|---|"]
    for row in sorted(rows, key=lambda row: order(row.number)):
        reached = {True: "yes", False: "**no**", None: ""}[row.reached]
        told.append(f"| {row.number} | {row.what} | {row.target} | {row.ours} | {reached} |")
    return "\n".join(told)


def head(bench: Bench) -> str:
    """When, how large, how often, on what."""
    versions = ", ".join(f"{name} {version(name)}" for name in VERSIONS if find_spec(name))
    return (
        f"Run of {datetime.now(UTC):%Y-%m-%d}: sizes as each line says, {bench.rounds} rounds ({bench.few} of workers, growth "
        f"and rejects), {os.cpu_count()} cores shared with others (load {os.getloadavg()[0]:.1f} at the end), "
        f"Python {platform.python_version()}, {versions}."
    )


def write(rows: list[Row], bench: Bench, path: Path) -> None:
    """Put the table into the page, between its marks."""
    text = path.read_text(encoding="utf-8")
    before, after = text.partition(BEGIN)[0], text.partition(END)[2]
    path.write_text(f"{before}{BEGIN}\n{head(bench)}\n\n{table(rows)}\n{END}{after}", encoding="utf-8")


def main() -> None:
    """Run, print, and write where that is wanted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--products", type=int, default=100_000, help="of the tidy table (target 2)")
    parser.add_argument("--large", type=int, default=1_000_000, help="products where a target says 1e6")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--full", action="store_true", help="targets 2, 3 and 11 with --large products, too: takes long")
    parser.add_argument("--only", default="", help=f"some of: {','.join(ROOMS)}")
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "textile_pcf_benchmarks")
    parser.add_argument("--write", action="store_true", help="the table into docs/performance.md; not with --only")
    told = parser.parse_args()
    wanted = told.only.split(",") if told.only else list(ROOMS)
    if unknown := set(wanted) - set(ROOMS):
        parser.error(f"--only: there is no {', '.join(sorted(unknown))}")
    if told.write and told.only:
        parser.error("--write: the table is that of one whole run, so not with --only")
    bench = Bench(told.folder, told.products, told.large, told.rounds, told.full)
    rows = [row for name, room in ROOMS.items() if name in wanted for row in room(bench)]
    sys.stdout.write(f"{table(rows)}\n\n{head(bench)}\n")
    if told.write:
        write(rows, bench, ROOT / "docs" / "performance.md")


if __name__ == "__main__":
    main()
