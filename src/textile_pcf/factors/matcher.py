"""Match requests for emission factors: each distinct request once, for all tables of activity data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from threading import RLock
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from textile_pcf._frozen import quick_init
from textile_pcf.arrays import FloatArray, IndexArray, IntArray
from textile_pcf.factors import DECLARED, SPLIT_AND_AIRCRAFT, FactorTable, Match, NoMatch, Request, is_region
from textile_pcf.messages.message import Message, sentences
from textile_pcf.regions import region_of_others
from textile_pcf.suggest import nearest

if TYPE_CHECKING:
    from textile_pcf.activity.structure import Structure
    from textile_pcf.inventory.matching import FactorMatches
    from textile_pcf.rules import FlowSpec, RuleSet

CACHE_SIZE = 50_000  # number of matches from which a new matcher is started
ITEM_BITS, REGION_BITS, YEAR_BITS = 24, 14, 12  # of the 63-bit key of a request; 13 bits are left for the flow

UNMATCHED, BOUGHT, LATE, WARNED, OTHER_SET = 1, 2, 4, 8, 16
"""Marks of requests: without a factor; for a supplier's declared footprint; with a factor that is a proxy or of a later year,
which causes a warning (`FactorTable.rows_with_warnings`), or of another set (`FactorTable.rows_of_other_sets`)."""
NO_KEYS = np.array([np.iinfo(np.int64).max]), np.zeros(1, dtype=np.intp)
"""Keys and match indices of a rule without requests: one key above all others, so that a search always ends at a key."""


class FactorMatcher:
    """Match requests for emission factors under one GWP set and one convention for biogenic CO2.

    Each distinct request is matched once, also when many tables of activity data repeat it. Matches are only ever appended,
    so an index that was returned stays valid, also while another thread adds matches.

    Parameters
    ----------
    factors : FactorTable
        Tables of emission factors, searched in order.
    gwp : str
        Set of global warming potentials: AR4, AR5, AR6 or EF3.1.
    biogenic : str
        Convention for biogenic CO2: `minus_one_plus_one` or `zero_zero`.

    Attributes
    ----------
    requests : list of Request
        Every distinct request so far.
    matches : list of Match, NoMatch or None, one per request
        The factor that was found, the reason why there is none, or None for a product of the run.
    split_values : array, shape (requests, 5)
        Emissions per canonical unit of the flow, split as in `SPLIT_AND_AIRCRAFT`; 0 without a factor. [kg CO2e per unit]
    factor_rows : array, shape (requests, 2)
        Index of the factor table and row in it; -1 and -1 without a factor.
    removals : array, shape (requests,)
        Net uptake of CO2, whatever the convention; 0 without a factor. [kg CO2 per canonical unit of the flow]
    marks : array of int, shape (requests,)
        Sum of `UNMATCHED`, `BOUGHT`, `LATE`, `WARNED` and `OTHER_SET`, each where it holds; nearly all are 0.
    matches_by_structure : WeakKeyDictionary
        Factor matches of whole activity structures, kept by `match_exchanges` as long as the structure exists.
    """

    def __init__(self, factors: FactorTable, gwp: str, biogenic: str) -> None:
        self.factors, self.gwp, self.biogenic = factors, gwp, biogenic
        self.requests: list[Request] = []
        self.matches: list[Match | NoMatch | None] = []
        self.split_values = np.zeros((0, len(SPLIT_AND_AIRCRAFT)))
        self.factor_rows = np.zeros((0, 2), dtype=np.intp)
        self.removals = np.zeros(0)
        self.marks = np.zeros(0, dtype=np.uint8)
        self.matches_by_structure: WeakKeyDictionary[Structure, FactorMatches] = WeakKeyDictionary()
        self._row_values, self._row_removals = factors.parts(gwp, biogenic), factors.removals()
        self._row_marks = WARNED * factors.rows_with_warnings(gwp, biogenic) + OTHER_SET * factors.rows_of_other_sets(gwp)
        self._table_regions = {region for table in factors.tables for region in table.texts["region"]}
        self._lock = RLock()
        self._keys_and_indices: dict[RuleSet, tuple[NDArray[np.int64], IndexArray]] = {}
        self._item_codes: dict[str | None, int] = {}
        self._region_codes: dict[str | None, int] = {}
        self._single_requests: dict[Request, int] = {}
        self._match_of_request: dict[Request, Match | NoMatch] = {}

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name not in ("matches_by_structure", "_lock")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state, matches_by_structure=WeakKeyDictionary(), _lock=RLock())

    def renew_if_large(self) -> FactorMatcher:
        """Return this matcher, or an empty one for the same factors once it holds more than `CACHE_SIZE` matches.

        The arrays of the old matcher stay valid for those who hold them.
        """
        return self if len(self.matches) <= CACHE_SIZE else FactorMatcher(self.factors, self.gwp, self.biogenic)

    def match_indices(self, rules: RuleSet, requests: FactorRequests) -> IndexArray:
        """Return the index of the match of each request.

        Parameters
        ----------
        rules : RuleSet
            The rule whose flows request factors.
        requests : FactorRequests
            Requests as codes.

        Returns
        -------
        array of int, shape (requests,)
            Index in `matches`, `requests`, `split_values`, `factor_rows`, `removals` and `marks`.
        """
        with self._lock:
            return self._match_indices(rules, requests)

    def match_index(self, request: Request) -> int:
        """Return the index of the match of a request that does not come from a flow of the rule, such as a supply part's."""
        with self._lock:
            if request not in self._single_requests:
                self._single_requests[request] = len(self.matches)
                self.requests.append(request)
                self.matches.append(self._match_once(request))
                self._evaluate_new()
            return self._single_requests[request]

    def _match_indices(self, rules: RuleSet, requests: FactorRequests) -> IndexArray:
        known_keys, indices = self._keys_and_indices.get(rules, NO_KEYS)
        keys = self._keys(requests)
        position = known_keys.searchsorted(keys)
        is_new = known_keys.take(position) != keys
        if is_new.any():
            new = is_new.nonzero()[0]
            _, first = np.unique(keys[new], return_index=True)
            added = new[np.sort(first)]
            indices = np.append(indices, len(self.matches) + np.arange(len(added)))
            known_keys = np.append(known_keys, keys[added])
            for flow, item, region, year in requests.decode(added):
                self._match(rules.flows[flow], item, region, year)
            order = np.argsort(known_keys)
            known_keys, indices = self._keys_and_indices[rules] = (known_keys[order], indices[order])
            self._evaluate_new()
            position = known_keys.searchsorted(keys)
        found: IndexArray = indices.take(position)
        return found

    def _keys(self, requests: FactorRequests) -> NDArray[np.int64]:
        """Return one integer key per request, the same for equal requests of different tables."""
        item, region = _codes_of(self._item_codes, requests.items), _codes_of(self._region_codes, requests.regions)
        if len(self._item_codes) > 1 << ITEM_BITS or len(self._region_codes) > 1 << REGION_BITS:
            raise OverflowError("more distinct items or regions than can be distinguished")
        region <<= YEAR_BITS
        item <<= REGION_BITS + YEAR_BITS
        key = requests.flow.astype(np.int64)
        key <<= ITEM_BITS + REGION_BITS + YEAR_BITS
        key += item[requests.item]
        key += region[requests.region]
        key += requests.year
        return key

    def _evaluate_new(self) -> None:
        """Append emissions, removals, marks and factor rows of the matches that have none yet."""
        if len(self.split_values) < len(self.matches):
            requests = self.requests[len(self.split_values) :]
            new = self.matches[len(self.split_values) :]
            values = [self._emissions(match) for match in new]
            rows = [(match.table, match.row) if isinstance(match, Match) else (-1, -1) for match in new]
            self.split_values = np.concatenate([self.split_values, np.array(values).reshape(-1, len(SPLIT_AND_AIRCRAFT))])
            self.removals = np.append(self.removals, [self._removal(match) for match in new])
            marks = list(map(self._mark, requests, new))
            self.marks = np.append(self.marks, np.array(marks, dtype=np.uint8))
            self.factor_rows = np.concatenate([self.factor_rows, np.array(rows, dtype=np.intp).reshape(-1, 2)])

    def _match(self, spec: FlowSpec, item: str | None, region: str, year: int) -> None:
        """Append the request of a flow and its match; item "": the rule's own item, None: a product of the run."""
        request = Request(item or spec.factor or "", spec.kind, region, year, spec.unit, spec.category, spec.forbid)
        self.requests.append(request)
        self.matches.append(None if item is None else self._match_once(request))

    def _match_once(self, request: Request) -> Match | NoMatch:
        """Return the match of a request; flows of several stages, such as electricity, may make the same request."""
        found = self._match_of_request.get(request)
        if found is None:
            found = self._match_of_request[request] = _match_request(self.factors, request, self._table_regions)
        return found

    def _emissions(self, match: Match | NoMatch | None) -> FloatArray:
        """Return the emissions of a match, shape (5,). [kg CO2e per canonical unit of the flow]"""
        if match is None or isinstance(match, NoMatch):
            return np.zeros(len(SPLIT_AND_AIRCRAFT))
        per_unit = self.factors.tables[match.table].units[match.row].factor / match.flow_units
        return np.asarray(self._row_values[match.table][match.row] * per_unit)

    def _mark(self, request: Request, match: Match | NoMatch | None) -> int:
        """Return the sum of the marks of a request."""
        bought = BOUGHT if request.item.startswith(DECLARED) else 0
        if not isinstance(match, Match):
            return bought + (UNMATCHED if match is not None else 0)
        return bought + (LATE if match.warning else 0) + int(self._row_marks[match.table, match.row])

    def _removal(self, match: Match | NoMatch | None) -> float:
        """Return the net uptake of a match. [kg CO2 per canonical unit of the flow]"""
        if match is None or isinstance(match, NoMatch):
            return 0.0
        per_unit = self.factors.tables[match.table].units[match.row].factor / match.flow_units
        return float(self._row_removals[match.table][match.row] * per_unit)


