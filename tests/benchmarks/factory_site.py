"""A site's year against reading its tables: `python tests/benchmarks/factory_site.py [--lines N] [--rounds N]`.

Target 6 of the factory: `allocate`, `reconcile` and `join` of 10,000 lines each take at most three times what `read_table`
takes to read their input. All in one process, in turns; results are compared first. Prints one JSON line per measurement
and the table.
"""

from __future__ import annotations

import argparse
import csv
import sys
import tempfile
from math import fsum, isclose
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).parent)]

import numpy as np  # noqa: E402
from measure import in_turns, ratio  # noqa: E402

import textile_pcf as tp  # noqa: E402
from textile_pcf.io.read_table import read_table  # noqa: E402

PROCESSES = [f"process_{number}" for number in range(10)]
NAMES = ("utilities", "production", "plan")


def write(folder: Path, lines: int) -> list[Path]:
    """Write the tables of a site: one carrier, half of it metered, and a product per line."""
    rng = np.random.default_rng(18)
    metered = PROCESSES[:5]
    utilities = [{"carrier": "electricity", "process": "", "amount": 1e6, "unit": "MWh", "year": 2024}]
    utilities += [{**utilities[0], "process": name, "amount": round(rng.uniform(1e3, 5e4), 1)} for name in metered]
    production = [
        {"product": f"SKU-{number:06d}", "process": PROCESSES[number % 10], "output": round(rng.uniform(1, 100), 2),
         "unit": "t", "input": round(rng.uniform(1e3, 1e5), 1), "machine_hours": round(rng.uniform(1, 900), 1)}
        for number in range(lines)
    ]  # fmt: skip
    plan = [
        {"carrier": "electricity", "process": name, "driver": "machine_hours" if name in metered else "input",
         "weight": "" if name in metered else number}
        for number, name in enumerate(PROCESSES)
    ]  # fmt: skip
    paths = []
    for name, rows in zip(NAMES, (utilities, production, plan), strict=True):
        paths.append(folder / f"{name}.csv")
        _write(paths[-1], rows)
    return paths


def _write(path: Path, rows: list[dict[str, Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    told = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        paths = write(folder, told.lines)
        result = tp.factory.allocate(*paths)
        assert len(result["allocation"]) == told.lines
        assert isclose(fsum(row["amount"] for row in result["allocation"]), 1e9, rel_tol=1e-9)
        site, other = folder / "site.csv", folder / "other.csv"
        site.write_text(result.to_csv(), encoding="utf-8")
        other.write_text(result.to_csv().replace(",electricity,", ",water,").replace(",kWh,", ",m3,"), encoding="utf-8")
        assert not any(row["flagged"] for row in tp.factory.reconcile(site, site)["rows"])
        assert len(tp.factory.join(site, other).activity) == 3 * told.lines
        timed = in_turns({
            "read the tables of a site": lambda: [read_table(path) for path in paths],
            "allocate": lambda: tp.factory.allocate(*paths),
            "allocate to CSV": lambda: tp.factory.allocate(*paths).to_csv(),
            "read two tables of activity": lambda: [read_table(path) for path in (site, other)],
            "reconcile": lambda: tp.factory.reconcile(site, site),
            "join": lambda: tp.factory.join(site, other),
        }, told.rounds)  # fmt: skip
    tables, activity = timed["read the tables of a site"], timed["read two tables of activity"]
    rows = [
        ratio("6", f"allocate, {told.lines:,} lines / reading its tables", 3, timed["allocate"], tables),
        ratio("6", "the same, written as CSV", None, timed["allocate to CSV"], tables),
        ratio("6", f"reconcile, {2 * told.lines:,} rows beside as many / reading them", 3, timed["reconcile"], activity),
        ratio("6", f"join, {4 * told.lines:,} rows / reading them", 3, timed["join"], activity),
    ]
    for row in rows:
        sys.stdout.write(f"| {row.number} | {row.what} | {row.target} | {row.ours} | {row.reached} |\n")


if __name__ == "__main__":
    main()
