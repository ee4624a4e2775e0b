"""Measures of a mill ranked: the main path of `tp.improvements.rank` on one page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from textile_pcf.arrays import FloatArray
from textile_pcf.calculation import footprint
from textile_pcf.improvements.document import Improvements, read_improvements
from textile_pcf.improvements.money import Prices, Use, annuity, price_saving, read_prices, yearly_outputs, yearly_use
from textile_pcf.improvements.patches import State, apply_measure, calculate
from textile_pcf.improvements.results import Ranking
from textile_pcf.messages.message import Message
from textile_pcf.results import Footprint

NEGLIGIBLE = 1e-12


@dataclass(frozen=True, eq=False)
class Base:
    """The mill before all measures.

    Attributes
    ----------
    state : State
    result : Footprint
    output : ndarray of float, shape (products,)
        Yearly output. [product units]
    use : Use
        What the products take in a year.
    """

    state: State
    result: Footprint
    output: FloatArray
    use: Use

    @property
    def tonnes(self) -> float:
        """Emissions of a year. [t CO2e]"""
        return tonnes(self.result, self.output)


def tonnes(result: Footprint, output: FloatArray) -> float:
    """Return the emissions of the products in a year. [t CO2e]

    Parameters
    ----------
    result : Footprint
    output : ndarray of float, shape (products,)
        [product units]
    """
    return float(result.totals @ output) / 1000.0


def rank(activity: Any, rule: Any, improvements: Any, production: Any, *, prices: Any = None, factors: Any = None) -> Ranking:
    r"""Rank measures of a mill by what they save and cost in a year.

    Parameters
    ----------
    activity : path, DataFrame, pyarrow Table or mapping
        Activity data with what was measured.
    rule : RuleSet, str or path
        Rule of the footprint.
    improvements : path or mapping
        A document of measures: what each does to measured rows, its investment, lifetime and running cost.
    production : path, DataFrame, pyarrow Table or list of dict
        Yearly output of each product.
    prices : path, DataFrame, pyarrow Table or list of dict, optional
        `item, price, unit`, for measures that state no saving.
    factors : name, path, FactorTable or sequence of them, optional
        Tables of emission factors, as `footprint` takes them.

    Returns
    -------
    Ranking
        Of each measure tonnes, annuity, cost and rank; steps in that order, and their interaction.

    Raises
    ------
    RuleError
        The document of improvements, or the rule, is wrong; with every problem.
    InputError
        The activity data, outputs or prices are wrong, a measure changes nothing measured, or exceeds the load.
    UsageError
        A file does not exist.

    Notes
    -----
    Annuity :math:`I r / (1 - (1 + r)^{-n})`; cost per year = annuity + running − saving. Measures that save both CO2e and
    money come first, by dominance: one that is no worse in both and better in one comes before. They have no cost per tonne,
    because a negative one ranks wrongly [1]_. The others follow by cost per tonne.

    References
    ----------
    .. [1] Taylor, S.: The ranking of negative-cost emissions reduction measures. Energy Policy 48 (2012) 430-438.

    Examples
    --------
    >>> import textile_pcf as tp
    >>> activity, rule, tables = tp.load_example("cotton_poplin")
    >>> document = {"discount": "8 %", "improvements": [{
    ...     "id": "soda", "changes": [{"stage": "dyeing", "flow": "chemicals", "multiply": 0.9}],
    ...     "investment": "100000 CNY", "lifetime": 10, "saving": "0 CNY", "source": "example"}]}
    >>> output = [{"product": "COTTON-POPLIN", "process": "finishing", "output": "1000 t"}]
    >>> ranking = rank(activity, rule, document, output, factors=tables)
    >>> ranking["soda"]["group"], round(ranking["soda"]["annuity"], 2), ranking["soda"]["tonnes_per_year"] > 0
    ('cost', 14902.95, True)
    """
    document = read_improvements(improvements)
    price_table = read_prices(prices)
    result = footprint(activity, rule, factors)
    output, notes = yearly_outputs(production, result)
    base = Base(State(result.run), result, output, yearly_use(result, output))
    calculated = [_alone(base, document, number, price_table) for number in range(len(document.measures))]
    measures = [row for row, _ in calculated]
    fronts = dominance_fronts(measures)
    order = rank_order(measures, fronts)
    steps = tuple(_steps(base, document, order))
    ranked = [{**measures[k], "rank": place + 1, "front": fronts.get(k)} for place, k in enumerate(order)]
    rows = (*ranked, *(row for row in measures if row["group"] == "none"))
    alone = float(sum(row["tonnes_per_year"] for row in ranked))
    warnings = [*notes, *_link_warnings(result), *(text for _, texts in calculated for text in texts), *result.warnings()]
    return Ranking(base.tonnes, rows, steps, alone, (*dict.fromkeys(warnings), *_claims(document, rows)))


def _alone(base: Base, document: Improvements, number: int, prices: Prices) -> tuple[dict[str, Any], list[Message]]:
    """Return what a measure does and costs by itself, and warnings."""
    measure, money = document.measures[number], document.money[number]
    result = calculate(apply_measure(base.state, document, number), document, base.output)
    saved = base.result.totals - result.totals
    per_year = saved * base.output / 1000.0
    paid = annuity(money.investment, document.discount, measure.lifetime or 1.0)
    saving, warnings = _saving(base, result, document, number, prices)
    cost, total = paid + money.running - saving, float(per_year.sum())
    group = "none" if total <= NEGLIGIBLE * abs(base.tonnes) else "gain" if cost < 0 else "cost"
    columns = (base.result.products, base.result.totals.tolist(), result.totals.tolist(), saved.tolist(), per_year.tolist())
    keys = ("product", "before", "after", "saved", "saved_per_year")
    row = {
        "id": measure.id, "title": measure.title, "title_zh": measure.title_zh, "rank": None, "group": group, "front": None,
        "products": [dict(zip(keys, row, strict=True)) for row in zip(*columns, strict=True)],
        "tonnes_per_year": total, "annuity": paid, "running": money.running, "saving": saving, "cost_per_year": cost,
        "cost_per_tonne": cost / total if group == "cost" else None,
    }  # fmt: skip
    return row, warnings


def _saving(base: Base, result: Footprint, document: Improvements, number: int, prices: Prices) -> tuple[float, list[Message]]:
    """Return the money that a measure saves in a year, as stated, else amounts times prices, and warnings. [CNY]"""
    stated = document.money[number].saving
    if stated is not None:
        return stated, []
    name = document.measures[number].id
    if prices.table is None:
        what = "{name!r} states no saving, and there are no prices, so its saving counts as 0."
        return 0.0, [Message(what, name=name)]
    saving, unknown = price_saving(base.use, yearly_use(result, base.output), prices)
    what = "The saving of {name!r} leaves out items without a price: {items}."
    return saving, [Message(what, name=name, items=", ".join(unknown[:10]))] if unknown else []


def dominance_fronts(measures: Sequence[dict[str, Any]]) -> dict[int, int]:
    """Return the front of each measure that saves CO2e and money, by its index.

    No measure of the first front is dominated by another; none of the next one is, once those before are taken away.

    Parameters
    ----------
    measures : sequence of dict
        With `group`, `tonnes_per_year` and `cost_per_year`.

    Examples
    --------
    >>> rows = [{"group": "gain", "tonnes_per_year": t, "cost_per_year": -m} for t, m in ((10, 5), (20, 9), (15, 12), (8, 4))]
    >>> dominance_fronts(rows)
    {0: 2, 1: 1, 2: 1, 3: 3}
    """
    left, fronts = [k for k, row in enumerate(measures) if row["group"] == "gain"], dict[int, int]()
    for front in range(1, len(left) + 1):
        best = {k for k in left if not any(_dominates(measures[other], measures[k]) for other in left)}
        fronts |= dict.fromkeys(best, front)
        left = [k for k in left if k not in best]
    return dict(sorted(fronts.items()))


def rank_order(measures: Sequence[dict[str, Any]], fronts: Mapping[int, int]) -> list[int]:
    """Return the indices of the measures that save CO2e, first to last: by front, the others by cost per tonne.

    Parameters
    ----------
    measures : sequence of dict
        With `group`, `tonnes_per_year` and `cost_per_tonne`.
    fronts : mapping of int to int
        What `dominance_fronts` returns.

    Examples
    --------
    >>> rows = [{"group": "gain", "tonnes_per_year": t, "cost_per_year": -m} for t, m in ((10, 5), (20, 9), (15, 12), (8, 4))]
    >>> rank_order(rows, dominance_fronts(rows))
    [1, 2, 0, 3]
    """
    gains = sorted(fronts, key=lambda k: (fronts[k], -measures[k]["tonnes_per_year"]))
    costs = [k for k, row in enumerate(measures) if row["group"] == "cost"]
    return gains + sorted(costs, key=lambda k: float(measures[k]["cost_per_tonne"]))


def _dominates(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Return whether a measure saves no less CO2e and money than another, and more of one."""
    first, second = ((row["tonnes_per_year"], -row["cost_per_year"]) for row in (one, other))
    return bool(first[0] >= second[0] and first[1] >= second[1] and first != second)


def _steps(base: Base, document: Improvements, order: list[int]) -> Iterator[dict[str, Any]]:
    """Yield the ranked measures one after the other."""
    state, left = base.state, base.tonnes
    for number in order:
        state = apply_measure(state, document, number)
        after = tonnes(calculate(state, document, base.output), base.output)
        yield {"id": document.measures[number].id, "tonnes_per_year": left - after, "left": after}
        left = after


def _link_warnings(result: Footprint) -> Iterator[Message]:
    """Yield a warning if products take products of the run, whose savings then count at both."""
    if np.any(result.inventory.supplier >= 0):
        what = "Products take other products of the run, and a saving counts at each: give the outputs that leave the mill."
        yield Message(what)


def _claims(document: Improvements, rows: Sequence[dict[str, Any]]) -> Iterator[Message]:
    names = {measure.id for measure in document.measures if measure.claimed}
    for row in rows:
        if row["id"] in names:
            yield Message("The figures of {name!r} are claims that nobody verified.", name=row["id"])
