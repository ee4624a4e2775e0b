"""Both headline figures of a footprint: excluding and including biogenic CO2 removals."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from textile_pcf.arrays import FloatArray, read_only
from textile_pcf.factors import HOLDS_UPTAKE

if TYPE_CHECKING:
    from textile_pcf.results.footprint import Footprint


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


def headline(result: Footprint) -> Headline:
    """Return both figures; the total of the run is one of them.

    References
    ----------
    ISO 14067:2018, 7.2, and both totals of PACT, as secondary sources report them.
    """
    removals = result.inventory.removals
    if includes_removals(result):
        return Headline(read_only(result.totals + removals), result.totals)
    return Headline(result.totals, read_only(result.totals - removals))


def includes_removals(result: Footprint) -> bool:
    """Whether the declared total counts biogenic CO2 and its uptake."""
    return result.run.biogenic == HOLDS_UPTAKE
