"""Titles and figures as aligned lines, Chinese characters counted as two columns."""

from __future__ import annotations

from collections.abc import Sequence
from unicodedata import east_asian_width


def align(rows: Sequence[tuple[str, str]]) -> list[str]:
    """Return rows of a title and a figure as lines, figures to the right.

    Examples
    --------
    >>> align([("染色", "1.5"), ("weaving", "-0.25")])
    ['  染色              1.5', '  weaving         -0.25']
    """
    widest = max((_width(title) for title, _ in rows), default=0)
    return [f"  {title}{' ' * (widest - _width(title))}  {figure:>12}" for title, figure in rows]


def _width(text: str) -> int:
    return sum(2 if east_asian_width(sign) in "WF" else 1 for sign in text)
