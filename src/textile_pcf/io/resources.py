"""Where the shipped data and examples lie, and the hash of a file."""

from __future__ import annotations

import csv
import hashlib
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple

from textile_pcf.errors import Problem, UsageError, wrong_type
from textile_pcf.suggest import nearest


def data_root(kind: Literal["rules", "emission_factors", "examples"]) -> Path:
    """Folder of the shipped data: inside an installed package, or beside `src` in a checkout or editable install."""
    package = Path(__file__).resolve().parents[1]
    for folder in (package / "data" / kind, package.parents[1] / kind):
        if folder.is_dir():
            return folder
    what = "The data shipped with textile_pcf are missing."
    raise UsageError([Problem(kind, what, "Install textile_pcf again.", code="data")])


def sha256_of(path: str | Path) -> str:
    """SHA-256 of the bytes of a file, in hexadecimal."""
    with Path(path).open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


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
