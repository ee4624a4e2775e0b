"""The work on one partition: rows of whole products in, result files and a report out."""

from __future__ import annotations

import pickle
import time
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np

from textile_pcf.activity import build_activity
from textile_pcf.batch.job import ADDED, GATHERED, Job
from textile_pcf.batch.link_files import gather_links
from textile_pcf.batch.malloc import retain_freed_memory
from textile_pcf.batch.partition_files import write_partition
from textile_pcf.batch.partition_links import PartitionLinks, ScenarioLinks
from textile_pcf.batch.partition_report import Partition, PartitionReport, PartitionResult
from textile_pcf.batch.partitions import split_products
from textile_pcf.batch.read_ahead import read_ahead
from textile_pcf.batch.row_groups import SharedRowGroups
from textile_pcf.batch.solved_partition import add_solved
from textile_pcf.batch.unsolved_lines import keep_lines
from textile_pcf.calculation import calculate_footprints
from textile_pcf.columns import by_first_appearance, factorize
from textile_pcf.errors import InputError, Problem
from textile_pcf.factors.matcher import FactorMatcher
from textile_pcf.inventory.matching import REJECTED_SUPPLIER
from textile_pcf.io.table import Table
from textile_pcf.results import Footprint

AHEAD = 2  # partitions that are read ahead, so that this thread seldom waits for the one that reads


@dataclass
class WorkerCache:
    """What a worker keeps from one partition to the next.

    Attributes
    ----------
    matchers : list of FactorMatcher
        Of all scenarios; they remember the matches of earlier partitions.
    row_groups : SharedRowGroups
        Row groups that several partitions read.
    """

    matchers: list[FactorMatcher]
    row_groups: SharedRowGroups = field(default_factory=SharedRowGroups)

    @classmethod
    def empty(cls, job: Job) -> WorkerCache:
        """Create an empty cache for a job."""
        return cls([FactorMatcher(scenario.factors, scenario.gwp, scenario.biogenic) for scenario in job.scenarios])


def run_chunk(job_and_cache: tuple[Job, WorkerCache], partitions: Sequence[Partition]) -> list[PartitionReport]:
    """Calculate partitions one after the other, as one task of a thread, of Dask or of an executor.

    Job and matchers are copied, both in one copy because the matchers refer to the rule of the job. Chunks of one process
    share row groups.
    """
    job, cache = pickle.loads(pickle.dumps(job_and_cache))  # noqa: S301 - a copy
    return list(run_serial(job, partitions, replace(cache, row_groups=job_and_cache[1].row_groups)))


def run_serial(job: Job, partitions: Sequence[Partition], cache: WorkerCache) -> Iterator[PartitionReport]:
    """Calculate partitions one after the other in this thread, and fill the cache."""
    retain_freed_memory()
    for partition in partitions:
        yield run_partition(job, partition, cache)


def run_pipelined(job: Job, partitions: Sequence[Partition], cache: WorkerCache) -> Iterator[PartitionReport]:
    """Calculate partitions in this thread while others read the next and write the last one, and fill the cache."""
    if job.links == ADDED:
        yield from run_serial(job, partitions, cache)
        return
    retain_freed_memory()
    ahead = 1 if job.links == GATHERED else AHEAD  # each link is a text of its own: such tables are the largest
    read = partial(read_table, shared=cache.row_groups)
    with closing(read_ahead(read, partitions, ahead)) as tables, ThreadPoolExecutor(1) as writer:
        writing: deque[Future[PartitionReport]] = deque()
        for partition in partitions:
            result = calculate_partition(job, partition, next(tables), cache)
            if writing:
                yield writing.popleft().result()
            writing.append(writer.submit(write_partition, job, result))
            del result  # what is written is not held while the next is calculated
        yield from (waiting.result() for waiting in writing)


def read_table(partition: Partition, shared: SharedRowGroups) -> Table:
    """Read the rows of a partition as a table."""
    return partition.table(partition.read(shared))


def run_partition(job: Job, partition: Partition, cache: WorkerCache) -> PartitionReport:
    """Read a partition, calculate it, and write its files; or add what it takes to the lines that were kept of it."""
    if job.links == ADDED:
        return add_solved(job, partition)
    return write_partition(job, calculate_partition(job, partition, read_table(partition, cache.row_groups), cache))


def calculate_partition(job: Job, partition: Partition, table: Table, cache: WorkerCache) -> PartitionResult:
    """Calculate a partition under all scenarios.

    Raises
    ------
    InputError
        The input as a whole is invalid, or any product if `on_error` is `fail`.
    LinkedError
        Products take other products.
    RuntimeError
        A product is neither calculated nor rejected.
    """
    start = time.perf_counter()
    links = PartitionLinks.of(job, partition.number, table)
    footprints, problems, rejected, unanswered = _calculate_or_reject(job, table, cache, links)
    products = len(footprints[0].names) if footprints and footprints[0] else 0
    count = products + len({problem.product for problem in problems})
    if count != len(by_first_appearance(factorize(table.columns["product"])).categories):
        raise RuntimeError(f"products were lost in {table.name}, part {partition.number}")
    seconds = time.perf_counter() - start
    gathered = lines = None
    if job.links == GATHERED:
        gathered = gather_links(table, links.names, footprints)
        if len(links.names) and not problems and not unanswered:
            lines = keep_lines(job, footprints)
    return PartitionResult(
        partition, table.rows, products, footprints, problems, rejected, unanswered, seconds, gathered, lines
    )


