"""Editions of the shipped tables of emission factors: one folder per edition, older ones stay as they are."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from textile_pcf.errors import Problem, UsageError
from textile_pcf.io.resources import data_root
from textile_pcf.messages.message import Message, TranslatedText, sentences
from textile_pcf.suggest import nearest

DEFAULT = "default"
NOT_TABLES = ("synonyms", "unavailable")
"""CSV files of an edition that are no tables of factors."""


@cache
def table_editions() -> dict[str, dict[str, Path]]:
    """Return the files of the shipped tables by name and edition, the newest edition last.

    Returns
    -------
    dict of str to dict of str to Path
        Name of the table → edition → file.

    Examples
    --------
    >>> "2026.1" in table_editions()["default"]
    True
    """
    found: dict[str, dict[str, Path]] = {}
    for file in sorted(data_root("emission_factors").glob("*/*.csv"), key=lambda file: (_order(file.parent.name), file.stem)):
        if file.stem not in NOT_TABLES:
            found.setdefault(file.stem, {})[file.parent.name] = file
    return dict(sorted(found.items()))


def _order(edition: str) -> tuple[int, ...]:
    """Return the parts of an edition as numbers, so that 2026.10 comes after 2026.9."""
    return tuple(int(part) if part.isdigit() else 0 for part in edition.split("."))


def shipped_tables() -> dict[str, Path]:
    """Return the files of the shipped tables by name, each in its newest edition.

    Examples
    --------
    >>> "default" in shipped_tables()
    True
    """
    return {name: list(files.values())[-1] for name, files in table_editions().items()}


def shipped_file(source: str) -> Path | None:
    """Return the file of a shipped table.

    Parameters
    ----------
    source : str
        `NAME`, which is the newest edition, or `NAME@EDITION`.

    Returns
    -------
    Path or None
        None if no shipped table has this name.

    Raises
    ------
    UsageError
        The table has no such edition.

    Examples
    --------
    >>> shipped_file("default@2026.1").parent.name
    '2026.1'
    >>> shipped_file("mine.csv") is None
    True
    """
    name, at, edition = source.partition("@")
    files = table_editions().get(name)
    if files is None:
        return None
    if not at:
        return list(files.values())[-1]
    if edition not in files:
        close = nearest(edition, files)
        hint = Message("Did you mean {close!r}?", close=f"{name}@{close}") if close else ""
        cure = Message("There are: {known}.", known=", ".join(f"{name}@{each}" for each in files))
        what = Message("The table {name!r} has no edition {edition!r}.", name=name, edition=edition)
        raise UsageError([Problem(source, what, sentences(hint, cure), code="no-table")])
    return files[edition]


def default_table(edition: str) -> str:
    """Return the name of the default table for a rule: that of the rule's edition, or the newest if that edition has none.

    Parameters
    ----------
    edition : str
        Edition of the rule, such as `2026.1`.

    Returns
    -------
    str
        `NAME@EDITION`, or `NAME`.

    Examples
    --------
    >>> default_table("2026.1"), default_table("1999.9")
    ('default@2026.1', 'default')
    """
    return f"{DEFAULT}@{edition}" if edition in table_editions()[DEFAULT] else DEFAULT


@dataclass(frozen=True, slots=True)
class Unavailable:
    """An item for which no open factor was found: the supplier must be asked.

    Attributes
    ----------
    item, name_en, name_zh : str
        Item and its names.
    """

    item: str
    name_en: str
    name_zh: str

    def message(self) -> Message:
        """Return who to ask, as a sentence."""
        name = TranslatedText(self.name_en, self.name_zh)
        what = "No open emission factor was found for {item!r} ({name}): ask the supplier for a footprint, and name it pcf:ID."
        return Message(what, item=self.item, name=name)


@cache
def unavailable_items(folder: Path) -> dict[str, Unavailable]:
    """Return the items of an edition for which no open factor was found.

    Parameters
    ----------
    folder : Path
        Folder of the edition.
    """
    path = folder / "unavailable.csv"
    if not path.is_file():
        return {}
    with path.open(encoding="utf-8", newline="") as file:
        return {row["item"]: Unavailable(row["item"], row["name_en"], row["name_zh"]) for row in csv.DictReader(file)}


def edition_folder(path: Path | None) -> Path:
    """Return the folder of the edition that a table belongs to; of the newest edition for tables that are not shipped."""
    root = data_root("emission_factors")
    if path is not None and path.resolve().parent.parent == root.resolve():
        return path.parent
    return shipped_tables()[DEFAULT].parent
