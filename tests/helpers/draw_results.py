"""Results of examples and worked cases whose numbers are drawn; products that need themselves."""

from __future__ import annotations

from functools import cache

import textile_pcf as tp
from textile_pcf.errors import PcfError
from textile_pcf.io.resources import examples
from textile_pcf.rule_cases import run
from worked import LOADED, all_cases

EXAMPLES = tuple(examples())

CASES = {case.id: case for case in all_cases()}


@cache
def result_of(name):
    """The result of an example or a worked case; None for a case that is refused."""
    if name in EXAMPLES:
        return tp.footprint(*tp.load_example(name))
    try:
        return run(CASES[name], LOADED)
    except PcfError:
        return None


def in_loop(result, product):
    """Whether a product needs itself."""
    links, reached = result.inventory.links, set()
    ahead = {product}
    while ahead:
        ahead = {supplier for user, supplier in zip(links.user, links.supplier, strict=True) if user in ahead} - reached
        reached |= ahead
    return product in reached


def products_of(result):
    return [product for product in range(len(result.products)) if not in_loop(result, product)]
