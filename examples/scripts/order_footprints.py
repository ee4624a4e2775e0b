"""A program that imports the library: footprints of the lines of an order, as an ERP system would ask for them.

`answer` takes what came in as JSON and returns what goes out as JSON; it never raises for wrong data of an order.

    python order_footprints.py < order.json
"""

from __future__ import annotations

import json
import sys
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import textile_pcf as tp

RULE = "cotton_fabric@2026.1"  # named with its edition: the same order gives the same numbers next year
FACTORS = "default@2026.1"


class FootprintService:
    """Rule and factors are loaded once; every order is calculated with them."""

    def __init__(self, rule: str = RULE, *factors: str) -> None:
        self.rules = tp.load_rules(rule)
        self.factors = tp.load_factors(*(factors or (FACTORS,)))

    def footprints(self, rows: Sequence[Mapping[str, Any]]) -> tp.Footprint:
        """Return the footprints of the products of an order, its customer passed through."""
        activity = tp.read_activity(rows, self.rules, keep=["customer"])
        return tp.calculate(activity, self.factors)

    def answer(self, rows: Sequence[Mapping[str, Any]], unit: str = "kg") -> dict[str, Any]:
        """Return footprints per unit with their warnings, or every problem with place and cure."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", tp.PcfWarning)  # each product carries its own below
            try:
                result = self.footprints(rows)
                return {"unit": unit, "products": [self._entry(result[product], unit) for product in result]}
            except tp.PcfError as error:
                problems = error.distinct
                return {"problems": [{"where": each.where, "what": each.what, "cure": each.cure} for each in problems]}

    @staticmethod
    def _entry(product: tp.ProductResult, unit: str) -> dict[str, Any]:
        largest = product.per_stage(unit).idxmax()
        return {
            "product": product.product,
            "customer": product.kept["customer"],
            "kgCO2e": product.total(unit),
            "largest_stage": str(largest),
            "warnings": product.warnings(),
        }


def main() -> int:
    """Answer one order from standard input."""
    order = json.load(sys.stdin)
    answer = FootprintService().answer(order["rows"], order.get("unit", "kg"))
    json.dump(answer, sys.stdout, ensure_ascii=False, indent=1)
    sys.stdout.write("\n")
    return 0 if "products" in answer else 4


if __name__ == "__main__":
    sys.exit(main())
