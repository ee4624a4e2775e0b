"""Files that carry links between partitions: what the products of a partition take, and the figures of what they take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from textile_pcf.activity.links import find_links, linked_names
from textile_pcf.arrays import IndexArray
from textile_pcf.batch.array_files import StoredArrays, read_arrays, write_arrays
from textile_pcf.batch.atomic_files import part_name
from textile_pcf.batch.joined_systems import flat, system_of
from textile_pcf.batch.supplier_figures import SupplierFigures
from textile_pcf.columns import ArrowStrings, Categorical, by_first_appearance, factorize
from textile_pcf.inventory.product_system import LINK, ProductSystem, product_system
from textile_pcf.inventory.suppliers import Suppliers
from textile_pcf.io.table import Table
from textile_pcf.results import Footprint

Arrays = dict[str, Any]


@dataclass(frozen=True, eq=False)
class GatheredLinks:
    """Products of a partition and their links, before the links are solved.

    Attributes
    ----------
    names : sequence of str or pyarrow Array
        All products of the partition, in the order in which they first appear.
    lines : ndarray, shape (products,)
        Row of the source in which each first appears.
    suppliers : sequence of str or pyarrow Array
        Distinct names that products of the partition take.
    products : list of ndarray, shape (accepted,)
        Per scenario the products that it answers for, as indices of `names`; empty where all of them are rejected.
    systems : list of (ProductSystem or None)
        Per scenario the accepted products; their suppliers are indices of `suppliers`.
    """

    names: Any
    lines: IndexArray
    suppliers: Any
    products: list[IndexArray]
    systems: list[ProductSystem | None]


def links_file(out: Path, number: int) -> Path:
    """Return the file of what products of a partition take."""
    return out / "parts" / f"{part_name(number)}.links.arrays"


def suppliers_file(out: Path, number: int, scenario: int) -> Path:
    """Return the file of the figures of what products of a partition take under a scenario."""
    return out / "parts" / f"{part_name(number)}.suppliers.{scenario}.arrays"


def names_taken(table: Table) -> tuple[str, ...] | ArrowStrings:
    """Return the distinct names that products of a table take, without `product:`; empty if there are no links."""
    items = table.columns.get("item")
    texts: Sequence[str] = items.categories if isinstance(items, Categorical) else ()
    return linked_names(texts, find_links(texts))


def gather_links(table: Table, suppliers: Sequence[str], footprints: Sequence[Footprint | None]) -> GatheredLinks:
    """Return the links of a partition from the results of its products, calculated with `Suppliers.unsolved`.

    Parameters
    ----------
    table : Table
        All rows of the partition.
    suppliers : sequence of str
        The names of those suppliers.
    footprints : sequence of Footprint or None
        One per scenario.
    """
    column = by_first_appearance(factorize(table.columns["product"]))
    first = np.zeros(len(column.categories), dtype=np.intp)
    first[column.codes[::-1]] = np.arange(len(column.codes))[::-1]
    number: Mapping[str, int] | None = None
    products = []
    for footprint in footprints:
        if footprint is None or len(footprint.names) == len(column.categories):
            products.append(np.arange(0 if footprint is None else len(column.categories)))
            continue
        number = number or {name: place for place, name in enumerate(column.categories)}
        products.append(np.array([number[name] for name in footprint.products], dtype=np.intp))
    systems = [None if footprint is None else product_system(footprint.inventory) for footprint in footprints]
    return GatheredLinks(column.categories, _lines_of(table, first), suppliers, products, systems)


def _lines_of(table: Table, rows: IndexArray) -> IndexArray:
    """Return the lines of some rows; those of a Parquet file are a range, of which no array is made."""
    lines = table.lines
    return lines.start + lines.step * rows if isinstance(lines, range) else np.asarray(lines)[rows]


def write_links(path: Path, links: GatheredLinks) -> None:
    """Write the links of a partition; the file is there only when it is whole."""
    arrays: Arrays = {"lines": links.lines, "scenarios": np.array(len(links.systems))}
    arrays |= _encode_texts("names", links.names) | _encode_texts("taken", links.suppliers)
    for index, (products, system) in enumerate(zip(links.products, links.systems, strict=True)):
        if system is not None:
            arrays[f"{index}/products"] = products.astype(LINK)
            arrays |= flat(f"{index}/", system)
    write_arrays(path, arrays)


def read_links(path: Path) -> GatheredLinks:
    """Read the links of a partition."""
    stored, nothing = read_arrays(path), np.empty(0, dtype=np.intp)
    every = range(int(stored["scenarios"]))
    products = [stored.get(f"{index}/products", nothing) for index in every]
    systems = [system_of(stored, f"{index}/") if f"{index}/products" in stored else None for index in every]
    return GatheredLinks(read_names("names", stored), stored["lines"], read_names("taken", stored), products, systems)


def write_suppliers(path: Path, scenario: Mapping[str, Any]) -> None:
    """Write the figures of what a partition takes under one scenario.

    Parameters
    ----------
    path : Path
    scenario : mapping
        `solved`, `rejected` and `absent`: indices of the names that the partition takes; `figures` of those that are solved, as
        rows of `SupplierFigures`; `near`: the nearest name of each that is absent; `loops`: the products of each loop of which
        the first is in the partition, joined by line ends.
    """
    arrays: Arrays = {}
    for name, values in scenario.items():
        arrays |= {name: values} if isinstance(values, np.ndarray) else _encode_texts(name, values)
    write_arrays(path, arrays)


def read_suppliers(out: Path, number: int, scenarios: int) -> list[tuple[Suppliers, list[list[str]]]]:
    """Read the figures of what a partition takes: per scenario the suppliers, and loops that begin in the partition."""
    taken = read_names("taken", read_arrays(links_file(out, number)))
    return [_suppliers(taken, read_arrays(suppliers_file(out, number, scenario))) for scenario in range(scenarios)]


def _suppliers(taken: Any, stored: StoredArrays) -> tuple[Suppliers, list[list[str]]]:
    """Return the suppliers under one scenario, and loops that begin in the partition."""
    solved, rejected, absent = (stored[name] for name in ("solved", "rejected", "absent"))
    near, loops = (read_names(name, stored).to_pylist() for name in ("near", "loops"))
    suppliers = Suppliers(
        names=ArrowStrings(taken if len(solved) == len(taken) else taken.take(solved)),
        **SupplierFigures(stored["figures"]).by_name(),
        absent=dict(zip(taken.take(absent).to_pylist(), near, strict=True)),
        rejected=frozenset(taken.take(rejected).to_pylist()),
    )
    return suppliers, [text.split("\n") for text in loops]


def _encode_texts(key: str, names: Any) -> Arrays:
    """Return texts as two arrays: their bytes, and where each begins."""
    import pyarrow as pa

    array = names.array if isinstance(names, ArrowStrings) else names
    texts = array.cast(pa.large_string()) if isinstance(array, pa.Array) else pa.array(list(array), pa.large_string())
    _, offsets, data = texts.buffers()
    ends = np.frombuffer(offsets, dtype=np.int64) if offsets else np.zeros(1, dtype=np.int64)
    starts = ends[texts.offset : texts.offset + len(texts) + 1]
    cells = np.frombuffer(data, dtype=np.uint8)[starts[0] : starts[-1]] if data else np.empty(0, dtype=np.uint8)
    return {f"{key}.bytes": cells, f"{key}.starts": starts - starts[0]}


def read_names(key: str, stored: StoredArrays) -> Any:
    """Return texts of a file, as a pyarrow array."""
    import pyarrow as pa

    starts = np.ascontiguousarray(stored[f"{key}.starts"], dtype=np.int64)
    buffers = [None, pa.py_buffer(starts), pa.py_buffer(np.ascontiguousarray(stored[f"{key}.bytes"]))]
    return pa.Array.from_buffers(pa.large_string(), len(starts) - 1, buffers)
