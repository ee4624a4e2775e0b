"""New factors for a finished batch, from the weights that it kept; activity data are not read."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing, nullcontext
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import numpy as np

from textile_pcf.arrays import FloatArray, IndexArray
from textile_pcf.batch.atomic_files import MANIFEST, log, part_name, read_json, write_atomically, write_json
from textile_pcf.batch.batch_result import BatchResult
from textile_pcf.batch.finalize import CHINESE, clean_up
from textile_pcf.batch.folder import EDITABLE, file_hashes, finished_counts, open_folder, refuse_foreign_results, remove_files
from textile_pcf.batch.job import Factors, Scenario
from textile_pcf.batch.malloc import memory_given_back, retain_freed_memory
from textile_pcf.batch.prices import FactorChange, Prices
from textile_pcf.batch.progress import Progress, ProgressOption
from textile_pcf.batch.read_ahead import read_ahead
from textile_pcf.batch.remote_folder import RemoteFolder, open_remote_folder, split_output
from textile_pcf.batch.repriced_columns import SHARES, Changes, repriced_columns
from textile_pcf.batch.repriced_links import Chain, SupplierChanges, of_block
from textile_pcf.batch.result_files import read_results, write_results
from textile_pcf.batch.weight_files import Cells, IndexedBlock, WeightIndex, read_cells, read_index, refuse_changed
from textile_pcf.batch.weighted_run import WeightedRun, open_weighted
from textile_pcf.batch.weights import GROSS_SUMS, PER_UNIT
from textile_pcf.errors import InputError, PcfError, warn_caller, wrong_type
from textile_pcf.factors import FactorTable, load_factors
from textile_pcf.factors.matcher import FactorMatcher
from textile_pcf.io.output_files import as_path, is_file
from textile_pcf.io.resources import sha256_of
from textile_pcf.io.safe_text import escape_controls
from textile_pcf.messages.message import Message, chinese_of, sentences
from textile_pcf.results.contributions import SPLIT
from textile_pcf.supply import OTHER_ACCOUNTING

NOT_OF_REPRICED = ("weights", "quality", "uncertainty")
"""Options of a batch that do not influence its results under new factors."""
MOST_KEPT = 1000  # indices of weights: some 10 kB each
KeptIndices = dict[int, tuple[WeightIndex, IndexArray]]
"""Indices of weights and their requests, of the first partitions."""


def reprice(
    results: str | Path,
    factors: Factors,
    *,
    out: str | Path,
    progress: ProgressOption = None,
    local: str | Path | None = None,
) -> BatchResult:
    r"""Give a finished batch new emission factors, from the weights that it kept. [kg CO2e per product unit]

    The tables named are searched first, then those of the batch. Activity data are not read. The results are those of a batch
    with these tables, within 1e-12 of the gross emissions. An interrupted call continues if it is made again.

    Parameters
    ----------
    results : path
        Folder of a batch that was calculated with `weights=True`.
    factors : FactorTable, name, path, or list of these
        New tables of emission factors.
    out : path or address
        Folder for the new results; it is made if it does not exist.
    progress, local
        As for `calculate_batch`.

    Returns
    -------
    BatchResult
        One row per product: the columns of the batch under the new factors, `total_before` and `change` (new over old total,
        less one). Columns of scenarios, quality and uncertainty are left out.

    Raises
    ------
    UsageError
        There is no finished batch, an input was in memory only, a table does not exist, or `out` holds something else.
    InputError
        The batch kept no weights, they or the inputs have changed since, or a request finds no factor or one in another unit.

    Warns
    -----
    PcfWarning
        Each warning about the new factors, once.

    Examples
    --------
    >>> import tempfile
    >>> import textile_pcf as tp
    >>> folder = Path(tempfile.mkdtemp())
    >>> old = tp.calculate_batch("examples/cotton_poplin/activity.csv", "cotton_fabric@2026.1", "default@2026.1",
    ...                          out=folder / "old", weights=True, progress=False)
    >>> grid = folder / "grid.csv"
    >>> _ = grid.write_text("item,value,unit,region,year,kind,source,locator\n"
    ...                     "electricity,0.4,kgCO2e/kWh,CN,2027,life_cycle,made up,none\n")
    >>> new = reprice(old.out, grid, out=folder / "new", progress=False)
    >>> new.read()["change"].to_pylist()[0] < 0
    True
    """
    start = time.perf_counter()
    out, address = split_output(out, local)
    folder, base = as_path(out, "out"), open_weighted(as_path(results, "results"))
    retain_freed_memory()
    remote = open_remote_folder(address, folder, None)
    repricing = _Repricing(base, _searched_tables(factors, base), folder, progress, remote)
    with remote.reserved() if remote else nullcontext(), open_folder(folder, None):
        counts = repricing.run()
        seconds = time.perf_counter() - start
        log(folder, "end", **counts, seconds=round(seconds, 3))
        result = BatchResult(folder, **counts, seconds=seconds, address=remote.name if remote else "")
        warn_caller(result.warnings())
        return result


def _searched_tables(factors: Any, base: WeightedRun) -> FactorTable:
    """Return the tables named, then those of the run that are not among them."""
    sources = factors if isinstance(factors, (list, tuple)) else [factors]
    if not sources or not all(isinstance(one, (FactorTable, str, Path)) for one in sources):
        raise wrong_type("factors", factors, "tables of emission factors", "Name at least one table.")
    named = [table for one in sources for table in (one if isinstance(one, FactorTable) else load_factors(one)).tables]
    known = {(table.label, table.sha256) for table in named}
    return FactorTable((*named, *(one for one in base.factors.tables if (one.label, one.sha256) not in known)))


@dataclass(frozen=True, eq=False)
class _Loaded:
    """Results and weights that are read from a partition.

    Attributes
    ----------
    index : WeightIndex
    old : pyarrow.Table
        Its results in the run.
    changes : dict of str to ndarray, shape (products,)
        What they change by; see `Changes`.
    sums : dict of str to ndarray, shape (products,)
        Sums that new columns need.
    """

    index: WeightIndex
    old: Any
    changes: dict[str, FloatArray]
    sums: dict[str, FloatArray]


@dataclass(frozen=True)
class _Repricing:
    """A finished batch under new tables, in a folder that no other batch writes into."""

    base: WeightedRun
    factors: FactorTable
    out: Path
    progress: ProgressOption
    remote: RemoteFolder | None = None

    @cached_property
    def other(self) -> str:
        """Accounting of electricity that the rule does not declare; "" without a supply table."""
        return OTHER_ACCOUNTING[self.base.rules.document.electricity.declared] if "supply" in self.base.run else ""

    @cached_property
    def prices(self) -> Prices:
        """Old and new factors of the requests."""
        declared = self.base.run["scenarios"][0]
        return Prices(self.base.rules, FactorMatcher(self.factors, declared["gwp"], declared["biogenic"]))

    @cached_property
    def identity(self) -> dict[str, Any]:
        """What decides the results."""
        declared = self.base.run["scenarios"][0]
        scenario = Scenario("", self.factors, declared["gwp"], declared["biogenic"])
        kept = {name: value for name, value in self.base.run.items() if name not in NOT_OF_REPRICED}
        return {**kept, "scenarios": [scenario.identity], "repriced": self.base.sha256}

    def run(self) -> dict[str, int]:
        """Write what is not written yet, and return the counts of rows, products and rejected products."""
        if self.remote is not None:
            self.remote.open(self.identity)
        counts = finished_counts(self.out, self.identity)
        if counts is None:
            try:
                counts = self._calculate()
            except PcfError as error:  # the next run will have other tables or weights
                log(self.out, "failed", problems=len(error.problems))
                remove_files(self.out, "results")
                clean_up(self.out)
                (self.out / MANIFEST).unlink()
                raise
        clean_up(self.out)
        if self.remote is not None:
            self.remote.upload()
        return counts

    @np.errstate(over="ignore", invalid="ignore")  # what overflows is refused by product
    def _calculate(self) -> dict[str, int]:
        """Match all requests, then write the partitions that have no report of an earlier run, and close the manifest."""
        log(self.out, "start", parts=len(self.base.weights), **self.identity)
        linked, kept = self._match_requests()
        links = self._solve_links(kept) if linked else None
        refuse_foreign_results(self.out, {Path(name).name for name in self.base.files if name.startswith("results/")})
        reports = {number: self.out / "parts" / f"{part_name(number)}.json" for number in self.base.weights}
        records = {number: self._record(number, path) for number, path in reports.items()}
        waiting = [number for number, record in records.items() if record is None]
        hashes, load = dict[str, str](), partial(self._load, kept=kept, links=links)
        with Progress(len(records), self.progress) as progress, closing(read_ahead(load, waiting)) as loaded:
            for number, finished in records.items():
                record = finished
                if record is None:
                    record = self._write(number, next(loaded))
                    write_json(reports[number], record, indent=None)
                    log(self.out, "part", number=number, products=record["products"])
                hashes[f"{part_name(number)}.parquet"] = record["sha256"]
                progress.add(1, record["products"])
        return self._finish(hashes if records else self._write_no_results())

    def _record(self, number: int, report: Path) -> dict[str, Any] | None:
        """Return the report of a partition of an earlier call; None where there is none, or its results are not as written."""
        record, results = read_json(report), self.out / "results" / f"{part_name(number)}.parquet"
        return record if record and is_file(results) and sha256_of(results) == record.get("sha256") else None

    def _match_requests(self) -> tuple[bool, KeptIndices]:
        """Match every request of the run before anything is written.

        Returns
        -------
        linked : bool
            Whether products take one another.
        kept : dict
            The first `MOST_KEPT` indices.

        Raises
        ------
        InputError
            With every request that finds no factor, or one of another unit.
        """
        linked, kept, read = False, KeptIndices(), partial(read_index, self.base.folder)
        with closing(read_ahead(lambda one: read(*one), list(self.base.weights.values()))) as indices:
            for number, index in zip(self.base.weights, indices, strict=True):
                linked |= bool(index.links)
                with refuse_changed(index.path.with_suffix(".jsonl")):
                    requests = self.prices.numbers(index.requests)
                if len(kept) < MOST_KEPT:
                    kept[number] = replace(index, requests=b"", taken=b""), requests
        if problems := [*self.prices.problems, *self.prices.not_linear(linked)]:
            raise InputError(problems)
        return linked, kept

    def _solve_links(self, kept: KeptIndices) -> SupplierChanges:
        """Return how the footprints of products change with all that they take.

        Two passes over the partitions: names of suppliers, of all partitions thrice the catalogue, are not held.
        """
        chain, numbers, first = Chain(f"total {self.other}" if self.other else ""), list(self.base.weights), [0]
        with closing(read_ahead(partial(self._load_own, kept=kept), numbers)) as loaded:
            for one in loaded:
                chain.add_products(one.old, one.changes)
                first.append(first[-1] + one.index.products)
        with memory_given_back(), refuse_changed(self.base.folder / MANIFEST):
            self._add_links(chain, dict(zip(numbers, first[:-1], strict=True)))
            return chain.solve()

    def _add_links(self, chain: Chain, first: dict[int, int]) -> None:
        """Add the links of all partitions to a chain; `first` is the place of the first product of each."""
        with closing(read_ahead(self._read_links, list(first))) as read:
            for (number, place), (index, cells) in zip(first.items(), read, strict=True):
                if index.links:
                    with refuse_changed(index.path):
                        chain.add_links(number, place, index.names_taken, cells)

    def _read_links(self, number: int) -> tuple[WeightIndex, list[Cells]]:
        """Read what a partition takes inside the boundary."""
        outside = {stage.id for stage in self.base.rules.stages if stage.outside}
        index, _ = self._read_index(number)
        return index, read_cells(index, [one for one in index.links if one.name.partition(".")[0] not in outside])

    def _write(self, number: int, loaded: _Loaded) -> dict[str, Any]:
        """Write the results of a partition; return its number of products and the hash of the file."""
        with refuse_changed(loaded.index.path):
            sha256 = self._write_columns(f"{part_name(number)}.parquet", loaded.old, loaded.changes, loaded.sums)
        return {"products": loaded.index.products, "sha256": sha256}

    def _write_columns(self, name: str, old: Any, changes: dict[str, FloatArray], sums: dict[str, FloatArray]) -> str:
        """Write a file of results, and return its hash."""
        biogenic, units = self.base.run["scenarios"][0]["biogenic"], self.base.run["units"]
        columns = repriced_columns(old, changes, sums, biogenic, units)
        metadata = {**self.identity, "unit": self.base.rules.product_unit.text}
        columns = columns.replace_schema_metadata({"textile_pcf": json.dumps(metadata, sort_keys=True, ensure_ascii=False)})
        return write_results(self.out / "results" / name, columns)

    def _write_no_results(self) -> dict[str, str]:
        """Write the columns of a batch whose products are all rejected; return the hash of the file by its name."""
        sums = {f"{PER_UNIT}{unit}": np.zeros(0) for unit in self.base.run["units"]}
        names = [name for name in self.base.files if name.startswith("results/")]
        return {
            Path(name).name: self._write_columns(Path(name).name, self._read_old_results(name, 0), {}, sums) for name in names
        }

    @np.errstate(over="ignore", invalid="ignore")  # a thread has states of its own
    def _changes(
        self, index: WeightIndex, cells: Sequence[Cells], changes: Sequence[FactorChange], with_shares: bool = False
    ) -> dict[str, FloatArray]:
        """Return how the results of a partition change, from its weights and the changes of factors and suppliers.

        It is computed by the thread that reads the weights, which has less to do.
        """
        found = Changes(self.base.rules, index.products, with_shares)
        with refuse_changed(index.path):
            for of_flow, change in zip(cells, changes, strict=True):
                found.add(of_flow, change)
        if "total" in found.columns and self.other:
            found.columns[f"total {self.base.rules.document.electricity.declared}"] = found.columns["total"]
        return found.columns

    def _load_own(self, number: int, kept: KeptIndices) -> _Loaded:
        """Read how the products of a partition change by their own requests, which is all that links of others need."""
        index, requests = kept[number] if number in kept else self._read_index(number)
        old = self._read_old_results(f"results/{part_name(number)}.parquet", index.products, {"product", *SPLIT})
        moved, changes = _changed_blocks(index, self.prices.change.of(requests))
        return _Loaded(index, old, self._changes(index, read_cells(index, moved), changes), {})

    def _load(self, number: int, kept: KeptIndices, links: SupplierChanges | None) -> _Loaded:
        """Read the results of a partition in the run, and its weights on requests and products that change."""
        index, requests = kept[number] if number in kept else self._read_index(number)
        old = self._read_old_results(f"results/{part_name(number)}.parquet", index.products)
        change = self.prices.change.of(requests)
        moved, changes = _changed_blocks(index, change)
        taken = None if links is None else links.of(number)
        moved_links = [one for one in index.links if taken is not None and taken.differs[slice(*one.requests)].any()]
        with_shares = bool(moved or moved_links) and _may_move_shares(change, moved_links, old)
        needed = [f"{PER_UNIT}{unit}" for unit in self.base.run["units"]] + [*(GROSS_SUMS if with_shares else ())]
        changes += [of_block(taken, one) for one in moved_links if taken is not None]
        cells = read_cells(index, [*moved, *moved_links, *self._blocks(index, needed)])
        cells, others = cells[: len(changes)], cells[len(changes) :]
        if self.other and links is not None and (other := links.of_other_accounting(number)) is not None:
            of_links = cells[len(moved) :]
            cells += [replace(one, block=replace(one.block, accounting=self.other)) for one in of_links]
            changes += [of_block(other, one.block) for one in of_links]
        sums = {one.block.name: one.weight for one in others}
        return _Loaded(index, old, self._changes(index, cells, changes, with_shares), sums)

    def _read_index(self, number: int) -> tuple[WeightIndex, IndexArray]:
        """Read the index of a partition that was not kept."""
        name, sha256 = self.base.weights[number]
        index = read_index(self.base.folder, name, sha256)
        return index, self.prices.numbers(index.requests)

    def _read_old_results(self, name: str, products: int, wanted: Collection[str] | None = None) -> Any:
        """Read the results of the run; all columns if none are named."""
        path = self.base.folder / name
        with refuse_changed(path):
            table = read_results(path, self.base.files[name], wanted)
            if table.num_rows != products:
                raise ValueError
        return table

    def _blocks(self, index: WeightIndex, names: Sequence[str]) -> list[IndexedBlock]:
        """Return the blocks of sums that have these names."""
        by_name = {one.name: one for one in index.blocks if one.requests[0] < 0}
        with refuse_changed(index.path):
            return [by_name[name] for name in names]

    def _finish(self, hashes: dict[str, str]) -> dict[str, int]:
        """Copy the list of rejected products, and close the manifest."""
        for name in ("rejected.csv", CHINESE, EDITABLE):
            source = self.base.folder / name
            if self.base.counts["rejected"] and is_file(source):
                write_atomically(self.out / name, partial(shutil.copyfile, source))
        warnings = list(self._warnings())
        manifest = {
            "run": self.identity,
            "counts": dict(self.base.counts),
            "parts": len(hashes),
            "warnings": warnings,
            "chinese": chinese_of(warnings),
            "files": file_hashes(self.out, hashes),
        }
        write_json(self.out / MANIFEST, manifest)
        return dict(self.base.counts)

    def _warnings(self) -> Iterator[str]:
        """Yield what was assumed, and the warnings of the new factors."""
        if self.base.is_moved:
            what = Message(
                "The activity data of {folder} are not where they were.", folder=escape_controls(str(self.base.folder))
            )
            yield sentences(what, "The weights of the batch are used all the same.")
        if not self.prices.change.differs.any():
            yield sentences("No factor changes.", "The tables named answer no request of the batch with another value.")
        if rejected := self.base.counts["rejected"]:
            what = Message("{count} products were rejected in the batch, and new factors give them no result.", count=rejected)
            yield sentences(what, "Calculate rejected_activity.csv with the new tables where a factor was missing.")
        yield from self.prices.warnings()


def _changed_blocks(index: WeightIndex, change: FactorChange) -> tuple[list[IndexedBlock], list[FactorChange]]:
    """Return the blocks of weights on requests that change, and how these change."""
    moved = [one for one in index.blocks if one.requests[0] >= 0 and change.differs[slice(*one.requests)].any()]
    return moved, [change.of(slice(*one.requests)) for one in moved]


def _may_move_shares(change: FactorChange, links: Sequence[IndexedBlock], old: Any) -> bool:
    """Whether shares of defaults may change: some results have such a share, or get one by a factor or a link."""
    is_default = change.gross_by_rule.any() or change.gross_of_shipped.any() or any(one.by_rule for one in links)
    return bool(is_default) or any(old.column(name).to_numpy().any() for name in SHARES)
