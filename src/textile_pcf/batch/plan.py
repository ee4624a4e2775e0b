"""Partitions of a Parquet file: row groups of whole products as they are; scattered products are spread anew."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from textile_pcf.batch.sources import ROWS, Partition, product_column, products_by_group
from textile_pcf.columns import Coded


@dataclass(frozen=True)
class Plan:
    """Partitions of a file and its number of products; both None where products are scattered over row groups."""

    path: str
    partitions: list[Partition] | None
    products: int | None
    rows: int


def plan(path: str, rows: int = ROWS) -> Plan:
    """Where whole products begin and end in a file: only its product column is read."""
    file, column = product_column(path)
    lead: list[int] = []  # rows at the top of each group that belong to the last product of the group before
    sizes: list[int] = []
    last = ""
    seen: set[int] = set()
    for coded, size in products_by_group(file, column):
        first = coded[0]
        lead.append(_top(coded) if sizes and first == last else 0)
        if lead[-1] and int(np.count_nonzero(coded.codes == coded.codes[0])) != lead[-1]:
            return Plan(path, None, None, file.metadata.num_rows)
        new = set(_keys([name for name in _used(coded) if not lead[-1] or name != first]).tolist())
        if not seen.isdisjoint(new):
            return Plan(path, None, None, file.metadata.num_rows)
        seen |= new
        sizes.append(size)
        last = coded[len(coded) - 1]
    return Plan(path, _grouped(path, sizes, lead, rows), len(seen), sum(sizes))


def _used(coded: Coded) -> list[str]:
    """Distinct products of a group."""
    used = np.bincount(coded.codes, minlength=len(coded.categories)) > 0
    return list(coded.categories) if used.all() else [coded.categories[code] for code in np.flatnonzero(used)]


def _top(coded: Coded) -> int:
    """Rows of the first product that stand together at the top of a group."""
    other = np.flatnonzero(coded.codes != coded.codes[0])
    return int(other[0]) if len(other) else len(coded.codes)


def _keys(names: list[str]) -> Any:
    """64-bit keys of products, the same in every run."""
    import pandas as pd

    return pd.util.hash_array(np.array(names, dtype=object), categorize=False) if names else np.empty(0, dtype=np.uint64)


def _grouped(path: str, sizes: list[int], lead: list[int], rows: int) -> list[Partition]:
    """Row groups put together until there are enough rows; each partition ends where a product ends."""
    starts = np.concatenate(([0], np.cumsum(sizes)))
    partitions: list[Partition] = []
    begin = 0
    for group in range(1, len(sizes) + 1):
        if group < len(sizes) and (starts[group] - starts[begin] < rows or lead[group] == sizes[group]):
            continue  # not enough rows yet, or all of the group belongs to the last product
        tail = lead[group] if group < len(sizes) else 0
        first, stop = int(starts[begin]) + lead[begin], int(starts[group]) + tail
        groups = tuple(range(begin, group + (tail > 0)))
        if stop > first:
            partitions.append(Partition(len(partitions), path, groups, lead[begin], stop - first, first))
        begin = group
    return partitions
