"""The energy a site really uses, as parts: on-site, direct line, contracts, grid; heat bought, raised, recovered.

A supply mix is a fact of a site and a period, not of a product: a table of its own (`docs/supply.md`), read and checked here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from textile_pcf.columns import cell_text
from textile_pcf.errors import InputError, Problem, warn_caller
from textile_pcf.io.read_table import read_table
from textile_pcf.io.resources import sha256_of
from textile_pcf.io.safe_text import escape_controls
from textile_pcf.io.table import Table
from textile_pcf.suggest import nearest
from textile_pcf.units import UnitError, convert, cure_where, parse_unit
from textile_pcf.units.number_text import parse_office_numbers

COLUMNS = (
    "site", "stages", "carrier", "part", "amount", "unit", "item", "region", "year", "id", "period_start", "period_end",
    "attributes_sold", "boundary", "efficiency", "source", "note",
)  # fmt: skip
CARRIERS = {"electricity": "electricity", "heat": "steam"}
"""What a site takes, and the item of a rule's flows that it stands for."""
MEGAWATT_HOURS = "Write for example 500 with unit MWh."
COVERING = ("contract", "certificate")
PARTS = {
    "electricity": ("on_site", "direct_line", "grid", *COVERING, "residual"),
    "heat": ("purchased", "boiler", "recovered", "fan_power"),
}
BOUNDARIES = ("delivered", "boiler_output", "fuel")
MARKET, LOCATION = "market_based", "location_based"


@dataclass(frozen=True, slots=True)
class Part:
    """What a part of the energy is matched with: `multiplier` of it per unit of the flow; empty texts as the flow says."""

    name: str
    multiplier: float
    item: str
    region: str = ""
    year: int = 0
    factor_kind: str = ""
    location: str = ""


@dataclass(frozen=True)
class SiteSupply:
    """The parts of one carrier at one site, by both accountings; multipliers of the electricity parts add up to 1."""

    site: str
    stages: tuple[str, ...]
    carrier: str
    market: tuple[Part, ...]
    location: tuple[Part, ...]

    def parts(self, accounting: str) -> tuple[Part, ...]:
        """The parts by `market_based` or `location_based` accounting."""
        return self.market if accounting == MARKET else self.location


@dataclass(frozen=True)
class Supply:
    """A checked supply table."""

    name: str
    sites: tuple[SiteSupply, ...]
    sha256: str


@dataclass(frozen=True)
class _Row:
    """One row of the table; `energy` in MJ, NaN-free: 0 where no amount is told."""

    place: str
    texts: Mapping[str, str]
    energy: float
    given: bool
    efficiency: float
    start: date | None
    end: date | None

    def __getattr__(self, name: str) -> str:
        return self.texts[name]


def load_supply(source: str | Path | Any) -> Supply:
    """Read and check a supply table.

    Parameters
    ----------
    source : path or DataFrame
        Rows with `site, stages, carrier, part, amount, unit, item, …`.

    Raises
    ------
    InputError
        With every problem: contracts above what the grid gave, ids twice, periods that do not meet, unknown parts.

    Examples
    --------
    >>> rows = [{"site": "S", "stages": "dyeing", "carrier": "electricity", "part": "grid", "amount": "100 MWh"},
    ...         {"site": "S", "carrier": "electricity", "part": "on_site", "amount": "300 MWh", "item": "electricity_pv"}]
    >>> [(part.name, part.multiplier) for part in load_supply(rows).sites[0].market]
    [('on_site', 0.75), ('grid', 0.25)]
    """
    if isinstance(source, Supply):
        return source
    given = {"product": "supply", "rows": source} if isinstance(source, list) else source
    table = read_table(given, sheet="supply", error=InputError, known_columns=(*COLUMNS, "product"))
    problems: list[Problem] = []
    rows = [row for row in _rows(table, problems) if row is not None]
    problems += _twice(rows)
    sites = tuple(_sites(rows, problems)) if not problems else ()
    problems += _claimed_twice(sites)
    if problems:
        raise InputError(problems)
    warn_caller(table.notes)
    path = Path(table.name)
    return Supply(escape_controls(table.name), sites, sha256_of(path) if path.is_file() else "")


