"""Cells of the tables of a site's year: words of a workbook, limits of numbers, footers, suggestions."""

from __future__ import annotations

from textile_pcf.errors import Problem
from textile_pcf.factory.tables import FactoryTable
from textile_pcf.io.footers import footer_problem, is_footer_word
from textile_pcf.io.template_workbook import BAR
from textile_pcf.messages.message import Message
from textile_pcf.units import Unit, describe

LISTED = ("carrier", "process", "use", "driver", "final")
"""Columns in which a workbook of the template offers words with their meaning behind a bar."""


def without_meanings(table: FactoryTable) -> FactoryTable:
    """Return a table whose listed words stand without the meaning that a workbook of the template shows behind a bar.

    Parameters
    ----------
    table : FactoryTable

    Examples
    --------
    >>> from textile_pcf.factory.tables import read_factory_table
    >>> table = read_factory_table("plan", [{"carrier": "water｜水", "process": "dyeing｜染色", "driver": "input"}])
    >>> without_meanings(table).texts("process")
    ['dyeing']
    """
    columns = {name: table.texts(name) for name in LISTED if table.has(name)}
    for name, texts in columns.items():
        if any(BAR in text for text in texts):
            columns[name] = [text.partition(BAR)[0].strip() for text in texts]
    return FactoryTable(table.title, table.table, columns)


def kind_of(unit: Unit) -> Message:
    """Return what a unit measures, for messages in every language.

    Parameters
    ----------
    unit : Unit

    Examples
    --------
    >>> from textile_pcf.units import parse_unit
    >>> kind = kind_of(parse_unit("kWh/kg"))
    >>> kind, kind.localized("zh")
    ('energy per mass', '能量/质量')
    """
    above, _, below = describe(unit.dimensions).partition(" per ")
    return Message("{above} per {below}", above=Message(above), below=Message(below)) if below else Message(above)


def refuse_footers(table: FactoryTable, column: str, problems: list[Problem]) -> None:
    """Append a problem for each row that begins like a total or a signature, such as 合计.

    Parameters
    ----------
    table : FactoryTable
    column : str
        First column of names.
    problems : list of Problem
        Problems are appended.
    """
    texts = table.texts(column)
    footers = {text for text in dict.fromkeys(texts) if is_footer_word(text)}
    for row in [row for row, text in enumerate(texts) if text in footers] if footers else ():
        problems.append(footer_problem(table.location(row, column), texts[row]))
