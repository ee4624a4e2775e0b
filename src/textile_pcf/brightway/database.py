"""Write a result as a database of a Brightway project, for work in Brightway or Activity Browser."""

from __future__ import annotations

from math import log
from typing import Any

import numpy as np

from textile_pcf.activity import Activity
from textile_pcf.brightway.datapackage import PARTS
from textile_pcf.brightway.packages import open_project, refuse_other_than_name, refuse_other_than_result
from textile_pcf.brightway.units import to_brightway
from textile_pcf.errors import Problem, UsageError
from textile_pcf.factors import FactorTable
from textile_pcf.messages.message import Message
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

    The project is created if it does not exist, and left again afterwards. Characterised by the method
    `("textile_pcf", database, "total")`, or one per part of the split, the activity of a product has the score of our result.
    [kg CO2e]

    Parameters
    ----------
    result : Footprint
        From `calculate`.
    project, database : str
        Where to write.
    activity, factors : Activity, FactorTable, optional
        Data that the result was calculated from. They fill in uncertainty where it is known: a geometric standard deviation as
        lognormal, `low` and `high` as minimum and maximum of an undefined distribution.
    overwrite : bool
        Replace an existing database of that name.
    own_use : bool
        True if the project is not passed on, so that restricted factors may be written.

    Returns
    -------
    dict
        Key (database, code) of the activity of each product.

    Raises
    ------
    UsageError
        Brightway is not installed, the database exists, `activity` does not belong to the result, or the licence of a factor
        forbids it.
    """
    refuse_other_than_result(result)
    refuse_other_than_name("database", database)
    if not own_use:
        refuse_restricted(result, Message("the database {name}", name=database))
    system = system_of(result)
    data = datasets(system, database, _amount_uncertainty(result, activity), _factor_uncertainty(system, factors))
    with open_project(project, create=True) as brightway:
        if database in brightway.databases and not overwrite:
            cure = "Choose another name, or set overwrite=True."
            raise UsageError([Problem(f"database {database!r}", "It exists in this project.", cure, code="taken")])
        written = brightway.Database(database)
        written.write(data)
        brightway.databases[database].update({"textile_pcf": result.provenance["rule"], "format": result.provenance["library"]})
        brightway.databases.flush()
        for part in PARTS:
            _write_method(brightway, database, part, result.provenance)
    return {product: (database, product_code(product)) for product in result.products}


def product_code(product: str) -> str:
    """Return the code of the activity of a product."""
    return f"product {product}"


def _write_method(brightway: Any, database: str, part: str, provenance: Any) -> None:
    method = brightway.Method(("textile_pcf", database, part))
    description = f"{part} of the greenhouse effect over 100 years, {provenance['gwp']}, biogenic CO2 {provenance['biogenic']}"
    method.register(unit="kg CO2-Eq", description=description)
    method.write([((database, f"part {name}"), 1.0) for name in SPLIT if part in ("total", name)])


def datasets(system: System, database: str, row_spread: list[Dataset], factor_spread: list[Dataset]) -> dict[Key, Dataset]:
    """Return the system as Brightway datasets: processes, factors, and the four parts of the greenhouse effect."""
    data: dict[Key, Dataset] = {}
    keys = [(database, _code(system, process)) for process in range(len(system.processes.kind))]
    for process, key in enumerate(keys):
        data[key] = _process(system, process, key)
    for user, supplier, amount in zip(system.inputs.user, system.inputs.supplier, system.inputs.amount, strict=True):
        data[keys[user]]["exchanges"].append(_exchange(keys[supplier], float(amount), "technosphere"))
    factor_keys = [(database, f"factor {number}") for number in range(len(system.factors.total))]
    for number, key in enumerate(factor_keys):
        data[key] = _factor(system, number, key, factor_spread[number])
    _make_unique(data, {key: _table(system, number) for number, key in enumerate(factor_keys)})
    for line in range(len(system.exchanges.line)):
        data[keys[system.exchanges.process[line]]]["exchanges"].append(_flow(system, line, keys, factor_keys, row_spread))
    for part in SPLIT:
        data[database, f"part {part}"] = {
            "name": f"Greenhouse effect over 100 years, {part.replace('_', ' ')}", "unit": "kilogram", "type": "emission",
            "categories": ("air",), "exchanges": [], "comment": "kg CO2e",
        }  # fmt: skip
    return data


def _code(system: System, process: int) -> str:
    processes = system.processes
    product = system.result.products[processes.product[process]]
    if processes.kind[process] == PRODUCT:
        return product_code(product)
    component = processes.component.categories[processes.component.codes[process]]
    stage = system.result.stages[processes.stage[process]].id
    suffix = "" if processes.kind[process] == STAGE else KINDS[processes.kind[process]]
    return " | ".join([product, stage, component, suffix]).rstrip(" |")


def _process(system: System, process: int, key: Key) -> Dataset:
    processes, result = system.processes, system.result
    process_kind, source = processes.kind[process], result.provenance
    unit = "kg" if process_kind in (STAGE, 3) else result.unit
    title = "" if process_kind == PRODUCT else f"; {result.stages[processes.stage[process]].title}"
    comment = f"{source['rule']} ({source['status']}), {source['library']}, {source['gwp']}, {source['biogenic']}{title}"
    return {
        "name": system.process_name(process), "reference product": system.process_name(process), "unit": to_brightway(unit),
        "location": "GLO", "type": "process", "comment": comment,
        "textile_pcf": {"kind": KINDS[process_kind], "product": result.products[processes.product[process]]},
        "exchanges": [_exchange(key, 1.0, "production")],
    }  # fmt: skip


def _factor(system: System, number: int, key: Key, spread: Dataset) -> Dataset:
    lines, line = system.result.lines, int(system.factors.line[number])
    texts = {name: lines.text(name, line) for name in ("item", "region", "year", "unit")}
    source = ", ".join(filter(None, (lines.text(name, line) for name in ("factor_source", "factor_locator", "factor_table"))))
    exchanges = [_exchange(key, 1.0, "production")]
    for part, amount in zip(SPLIT, system.factors.split[number], strict=True):
        if amount:
            exchanges.append(_exchange((key[0], f"part {part}"), float(amount), "biosphere") | _uncertainty(amount, spread))
    return {
        "name": " ".join(filter(None, (texts["item"], texts["year"]))), "reference product": texts["item"],
        "unit": to_brightway(texts["unit"]), "location": texts["region"] or "GLO", "type": "process",
        "comment": f"Emission factor. {source}", "exchanges": exchanges,
    }  # fmt: skip


def _table(system: System, number: int) -> str:
    return system.result.lines.text("factor_table", int(system.factors.line[number]))


def _make_unique(data: dict[Key, Dataset], tables: dict[Key, str]) -> None:
    """Make names of activities unique: files without keys, such as Excel, link by name, unit and location.

    Equal names get the table of the emission factor, then the code, then a number. Brightway compares in lower case.
    """
    for suffixes in (tables, {key: key[1] for key in data}, {key: str(number) for number, key in enumerate(data, 1)}):
        by_label: dict[tuple[str, ...], list[Key]] = {}
        for key, dataset in data.items():
            by_label.setdefault(tuple(str(dataset.get(field)).lower() for field in ("name", "unit", "location")), []).append(
                key
            )
        for key in [key for keys in by_label.values() if len(keys) > 1 for key in keys if key in suffixes]:
            data[key]["name"] = f"{data[key]['name']} ({suffixes[key]})"


def _flow(system: System, line: int, keys: list[Key], factors: list[Key], row_spread: list[Dataset]) -> Dataset:
    """One line of the sum as an exchange with the source of its amount."""
    exchanges, lines = system.exchanges, system.result.lines
    amount = float(exchanges.amount[line])
    fields = ("data_type", "source", "locator")
    comment = f"{lines.text('flow', line)}: {', '.join(filter(None, (lines.text(name, line) for name in fields)))}"
    if exchanges.supplier[line] >= 0:
        amount *= float(exchanges.supplier_units[line])
        key = keys[exchanges.supplier[line]]
    else:
        key = factors[exchanges.factor[line]]
    return _exchange(key, amount, "technosphere") | {"comment": comment} | _uncertainty(amount, row_spread[line])


def _exchange(key: Key, amount: float, exchange_type: str) -> Dataset:
    return {"input": key, "amount": amount, "type": exchange_type}


def _uncertainty(amount: float, uncertainty: Dataset) -> Dataset:
    """Uncertainty fields of Brightway for an amount."""
    if not amount or not uncertainty:
        return {}
    if "gsd" in uncertainty:
        fields = {"uncertainty type": LOGNORMAL, "loc": log(abs(amount)), "scale": log(uncertainty["gsd"])}
        return fields | ({"negative": True} if amount < 0 else {})
    return {
        "uncertainty type": UNDEFINED,
        "loc": amount,
        **{side: uncertainty[side] * amount for side in ("minimum", "maximum")},
    }


def _amount_uncertainty(result: Footprint, activity: Activity | None) -> list[Dataset]:
    """Known uncertainty of the amount of each line."""
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


def _factor_uncertainty(system: System, factors: FactorTable | None) -> list[Dataset]:
    """Known uncertainty of each factor; empty if several rows could be meant."""
    lines = system.result.lines
    return [_uncertainty_of_row(lines, int(line), factors) if factors else {} for line in system.factors.line]


def _uncertainty_of_row(lines: Any, line: int, factors: FactorTable) -> Dataset:
    keys = {name: lines.text(name, line) for name in ("item", "region", "year")}
    for table in factors.tables:
        if table.label != lines.text("factor_table", line):
            continue
        rows = [row for row in table.index.get(keys["item"], ()) if
                all(table.texts[name][row] == text for name, text in keys.items())]  # fmt: skip
        if len(rows) == 1:
            return _uncertainty_of(table.numbers, rows[0])
    return {}


def _uncertainty_of(numbers: Any, row: int) -> Dataset:
    """Geometric standard deviation, or minimum and maximum relative to the value, for use by every part of the split."""
    gsd, value, low, high = (float(numbers[name][row]) for name in ("gsd", "value", "low", "high"))
    if gsd > 1:
        return {"gsd": gsd}
    known = value > 0 and low == low and high == high
    return {"minimum": low / value, "maximum": high / value} if known else {}
