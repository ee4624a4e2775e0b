"""The state of the files in a folder, by which what is read from them can be kept."""

from __future__ import annotations

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
    known = ((path, path.stat()) for path in folder.rglob("*"))
    return tuple(sorted((str(path), status.st_mtime_ns, status.st_size) for path, status in known))
