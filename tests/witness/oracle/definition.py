"""The oracle's own reading of a rule, activity data and factors, in plain Python, one product after another.

It shares no code with the library but named methods that it does not know itself (they have golden tests of their own): it
reads the files itself, knows its units itself, and calculates no mass and no footprint. It only writes down the system that the
definition means, as unit processes: what one kilogram out of a stage, into it and lost in it takes. Brightway solves it.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml
from oracle.factors import Matcher
from oracle.product import Product
from oracle.system import Label, Row, System
from oracle.tables import YAML, Table
from oracle.units import unit


def under_boundary(rule: dict[str, Any], boundary: str) -> dict[str, Any]:
    """A rule under one of its boundaries, the first if none is chosen: a stage of others only is outside and optional."""
    offered = rule["boundary"] if isinstance(rule.get("boundary"), list) else [rule.get("boundary", "")]
    chosen = boundary or offered[0]
    return rule | {"stages": [
        stage | ({"boundary": "inside"} if chosen in stage["boundary"] else {"boundary": "outside", "optional": True})
        if isinstance(stage.get("boundary"), list) else stage
        for stage in rule["stages"]
    ]}  # fmt: skip


def system_of(
    rule: dict[str, Any], rows: list[Row], tables: list[Table], gwp: str = "", biogenic: str = "", boundary: str = ""
) -> System:
    """The system that a rule, rows of activity data and factors mean; a row of something left out adds nothing."""
    rule = under_boundary(rule, boundary)
    rows = [row for row in rows if row["flow"] != "cutoff"]
    system = System(
        products=list(dict.fromkeys(row["product"] for row in rows)),
        stages=[stage["id"] for stage in rule["stages"]],
        outside={stage["id"] for stage in rule["stages"] if stage.get("boundary") == "outside"},
        component={stage["id"] for stage in rule["stages"] if stage.get("scope") == "component"},
    )
    matcher = Matcher(tables, gwp or rule.get("gwp", "AR6"), biogenic or rule.get("biogenic", "minus_one_plus_one"))
    readers = {name: Product(name, rule, [row for row in rows if row["product"] == name]) for name in system.products}
    for name, reader in readers.items():
        system.lanes[name] = list(reader.shares)
        reader.write(system, matcher, readers)
    from oracle.balance import Balance, balanced_flow

    if balanced_flow(rule):
        Balance(rule, system, matcher, readers).write()
    return system


def to_be_confirmed(
    rule: dict[str, Any], rows: list[Row], supply: Callable[[str], dict[Label, float]]
) -> set[tuple[str, str, str]]:
    """Product, stage and name of losses and flows stated more than 20 times above their band by rows that do not confirm it."""
    found: set[tuple[str, str, str]] = set()
    for name in dict.fromkeys(row["product"] for row in rows):
        reader, masses = Product(name, rule, [row for row in rows if row["product"] == name]), supply(name)
        for stage, model in reader.stages.items():
            for lane in reader.shares if stage in reader.component_stages else [""]:
                for loss in model.get("losses", []):
                    stated = [reader.plain(row) for row in reader.unconfirmed(stage, loss["id"], lane)]
                    if "plausible" in loss and sum(stated) > 20 * loss["plausible"][1] * unit(loss["unit"])[0]:
                        found.add((name, stage, loss["id"]))
                for flow, told in model.get("flows", {}).items():
                    here = [reader.per_driver(stage, told, lane, row, masses) for row in reader.unconfirmed(stage, flow, lane)]
                    if "plausible" in told and sum(here) > 20 * told["plausible"][1]:
                        found.add((name, stage, flow))
    return found


def read_rule(path: Path) -> dict[str, Any]:
    """A rule as written, its pieces and what it extends written out; `NO` stays text where it is a region."""
    from textile_pcf.rules import flat_rule  # how pieces are written out has tests of its own

    return yaml.load(flat_rule(path), YAML)
