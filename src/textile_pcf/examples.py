"""The examples that come with the library: complete products on published data, ready to calculate."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import NamedTuple

from textile_pcf.documents import data_root
from textile_pcf.errors import Problem, UsageError, wrong_type
from textile_pcf.units import nearest


class Example(NamedTuple):
    """What `footprint` needs for an example, in its order: `tp.footprint(*tp.load_example(name))`."""

    activity: Path
    """File of activity data."""
    rule: str
    """The rule it is given under."""
    factors: tuple[str | Path, ...]
    """Tables of emission factors, in order."""


def load_example(name: str) -> Example:
    """An example by name: its activity data, rule and emission factors.

    Raises
    ------
    UsageError
        There is no such example; all are named.

    Examples
    --------
    >>> import textile_pcf as tp
    >>> example = tp.load_example("cotton_poplin")
    >>> example.rule
    'cotton_fabric'
    >>> tp.footprint(*example).products
    ('COTTON-POPLIN',)
    """
    known = examples()
    if not isinstance(name, str):
        raise wrong_type("example", name, "the name of an example", f"There are: {', '.join(known)}.")
    if name not in known:
        close = nearest(name, known)
        cure = f"Did you mean {close!r}?" if close else f"There are: {', '.join(known)}."
        raise UsageError([Problem(f"example {name!r}", "There is no such example.", cure, code="no-example")])
    return known[name]


@cache
def examples() -> dict[str, Example]:
    """All examples that are shipped, by name."""
    folder = data_root("examples")
    with (folder / "examples.csv").open(encoding="utf-8", newline="") as file:
        return {row["name"]: _example(folder, row) for row in csv.DictReader(file)}


def _example(folder: Path, row: dict[str, str]) -> Example:
    home = folder / row["name"]
    tables = [home / table if table.endswith(".csv") else table for table in row["factors"].split(";") if table]
    return Example(home / row["file"], row["rule"], tuple(tables))
