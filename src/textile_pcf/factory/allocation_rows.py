"""Rows of the result of an allocation: carriers, lines, and activity data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from textile_pcf.arrays import FloatArray
from textile_pcf.errors import Problem
from textile_pcf.factory.activity_rows import ActivityRow, activity_row, sorted_activity
from textile_pcf.factory.allocation_checks import SiteTables
from textile_pcf.factory.lines import Lines
from textile_pcf.factory.production import ECONOMIC
from textile_pcf.io.safe_text import escape_controls
from textile_pcf.messages.message import Message
from textile_pcf.units import convert, parse_unit

SUBDIVISION, PHYSICAL, OTHER = 1, 2, 3
"""Steps of ISO 14044:2006, 4.3.4.2: avoid allocation by subdivision, physical relations, other relations such as value."""
COPIED = ("item", "region")
"""Columns of the utilities that the activity rows take from the first row of the carrier."""


def carrier_rows(tables: SiteTables, lines: Lines, left: FloatArray) -> list[dict[str, Any]]:
    """Return one row for each carrier: its totals by use, what was metered at processes, allocated, and left.

    Parameters
    ----------
    tables : SiteTables
    lines : Lines
    left : ndarray of float, shape (carriers,)
        What no product takes. [reported unit]
    """
    utilities = tables.utilities
    uses = {use: utilities.total(use).tolist() for use in ("production", "domestic", "sold")}
    allocated, metered = lines.sums(len(utilities.carriers)).tolist(), utilities.metered
    by_process: list[dict[str, float]] = [{} for _ in utilities.carriers]
    for carrier, process, amount in zip(metered.carrier.tolist(), metered.process, metered.amount.tolist(), strict=True):
        by_process[carrier][process] = amount
    return [
        {"carrier": carrier, "unit": utilities.units[index], **{use: totals[index] for use, totals in uses.items()},
         "metered_by_process": by_process[index], "allocated": allocated[index], "unallocated": float(left[index])}
        for index, carrier in enumerate(utilities.carriers)
    ]  # fmt: skip


def allocation_rows(tables: SiteTables, lines: Lines) -> list[dict[str, Any]]:
    """Return one row for each line: amount, driver, step of ISO 14044, share of the carrier, and intensity.

    Parameters
    ----------
    tables : SiteTables
    lines : Lines

    References
    ----------
    ISO 14044:2006, 4.3.4.2: allocation procedure.
    """
    utilities, production, plan = tables.utilities, tables.production, tables.plan
    totals = utilities.total("production")[lines.carrier]
    shares = np.divide(lines.amount, totals, out=np.zeros(len(totals)), where=totals > 0).tolist()
    divisors, per = production.per_output
    intensities = (lines.amount / divisors[lines.row]).tolist()
    by_plan = [_plan_cells(tables, row) for row in (-1, *range(plan.table.rows))]
    rows = []
    for line, (carrier, process, row, plan_row, amount, metered) in enumerate(lines.tuples()):
        cells = by_plan[plan_row + 1]
        rows.append({
            "carrier": utilities.carriers[carrier],
            "process": production.processes[process],
            "product": production.product[row],
            "amount": amount,
            "unit": utilities.units[carrier],
            "driver": cells["driver"],
            "step": cells["step"],
            "share": shares[line],
            "metered": metered,
            "reason": cells["reason"],
            "intensity": intensities[line],
            "intensity_unit": f"{utilities.units[carrier]}/{per[row]}",
            "flow": utilities.flows[carrier],
        })  # fmt: skip
    return rows


def _plan_cells(tables: SiteTables, row: int) -> dict[str, Any]:
    """Return driver, step and reason of a row of the plan; of -1 those of a process with one product."""
    if row < 0:
        return {"driver": None, "step": SUBDIVISION, "reason": None}
    driver = tables.plan.driver[row]
    return {"driver": driver, "step": OTHER if driver == ECONOMIC else PHYSICAL, "reason": tables.plan.reason(row) or None}


def allocation_activity(tables: SiteTables, lines: Lines, year: str) -> list[ActivityRow]:
    """Return the activity data: of each product at each process its output, and the total of each flow.

    Parameters
    ----------
    tables : SiteTables
    lines : Lines
    year : str
        Year of the site's rows.

    Returns
    -------
    list of dict
        Carriers of one flow, item and region add up in one row; it is measured if all its parts are.
    """
    utilities, production = tables.utilities, tables.production
    factors = _flow_factors(tables)
    blank = [_carrier_row(tables, index, factors[index][1], year, source) for index, source in enumerate(_sources(tables))]
    keys = [_flow_key(tables, index) for index in range(len(utilities.carriers))]
    rows: dict[tuple[Any, ...], ActivityRow] = {}
    for carrier, process, row, plan_row, amount, metered in lines.tuples():
        key = (row, keys[carrier])
        found = rows.get(key)
        if found is None:
            cells = {"product": production.product[row], "stage": production.processes[process], "amount": 0.0}
            found = rows[key] = {**blank[carrier], **cells}
        found["amount"] += amount * factors[carrier][0]
        if not metered or plan_row >= 0:
            found["data_type"] = "calculated"
    used = np.unique(lines.row).tolist()
    return sorted_activity([*_output_rows(tables, used, year), *rows.values()])


def _carrier_row(tables: SiteTables, carrier: int, unit: str, year: str, source: str) -> ActivityRow:
    """Return the row of a carrier, without product, stage and amount."""
    utilities = tables.utilities
    cells = {name: utilities.cell(carrier, name) for name in COPIED}
    return activity_row("", "", utilities.flows[carrier], 0.0, unit, **cells, year=year, data_type="measured", source=source)


def _output_rows(tables: SiteTables, rows: list[int], year: str) -> Iterator[ActivityRow]:
    """Yield the output of a product at a process for each row of the production, as given."""
    production = tables.production
    blank = activity_row("", "", "output", 0.0, "", year=year, source=escape_controls(production.table.table.name))
    outputs, processes, notes = production.output.tolist(), production.process.tolist(), production.table.texts("note")
    units = [unit.text if unit else "" for unit in production.units]
    for row in rows:
        cells = {"product": production.product[row], "stage": production.processes[processes[row]]}
        yield {**blank, **cells, "amount": outputs[row], "unit": units[row], "note": notes[row]}


def _sources(tables: SiteTables) -> list[str]:
    """Return the source of each carrier: those that its rows name, else the table."""
    utilities = tables.utilities
    texts, found = utilities.table.texts("source"), [dict[str, None]() for _ in utilities.carriers]
    for row in np.flatnonzero(utilities.use == 0).tolist():
        if texts[row]:
            found[utilities.carrier[row]][texts[row]] = None
    return ["; ".join(names) or escape_controls(utilities.table.table.name) for names in found]


def _flow_factors(tables: SiteTables) -> list[tuple[float, str]]:
    """Return factor and unit of the activity rows of each carrier: equal rows of several carriers add up in one unit."""
    utilities, units = tables.utilities, dict[tuple[str, ...], str]()
    factors = []
    for index, text in enumerate(utilities.units):
        unit = units.setdefault(_flow_key(tables, index), text)
        conversion = convert(parse_unit(text), parse_unit(unit)) if text != unit else None
        factors.append((1.0 if conversion is None else conversion.factor, unit))
    return factors


def _flow_key(tables: SiteTables, carrier: int) -> tuple[str, ...]:
    return (tables.utilities.flows[carrier], *(tables.utilities.cell(carrier, name) for name in COPIED))


def check_flows(tables: SiteTables, problems: list[Problem]) -> None:
    """Append a problem for each carrier whose activity rows would be equal to those of another, in a unit of another kind.

    Parameters
    ----------
    tables : SiteTables
    problems : list of Problem
        Problems are appended.
    """
    utilities, first = tables.utilities, dict[tuple[str, ...], int]()
    for index, name in enumerate(utilities.carriers):
        other = first.setdefault(_flow_key(tables, index), index)
        units = (utilities.units[index], utilities.units[other])
        if other == index or not all(units) or convert(*map(parse_unit, units)) is not None:
            continue
        what = "{carrier} in {unit} and {other} in {other_unit} are the same flow {flow!r}."
        values = {"carrier": name, "other": utilities.carriers[other], "flow": utilities.flows[index]}
        message = Message(what, **values, unit=units[0], other_unit=units[1])
        cure = Message("Give one of them a flow or an item of its own.")
        utilities.table.problem(problems, int(utilities.first[index]), "flow", message, cure)