def _codes_of(codes: dict[str | None, int], texts: Sequence[str | None]) -> NDArray[np.int64]:
    """Return the code of each text; new texts get the next codes."""
    try:
        known = [*map(codes.__getitem__, texts)]
    except KeyError:
        known = [codes.setdefault(text, len(codes)) for text in texts]
    return np.array(known, dtype=np.int64)


@quick_init
@dataclass(frozen=True, eq=False)
class FactorRequests:
    """Requests of exchanges for emission factors, as codes.

    Attributes
    ----------
    flow : array of int, shape (requests,)
        Index of the flow in the rule.
    item : array of int, shape (requests,)
        Index in `items`.
    region : array of int, shape (requests,)
        Index in `regions`.
    year : array of int, shape (requests,)
        Year of the activity; 0 where none is given.
    items : sequence of str or None
        Items of factors; "" stands for the rule's own item, None for a product of the run.
    regions : sequence of str
        Region codes.
    """

    flow: IntArray
    item: IntArray
    region: IntArray
    year: IntArray
    items: Sequence[str | None]
    regions: Sequence[str]

    def decode(self, indices: IndexArray) -> Iterator[tuple[int, str | None, str, int]]:
        """Yield flow, item, region and year of some requests."""
        columns = (codes[indices].tolist() for codes in (self.flow, self.item, self.region, self.year))
        for flow, item, region, year in zip(*columns, strict=True):
            yield flow, self.items[item], self.regions[region], year


