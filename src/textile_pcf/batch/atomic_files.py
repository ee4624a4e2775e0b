"""Atomic file writing: a file is written under a temporary name and renamed, so that a named file is always complete."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

MANIFEST, LOG = "manifest.json", "log.jsonl"


def write_atomically(path: Path, write: Callable[[Path], Any]) -> Any:
    """Write a file under a temporary name, rename it, and return the return value of `write`.

    Parameters
    ----------
    path : Path
        Final name of the file. Its folder is made if it does not exist.
    write : callable
        Writes the file whose path it is called with.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        result = write(temporary)
        temporary.replace(path)
        return result
    finally:
        temporary.unlink(missing_ok=True)


def write_json(path: Path, data: Mapping[str, Any], indent: int | None = 1) -> None:
    """Write a JSON file atomically. Equal data give equal bytes; `indent=None` writes one line."""
    text = json.dumps(data, ensure_ascii=False, indent=indent, sort_keys=True) + "\n"
    write_atomically(path, lambda temporary: temporary.write_text(text, encoding="utf-8", errors="backslashreplace"))


def read_json(path: Path) -> dict[str, Any] | None:
    """Return the object in a JSON file; None if the file is missing, not JSON, or not an object."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return data if isinstance(data, dict) else None


def log(out: Path, event: str, **fields: Any) -> None:
    """Append an event to the log of a batch, with the time and further fields such as counts."""
    line = json.dumps(
        {"time": datetime.now(UTC).isoformat(timespec="milliseconds"), "event": event, **fields}, ensure_ascii=False
    )
    with (out / LOG).open("a", encoding="utf-8", errors="backslashreplace") as file:
        file.write(line + "\n")


def part_name(number: int) -> str:
    """Return the name of the files of a partition, without extension.

    Examples
    --------
    >>> part_name(7)
    'part-00007'
    """
    return f"part-{number:05d}"
