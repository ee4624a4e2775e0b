"""A site's year to its products: the main path of `tp.factory.allocate` on one page.

Of each carrier, what was metered at a process goes to the products of that process; the rest of the site goes to the processes
with a weight. Nothing is shared without a row of the plan, and every sum is checked.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from textile_pcf.arrays import FloatArray
from textile_pcf.errors import InputError, Problem, wrong_type
from textile_pcf.factory.allocation_checks import SiteTables, check_not_zero, metered_shares, rest_of_site, weighted_shares
from textile_pcf.factory.allocation_rows import COPIED, allocation_activity, allocation_rows, carrier_rows, check_flows
from textile_pcf.factory.lines import Lines, share_lines
from textile_pcf.factory.percentages import tolerance_of
from textile_pcf.factory.plan import read_plan
from textile_pcf.factory.production import read_production
from textile_pcf.factory.results import FactoryResult, RowsView
from textile_pcf.factory.sharing import check_sums
from textile_pcf.factory.tables import FactoryTable, read_factory_tables
from textile_pcf.factory.utilities import differing_cells, read_utilities, site_year
from textile_pcf.messages.message import Message


def allocate(utilities: Any, production: Any, plan: Any, *, tolerance: str | None = None) -> FactoryResult:
    r"""Allocate the energy and water of a site's year to its products, as far as the plan says.

    Parameters
    ----------
    utilities : path, DataFrame, pyarrow Table or list of dict
        `carrier, process, use, amount, unit, …`: the site's totals, and what was metered at processes (*of which*).
    production : path, DataFrame, pyarrow Table or list of dict
        `product, process, output, unit` and drivers: `input` [kg], `machine_hours` [h], `liquor` [m3], `area` [m2],
        `length` [m], `pieces`, `value` [CNY].
    plan : path, DataFrame, pyarrow Table or list of dict
        `carrier, process, driver, weight, reason`.
    tolerance : str, optional
        Part of a site's total by which the processes may exceed it, such as `"2 %"`; 0 by default.

    Returns
    -------
    FactoryResult
        With the tables `carriers` and `allocation`, and activity rows (`per: period`).

    Raises
    ------
    InputError
        With every problem of the three tables.
    UsageError
        A file does not exist, or the tolerance is none.

    Notes
    -----
    A metered amount :math:`P` goes to the products of its process by the driver :math:`d` of the plan,
    :math:`q_i = P d_i / \sum d`; one product needs no driver. The rest :math:`R` of the site goes to the products of the
    processes with a weight, :math:`q_i = R w_p d_i / \sum w d`. Without weights it stays unallocated.

    References
    ----------
    ISO 14044:2006, 4.3.4.2.

    Examples
    --------
    >>> result = allocate(
    ...     [{"carrier": "electricity", "amount": 1200, "unit": "MWh"}],
    ...     [{"product": "A", "process": "dyeing", "output": "400 t"},
    ...      {"product": "B", "process": "printing", "output": "100 t"}],
    ...     [{"carrier": "electricity", "process": "dyeing", "driver": "output", "weight": 1},
    ...      {"carrier": "electricity", "process": "printing", "driver": "output", "weight": 2}])
    >>> [(row["product"], row["amount"], row["intensity"], row["intensity_unit"]) for row in result["allocation"]]
    [('A', 800000.0, 2.0, 'kWh/kg'), ('B', 400000.0, 4.0, 'kWh/kg')]
    """
    part = tolerance_of(tolerance, "allocation_tolerance")
    sources = {"utilities": utilities, "production": production, "plan": plan}
    for name in [name for name, source in sources.items() if source is None]:
        raise wrong_type(name, None, "a table", "Give a path, a pandas DataFrame, or a list of rows.")
    tables = read_factory_tables(sources)
    problems: list[Problem] = []
    site = site_tables(tables, problems)
    year = site_year(site.utilities, problems)
    lines, rest = share_site(site, part, problems)
    check_flows(site, problems)
    if problems or lines is None:
        raise InputError(problems)
    left = _left(site, lines, rest)
    warnings = [note for table in tables.values() for note in table.table.notes]
    warnings += [*_warnings(site, left), *differing_cells(site.utilities, (*COPIED, "flow"))]
    result = {"carriers": carrier_rows(site, lines, left), "allocation": RowsView(partial(allocation_rows, site, lines))}
    return FactoryResult(result, RowsView(partial(allocation_activity, site, lines, year)), tuple(warnings))


def site_tables(tables: dict[str, FactoryTable], problems: list[Problem]) -> SiteTables:
    """Return what the tables `utilities`, `production` and `plan` say.

    Parameters
    ----------
    tables : dict of str to FactoryTable
    problems : list of Problem
        Problems of their cells are appended.
    """
    utilities = read_utilities(tables["utilities"], problems)
    production = read_production(tables["production"], problems)
    return SiteTables(utilities, production, read_plan(tables["plan"], utilities, production, problems))


def share_site(site: SiteTables, tolerance: float, problems: list[Problem]) -> tuple[Lines | None, FloatArray]:
    """Return the lines, None after a problem, and the rest of each carrier. [reported unit]

    Parameters
    ----------
    site : SiteTables
    tolerance : float
        Part of a site's total by which the processes may exceed it.
    problems : list of Problem
        Problems are appended.
    """
    metered, weighted = metered_shares(site, problems), weighted_shares(site, problems)
    rest = rest_of_site(site, tolerance, problems)
    for shares in (metered, weighted):
        check_not_zero(site, shares, problems)
    return (None if problems else share_lines(site, metered, weighted, rest)), rest


def _left(site: SiteTables, lines: Lines, rest: FloatArray) -> FloatArray:
    """Return what no product takes, after a check that products and remainder are the site."""
    carriers = len(site.utilities.carriers)
    has_weight = np.zeros(carriers, dtype=bool)
    has_weight[site.plan.carrier[site.plan.weighted]] = True
    left = np.where(has_weight, np.minimum(rest, 0.0), rest)
    shared = lines.sums(carriers)
    check_sums(shared + left, site.utilities.total("production"), shared + np.abs(left), "products + remainder = site")
    return left


def _warnings(site: SiteTables, left: FloatArray) -> list[Message]:
    """Return the warnings: amounts that stay unallocated, and processes that take more than the site."""
    warnings, utilities = [], site.utilities
    for index in np.flatnonzero(left).tolist():
        what = "{amount:.10g} {unit} of {carrier} stay unallocated, because no process has a weight in the plan."
        if left[index] < 0:
            what = (
                "The processes take {amount:.10g} {unit} of {carrier} more than the site, within the tolerance; none is shared."
            )
        amount = abs(float(left[index]))
        warnings.append(Message(what, amount=amount, unit=utilities.units[index], carrier=utilities.carriers[index]))
    return warnings
