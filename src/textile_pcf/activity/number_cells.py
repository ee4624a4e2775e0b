"""Number cells: plain numbers, amounts written together with their unit, and problems of cells that are no number."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from textile_pcf.arrays import BoolArray, FloatArray
from textile_pcf.columns import Categorical, parse_numbers, quoted
from textile_pcf.errors import Problem
from textile_pcf.io.table import Table
from textile_pcf.messages.message import Message
from textile_pcf.units import Unit, UnitError, parse_unit, split_quantity
from textile_pcf.units.number_text import parse_office_numbers, scale, times_more, why_no_number

if TYPE_CHECKING:
    from textile_pcf.activity.columns import ActivityColumns

MULTIPLIERS = frozenset("万萬亿億")
NUMBER_CURE = "Write a plain finite number with a decimal point; leave the cell empty where nothing is known."
OPTION_CURE = "Write a plain finite number with a decimal point; the option of a choice goes into the column `item`."


def parse_number_columns(table: Table, names: Sequence[str]) -> tuple[dict[str, FloatArray], dict[str, BoolArray]]:
    """Parse the number columns of a table.

    Parameters
    ----------
    table : Table
    names : sequence of str
        Number columns; those that the table does not have are left out.

    Returns
    -------
    numbers : dict of str to ndarray of float, shape (rows,)
        Numbers, NaN where a cell is empty or no number. `amount` accepts plain numbers only, as its cells may hold units; other
        columns accept numbers as office programs write them.
    wrong : dict of str to ndarray of bool, shape (rows,)
        Whether a cell is neither empty nor a number.
    """
    numbers: dict[str, FloatArray] = {}
    wrong: dict[str, BoolArray] = {}
    known = table.columns.keys()
    for name in names:
        if name in known:
            parse = parse_numbers if name == "amount" else parse_office_numbers
            numbers[name], wrong[name] = parse(table.columns[name])
    return numbers, wrong


def split_amounts(cells: ActivityColumns, wrong: dict[str, BoolArray]) -> tuple[Categorical | None, list[Problem]]:
    """Split amounts that are written together with their unit, such as `2 kWh`.

    The arrays of the amounts are completed in place, as is `cells.invalid`.

    Parameters
    ----------
    cells : ActivityColumns
    wrong : dict of str to ndarray of bool
        See `parse_number_columns`.

    Returns
    -------
    units : Categorical or None
        Units of all rows; None if every amount is a plain number.
    problems : list of Problem
        Amounts whose unit contradicts the column `unit`.
    """
    problems: list[Problem] = []
    if "amount" not in wrong or isinstance(cells.table.columns["amount"], np.ndarray) or not wrong["amount"].any():
        return None, problems
    amounts, no_numbers = cells.numbers["amount"], wrong["amount"]
    units, amount_cells = cells.texts["unit"], cells.table.columns["amount"]
    code_of = {text: code for code, text in enumerate(units.categories)}
    codes, quantities = units.codes.copy(), dict[str, tuple[float, str] | None]()
    for row in np.flatnonzero(no_numbers):
        text = amount_cells[row]
        if not isinstance(text, str):
            continue
        if text not in quantities:
            quantities[text] = _quantity(text)
        if (quantity := quantities[text]) is None:
            continue
        no_numbers[row] = False
        unit = units.categories[int(units.codes[row])]
        (amounts[row], unit), problem = _one_unit(text, *quantity, unit)
        if problem is not None:
            cells.invalid[row], amounts[row] = True, np.nan
            problems += cells.problems_at([int(row)], *problem, "amount", "two-units")
            continue
        codes[row] = code_of.setdefault(unit, len(code_of))
    return Categorical(codes, tuple(code_of)), problems


def _quantity(text: str) -> tuple[float, str] | None:
    """Return amount and unit of a text, None if it is no quantity."""
    try:
        return split_quantity(text)
    except UnitError:
        return None


def _one_unit(text: str, amount: float, amount_unit: str, column_unit: str) -> tuple[tuple[float, str], tuple[str, str] | None]:
    """Return amount and unit of a row; if the amount's unit contradicts the column `unit`, also what is wrong and the cure."""
    if amount_unit and column_unit and (zeros := times_more(amount_unit, column_unit)):  # 0.002万kWh, in kWh
        return (scale(amount, zeros), column_unit), None
    if amount_unit and column_unit and column_unit != amount_unit:
        try:
            if _is_same(parse_unit(amount_unit), column_unit):  # 1,800,000 度 where the column says kWh
                return (amount, column_unit), None
        except UnitError:
            cure = "Write a plain number into the column `amount`, and the unit into the column `unit`."
            return (amount, column_unit), (
                Message(
                    "The amount {text!r} ends in {amount_unit!r}, which is no unit.",
                    text=text[:60],
                    amount_unit=amount_unit[:60],
                ),
                cure,
            )
        return (amount, column_unit), (
            Message(
                "The amount says {amount_unit!r}, the column unit says {column_unit!r}.",
                amount_unit=amount_unit,
                column_unit=column_unit,
            ),
            "Write the unit once.",
        )
    if not amount_unit and column_unit[:1] in MULTIPLIERS and MULTIPLIERS.intersection(text):
        cure = "Write the multiplier once, in the amount or in the unit."
        return (amount, column_unit), (
            Message(
                "The amount is {text!r}, and its unit {column_unit!r} multiplies it again.",
                text=text[:60],
                column_unit=column_unit,
            ),
            cure,
        )
    return (amount, amount_unit or column_unit), None


def _is_same(unit: Unit, text: str) -> bool:
    """Return whether a text is another spelling of a unit."""
    try:
        other = parse_unit(text)
    except UnitError:
        return False
    return (unit.exact, unit.dimensions) == (other.exact, other.dimensions)


def number_problems(cells: ActivityColumns, wrong: dict[str, BoolArray]) -> Iterator[Problem]:
    """Yield a problem for each cell that is no number, and mark its row in `cells.invalid`.

    Parameters
    ----------
    cells : ActivityColumns
    wrong : dict of str to ndarray of bool
        See `parse_number_columns`.

    Yields
    ------
    Problem
    """
    for column, no_numbers in wrong.items():
        for row in np.flatnonzero(no_numbers):
            cells.invalid[row] = True
            cell = cells.table.columns[column][row]
            yield from cells.problems_at([int(row)], *no_number(cell, column), column, "not-a-number")


def no_number(cell: Any, column: str) -> tuple[str, str]:
    """Return what is wrong with a cell that is no number, and the cure."""
    reason = why_no_number(cell)
    if reason is not None:
        return reason.what, reason.cure
    is_option = isinstance(cell, str) and (bare := cell.replace("_", "")).isalpha() and not bare.isnumeric()
    cure = OPTION_CURE if is_option and column == "amount" else NUMBER_CURE
    return Message("{cell} in column {column} is not a number.", cell=quoted(cell), column=column), cure
