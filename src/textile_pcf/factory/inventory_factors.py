"""Emission factors of the sources of a site, with their gases apart."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from textile_pcf.arrays import FloatArray, IndexArray
from textile_pcf.errors import Problem
from textile_pcf.factors import FactorTable, Match, NoMatch, Request
from textile_pcf.factors.gwp import gwp100
from textile_pcf.factors.matcher import factor_matcher
from textile_pcf.factors.table import HOLDS_NONE
from textile_pcf.factory.inventory_rows import CLASSES, InventoryRows
from textile_pcf.messages.message import Message
from textile_pcf.units import parse_unit
from textile_pcf.units.number_text import year_text

GASES = ("co2", "ch4", "n2o", "other", "co2_biogenic")
"""Gases of a factor; `other` is a value whose gases are not given, `co2_biogenic` counts beside the others only."""


@dataclass(frozen=True, eq=False)
class SourceFactors:
    """Factors of sources. Arrays have the shape (rows,); those of factors the shape (distinct factors,).

    Attributes
    ----------
    source : ndarray of intp
        Index of the source in `InventoryRows`.
    factor : ndarray of intp
        Index of the distinct factor.
    gases : ndarray of float, shape (distinct factors, 5)
        Emissions by `GASES`. [kg CO2e per reported unit]
    texts : list of str, shape (distinct factors,)
        Item, region, year and table of each factor.
    used : dict of int to list of int
        Rows of the tables that are used.
    notes : list of Message
        Proxies, and factors of a later year.
    """

    source: IndexArray
    factor: IndexArray
    gases: FloatArray
    texts: list[str]
    used: dict[int, list[int]]
    notes: list[Message]

    @cached_property
    def of_rows(self) -> FloatArray:
        """Emissions of each row by gas, shape (rows, 5). [kg CO2e per reported unit]"""
        return self.gases[self.factor] if len(self.factor) else np.zeros((0, len(GASES)))


def match_sources(
    rows: InventoryRows, sources: IndexArray, factors: FactorTable, gwp: str, problems: list[Problem]
) -> SourceFactors:
    """Match sources with factors as everywhere: item, kind, region outwards, year.

    Parameters
    ----------
    rows : InventoryRows
    sources : ndarray of intp
        Sources that need a factor.
    factors : FactorTable
        The only tables asked.
    gwp : str
        Set of global warming potentials.
    problems : list of Problem
        Problems are appended: sources without a factor.
    """
    matcher = factor_matcher(factors, gwp, HOLDS_NONE)
    index: dict[int, int] = {}
    chosen, texts, gases, used = [], list[str](), list[FloatArray](), dict[int, list[int]]()
    notes: list[Message] = []
    for source in sources.tolist():
        request = _request(rows, source)
        number = matcher.match_index(request) if request is not None else -1
        match = matcher.matches[number] if number >= 0 else None
        if isinstance(match, NoMatch):
            _no_factor(rows, source, match, problems)
        if not isinstance(match, Match):
            chosen.append(0)
            continue
        if number not in index:
            index[number] = len(texts)
            per_unit = request.unit.factor if request is not None else 1.0
            gases.append(_gases(factors, match, matcher.split_values[number], gwp) * per_unit)
            texts.append(_text(factors, match))
            used.setdefault(match.table, []).append(match.row)
            if match.warning and request is not None:
                notes.append(Message("{item}: {note}.", item=request.item, note=match.warning))
        chosen.append(index[number])
    known = np.array(gases).reshape(-1, len(GASES)) if gases else np.zeros((1, len(GASES)))
    return SourceFactors(sources, np.array(chosen, dtype=np.intp), known, texts or [""], used, notes)


def _request(rows: InventoryRows, source: int) -> Request | None:
    """Return the request of a source; None if its unit or year has a problem already."""
    utilities, table, row = rows.utilities, rows.utilities.table, int(rows.row[source])
    carrier = int(utilities.carrier[row])
    year = year_text(table.texts("year")[row])
    if not utilities.units[carrier] or (year and not year.isdigit()):
        return None
    of_class = CLASSES[rows.classes[source]]
    item = table.texts("item")[row] or of_class.item or utilities.carriers[carrier]
    return Request(
        item, of_class.kind, table.texts("region")[row] or "GLO", int(year or 0), parse_unit(utilities.units[carrier])
    )


def _no_factor(rows: InventoryRows, source: int, match: NoMatch, problems: list[Problem]) -> None:
    """Append the problem of a source without a factor."""
    column = match.column if match.column in ("region", "year") else "item"
    rows.utilities.table.problem(problems, int(rows.row[source]), column, match.what, match.cure)


def _gases(factors: FactorTable, match: Match, split: FloatArray, gwp: str) -> FloatArray:
    """Return the emissions of a factor by gas, shape (5,). [kg CO2e per canonical unit of the flow]"""
    table = factors.tables[match.table]
    per_unit = table.units[match.row].factor / match.flow_units
    mass = {name: float(np.nan_to_num(table.numbers[name][match.row])) * per_unit for name in (
        "co2_fossil", "co2_land_use", "ch4_fossil", "ch4_biogenic", "n2o", "co2_biogenic")}  # fmt: skip
    carbon_dioxide = mass["co2_fossil"] + mass["co2_land_use"]
    methane = mass["ch4_fossil"] * gwp100("ch4_fossil", gwp) + mass["ch4_biogenic"] * gwp100("ch4_biogenic", gwp)
    nitrous_oxide = mass["n2o"] * gwp100("n2o", gwp)
    counted = float(split[:4].sum())
    other = counted - (carbon_dioxide + methane + nitrous_oxide)
    other = other if abs(other) > 1e-12 * abs(counted) else 0.0
    return np.array([carbon_dioxide, methane, nitrous_oxide, other, mass["co2_biogenic"]])


def _text(factors: FactorTable, match: Match) -> str:
    """Return item, region, year and table of a factor, and the steps of its fallback."""
    table = factors.tables[match.table]
    region, year = table.texts["region"][match.row], table.texts["year"][match.row]
    place = " ".join(filter(None, (table.texts["item"][match.row], region, year)))
    steps = f"; {match.fallback}" if match.fallback else ""
    return f"{place}, {table.label}: {table.texts['source'][match.row]}{steps}"


def factor_warnings(rows: InventoryRows, found: SourceFactors, factors: FactorTable, gwp: str) -> list[str]:
    """Return the warnings about the factors used, and one on rows without a region.

    Parameters
    ----------
    rows : InventoryRows
    found : SourceFactors
    factors : FactorTable
    gwp : str
    """
    warnings = [*found.notes, *factors.warnings(gwp, found.used)]
    regions = rows.cells("region")
    without = [source for source in found.source.tolist() if not regions[source]]
    if without:
        where = rows.utilities.table.location(int(rows.row[without[0]]), "region")
        what = "Rows without a region take factors of the world (GLO): {count}, the first is {where}."
        warnings.append(Message(what, count=len(without), where=where))
    return warnings
