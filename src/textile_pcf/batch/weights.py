"""Weights of products on requests for emission factors: what a batch keeps, so that new factors need no activity data."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np

from textile_pcf.arrays import FloatArray, IndexArray, IntArray
from textile_pcf.calculation import other_accounting
from textile_pcf.columns import ArrowStrings, group_rows, take
from textile_pcf.factors import DECLARED, Request
from textile_pcf.inventory.matching import FactorMatches
from textile_pcf.inventory.supply_mix import is_supplied
from textile_pcf.results import Footprint
from textile_pcf.results.default_shares import ruled_rows
from textile_pcf.rules import RuleSet
from textile_pcf.rules.arrays import rule_arrays

GROSS_SUMS = ("gross", "gross_by_rule", "gross_of_shipped_tables")
PER_UNIT = "product units per "
COLUMNS = ("product", "request", "weight")


@dataclass(frozen=True, eq=False)
class WeightBlock:
    """Weights of one flow of the rule, on requests or on products that it takes; or sums of products.

    A product has one cell per distinct request, or product taken, and sign.

    Attributes
    ----------
    name : str
        Flow as `stage.flow`; or what the sums are.
    product : ndarray of int, shape (cells,)
        Index of the product in the results of the partition, ascending.
    request : ndarray of int, shape (cells,)
        Number of the request, or of the product taken, among those of the partition; -1 for sums.
    weight : ndarray of float, shape (cells,)
        ∂ emissions of the stage / ∂ factor [canonical flow unit per product unit], or / ∂ footprint of the product taken
        [units of it per product unit]; or the sums.
    by_rule : bool
        Whether the amounts taken of products are numbers of the rule; of requests, the request says so.
    accounting : str
        The other accounting of electricity, whose total alone these weights are of; "" for the declared one.
    """

    name: str
    product: IndexArray
    request: IndexArray
    weight: FloatArray
    by_rule: bool = False
    accounting: str = ""


@dataclass(frozen=True, eq=False)
class Weights:
    """Weights of the products of a partition, each without what the products that it takes weigh themselves.

    The weights of a whole chain are (I − A)⁻¹ times these, where A are those on products. They are not kept: a chain may use
    every request of the catalogue, and A has some entries per product.

    Attributes
    ----------
    products : int
        Number of products.
    requests : list of str
        One JSON object per distinct request and origin of the amount, in the order of the flows.
    blocks : list of WeightBlock
        One per flow that is used, in the order of the rule; then the sums.
    taken : list of str
        Products of the run that these products take.
    links : list of WeightBlock
        Weights on them: one per flow, and one more where amounts are numbers of the rule.
    """

    products: int
    requests: list[str]
    blocks: list[WeightBlock]
    taken: list[str]
    links: list[WeightBlock]


def keep_weights(result: Footprint, units: Sequence[str]) -> Weights:
    """Return the weights of the products of a result on its requests, and sums that do not follow from them.

    Parameters
    ----------
    result : Footprint
        A result whose links are solved; it has none, or no supply table.
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
    requests, blocks = _on_requests(result)
    if other := other_accounting(result):
        more, of_other = _on_requests(other.result)
        blocks += [replace(one, request=one.request + len(requests), accounting=other.name) for one in of_other]
        requests += more + _undivided(result, other.undivided)
    return Weights(len(result.names), requests, [*blocks, *_sums(result, units)], *_links(result))


def _on_requests(result: Footprint) -> tuple[list[str], list[WeightBlock]]:
    """Return the requests of a result, and the weights on them."""
    inventory = result.inventory
    request, requests = _requests(result)
    order = np.argsort(inventory.flow.astype(np.int16), kind="stable")
    ends = np.cumsum(np.bincount(inventory.flow, minlength=len(result.rules.flows)))
    blocks = []
    for index, (start, end) in enumerate(zip([0, *ends[:-1]], ends, strict=True)):
        rows = order[start:end]
        if inventory.matches.has_links:
            rows = rows[inventory.supplier[rows] < 0]
        if len(rows):
            cells = _distinct(inventory.product.take(rows), request.take(rows), inventory.amount.take(rows))
            blocks.append(WeightBlock(flow_name(result.rules, index), *cells))
    return requests, blocks


def flow_name(rules: RuleSet, index: int) -> str:
    """Return stage and id of a flow of a rule, as `stage.flow`."""
    spec = rules.flows[index]
    return f"{rules.stage_id(spec.stage)}.{spec.id}"


