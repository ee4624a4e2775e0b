"""A result as a database in a Brightway project, for people who go on in Brightway or Activity Browser."""

from __future__ import annotations

from math import log
from typing import Any

import numpy as np

from textile_pcf.activity import Activity
from textile_pcf.brightway.datapackage import PARTS
from textile_pcf.brightway.packages import opened
from textile_pcf.brightway.units import to_brightway
from textile_pcf.errors import Problem, UsageError
from textile_pcf.factors import FactorTable
from textile_pcf.results import Footprint
from textile_pcf.results.contributions import SPLIT
from textile_pcf.results.licence import refuse_restricted
from textile_pcf.results.process_system import KINDS, PRODUCT, STAGE, System, system_of

LOGNORMAL, UNDEFINED = 2, 0  # numbers of stats_arrays
Dataset = dict[str, Any]
Key = tuple[str, str]


def write_database(
    result: Footprint,
    project: str,
    database: str,
    *,
    activity: Activity | None = None,
    factors: FactorTable | None = None,
    overwrite: bool = False,
    own_use: bool = False,
) -> dict[str, Key]:
    """Write a result as a database of a Brightway project: activities per product and stage, and one per emission factor.

    The project is made where there is none of that name, and left again afterwards. Characterised by the methods
    `("textile_pcf", database, "total")` and one per part of the split, an activity of a product scores as ours does. [kg CO2e]

    Parameters
    ----------
    result : Footprint
        From `calculate`.
    project, database : str
        Where to write. An existing database of that name is replaced only with `overwrite`.
    activity, factors : Activity, FactorTable, optional
        What the result was calculated from: then uncertainty is filled where known: a geometric standard deviation as
        lognormal, `low` and `high` as minimum and maximum of an undefined distribution.
    own_use : bool
        The project stays with you, so factors that must not be passed on may be written to it.

    Returns
    -------
    dict
        Key (database, code) of each product's activity.

    Raises
    ------
    UsageError
        Brightway is not installed, the database exists, `activity` is another one, or the licence of a factor forbids it.
    """
    if not own_use:
        refuse_restricted(result, f"the database {database}")
    system = system_of(result)
    data = datasets(system, database, _row_spread(result, activity), _factor_spread(system, factors))
    with opened(project, create=True) as brightway:
        if database in brightway.databases and not overwrite:
            cure = "Choose another name, or say overwrite=True."
            raise UsageError([Problem(f"database {database!r}", "It exists in this project.", cure, code="taken")])
        made = brightway.Database(database)
        made.write(data)
        brightway.databases[database].update({"textile_pcf": result.provenance["rule"], "format": result.provenance["library"]})
        brightway.databases.flush()
        for part in PARTS:
            _write_method(brightway, database, part, result.provenance)
    return {product: (database, product_code(product)) for product in result.products}


def product_code(product: str) -> str:
    """Code of the activity of a product."""
    return f"product {product}"


def _write_method(brightway: Any, database: str, part: str, provenance: Any) -> None:
    method = brightway.Method(("textile_pcf", database, part))
    told = f"{part} of the greenhouse effect over 100 years, {provenance['gwp']}, biogenic CO2 {provenance['biogenic']}"
    method.register(unit="kg CO2-Eq", description=told)
    method.write([((database, f"part {name}"), 1.0) for name in SPLIT if part in ("total", name)])


def datasets(system: System, database: str, row_spread: list[Dataset], factor_spread: list[Dataset]) -> dict[Key, Dataset]:
    """The system as Brightway's datasets: processes, factors, and the four parts of the greenhouse effect."""
    data: dict[Key, Dataset] = {}
    keys = [(database, _code(system, process)) for process in range(len(system.processes.kind))]
    for process, key in enumerate(keys):
        data[key] = _process(system, process, key)
    for user, supplier, amount in zip(system.inputs.user, system.inputs.supplier, system.inputs.amount, strict=True):
        data[keys[user]]["exchanges"].append(_exchange(keys[supplier], float(amount), "technosphere"))
    factor_keys = [(database, f"factor {number}") for number in range(len(system.factors.total))]
    for number, key in enumerate(factor_keys):
        data[key] = _factor(system, number, key, factor_spread[number])
    _tell_apart(data, {key: _table(system, number) for number, key in enumerate(factor_keys)})
    for line in range(len(system.met.line)):
        data[keys[system.met.process[line]]]["exchanges"].append(_flow(system, line, keys, factor_keys, row_spread))
    for part in SPLIT:
        data[database, f"part {part}"] = {
            "name": f"Greenhouse effect over 100 years, {part.replace('_', ' ')}", "unit": "kilogram", "type": "emission",
            "categories": ("air",), "exchanges": [], "comment": "kg CO2e",
        }  # fmt: skip
    return data


def _code(system: System, process: int) -> str:
    told = system.processes
    product = system.result.products[told.product[process]]
    if told.kind[process] == PRODUCT:
        return product_code(product)
    component = told.component.categories[told.component.codes[process]]
    stage = system.result.stages[told.stage[process]].id
    beside = "" if told.kind[process] == STAGE else KINDS[told.kind[process]]
    return " | ".join([product, stage, component, beside]).rstrip(" |")


