"""The work that is timed: N products × 40 rows under `rule.yaml`, drawn with a seed, as Parquet, as columns and as a matrix.

Eight units (kWh, MJ, kg, g, m3, L, t*km, kg*km), about a third of the rows in the other unit of their dimension; every flow
has two items to choose from; regions change by stage and years by product; the factor table has holes, so that a third of
the questions fall back from province to country to world. Numbers are drawn, they stand for nothing.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).parent
RULE = HERE / "rule.yaml"
REGIONS = ("CN-ZJ", "CN-JS", "CN-GD", "CN", "IN")
YEARS = (2021, 2022, 2023, 2024)
OTHER = {"kWh": ("MJ", 3.6), "MJ": ("kWh", 1 / 3.6), "kg": ("g", 1000.0), "m3": ("L", 1000.0), "t*km": ("kg*km", 1000.0)}
TEXTS = ("product", "stage", "flow", "unit", "item", "region", "year")
UNITS = ("m2", "piece")  # told beside kg
BAD = 5  # row of a product that is wrong, where one is: a flow in pieces


@dataclass(frozen=True)
class Column:
    """One of the 40 things a product tells."""

    stage: str
    flow: str
    unit: str
    kind: str  # flow, loss or property
    low: float
    high: float


@cache
def columns() -> tuple[Column, ...]:
    """The 40 rows of a product, in the order of the rule; read once, so that no peer pays for it."""
    import yaml

    document = yaml.safe_load(RULE.read_text())
    told = [
        Column("product", "grammage", "g/m2", "property", 80, 400),
        Column("product", "mass", "kg/piece", "property", 0.1, 0.9),
    ]
    for stage in document["stages"]:
        told.append(Column(stage["id"], stage["losses"][0]["id"], "%", "loss", 0.5, 15))
        for flow, spec in stage["flows"].items():
            high = {"m3": 0.1, "t*km": 2.0, "kg": 1.0}.get(spec["unit"], 8.0)
            told.append(Column(stage["id"], flow, spec["unit"], "flow", high / 20, high))
    return tuple(told)


def items(column: Column) -> tuple[str, str]:
    """The two items a flow may name."""
    return f"{column.flow}_a", f"{column.flow}_b"


def write_factors(path: Path, seed: int = 1) -> Path:
    """A factor table with holes: every item has a world row, about two thirds of the others are there."""
    draw = np.random.default_rng(seed)
    units = {item: column.unit for column in columns() if column.kind == "flow" for item in items(column)}
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["item", "value", "unit", "region", "year", "kind", "source", "locator"])
        for item, unit in units.items():
            for region in (*REGIONS, "GLO"):
                for year in YEARS:
                    if draw.random() < 0.66 or (region == "GLO" and year == YEARS[0]):
                        value = f"{draw.uniform(0.05, 5):.6g}"
                        writer.writerow([item, value, f"kgCO2e/({unit})", region, year, "life_cycle", "drawn", "seeded"])
    return path


def wide_columns() -> list[dict[str, Any]]:
    """The columns of the wide table: every flow takes its first item."""
    flow = {"region": "CN-ZJ", "year": 2023}
    return [
        {"stage": c.stage, "flow": c.flow, "unit": c.unit, **({"item": items(c)[0], **flow} if c.kind == "flow" else {})}
        for c in columns()
    ]


@dataclass(frozen=True)
class Draw:
    """Products as matrices of shape (products, 40): amounts in the rule's unit, and which choice each cell took."""

    first: int
    amount: np.ndarray[Any, Any]
    other_unit: np.ndarray[Any, Any]
    item: np.ndarray[Any, Any]
    region: np.ndarray[Any, Any]
    year: np.ndarray[Any, Any]


def draw(first: int, products: int, seed: int = 7) -> Draw:
    """Products `first` … of the workload; the same whatever the size of the run."""
    rng = np.random.default_rng([seed, first])
    told = columns()
    low, high = np.array([c.low for c in told]), np.array([c.high for c in told])
    stages = list(dict.fromkeys(c.stage for c in told))
    stage = np.array([stages.index(c.stage) for c in told])
    flow = np.array([c.kind == "flow" for c in told])
    amount = low + (high - low) * rng.random((products, len(told)))
    other = (rng.random((products, len(told))) < 1 / 3) & flow
    item = rng.integers(0, 2, (products, len(told)), dtype=np.int8)
    region = rng.integers(0, len(REGIONS), (products, len(stages)), dtype=np.int8)[:, stage]
    year = np.repeat(rng.integers(0, len(YEARS), (products, 1), dtype=np.int8), len(told), axis=1)
    return Draw(first, amount, other, item, region, year)


def sku(numbers: Any) -> list[str]:
    """Codes as brands write them: the number is scattered, so that neighbours do not sort together."""
    return [f"SKU-{(int(n) * 2654435761) % 4294967296:08X}-{int(n) % 97:02d}" for n in numbers]


