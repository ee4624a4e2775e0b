"""Structure of rows that differ from known ones only in their labels: unit, item, region, year and enthalpy.

Stage, flow, component, `per`, and which amounts are empty decide where rows belong; a service sends the same of these for ever
new labels. Then only what depends on labels is made anew: the meaning of units, the codes of items, regions and years.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar, cast

import numpy as np

from textile_pcf.activity.columns import ActivityColumns
from textile_pcf.activity.duplicates import find_duplicates
from textile_pcf.activity.exchanges import Exchanges, pattern_labels
from textile_pcf.activity.fuel_amounts import fuel_codes, fuel_keys
from textile_pcf.activity.geography import Geography
from textile_pcf.activity.interpretation import find_meanings, texts_at
from textile_pcf.activity.per_length import convert_per_length
from textile_pcf.activity.row_patterns import PATTERN_COLUMNS, InvalidRow, RowKind, RowPattern, Rows
from textile_pcf.activity.structure import Structure
from textile_pcf.activity.vocabulary import check_labels
from textile_pcf.columns import Categorical, group_rows
from textile_pcf.factors import LINK
from textile_pcf.rules import RuleSet

UNLABELLED = ("stage", "flow", "component", "per")
"""Columns that decide where a row belongs; with them the product, and whether the amount is empty."""
OF_EXCHANGES = ("flow", "per", "has_other_basis", "period_totals", "no_rule_entry", "unit_scale", "other_drivers", "driven")
OF_STRUCTURE = ("completion", "computed", "constant_amounts", "gives_flows_once", "loss_active", "ones", "not_given")
OF_ROWS = ("has_outputs", "has_cutoffs")
"""What a structure keeps with itself that does not depend on labels."""

Kept = TypeVar("Kept", Structure, Exchanges, Rows)


@dataclass(frozen=True, eq=False)
class KnownRows:
    """Rows that are valid and complete, with what is the same for all rows that differ from them only in labels.

    Attributes
    ----------
    structure : Structure
    texts : dict of str to Categorical
        Columns of `UNLABELLED`.
    keys : tuple of list
        By pattern: whether the amount is empty; stage, flow and `per`.
    differ : bool
        Whether no two rows have the same stage and flow, so that each has a pattern of its own, in this order.
    cutoffs : list of str
        What rows `cutoff` name: it may decide what is missing.
    """

    structure: Structure
    texts: dict[str, Categorical]
    keys: tuple[list[Any], ...]
    differ: bool
    cutoffs: list[str]


def known_rows(structure: Structure, cells: ActivityColumns) -> KnownRows | None:
    """Return rows for `relabel`; None where labels decide more: outputs of periods are summed by unit and year.

    Parameters
    ----------
    structure : Structure
        Complete and without problems.
    cells : ActivityColumns
        The table that it was built from.
    """
    rows = structure.rows
    if rows.has_outputs:
        return None
    first, texts = rows.patterns.first, {name: cells.texts[name] for name in UNLABELLED}
    keys = (cells.empty[first].tolist(), *(texts_at(texts[name], first) for name in ("stage", "flow", "per")))
    distinct, _ = group_rows(texts["stage"], texts["flow"])
    return KnownRows(structure, texts, keys, len(distinct) == cells.rows, _cutoff_items(cells, rows))


def relabel(
    known: KnownRows, cells: ActivityColumns, rules: RuleSet, signature: tuple[object, ...] | None = None
) -> Structure | None:
    """Return the structure of rows that differ from known ones only in labels, equal to one built from the rows themselves.

    Parameters
    ----------
    known : KnownRows
        Rows of the same products, stages, flows, components, bases and empty amounts.
    cells : ActivityColumns
    rules : RuleSet
    signature : tuple, optional
        Signature of the table; see `structure_cache`.

    Returns
    -------
    Structure or None
        None where a label is wrong or decides more than a code: then the rows are read as if nothing were
        known of them.
    """
    cells.texts.update(known.texts)
    if any(check_labels(cells)) or LINK in "\n".join(cells.texts["item"].categories):
        return None
    if convert_per_length(cells, rules) is not cells:
        return None
    rows = _relabelled_rows(known, cells, rules)
    if rows is None or _cutoff_items(cells, rows) != known.cutoffs or (not known.differ and any(find_duplicates(cells, rows))):
        return None
    structure = known.structure
    exchanges = _relabelled_exchanges(structure.exchanges, cells, rows)
    properties = structure.properties
    if properties.options is not None:
        pattern, option = np.append(rows.pattern, len(rows.patterns.option)), np.append(rows.patterns.option, -1)
        properties = replace(properties, options=option[pattern[properties.rows]])
    regions = exchanges.geography.regions
    relabelled = replace(structure, rows=rows, exchanges=exchanges, properties=properties, regions=regions, signature=signature)
    return _with_kept(relabelled, structure, OF_STRUCTURE)


def _relabelled_rows(known: KnownRows, cells: ActivityColumns, rules: RuleSet) -> Rows | None:
    """Interpret the rows; None if one is invalid, or if other rows than in the known table have the same texts."""
    rows, texts = known.structure.rows, cells.texts
    patterns, first = rows.patterns, rows.patterns.first
    if not known.differ:
        _, pattern = group_rows(*(texts[name] for name in PATTERN_COLUMNS), cells.empty.astype(np.int64))
        if not np.array_equal(pattern, rows.pattern):
            return None
    options: Sequence[str] = [""] * len(first)
    if known.structure.properties.options is not None:
        items = texts_at(texts["item"], first)
        options = [item if option >= 0 else "" for item, option in zip(items, patterns.option.tolist(), strict=True)]
    fuels = fuel_keys(cells, rules, first, fuel_codes(cells, rules, first), first)
    empty, stage, flow, per = known.keys
    meanings = find_meanings(cells, rules, first, (empty, stage, flow, texts_at(texts["unit"], first), per, options, fuels))
    return None if InvalidRow in set(map(type, meanings)) else _with_meanings(rows, cast("list[RowPattern]", meanings))


def _with_meanings(rows: Rows, meanings: list[RowPattern]) -> Rows:
    """Return the rows with other units and options; kind, stage, index and basis follow from what they have in common."""
    conversions = [meaning.conversion for meaning in meanings]
    patterns = replace(
        rows.patterns,
        option=np.array([meaning.option for meaning in meanings], dtype=np.int64),
        unit=np.arange(len(meanings)),
        factor=np.array([conversion.factor for conversion in conversions]),
        inverse=np.array([conversion.inverse for conversion in conversions]),
    )
    units, notes = tuple([meaning.unit for meaning in meanings]), tuple([meaning.note for meaning in meanings])
    return _with_kept(Rows(rows.pattern, patterns, units, notes, ()), rows, OF_ROWS)


def _relabelled_exchanges(known: Exchanges, cells: ActivityColumns, rows: Rows) -> Exchanges:
    """Return the exchanges with the items, regions and years of the rows; patterns that the rule added stay as they are."""
    geography, patterns = known.geography, known.patterns
    geography = Geography.of(cells, geography.rules, geography.components, rows.patterns, geography.rows, geography.processes)
    count = len(rows.patterns.first)
    labels = {}
    for name, values in pattern_labels(cells, geography, patterns.flow[:count] >= 0).items():
        labels[name] = getattr(patterns, name).copy()
        labels[name][:count] = values
    exchanges = replace(known, patterns=replace(patterns, **labels), geography=geography)
    return _with_kept(exchanges, known, OF_EXCHANGES)


def _with_kept(new: Kept, known: Kept, names: tuple[str, ...]) -> Kept:
    """Give an object what another keeps with itself under these names (`cached_property`)."""
    kept = vars(known)
    vars(new).update({name: kept[name] for name in names if name in kept})
    return new


def _cutoff_items(cells: ActivityColumns, rows: Rows) -> list[str]:
    """Return what rows `cutoff` name."""
    return texts_at(cells.texts["item"], rows.of_kind(RowKind.CUTOFF)) if rows.has_cutoffs else []
