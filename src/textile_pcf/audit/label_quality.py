"""What a label says of data quality and of the interval of a figure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from weakref import WeakKeyDictionary

from textile_pcf.arrays import or_none
from textile_pcf.audit.rounding import decimal_text
from textile_pcf.data_quality.main import quality
from textile_pcf.data_quality.ratings import level_of
from textile_pcf.results import Footprint
from textile_pcf.uncertainty_analysis.closed_form import closed_form
from textile_pcf.uncertainty_analysis.main import uncertainty

_known: WeakKeyDictionary[Footprint, list[dict[str, Any]]] = WeakKeyDictionary()


def label_quality(result: Footprint) -> list[dict[str, Any]]:
    """Return rating, level and share of primary data of every product, keyed as in the JSON of `quality`.

    Parameters
    ----------
    result : Footprint
        A result; of a saved one they are those that were saved with it.

    Returns
    -------
    list of dict
        `dqr` → `pef` → `DQR`, `level`; `primary_data_share`; `requirement` → `max_dqr`, `met`. None where something is
        not known.
    """
    saved = getattr(result, "saved_quality", None)
    if saved is not None:
        entries: list[dict[str, Any]] = saved
        return entries
    if result not in _known:
        rated = quality(result)
        pairs = zip(rated.dqr.tolist(), rated.primary_data_share.tolist(), strict=True)
        _known[result] = [
            {"dqr": {"pef": {"DQR": or_none(dqr), "level": level_of(dqr)}}, "primary_data_share": or_none(share),
             "requirement": None if rated.met is None else {"max_dqr": rated.max_dqr, "met": bool(rated.met[number])}}
            for number, (dqr, share) in enumerate(pairs)
        ]  # fmt: skip
    return _known[result]


def label_interval(result: Footprint, number: int, unit: str | None, digits: Mapping[str, int | None]) -> dict[str, Any]:
    """Return the interval from the 2.5th to the 97.5th percentile of a figure, in closed form, as decimal texts.

    Parameters
    ----------
    result : Footprint
    number : int
        Index of the product.
    unit : str or None
        Unit of the figure.
    digits : mapping of str to int or None
        Arguments of `decimal_text`.

    Returns
    -------
    dict
        `p2_5` and `p97_5`, None if no number behind the figure has a declared spread; `declared_share` of amounts and of
        factors in per cent, one place. [kg CO2e per unit]
    """
    analysis = uncertainty(result, draws=1, unit=unit)
    form = closed_form(analysis.evaluation, number)
    shares = analysis.declared_share(result.products[number])
    ends = {name: getattr(form, name) for name in ("p2_5", "p97_5")}
    return {
        **{name: decimal_text(value, **digits) if form.sources else None for name, value in ends.items()},
        "method": "closed_form",
        "declared_share": {name: decimal_text(100 * share, 1) for name, share in shares.items()},
    }
