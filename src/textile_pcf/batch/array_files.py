"""Files of named arrays that one step of a batch hands to the next; whole, or not there."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from textile_pcf.batch.atomic_files import write_atomically

Arrays = Mapping[str, Any]


@dataclass(frozen=True)
class StoredArrays(Mapping[str, Any]):
    """Arrays of a file by name. Each is read when it is asked for, and not held: links of a million products fit because of it.

    Attributes
    ----------
    path : Path
    places : mapping
        Type, shape and place in the file of each array.
    """

    path: Path
    places: Mapping[str, tuple[str, tuple[int, ...], int]]

    def __getitem__(self, name: str) -> Any:
        dtype, shape, place = self.places[name]
        return np.fromfile(self.path, dtype=dtype, count=prod(shape), offset=place).reshape(shape)

    def __contains__(self, name: object) -> bool:
        return name in self.places

    def __iter__(self) -> Iterator[str]:
        return iter(self.places)

    def __len__(self) -> int:
        return len(self.places)


def write_arrays(path: Path, arrays: Arrays) -> None:
    """Write arrays one after the other; a line of JSON before them says what they are.

    `numpy.savez` would take a checksum of every byte, twice: a fifth of what is added to the time of a batch by links.
    """
    contiguous = {name: np.asarray(array, order="C") for name, array in arrays.items()}
    described = {name: (array.dtype.str, array.shape) for name, array in contiguous.items()}

    def write(temporary: Path) -> None:
        with temporary.open("wb") as file:
            file.write(json.dumps(described).encode() + b"\n")
            for array in contiguous.values():
                array.tofile(file)

    write_atomically(path, write)


def read_arrays(path: Path) -> StoredArrays:
    """Return the arrays of a file by name.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_arrays(Path(folder) / "some.arrays", {"one": np.array([1.0]), "none": np.empty(0)})
    ...     dict(read_arrays(Path(folder) / "some.arrays"))
    {'one': array([1.]), 'none': array([], dtype=float64)}
    """
    with path.open("rb") as file:
        line = file.readline()
    places, place = {}, len(line)
    for name, (dtype, shape) in json.loads(line).items():
        places[name] = (dtype, tuple(shape), place)
        place += np.dtype(dtype).itemsize * prod(shape)
    return StoredArrays(path, places)
