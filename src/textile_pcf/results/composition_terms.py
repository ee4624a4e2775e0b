"""The sum behind a composed factor, as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textile_pcf.messages.message import localize

if TYPE_CHECKING:
    from textile_pcf.results.footprint import Footprint


def composition_terms(result: Footprint, line: int, language: str) -> list[str]:
    """Return the inputs of the composed factor of a line; nothing for another factor.

    Parameters
    ----------
    result : Footprint
    line : int
        Index of the line.
    language : str
        `en` or `zh`.
    """
    matches = result.inventory.matches
    table, row = matches.factor_rows[matches.request[line]].tolist()
    text = result.run.factors.composition(table, row, result.run.gwp, result.run.biogenic) if table >= 0 else None
    return [localize(part, language) for part in text.values["parts"]] if text is not None else []
