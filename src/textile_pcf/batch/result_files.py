"""Files of results: written and hashed in memory, checked by that hash when they are read."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from pathlib import Path
from typing import Any

from textile_pcf.batch.atomic_files import write_atomically
from textile_pcf.batch.weight_files import refuse_changed


def write_results(path: Path, columns: Any) -> str:
    """Write result columns as a Parquet file, and return its SHA-256.

    Columns of zeros only are compressed: most catalogues have several, and they take 8 bytes a product otherwise. The file is
    made and hashed in memory, which costs less than many small writes and reading it again.

    Parameters
    ----------
    path : Path
        The file. It appears whole.
    columns : pyarrow.Table
    """
    import pyarrow as pa
    from pyarrow import parquet

    coded = [field.name for field in columns.schema if not str(field.type).startswith(("double", "float", "string"))]
    compression: Any = "zstd" if coded else dict.fromkeys(_zeros(columns), "zstd") or "none"
    sink = pa.BufferOutputStream()
    parquet.write_table(columns, sink, use_dictionary=coded, compression=compression, write_statistics=False)
    content = memoryview(sink.getvalue())
    write_atomically(path, lambda temporary: temporary.write_bytes(content))
    return hashlib.sha256(content).hexdigest()


def _zeros(columns: Any) -> list[str]:
    """Return the names of the columns of numbers that are all zero."""
    names = [field.name for field in columns.schema if str(field.type) == "double"]
    numbers = {name: columns[name].to_numpy() for name in names if columns[name].null_count == 0}
    return [name for name, values in numbers.items() if not values[:1].any() and not values.any()]


def read_results(path: Path, sha256: str, wanted: Collection[str] | None = None) -> Any:
    """Read a file of results once, compare its hash, and return its columns as a pyarrow table.

    Parameters
    ----------
    path : Path
    sha256 : str
        Hash of the file as it was written.
    wanted : collection of str, optional
        Columns to decode; all if none are named.

    Raises
    ------
    InputError
        The file is missing, or not as the batch wrote it.
    """
    import pyarrow as pa
    from pyarrow import parquet

    with refuse_changed(path):
        content = path.read_bytes()
        if hashlib.sha256(content).hexdigest() != sha256:
            raise ValueError
        source = parquet.ParquetFile(pa.BufferReader(content))
        names = None if wanted is None else [name for name in source.schema_arrow.names if name in wanted]
        return source.read(columns=names, use_threads=False)
