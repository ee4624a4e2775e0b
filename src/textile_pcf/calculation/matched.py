"""Emission factors for flow rows: one question per distinct (flow, item, region, year), never one per row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from textile_pcf.activity import Activity
from textile_pcf.activity.meaning import Kind
from textile_pcf.columns import Array, Flags, combine, picked
from textile_pcf.engine import Places
from textile_pcf.errors import Problem
from textile_pcf.factors import PARTS, FactorTable, Match, NoMatch, Request, is_region
from textile_pcf.regions import region_named
from textile_pcf.rules import FlowSpec, RuleSet
from textile_pcf.units import nearest

LINK = "product:"


class Answers:
    """Which factor stands for what is asked: each distinct question is answered once, also for many tables under one rule.

    `parts` holds the emissions per canonical unit of the flow for each answer, shape (answers, PARTS).
    """

    def __init__(self, factors: FactorTable, gwp: str, biogenic: str) -> None:
        self.factors, self.gwp, self.biogenic = factors, gwp, biogenic
        self.requests: list[Request] = []
        self.answers: list[Match | NoMatch | None] = []
        self.parts = np.zeros((0, len(PARTS)))
        self._of_rows = factors.parts(gwp, biogenic)
        self._regions = {region for table in factors.tables for region in table.texts["region"]}
        self._known: dict[tuple[int, str | None, str, int], int] = {}
        self._beside: dict[Request, int] = {}

    def places(self, rules: RuleSet, asked: list[tuple[int, str | None, str, int]]) -> Places:
        """Place of the answer to each question: flow, item ("" is the rule's own, None a link), region, year (0: none)."""
        for key in asked:
            if key not in self._known:
                self._known[key] = len(self.answers)
                self._ask(rules.flows[key[0]], *key[1:])
        self._count()
        return np.array([self._known[key] for key in asked], dtype=np.intp)

    def place(self, request: Request) -> int:
        """Place of the answer to a question that no flow of the rule asks by itself."""
        if request not in self._beside:
            self._beside[request] = len(self.answers)
            self.requests.append(request)
            self.answers.append(_answer(self.factors, request, self._regions))
            self._count()
        return self._beside[request]

    def _count(self) -> None:
        """Emissions of the answers that are new."""
        if len(self.parts) < len(self.answers):
            new = [self._emissions(answer) for answer in self.answers[len(self.parts) :]]
            self.parts = np.concatenate([self.parts, np.array(new).reshape(-1, len(PARTS))])

    def _ask(self, spec: FlowSpec, item: str | None, region: str, year: int) -> None:
        wanted = item or spec.factor or ""
        self.requests.append(Request(wanted, spec.kind, region, year, spec.unit, spec.category, spec.forbid))
        self.answers.append(None if item is None else _answer(self.factors, self.requests[-1], self._regions))

    def _emissions(self, answer: Match | NoMatch | None) -> Array:
        if answer is None or isinstance(answer, NoMatch):
            return np.zeros(len(PARTS))
        return np.asarray(self._of_rows[answer.table][answer.row] * self.factors.tables[answer.table].units[answer.row].factor)


@dataclass(frozen=True)
class Matched:
    """What stands for each flow row.

    `form` is the place of a row's answer in `answers` (None for a link to another product; some may be of other tables);
    `parts` are the emissions per canonical unit of the flow, shape (answers, PARTS); `supplier` is the linked product of
    a row, -1 where there is none; `links` says whether there is any.
    """

    form: Places
    answers: tuple[Match | None, ...]
    requests: tuple[Request, ...]
    parts: Array
    supplier: Places
    links: bool
    problems: tuple[Problem, ...]


def match_rows(activity: Activity, answers: Answers) -> Matched:
    """Emission factor of every flow row, with a problem for every row that has none."""
    form, supplier, is_link = _questions(activity, answers)
    found = answers.answers
    problems: list[Problem] = []
    if any(isinstance(answer, NoMatch) for answer in found):
        problems += _problems(activity, found, form)
    if is_link is not None:
        problems += _unknown_suppliers(activity, is_link, supplier)
    matches = tuple(None if isinstance(answer, NoMatch) else answer for answer in found)
    return Matched(form, matches, tuple(answers.requests), answers.parts, supplier, is_link is not None, tuple(problems))


def _questions(activity: Activity, answers: Answers) -> tuple[Places, Places, Flags | None]:
    """Answer of each row, the product it links to (-1: none), and which rows are links, None where there are none.

    Where every row tells item, region and year itself, questions are told apart by distinct row forms, not row by row.
    """
    flows, forms, texts = activity.flows, activity.rows.forms, activity.cells.texts
    items = texts["item"].categories
    linking = np.array([text.startswith(LINK) for text in items])
    region, year = texts["region"], texts["year"]
    is_flow = forms.kind == Kind.FLOW
    told = (
        (region.categories.index("") if "" in region.categories else -1),
        (year.categories.index("") if "" in year.categories else -1),
    )
    by_form = not linking.any() and bool(np.all(flows.row >= 0))
    by_form = by_form and not np.any(is_flow & ((region.codes[forms.first] == told[0]) | (year.codes[forms.first] == told[1])))
    if by_form:
        chosen = np.flatnonzero(is_flow)
        rows = forms.first[chosen]
        first, number = combine(forms.index[chosen], texts["item"].codes[rows], region.codes[rows], year.codes[rows])
        asked = [
            (
                int(forms.index[chosen[one]]),
                items[texts["item"].codes[row]],
                region.categories[region.codes[row]],
                int(year[row]),
            )
            for one, row in zip(first, rows[first], strict=True)
        ]
        of_form = np.zeros(len(forms.kind), dtype=np.intp)
        of_form[chosen] = answers.places(activity.rules, asked)[number]
        return picked(of_form, picked(activity.rows.form, flows.row)), np.empty(0, dtype=np.intp), None
    code = np.where(flows.row >= 0, texts["item"].codes[flows.row], -1)
    is_link = (code >= 0) & linking[code]
    first, number = combine(flows.flow, np.where(is_link, len(items), code), flows.region, flows.year)
    names: list[str | None] = [*items, None, ""]  # the last stands for -1
    asked = [
        (
            int(flows.flow[row]),
            names[len(items) if is_link[row] else code[row]],
            activity.regions[flows.region[row]],
            int(flows.year[row]),
        )
        for row in first
    ]
    form = answers.places(activity.rules, asked)[number]
    if not is_link.any():
        return form, np.empty(0, dtype=np.intp), None
    products = {name: place for place, name in enumerate(activity.products)}
    target = np.array([products.get(text.removeprefix(LINK), -1) if text.startswith(LINK) else -1 for text in items])
    return form, np.where(is_link, target[code], -1), is_link


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


def _problems(activity: Activity, answers: list[Match | NoMatch | None], form: Places) -> Iterator[Problem]:
    flows, seen = activity.flows, set[str]()
    for number, answer in enumerate(answers):
        if not isinstance(answer, NoMatch):
            continue
        rows = np.flatnonzero(form == number)
        given = np.unique(flows.row[rows[flows.row[rows] >= 0]])
        if answer.column == "region":
            region = activity.regions[flows.region[rows[0]]]
            telling = _rows_telling(activity, region)
            if len(telling):  # told once, where it stands
                if region not in seen:
                    yield from activity.cells.problems_at(telling, answer.what, answer.cure, "region", "bad-region")
                seen.add(region)
                continue
        yield from activity.cells.problems_at(given, answer.what, answer.cure, answer.column, "no-factor")
        for row in rows[flows.row[rows] < 0]:
            spec = activity.rules.flows[flows.flow[row]]
            cure = f"{answer.cure} Or give a row for this flow."
            yield activity.missing(spec.stage, int(flows.seat[row]), spec.id, answer.what, cure, "no-factor")


def _unknown_suppliers(activity: Activity, is_link: Flags, supplier: Places) -> Iterator[Problem]:
    for row in np.flatnonzero(is_link & (supplier < 0)):
        source = int(activity.flows.row[row])
        text = activity.cells.text("item", source)
        close = nearest(text.removeprefix(LINK), activity.products)
        cure = f"Did you mean '{LINK}{close}'?" if close else "Add the rows of that product to this input."
        yield from activity.cells.problems_at(
            [source], f"There is no product {text!r} in this run.", cure, "item", "no-product"
        )


def match_warnings(activity: Activity, factors: FactorTable, matched: Matched, gwp: str) -> Iterator[tuple[int, str]]:
    """Warnings of the whole run (-1), and of products whose factor is of a later year than theirs."""
    used: dict[int, set[int]] = {}
    asked = np.bincount(matched.form, minlength=len(matched.answers)) > 0
    for answer in (matched.answers[place] for place in np.flatnonzero(asked)):
        if answer is not None:
            used.setdefault(answer.table, set()).add(answer.row)
    for text in factors.warnings(gwp, used):
        yield -1, text
    warned = asked & np.array([answer is not None and bool(answer.warning) for answer in matched.answers], dtype=bool)
    product = row_products(activity) if warned.any() else matched.form
    for number in np.flatnonzero(warned):
        rows = np.flatnonzero(matched.form == number)
        answer, flow = matched.answers[number], activity.rules.flows[activity.flows.flow[rows[0]]]
        assert answer is not None
        text = f"{activity.rules.stage_id(flow.stage)}.{flow.id}: {matched.requests[number].item}: {answer.warning}."
        for place in sorted(set(product[rows].tolist())):
            yield place, text


def row_products(activity: Activity) -> Places:
    """Product of every flow row."""
    flows, rules = activity.flows, activity.rules
    per_lane = np.array([rules.stages[flow.stage].component for flow in rules.flows] or [False])[flows.flow]
    return np.where(per_lane, activity.lanes.product[np.where(per_lane, flows.seat, 0)], flows.seat)
