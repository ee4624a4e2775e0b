"""The work on one partition: rows of whole products in, a small result out; the same engine as for one product."""

from __future__ import annotations

import pickle
import time
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from textile_pcf.activity import build_activity
from textile_pcf.batch.atomic_files import part_name, read_json, write_atomically, write_json
from textile_pcf.batch.malloc import retain_freed_memory
from textile_pcf.batch.output import COLUMNS_OF, rejected_rows
from textile_pcf.batch.partitions import split_products
from textile_pcf.calculation import calculate_scenarios
from textile_pcf.columns import by_first_appearance, factorize
from textile_pcf.errors import SHOWN, InputError, Problem
from textile_pcf.factors import FactorTable
from textile_pcf.factors.matcher import FactorMatcher
from textile_pcf.io.resources import sha256_of
from textile_pcf.io.table import Table
from textile_pcf.results import Footprint
from textile_pcf.rules import RuleSet
from textile_pcf.supply import Supply

LINK = "product:"


class Partition(Protocol):
    """A partition: numbered, and able to read its rows anywhere."""

    @property
    def number(self) -> int:
        """Its number, from 0."""

    def read(self) -> Any:
        """The rows as they are kept: the part of the work that another thread can do meanwhile."""

    def table(self, rows: Any) -> Table:
        """The rows as columns, with their places."""

    def done(self) -> None:
        """What was kept for it alone may go: its results are written."""


@dataclass(frozen=True)
class Scenario:
    """Factor tables and a set of global warming potentials; the declared ones have the name ""."""

    name: str
    factors: FactorTable
    gwp: str
    biogenic: str


@dataclass(frozen=True)
class Job:
    """What is to be done with every partition; picklable."""

    rules: RuleSet
    scenarios: tuple[Scenario, ...]
    results: str
    units: tuple[str, ...]
    on_error: str
    out: str
    metadata: dict[str, str] = field(repr=False)
    supply: Supply | None = None
    """What electricity and heat the sites really use."""
    links: bool = False
    """The products of a partition may link to one another: it holds all of them."""


