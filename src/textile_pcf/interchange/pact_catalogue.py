"""Catalogues as records of PACT: partition by partition, one record per line, in bounded memory."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from textile_pcf.activity import build_activity
from textile_pcf.batch.row_groups import SharedRowGroups
from textile_pcf.batch.sources import input_hash, partition_source
from textile_pcf.calculation import calculate_footprints
from textile_pcf.errors import InputError, PcfError, Problem, UsageError, warn_caller
from textile_pcf.factors import LINK, FactorTable, default_table, load_factors, separate_sources
from textile_pcf.factors.matcher import FactorMatcher
from textile_pcf.factors.table import HOLDS_NONE
from textile_pcf.interchange.about import About, read_about
from textile_pcf.interchange.pact_export import Exporter, ExportOptions
from textile_pcf.io.output_files import write_atomically
from textile_pcf.io.table import Table
from textile_pcf.results import Footprint
from textile_pcf.results.warnings import product_warnings
from textile_pcf.rules import RuleSet, load_rules
from textile_pcf.supply import Supply, load_supply

ROWS = 60_000  # of a partition, approximately: records take far more memory than the rows they are made of
_WHOLE = 1 << 62  # rows of a partition that holds everything


@dataclass(frozen=True)
class Calculation:
    """How a catalogue is calculated.

    Attributes
    ----------
    rules : RuleSet
        The rule.
    factors : FactorTable
        Tables of emission factors.
    gwp : str, optional
        Set of global warming potentials; the rule's by default.
    supply : Supply, optional
        Electricity and heat of the sites.
    """

    rules: RuleSet
    factors: FactorTable
    gwp: str | None = None
    supply: Supply | None = None


def calculation_of(rule: Any, factors: Any, gwp: str | None, supply: Any, boundary: str | None = None) -> Calculation:
    """Load what a calculation needs, as `footprint` does."""
    rules = load_rules(rule, boundary)
    tables = load_factors(*(separate_sources(factors) or [default_table(rules.document.edition)]))
    return Calculation(rules, tables, gwp, None if supply is None else load_supply(supply))


class _Linked(Exception):  # noqa: N818 - a signal, not an error
    """Products take other products, which may be in another partition."""


def export_catalogue(
    source: str | Path, calculation: Calculation, about: Any, out: Path, options: ExportOptions, rows: int = ROWS
) -> int:
    """Write a record per product as JSON lines.

    Parameters
    ----------
    source : path
        Activity data; of Parquet as many rows as a partition has are held in memory.
    calculation : Calculation
        Rule, factors, conventions.
    about : path or mapping
        The about file; `{product}` in its ids, names and descriptions stands for the id of each product.
    out : Path
        File to write. It appears whole or not at all.
    options : ExportOptions
        Unit, digits, own use.
    rows : int, optional
        Rows of a partition, approximately.

    Returns
    -------
    int
        Number of records.

    Raises
    ------
    InputError
        With every problem of all products.
    UsageError
        A licence forbids a record.
    """
    about, digest = read_about(about), input_hash(source)

    def write(draft: Path) -> int:
        with tempfile.TemporaryDirectory(dir=draft.parent, prefix=".textile-pcf-") as folder:
            try:
                exporters = _exporters(source, calculation, about, (options, digest), (Path(folder), rows))
                return _write_lines(draft, about, exporters)
            except _Linked:
                exporters = _exporters(source, calculation, about, (options, digest), (Path(folder), _WHOLE))
                return _write_lines(draft, about, exporters)

    return write_atomically(out, write, str(out))


def _exporters(
    source: Any, calculation: Calculation, about: Any, options: tuple[ExportOptions, str], cut: tuple[Path, int]
) -> Iterator[Exporter | PcfError]:
    """Yield the exporter of each partition, or the error of one that cannot be calculated."""
    folder, rows = cut
    gwp = calculation.gwp or calculation.rules.document.gwp
    matcher, row_groups = FactorMatcher(calculation.factors, gwp, HOLDS_NONE), SharedRowGroups()
    for partition in partition_source(source, folder, rows).partitions:
        table = partition.table(partition.read(row_groups))
        if rows != _WHOLE and _has_links(table):
            raise _Linked
        matcher = matcher.renew_if_large()
        try:
            activity = build_activity(table, calculation.rules)
            result = calculate_footprints(activity, matcher, supply=calculation.supply)[0]
            warn_caller(_warnings(result, table))
            yield Exporter(result, about, options[0], options[1])
        except InputError as error:
            yield error
        partition.release()


def _warnings(result: Footprint, table: Table) -> list[str]:
    """Return the warnings of a partition, without those of single amounts, which `batch` counts."""
    run = result.run
    of_factors = run.factors.warnings(run.gwp, result.used(), run.biogenic)
    return [*table.notes, *of_factors, *product_warnings(result.inventory, run)]


def _has_links(table: Table) -> bool:
    return any(str(text).startswith(LINK) for text in getattr(table.columns.get("item"), "categories", ()))


def _write_lines(draft: Path, about: About, exporters: Iterator[Exporter | PcfError]) -> int:
    """Write the records of all partitions, unless some product has problems; then raise all of them."""
    problems: list[Problem] = []
    refused: list[Problem] = []
    count, unknown = 0, dict.fromkeys(about.products)
    with draft.open("w", encoding="utf-8", newline="") as file:
        for exporter in exporters:
            if isinstance(exporter, PcfError):
                problems += exporter.problems
                continue
            for product in unknown.keys() & set(exporter.result.products):
                del unknown[product]
            try:
                count += _write_records(file, exporter)
            except InputError as error:
                problems += error.problems
            except UsageError as error:
                refused += error.problems
    if problems:
        raise InputError(dict.fromkeys(problems))
    if refused:
        raise UsageError(refused)
    about.warn_unknown([*unknown])
    return count


def _write_records(file: TextIO, exporter: Exporter) -> int:
    count = 0
    for record in exporter.records():
        file.write(json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n")
        count += 1
    return count
