"""Read and check a supply table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from textile_pcf.errors import InputError, Problem, warn_caller
from textile_pcf.io.read_table import read_table
from textile_pcf.io.resources import sha256_of
from textile_pcf.io.safe_text import escape_controls
from textile_pcf.supply.parts import build_sites, duplicate_instruments, duplicate_stages
from textile_pcf.supply.rows import read_rows
from textile_pcf.supply.sites import COLUMNS, Supply


def load_supply(source: str | Path | Any) -> Supply:
    """Read and check a supply table.

    Parameters
    ----------
    source : path, DataFrame, list of dict or Supply
        Rows with `site, stages, carrier, part, amount, unit, item, …`. A `Supply` is returned unchanged.

    Returns
    -------
    Supply
        The shares of each site and carrier, by both accountings.

    Raises
    ------
    InputError
        With every problem: contracts that exceed the grid electricity, duplicate ids, disjoint periods, unknown parts.

    Examples
    --------
    >>> rows = [{"site": "S", "stages": "dyeing", "carrier": "electricity", "part": "grid", "amount": "100 MWh"},
    ...         {"site": "S", "carrier": "electricity", "part": "on_site", "amount": "300 MWh", "item": "electricity_pv"}]
    >>> [(part.name, part.multiplier) for part in load_supply(rows).sites[0].market]
    [('on_site', 0.75), ('grid', 0.25)]
    """
    if isinstance(source, Supply):
        return source
    document = {"product": "supply", "rows": source} if isinstance(source, list) else source
    table = read_table(document, sheet="supply", error=InputError, known_columns=(*COLUMNS, "product"))
    problems: list[Problem] = []
    rows = [row for row in read_rows(table, problems) if row is not None]
    problems += duplicate_instruments(rows)
    sites = tuple(build_sites(rows, problems)) if not problems else ()
    problems += duplicate_stages(sites)
    if problems:
        raise InputError(problems)
    warn_caller(table.notes)
    path = Path(table.name)
    return Supply(escape_controls(table.name), sites, sha256_of(path) if path.is_file() else "")
