"""Factors that are missing in the tables named, but not in `default`: told in one sentence, with the cure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache

from textile_pcf.errors import Problem
from textile_pcf.factors import FactorTable, Match, Request, load_factors, shipped_tables

DEFAULT = "default"
CODE = "in-default"
CURE = 'Add it behind yours: `--factors default` on the command line, factors=[mine, "default"] in Python.'


def summed_up(factors: FactorTable, found: Iterable[tuple[Request | None, Problem]], name: str) -> Iterator[Problem]:
    """Problems as they are, but those of factors that `default` has as one, told to each product that it keeps back.

    Parameters
    ----------
    factors : FactorTable
        The tables named.
    found : iterable of (request, problem)
        Each problem with what was asked; None where nothing of a table was.
    name : str
        Of the input.
    """
    solved: list[tuple[Request, Problem]] = []
    answers: dict[Request, bool] = {}
    for request, problem in found:
        if request is not None and request not in answers:
            answers[request] = _has(factors, request)
        if request is not None and answers[request]:
            solved.append((request, problem))
        else:
            yield problem
    if len({(problem.where, problem.what) for _, problem in solved}) == 1:
        yield from (Problem(one.where, one.what, CURE, one.product, CODE) for _, one in solved)
    elif solved:
        labels = ", ".join(table.label for table in factors.tables)
        items = ", ".join(sorted({_named(factors, request) for request, _ in solved}))
        what = f"Emission factors are not in {labels}, but the table {DEFAULT!r} has them: {items}."
        products = dict.fromkeys(problem.product for _, problem in solved)
        yield from (Problem(name, what, CURE, product, CODE) for product in products)


def _has(factors: FactorTable, request: Request) -> bool:
    """Whether the tables named, with `default` behind them, have a factor."""
    known = _default()
    if not request.item or any(table.path == shipped_tables()[DEFAULT] for table in factors.tables):
        return False
    return isinstance(FactorTable((*factors.tables, *known.tables)).match(request), Match)


def _named(factors: FactorTable, request: Request) -> str:
    """The item; with its region where the tables named have it elsewhere."""
    return (
        f"{request.item} ({request.region})" if any(request.item in table.index for table in factors.tables) else request.item
    )


@cache
def _default() -> FactorTable:
    return load_factors(DEFAULT)
