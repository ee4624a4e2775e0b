"""Chemicals, inventory, typical values against reading their tables: `python tests/benchmarks/factory_practice.py`.

Target 6 of the factory: 5,000 recipes, and 10,000 lines of utilities × products, each take at most three times what
`read_table` takes to read their input (`--lines N`, `--rounds N`). All in one process, in turns; results are
compared first. Prints one JSON line per measurement and the table. Tables of factors are loaded once, before.
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
from factory_site import write as write_site  # noqa: E402
from measure import in_turns, ratio  # noqa: E402

import textile_pcf as tp  # noqa: E402
from textile_pcf.io.read_table import read_table  # noqa: E402

CHEMICALS, BATCH_SIZE = 200, 10


def write(folder: Path, name: str, rows: list[dict[str, Any]]) -> Path:
    """Write one table."""
    path = folder / f"{name}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def write_chemicals(folder: Path, recipes: int) -> list[Path]:
    """Write stock, recipes and batches: ten doses a batch, in kg, % and g/L, and a stock that holds what they take."""
    rng = np.random.default_rng(20)
    batches = [{"batch": f"B{number:06d}", "product": f"SKU-{number % 300:04d}", "process": "dyeing",
                "input": round(rng.uniform(100, 900), 1), "output": round(rng.uniform(90, 880), 1), "unit": "kg"}
               for number in range(max(recipes // BATCH_SIZE, 1))]  # fmt: skip
    doses, taken = [], np.zeros(CHEMICALS)
    for number in range(recipes):
        batch, chemical = batches[number // BATCH_SIZE % len(batches)], int(rng.integers(CHEMICALS))
        dose, unit = round(rng.uniform(0.5, 40), 2), ("kg", "%", "g/L")[number % 3]
        doses.append({"batch": batch["batch"], "chemical": f"C{chemical:03d}", "dose": dose, "unit": unit,
                      "liquor_ratio": "1:8" if unit == "g/L" else ""})  # fmt: skip
        per_input = {"%": dose / 100, "g/L": dose * 8 / 1000}.get(unit)
        taken[chemical] += dose if per_input is None else per_input * float(batch["input"])
    stock = [{"chemical": f"C{number:03d}", "cas": "7757-82-6", "opening": 0, "purchased": repr(float(used) * 1.01),
              "closing": 0, "unit": "kg"} for number, used in enumerate(taken)]  # fmt: skip
    return [write(folder, "stock", stock), write(folder, "recipes", doses), write(folder, "batches", batches)]


def write_plants(folder: Path, plants: int) -> Path:
    """Write plants in groups of ten."""
    rng = np.random.default_rng(7)
    base = {"unit": "kgCO2e/kg", "output_unit": "t", "year": 2024, "boundary": "cradle_to_gate", "region": "CN"}
    rows = [{**base, "plant": f"P{number}", "group": f"G{number // 10}", "value": round(rng.uniform(1, 9), 3),
             "output": round(rng.uniform(1, 900), 1)} for number in range(plants)]  # fmt: skip
    return write(folder, "plants", rows)


def write_utilities(site: list[Path]) -> None:
    """Add the region to the utilities of a site."""
    head, *lines = site[0].read_text(encoding="utf-8").splitlines()
    site[0].write_text("\n".join([f"{head},region", *(f"{line},CN" for line in lines)]) + "\n", encoding="utf-8")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    factors = tp.load_factors()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        chemicals, site = write_chemicals(folder, given.lines // 2), write_site(folder, given.lines)
        write_utilities(site)
        plants = write_plants(folder, given.lines)
        used = tp.factory.chemicals(*chemicals, factors=factors)
        parts = fsum(row["kg"] for row in used["products"]) + fsum(row["remainder"] for row in used["balance"])
        assert isclose(parts, fsum(row["consumption"] for row in used["balance"]), rel_tol=1e-9)
        inventory = tp.factory.inventory(*site, factors=factors)
        assert isclose(fsum(row["kgCO2e"] for row in inventory["products"]) + inventory["remainder"], inventory["total"])
        assert len(tp.factory.typical(plants)["groups"]) == given.lines // 10
        timed = in_turns({
            "read stock, recipes, batches": lambda: [read_table(path) for path in chemicals],
            "chemicals": lambda: tp.factory.chemicals(*chemicals, factors=factors),
            "read the tables of a site": lambda: [read_table(path) for path in site],
            "inventory": lambda: tp.factory.inventory(*site, factors=factors),
            "read plants": lambda: read_table(plants),
            "typical": lambda: tp.factory.typical(plants),
        }, given.rounds)  # fmt: skip
    rows = [
        ratio("6", f"chemicals, {given.lines // 2:,} recipes / reading its tables", 3, timed["chemicals"],
              timed["read stock, recipes, batches"]),
        ratio("6", f"inventory, {given.lines:,} products / reading its tables", 3, timed["inventory"],
              timed["read the tables of a site"]),
        ratio("6", f"typical, {given.lines:,} plants / reading them", None, timed["typical"], timed["read plants"]),
    ]  # fmt: skip
    for row in rows:
        sys.stdout.write(f"| {row.number} | {row.what} | {row.target} | {row.ours} | {row.reached} |\n")


if __name__ == "__main__":
    main()
