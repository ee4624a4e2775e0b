"""A batch from beginning to end: partition the source, run the partitions, merge their reports, check that no row is lost."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import nullcontext
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any

from textile_pcf.batch.arguments import check_arguments
from textile_pcf.batch.atomic_files import MANIFEST, log, part_name, read_json
from textile_pcf.batch.batch_result import BatchResult
from textile_pcf.batch.executors import Runner
from textile_pcf.batch.finalize import batch_warnings, clean_up, finish
from textile_pcf.batch.fingerprints import RowGroupPrints
from textile_pcf.batch.folder import finished_counts, open_folder, refuse_foreign_results, remove_files, rows_of_same_job
from textile_pcf.batch.inputs import input_paths
from textile_pcf.batch.job import ADDED, GATHERED, SOLVED, TOGETHER, Factors, Job, JobOptions, prepare_job
from textile_pcf.batch.link_files import links_file
from textile_pcf.batch.links import solve_links
from textile_pcf.batch.malloc import memory_given_back, retain_freed_memory
from textile_pcf.batch.no_results import write_no_results
from textile_pcf.batch.partition_files import forget_changed, read_report
from textile_pcf.batch.partition_links import LinkedError
from textile_pcf.batch.partition_report import Partition, PartitionReport
from textile_pcf.batch.partition_size import default_rows
from textile_pcf.batch.partitions import InMemoryPartition, RowGroupPartition
from textile_pcf.batch.progress import Progress, ProgressOption
from textile_pcf.batch.remote_files import local_copies
from textile_pcf.batch.remote_folder import RemoteFolder, open_remote_folder, split_output
from textile_pcf.batch.reuse import (
    NOT_KNOWN,
    EarlierBatch,
    copy_unchanged,
    knows_partitions,
    open_earlier,
    refuse_other_job,
    write_fingerprints,
)
from textile_pcf.batch.shuffle import FOLDER, NEW
from textile_pcf.batch.sources import PartitionedSource, open_source, partition_and_hash, partition_source
from textile_pcf.batch.stamps import STAMP, activity_stamp
from textile_pcf.batch.streamed_rows import NEW_STREAM, STREAM
from textile_pcf.batch.unsolved_lines import lines_file
from textile_pcf.batch.weight_files import WEIGHTS
from textile_pcf.errors import InputError, UsageError, warn_caller, whole_number
from textile_pcf.io.output_files import as_path
from textile_pcf.rules import RuleSet
from textile_pcf.supply import Supply

ONE_PARTITION = 1 << 62  # rows
LINKED = "linked"
NOT_LOGGED = ("used", "warnings", "unanswered", "weights")  # fields of a report that are merged at the end


def calculate_batch(
    source: str | Path | Any,
    rules: RuleSet | str | Path,
    factors: Factors | None = None,
    *,
    out: str | Path,
    results: str = "stages",
    on_error: str = "reject",
    workers: int | None = None,
    progress: ProgressOption = None,
    scenarios: Mapping[str, Mapping[str, Any]] | None = None,
    units: Sequence[str] = (),
    gwp: str | None = None,
    biogenic: str | None = None,
    boundary: str | None = None,
    supply: Supply | str | Path | None = None,
    uncertainty: str | Mapping[str, Any] | None = None,
    dask: Any = None,
    executor: Executor | None = None,
    threads: bool = False,
    partition_rows: int | None = None,
    quality: bool = False,
    weights: bool = False,
    fingerprints: bool = False,
    since: str | Path | None = None,
    local: str | Path | None = None,
) -> BatchResult:
    """Calculate the footprints of a catalogue and write them as Parquet files. [kg CO2e per product unit]

    An interrupted batch continues if it is called again, and writes the same bytes. Each product is either in the results or
    among the rejected products; this is checked.

    Parameters
    ----------
    source : path, list of paths, or DataFrame
        Activity data: a file, a folder, a pattern such as `mills/*.parquet`, or several files, which are read in the order of
        their names; an address such as `s3://bucket/folder`; or a table of pandas, polars, duckdb, pyarrow, or of any library
        with the Arrow C stream. Parquet and large CSV files and streams are read in bounded memory and any order of rows;
        others are held in memory.
    rules, factors
        As for `footprint`.
    out : path or address
        Folder of the results; it is made if it does not exist. An address such as `s3://bucket/folder`: the batch works in
        `local`, and its files are uploaded at the end, the manifest last.
    results : str
        `stages`: one row per product with total, stages and split; `contributions`: one row per exchange.
    on_error : str
        `reject`: write products with problems to rejected.csv and their rows to rejected_activity.csv. `fail`: stop if there
        are any, and leave only the log.
    workers : int, optional
        Number of processes (threads with `threads`). By default partitions are calculated in this process, while threads load
        the next and write the last one; with 1 everything is done in this thread.
    progress : bool or callable, optional
        Whether to show a progress bar on standard error; by default on a terminal only. A callable is called with the number
        of finished partitions and of all partitions.
    scenarios : mapping, optional
        Further scenarios of the same run: name → {factors, gwp, biogenic}. What is missing is as in this call.
    units : sequence of str
        Further units of the totals. The cells of products without such a unit are empty.
    gwp, biogenic, boundary : str, optional
        As for `footprint`.
    supply : Supply or path, optional
        Electricity and heat of the sites, as for `calculate`. The totals of both accountings are written.
    uncertainty : str or mapping, optional
        `closed` for the closed form; or {draws, seed, assume, pedigree} as for `uncertainty`. Adds the columns `mean`, `sd`,
        `gsd`, `p2_5`, `p97_5` and `declared_share`.
    dask : address or Client, optional
        Dask cluster whose workers see the same files.
    executor : concurrent.futures.Executor, optional
        Executor whose workers see the same files; the partitions are divided for `workers` workers. It is not shut down.
    threads : bool
        Whether `workers` are threads.
    partition_rows : int, optional
        Rows of a partition, approximately. By default they follow from the rule and the options, so that memory stays bounded;
        with `since` they are those of the earlier batch, and where `out` holds this batch already, those that it has.
    quality : bool, optional
        Whether results of stages also have the columns `dqr`, `rated_share`, `primary_data_share` and
        `primary_activity_share` of the declared footprint; empty where nothing is rated.
    weights : bool, optional
        Whether to keep, in `out`/weights, the weights of each product on the factors it uses, for `reprice`.
    fingerprints : bool, optional
        Whether to keep fingerprints of the rows of a Parquet file, for a later call with `since`.
    since : path, optional
        Folder of an earlier batch with fingerprints, of which only activity data differ. Only partitions whose rows have
        changed are calculated; the files are byte for byte those of a full batch with `fingerprints=True`.
    local : path, optional
        Folder of this machine for results at an address; by default one in the temporary directory, named after the address.

    Returns
    -------
    BatchResult
        Counts of rows and products, and the folder of the results.

    Raises
    ------
    UsageError
        An option has an unknown value, `workers` is below 1, or `out` holds another run.
    InputError
        The input as a whole is invalid, or any product if `on_error` is `fail`.

    Warns
    -----
    PcfWarning
        Each warning of the run, once.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     batch = calculate_batch("examples/cotton_poplin/activity.csv", "cotton_fabric", out=folder, progress=False)
    ...     batch.read().column_names[:2]
    ['product', 'total']
    """
    start = time.perf_counter()
    out, address = split_output(out, local)
    folder = check_arguments(source, out, units, scenarios, workers, partition_rows)
    retain_freed_memory()
    runner = Runner(whole_number(workers), threads, dask, executor)
    runner.preload_workers()
    job = prepare_job(rules, factors, folder, JobOptions(
        results, on_error, scenarios, units, gwp, biogenic, boundary, supply, uncertainty, quality, weights,
        fingerprints or since is not None))  # fmt: skip
    earlier = None if since is None else open_earlier(as_path(since, "since"))
    source = open_source(source)
    remote = open_remote_folder(address, folder, source)
    return _Batch(source, job, runner, folder, whole_number(partition_rows), progress, earlier, remote).result(start)


@dataclass(frozen=True)
class _Batch:
    """A batch in a folder that no other batch writes into."""

    source: Any
    job: Job
    runner: Runner
    out: Path
    rows_given: int | None
    progress: ProgressOption
    earlier: EarlierBatch | None = None
    remote: RemoteFolder | None = None

    @cached_property
    def partition_rows(self) -> int:
        """Rows of a partition, approximately: as given, as in the earlier batch or the one to continue, or by default."""
        if self.rows_given is not None:
            return self.rows_given
        if self.earlier is not None:
            return int(self.earlier.run["partition_rows"])
        known = rows_of_same_job(self.out, self.job.identity)
        if known is None and self.remote is not None:
            known = self.remote.rows_of_same_job(self.job.identity)
        return default_rows(self.job) if known is None else known

    @cached_property
    def prints(self) -> RowGroupPrints | None:
        """Fingerprints of the row groups of a Parquet file, if they are kept."""
        is_parquet = isinstance(self.source, str | Path) and Path(self.source).suffix.lower() == ".parquet"
        if not self.job.fingerprints or not is_parquet:
            return None
        prints = RowGroupPrints(str(self.source), in_threads=not self.runner.one_thread)
        return replace(prints, known=self.earlier.runs, known_prefixes=self.earlier.prefixes) if self.earlier else prints

    def result(self, start: float) -> BatchResult:
        """Lock the folder, calculate what is not calculated yet, and warn once of all that the run warns of."""
        reserved = self.remote.reserved() if self.remote else nullcontext()
        with reserved, open_folder(self.out, self.source), local_copies(self.source, self.out) as source:
            counts = replace(self, source=source).run()
            seconds = time.perf_counter() - start
            log(self.out, "end", **counts, seconds=round(seconds, 3))
            result = BatchResult(self.out, **counts, seconds=seconds, address=self.remote.name if self.remote else "")
            warn_caller(result.warnings())
            return result

    def run(self) -> dict[str, int]:
        """Calculate what is not calculated yet, and return the counts of rows, products and rejected products."""
        if "counts" not in (read_json(self.out / MANIFEST) or {}) and forget_changed(self.out):
            for folder in (FOLDER, STREAM):  # rows of partitions that were finished are not kept there
                remove_files(self.out, folder)
        was_shuffled = (self.out / FOLDER).is_dir()
        one_thread = self.runner.one_thread
        source, digest = partition_and_hash(self.source, self.out, self.partition_rows, one_thread, self.prints)
        identity = {**self.job.identity, "source": source.name, "source_sha256": digest, "partition_rows": self.partition_rows}
        try:
            if self.earlier is not None:
                refuse_other_job(self.earlier, identity)
            if self.remote is not None:
                self.remote.open(identity)
            counts = finished_counts(self.out, identity)
        except UsageError:
            if not was_shuffled:
                remove_files(self.out, FOLDER)
            remove_files(self.out, NEW_STREAM)
            raise
        if counts is None:
            counts = self._calculate(source, identity)
        clean_up(self.out)
        if self.remote is not None:
            self.remote.upload()
        return counts

    def _calculate(self, source: PartitionedSource, identity: dict[str, Any]) -> dict[str, int]:
        """Calculate all partitions and close the manifest. Invalid input leaves only the log."""
        log(self.out, "start", workers=self.runner.workers, parts=len(source.partitions), **identity)
        try:
            source, reports = self._run_or_link(source)
            if not any(report.sha256 for report in reports):
                path = self.out / "results" / f"{part_name(reports[0].number)}.parquet"
                reports[0] = replace(reports[0], sha256=write_no_results(self.job, path))
        except InputError as error:  # the next run will have another input or another `on_error`
            log(self.out, "failed", problems=len(error.problems))
            for folder in ("results", WEIGHTS):
                remove_files(self.out, folder)
            clean_up(self.out)
            (self.out / MANIFEST).unlink()
            raise
        warnings = [*source.notes, *batch_warnings(self.job.scenarios, reports)]
        sections: dict[str, Any] = {"inputs": input_paths(self.source, self.job)}
        if self.job.weights:
            sections["inputs"][STAMP] = activity_stamp(self.source)
        prints = None if (self.out / "parts" / LINKED).exists() else self.prints
        if prints is not None:
            sections["fingerprints"] = write_fingerprints(self.out, source.name, source.partitions, prints, self.earlier)
        if self.job.fingerprints and not knows_partitions(source.partitions, prints):
            warnings.append(NOT_KNOWN)
        return finish(self.out, source, reports, identity, sections, warnings)

    def _run_or_link(self, source: PartitionedSource) -> tuple[PartitionedSource, list[PartitionReport]]:
        """Run all partitions. If products take each other, gather and solve their links, then run what has links."""
        marker = self.out / "parts" / LINKED  # so that a resumed run does not begin without links
        if not marker.exists():
            try:
                return source, self._run_changed(source)
            except LinkedError:
                log(self.out, "linked")
                is_whole = not self.job.needs_all_products and self._is_whole(source)
                for folder in ("parts", "results", WEIGHTS, *(() if is_whole else (FOLDER, NEW))):
                    remove_files(self.out, folder)
                marker.parent.mkdir(exist_ok=True)
                marker.touch()
            if not is_whole:
                rows = ONE_PARTITION if self.job.needs_all_products else self.partition_rows
                source = partition_source(self.source, self.out, rows)
        elif self.job.needs_all_products:
            source = partition_source(self.source, self.out, ONE_PARTITION)
        if self.job.needs_all_products:
            return source, self._run_partitions(replace(self.job, links=TOGETHER), source)
        return source, self._run_linked(source)

    def _run_changed(self, source: PartitionedSource) -> list[PartitionReport]:
        """Run all partitions; the files of those that an earlier batch knows are copied meanwhile."""
        if self.earlier is None or self.prints is None:
            return self._run_partitions(self.job, source)
        with copy_unchanged(self.out, source.name, source.partitions, self.prints, self.earlier) as copies:
            reports = self._run_partitions(self.job, source, copies)
            copied = sum(is_copied() for is_copied in copies.values())
        log(self.out, "since", parts=copied, folder=str(self.earlier.folder))
        return reports

    def _is_whole(self, source: PartitionedSource) -> bool:
        """Whether every partition can be read again: it lies in the source, or none has been finished and its rows released."""
        if all(isinstance(part, RowGroupPartition | InMemoryPartition) for part in source.partitions):
            return True
        return self.runner.is_local and all(read_report(self.out, part.number) is None for part in source.partitions)

    def _run_linked(self, source: PartitionedSource) -> list[PartitionReport]:
        """Gather the links of all partitions, solve them once, and add what is taken to the lines that were kept.

        Partitions without kept lines, or with products that what they take gets rejected or warned of, are calculated again.
        """
        solved, numbers = self.out / "parts" / SOLVED, [partition.number for partition in source.partitions]
        if not solved.exists():
            self._run_partitions(replace(self.job, links=GATHERED), source)
            start = time.perf_counter()
            waiting = [number for number in numbers if read_report(self.out, number) is None]
            with memory_given_back():
                solve_links(self.out, self.job, numbers, waiting)
            log(self.out, "solved", parts=len(waiting), seconds=round(time.perf_counter() - start, 3))
            solved.touch()
        elif finished := sum(read_report(self.out, number) is not None for number in numbers):
            log(self.out, "resume", parts=finished)
        added = self._run_partitions(replace(self.job, links=ADDED), source)
        if len(added) == len(numbers) and not any(report.waits for report in added):
            return added
        return self._run_partitions(replace(self.job, links=SOLVED), source)

    def _run_partitions(
        self, job: Job, source: PartitionedSource, copies: Mapping[int, Callable[[], bool]] = MappingProxyType({})
    ) -> list[PartitionReport]:
        """Run the partitions that have no report of an earlier run and are not copied, and return all reports in order."""
        out, partitions = self.out, source.partitions
        others = [part.number for part in partitions if part.number not in copies]
        earlier = {number: report for number in others if (report := read_report(out, number)) is not None}
        refuse_foreign_results(out, {f"{part_name(part.number)}.parquet" for part in partitions})
        reports = list(earlier.values())
        done = set(earlier)
        if job.links == GATHERED:
            done |= {part.number for part in partitions if links_file(out, part.number).exists()}
        if job.links == ADDED:
            done |= {part.number for part in partitions if not lines_file(out, part.number).exists()}
        if done and job.links not in (ADDED, SOLVED):
            log(out, "resume", parts=len(done))
        with Progress(len(partitions), self.progress) as progress:
            progress.add(len(done))
            for report in self._run_or_copy(job, [part for part in partitions if part.number not in done], copies):
                reports.append(report)
                progress.add(1, report.products, report.rejected)
        return sorted(reports, key=lambda report: report.number)

    def _run_or_copy(
        self, job: Job, partitions: Sequence[Partition], copies: Mapping[int, Callable[[], bool]]
    ) -> Iterator[PartitionReport]:
        """Calculate partitions that are not copied, then those that could not be copied; yield the report of each."""
        yield from self._run_and_log(job, [part for part in partitions if part.number not in copies])
        left = []
        for part in partitions:
            report = read_report(self.out, part.number) if part.number in copies and copies[part.number]() else None
            if report is not None:
                yield report
            elif part.number in copies:
                left.append(part)
        if left:
            yield from self._run_and_log(job, left)

    def _run_and_log(self, job: Job, partitions: Sequence[Partition]) -> Iterator[PartitionReport]:
        """Calculate partitions, and yield the report of each as it is finished."""
        for report in self.runner.run(job, partitions):
            log(self.out, "part", **{name: value for name, value in vars(report).items() if name not in NOT_LOGGED})
            yield report
