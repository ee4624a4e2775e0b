"""Suggestions for unknown stages and flows, limited to names that fit the rest of the row."""

from __future__ import annotations

from textile_pcf.activity.columns import ActivityColumns
from textile_pcf.messages.message import Message
from textile_pcf.rules import RuleSet
from textile_pcf.suggest import nearest
from textile_pcf.units import Unit, UnitError, convert, parse_unit

SIMILARITY = 0.8  # needed for a suggestion that does not fit the rest of the row
ALWAYS = {"product": ("share",)}  # flows that every rule accepts, by stage
OUTPUT = ("output",)  # the same of all other stages


def stage_hint(cells: ActivityColumns, rules: RuleSet, row: int) -> str:
    """Return a cure that suggests the stage of that title or a similar one, or else lists all stages.

    Parameters
    ----------
    cells : ActivityColumns
    rules : RuleSet
    row : int

    Returns
    -------
    str
    """
    stage, flow = cells.text("stage", row), cells.text("flow", row)
    with_flow = [name for name in rules.names if not flow or flow in _flows_of(rules, name)]
    close = (
        rules.id_of_title(stage) or nearest(stage, with_flow) or nearest(stage, rules.names, SIMILARITY if with_flow else 0.6)
    )
    return (
        Message("Did you mean {close!r}?", close=close)
        if close
        else Message("Its stages are: product, {stages}.", stages=", ".join(s.id for s in rules.stages))
    )


def flow_hint(cells: ActivityColumns, rules: RuleSet, row: int) -> str:
    """Return a cure that names the stages with this flow, suggests that of the title or a similar one, or else lists all.

    Parameters
    ----------
    cells : ActivityColumns
    rules : RuleSet
    row : int

    Returns
    -------
    str
    """
    stage, flow = cells.text("stage", row), cells.text("flow", row)
    elsewhere = [name for name, ids in rules.names.items() if flow in ids]
    if elsewhere:
        return Message("{flow!r} is at stage {elsewhere}.", flow=flow, elsewhere=", ".join(elsewhere))
    names = _flows_of(rules, stage)
    fitting = [name for name in names if _fits(cells, rules, row, name)]
    close = rules.id_of_title(flow, stage) or nearest(flow, fitting) or nearest(flow, names, SIMILARITY)
    return (
        Message("Did you mean {close!r}?", close=close)
        if close
        else Message("It has: {names}.", names=", ".join(names) or Message("none"))
    )


def _flows_of(rules: RuleSet, stage: str) -> list[str]:
    """Return the ids that rows of a stage may name as their flow."""
    return [*rules.names[stage], *ALWAYS.get(stage, OUTPUT)]


def _fits(cells: ActivityColumns, rules: RuleSet, row: int, name: str) -> bool:
    """Return whether the unit and `per` of a row fit the flow, property or loss `name` of its stage."""
    stage, per = cells.text("stage", row), cells.text("per", row)
    category, index = rules.names[stage].get(name, (name, -1))
    try:
        unit = parse_unit(cells.text("unit", row), rules.unit_names) if cells.text("unit", row) else None
    except UnitError:
        unit = None
    if category == "output":
        return per == "period"
    if category == "flow":
        spec = rules.flows[index]
        return unit is None or spec.conversion(unit) is not None or _is_per_product(unit, spec.unit, rules)
    if per:
        return False
    if category == "property" and rules.properties[index].choice:
        return unit is None
    if category == "share":
        return unit is None or not unit.dimensions
    quantity = rules.properties[index] if category == "property" else rules.losses[index]
    return unit is None or convert(unit, quantity.unit) is not None or _is_per_product(unit, quantity.unit, rules)


def _is_per_product(unit: Unit, quantity_unit: Unit, rules: RuleSet) -> bool:
    """Return whether a unit is that of the quantity per product."""
    return unit.dimensions == (quantity_unit / rules.product_unit).dimensions