@dataclass(frozen=True)
class PartitionReport:
    """What became of a partition."""

    number: int
    rows: int
    products: int
    rejected: int
    problems: int
    used: list[dict[str, list[int]]] = field(default_factory=list)
    """Per scenario the rows of the factor tables that are used, by place of the table."""
    warnings: list[str] = field(default_factory=list)
    """What is to be said of products, each sentence once."""
    unanswered: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Per scenario that does not answer for some products how many `products` these are, and `reasons` by how many."""
    sha256: str = ""
    """Of the file of its results, where there are some."""
    implausible: dict[str, list[Any]] = field(default_factory=dict)
    """Per quantity outside its band, how many products, the first of them and its amount."""
    seconds: dict[str, float] = field(default_factory=dict, compare=False)


class LinkedError(Exception):
    """Products link to others, which may stand in another partition."""


@dataclass
class MatcherCache:
    """What was learned from earlier partitions: factors found."""

    answers: list[FactorMatcher]

    @classmethod
    def of(cls, work: Job) -> MatcherCache:
        """Nothing yet."""
        return cls([FactorMatcher(one.factors, one.gwp, one.biogenic) for one in work.scenarios])


def run_chunk(told: tuple[Job, MatcherCache], partitions: Sequence[Partition]) -> list[PartitionReport]:
    """Partitions one after the other: what a task of a thread, of Dask or of an executor runs. What it is told stays as it is.

    Both are copied as one: what is known of a rule is known of this very rule, not of a copy of it.
    """
    work, known = pickle.loads(pickle.dumps(told))  # noqa: S301 - a copy
    return list(run_serial(work, partitions, known))


def run_serial(work: Job, partitions: Sequence[Partition], known: MatcherCache) -> Iterator[PartitionReport]:
    """Partitions one after the other, all in this thread; `known` grows."""
    retain_freed_memory()
    for partition in partitions:
        yield calculate_part(work, partition, known)


def run_pipelined(work: Job, partitions: Sequence[Partition], known: MatcherCache) -> Iterator[PartitionReport]:
    """Partitions one after the other, the next one read and the last one written meanwhile; `known` grows."""
    retain_freed_memory()
    with ThreadPoolExecutor(1) as reader, ThreadPoolExecutor(1) as writer:
        reading = deque(reader.submit(partition.read) for partition in partitions[:1])
        writing: deque[Future[PartitionReport]] = deque()
        for place, partition in enumerate(partitions):
            rows = reading.popleft().result()
            reading.extend(reader.submit(later.read) for later in partitions[place + 1 : place + 2])
            table = partition.table(rows)
            del rows
            outcome = calculate_partition(work, partition, table, known)
            if writing:
                yield writing.popleft().result()
            writing.append(writer.submit(write_partition, work, outcome))
        yield from (waiting.result() for waiting in writing)


@dataclass(frozen=True)
class PartitionResult:
    """What a partition gave: results under every scenario, problems, and the rows of products that have some."""

    partition: Partition
    rows: int
    products: int
    results: list[Footprint | None]
    problems: list[Problem]
    refused: Table | None
    unanswered: dict[str, dict[str, Any]]
    seconds: float


def calculate_part(work: Job, partition: Partition, known: MatcherCache) -> PartitionReport:
    """Read a partition, calculate it, and write its files."""
    return write_partition(work, calculate_partition(work, partition, partition.table(partition.read()), known))


def calculate_partition(work: Job, partition: Partition, table: Table, known: MatcherCache) -> PartitionResult:
    """Calculate a partition; each of its products is in the results or refused."""
    begun = time.perf_counter()
    results, problems, refused, unanswered = with_rejects(work, table, known)
    products, refusals = len(results[0].names) if results and results[0] else 0, len({one.product for one in problems})
    if products + refusals != len(by_first_appearance(factorize(table.columns["product"])).categories):
        raise RuntimeError(f"products were lost in {table.name}, part {partition.number}")
    return PartitionResult(partition, table.rows, products, results, problems, refused, unanswered, time.perf_counter() - begun)


def write_partition(work: Job, outcome: PartitionResult) -> PartitionReport:
    """Write what a partition gave; the small file that says it is done comes last."""
    begun = time.perf_counter()
    number, out, results, refused = outcome.partition.number, Path(work.out), outcome.results, outcome.refused
    name, digest = part_name(number), ""
    if results:
        base, *others = work.scenarios
        silent = [one.name for one in others if one.factors is not base.factors]
        columns = COLUMNS_OF[work.results](results, [one.name for one in work.scenarios], work.units, silent)
        told = columns.replace_schema_metadata({**(columns.schema.metadata or {}), **work.metadata})
        digest = write_atomically(out / "results" / f"{name}.parquet", lambda path: _write(told, path))
    if refused is not None:
        text = rejected_rows(refused)
        write_atomically(out / "parts" / f"{name}.csv", lambda path: path.write_text(text, encoding="utf-8", newline=""))
    problems = outcome.problems
    rejected = len({problem.product for problem in problems})
    used = [{str(table): list(rows) for table, rows in result.used().items()} if result else {} for result in results]
    odd = {name: list(told) for name, told in results[0].told.implausible().items()} if results and results[0] else {}
    warnings = said_of(results)
    done = PartitionReport(
        number, outcome.rows, outcome.products, rejected, len(problems), used, warnings, outcome.unanswered, digest, odd
    )
    record = {key: value for key, value in vars(done).items() if key != "seconds"}
    kept = {**record, "rejected_problems": [asdict(problem) for problem in problems]}
    write_json(out / "parts" / f"{name}.json", kept, indent=None)
    outcome.partition.done()
    seconds = {"calculate": outcome.seconds, "write": time.perf_counter() - begun}
    return PartitionReport(**record, seconds={key: round(value, 6) for key, value in seconds.items()})


def read_report(out: Path, number: int) -> PartitionReport | None:
    """What became of a partition in an earlier run; None where it was not finished."""
    told = read_json(out / "parts" / f"{part_name(number)}.json")
    if told is None:
        return None
    told.pop("rejected_problems")
    return PartitionReport(**told)


def with_rejects(
    work: Job, table: Table, known: MatcherCache
) -> tuple[list[Footprint | None], list[Problem], Table | None, dict[str, dict[str, Any]]]:
    """Results of all products that have no problem; the problems and the rows of the others; what scenarios do not answer.

    Raises
    ------
    InputError
        Something is wrong with the whole input, or with any product where `on_error` is `fail`.
    """
    if not work.links and any(text.startswith(LINK) for text in getattr(table.columns.get("item"), "categories", ())):
        raise LinkedError
    known.answers = [answers.bounded() for answers in known.answers]
    if len(known.answers) > 1:
        try:
            told = calculate_scenarios(build_activity(table, work.rules), *known.answers, supply=work.supply)
            return [*told], [], None, {}
        except InputError:
            pass  # of the products, or of a scenario alone: told apart below
    strict = work.on_error == "fail"
    base, rest, problems, refused = _sifted(work, table, known.answers[0], strict)
    if base is None:
        return [], problems, refused, {}
    results: list[Footprint | None] = [base]
    unanswered: dict[str, dict[str, Any]] = {}
    for scenario, answers in zip(work.scenarios[1:], known.answers[1:], strict=True):
        result, missing = answered(work, rest, answers, len(base.names))
        results.append(result)
        unanswered |= {scenario.name: missing} if missing else {}
    return results, problems, refused, unanswered


def _sifted(
    work: Job, table: Table, answers: FactorMatcher, strict: bool = False
) -> tuple[Footprint | None, Table, list[Problem], Table | None]:
    """The result of the products that have no problem, and their rows; the problems and the rows of the others.

    Raises
    ------
    InputError
        Something is wrong with the whole input; with any product where that is asked.
    """
    problems: list[Problem] = []
    refused: list[Table] = []
    rest: Table = table
    while rest.rows:
        try:
            (result,) = calculate_scenarios(build_activity(rest, work.rules), answers, supply=work.supply)
            return result, rest, problems, _joined(refused)
        except InputError as error:
            nameless = {one.where for one in error.problems if one.code == "bad-product"}
            of_products = [one for one in error.problems if one.product or one.where in nameless]
            if strict or len(of_products) < len(error.problems):
                raise
            problems += of_products
            rest, out = split_products(rest, {one.product for one in of_products})
            refused.append(out)
    return None, rest, problems, _joined(refused)


def answered(work: Job, table: Table, answers: FactorMatcher, products: int) -> tuple[Footprint | None, dict[str, Any]]:
    """What a scenario gives for products that are sound without it; how many it does not answer for, and why."""
    try:
        result, _, problems, _ = _sifted(work, table, answers)
        missing = len({one.product for one in problems})
    except InputError as error:  # of its tables as a whole
        result, problems, missing = None, list(error.problems), products
    of_reason: dict[str, set[str]] = {}
    for one in problems:
        what = "They take a product for which it does not answer." if one.code == "no-product" else one.what
        of_reason.setdefault(what, set()).add(one.product)
    reasons = {what: missing if of == {""} else len(of) for what, of in of_reason.items()}
    return result, {"products": missing, "reasons": reasons} if missing else {}


def said_of(results: Sequence[Footprint | None]) -> list[str]:
    """Warnings of products, each sentence once; no more than a person reads."""
    texts = (text for result in results if result for text in result.told.texts_of_products())
    return list(dict.fromkeys(texts))[:SHOWN]


def _joined(tables: list[Table]) -> Table | None:
    """Rejected rows in one table, in the order of the source."""
    if len(tables) < 2:
        return tables[0] if tables else None
    columns = {name: [cell for table in tables for cell in table.columns[name]] for name in tables[0].columns}
    lines: Any = np.concatenate([np.asarray(table.lines) for table in tables])
    order = np.argsort(lines, kind="stable")
    columns = {name: [cells[row] for row in order] for name, cells in columns.items()}
    return Table(tables[0].name, columns, len(lines), tables[0].source_type, lines[order])


def _write(columns: Any, path: Path) -> str:
    """Write results; their hash."""
    from pyarrow import parquet

    texts = [field.name for field in columns.schema if not str(field.type).startswith(("double", "float", "string"))]
    parquet.write_table(columns, path, use_dictionary=texts, compression="zstd" if texts else "none", write_statistics=False)
    return sha256_of(path)
