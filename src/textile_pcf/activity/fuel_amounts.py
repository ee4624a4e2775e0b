"""Amounts of fuels in another measure than their flow: kg, m3 or net energy, by cited heating values and densities."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from textile_pcf.activity.columns import ActivityColumns
from textile_pcf.activity.row_patterns import InvalidRow, RowKind, RowPattern
from textile_pcf.arrays import BoolArray, IndexArray, IntArray
from textile_pcf.factors.fuels import ENERGY, MASS, VOLUME, convert_fuel, fuel_items, fuel_of, reference_enthalpy
from textile_pcf.messages.message import Message
from textile_pcf.methods import steam_heat
from textile_pcf.rules import PRODUCT, FlowSpec, RuleSet
from textile_pcf.units import Conversion, Unit, UnitError, convert, parse_unit, split_quantity

KEYS = ("stage", "flow", "item", "region", "enthalpy")
"""Columns that say which fuel a row is of."""
MEASURES = (MASS, VOLUME, ENERGY)
NO_REGION, SEVERAL = -1, -2
"""Codes of a product that names no region for itself and its stages, or more than one."""
Dimensions = tuple[tuple[str, int], ...]


class FuelKey(NamedTuple):
    """The fuel of a row.

    Attributes
    ----------
    item : str
        Item of its factor.
    region : str
        Where it is burnt; empty if that is unknown.
    enthalpy : str
        Enthalpy of steam as written; else empty. [kJ/kg where no unit is written]
    """

    item: str
    region: str
    enthalpy: str


def fuel_codes(cells: ActivityColumns, rules: RuleSet, rows: IndexArray) -> IntArray:
    """Return a code of item and region in rows of fuels, whose meaning may depend on them; 0 in other rows.

    Parameters
    ----------
    cells : ActivityColumns
    rules : RuleSet
    rows : ndarray of intp, shape (rows,)
        Rows to code.
    """
    if not has_fuels(cells, rules):
        return np.zeros(len(rows), dtype=np.int64)
    items, regions, flows, steam = (cells.texts[name] for name in ("item", "region", "flow", "enthalpy"))
    kinds = cells.pattern_items  # links may be many
    has_enthalpy = [*map(bool, steam.categories), False]
    is_fuel = [*map(fuel_items().__contains__, kinds.categories), False]
    of_flow = [*map(_flows_of_fuels(rules).__contains__, flows.categories), False]
    kind = kinds.codes[rows]
    is_empty = [*(not text for text in kinds.categories), True]
    by_rule = _at(is_empty, kind) & _at(of_flow, flows.codes[rows])
    chosen = _at(is_fuel, kind) | by_rule | _at(has_enthalpy, steam.codes[rows])
    code = (items.codes[rows].astype(np.int64) + 1) * (len(regions.categories) + 1) + regions.codes[rows] + 1
    code = code * (len(steam.categories) + 1) + steam.codes[rows]
    return np.where(chosen, code + 1, 0)


def has_fuels(cells: ActivityColumns, rules: RuleSet) -> bool:
    """Return whether the meaning of some row may depend on its item and region: its item, or that of the rule, is a fuel."""
    named = not fuel_items().isdisjoint(cells.pattern_items.categories)
    if named or not _flows_of_fuels(rules).isdisjoint(cells.texts["flow"].categories):
        return True
    return "enthalpy" in cells.table.columns and any(cells.texts["enthalpy"].categories)


@lru_cache(maxsize=32)
def _flows_of_fuels(rules: RuleSet) -> frozenset[str]:
    """Return the ids of the flows for which the rule names a fuel."""
    return frozenset(spec.id for spec in rules.flows if fuel_of(spec.factor or "") is not None)


def _at(flags: list[bool], codes: IntArray) -> BoolArray:
    """Return the flag of each code."""
    return np.array(flags, dtype=bool)[codes]


def split_by_region(
    cells: ActivityColumns, rules: RuleSet, first: IndexArray, pattern: IndexArray, codes: IntArray
) -> IntArray | None:
    """Return by which region the amount of each row is converted; None where that is the same for all rows.

    It is that of the product of the row, which patterns do not hold.

    Parameters
    ----------
    cells : ActivityColumns
    rules : RuleSet
    first : ndarray of intp, shape (patterns,)
        First row of each pattern.
    pattern : ndarray of intp, shape (rows,)
    codes : ndarray of int, shape (patterns,)
        From `fuel_codes`.
    """
    asks = np.zeros(len(first), dtype=bool)
    asks[[place for place in codes.nonzero()[0].tolist() if _asks_for_region(cells, rules, int(first[place]))]] = True
    if not asks.any():
        return None
    of_row = product_regions(cells)[cells.texts["product"].codes]
    found = np.where(asks[pattern], of_row - SEVERAL + 1, 0)
    return found if len(np.unique(found[found > 0])) > 1 else None


def _asks_for_region(cells: ActivityColumns, rules: RuleSet, row: int) -> bool:
    """Whether a row of a fuel names no region, and gives it in another measure than its flow."""
    category, index = rules.names.get(cells.text("stage", row), {}).get(cells.text("flow", row), ("", -1))
    if category != "flow" or cells.text("region", row):
        return False
    spec = rules.flows[index]
    try:
        unit = parse_unit(cells.text("unit", row), rules.unit_names)
    except UnitError:
        return False
    return any(measures_fuel(spec, unit, ratio) for ratio in (spec.ratio_unit, spec.unit / rules.product_unit))


def product_regions(cells: ActivityColumns) -> IntArray:
    """Return the code of the only region that rows without a flow name in each product, NO_REGION or SEVERAL.

    The last is that of rows without a product.
    """
    flows, regions, products = (cells.texts[name] for name in ("flow", "region", "product"))
    has_no_flow = np.array([*(not text for text in flows.categories), True], dtype=bool)
    is_named = np.array([*map(bool, regions.categories), False], dtype=bool)
    rows = np.flatnonzero(has_no_flow[flows.codes] & is_named[regions.codes])
    product, region = products.codes[rows], regions.codes[rows].astype(np.int64)
    found = np.full(len(products.categories) + 1, NO_REGION, dtype=np.int64)
    found[product] = region
    found[product[found[product] != region]] = SEVERAL
    return found


def fuel_keys(cells: ActivityColumns, rules: RuleSet, rows: IndexArray, codes: IntArray) -> list[FuelKey | None]:
    """Return item and region of rows of fuels, None for other rows.

    Parameters
    ----------
    cells : ActivityColumns
    rules : RuleSet
    rows : ndarray of intp, shape (rows,)
    codes : ndarray of int, shape (rows,)
        From `fuel_codes`.
    """
    keys: list[FuelKey | None] = [None] * len(rows)
    chosen = codes.nonzero()[0]
    if not len(chosen):
        return keys
    texts = [
        map(column.categories.__getitem__, column.codes[rows[chosen]].tolist()) for column in map(cells.texts.__getitem__, KEYS)
    ]
    of_product = product_regions(cells)[cells.texts["product"].codes[rows[chosen]]].tolist()
    named = cells.texts["region"].categories
    for place, region, row in zip(chosen.tolist(), of_product, zip(*texts, strict=True), strict=True):
        of_stages = {NO_REGION: "", SEVERAL: None}.get(region)
        keys[place] = _key(rules, row, named[region] if region >= 0 else of_stages)
    return keys


def _key(rules: RuleSet, row: tuple[str, ...], of_product: str | None) -> FuelKey | None:
    """Return item and region of a row of `KEYS`: its own region, or the only one that its product and the rule name.

    `of_product` is the only region that the product names, "" where it names none, None where it names several.
    """
    stage, flow, item, region, enthalpy = row
    category, index = rules.names.get(stage, {}).get(flow, ("", -1))
    if category != "flow":
        return None
    spec = rules.flows[index]
    if not region and of_product is not None:
        of_rule = (rules.stages[spec.stage].region if spec.stage != PRODUCT else None) or ""
        region = "" if of_rule and of_product and of_rule != of_product else of_product or of_rule
    return FuelKey(item or spec.factor or "", region, enthalpy)


def convert_fuel_amount(spec: FlowSpec, unit: Unit, ratio_unit: Unit, fuel: FuelKey) -> tuple[Conversion, Message] | None:
    """Return the conversion of an amount to the canonical value of its flow, with the values that it rests on.

    Parameters
    ----------
    spec : FlowSpec
        The flow.
    unit : Unit
        Unit of the amount: a measure of the fuel, or this per driver.
    ratio_unit : Unit
        Unit of the flow's value.
    fuel : FuelKey
        The fuel.

    Returns
    -------
    tuple of (Conversion, Message) or None
        None where the unit is no measure of the fuel, or no heating value is cited.
    """
    counted = spec.unit.dimensions
    if counted not in MEASURES:
        return None
    for measure in MEASURES:
        whole = unit.dimensions == measure
        if not whole and unit.dimensions != _instead(ratio_unit, counted, measure):
            continue
        conversion = convert_fuel(fuel.item, fuel.region, measure, counted)
        if conversion is None:
            return None
        scale = ratio_unit.factor / spec.unit.factor if whole else 1.0
        return Conversion(unit.factor * conversion.factor * scale), conversion.text
    return None


def convert_steam(spec: FlowSpec, unit: Unit, ratio_unit: Unit, enthalpy: str) -> Conversion | None:
    """Return the conversion of a mass of steam to heat, by its enthalpy above that of water at 20 °C.

    Parameters
    ----------
    spec : FlowSpec
        The flow.
    unit : Unit
        Unit of the amount: a mass, or a mass per driver.
    ratio_unit : Unit
        Unit of the flow's value.
    enthalpy : str
        Enthalpy of the steam. [kJ/kg where no unit is written]

    Returns
    -------
    Conversion or None
        None where the flow counts no energy, or the amount is no mass.

    Raises
    ------
    UnitError
        The enthalpy is none, or no more than that of cold water.
    """
    whole = unit.dimensions == MASS
    if spec.unit.dimensions != ENERGY or not (whole or unit.dimensions == _instead(ratio_unit, ENERGY, MASS)):
        return None
    amount, text = split_quantity(enthalpy)
    given = parse_unit(text or "kJ/kg")
    conversion = convert(given, parse_unit("MJ/kg"))
    heat = None if conversion is None or conversion.inverse else amount * conversion.factor
    if heat is None or heat <= reference_enthalpy():
        what = Message("{text!r} is no enthalpy of steam.", text=enthalpy)
        raise UnitError(what, Message("Give the enthalpy of the steam, about 2700 to 3400 kJ/kg."))
    of_steam = steam_heat(steam_enthalpy=np.array(heat), reference_enthalpy=np.array(reference_enthalpy()))
    scale = ratio_unit.factor / spec.unit.factor if whole else 1.0
    return Conversion(unit.factor * float(of_steam) * scale)


def measures_fuel(spec: FlowSpec, unit: Unit, ratio_unit: Unit) -> bool:
    """Return whether a unit is another measure of a fuel than that of its flow."""
    counted = spec.unit.dimensions
    others = [measure for measure in MEASURES if measure != counted]
    return counted in MEASURES and any(
        unit.dimensions in (measure, _instead(ratio_unit, counted, measure)) for measure in others
    )


def steam_row(spec: FlowSpec, unit: Unit, ratio_unit: Unit, enthalpy: str, basis: int) -> RowPattern | InvalidRow:
    """Interpret a row of steam by mass with its enthalpy."""
    try:
        conversion = convert_steam(spec, unit, ratio_unit, enthalpy)
    except UnitError as error:
        return InvalidRow(error.what, error.cure, "enthalpy", "bad-enthalpy")
    if conversion is None:
        what = Message(
            "An enthalpy turns a mass of steam into heat; here are {unit} of {flow!r}.", unit=unit.text, flow=spec.id
        )
        return InvalidRow(what, "Leave it empty.", "enthalpy", "bad-enthalpy")
    note = Message("its enthalpy {enthalpy} less that of water", enthalpy=enthalpy)
    return RowPattern(RowKind.FLOW, spec.stage, spec.index, basis, conversion, unit=unit, note=note)


def no_heating_value(text: str, spec: FlowSpec, fuel: FuelKey) -> InvalidRow:
    """Say that no heating value or density is known that turns a unit into that of the flow."""
    what = "{text!r} of {item} cannot be turned into {unit}: no heating value or density is cited for {region}."
    place = fuel.region or Message("an unknown region")
    cure = Message("Give it in {unit}, or name the region of the fuel in the column `region`.", unit=spec.unit.text)
    shown = Message(what, text=text, item=fuel.item, unit=spec.unit.text, region=place)
    return InvalidRow(shown, cure, "unit", "no-heating-value")


def _instead(ratio: Unit, counted: Dimensions, measure: Dimensions) -> Dimensions:
    """Return the dimensions of a ratio with another measure in the place of what is counted."""
    powers = dict(ratio.dimensions)
    for name, power, sign in (*((name, power, -1) for name, power in counted), *((name, power, 1) for name, power in measure)):
        powers[name] = powers.get(name, 0) + sign * power
    return tuple(sorted((name, power) for name, power in powers.items() if power))
