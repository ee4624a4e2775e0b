"""The emission factor of every exchange."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from textile_pcf._frozen import Keeper, cached_property, quick_init
from textile_pcf.activity import Activity
from textile_pcf.activity.links import linked_names
from textile_pcf.activity.row_patterns import rows_where
from textile_pcf.activity.structure_cache import structure_cache
from textile_pcf.arrays import BoolArray, FloatArray, IndexArray, IntArray
from textile_pcf.columns import distinct_codes, find_texts, group_rows, take
from textile_pcf.errors import Problem
from textile_pcf.factors import LINK, Match, NoMatch, Request
from textile_pcf.factors.matcher import BOUGHT, LATE, UNMATCHED, FactorMatcher, FactorRequests
from textile_pcf.inventory.default_table import merge_missing
from textile_pcf.inventory.suppliers import Suppliers, link_units
from textile_pcf.messages.message import Message, sentences
from textile_pcf.rules import RuleSet
from textile_pcf.suggest import nearest

REJECTED_SUPPLIER = "rejected-supplier"  # code of a problem
COMPARED = 20_000
"""Products with which an unknown name is compared; with more it takes seconds a name."""


def nonzero_parts(values: FloatArray) -> tuple[int, ...]:
    """Return the columns of factor values, shape (factors, 5), that are not all zero."""
    return tuple(np.logical_or.reduce(values).nonzero()[0].tolist())


@quick_init
@dataclass(frozen=True, eq=False)
class FactorMatches(Keeper):
    """Emission factor or supplier of each exchange.

    Exchanges of one pattern make the same request; patterns without exchanges point at any request. It keeps what all
    activity data with these matches share, whatever their amounts: for one product that comes again with other amounts this
    saves a quarter of the work.

    Attributes
    ----------
    pattern : ndarray, shape (exchanges,)
        Pattern of each exchange.
    request_of_pattern : ndarray, shape (patterns,)
        Request of each pattern.
    matcher : FactorMatcher
        Holds matches and requests, also of other activity data.
    values : ndarray, shape (requests, 5)
        Fossil, biogenic, uptake, land use change, and aircraft of each request. [kg CO2e per canonical flow unit]
    factor_rows : ndarray, shape (requests, 2)
        Factor table and its row; -1 where there is none.
    removals : ndarray, shape (requests,)
        Net uptake of CO2 of each request, whatever the convention. [kg CO2 per canonical flow unit]
    match_index : ndarray, shape (requests,)
        Index of each request in the matches and requests of `matcher`.
    supplier : ndarray, shape (exchanges,) or (0,)
        Product of the run that each exchange takes, -1 if none; empty if no exchange is a link.
    has_links : bool
        Whether any exchange is a link.
    problems : tuple of Problem
        Requests without a factor.
    materials : ndarray, shape (requests, 2), optional
        Biogenic carbon and mass of what a request takes, if that is a product of the run; NaN for others, None if
        there are none. [kg C/kg, kg per canonical flow unit]
    suppliers : Suppliers, optional
        The products that links take, where these are calculated elsewhere; `supplier` counts them then.
    """

    pattern: IndexArray
    request_of_pattern: IndexArray
    matcher: FactorMatcher
    values: FloatArray
    factor_rows: IndexArray
    removals: FloatArray
    match_index: IndexArray
    supplier: IndexArray
    has_links: bool
    problems: tuple[Problem, ...]
    materials: FloatArray | None = None
    suppliers: Suppliers | None = None

    @cached_property
    def request(self) -> IndexArray:
        """Request of each exchange, shape (exchanges,)."""
        return take(self.request_of_pattern, self.pattern)

    @cached_property
    def pattern_values(self) -> FloatArray:
        """Factor of each pattern, shape (patterns, 5). [kg CO2e per canonical flow unit]"""
        return self.values.take(self.request_of_pattern, axis=0)

    @cached_property
    def nonzero_parts(self) -> tuple[int, ...]:
        """Columns of `values` that are not all zero."""
        return nonzero_parts(self.values)

    @cached_property
    def matches(self) -> tuple[Match | None, ...]:
        """Match of each request; None for links and requests without a factor."""
        matches = (self.matcher.matches[index] for index in self.match_index.tolist())
        return tuple(match if isinstance(match, Match) else None for match in matches)

    @cached_property
    def requests(self) -> tuple[Request, ...]:
        """The requests."""
        return tuple(self.matcher.requests[index] for index in self.match_index.tolist())

    @cached_property
    def is_declared(self) -> BoolArray:
        """Whether each request is for a declared footprint, shape (requests,)."""
        return self.with_mark(BOUGHT)

    @cached_property
    def _marks(self) -> int:
        return int(np.bitwise_or.reduce(self.matcher.marks.take(self.match_index)))

    def have(self, mark: int) -> bool:
        """Return whether any request has a mark of `factors.matcher`."""
        return self._marks & mark > 0

    def with_mark(self, mark: int) -> BoolArray:
        """Return which requests have a mark of `factors.matcher`, shape (requests,)."""
        return self.matcher.marks.take(self.match_index) & mark > 0

    @cached_property
    def used_rows(self) -> dict[int, list[int]]:
        """Used rows of each factor table."""
        tables, rows = self.factor_rows.T
        used = distinct_codes(tables[tables >= 0]).tolist()
        return {table: distinct_codes(rows[tables == table]).tolist() for table in used}


def match_exchanges(
    activity: Activity, matcher: FactorMatcher, suppliers: Suppliers | None = None, rejected: Set[str] = frozenset()
) -> FactorMatches:
    """Find the emission factor of every exchange; each distinct flow, item, region and year is matched once.

    Amounts are not touched. The item is that of the row, else of the rule; the kind is that of the flow; region and year are
    those of the row, else of its stage, else of the product (`activity.geography`). `factors.matching:match` finds the row of
    the table, and `factors.matcher:FactorMatcher` gives its emissions per canonical unit of the flow.

    Parameters
    ----------
    activity : Activity
    matcher : FactorMatcher
        Factor tables under one set of global warming potentials and one convention; it keeps matches for later calls.
    suppliers : Suppliers, optional
        The products that links take; those of the activity data where none are given.
    rejected : set of str, optional
        Products that were rejected, so that what takes them is too.

    Returns
    -------
    FactorMatches
        With a problem for every exchange that has no factor.
    """
    if (earlier := matcher.matches_by_structure.get(activity.structure)) is not None:
        return earlier
    pattern, request, indices, links = _requests(activity, matcher)
    supplier = _suppliers(activity, links, activity.names if suppliers is None else suppliers.names)
    values, rows = matcher.split_values.take(indices, axis=0), matcher.factor_rows.take(indices, axis=0)
    removals = matcher.removals.take(indices)
    matched = FactorMatches(
        pattern, request, matcher, values, rows, removals, indices, supplier, len(links) > 0, (), suppliers=suppliers,
    )  # fmt: skip
    problems: list[Problem] = []
    if matched.have(UNMATCHED):
        problems += merge_missing(matcher.factors, _problems(activity, matcher, matched), activity.columns.table.name)
    problems += _unknown_suppliers(activity, links, supplier, suppliers, rejected) if len(links) else ()
    matched = replace(matched, problems=tuple(problems)) if problems else matched
    if activity.structure in structure_cache(activity.rules) and not problems:
        matcher.matches_by_structure[activity.structure] = matched
    return matched


def _requests(activity: Activity, matcher: FactorMatcher) -> tuple[IndexArray, IndexArray, IndexArray, IndexArray]:
    """Return pattern per exchange, request per pattern, match index per request, and the exchanges that link to a product.

    Each distinct row pattern is one request. If patterns have no region and year, those of the exchanges are part of it.
    """
    flows = activity.exchanges
    patterns, (is_link, item, items) = flows.patterns, _request_items(activity)
    if flows.patterns_have_geography:
        pattern, (chosen, request) = flows.pattern, patterns.of_flows
        region, year = patterns.region[chosen], patterns.year[chosen]
    else:
        pattern, chosen, region, year = flows.group_by_place()
        request = np.arange(len(chosen))
    flow, item = patterns.flow[chosen], item[chosen]
    if is_link is not None:  # whatever they take, links are one request of each flow, region and year
        first, distinct = group_rows(flow, item, region, year)
        flow, item, region, year, request = flow[first], item[first], region[first], year[first], distinct[request]
    requests = FactorRequests(flow, item, region, year, items, activity.regions)
    links = np.empty(0, dtype=np.intp) if is_link is None else rows_where(is_link, flows.pattern)
    return pattern, request, matcher.match_indices(activity.rules, requests), links


def _request_items(activity: Activity) -> tuple[BoolArray | None, IntArray, list[str | None]]:
    """Return which patterns are links, None if none is; the item of each pattern; and the items, the rule's own last."""
    patterns, cells = activity.exchanges.patterns, activity.columns
    texts, item = cells.texts["item"].categories, patterns.item  # -1, the last, is the rule's own
    if not cells.has_links:
        return None, item, [*texts, None, ""]
    is_link = np.append(cells.is_link, False)[item] & (patterns.flow >= 0)
    if not is_link.any():
        return None, item, [*texts, None, ""]
    used = distinct_codes(item[~is_link & (item >= 0)])  # of a catalogue with links, few of many items
    coded = np.where(item < 0, len(used) + 1, np.searchsorted(used, item))
    coded[is_link] = len(used)
    return is_link, coded, [*(texts[code] for code in used.tolist()), None, ""]


