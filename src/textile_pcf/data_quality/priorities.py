"""What to measure next, which numbers have no declared spread, and what the best of a plausible band would save."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from textile_pcf.activity.row_patterns import Per, RowKind
from textile_pcf.inventory.draw_sources import ActivityRow, FactorRow, spec_of
from textile_pcf.results import Footprint
from textile_pcf.uncertainty_analysis import Uncertainty, uncertainty
from textile_pcf.uncertainty_analysis.closed_form import ClosedForm, closed_form
from textile_pcf.uncertainty_analysis.evaluation import Evaluation
from textile_pcf.uncertainty_analysis.sensitivities import sensitivities, totals_at
from textile_pcf.uncertainty_analysis.sources import NamedSource


class Priorities(NamedTuple):
    """What to improve first of one product.

    Attributes
    ----------
    measure_next : list of dict
        Numbers with a spread by falling `sd`: `source`, `kind`, `sd` (what one standard deviation moves), `kgCO2e`
        (∂ total / ∂ ln value), `saving_at_best`.
        [kg CO2e per product unit]
    undeclared : list of dict
        Numbers without a spread by falling absolute emissions:
        `source`, `kind`, `kgCO2e`, `saving_at_best`. [kg CO2e per product unit]
    """

    measure_next: list[dict[str, Any]]
    undeclared: list[dict[str, Any]]


def priorities(result: Footprint) -> Iterator[Priorities]:
    """Yield what to improve first, product by product.

    Parameters
    ----------
    result : Footprint
    """
    analysis = uncertainty(result, draws=1)
    for product in range(len(result.products)):
        yield product_priorities(analysis, product, closed_form(analysis.evaluation, product))


def product_priorities(analysis: Uncertainty, product: int, form: ClosedForm) -> Priorities:
    """Return what to improve first of one product, under the spreads of an analysis in the unit of the product.

    Parameters
    ----------
    analysis : Uncertainty
        Of a result, without a unit of its own.
    product : int
        Index of the product.
    form : ClosedForm
        Of the product, under this analysis.
    """
    evaluation = analysis.evaluation
    sd = {source.id: float(np.sqrt(part)) for source, part in zip(form.sources, form.variance, strict=True)}
    found = sensitivities(evaluation, product)
    saving = savings_at_best(evaluation, product, found.sources)
    rows: list[dict[str, Any]] = [
        {
            "source": source.id,
            "kind": source.kind,
            "sd": sd.get(source.id, 0.0),
            "kgCO2e": float(derivative),
            "declared": None if source.distribution is None else source.distribution.declared,
            "saving_at_best": saving.get(source.id),
        }
        for source, derivative in zip(found.sources, found.derivative, strict=True)
    ]
    declared = sorted((row for row in rows if row["declared"] is not None), key=lambda row: -row["sd"])
    fixed = sorted((row for row in rows if row["declared"] is None), key=lambda row: -abs(row["kgCO2e"]))
    undeclared = [{key: value for key, value in row.items() if key not in ("sd", "declared")} for row in fixed]
    return Priorities(declared, undeclared)


def savings_at_best(evaluation: Evaluation, product: int, sources: Sequence[NamedSource]) -> dict[str, float]:
    """Return what a product saves if a number falls to the low end of its plausible band, by source. [kg CO2e per product unit]

    Numbers without a band, and amounts per period or per product, have none; a number that is there already saves 0.

    Parameters
    ----------
    evaluation : Evaluation
    product : int
        Index of the product.
    sources : sequence of NamedSource
    """
    total = float(evaluation.result.totals[product])
    lows = {source.id: low / source.stated for source in sources if (low := _low_end(evaluation, source)) is not None}
    falling = [(name, multiple) for name, multiple in lows.items() if multiple < 1]
    saved = total - totals_at(evaluation, product, [{name: multiple} for name, multiple in falling], {})
    found = dict.fromkeys(lows, 0.0) | {name: float(value) for (name, _), value in zip(falling, saved, strict=True)}
    return {name: value for name, value in found.items() if not np.isnan(value)}


def _low_end(evaluation: Evaluation, source: NamedSource) -> float | None:
    """Return the low end of the plausible band of a number in its canonical unit; None if it has none."""
    activity, key = evaluation.result.run.activity, source.key
    if isinstance(key, FactorRow) or not source.stated > 0:
        return None
    if not isinstance(key, ActivityRow):
        spec = spec_of(activity, key)
        return None if spec is None or spec.plausible is None else spec.plausible[0]
    patterns, pattern = activity.rows.patterns, activity.rows.pattern[key.row]
    specs: dict[int, Sequence[Any]] = {
        RowKind.FLOW: activity.rules.flows, RowKind.PROPERTY: activity.rules.properties, RowKind.LOSS: activity.rules.losses
    }  # fmt: skip
    kind, index = int(patterns.row_kind[pattern]), int(patterns.index[pattern])
    if kind not in specs or index < 0 or int(patterns.per[pattern]) != Per.DRIVER:
        return None
    band = specs[kind][index].plausible
    return None if band is None else float(band[0])
