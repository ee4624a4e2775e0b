"""Recipes: from doses per batch to kg of each chemical."""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import isfinite

import numpy as np

from textile_pcf.arrays import BoolArray, FloatArray, IndexArray
from textile_pcf.columns import factorize, group_rows
from textile_pcf.errors import Problem
from textile_pcf.factory.batch_table import batch_masses
from textile_pcf.factory.mass_cells import MASS, known_units
from textile_pcf.factory.sharing import sum_by_group
from textile_pcf.factory.site_cells import kind_of, refuse_footers
from textile_pcf.factory.stock import Stock
from textile_pcf.factory.tables import FactoryTable, within_range
from textile_pcf.messages.message import Message
from textile_pcf.messages.suggestion import did_you_mean
from textile_pcf.units import Unit, UnitError, counted_dimensions, parse_unit, split_quantity

CONCENTRATION, PER_MASS = parse_unit("g/L").dimensions, parse_unit("L/kg").dimensions
LITRE = parse_unit("L").factor
WEIGHED, OF_INPUT, OF_LIQUOR = range(3)
"""What a dose counts: kg, a part of the batch's input, or grams in a litre of liquor."""
BATCH_COLUMNS = ("batch", "product", "process", "output")
"""Columns of the table `batches` that recipes need; times and machines are not asked."""
_RATIO = re.compile(r"0*1(?:\.0+)?\s*[:：∶]\s*(\d+(?:\.\d+)?)")
_PERCENT_OF_INPUT = re.compile(r"[%％][\s(（]*o\.?\s?w\.?\s?f\.?[\s)）]*", re.IGNORECASE)


@dataclass(frozen=True, eq=False)
class RecipeBatches:
    """The batches of recipes, and what was made of each product at each process.

    Attributes
    ----------
    table : FactoryTable
    index : dict of str to int
        First row of each batch.
    repeated : dict of str to int
        Second row of each batch that has several.
    group : ndarray of intp, shape (rows,)
        Product and process of each batch.
    first : ndarray of intp, shape (groups,)
        First row of each group.
    input : ndarray of float, shape (rows,)
        NaN where it is not known or no mass. [kg]
    output : ndarray of float, shape (groups,)
        Sum of the outputs, rework apart. [`units`]
    units : list of str, shape (groups,)
    rework : ndarray of bool, shape (rows,)
    """

    table: FactoryTable
    index: dict[str, int]
    repeated: dict[str, int]
    group: IndexArray
    first: IndexArray
    input: FloatArray
    output: FloatArray
    units: list[str]
    rework: BoolArray

    def cell(self, group: int, column: str) -> str:
        """Return a text of the first row of a group."""
        return self.table.texts(column)[int(self.first[group])]


@dataclass(frozen=True, eq=False)
class Recipes:
    """The table `recipes`. Arrays have the shape (rows,).

    Attributes
    ----------
    table : FactoryTable
    batch, chemical : ndarray of intp
        Row of the batch and of the chemical in their tables; -1 after a problem.
    kg : ndarray of float
        NaN after a problem. [kg]
    """

    table: FactoryTable
    batch: IndexArray
    chemical: IndexArray
    kg: FloatArray


def read_recipe_batches(table: FactoryTable, problems: list[Problem]) -> RecipeBatches:
    """Interpret the table `batches` without its times.

    Parameters
    ----------
    table : FactoryTable
    problems : list of Problem
        Problems are appended.
    """
    table.require(BATCH_COLUMNS, problems)
    rework = np.array(table.yes("rework", problems), dtype=bool)
    product, process = factorize(table.texts("product")), factorize(table.texts("process"))
    amounts, row_units = batch_masses(table, product, problems)
    first, group = group_rows(product, process)
    made = np.where(rework, 0.0, np.nan_to_num(amounts["output"]))
    output = sum_by_group(made, group, len(first))
    units = row_units.tolist()
    index, repeated = dict[str, int](), dict[str, int]()
    for row, name in enumerate(table.texts("batch")):
        if index.setdefault(name, row) != row:
            repeated.setdefault(name, row)
    in_kg = np.where(np.array([unit == "kg" for unit in units], dtype=bool), amounts["input"], np.nan)
    of_group = [units[row] for row in first.tolist()]
    return RecipeBatches(table, index, repeated, group.astype(np.intp), first, in_kg, output, of_group, rework)


