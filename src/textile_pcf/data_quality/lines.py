"""The lines of a result with all that says how good they are: scores of amount and factor, and where both come from."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from textile_pcf.activity.row_patterns import RowKind
from textile_pcf.arrays import BoolArray, FloatArray, IndexArray, IntArray
from textile_pcf.columns import Categorical, recode, take
from textile_pcf.factors import FactorTable, Request
from textile_pcf.factors.primary_share import primary_shares
from textile_pcf.factors.table import QUALITY, FactorSheet
from textile_pcf.inventory.amount_sources import amounts_by_rule
from textile_pcf.inventory.inventory import Inventory
from textile_pcf.regions import WORLD, fallback_regions
from textile_pcf.results import Footprint
from textile_pcf.results.data_origins import data_origins
from textile_pcf.results.default_shares import gross_of_lines, ruled_rows
from textile_pcf.rules import PRODUCT, Default, RuleSet

TECHNOLOGY, GEOGRAPHY, TIME, PRECISION = range(4)
SCORES = ("TeR", "GeR", "TiR", "P")
PRIMARY = ("driver", "measured", "calculated", "supplier")
DRIVER = "driver"
NONE: IndexArray = np.empty(0, dtype=np.intp)
AGES = (0, 2, 4, 6)
"""Largest number of years between the requested year and that of the factor, for the scores 1 to 4."""


class QualityLines(NamedTuple):
    """One entry per exchange.

    Attributes
    ----------
    product : ndarray of int, shape (lines,)
    emissions : ndarray, shape (lines,)
        0 outside the boundary. [kg CO2e per product unit]
    gross : ndarray, shape (lines,)
        Absolute value without uptake; 0 outside the boundary. [kg CO2e per product unit]
    amount, factor : ndarray, shape (lines, 4)
        Scores of technology, geography, time and precision, 1 best to 5; NaN where not known.
    data_type : Categorical
        Of the amount: `driver` if it is the driver itself, empty if no type is stated.
    primary : ndarray of bool, shape (lines,)
        Whether the amount is primary data.
    factor_share : ndarray, shape (lines,)
        Share of primary data of the factor. [1]
    supplier : ndarray of int, shape (lines,)
        Product of the run that the line takes; -1 if none.
    """

    product: IndexArray
    emissions: FloatArray
    gross: FloatArray
    amount: FloatArray
    factor: FloatArray
    data_type: Categorical
    primary: BoolArray
    factor_share: FloatArray
    supplier: IndexArray


def quality_lines(result: Footprint) -> QualityLines:
    """Return the lines of a result with the scores of their amounts and factors.

    Parameters
    ----------
    result : Footprint
    """
    inventory, tables = result.inventory, result.run.factors
    data_type = _data_types(inventory)
    primary = np.array([text in PRIMARY for text in data_type.categories], dtype=bool)[data_type.codes]
    inside = inventory.inside
    gross = gross_of_lines(inventory.amount, inventory.split_values, inventory.value_index)
    return QualityLines(
        product=inventory.product,
        emissions=np.where(inside, inventory.amount * inventory.factor_totals, 0.0),
        gross=np.where(inside, gross, 0.0),
        amount=_amount_scores(inventory),
        factor=_factor_scores(inventory, tables),
        data_type=data_type,
        primary=primary,
        factor_share=take(_factor_shares(inventory, tables), inventory.matches.request),
        supplier=inventory.supplier,
    )


def _data_types(inventory: Inventory) -> Categorical:
    """Return the data type of each amount; `driver` where the amount is the driver itself."""
    activity, quantities = inventory.activity, inventory.quantities
    column = data_origins(activity, quantities)["data_type"]
    by_rule = amounts_by_rule(activity, quantities)
    is_driver = by_rule & ~ruled_rows(activity, quantities)
    return recode(np.where(is_driver, len(column.categories), column.codes), [*column.categories, DRIVER])


def _amount_scores(inventory: Inventory) -> FloatArray:
    """Return the scores of each amount: those of its row, or those that the rule states of its number."""
    numbers, row = inventory.activity.columns.numbers, inventory.source_row
    scores = np.full((len(row), len(QUALITY)), np.nan)
    stated = row >= 0
    for column, name in enumerate(QUALITY):
        if name in numbers:
            scores[stated, column] = numbers[name][row[stated]]
    rules, entry = inventory.activity.rules, inventory.rule_number
    for spec in rules.flows:
        ratings = _rule_ratings(rules, spec.default)
        lines = np.flatnonzero((inventory.flow == spec.index) & (entry >= 0)) if len(ratings) else NONE
        scores[lines] = ratings[entry[lines]]
    return scores


def _rule_ratings(rules: RuleSet, default: Default | None) -> FloatArray:
    """Return the ratings of the numbers of a value of the rule, shape (entries, 4); no rows if it states none."""
    if default is not None and default.reference >= 0:
        default = rules.properties[default.reference].default
    if default is None or default.reference >= 0 or not any(default.spreads):
        return np.empty((0, len(QUALITY)))
    unknown = (np.nan,) * len(QUALITY)
    return np.array([unknown if spread is None else spread.ratings for spread in default.spreads], dtype=np.float64)


def _factor_scores(inventory: Inventory, tables: FactorTable) -> FloatArray:
    """Return the scores of each factor: as its row states them, never better than the match allows; none for links."""
    matches = inventory.matches
    stated = np.full((len(matches.requests), len(QUALITY)), np.nan)
    derived = np.full((len(matches.requests), 2), np.nan)
    for number, (match, request) in enumerate(zip(matches.matches, matches.requests, strict=True)):
        if match is not None:
            sheet = tables.tables[match.table]
            stated[number] = [sheet.numbers[name][match.row] for name in QUALITY]
            derived[number] = _geography(sheet, match.row, request), _time(sheet, match.row, request)
    scores, found = stated[matches.request], derived[matches.request]
    found[~_region_wanted(inventory), 0] = np.nan
    both = [GEOGRAPHY, TIME]
    scores[:, both] = np.fmax(scores[:, both], found)
    scores[inventory.supplier >= 0] = np.nan
    return scores


def _geography(sheet: FactorSheet, row: int, request: Request) -> float:
    """Return the score of the region of a factor for the requested region; NaN if they have nothing in common."""
    region = sheet.texts["region"][row]
    if region not in fallback_regions(request.region):
        return np.nan
    country = fallback_regions(request.region)[:2]
    if region == request.region or (region in country and request.region.startswith(f"{region}-")):
        return 1.0
    return 3.0 if region == WORLD else 2.0


def _time(sheet: FactorSheet, row: int, request: Request) -> float:
    """Return the score of the year of a factor for the requested year; NaN if one is not stated."""
    year = int(sheet.texts["year"][row] or 0)
    if not (year and request.year):
        return np.nan
    return 1.0 + int(np.searchsorted(AGES, abs(year - request.year)))


def _region_wanted(inventory: Inventory) -> BoolArray:
    """Return whether a region is requested at each exchange: by its row, its stage, the rule or the product.

    Without one the world is taken, and the match says nothing about the region.
    """
    activity, flows = inventory.activity, inventory.activity.exchanges
    matches = inventory.matches
    world = take(np.array([request.region == WORLD for request in matches.requests], dtype=bool), matches.request)
    world &= np.array([name == WORLD for name in activity.regions], dtype=bool)[flows.region]  # no part of a supply table
    if not world.any():
        return np.ones(len(world), dtype=bool)
    region = activity.columns.texts["region"]
    says = np.array([text == WORLD for text in region.categories], dtype=bool)[region.codes]
    by_row = (flows.row >= 0) & np.append(says, False)[flows.row]
    by_rule = np.array([spec.region == WORLD for spec in activity.rules.stages], dtype=bool)
    stage = np.array([spec.stage for spec in activity.rules.flows], dtype=np.intp)[flows.flow]
    return np.asarray(~world | by_row | by_rule[stage] | _wanted_by_stage_rows(inventory, says, stage))


def _wanted_by_stage_rows(inventory: Inventory, says: BoolArray, stage: IndexArray) -> BoolArray:
    """Return whether a row of the stage or of the product of each exchange names the world."""
    activity = inventory.activity
    rows, product = activity.rows, activity.columns.texts["product"].codes
    patterns = rows.patterns
    naming = np.flatnonzero(says & (patterns.row_kind[rows.pattern] == RowKind.STAGE))
    owner: IntArray = patterns.stage[rows.pattern[naming]]
    of_product = np.isin(inventory.product, product[naming[owner == PRODUCT]])
    count = len(activity.rules.stages)
    keys = product[naming].astype(np.int64) * count + owner
    return np.asarray(of_product | np.isin(inventory.product * count + stage, keys[owner != PRODUCT]))


def _factor_shares(inventory: Inventory, tables: FactorTable) -> FloatArray:
    """Return the share of primary data of the factor of each request, 0 where none is stated. [1]"""
    columns = [primary_shares(table.texts["primary_data_share"]) for table in tables.tables]
    pairs = inventory.matches.factor_rows.tolist()
    return np.array([columns[table][row] if table >= 0 else 0.0 for table, row in pairs], dtype=np.float64)
