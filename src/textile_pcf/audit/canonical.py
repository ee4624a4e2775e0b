"""Canonical JSON, its hash, and the reading of JSON that strangers wrote."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from textile_pcf.errors import InputError, Problem, UsageError
from textile_pcf.io.opened_files import read_bytes
from textile_pcf.io.output_files import is_file
from textile_pcf.io.safe_text import escape_controls
from textile_pcf.messages.message import Message

MAX_BYTES = 200_000_000
"""Largest JSON document that is read."""


def canonical_json(data: Any) -> str:
    """Return JSON with sorted keys, no blanks, unescaped texts and numbers as Python's `repr`; NaN is refused.

    Parameters
    ----------
    data : object
        Mappings, lists, texts, finite numbers, booleans and None.

    Raises
    ------
    ValueError
        A number is not finite.

    Examples
    --------
    >>> canonical_json({"total": 6.205, "stages": {"织造": 1e-07, "a": 1}})
    '{"stages":{"a":1,"织造":1e-07},"total":6.205}'
    """
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def sha256_of_json(data: Any) -> str:
    """Return the SHA-256 of the canonical JSON of some data, in hexadecimal.

    Parameters
    ----------
    data : object
        See `canonical_json`.

    Examples
    --------
    >>> sha256_of_json({})[:16]
    '44136fa355b3678a'
    """
    return hashlib.sha256(canonical_json(data).encode()).hexdigest()


class JsonText(NamedTuple):
    """A JSON document, and whether every number in it is written as Python's `repr` writes it."""

    data: Any
    canonical_numbers: bool


def read_json(path: Path, code: str) -> JsonText:
    """Read a JSON file; see `parse_json`.

    Parameters
    ----------
    path : Path
        The file.
    code : str
        Code of the problem if it is not JSON.

    Raises
    ------
    UsageError
        The file cannot be opened.
    InputError
        The file is too long or is not JSON.
    """
    check_file(path)
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise _too_long(str(path), size, code)
    return parse_json(read_bytes(path), str(path), code)


def check_file(path: Path) -> None:
    """Raise a UsageError if a path is no existing file."""
    if not is_file(path):
        raise UsageError([Problem(escape_controls(str(path)), "There is no such file.", "Check the path.", code="file")])


def parse_json(content: bytes, name: str, code: str) -> JsonText:
    """Parse JSON strictly: UTF-8, no key twice in one object, no NaN, no infinite number, nesting within limits.

    Parameters
    ----------
    content : bytes
        The document.
    name : str
        Its path, for messages.
    code : str
        Code of the problem if it is not JSON.

    Raises
    ------
    InputError
        The document is not JSON of that kind.

    Examples
    --------
    >>> parse_json(b'{"total": 6.205}', "a.lock", "lock-form")
    JsonText(data={'total': 6.205}, canonical_numbers=True)
    >>> parse_json(b'{"total": 6.2050}', "a.lock", "lock-form").canonical_numbers
    False
    """
    if len(content) > MAX_BYTES:
        raise _too_long(name, len(content), code)
    other_numbers: list[str] = []

    def number(text: str) -> float:
        value = float(text)
        if repr(value) != text:
            other_numbers.append(text)
        return value

    def whole(text: str) -> int:
        value = int(text)
        if str(value) != text:
            other_numbers.append(text)
        return value

    try:
        data = json.loads(content.decode(), object_pairs_hook=_unique, parse_float=number, parse_int=whole,
                          parse_constant=_refuse_constant)  # fmt: skip
        canonical_json(data)  # refuses a number beyond the largest float
    except RecursionError:
        raise _not_json(name, "The document is nested too deeply.", code) from None
    except UnicodeError:
        raise _not_json(name, "This is not UTF-8 text.", code) from None
    except json.JSONDecodeError as fault:
        raise _not_json(f"{name}:{fault.lineno}", "This is not JSON, or it is cut off.", code) from None
    except _KeyTwiceError as fault:
        raise _not_json(name, Message("The key {key!r} appears twice.", key=str(fault)[:60]), code) from None
    except ValueError:
        raise _not_json(name, "A number is not finite or has too many digits.", code) from None
    return JsonText(data, not other_numbers)


class _KeyTwiceError(Exception):
    """A key appears twice in one object."""


def _unique(pairs: list[tuple[str, Any]]) -> Mapping[str, Any]:
    data = dict(pairs)
    if len(data) < len(pairs):
        keys = [key for key, _ in pairs]
        raise _KeyTwiceError(next(key for key in keys if keys.count(key) > 1))
    return data


def _refuse_constant(text: str) -> float:
    raise ValueError(text)


def _not_json(where: str, what: str, code: str) -> InputError:
    cure = "Take the file as it was written, or make it again."
    return InputError([Problem(escape_controls(where), what, cure, code=code)])


def _too_long(name: str, size: int, code: str) -> InputError:
    what = Message("This file has {size:.0f} MB; at most {most:.0f} MB are read.", size=size / 1e6, most=MAX_BYTES / 1e6)
    return InputError([Problem(escape_controls(name), what, "Take the file as it was written, or make it again.", code=code)])