def _rows(table: Table, problems: list[Problem]) -> Iterator[_Row | None]:
    texts = {name: [cell_text(cell) for cell in table.columns[name]] if name in table.columns else [""] * table.rows
             for name in COLUMNS}  # fmt: skip
    efficiency, wrong = parse_office_numbers(table.columns.get("efficiency", [""] * table.rows))
    for number in range(table.rows):
        cells = {name: column[number] for name, column in texts.items()}
        found: list[Problem] = list(_bad_words(table, number, cells))
        energy = _energy(table, number, cells, found)
        dates = [_date(table, number, name, cells[name], found) for name in ("period_start", "period_end")]
        told = float(efficiency[number])
        if wrong[number] or not (told != told or 0 < told <= 1.2):
            what = f"{cells['efficiency'][:60]!r} is not an efficiency."
            cure = "Write it as a part of 1, for example 0.78."
            found.append(Problem(table.location(number, "efficiency"), what, cure, code="supply"))
        problems += found
        yield (
            None
            if found
            else _Row(
                table.location(number),
                cells,
                energy or 0.0,
                energy is not None,
                1.0 if told != told else told,
                dates[0],
                dates[1],
            )
        )


def _bad_words(table: Table, number: int, cells: Mapping[str, str]) -> Iterator[Problem]:
    """Words of closed columns, and what a part must say."""
    carrier, part = cells["carrier"], cells["part"]
    checks = [("carrier", tuple(CARRIERS)), ("part", PARTS.get(carrier, ()))]
    checks += [("attributes_sold", ("", "yes", "no")), ("boundary", ("", *BOUNDARIES))]
    for column, words in checks:
        if words and cells[column] not in words:
            close = nearest(cells[column], words) if cells[column] else None
            cure = f"Did you mean {close!r}?" if close else f"Write one of: {', '.join(filter(None, words))}."
            yield Problem(
                table.location(number, column), f"{cells[column]!r} cannot stand in column {column}.", cure, code="supply"
            )
    if not cells["site"]:
        yield Problem(table.location(number, "site"), "The site is missing.", "Name the site of each row.", code="supply")
    for column in _needed(carrier, part):
        if not cells[column]:
            cure = "Each contract or certificate has its own id and period; every part but the grid names its factor."
            yield Problem(table.location(number, column), f"A part {part!r} needs {column}.", cure, code="supply")
    if cells["boundary"] not in ("", "delivered") and not cells["efficiency"]:
        what = f"Heat told as {cells['boundary']} needs the efficiency from there to the machine."
        yield Problem(table.location(number, "efficiency"), what, "Write it as a part of 1, for example 0.78.", code="supply")


def _needed(carrier: str, part: str) -> tuple[str, ...]:
    if part in COVERING:
        return ("item", "id", "period_start", "period_end", "amount")
    if part in ("purchased", "boiler"):
        return ("item", "amount", "boundary")
    return {"on_site": ("item", "amount"), "direct_line": ("item", "amount"), "residual": ("item",)}.get(part, ("amount",))


def _energy(table: Table, number: int, cells: Mapping[str, str], found: list[Problem]) -> float | None:
    """Amount in MJ."""
    from textile_pcf.units import split_quantity

    if not cells["amount"]:
        return None
    try:
        amount, unit = split_quantity(cells["amount"])
        if unit and cells["unit"] not in ("", unit):
            what = f"The amount says {unit!r}, the column unit says {cells['unit']!r}."
            found.append(Problem(table.location(number, "amount"), what, "Write the unit once.", code="supply"))
            return None
        conversion = convert(parse_unit(unit or cells["unit"]), parse_unit("MJ"))
    except UnitError as error:
        cure = cure_where(error, MEGAWATT_HOURS, lambda unit: unit.dimensions == parse_unit("MJ").dimensions)
        found.append(Problem(table.location(number, "amount"), error.what, cure, code="supply"))
        return None
    if conversion is None or not amount >= 0:
        what = f"{cells['amount']} {cells['unit']} is not an amount of energy."
        found.append(Problem(table.location(number, "amount"), what, MEGAWATT_HOURS, code="supply"))
        return None
    return amount * conversion.factor


def _date(table: Table, number: int, column: str, text: str, found: list[Problem]) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        cure = "Write year-month-day, such as 2024-01-01."
        found.append(Problem(table.location(number, column), f"{text!r} is not a date.", cure, code="supply"))
        return None


def _twice(rows: Iterable[_Row]) -> Iterator[Problem]:
    """An instrument counts once, whichever site uses it."""
    seen: dict[str, str] = {}
    for row in rows:
        if row.part in COVERING:
            if row.id in seen:
                what = f"The {row.part} {row.id!r} stands already in {seen[row.id]}."
                yield Problem(
                    row.place, what, "One instrument covers electricity once; retire another for more.", code="supply"
                )
            seen[row.id] = row.place


def _sites(rows: list[_Row], problems: list[Problem]) -> Iterator[SiteSupply]:
    for site, carrier in dict.fromkeys((row.site, row.carrier) for row in rows):
        mine = [row for row in rows if (row.site, row.carrier) == (site, carrier)]
        stages = tuple(dict.fromkeys(stage for row in mine for stage in row.stages.replace(",", " ").split()))
        if not stages:
            cure = "Write their ids in the column `stages` of one row, separated by blanks."
            problems.append(Problem(mine[0].place, f"No stages are named that {site!r} runs.", cure, code="supply"))
            continue
        build = _electricity if carrier == "electricity" else _heat
        market, location = build(site, mine, problems)
        yield SiteSupply(site, stages, carrier, market, location)


