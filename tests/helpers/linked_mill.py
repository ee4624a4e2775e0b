"""A mill whose products are made of power and of one another: a rule, a factor, and how time grows with their number."""

from __future__ import annotations

import time
from collections.abc import Callable

RULE = """
rule: link
edition: "1"
product: {unit: kg}
stages:
  - id: making
    flows:
      electricity: {unit: kWh, factor: electricity, optional: true}
      material: {unit: kg, optional: true}
"""
FACTORS = {"item": ["electricity"], "value": [0.5], "unit": ["kgCO2e/kWh"], "region": ["GLO"], "year": ["2024"],
           "kind": ["life_cycle"], "source": ["hand"], "locator": ["hand"]}  # fmt: skip

LIMIT = 20  # times longer for eight times the products: about 8 where the time grows with the products, 64 with their square


def times_longer(long: Callable[[], object], short: Callable[[], object], rounds: int = 6) -> float:
    """How much longer one call takes than another, by the least time of the processor; in turn until it is clear."""
    least = [float("inf"), float("inf")]
    for _ in range(rounds):
        for place, call in enumerate((long, short)):
            start = time.process_time()
            call()
            least[place] = min(least[place], time.process_time() - start)
        if least[0] <= LIMIT * least[1]:
            break
    return least[0] / least[1]
