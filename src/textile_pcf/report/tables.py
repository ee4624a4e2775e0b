"""Tables of a report as texts, in the form in which its page writes them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Attributes
    ----------
    title : str
        Its heading, which also stands before each cell where a narrow screen stacks them.
    kind : str
        `n` for numbers, `k` for words that are kept on a line, `b` for bars, empty for texts.
    """

    title: str
    kind: str = ""


@dataclass(frozen=True)
class Bar:
    """A bar in a cell.

    Attributes
    ----------
    width : float
        Length of the bar. [% of the column]
    negative : bool
        Whether the number is below zero; the bar then has another colour.
    low, high : float, optional
        Ends of an interval about the number, drawn as a line; none where they are None. [% of the column]
    """

    width: float
    negative: bool = False
    low: float | None = None
    high: float | None = None

    @classmethod
    def of(cls, value: float, largest: float) -> Bar:
        """Return the bar of a value; `largest` has the full width, a masked value none."""
        return cls(round(abs(value) / largest * 100, 1) if largest > 0 and value == value else 0.0, value < 0)

    def between(self, low: float, high: float, largest: float) -> Bar:
        """Return the bar with an interval; without one where its ends are not known or not above zero.

        Examples
        --------
        >>> Bar.of(2.0, 4.0).between(1.0, 3.0, 4.0)
        Bar(width=50.0, negative=False, low=25.0, high=75.0)
        """
        if not low > 0 or not high >= low or largest <= 0:
            return self
        return replace(self, low=round(low / largest * 100, 1), high=round(high / largest * 100, 1))


@dataclass(frozen=True)
class Row:
    """A row of a table.

    Attributes
    ----------
    cells : tuple of str or Bar
        One cell for each column.
    kind : str
        `total`, `memo`, `proxy` or empty.
    """

    cells: tuple[str | Bar, ...]
    kind: str = ""


@dataclass(frozen=True)
class Table:
    """A table with its headings.

    Attributes
    ----------
    columns : tuple of Column
    rows : tuple of Row
    """

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]


def table(columns: Iterable[tuple[str, str]], rows: Iterable[Row]) -> Table:
    """Return a table of columns (title and kind) and rows.

    Examples
    --------
    >>> table([("Stage", ""), ("kg", "n")], [Row(("dyeing", "1.2"))]).columns[1]
    Column(title='kg', kind='n')
    """
    return Table(tuple(Column(*column) for column in columns), tuple(rows))
