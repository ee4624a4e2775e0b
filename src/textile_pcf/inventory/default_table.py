"""Missing factors that the table `default` has: one problem that names them all, with the remedy."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache

from textile_pcf.errors import Problem
from textile_pcf.factors import FactorTable, Match, Request, load_factors, table_editions
from textile_pcf.messages.message import Message

DEFAULT = "default"
CODE = "in-default"
CURE = 'Add it behind yours: `--factors default` on the command line, factors=[mine, "default"] in Python.'


def merge_missing(factors: FactorTable, problems: Iterable[tuple[Request | None, Problem]], name: str) -> Iterator[Problem]:
    """Yield the problems; missing factors that `default` has are merged into one problem per affected product.

    Parameters
    ----------
    factors : FactorTable
        Factor tables of the run.
    problems : iterable of (request, problem)
        Each problem with its factor request; None if no factor was requested.
    name : str
        Name of the input, the location of the merged problem.
    """
    in_default: list[tuple[Request, Problem]] = []
    has_factor: dict[Request, bool] = {}
    for request, problem in problems:
        if request is not None and request not in has_factor:
            has_factor[request] = _has(factors, request)
        if request is not None and has_factor[request]:
            in_default.append((request, problem))
        else:
            yield problem
    if len({(problem.where, problem.what) for _, problem in in_default}) == 1:
        yield from (Problem(one.where, one.what, CURE, one.product, CODE) for _, one in in_default)
    elif in_default:
        labels = ", ".join(table.label for table in factors.tables)
        items = ", ".join(sorted({_item_text(factors, request) for request, _ in in_default}))
        what = Message(
            "Emission factors are not in {labels}, but the table {default!r} has them: {items}.",
            labels=labels,
            default=DEFAULT,
            items=items,
        )
        products = dict.fromkeys(problem.product for _, problem in in_default)
        yield from (Problem(name, what, CURE, product, CODE) for product in products)


def _has(factors: FactorTable, request: Request) -> bool:
    """Return whether the tables of the run, followed by `default`, have a factor."""
    known = _default()
    if not request.item or any(table.path in table_editions()[DEFAULT].values() for table in factors.tables):
        return False
    return isinstance(FactorTable((*factors.tables, *known.tables)).match(request), Match)


def _item_text(factors: FactorTable, request: Request) -> str:
    """Return the item, with its region if the tables have it for other regions."""
    return (
        f"{request.item} ({request.region})" if any(request.item in table.index for table in factors.tables) else request.item
    )


@cache
def _default() -> FactorTable:
    return load_factors(DEFAULT)