def _suppliers(activity: Activity, links: IndexArray, names: Sequence[str]) -> IndexArray:
    """Return which of these products each exchange links to, -1 if none; empty if no exchange is a link."""
    if not len(links):
        return np.empty(0, dtype=np.intp)
    items, is_link = activity.columns.texts["item"], activity.columns.is_link
    target = np.full(len(items.categories), -1)
    target[is_link] = find_texts(linked_names(items.categories, is_link), names)
    supplier = np.full(len(activity.exchanges), -1)
    supplier[links] = target[items.codes[activity.exchanges.row[links]]]
    return supplier


def _rows_of_region(activity: Activity, region: str, asking: IndexArray) -> IndexArray:
    """Return the rows that name a region in the products of these exchanges: what others calculate does not depend on it."""
    column = activity.columns.texts["region"]
    if region not in column.categories:
        return np.array([], int)
    named = np.flatnonzero(column.codes == column.categories.index(region))
    products = [activity.products[product] for product in np.unique(activity.exchange_products[asking]).tolist()]
    cells = activity.columns.texts["product"]
    return named[np.isin(cells.codes[named], find_texts(products, cells.categories))]


def _problems(activity: Activity, matcher: FactorMatcher, matched: FactorMatches) -> Iterator[tuple[Request | None, Problem]]:
    """Yield a problem per exchange without a factor, with its request."""
    flows, wrong_rows = activity.exchanges, set[int]()
    for number in np.flatnonzero(matched.with_mark(UNMATCHED)):
        match, rows = matcher.matches[matched.match_index[number]], np.flatnonzero(matched.request == number)
        assert isinstance(match, NoMatch)
        request = matcher.requests[matched.match_index[number]] if match.column != "region" else None
        input_rows = np.unique(flows.row[rows[flows.row[rows] >= 0]])
        if match.column == "region":
            region = activity.regions[flows.region[rows[0]]]
            region_rows = _rows_of_region(activity, region, rows)
            if len(region_rows):  # one problem per cell, however many factors it asks for
                new = [row for row in region_rows.tolist() if row not in wrong_rows]
                at = activity.columns.problems_at(new, match.what, match.cure, "region", "bad-region")
                yield from ((None, problem) for problem in at)
                wrong_rows.update(new)
                continue
        at = activity.columns.problems_at(input_rows, match.what, match.cure, match.column, "no-factor")
        yield from ((request, problem) for problem in at)
        for row in rows[flows.row[rows] < 0]:
            spec = activity.rules.flows[flows.flow[row]]
            title = activity.rules.localized_title(activity.rules.stage_id(spec.stage), spec.id)
            cure = sentences(match.cure, Message("Or give a row for {title}.", title=title))
            yield request, activity.missing(spec.stage, int(flows.entry[row]), spec.id, match.what, cure, "no-factor")


