"""Editions of the shipped tables of emission factors: one folder per edition, older ones stay as they are."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from textile_pcf.errors import Problem, UsageError
from textile_pcf.io.resources import data_root
from textile_pcf.messages.message import Message, sentences
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
    """Return the name of the default table for a rule: of the rule's edition, or the newest where there is none of it.

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


def edition_folder(path: Path | None) -> Path:
    """Return the folder of the edition that a table belongs to; of the newest edition for tables that are not shipped."""
    root = data_root("emission_factors")
    if path is not None and path.resolve().parent.parent == root.resolve():
        return path.parent
    return shipped_tables()[DEFAULT].parent
