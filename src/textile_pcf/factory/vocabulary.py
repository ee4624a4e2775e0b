"""The words of factory tables: columns, closed lists and carriers of `columns.yaml`, numbers of `constants.yaml`.

>>> carrier_id("外购电"), carrier_id("Purchased Electricity"), carrier_id("thermal oil")
('electricity', 'electricity', 'thermal oil')
>>> constant("max_gap")
60.0
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from pydantic import Field

from textile_pcf.errors import PcfError
from textile_pcf.io.documents import Strict, cited_numbers, validate_document
from textile_pcf.io.headers import key
from textile_pcf.io.strict_yaml import read_yaml
from textile_pcf.io.table import Header

FOLDER = Path(__file__).parent


class Carrier(Strict):
    """How a carrier is reported."""

    unit: str
    """Unit in which it is reported; empty: that of its first row."""
    flow: str
    """Flow of the activity rows."""
    names: tuple[str, ...] = Field(default=(), strict=False)
    """Other ways to write it."""


class Columns(Strict):
    """Content of `columns.yaml`."""

    tables: dict[str, dict[str, list[str]]]
    """Table → column → Chinese heads."""
    words: dict[str, dict[str, list[str]]]
    """Closed list → word → other ways to write it."""
    carriers: dict[str, Carrier]
    """Carriers with a unit or a Chinese name of their own."""
    classes: dict[str, str]
    """Carrier → its class in the inventory of a site."""


@cache
def columns() -> Columns:
    """Return the columns, words and carriers."""
    return validate_document(Columns, read_yaml(FOLDER / "columns.yaml", PcfError), PcfError)


def constant(name: str) -> float:
    """Return a number of `constants.yaml`, in its own unit.

    Parameters
    ----------
    name : str
        Its key.

    Examples
    --------
    >>> constant("max_gap")
    60.0
    """
    return cited_numbers(FOLDER / "constants.yaml").constants[name].value


TIMES = ("time", "start", "end")
"""Columns of times, in which the date cells of workbooks and DataFrames are read."""


@cache
def table_header(table: str) -> Header:
    """Return the known columns of a table, with their Chinese heads.

    Parameters
    ----------
    table : str
        `readings`, `meters`, `batches`, `events`, `utilities`, `production` or `plan`.

    Examples
    --------
    >>> table_header("batches").name("缸号"), table_header("batches").name("Output")
    ('batch', 'output')
    """
    heads = columns().tables[table]
    aliases = {alias: name for name, others in heads.items() for alias in others}
    return Header(tuple(heads), aliases, collect_problems=True, time_columns=tuple(name for name in heads if name in TIMES))


@cache
def word_ids(word_list: str) -> dict[str, str]:
    """Return the word of each way to write it, in comparable form (`io.headers.key`).

    Parameters
    ----------
    word_list : str
        A closed list, such as `reading`.

    Examples
    --------
    >>> word_ids("reading")["累计"]
    'cumulative'
    """
    words = columns().words[word_list]
    return {key(text): word for word, others in words.items() for text in (word, *others)}


@cache
def _carrier_ids() -> dict[str, str]:
    carriers = columns().carriers
    return {key(text): carrier for carrier, known in carriers.items() for text in (carrier, *known.names)}


def carrier_id(text: str) -> str:
    """Return the id of a carrier; any other text is a carrier of its own.

    Parameters
    ----------
    text : str
        As written: an id, Chinese, or a name of the FEM questionnaire.
    """
    return _carrier_ids().get(key(text), text)


def known_carrier(carrier: str) -> Carrier:
    """Return how a carrier is reported.

    Parameters
    ----------
    carrier : str
        Its id (`carrier_id`).

    Returns
    -------
    Carrier
        Of an unknown one the unit is empty and the flow is the id itself.

    Examples
    --------
    >>> known_carrier("steam").unit, known_carrier("thermal oil").flow
    ('t', 'thermal oil')
    """
    return columns().carriers.get(carrier) or Carrier(unit="", flow=carrier)
