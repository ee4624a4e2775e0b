"""The whole catalogue by Brightway: one data package and one transposed solve against a loop over products.

    python tests/benchmarks/bench_brightway.py [products]

Prints a JSON line and a table. Everything is measured in one process, in turns, warm-up left out, scores asserted equal first.
The loop runs over a part of the catalogue, on matrices that are built and factorised already (its best case); `object` makes
package and `LCA` anew for one product. All are told per product.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from statistics import median

import numpy as np
import pandas as pd

import textile_pcf as tp
from textile_pcf.brightway import scores_of, to_datapackage
from textile_pcf.brightway.packages import package

EXAMPLE, RULE = "examples/polyester_cotton_blend/activity.csv", "chemical_fiber_fabric"
LOOPED, ROUNDS = 20, 5


def catalogue(products: int) -> tp.Footprint:
    """A shipped example, so many times, each with another grammage and amounts."""
    rows = pd.read_csv(EXAMPLE, dtype=str, keep_default_na=False)
    many = pd.concat([rows.assign(product=f"P{number}") for number in range(products)], ignore_index=True)
    return tp.calculate(tp.read_activity(many, tp.load_rules(RULE)))


def loop(result: tp.Footprint) -> Callable[[], list[float]]:
    """Score one product after another with `LCA.lcia`, matrices built and factorised beforehand."""
    lca = package("bw2calc").LCA({1: 1.0}, data_objs=[to_datapackage(result, flows_as_activities=False, labels=False)])
    lca.lci(factorize=True)
    lca.lcia()

    def run() -> list[float]:
        scores = []
        for number in range(LOOPED):
            lca.lcia(demand={number + 1: 1.0})
            scores.append(lca.score)
        return scores

    return run


def objects(example: tp.Footprint) -> float:
    """Package and `LCA` object of one product alone, as one would write the loop first. [kg CO2e]"""
    lca = package("bw2calc").LCA({1: 1.0}, data_objs=[to_datapackage(example, flows_as_activities=False, labels=False)])
    lca.lci()
    lca.lcia()
    return float(lca.score)


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main(products: int) -> None:
    result = catalogue(products)
    result.lines  # noqa: B018  put into words beforehand: both ways need them
    one_by_one = loop(result)
    scores = scores_of(result)
    assert scores.deviation < 1e-9
    assert np.allclose(one_by_one(), result.totals[:LOOPED], rtol=1e-9)
    alone = catalogue(1)
    assert np.isclose(objects(alone), alone.totals[0], rtol=1e-9)
    whole, looped, single = [], [], []
    for _ in range(ROUNDS):
        whole.append(timed(lambda: scores_of(result)) / products)
        looped.append(timed(one_by_one) / LOOPED)
        single.append(timed(lambda: objects(alone)))
    told = {
        "benchmark": "brightway_catalogue", "products": products, "lines": len(result.lines.amount),
        "package_us_per_product": round(median(whole) * 1e6, 1), "package_best_us": round(min(whole) * 1e6, 1),
        "loop_us_per_product": round(median(looped) * 1e6, 1), "loop_best_us": round(min(looped) * 1e6, 1),
        "object_us_per_product": round(median(single) * 1e6, 1), "ratio_of_objects": round(median(single) / median(whole), 1),
        "ratio": round(median(looped) / median(whole), 1), "ratio_of_best": round(min(looped) / min(whole), 1),
        "worst_deviation": scores.deviation,
    }  # fmt: skip
    print(json.dumps(told))
    for name, value in told.items():
        print(f"{name:>24}  {value}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000)
