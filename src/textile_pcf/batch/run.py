"""A batch from beginning to end: plan the partitions, run those not done yet, add up, and check that nothing was lost."""

from __future__ import annotations

import csv
import hashlib
import json
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from textile_pcf import __version__
from textile_pcf.activity.columns import read_activity_table
from textile_pcf.batch.arguments import checked_folder
from textile_pcf.batch.atomic_files import MANIFEST, log, part_name, read_json
from textile_pcf.batch.executors import Runner
from textile_pcf.batch.finalize import clean_up, finish, warnings_of
from textile_pcf.batch.folder import counted_before, no_strangers, open_folder, remove
from textile_pcf.batch.malloc import retain_freed_memory
from textile_pcf.batch.output import COLUMNS_OF
from textile_pcf.batch.partitioning import plan_partitions
from textile_pcf.batch.partitions import EXTRA, ROWS, InMemoryPartition, partition_table
from textile_pcf.batch.shuffle import FOLDER, NEW, shuffle_rows
from textile_pcf.batch.worker import Job, LinkedError, Partition, PartitionReport, Scenario, read_report
from textile_pcf.calculation import CONVENTIONS, GWP_SETS
from textile_pcf.cli.progress import Progress
from textile_pcf.columns import Categorical
from textile_pcf.errors import InputError, Problem, UsageError, warn_caller
from textile_pcf.factors import FactorTable, load_factors
from textile_pcf.io.output_files import is_file
from textile_pcf.io.resources import sha256_of
from textile_pcf.io.safe_text import unguarded
from textile_pcf.rules import RuleSet, load_rules
from textile_pcf.supply import Supply, load_supply
from textile_pcf.units import UnitError, parse_unit

EVERYTHING = 1 << 62  # rows: one partition
LINKED = "linked"
QUIET = ("used", "warnings", "unanswered")  # of what became of a partition: told at the end, not in the log
Factors = FactorTable | str | Path | Sequence[str | Path]


@dataclass(frozen=True)
class BatchResult:
    """What a batch did. Results stand in `out`/results, rejected products in `out`/rejected.csv and rejected_activity.csv."""

    out: Path
    rows: int
    products: int
    rejected: int
    seconds: float

    @property
    def files(self) -> list[Path]:
        """Parquet files with the results, in order."""
        told = (read_json(self.out / MANIFEST) or {}).get("files")
        if told is not None:
            return [self.out / name for name in sorted(told) if name.startswith("results/")]
        return sorted((self.out / "results").glob("part-*.parquet"))

    def read(self) -> Any:
        """All results as a pyarrow Table; each field says its unit. [kg CO2e per product unit, unless it says otherwise]"""
        import pyarrow as pa
        from pyarrow import parquet

        tables = [parquet.read_table(file) for file in self.files]
        return pa.concat_tables(tables).unify_dictionaries() if tables else pa.table({})

    def warnings(self) -> list[str]:
        """Warnings of the whole run, such as factors made with other global warming potentials."""
        told: list[str] = (read_json(self.out / MANIFEST) or {}).get("warnings", [])
        return told

    def unanswered(self) -> dict[str, Any]:
        """Scenarios that do not answer for some products: how many `products` these are, and `reasons` with how many each."""
        told: dict[str, Any] = (read_json(self.out / MANIFEST) or {}).get("unanswered", {})
        return told

    def problems(self) -> list[dict[str, str]]:
        """Why products were rejected: product, code, where, what, cure."""
        path = self.out / "rejected.csv"
        if not path.is_file():
            return []
        with path.open(encoding="utf-8", newline="") as file:
            return [{name: unguarded(text) for name, text in row.items()} for row in csv.DictReader(file)]


