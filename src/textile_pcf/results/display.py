"""How a result shows itself in a notebook: plain HTML with nothing fetched from anywhere."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from textile_pcf.results.explain import number

if TYPE_CHECKING:
    from textile_pcf.results.result import Footprint

MOST = 20  # products shown


def as_html(result: Footprint) -> str:
    """A small table of products with their stages, what they rest on, and the warnings."""
    source = result.provenance
    inside = [(place, info) for place, info in enumerate(result.stages) if not info.outside and result.by_stage[:, place].any()]
    head = "".join(f"<th>{escape(info.title)}</th>" for _, info in inside)
    rows = [
        f"<tr><th style='text-align:left'>{escape(product)}</th><td><b>{number(result.totals[row])}</b></td>"
        + "".join(f"<td>{number(result.by_stage[row, place])}</td>" for place, _ in inside)
        + "</tr>"
        for row, product in enumerate(result.products[:MOST])
    ]
    more = f"<p>and {len(result.products) - MOST} more products</p>" if len(result.products) > MOST else ""
    warnings = "".join(f"<li>{escape(text)}</li>" for text in result.warnings()[:MOST])
    status = (
        f"{source['rule']} ({source['status']}) · {source['boundary']} · {source['gwp']} · biogenic CO2 {source['biogenic']}"
    )
    return (
        f"<div class='textile-pcf'><p><b>kg CO2e per {escape(result.unit)}</b> · {escape(status)}</p>"
        f"<table><thead><tr><th></th><th>total</th>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>{more}"
        + (f"<ul>{warnings}</ul>" if warnings else "")
        + "</div>"
    )
