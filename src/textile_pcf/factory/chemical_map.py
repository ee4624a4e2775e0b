"""The table `map`: which factor stands for which chemical, decided by a person, with the reason."""

from __future__ import annotations

from dataclasses import dataclass

from textile_pcf.arrays import FloatArray
from textile_pcf.errors import Problem
from textile_pcf.factory.mass_cells import active_contents
from textile_pcf.factory.stock import check_cas
from textile_pcf.factory.tables import FactoryTable
from textile_pcf.io.headers import key
from textile_pcf.messages.message import Message

SUBJECTS = ("chemical", "cas", "name")
"""Columns by which a row names its chemical; one of them in each row."""
REASONED = ("class", "proxy")
"""Levels that need a reason."""


@dataclass(frozen=True, eq=False)
class ChemicalMap:
    """The table `map`.

    Attributes
    ----------
    table : FactoryTable
    items, levels : list of str, shape (rows,)
    active : ndarray of float, shape (rows,)
        Active content that the factor is per; NaN where none is stated.
    rows : dict of (str, str) to int
        Row of each subject: its column and its text in comparable form.
    """

    table: FactoryTable
    items: list[str]
    levels: list[str]
    active: FloatArray
    rows: dict[tuple[str, str], int]


def comparable(text: str) -> str:
    """Return a name for comparison: without case, blanks, hyphens and underscores.

    Examples
    --------
    >>> comparable("Caustic Soda"), comparable("caustic_soda")
    ('causticsoda', 'causticsoda')
    """
    return key(text).replace("_", "")


def read_chemical_map(table: FactoryTable, problems: list[Problem]) -> ChemicalMap:
    """Interpret the table `map`.

    Parameters
    ----------
    table : FactoryTable
    problems : list of Problem
        Problems are appended: no subject or several, one twice, no item or level, no reason for `class` and `proxy`.

    Returns
    -------
    ChemicalMap
    """
    table.require(("item", "level"), problems)
    levels = table.words("level", "map_level", problems)
    check_cas(table, problems)
    rows: dict[tuple[str, str], int] = {}
    reasons = table.texts("reason")
    cells = {name: table.texts(name) for name in SUBJECTS}
    for row in range(table.rows):
        named = [name for name in SUBJECTS if cells[name][row]]
        if len(named) != 1:
            what = "A row of the map names one chemical, by `chemical`, `cas` or `name`; here are {count}."
            cure = Message("Fill in one of the three columns.")
            table.problem(problems, row, "chemical", Message(what, count=len(named)), cure)
            continue
        text = cells[named[0]][row]
        first = rows.setdefault((named[0], text if named[0] == "cas" else comparable(text)), row)
        if first != row:
            what = Message("{name!r} is already in {where}.", name=text[:60], where=table.location(first))
            table.problem(problems, row, named[0], what, Message("Keep one of the rows."))
        if levels[row] in REASONED and not reasons[row]:
            what = Message("The level {level} needs a reason.", level=levels[row])
            table.problem(problems, row, "reason", what, Message("Say why this factor may stand for the chemical."))
    return ChemicalMap(table, table.texts("item"), levels, active_contents(table, problems), rows)