def arrow_table(part: Draw, texts: bool = True) -> Any:
    """Tidy rows of a draw as a pyarrow Table with dictionary-encoded texts; product as SKU texts or as integers."""
    import pyarrow as pa

    told = columns()
    products, width = part.amount.shape
    flow = np.array([c.kind == "flow" for c in told])
    names = {name: list(dict.fromkeys(getattr(c, name) for c in told)) for name in ("stage", "flow")}
    units = list(dict.fromkeys([c.unit for c in told] + [other for other, _ in OTHER.values()]))
    scale = np.array([OTHER[c.unit][1] if c.kind == "flow" else 1.0 for c in told])
    plain = np.array([units.index(c.unit) for c in told])
    changed = np.array([units.index(OTHER[c.unit][0]) if c.kind == "flow" else units.index(c.unit) for c in told])
    named = list(dict.fromkeys(item for c in told if c.kind == "flow" for item in items(c)))
    item = np.array([[named.index(i) for i in items(c)] if c.kind == "flow" else [0, 0] for c in told])
    every = np.arange(width)

    def coded(codes: Any, words: Any, nulls: Any = None) -> Any:
        indices = pa.array(np.broadcast_to(codes, (products, width)).astype(np.int32).reshape(-1), mask=nulls)
        return pa.DictionaryArray.from_arrays(indices, pa.array([str(word) for word in words]))

    nothing = np.broadcast_to(~flow, (products, width)).reshape(-1)
    number = np.arange(part.first, part.first + products)
    product: Any = np.repeat(number, width)
    if texts:
        product = coded(np.arange(products)[:, None], sku(number))
    return pa.table({
        "product": product,
        "stage": coded([names["stage"].index(c.stage) for c in told], names["stage"]),
        "flow": coded([names["flow"].index(c.flow) for c in told], names["flow"]),
        "amount": (part.amount * np.where(part.other_unit, scale, 1.0)).reshape(-1),
        "unit": coded(np.where(part.other_unit, changed, plain), units),
        "item": coded(item[every, part.item], named, nothing),
        "region": coded(part.region, REGIONS, nothing),
        "year": coded(part.year, YEARS, nothing),
    })  # fmt: skip


def long_table(amounts: np.ndarray[Any, Any]) -> Any:
    """The wide table, told as tidy rows: a pyarrow Table with dictionary-encoded texts."""
    import pyarrow as pa

    products, told = len(amounts), wide_columns()
    number = np.repeat(np.arange(products, dtype=np.int32), len(told))
    columns = {"product": pa.DictionaryArray.from_arrays(number, sku(np.arange(products)))}
    for name in ("stage", "flow", "unit", "item", "region", "year"):
        column = pa.array([None if row.get(name) is None else str(row[name]) for row in told]).dictionary_encode()
        columns[name] = column.take(pa.array(np.tile(np.arange(len(told)), products)))
    return pa.table({**columns, "amount": amounts.reshape(-1)})


def spoilt(table: Any, row: int) -> Any:
    """A table with one unit that cannot be."""
    import pyarrow as pa

    column = table.column("unit").combine_chunks()
    codes = column.indices.to_numpy().copy()
    codes[row] = len(column.dictionary)
    words = pa.array([*column.dictionary.to_pylist(), "piece"])
    unit = pa.DictionaryArray.from_arrays(pa.array(codes), words)
    return table.set_column(table.column_names.index("unit"), "unit", unit)


def own_texts(table: Any) -> Any:
    """A table whose products, where they are texts, are those of its rows only, as any writer of a row group has them."""
    import pyarrow as pa

    product = table.column("product")
    if pa.types.is_dictionary(product.type):
        product = product.cast(product.type.value_type).combine_chunks().dictionary_encode()
    return table.set_column(0, "product", product)


def write_parquet(
    path: Path, products: int, texts: bool = True, group: int = 5_000, shuffled: bool = False, bad: int | None = None
) -> Path:
    """The tidy table of `products` products, in row groups of whole products or all shuffled; product `bad` is wrong."""
    import pyarrow as pa
    from pyarrow import parquet as pq

    dictionary = [name for name in TEXTS if texts or name != "product"]

    def piece(first: int) -> Any:
        table = arrow_table(draw(first, min(group, products - first)), texts)
        if bad is None or not first <= bad < first + group:
            return table
        return spoilt(table, (bad - first) * len(columns()) + BAD)

    if shuffled:
        whole = pa.concat_tables([piece(first) for first in range(0, products, group)])
        whole = whole.unify_dictionaries().take(pa.array(np.random.default_rng(3).permutation(whole.num_rows)))
        with pq.ParquetWriter(path, whole.schema, use_dictionary=dictionary) as writer:
            for first in range(0, whole.num_rows, group * 40):
                writer.write_table(own_texts(whole.slice(first, group * 40)))
        return path
    with pq.ParquetWriter(path, arrow_table(draw(0, 1), texts).schema, use_dictionary=dictionary) as writer:
        for first in range(0, products, group):
            writer.write_table(piece(first), row_group_size=group * 40)
    return path
