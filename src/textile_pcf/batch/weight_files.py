"""Files of weights: one Parquet file per partition, and beside it an index with the hash of each block."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from textile_pcf.batch.atomic_files import part_name, write_atomically
from textile_pcf.batch.folder import changed_file
from textile_pcf.batch.weights import COLUMNS, WeightBlock, Weights, weight_table
from textile_pcf.errors import InputError
from textile_pcf.io.safe_text import escape_controls

WEIGHTS = "weights"
FORM = 1


def write_weights(out: Path, number: int, weights: Weights) -> dict[str, str]:
    """Write the weights of a partition, each flow as a row group of its own. The index is written last.

    Parameters
    ----------
    out : Path
        Folder of the batch.
    number : int
        Number of the partition.
    weights : Weights

    Returns
    -------
    dict
        Name of the index → its SHA-256. The index holds the hashes of the Parquet file.
    """
    import pyarrow as pa
    from pyarrow import parquet

    sink, written = pa.BufferOutputStream(), (*weights.blocks, *weights.links)
    tables = [weight_table(block) for block in written]
    encoding = {"product": "DELTA_BINARY_PACKED", "weight": "PLAIN"}
    options = {"use_dictionary": ["request"], "column_encoding": encoding, "compression": "none", "write_statistics": False}
    with parquet.ParquetWriter(sink, tables[0].schema, **options) as writer:
        for table in tables:
            writer.write_table(table, row_group_size=max(table.num_rows, 1))
    content = sink.getvalue()
    view = memoryview(content)
    places = list(_row_groups(parquet.read_metadata(pa.BufferReader(content))))
    blocks = [_describe(block, weights.products, view, place) for block, place in zip(written, places, strict=True)]
    first_link = len(weights.blocks)
    head = {
        "weights": FORM,
        "products": weights.products,
        "bytes": len(view),
        "rest": _rest_hash(view, places),
        "blocks": blocks[:first_link],
    }
    if weights.links:
        links = zip(blocks[first_link:], weights.links, strict=True)
        head |= {"links": [{**one, "by_rule": link.by_rule} for one, link in links], "taken": len(weights.taken)}
    lines = (json.dumps(head, ensure_ascii=False), *(json.dumps(name) for name in weights.taken), *weights.requests)
    index = "".join(f"{line}\n" for line in lines).encode()
    folder, name = out / WEIGHTS, part_name(number)
    write_atomically(folder / f"{name}.parquet", lambda path: path.write_bytes(view))
    write_atomically(folder / f"{name}.jsonl", lambda path: path.write_bytes(index))
    return {f"{WEIGHTS}/{name}.jsonl": hashlib.sha256(index).hexdigest()}


def _describe(block: WeightBlock, products: int, view: memoryview, place: tuple[int, int]) -> dict[str, Any]:
    """Return what the index says of a block."""
    return {
        "name": block.name,
        "cells": len(block.weight),
        "every_product": bool(len(block.product) == products and np.all(np.diff(block.product) == 1)),
        "requests": [int(block.request.min()), int(block.request.max()) + 1],
        "place": list(place),
        "sha256": hashlib.sha256(view[slice(*place)]).hexdigest(),
        **({"accounting": block.accounting} if block.accounting else {}),
    }


def _row_groups(metadata: Any) -> Iterator[tuple[int, int]]:
    """Yield where each row group begins and ends in its file. [bytes]"""
    for group in range(metadata.num_row_groups):
        row_group = metadata.row_group(group)
        columns = [row_group.column(column) for column in range(metadata.num_columns)]
        starts = [min(filter(None, (one.dictionary_page_offset, one.data_page_offset))) for one in columns]
        yield min(starts), max(start + one.total_compressed_size for start, one in zip(starts, columns, strict=True))


def _rest_hash(view: memoryview, places: Sequence[tuple[int, int]]) -> str:
    """Return the hash of what stands before, between and behind the row groups."""
    digest, end = hashlib.sha256(), 0
    for start, stop in [*places, (len(view), len(view))]:
        digest.update(view[end:start])
        end = stop
    return digest.hexdigest()


@dataclass(frozen=True)
class IndexedBlock:
    """Where the cells of a flow, or sums of products, stand in a file of weights.

    Attributes
    ----------
    row_group : int
    name : str
        As in `WeightBlock`.
    cells : int
    every_product : bool
        Whether the cells are one per product.
    requests : tuple of int
        First request or product taken, and the one after the last.
    place : tuple of int
        Where it begins and ends in the file. [bytes]
    sha256 : str
    by_rule : bool
    accounting : str
        As in `WeightBlock`.
    """

    row_group: int
    name: str
    cells: int
    every_product: bool
    requests: tuple[int, int]
    place: tuple[int, int]
    sha256: str
    by_rule: bool = False
    accounting: str = ""


@dataclass(frozen=True)
class WeightIndex:
    """What a file of weights holds.

    Attributes
    ----------
    path : Path
        The Parquet file.
    products : int
    size : int
        Size of the file. [bytes]
    rest : str
        SHA-256 of all that is in no block.
    blocks, links : tuple of IndexedBlock
        Weights on requests, and sums; weights on products that are taken.
    requests : bytes
        Lines of JSON.
    taken : bytes
        Names of the products that are taken, one line of JSON each.
    count_taken : int
        Number of these names.
    """

    path: Path
    products: int
    size: int
    rest: str
    blocks: tuple[IndexedBlock, ...]
    links: tuple[IndexedBlock, ...]
    requests: bytes
    taken: bytes
    count_taken: int

    @property
    def every(self) -> tuple[IndexedBlock, ...]:
        """All blocks, in the order of the file."""
        return self.blocks + self.links

    @property
    def names_taken(self) -> Any:
        """Names of the products that are taken, as a pyarrow array of large strings."""
        import pyarrow as pa

        if b"\\" in self.taken or not self.taken.isascii():
            names = json.loads(b"[%b]" % self.taken[:-1].replace(b"\n", b","))
            if len(names) != self.count_taken:
                raise ValueError
            return pa.array(names, pa.large_string())
        text = np.frombuffer(self.taken, dtype=np.uint8)  # texts between quotes, as most names are: in a tenth of the time
        ends, quotes = np.flatnonzero(text == ord("\n")), text == ord('"')
        starts = np.append(0, ends + 1)
        is_quoted = quotes[starts[:-1]] & quotes[ends - 1] & (ends - starts[:-1] > 1)
        if not (len(ends) == self.count_taken and quotes.sum() == 2 * len(ends) and is_quoted.all()):
            raise ValueError
        offsets, names = starts - 3 * np.arange(len(starts)), self.taken.translate(None, b'"\n')
        return pa.LargeStringArray.from_buffers(len(ends), pa.py_buffer(offsets), pa.py_buffer(names))


def read_index(out: Path, name: str, sha256: str) -> WeightIndex:
    """Read the index of a file of weights.

    Parameters
    ----------
    out : Path
        Folder of the batch.
    name : str
        Its name there.
    sha256 : str
        Its hash, from the manifest.

    Raises
    ------
    InputError
        The file is missing, or not as the batch wrote it.
    """
    path = out / name
    try:
        content = path.read_bytes()
    except OSError:
        content = b""
    with refuse_changed(path):
        if hashlib.sha256(content).hexdigest() != sha256:
            raise ValueError
        first, _, lines = content.partition(b"\n")
        head = json.loads(first)
        count_taken = head.get("taken", 0)
        first_request = lines.find(b"\n{") + 1 or len(lines) if count_taken else 0  # a name begins with a quotation mark
        blocks = [
            IndexedBlock(
                number, one["name"], one["cells"], one["every_product"], tuple(one["requests"]), tuple(one["place"]),
                one["sha256"], one.get("by_rule", False), one.get("accounting", ""),
            )
            for number, one in enumerate([*head["blocks"], *head.get("links", ())])
        ]  # fmt: skip
        first_link = len(head["blocks"])
        return WeightIndex(
            path.with_suffix(".parquet"), head["products"], head["bytes"], head["rest"], tuple(blocks[:first_link]),
            tuple(blocks[first_link:]), lines[first_request:], lines[:first_request], count_taken,
        )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Cells:
    """Cells of one block as arrays; what all cells have in common is not read.

    Attributes
    ----------
    block : IndexedBlock
    product : ndarray of int or None
        None if the cells are one per product.
    request : ndarray of int, shape (cells,)
    weight : ndarray of float, shape (cells,)
    """

    block: IndexedBlock
    product: NDArray[np.int32] | None
    request: NDArray[np.int32]
    weight: NDArray[np.float64]


def read_cells(index: WeightIndex, blocks: Sequence[IndexedBlock]) -> list[Cells]:
    """Read blocks of a file of weights. Only these are read, and only their hashes are compared.

    Raises
    ------
    InputError
        The file is missing, or not as the batch wrote it.
    """
    import pyarrow as pa
    from pyarrow import parquet

    if not blocks:
        return []
    with refuse_changed(index.path):
        source = parquet.ParquetFile(pa.BufferReader(_read_blocks(index, blocks)))
        wanted = COLUMNS[1:] if all(one.every_product for one in blocks) else COLUMNS
        table = source.read_row_groups([one.row_group for one in blocks], columns=list(wanted), use_threads=False)
        columns = {name: table.column(name).to_numpy() for name in wanted}
        return list(_split_cells(columns, index, blocks))


def _read_blocks(index: WeightIndex, blocks: Sequence[IndexedBlock]) -> memoryview:
    """Return a file of weights; only some blocks, and everything outside of blocks, are read and checked.

    Each byte is read once, into its place; the other blocks stay undefined. A memory map would cost a page fault for every
    4 kB, which takes twice as long as reading.
    """
    with index.path.open("rb", buffering=0) as file:
        if os.fstat(file.fileno()).st_size != index.size:
            raise ValueError
        view = np.empty(index.size, dtype=np.uint8).data
        for start, end in [*_gaps(index), *(one.place for one in blocks)]:
            file.seek(start)
            file.readinto(view[start:end])
    _check_hashes(view, index, blocks)
    return view


def _gaps(index: WeightIndex) -> list[tuple[int, int]]:
    """Return where a file of weights has bytes of no block."""
    places = [(0, 0), *(one.place for one in index.every), (index.size, index.size)]
    return [(end, start) for (_, end), (start, _) in pairwise(places) if start > end]


def _check_hashes(view: memoryview, index: WeightIndex, blocks: Sequence[IndexedBlock]) -> None:
    """Check the size of a file, the hashes of blocks, and that of all that is in no block; raise a ValueError otherwise."""
    same = len(view) == index.size and _rest_hash(view, [one.place for one in index.every]) == index.rest
    if not same or any(hashlib.sha256(view[slice(*one.place)]).hexdigest() != one.sha256 for one in blocks):
        raise ValueError


def _split_cells(columns: dict[str, Any], index: WeightIndex, blocks: Sequence[IndexedBlock]) -> Iterator[Cells]:
    """Yield the cells of each block from the columns of all."""
    first = 0
    for block in blocks:
        part = {name: values[first : first + block.cells] for name, values in columns.items()}
        first += block.cells
        product = None if block.every_product else part["product"]
        if product is not None and len(product) and not 0 <= product.min() <= product.max() < index.products:
            raise ValueError
        request, (low, high) = part["request"], block.requests
        if len(request) and not low <= request.min() <= request.max() < high:
            raise ValueError
        yield Cells(block, product, request, part["weight"])
    if first != len(columns["weight"]):
        raise ValueError


def check_weights(out: Path, indices: dict[str, str]) -> None:
    """Check that all files of weights are as the batch wrote them.

    Raises
    ------
    InputError
        A file is missing or changed.
    """
    for name, sha256 in indices.items():
        index = read_index(out, name, sha256)
        with refuse_changed(index.path):
            content = memoryview(index.path.read_bytes())
            _check_hashes(content, index, index.every)


@contextmanager
def refuse_changed(path: Path) -> Iterator[None]:
    """Refuse a file that cannot be read as what the batch wrote.

    Raises
    ------
    InputError
        The file is missing or changed.
    """
    import pyarrow as pa

    try:
        yield
    except (OSError, ValueError, KeyError, IndexError, TypeError, AttributeError, pa.ArrowException) as error:
        raise InputError([changed_file(escape_controls(str(path)))]) from error
