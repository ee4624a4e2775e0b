"""Texts that are safe to write: no control characters, and no texts that spreadsheets take for formulas.

A cell of a CSV file that begins like a formula is written with an apostrophe in front, which is removed when it is read.
Numbers are not changed: -0.5 is no formula.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

FORMULA_CHARACTERS = "=+-@＝＋－＠"
"""First characters of formulas, also in full width."""
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_FORMULA = re.compile(rf"'*[{re.escape(FORMULA_CHARACTERS)}\t\r]")
_GUARDED = re.compile(rf"'+[{re.escape(FORMULA_CHARACTERS)}\t\r]")
_GUARDS = tuple(f"'{character}" for character in f"{FORMULA_CHARACTERS}\t\r")
_FIRST_SURROGATE, _SURROGATE_OFFSET = 0xDC80, 0xDC00  # how Python represents bytes of file names that are not UTF-8


def first_control(text: str) -> str:
    r"""Return the first control character of a text, which a workbook cannot hold; empty if there is none.

    Tabs and line breaks are not counted.

    Examples
    --------
    >>> first_control("A\x07B"), first_control("A B")
    ('\x07', '')
    """
    if text.isprintable():
        return ""
    match = _CONTROL.search(text)
    return match[0] if match else ""


def find_controls(texts: Sequence[str]) -> list[int]:
    r"""Return the indices of texts with control characters; see `first_control`.

    All texts are searched at once first, because nearly always none has any.

    Examples
    --------
    >>> find_controls(["A B", "A\x07B"])
    [1]
    """
    if not first_control("".join(texts)):
        return []
    return [index for index, text in enumerate(texts) if first_control(text)]


def may_hold_controls(data: NDArray[np.uint8]) -> bool:
    """Return whether texts may hold control characters.

    Parameters
    ----------
    data : ndarray of uint8
        UTF-8 bytes of all texts, one after the other.

    Returns
    -------
    bool
        False is certain; True must be confirmed by `find_controls`.
    """
    if data.min(initial=255) < ord(" ") or (data == 0x7F).any():
        return True
    if data.max(initial=0) < 0x80:
        return False
    second = data[1:]
    last_block = (data[:-1] == 0xBF) & (second >= 0xBE)  # U+FFFE and U+FFFF, among others
    return bool(((data[:-1] == 0xC2) & (second < 0xA0)).any() or last_block.any())


def escape_controls(text: str) -> str:
    r"""Replace control characters by escape sequences such as `\x07`.

    Examples
    --------
    >>> print(escape_controls("A\x07B"), escape_controls("\udcb2\udcbc.csv"), escape_controls("府绸"))
    A\x07B \xb2\xbc.csv 府绸
    """
    return text if text.isprintable() else _CONTROL.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    """Return the escape sequence of a control character; of a surrogate, that of the byte it represents."""
    code = ord(match[0])
    if _FIRST_SURROGATE <= code < _FIRST_SURROGATE + 0x80:
        code -= _SURROGATE_OFFSET
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def guard_formula(text: str) -> str:
    """Prefix a text with an apostrophe if a spreadsheet would take it for a formula; numbers are not changed.

    Examples
    --------
    >>> guard_formula("=1+1"), guard_formula("-0.5"), guard_formula("'=1"), guard_formula("40s"), guard_formula("A-1")
    ("'=1+1", '-0.5', "''=1", '40s', 'A-1')
    """
    return f"'{text}" if _FORMULA.match(text) and not _is_number(text) else text


def unguard_formula(text: str) -> str:
    """Remove the apostrophe that `guard_formula` added.

    Examples
    --------
    >>> unguard_formula("'=1+1"), unguard_formula("''=1"), unguard_formula("'-0.5"), unguard_formula("'A")
    ('=1+1', "'=1", "'-0.5", "'A")
    """
    return text[1:] if _GUARDED.match(text) and not _is_number(text[1:]) else text


def may_hold_guards(text: str) -> bool:
    """Return whether the text of a file may contain cells that `guard_formula` changed."""
    return "'" in text and any(guard in text for guard in _GUARDS)


def guard_cells(row: Iterable[Any]) -> list[Any]:
    """Return the cells of a row with all texts safe for a CSV file.

    Examples
    --------
    >>> guard_cells(["=A1", 2.5])
    ["'=A1", 2.5]
    """
    return [guard_formula(escape_controls(cell)) if isinstance(cell, str) else cell for cell in row]


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return "_" not in text
