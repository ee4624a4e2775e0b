"""Files of one partition: its results, its rejected rows and its report, written and read again."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from textile_pcf.batch.atomic_files import part_name, read_json, write_atomically, write_json
from textile_pcf.batch.folder import PART
from textile_pcf.batch.job import Job
from textile_pcf.batch.link_files import links_file, write_links
from textile_pcf.batch.output import COLUMNS_OF, add_uncertainty, rejected_rows, with_quality
from textile_pcf.batch.partition_report import PartitionReport, PartitionResult
from textile_pcf.batch.result_files import write_results
from textile_pcf.batch.unsolved_lines import lines_file, write_lines
from textile_pcf.batch.weight_files import check_weights, write_weights
from textile_pcf.batch.weights import keep_weights
from textile_pcf.errors import SHOWN, InputError, Problem
from textile_pcf.inventory.plausibility import count_implausible
from textile_pcf.io.resources import sha256_of
from textile_pcf.messages.message import chinese_of, localize, with_chinese
from textile_pcf.results import Footprint
from textile_pcf.results.sums import Sums
from textile_pcf.results.warnings import product_warnings


def report_file(out: Path, number: int) -> Path:
    """Return the file of the report of a finished partition."""
    return out / "parts" / f"{part_name(number)}.json"


def waiting_file(out: Path, number: int) -> Path:
    """Return the file of the report of a partition that waits for what its products take."""
    return out / "parts" / f"{part_name(number)}.waiting.json"


def write_partition(job: Job, result: PartitionResult) -> PartitionReport:
    """Write the files of a partition. The report comes last: a partition with a report is finished."""
    start = time.perf_counter()
    number, out, footprints = result.partition.number, Path(job.out), result.footprints
    if result.links is not None:
        waits = len(result.links.suppliers) > 0
        if waits and result.lines is not None:
            write_lines(lines_file(out, number), result.lines)
            write_json(waiting_file(out, number), _record(result, "", {}), indent=None)
        write_links(links_file(out, number), result.links)  # the last: what has links is gathered
        if waits:
            return PartitionReport(number, result.rows, 0, 0, 0, waits=True)
    sha256 = write_sums(job, footprints, out / "results" / f"{part_name(number)}.parquet") if footprints else ""
    weights: dict[str, str] = {}
    if job.weights and footprints and footprints[0]:
        weights = write_weights(out, number, keep_weights(footprints[0], job.units))
    if result.rejected is not None:
        text = rejected_rows(result.rejected)
        path = out / "parts" / f"{part_name(number)}.csv"
        write_atomically(path, lambda temporary: temporary.write_text(text, encoding="utf-8", newline=""))
    report = write_report(out, _record(result, sha256, weights))
    result.partition.release()
    seconds = {"calculate": result.seconds, "write": time.perf_counter() - start}
    return replace(report, seconds={key: round(value, 6) for key, value in seconds.items()})


def _record(result: PartitionResult, sha256: str, weights: dict[str, str]) -> dict[str, Any]:
    """Return the report of a partition for JSON, with the Chinese of its texts and the problems of its rejected products."""
    footprints = result.footprints
    report = PartitionReport(
        result.partition.number,
        result.rows,
        result.products,
        len({problem.product for problem in result.problems}),
        len(result.problems),
        [{str(table): list(rows) for table, rows in one.used().items()} if one else {} for one in footprints],
        _product_warnings(footprints),
        result.unanswered,
        sha256,
        _implausible(footprints[0]) if footprints and footprints[0] else [],
        weights,
    )
    record = {key: value for key, value in vars(report).items() if key not in ("seconds", "waits")}
    problems = [{**asdict(problem), **_in_chinese(problem)} for problem in result.problems]
    texts = [*report.warnings, *(reason for unanswered in report.unanswered.values() for reason in unanswered["reasons"])]
    return {**record, "chinese": chinese_of(texts), "rejected_problems": problems}


def write_report(out: Path, record: dict[str, Any]) -> PartitionReport:
    """Write the report of a finished partition, and return it."""
    write_json(report_file(out, record["number"]), record, indent=None)
    return _report(record)


def read_report(out: Path, number: int) -> PartitionReport | None:
    """Return the report of a partition of an earlier run; None if it was not finished."""
    record = read_json(report_file(out, number))
    return None if record is None else _report(record)


def forget_changed(out: Path) -> bool:
    """Remove the reports of partitions whose files are gone or not as they were written, so that they are calculated again.

    Returns
    -------
    bool
        Whether there was one.
    """
    reports = sorted(path for path in (out / "parts").glob("*.json") if re.fullmatch(rf"{PART}\.json", path.name))
    records = ((path, read_json(path)) for path in reports)
    changed = [path for path, record in records if record is not None and not _is_as_written(out, record)]
    for path in changed:
        path.unlink()
    return bool(changed)


def _is_as_written(out: Path, record: dict[str, Any]) -> bool:
    """Whether the files of a finished partition are there, and as its report says."""
    name = part_name(record["number"])
    results, rejected = out / "results" / f"{name}.parquet", out / "parts" / f"{name}.csv"
    if record["sha256"] and not (results.is_file() and sha256_of(results) == record["sha256"]):
        return False
    try:
        check_weights(out, record["weights"])
    except InputError:
        return False
    return not record["problems"] or rejected.is_file()


def _report(record: dict[str, Any]) -> PartitionReport:
    """Return the report that a record for JSON holds."""
    fields = {name: value for name, value in record.items() if name not in ("rejected_problems", "chinese")}
    chinese = record["chinese"]
    fields["warnings"] = with_chinese(record["warnings"], chinese)
    for unanswered in fields["unanswered"].values():
        reasons = unanswered["reasons"]
        unanswered["reasons"] = dict(zip(with_chinese(reasons, chinese), reasons.values(), strict=True))
    return PartitionReport(**fields)


def _in_chinese(problem: Problem) -> dict[str, str]:
    return {"what_zh": localize(problem.what, "zh"), "cure_zh": localize(problem.cure, "zh")}


def _implausible(footprint: Footprint) -> list[list[Any]]:
    """Return the quantities outside their bands, as lists for JSON."""
    inventory = footprint.inventory
    return [list(each) for each in count_implausible(inventory.activity, inventory.quantities)]


def _product_warnings(footprints: Sequence[Footprint | None]) -> list[str]:
    """Return the first distinct warnings of products, only as many as are shown."""
    found: dict[str, None] = {}
    for footprint in footprints:
        for text in product_warnings(footprint.inventory, footprint.run) if footprint else ():
            found.setdefault(text)
            if len(found) == SHOWN:
                return list(found)
    return list(found)


def write_sums(job: Job, footprints: Sequence[Sums | None], path: Path) -> str:
    """Write the result file of a partition and return its SHA-256."""
    declared, *others = job.scenarios
    nullable = [scenario.name for scenario in others if scenario.factors is not declared.factors]
    names = [scenario.name for scenario in job.scenarios]
    columns = COLUMNS_OF[job.results](footprints, names, job.units, nullable)
    whole = [one if isinstance(one, Footprint) else None for one in footprints]  # sums of kept lines have no such columns
    if job.quality and whole[0] is not None:
        columns = with_quality(columns, whole[0])
    if job.uncertainty is not None:
        columns = add_uncertainty(columns, whole, names, job.uncertainty)
    columns = columns.replace_schema_metadata({**(columns.schema.metadata or {}), **job.metadata})
    return write_results(path, columns)
