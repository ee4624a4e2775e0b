"""Emission factors for flow rows: one question per distinct (flow, item, region, year), never one per row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from textile_pcf.activity import Activity
from textile_pcf.columns import Array, combine
from textile_pcf.engine import Places
from textile_pcf.errors import Problem
from textile_pcf.factors import PARTS, FactorTable, Match, NoMatch, Request, is_region
from textile_pcf.units import nearest

LINK = "product:"


@dataclass(frozen=True)
class Matched:
    """What stands for each flow row.

    `form` is the distinct question of a row and `answers` one answer per question (None for a link to another product);
    `parts` are the emissions per canonical unit of the flow, shape (questions, PARTS); `supplier` is the linked product of
    a row, -1 where there is none.
    """

    form: Places
    answers: tuple[Match | None, ...]
    requests: tuple[Request, ...]
    parts: Array
    supplier: Places
    problems: tuple[Problem, ...]
    warnings: tuple[tuple[int, str], ...]


def match_rows(activity: Activity, factors: FactorTable, gwp: str, biogenic: str) -> Matched:
    """Emission factor of every flow row, with a problem for every row that has none."""
    flows, rules = activity.flows, activity.rules
    item, supplier, links = _items(activity)
    first, form = combine(flows.flow, item, flows.region, flows.year)
    items = activity.cells.texts["item"].categories
    known = {region for table in factors.tables for region in table.texts["region"]}
    requests: list[Request] = []
    answers: list[Match | NoMatch | None] = []
    for row in first:
        spec = rules.flows[flows.flow[row]]
        text = items[item[row]] if 0 <= item[row] < links else ""
        region = activity.regions[flows.region[row]]
        wanted = text or spec.factor or ""
        requests.append(Request(wanted, spec.kind, region, int(flows.year[row]), spec.unit, spec.category, spec.forbid))
        answers.append(None if item[row] == links else _answer(factors, requests[-1], known))
    problems = list(_problems(activity, answers, form))
    problems += _unknown_suppliers(activity, item == links, supplier)
    matches = tuple(None if isinstance(answer, NoMatch) else answer for answer in answers)
    warnings = tuple(_warnings(activity, factors, matches, requests, form, gwp))
    parts = _parts(factors, matches, gwp, biogenic)
    return Matched(form, matches, tuple(requests), parts, supplier, tuple(problems), warnings)


def _items(activity: Activity) -> tuple[Places, Places, int]:
    """Item code of each row (-1: the rule's own), the linked product (-1: none), and the code that all links share."""
    flows, cells = activity.flows, activity.cells
    categories = cells.texts["item"].categories
    products = {name: place for place, name in enumerate(activity.products)}
    links = len(categories)
    target = np.array([products.get(text.removeprefix(LINK), -1) if text.startswith(LINK) else -1 for text in categories])
    linking = np.array([text.startswith(LINK) for text in categories])
    code = np.where(flows.row >= 0, cells.texts["item"].codes[flows.row], -1)
    is_link = (code >= 0) & linking[code]
    return np.where(is_link, links, code), np.where(is_link, target[code], -1), links


def _answer(factors: FactorTable, request: Request, known: set[str]) -> Match | NoMatch:
    if not request.item:
        return NoMatch(
            "No item is named, and the rule has none for this flow.", "Name an emission factor in the column `item`."
        )
    if not is_region(request.region) and request.region not in known:
        close = nearest(request.region, known)
        cure = "Write an ISO 3166 code such as CN or CN-ZJ, a group such as RER, or GLO."
        return NoMatch(f"{request.region!r} is not a region.", f"Did you mean {close!r}? {cure}" if close else cure)
    return factors.match(request)


def _problems(activity: Activity, answers: list[Match | NoMatch | None], form: Places) -> Iterator[Problem]:
    flows = activity.flows
    for number, answer in enumerate(answers):
        if not isinstance(answer, NoMatch):
            continue
        rows = np.flatnonzero(form == number)
        given = np.unique(flows.row[rows[flows.row[rows] >= 0]])
        yield from activity.cells.problems_at(given, answer.what, answer.cure, "item", "no-factor")
        for row in rows[flows.row[rows] < 0]:
            spec = activity.rules.flows[flows.flow[row]]
            cure = f"{answer.cure} Or give a row for this flow."
            yield activity.missing(spec.stage, int(flows.seat[row]), spec.id, answer.what, cure, "no-factor")


def _unknown_suppliers(activity: Activity, is_link: Places, supplier: Places) -> Iterator[Problem]:
    for row in np.flatnonzero(is_link & (supplier < 0)):
        source = int(activity.flows.row[row])
        text = activity.cells.text("item", source)
        close = nearest(text.removeprefix(LINK), activity.products)
        cure = f"Did you mean '{LINK}{close}'?" if close else "Add the rows of that product to this input."
        yield from activity.cells.problems_at(
            [source], f"There is no product {text!r} in this run.", cure, "item", "no-product"
        )


def _parts(factors: FactorTable, answers: tuple[Match | None, ...], gwp: str, biogenic: str) -> Array:
    """Emissions per canonical unit for each question."""
    tables = factors.parts(gwp, biogenic)
    parts = np.zeros((len(answers), len(PARTS)))
    for number, answer in enumerate(answers):
        if answer is not None:
            unit = factors.tables[answer.table].units[answer.row]
            parts[number] = tables[answer.table][answer.row] * unit.factor
    return parts


def _warnings(
    activity: Activity,
    factors: FactorTable,
    answers: tuple[Match | None, ...],
    requests: list[Request],
    form: Places,
    gwp: str,
) -> Iterator[tuple[int, str]]:
    """Warnings of the whole run (-1), and of products whose factor is of a later year than theirs."""
    used: dict[int, set[int]] = {}
    for answer in answers:
        if answer is not None:
            used.setdefault(answer.table, set()).add(answer.row)
    for text in factors.warnings(gwp, used):
        yield -1, text
    for number, answer in enumerate(answers):
        if answer is None or not answer.warning:
            continue
        flow = activity.rules.flows[activity.flows.flow[np.flatnonzero(form == number)[0]]]
        for product in products_of(activity, np.flatnonzero(form == number)):
            yield product, f"{activity.rules.stage_id(flow.stage)}.{flow.id}: {requests[number].item}: {answer.warning}."


def products_of(activity: Activity, rows: Places) -> list[int]:
    """Products of flow rows."""
    return sorted(set(row_products(activity)[rows].tolist()))


def row_products(activity: Activity) -> Places:
    """Product of every flow row."""
    flows, rules = activity.flows, activity.rules
    per_lane = np.array([rules.stages[flow.stage].component for flow in rules.flows] or [False])[flows.flow]
    return np.where(per_lane, activity.lanes.product[np.where(per_lane, flows.seat, 0)], flows.seat)