def read_recipes(table: FactoryTable, stock: Stock, batches: RecipeBatches, problems: list[Problem]) -> Recipes:
    """Interpret the table `recipes`, and convert its doses to kg.

    Parameters
    ----------
    table : FactoryTable
    stock : Stock
    batches : RecipeBatches
    problems : list of Problem
        Problems are appended.

    Returns
    -------
    Recipes

    Notes
    -----
    A dose is in kg, in % of the batch's input, or in g/L of its liquor: kg = % × input, kg = g/L × liquor, liquor = liquor
    ratio × input. `2 % o.w.f.` is 2 % of the input.
    """
    refuse_footers(table, "batch", problems)
    table.require(("batch", "chemical", "dose"), problems)
    batch = _indices(table, "batch", batches.index, problems)
    chemical = _indices(table, "chemical", stock.index, problems)
    for row in [row for row, name in enumerate(table.texts("batch")) if name in batches.repeated]:
        where = batches.table.location(batches.repeated[table.texts("batch")[row]])
        what = Message("Batch {name!r} has several rows, also {where}.", name=table.texts("batch")[row], where=where)
        table.problem(problems, row, "batch", what, Message("Give each process of a lot a batch number of its own."))
    doses, texts = table.amounts("dose", problems)
    doses = within_range(table, "dose", doses, problems)
    kind, factor = _kinds(table, texts, doses, problems)
    inputs = np.where(batch >= 0, batches.input[batch], np.nan) if len(batches.input) else np.full(table.rows, np.nan)
    litres = _litres(table, kind == OF_LIQUOR, (inputs, batch >= 0), problems)
    needs_input = (kind == OF_INPUT) & (batch >= 0) & np.isnan(inputs)
    _no_input(table, needs_input, problems)
    kg = doses * factor
    kg = np.where(kind == OF_INPUT, kg * inputs, np.where(kind == OF_LIQUOR, kg * litres / 1000, kg))
    return Recipes(table, batch, chemical, kg)


def _indices(table: FactoryTable, column: str, known: dict[str, int], problems: list[Problem]) -> IndexArray:
    """Return the row of each name in its table, -1 where it is empty or unknown; unknown ones are problems."""
    names = table.texts(column)
    other = {"batch": "batches", "chemical": "stock"}[column]
    for row, name in enumerate(names):
        if name and name not in known:
            what = Message("{name!r} is not in the table {table}.", name=name[:60], table=other)
            table.problem(problems, row, column, what, did_you_mean(name, known, Message("Add it there, or correct the name.")))
    return np.array([known.get(name, -1) for name in names], dtype=np.intp)


def _kinds(table: FactoryTable, texts: list[str], doses: FloatArray, problems: list[Problem]) -> tuple[IndexArray, FloatArray]:
    """Return what each dose counts, and the factor to kg, to a part of the input, or to g/L; NaN after a problem."""
    plain = {text: "%" if _PERCENT_OF_INPUT.fullmatch(text) else text for text in dict.fromkeys(texts)}
    known = known_units(list(plain.values()))
    found: dict[str, tuple[int, float]] = {}
    for text, name in plain.items():
        unit = known.get(name)
        if unit is not None and unit.dimensions == MASS:
            found[text] = WEIGHED, unit.factor
        elif unit is not None and _is_part_of_input(unit):
            found[text] = OF_INPUT, unit.factor
        elif unit is not None and unit.dimensions == CONCENTRATION:
            found[text] = OF_LIQUOR, unit.factor
    for row in [row for row, text in enumerate(texts) if text not in found]:
        _refuse_unit(table, row, texts[row], problems)
    pairs = [found.get(text, (WEIGHED, np.nan)) for text in texts]
    return np.array([kind for kind, _ in pairs], dtype=np.intp), np.array([factor for _, factor in pairs])


def _is_part_of_input(unit: Unit) -> bool:
    """Whether a unit is a part of the input: percent, per mille, or mass per mass. Millilitres per litre are of a bath."""
    if unit.dimensions:
        return False
    counted = counted_dimensions(unit)
    return unit.factor in (0.01, 0.001) if counted is None else counted == MASS