def factor_matcher(factors: FactorTable, gwp: str, biogenic: str) -> FactorMatcher:
    """Return the matcher of these factors, with the matches of earlier calculations.

    Parameters
    ----------
    factors : FactorTable
        Tables of emission factors, searched in order.
    gwp : str
        Set of global warming potentials: AR4, AR5, AR6 or EF3.1.
    biogenic : str
        Convention for biogenic CO2: `minus_one_plus_one` or `zero_zero`.

    Examples
    --------
    >>> from textile_pcf.factors import load_factors
    >>> factors = load_factors()
    >>> factor_matcher(factors, "AR6", "zero_zero") is factor_matcher(factors, "AR6", "zero_zero")
    True
    """
    cached = _cached_matcher(factors, gwp, biogenic)
    cached[0] = cached[0].renew_if_large()
    return cached[0]


@lru_cache(maxsize=32)
def _cached_matcher(factors: FactorTable, gwp: str, biogenic: str) -> list[FactorMatcher]:
    """Return a list of one matcher; a list, so that a large matcher can be replaced in the cache."""
    return [FactorMatcher(factors, gwp, biogenic)]


def _match_request(factors: FactorTable, request: Request, table_regions: set[str]) -> Match | NoMatch:
    """Match a request, or say what is missing: the item, a known region or the factor."""
    if not request.item:
        return NoMatch(
            "No item is named, and the rule has none for this flow.",
            "Name an emission factor in the column `item`; where the amount is 0, any that fits.",
        )
    if not is_region(request.region) and request.region not in table_regions:
        close = region_of_others(request.region) or nearest(request.region, table_regions)
        cure = "Write an ISO 3166 code such as CN or CN-ZJ, a group such as RER, or GLO."
        what = Message("{region!r} is not a region.", region=request.region)
        return NoMatch(what, sentences(Message("Did you mean {close!r}?", close=close) if close else "", cure), "region")
    return factors.match(request)
