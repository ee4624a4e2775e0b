"""Both headline figures of a footprint: excluding and including biogenic CO2 removals."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from textile_pcf.arrays import FloatArray, read_only
from textile_pcf.factors import HOLDS_UPTAKE
from textile_pcf.messages.catalogue import fixed_text
from textile_pcf.rules.arrays import rule_arrays

if TYPE_CHECKING:
    from textile_pcf.results.figures import Figures
    from textile_pcf.results.sums import Sums


NOISE = 1e-12  # relative to a stage: what is left of a removal when it is taken out


class Headline(NamedTuple):
    """Footprint of each product by both conventions, shape (products,). [kg CO2e per product unit]

    Attributes
    ----------
    excluding : ndarray
        Neither biogenic CO2 nor its uptake counts (0/0).
    including : ndarray
        Biogenic CO2 counts +1 and its uptake -1.
    """

    excluding: FloatArray
    including: FloatArray


def headline(result: Sums) -> Headline:
    """Return both figures; the total of the run is one of them.

    References
    ----------
    ISO 14067:2018, 7.2, and both totals of PACT, as secondary sources report them.
    """
    removals = result.removals
    if includes_removals(result):
        return Headline(read_only(result.totals + removals), result.totals)
    return Headline(result.totals, read_only(result.totals - removals))


def includes_removals(result: Sums) -> bool:
    """Whether the declared total counts biogenic CO2 and its uptake."""
    return result.biogenic == HOLDS_UPTAKE


def emissions_by_stage(result: Figures) -> FloatArray:
    """Return the emissions by stage without biogenic CO2 removals, shape (products, stages). [kg CO2e per product unit]

    Inside the boundary they add up to the figure that excludes removals.
    """
    if not includes_removals(result):
        return result.by_stage
    inventory, stages = result.inventory, len(result.stages)
    stage = rule_arrays(inventory.activity.rules).flow_stage[inventory.flow]
    removed = np.bincount(
        inventory.product * stages + stage,
        weights=inventory.removals_by_line * inventory.amount,
        minlength=len(result.names) * stages,
    )
    removed = removed.reshape(-1, stages)
    emitted = result.by_stage + removed
    return np.where(np.abs(emitted) <= NOISE * np.abs(removed), 0.0, emitted)


def headline_rows(result: Figures, row: int, language: str, scale: float = 1.0) -> list[tuple[str, float, bool]]:
    """Return what stands at the end of a list of stages: text, kg CO2e per unit, and whether it is the declared figure."""
    excluding, including = (float(values[row]) * scale for values in result.headline)
    declared = includes_removals(result)
    return [
        (fixed_text("total_excluding", language), excluding, not declared),
        (fixed_text("removals", language), including - excluding, False),
        (fixed_text("total_including", language), including, declared),
    ]


def headline_text(result: Figures, row: int, language: str, scale: float = 1.0) -> str:
    """Return what the declared figure is, and the other one, as a note behind the declared one."""
    names = ("including", "excluding") if includes_removals(result) else ("excluding", "including")
    declared, other = (fixed_text(name, language) for name in names)
    total = float(getattr(result.headline, names[1])[row]) * scale
    return fixed_text("headline_other", language, declared=declared, text=other, total=f"{total:.6g}")