def _unknown_suppliers(
    activity: Activity, links: IndexArray, supplier: IndexArray, suppliers: Suppliers | None, rejected: Set[str]
) -> Iterator[Problem]:
    near = dict(suppliers.absent) if suppliers is not None else {}
    rejected = rejected if suppliers is None else suppliers.rejected | rejected
    refused, other_cause = links[supplier[links] < 0] if len(links) else links, links[:0]
    if suppliers is not None and suppliers.rejected:
        refused, other_cause = _refused_links(activity, links, supplier[links], suppliers)
    for row in refused:
        source = int(activity.exchanges.row[row])
        text = activity.columns.text("item", source)
        name = text.removeprefix(LINK)
        if name in rejected:
            if name == activity.columns.text("product", source) or activity.exchange_products[row] in other_cause:
                continue  # it has another cause
            what, cure = Message("The product {name!r} is rejected itself.", name=name), "Mend that product first."
            yield from activity.columns.problems_at([source], what, cure, "item", REJECTED_SUPPLIER)
            continue
        close = near[name] if name in near else near.setdefault(name, nearest_product(name, activity.products))
        hint = Message("Did you mean {close!r}?", close=f"{LINK}{close}")
        cure = hint if close else "Add the rows of that product to this input."
        yield from activity.columns.problems_at(
            [source], Message("There is no product {text!r} in this run.", text=text), cure, "item", "no-product"
        )


