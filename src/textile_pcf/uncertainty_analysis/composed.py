"""Composed factors are no sources: the rows that they are made of are, shared with every line that matches them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from textile_pcf.arrays import FloatArray
from textile_pcf.factors.inputs import FactorInputs
from textile_pcf.inventory.draw_sources import FactorRow, Source
from textile_pcf.uncertainty_analysis.lines import Lines


def factors_behind(inputs: FactorInputs, key: FactorRow) -> dict[FactorRow, float]:
    """Return the printed rows behind a factor, with their parts of it.

    Parameters
    ----------
    inputs : FactorInputs
    key : FactorRow

    Returns
    -------
    dict of FactorRow to float
        The factor itself, with 1, unless it is composed.
    """
    return {FactorRow(*place): share for place, share in inputs.of((key.sheet, key.row)).items()}


def printed_values(inputs: FactorInputs, values: Mapping[Source, float]) -> dict[Source, float]:
    """Return stated values with the rows behind composed factors in place of these.

    Parameters
    ----------
    inputs : FactorInputs
    values : mapping of Source to float
        As `stated_values` gives them.
    """
    found: dict[Source, float] = {}
    for key, value in values.items():
        keys = factors_behind(inputs, key) if isinstance(key, FactorRow) else [key]
        for each in keys:
            found.setdefault(each, value)
    return found


def composed_draws(
    inputs: FactorInputs, used: Mapping[Source, float], drawn: Mapping[Source, FloatArray]
) -> dict[Source, FloatArray]:
    """Return draws of the factors of a product from those of the printed rows behind them.

    Parameters
    ----------
    inputs : FactorInputs
    used : mapping of Source to float
        Factors of the product, as `stated_factors` or `stated_values` gives them; other numbers do not matter.
    drawn : mapping of Source to ndarray, shape (draws,)
        Draws of numbers; of factors as multiples of the printed value.
    """
    found = {key: values for key, values in drawn.items() if not isinstance(key, FactorRow) or key in used}
    for key in used:
        if not isinstance(key, FactorRow):
            continue
        shares = factors_behind(inputs, key)
        if list(shares) != [key] and any(each in drawn for each in shares):
            found[key] = 1.0 + sum(
                (share * (drawn[each] - 1.0) for each, share in shares.items() if each in drawn), start=np.zeros(1)
            )
    return found


def with_printed_rows(lines: Lines, inputs: FactorInputs) -> Lines:
    """Return lines that each rest on one printed row: a line with a composed factor becomes one line per row behind it.

    Parameters
    ----------
    lines : Lines
    inputs : FactorInputs
    """
    parts = [inputs.of((int(sheet), int(row))) for sheet, row in lines.factor_rows.tolist()]
    if all(tuple(row) in part for row, part in zip(lines.factor_rows.tolist(), parts, strict=True)):
        return lines  # no factor is composed
    places = {place: number for number, place in enumerate(dict.fromkeys(place for part in parts for place in part))}
    sizes = np.array([*map(len, parts), 1])
    row = np.array([*(places[place] for part in parts for place in part), -1])
    share = np.array([*(share for part in parts for share in part.values()), 1.0])
    factor = np.where(lines.factor >= 0, lines.factor, len(parts))
    repeats = sizes[factor]
    line = np.repeat(np.arange(len(factor)), repeats)
    within = np.arange(len(line)) - np.repeat(np.cumsum(repeats) - repeats, repeats)
    at = (np.cumsum(sizes) - sizes)[factor[line]] + within
    return replace(
        lines, exchange=lines.exchange[line], every_exchange=False, factor=row[at], value=lines.value[line] * share[at],
        emissions=lines.emissions[line] * share[at], factor_rows=np.array(list(places), dtype=np.intp).reshape(-1, 2),
        part=share[at],
    )  # fmt: skip
