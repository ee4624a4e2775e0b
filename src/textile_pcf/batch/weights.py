"""Weights of products on requests for emission factors: what a batch keeps, so that new factors need no activity data."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from textile_pcf.arrays import FloatArray, IndexArray
from textile_pcf.columns import take
from textile_pcf.factors import DECLARED, Request
from textile_pcf.results import Footprint
from textile_pcf.results.default_shares import ruled_rows
from textile_pcf.rules import RuleSet
from textile_pcf.units import parse_unit

GROSS_SUMS = ("gross", "gross_by_rule", "gross_of_shipped_tables")
PER_UNIT = "product units per "
COLUMNS = ("product", "request", "weight")


@dataclass(frozen=True, eq=False)
class WeightBlock:
    """Weights of one flow of the rule, or sums of products.

    A product has one cell per distinct request and sign.

    Attributes
    ----------
    name : str
        Flow as `stage.flow`; or what the sums are.
    product : ndarray of int, shape (cells,)
        Index of the product in the results of the partition, ascending.
    request : ndarray of int, shape (cells,)
        Number of the request among those of the partition; -1 for sums.
    weight : ndarray of float, shape (cells,)
        ∂ emissions of the stage / ∂ factor [canonical flow unit per product unit]; or the sums.
    """

    name: str
    product: IndexArray
    request: IndexArray
    weight: FloatArray


@dataclass(frozen=True, eq=False)
class Weights:
    """Weights of the products of a partition.

    Attributes
    ----------
    products : int
        Number of products.
    requests : list of str
        One JSON object per distinct request and origin of the amount, in the order of the flows.
    blocks : list of WeightBlock
        One per flow that is used, in the order of the rule; then the sums.
    """

    products: int
    requests: list[str]
    blocks: list[WeightBlock]


def keep_weights(result: Footprint, units: Sequence[str]) -> Weights:
    """Return the weights of the products of a result on its requests, and sums that do not follow from them.

    Parameters
    ----------
    result : Footprint
        A result without links between products and without a supply table.
    units : sequence of str
        Further units of the totals.

    Returns
    -------
    Weights

    Examples
    --------
    >>> import textile_pcf as tp
    >>> weights = keep_weights(tp.footprint(*tp.load_example("cotton_poplin")), ["m2"])
    >>> [block.name for block in weights.blocks][-4:]
    ['gross', 'gross_by_rule', 'gross_of_shipped_tables', 'product units per m2']
    >>> json.loads(weights.requests[0])["flow"]
    'spinning.fiber'
    """
    inventory = result.inventory
    request, requests = _requests(result)
    order = np.argsort(inventory.flow.astype(np.int16), kind="stable")
    ends = np.cumsum(np.bincount(inventory.flow, minlength=len(result.rules.flows)))
    blocks = []
    for index, (start, end) in enumerate(zip([0, *ends[:-1]], ends, strict=True)):
        if end > start:
            rows = order[start:end]
            cells = _distinct(inventory.product.take(rows), request.take(rows), inventory.amount.take(rows))
            blocks.append(WeightBlock(flow_name(result.rules, index), *cells))
    return Weights(len(result.names), requests, [*blocks, *_sums(result, units)])


def flow_name(rules: RuleSet, index: int) -> str:
    """Return stage and id of a flow of a rule, as `stage.flow`."""
    spec = rules.flows[index]
    return f"{rules.stage_id(spec.stage)}.{spec.id}"


def _requests(result: Footprint) -> tuple[IndexArray, list[str]]:
    """Return the number of the request of each exchange, and the requests as text.

    A request has two numbers: of amounts that the activity data give, and of those that are numbers of the rule. Requests are
    sorted by flow and text, so that files do not depend on what was matched before.
    """
    inventory, matches = result.inventory, result.inventory.matches
    by_rule = ruled_rows(inventory.activity, inventory.quantities)
    flow = np.full(2 * len(matches.match_index), -1, dtype=np.intp)
    variant = 2 * matches.request + by_rule
    flow[variant] = inventory.flow
    shipped = np.array([*(table.shipped for table in result.run.factors.tables), False], dtype=bool)[matches.factor_rows[:, 0]]
    used = np.flatnonzero(flow >= 0)
    names = {number: flow_name(result.rules, number) for number in np.unique(flow[used]).tolist()}
    values, removals, is_shipped = (
        matches.values.tolist(),
        matches.removals.tolist(),
        shipped.tolist(),
    )  # faster by row than arrays
    texts = {}
    for index, number in zip(used.tolist(), flow[used].tolist(), strict=True):
        row, ruled = divmod(index, 2)
        factor = tuple(values[row]), removals[row], is_shipped[row]
        texts[index] = (number, _request_text(names[number], matches.requests[row], bool(ruled), *factor))
    distinct = sorted(set(texts.values()))
    places = {pair: place for place, pair in enumerate(distinct)}
    number = np.zeros(len(flow), dtype=np.intp)
    number[list(texts)] = [places[pair] for pair in texts.values()]
    return take(number, variant), [text for _, text in distinct]


@lru_cache(maxsize=1 << 16)
def _request_text(flow: str, request: Request, by_rule: bool, values: tuple[float, ...], removal: float, shipped: bool) -> str:
    """Return a request as JSON, with the factor that answered it."""
    entry = {
        "flow": flow,
        "item": request.item,
        "kind": request.kind,
        "region": request.region,
        "year": request.year,
        "unit": request.unit.text,
        "by_rule": by_rule,
        "values": values,
        "removal": removal,
        "shipped": shipped and not request.item.startswith(DECLARED),
    }
    return json.dumps(entry, ensure_ascii=False)


def _distinct(product: IndexArray, request: IndexArray, weight: FloatArray) -> tuple[IndexArray, IndexArray, FloatArray]:
    """Return the cells of one flow with those of one product, request and sign added up, by product."""
    if not np.all(product[1:] > product[:-1]):
        key = (product.astype(np.int64) * (int(request.max()) + 1) + request) * 2 + (weight < 0)
        _, first, cell = np.unique(key, return_index=True, return_inverse=True)
        weight = np.bincount(cell.reshape(-1), weights=weight, minlength=len(first)).astype(np.float64)
        product, request = product[first], request[first]
    return product, request, weight


def _sums(result: Footprint, units: Sequence[str]) -> Iterator[WeightBlock]:
    """Yield what new results need beside weights: gross emissions, and product units per further unit."""
    every, gross = np.arange(len(result.names)), result.gross
    none = np.full(len(every), -1)
    for name, values in zip(GROSS_SUMS, (gross.total, gross.ruled, gross.generic), strict=True):
        yield WeightBlock(name, every, none, values)
    for unit in units:
        yield WeightBlock(f"{PER_UNIT}{unit}", every, none, result.measures.product_units(parse_unit(unit)))


def weight_table(block: WeightBlock) -> Any:
    """Return the cells of a block as a pyarrow table."""
    import pyarrow as pa

    fields = [pa.field(name, kind, False) for name, kind in zip(COLUMNS, (pa.int32(), pa.int32(), pa.float64()), strict=True)]
    product, request = (column.astype(np.int32, copy=False) for column in (block.product, block.request))
    return pa.table([product, request, np.ascontiguousarray(block.weight)], schema=pa.schema(fields))
