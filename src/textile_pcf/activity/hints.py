"""What to write where a row names a stage or a flow that there is not: only names that the rest of the row can belong to."""

from __future__ import annotations

from textile_pcf.activity.columns import ActivityColumns
from textile_pcf.rules import RuleSet
from textile_pcf.suggest import nearest
from textile_pcf.units import Unit, UnitError, convert, parse_unit

ALIKE = 0.8  # how like a name must be to be offered although the rest of the row does not fit it
ALWAYS = {"product": ("share",)}  # flows of a stage that stand in no rule
OUTPUT = ("output",)


def stage_hint(cells: ActivityColumns, rules: RuleSet, row: int) -> str:
    """The stage that was perhaps meant, else all there are."""
    stage, flow = cells.text("stage", row), cells.text("flow", row)
    holding = [name for name in rules.names if not flow or flow in _flows_of(rules, name)]
    close = nearest(stage, holding) or nearest(stage, rules.names, ALIKE if holding else 0.6)
    return f"Did you mean {close!r}?" if close else f"Its stages are: product, {', '.join(s.id for s in rules.stages)}."


def flow_hint(cells: ActivityColumns, rules: RuleSet, row: int) -> str:
    """The flow, loss or property that was perhaps meant, else where it is, else all there are."""
    stage, flow = cells.text("stage", row), cells.text("flow", row)
    elsewhere = [name for name, ids in rules.names.items() if flow in ids]
    if elsewhere:
        return f"{flow!r} is at stage {', '.join(elsewhere)}."
    names = _flows_of(rules, stage)
    fitting = [name for name in names if _fits(cells, rules, row, name)]
    close = nearest(flow, fitting) or nearest(flow, names, ALIKE)
    return f"Did you mean {close!r}?" if close else f"It has: {', '.join(names) or 'none'}."


def _flows_of(rules: RuleSet, stage: str) -> list[str]:
    return [*rules.names[stage], *ALWAYS.get(stage, OUTPUT)]


def _fits(cells: ActivityColumns, rules: RuleSet, row: int, name: str) -> bool:
    """Whether a row with this unit, `per` and item can speak of something of its stage."""
    stage, per = cells.text("stage", row), cells.text("per", row)
    kind, index = rules.names[stage].get(name, (name, -1))
    try:
        unit = parse_unit(cells.text("unit", row), rules.unit_names) if cells.text("unit", row) else None
    except UnitError:
        unit = None
    if kind == "output":
        return per == "period"
    if kind == "flow":
        spec = rules.flows[index]
        return unit is None or spec.conversion(unit) is not None or _is_over_product(unit, spec.unit, rules)
    if per:
        return False
    if kind == "property" and rules.properties[index].choice:
        return unit is None
    if kind == "share":
        return unit is None or not unit.dimensions
    quantity = rules.properties[index] if kind == "property" else rules.losses[index]
    return unit is None or convert(unit, quantity.unit) is not None or _is_over_product(unit, quantity.unit, rules)


def _is_over_product(unit: Unit, told: Unit, rules: RuleSet) -> bool:
    return unit.dimensions == (told / rules.product_unit).dimensions