def _refuse_unit(table: FactoryTable, row: int, text: str, problems: list[Problem]) -> None:
    """Append the problem of a unit that no dose has."""
    column = "unit" if table.texts("unit")[row] or not text else "dose"
    cure = Message("Give the dose in kg, in % of the batch's input, or in g/L.")
    if not text:
        table.problem(problems, row, "unit", Message("The unit is missing."), cure)
    elif (unit := table.unit(row, problems, column, text)) is not None:
        what = Message("A dose in {unit!r} measures {kind}.", unit=text, kind=kind_of(unit))
        if not unit.dimensions:  # such as mL/L: a volume of the bath, whose mass nobody knows
            what = Message("A dose in {unit!r} is no part of the input by mass.", unit=text)
        table.problem(problems, row, column, what, cure)


def _litres(
    table: FactoryTable, wanted: BoolArray, batches: tuple[FloatArray, BoolArray], problems: list[Problem]
) -> FloatArray:
    """Return the liquor of the rows that need it, NaN elsewhere and after a problem. [L]

    `batches` are the input of each row's batch, and whether that is known.
    """
    inputs, known = batches
    if not wanted.any():
        return np.full(table.rows, np.nan)
    volume, ratio = np.full(table.rows, np.nan), np.full(table.rows, np.nan)
    if table.has("liquor"):
        volume = within_range(table, "liquor", table.quantities("liquor", "L", problems), problems)
    if table.has("liquor_ratio"):
        ratio = within_range(table, "liquor_ratio", _ratios(table, problems), problems)
    volumes, ratios = table.texts("liquor"), table.texts("liquor_ratio")
    for row in np.flatnonzero(wanted).tolist():
        if volumes[row] and ratios[row]:
            what = Message("This row has a liquor and a liquor ratio.")
            table.problem(problems, row, "liquor", what, Message("Keep one of them."))
        elif not volumes[row] and not ratios[row]:
            what = Message("A dose in g/L needs the liquor.")
            table.problem(problems, row, "liquor_ratio", what, Message("Give `liquor_ratio`, such as 1:8, or `liquor` in L."))
    for row in np.flatnonzero(wanted & ((volume <= 0) | (ratio <= 0))).tolist():
        column = "liquor" if volume[row] <= 0 else "liquor_ratio"
        table.problem(problems, row, column, Message("A liquor of 0 or less is none."), Message("Give what the bath held."))
    _no_input(table, wanted & known & ~np.isnan(ratio) & np.isnan(inputs), problems)
    return np.where(np.isnan(volume), ratio * inputs, volume)


def _no_input(table: FactoryTable, rows: BoolArray, problems: list[Problem]) -> None:
    """Append a problem for each dose whose batch has no input in kg."""
    for row in np.flatnonzero(rows).tolist():
        what = Message("The input of batch {name!r} is not known in kg.", name=table.texts("batch")[row])
        cure = Message("Fill in the column `input` of the table batches, or give the dose in kg or the liquor in L.")
        table.problem(problems, row, "batch", what, cure)


def _ratios(table: FactoryTable, problems: list[Problem]) -> FloatArray:
    """Return the liquor ratio of each row, NaN where it is empty: `8`, `1:8` or `8 L/kg`. [L/kg]"""
    found: dict[str, float] = {"": np.nan}
    texts = table.texts("liquor_ratio")
    for text in dict.fromkeys(texts):
        if text and (value := _ratio(text)) is not None:
            found[text] = value
    for row in [row for row, text in enumerate(texts) if text not in found]:
        what = Message("{text!r} is no liquor ratio.", text=texts[row][:60])
        cure = Message("Write 8, 1:8 or 8 L/kg; Excel may have made a time of 1:8.")
        table.problem(problems, row, "liquor_ratio", what, cure)
    return np.array([found.get(text, np.nan) for text in texts])


def _ratio(text: str) -> float | None:
    """Return a liquor ratio, None if the text is none. [L/kg]"""
    if match := _RATIO.fullmatch(text):
        return float(match[1]) if isfinite(float(match[1])) else None
    try:
        number, unit = split_quantity(text)
        if unit and parse_unit(unit).dimensions != PER_MASS:
            return None
    except UnitError:
        return None
    return number * (parse_unit(unit).factor / LITRE if unit else 1.0)
