"""Read tables of emission factors and check every row; all mistakes are reported at once."""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from textile_pcf.arrays import FloatArray
from textile_pcf.columns import cell_text, quoted
from textile_pcf.errors import FactorError, Problem, UsageError, warn_caller, wrong_type
from textile_pcf.factors.composed import FILE as COMPOSED_FILE
from textile_pcf.factors.composed import with_composed
from textile_pcf.factors.declared import Report, check_declared
from textile_pcf.factors.editions import shipped_file, shipped_tables
from textile_pcf.factors.gwp import SETS, UNKNOWN
from textile_pcf.factors.primary_share import check_primary_shares
from textile_pcf.factors.spreads import check_spreads
from textile_pcf.factors.table import (
    COLUMNS,
    COUNTED_GASES,
    DECLARED,
    DECLARED_KINDS,
    DECLARED_PARTS,
    GASES,
    NUMBERS,
    QUALITY,
    REQUIRED,
    FactorSheet,
    TableDocument,
    row_texts,
)
from textile_pcf.factors.values import value_from_gases
from textile_pcf.io.documents import validate_document
from textile_pcf.io.folder_stamp import folder_stamp
from textile_pcf.io.output_files import is_file
from textile_pcf.io.plain_data import HALF_CURE, half_character_cells, holds_half
from textile_pcf.io.read_table import read_table
from textile_pcf.io.resources import sha256_of
from textile_pcf.io.safe_text import escape_controls
from textile_pcf.io.strict_yaml import read_yaml
from textile_pcf.io.table import Table
from textile_pcf.messages.message import JoinedMessage, Message
from textile_pcf.messages.suggestion import did_you_mean
from textile_pcf.units import OwnUnitsError, Unit, UnitError, UnitNames, cure_where, describe, own_units, parse_unit
from textile_pcf.units.number_text import parse_office_numbers, why_no_number

UNIT_CURE = "Write a whole unit such as kgCO2e/kWh."
ADDED_TEXTS = ("biogenic", "proxy_for")
TOLERANCE = 0.005  # relative, between the printed value and the one computed from gases
COMPOSED_FROM = ("default", "alternatives")
"""Tables whose rows composed factors may take, beside their own table."""
_YEAR = re.compile("[12][0-9]{3}")


def read_factor_table(source: str | Path | Any) -> FactorSheet:
    """Read and check one table of emission factors.

    Parameters
    ----------
    source : str, Path or DataFrame
        Name of a shipped table (`NAME`, the newest edition, or `NAME@EDITION`), path of a CSV, Excel or Parquet file, or a
        DataFrame.

    Returns
    -------
    FactorSheet
        The checked table.

    Raises
    ------
    UsageError
        There is no such table or file.
    FactorError
        Rows are invalid; all are listed with their cures.
    """
    if isinstance(source, str) and (shipped := shipped_file(source)) is not None:
        return _read_shipped(shipped, folder_stamp(shipped.parents[1]))
    path = _find_file(source) if isinstance(source, (str, Path)) else None
    if path is None and source is None:
        raise wrong_type("factors", source, "a table of emission factors", "Leave it out for the table `default`.")
    return _read_file(path or source, path)


@lru_cache(maxsize=16)
def _read_shipped(path: Path, stamp: tuple[tuple[str, int, int], ...]) -> FactorSheet:
    """Read a shipped table, once per state of the shipped files; a table does not change, and reading it takes 0.1 s."""
    return _read_file(path, path)


def _read_file(source: Any, path: Path | None) -> FactorSheet:
    """Read a table from a file, or from a DataFrame where `path` is None."""
    cells = read_table(source, sheet="factors", error=FactorError, known_columns=COLUMNS)
    name = escape_controls(path.stem) if path else "data"
    warn_caller(cells.notes)
    return _with_composed_rows(check_table(name, cells, _document(path), path))


def _with_composed_rows(table: FactorSheet) -> FactorSheet:
    """Return a shipped table with the composed factors of its edition; a table of a user as it is."""
    if not table.shipped or table.path is None or not (table.path.parent / COMPOSED_FILE).is_file():
        return table
    stamp = folder_stamp(table.path.parents[1])
    others = [_shipped_rows(table.path.with_name(f"{name}.csv"), stamp) for name in COMPOSED_FROM if name != table.name]
    return with_composed(table, others)


@lru_cache(maxsize=8)
def _shipped_rows(path: Path, stamp: tuple[tuple[str, int, int], ...]) -> FactorSheet:
    """Return the rows of a shipped CSV file, read once per state of the shipped files."""
    cells = read_table(path, sheet="factors", error=FactorError, known_columns=COLUMNS)
    return check_table(path.stem, cells, _document(path), path)


