"""JSON of others, read strictly: UTF-8, no key twice, no NaN or Infinity, bounded in size and depth."""

from __future__ import annotations

import json
import re
from codecs import BOM_UTF8
from typing import Any

from textile_pcf.columns import is_too_small
from textile_pcf.errors import FactorError, PcfError, Problem
from textile_pcf.io.safe_text import escape_controls
from textile_pcf.messages.message import Message

LINES = (".jsonl", ".ndjson")
"""Endings of files that hold one document per line."""
_HALF = re.compile(r"\\u[dD]")
"""An escaped surrogate: half of a character where its partner is missing."""


class _FaultError(ValueError):
    """Something that JSON forbids or leaves open."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise _FaultError(Message("The key {key!r} appears twice in one object.", key=escape_controls(twice[:80])))
    return content


def _constant(text: str) -> Any:
    raise _FaultError(Message("{text} is no number of JSON.", text=text))


def _number(text: str) -> float:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise _FaultError(Message("The number {text} is too large to calculate.", text=text[:40]))
    if value == 0 and is_too_small(text):
        raise _FaultError(Message("The number {text} is too small to calculate.", text=text[:40]))
    return value


def _integer(text: str) -> int | float:
    return int(text) if len(text) < 400 else _number(text)


def _refuse_half_characters(document: Any) -> None:
    """Refuse texts that no encoding can hold."""
    try:
        json.dumps(document, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise _FaultError("A text holds half of a character (an escape \\ud800 to \\udfff without its partner).") from None


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_constant=_constant, parse_float=_number, parse_int=_integer, strict=True
)


def decode_at(text: str, position: int) -> tuple[Any, int]:
    """Return the value at a position of a text, and where it ends.

    Raises
    ------
    ValueError
        There is no value, or it holds what JSON forbids or leaves open.

    Examples
    --------
    >>> decode_at('[1, {"a": 2}]', 4)
    ({'a': 2}, 12)
    """
    document, end = _DECODER.raw_decode(text, position)
    if _HALF.search(text, position, end):
        _refuse_half_characters(document)
    return document, end


def parse_json(text: str, name: str, error: type[PcfError] = FactorError) -> Any:
    """Parse a JSON text.

    Parameters
    ----------
    text : str
        One document.
    name : str
        Path or name, for messages.
    error : type of PcfError, optional
        Class of the error to raise.

    Raises
    ------
    error
        It is no JSON, a key appears twice, a number is not finite, or it is nested too deeply.

    Examples
    --------
    >>> parse_json('{"a": [1, null]}', "a.json")
    {'a': [1, None]}
    """
    cure: str = "Write it again as JSON (RFC 8259)."
    try:
        document = _DECODER.decode(text)
        if _HALF.search(text):
            _refuse_half_characters(document)
        return document
    except _FaultError as fault:
        where, what, cure = name, fault.args[0], "Correct the file; a program that writes JSON writes no such thing."
    except json.JSONDecodeError as fault:
        where = f"{name}:{fault.lineno}"
        what = Message("This is no JSON: {reason}.", reason=Message(fault.msg))
    except RecursionError:
        where, what = name, "This JSON is nested too deeply."
    raise error([Problem(where, what, cure, code="json")]) from None


def decode_utf8(content: bytes, name: str, error: type[PcfError] = FactorError) -> str:
    """Return bytes as text.

    Raises
    ------
    error
        They are not UTF-8.
    """
    try:
        return content.decode("utf-8-sig" if content.startswith(BOM_UTF8) else "utf-8")
    except UnicodeDecodeError as fault:
        line = fault.object[: fault.start].count(b"\n") + 1
        problem = Problem(f"{name}:{line}", "This is not UTF-8 text.", "Save the file as UTF-8.", code="encoding")
    raise error([problem])
