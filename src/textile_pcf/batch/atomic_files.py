"""Files of a batch: written beside their place and renamed, so that what has its name is whole."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

MANIFEST, LOG = "manifest.json", "log.jsonl"


def write_atomically(path: Path, write: Callable[[Path], Any]) -> Any:
    """Write a file under another name and rename it when it is whole; what writing it gave."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        given = write(beside)
        beside.replace(path)
        return given
    finally:
        beside.unlink(missing_ok=True)


def write_json(path: Path, data: Mapping[str, Any], indent: int | None = 1) -> None:
    """Write a JSON file; equal data give equal bytes. Without `indent` in one line, for programs."""
    text = json.dumps(data, ensure_ascii=False, indent=indent, sort_keys=True) + "\n"
    write_atomically(path, lambda beside: beside.write_text(text, encoding="utf-8", errors="backslashreplace"))


def read_json(path: Path) -> dict[str, Any] | None:
    """A JSON file as it was written; None where there is none or it is not one."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return data if isinstance(data, dict) else None


def log(out: Path, event: str, **told: Any) -> None:
    """Add a line to the log: what happened, when, with counts and seconds."""
    line = json.dumps(
        {"time": datetime.now(UTC).isoformat(timespec="milliseconds"), "event": event, **told}, ensure_ascii=False
    )
    with (out / LOG).open("a", encoding="utf-8", errors="backslashreplace") as file:
        file.write(line + "\n")


def part_name(number: int) -> str:
    """Name of a part's files.

    Examples
    --------
    >>> part_name(7)
    'part-00007'
    """
    return f"part-{number:05d}"
