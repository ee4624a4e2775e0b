"""A comparison as text for a terminal, and as HTML for a notebook."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from textile_pcf.comparison.text_columns import align
from textile_pcf.messages.catalogue import fixed_text
from textile_pcf.results.display import STYLE

if TYPE_CHECKING:
    from textile_pcf.comparison.pairs import Comparison

MOST = 20  # pairs shown stage by stage


@dataclass(frozen=True)
class ShownComparison:
    """A comparison in one language."""

    comparison: Comparison
    language: str = "en"

    def __str__(self) -> str:
        blocks = [_text(self.comparison, number, self.language) for number in range(len(self.comparison.a))[:MOST]]
        return "\n".join([*blocks, *_notes(self.comparison, self.language)]) + "\n"

    def _repr_html_(self) -> str:
        body = "".join(_html(self.comparison, number, self.language) for number in range(len(self.comparison.a))[:MOST])
        below = "".join(f"<p class='soft'>{escape(text)}</p>" for text in _notes(self.comparison, self.language))
        return f"<div class='textile-pcf' lang='{self.language}'>{STYLE}{body}{below}</div>"


def _notes(comparison: Comparison, language: str) -> list[str]:
    """Return which fields differ, and how many pairs are not shown."""
    texts = []
    if len(comparison.a) > MOST:
        texts.append(fixed_text("more_pairs", language, count=len(comparison.a) - MOST))
    for entry in comparison.allowed:
        title = fixed_text(f"comparable_{entry['field']}", language)
        texts.append(fixed_text("compare_allowed", language, title=title, first=entry["a"], second=entry["b"]))
    return texts


def _head(comparison: Comparison, number: int, language: str) -> str:
    per = fixed_text("per", language, unit=comparison.unit)
    ratio = comparison.ratio[number]
    percent = f" ({(ratio - 1) * 100:+.1f} %)" if comparison.total_a[number] > 0 and ratio == ratio else ""
    head = f"{comparison.a[number]} → {comparison.b[number]}: {comparison.difference[number]:+.6g} {per}{percent}"
    if comparison.drawn is None:
        return head
    low, high = (f"{values[number]:+.4g}" for values in (comparison.drawn.p2_5, comparison.drawn.p97_5))
    probability = f"{comparison.drawn.probability_a_lower[number] * 100:.1f}"
    values: dict[str, object] = {"product": comparison.a[number], "probability": probability, "low": low, "high": high}
    return head + fixed_text("compare_drawn", language, **values)


def _rows(comparison: Comparison, number: int, language: str) -> list[tuple[str, str]]:
    """Return total of a, differences by stage that are not 0, and total of b."""
    stages = zip(comparison.stages, comparison.by_stage[number].tolist(), strict=True)
    return [
        (comparison.a[number], f"{comparison.total_a[number]:.6g}"),
        *((name, f"{value:+.6g}") for name, value in stages if value),
        (comparison.b[number], f"{comparison.total_b[number]:.6g}"),
    ]


def _text(comparison: Comparison, number: int, language: str) -> str:
    return "\n".join([_head(comparison, number, language), *align(_rows(comparison, number, language))])


def _html(comparison: Comparison, number: int, language: str) -> str:
    rows = "".join(
        f"<tr><th>{escape(title)}</th><td>{figure}</td></tr>" for title, figure in _rows(comparison, number, language)
    )
    return f"<p><b>{escape(_head(comparison, number, language))}</b></p><table>{rows}</table>"
