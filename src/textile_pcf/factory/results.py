"""What the functions of `factory` return: named tables of plain numbers and texts, activity rows, and warnings."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from textile_pcf.factory.activity_rows import ACTIVITY_COLUMNS, ActivityRow
from textile_pcf.io.csv_text import table_csv
from textile_pcf.io.json_text import indented_json
from textile_pcf.messages.message import Message

if TYPE_CHECKING:
    import pandas as pd


class RowsView(Sequence[dict[str, Any]]):
    """Rows that are made of arrays when they are first read, and kept.

    Parameters
    ----------
    build : callable
        Returns the rows.

    Examples
    --------
    >>> rows = RowsView(lambda: [{"product": "A"}])
    >>> len(rows), rows[0]
    (1, {'product': 'A'})
    """

    def __init__(self, build: Callable[[], list[dict[str, Any]]]) -> None:
        self._build = build
        self._rows: list[dict[str, Any]] | None = None

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The rows."""
        if self._rows is None:
            self._rows = self._build()
        return self._rows

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, index: Any) -> Any:
        return self.rows[index]


@dataclass(frozen=True)
class FactoryResult:
    """The result of a function of `factory`: what its JSON holds.

    Attributes
    ----------
    tables : mapping
        The keys of the JSON before `activity`, such as `batches`: lists of rows (dicts), or single values.
    activity : sequence of dict
        Rows of activity data, empty where the function writes none.
    warnings : tuple of str
        What is to be checked, in English; a `Message` knows its Chinese.
    csv_table : str
        Key of the table that CSV holds: the activity table, of a function without one its rows.

    Examples
    --------
    >>> result = FactoryResult({"carriers": [{"carrier": "water", "amount": 2.0}]})
    >>> result["carriers"][0]["amount"], sorted(result.to_dict())
    (2.0, ['activity', 'carriers', 'warnings'])
    """

    tables: Mapping[str, Any]
    activity: Sequence[ActivityRow] = ()
    warnings: tuple[str, ...] = ()
    csv_table: str = "activity"

    def __getitem__(self, name: str) -> Any:
        rows = self.tables[name] if name in self.tables else self.to_dict()[name]
        return list(rows) if isinstance(rows, RowsView) else rows

    def __repr__(self) -> str:
        sizes = (f"{name}: {len(rows)}" for name, rows in self.to_dict().items() if isinstance(rows, list))
        return f"FactoryResult({', '.join(sizes)})"

    def frame(self, name: str = "activity") -> pd.DataFrame:
        """Return a table as a DataFrame.

        Parameters
        ----------
        name : str
            Key of the JSON; `activity` goes into `tp.footprint`.
        """
        import pandas as pd

        frame = pd.DataFrame(list(self[name]))
        return frame if len(frame) or name != "activity" else pd.DataFrame(columns=pd.Index(ACTIVITY_COLUMNS))

    def to_dict(self) -> dict[str, Any]:
        """Return everything as the JSON of the command holds it."""
        tables = {name: list(rows) if isinstance(rows, RowsView) else rows for name, rows in self.tables.items()}
        return {**tables, "activity": list(self.activity), "warnings": [str(text) for text in self.warnings]}

    def to_json(self) -> str:
        """Return the JSON of the command."""
        return indented_json(self.to_dict())

    def to_csv(self) -> str:
        """Return the activity table, or that of `csv_table`, as CSV."""
        rows = self[self.csv_table]
        columns = ACTIVITY_COLUMNS if self.csv_table == "activity" else ()
        return table_csv(tuple(dict.fromkeys((*columns, *(name for row in rows for name in row)))), rows)

    def localized_warnings(self, language: str) -> list[str]:
        """Return the warnings in a language, `en` or `zh`."""
        return [text.localized(language) if isinstance(text, Message) else text for text in self.warnings]
