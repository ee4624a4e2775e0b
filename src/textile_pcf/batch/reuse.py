"""Partitions of an earlier batch whose rows have not changed: their files are copied, and nothing of them is calculated."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from textile_pcf.batch.atomic_files import part_name, read_json, write_atomically, write_json
from textile_pcf.batch.fingerprints import FINGERPRINTS, ProductRuns, RowGroupPrints, read_prefixes, read_runs
from textile_pcf.batch.folder import changed_file, finished_manifest, other_run
from textile_pcf.batch.partition_files import report_file
from textile_pcf.batch.partitions import RowGroupPartition
from textile_pcf.batch.weight_files import WEIGHTS, check_weights, refuse_changed
from textile_pcf.errors import InputError, Problem, UsageError
from textile_pcf.io.safe_text import escape_controls

PARTITIONS = "partitions.jsonl"
COPYING = 2
"""Threads that read, hash and write what has not changed."""
OF_SOURCE = ("source", "source_sha256")
"""What may differ between a batch and the one since which it is calculated."""
FULL_RUN = "Leave `since` out, and calculate all products."
NOT_KNOWN = (
    "A later batch can know no rows of this one again, and calculates all: fingerprints are kept of one Parquet file"
    " that is not shuffled and whose products do not take one another."
)


@dataclass(frozen=True)
class EarlierBatch:
    """A finished batch with fingerprints.

    Attributes
    ----------
    folder : Path
    run : mapping
        What decided its results.
    partitions : mapping
        Report of each partition by its fingerprint.
    lines : mapping
        The same as it was written, each with its end of line.
    runs : mapping
        Product runs by the hash of the row group.
    prefixes : mapping
        Hash of each row group by that of its file up to there.
    """

    folder: Path
    run: Mapping[str, Any]
    partitions: Mapping[str, Mapping[str, Any]]
    lines: Mapping[str, str]
    runs: Mapping[str, ProductRuns]
    prefixes: Mapping[str, str]

    def report_of(self, fingerprint: str, source: str) -> Mapping[str, Any] | None:
        """Return what is known of a partition; None where nothing is, or where its files name a source of another name.

        Messages on rejected products name it, and so do results by line.
        """
        record = self.partitions.get(fingerprint)
        if record is None or self.run.get("source") == source:
            return record
        return None if record["report"]["problems"] or self.run.get("results") == "contributions" else record


def open_earlier(folder: Path) -> EarlierBatch:
    """Return a finished batch with fingerprints.

    Raises
    ------
    UsageError
        There is none in this folder, or its fingerprints are not as the batch wrote them.
    """
    where, manifest = escape_controls(str(folder)), finished_manifest(folder)
    hashes = manifest.get("fingerprints")
    if not isinstance(hashes, dict) or set(hashes) != {FINGERPRINTS, PARTITIONS}:
        what = "This batch kept no fingerprints."
        cure = "Calculate it with them: batch --fingerprints, or calculate_batch(…, fingerprints=True)."
        raise UsageError([Problem(where, what, cure, code="fingerprints")])
    content = {name: _read(folder / name, hashes[name]) for name in (FINGERPRINTS, PARTITIONS)}
    lines = content[PARTITIONS].decode().split("\n")[:-1]
    partitions = {record.pop("fingerprint"): record for record in map(json.loads, lines)}
    written = {fingerprint: f"{line}\n" for fingerprint, line in zip(partitions, lines, strict=True)}
    runs, prefixes = read_runs(content[FINGERPRINTS]), read_prefixes(content[FINGERPRINTS])
    return EarlierBatch(folder, manifest["run"], partitions, written, runs, prefixes)


def _read(path: Path, sha256: str) -> bytes:
    """Read a file whose hash is known.

    Raises
    ------
    UsageError
        It is missing, or not as the batch wrote it.
    """
    content = path.read_bytes() if path.is_file() else b""
    if hashlib.sha256(content).hexdigest() != sha256:
        raise UsageError([changed_file(escape_controls(str(path)), FULL_RUN)])
    return content


def refuse_other_job(earlier: EarlierBatch, identity: Mapping[str, Any]) -> None:
    """Check that only the activity data differ from an earlier batch.

    Raises
    ------
    UsageError
        The rule, a table, an option or the library differs.
    """
    names = sorted({*identity, *earlier.run} - set(OF_SOURCE))
    different = [name for name in names if identity.get(name) != earlier.run.get(name)]
    if different:
        raise UsageError([other_run(f"since {escape_controls(str(earlier.folder))}", different, FULL_RUN)])


def partition_fingerprint(partition: Any, prints: RowGroupPrints) -> str:
    """Return the hash of the rows of a partition and of where they stand; "" where it is not of row groups."""
    if not isinstance(partition, RowGroupPartition) or not prints.digests:
        return ""
    rows = [*(prints.digests[group] for group in partition.groups), partition.skip, partition.rows, partition.first]
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()


@contextmanager
def copy_unchanged(
    out: Path, name: str, partitions: Sequence[Any], prints: RowGroupPrints, earlier: EarlierBatch
) -> Iterator[dict[int, Callable[[], bool]]]:
    """Copy the files of partitions whose rows have not changed, as if this run had calculated them.

    They are copied in threads of their own, if there may be any, until the context is left. A partition whose files are not as
    the earlier batch wrote them is left to be calculated; so is one with rejected products or with results by line where the
    source has another name, since messages and lines name it.

    Parameters
    ----------
    out : Path
        Folder of this batch.
    name : str
        Name of the source.
    partitions : sequence of Partition
    prints : RowGroupPrints
    earlier : EarlierBatch

    Yields
    ------
    dict of int to callable
        Number of each partition that is known → waits for its files, and returns whether they were copied.
    """

    def copy(number: int, record: Mapping[str, Any]) -> bool:
        try:
            files = dict(_files(earlier.folder, record, number))
        except InputError:
            return False
        for target, content in files.items():
            write_atomically(out / target, partial(_write, content))
        of_weights = {f"{WEIGHTS}/{part_name(number)}.jsonl": one for one in record["report"]["weights"].values()}
        write_json(report_file(out, number), {**record["report"], "number": number, "weights": of_weights}, indent=None)
        return True

    known = dict[int, Mapping[str, Any]]()
    for partition in partitions:
        if record := earlier.report_of(partition_fingerprint(partition, prints), name):
            known[partition.number] = record
    waiting = {number: record for number, record in known.items() if not report_file(out, number).exists()}
    if not prints.in_threads:
        yield {number: partial(bool, copy(number, record)) for number, record in waiting.items()}
        return
    pool = ThreadPoolExecutor(COPYING)
    try:
        yield {number: pool.submit(copy, number, record).result for number, record in waiting.items()}
    finally:
        pool.shutdown(cancel_futures=True)  # of a run that stops, or whose products take one another


def _write(content: bytes, path: Path) -> None:
    path.write_bytes(content)


def _files(folder: Path, record: Mapping[str, Any], number: int) -> Iterator[tuple[str, bytes]]:
    """Yield new name and content of the files of a partition.

    Raises
    ------
    InputError
        A file is missing, or not as the batch wrote it.
    """
    report, new = record["report"], part_name(number)
    if report["sha256"]:
        path = folder / "results" / f"{part_name(report['number'])}.parquet"
        with refuse_changed(path):
            content = path.read_bytes()
            if hashlib.sha256(content).hexdigest() != report["sha256"]:
                raise ValueError
        yield f"results/{new}.parquet", content
    if report["weights"]:
        check_weights(folder, report["weights"])
        for name in report["weights"]:
            for suffix in (".jsonl", ".parquet"):
                yield f"{WEIGHTS}/{new}{suffix}", (folder / name).with_suffix(suffix).read_bytes()
    if record["rejected_rows"] is not None:
        yield f"parts/{new}.csv", record["rejected_rows"].encode()


def knows_partitions(partitions: Sequence[Any], prints: RowGroupPrints | None) -> bool:
    """Whether a later batch can know any of these partitions again; else the run warns."""
    return prints is not None and any(partition_fingerprint(one, prints) for one in partitions)


def write_fingerprints(
    out: Path, name: str, partitions: Sequence[Any], prints: RowGroupPrints, earlier: EarlierBatch | None = None
) -> dict[str, str]:
    """Write the fingerprints of a batch, and what is known of its partitions; return the SHA-256 of each file.

    A partition without rejected products that was known before under the same number has the line that it had: reading its
    report and writing it as JSON again would take a tenth of what a run with few changes takes.

    Parameters
    ----------
    out : Path
        Folder of the batch, whose reports are still there.
    name : str
        Name of the source.
    partitions : sequence of Partition
    prints : RowGroupPrints
    earlier : EarlierBatch, optional
        The batch since which this one is calculated.
    """

    def line(partition: Any) -> str:
        fingerprint = partition_fingerprint(partition, prints)
        known = earlier.report_of(fingerprint, name) if earlier else None
        if earlier and known and known["report"]["number"] == partition.number and not known["report"]["problems"]:
            return earlier.lines[fingerprint]
        path = report_file(out, partition.number)
        rows = path.with_suffix(".csv")
        text = rows.read_bytes().decode() if rows.is_file() else None
        record = {"fingerprint": fingerprint, "report": read_json(path), "rejected_rows": text}
        return json.dumps(record, sort_keys=True) + "\n"

    content = "".join(line(one) for one in partitions if partition_fingerprint(one, prints)).encode()
    write_atomically(out / PARTITIONS, partial(_write, content))
    return {FINGERPRINTS: prints.write(out / FINGERPRINTS), PARTITIONS: hashlib.sha256(content).hexdigest()}
