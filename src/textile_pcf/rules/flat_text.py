"""A flat rule as YAML text, in one form only, so that its hash identifies it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import lru_cache
from math import inf
from typing import Any

from textile_pcf.io.yaml_reader import parse_number

WIDTH = 150
"""Characters of a line up to which a mapping or list stands on one line."""
_BLOCKS = frozenset({"stages", "flows", "properties", "losses", "sources"})
_PLAIN = re.compile(r"[^\W\d](?:[^\W]|[ ./()+%;·–—−×→@$&*!-](?! *$))*")
_WORDS = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})
_CONTROL = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")


def flat_text(data: dict[str, Any]) -> str:
    """Return the data of a rule as YAML text that reads back as the same data.

    Parameters
    ----------
    data : dict
        A rule without `extends` and pieces.

    Examples
    --------
    >>> print(flat_text({"rule": "mine", "edition": "1", "title": {"zh": "棉"}, "losses": [1e3, "1e3", "NO"]}), end="")
    rule: mine
    edition: "1"
    title: {zh: 棉}
    losses:
      - 1000.0
      - "1e3"
      - "NO"
    """
    return "\n".join(_lines(data, 0)) + "\n"


def _lines(data: dict[Any, Any], indent: int) -> Iterator[str]:
    """Yield the lines of a mapping."""
    pad = " " * indent
    for key, value in data.items():
        nested = bool(value) and isinstance(value, dict | list)
        line = "" if nested and key in _BLOCKS else f"{pad}{_flow(key)}: {_flow(value)}"  # a block is long: each part once
        if not nested or (line and len(line) <= WIDTH):
            yield line
        elif isinstance(value, dict):
            yield f"{pad}{_flow(key)}:"
            yield from _lines(value, indent + 2)
        else:
            yield f"{pad}{_flow(key)}:"
            yield from _entries(value, indent + 2, key in _BLOCKS)


def _entries(data: list[Any], indent: int, is_block: bool) -> Iterator[str]:
    """Yield the lines of a list."""
    pad = " " * indent
    for value in data:
        nested = isinstance(value, dict) and bool(value)
        line = "" if nested and is_block else f"{pad}- {_flow(value)}"
        if nested and (is_block or len(line) > WIDTH):
            first, *rest = _lines(value, indent + 2)
            yield f"{pad}- {first[indent + 2 :]}"
            yield from rest
        else:
            yield line


def _flow(value: Any) -> str:
    """Return a value on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_flow(key)}: {_flow(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return _text(value) if isinstance(value, str) else _constant(value)


def _constant(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if value in (inf, -inf):
        return ".inf" if value > 0 else "-.inf"
    return ".nan" if value != value else repr(value)


@lru_cache(maxsize=4_096)
def _text(text: str) -> str:
    """Return a text, in quotes unless it can be read as nothing else; keys and units stand in a rule a thousand times."""
    if _PLAIN.fullmatch(text) and text.lower() not in _WORDS and parse_number(text) == text:
        return text
    quoted = json.dumps(text, ensure_ascii=False)
    return _CONTROL.sub(lambda match: f"\\u{ord(match[0]):04x}", quoted)