def calculate_batch(
    source: str | Path | Any,
    rules: RuleSet | str | Path,
    factors: Factors | None = None,
    *,
    out: str | Path,
    results: str = "stages",
    on_error: str = "reject",
    workers: int | None = None,
    progress: bool | Callable[[int, int], None] | None = None,
    scenarios: Mapping[str, Mapping[str, Any]] | None = None,
    units: Sequence[str] = (),
    gwp: str | None = None,
    biogenic: str | None = None,
    supply: Supply | str | Path | None = None,
    dask: Any = None,
    executor: Executor | None = None,
    threads: bool = False,
    partition_rows: int = ROWS,
) -> BatchResult:
    """Product carbon footprints of a catalogue, written as Parquet in partitions. [kg CO2e per product unit]

    Interrupted, the same call goes on where it stopped and ends with the same bytes. Every product is either in the results or
    among the rejected ones: that is checked.

    Parameters
    ----------
    source : path, DataFrame or pyarrow Table
        Activity data. Parquet is read by row groups, in bounded memory, in any order of rows; others are held in memory.
    rules, factors
        As for `footprint`.
    out : path
        Folder for the results; made where it is not there.
    results : str
        `stages`: a row per product with its total, stages, split; `contributions`: every line of the sum.
    on_error : str
        `reject`: products with problems go to rejected.csv, their rows to rejected_activity.csv; `fail`: stop where
        there are any, and leave nothing but the log.
    workers : int, optional
        Processes (or threads, with `threads`). Without it partitions are calculated here, while threads load the next one and
        write the last; with 1, one after the other in this thread.
    progress : bool or callable, optional
        A bar on standard error; by itself only on a terminal. A callable is given parts done and parts in all.
    scenarios : mapping, optional
        Further scenarios in the same pass: name → {factors, gwp, biogenic}, each as here where not given.
    units : sequence of str
        Further units to tell the totals in, empty for products that cannot be told so.
    supply : Supply or path, optional
        What electricity and heat the sites really use, as for `calculate`; the totals by both accountings are then written.
    dask : address or Client, optional
        Run on a Dask cluster that sees the same files.
    executor : concurrent.futures.Executor, optional
        Run partitions as its tasks, cut for `workers` workers that see the same files; it stays open.

    Raises
    ------
    UsageError
        An option that does not exist; no worker at all; `out` holds another run.
    InputError
        Something is wrong with the whole input, or with any product where `on_error` is `fail`.

    Warns
    -----
    PcfWarning
        Each warning of the run once, here and in no worker.
    """
    begun, out = time.perf_counter(), checked_folder(source, out, units, scenarios, workers, partition_rows)
    retain_freed_memory()
    runner = Runner(workers, threads, dask, executor)
    runner.preload_workers()
    work, run = prepare_job(rules, factors, out, results, on_error, scenarios, units, gwp, biogenic, supply)
    with open_folder(out, source):
        return _calculated(source, work, run, out, runner, partition_rows, progress, begun)


def _calculated(
    source: Any,
    work: Job,
    run: dict[str, Any],
    out: Path,
    runner: Runner,
    partition_rows: int,
    progress: bool | Callable[[int, int], None] | None,
    begun: float,
) -> BatchResult:
    """The same in a folder that is ours alone."""
    dealt = (out / FOLDER).is_dir()
    planned, digest = _planned_and_hashed(source, out, partition_rows, runner.one_thread)
    run |= {"source": planned.name, "source_sha256": digest, "partition_rows": partition_rows}
    try:
        counts = counted_before(out, run)
    except UsageError:
        if not dealt:
            remove(out, FOLDER)
        raise
    if counts is None:
        log(out, "start", workers=runner.workers, parts=len(planned.partitions), **run)
        try:
            planned, done = _every_part(source, work, planned, out, runner, progress)
        except InputError as error:  # the next run has another input, or another way with what is wrong
            log(out, "failed", problems=len(error.problems))
            remove(out, "results")
            clean_up(out)
            (out / MANIFEST).unlink()
            raise
        warnings = [*planned.notes, *warnings_of(work.scenarios, done)]
        counts = finish(out, planned.rows, planned.products, done, run, warnings)
    clean_up(out)
    seconds = time.perf_counter() - begun
    log(out, "end", **counts, seconds=round(seconds, 3))
    result = BatchResult(out, **counts, seconds=seconds)
    warn_caller(result.warnings())
    return result


