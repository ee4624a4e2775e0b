"""Texts as files can hold them: no control characters, and nothing that a spreadsheet takes for a formula.

A cell of a CSV file that begins like a formula is written with an apostrophe before it; read back, it loses one again. Numbers
stay as they are: -0.5 is no formula.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

FIRST_SIGNS = "=+-@＝＋－＠"  # what a spreadsheet begins a formula with, also in full width
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_FORMULA = re.compile(rf"'*[{re.escape(FIRST_SIGNS)}\t\r]")
_GUARDED = re.compile(rf"'+[{re.escape(FIRST_SIGNS)}\t\r]")
_GUARDS = tuple(f"'{sign}" for sign in f"{FIRST_SIGNS}\t\r")
_BYTES, _CODE = 0xDC80, 0x100  # where bytes of file names that are not UTF-8 stand, and how many signs two digits tell


def control_in(text: str) -> str:
    """The first sign of a text that cannot be seen and that no workbook can hold; empty where there is none.

    Tabs and line breaks within a cell are no such signs.

    Examples
    --------
    >>> control_in("A\\x07B"), control_in("A B")
    ('\\x07', '')
    """
    if text.isprintable():
        return ""
    found = _CONTROL.search(text)
    return found[0] if found else ""


def with_control(texts: Sequence[str]) -> list[int]:
    """Places of texts that hold such a sign; almost always none, which is found out for all of them at once."""
    if _clean("".join(texts)):
        return []
    return [place for place, text in enumerate(texts) if control_in(text)]


def _clean(joined: str) -> bool:
    return joined.isprintable() or _CONTROL.search(joined) is None


def controls_in_bytes(data: NDArray[np.uint8]) -> bool:
    """Whether texts may hold such a sign, by their UTF-8 bytes."""
    if data.min(initial=255) < ord(" ") or (data == 0x7F).any():
        return True
    if data.max(initial=0) < 0x80:
        return False
    second = data[1:]
    last_block = (data[:-1] == 0xBF) & (second >= 0xBE)  # U+FFFE and U+FFFF, and others that are looked at again
    return bool(((data[:-1] == 0xC2) & (second < 0xA0)).any() or last_block.any())


def holdable(text: str) -> str:
    """A text that every file can hold: a control character is told by its code.

    Examples
    --------
    >>> print(holdable("A\\x07B"), holdable("\\udcb2\\udcbc.csv"), holdable("府绸"))
    A\\x07B \\xb2\\xbc.csv 府绸
    """
    return text if text.isprintable() else _CONTROL.sub(_told, text)


def _told(found: re.Match[str]) -> str:
    code = ord(found[0])
    if _BYTES <= code < _BYTES + 0x80:  # a byte of a file name
        code -= 0xDC00
    return f"\\x{code:02x}" if code < _CODE else f"\\u{code:04x}"


def guarded(text: str) -> str:
    """A text for a cell of a CSV file, which no spreadsheet takes for a formula; a number stays as it is.

    Examples
    --------
    >>> guarded("=1+1"), guarded("-0.5"), guarded("'=1"), guarded("40s"), guarded("A-1")
    ("'=1+1", '-0.5', "''=1", '40s', 'A-1')
    """
    return f"'{text}" if _FORMULA.match(text) and not _is_number(text) else text


def unguarded(text: str) -> str:
    """The text that was guarded.

    Examples
    --------
    >>> unguarded("'=1+1"), unguarded("''=1"), unguarded("'-0.5"), unguarded("'A")
    ('=1+1', "'=1", "'-0.5", "'A")
    """
    return text[1:] if _GUARDED.match(text) and not _is_number(text[1:]) else text


def holds_guards(text: str) -> bool:
    """Whether a whole file may hold guarded cells."""
    return "'" in text and any(guard in text for guard in _GUARDS)


def guarded_cells(row: Iterable[Any]) -> list[Any]:
    """Cells of a row of a CSV file, its texts guarded and such as the file can hold."""
    return [guarded(holdable(cell)) if isinstance(cell, str) else cell for cell in row]


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return "_" not in text
