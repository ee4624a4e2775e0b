"""Share of primary data and ratings of a record of PACT: of the lines at the gate, as `data_quality` defines them."""

from __future__ import annotations

from typing import Any

import numpy as np

from textile_pcf.data_quality.lines import quality_lines
from textile_pcf.data_quality.primary_share import primary_data_share
from textile_pcf.data_quality.ratings import rate_factors
from textile_pcf.interchange.decimal_text import decimal_text
from textile_pcf.interchange.factor_use import gate_stages
from textile_pcf.results import Footprint
from textile_pcf.rules.arrays import rule_arrays

BEST, WORST = 1.0, 5.0
_RATINGS = ("technologicalDQR", "geographicalDQR", "temporalDQR")


class GateQuality:
    """`primaryDataShare` and `dqi` of the products of a result.

    Parameters
    ----------
    result : Footprint
        A result without biogenic CO2.
    digits : int
        Significant digits.
    """

    def __init__(self, result: Footprint, digits: int) -> None:
        lines, count = quality_lines(result), len(result.names)
        counted = gate_stages(result)[rule_arrays(result.run.activity.rules).flow_stage[result.inventory.flow]]
        at_gate = lines._replace(emissions=np.where(counted, lines.emissions, 0.0), gross=np.where(counted, lines.gross, 0.0))
        emits = np.bincount(lines.product, weights=at_gate.gross, minlength=count) > 0
        self._share = np.where(emits, 100 * primary_data_share(at_gate, count), np.nan)
        self._ratings = rate_factors(at_gate, count)[0]
        self._digits = digits

    def pcf(self, product: int) -> dict[str, Any]:
        """Return what is known of a product: the share in percent, and the ratings if there are all three."""
        fields: dict[str, Any] = {}
        share, ratings = float(self._share[product]), self._ratings[product]
        if np.isfinite(share):
            fields["primaryDataShare"] = decimal_text(min(max(share, 0.0), 100.0), self._digits)
        if np.isfinite(ratings).all():  # means of scores from 1 to 5 leave these bounds by rounding alone
            texts = [decimal_text(float(each), self._digits) for each in np.clip(ratings, BEST, WORST)]
            fields["dqi"] = dict(zip(_RATINGS, texts, strict=True))
        return fields
