"""Energy supply of sites: on-site generation, direct lines, contracts and grid; purchased, raised and recovered heat.

A supply mix belongs to a site and a period, not to a product. It is a table of its own, see `docs/supply.md`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from math import isnan
from pathlib import Path
from typing import Any

from textile_pcf.columns import cell_text
from textile_pcf.errors import InputError, Problem, warn_caller
from textile_pcf.io.read_table import read_table
from textile_pcf.io.resources import sha256_of
from textile_pcf.io.safe_text import escape_controls
from textile_pcf.io.table import Table
from textile_pcf.messages.message import Message
from textile_pcf.suggest import nearest
from textile_pcf.units import UnitError, convert, cure_where, parse_unit, split_quantity
from textile_pcf.units.number_text import parse_office_numbers

COLUMNS = (
    "site", "stages", "carrier", "part", "amount", "unit", "item", "region", "year", "id", "period_start", "period_end",
    "attributes_sold", "boundary", "efficiency", "source", "note",
)  # fmt: skip
CARRIERS = {"electricity": "electricity", "heat": "steam"}
"""Carrier of a site → item of the rule's flows that it supplies."""
MEGAWATT_HOURS = "Write for example 500 with unit MWh."
COVERING = ("contract", "certificate")
"""Parts that assign grid electricity to a supplier; they deliver no energy themselves."""
PARTS = {
    "electricity": ("on_site", "direct_line", "grid", *COVERING, "residual"),
    "heat": ("purchased", "boiler", "recovered", "fan_power"),
}
BOUNDARIES = ("delivered", "boiler_output", "fuel")
MARKET, LOCATION = "market_based", "location_based"


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the supply of a carrier, to be matched with an emission factor.

    Attributes
    ----------
    name : str
        One of `PARTS`.
    multiplier : float
        Amount of the part per unit of the flow [1].
    item, region : str
        Item and region of the factor; empty: as the flow.
    year : int
        Year of the factor; 0: as the flow.
    factor_kind : str
        Kind of the factor; empty: as the flow.
    location : str
        Location of its row, for messages.
    """

    name: str
    multiplier: float
    item: str
    region: str = ""
    year: int = 0
    factor_kind: str = ""
    location: str = ""


@dataclass(frozen=True)
class SiteSupply:
    """The supply of one carrier at one site.

    Attributes
    ----------
    site : str
        The site.
    stages : tuple of str
        Stages that run at the site.
    carrier : str
        `electricity` or `heat`.
    market, location : tuple of Part
        Parts by market-based and location-based accounting; multipliers of electricity add up to 1.
    """

    site: str
    stages: tuple[str, ...]
    carrier: str
    market: tuple[Part, ...]
    location: tuple[Part, ...]

    def parts(self, accounting: str) -> tuple[Part, ...]:
        """Return the parts by `market_based` or `location_based` accounting."""
        return self.market if accounting == MARKET else self.location


@dataclass(frozen=True)
class Supply:
    """A checked supply table.

    Attributes
    ----------
    name : str
        Path; `input` or `DataFrame` for data from memory.
    sites : tuple of SiteSupply
        One per site and carrier.
    sha256 : str
        Hash of the file; empty for data from memory.

    Examples
    --------
    >>> row = {"site": "S", "stages": "dyeing", "carrier": "electricity", "part": "grid", "amount": "100 MWh"}
    >>> supply = load_supply([row])
    >>> supply.name, len(supply.sites)
    ('input', 1)
    """

    name: str
    sites: tuple[SiteSupply, ...]
    sha256: str


@dataclass(frozen=True)
class _Row:
    """One row of the table; texts of other columns are attributes. Energy in MJ (0 if absent), efficiency 1 if absent."""

    location: str
    texts: Mapping[str, str]
    energy: float
    efficiency: float
    start: date | None
    end: date | None

    def __getattr__(self, name: str) -> str:
        return self.texts[name]


def load_supply(source: str | Path | Any) -> Supply:
    """Read and check a supply table.

    Parameters
    ----------
    source : path, DataFrame, list of dict or Supply
        Rows with `site, stages, carrier, part, amount, unit, item, …`. A `Supply` is returned unchanged.

    Returns
    -------
    Supply
        The shares of each site and carrier, by both accountings.

    Raises
    ------
    InputError
        With every problem: contracts that exceed the grid electricity, duplicate ids, disjoint periods, unknown parts.

    Examples
    --------
    >>> rows = [{"site": "S", "stages": "dyeing", "carrier": "electricity", "part": "grid", "amount": "100 MWh"},
    ...         {"site": "S", "carrier": "electricity", "part": "on_site", "amount": "300 MWh", "item": "electricity_pv"}]
    >>> [(part.name, part.multiplier) for part in load_supply(rows).sites[0].market]
    [('on_site', 0.75), ('grid', 0.25)]
    """
    if isinstance(source, Supply):
        return source
    document = {"product": "supply", "rows": source} if isinstance(source, list) else source
    table = read_table(document, sheet="supply", error=InputError, known_columns=(*COLUMNS, "product"))
    problems: list[Problem] = []
    rows = [row for row in _rows(table, problems) if row is not None]
    problems += _duplicate_instruments(rows)
    sites = tuple(_sites(rows, problems)) if not problems else ()
    problems += _duplicate_stages(sites)
    if problems:
        raise InputError(problems)
    warn_caller(table.notes)
    path = Path(table.name)
    return Supply(escape_controls(table.name), sites, sha256_of(path) if path.is_file() else "")


def _rows(table: Table, problems: list[Problem]) -> Iterator[_Row | None]:
    """Yield the rows of a table, None for a row with problems; problems are appended."""
    texts = {name: [cell_text(cell) for cell in table.columns[name]] if name in table.columns else [""] * table.rows
             for name in COLUMNS}  # fmt: skip
    efficiencies, invalid = parse_office_numbers(table.columns.get("efficiency", [""] * table.rows))
    for number in range(table.rows):
        cells = {name: column[number] for name, column in texts.items()}
        row_problems: list[Problem] = list(_vocabulary_problems(table, number, cells))
        energy = _energy(table, number, cells, row_problems)
        start, end = (_date(table, number, name, cells[name], row_problems) for name in ("period_start", "period_end"))
        efficiency = float(efficiencies[number])
        if invalid[number] or not (isnan(efficiency) or 0 < efficiency <= 1.2):
            what = Message("{efficiency!r} is not an efficiency.", efficiency=cells["efficiency"][:60])
            cure = "Write it as a part of 1, for example 0.78."
            row_problems.append(Problem(table.location(number, "efficiency"), what, cure, code="supply"))
        problems += row_problems
        if row_problems:
            yield None
        else:
            efficiency = 1.0 if isnan(efficiency) else efficiency
            yield _Row(table.location(number), cells, energy or 0.0, efficiency, start, end)


def _vocabulary_problems(table: Table, number: int, cells: Mapping[str, str]) -> Iterator[Problem]:
    """Yield the problems of columns with fixed options, and of columns that a part requires."""
    carrier, part = cells["carrier"], cells["part"]
    checks = [("carrier", tuple(CARRIERS)), ("part", PARTS.get(carrier, ()))]
    checks += [("attributes_sold", ("", "yes", "no")), ("boundary", ("", *BOUNDARIES))]
    for column, options in checks:
        if options and cells[column] not in options:
            close = nearest(cells[column], options) if cells[column] else None
            cure: str = (
                Message("Did you mean {close!r}?", close=close)
                if close
                else Message("Write one of: {options}.", options=", ".join(filter(None, options)))
            )
            yield Problem(
                table.location(number, column),
                Message("{text!r} is not allowed in column {column}.", text=cells[column], column=column),
                cure,
                code="supply",
            )
    if not cells["site"]:
        yield Problem(table.location(number, "site"), "The site is missing.", "Name the site of each row.", code="supply")
    for column in _required_columns(carrier, part):
        if not cells[column]:
            cure = "Each contract or certificate has its own id and period; every part but the grid names its factor."
            yield Problem(
                table.location(number, column),
                Message("A part {part!r} needs {column}.", part=part, column=column),
                cure,
                code="supply",
            )
    if cells["boundary"] not in ("", "delivered") and not cells["efficiency"]:
        what = Message("Heat given as {boundary} needs the efficiency from there to the machine.", boundary=cells["boundary"])
        yield Problem(table.location(number, "efficiency"), what, "Write it as a part of 1, for example 0.78.", code="supply")


def _required_columns(carrier: str, part: str) -> tuple[str, ...]:
    """Return the columns that a part must fill in."""
    if part in COVERING:
        return ("item", "id", "period_start", "period_end", "amount")
    if part in ("purchased", "boiler"):
        return ("item", "amount", "boundary")
    return {"on_site": ("item", "amount"), "direct_line": ("item", "amount"), "residual": ("item",)}.get(part, ("amount",))


def _energy(table: Table, number: int, cells: Mapping[str, str], problems: list[Problem]) -> float | None:
    """Return the amount of a row [MJ], or None if it is absent or wrong; problems are appended."""
    if not cells["amount"]:
        return None
    try:
        amount, unit = split_quantity(cells["amount"])
        if unit and cells["unit"] not in ("", unit):
            what = Message(
                "The amount says {amount_unit!r}, the column unit says {column_unit!r}.",
                amount_unit=unit,
                column_unit=cells["unit"],
            )
            problems.append(Problem(table.location(number, "amount"), what, "Write the unit once.", code="supply"))
            return None
        conversion = convert(parse_unit(unit or cells["unit"]), parse_unit("MJ"))
    except UnitError as error:
        cure = cure_where(error, MEGAWATT_HOURS, lambda unit: unit.dimensions == parse_unit("MJ").dimensions)
        problems.append(Problem(table.location(number, "amount"), error.what, cure, code="supply"))
        return None
    if conversion is None or not amount >= 0:
        what = Message("{amount} {unit} is not an amount of energy.", amount=cells["amount"], unit=cells["unit"])
        problems.append(Problem(table.location(number, "amount"), what, MEGAWATT_HOURS, code="supply"))
        return None
    return amount * conversion.factor


def _date(table: Table, number: int, column: str, text: str, problems: list[Problem]) -> date | None:
    """Return an ISO date, or None if it is absent or wrong; problems are appended."""
    if not text:
        return None
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        cure = "Write year-month-day, such as 2024-01-01."
        problems.append(
            Problem(table.location(number, column), Message("{text!r} is not a date.", text=text), cure, code="supply")
        )
        return None


def _duplicate_instruments(rows: Iterable[_Row]) -> Iterator[Problem]:
    """Yield a problem for each contract or certificate that occurs again, at whatever site."""
    locations: dict[str, str] = {}
    for row in rows:
        if row.part in COVERING:
            if row.id in locations:
                what = Message(
                    "The {part} {id_!r} is already in {location}.", part=row.part, id_=row.id, location=locations[row.id]
                )
                cure = "One instrument covers electricity once; retire another for more."
                yield Problem(row.location, what, cure, code="supply")
            locations[row.id] = row.location


def _sites(rows: list[_Row], problems: list[Problem]) -> Iterator[SiteSupply]:
    """Yield the supply of each site and carrier; problems are appended."""
    for site, carrier in dict.fromkeys((row.site, row.carrier) for row in rows):
        site_rows = [row for row in rows if (row.site, row.carrier) == (site, carrier)]
        stages = tuple(dict.fromkeys(stage for row in site_rows for stage in row.stages.replace(",", " ").split()))
        if not stages:
            cure = "Write their ids in the column `stages` of one row, separated by blanks."
            problems.append(
                Problem(
                    site_rows[0].location, Message("No stages are named that {site!r} runs.", site=site), cure, code="supply"
                )
            )
            continue
        build_parts = _electricity_parts if carrier == "electricity" else _heat_parts
        market, location = build_parts(site, site_rows, problems)
        yield SiteSupply(site, stages, carrier, market, location)


def _electricity_parts(site: str, rows: list[_Row], problems: list[Problem]) -> tuple[tuple[Part, ...], tuple[Part, ...]]:
    """Return the market-based and the location-based parts; problems are appended.

    On-site generation and direct lines are physical. Contracts only assign grid electricity to a supplier.
    """
    own = [row for row in rows if row.part in ("on_site", "direct_line")]
    grid = [row for row in rows if row.part == "grid"]
    covering = [row for row in rows if row.part in COVERING]
    residual = next((row for row in rows if row.part == "residual"), None)
    bought = sum(row.energy for row in grid)
    used = bought + sum(row.energy for row in own)
    covered = sum(row.energy for row in covering)
    problems += _over_contracted(site, covering, covered, bought)
    problems += _outside_period(covering, grid)
    if used <= 0:
        problems.append(
            Problem(
                rows[0].location, Message("{site!r} uses no electricity.", site=site), "Give the meters' totals.", code="supply"
            )
        )
        return (), ()
    physical = [_part(row, row.energy / used) for row in own if row.attributes_sold != "yes"]
    sold = sum(row.energy for row in own if row.attributes_sold == "yes")
    grid_part = _part(grid[0], (bought + sold) / used) if grid else Part("grid", sold / used, "", location=rows[0].location)
    uncovered = (bought - covered + sold) / used
    rest = _part(residual, uncovered) if residual else replace(grid_part, multiplier=uncovered)
    market = [*physical, *(_part(row, row.energy / used) for row in covering), rest]
    return _nonzero(market), _nonzero([*physical, grid_part])


def _over_contracted(site: str, covering: list[_Row], covered: float, bought: float) -> Iterator[Problem]:
    """Yield a problem if contracts and certificates cover more than the grid electricity [MJ]."""
    if covered > bought * (1 + 1e-9):
        what = Message(
            "Contracts and certificates of {site!r} cover {covered:g} MWh, but the grid gave {bought:g} MWh.",
            site=site,
            covered=covered / 3600,
            bought=bought / 3600,
        )
        yield Problem(
            covering[0].location, what, "What is not bought from the grid cannot be covered: lower them.", code="supply"
        )


def _outside_period(covering: list[_Row], grid: list[_Row]) -> Iterator[Problem]:
    """Yield the problems of contracts and certificates whose period does not overlap with that of the use."""
    for row in covering:
        for use in grid:
            year = _year(use)
            start = use.start or (date(year, 1, 1) if year else None)
            end = use.end or (date(year, 12, 31) if year else None)
            if start is None or end is None:
                what = "The grid row has no period, so it is not known whether the contract covers it."
                yield Problem(use.location, what, "Give its year, or period_start and period_end.", code="supply")
            elif row.start and row.end and (row.end < start or row.start > end):
                what = Message(
                    "{part!r} runs from {start} to {end}, the use from {use_start} to {use_end}.",
                    part=row.id,
                    start=row.start,
                    end=row.end,
                    use_start=start,
                    use_end=end,
                )
                yield Problem(row.location, what, "An instrument covers electricity of its own period only.", code="supply")


def _heat_parts(site: str, rows: list[_Row], problems: list[Problem]) -> tuple[tuple[Part, ...], tuple[Part, ...]]:
    """Return the parts per MJ of delivered heat, the same for both accountings; problems are appended.

    Recovered heat has no factor; the electricity of its fans has one.
    """
    delivered = sum(row.energy * row.efficiency for row in rows if row.part != "fan_power")
    if delivered <= 0:
        problems.append(
            Problem(rows[0].location, Message("{site!r} uses no heat.", site=site), "Give the meters' totals.", code="supply")
        )
        return (), ()
    parts = [_part(row, row.energy / delivered) for row in rows if row.part in ("purchased", "boiler")]
    fans = [replace(_part(row, row.energy / delivered), item=row.item or "electricity", factor_kind="life_cycle")
            for row in rows if row.part == "fan_power"]  # fmt: skip
    return _nonzero([*parts, *fans]), _nonzero([*parts, *fans])


def _part(row: _Row, multiplier: float) -> Part:
    """Return the part of a row."""
    return Part(row.part, multiplier, row.item, row.region, _year(row), location=row.location)


def _year(row: _Row) -> int:
    """Return the year of a row; of the grid, that in which its period starts. 0 if unknown."""
    return int(row.year) if row.year.isdigit() else row.start.year if row.start and row.part == "grid" else 0


def _nonzero(parts: Iterable[Part]) -> tuple[Part, ...]:
    return tuple(part for part in parts if part.multiplier > 0)


def _duplicate_stages(sites: Iterable[SiteSupply]) -> Iterator[Problem]:
    """Yield a problem for each stage that takes a carrier from several sites."""
    owner: dict[tuple[str, str], str] = {}
    for site in sites:
        for stage in site.stages:
            other = owner.setdefault((site.carrier, stage), site.site)
            if other != site.site:
                what = Message(
                    "Stage {stage!r} takes its {carrier} from {other!r} and from {site!r}.",
                    stage=stage,
                    carrier=site.carrier,
                    other=other,
                    site=site.site,
                )
                yield Problem(f"supply of {site.site}", what, "Name each stage at one site.", code="supply")
