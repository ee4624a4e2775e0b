"""Fingerprints of the row groups of a Parquet file: what a later run knows again without decoding it."""

from __future__ import annotations

import hashlib
import mmap
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from textile_pcf.arrays import IndexArray
from textile_pcf.batch.atomic_files import write_atomically

FINGERPRINTS = "fingerprints.parquet"


@dataclass(frozen=True, eq=False)
class ProductRuns:
    """Runs of equal products in a row group.

    Attributes
    ----------
    starts : ndarray of int
        Rows where the product changes; those after the second need not be there.
    products : ndarray of uint64
        Hash of the product of each run.
    rows : int
        Number of rows.
    """

    starts: IndexArray
    products: NDArray[np.uint64]
    rows: int


@dataclass
class RowGroupPrints:
    """SHA-256 of each row group of a file, and the product runs that an earlier run found in row groups of the same hash.

    Attributes
    ----------
    path : str
        A Parquet file.
    known : mapping of str to ProductRuns
        By the hash of the row group.
    runs : dict of int to ProductRuns
        Of the row groups of this file, as they become known.
    """

    path: str
    known: Mapping[str, ProductRuns] = field(default_factory=dict)
    runs: dict[int, ProductRuns] = field(default_factory=dict)

    @cached_property
    def digests(self) -> list[str]:
        """Hash of schema, codecs and bytes of each row group; empty where the file cannot be read as Parquet."""
        import pyarrow as pa
        from pyarrow import parquet

        try:
            metadata = parquet.read_metadata(self.path)
            columns = "\n".join(str(metadata.schema).splitlines()[1:])  # the first line has the place in memory
            schema = f"{columns}\n{metadata.schema.to_arrow_schema()}".encode()
            with Path(self.path).open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
                view = memoryview(mapped)
                try:
                    return [_digest(view, metadata.row_group(group), schema) for group in range(metadata.num_row_groups)]
                finally:
                    view.release()
        except (OSError, ValueError, pa.ArrowException):
            return []  # reading the rows reports the problem

    def find(self, group: int) -> ProductRuns | None:
        """Return the product runs of a row group if an earlier run found them."""
        found = self.known.get(self.digests[group]) if group < len(self.digests) else None
        if found is not None:
            self.runs[group] = found
        return found

    def write(self, path: Path) -> str:
        """Write hashes and product runs for a later run, and return the SHA-256 of the file."""
        import pyarrow as pa
        from pyarrow import parquet

        groups = sorted(group for group in self.runs if group < len(self.digests))
        runs = [self.runs[group] for group in groups]
        offsets = np.cumsum([0, *(len(one.products) for one in runs)])
        products = np.concatenate([*(one.products for one in runs), np.empty(0, dtype=np.uint64)])
        table = pa.table({
            "sha256": pa.array([self.digests[group] for group in groups], pa.string()),
            "rows": pa.array([one.rows for one in runs], pa.int64()),
            "second": pa.array([int(np.append(one.starts, one.rows)[min(1, len(one.starts))]) for one in runs], pa.int64()),
            "products": pa.LargeListArray.from_arrays(pa.array(offsets, pa.int64()), pa.array(products, pa.uint64())),
        })  # fmt: skip

        def write(temporary: Path) -> str:
            parquet.write_table(table, temporary, use_dictionary=False, compression="none", write_statistics=False)
            return hashlib.sha256(temporary.read_bytes()).hexdigest()

        return str(write_atomically(path, write))


def read_runs(content: bytes) -> dict[str, ProductRuns]:
    """Read product runs by the hash of their row group.

    Parameters
    ----------
    content : bytes
        What `RowGroupPrints.write` wrote.
    """
    import pyarrow as pa
    from pyarrow import parquet

    table = parquet.read_table(pa.BufferReader(content)).combine_chunks()
    found = {}
    for place, digest in enumerate(table["sha256"].to_pylist()):
        products = table["products"][place].values.to_numpy()
        starts = np.array([0, table["second"][place].as_py()], dtype=np.intp)[: len(products)]
        found[digest] = ProductRuns(starts, products, table["rows"][place].as_py())
    return found


def _digest(view: memoryview, row_group: Any, schema: bytes) -> str:
    """Return the hash of a row group: its schema, and of each column its codec, its encodings and its bytes."""
    digest = hashlib.sha256(schema)
    for number in range(row_group.num_columns):
        column = row_group.column(number)
        digest.update(f"{column.path_in_schema} {column.compression} {column.encodings} {column.num_values}\n".encode())
        start = min(filter(None, (column.dictionary_page_offset, column.data_page_offset)))
        if not 0 <= start <= start + column.total_compressed_size <= len(view):
            raise ValueError(column.path_in_schema)
        digest.update(view[start : start + column.total_compressed_size])
    return digest.hexdigest()
