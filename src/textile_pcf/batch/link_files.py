"""Files that carry links between partitions: what the products of a partition take, and the figures of what they take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from textile_pcf.activity.links import find_links, linked_names
from textile_pcf.arrays import IndexArray
from textile_pcf.batch.array_files import read_arrays, write_arrays
from textile_pcf.batch.atomic_files import part_name
from textile_pcf.columns import ArrowStrings, Categorical, by_first_appearance, factorize
from textile_pcf.inventory.carbon_content import MaterialInputs
from textile_pcf.inventory.product_system import BalanceTerms, ProductSystem, product_system
from textile_pcf.inventory.suppliers import Suppliers
from textile_pcf.io.table import Table
from textile_pcf.results import Footprint

Arrays = dict[str, Any]
FIGURES = ("footprint", "removals", "balanced_removals", "content", "mass", "units")  # of `Suppliers`
PLAIN = ("own", "removals", "mass", "units", "user", "supplier", "flow", "amount")  # of `ProductSystem`


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
    return out / "parts" / f"{part_name(number)}.links.npy"


def suppliers_file(out: Path, number: int) -> Path:
    """Return the file of the figures of what products of a partition take."""
    return out / "parts" / f"{part_name(number)}.suppliers.npy"


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
    arrays |= _named("names", links.names) | _named("taken", links.suppliers)
    for index, (products, system) in enumerate(zip(links.products, links.systems, strict=True)):
        if system is not None:
            arrays[f"{index}/products"] = products
            arrays |= _flat(f"{index}/", system)
    write_arrays(path, arrays)


def read_links(path: Path, scenario: int | None = None) -> GatheredLinks:
    """Read the links of a partition, the systems of one scenario only if it is named; none if it is -1."""
    stored = read_arrays(path)
    wanted = range(int(stored["scenarios"])) if scenario is None else [scenario] if scenario >= 0 else []
    nothing = np.empty(0, dtype=np.intp)
    products = [stored.get(f"{index}/products", nothing) for index in wanted]
    systems = [_system(stored, f"{index}/") if f"{index}/products" in stored else None for index in wanted]
    return GatheredLinks(_names("names", stored), stored["lines"], _names("taken", stored), products, systems)


def write_suppliers(path: Path, names: Any, scenarios: Sequence[Mapping[str, Any]]) -> None:
    """Write the figures of what a partition takes: per scenario the arrays of `Suppliers`, and `state` and texts.

    Parameters
    ----------
    path : Path
    names : pyarrow Array
        What the partition takes.
    scenarios : sequence of mapping
        `solved`, `rejected` and `absent`: indices of names; `near`: the nearest name of each that is absent; `loops`: names of
        the products of each loop of which the first is in the partition, joined by line ends; and the arrays of `Suppliers`.
    """
    arrays: Arrays = {"scenarios": np.array(len(scenarios)), **_named("taken", names)}
    for index, scenario in enumerate(scenarios):
        for name, values in scenario.items():
            arrays |= {f"{index}/{name}": values} if isinstance(values, np.ndarray) else _named(f"{index}/{name}", values)
    write_arrays(path, arrays)


def read_suppliers(path: Path) -> list[tuple[Suppliers, list[list[str]]]]:
    """Read the figures of what a partition takes: per scenario the suppliers, and loops that begin in the partition."""
    found, stored = [], read_arrays(path)
    taken = _names("taken", stored)
    for index in range(int(stored["scenarios"])):
        solved, rejected, absent = (stored[f"{index}/{name}"] for name in ("solved", "rejected", "absent"))
        near = _names(f"{index}/near", stored).to_pylist()
        suppliers = Suppliers(
            names=ArrowStrings(taken.take(solved)),
            **{name: stored[f"{index}/{name}"] for name in FIGURES},
            absent=dict(zip(taken.take(absent).to_pylist(), near, strict=True)),
            rejected=frozenset(taken.take(rejected).to_pylist()),
        )
        found.append((suppliers, [text.split("\n") for text in _names(f"{index}/loops", stored).to_pylist()]))
    return found


def _flat(prefix: str, system: ProductSystem) -> Arrays:
    """Return the arrays of a system by name."""
    arrays: Arrays = {}
    for name, value in vars(system).items():
        if isinstance(value, np.ndarray):
            arrays[prefix + name] = value
        elif value is not None:
            arrays |= {f"{prefix}{name}/{key}": array for key, array in vars(value).items()}
    return arrays


def _system(stored: Any, prefix: str) -> ProductSystem:
    plain = {name: stored[prefix + name] for name in PLAIN}
    if f"{prefix}balance/content" not in stored:
        return ProductSystem(**plain)
    balance = BalanceTerms(*(stored[f"{prefix}balance/{field.name}"] for field in fields(BalanceTerms)))
    inputs = MaterialInputs(*(stored[f"{prefix}inputs/{field.name}"] for field in fields(MaterialInputs)))
    return ProductSystem(**plain, balance=balance, inputs=inputs)


def _named(key: str, names: Any) -> Arrays:
    """Return texts as two arrays: their bytes, and where each begins."""
    import pyarrow as pa

    array = names.array if isinstance(names, ArrowStrings) else names
    texts = array.cast(pa.large_string()) if isinstance(array, pa.Array) else pa.array(list(array), pa.large_string())
    _, offsets, data = texts.buffers()
    ends = np.frombuffer(offsets, dtype=np.int64) if offsets else np.zeros(1, dtype=np.int64)
    starts = ends[texts.offset : texts.offset + len(texts) + 1]
    cells = np.frombuffer(data, dtype=np.uint8)[starts[0] : starts[-1]] if data else np.empty(0, dtype=np.uint8)
    return {f"{key}.bytes": cells, f"{key}.starts": starts - starts[0]}


def _names(key: str, stored: Any) -> Any:
    """Return texts that `_named` stored, as a pyarrow array."""
    import pyarrow as pa

    starts = np.ascontiguousarray(stored[f"{key}.starts"], dtype=np.int64)
    buffers = [None, pa.py_buffer(starts), pa.py_buffer(np.ascontiguousarray(stored[f"{key}.bytes"]))]
    return pa.Array.from_buffers(pa.large_string(), len(starts) - 1, buffers)
