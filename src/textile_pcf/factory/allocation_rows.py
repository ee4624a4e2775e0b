"""Rows of the result of an allocation: carriers, lines, and activity data."""

from __future__ import annotations

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
    rows = []
    for line, (carrier, process, row, plan_row, amount, metered) in enumerate(lines.tuples()):
        driver = plan.driver[plan_row] if plan_row >= 0 else None
        rows.append({
            "carrier": utilities.carriers[carrier],
            "process": production.processes[process],
            "product": production.product[row],
            "amount": amount,
            "unit": utilities.units[carrier],
            "driver": driver,
            "step": SUBDIVISION if driver is None else OTHER if driver == ECONOMIC else PHYSICAL,
            "share": shares[line],
            "metered": metered,
            "reason": (plan.reason(plan_row) or None) if plan_row >= 0 else None,
            "intensity": intensities[line],
            "intensity_unit": f"{utilities.units[carrier]}/{per[row]}",
            "flow": utilities.flows[carrier],
        })  # fmt: skip
    return rows


def allocation_activity(tables: SiteTables, lines: Lines, year: str) -> list[ActivityRow]:
    """Return the activity data: of each product at each process its output, and the total of each flow.

    Parameters
    ----------
    tables : SiteTables
    lines : Lines
    year : str
        Year of the site's rows.

    Raises
    ------
    ArithmeticError
        Carriers with equal rows were not checked before (`check_flows`).
    """
    utilities, production = tables.utilities, tables.production
    factors = _flow_factors(tables)
    cells = [{name: utilities.cell(k, name) for name in COPIED} for k in range(len(utilities.carriers))]
    sources = _sources(tables)
    rows: dict[tuple[Any, ...], ActivityRow] = {}
    for carrier, process, row, plan_row, amount, metered in lines.tuples():
        stage, name = production.processes[process], production.product[row]
        key = (row, utilities.flows[carrier], *cells[carrier].values())
        factor, unit = factors[carrier]
        data_type = "measured" if metered and plan_row < 0 else "calculated"
        if key in rows:
            rows[key]["amount"] += amount * factor
            if data_type == "calculated":
                rows[key]["data_type"] = data_type
            continue
        rows[key] = activity_row(name, stage, utilities.flows[carrier], amount * factor, unit, **cells[carrier], year=year,
                                 data_type=data_type, source=sources[carrier])  # fmt: skip
    used = sorted({key[0] for key in rows})
    outputs = [_output_row(tables, row, year) for row in used]
    return sorted_activity([*outputs, *rows.values()])


def _output_row(tables: SiteTables, row: int, year: str) -> ActivityRow:
    """Return the row of the output of a product at a process, as given."""
    production = tables.production
    unit, table = production.units[row], production.table
    assert unit is not None
    return activity_row(production.product[row], production.processes[production.process[row]], "output",
                        float(production.output[row]), unit.text, year=year, source=escape_controls(table.table.name),
                        note=table.texts("note")[row])  # fmt: skip


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
