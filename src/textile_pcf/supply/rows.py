"""Read and check the rows of a supply table, each by itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from math import isnan

from textile_pcf.columns import cell_text
from textile_pcf.errors import Problem
from textile_pcf.io.plain_data import HALF_CURE, half_character_cells, holds_half
from textile_pcf.io.table import Table
from textile_pcf.messages.message import Message
from textile_pcf.suggest import nearest
from textile_pcf.supply.sites import BOUNDARIES, CARRIERS, COLUMNS, COVERING, PARTS
from textile_pcf.units import UnitError, convert, cure_where, parse_unit, split_quantity
from textile_pcf.units.number_text import is_year, parse_office_numbers, year_text

MEGAWATT_HOURS = "Write for example 500 with unit MWh."


@dataclass(frozen=True)
class SupplyRow:
    """One row of the table; texts of other columns are attributes. Energy in MJ (0 if absent), efficiency 1 if absent."""

    location: str
    texts: Mapping[str, str]
    energy: float
    efficiency: float
    start: date | None
    end: date | None

    def __getattr__(self, name: str) -> str:
        return self.texts[name]


def read_rows(table: Table, problems: list[Problem]) -> Iterator[SupplyRow | None]:
    """Yield the rows of a table, None for a row with problems; problems are appended."""
    texts = {name: [cell_text(cell) for cell in table.columns[name]] if name in table.columns else [""] * table.rows
             for name in COLUMNS}  # fmt: skip
    texts["year"] = list(map(year_text, texts["year"]))
    for row, name, text in half_character_cells(texts):
        problems.append(Problem(table.location(row, name), holds_half(text), HALF_CURE, code="supply"))
    efficiencies, invalid = parse_office_numbers(table.columns.get("efficiency", [""] * table.rows))
    for number in range(table.rows):
        cells = {name: column[number] for name, column in texts.items()}
        row_problems: list[Problem] = list(_vocabulary_problems(table, number, cells))
        energy = _energy(table, number, cells, row_problems)
        start, end = (_date(table, number, name, cells[name], row_problems) for name in ("period_start", "period_end"))
        efficiency = float(efficiencies[number])
        if invalid[number] or not (isnan(efficiency) or 0 < efficiency <= 1.2):
            what = Message("{efficiency!r} is not an efficiency.", efficiency=cells["efficiency"][:60])
            cure = "Write it as a part of 1, for example 0.78."
            row_problems.append(Problem(table.location(number, "efficiency"), what, cure, code="supply"))
        problems += row_problems
        if row_problems:
            yield None
        else:
            efficiency = 1.0 if isnan(efficiency) else efficiency
            yield SupplyRow(table.location(number), cells, energy or 0.0, efficiency, start, end)


def _vocabulary_problems(table: Table, number: int, cells: Mapping[str, str]) -> Iterator[Problem]:
    """Yield the problems of columns with fixed options, and of columns that a part requires."""
    carrier, part = cells["carrier"], cells["part"]
    checks = [("carrier", tuple(CARRIERS)), ("part", PARTS.get(carrier, ()))]
    checks += [("attributes_sold", ("", "yes", "no")), ("boundary", ("", *BOUNDARIES))]
    for column, options in checks:
        if options and cells[column] not in options:
            close = nearest(cells[column], options) if cells[column] else None
            cure: str = (
                Message("Did you mean {close!r}?", close=close)
                if close
                else Message("Write one of: {options}.", options=", ".join(filter(None, options)))
            )
            yield Problem(
                table.location(number, column),
                Message("{text!r} is not allowed in column {column}.", text=cells[column], column=column),
                cure,
                code="supply",
            )
    if not cells["site"]:
        yield Problem(table.location(number, "site"), "The site is missing.", "Name the site of each row.", code="supply")
    for column in _required_columns(carrier, part):
        if not cells[column]:
            cure = "Each contract or certificate has its own id and period; every part but the grid names its factor."
            yield Problem(
                table.location(number, column),
                Message("A part {part!r} needs {column}.", part=part, column=column),
                cure,
                code="supply",
            )
    if cells["year"] and not is_year(cells["year"]):
        what, cure = Message("{text!r} is not a year.", text=cells["year"][:60]), "Write four digits, such as 2024."
        yield Problem(table.location(number, "year"), what, cure, code="supply")
    if cells["boundary"] not in ("", "delivered") and not cells["efficiency"]:
        what = Message("Heat given as {boundary} needs the efficiency from there to the machine.", boundary=cells["boundary"])
        yield Problem(table.location(number, "efficiency"), what, "Write it as a part of 1, for example 0.78.", code="supply")


def _required_columns(carrier: str, part: str) -> tuple[str, ...]:
    """Return the columns that a part must fill in."""
    if part in COVERING:
        return ("item", "id", "period_start", "period_end", "amount")
    if part in ("purchased", "boiler"):
        return ("item", "amount", "boundary")
    return {"on_site": ("item", "amount"), "direct_line": ("item", "amount"), "residual": ("item",)}.get(part, ("amount",))


def _energy(table: Table, number: int, cells: Mapping[str, str], problems: list[Problem]) -> float | None:
    """Return the amount of a row [MJ], or None if it is absent or wrong; problems are appended."""
    if not cells["amount"]:
        return None
    try:
        amount, unit = split_quantity(cells["amount"])
        if unit and cells["unit"] not in ("", unit):
            what = Message(
                "The amount says {amount_unit!r}, the column unit says {column_unit!r}.",
                amount_unit=unit,
                column_unit=cells["unit"],
            )
            problems.append(Problem(table.location(number, "amount"), what, "Write the unit once.", code="supply"))
            return None
        conversion = convert(parse_unit(unit or cells["unit"]), parse_unit("MJ"))
    except UnitError as error:
        cure = cure_where(error, MEGAWATT_HOURS, lambda unit: unit.dimensions == parse_unit("MJ").dimensions)
        problems.append(Problem(table.location(number, "amount"), error.what, cure, code="supply"))
        return None
    if conversion is None or not amount >= 0:
        what = Message("{amount} {unit} is not an amount of energy.", amount=cells["amount"], unit=cells["unit"])
        problems.append(Problem(table.location(number, "amount"), what, MEGAWATT_HOURS, code="supply"))
        return None
    return amount * conversion.factor


def _date(table: Table, number: int, column: str, text: str, problems: list[Problem]) -> date | None:
    """Return an ISO date, or None if it is absent or wrong; problems are appended."""
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).date()
    except ValueError:
        cure = "Write year-month-day, such as 2024-01-01."
        problems.append(
            Problem(table.location(number, column), Message("{text!r} is not a date.", text=text), cure, code="supply")
        )
        return None
