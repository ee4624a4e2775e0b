"""Width of texts in Latin letters, where a Chinese character counts as two."""

from __future__ import annotations

import re
import unicodedata

_WORDS = re.compile(r"[\u2e80-\uffef][，。；：、）？！]*|[^\s\u2e80-\uffef]+[，。；：、）？！]*\s*|\s+")
"""Parts of a line that stay together: a word, or a Chinese character with the mark behind it."""


def text_width(text: str) -> int:
    """Width of a text in Latin letters; a Chinese character counts as two.

    Examples
    --------
    >>> text_width("dyeing"), text_width("染色")
    (6, 4)
    """
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def shorten(text: str, width: int) -> str:
    """Return a text of at most a number of letters, with an ellipsis where it was cut.

    Examples
    --------
    >>> shorten("Dyeing", 10), shorten("Dyeing and finishing", 10), shorten("染色与后整理", 8)
    ('Dyeing', 'Dyeing an…', '染色与…')
    """
    if text_width(text) <= width:
        return text
    kept = text
    while kept and text_width(kept) > width - 1:
        kept = kept[:-1]
    return f"{kept}…"


def wrap(text: str, width: int) -> list[str]:
    """Return a text in lines of at most a number of letters; a longer word has a line of its own.

    Examples
    --------
    >>> wrap("Dyeing and finishing", 12), wrap("染色与后整理，打包。", 14)
    (['Dyeing and', 'finishing'], ['染色与后整理，', '打包。'])
    """
    lines = [""]
    for word in _WORDS.findall(text):
        if lines[-1] and text_width(lines[-1] + word.rstrip()) > width:
            lines.append("")
        lines[-1] += word if lines[-1] else word.lstrip()
    return [line.rstrip() for line in lines]
