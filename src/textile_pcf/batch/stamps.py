"""Size and time of change of activity data, by which a file is known again without being read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from textile_pcf.io.output_files import is_file

STAMP = "activity_stamp"
"""Key of the manifest's `inputs`."""


def activity_stamp(source: Any) -> list[int] | None:
    """Return size [bytes] and time of change [ns] of a file of activity data; None where it is no single file."""
    if isinstance(source, str | Path) and is_file(source):
        found = Path(source).stat()
        return [found.st_size, found.st_mtime_ns]
    return None