def _every_part(
    source: Any, work: Job, planned: Planned, out: Path, runner: Runner, progress: bool | Callable[[int, int], None] | None
) -> tuple[Planned, list[PartitionReport]]:
    """All parts done; where products link to one another, in one part, as they are solved together."""
    linked = out / "parts" / LINKED  # so that a run that was killed does not take that part for one of several
    if not linked.exists():
        try:
            return planned, _all_parts(work, planned, out, runner, progress)
        except LinkedError:
            log(out, "linked")
            for folder in ("parts", "results", FOLDER, NEW):
                remove(out, folder)
            linked.parent.mkdir(exist_ok=True)
            linked.touch()
    whole = _planned(source, out, EVERYTHING)
    return whole, _all_parts(replace(work, links=True), whole, out, runner, progress)


def prepare_job(
    rules: RuleSet | str | Path,
    factors: Factors | None,
    out: Path,
    results: str,
    on_error: str,
    scenarios: Mapping[str, Mapping[str, Any]] | None,
    units: Sequence[str],
    gwp: str | None,
    biogenic: str | None,
    supply: Supply | str | Path | None = None,
) -> tuple[Job, dict[str, Any]]:
    """What is to be done with each partition, and all that decides the results but the input."""
    _known("results", results, tuple(COLUMNS_OF))
    _known("on_error", on_error, ("reject", "fail"))
    _needs_pyarrow()
    ruled = load_rules(rules)
    tables = _tables(factors)
    base = Scenario(
        "",
        tables,
        _known("gwp", ruled.document.gwp if gwp is None else gwp, GWP_SETS),
        _known("biogenic", ruled.document.biogenic if biogenic is None else biogenic, CONVENTIONS),
    )
    every = [base, *(_scenario(name, dict(told), base) for name, told in (scenarios or {}).items())]
    for unit in units:
        try:
            parse_unit(unit)
        except UnitError as error:
            raise UsageError([Problem(f"unit {unit!r}", error.what, error.cure, code="bad-unit")]) from error
    run: dict[str, Any] = {
        "rule": ruled.name,
        "rule_sha256": ruled.sha256,
        "scenarios": [_told(one) for one in every],
        "results": results,
        "on_error": on_error,
        "units": list(units),
        "library": f"textile_pcf {__version__}",
    }
    sites = None if supply is None else load_supply(supply)
    if sites is not None:
        run["supply"] = {"name": sites.name, "sha256": sites.sha256}
    metadata = {"textile_pcf": json.dumps({**run, "unit": ruled.product_unit.text}, sort_keys=True, ensure_ascii=False)}
    return Job(ruled, tuple(every), results, tuple(units), on_error, str(out), metadata, sites), run


def _needs_pyarrow() -> None:
    """Results are Parquet files.

    Raises
    ------
    UsageError
        pyarrow is not installed.
    """
    if find_spec("pyarrow") is None:
        what = "A batch writes Parquet files, which needs pyarrow."
        raise UsageError([Problem("batch", what, EXTRA, code="extra")])


def _tables(factors: Factors | None) -> FactorTable:
    if isinstance(factors, FactorTable):
        return factors
    several = factors if isinstance(factors, (list, tuple)) else () if factors is None else (factors,)
    return load_factors(*several)


