"""Groups of inputs of a run, which of them differ between two runs, and runs that take some from each."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import numpy as np

from textile_pcf.activity import build_activity
from textile_pcf.columns import Categorical
from textile_pcf.io.table import Table
from textile_pcf.results import Run
from textile_pcf.rules import RuleSet

GROUPS = ("activity", "factors", "rule", "gwp", "biogenic", "supply")
"""Groups of inputs, in the order in which they are shown."""


def table_sha256(table: Table) -> str:
    """Return a hash of the cells of a table as read; it does not depend on the file."""
    digest = hashlib.sha256()
    for name, column in sorted(table.columns.items()):
        cells = column if isinstance(column, Categorical) else list(column)
        texts = "\0".join(cells) if isinstance(column, Categorical) else repr(list(map(_plain, cells)))
        digest.update(f"{name}\0{len(texts)}\0".encode())
        digest.update(texts.encode(errors="surrogatepass"))
    return digest.hexdigest()


def _plain(cell: object) -> object:
    return cell.item() if isinstance(cell, np.generic) else cell


def rule_key(rules: RuleSet) -> tuple[str, str]:
    """Return what distinguishes two rules: the hash of the file, and the boundary."""
    return rules.sha256, rules.boundary


def input_keys(run: Run) -> dict[str, object]:
    """Return a value for each group of inputs of a run that differs if the inputs do.

    Parameters
    ----------
    run : Run
    """
    return {
        "activity": table_sha256(run.activity.columns.table),
        "factors": tuple(table.sha256 for table in run.factors.tables),
        "rule": rule_key(run.activity.rules),
        "gwp": run.gwp,
        "biogenic": run.biogenic,
        "supply": None if run.supply is None else run.supply.sites,
    }


def differing_groups(old: Run, new: Run) -> tuple[str, ...]:
    """Return the groups of inputs that differ between two runs.

    Parameters
    ----------
    old, new : Run

    Examples
    --------
    >>> from dataclasses import replace
    >>> import textile_pcf as tp
    >>> run = tp.footprint(*tp.load_example("cotton_poplin")).run
    >>> differing_groups(run, run), differing_groups(run, replace(run, gwp="AR5"))
    ((), ('gwp',))
    """
    before, after = input_keys(old), input_keys(new)
    return tuple(group for group in GROUPS if before[group] != after[group])


def mixed_run(old: Run, new: Run, groups: frozenset[str]) -> Run:
    """Return a run with some groups of inputs of the new run, and the rest of the old one.

    Parameters
    ----------
    old, new : Run
    groups : frozenset of str
        Groups that are of the new run.

    Raises
    ------
    InputError
        The table is a workbook that was made for another rule.
    """

    def chosen(group: str) -> Run:
        return new if group in groups else old

    rows, rules = chosen("activity").activity, chosen("rule").activity.rules
    activity = rows if rows.rules is rules else build_activity(rows.columns.table, rules)
    return replace(
        chosen("factors"),
        activity=activity,
        gwp=chosen("gwp").gwp,
        biogenic=chosen("biogenic").biogenic,
        supply=chosen("supply").supply,
    )
