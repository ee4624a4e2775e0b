"""Checks of utilities, production and plan against each other: whether every amount has a way, and every way an amount."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from textile_pcf.arrays import FloatArray, IndexArray
from textile_pcf.columns import group_rows
from textile_pcf.errors import Problem
from textile_pcf.factory.plan import NONE, Plan, check_weights, missing_processes
from textile_pcf.factory.production import Production
from textile_pcf.factory.sharing import rows_of_groups, sum_by_group
from textile_pcf.factory.utilities import Utilities
from textile_pcf.messages.message import Message
from textile_pcf.messages.suggestion import did_you_mean

ROUNDING = 1e-12
"""Part of a total below which a rest is the rounding of its sums, such as 0.3 − 0.1 − 0.2."""


@dataclass(frozen=True, eq=False)
class SiteTables:
    """The three tables of a site's year.

    Attributes
    ----------
    utilities : Utilities
    production : Production
    plan : Plan
    """

    utilities: Utilities
    production: Production
    plan: Plan


@dataclass(frozen=True, eq=False)
class Shares:
    """Lines of an allocation before amounts are shared out: one for each entry and product of its process.

    Attributes
    ----------
    carrier, process, plan_row : ndarray of intp, shape (entries,)
        Of each entry: an amount metered at a process, or a process with a weight. `plan_row` is -1 where no driver is needed.
    entry, row : ndarray of intp, shape (lines,)
        Entry, and row of the production, of each line.
    group : ndarray of intp, shape (lines,)
        Amount that the line takes a share of: the entry of a metered amount, the carrier of the rest of the site.
    driver : ndarray of float, shape (lines,)
        Driver of the product [canonical unit]; 1 where no driver is needed.
    """

    carrier: IndexArray
    process: IndexArray
    plan_row: IndexArray
    entry: IndexArray
    row: IndexArray
    group: IndexArray
    driver: FloatArray


def rest_of_site(tables: SiteTables, tolerance: float, problems: list[Problem]) -> FloatArray:
    """Return the total of each carrier minus what its processes take, and check that it is not below zero.

    Parameters
    ----------
    tables : SiteTables
    tolerance : float
        Part of the total by which the processes may exceed it.
    problems : list of Problem
        Problems are appended.

    Returns
    -------
    ndarray of float, shape (carriers,)
        Negative within the tolerance. [reported unit]
    """
    utilities = tables.utilities
    total, rest = utilities.total("production"), utilities.rest()
    rest = np.where(np.abs(rest) <= ROUNDING * total, 0.0, rest)
    for carrier in np.flatnonzero(rest < -(tolerance + ROUNDING) * total).tolist():
        what = "The processes take {part:.10g} {unit} of {carrier}, and the site {whole:.10g} {unit}."
        amounts = {"part": float(total[carrier] - rest[carrier]), "whole": float(total[carrier])}
        message = Message(what, unit=utilities.units[carrier], carrier=utilities.carriers[carrier], **amounts)
        cure = Message("Rows with a process are part of the site's amount: correct them, or allow more with the tolerance.")
        utilities.table.problem(problems, int(utilities.first[carrier]), "amount", message, cure)
    return rest


def metered_shares(tables: SiteTables, problems: list[Problem]) -> Shares:
    """Return the lines of what is metered at processes, after a check that each process has products and a driver.

    Parameters
    ----------
    tables : SiteTables
    problems : list of Problem
        Problems are appended.
    """
    metered, production, plan = tables.utilities.metered, tables.production, tables.plan
    process = np.array([production.process_index.get(name, -1) for name in metered.process], dtype=np.intp)
    pairs = zip(metered.carrier.tolist(), process.tolist(), strict=True)
    plan_row = np.array([plan.row_of.get(pair, -1) for pair in pairs], dtype=np.intp)
    for entry in range(len(process)):
        _check_metered(tables, entry, int(process[entry]), int(plan_row[entry]), problems)
    known = process >= 0
    single = np.where(known, production.counts[np.where(known, process, 0)], 0) == 1 if len(production.counts) else ~known
    shares = _shares(tables, metered.carrier, process, np.where(single, -1, plan_row))
    return _with_drivers(tables, replace(shares, group=shares.entry), problems)


def _check_metered(tables: SiteTables, entry: int, process: int, plan_row: int, problems: list[Problem]) -> None:
    """Append a problem if a metered amount has nowhere to go, or no driver to be shared by."""
    utilities, production = tables.utilities, tables.production
    metered = utilities.metered
    name, carrier, row = metered.process[entry], utilities.carriers[metered.carrier[entry]], int(metered.row[entry])
    if process < 0:
        what = Message("No product of the table production went through {name!r}.", name=name[:60])
        cure = did_you_mean(name, production.processes, Message("Add its products, or leave the process empty."))
        utilities.table.problem(problems, row, "process", what, cure)
    elif plan_row >= 0 and tables.plan.driver[plan_row] == NONE:
        text = "The plan gives {name!r} none of {carrier}, and an amount was metered there in {where}."
        message = Message(text, name=name, carrier=carrier, where=utilities.table.location(row))
        tables.plan.table.problem(problems, plan_row, "driver", message, Message("Name a driver for what was metered."))
    elif plan_row < 0 and production.counts[process] > 1:
        text = "{carrier} metered at {name!r} is shared by {count} products, and the plan does not say by what."
        message = Message(text, carrier=carrier, name=name, count=int(production.counts[process]))
        cure = Message(
            "Add to the plan the row {carrier},{name} with a driver, such as machine_hours.", carrier=carrier, name=name
        )
        utilities.table.problem(problems, row, "process", message, cure)


def weighted_shares(tables: SiteTables, problems: list[Problem]) -> Shares:
    """Return the lines of the rest of the site, after a check that every process is named or metered.

    Parameters
    ----------
    tables : SiteTables
    problems : list of Problem
        Problems are appended.
    """
    utilities, production, plan = tables.utilities, tables.production, tables.plan
    check_weights(plan, utilities, problems)
    for carrier, process in missing_processes(plan, utilities, production):
        what = Message(
            "{name!r} is neither metered nor named in the plan for {carrier}.",
            name=production.processes[process],
            carrier=utilities.carriers[carrier],
        )
        cure = Message("Give it a weight in the plan, or the driver none with a reason.")
        production.table.problem(problems, int(np.flatnonzero(production.process == process)[0]), "process", what, cure)
    _check_idle_rows(tables, problems)
    rows = plan.weighted
    return _with_drivers(tables, _shares(tables, plan.carrier[rows], plan.process[rows], rows), problems)


def _check_idle_rows(tables: SiteTables, problems: list[Problem]) -> None:
    """Append a problem for each row of the plan that says nothing: no weight, and nothing metered."""
    metered, plan = tables.utilities.metered, tables.plan
    known = set(zip(metered.carrier.tolist(), metered.process, strict=True))
    for (carrier, process), row in plan.row_of.items():
        name = tables.production.processes[process]
        if plan.driver[row] in ("", NONE) or plan.table.texts("weight")[row] or (carrier, name) in known:
            continue
        what = "{name!r} has no weight, and no {carrier} was metered there."
        message = Message(what, name=name, carrier=tables.utilities.carriers[carrier])
        cure = Message("Give a weight for its part of the rest, or the driver none with a reason.")
        plan.table.problem(problems, row, "weight", message, cure)


def _shares(tables: SiteTables, carrier: IndexArray, process: IndexArray, plan_row: IndexArray) -> Shares:
    """Return a line for each entry and product of its process; none for a process that is -1."""
    production = tables.production
    entry, row = rows_of_groups(process, production.process)
    return Shares(carrier, process, plan_row, entry, row, carrier[entry], np.ones(len(entry)))


def _with_drivers(tables: SiteTables, shares: Shares, problems: list[Problem]) -> Shares:
    """Return the lines with the driver of each product; missing drivers are problems."""
    plan, driver = tables.plan, shares.driver.copy()
    line_plan = shares.plan_row[shares.entry]
    for name in dict.fromkeys(plan.driver):
        if name in ("", NONE):
            continue
        uses = np.array([each == name for each in plan.driver], dtype=bool)
        lines = np.flatnonzero((line_plan >= 0) & uses[line_plan])
        driver[lines] = tables.production.drivers[name][shares.row[lines]]
        if name == "output":
            _check_kinds(tables, lines, shares, problems)
        else:
            _check_driver(tables, name, lines[np.isnan(driver[lines])], shares, problems)
    return replace(shares, driver=driver)


def _check_driver(tables: SiteTables, name: str, missing: IndexArray, shares: Shares, problems: list[Problem]) -> None:
    """Append a problem for each empty cell of a driver that the plan names."""
    production, plan = tables.production, tables.plan
    cells = {int(shares.row[line]): int(line) for line in missing[::-1]}
    for row in sorted(cells):
        if production.table.texts(name)[row]:
            continue  # a cell that is no number has a problem of its own
        where = plan.table.location(int(shares.plan_row[shares.entry[cells[row]]]))
        what = "The driver {driver!r} of {product!r} is missing, by which {where} shares."
        message = Message(what, driver=name, product=production.product[row], where=where)
        production.table.problem(problems, row, name, message, Message("Fill it in, or name another driver in the plan."))


def _check_kinds(tables: SiteTables, lines: IndexArray, shares: Shares, problems: list[Problem]) -> None:
    """Append a problem for each amount that is shared by outputs of several kinds, which cannot be added up."""
    group = shares.group[lines]
    for index in np.unique(group).tolist():
        own = lines[group == index]
        kinds = tables.production.unit_kinds(shares.row[own])
        if len(kinds) > 1:
            row = int(shares.plan_row[shares.entry[own[0]]])
            what = Message("The outputs to be added up measure {kind} and {other}.", kind=kinds[0], other=kinds[1])
            cure = Message("Name a driver that all products have, such as input.")
            tables.plan.table.problem(problems, row, "driver", what, cure)


def check_not_zero(tables: SiteTables, shares: Shares, problems: list[Problem]) -> None:
    """Append a problem for each amount whose drivers are all 0.

    Parameters
    ----------
    tables : SiteTables
    shares : Shares
    problems : list of Problem
        Problems are appended.
    """
    first, group = group_rows(shares.group)
    for index in np.flatnonzero(sum_by_group(shares.driver, group, len(first)) == 0).tolist():
        row = int(shares.plan_row[shares.entry[first[index]]])
        what = Message("All products have 0 of the driver {driver!r}.", driver=tables.plan.driver[row])
        tables.plan.table.problem(problems, row, "driver", what, Message("Correct the drivers, or name another."))
