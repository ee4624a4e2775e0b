"""Amounts per length of fabric (kWh/百米) as amounts per kg, where grammage and width of the product are given."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

import numpy as np

from textile_pcf.activity.columns import ActivityColumns
from textile_pcf.arrays import BoolArray, FloatArray, IndexArray
from textile_pcf.columns import Categorical
from textile_pcf.errors import Problem
from textile_pcf.messages.message import JoinedMessage, Message
from textile_pcf.rules import FlowSpec, RuleSet
from textile_pcf.units import Unit, UnitError, convert, parse_unit
from textile_pcf.units.pint_registry import UnitNames

LENGTH = "length"
WEIGHED_BY = ("grammage", "width")
"""Properties of the product that give the mass of a metre."""


@lru_cache(maxsize=4096)
def _unit_per_length(text: str, names: UnitNames | None) -> Unit | None:
    """Return the unit that a text means if it is per a length; None for others."""
    try:
        unit = parse_unit(text, names)
    except UnitError:
        return None
    return unit if dict(unit.dimensions).get(LENGTH) == -1 else None


def is_per_length(text: str, rules: RuleSet) -> bool:
    """Return whether a unit is per length, so that `convert_per_length` may change its rows."""
    return "/" in text and _unit_per_length(text, rules.unit_names) is not None


def convert_per_length(cells: ActivityColumns, rules: RuleSet) -> ActivityColumns:
    """Convert amounts of flows that are per length of fabric into amounts per kg.

    The mass of a metre is that of the product: grammage times width, as for an output in metres. Nothing is changed where the
    rule itself counts a flow per length.

    Parameters
    ----------
    cells : ActivityColumns
    rules : RuleSet

    Returns
    -------
    ActivityColumns
        With a note on each unit that was converted, and a problem for each product whose metre cannot be weighed.
    """
    column = cells.texts["unit"]
    units = {code: unit for code, text in enumerate(column.categories)
             if "/" in text and (unit := _unit_per_length(text, rules.unit_names)) is not None}  # fmt: skip
    found = [(rows, units[code], spec) for code in units for rows, spec in _flows(cells, rules, code, units[code])]
    if not found:
        return cells
    mass = _mass_per_metre(cells, rules)
    amounts, codes, names = cells.numbers["amount"].copy(), column.codes.copy(), list(column.categories)
    problems: list[Problem] = []
    notes: list[str] = []
    for rows, unit, spec in found:
        per_kg = f"{spec.unit.text}/kg"
        amounts[rows] *= unit.factor / spec.unit.factor / mass[cells.texts["product"].codes[rows]]
        names += [per_kg] if per_kg not in names else []
        codes[rows] = names.index(per_kg)
        problems += _unweighed(cells, rows[np.isnan(amounts[rows])], unit, per_kg)
        cells.invalid[rows[np.isnan(amounts[rows])]] = True
        notes.append(Message("{flow}: {unit} was read as {per_kg}, by grammage and width of the product.", flow=JoinedMessage(
            (rules.stage_id(spec.stage), spec.id), "."), unit=unit.text, per_kg=per_kg))  # fmt: skip
    table = replace(cells.table, notes=(*cells.table.notes, *notes))
    return replace(cells, table=table, numbers={**cells.numbers, "amount": amounts}, units=Categorical(codes, tuple(names)),
                   problems=(*cells.problems, *problems))  # fmt: skip


def _flows(cells: ActivityColumns, rules: RuleSet, code: int, unit: Unit) -> Iterator[tuple[IndexArray, FlowSpec]]:
    """Yield the rows with a unit, flow by flow, where the flow can be counted per kg but not per length."""
    stage, flow = cells.texts["stage"], cells.texts["flow"]
    rows = np.flatnonzero(
        (cells.texts["unit"].codes == code) & ~np.isnan(cells.numbers["amount"]) & _are(cells.texts["per"], "")
    )
    pairs = stage.codes[rows].astype(np.int64) * len(flow.categories) + flow.codes[rows]
    for pair in np.unique(pairs):
        first, second = divmod(int(pair), len(flow.categories))
        kind, index = rules.names.get(stage.categories[first], {}).get(flow.categories[second], ("", -1))
        spec = rules.flows[index] if kind == "flow" else None
        if spec is None or rules.stages[spec.stage].component or spec.conversion(unit) is not None:
            continue
        if (unit * parse_unit("m")).dimensions == spec.unit.dimensions and _counts_per_kg(spec):
            yield rows[pairs == pair], spec


def _counts_per_kg(spec: FlowSpec) -> bool:
    return spec.conversion(spec.unit / parse_unit("kg")) is not None


def _mass_per_metre(cells: ActivityColumns, rules: RuleSet) -> FloatArray:
    """Return the mass of a metre of each product, NaN where grammage or width is not given. [kg/m]"""
    mass = np.ones(len(cells.texts["product"].categories))
    for name in WEIGHED_BY:
        mass *= _given(cells, rules, name)
    return mass


def _given(cells: ActivityColumns, rules: RuleSet, name: str) -> FloatArray:
    """Return a property of each product in its canonical unit, NaN where no row gives it."""
    texts, values = cells.texts, np.full(len(cells.texts["product"].categories), np.nan)
    spec = next((spec for spec in rules.properties if spec.id == name and spec.stage < 0), None)
    if spec is None:
        return values
    at = _are(texts["stage"], "product") & _are(texts["flow"], name)
    for code in np.unique(texts["unit"].codes[at]):
        rows = np.flatnonzero(at & (texts["unit"].codes == code))
        try:
            conversion = convert(parse_unit(texts["unit"].categories[int(code)], rules.unit_names), spec.unit)
        except UnitError:
            continue
        if conversion is not None and not conversion.inverse:
            values[texts["product"].codes[rows]] = cells.numbers["amount"][rows] * conversion.factor * spec.unit.factor
    return values


def _are(column: Categorical, text: str) -> BoolArray:
    """Return which rows hold a text."""
    return np.asarray([category == text for category in column.categories], dtype=bool)[column.codes]


def _unweighed(cells: ActivityColumns, rows: IndexArray, unit: Unit, per_kg: str) -> Iterator[Problem]:
    what = Message(
        "{unit} cannot be turned into {per_kg}: a metre of this product cannot be weighed.", unit=unit.text, per_kg=per_kg
    )
    cure = Message("Give grammage and width of the product, or the amount in {per_kg}.", per_kg=per_kg)
    yield from cells.problems_at(rows, what, cure, "unit", "no-mass")
