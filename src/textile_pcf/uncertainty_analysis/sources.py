"""The uncertain numbers behind a footprint, each with an id that depends only on itself."""

from __future__ import annotations

from dataclasses import dataclass

from textile_pcf.activity.row_patterns import RowKind
from textile_pcf.inventory.defaults import RuleNumber
from textile_pcf.inventory.draw_sources import ActivityRow, FactorRow, Source, spec_of, stated_values
from textile_pcf.results import Footprint
from textile_pcf.rules import FlowSpec
from textile_pcf.uncertainty_analysis.composed import printed_values
from textile_pcf.uncertainty_analysis.distributions import Distribution
from textile_pcf.uncertainty_analysis.spreads import Spreads

ROW_COLUMNS = ("product", "stage", "component", "flow", "item", "region", "year", "per")


@dataclass(frozen=True, eq=False)
class NamedSource:
    """One number behind the footprint of a product.

    Attributes
    ----------
    id : str
        The same in every run that uses the number.
    kind : str
        `factor`, `rule`, `row` or `share`.
    key : Source
        The number itself.
    stated : float
        Stated value. [canonical unit; 1 of a factor]
    distribution : Distribution or None
        None if no spread is declared.
    linear : bool
        Whether the footprint of a product without links is linear in it: factors, and amounts of flows.
    """

    id: str
    kind: str
    key: Source
    stated: float
    distribution: Distribution | None
    linear: bool


def source_id(result: Footprint, key: Source) -> str:
    """Return the id of a number.

    Parameters
    ----------
    result : Footprint
    key : Source

    Returns
    -------
    str
        `factor:TABLE|item|kind|region|year`, `rule:RULE|stage.id` with the entry of a chosen value in brackets, or
        `row:` with the eight columns that identify a row.

    Examples
    --------
    >>> import textile_pcf as tp
    >>> result = tp.footprint("examples/cotton_poplin/activity.csv", rule="cotton_fabric@2026.1")
    >>> source_id(result, ActivityRow(1))
    'row:COTTON-POPLIN|product||grammage||||'
    """
    activity = result.run.activity
    if isinstance(key, FactorRow):
        table = result.run.factors.behind[key.sheet]
        cells = (table.texts[column][key.row] for column in ("item", "kind", "region", "year"))
        return "|".join([f"factor:{table.name}", *cells])
    if isinstance(key, ActivityRow):
        return "row:" + "|".join(activity.columns.text(column, key.row) for column in ROW_COLUMNS)
    rules = activity.rules
    spec = spec_of(activity, key)
    assert spec is not None
    return f"rule:{rules.document.rule}|{rules.stage_id(spec.stage)}.{spec.id}{_entry(result, key)}"


def _entry(result: Footprint, number: RuleNumber) -> str:
    """Return which entry of a chosen value a number is, in brackets; empty if the rule has one number."""
    rules, spec = result.run.activity.rules, spec_of(result.run.activity, number)
    default = spec.default if spec is not None else None
    if default is None or default.by < 0:
        return ""
    chooser = rules.properties[default.by]
    if default.bounds is None:
        return f"[{chooser.choice[number.entry]}]"
    bound = default.bounds[number.entry] / chooser.unit.factor
    is_below = default.exclusive is not None and default.exclusive[number.entry]
    return f"[{'below' if is_below else 'upto'} {bound:.12g}]"


def product_sources(result: Footprint, product: int, spreads: Spreads) -> list[NamedSource]:
    """Return every number behind the footprint of one product, without those of products that it takes.

    Of a composed factor they are the rows that it is made of. The driver itself (a flow whose uncited value is 1) is exact,
    so it is none.
    """
    named = []
    for key, stated in printed_values(spreads.factor_inputs, stated_values(result.inventory, product)).items():
        if isinstance(key, RuleNumber) and _is_driver(result, key):
            continue
        kind, linear = _kind(result, key)
        named.append(NamedSource(source_id(result, key), kind, key, stated, spreads.of(key, stated), linear))
    return named


def _is_driver(result: Footprint, number: RuleNumber) -> bool:
    if number.kind != "flow":
        return False
    default = result.run.activity.rules.flows[number.index].default
    return default is not None and not default.citations[number.entry].source


def _kind(result: Footprint, key: Source) -> tuple[str, bool]:
    """Return the kind of a source, and whether it is a factor or the amount of a flow."""
    if isinstance(key, FactorRow):
        return "factor", True
    if isinstance(key, RuleNumber):
        return "rule", key.kind == "flow" and not _is_reference(result.run.activity.rules.flows[key.index])
    rows = result.run.activity.rows
    row_kind = rows.patterns.row_kind[rows.pattern[key.row]]
    return ("share" if row_kind == RowKind.SHARE else "row"), bool(row_kind == RowKind.FLOW)


def _is_reference(spec: FlowSpec) -> bool:
    return spec.default is not None and spec.default.reference >= 0


def distinct(sources: list[NamedSource]) -> list[NamedSource]:
    """Return each source once, in the order of first appearance."""
    by_id: dict[str, NamedSource] = {}
    for source in sources:
        by_id.setdefault(source.id, source)
    return list(by_id.values())


def is_varied(source: NamedSource) -> bool:
    """Return whether a source has a spread above zero."""
    return source.distribution is not None and source.distribution.varies
