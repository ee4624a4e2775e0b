"""Emission factors for a quick look: items with a value and a unit, without a source; results that use them say so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from textile_pcf.errors import FactorError, Problem
from textile_pcf.factors.load import UNIT_CURE, check_table, is_factor_unit
from textile_pcf.factors.table import COLUMNS, FactorSheet, TableDocument
from textile_pcf.io.documents import Source
from textile_pcf.io.localized import LocalizedText
from textile_pcf.io.records import from_document
from textile_pcf.io.strict_yaml import Document
from textile_pcf.io.table import Header, clean_cell
from textile_pcf.messages.message import Message, sentences
from textile_pcf.messages.suggestion import did_you_mean
from textile_pcf.units import UnitError, parse_unit, split_quantity

NAME, SOURCE, LOCATOR = "quick_look", "none", "not stated"
TITLE = {"en": "Factors without a source, for a quick look", "zh": "无来源的因子，仅供速算"}
VALUE_CURE = 'Write a number and a whole unit, such as "0.5777 kgCO2e/kWh".'
_HEADER = Header(COLUMNS, {})


def quick_look(values: Mapping[str, Any]) -> FactorSheet:
    """Return factors that are stated without a source, as a table of their own.

    Parameters
    ----------
    values : mapping
        Item → value with unit, or a mapping with `value` and further columns of a factor table, such as `kind`. Region is
        GLO, kind `life_cycle`, the year not stated where nothing is said.

    Returns
    -------
    FactorSheet
        The table, marked `quick_look`.

    Raises
    ------
    FactorError
        Items, values or units are wrong; all mistakes are listed.

    Examples
    --------
    >>> table = quick_look({"electricity": "0.5777 kgCO2e/kWh", "lignite": {"value": "1.1 kgCO2e/kg", "kind": "combustion"}})
    >>> table.texts["kind"], table.numbers["value"].tolist(), table.quick_look
    (['life_cycle', 'combustion'], [0.5777, 1.1], True)
    """
    problems: list[Problem] = []
    rows = [_row(item, value, problems) for item, value in values.items()]
    if problems:
        raise FactorError(problems)
    table = from_document(Document("factors", [{"rows": rows}]), _HEADER, FactorError)
    document = TableDocument(title=LocalizedText(**TITLE), sources={SOURCE: Source(title="stated without a source")})
    return replace(check_table(NAME, table, document), quick_look=True)


def _row(item: Any, value: Any, problems: list[Problem]) -> dict[str, Any]:
    """Return the row of one item; problems are appended."""
    where = f"factors {item!r}"[:80]
    row: dict[str, Any] = {"item": item, "region": "GLO", "year": "", "kind": "life_cycle"}
    if not isinstance(item, str) or not item.strip():
        problems.append(Problem(where, "This is not the name of an item.", "Write a text such as electricity.", code="item"))
        return row
    if isinstance(value, Mapping):
        unknown = [name for name in value if name not in COLUMNS or name == "item"]
        for name in unknown:
            cure = did_you_mean(str(name), COLUMNS, VALUE_CURE)
            what = Message("{key!r} is not known here.", key=str(name)[:60])
            problems.append(Problem(where, what, cure, code="unknown-column"))
        row |= {name: cell for name, cell in value.items() if name not in unknown}
        value = value.get("value")
    text = clean_cell(value)
    if "unit" in row and isinstance(text, int | float):
        text = f"{text!r} {row['unit']}"
    number, unit = _value_and_unit(where, text, problems)
    return {**row, "value": number, "unit": unit, "source": SOURCE, "locator": LOCATOR}


def _value_and_unit(where: str, text: Any, problems: list[Problem]) -> tuple[float, str]:
    """Return value and unit of a text such as `0.5777 kgCO2e/kWh`; problems are appended."""
    if not isinstance(text, str) or not text:
        what = Message("{shown} is not a value with its unit.", shown=repr(text)[:60])
        problems.append(Problem(where, what, VALUE_CURE, code="value"))
        return 0.0, ""
    try:
        number, unit = split_quantity(text)
        if not is_factor_unit(parse_unit(unit)):
            what = Message("{text!r} is not emissions per something.", text=text[:60])
            problems.append(Problem(where, what, UNIT_CURE, code="unit"))
    except UnitError as error:
        problems.append(Problem(where, error.what, error.cure or VALUE_CURE, code="unit"))
        return 0.0, ""
    return number, unit


def quick_look_warning(table: FactorSheet, rows: Iterable[int]) -> Message:
    """Return the warning about factors of such a table that a calculation uses."""
    items = ", ".join(sorted({table.texts["item"][row] for row in rows}))
    what = Message(
        "{label}: factors without a source are used, for a quick look only: {items}.", label=table.label, items=items
    )
    return sentences(what, "Put them into a table with source and locator before the result is passed on.")
