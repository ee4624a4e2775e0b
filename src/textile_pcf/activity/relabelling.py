"""Structure of rows that differ from known ones only in their labels: unit, item, region, year and enthalpy.

Stage, flow, component, `per`, and which amounts are empty decide where rows belong; a service sends the same of these for ever
new labels. Then only what depends on labels is made anew: the meaning of units, the codes of items, regions and years.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, TypeVar

import numpy as np

from textile_pcf._frozen import cached_property
from textile_pcf.activity.columns import ActivityColumns
from textile_pcf.activity.duplicates import find_duplicates
from textile_pcf.activity.exchanges import ExchangePatterns, Exchanges, pattern_labels
from textile_pcf.activity.per_length import convert_per_length
from textile_pcf.activity.row_labels import LabelCache, UnlabelledRow, UnlabelledRows
from textile_pcf.activity.row_patterns import PATTERN_COLUMNS, RowKind, RowPatterns, Rows
from textile_pcf.activity.structure import Structure
from textile_pcf.arrays import IntArray
from textile_pcf.columns import Categorical, group_rows, take

UNLABELLED = ("stage", "flow", "component", "per")
"""Columns that decide where a row belongs; with them the product, and whether the amount is empty."""


TAKEN_OVER: Mapping[type, tuple[str, ...]] = {
    Structure: (
        "_kept",
        "completion",
        "computed",
        "constant_amounts",
        "given_by_flow",
        "gives_flows_once",
        "loss_active",
        "ones",
        "not_given",
    ),
    Exchanges: ("flow", "per", "has_other_basis", "period_totals", "no_rule_entry", "unit_scale", "other_drivers", "driven"),
    ExchangePatterns: ("of_flows",),
    Rows: ("has_outputs", "has_cutoffs"),
    RowPatterns: (),
}
"""What objects of these classes keep with themselves that does not depend on labels."""
Kept = TypeVar("Kept", Structure, Exchanges, ExchangePatterns, Rows, RowPatterns)


@dataclass(frozen=True, eq=False)
class KnownRows:
    """Rows that are valid and complete, with what is the same for all rows that differ from them only in labels.

    Attributes
    ----------
    structure : Structure
    texts : dict of str to Categorical
        Columns of `UNLABELLED`.
    rows : UnlabelledRows
    differ : bool
        Whether no two rows have the same stage and flow, so that each has a pattern of its own, in the same order.
    cutoffs : list of (int, str)
        Rows that leave something out, with what they name: it may decide what is missing.
    """

    structure: Structure
    texts: dict[str, Categorical]
    rows: UnlabelledRows
    differ: bool
    cutoffs: list[tuple[int, str]]

    @cached_property
    def _shared(self) -> dict[type, dict[str, Any]]:
        """Attributes of the structure and its parts that others take over, by class."""
        structure = self.structure
        parts = (structure, structure.exchanges, structure.exchanges.patterns, structure.rows, structure.rows.patterns)
        shared: dict[type, dict[str, Any]] = {}
        for part in parts:
            names = (*(field.name for field in fields(part)), *TAKEN_OVER[type(part)])
            shared[type(part)] = {name: getattr(part, name) for name in names}
        if structure.gives_flows_once:
            shared[Exchanges]["summed_years"] = ()  # whatever the years are
        return shared

    def other(self, kind: type[Kept], **changes: Any) -> Kept:
        """Return the part of this class with other values of some fields."""
        new = object.__new__(kind)
        values = vars(new)
        values.update(self._shared[kind])
        values.update(changes)
        return new


def known_rows(structure: Structure, cells: ActivityColumns, labels: LabelCache) -> KnownRows | None:
    """Return rows for `relabel`; None where labels decide more: outputs of periods are summed by unit and year.

    Parameters
    ----------
    structure : Structure
        Complete and without problems.
    cells : ActivityColumns
        The table that it was built from.
    labels : LabelCache
        Labels of rows of the rule.
    """
    rows = structure.rows
    if rows.has_outputs:
        return None
    texts = {name: cells.texts[name] for name in UNLABELLED}
    chooses = take(rows.patterns.option, rows.pattern) >= 0
    columns = (cells.empty.tolist(), texts["stage"], texts["flow"], texts["per"], chooses.tolist())
    unlabelled = labels.number([UnlabelledRow(*row) for row in zip(*columns, strict=True)])
    distinct, _ = group_rows(texts["stage"], texts["flow"])
    cutoffs = [(row, cells.text("item", row)) for row in rows.of_kind(RowKind.CUTOFF).tolist()]
    return KnownRows(structure, texts, unlabelled, len(distinct) == cells.rows, cutoffs)


def relabel(
    known: KnownRows, cells: ActivityColumns, labels: LabelCache, signature: tuple[object, ...] | None = None
) -> Structure | None:
    """Return the structure of rows that differ from known ones only in labels, equal to one built from the rows themselves.

    Parameters
    ----------
    known : KnownRows
        Rows of the same products, stages, flows, components, bases and empty amounts.
    cells : ActivityColumns
    labels : LabelCache
        Labels of rows of the rule.
    signature : tuple, optional
        Signature of the table; see `structure_cache`.

    Returns
    -------
    Structure or None
        None where a label is wrong or decides more than a code: then the rows are read as if nothing were
        known of them.
    """
    structure, texts = known.structure, cells.texts
    texts.update(known.texts)
    if not known.differ:  # other rows than in the known table may have the same texts
        _, pattern = group_rows(*(texts[name] for name in PATTERN_COLUMNS), cells.empty.astype(np.int64))
        if not np.array_equal(pattern, structure.rows.pattern):
            return None
    item = texts["item"]
    if not labels.are_plain(item.categories) or any(item[row] != text for row, text in known.cutoffs):
        return None
    found = labels.of_rows(cells, known.rows)
    if found is None:
        return None
    *of_units, per_length, year = zip(*found, strict=True)
    if True in per_length and convert_per_length(cells, labels.rules) is not cells:
        return None
    rows = _relabelled_rows(known, of_units)
    if not known.differ and (_is_split(rows) or any(find_duplicates(cells, rows))):
        return None
    exchanges = _relabelled_exchanges(known, cells, rows, np.array(year))
    regions, properties = exchanges.geography.regions, structure.properties
    if properties.options is not None:
        pattern, option = np.append(rows.pattern, len(rows.patterns.option)), np.append(rows.patterns.option, -1)
        properties = replace(properties, options=option[pattern[properties.rows]])
    return known.other(Structure, rows=rows, exchanges=exchanges, properties=properties, regions=regions, signature=signature)


def _is_split(rows: Rows) -> bool:
    """Whether rows of one pattern are converted by other factors, as fuels of products in other regions are."""
    return bool((rows.factor != take(rows.patterns.factor, rows.pattern)).any())


def _relabelled_rows(known: KnownRows, of_units: list[tuple[Any, ...]]) -> Rows:
    """Return the rows with the units of `RowLabels`; kind, stage, index and basis follow from what they have in common."""
    factors, inverse, option, units, notes = of_units
    rows = known.structure.rows
    first, factor, has_inverse = rows.patterns.first, np.array(factors), True in inverse
    changed: dict[str, Any] = {"unit": first, "factor": factor.take(first)}
    if has_inverse or rows.has_inverse:
        changed["inverse"] = np.array(inverse).take(first)
    if max(option) >= 0:
        changed["option"] = np.array(option).take(first)
    patterns = known.other(RowPatterns, **changed)
    found = {"factor": factor, "largest_factor": max(factors), "has_inverse": has_inverse}  # what `Rows` finds of patterns
    return known.other(Rows, patterns=patterns, units=units, notes=notes, **found)


def _relabelled_exchanges(known: KnownRows, cells: ActivityColumns, rows: Rows, year: IntArray) -> Exchanges:
    """Return the exchanges with the items, regions and years of the rows; patterns that the rule added stay as they are."""
    of_rows, count, exchanges = rows.patterns, len(rows.patterns.first), known.structure.exchanges
    patterns = exchanges.patterns
    geography = exchanges.geography.with_labels(of_rows, cells.texts["region"], year.take(of_rows.first))
    labels = pattern_labels(cells, geography, patterns.flow[:count] >= 0)
    if count < len(patterns.flow):
        labels = {name: np.append(values, getattr(patterns, name)[count:]) for name, values in labels.items()}
    return known.other(Exchanges, patterns=known.other(ExchangePatterns, **labels), geography=geography)
