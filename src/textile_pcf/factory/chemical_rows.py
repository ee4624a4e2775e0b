"""Rows of the result on chemicals: balance, products, matches, what is missing, and activity data."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from textile_pcf.arrays import FloatArray, IndexArray
from textile_pcf.factory.activity_rows import ActivityRow, activity_row, sorted_activity
from textile_pcf.factory.chemical_matching import LEVELS, ChemicalMatch
from textile_pcf.factory.recipes import RecipeBatches, Recipes
from textile_pcf.factory.sharing import sum_by_group
from textile_pcf.factory.stock import MOVEMENTS, Stock
from textile_pcf.io.safe_text import escape_controls

FLOW = "chemicals"
"""Flow of a chemical whose row of the stock names none."""


@dataclass(frozen=True, eq=False)
class ChemicalUse:
    """What products took of the chemicals of a stock.

    Attributes
    ----------
    stock : Stock
    recipes : Recipes
    batches : RecipeBatches
    matches : tuple of ChemicalMatch, shape (chemicals,)
    group, chemical : ndarray of intp, shape (lines,)
        Product and process (`RecipeBatches.first`), and chemical of each line.
    kg : ndarray of float, shape (lines,)
        What the product took at the process, with what was spread. [kg]
    taken : ndarray of float, shape (chemicals,)
        What the recipes take. [kg]
    remainder : ndarray of float, shape (chemicals,)
        What no product took; below zero where recipes took more, within the tolerance. [kg]
    data_type : str
        Of the activity rows.
    """

    stock: Stock
    recipes: Recipes
    batches: RecipeBatches
    matches: tuple[ChemicalMatch, ...]
    group: IndexArray
    chemical: IndexArray
    kg: FloatArray
    taken: FloatArray
    remainder: FloatArray
    data_type: str

    @cached_property
    def matched(self) -> FloatArray:
        """1 for each chemical with an item, else 0. Shape (chemicals,)."""
        return np.array([1.0 if match.item else 0.0 for match in self.matches])

    @cached_property
    def total(self) -> float:
        """Consumption of all chemicals. [kg]"""
        return float(self.stock.consumption.sum())

    @cached_property
    def coverage(self) -> float | None:
        """Consumption of chemicals with an item / consumption of all, by mass; None where nothing was used."""
        return float((self.stock.consumption * self.matched).sum()) / self.total if self.total > 0 else None


def balance_rows(use: ChemicalUse) -> list[dict[str, Any]]:
    """Return what came in, left and was used of each chemical, beside what the recipes took.

    Parameters
    ----------
    use : ChemicalUse
    """
    stock, levels = use.stock, use.stock.table.texts("mrsl_level")
    difference = use.taken - stock.consumption
    relative = np.divide(difference, stock.consumption, out=np.full(len(difference), np.nan), where=stock.consumption > 0)
    columns = {name: stock.amounts[name].tolist() for name in MOVEMENTS}
    columns |= {"consumption": stock.consumption.tolist(), "recipes": use.taken.tolist(), "difference": difference.tolist()}
    columns |= {"relative": [None if part != part else part for part in relative.tolist()], "remainder": use.remainder.tolist()}
    rows = [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]
    names = zip(stock.chemicals, rows, levels, strict=True)
    return [{"chemical": name, "unit": "kg", **row, "mrsl_level": level or None} for name, row, level in names]


def product_rows(use: ChemicalUse) -> list[dict[str, Any]]:
    """Return what each product took of each chemical at each process, also per kg of its output.

    Parameters
    ----------
    use : ChemicalUse
    """
    batches, rows = use.batches, []
    names = {group: (batches.cell(group, "product"), batches.cell(group, "process")) for group in set(use.group.tolist())}
    per = [output if unit == "kg" else None for output, unit in zip(batches.output.tolist(), batches.units, strict=True)]
    for group, chemical, kg in zip(use.group.tolist(), use.chemical.tolist(), use.kg.tolist(), strict=True):
        product, process = names[group]
        output = per[group]
        rows.append({"product": product, "process": process, "chemical": use.stock.chemicals[chemical], "kg": kg,
                     "kg_per_kg": kg / output if output else None})  # fmt: skip
    return sorted(rows, key=lambda row: (row["product"], row["process"], row["chemical"]))


def match_rows(use: ChemicalUse) -> list[dict[str, Any]]:
    """Return the item of each chemical, how it was found, and the kg that were used.

    Parameters
    ----------
    use : ChemicalUse
    """
    cells = zip(use.stock.chemicals, use.stock.table.texts("cas"), use.matches, use.stock.consumption.tolist(), strict=True)
    return [
        {"chemical": name, "cas": cas or None, "item": match.item or None, "level": match.level, "kg": kg,
         "active_ratio": match.active_ratio if match.item else None, "candidates": list(match.candidates)}
        for name, cas, match, kg in cells
    ]  # fmt: skip


def level_sums(use: ChemicalUse) -> dict[str, float]:
    """Return the consumption by the level of the match. [kg]

    Parameters
    ----------
    use : ChemicalUse
    """
    level = np.array([LEVELS.index(match.level) for match in use.matches], dtype=np.intp)
    return dict(zip(LEVELS, sum_by_group(use.stock.consumption, level, len(LEVELS)).tolist(), strict=True))


def missing_rows(use: ChemicalUse) -> list[dict[str, Any]]:
    """Return the chemicals that were used and have no item, the heaviest first.

    Parameters
    ----------
    use : ChemicalUse
    """
    consumption = use.stock.consumption
    rows = np.flatnonzero((use.matched == 0) & (consumption > 0))
    ordered = rows[np.argsort(-consumption[rows], kind="stable")].tolist()
    return [
        {"chemical": use.stock.chemicals[row], "kg": float(consumption[row]), "share": float(consumption[row]) / use.total,
         "candidates": list(use.matches[row].candidates)}
        for row in ordered
    ]  # fmt: skip


def chemical_activity(use: ChemicalUse, year: str) -> list[ActivityRow]:
    """Return the activity data: of each product at each process its output, and the total of each flow and item.

    Parameters
    ----------
    use : ChemicalUse
    year : str
        Year of the rows.

    Returns
    -------
    list of dict
        Chemicals without an item stand in no row; where none has one, no output stands either.
    """
    stock, batches = use.stock, use.batches
    kept = np.flatnonzero(use.matched[use.chemical] > 0)
    flows = [text or FLOW for text in stock.table.texts("flow")]
    ratio = np.array([match.active_ratio for match in use.matches])
    items = [match.item for match in use.matches]
    keys = list(zip(flows, items, stock.table.texts("region"), strict=True))
    number = {cells: index for index, cells in enumerate(dict.fromkeys(keys))}
    of_chemical = np.array([number[cells] for cells in keys], dtype=np.intp)
    pair = use.group[kept] * max(len(number), 1) + of_chemical[use.chemical[kept]]
    known, line = np.unique(pair, return_inverse=True)
    amounts = sum_by_group(use.kg[kept] * ratio[use.chemical[kept]], line.astype(np.intp), len(known)).tolist()
    names, pairs = {}, list(number)
    source = escape_controls("; ".join(dict.fromkeys((use.recipes.table.table.name, stock.table.table.name))))
    made = escape_controls(batches.table.table.name)
    rows = []
    for code, amount in zip(known.tolist(), amounts, strict=True):
        group, of_pair = divmod(code, len(number))
        if group not in names:
            names[group] = batches.cell(group, "product"), batches.cell(group, "process")
            rows.append(activity_row(*names[group], "output", float(batches.output[group]), batches.units[group],
                                     year=year, source=made))  # fmt: skip
        flow, item, region = pairs[of_pair]
        cells = {"item": item, "region": region, "year": year, "data_type": use.data_type, "source": source}
        rows.append(activity_row(*names[group], flow, amount, "kg", **cells))
    return sorted_activity(rows)
