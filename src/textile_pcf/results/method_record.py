"""Records of the method of a result: what is left out or open, how co-products share, sets of potentials, boundaries."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from textile_pcf.arrays import FloatArray, IndexArray
from textile_pcf.inventory.allocation import allocated_ratio, stage_share
from textile_pcf.inventory.completeness import TOLERANCE, left_out_total, limits
from textile_pcf.results.data_origins import source_title
from textile_pcf.rules.boundaries import is_outside

if TYPE_CHECKING:
    from textile_pcf.results.views import Views
    from textile_pcf.rules.schema import Stage
    from textile_pcf.rules.specs import StageSpec


def cutoff_record(result: Views, product: int) -> dict[str, Any]:
    """Return what a product leaves out against the limits of the rule, and what is open. Shares are parts of 1.

    `with_left_out` is the total with the estimates added, each a part of the gross emissions. [kg CO2e per product unit]
    """
    activity, rules = result.run.activity, result.run.activity.rules
    cells, left_out = activity.columns, activity.left_out
    rows: list[dict[str, Any]] = [
        {
            "stage": cells.text("stage", int(row)),
            "item": cells.text("item", int(row)),
            "share": float(share),
            "reason": cells.text("note", int(row)),
        }
        for row, of, share in zip(left_out.row, left_out.product, left_out.share, strict=True)
        if of == product
    ]
    single, limit = limits(rules)
    total = float(left_out_total(activity)[product])
    over = [row["item"] for row in rows if single is not None and row["share"] > single + TOLERANCE]
    found = result.completeness
    expected, (flows, stages) = found.expected(rules, product), found.open(rules, product)
    return {
        "complete": not expected,
        "required_not_given": expected,
        "single_limit": single,
        "total_limit": limit,
        "left_out": rows,
        "total": total,
        "over_single": over,
        "within": not over and (limit is None or total <= limit + TOLERANCE),
        "with_left_out": float(result.totals[product] + total * result.gross.total[product]),
        "optional_not_given": flows,
        "stages_not_given": stages,
    }


def allocation_record(result: Views, product: int) -> list[dict[str, Any]]:
    """Return how each stage of a product shares emissions with its co-products, one entry per stage and component."""
    rules, records = result.run.activity.rules, []
    for spec, written in zip(rules.stages, rules.document.stages, strict=True):
        if spec.allocation is None or written.allocation is None:
            continue
        for entry in _entries(result, spec, product):
            records.append(_allocated(result, spec, written, int(entry), product))
    return records


def _entries(result: Views, spec: StageSpec, product: int) -> IndexArray:
    """Return the components or the product where a stage takes place."""
    activity = result.inventory.activity
    entries = np.flatnonzero(activity.components.product == product) if spec.component else np.array([product])
    active: IndexArray = entries[activity.stage_active[activity.processes.block(spec.index)][entries]]
    return active


def _allocated(result: Views, spec: StageSpec, written: Stage, entry: int, product: int) -> dict[str, Any]:
    activity, allocation = result.inventory.activity, written.allocation
    assert spec.allocation is not None and allocation is not None
    rules = activity.rules
    share = float(stage_share(activity, result.inventory.quantities.properties, spec)[entry])
    row = int(activity.property_rows[activity.property_entries.offsets[spec.allocation.share] + entry])
    cited = row < 0 and allocation.share is not None
    return {
        "stage": spec.id,
        "component": activity.entry_name(spec.index, entry)[1],
        "method": allocation.method,
        "co_products": list(allocation.co_products),
        "share": share,
        "source": source_title(rules, allocation.source or "") if cited else activity.columns.table.name,
        "locator": (allocation.locator or "") if cited else activity.columns.table.location(row) if row >= 0 else "",
        "hierarchy": allocation.hierarchy.text(),
        "alternatives": [
            {
                "method": other.method,
                "share": other.share,
                "total": float(result.total_with_share(spec.index, other.share)[product]),
                "source": source_title(rules, other.source),
                "locator": other.locator,
            }
            for other in allocation.alternatives
        ],
    }


def total_with_share(result: Views, stage: int, share: float) -> FloatArray:
    """Return the totals if a stage gave another share to the product, all else equal, shape (products,).

    [kg CO2e per product unit]
    """
    inventory = result.inventory
    ratio = allocated_ratio(inventory.activity, inventory.quantities.properties, stage, share)
    return replace(result, inventory=inventory.with_amounts(inventory.amount * ratio), beside={}).totals


def boundary_totals(result: Views, product: int) -> dict[str, float]:
    """Return the total under each boundary of the rule whose stages were all calculated. [kg CO2e per product unit]

    The boundary of the run comes first; a wider one has no total where its stages did not take place.
    """
    rules = result.rules
    written = rules.document.stages
    offered: tuple[str, ...] = rules.document.boundaries
    within = {name: np.array([not is_outside(stage, name) for stage in written]) for name in offered}
    chosen = within[rules.boundary]
    names = [name for name, stages in within.items() if name == rules.boundary or not np.any(stages & ~chosen)]
    ordered = sorted(names, key=lambda name: name != rules.boundary)
    return {name: float(result.by_stage[product, within[name]].sum()) for name in ordered}