def _electricity(site: str, rows: list[_Row], problems: list[Problem]) -> tuple[tuple[Part, ...], tuple[Part, ...]]:
    """Parts by market and by location; on-site and direct lines are physical, contracts only tell whose grid power it is."""
    own = [row for row in rows if row.part in ("on_site", "direct_line")]
    grid = [row for row in rows if row.part == "grid"]
    covering = [row for row in rows if row.part in COVERING]
    residual = next((row for row in rows if row.part == "residual"), None)
    bought = sum(row.energy for row in grid)
    used = bought + sum(row.energy for row in own)
    covered = sum(row.energy for row in covering)
    problems += _over_contracted(site, covering, covered, bought)
    problems += _out_of_time(covering, grid)
    if used <= 0:
        problems.append(Problem(rows[0].place, f"{site!r} uses no electricity.", "Give the meters' totals.", code="supply"))
        return (), ()
    physical = [_part(row, row.energy / used) for row in own if row.attributes_sold != "yes"]
    sold = sum(row.energy for row in own if row.attributes_sold == "yes")
    first = grid[0] if grid else None
    plain = Part("grid", (bought + sold) / used, first.item if first else "", first.region if first else "",
                 _year(first) if first else 0, location=first.place if first else rows[0].place)  # fmt: skip
    rest = (bought - covered + sold) / used
    left = _part(residual, rest) if residual else replace(plain, multiplier=rest)
    market = [*physical, *(_part(row, row.energy / used) for row in covering), left]
    return _some(market), _some([*physical, plain])


def _over_contracted(site: str, covering: list[_Row], covered: float, bought: float) -> Iterator[Problem]:
    if covered > bought * (1 + 1e-9):
        what = f"Contracts and certificates of {site!r} cover {covered / 3600:g} MWh, but the grid gave {bought / 3600:g} MWh."
        yield Problem(covering[0].place, what, "What is not bought from the grid cannot be covered: lower them.", code="supply")


def _out_of_time(covering: list[_Row], grid: list[_Row]) -> Iterator[Problem]:
    """Instruments whose period does not meet that of the use."""
    for row in covering:
        for use in grid:
            year = _year(use)
            start = use.start or (date(year, 1, 1) if year else None)
            end = use.end or (date(year, 12, 31) if year else None)
            if start is None or end is None:
                what = "The grid row says no period, so it cannot be told whether the contract covers it."
                yield Problem(use.place, what, "Give its year, or period_start and period_end.", code="supply")
            elif row.start and row.end and (row.end < start or row.start > end):
                what = f"{row.id!r} runs from {row.start} to {row.end}, the use from {start} to {end}."
                yield Problem(row.place, what, "An instrument covers electricity of its own period only.", code="supply")


def _heat(site: str, rows: list[_Row], problems: list[Problem]) -> tuple[tuple[Part, ...], tuple[Part, ...]]:
    """Parts per MJ of heat delivered; what is recovered is less bought, its fans are electricity."""
    delivered = sum(row.energy * row.efficiency for row in rows if row.part != "fan_power")
    if delivered <= 0:
        problems.append(Problem(rows[0].place, f"{site!r} uses no heat.", "Give the meters' totals.", code="supply"))
        return (), ()
    parts = [_part(row, row.energy / delivered) for row in rows if row.part in ("purchased", "boiler")]
    fans = [replace(_part(row, row.energy / delivered), item=row.item or "electricity", factor_kind="life_cycle")
            for row in rows if row.part == "fan_power"]  # fmt: skip
    return _some([*parts, *fans]), _some([*parts, *fans])


def _part(row: _Row, multiplier: float) -> Part:
    return Part(row.part, multiplier, row.item, row.region, _year(row), location=row.place)


def _year(row: _Row) -> int:
    return int(row.year) if row.year.isdigit() else row.start.year if row.start and row.part == "grid" else 0


def _some(parts: Iterable[Part]) -> tuple[Part, ...]:
    return tuple(part for part in parts if part.multiplier > 0)


def _claimed_twice(sites: Iterable[SiteSupply]) -> Iterator[Problem]:
    owner: dict[tuple[str, str], str] = {}
    for site in sites:
        for stage in site.stages:
            other = owner.setdefault((site.carrier, stage), site.site)
            if other != site.site:
                what = f"Stage {stage!r} takes its {site.carrier} from {other!r} and from {site.site!r}."
                yield Problem(f"supply of {site.site}", what, "Name each stage at one site.", code="supply")
