"""Fingerprints of the row groups of a Parquet file: what a later run knows again without decoding it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import cached_property
from io import FileIO
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from textile_pcf.arrays import IndexArray
from textile_pcf.batch.atomic_files import write_atomically

FINGERPRINTS = "fingerprints.parquet"
PIECE = 1 << 18
"""What is read and hashed at a time. [bytes]"""


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
    texts : pyarrow.StringArray, optional
        Text of each run, as it is stored; None where it is not kept.
    """

    starts: IndexArray
    products: NDArray[np.uint64]
    rows: int
    texts: Any = None


class ColumnPlace(NamedTuple):
    """Where a column of a row group stands in its file, and how it is stored there. [bytes]"""

    storage: bytes
    start: int
    end: int


@dataclass(frozen=True)
class FileHashes:
    """Hashes of a Parquet file, one entry per row group; empty where it cannot be read as row groups one after the other.

    Attributes
    ----------
    digests : list of str
        SHA-256 of each row group: schema, codecs, encodings and bytes.
    prefixes : list of str
        SHA-256 of all bytes of the file up to the end of each row group, with how that one is stored.
    sha256 : str
        SHA-256 of the file; "" where it was not read.
    """

    digests: list[str]
    prefixes: list[str]
    sha256: str


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
    known_prefixes : mapping of str to str
        Hash of a row group of an earlier run by the hash of its file up to there.
    in_threads : bool
        Whether the file and a row group are hashed at the same time, in two threads.
    """

    path: str
    known: Mapping[str, ProductRuns] = field(default_factory=dict)
    runs: dict[int, ProductRuns] = field(default_factory=dict)
    known_prefixes: Mapping[str, str] = field(default_factory=dict)
    in_threads: bool = False

    @property
    def digests(self) -> list[str]:
        """Hash of schema, codecs and bytes of each row group; empty where the file cannot be read as Parquet."""
        return self.hashes.digests

    @cached_property
    def hashes(self) -> FileHashes:
        """Hashes of the file and of its row groups, from one pass over its bytes."""
        import pyarrow as pa
        from pyarrow import parquet

        try:
            metadata = parquet.read_metadata(self.path)
            columns = "\n".join(str(metadata.schema).splitlines()[1:])  # the first line has the place in memory
            schema = f"{columns}\n{metadata.schema.to_arrow_schema()}".encode()
            groups = [list(_column_places(metadata.row_group(group))) for group in range(metadata.num_row_groups)]
            threads = ThreadPoolExecutor(1) if self.in_threads else nullcontext(None)
            path = Path(self.path)
            with path.open("rb", buffering=0) as file, path.open("rb", buffering=0) as again, threads as other:
                return self._hash_file((_Pieces(file), _Pieces(again)), schema, groups, other)
        except (OSError, ValueError, pa.ArrowException):
            return FileHashes([], [], "")  # reading the rows reports the problem

    def _hash_file(
        self, files: tuple[_Pieces, _Pieces], schema: bytes, groups: Sequence[Sequence[ColumnPlace]], other: Executor | None
    ) -> FileHashes:
        """Hash a file, opened twice. As long as it begins as an earlier one, its row groups need no hash of their own.

        Another thread, if there is one, reads and hashes the row groups by itself: that costs reading them twice, and neither
        thread waits for the other.
        """
        whole, prefixes, digests = hashlib.sha256(), list[str](), list[str | Future[str]]()
        pieces, again = files
        is_same = bool(self.known_prefixes)
        for columns in groups:
            beside = [hashlib.sha256(schema)] if not is_same and other is None else []
            for column in columns:
                pieces.feed(column.start, whole)
                for digest in beside:
                    digest.update(column.storage)
                pieces.feed(column.end, whole, *beside)
            prefixes.append(hashlib.sha256(b"%b%b%b" % (schema, repr(columns).encode(), whole.digest())).hexdigest())
            is_same = is_same and prefixes[-1] in self.known_prefixes
            if is_same:
                digests.append(self.known_prefixes[prefixes[-1]])
            elif beside:
                digests.append(beside[0].hexdigest())
            elif other is None:
                digests.append(again.hash_row_group(schema, columns))
            else:
                digests.append(other.submit(again.hash_row_group, schema, columns))
        pieces.feed(None, whole)
        return FileHashes([one if isinstance(one, str) else one.result() for one in digests], prefixes, whole.hexdigest())

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
            "prefix": pa.array([self.hashes.prefixes[group] for group in groups], pa.string()),
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


def read_prefixes(content: bytes) -> dict[str, str]:
    """Read the hash of each row group by that of its file up to there.

    Parameters
    ----------
    content : bytes
        What `RowGroupPrints.write` wrote; nothing is known of a file of an earlier form, which has no such hashes.
    """
    import pyarrow as pa
    from pyarrow import parquet

    table = parquet.read_table(pa.BufferReader(content))
    if "prefix" not in table.column_names:
        return {}
    return dict(zip(*(table[name].to_pylist() for name in ("prefix", "sha256")), strict=True))


def _column_places(row_group: Any) -> Iterator[ColumnPlace]:
    """Yield the columns of a row group: path, codec, encodings and number of values, and where their bytes are."""
    for number in range(row_group.num_columns):
        column = row_group.column(number)
        storage = f"{column.path_in_schema} {column.compression} {column.encodings} {column.num_values}\n"
        start = min(filter(None, (column.dictionary_page_offset, column.data_page_offset)))
        yield ColumnPlace(storage.encode(), start, start + column.total_compressed_size)


class _Pieces:
    """A file that is read in pieces that stay in the caches.

    A memory map would cost a page fault for every 4 kB, which takes longer than reading.
    """

    def __init__(self, file: FileIO) -> None:
        self.file, self.position, self.buffer = file, 0, memoryview(bytearray(PIECE))

    def feed(self, end: int | None, *digests: Any) -> None:
        """Feed all bytes from here to a place into digests; None stands for the end of the file."""
        if end is not None and end < self.position:
            raise ValueError(end)  # bytes of two columns, or columns in another order
        while end is None or self.position < end:
            size = PIECE if end is None else min(end - self.position, PIECE)
            count = self.file.readinto(self.buffer[:size])
            if not count:
                if end is None:
                    return
                raise ValueError(end)
            for digest in digests:
                digest.update(self.buffer[:count])
            self.position += count

    def hash_row_group(self, schema: bytes, columns: Sequence[ColumnPlace]) -> str:
        """Return the hash of a row group, wherever it stands."""
        digest = hashlib.sha256(schema)
        for column in columns:
            self.position = self.file.seek(column.start)
            digest.update(column.storage)
            self.feed(column.end, digest)
        return digest.hexdigest()
