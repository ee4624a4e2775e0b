"""How messages show texts of others: long ones cut off, half characters, which nothing can print or write, escaped."""

from __future__ import annotations

import re
from typing import Any

LONG_QUOTED, KEPT_QUOTED = 200, 80
"""Characters of a text in quotes from which on it is cut, and how many of them are kept."""
LONG_PLAIN, KEPT_PLAIN = 4_000, 1_000
"""The same of a text without quotes, such as a list of names."""
LONG_PLACE, BEGIN_OF_PLACE, END_OF_PLACE = 1_000, 300, 80
"""The same of a place; its end names the flow and the product."""
_HALF = re.compile("[\ud800-\udfff]")
_BYTES = range(0xDC80, 0xDD00)  # how Python represents bytes of file names that are not UTF-8


def half_character(text: str) -> str:
    r"""Return the first half of a character (a surrogate without its partner), which no file can hold; empty if none.

    Examples
    --------
    >>> ascii(half_character("A\ud800")), half_character("府绸")
    ("'\\ud800'", '')
    """
    match = None if text.isascii() else _HALF.search(text)
    return match[0] if match else ""


def escape_halves(text: str) -> str:
    r"""Replace each half of a character by its escape sequence, a byte of a file name by that of the byte.

    Examples
    --------
    >>> print(escape_halves("A\ud800 \udcb2.csv"), escape_halves("府绸"))
    A\ud800 \xb2.csv 府绸
    """
    return text if text.isascii() else _HALF.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code - 0xDC00:02x}" if code in _BYTES else f"\\u{code:04x}"


def shown_place(where: str) -> str:
    """Return a place as messages show it: a very long one without its middle.

    Examples
    --------
    >>> len(shown_place("row 1 (" + "a" * 100_000 + ".electricity)")), shown_place("row 1")
    (381, 'row 1')
    """
    short = where if len(where) <= LONG_PLACE else f"{where[:BEGIN_OF_PLACE]}…{where[-END_OF_PLACE:]}"
    return escape_halves(short)


def shown_value(value: Any, language: str) -> Any:
    """Return a value of a message as it is shown: a very long text is cut off, anything else is unchanged.

    Parameters
    ----------
    value : Any
        A text or anything else that `str.format` takes.
    language : str
        `en` or `zh`, of the note on its length.

    Examples
    --------
    >>> f"{shown_value('a' * 100_000, 'en')!r}".replace("a" * 80, "a..a")
    "'a..a…' (100000 characters)"
    """
    return _LongText.of(value, language) if type(value) is str and len(value) > LONG_QUOTED else value


class _LongText(str):
    """A long text that is cut off where it is formatted."""

    note: str

    @classmethod
    def of(cls, text: str, language: str) -> _LongText:
        self = cls(text)
        self.note = f"（{len(text)} 个字符）" if language == "zh" else f" ({len(text)} characters)"
        return self

    def __repr__(self) -> str:
        return f"{self[:KEPT_QUOTED] + '…'!r}{self.note}"

    def __format__(self, specification: str) -> str:
        shown = str(self) if len(self) <= LONG_PLAIN else f"{self[:KEPT_PLAIN]}…{self.note}"
        return format(shown, specification)
