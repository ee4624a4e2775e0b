"""The state of the files in a folder, by which what is read from them can be kept."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path


def folder_stamp(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """Return name, time of change and size of everything in a folder and in its folders.

    What is read from shipped files is kept by this stamp, so that a changed file is read again.

    Parameters
    ----------
    folder : Path

    Examples
    --------
    >>> from textile_pcf.io.resources import data_root
    >>> folder_stamp(data_root("rules")) == folder_stamp(data_root("rules"))
    True
    """
    return tuple(sorted(_states(folder)))


def _states(folder: Path) -> Iterator[tuple[str, int, int]]:
    """Yield the state of everything in a folder; `os.scandir` takes a third of the time of `Path.rglob`."""
    folders = [str(folder)] if folder.is_dir() else []
    while folders:
        with os.scandir(folders.pop()) as entries:
            for entry in entries:
                status = entry.stat()
                yield entry.path, status.st_mtime_ns, status.st_size
                if entry.is_dir(follow_symlinks=False):
                    folders.append(entry.path)