def _process(system: System, process: int, key: Key) -> Dataset:
    told, result = system.processes, system.result
    kind, source = told.kind[process], result.provenance
    unit = "kg" if kind in (STAGE, 3) else result.unit
    title = "" if kind == PRODUCT else f"; {result.stages[told.stage[process]].title}"
    comment = f"{source['rule']} ({source['status']}), {source['library']}, {source['gwp']}, {source['biogenic']}{title}"
    return {
        "name": system.process_name(process), "reference product": system.process_name(process), "unit": to_brightway(unit),
        "location": "GLO", "type": "process", "comment": comment,
        "textile_pcf": {"kind": KINDS[kind], "product": result.products[told.product[process]]},
        "exchanges": [_exchange(key, 1.0, "production")],
    }  # fmt: skip


def _factor(system: System, number: int, key: Key, spread: Dataset) -> Dataset:
    lines, line = system.result.lines, int(system.factors.line[number])
    told = {name: lines.text(name, line) for name in ("item", "region", "year", "unit")}
    source = ", ".join(filter(None, (lines.text(name, line) for name in ("factor_source", "factor_locator", "factor_table"))))
    exchanges = [_exchange(key, 1.0, "production")]
    for part, amount in zip(SPLIT, system.factors.split[number], strict=True):
        if amount:
            exchanges.append(_exchange((key[0], f"part {part}"), float(amount), "biosphere") | _spread(amount, spread))
    return {
        "name": " ".join(filter(None, (told["item"], told["year"]))), "reference product": told["item"],
        "unit": to_brightway(told["unit"]), "location": told["region"] or "GLO", "type": "process",
        "comment": f"Emission factor. {source}", "exchanges": exchanges,
    }  # fmt: skip


def _table(system: System, number: int) -> str:
    return system.result.lines.text("factor_table", int(system.factors.line[number]))


def _tell_apart(data: dict[Key, Dataset], tables: dict[Key, str]) -> None:
    """Give activities names of their own: files without keys, such as those of Excel, link by name, unit and location.

    Where names are the same the table of an emission factor is added, then the code, then a number. Brightway compares in lower
    case.
    """
    for further in (tables, {key: key[1] for key in data}, {key: str(number) for number, key in enumerate(data, 1)}):
        named: dict[tuple[str, ...], list[Key]] = {}
        for key, told in data.items():
            named.setdefault(tuple(str(told.get(field)).lower() for field in ("name", "unit", "location")), []).append(key)
        for key in [key for keys in named.values() if len(keys) > 1 for key in keys if key in further]:
            data[key]["name"] = f"{data[key]['name']} ({further[key]})"


def _flow(system: System, line: int, keys: list[Key], factors: list[Key], spread: list[Dataset]) -> Dataset:
    """One line of the sum as an exchange with the provenance of its amount."""
    met, lines = system.met, system.result.lines
    amount = float(met.amount[line])
    where = ("data_type", "source", "locator")
    comment = f"{lines.text('flow', line)}: {', '.join(filter(None, (lines.text(name, line) for name in where)))}"
    if met.supplier[line] >= 0:
        amount *= float(met.supplied[line])
        key = keys[met.supplier[line]]
    else:
        key = factors[met.factor[line]]
    return _exchange(key, amount, "technosphere") | {"comment": comment} | _spread(amount, spread[line])


def _exchange(key: Key, amount: float, kind: str) -> Dataset:
    return {"input": key, "amount": amount, "type": kind}


def _spread(amount: float, known: Dataset) -> Dataset:
    """Brightway's uncertainty fields of an amount."""
    if not amount or not known:
        return {}
    if "gsd" in known:
        spread = {"uncertainty type": LOGNORMAL, "loc": log(abs(amount)), "scale": log(known["gsd"])}
        return spread | ({"negative": True} if amount < 0 else {})
    return {"uncertainty type": UNDEFINED, "loc": amount, **{side: known[side] * amount for side in ("minimum", "maximum")}}


def _row_spread(result: Footprint, activity: Activity | None) -> list[Dataset]:
    """What is known of the spread of each line's amount."""
    lines = len(result.lines.amount)
    if activity is None:
        return [{}] * lines
    if activity.products != result.products or len(activity.exchanges.row) != lines:
        cure = "Give the activity data that it was calculated from."
        raise UsageError([Problem("activity", "The result is not of this activity data.", cure, code="other-activity")])
    rows, column = activity.exchanges.row, activity.columns.numbers.get("gsd")
    if column is None:
        return [{} for _ in rows]
    gsd = np.where(rows >= 0, column[np.maximum(rows, 0)], np.nan)
    return [{"gsd": float(value)} if value > 1 else {} for value in gsd]


def _factor_spread(system: System, factors: FactorTable | None) -> list[Dataset]:
    """What is known of the spread of each factor; nothing where more than one row could be meant."""
    lines = system.result.lines
    return [_spread_of_row(lines, int(line), factors) if factors else {} for line in system.factors.line]


def _spread_of_row(lines: Any, line: int, factors: FactorTable) -> Dataset:
    wanted = {name: lines.text(name, line) for name in ("item", "region", "year")}
    for table in factors.tables:
        if table.label != lines.text("factor_table", line):
            continue
        rows = [row for row in table.index.get(wanted["item"], ()) if
                all(table.texts[name][row] == text for name, text in wanted.items())]  # fmt: skip
        if len(rows) == 1:
            return _spread_of(table.numbers, rows[0])
    return {}


def _spread_of(numbers: Any, row: int) -> Dataset:
    """`low` and `high` relative to the value, so that every part of the split can take them."""
    gsd, value, low, high = (float(numbers[name][row]) for name in ("gsd", "value", "low", "high"))
    if gsd > 1:
        return {"gsd": gsd}
    known = value > 0 and low == low and high == high
    return {"minimum": low / value, "maximum": high / value} if known else {}