def _refused_links(
    activity: Activity, links: IndexArray, supplier: IndexArray, suppliers: Suppliers
) -> tuple[IndexArray, IndexArray]:
    """Return the links that take no product or a rejected one, and the products that take one in a unit without a conversion.

    Such a unit is found when amounts are known. It is the cause, and not that a supplier is rejected: that may be because it
    takes the product itself.
    """
    places = find_texts(sorted(suppliers.rejected), suppliers.names)
    refused = np.zeros(len(suppliers.names) + 1, dtype=bool)
    refused[[-1, *places[places >= 0]]] = True  # the last, -1, is no product
    column, known = link_units(activity.rules)[1][activity.exchanges.flow[links]], supplier >= 0
    without_unit = np.zeros(len(links), dtype=bool)
    without_unit[known] = np.isnan(suppliers.units[supplier[known], column[known]])
    return links[refused[supplier] & ~without_unit], activity.exchange_products[links[without_unit]]


def nearest_product(name: str, products: Sequence[str]) -> str:
    """Return the product of the most similar name; "" if none is, or if there are too many to compare with."""
    return (nearest(name, products) or "") if len(products) <= COMPARED else ""


def match_warnings(activity: Activity, matched: FactorMatches) -> tuple[tuple[int, str], ...]:
    """Return product and warning for each factor of a later year than the activity data."""
    return matched.keep("late", lambda: tuple(_warnings_of_late(activity, matched)))


def _warnings_of_late(activity: Activity, matched: FactorMatches) -> Iterator[tuple[int, str]]:
    if not matched.have(LATE):
        return
    lines, request = _late_lines(matched)
    flow, product = activity.exchanges.flows_of(lines), activity.exchange_products.take(lines)
    order = np.lexsort((product, request, flow))  # in the order of the rule
    places = zip(flow[order].tolist(), request[order].tolist(), product[order].tolist(), strict=True)
    yield from dict.fromkeys((product, _text_of_late(activity, matched, number, flow)) for flow, number, product in places)


def late_warnings(activity: Activity, matched: FactorMatches) -> Iterator[Message]:
    """Yield the distinct warnings of `match_warnings` without their products, for a catalogue."""
    requests, flows = _late_requests(activity, matched)
    _, first = np.unique(matched.match_index[requests], return_index=True)
    first.sort()
    yield from (_text_of_late(activity, matched, *pair) for pair in _pairs(requests[first], flows[first]))


def _pairs(requests: IndexArray, flows: IntArray) -> Iterator[tuple[int, int]]:
    return zip(requests.tolist(), flows.tolist(), strict=True)


def _late_lines(matched: FactorMatches) -> tuple[IndexArray, IndexArray]:
    """Return the exchanges matched by a factor of a later year, and their requests."""
    lines = rows_where(take(matched.with_mark(LATE), matched.request_of_pattern), matched.pattern)
    return lines, take(matched.request_of_pattern, take(matched.pattern, lines))


def _late_requests(activity: Activity, matched: FactorMatches) -> tuple[IndexArray, IntArray]:
    """Return the requests matched by a factor of a later year, and the flow of each, in the order of the rule."""
    lines, request = _late_lines(matched)
    flow = np.full(len(matched.match_index), -1)
    flow[request] = activity.exchanges.flows_of(lines)  # each request has one
    late = (flow >= 0).nonzero()[0]  # requests without an exchange are left out
    order = np.argsort(flow[late], kind="stable")
    return late[order], flow[late][order]


def _text_of_late(activity: Activity, matched: FactorMatches, number: int, flow: int) -> Message:
    index = matched.match_index.item(number)
    match, request = matched.matcher.matches[index], matched.matcher.requests[index]
    assert isinstance(match, Match)
    return late_warning(activity.rules, flow, request.item, match.warning)


@lru_cache(maxsize=4096)
def late_warning(rules: RuleSet, flow: int, item: str, warning: str) -> Message:
    """Return the warning of a factor of a later year or a proxy; products and partitions of a catalogue repeat it.

    Parameters
    ----------
    rules : RuleSet
    flow : int
        Index of the flow in the rule.
    item, warning : str
        Item asked for, and `Match.warning`.
    """
    name = f"{rules.stage_id(rules.flows[flow].stage)}.{rules.flows[flow].id}"
    return Message("{name}: {item}: {warning}.", name=name, item=item, warning=warning)
