"""A diff as JSON, as text for a terminal, and as HTML for a notebook."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from textile_pcf.arrays import FloatArray, IndexArray, or_none
from textile_pcf.comparison.text_columns import align
from textile_pcf.messages.catalogue import fixed_text
from textile_pcf.results.display import STYLE

if TYPE_CHECKING:
    from textile_pcf.comparison.differences import Diff

MOST = 20  # products shown to people
NONE = "–"
BOTH = "both"


def as_dict(change: Diff) -> dict[str, Any]:
    """Return a diff as texts, numbers, lists and dicts; see `Diff.to_dict`."""
    rank = {int(number): place for place, number in enumerate(change.shared)}
    order = np.argsort(change.lines.product, kind="stable")
    start = np.searchsorted(change.lines.product[order], np.arange(len(rank) + 1))
    return {
        "unit": change.unit,
        "differing": list(change.differing),
        "together": list(change.together),
        "differs": [dict(entry) for entry in change.differs],
        "is_performance": change.is_performance,
        "products": [
            _product(change, number, order[start[rank[number]] : start[rank[number] + 1]] if number in rank else None)
            for number in range(len(change.products))
        ],
    }


def _product(change: Diff, number: int, lines: IndexArray | None) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "product": change.products[number],
        "status": change.status[number],
        "old": or_none(change.old[number]),
        "new": or_none(change.new[number]),
        "change": or_none(change.change[number]),
    }
    if lines is None:
        return entry
    entry["effects"] = {name: float(effect[number]) for name, effect in change.effects.items()}
    entry["stages"] = dict(_stages(change, lines))
    entry["flows"] = [_flow(change, int(line)) for line in lines]
    return entry


def played_names(change: Diff) -> list[str]:
    """Return the names of the rows of `line_effects`: the groups that differ, those that stand together as one."""
    within = {group for name in change.together for group in name.split("+")}
    return [*change.together, *(group for group in change.differing if group not in within)]


def _stages(change: Diff, lines: IndexArray) -> list[tuple[str, dict[str, Any]]]:
    stage, names = change.lines.stage[lines], change.lines.stages
    present = np.unique(stage).tolist()

    def sums(values: FloatArray) -> FloatArray:
        return np.bincount(stage, weights=values[lines], minlength=len(names)).astype(np.float64)

    old, new = sums(change.lines.values[0]), sums(change.lines.values[-1])
    effects = {name: sums(row) for name, row in zip(played_names(change), change.line_effects, strict=True)}
    return [
        (names[k], {"old": float(old[k]), "new": float(new[k]), "effects": {n: float(e[k]) for n, e in effects.items()}})
        for k in present
    ]


def _flow(change: Diff, line: int) -> dict[str, Any]:
    stage, flow = change.lines.flows[int(change.lines.flow[line])]
    names = played_names(change)
    return {
        "stage": stage,
        "component": change.lines.components[int(change.lines.component[line])],
        "flow": flow,
        "old": float(change.lines.values[0, line]),
        "new": float(change.lines.values[-1, line]),
        "effects": {name: float(row[line]) for name, row in zip(names, change.line_effects, strict=True)},
    }


# -- for people -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ShownDiff:
    """A diff in one language."""

    change: Diff
    language: str = "en"

    def __str__(self) -> str:
        return as_text(self.change, self.language)

    def _repr_html_(self) -> str:
        return as_html(self.change, self.language)


def effect_title(name: str, language: str) -> str:
    """Return the name of an effect in a language; of joint groups all their names.

    Examples
    --------
    >>> effect_title("activity+rule", "en"), effect_title("code", "zh")
    ('activity data + rule', '程序')
    """
    return " + ".join(fixed_text(f"effect_{group}", language) for group in name.split("+"))


def _rows(change: Diff, number: int, language: str) -> list[tuple[str, float, bool]]:
    """Return old total, effects that are not 0, and new total of a product; whether each is an effect."""
    effects = [
        (effect_title(name, language), float(effect[number]), True) for name, effect in change.effects.items() if effect[number]
    ]
    old, new = (fixed_text(key, language) for key in ("diff_old", "diff_new"))
    return [(old, float(change.old[number]), False), *effects, (new, float(change.new[number]), False)]


def notes(change: Diff, language: str) -> list[str]:
    """Return what a reader must know: groups that stand together, what differs, and whether this is a performance.

    Parameters
    ----------
    change : Diff
    language : str
        `en` or `zh`.
    """
    texts = [fixed_text("diff_together", language, names=effect_title(name, language)) for name in change.together]
    for entry in change.differs:
        title = fixed_text(f"comparable_{entry['field']}", language)
        texts.append(fixed_text("diff_differs", language, title=title, old=entry["old"], new=entry["new"]))
    return texts if change.is_performance else [*texts, fixed_text("diff_no_performance", language)]


def as_text(change: Diff, language: str = "en") -> str:
    """Return old total, effects and new total of each product as text; of many products one line each.

    Parameters
    ----------
    change : Diff
    language : str, optional
        `en` or `zh`.
    """
    blocks = [_text(change, number, language) for number in range(len(change.products))[:MOST]]
    more = len(change.products) - MOST
    tail = [fixed_text("more_products", language, count=more)] if more > 0 else []
    return "\n".join([*blocks, *tail, *notes(change, language)]) + "\n"


def _text(change: Diff, number: int, language: str) -> str:
    head = f"{change.products[number]}: {_change(change, number, language)}"
    if change.status[number] != BOTH:
        return head
    rows = [(title, f"{value:+.6g}" if effect else f"{value:.6g}") for title, value, effect in _rows(change, number, language)]
    return "\n".join([head, *align(rows)])


def _change(change: Diff, number: int, language: str) -> str:
    if change.status[number] != BOTH:
        total = change.new[number] if np.isnan(change.old[number]) else change.old[number]
        return f"{fixed_text('diff_status_' + change.status[number], language)}, {total:.6g}"
    return f"{change.change[number]:+.6g} {fixed_text('per', language, unit=change.unit)}"


def as_html(change: Diff, language: str = "en") -> str:
    """Return old total, effects and new total of at most 20 products as HTML, without external files.

    Parameters
    ----------
    change : Diff
    language : str, optional
        `en` or `zh`.
    """
    body = "".join(_html(change, number, language) for number in range(len(change.products))[:MOST])
    more = len(change.products) - MOST
    texts = [*([fixed_text("more_products", language, count=more)] if more > 0 else []), *notes(change, language)]
    below = "".join(f"<p class='soft'>{escape(text)}</p>" for text in texts)
    return f"<div class='textile-pcf' lang='{language}'>{STYLE}{body}{below}</div>"


def _html(change: Diff, number: int, language: str) -> str:
    head = f"<p><b>{escape(change.products[number])}</b>: {escape(_change(change, number, language))}</p>"
    if change.status[number] != BOTH:
        return head
    rows = "".join(
        f"<tr><th>{escape(title)}</th><td>{value:{'+' if effect else ''}.6g}</td></tr>"
        for title, value, effect in _rows(change, number, language)
    )
    return f"{head}<table>{rows}</table>"
