"""The end of a batch: what was rejected put together, nothing lost, the manifest closed, what was needed on the way removed."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from textile_pcf.batch.atomic_files import MANIFEST, part_name, read_json, write_atomically, write_json
from textile_pcf.batch.folder import hashes, remove
from textile_pcf.batch.shuffle import FOLDER, NEW
from textile_pcf.batch.worker import PartitionReport, Scenario
from textile_pcf.errors import SHOWN
from textile_pcf.inventory.plausibility import catalogue_warnings
from textile_pcf.io.safe_text import guard_cells

REASONS = 20  # told for each scenario
MORE = "Name further tables for this scenario."


def warnings_of(scenarios: Sequence[Scenario], done: list[PartitionReport]) -> list[str]:
    """What must be said of the amounts, of the factors that are used in any part, and of scenarios that do not answer."""
    odd: dict[str, tuple[int, str, str]] = {}
    for one in done:
        for name, (count, product, seen) in one.implausible.items():
            odd[name] = (odd[name][0] + count, *odd[name][1:]) if name in odd else (count, product, seen)
    of_products = dict.fromkeys(text for one in done for text in one.warnings)
    told = [*_silences(done), *catalogue_warnings(odd), *list(of_products)[:SHOWN]]
    for place, scenario in enumerate(scenarios):
        used: dict[int, set[int]] = {}
        for tables in (one.used[place] for one in done if one.used):
            for table, rows in tables.items():
                used.setdefault(int(table), set()).update(rows)
        told += scenario.factors.warnings(scenario.gwp, {table: used[table] for table in sorted(used)}, scenario.biogenic)
    return told


def unanswered_of(done: list[PartitionReport]) -> dict[str, dict[str, Any]]:
    """Per scenario the products it does not answer for, and why, the most frequent reason first."""
    found: dict[str, dict[str, Any]] = {}
    for one in done:
        for name, told in one.unanswered.items():
            every = found.setdefault(name, {"products": 0, "reasons": Counter()})
            every["products"] += told["products"]
            every["reasons"].update(told["reasons"])
    return {name: {**every, "reasons": dict(every["reasons"].most_common(REASONS))} for name, every in found.items()}


def _silences(done: list[PartitionReport]) -> Iterator[str]:
    """A sentence for each scenario that does not answer for some products, with the first reason."""
    products = sum(one.products for one in done)
    for name, told in unanswered_of(done).items():
        columns = (
            f"Scenario {name!r} does not answer for {told['products']} of {products} products, and its columns are empty there."
        )
        yield f"{columns} {next(iter(told['reasons']))} {MORE}"


def finish(
    out: Path, rows: int, products: int | None, done: list[PartitionReport], run: dict[str, Any], warnings: Sequence[str]
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
    files = hashes(out, {f"{part_name(one.number)}.parquet": one.sha256 for one in done if one.sha256})
    closed = {"run": run, "counts": counts, "parts": len(done), "warnings": list(dict.fromkeys(warnings)), "files": files}
    unanswered = unanswered_of(done)
    write_json(out / MANIFEST, closed | ({"unanswered": unanswered} if unanswered else {}))
    return counts


def clean_up(out: Path) -> None:
    """Remove what was needed on the way, also where an earlier run was killed before it could."""
    for folder in ("parts", FOLDER, NEW):
        remove(out, folder)
    for folder in ("", "results"):
        remove(out, folder, unfinished=True)


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
                rejected = told["rejected_problems"]
                writer.writerows(guard_cells(problem[head] for head in heads) for problem in rejected)

    def rows(path: Path) -> None:
        with path.open("w", encoding="utf-8", newline="") as file:
            for place, number in enumerate(numbers):
                text = (out / "parts" / f"{part_name(number)}.csv").read_text(encoding="utf-8")
                file.write(text if not place else text.partition("\n")[2])

    write_atomically(out / "rejected.csv", problems)
    write_atomically(out / "rejected_activity.csv", rows)
