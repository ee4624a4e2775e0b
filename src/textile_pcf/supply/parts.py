"""Parts of the electricity and heat of each site, from all its rows, and what does not fit between rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date

from textile_pcf.errors import Problem
from textile_pcf.messages.message import Message
from textile_pcf.supply.rows import SupplyRow
from textile_pcf.supply.sites import COVERING, Part, SiteSupply


def duplicate_instruments(rows: Iterable[SupplyRow]) -> Iterator[Problem]:
    """Yield a problem for each contract or certificate that occurs again, at the same or another site."""
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


def build_sites(rows: list[SupplyRow], problems: list[Problem]) -> Iterator[SiteSupply]:
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


def _electricity_parts(site: str, rows: list[SupplyRow], problems: list[Problem]) -> tuple[tuple[Part, ...], tuple[Part, ...]]:
    """Return the market-based and the location-based parts; problems are appended.

    On-site generation and direct lines are physical. Contracts only assign grid electricity to a supplier.
    """
    own = [row for row in rows if row.part in ("on_site", "direct_line")]
    grid = [row for row in rows if row.part == "grid"]
    covering = [row for row in rows if row.part in COVERING]
    residuals = [row for row in rows if row.part == "residual"]
    problems += map(_second_residual, residuals[1:])
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
    grids = _grid_parts(grid, bought) or [Part("grid", 1.0, "", location=rows[0].location)]
    uncovered = (bought - covered + sold) / used
    rest = [_part(row, uncovered) for row in residuals[:1]]
    rest = rest or [replace(one, multiplier=uncovered * one.multiplier) for one in grids]
    market = [*physical, *(_part(row, row.energy / used) for row in covering), *rest]
    location = [replace(one, multiplier=(bought + sold) / used * one.multiplier) for one in grids]
    return _nonzero(market), _nonzero([*physical, *location])


def _grid_parts(grid: list[SupplyRow], bought: float) -> list[Part]:
    """Return the parts of the grid electricity, adding up to 1: one for all rows of one item, region and year."""
    energy: dict[Part, float] = {}
    for row in grid:
        part = _part(row, 0.0)
        energy[part] = energy.get(part, 0.0) + row.energy
    if not bought:  # what counts as the grid's is own power whose attributes are sold
        return [replace(part, multiplier=1.0) for part in energy][:1]
    return [replace(part, multiplier=amount / bought) for part, amount in energy.items()]


def _second_residual(row: SupplyRow) -> Problem:
    """Return the problem of a further row of the residual mix, which has one factor."""
    what = Message("The residual mix of {site!r} is given twice.", site=row.site)
    return Problem(row.location, what, "Keep the row whose factor what no contract covers takes.", code="supply")


def _over_contracted(site: str, covering: list[SupplyRow], covered: float, bought: float) -> Iterator[Problem]:
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


def _outside_period(covering: list[SupplyRow], grid: list[SupplyRow]) -> Iterator[Problem]:
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


def _heat_parts(site: str, rows: list[SupplyRow], problems: list[Problem]) -> tuple[tuple[Part, ...], tuple[Part, ...]]:
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


def _part(row: SupplyRow, multiplier: float) -> Part:
    """Return the part of a row."""
    return Part(row.part, multiplier, row.item, row.region, _year(row), location=row.location)


def _year(row: SupplyRow) -> int:
    """Return the year of a row; of the grid, that in which its period starts. 0 if unknown."""
    return int(row.year) if row.year else row.start.year if row.start and row.part == "grid" else 0


def _nonzero(parts: Iterable[Part]) -> tuple[Part, ...]:
    return tuple(part for part in parts if part.multiplier > 0)


def duplicate_stages(sites: Iterable[SiteSupply]) -> Iterator[Problem]:
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
