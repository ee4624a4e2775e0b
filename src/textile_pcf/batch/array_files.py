"""Files of named arrays that one step of a batch hands to the next; whole, or not there."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from textile_pcf.batch.atomic_files import write_atomically

Arrays = Mapping[str, Any]


def write_arrays(path: Path, arrays: Arrays) -> None:
    """Write arrays one after the other, their names first.

    `numpy.savez` would take a checksum of every byte, twice: a fifth of what is added to the time of a batch by links.
    """

    def write(temporary: Path) -> None:
        with temporary.open("wb") as file:
            np.save(file, np.array(list(arrays), dtype=np.str_), allow_pickle=False)
            for array in arrays.values():
                np.save(file, array, allow_pickle=False)

    write_atomically(path, write)


def read_arrays(path: Path) -> dict[str, Any]:
    """Return the arrays of a file by name.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_arrays(Path(folder) / "a.npy", {"one": np.array([1.0]), "none": np.empty(0)})
    ...     read_arrays(Path(folder) / "a.npy")
    {'one': array([1.]), 'none': array([], dtype=float64)}
    """
    with path.open("rb") as file:
        names = np.load(file, allow_pickle=False).tolist()
        return {name: np.load(file, allow_pickle=False) for name in names}
