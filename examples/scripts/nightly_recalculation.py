"""Recalculate a catalogue every night, and say which products moved and why nothing is missing.

    python nightly_recalculation.py catalogue.parquet cotton_fabric@2026.1 results --factors mine.csv --factors default@2026.1

Each night is a folder of its own, `results/2026-01-31`; an interrupted night continues where it stopped. The night before is
compared product by product. Exit code 0: everything was calculated; 1: products were rejected, see `rejected.csv`; other
codes are those of the command line.
"""

from __future__ import annotations

import argparse
import sys
from datetime import date
from pathlib import Path

import pandas as pd

import textile_pcf as tp

MOVED = 1e-9  # relative: smaller differences are rounding


def totals(night: Path) -> pd.Series[float]:
    """Return the total of each product of a night. [kg CO2e per product unit]"""
    files = sorted((night / "results").glob("part-*.parquet"))
    table = pd.concat([pd.read_parquet(file, columns=["product", "total"]) for file in files])
    return table.set_index("product")["total"]


def moved(old: pd.Series[float], new: pd.Series[float]) -> pd.DataFrame:
    """Return the products whose total is another one than the night before, the largest change first."""
    both = pd.DataFrame({"old": old, "new": new}).dropna()
    both["change"] = both["new"] / both["old"] - 1
    changed = both[both["change"].abs() > MOVED]
    return changed.reindex(changed["change"].abs().sort_values(ascending=False).index)


def recalculate(source: Path, rule: str, factors: list[str], results: Path, night: date) -> int:
    """Calculate one night, report what moved, and return the exit code."""
    earlier = sorted(folder for folder in results.glob("????-??-??") if folder.name < night.isoformat())
    batch = tp.calculate_batch(source, rule, factors or None, out=results / night.isoformat(), progress=False)
    print(f"{night}: {batch.products} products, {batch.rejected} rejected, {batch.rows} rows")
    if earlier:
        before, after = totals(earlier[-1]), totals(batch.out)
        changes = moved(before, after)
        print(f"since {earlier[-1].name}: {len(changes)} moved", end="")
        print(f", {len(after.index.difference(before.index))} new, {len(before.index.difference(after.index))} gone")
        for product, change in changes["change"].head(10).items():
            print(f"  {product} {change:+.2%}")
        changes.to_csv(batch.out / "moved.csv")
    return 1 if batch.rejected else 0


def main(arguments: list[str] | None = None) -> int:
    """Read the arguments; problems of the library are printed with place and cure."""
    parser = argparse.ArgumentParser(description="Recalculate a catalogue.")
    parser.add_argument("source", type=Path, help="activity data of all products")
    parser.add_argument("rule", help="NAME@EDITION or the path of a rule; named with its edition, it never changes")
    parser.add_argument("results", type=Path, help="folder of all nights")
    parser.add_argument("--factors", action="append", default=[], help="table of emission factors; repeat for more, in order")
    parser.add_argument("--night", type=date.fromisoformat, default=date.today(), help="today where none is given")
    chosen = parser.parse_args(arguments)
    try:
        return recalculate(chosen.source, chosen.rule, chosen.factors, chosen.results, chosen.night)
    except tp.PcfError as error:
        print(error, file=sys.stderr)
        codes = {tp.UsageError: 2, tp.RuleError: 3, tp.FactorError: 3, tp.InputError: 4}
        return codes.get(type(error), 5)


if __name__ == "__main__":
    sys.exit(main())
