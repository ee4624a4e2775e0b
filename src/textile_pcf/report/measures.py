"""Measures of a mill as a report takes them: what `improvements` has ranked, as values."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from textile_pcf.errors import Problem, UsageError
from textile_pcf.messages.titles import titles_with_ids
from textile_pcf.results import Footprint

KEYS = frozenset({"before", "measures", "steps", "together", "alone", "interaction"})
TOLERANCE = 1e-9
"""Distance of a total under the measures from that of the report, relative to it, that is rounding."""


@dataclass(frozen=True, eq=False)
class Measures:
    """Measures in their order.

    Attributes
    ----------
    entries : mapping
        As the JSON of `improvements rank`.
    warnings : sequence of str
        What is to be checked.
    """

    entries: Mapping[str, Any]
    warnings: Sequence[str]

    def titles(self, language: str) -> dict[str, str]:
        """Return the title of each measure by its id.

        Parameters
        ----------
        language : str
            `en` or `zh`.
        """
        measures = self.entries["measures"]
        titles = titles_with_ids(measures, language)
        return {one["id"]: title for one, title in zip(measures, titles, strict=True)}


def read_measures(measures: Any, result: Footprint) -> Measures | None:
    """Return ranked measures after a check that they are of the result; None without any.

    Parameters
    ----------
    measures : Ranking, mapping or None
        From `improvements.rank`, or its JSON.
    result : Footprint

    Raises
    ------
    UsageError
        It is no ranking, or one of other figures.
    """
    if measures is None:
        return None
    entries = measures.to_dict() if hasattr(measures, "to_dict") else measures
    if not isinstance(entries, Mapping) or not set(entries) >= KEYS:
        what, cure = "These are no ranked measures.", "Give what `improvements.rank` returns, or its JSON."
        raise UsageError([Problem("measures", what, cure, code="option")])
    totals = dict(zip(result.products, result.totals.tolist(), strict=True))
    befores = {row["product"]: float(row["before"]) for measure in entries["measures"] for row in measure["products"]}
    wrong = [
        name for name, before in befores.items()
        if name not in totals or not math.isclose(before, totals[name], rel_tol=TOLERANCE, abs_tol=0.0)
    ]  # fmt: skip
    if wrong:
        what = "The measures start from other figures than this report."
        cure = "Rank them with the activity data, rule, factors and options of the report."
        raise UsageError([Problem(f"measures ({', '.join(wrong[:10])})", what, cure, code="option")])
    warnings: Sequence[str] = getattr(measures, "warnings", entries.get("warnings") or ())
    return Measures(entries, warnings)
