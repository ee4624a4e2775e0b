"""Emission factors for flow rows: one question per distinct (flow, item, region, year), never one per row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from threading import RLock
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from textile_pcf.activity import Activity
from textile_pcf.activity.meaning import Ints, among
from textile_pcf.activity.structure import Structure
from textile_pcf.calculation.defaults import summed_up
from textile_pcf.columns import Array, combine, picked
from textile_pcf.engine import Places
from textile_pcf.errors import Problem
from textile_pcf.factors import PARTS, FactorTable, Match, NoMatch, Request, is_region
from textile_pcf.regions import region_named
from textile_pcf.results.lines import parts_told
from textile_pcf.rules import FlowSpec, RuleSet
from textile_pcf.units import nearest

LINK = "product:"
KEPT = 50_000  # answers that are kept for later tables
ITEM, REGION, YEAR = 24, 14, 12  # bits of a question's number; 13 are left for the flow


class Answers:
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
        self.parts = np.zeros((0, len(PARTS)))
        self.refused = np.zeros(0, dtype=bool)
        self.rows = np.zeros((0, 2), dtype=np.intp)
        self.matched: WeakKeyDictionary[Structure, Matched] = WeakKeyDictionary()
        self._known: dict[RuleSet, tuple[NDArray[np.int64], Places]] = {}
        self._items: dict[str | None, int] = {}
        self._regions_asked: dict[str | None, int] = {}
        self._beside: dict[Request, int] = {}

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name not in ("matched", "_asking")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state, matched=WeakKeyDictionary(), _asking=RLock())

    def bounded(self) -> Answers:
        """These, or where they have become too many, none yet: what others hold of them stays theirs."""
        return self if len(self.answers) <= KEPT else Answers(self.factors, self.gwp, self.biogenic)

    def places(self, rules: RuleSet, questions: Questions) -> Places:
        """Place of the answer to each question."""
        with self._asking:
            return self._places(rules, questions)

    def _places(self, rules: RuleSet, questions: Questions) -> Places:
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
                self._ask(rules.flows[flow], item, region, year)
            order = np.argsort(known)
            known, places = self._known[rules] = (known[order], places[order])
            self._count()
            at = np.searchsorted(known, keys)
        return picked(places, at)

    def _keys(self, questions: Questions) -> NDArray[np.int64]:
        """One number for each question, the same in every table."""
        item, region = _coded(self._items, questions.items), _coded(self._regions_asked, questions.regions)
        if len(self._items) > 1 << ITEM or len(self._regions_asked) > 1 << REGION:
            raise OverflowError("more distinct items or regions than can be told apart")
        key = (questions.flow << ITEM) + item[questions.item]
        return np.asarray(((key << REGION) + region[questions.region] << YEAR) + questions.year)

    def place(self, request: Request) -> int:
        """Place of the answer to a question that no flow of the rule asks by itself."""
        with self._asking:
            if request not in self._beside:
                self._beside[request] = len(self.answers)
                self.requests.append(request)
                self.answers.append(_answer(self.factors, request, self._regions))
                self._count()
            return self._beside[request]

    def _count(self) -> None:
        """Emissions of the answers that are new."""
        if len(self.parts) < len(self.answers):
            told = self.answers[len(self.parts) :]
            new = [self._emissions(answer) for answer in told]
            rows = [(answer.table, answer.row) if isinstance(answer, Match) else (-1, -1) for answer in told]
            self.parts = np.concatenate([self.parts, np.array(new).reshape(-1, len(PARTS))])
            self.refused = np.append(self.refused, [isinstance(answer, NoMatch) for answer in told])
            self.rows = np.concatenate([self.rows, np.array(rows, dtype=np.intp).reshape(-1, 2)])

    def _ask(self, spec: FlowSpec, item: str | None, region: str, year: int) -> None:
        wanted = item or spec.factor or ""
        self.requests.append(Request(wanted, spec.kind, region, year, spec.unit, spec.category, spec.forbid))
        self.answers.append(None if item is None else _answer(self.factors, self.requests[-1], self._regions))

    def _emissions(self, answer: Match | NoMatch | None) -> Array:
        if answer is None or isinstance(answer, NoMatch):
            return np.zeros(len(PARTS))
        per = self.factors.tables[answer.table].units[answer.row].factor / answer.mass
        return np.asarray(self._of_rows[answer.table][answer.row] * per)


def _coded(codes: dict[str | None, int], texts: Sequence[str | None]) -> NDArray[np.int64]:
    """Codes of texts, those that are new among them."""
    return np.array([codes.setdefault(text, len(codes)) for text in texts], dtype=np.int64)


@dataclass(frozen=True, eq=False)
class Questions:
    """What is asked, as codes: flow of the rule, item of `items` ("": the rule's own, None: a link), region, year (0: none)."""

    flow: Ints
    item: Ints
    region: Ints
    year: Ints
    items: Sequence[str | None]
    regions: Sequence[str]

    def at(self, places: Places) -> Iterator[tuple[int, str | None, str, int]]:
        """Some of them in words."""
        for flow, item, region, year in zip(
            *(x[places].tolist() for x in (self.flow, self.item, self.region, self.year)), strict=True
        ):
            yield flow, self.items[item], self.regions[region], year


def answers_of(factors: FactorTable, gwp: str, biogenic: str) -> Answers:
    """Answers of factor tables under a set of global warming potentials, with all that was asked before."""
    kept = _kept(factors, gwp, biogenic)
    kept[0] = kept[0].bounded()
    return kept[0]


@lru_cache(maxsize=32)
def _kept(factors: FactorTable, gwp: str, biogenic: str) -> list[Answers]:
    return [Answers(factors, gwp, biogenic)]


@dataclass(frozen=True, eq=False)
class Matched:
    """What stands for each flow row.

    Rows of one `kind` ask the same; `question` is the place of what each kind asks in `answers` (None for a link to another
    product), in `requests`, in `parts`, the emissions per canonical unit of the flow, shape (questions, PARTS), in `rows`, the
    factor table and its row, and in `places`, where all answers keep it; kinds that no row has point anywhere. `supplier` is
    the linked product of a row, -1 where there is none; `links` says whether there is any.
    """

    kind: Places
    question: Places
    every: Sequence[Match | NoMatch | None]
    asked: Sequence[Request]
    parts: Array
    rows: Places
    places: Places
    supplier: Places
    links: bool
    problems: tuple[Problem, ...]

    @cached_property
    def form(self) -> Places:
        """The question of each row."""
        return picked(self.question, self.kind)

    @cached_property
    def of_kinds(self) -> Array:
        """Emissions per canonical unit of what each kind asks, shape (kinds, PARTS)."""
        return self.parts.take(self.question, axis=0)

    @cached_property
    def told(self) -> tuple[int, ...]:
        """Parts of the emissions that some factor tells."""
        return parts_told(self.parts)

    @cached_property
    def answers(self) -> tuple[Match | None, ...]:
        """The factor of each question."""
        found = (self.every[place] for place in self.places.tolist())
        return tuple(answer if isinstance(answer, Match) else None for answer in found)

    @cached_property
    def requests(self) -> tuple[Request, ...]:
        """Each question in words."""
        return tuple(self.asked[place] for place in self.places.tolist())


def match_rows(activity: Activity, answers: Answers) -> Matched:
    """Emission factor of every flow row, with a problem for every row that has none."""
    if (earlier := answers.matched.get(activity.structure)) is not None:
        return earlier
    kind, question, places, links = _questions(activity, answers)
    supplier = _suppliers(activity, links)
    told = (answers.parts[places], answers.rows[places], places, supplier, len(links) > 0)
    matched = Matched(kind, question, answers.answers, answers.requests, *told, problems=())
    without = _problems(activity, answers, matched)
    problems = [*summed_up(answers.factors, without, activity.cells.table.name), *_unknown_suppliers(activity, links, supplier)]
    matched = replace(matched, problems=tuple(problems)) if problems else matched
    if activity.whole and not problems:
        answers.matched[activity.structure] = matched
    return matched


def _questions(activity: Activity, answers: Answers) -> tuple[Places, Places, Places, Places]:
    """Kind of each row, question of each kind, place of the answer to each question, and which rows link to another product.

    Questions are told apart by distinct row forms; where a form tells no region or year, by those of its seats as well.
    """
    flows, items = activity.flows, activity.cells.texts["item"].categories
    forms = flows.forms
    linking = np.array([*(text.startswith(LINK) for text in items), False])  # the last, -1, is the rule's own
    is_link = linking[forms.item] & (forms.flow >= 0)
    item = np.where(is_link, len(items), forms.item) % (len(items) + 2)
    if flows.located:
        is_flow, kind = forms.flow >= 0, flows.form
        chosen = np.flatnonzero(is_flow)
        question = np.maximum(np.cumsum(is_flow) - 1, 0) if len(chosen) else chosen
        region, year = forms.region[chosen], forms.year[chosen]
    else:
        first, kind = combine(flows.form, flows.region, flows.year)
        question = np.arange(len(first))
        chosen, region, year = flows.form[first], flows.region[first], flows.year[first]
    asked = Questions(forms.flow[chosen], item[chosen], region, year, [*items, None, ""], activity.regions)
    return kind, question, answers.places(activity.rules, asked), among(is_link, flows.form)


def _suppliers(activity: Activity, links: Places) -> Places:
    """Product that each row links to, -1 where there is none; empty where no row links."""
    if not len(links):
        return np.empty(0, dtype=np.intp)
    items = activity.cells.texts["item"]
    products = {name: place for place, name in enumerate(activity.products)}
    target = np.array([products.get(text.removeprefix(LINK), -1) for text in items.categories])
    supplier = np.full(len(activity.flows), -1)
    supplier[links] = target[items.codes[activity.flows.row[links]]]
    return supplier


def _answer(factors: FactorTable, request: Request, known: set[str]) -> Match | NoMatch:
    """The factor that a request means, or why there is none: no item, no such region, no such factor."""
    if not request.item:
        return NoMatch(
            "No item is named, and the rule has none for this flow.", "Name an emission factor in the column `item`."
        )
    if not is_region(request.region) and request.region not in known:
        close = region_named(request.region) or nearest(request.region, known)
        cure = "Write an ISO 3166 code such as CN or CN-ZJ, a group such as RER, or GLO."
        what = f"{request.region!r} is not a region."
        return NoMatch(what, f"Did you mean {close!r}? {cure}" if close else cure, "region")
    return factors.match(request)


def _rows_telling(activity: Activity, region: str) -> Places:
    column = activity.cells.texts["region"]
    return np.flatnonzero(column.codes == column.categories.index(region)) if region in column.categories else np.array([], int)


def _problems(activity: Activity, answers: Answers, matched: Matched) -> Iterator[tuple[Request | None, Problem]]:
    """Rows whose question has no factor, each with what it asks of the tables."""
    flows, seen = activity.flows, set[str]()
    for number in np.flatnonzero(answers.refused[matched.places]):
        answer, rows = answers.answers[matched.places[number]], np.flatnonzero(matched.form == number)
        assert isinstance(answer, NoMatch)
        request = answers.requests[matched.places[number]] if answer.column != "region" else None
        given = np.unique(flows.row[rows[flows.row[rows] >= 0]])
        if answer.column == "region":
            region = activity.regions[flows.region[rows[0]]]
            telling = _rows_telling(activity, region)
            if len(telling):  # told once, where it stands
                if region not in seen:
                    at = activity.cells.problems_at(telling, answer.what, answer.cure, "region", "bad-region")
                    yield from ((None, problem) for problem in at)
                seen.add(region)
                continue
        at = activity.cells.problems_at(given, answer.what, answer.cure, answer.column, "no-factor")
        yield from ((request, problem) for problem in at)
        for row in rows[flows.row[rows] < 0]:
            spec = activity.rules.flows[flows.flow[row]]
            title = activity.rules.title(activity.rules.stage_id(spec.stage), spec.id)
            cure = f"{answer.cure} Or give a row for {title}."
            yield request, activity.missing(spec.stage, int(flows.seat[row]), spec.id, answer.what, cure, "no-factor")


def _unknown_suppliers(activity: Activity, links: Places, supplier: Places) -> Iterator[Problem]:
    for row in links[supplier[links] < 0] if len(links) else ():
        source = int(activity.flows.row[row])
        text = activity.cells.text("item", source)
        close = nearest(text.removeprefix(LINK), activity.products)
        cure = f"Did you mean '{LINK}{close}'?" if close else "Add the rows of that product to this input."
        yield from activity.cells.problems_at(
            [source], f"There is no product {text!r} in this run.", cure, "item", "no-product"
        )


def factor_rows(matched: Matched) -> dict[int, list[int]]:
    """Rows of each factor table that are used."""
    table, row = matched.rows.T
    return {number: np.unique(row[table == number]).tolist() for number in np.unique(table[table >= 0]).tolist()}


def match_warnings(activity: Activity, matched: Matched) -> Iterator[tuple[int, str]]:
    """Warnings of products whose factor is of a later year than theirs."""
    product, told = activity.flow_products, dict[tuple[int, str], None]()
    for number, text in late_factors(activity, matched):
        rows = np.flatnonzero(matched.form == number)
        told |= dict.fromkeys((place, text) for place in np.unique(product[rows]).tolist())
    yield from told


def late_factors(activity: Activity, matched: Matched) -> list[tuple[int, str]]:
    """Requests answered by a factor of a later year, each with its warning, in the order of the rule.

    Rows are looked at once, whatever their number: a catalogue needs the sentences, not who each of them is about.
    """
    warned = [number for number, answer in enumerate(matched.answers) if answer is not None and answer.warning]
    if not warned:
        return []
    row = np.full(len(matched.answers), -1, dtype=np.intp)
    row[matched.form] = np.arange(len(matched.form))
    found: list[tuple[int, int, str]] = []
    for number in warned:
        if row[number] < 0:
            continue
        spec, answer = activity.rules.flows[activity.flows.flow[row[number]]], matched.answers[number]
        assert answer is not None
        name = f"{activity.rules.stage_id(spec.stage)}.{spec.id}"
        found.append((spec.index, number, f"{name}: {matched.requests[number].item}: {answer.warning}."))
    return [(number, text) for _, number, text in sorted(found)]
