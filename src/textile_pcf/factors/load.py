"""Read tables of emission factors and check every row; all mistakes are told at once."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from textile_pcf.arrays import FloatArray
from textile_pcf.columns import cell_text, quoted
from textile_pcf.errors import FactorError, Problem, UsageError, warn_caller, wrong_type
from textile_pcf.factors.declared import check_declared
from textile_pcf.factors.gwp import SETS, UNKNOWN
from textile_pcf.factors.table import (
    COLUMNS,
    COUNTED_GASES,
    DECLARED,
    DECLARED_KINDS,
    GASES,
    NUMBERS,
    QUALITY,
    REQUIRED,
    FactorSheet,
    TableDocument,
    row_texts,
)
from textile_pcf.factors.values import printed_by_gases
from textile_pcf.io.documents import validated
from textile_pcf.io.output_files import is_file
from textile_pcf.io.read_table import read_table
from textile_pcf.io.resources import data_root, sha256_of
from textile_pcf.io.safe_text import holdable
from textile_pcf.io.strict_yaml import read_yaml
from textile_pcf.io.table import Table as Cells
from textile_pcf.suggest import nearest
from textile_pcf.units import OwnUnitsError, Unit, UnitError, UnitNames, cure_where, describe, own_units, parse_unit
from textile_pcf.units.number_text import parse_office_numbers, why_no_number

WHOLE = "Write a whole unit such as kgCO2e/kWh."
AGREEMENT = 0.005  # printed and computed value, relative
NOT_TABLES = ("gwp100", "regions", "synonyms")
_YEAR = re.compile("[12][0-9]{3}")
Say = Callable[[int, str, str, str], None]


def shipped_tables() -> dict[str, Path]:
    """The tables that come with the library: name → file."""
    files = sorted(data_root("emission_factors").glob("*.csv"))
    return {file.stem: file for file in files if file.stem not in NOT_TABLES}


def read_factor_table(source: str | Path | Any) -> FactorSheet:
    """One table by its shipped name, its path, or a DataFrame.

    Raises
    ------
    UsageError
        No such table or file.
    FactorError
        Rows that are wrong: every one is named with its cure.
    """
    path = _path(source) if isinstance(source, (str, Path)) else None
    if path is None and source is None:
        raise wrong_type("factors", source, "a table of emission factors", "Leave it out for the table `default`.")
    cells = read_table(path or source, sheet="factors", error=FactorError, known_columns=COLUMNS)
    name = holdable(path.stem) if path else "data"
    warn_caller(cells.notes)
    return check_table(name, cells, _document(path), path)


def _path(source: str | Path) -> Path:
    if isinstance(source, str) and source in shipped_tables():
        return shipped_tables()[source]
    path = Path(source)
    if not is_file(path):
        close = nearest(str(source), shipped_tables())
        cure = f"Did you mean {close!r}?" if close else f"There are: {', '.join(shipped_tables())}; or give a path."
        raise UsageError([Problem(str(source), "There is no such table of emission factors.", cure, code="no-table")])
    return path


def _document(path: Path | None) -> TableDocument:
    beside = path.with_suffix(".yaml") if path else None
    if beside is None or beside == path or not beside.is_file():
        return TableDocument()
    read = read_yaml(beside, FactorError)
    document = validated(TableDocument, read, FactorError)
    try:
        own_units(document.units)
    except OwnUnitsError as wrong:
        places = {name: read.place(("units", name)) for name in wrong.errors}
        problems = [Problem(places[name], error.what, error.cure) for name, error in wrong.errors.items()]
        raise FactorError(problems) from wrong
    return document


def check_table(name: str, cells: Cells, document: TableDocument, path: Path | None = None) -> FactorSheet:
    """Checked table from cells.

    Raises
    ------
    FactorError
        With every mistake found.
    """
    problems: list[Problem] = []
    missing = [column for column in REQUIRED if column not in cells.columns]
    if missing:
        cure = f"The columns {', '.join(REQUIRED)} are required."
        problems.append(Problem(cells.name, f"Columns are missing: {', '.join(missing)}.", cure))
        raise FactorError(problems)

    def say(row: int, column: str, what: str, cure: str) -> None:
        problems.append(Problem(f"{cells.location(row, column)} ({column})", what, cure))

    texts = row_texts(cells.columns, cells.rows)
    values = {column: _numbers(cells, column, say) for column in NUMBERS}
    names = own_units(document.units)
    units = _units(texts["unit"], say, names)
    _check_texts(texts, say)
    _check_numbers(values, np.array([cell_text(cell) == "" for cell in cells.columns["value"]]), say)
    check_declared(texts, values, units, say, names)
    _check_twice(texts, cells, say)
    table = FactorSheet(
        name=name,
        document=document,
        texts=texts,
        numbers=values,
        units=units,
        locations=[cells.location(row) for row in range(cells.rows)],
        sha256=_hash(path, texts, values),
        path=path,
        index=_index(texts["item"]),
    )
    if not problems:
        _check_gases(table, say)
    if problems:
        raise FactorError(problems)
    return table


def _hash(path: Path | None, texts: dict[str, list[str]], values: dict[str, FloatArray]) -> str:
    if path is None:
        told = {name: column for name, column in texts.items() if name != "biogenic" or any(column)}  # as before it was known
        content = repr(told).encode() + b"".join(column.tobytes() for column in values.values())
        return hashlib.sha256(content).hexdigest()
    beside = path.with_suffix(".yaml")
    if beside.is_file():
        return hashlib.sha256((sha256_of(path) + sha256_of(beside)).encode()).hexdigest()
    return sha256_of(path)


def _index(items: list[str]) -> dict[str, list[int]]:
    index: dict[str, list[int]] = {}
    for row, item in enumerate(items):
        index.setdefault(item, []).append(row)
    return index


def _numbers(cells: Cells, column: str, say: Say) -> FloatArray:
    if column not in cells.columns:
        return np.full(cells.rows, np.nan)
    values, wrong = parse_office_numbers(cells.columns[column])
    for row in np.flatnonzero(wrong):
        if (known := why_no_number(cells.columns[column][row])) is not None:
            say(int(row), column, known.what, known.cure)
            continue
        cure = "Write a plain number with a decimal point, or leave the cell empty."
        say(int(row), column, f"{quoted(cells.columns[column][row])} is not a finite number.", cure)
    return values


def _units(texts: list[str], say: Say, names: UnitNames | None) -> list[Unit]:
    known: dict[str, Unit | UnitError] = {}
    for text in dict.fromkeys(texts):
        try:
            known[text] = parse_unit(text, names)
        except UnitError as error:
            known[text] = error
    units: list[Unit] = []
    for row, text in enumerate(texts):
        unit = known[text]
        if isinstance(unit, UnitError):
            say(row, "unit", unit.what, cure_where(unit, WHOLE, _per_something))
            unit = parse_unit("kgCO2e/kg")
        elif not _per_something(unit):
            what = f"{text!r} is {describe(unit.dimensions)}, not emissions per something."
            say(row, "unit", what, WHOLE)
        units.append(unit)
    return units


def _per_something(unit: Unit) -> bool:
    """Whether a unit is greenhouse effect to the first power over something."""
    powers = dict(unit.dimensions)
    return powers.pop("greenhouse", 0) == 1 and bool(powers) and all(power < 0 for power in powers.values())


def _check_texts(texts: dict[str, list[str]], say: Say) -> None:
    for column in ("item", "region", "kind", "source", "locator"):
        for row, text in enumerate(texts[column]):
            if not text:
                say(row, column, f"The {column} is missing.", "Every row needs one.")
    for row, (item, kind) in enumerate(zip(texts["item"], texts["kind"], strict=True)):
        if item.startswith(DECLARED) and kind not in DECLARED_KINDS:
            what = f"A declared footprint cannot be of kind {kind!r}."
            say(row, "kind", what, f"Write {' or '.join(DECLARED_KINDS)}.")
    for row, year in enumerate(texts["year"]):
        if year and not _YEAR.fullmatch(year):
            say(row, "year", f"{year!r} is not a year.", "Write four digits, or leave it empty where the source does not say.")
    for row, gwp in enumerate(texts["gwp"]):
        if gwp and gwp not in (*SETS, UNKNOWN):
            say(row, "gwp", f"{gwp!r} is not a GWP set.", f"Write one of {', '.join(SETS)}, {UNKNOWN}.")


def _check_numbers(values: dict[str, FloatArray], empty: NDArray[np.bool_], say: Say) -> None:
    gases = ~np.isnan(np.array([values[gas] for gas in COUNTED_GASES])).all(axis=0)
    for row in np.flatnonzero(np.isnan(values["value"]) & ~gases & empty):
        say(int(row), "value", "The value is missing.", "Give the value, or the gases it is made of.")
    for gas in GASES:
        for row in np.flatnonzero(values[gas] < 0):
            say(int(row), gas, "A mass of gas is negative.", "Gas columns are positive; co2_uptake counts -1 by itself.")
    for row in np.flatnonzero(values["co2_aircraft"] > np.nan_to_num(values["co2_fossil"])):
        cure = "co2_aircraft is a part of co2_fossil, which holds it already."
        say(int(row), "co2_aircraft", "The aircraft's CO2 is more than all fossil CO2.", cure)
    for axis in QUALITY:
        for row in np.flatnonzero((values[axis] < 1) | (values[axis] > 5)):
            say(int(row), axis, "A data quality rating is outside 1 to 5.", "1 is best, 5 worst.")
    for row in np.flatnonzero(values["gsd"] < 1):
        say(int(row), "gsd", "A geometric standard deviation is below 1.", "1 means no spread.")
    for row in np.flatnonzero(values["low"] > values["high"]):
        say(int(row), "low", "`low` is above `high`.", "Exchange them.")


def _check_twice(texts: dict[str, list[str]], cells: Cells, say: Say) -> None:
    seen: dict[tuple[str, ...], int] = {}
    for row, key in enumerate(zip(*(texts[column] for column in ("item", "kind", "region", "year")), strict=True)):
        if key in seen:
            what = f"{' '.join(part for part in key if part)} stands already in {cells.location(seen[key])}."
            say(row, "item", what, "Item, kind, region and year together must be unique in a table.")
        seen.setdefault(key, row)


def _check_gases(table: FactorSheet, say: Say) -> None:
    """The printed value agrees with the one computed from its gases under its own GWP set."""
    computed = printed_by_gases(table)
    printed = table.numbers["value"]
    off: NDArray[np.bool_] = np.abs(computed - printed) > AGREEMENT * np.maximum(np.abs(printed), np.abs(computed))
    for row in np.flatnonzero(off):
        what = f"The value {printed[row]:g} is not what its gases give: {computed[row]:g} under {table.texts['gwp'][row]}."
        say(int(row), "value", what, "Correct the gases, the value or the GWP set.")
