"""What a result rests on: rule, tables, conventions, and the hashes of everything that was read."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np

from textile_pcf._version import __version__
from textile_pcf.activity import Activity
from textile_pcf.activity.kept_columns import kept_names
from textile_pcf.columns import Categorical
from textile_pcf.io.resources import sha256_of
from textile_pcf.io.safe_text import escape_controls
from textile_pcf.results.environment import environment
from textile_pcf.results.run import Run
from textile_pcf.units import canonical_text


def provenance(run: Run) -> dict[str, Any]:
    """Return what is needed to recompute a result bit for bit."""
    activity, rules = run.activity, run.activity.rules
    title = rules.document.title
    return {
        "rule": rules.name,
        "status": rules.document.status,
        "title": title.text() if title else rules.document.rule,
        "title_zh": title.text("zh") if title else rules.document.rule,
        "boundary": rules.boundary,
        "unit": canonical_text(rules.product_unit.dimensions),
        "rule_sha256": rules.sha256,
        **_verification(run),
        "factors": [
            {"table": table.label, "sha256": table.sha256, "licence": table.document.licence}
            | ({"redistributable": False} if table.document.redistributable is False else {})
            | ({"quick_look": True} if table.quick_look else {})
            for table in run.factors.tables
        ],
        "gwp": run.gwp,
        "biogenic": run.biogenic,
        "input": [{"name": escape_controls(activity.columns.table.name), "sha256": _input_hash(activity)}],
        **({"kept": list(kept_names(activity.columns))} if kept_names(activity.columns) else {}),
        **_columns(run),
        "library": f"textile_pcf {__version__}",
        **_supply(run),
        "environment": environment(),
    }


def _verification(run: Run) -> dict[str, Any]:
    """Return what the authors of a rule declare about its verification; nothing of a rule that does not claim it."""
    declared = run.activity.rules.document.verified
    return {} if declared is None else {"verified": declared.model_dump(mode="json")}


def _columns(run: Run) -> dict[str, Any]:
    """Return the mapping of the own columns of a form; nothing for a table in the columns of activity data."""
    mapping = run.activity.columns.table.mapping
    return {} if mapping is None else {"columns": mapping.to_dict()}


def _supply(run: Run) -> dict[str, Any]:
    """Return the supply table and the accounting of electricity that the rule declares; nothing without such a table."""
    if run.supply is None:
        return {}
    declared = run.activity.rules.document.electricity.declared
    return {"electricity": declared, "supply": {"name": run.supply.name, "sha256": run.supply.sha256}}


def _input_hash(activity: Activity) -> str:
    table = activity.columns.table
    if table.source_type != "frame" and Path(table.name).is_file():
        return sha256_of(table.name)
    digest = hashlib.sha256()
    for name, column in sorted(table.columns.items()):
        digest.update(name.encode())
        array = column.codes if isinstance(column, Categorical) else column
        fixed = isinstance(array, np.ndarray) and array.dtype.kind != "O"  # objects have no bytes of their own
        digest.update(array.tobytes() if fixed else repr(list(array)).encode())
        digest.update(repr(tuple(column.categories)).encode() if isinstance(column, Categorical) else b"")
    return digest.hexdigest()