def _scenario(name: str, told: dict[str, Any], base: Scenario) -> Scenario:
    """A further scenario: the declared one with some things changed."""
    unknown = set(told) - {"factors", "gwp", "biogenic"}
    if unknown or not name:
        what = f"A scenario cannot change {', '.join(sorted(unknown))}." if unknown else "A scenario has no name."
        raise UsageError([Problem(f"scenario {name!r}", what, "Name it, and give factors, gwp or biogenic.", code="scenario")])
    return Scenario(
        name,
        _tables(told["factors"]) if "factors" in told else base.factors,
        _known("gwp", told.get("gwp", base.gwp), GWP_SETS),
        _known("biogenic", told.get("biogenic", base.biogenic), CONVENTIONS),
    )


def _told(scenario: Scenario) -> dict[str, Any]:
    tables = [{"table": table.label, "sha256": table.sha256} for table in scenario.factors.tables]
    return {"name": scenario.name, "factors": tables, "gwp": scenario.gwp, "biogenic": scenario.biogenic}


def _known(name: str, value: str, known: tuple[str, ...]) -> str:
    if not isinstance(value, str) or value not in known:
        cure = f"Choose from: {', '.join(known)}."
        raise UsageError([Problem(f"{name} {value!r}", "There is no such choice.", cure, code=name)])
    return value


@dataclass(frozen=True)
class Planned:
    """The partitions of a source, its name, and how many rows and products it has."""

    name: str
    partitions: Sequence[Partition]
    rows: int
    products: int | None
    """None where they are counted as they are calculated."""
    notes: tuple[str, ...] = ()
    """What was taken for granted in reading."""


def _planned(source: Any, out: Path, rows: int) -> Planned:
    """Partitions of whole products."""
    if isinstance(source, str | Path) and Path(source).suffix.lower() == ".parquet":
        found = plan_partitions(str(source), rows)
        if found.partitions is not None:
            return Planned(str(source), found.partitions, found.rows, found.products)
        return Planned(str(source), shuffle_rows(str(source), out, found.rows, rows), found.rows, found.products)
    parts: list[InMemoryPartition] = partition_table(source, rows)
    products = sum(len(set(part.held.columns["product"].codes.tolist())) for part in parts)
    table = parts[0].held
    return Planned(table.name, parts, sum(part.rows for part in parts), products, table.notes)


def _planned_and_hashed(source: Any, out: Path, rows: int, one_thread: bool) -> tuple[Planned, str]:
    """The partitions of a source and its hash, worked out side by side unless all is to be done in one thread."""
    if one_thread:
        return _planned(source, out, rows), input_hash(source)
    with ThreadPoolExecutor(1) as aside:
        hashed = aside.submit(input_hash, source)
        return _planned(source, out, rows), hashed.result()


def input_hash(source: Any) -> str:
    """sha256 of a file, or of the columns of a table."""
    if isinstance(source, str | Path):
        return sha256_of(source) if is_file(source) else ""
    table, digest = read_activity_table(source), hashlib.sha256()
    for name, column in table.columns.items():
        cells = (
            column.codes.tobytes() + repr(tuple(column.categories)).encode()
            if isinstance(column, Categorical)
            else repr(list(column)).encode()
        )
        digest.update(name.encode() + cells)
    return digest.hexdigest()


def _all_parts(
    work: Job, planned: Planned, out: Path, runner: Runner, progress: bool | Callable[[int, int], None] | None
) -> list[PartitionReport]:
    """Every part done: those of an earlier run are taken as they are."""
    earlier = {one.number: one for one in (read_report(out, part.number) for part in planned.partitions) if one is not None}
    no_strangers(out, {f"{part_name(part.number)}.parquet" for part in planned.partitions})
    waiting = [part for part in planned.partitions if part.number not in earlier]
    done = list(earlier.values())
    if earlier:
        log(out, "resume", parts=len(earlier))
    with Progress(len(planned.partitions), progress) as bar:
        bar.add(len(done))
        for one in runner.each(work, waiting):
            log(out, "part", **{name: told for name, told in asdict(one).items() if name not in QUIET})
            done.append(one)
            bar.add(1, one.products, one.rejected)
    return sorted(done, key=lambda one: one.number)