def _find_file(source: str | Path) -> Path:
    path = Path(source)
    if not is_file(path):
        cure = did_you_mean(
            str(source), shipped_tables(), Message("There are: {names}; or give a path.", names=", ".join(shipped_tables()))
        )
        raise UsageError([Problem(str(source), "There is no such table of emission factors.", cure, code="no-table")])
    return path


def _document(path: Path | None) -> TableDocument:
    document = path.with_suffix(".yaml") if path else None
    if document is None or document == path or not document.is_file():
        return TableDocument()
    read = read_yaml(document, FactorError)
    description = validate_document(TableDocument, read, FactorError)
    try:
        own_units(description.units)
    except OwnUnitsError as wrong:
        problems = [Problem(read.location(("units", name)), error.what, error.cure) for name, error in wrong.errors.items()]
        raise FactorError(problems) from wrong
    return description


def check_table(name: str, cells: Table, document: TableDocument, path: Path | None = None) -> FactorSheet:
    """Check the cells of a table of emission factors and return it as columns.

    Parameters
    ----------
    name : str
        Name of the table.
    cells : Table
        Its columns as read.
    document : TableDocument
        Description of the table.
    path : Path, optional
        File of the table.

    Returns
    -------
    FactorSheet
        The checked table.

    Raises
    ------
    FactorError
        Columns are missing or rows are invalid; all mistakes are listed.
    """
    problems: list[Problem] = []
    missing = [column for column in REQUIRED if column not in cells.columns]
    if missing:
        cure = Message("The columns {required} are required.", required=", ".join(REQUIRED))
        problems.append(Problem(cells.name, Message("Columns are missing: {missing}.", missing=", ".join(missing)), cure))
        raise FactorError(problems)

    def report(row: int, column: str, what: str, cure: str, code: str = "") -> None:
        problems.append(Problem(f"{cells.location(row, column)} ({column})", what, cure, code=code))

    texts = row_texts(cells.columns, cells.rows)
    values = {column: _numbers(cells, column, report) for column in NUMBERS}
    names = own_units(document.units)
    units = _units(texts["unit"], report, names)
    _check_halves(texts, report)
    _check_texts(texts, report)
    _check_numbers(values, np.array([cell_text(cell) == "" for cell in cells.columns["value"]]), report)
    check_declared(texts, values, units, report, names)
    _check_duplicates(texts, cells, report)
    problems += check_primary_shares(texts["primary_data_share"], cells)
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
        _check_gases(table, report)
    if problems:
        raise FactorError(problems)
    return table


def _hash(path: Path | None, texts: dict[str, list[str]], values: dict[str, FloatArray]) -> str:
    """Return the hash of the file and its document, or of the columns of a table without a file."""
    if path is None:  # empty columns that came later are left out, so that older tables keep their hash
        columns = {name: column for name, column in texts.items() if name not in ADDED_TEXTS or any(column)}
        numbers = [column for name, column in values.items() if name not in DECLARED_PARTS or not np.isnan(column).all()]
        content = repr(columns).encode() + b"".join(column.tobytes() for column in numbers)
        return hashlib.sha256(content).hexdigest()
    document = path.with_suffix(".yaml")
    if document.is_file():
        return hashlib.sha256((sha256_of(path) + sha256_of(document)).encode()).hexdigest()
    return sha256_of(path)


def _index(items: list[str]) -> dict[str, list[int]]:
    index: dict[str, list[int]] = {}
    for row, item in enumerate(items):
        index.setdefault(item, []).append(row)
    return index


def _numbers(cells: Table, column: str, report: Report) -> FloatArray:
    """Return a number column, shape (rows,); NaN where a cell is empty or invalid."""
    if column not in cells.columns:
        return np.full(cells.rows, np.nan)
    values, invalid = parse_office_numbers(cells.columns[column])
    for row in np.flatnonzero(invalid):
        if (reason := why_no_number(cells.columns[column][row])) is not None:
            report(int(row), column, reason.what, reason.cure)
            continue
        cure = "Write a plain number with a decimal point, or leave the cell empty."
        report(int(row), column, Message("{shown} is not a finite number.", shown=quoted(cells.columns[column][row])), cure)
    return values


