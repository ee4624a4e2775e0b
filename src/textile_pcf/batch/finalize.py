"""The end of a batch: merge the rejected products, check that no row is lost, close the manifest, remove temporary files."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from textile_pcf.batch.atomic_files import MANIFEST, part_name, read_json, write_atomically, write_json
from textile_pcf.batch.folder import file_hashes, remove_files
from textile_pcf.batch.job import Scenario
from textile_pcf.batch.partition_report import PartitionReport
from textile_pcf.batch.remote_files import FOLDER as DOWNLOAD
from textile_pcf.batch.shuffle import FOLDER, NEW
from textile_pcf.batch.sources import PartitionedSource
from textile_pcf.batch.streamed_rows import NEW_STREAM, STREAM
from textile_pcf.batch.weight_files import WEIGHTS
from textile_pcf.errors import SHOWN
from textile_pcf.inventory.plausibility import ImplausibleQuantity, catalogue_warnings
from textile_pcf.io.safe_text import guard_cells
from textile_pcf.messages.message import Message, chinese_of, sentences
from textile_pcf.results.environment import environment

MAX_REASONS = 20  # per scenario
MORE = "Name further tables for this scenario."
CHINESE = "rejected_zh.csv"
REJECTED_COLUMNS = ("product", "code", "where", "what", "cure")


def batch_warnings(scenarios: Sequence[Scenario], reports: list[PartitionReport]) -> list[str]:
    """Return the warnings of a run: unanswered scenarios, implausible amounts, products, and the factors used.

    Parameters
    ----------
    scenarios : sequence of Scenario
        Scenarios of the job.
    reports : list of PartitionReport
        Reports of all partitions.
    """
    implausible = catalogue_warnings(ImplausibleQuantity(*each) for report in reports for each in report.implausible)
    of_products = dict.fromkeys(text for report in reports for text in report.warnings)
    texts = [*_unanswered_warnings(reports), *implausible, *list(of_products)[:SHOWN]]
    for index, scenario in enumerate(scenarios):
        used: dict[int, set[int]] = {}
        for tables in (report.used[index] for report in reports if report.used):
            for table, rows in tables.items():
                used.setdefault(int(table), set()).update(rows)
        texts += scenario.factors.warnings(scenario.gwp, {table: used[table] for table in sorted(used)}, scenario.biogenic)
    return texts


def unanswered_scenarios(reports: list[PartitionReport]) -> dict[str, dict[str, Any]]:
    """Return per scenario the number of `products` without a result, and the `reasons` with counts, most frequent first."""
    scenarios: dict[str, dict[str, Any]] = {}
    for report in reports:
        for name, unanswered in report.unanswered.items():
            total = scenarios.setdefault(name, {"products": 0, "reasons": Counter()})
            total["products"] += unanswered["products"]
            total["reasons"].update(unanswered["reasons"])
    return {name: {**total, "reasons": dict(total["reasons"].most_common(MAX_REASONS))} for name, total in scenarios.items()}


def _unanswered_warnings(reports: list[PartitionReport]) -> Iterator[str]:
    """Yield a warning for each scenario without results for some products, with the most frequent reason."""
    products = sum(report.products for report in reports)
    for name, unanswered in unanswered_scenarios(reports).items():
        count = unanswered["products"]
        what = Message(
            "Scenario {name!r} does not answer for {count} of {products} products, and its columns are empty there.",
            name=name,
            count=count,
            products=products,
        )
        yield sentences(what, next(iter(unanswered["reasons"])), MORE)


def finish(
    out: Path,
    source: PartitionedSource,
    reports: list[PartitionReport],
    identity: dict[str, Any],
    sections: dict[str, Any],
    warnings: Sequence[str],
) -> dict[str, int]:
    """Merge the rejected products, check that no row or product is lost, and close the manifest.

    `sections` are further sections of the manifest, such as `inputs`.

    Returns
    -------
    dict
        Counts: `rows`, `products`, `rejected`.

    Raises
    ------
    RuntimeError
        Rows or products were lost.
    """
    counts = {
        "rows": sum(report.rows for report in reports),
        "products": sum(report.products for report in reports),
        "rejected": sum(report.rejected for report in reports),
    }
    if counts["rows"] != source.rows or source.products not in (None, counts["products"] + counts["rejected"]):
        raise RuntimeError(f"products were lost: {source.products} in {source.rows} rows, but {counts}")
    _merge_rejected(out, [report.number for report in reports if report.problems])
    files = file_hashes(out, {f"{part_name(report.number)}.parquet": report.sha256 for report in reports if report.sha256})
    manifest = {
        "run": identity,
        **sections,
        "counts": counts,
        "parts": len(reports),
        "warnings": list(dict.fromkeys(warnings)),
        "chinese": chinese_of(warnings),
        "files": files,
        "environment": environment(),
    }
    weights = {name: digest for report in reports for name, digest in report.weights.items()}
    if identity.get("weights"):
        manifest["weights"] = weights
    unanswered = unanswered_scenarios(reports)
    write_json(out / MANIFEST, manifest | ({"unanswered": unanswered} if unanswered else {}))
    return counts


def clean_up(out: Path) -> None:
    """Remove temporary files, including those of an earlier run that was killed."""
    for folder in ("parts", FOLDER, NEW, STREAM, NEW_STREAM, DOWNLOAD):
        remove_files(out, folder)
    for folder in ("", "results", WEIGHTS):
        remove_files(out, folder, unfinished=True)


def _merge_rejected(out: Path, numbers: list[int]) -> None:
    """Write the problems of all partitions in English and in Chinese, and the rows of rejected products."""
    if not numbers:
        return

    def write_problems(path: Path, language: str = "en") -> None:
        suffix = "" if language == "en" else f"_{language}"
        with path.open("w", encoding="utf-8-sig" if suffix else "utf-8", newline="") as file:  # spreadsheets need the mark
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(REJECTED_COLUMNS)
            for number in numbers:
                record = read_json(out / "parts" / f"{part_name(number)}.json") or {}
                problems = record["rejected_problems"]
                texts = ({**problem, **{key: problem[key + suffix] for key in ("what", "cure")}} for problem in problems)
                writer.writerows(guard_cells(problem[column] for column in REJECTED_COLUMNS) for problem in texts)

    def write_rows(path: Path) -> None:
        with path.open("w", encoding="utf-8", newline="") as file:
            for index, number in enumerate(numbers):
                text = (out / "parts" / f"{part_name(number)}.csv").read_text(encoding="utf-8")
                file.write(text if index == 0 else text.partition("\n")[2])

    write_atomically(out / "rejected.csv", write_problems)
    write_atomically(out / CHINESE, lambda path: write_problems(path, "zh"))
    write_atomically(out / "rejected_activity.csv", write_rows)