def _calculate_or_reject(
    job: Job, table: Table, cache: WorkerCache, links: PartitionLinks
) -> tuple[list[Footprint | None], list[Problem], Table | None, dict[str, dict[str, Any]]]:
    """Return footprints per scenario, the problems and rows of rejected products, and the unanswered scenarios."""
    cache.matchers = [matcher.renew_if_large() for matcher in cache.matchers]
    if len(cache.matchers) > 1 and not links.has_loops:
        try:
            calculated = calculate_footprints(
                build_activity(table, job.rules), *cache.matchers, supply=job.supply, suppliers=links.suppliers
            )
            for number, result in enumerate(calculated):
                links.of_scenario(number).check_accepted(result)
            return [*calculated], [], None, {}
        except InputError:
            pass  # whether of the products or of one scenario is found below
    declared, accepted, problems, rejected = _calculate_valid(
        job, table, cache.matchers[0], links.of_scenario(0), job.on_error == "fail"
    )
    if declared is None:
        return [], problems, rejected, {}
    footprints: list[Footprint | None] = [declared]
    unanswered: dict[str, dict[str, Any]] = {}
    for number, (scenario, matcher) in enumerate(zip(job.scenarios[1:], cache.matchers[1:], strict=True), start=1):
        footprint, missing = _calculate_scenario(job, accepted, matcher, links.of_scenario(number), len(declared.names))
        footprints.append(footprint)
        unanswered |= {scenario.name: missing} if missing else {}
    return footprints, problems, rejected, unanswered


def _calculate_valid(
    job: Job, table: Table, matcher: FactorMatcher, links: ScenarioLinks, strict: bool = False
) -> tuple[Footprint | None, Table, list[Problem], Table | None]:
    """Reject products with problems until the others can be calculated.

    Returns the footprint and the rows of the valid products, and the problems and the rows of the others. Problems of the
    whole input are raised, and with `strict` all problems.
    """
    problems: list[Problem] = []
    rejected: list[Table] = []
    names: frozenset[str] = frozenset()
    accepted = table
    while accepted.rows:
        try:
            activity = build_activity(accepted, job.rules)
            links.refuse_loops(activity)
            (footprint,) = calculate_footprints(activity, matcher, supply=job.supply, suppliers=links.suppliers, rejected=names)
            links.check_accepted(footprint)
            return footprint, accepted, problems, _merge_tables(rejected)
        except InputError as error:
            nameless = {problem.where for problem in error.problems if problem.code == "bad-product"}
            of_products = [problem for problem in error.problems if problem.product or problem.where in nameless]
            if strict or len(of_products) < len(error.problems):
                raise
            of_products = _without_followers(of_products)
            problems += of_products
            invalid_names = {problem.product for problem in of_products}
            names |= invalid_names
            accepted, invalid = split_products(accepted, invalid_names)
            rejected.append(invalid)
    return None, accepted, problems, _merge_tables(rejected)


def _without_followers(problems: list[Problem]) -> list[Problem]:
    """Leave out the rejected suppliers of products that have problems of their own."""
    own = {problem.product for problem in problems if problem.code != REJECTED_SUPPLIER}
    return [problem for problem in problems if problem.code != REJECTED_SUPPLIER or problem.product not in own]


def _calculate_scenario(
    job: Job, table: Table, matcher: FactorMatcher, links: ScenarioLinks, products: int
) -> tuple[Footprint | None, dict[str, Any]]:
    """Calculate a further scenario for the accepted products. Returns what is unanswered, or an empty dict."""
    try:
        footprint, _, problems, _ = _calculate_valid(job, table, matcher, links)
        missing = len({problem.product for problem in problems})
    except InputError as error:  # of its tables as a whole
        footprint, problems, missing = None, list(error.problems), products
    by_reason: dict[str, set[str]] = {}
    for problem in problems:
        linked = problem.code in ("no-product", REJECTED_SUPPLIER)
        reason = "They take a product for which it does not answer." if linked else problem.what
        by_reason.setdefault(reason, set()).add(problem.product)
    reasons = {reason: missing if names == {""} else len(names) for reason, names in by_reason.items()}
    return footprint, {"products": missing, "reasons": reasons} if missing else {}


def _merge_tables(tables: list[Table]) -> Table | None:
    """Merge the rows of rejected products, in the order of the source."""
    if len(tables) < 2:
        return tables[0] if tables else None
    columns = {name: [cell for table in tables for cell in table.columns[name]] for name in tables[0].columns}
    lines: Any = np.concatenate([np.asarray(table.lines) for table in tables])
    order = np.argsort(lines, kind="stable")
    columns = {name: [cells[row] for row in order] for name, cells in columns.items()}
    return Table(tables[0].name, columns, len(lines), tables[0].source_type, lines[order])
