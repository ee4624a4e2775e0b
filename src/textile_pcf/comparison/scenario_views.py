"""Scenarios as JSON, as text for a terminal, and as HTML for a notebook."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from textile_pcf.arrays import or_none
from textile_pcf.comparison.change_text import change_text
from textile_pcf.comparison.text_columns import align
from textile_pcf.messages.catalogue import fixed_text
from textile_pcf.results.display import STYLE

if TYPE_CHECKING:
    from textile_pcf.comparison.scenarios import Scenario, Scenarios

MOST = 20  # products shown to people
NONE = "–"


def as_dict(scenarios: Scenarios) -> dict[str, Any]:
    """Return scenarios as texts, numbers, lists and dicts; see `Scenarios.to_dict`."""
    base = scenarios.base
    products = [
        {
            "product": product,
            "base": float(base.totals[number]),
            "scenarios": [_scenario(scenarios, one, number) for one in scenarios],
            "ranking": scenarios.ranking(product),
        }
        for number, product in enumerate(base.products)
    ]
    return {"unit": base.unit, "products": products}


def _scenario(scenarios: Scenarios, one: Scenario, number: int) -> dict[str, Any]:
    return {
        "name": one.name,
        "total": or_none(one.total[number]),
        "saving": or_none(one.saving[number]),
        "saving_share": or_none(scenarios.saving_share(one)[number]),
        "steps": [
            {
                "change": step.change,
                "note": step.note,
                "effect": or_none(step.effect[number]),
                "alone": or_none(step.alone[number]),
            }
            for step in one.steps
        ],
        "interaction": or_none(one.interaction[number]),
    }


@dataclass(frozen=True)
class ShownScenarios:
    """Scenarios in one language."""

    scenarios: Scenarios
    language: str = "en"

    def __str__(self) -> str:
        blocks = ("\n".join([head, *align(rows)]) for head, rows in _blocks(self.scenarios, self.language))
        return "\n\n".join([*blocks, *_more(self.scenarios, self.language)]) + "\n"

    def _repr_html_(self) -> str:
        body = "".join(
            f"<p><b>{escape(head)}</b></p><table>"
            + "".join(f"<tr><th>{escape(title)}</th><td>{figure}</td></tr>" for title, figure in rows)
            + "</table>"
            for head, rows in _blocks(self.scenarios, self.language)
        )
        below = "".join(f"<p class='soft'>{escape(text)}</p>" for text in _more(self.scenarios, self.language))
        return f"<div class='textile-pcf' lang='{self.language}'>{STYLE}{body}{below}</div>"


def _more(scenarios: Scenarios, language: str) -> list[str]:
    more = len(scenarios.base.products) - MOST
    return [fixed_text("more_products", language, count=more)] if more > 0 else []


def _blocks(scenarios: Scenarios, language: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return a heading and rows for each product and scenario, scenarios by falling saving."""
    blocks = []
    for number, product in enumerate(scenarios.base.products[:MOST]):
        ranked = [scenarios[name] for name in scenarios.ranking(product)]
        for one in (*ranked, *(other for other in scenarios if other not in ranked)):
            blocks.append((_head(scenarios, one, number, language), _rows(scenarios, one, number, language)))
    return blocks


def _head(scenarios: Scenarios, one: Scenario, number: int, language: str) -> str:
    share, per = or_none(scenarios.saving_share(one)[number]), fixed_text("per", language, unit=scenarios.base.unit)
    saving = or_none(one.saving[number])
    text = fixed_text("scenario_saves", language, saving=NONE if saving is None else f"{saving:.6g} {per}")
    return f"{scenarios.base.products[number]}, {one.name}: {text}" + ("" if share is None else f" ({share * 100:.1f} %)")


def _rows(scenarios: Scenarios, one: Scenario, number: int, language: str) -> list[tuple[str, str]]:
    def signed(value: float) -> str:
        figure = or_none(value)
        return NONE if figure is None else f"{figure:+.6g}"

    rows = [(fixed_text("diff_old", language), f"{scenarios.base.totals[number]:.6g}")]
    for step in one.steps:
        alone = fixed_text("scenario_alone", language, value=signed(step.alone[number]))
        made = change_text(step.made, language, scenarios.base.stages)
        rows.append((f"{made} ({alone})", signed(step.effect[number])))
    total = or_none(one.total[number])
    return [*rows, (fixed_text("diff_new", language), NONE if total is None else f"{total:.6g}")]