def _requests(result: Footprint) -> tuple[IndexArray, list[str]]:
    """Return the number of the request of each exchange, and the requests as text.

    A request has four numbers: of amounts that the activity data give, and of those that are numbers of the rule; of parts of
    the supply of a site, and of others. Requests are sorted by flow and text, so that files do not depend on what was matched
    before.
    """
    inventory, matches = result.inventory, result.inventory.matches
    by_rule = ruled_rows(inventory.activity, inventory.quantities)
    flow = np.full(4 * len(matches.match_index), -1, dtype=np.intp)
    variant = 4 * matches.request + by_rule
    if result.run.supply is not None:
        variant += 2 * is_supplied(inventory.activity, result.run.supply)
    own = np.flatnonzero(inventory.supplier < 0) if matches.has_links else slice(None)
    flow[variant[own]] = inventory.flow[own]
    used = np.flatnonzero(flow >= 0)
    found = _request_texts(result, matches, flow[used], used)
    texts = dict(zip(used.tolist(), zip(flow[used].tolist(), found, strict=True), strict=True))
    distinct = sorted(set(texts.values()))
    places = {pair: place for place, pair in enumerate(distinct)}
    number = np.zeros(len(flow), dtype=np.intp)
    number[list(texts)] = [places[pair] for pair in texts.values()]
    return take(number, variant), [text for _, text in distinct]


def _undivided(result: Footprint, matches: FactorMatches) -> list[str]:
    """Return the requests of rows that a supply divides, as they are before: nothing rests on them, but a batch asks them."""
    assert result.run.supply is not None
    activity = result.run.activity
    rows = np.flatnonzero(is_supplied(activity, result.run.supply))
    first, _ = group_rows(activity.exchanges.flow[rows], matches.request[rows])
    flow, request = activity.exchanges.flow[rows[first]], matches.request[rows[first]]
    return sorted(set(_request_texts(result, matches, flow, 4 * request)))


def _request_texts(result: Footprint, matches: FactorMatches, flow: IntArray, variant: IndexArray) -> list[str]:
    """Return requests of flows as text, by their variants; see `_requests`."""
    shipped = np.array([*(table.shipped for table in result.run.factors.tables), False], dtype=bool)[matches.factor_rows[:, 0]]
    names = {number: flow_name(result.rules, number) for number in np.unique(flow).tolist()}
    values, removals, is_shipped = (of.tolist() for of in (matches.values, matches.removals, shipped))  # faster by row
    texts = []
    for index, number in zip(variant.tolist(), flow.tolist(), strict=True):
        row, which = divmod(index, 4)
        factor = tuple(values[row]), removals[row], is_shipped[row]
        text = _request_text(names[number], matches.requests[row], bool(which % 2), *factor)
        texts.append(f'{text[:-1]}, "supply": true}}' if which > 1 else text)
    return texts


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


def _links(result: Footprint) -> tuple[list[str], list[WeightBlock]]:
    """Return the products that products of a result take, and the weights on them."""
    inventory = result.inventory
    linked = np.flatnonzero(inventory.supplier >= 0) if inventory.matches.has_links else np.empty(0, dtype=np.intp)
    if not len(linked):
        return [], []
    flow, product = inventory.flow[linked], inventory.product[linked]
    units = inventory.supplier_units[linked] / take(rule_arrays(result.rules).flow_factor, flow)
    weight, ruled = inventory.amount[linked] * units, ruled_rows(inventory.activity, inventory.quantities)[linked]
    taken, supplier = np.unique(inventory.supplier[linked], return_inverse=True)
    blocks = []
    for index, by_rule in ((index, by_rule) for index in np.unique(flow).tolist() for by_rule in (False, True)):
        rows = np.flatnonzero((flow == index) & (ruled == by_rule))
        if len(rows):
            rows = rows[np.argsort(product[rows], kind="stable")]
            cells = _distinct(product[rows], supplier.reshape(-1)[rows], weight[rows])
            blocks.append(WeightBlock(flow_name(result.rules, index), *cells, by_rule))
    suppliers = inventory.matches.suppliers
    names = inventory.products if suppliers is None else suppliers.names
    return names.take(taken).array.to_pylist() if isinstance(names, ArrowStrings) else [names[one] for one in taken], blocks


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
        yield WeightBlock(f"{PER_UNIT}{unit}", every, none, result.measures.product_units(result.measures.parse(unit)))


def weight_table(block: WeightBlock) -> Any:
    """Return the cells of a block as a pyarrow table."""
    import pyarrow as pa

    fields = [pa.field(name, kind, False) for name, kind in zip(COLUMNS, (pa.int32(), pa.int32(), pa.float64()), strict=True)]
    product, request = (column.astype(np.int32, copy=False) for column in (block.product, block.request))
    return pa.table([product, request, np.ascontiguousarray(block.weight)], schema=pa.schema(fields))
