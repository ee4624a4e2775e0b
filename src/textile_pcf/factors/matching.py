"""Match a request for an emission factor: table, then region outwards, then year; record each fallback."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from textile_pcf.factors.declared import MASS, mass_of_unit
from textile_pcf.factors.editions import edition_folder, unavailable_items
from textile_pcf.factors.fuels import FuelConversion, convert_fuel, fuel_of, sibling_items
from textile_pcf.factors.table import DECLARED, FactorSheet
from textile_pcf.messages.message import JoinedMessage, Message, sentences
from textile_pcf.messages.suggestion import did_you_mean
from textile_pcf.regions import fallback_regions
from textile_pcf.units import Unit, describe, own_units

PROXY = "(proxy)"
"""Stands in the fallback of a match whose factor is of another item than the one that was asked for."""
REACH = {"gate_to_gate": 0, "cradle_to_gate": 1, "cradle_to_customer": 1, "cradle_to_grave": 2}
_BOUNDARY_NAMES = {
    "gate_to_gate": Message("gate to gate"),
    "cradle_to_gate": Message("cradle to gate"),
    "cradle_to_customer": Message("cradle to customer"),
    "cradle_to_grave": Message("cradle to grave"),
}


@dataclass(frozen=True, slots=True)
class Request:
    """A request for an emission factor.

    Attributes
    ----------
    item : str
        Item of the factor; with the prefix `DECLARED` a supplier's declared footprint.
    kind : str
        Kind of factor: a value of the column `kind`.
    region : str
        Region code from which the search goes outwards.
    year : int
        Year of the activity; 0 for the latest factor.
    unit : Unit
        Unit of the flow.
    category : str or None
        Category that the factor must have where it has one.
    forbid : tuple of str
        Regions and fallback steps (`country`, `group`) that must not be used.
    """

    item: str
    kind: str
    region: str
    year: int
    unit: Unit
    category: str | None = None
    forbid: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Match:
    """The factor of a request.

    Attributes
    ----------
    table : int
        Index of the factor table.
    row : int
        Row in that table.
    fallback : str
        Steps from the requested region and year to those of the factor; empty for an exact match.
    warning : str
        A sentence where the factor is a proxy, or of a later year than requested; else empty.
    flow_units : float
        Canonical units of the flow in one canonical unit that the factor is per: kilograms in one piece, MJ in one kilogram of
        a fuel; 1 where flow and factor count alike. The factor is divided by it.
    conversion : str
        Heating values or densities of a fuel that `flow_units` rests on; else empty.
    """

    table: int
    row: int
    fallback: str = ""
    warning: str = ""
    flow_units: float = 1.0
    conversion: str = ""


@dataclass(frozen=True, slots=True)
class NoMatch:
    """The reason why a request has no factor.

    Attributes
    ----------
    what : str
        A sentence that says what is missing or does not fit.
    cure : str
        A sentence that says what to do.
    column : str
        Column of activity data to correct.
    """

    what: str
    cure: str
    column: str = "item"


def match(tables: Sequence[FactorSheet], request: Request) -> Match | NoMatch:
    """Match a request: search the tables in order, in each from the region outwards, then by year.

    Parameters
    ----------
    tables : sequence of FactorSheet
        Tables of emission factors; the first one that has a row for the request decides.
    request : Request
        What is needed.

    Returns
    -------
    Match or NoMatch
        The row with its fallback, or the reason why there is none.
    """
    declared = request.item.startswith(DECLARED)
    for number, table in enumerate(tables):
        by_region = table.by_item_and_kind.get((request.item, "" if declared else request.kind))
        candidate = _search_regions(by_region, request, declared) if by_region else None
        if candidate is not None:
            row, fallback, warning = candidate
            no_match = _check_row(table, row, request)
            return no_match or Match(number, row, fallback, warning, *_conversion(table, row, request))
    return _match_same_fuel(tables, request) or _match_proxy(tables, request) or _no_match(tables, request)


def _match_same_fuel(tables: Sequence[FactorSheet], request: Request) -> Match | None:
    """Return a factor of the same fuel by another measure, such as per MJ where the flow counts m3."""
    for item in sibling_items(request.item):
        for number, table in enumerate(tables):
            by_region = table.by_item_and_kind.get((item, request.kind))
            candidate = _search_regions(by_region, request, False) if by_region else None
            if candidate is None or _check_row(table, candidate[0], request) is not None:
                continue
            row, fallback, warning = candidate
            steps = "; ".join(filter(None, (f"{request.item}→{item}", fallback)))
            return Match(number, row, steps, warning, *_conversion(table, row, request))
    return None


def _match_proxy(tables: Sequence[FactorSheet], request: Request) -> Match | None:
    """Return a row that is named as a proxy for the item, with a warning; None if there is none that fits."""
    for number, table in enumerate(tables):
        by_region = table.by_proxied_item_and_kind.get((request.item, request.kind))
        candidate = _search_regions(by_region, request, False) if by_region else None
        if candidate is None or _check_row(table, candidate[0], request) is not None:
            continue
        row, fallback, late = candidate
        item = table.texts["item"][row]
        what = "{item} stands in for it as a proxy; ask the supplier for a footprint (pcf:ID)"
        warning = JoinedMessage([text for text in (Message(what, item=item), late) if text], "; ", "；")
        steps = "; ".join(filter(None, (f"{request.item}→{item} {PROXY}", fallback)))
        return Match(number, row, steps, warning, *_conversion(table, row, request))
    return None


def _search_regions(by_region: Mapping[str, dict[int, int]], request: Request, declared: bool) -> tuple[int, str, str] | None:
    """Return row, fallback and warning of the nearest region that has the item."""
    steps: Iterable[str] = fallback_regions(request.region, request.forbid)
    if declared and len(by_region) == 1:
        steps = [*steps, *by_region]  # the only footprint of this supplier, so its region does not matter
    for region in steps:
        if region in by_region:
            row, year_step, warning = _latest_year(by_region[region], request.year)
            region_step = f"{request.region}→{region}" if region != request.region else ""
            return row, "; ".join(filter(None, (region_step, year_step))), warning
    return None


def _latest_year(years: Mapping[int, int], requested: int) -> tuple[int, str, str]:
    """Return row, fallback and warning of the latest year up to the requested one, else of the earliest year."""
    before = [year for year in years if not requested or year <= requested]
    year = max(before) if before else min(years)
    step = f"{requested}→{year or 'no year'}" if requested and year != requested else ""
    warning = "" if before else _other_year(requested, year)
    return years[year], step, warning


def _other_year(requested: int, year: int) -> Message:
    if not year:
        return Message("no factor up to {requested}; the one of 0 is used", requested=requested)
    return Message("no factor up to {requested}; the one of {year} is used", requested=requested, year=year)


@lru_cache(maxsize=4096)
def _gives_emissions(factor: Unit, flow: Unit) -> bool:
    """Whether the unit of a factor times the unit of a flow is a unit of emissions."""
    return (factor * flow).dimensions == (("greenhouse", 1),)


def _check_row(table: FactorSheet, row: int, request: Request) -> NoMatch | None:
    """Return why category, boundary or unit of a row do not fit the request; None when they do."""
    category = table.texts["category"][row]
    if request.category and category and category != request.category:
        what = Message(
            "{item!r} is of category {category!r}, but the flow takes {expected!r}.",
            item=request.item,
            category=category,
            expected=request.category,
        )
        return NoMatch(what, Message("Name an item of category {category!r}, or use another flow.", category=request.category))
    boundary = _excessive_boundary(table, row, request)
    if boundary:
        what = Message(
            "{item!r} is declared {boundary}, which reaches past what goes into this flow.",
            item=request.item,
            boundary=_BOUNDARY_NAMES.get(boundary, boundary),
        )
        return NoMatch(what, "Ask the supplier for a footprint that ends where the flow begins.")
    unit = table.units[row]
    if not _gives_emissions(unit, request.unit) and _unit_mass(table, row, request) is None and _fuel(unit, request) is None:
        counted = describe(request.unit.dimensions)
        what = Message(
            "The factor {item!r} is in {unit}, but the flow counts {flow_unit} ({quantity}).",
            item=request.item,
            unit=unit.text,
            flow_unit=request.unit.text,
            quantity=counted,
        )
        cure = Message("Name an item whose factor is in kgCO2e/{unit}.", unit=request.unit.text)
        mass_cure = "Or write in `mass_per_unit` of the table what one declared unit weighs, such as 0.879 kg."
        declared = request.item.startswith(DECLARED) and request.unit.dimensions == MASS
        return NoMatch(what, sentences(cure, mass_cure if declared else ""))
    return None


def _unit_mass(table: FactorSheet, row: int, request: Request) -> float | None:
    """Return the mass of the unit that a row is per, where the flow counts mass and the row does not. [kg]"""
    unit, text = table.units[row], table.texts["mass_per_unit"][row]
    if not text or _gives_emissions(unit, request.unit) or request.unit.dimensions != MASS:
        return None
    return mass_of_unit(text, unit, own_units(table.document.units))


def _conversion(table: FactorSheet, row: int, request: Request) -> tuple[float, str]:
    """Return `flow_units` and `conversion` of a match."""
    mass = _unit_mass(table, row, request)
    fuel = None if mass is not None else _fuel(table.units[row], request)
    return (1.0 / fuel.factor, fuel.text) if fuel is not None else (mass or 1.0, "")


@lru_cache(maxsize=4096)
def _fuel(unit: Unit, request: Request) -> FuelConversion | None:
    """Return the conversion of a fuel from what the flow counts to what the factor is per, None where there is none."""
    if _gives_emissions(unit, request.unit) or fuel_of(request.item) is None:
        return None
    counted = tuple((name, -power) for name, power in unit.dimensions if name != "greenhouse")
    return convert_fuel(request.item, request.region, request.unit.dimensions, counted)


def _excessive_boundary(table: FactorSheet, row: int, request: Request) -> str:
    """Return the boundary of a declared footprint that covers more than the flow takes; empty when it fits."""
    if not request.item.startswith(DECLARED):
        return ""
    stated = table.texts["boundary"][row]
    boundary = stated or table.texts["kind"][row]
    widest = "gate_to_gate" if stated and request.kind == "gate_to_gate" else "cradle_to_gate"
    return boundary if REACH.get(boundary, 0) > REACH[widest] else ""


def _no_match(tables: Sequence[FactorSheet], request: Request) -> NoMatch:
    """Return which of item, kind and region the tables do not have."""
    rows = [(table, row) for table in tables for row in table.index.get(request.item, [])]
    labels = ", ".join(table.label for table in tables)
    if not rows:
        unavailable = unavailable_items(edition_folder(None)).get(request.item)
        if unavailable is not None:
            ask = "Write the footprint into a table of your own, with the item pcf:ID."
            return NoMatch(unavailable.message(), ask)
        cure: str = did_you_mean(
            request.item,
            _suitable_items(tables, request),
            "Search with `textile-pcf factors search`, or give a table that has it.",
        )
        return NoMatch(Message("There is no emission factor {item!r} in {labels}.", item=request.item, labels=labels), cure)
    of_kind = [(table, row) for table, row in rows if table.texts["kind"][row] == request.kind]
    if not of_kind and not request.item.startswith(DECLARED):
        what = Message(
            "There is no emission factor {item!r} of kind {kind!r} in {labels}; there are: {kinds}.",
            item=request.item,
            kind=request.kind,
            labels=labels,
            kinds=_kinds(rows),
        )
        kinds = {kind for table in tables for kind in table.texts["kind"]}
        if request.kind not in kinds:
            cure = Message("No row of these tables is of this kind; the rule may use one of: {kinds}.", kinds=_join(kinds))
            return NoMatch(what, cure)
        return NoMatch(what, "Name an item that has this kind, or use the flow made for the other kind.")
    others = [(table, row) for table, row in rows if of_kind and table.texts["kind"][row] != request.kind]
    also = Message("Of other kinds there are: {kinds}.", kinds=_kinds(others)) if others else ""
    what = _no_region(request, labels, _join(table.texts["region"][row] for table, row in of_kind or rows))
    cure = "Name a region that has one in the column `region`, or give a table of your own."
    return NoMatch(sentences(what, also), cure)


def _no_region(request: Request, labels: str, regions: str) -> Message:
    """Return which regions were searched for a factor that others have."""
    searched = " → ".join(fallback_regions(request.region, request.forbid)) or request.region
    if not request.forbid:
        what = "There is no emission factor {item!r} for {searched} in {labels}; there are: {regions}."
        return Message(what, item=request.item, searched=searched, labels=labels, regions=regions)
    what = (
        "There is no emission factor {item!r} for {searched} ({forbidden} forbidden by the rule) in {labels}; "
        "there are: {regions}."
    )
    forbidden = ", ".join(request.forbid)
    return Message(what, item=request.item, searched=searched, forbidden=forbidden, labels=labels, regions=regions)


def _suitable_items(tables: Sequence[FactorSheet], request: Request) -> set[str]:
    """Return the items of the requested kind, category and dimension; for a declared footprint, only such ones."""
    declared = request.item.startswith(DECLARED)
    items: set[str] = set()
    for table in tables:
        for item, rows in table.index.items():
            if item not in items and item.startswith(DECLARED) == declared:
                items |= {item} if any(_is_suitable(table, row, request, declared) for row in rows) else set()
    return items


def _is_suitable(table: FactorSheet, row: int, request: Request, declared: bool) -> bool:
    category = table.texts["category"][row]
    if request.category and category not in ("", request.category):
        return False
    return (declared or table.texts["kind"][row] == request.kind) and _gives_emissions(table.units[row], request.unit)


def _kinds(rows: Iterable[tuple[FactorSheet, int]]) -> str:
    """Return the kinds of some rows as text, each with its regions."""
    regions: dict[str, list[str]] = {}
    for table, row in rows:
        regions.setdefault(table.texts["kind"][row], []).append(table.texts["region"][row])
    return "; ".join(f"{kind} ({_join(regions[kind], 5)})" for kind in sorted(regions))


def _join(texts: Iterable[str], limit: int = 12) -> str:
    """Join distinct texts in alphabetical order; beyond the limit only their number is given."""
    distinct = sorted(set(texts))
    more = f" and {len(distinct) - limit} more" if len(distinct) > limit else ""
    return ", ".join(distinct[:limit]) + more
