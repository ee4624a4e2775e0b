"""Rows of the utilities as sources of greenhouse gases: their class, scope and category."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from textile_pcf.arrays import IndexArray
from textile_pcf.errors import Problem
from textile_pcf.factory.utilities import USES, Utilities
from textile_pcf.factory.vocabulary import columns
from textile_pcf.messages.message import Message


@dataclass(frozen=True, slots=True)
class SourceClass:
    """A class of sources.

    Attributes
    ----------
    scope : int
        Scope of the greenhouse gas inventory.
    kind : str
        Kind of the factor; empty where none is asked.
    item : str
        Item of the factor where neither row nor carrier names another; empty for the carrier itself.
    cells : tuple of str
        Columns that are read for this class only.
    """

    scope: int
    kind: str
    item: str = ""
    cells: tuple[str, ...] = ()


FUEL_CELLS = ("ncv", "carbon", "oxidation")
WATER_CELLS = ("cod_in", "cod_out", "removed", "mcf", "recovered")
CLASSES = {
    "fuel": SourceClass(1, "combustion", cells=FUEL_CELLS),
    "biomass": SourceClass(1, "combustion"),
    "process": SourceClass(1, "direct", cells=("purity",)),
    "wastewater": SourceClass(1, "", cells=WATER_CELLS),
    "refrigerant": SourceClass(1, "direct"),
    "electricity": SourceClass(2, "direct", "electricity"),
    "heat": SourceClass(2, "combustion", "steam"),
    "other": SourceClass(3, "life_cycle", cells=("category",)),
}
"""Classes by name; rows of the class `none` give off nothing at the site."""
NONE = "none"
SOLD = USES.index("sold")
PASSED_ON = ("electricity", "heat")
"""Classes that can be sold."""
CATEGORIES = 15
"""Categories of scope 3."""


@dataclass(frozen=True, eq=False)
class InventoryRows:
    """Rows with emissions of their own: rows with a process below a site's row are *of which* and left out.

    Attributes
    ----------
    utilities : Utilities
    row : ndarray of intp, shape (sources,)
        Row of the table.
    classes : list of str, shape (sources,)
    category : list of (int or None), shape (sources,)
        Category of scope 3.
    """

    utilities: Utilities
    row: IndexArray
    classes: list[str]
    category: list[int | None]

    def cells(self, column: str) -> list[str]:
        """Return a column of texts, one for each source."""
        texts = self.utilities.table.texts(column)
        return [texts[row] for row in self.row.tolist()]

    def of_class(self, name: str) -> IndexArray:
        """Return the sources of a class."""
        return np.array([index for index, each in enumerate(self.classes) if each == name], dtype=np.intp)


def read_inventory_rows(utilities: Utilities, problems: list[Problem]) -> InventoryRows:
    """Return the sources of a site, after a check that class, scope, category and kind agree.

    Parameters
    ----------
    utilities : Utilities
    problems : list of Problem
        Problems are appended.
    """
    table = utilities.table
    named = table.words("class", "utility_class", problems)
    known = columns().classes
    whole = np.zeros(len(utilities.carriers), dtype=bool)
    whole[utilities.carrier[utilities.whole & (utilities.use == 0)]] = True
    part = (utilities.use == 0) & ~utilities.whole & whole[utilities.carrier]
    rows, classes, categories = [], [], []
    categories_given = table.numbers("category", problems) if table.has("category") else np.full(table.rows, np.nan)
    for row in np.flatnonzero(~part).tolist():
        carrier = utilities.carriers[utilities.carrier[row]]
        name = named[row] or ("" if table.texts("class")[row] else known.get(carrier, ""))
        if not name:
            _no_class(utilities, row, problems)
        if name in ("", NONE):
            continue
        category = _check_row(utilities, row, name, float(categories_given[row]), problems)
        rows.append(row)
        classes.append(name)
        categories.append(category)
    return InventoryRows(utilities, np.array(rows, dtype=np.intp), classes, categories)


def _no_class(utilities: Utilities, row: int, problems: list[Problem]) -> None:
    """Append the problem of a carrier whose class is not known; a word that is none has one already."""
    table = utilities.table
    carrier = utilities.carriers[utilities.carrier[row]]
    if table.texts("class")[row] or not carrier:
        return
    what = Message("The class of {carrier!r} is not known.", carrier=carrier[:60])
    cure = Message("Write in `class` one of: {choices}.", choices=", ".join((*CLASSES, NONE)))
    table.problem(problems, row, "class", what, cure)


def _check_row(utilities: Utilities, row: int, name: str, category: float, problems: list[Problem]) -> int | None:
    """Append the problems of one row, and return its category of scope 3."""
    table, source = utilities.table, CLASSES[name]
    scope, kind = table.texts("scope")[row], table.texts("kind")[row]
    if (scope or name == "other") and scope.strip() not in (str(source.scope), f"{source.scope}.0"):
        what = Message(
            "The class {name} is of scope {scope}, and here is {text!r}.", name=name, scope=source.scope, text=scope[:60]
        )
        table.problem(problems, row, "scope", what, Message("Write {scope} in `scope`.", scope=source.scope))
    if kind and kind != source.kind:
        what = Message("The class {name} takes factors of kind {kind!r}, and here is {text!r}.",
                       name=name, kind=source.kind or NONE, text=kind[:60])  # fmt: skip
        table.problem(problems, row, "kind", what, Message("Leave `kind` empty, or correct the class."))
    if utilities.use[row] == SOLD and name not in PASSED_ON:
        what = Message("Only electricity and heat can be sold; this is of class {name}.", name=name)
        table.problem(problems, row, "use", what, Message("Take what was passed on out of the amount bought."))
    for column in (column for other in CLASSES.values() for column in other.cells if column not in source.cells):
        if table.texts(column)[row]:
            what = Message("The class {name} does not use the column {column!r}.", name=name, column=column)
            table.problem(problems, row, column, what, Message("Leave it empty, or correct the class."))
    if name != "other":
        return None
    if category not in range(1, CATEGORIES + 1):
        what = Message("Scope 3 has the categories 1 to {count}.", count=CATEGORIES)
        table.problem(problems, row, "category", what, Message("Write the number of the category in `category`."))
        return None
    return int(category)
