"""What a reader must know of the method of one product, as titles and sentences, the same on every face of a result."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textile_pcf.activity.cutoff import left_out_title
from textile_pcf.messages.catalogue import fixed_text
from textile_pcf.messages.message import localize
from textile_pcf.results.gwp_sets import named_sets
from textile_pcf.results.method_record import boundary_totals
from textile_pcf.results.number_text import number

if TYPE_CHECKING:
    from textile_pcf.results.views import Views


FOLDED = 3
"""So many optional flows or stages that are not given are named where lists are folded."""


def method_statements(
    result: Views, product: int, language: str, scale: float = 1.0, fold: bool = False
) -> list[tuple[str, str]]:
    """Return titles and sentences: sets of potentials, totals by boundary, allocation, what is left out and what is open.

    Parameters
    ----------
    result : Views
    product : int
        Index of the product.
    language : str
        `en` or `zh`.
    scale : float, optional
        Product units in one unit of the shown totals.
    fold : bool
        Name only the first of many optional flows and stages that are not given, and how many there are.
    """
    calculated = calculation_statements(result, product, language, scale)
    return [*calculated, *cutoff_statements(result, product, language, scale, fold)]


def calculation_statements(result: Views, product: int, language: str, scale: float = 1.0) -> list[tuple[str, str]]:
    """Return titles and sentences on how a product is calculated: sets of potentials, totals by boundary, allocation.

    Parameters
    ----------
    result : Views
    product : int
        Index of the product.
    language : str
        `en` or `zh`.
    scale : float, optional
        Product units in one unit of the shown totals.
    """
    sets, shares = result.gwp_sets
    rows = [("gwp_sets", named_sets(sets, shares[product], language))]
    boundaries = boundary_totals(result, product)
    if len(boundaries) > 1:
        rows += [("by_boundary", f"{fixed_text(name, language)} {number(total * scale)}") for name, total in boundaries.items()]
    rows += [("allocation", _allocation(result, record, language, scale)) for record in result.allocation_record(product)]
    return [(fixed_text(f"method_{key}", language), text) for key, text in rows]


def cutoff_statements(
    result: Views, product: int, language: str, scale: float = 1.0, fold: bool = False
) -> list[tuple[str, str]]:
    """Return titles and sentences on what a product leaves out, and on what is open; see `method_statements`."""
    rows = _completeness(result, result.cutoff_record(product), language, scale, fold)
    return [(fixed_text(f"method_{key}", language), text) for key, text in rows]


def _allocation(result: Views, record: dict[str, Any], language: str, scale: float) -> str:
    rules = result.rules
    stage = next(written for written in rules.document.stages if written.id == record["stage"])
    assert stage.allocation is not None
    titles = stage.allocation.titles
    names = [titles[name].text(language) if name in titles else name for name in record["co_products"]]
    values: dict[str, object] = {
        "stage": rules.title(record["stage"], language=language),
        "method": fixed_text(f"allocation_{record['method']}", language),
        "others": ("、" if language == "zh" else ", ").join(names),
        "share": f"{record['share'] * 100:.4g}",
        "source": ", ".join(filter(None, (record["source"], localize(record["locator"], language)))),
        "why": stage.allocation.hierarchy.text(language),
    }
    text = fixed_text("allocation_is", language, **values)
    for other in record["alternatives"]:
        shown: dict[str, object] = {
            "method": fixed_text(f"allocation_{other['method']}", language),
            "share": f"{other['share'] * 100:.4g}",
            "total": number(other["total"] * scale),
            "source": f"{other['source']}, {localize(other['locator'], language)}",
        }
        text += fixed_text("allocation_alternative", language, **shown)
    return text


def _completeness(result: Views, record: dict[str, Any], language: str, scale: float, fold: bool) -> list[tuple[str, str]]:
    """Return what is left out, what is expected and open, and what is optional and open."""
    rules = result.rules
    rows = []
    for left in record["left_out"]:
        owner = fixed_text("product", language) if left["stage"] == "product" else rules.title(left["stage"], language=language)
        title = left_out_title(rules, left["stage"], left["item"], language)
        what = ("，" if language == "zh" else ", ").join(dict.fromkeys((owner, title)))
        values: dict[str, object] = {"what": what, "share": f"{left['share'] * 100:.3g}"}
        rows.append(("left_out", fixed_text("left_out_is", language, reason=left["reason"], **values)))
    if record["left_out"]:
        total = number(record["with_left_out"] * scale)
        within = fixed_text("cutoff_within" if record["within"] else "cutoff_beyond", language)
        values = {"share": f"{record['total'] * 100:.3g}", "total": total, "within": within}
        rows.append(("left_out", fixed_text("left_out_total", language, **values)))
    if record["required_not_given"]:
        rows.append(("required_open", rules.ways_named(record["required_not_given"], language)))
    elif not record["left_out"]:
        rows.append(("left_out", fixed_text("nothing_left_out", language)))
    for key in ("optional_not_given", "stages_not_given"):
        if record[key]:
            named = rules.ways_named(record[key][: FOLDED if fold else None], language)
            more = len(record[key]) - FOLDED
            rows.append((key, fixed_text("folded", language, named=named, count=more) if fold and more > 0 else named))
    return rows
