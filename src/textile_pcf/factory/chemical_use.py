"""Stock and recipes to the use of chemicals per product: the main path of `tp.factory.chemicals` on one page.

The stock says what was used of each chemical, the recipes say by which product. What no recipe took remains, and is spread by
an option only. Each chemical has the factor that a person, its CAS number or an equal name gives it, or none.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any, TypedDict, Unpack

import numpy as np

from textile_pcf.arrays import FloatArray
from textile_pcf.errors import InputError, Problem, UsageError, wrong_type
from textile_pcf.factors import FactorTable, load_factors, separate_sources
from textile_pcf.factory.chemical_map import ChemicalMap, read_chemical_map
from textile_pcf.factory.chemical_matching import ChemicalMatch, given_without_factor, map_row, match_chemicals
from textile_pcf.factory.chemical_rows import (
    ChemicalUse,
    balance_rows,
    chemical_activity,
    level_sums,
    match_rows,
    missing_rows,
    product_rows,
)
from textile_pcf.factory.percentages import tolerance_of
from textile_pcf.factory.recipes import BATCH_COLUMNS, RecipeBatches, Recipes, read_recipe_batches, read_recipes
from textile_pcf.factory.results import FactoryResult, RowsView
from textile_pcf.factory.sharing import EXACT, check_sums, sum_by_group
from textile_pcf.factory.stock import Stock, read_stock
from textile_pcf.factory.tables import read_factory_tables
from textile_pcf.messages.message import Message
from textile_pcf.units.number_text import is_year, year_text


@dataclass(frozen=True, eq=False)
class ChemicalOptions:
    """Checked options of a run: `require` and `tolerance` as parts of 1."""

    require: float
    tolerance: float
    spread: bool
    year: str


class GivenOptions(TypedDict, total=False):
    """Options of `chemicals`, as they are given."""

    require: str | None
    tolerance: str | None
    spread: str | None
    year: int | str | None


def chemicals(stock: Any, recipes: Any, batches: Any, chemical_map: Any = None, *, factors: Any = None,
              **options: Unpack[GivenOptions]) -> FactoryResult:  # fmt: skip
    r"""Return the chemicals that each product used, from stock and recipes, and the factor of each chemical.

    Parameters
    ----------
    stock : path, DataFrame, pyarrow Table or list of dict
        `chemical, opening, purchased, closing, other, unit, item, cas, active, …`, one row for each chemical.
    recipes : path, DataFrame, pyarrow Table or list of dict
        `batch, chemical, dose, unit, liquor_ratio, liquor`: doses in kg, % of the batch's input, or g/L.
    batches : path, DataFrame, pyarrow Table or list of dict
        `batch, product, process, input, output, unit, rework`; times are not needed.
    chemical_map : path, DataFrame, pyarrow Table or list of dict, optional
        `chemical` or `cas` or `name`, with `item, active, level, reason`: factors that a person chose.
    factors : str, Path, FactorTable or list of them, optional
        The only tables asked; `default` where none is named.
    **options
        `require`: part of the consumption, by mass, that must have a factor, `"100 %"` by default. `tolerance`: part of it by
        which recipes may differ, `"5 %"` by default. `spread="recipe"`: what no recipe took is spread in proportion to the
        recipes. `year` of the activity rows.

    Returns
    -------
    FactoryResult
        With the tables `balance`, `products`, `matches`, `levels`, `coverage` and `missing`, and activity rows.

    Raises
    ------
    InputError
        With every problem of the tables; also where recipes use more than there was, and where the coverage is too low.
    UsageError
        An option is none, or a file or a table of factors does not exist.

    Notes
    -----
    Consumption :math:`c` = opening + purchased − closing − other. The recipes take :math:`r = \sum` dose; the relative
    difference is :math:`(r - c) / c`.

    Examples
    --------
    100 kg of fabric, salt 60 g/L at a liquor ratio of 1:8, and a salt of which the map says that brine stands for it:

    >>> result = chemicals(
    ...     [{"chemical": "salt", "opening": 10, "purchased": 50, "closing": 12, "unit": "kg"}],
    ...     [{"batch": "B1", "chemical": "salt", "dose": "60 g/L", "liquor_ratio": "1:8"}],
    ...     [{"batch": "B1", "product": "A", "process": "dyeing", "input": 100, "output": 98, "unit": "kg"}],
    ...     [{"chemical": "salt", "item": "sodium_chloride_brine", "level": "proxy", "reason": "the only open value"}])
    >>> [(row["consumption"], row["recipes"], row["relative"]) for row in result["balance"]]
    [(48.0, 48.0, 0.0)]
    >>> result["coverage"], [(row["flow"], row["amount"], row["item"]) for row in result.activity]
    (1.0, [('output', 98.0, ''), ('chemicals', 48.0, 'sodium_chloride_brine')])
    """
    checked = _options(**options)
    sources = {"stock": stock, "recipes": recipes, "batches": batches, "map": chemical_map}
    for name in [name for name, source in sources.items() if source is None and name != "map"]:
        raise wrong_type(name, None, "a table", "Give a path, a pandas DataFrame, or a list of rows.")
    named = factor_tables(factors)
    tables = read_factory_tables(sources, {"batches": BATCH_COLUMNS})
    problems: list[Problem] = []
    held, made = read_stock(tables["stock"], problems), read_recipe_batches(tables["batches"], problems)
    used = read_recipes(tables["recipes"], held, made, problems)
    mapped = read_chemical_map(tables["map"], problems) if "map" in tables else None
    matches = match_chemicals(held, mapped, named.tables, problems)
    if problems:
        raise InputError(problems)
    use = _use(held, used, made, matches, checked)
    _check(use, checked, problems)
    if problems:
        raise InputError(problems)
    warnings = [note for table in tables.values() for note in table.table.notes]
    warnings += [*_differences(use, checked), *given_without_factor(held, mapped, matches), *_unused(use, mapped)]
    return FactoryResult(_tables(use), RowsView(partial(chemical_activity, use, checked.year)), tuple(warnings))


def factor_tables(factors: Any) -> FactorTable:
    """Return the tables that are asked: those named, else `default`.

    Parameters
    ----------
    factors : str, Path, FactorTable, DataFrame or list of them, optional
    """
    return load_factors(*separate_sources(factors))


def _options(
    require: str | None = None, tolerance: str | None = None, spread: str | None = None, year: int | str | None = None
) -> ChemicalOptions:
    """Return checked options."""
    part = tolerance_of(require, "coverage_required")
    if part > 1:
        what = Message("No more than 100% can have a factor, and {text} is required.", text=str(require))
        raise UsageError([Problem("require", what, Message("Give up to 100%."), code="usage")])
    if spread not in (None, "recipe"):
        what = Message("{text!r} is no way to spread chemicals.", text=str(spread)[:60])
        raise UsageError([Problem("spread", what, Message("Write recipe, or leave it out."), code="usage")])
    return ChemicalOptions(part, tolerance_of(tolerance, "recipe_tolerance"), spread == "recipe", checked_year(year))


def checked_year(year: int | str | None) -> str:
    """Return a year as four digits, empty where none is given.

    Parameters
    ----------
    year : int, str or None

    Raises
    ------
    UsageError
        It is no year.

    Examples
    --------
    >>> checked_year(2024), checked_year(None)
    ('2024', '')
    """
    text = "" if year is None else year_text(str(year))
    if text and not is_year(text):
        what = Message("{text!r} is not a year.", text=str(year)[:60])
        raise UsageError([Problem("year", what, Message("Write four digits, such as 2024."), code="usage")])
    return text


def _use(
    stock: Stock, recipes: Recipes, batches: RecipeBatches, matches: list[ChemicalMatch], options: ChemicalOptions
) -> ChemicalUse:
    """Return what each product took of each chemical, after a check that products and remainder are the consumption."""
    count = stock.table.rows
    taken = sum_by_group(recipes.kg, recipes.chemical, count)
    scale = np.ones(count)
    if options.spread:
        np.divide(stock.consumption, taken, out=scale, where=taken > 0)
    groups = len(batches.first)
    pair = batches.group[recipes.batch] * count + recipes.chemical if count and groups else np.zeros(0, dtype=np.intp)
    known, line = np.unique(pair, return_inverse=True)
    chemical = (known % count).astype(np.intp) if count else known.astype(np.intp)
    kg = sum_by_group(recipes.kg, line.astype(np.intp), len(known)) * scale[chemical]
    spread = sum_by_group(kg, chemical, count)
    remainder = np.where(scale * taken > 0, stock.consumption - spread, stock.consumption)
    remainder = np.where(np.abs(remainder) <= EXACT * stock.consumption, 0.0, remainder)
    check_sums(spread + remainder, stock.consumption, spread + np.abs(remainder), "products + remainder = consumption")
    group = (known // count).astype(np.intp) if count else chemical
    data_type = "calculated" if options.spread else "measured"
    return ChemicalUse(stock, recipes, batches, tuple(matches), group, chemical, kg, taken, remainder, data_type)


def _check(use: ChemicalUse, options: ChemicalOptions, problems: list[Problem]) -> None:
    """Append problems: recipes above the consumption, products without an output, and a coverage that is too low."""
    stock = use.stock
    consumption: FloatArray = stock.consumption
    for row in np.flatnonzero(use.taken > consumption * (1 + options.tolerance) * (1 + EXACT)).tolist():
        what = "The recipes take {part:.10g} kg of {name!r}, and {whole:.10g} kg were used."
        message = Message(what, part=float(use.taken[row]), name=stock.chemicals[row], whole=float(consumption[row]))
        cure = Message("Correct the doses or the stock, or allow more with the tolerance.")
        stock.table.problem(problems, row, "closing", message, cure)
    for group in np.unique(use.group[use.batches.output[use.group] <= 0]).tolist():
        product, process = use.batches.cell(group, "product"), use.batches.cell(group, "process")
        what = Message("Product {product!r} uses chemicals at {process!r} and has no output.", product=product, process=process)
        cure = Message("Give the first-quality output of its batches; rework counts at the first batch.")
        use.batches.table.problem(problems, int(use.batches.first[group]), "output", what, cure)
    if use.coverage is not None and use.coverage < options.require - EXACT:
        _refuse_coverage(use, options, problems)


def _refuse_coverage(use: ChemicalUse, options: ChemicalOptions, problems: list[Problem]) -> None:
    """Append the problem of the coverage, and one for each chemical without a factor."""
    table = use.stock.table
    what = "Factors cover {part:.10g} % of the consumption by mass, and {whole:.10g} % are required."
    message = Message(what, part=round((use.coverage or 0.0) * 100, 6), whole=options.require * 100)
    cure = Message("Name factors for the chemicals below, or require less, such as 0%, to see the report.")
    problems.append(Problem(table.table.name, message, cure, code=table.title))
    for missing in missing_rows(use):
        row = use.stock.index[missing["chemical"]]
        what = "{name!r} has no factor: {amount:.10g} kg, {share:.1%} of the consumption."
        message = Message(what, name=missing["chemical"], amount=missing["kg"], share=missing["share"])
        cure = Message("Add it to the map with a level and a reason, or give `item` or a CAS number.")
        if missing["candidates"]:
            text = "Add it to the map with a level and a reason; candidates are {items}."
            cure = Message(text, items=", ".join(missing["candidates"]))
        table.problem(problems, row, "item", message, cure)


def _differences(use: ChemicalUse, options: ChemicalOptions) -> list[Message]:
    """Return a warning for each chemical if the recipes take less than was used, beyond the tolerance."""
    consumption, warnings = use.stock.consumption, []
    for row in np.flatnonzero(use.taken < consumption * (1 - options.tolerance) * (1 - EXACT)).tolist():
        what = "The recipes take {part:.10g} of {whole:.10g} kg of {name!r} ({relative:.1%}); no product has {left:.10g} kg."
        values = {"part": float(use.taken[row]), "whole": float(consumption[row]), "left": float(use.remainder[row])}
        relative = float((use.taken[row] - consumption[row]) / consumption[row])
        warnings.append(Message(what, name=use.stock.chemicals[row], relative=relative, **values))
    return warnings


def _unused(use: ChemicalUse, chemical_map: ChemicalMap | None) -> list[Message]:
    """Return warnings on batches without a recipe, and on rows of the map that speak of no chemical of the stock."""
    warnings = []
    with_recipe = np.zeros(use.batches.table.rows, dtype=bool)
    with_recipe[use.recipes.batch] = True
    without = np.flatnonzero(~with_recipe & ~use.batches.rework)
    if len(without):
        name = use.batches.table.texts("batch")[int(without[0])]
        what = "Batches without a recipe: {count} of {number}, such as {name!r}. Their output counts."
        warnings.append(Message(what, count=len(without), number=use.batches.table.rows, name=name))
    if chemical_map is not None:
        spoken = {map_row(use.stock, row, chemical_map) for row in range(use.stock.table.rows)}
        idle = chemical_map.table.rows - len(spoken - {None})
        if idle:
            warnings.append(Message("Rows of the map that speak of no chemical of the stock: {count}.", count=idle))
    return warnings


def _tables(use: ChemicalUse) -> dict[str, Any]:
    """Return the tables of the JSON."""
    return {
        "balance": RowsView(partial(balance_rows, use)),
        "products": RowsView(partial(product_rows, use)),
        "matches": RowsView(partial(match_rows, use)),
        "levels": level_sums(use),
        "coverage": use.coverage,
        "missing": RowsView(partial(missing_rows, use)),
    }
