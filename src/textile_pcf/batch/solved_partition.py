"""A partition whose links are solved: what its products take is added to the lines that were kept of it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from textile_pcf.batch.atomic_files import part_name, read_json
from textile_pcf.batch.job import Job
from textile_pcf.batch.link_files import links_file, read_links, read_suppliers
from textile_pcf.batch.partition_files import waiting_file, write_report, write_sums
from textile_pcf.batch.partition_report import Partition, PartitionReport
from textile_pcf.batch.solved_sums import SolvedSums, solve_sums
from textile_pcf.batch.unsolved_lines import lines_file, read_lines
from textile_pcf.errors import SHOWN
from textile_pcf.inventory.carbon_balance import unknown_carbon_text
from textile_pcf.rules.arrays import rule_arrays


def add_solved(job: Job, partition: Partition) -> PartitionReport:
    """Write the results of a partition from its kept lines and the solved links.

    The partition waits on, to be calculated again, if products are rejected or warned of for what they take.
    """
    start, out, number = time.perf_counter(), Path(job.out), partition.number
    waiting: dict[str, Any] = read_json(waiting_file(out, number)) or {}
    lines = read_lines(lines_file(out, number), len(job.scenarios))
    solved = read_suppliers(out, number, len(job.scenarios))
    sums = solve_sums(job, lines, read_links(links_file(out, number)), solved)
    record = None if sums is None else _with_known_carbon(job, sums, waiting)
    if sums is None or record is None:
        return PartitionReport(number, waiting["rows"], 0, 0, 0, waits=True)
    sha256 = write_sums(job, sums, out / "results" / f"{part_name(number)}.parquet")
    report = write_report(out, {**record, "sha256": sha256})
    partition.release()
    return replace(report, seconds={"write": round(time.perf_counter() - start, 6)})


def _with_known_carbon(job: Job, sums: Sequence[SolvedSums], record: dict[str, Any]) -> dict[str, Any] | None:
    """Leave out the warning that biogenic carbon is not known, if it is with what is taken.

    Returns
    -------
    dict or None
        The record; None if another warning may have had no place beside this one.
    """
    if rule_arrays(job.rules).balance_flow < 0:
        return record
    text, warnings = str(unknown_carbon_text(job.rules)), record["warnings"]
    if text not in warnings or any(np.isnan(one.leaves).any() for one in sums):
        return record
    if len(warnings) >= SHOWN:
        return None
    chinese = {english: other for english, other in record["chinese"].items() if english != text}
    return {**record, "warnings": [one for one in warnings if one != text], "chinese": chinese}
