"""Shipped data, examples, and hashes of files."""

from __future__ import annotations

import csv
import hashlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from textile_pcf.errors import Problem, UsageError, wrong_type
from textile_pcf.messages.message import Message
from textile_pcf.messages.suggestion import did_you_mean

if TYPE_CHECKING:
    import pandas as pd


def data_root(name: Literal["adapters", "rules", "emission_factors", "examples"]) -> Path:
    """Return a folder of the shipped data.

    It is inside an installed package, or beside `src` in a checkout or editable install.

    Parameters
    ----------
    name : str
        Name of the folder.

    Raises
    ------
    UsageError
        The folder does not exist.
    """
    package = Path(__file__).resolve().parents[1]
    for folder in (package / "data" / name, package.parents[1] / name):
        if folder.is_dir():
            return folder
    what = "The data shipped with textile_pcf are missing."
    raise UsageError([Problem(name, what, "Install textile_pcf again.", code="data")])


def sha256_of(path: str | Path) -> str:
    """Return the SHA-256 of a file in hexadecimal."""
    with Path(path).open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


class Example(NamedTuple):
    """The arguments of `footprint` for an example: `tp.footprint(*tp.load_example(name))`.

    Attributes
    ----------
    activity : pathlib.Path
        File of activity data.
    rule : str
        Name of the rule.
    factors : tuple of str or pathlib.Path
        Tables of emission factors, in order of precedence.
    """

    activity: Path
    rule: str
    factors: tuple[str | Path, ...]


def load_example(name: str) -> Example:
    """Return a shipped example: its activity data, rule and emission factors.

    Parameters
    ----------
    name : str
        Name of the example, such as `cotton_poplin`.

    Returns
    -------
    Example
        `source`, `rule` and `factors`, in the order of the arguments of `footprint`.

    Raises
    ------
    UsageError
        There is no such example. The message lists all examples.

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
        raise wrong_type("example", name, "the name of an example", Message("There are: {known}.", known=", ".join(known)))
    if name not in known:
        cure = did_you_mean(name, known, Message("There are: {known}.", known=", ".join(known)))
        raise UsageError([Problem(f"example {name!r}", "There is no such example.", cure, code="no-example")])
    return known[name]


def list_examples() -> pd.DataFrame:
    """Return the shipped examples.

    Returns
    -------
    DataFrame
        Its index is the name for `load_example`, its columns are rule, factors and file.

    Examples
    --------
    >>> list_examples().loc["cotton_poplin", "rule"]
    'cotton_fabric'
    """
    import pandas as pd

    rows = [
        (example.rule, ", ".join(Path(table).name for table in example.factors) or "default", str(example.activity))
        for example in examples().values()
    ]
    index = pd.Index(list(examples()), name="example")
    return pd.DataFrame(rows, index=index, columns=pd.Index(["rule", "factors", "file"]))


@cache
def examples() -> dict[str, Example]:
    """Return all shipped examples by name."""
    folder = data_root("examples")
    with (folder / "examples.csv").open(encoding="utf-8", newline="") as file:
        return {row["name"]: _example(folder, row) for row in csv.DictReader(file)}


def _example(folder: Path, row: dict[str, str]) -> Example:
    example = folder / row["name"]
    tables = [example / table if table.endswith(".csv") else table for table in row["factors"].split(";") if table]
    return Example(example / row["file"], row["rule"], tuple(tables))
