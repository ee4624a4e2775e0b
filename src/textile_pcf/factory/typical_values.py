"""From the values of several plants to a typical value and the row of a factor: `tp.factory.typical` on one page.

No plant is named in the result, in its warnings, or in the row of the factor.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from textile_pcf.arrays import IndexArray
from textile_pcf.errors import InputError, Problem, UsageError
from textile_pcf.factors.spreads import MAX_GSD
from textile_pcf.factory.plants import Plants, read_plants
from textile_pcf.factory.results import FactoryResult
from textile_pcf.factory.tables import read_factory_table
from textile_pcf.factory.vocabulary import constant
from textile_pcf.io.headers import key
from textile_pcf.messages.message import Message

UNKNOWN = "unknown"
KIND_OF_BOUNDARY = {"cradle_to_gate": "life_cycle"}
"""Kind of a factor whose plants have this boundary."""


def typical(plants: Any, *, item: str | None = None, kind: str | None = None, region: str | None = None) -> FactoryResult:
    r"""Return the typical value of several plants, as the row of an emission factor that names none of them.

    Parameters
    ----------
    plants : path, DataFrame, pyarrow Table or list of dict
        `plant, group, value, unit, output, output_unit, year, boundary, gwp, rule, region`, one row for each plant of a group.
    item : str, optional
        Item of the factor; the group where none is given.
    kind : str, optional
        Kind of the factor; `life_cycle` where none is given and the boundary is `cradle_to_gate`.
    region : str, optional
        Region of the factor; that of the plants where they have one.

    Returns
    -------
    FactoryResult
        With the table `groups`; the CSV has the rows of the factors.

    Raises
    ------
    InputError
        With every problem of the table: plants that differ in boundary, gwp or rule, a plant twice, fewer than three plants.
    UsageError
        The file does not exist, or one item is given for several groups.

    Notes
    -----
    The typical value is :math:`\sum v o / \sum o`. With :math:`\mu = \sum o \ln v / \sum o` the geometric standard deviation is
    :math:`\exp \sqrt{\sum o (\ln v - \mu)^2 / \sum o}`.

    Examples
    --------
    >>> row = {"group": "dyed fabric", "unit": "kgCO2e/kg", "output_unit": "t", "boundary": "cradle_to_gate", "region": "CN"}
    >>> plants = [{**row, "plant": name, "value": value, "output": output}
    ...           for name, value, output in (("X", 2.0, 100), ("Y", 2.5, 300), ("Z", 4.0, 100))]
    >>> [group] = typical(plants, item="dyed_fabric")["groups"]
    >>> round(group["weighted_mean"], 3), round(group["mean"], 3), group["factor"]["value"] == group["weighted_mean"]
    (2.7, 2.833, True)
    """
    table = read_factory_table("plants", plants)
    problems: list[Problem] = []
    read = read_plants(table, problems)
    if item is not None and len(read.groups) > 1:
        what = Message("One item is given for {count} groups.", count=len(read.groups))
        raise UsageError([Problem("item", what, Message("Leave it out: each group is the item of its row."), code="usage")])
    order = np.argsort(read.group, kind="stable").astype(np.intp)
    rows = np.split(order, np.cumsum(np.bincount(read.group, minlength=len(read.groups)))[:-1])
    for number, own in enumerate(rows):
        _check_group(read, number, own, (item, kind, region), problems)
    if problems:
        raise InputError(problems)
    groups, warnings = [], [*table.table.notes]
    for number, own in enumerate(rows):
        notes = list(_warnings(read, number, own))
        groups.append(_group_row(read, number, own, (item, kind, region), notes))
        warnings += notes
    return FactoryResult({"groups": groups}, (), tuple(warnings), csv_table="groups.factor")


Given = tuple[str | None, str | None, str | None]
"""Item, kind and region as given."""


def _check_group(plants: Plants, number: int, rows: IndexArray, given: Given, problems: list[Problem]) -> None:
    """Append the problems of a group: too few plants, and what the row of the factor would lack."""
    table, head, least = plants.table, int(plants.first[number]), int(constant("typical_least"))
    if len(rows) < least:
        what = Message("The group {name!r} has {count} of the {least} plants that it needs: each could be told from the mean.",
                       name=plants.groups[number][:60], count=len(rows), least=least)  # fmt: skip
        table.problem(problems, head, "group", what, Message("Add plants, or put groups together."))
    if not problems and _gsd(plants, rows) > MAX_GSD:
        what = Message("The values of the group {name!r} differ too much for one factor.", name=plants.groups[number][:60])
        cure = Message("Check values and units, or divide the group; its gsd is at most {most:g}.", most=MAX_GSD)
        table.problem(problems, head, "value", what, cure)
    item, kind, region = given
    shown = {key(plants.groups[number]), key(item or ""), key(plants.cell(number, "rule"))}
    named = [row for row in rows.tolist() if key(table.texts("plant")[row]) in shown - {""}]
    for row in named:
        what = Message("This plant would be named in the result, as group, item or rule.")
        table.problem(problems, row, "plant", what, Message("Give the group and the item names of their own."))
    if not (item or plants.groups[number]):
        table.problem(problems, head, "group", Message("The factor has no item."), Message("Name a group, or give --item."))
    if not (kind or KIND_OF_BOUNDARY.get(key(plants.cell(number, "boundary")))):
        what = Message(
            "The kind of the factor does not follow from the boundary {text!r}.", text=plants.cell(number, "boundary")
        )
        table.problem(problems, head, "boundary", what, Message("Give it with --kind, such as life_cycle."))
    regions = {plants.table.texts("region")[row] for row in rows.tolist()}
    if not region and (len(regions) > 1 or "" in regions):
        what = Message("The plants of the group {name!r} are of no common region.", name=plants.groups[number][:60])
        table.problem(problems, head, "region", what, Message("Give the region of the factor with --region."))


def _warnings(plants: Plants, number: int, rows: IndexArray) -> Iterator[Message]:
    """Yield the warnings of a group, without the name of a plant."""
    name, few = plants.groups[number], int(constant("typical_few"))
    if len(rows) < few:
        yield Message(
            "{group}: the typical value is of {count} plants, fewer than {few}.", group=name, count=len(rows), few=few
        )
    share = _largest_share(plants, rows)
    if share > constant("typical_dominance") / 100:
        what = "{group}: one plant makes {share:.1%} of the output, so the value is nearly that of one plant."
        yield Message(what, group=name, share=share)
    years = {plants.years[row] for row in rows.tolist()}
    if len(years - {""}) > 1:
        yield Message("{group}: the values are of several years: {years}.", group=name, years=", ".join(sorted(years - {""})))


def _largest_share(plants: Plants, rows: IndexArray) -> float:
    """Return the largest output of a plant / the output of the group."""
    output = plants.output[rows]
    return float(output.max() / output.sum())


def _gsd(plants: Plants, rows: IndexArray) -> float:
    """Return the geometric standard deviation of the values of a group, weighted by output."""
    output, logarithm = plants.output[rows], np.log(plants.value[rows])
    weight = output / output.sum()
    return float(np.exp(np.sqrt((weight * (logarithm - (weight * logarithm).sum()) ** 2).sum())))


def _group_row(plants: Plants, number: int, rows: IndexArray, given: Given, warnings: list[Message]) -> dict[str, Any]:
    """Return the statistics of a group, and the row of its factor."""
    value, output = plants.value[rows], plants.output[rows]
    weight = output / output.sum()
    years = sorted({plants.years[row] for row in rows.tolist()} - {""})
    row = {
        "group": plants.groups[number], "n": len(rows), "unit": plants.units[number],
        "weighted_mean": float((weight * value).sum()), "mean": float(value.mean()), "min": float(value.min()),
        "max": float(value.max()), "gsd": _gsd(plants, rows), "output": float(output.sum()),
        "output_unit": plants.output_units[number], "largest_share": _largest_share(plants, rows), "years": years,
        "warnings": [str(text) for text in warnings],
    }  # fmt: skip
    return {**row, "factor": _factor_row(plants, number, row, given)}


def _factor_row(plants: Plants, number: int, row: dict[str, Any], given: Given) -> dict[str, Any]:
    """Return the row of a table of factors, whose source says how it came about.

    A factor has a geometric standard deviation or two bounds; `low` and `high` stay empty, min and max stand in the group.
    """
    item, kind, region = given
    boundary, rule = plants.cell(number, "boundary"), plants.cell(number, "rule")
    years = "-".join(dict.fromkeys((row["years"][0], row["years"][-1]))) if row["years"] else ""
    stated = [f"n = {row['n']}", f"output {row['output']:.6g} {row['output_unit']}"]
    stated += [f"largest share {row['largest_share']:.3g}", f"years {years}" if years else ""]
    stated += [f"boundary {boundary}" if boundary else "", f"rule {rule}" if rule else ""]
    return {
        "item": item or plants.groups[number], "value": row["weighted_mean"], "unit": row["unit"],
        "region": region or plants.cell(number, "region"), "year": row["years"][-1] if row["years"] else "",
        "kind": kind or KIND_OF_BOUNDARY[key(boundary)], "gwp": plants.cell(number, "gwp") or UNKNOWN,
        "low": None, "high": None, "gsd": row["gsd"],
        "source": "mean of plants, weighted by output (textile-pcf factory typical)",
        "locator": "; ".join(filter(None, stated)),
    }  # fmt: skip
