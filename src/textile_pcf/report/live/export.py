"""The numbers of a live report as plain values: products, stages, what can be moved, and the same for each scenario."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, TypeAlias

import numpy as np

from textile_pcf.comparison.change_document import read_changes
from textile_pcf.comparison.scenarios import scenario
from textile_pcf.inventory.draw_sources import FactorRow
from textile_pcf.report.live.carriers import Carrier, added_rows, carriers
from textile_pcf.report.live.controls import Control, flow_controls, loss_controls
from textile_pcf.report.live.fixed import fixed_numbers
from textile_pcf.report.live.model import ProductModel, given_losses, given_rows
from textile_pcf.report.live.sources import DIFFERENCES, ProductSources, unit_scales
from textile_pcf.report.live.verification import holding
from textile_pcf.results import Footprint
from textile_pcf.results.headline import includes_removals
from textile_pcf.results.licence import refuse_masked
from textile_pcf.uncertainty_analysis.closed_form import QUANTILE
from textile_pcf.uncertainty_analysis.evaluation import Evaluation
from textile_pcf.uncertainty_analysis.lines import Lines, result_lines
from textile_pcf.uncertainty_analysis.spreads import Spreads

LiveCase: TypeAlias = tuple[str, list[dict[str, Any]], Footprint]
"""Name and changes of a scenario, both empty for the result itself, and its result."""
MOST_PRODUCTS = 20
UNITS = ("kg", "piece", "m2", "m", "wear", "sold")
"""Units that are offered where the product can be converted to them."""


@dataclass(frozen=True, eq=False)
class LiveProduct:
    """One product of a live report.

    Attributes
    ----------
    model : ProductModel
    sources : ProductSources
    controls : tuple of Control
        Amounts that can be moved, each tried by a recalculation.
    carriers : tuple of Carrier
        Items that can be mixed with others.
    untried : tuple of Control
        Amounts that do not move by themselves: a recalculation moves something else as well.
    """

    model: ProductModel
    sources: ProductSources
    controls: tuple[Control, ...]
    carriers: tuple[Carrier, ...]
    untried: tuple[Control, ...]


def live_product(evaluation: Evaluation, lines: Lines, product: int, units: tuple[str, ...] = ()) -> LiveProduct:
    """Return one product of a live report, with what can be moved of it.

    Parameters
    ----------
    evaluation : Evaluation
        Footprints of a result under other numbers.
    lines : Lines
        Lines of the result.
    product : int
        Index of the product.
    units : tuple of str, optional
        Units that are offered beside the usual ones.
    """
    result = evaluation.result
    model = ProductModel(result, product)
    sources = ProductSources(model, evaluation, lines, tuple(dict.fromkeys((*_units(result, product), *units))))
    if model.in_loop:
        return LiveProduct(model, sources, (), (), ())
    controls = [*flow_controls(model), *loss_controls(model, sources.of_losses())]
    mixed = carriers(model, controls)
    fine, kept = holding(model, controls, mixed)
    place = {number: new for new, number in enumerate(fine)}
    moved = [mixed[number] for number in kept]
    renumbered = [replace(one, controls=tuple(place[number] for number in one.controls)) for one in moved]
    untried = tuple(control for number, control in enumerate(controls) if number not in place)
    return LiveProduct(model, sources, tuple(controls[number] for number in fine), tuple(renumbered), untried)


def _units(result: Footprint, product: int) -> tuple[str, ...]:
    """Return the unit of the product, then the others to which it can be converted."""
    measures = result.measures
    others = [unit for unit in UNITS if measures.parse(unit).dimensions != measures.unit.dimensions]
    return (result.unit, *(unit for unit in others if np.isfinite(measures.product_units(measures.parse(unit))[product])))


# -- as plain values --------------------------------------------------------------------------------------------------


def product_dict(live: LiveProduct) -> dict[str, Any]:
    """Return a product of a live report as plain values; see `docs/formats.md`."""
    model, sources = live.model, live.sources
    inventory, rows, losses = model.inventory, given_rows(model.inventory), given_losses(model.inventory)
    found = model.as_dict()
    factors = inventory.matches.factor_rows[inventory.matches.request].tolist()
    amounts = sources.of_amounts()
    for line, entry in enumerate(found["lines"]):
        made_of = sources.of_factor(FactorRow(*factors[line]) if factors[line][1] >= 0 else None)
        entry |= {"given": bool(rows[line] >= 0), "source": amounts[line], "made_of": made_of}
    for number, source in enumerate(sources.of_losses()):
        found["losses"][number] |= {"given": bool(losses[number] >= 0), "source": source}
    declared, known = sources.declared
    return {
        "name": model.name,
        "units": unit_scales(inventory, sources.units),
        "total": float(model.result.totals[model.product]),
        **found,
        "controls": [control_dict(live, control) for control in live.controls],
        "carriers": [_carrier_dict(live, carrier) for carrier in live.carriers],
        "links": sources.of_links(),
        "points": sources.points(),
        "sources": sources.as_list(),
        "declared": [declared, known],
        "fixed": [asdict(each) for each in fixed_numbers(model, live.untried)],
    }


def control_dict(live: LiveProduct, control: Control) -> dict[str, Any]:
    """Return a control as plain values."""
    return {
        "places": [{"product": live.model.name, **place} for place in control.places],
        "stage": control.stage,
        "flows": list(control.flows),
        "component": control.component,
        "item": control.item,
        "lines": list(control.lines),
        "losses": list(control.losses),
        "base": control.base,
        "unit": control.unit,
        "factor": control.factor,
        "low": control.band[0],
        "high": control.band[1],
        "plausible": control.is_plausible,
        "set": control.is_set,
    }


def _carrier_dict(live: LiveProduct, carrier: Carrier) -> dict[str, Any]:
    return {
        "item": carrier.item,
        "row": [carrier.row.sheet, carrier.row.row],
        "region": carrier.region,
        "controls": list(carrier.controls),
        "rows": {str(number): added_rows(live.model, live.controls[number]) for number in carrier.controls},
        "alternatives": [
            {
                "item": one.item,
                "row": [one.row.sheet, one.row.row],
                "fallback": one.fallback,
                "lines": {
                    str(line): {"factor": factor, "removal": removal, "made_of": live.sources.of_factor(row)}
                    for line, (factor, removal, row) in one.factors.items()
                },
            }
            for one in carrier.alternatives
        ],
    }


def live_products(result: Footprint, units: tuple[str, ...] = ()) -> list[LiveProduct]:
    """Return the products of a live report, the first ones of many.

    Parameters
    ----------
    result : Footprint
    units : tuple of str, optional
        Units that are offered beside the usual ones.
    """
    evaluation, lines = Evaluation(result, Spreads(result, {}, "classic")), result_lines(result.inventory)
    return [live_product(evaluation, lines, number, units) for number in range(min(len(result.products), MOST_PRODUCTS))]


def result_dict(result: Footprint, units: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return a result as plain values.

    Parameters
    ----------
    result : Footprint
    units : tuple of str, optional
        Units that are offered beside the usual ones.
    """
    products = [product_dict(product) for product in live_products(result, units)]
    return {"including": includes_removals(result), "unit": result.unit, "products": products}


def live_results(result: Footprint, changes: Any = None) -> list[LiveCase]:
    """Return the result and those of its scenarios, each with name and changes; the first has neither.

    Parameters
    ----------
    result : Footprint
    changes : path, mapping or list, optional
        A change file, or its content.

    Raises
    ------
    UsageError
        The result is published, and lines of a scenario are masked.
    """
    found: list[LiveCase] = [("", [], result)]
    if changes is None:
        return found
    file, scenarios = read_changes(changes), scenario(result, changes)
    for document, one in zip(file.scenarios, scenarios, strict=True):
        written = [change.model_dump(mode="json", exclude_defaults=True) for change in document.changes]
        made = one.result if result.masked is None else one.result.published()
        refuse_masked(made, "to_live_report")
        found.append((one.name, written, made))
    return found


def live_numbers(cases: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the numbers of a live report.

    Parameters
    ----------
    cases : sequence of dict
        The result and its scenarios.
    """
    return {"live": 1, "quantile": QUANTILE, "differences": DIFFERENCES, "cases": list(cases)}
