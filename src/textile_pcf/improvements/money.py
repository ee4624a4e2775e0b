"""Money: annuities, what energy and materials cost less, and outputs of a year."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from textile_pcf.arrays import FloatArray
from textile_pcf.columns import factorize, group_rows
from textile_pcf.engine import solve_links
from textile_pcf.errors import InputError, Problem
from textile_pcf.factory.production import Production, read_production
from textile_pcf.factory.tables import FactoryTable, read_factory_table
from textile_pcf.improvements.document import MONEY
from textile_pcf.io.read_table import read_table_with_header
from textile_pcf.io.table import Header
from textile_pcf.messages.message import Message
from textile_pcf.results import Footprint
from textile_pcf.units import Unit, describe

PRICE_HEADS = {"item": ("因子", "物料", "名称"), "price": ("价格", "单价"), "unit": ("单位", "计量单位"), "source": ("来源",),
               "note": ("备注",)}  # fmt: skip
PRICE_HEADER = Header(
    tuple(PRICE_HEADS), {other: name for name, others in PRICE_HEADS.items() for other in others}, collect_problems=True
)

NAMED = 5
"""Products that a warning names."""


def annuity(investment: float, rate: float, years: float) -> float:
    r"""Return the yearly payment that pays an investment back with interest. [money per year]

    Parameters
    ----------
    investment : float
        Paid at the beginning. [money]
    rate : float
        Interest. [1 per year]
    years : float
        Lifetime.

    Notes
    -----
    .. math:: I \, r / (1 - (1 + r)^{-n}), \quad I / n \text{ at } r = 0

    Examples
    --------
    >>> round(annuity(100_000, 0.08, 10), 2), annuity(100, 0, 10)
    (14902.95, 10.0)
    """
    return investment / years if rate == 0 else float(investment * rate / -np.expm1(-years * np.log1p(rate)))


def yearly_outputs(source: Any, result: Footprint) -> tuple[FloatArray, list[Message]]:
    """Return the output of each product in a year, shape (products,), and warnings. [product units]

    Parameters
    ----------
    source : path, DataFrame, pyarrow Table or list of dict
        The table `production`: the row `final` of each product, or its only row. A product of which it has no row is wholly
        used in the mill if another one takes it: none of it leaves.
    result : Footprint

    Raises
    ------
    InputError
        With every problem: cells, a product without output that no other takes, or with several of which none is final.
    """
    table = read_factory_table("production", source)
    problems: list[Problem] = []
    production = read_production(table, problems)
    if problems:
        raise InputError(problems)
    index = {name: number for number, name in enumerate(result.products)}
    rows: dict[int, list[int]] = {}
    others: list[str] = []
    for row, name in enumerate(production.product):
        if name in index:
            rows.setdefault(index[name], []).append(row)
        else:
            others.append(name)
    chosen = np.full(len(index), -1, dtype=np.intp)
    taken, wholly_used = set(result.inventory.links.supplier.tolist()), list[str]()
    for number, name in enumerate(result.products):
        found = [row for row in rows.get(number, ()) if production.final[row]] or rows.get(number, [])
        if len(found) == 1:
            chosen[number] = found[0]
        elif not found and number in taken:
            wholly_used.append(name)
        else:
            problems.append(_no_output(production, name, found))
    if len(wholly_used) == len(index):  # products that take one another in a circle
        problems += [_no_output(production, name, []) for name in wholly_used]
    if problems:
        raise InputError(problems)
    return _in_product_units(production, chosen, result), list(_notes_on_products(others, wholly_used))


def _notes_on_products(others: list[str], wholly_used: list[str]) -> Iterator[Message]:
    """Yield what is assumed of products that are in one of the two tables only."""
    if others:
        distinct = list(dict.fromkeys(others))
        what = "Products of the table production that are not in the activity data: {count} ({names})."
        yield Message(what, count=len(distinct), names=", ".join(distinct[:NAMED]))
    if wholly_used:
        what = "Products without an output in the table production, of which nothing leaves the mill: {count} ({names})."
        yield Message(what, count=len(wholly_used), names=", ".join(wholly_used[:NAMED]))


def _no_output(production: Production, name: str, rows: list[int]) -> Problem:
    table = production.table
    if not rows:
        what = Message("The table production has no output of {product!r}.", product=name)
        return Problem(table.table.name, what, Message("Add its output of the year."), name, code="improvements")
    what = Message("{product!r} has {count} outputs, and none is final.", product=name, count=len(rows))
    cure = Message("Write yes in the column `final` of the declared output.")
    return Problem(table.location(rows[1], "final"), what, cure, name, code="improvements")


def _in_product_units(production: Production, chosen: Any, result: Footprint) -> FloatArray:
    """Return outputs in the product unit of the result; units that a product cannot be converted to are refused."""
    texts = factorize([unit.text if (unit := production.units[row]) is not None else "" for row in chosen.tolist()])
    outputs: FloatArray = np.where(chosen >= 0, np.array(production.output, dtype=np.float64)[chosen], 0.0)
    for number, text in enumerate(texts.categories):
        of_unit = (texts.codes == number) & (chosen >= 0)
        scale = result.measures.product_units(result.measures.parse(str(text)))
        bad = of_unit & np.isnan(scale)
        if bad.any():
            raise InputError([_no_conversion(production, result, chosen, k) for k in np.flatnonzero(bad).tolist()])
        outputs[of_unit] *= scale[of_unit]
    return outputs


def _no_conversion(production: Production, result: Footprint, chosen: Any, number: int) -> Problem:
    row = int(chosen[number])
    unit = production.units[row]
    what = Message("An output in {unit!r} cannot be converted to the unit of the product, {wanted}.",
                   unit="" if unit is None else unit.text, wanted=result.unit)  # fmt: skip
    cure = Message("Give the output in {unit}, or what converts it, such as the mass of a piece.", unit=result.unit)
    return Problem(production.table.location(row, "unit"), what, cure, production.product[row], code="improvements")


def made_outputs(result: Footprint, output: FloatArray) -> FloatArray:
    """Return what is made of each product in a year: what leaves the mill, and what its other products take. [product units]

    Parameters
    ----------
    result : Footprint
    output : ndarray of float, shape (products,)
        What leaves the mill. [product units]

    Returns
    -------
    ndarray of float, shape (products,)
        `output` itself where no product takes another one.
    """
    links = result.inventory.links
    if not len(links.user):
        return output
    return solve_links(output[:, None], links.supplier, links.user, links.amount)[:, 0]  # x = output + A'·x


# -- prices -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Prices:
    """Prices of items.

    Attributes
    ----------
    table : FactoryTable or None
        None if no table was given.
    price : dict of str to (float, Unit)
        Price of each item, with its unit, money per amount.
    rows : dict of str to int
        Row of each item.
    """

    table: FactoryTable | None
    price: dict[str, tuple[float, Unit]]
    rows: dict[str, int]


def read_prices(source: Any) -> Prices:
    """Read the prices of items.

    Parameters
    ----------
    source : path, DataFrame, pyarrow Table, list of dict or None
        `item, price, unit`.

    Raises
    ------
    InputError
        With every problem: cells, units that are no money per amount, items given twice.
    """
    if source is None:
        return Prices(None, {}, {})
    is_rows = isinstance(source, list | tuple) and all(isinstance(row, Mapping) for row in source)
    rows = {"rows": [dict(row) for row in source]} if is_rows else source
    table = read_table_with_header(PRICE_HEADER, rows, "prices", InputError)
    problems = list(table.shape_problems)
    missing = [name for name in ("item", "price") if name not in table.columns]
    if missing:
        what = Message("The table {title} has no column {columns}.", title="prices", columns=", ".join(missing))
        problems.append(Problem(table.name, what, Message("Add what is missing; it may be in Chinese."), code="improvements"))
    if problems:
        raise InputError(problems)
    found = FactoryTable("improvements", table)
    values, units = found.amounts("price", problems)
    found.require(("item", "price"), problems)
    prices, rows_of = dict[str, tuple[float, Unit]](), dict[str, int]()
    for row, item in enumerate(found.texts("item")):
        unit = found.unit(row, problems, "unit", units[row])
        if unit is None:
            continue
        if ("money", 1) not in unit.dimensions or len(unit.dimensions) < 2:
            what = Message("{unit!r} measures {kind}, and no price.", unit=unit.text, kind=describe(unit.dimensions))
            found.problem(problems, row, "unit", what, Message("Write money per amount, such as CNY/kWh."))
        if item in prices:
            what = Message("The price of {item!r} is already in {where}.", item=item, where=found.location(rows_of[item]))
            found.problem(problems, row, "item", what, Message("Give each price once."))
        prices[item], rows_of[item] = (float(values[row]), unit), row
    if problems:
        raise InputError(problems)
    return Prices(found, prices, rows_of)


@dataclass(frozen=True, eq=False)
class Use:
    """What the products of a result take in a year, by item and kind of unit.

    Attributes
    ----------
    keys : list of (str, Unit)
        Item, and the unit of the flow.
    amount : ndarray of float
        [canonical units per year]
    """

    keys: list[tuple[str, Unit]]
    amount: FloatArray


def yearly_use(result: Footprint, output: FloatArray) -> Use:
    """Return what the products take in a year, but for what they take of one another.

    Parameters
    ----------
    result : Footprint
    output : ndarray of float, shape (products,)
        What leaves the mill. [product units]
    """
    lines, inventory = result.lines, result.inventory
    bought = inventory.supplier < 0
    kinds = {spec.unit.dimensions: spec.unit for spec in result.rules.flows}
    order = list(kinds)
    kind = np.array([order.index(spec.unit.dimensions) for spec in result.rules.flows] or [0], dtype=np.intp)[inventory.flow]
    first, group = group_rows(lines.item.codes.astype(np.intp), kind)
    with np.errstate(over="ignore"):
        yearly = inventory.amount * np.where(bought, made_outputs(result, output)[inventory.product], 0.0)
        emissions = result.totals * output
    if not (np.isfinite(yearly).all() and np.isfinite(emissions).all()):
        what = Message("Amounts times the yearly output are too large to calculate.")
        raise InputError([Problem("production", what, Message("Check the numbers and their units."), code="improvements")])
    amount = np.bincount(group, weights=yearly, minlength=len(first))
    keys = [(str(lines.item.categories[lines.item.codes[row]]), kinds[order[int(kind[row])]]) for row in first.tolist()]
    return Use(keys, amount.astype(np.float64))


def price_saving(before: Use, after: Use, prices: Prices) -> tuple[float, list[str]]:
    """Return the money saved in a year, and the items that changed and have no price. [CNY per year]

    Parameters
    ----------
    before, after : Use
    prices : Prices

    Raises
    ------
    InputError
        A price is per another kind of amount than the item is used in.
    """
    changes: dict[str, list[tuple[Unit, float]]] = {}
    for use, sign in ((before, 1.0), (after, -1.0)):
        for (item, unit), amount in zip(use.keys, use.amount.tolist(), strict=True):
            changes.setdefault(item, []).append((unit, sign * amount))
    used = dict(zip((item for item, _ in before.keys), np.abs(before.amount).tolist(), strict=True))
    saved, unknown, problems = 0.0, list[str](), list[Problem]()
    for item, parts in changes.items():
        for unit, change in _summed(parts):
            if abs(change) <= 1e-12 * max(used.get(item, 0.0), 1e-300):
                continue
            if item not in prices.price:
                unknown.append(item)
                continue
            price, per = prices.price[item]
            if per.dimensions != (MONEY / unit).dimensions:
                problems.append(_wrong_price(prices, item, unit))
            else:
                saved += change * price * per.factor
    if problems:
        raise InputError(problems)
    return saved, unknown


def _summed(parts: list[tuple[Unit, float]]) -> Iterator[tuple[Unit, float]]:
    units = {unit.dimensions: unit for unit, _ in parts}
    for dimensions, unit in units.items():
        yield unit, sum(amount for other, amount in parts if other.dimensions == dimensions)


def _wrong_price(prices: Prices, item: str, unit: Unit) -> Problem:
    assert prices.table is not None
    what = Message(
        "{item!r} is used in {kind}, and its price is per another kind of amount.", item=item, kind=describe(unit.dimensions)
    )
    cure = Message("Write CNY per {unit}.", unit=unit.text)
    return Problem(prices.table.location(prices.rows[item], "unit"), what, cure, code="improvements")
