"""Which factor stands for what a flow asks: one answer per distinct request, with how far it fell back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from textile_pcf.factors.declared import MASS, mass_of_unit
from textile_pcf.factors.table import DECLARED, FactorSheet
from textile_pcf.regions import fallback_regions
from textile_pcf.suggest import nearest
from textile_pcf.units import Unit, describe, own_units

REACH = {"gate_to_gate": 0, "cradle_to_gate": 1, "cradle_to_customer": 1, "cradle_to_grave": 2}


@dataclass(frozen=True, slots=True)
class Request:
    """What a flow asks for. `year` 0: none wanted."""

    item: str
    kind: str
    region: str
    year: int
    unit: Unit
    category: str | None = None
    forbid: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Match:
    """Row of a table, and how far it lies from what was asked."""

    table: int
    row: int
    fallback: str = ""
    warning: str = ""
    mass: float = 1.0
    """Mass of the unit that the row is per, where the flow counts mass and the row something else. [kg]"""


@dataclass(frozen=True, slots=True)
class NoMatch:
    """Why there is no factor, and the cure."""

    what: str
    cure: str
    column: str = "item"


def match(tables: Sequence[FactorSheet], request: Request) -> Match | NoMatch:
    """The factor a request means: tables in order, in each the region outwards, then the year."""
    declared = request.item.startswith(DECLARED)
    for number, table in enumerate(tables):
        by_region = table.by_item_and_kind.get((request.item, "" if declared else request.kind))
        found = _in_region(by_region, request, declared) if by_region else None
        if found is not None:
            row, fallback, warning = found
            return _fitting(table, row, request) or Match(number, row, fallback, warning, _mass(table, row, request) or 1.0)
    return _no_match(tables, request)


def _in_region(by_region: Mapping[str, dict[int, int]], request: Request, declared: bool) -> tuple[int, str, str] | None:
    steps: Iterable[str] = fallback_regions(request.region, request.forbid)
    if declared and len(by_region) == 1:
        steps = [*steps, *by_region]  # one supplier in one place: nothing to choose
    for region in steps:
        if region in by_region:
            row, year_step, warning = _year(by_region[region], request.year)
            region_step = f"{request.region}→{region}" if region != request.region else ""
            return row, "; ".join(filter(None, (region_step, year_step))), warning
    return None


def _year(years: Mapping[int, int], wanted: int) -> tuple[int, str, str]:
    """The latest year not after the wanted one, else the nearest."""
    before = [year for year in years if not wanted or year <= wanted]
    year = max(before) if before else min(years)
    step = f"{wanted}→{year or 'no year'}" if wanted and year != wanted else ""
    late = "" if before else f"no factor up to {wanted}; the one of {year} is used"
    return years[year], step, late


@lru_cache(maxsize=4096)
def _counts(factor: Unit, flow: Unit) -> bool:
    """Whether a factor in one unit gives greenhouse gases for a flow in another."""
    return (factor * flow).dimensions == (("greenhouse", 1),)


def _fitting(table: FactorSheet, row: int, request: Request) -> NoMatch | None:
    """None when category, boundary and unit of a row fit the flow."""
    category = table.texts["category"][row]
    if request.category and category and category != request.category:
        what = f"{request.item!r} is of category {category!r}, but the flow takes {request.category!r}."
        return NoMatch(what, f"Name an item of category {request.category!r}, or use another flow.")
    past = _reaches_past(table, row, request)
    if past:
        what = f"{request.item!r} is declared {past.replace('_', ' ')}, which reaches past what goes into this flow."
        return NoMatch(what, "Ask the supplier for a footprint that ends where the flow begins.")
    unit = table.units[row]
    if not _counts(unit, request.unit) and _mass(table, row, request) is None:
        asked = describe(request.unit.dimensions)
        what = f"The factor {request.item!r} is in {unit.text}, but the flow counts {request.unit.text} ({asked})."
        cure = f"Name an item whose factor is in kgCO2e/{request.unit.text}."
        weighs = " Or write in `mass_per_unit` of the table what one declared unit weighs, such as 0.879 kg."
        return NoMatch(what, cure + weighs * (request.item.startswith(DECLARED) and request.unit.dimensions == MASS))
    return None


def _mass(table: FactorSheet, row: int, request: Request) -> float | None:
    """Mass of the unit that a row is per, where the flow counts mass and the row something that weighs. [kg]"""
    unit, told = table.units[row], table.texts["mass_per_unit"][row]
    if not told or _counts(unit, request.unit) or request.unit.dimensions != MASS:
        return None
    return mass_of_unit(told, unit, own_units(table.document.units))


def _reaches_past(table: FactorSheet, row: int, request: Request) -> str:
    """The boundary of a declared footprint that holds more than the flow takes; empty when it fits."""
    if not request.item.startswith(DECLARED):
        return ""
    told = table.texts["boundary"][row]
    boundary = told or table.texts["kind"][row]
    most = "gate_to_gate" if told and request.kind == "gate_to_gate" else "cradle_to_gate"
    return boundary if REACH.get(boundary, 0) > REACH[most] else ""


def _no_match(tables: Sequence[FactorSheet], request: Request) -> NoMatch:
    rows = [(table, row) for table in tables for row in table.index.get(request.item, [])]
    labels = ", ".join(table.label for table in tables)
    if not rows:
        close = nearest(request.item, _of_the_right_sort(tables, request))
        cure = f"Did you mean {close!r}?" if close else "Search with `textile-pcf factors search`, or give a table that has it."
        return NoMatch(f"There is no emission factor {request.item!r} in {labels}.", cure)
    fitting = [(table, row) for table, row in rows if table.texts["kind"][row] == request.kind]
    if not fitting and not request.item.startswith(DECLARED):
        what = f"There is no emission factor {request.item!r} of kind {request.kind!r} in {labels}; there are: {_kinds(rows)}."
        known = {kind for table in tables for kind in table.texts["kind"]}
        if request.kind not in known:
            cure = f"No row of these tables is of this kind; the rule may say one of: {_list(known)}."
            return NoMatch(what, cure)
        return NoMatch(what, "Name an item that has this kind, or use the flow made for the other kind.")
    regions = _list(table.texts["region"][row] for table, row in fitting or rows)
    asked = " → ".join(fallback_regions(request.region, request.forbid)) or request.region
    forbidden = f" ({', '.join(request.forbid)} forbidden by the rule)" if request.forbid else ""
    what = f"There is no emission factor {request.item!r} for {asked}{forbidden} in {labels}; there are: {regions}."
    others = [(table, row) for table, row in rows if fitting and table.texts["kind"][row] != request.kind]
    also = f" Of other kinds there are: {_kinds(others)}." if others else ""
    return NoMatch(what + also, "Name a region that has one in the column `region`, or give a table of your own.")


def _of_the_right_sort(tables: Sequence[FactorSheet], request: Request) -> set[str]:
    """Items that would do for a request: declared footprints or not, of its kind and category, counted in its unit."""
    declared = request.item.startswith(DECLARED)
    found: set[str] = set()
    for table in tables:
        for item, rows in table.index.items():
            if item not in found and item.startswith(DECLARED) == declared:
                found |= {item} if any(_would_do(table, row, request, declared) for row in rows) else set()
    return found


def _would_do(table: FactorSheet, row: int, request: Request, declared: bool) -> bool:
    category = table.texts["category"][row]
    if request.category and category not in ("", request.category):
        return False
    return (declared or table.texts["kind"][row] == request.kind) and _counts(table.units[row], request.unit)


def _kinds(rows: Iterable[tuple[FactorSheet, int]]) -> str:
    """Kinds of some rows, each with its regions."""
    regions: dict[str, list[str]] = {}
    for table, row in rows:
        regions.setdefault(table.texts["kind"][row], []).append(table.texts["region"][row])
    return "; ".join(f"{kind} ({_list(regions[kind], 5)})" for kind in sorted(regions))


def _list(texts: Iterable[str], most: int = 12) -> str:
    distinct = sorted(set(texts))
    more = f" and {len(distinct) - most} more" if len(distinct) > most else ""
    return ", ".join(distinct[:most]) + more