def _units(texts: list[str], report: Report, names: UnitNames | None) -> list[Unit]:
    """Parse the unit of each row; invalid ones are reported and replaced by kgCO2e/kg."""
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
            report(row, "unit", unit.what, cure_where(unit, UNIT_CURE, is_factor_unit))
            unit = parse_unit("kgCO2e/kg")
        elif not is_factor_unit(unit):
            what = Message(
                "{text!r} is {quantity}, not emissions per something.", text=text, quantity=describe(unit.dimensions)
            )
            report(row, "unit", what, UNIT_CURE)
        units.append(unit)
    return units


def is_factor_unit(unit: Unit) -> bool:
    """Whether a unit is emissions per something, such as kgCO2e/kWh."""
    powers = dict(unit.dimensions)
    return powers.pop("greenhouse", 0) == 1 and bool(powers) and all(power < 0 for power in powers.values())


def _check_halves(texts: dict[str, list[str]], report: Report) -> None:
    for row, column, text in half_character_cells(texts):
        report(row, column, holds_half(text), HALF_CURE, "control")


def _check_texts(texts: dict[str, list[str]], report: Report) -> None:
    for column in ("item", "region", "kind", "source", "locator"):
        for row, text in enumerate(texts[column]):
            if not text:
                report(row, column, Message("The {column} is missing.", column=column), "Every row needs one.")
    for row, (item, kind) in enumerate(zip(texts["item"], texts["kind"], strict=True)):
        if item.startswith(DECLARED) and kind not in DECLARED_KINDS:
            what = Message("A declared footprint cannot be of kind {kind!r}.", kind=kind)
            report(
                row, "kind", what, Message("Write {conventions}.", conventions=JoinedMessage(DECLARED_KINDS, " or ", " 或 "))
            )
    for row, year in enumerate(texts["year"]):
        if year and not _YEAR.fullmatch(year):
            report(
                row,
                "year",
                Message("{text!r} is not a year.", text=year),
                "Write four digits, or leave it empty where the source does not say.",
            )
    for row, gwp in enumerate(texts["gwp"]):
        if gwp and gwp not in (*SETS, UNKNOWN):
            report(
                row,
                "gwp",
                Message("{gwp!r} is not a GWP set.", gwp=gwp),
                Message("Write one of {sets}.", sets=", ".join((*SETS, UNKNOWN))),
            )


def _check_numbers(values: dict[str, FloatArray], empty: NDArray[np.bool_], report: Report) -> None:
    gases = ~np.isnan(np.array([values[gas] for gas in COUNTED_GASES])).all(axis=0)
    for row in np.flatnonzero(np.isnan(values["value"]) & ~gases & empty):
        report(int(row), "value", "The value is missing.", "Give the value, or the gases it is made of.")
    for gas in GASES:
        for row in np.flatnonzero(values[gas] < 0):
            report(int(row), gas, "A mass of gas is negative.", "Gas columns are positive; co2_uptake counts -1 by itself.")
    for row in np.flatnonzero(values["co2_aircraft"] > np.nan_to_num(values["co2_fossil"])):
        cure = "co2_aircraft is a part of co2_fossil, which holds it already."
        report(int(row), "co2_aircraft", "The aircraft's CO2 is more than all fossil CO2.", cure)
    for axis in QUALITY:
        for row in np.flatnonzero((values[axis] < 1) | (values[axis] > 5)):
            report(int(row), axis, "A data quality rating is outside 1 to 5.", "1 is best, 5 worst.", "dq")
    check_spreads(values, report)


def _check_duplicates(texts: dict[str, list[str]], cells: Table, report: Report) -> None:
    first_row: dict[tuple[str, ...], int] = {}
    for row, key in enumerate(zip(*(texts[column] for column in ("item", "kind", "region", "year")), strict=True)):
        if key in first_row:
            what = Message(
                "{key} is already in {location}.",
                key=" ".join(part for part in key if part),
                location=cells.location(first_row[key]),
            )
            report(row, "item", what, "Item, kind, region and year together must be unique in a table.")
        first_row.setdefault(key, row)


def _check_gases(table: FactorSheet, report: Report) -> None:
    """Check that the printed value agrees with the one computed from the gases under the GWP set of the row."""
    computed = value_from_gases(table)
    printed = table.numbers["value"]
    differs: NDArray[np.bool_] = np.abs(computed - printed) > TOLERANCE * np.maximum(np.abs(printed), np.abs(computed))
    for row in np.flatnonzero(differs):
        gwp = table.texts["gwp"][row]
        what = Message(
            "The value {printed:g} is not that of its gases: {computed:g} under {gwp}.",
            printed=printed[row],
            computed=computed[row],
            gwp=gwp if gwp in SETS else Message("every GWP set"),
        )
        report(int(row), "value", what, "Correct the gases, the value or the GWP set.")
