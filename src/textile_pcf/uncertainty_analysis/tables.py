"""Sources of the spread of a product as records."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from textile_pcf.arrays import ROUNDING
from textile_pcf.uncertainty_analysis.closed_form import ClosedForm
from textile_pcf.uncertainty_analysis.distributions import Distribution
from textile_pcf.uncertainty_analysis.sensitivities import Sensitivity


def source_records(sensitivity: Sensitivity, form: ClosedForm, total: float) -> list[dict[str, Any]]:
    """Return the sources of one product as records, by falling part in the variance, then by falling absolute emissions.

    Parameters
    ----------
    sensitivity : Sensitivity
    form : ClosedForm
    total : float
        Footprint of the product. [kg CO2e per unit]
    """
    variance = float(form.variance.sum())
    parts = {source.id: float(part) for source, part in zip(form.sources, form.variance, strict=True)}
    records = []
    for number, source in enumerate(sensitivity.sources):
        kilograms = float(sensitivity.derivative[number])
        records.append({
            "source": source.id,
            "kind": source.kind,
            **spread_record(source.distribution),
            "kgCO2e": kilograms,
            "elasticity": kilograms / total if abs(total) > ROUNDING * abs(kilograms) else None,
            "variance_share": parts.get(source.id, 0.0) / variance if variance else 0.0,
            "low_10": _finite(sensitivity.low[number]),
            "high_10": _finite(sensitivity.high[number]),
        })  # fmt: skip
    return sorted(records, key=lambda record: (-record["variance_share"], -abs(record["kgCO2e"])))


def spread_record(spread: Distribution | None) -> dict[str, Any]:
    """Return the spread of a source as a record: `gsd`, or `low` and `high` as multiples of the value."""
    if spread is None:
        return {"distribution": None, "gsd": None, "declared": None}
    if math.isnan(spread.gsd):
        return {"distribution": spread.kind, "low": spread.low, "high": spread.high, "declared": spread.declared}
    return {"distribution": spread.kind, "gsd": spread.gsd, "declared": spread.declared}


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
