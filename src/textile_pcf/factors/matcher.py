"""Requests for emission factors, each distinct one matched once and kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from threading import RLock
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from textile_pcf.arrays import FloatArray, IndexArray, IntArray
from textile_pcf.columns import take
from textile_pcf.factors import SPLIT_AND_AIRCRAFT, FactorTable, Match, NoMatch, Request, is_region
from textile_pcf.regions import region_by_name
from textile_pcf.suggest import nearest

if TYPE_CHECKING:
    from textile_pcf.activity.structure import Structure
    from textile_pcf.inventory.matching import FactorMatches
    from textile_pcf.rules import FlowSpec, RuleSet

LINK = "product:"
KEPT = 50_000  # answers that are kept for later tables
ITEM, REGION, YEAR = 24, 14, 12  # bits of a question's number; 13 are left for the flow


class FactorMatcher:
    """Which factor stands for what is asked: each distinct question is answered once, also for many tables of activity data.

    Per answer, `parts` holds the emissions per canonical unit of the flow, shape (answers, PARTS), `rows` the factor table and
    its row (-1: none), and `refused` whether there is no factor. Answers are only ever added, so that places stay true, also
    while another thread asks.
    """

    def __init__(self, factors: FactorTable, gwp: str, biogenic: str) -> None:
        self.factors, self.gwp, self.biogenic = factors, gwp, biogenic
        self._of_rows = factors.parts(gwp, biogenic)
        self._regions = {region for table in factors.tables for region in table.texts["region"]}
        self._asking = RLock()
        self.requests: list[Request] = []
        self.answers: list[Match | NoMatch | None] = []
        self.parts = np.zeros((0, len(SPLIT_AND_AIRCRAFT)))
        self.refused = np.zeros(0, dtype=bool)
        self.rows = np.zeros((0, 2), dtype=np.intp)
        self.matched: WeakKeyDictionary[Structure, FactorMatches] = WeakKeyDictionary()
        self._known: dict[RuleSet, tuple[NDArray[np.int64], IndexArray]] = {}
        self._items: dict[str | None, int] = {}
        self._regions_asked: dict[str | None, int] = {}
        self._beside: dict[Request, int] = {}

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name not in ("matched", "_asking")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state, matched=WeakKeyDictionary(), _asking=RLock())

    def bounded(self) -> FactorMatcher:
        """These, or where they have become too many, none yet: what others hold of them stays theirs."""
        return self if len(self.answers) <= KEPT else FactorMatcher(self.factors, self.gwp, self.biogenic)

    def match_indices(self, rules: RuleSet, questions: FactorRequests) -> IndexArray:
        """Place of the answer to each question."""
        with self._asking:
            return self._match_indices(rules, questions)

    def _match_indices(self, rules: RuleSet, questions: FactorRequests) -> IndexArray:
        known, places = self._known.get(rules, (np.empty(0, dtype=np.int64), np.empty(0, dtype=np.intp)))
        keys = self._keys(questions)
        at = np.searchsorted(known, keys)
        new = np.flatnonzero(np.append(known, -1)[at] != keys)
        if len(new):
            _, first = np.unique(keys[new], return_index=True)
            added = new[np.sort(first)]
            places = np.append(places, len(self.answers) + np.arange(len(added)))
            known = np.append(known, keys[added])
            for flow, item, region, year in questions.at(added):
                self._match(rules.flows[flow], item, region, year)
            order = np.argsort(known)
            known, places = self._known[rules] = (known[order], places[order])
            self._evaluate_new()
            at = np.searchsorted(known, keys)
        return take(places, at)

    def _keys(self, questions: FactorRequests) -> NDArray[np.int64]:
        """One number for each question, the same in every table."""
        item, region = _codes_of(self._items, questions.items), _codes_of(self._regions_asked, questions.regions)
        if len(self._items) > 1 << ITEM or len(self._regions_asked) > 1 << REGION:
            raise OverflowError("more distinct items or regions than can be told apart")
        key = (questions.flow << ITEM) + item[questions.item]
        return np.asarray(((key << REGION) + region[questions.region] << YEAR) + questions.year)

    def match_index(self, request: Request) -> int:
        """Place of the answer to a question that no flow of the rule asks by itself."""
        with self._asking:
            if request not in self._beside:
                self._beside[request] = len(self.answers)
                self.requests.append(request)
                self.answers.append(_match_request(self.factors, request, self._regions))
                self._evaluate_new()
            return self._beside[request]

    def _evaluate_new(self) -> None:
        """Emissions of the answers that are new."""
        if len(self.parts) < len(self.answers):
            told = self.answers[len(self.parts) :]
            new = [self._emissions(answer) for answer in told]
            rows = [(answer.table, answer.row) if isinstance(answer, Match) else (-1, -1) for answer in told]
            self.parts = np.concatenate([self.parts, np.array(new).reshape(-1, len(SPLIT_AND_AIRCRAFT))])
            self.refused = np.append(self.refused, [isinstance(answer, NoMatch) for answer in told])
            self.rows = np.concatenate([self.rows, np.array(rows, dtype=np.intp).reshape(-1, 2)])

    def _match(self, spec: FlowSpec, item: str | None, region: str, year: int) -> None:
        wanted = item or spec.factor or ""
        self.requests.append(Request(wanted, spec.kind, region, year, spec.unit, spec.category, spec.forbid))
        self.answers.append(None if item is None else _match_request(self.factors, self.requests[-1], self._regions))

    def _emissions(self, answer: Match | NoMatch | None) -> FloatArray:
        if answer is None or isinstance(answer, NoMatch):
            return np.zeros(len(SPLIT_AND_AIRCRAFT))
        per = self.factors.tables[answer.table].units[answer.row].factor / answer.mass
        return np.asarray(self._of_rows[answer.table][answer.row] * per)


def _codes_of(codes: dict[str | None, int], texts: Sequence[str | None]) -> NDArray[np.int64]:
    """Codes of texts, those that are new among them."""
    return np.array([codes.setdefault(text, len(codes)) for text in texts], dtype=np.int64)


@dataclass(frozen=True, eq=False)
class FactorRequests:
    """What is asked, as codes: flow of the rule, item of `items` ("": the rule's own, None: a link), region, year (0: none)."""

    flow: IntArray
    item: IntArray
    region: IntArray
    year: IntArray
    items: Sequence[str | None]
    regions: Sequence[str]

    def at(self, places: IndexArray) -> Iterator[tuple[int, str | None, str, int]]:
        """Some of them in words."""
        for flow, item, region, year in zip(
            *(x[places].tolist() for x in (self.flow, self.item, self.region, self.year)), strict=True
        ):
            yield flow, self.items[item], self.regions[region], year


def factor_matcher(factors: FactorTable, gwp: str, biogenic: str) -> FactorMatcher:
    """Answers of factor tables under a set of global warming potentials, with all that was asked before."""
    kept = _cached_matcher(factors, gwp, biogenic)
    kept[0] = kept[0].bounded()
    return kept[0]


@lru_cache(maxsize=32)
def _cached_matcher(factors: FactorTable, gwp: str, biogenic: str) -> list[FactorMatcher]:
    return [FactorMatcher(factors, gwp, biogenic)]


def _match_request(factors: FactorTable, request: Request, known: set[str]) -> Match | NoMatch:
    """The factor that a request means, or why there is none: no item, no such region, no such factor."""
    if not request.item:
        return NoMatch(
            "No item is named, and the rule has none for this flow.", "Name an emission factor in the column `item`."
        )
    if not is_region(request.region) and request.region not in known:
        close = region_by_name(request.region) or nearest(request.region, known)
        cure = "Write an ISO 3166 code such as CN or CN-ZJ, a group such as RER, or GLO."
        what = f"{request.region!r} is not a region."
        return NoMatch(what, f"Did you mean {close!r}? {cure}" if close else cure, "region")
    return factors.match(request)
