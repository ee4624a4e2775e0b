"""The quality of a result as a dictionary, as the command line prints it with `--format json`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textile_pcf.arrays import or_none
from textile_pcf.data_quality.lines import SCORES
from textile_pcf.data_quality.ratings import CLOSE, level_of
from textile_pcf.results.method_record import cutoff_record

if TYPE_CHECKING:
    from textile_pcf.data_quality.main import Quality

PLACE = ("stage", "component", "flow", "item")


def as_dict(quality: Quality) -> dict[str, Any]:
    """Return the quality of a result as texts, numbers, lists and dicts; see `Quality.to_dict`."""
    pairs = zip(product_records(quality), quality.priorities, strict=True)
    products = [record | first._asdict() for record, first in pairs]
    return {"products": products, "provenance": dict(quality.result.provenance)}


def product_records(quality: Quality, most: int | None = None) -> list[dict[str, Any]]:
    """Return the entries of all products, or of the first `most`, without what to measure next."""
    columns = quality.rows()
    return [_product(quality, columns, number) for number in range(len(quality.products))[:most]]


def _product(quality: Quality, columns: dict[str, Any], number: int) -> dict[str, Any]:
    def value(name: str) -> float | None:
        return or_none(columns[name][number])

    hot_spots = quality.hot_spots_of(number)
    pef = ("DQR", *SCORES, "rated_share", "if_unrated_5")
    pact = ("technologicalDQR", "geographicalDQR", "temporalDQR", "coverage")
    rated: dict[str, Any] = {name: value(name) for name in pef}
    return {
        "product": quality.products[number],
        "unit": quality.result.unit,
        "total": value("total"),
        "dqr": {"pef": {**rated, "level": level_of(float(quality.dqr[number]))}, "pact": {name: value(name) for name in pact}},
        "primary_data_share": value("primary_data_share"),
        "primary_activity_share": value("primary_activity_share"),
        "default_share": value("default_share"),
        "by_data_type": {name: float(part[number]) for name, part in quality.by_data_type.items() if part[number]},
        "cutoff": cutoff_record(quality.result, number),
        "hot_spots": hot_spots,
        "requirement": requirement(quality, number, hot_spots),
    }


def requirement(quality: Quality, number: int, hot_spots: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Return the rule's limit of the rating, whether a product keeps it, and the hot spots that do not; None without a limit.

    Parameters
    ----------
    quality : Quality
    number : int
        Index of the product.
    hot_spots : list of dict
        Its hot spots.
    """
    limit = quality.max_dqr
    if limit is None or quality.met is None:
        return None
    failing = [row for row in hot_spots if row["dqr"] is None or row["dqr"] > limit + CLOSE]
    kept = [{**{key: row[key] for key in PLACE}, "dqr": row["dqr"]} for row in failing]
    return {"max_dqr": limit, "met": bool(quality.met[number]), "failing": kept}
