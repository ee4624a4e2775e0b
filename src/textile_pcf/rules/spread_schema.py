"""Models of how sure a number of a rule is: its spread, and its data quality."""

from __future__ import annotations

from textile_pcf.io.documents import Strict


class Ratings(Strict):
    """Data quality of a number, from 1 (best) to 5; with all four a pedigree gives it a spread."""

    technology: float | None = None
    """Technology."""
    geography: float | None = None
    """Geography."""
    time: float | None = None
    """Time."""
    precision: float | None = None
    """Precision."""


class Spread(Strict):
    """How far a cited number may be from the true one; by the number's own source and locator."""

    gsd: float | None = None
    """Geometric standard deviation, 1 to 20; the value is the median."""
    range: tuple[float, float] | None = None
    """Lowest and highest value, in `unit`; the value is the most probable one."""
    dq: Ratings | None = None
    """Data quality, from 1 (best) to 5."""


SPREAD_SCHEMA = {
    "gsd": {"type": "number"},
    "range": {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2},
    "dq": {"type": "object"},
}
"""The same for editors, where entries have no model of their own."""
