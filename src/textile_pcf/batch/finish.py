"""The end of a batch: what was rejected put together, nothing lost, the manifest closed, what was needed on the way removed."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from textile_pcf.activity import told_of_many
from textile_pcf.batch.spread import FOLDER
from textile_pcf.batch.store import MANIFEST, part_name, read_json, remove_unfinished, write_json, write_whole
from textile_pcf.batch.work import Done, Scenario


def warnings_of(scenarios: Sequence[Scenario], done: list[Done]) -> list[str]:
    """What must be said of the amounts and of the factors that are used in any part."""
    odd: dict[str, tuple[int, str, str]] = {}
    for one in done:
        for name, (count, product, seen) in one.implausible.items():
            odd[name] = (odd[name][0] + count, *odd[name][1:]) if name in odd else (count, product, seen)
    told: list[str] = told_of_many(odd)
    for place, scenario in enumerate(scenarios):
        used: dict[int, set[int]] = {}
        for tables in (one.used[place] for one in done if one.used):
            for table, rows in tables.items():
                used.setdefault(int(table), set()).update(rows)
        told += scenario.factors.warnings(scenario.gwp, {table: used[table] for table in sorted(used)})
    return told


def finish(
    out: Path, rows: int, products: int | None, done: list[Done], run: dict[str, Any], warnings: Sequence[str]
) -> dict[str, int]:
    """Put together what was rejected, check that nothing was lost, and close the manifest."""
    counts = {
        "rows": sum(one.rows for one in done),
        "products": sum(one.products for one in done),
        "rejected": sum(one.rejected for one in done),
    }
    if counts["rows"] != rows or products not in (None, counts["products"] + counts["rejected"]):
        raise RuntimeError(f"products were lost: {products} in {rows} rows, but {counts}")
    _rejected(out, [one.number for one in done if one.problems])
    write_json(out / MANIFEST, {"run": run, "counts": counts, "parts": len(done), "warnings": list(dict.fromkeys(warnings))})
    return counts


def cleared(out: Path) -> None:
    """Remove what was needed on the way, also where an earlier run was killed before it could."""
    for folder in ("parts", FOLDER):
        shutil.rmtree(out / folder, ignore_errors=True)
    remove_unfinished(out)


def _rejected(out: Path, numbers: list[int]) -> None:
    """One file with all problems, one with the rows of the products that have them."""
    if not numbers:
        return
    heads = ("product", "code", "where", "what", "cure")

    def problems(path: Path) -> None:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(heads)
            for number in numbers:
                told = read_json(out / "parts" / f"{part_name(number)}.json") or {}
                writer.writerows([problem[head] for head in heads] for problem in told["rejected_problems"])

    def rows(path: Path) -> None:
        with path.open("w", encoding="utf-8", newline="") as file:
            for place, number in enumerate(numbers):
                text = (out / "parts" / f"{part_name(number)}.csv").read_text(encoding="utf-8")
                file.write(text if not place else text.partition("\n")[2])

    write_whole(out / "rejected.csv", problems)
    write_whole(out / "rejected_activity.csv", rows)
