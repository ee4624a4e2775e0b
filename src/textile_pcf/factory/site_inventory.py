"""The greenhouse gas inventory of a site from the tables of its year: the main path of `tp.factory.inventory` on one page.

Each row is a source of one class, and each class has one formula. With production and plan the emissions of what was allocated
go to the products; the remainder is what no product took. Products and remainder are the site.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from math import fsum
from typing import Any, TypedDict, Unpack

import numpy as np

from textile_pcf.arrays import FloatArray
from textile_pcf.errors import InputError, Problem, UsageError, wrong_type
from textile_pcf.factors.gwp import SETS
from textile_pcf.factory.allocation import share_site, site_tables
from textile_pcf.factory.allocation_checks import SiteTables
from textile_pcf.factory.chemical_use import factor_tables
from textile_pcf.factory.formulas import burnt_fuels, parts_of_one, treated_water
from textile_pcf.factory.inventory_factors import factor_warnings, match_sources
from textile_pcf.factory.inventory_lines import (
    GBT32151,
    GHG_PROTOCOL,
    PROFILES,
    Emissions,
    emissions_of,
    line_rows,
    memo_rows,
    sums_by_class,
    sums_by_scope,
)
from textile_pcf.factory.inventory_rows import read_inventory_rows
from textile_pcf.factory.lines import Lines
from textile_pcf.factory.percentages import tolerance_of
from textile_pcf.factory.results import FactoryResult, RowsView
from textile_pcf.factory.sharing import check_sums, sum_by_group
from textile_pcf.factory.tables import FactoryTable, read_factory_tables
from textile_pcf.factory.utilities import Utilities, read_utilities, site_year
from textile_pcf.messages.message import Message

UNIT = "kgCO2e"
INTERPRETED = {
    GBT32151: Message(
        "The profile gbt32151 is an interpretation: GB/T 32151.12-2018 was not read, only its abstract and that of GB/T 32150."
    ),
    GHG_PROTOCOL: Message(
        "The profile ghg_protocol is an interpretation: the GHG Protocol Corporate Standard was read in secondary sources."
    ),
}


@dataclass(frozen=True, slots=True)
class InventoryOptions:
    """Checked options of a run."""

    gwp: str
    profile: str
    tolerance: float


class GivenOptions(TypedDict, total=False):
    """Options of `inventory`, as they are given."""

    gwp: str | None
    profile: str | None
    tolerance: str | None


def inventory(
    utilities: Any, production: Any = None, plan: Any = None, *, factors: Any = None, **options: Unpack[GivenOptions]
) -> FactoryResult:
    r"""Return the greenhouse gas inventory of a site: scopes 1 and 2, and the rows of scope 3 that are given.

    Parameters
    ----------
    utilities : path, DataFrame, pyarrow Table or list of dict
        `carrier, class, process, use, amount, unit, item, region, year, …`, and what the formulas need: `ncv`, `carbon`,
        `oxidation`, `purity`, `cod_in`, `cod_out`, `removed`, `mcf`, `recovered`.
    production, plan : path, DataFrame, pyarrow Table or list of dict, optional
        As in `allocate`; with both, emissions are given per product.
    factors : str, Path, FactorTable or list of them, optional
        The only tables asked; `default` where none is named.
    **options
        `gwp`: AR4, AR5, AR6 (by default) or EF3.1. `profile`: `"ghg_protocol"` (by default) or `"gbt32151"`. `tolerance`: part
        of a site's total by which the processes may exceed it, such as `"2 %"`; 0 by default.

    Returns
    -------
    FactoryResult
        With `profile, gwp, unit, total, scopes, classes, lines, memo, products, allocated, remainder`.

    Raises
    ------
    InputError
        With every problem of the tables, also of sources without a factor.
    UsageError
        An option is none, or production stands without plan.

    Notes
    -----
    Fuels with a heating value: :math:`FC \cdot NCV \cdot CC \cdot OF \cdot 44/12`. Wastewater:
    :math:`((W (COD_{in} - COD_{out}) - S) B_0 MCF - R) GWP`. All others: amount times factor.

    References
    ----------
    GHG Protocol Corporate Standard; GB/T 32150-2015, GB/T 32151.12-2018; IPCC 2006, Volume 5, chapter 6. All read in secondary
    sources.

    Examples
    --------
    >>> result = inventory([
    ...     {"carrier": "natural_gas", "amount": "1000000 m3", "ncv": "0.038931 GJ/m3", "carbon": 15.3, "oxidation": 0.99}])
    >>> round(result["total"], 1), result["scopes"]["1"] == result["total"]
    (2162188.8, True)
    """
    checked = _options(**options)
    if utilities is None:
        raise wrong_type("utilities", None, "a table", "Give a path, a pandas DataFrame, or a list of rows.")
    if (production is None) != (plan is None):
        what, cure = Message("Production and plan are given together."), Message("Give both, or none of them.")
        raise UsageError([Problem("production", what, cure, code="usage")])
    named = factor_tables(factors)
    tables = read_factory_tables({"utilities": utilities, "production": production, "plan": plan})
    problems: list[Problem] = []
    site, read = _site(tables, problems)
    site_year(read, problems)
    rows = read_inventory_rows(read, problems)
    fuels, water = burnt_fuels(rows, problems), treated_water(rows, checked.gwp, problems)
    others = np.setdiff1d(np.arange(len(rows.row)), np.concatenate([fuels.source, water.source, rows.of_class("wastewater")]))
    matched = match_sources(rows, others.astype(np.intp), named, checked.gwp, problems)
    purity = parts_of_one(read.table, "purity", problems)
    lines = share_site(site, checked.tolerance, problems) if site is not None else None
    if problems:
        raise InputError(problems)
    emissions = emissions_of(rows, matched, (fuels, water), purity, checked.profile)
    total = fsum(emissions.counted.tolist())
    result = {"profile": checked.profile, "gwp": checked.gwp, "unit": UNIT, "total": total,
              "scopes": sums_by_scope(emissions), "classes": sums_by_class(emissions),
              "lines": RowsView(partial(line_rows, emissions)), "memo": RowsView(partial(memo_rows, emissions)),
              **_products(emissions, total, site, lines)}  # fmt: skip
    notes = [note for table in tables.values() for note in table.table.notes]
    warnings = [*notes, INTERPRETED[checked.profile], *factor_warnings(rows, matched, named, checked.gwp)]
    return FactoryResult(result, (), tuple(warnings), csv_table="lines")


def _options(gwp: str | None = None, profile: str | None = None, tolerance: str | None = None) -> InventoryOptions:
    """Return checked options."""
    for name, given, known in (("gwp", gwp, SETS), ("profile", profile, PROFILES)):
        if given is not None and given not in known:
            what = Message("There is no {name} {text!r}.", name=name, text=str(given)[:60])
            raise UsageError([Problem(name, what, Message("Choose from: {choices}.", choices=", ".join(known)), code="usage")])
    return InventoryOptions(gwp or "AR6", profile or GHG_PROTOCOL, tolerance_of(tolerance, "allocation_tolerance"))


def _site(tables: dict[str, FactoryTable], problems: list[Problem]) -> tuple[SiteTables | None, Utilities]:
    """Return the tables of the site, None without production and plan, and the utilities."""
    if "plan" not in tables:
        return None, read_utilities(tables["utilities"], problems)
    site = site_tables(tables, problems)
    return site, site.utilities


def _products(
    emissions: Emissions, total: float, site: SiteTables | None, shared: tuple[Lines | None, FloatArray] | None
) -> dict[str, Any]:
    """Return the emissions of the products, after a check that products and remainder are the site."""
    lines = shared[0] if shared is not None else None
    if site is None or lines is None:
        return {"products": [], "allocated": 0.0, "remainder": total}
    utilities, rows, count = site.utilities, emissions.rows, len(site.utilities.carriers)
    carrier, of_production = utilities.carrier[rows.row], utilities.use[rows.row] == 0
    given_off = sum_by_group(emissions.counted[of_production], carrier[of_production], count)
    used = utilities.total("production")
    average = np.divide(given_off, used, out=np.zeros(count), where=used > 0)
    kg = lines.amount * average[lines.carrier]
    allocated = fsum(kg.tolist())
    left = (used - lines.sums(count)) * average
    remainder = fsum([*left.tolist(), *emissions.counted[~of_production].tolist()])
    added = fsum(np.abs(emissions.counted).tolist())
    check_sums(np.array([allocated + remainder]), np.array([total]), np.array([added]), "products + remainder = site")
    return {"products": _product_rows(site, lines, kg), "allocated": allocated, "remainder": remainder}


def _product_rows(site: SiteTables, lines: Lines, kg: FloatArray) -> list[dict[str, Any]]:
    """Return emissions, declared output and intensity of each product, in the order of the production."""
    production = site.production
    names = list(dict.fromkeys(production.product))
    index = {name: number for number, name in enumerate(names)}
    product = np.array([index[name] for name in production.product], dtype=np.intp)
    sums = sum_by_group(kg, product[lines.row], len(names)).tolist()
    declared = dict(_declared(production.product, production.final))
    rows = []
    for name, emitted in zip(names, sums, strict=True):
        row = declared.get(name)
        unit = production.units[row] if row is not None else None
        output = float(production.output[row]) if row is not None else None
        rows.append({"product": name, "kgCO2e": emitted, "output": output, "unit": unit.text if unit else None,
                     "intensity": emitted / output if output else None})  # fmt: skip
    return rows


def _declared(products: list[str], final: list[bool]) -> Iterable[tuple[str, int]]:
    """Yield each product with the row of its declared output: the one that is final, else its only one."""
    rows: dict[str, list[int]] = {}
    for row, name in enumerate(products):
        rows.setdefault(name, []).append(row)
    for name, own in rows.items():
        chosen = [row for row in own if final[row]] or (own if len(own) == 1 else [])
        if chosen:
            yield name, chosen[0]
