"""Uncertainty against its targets: ratios of things measured in one process, in turns, results compared first.

    python tests/benchmarks/uncertainty.py [products] [draws]

Prints one line of JSON and one row of a table per target.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
import tracemalloc
import warnings
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np

import textile_pcf as tp
from textile_pcf.uncertainty_analysis.catalogue import Catalogue
from textile_pcf.uncertainty_analysis.evaluation import Evaluation
from textile_pcf.uncertainty_analysis.keyed_draws import normal_quantiles, uniforms
from textile_pcf.uncertainty_analysis.simulation import Simulation
from textile_pcf.uncertainty_analysis.spreads import Spreads

FLOWS, ROUNDS = 24, 5


def rule() -> str:
    """One stage with 24 flows, each with a factor of its own."""
    flows = "\n".join(f"      f{number}: {{unit: kg, factor: item_{number}}}" for number in range(FLOWS))
    return f'rule: wide\nedition: "1"\nproduct: {{unit: kg}}\nstages:\n  - id: making\n    flows:\n{flows}\n'


def calculate(folder: Path, products: int, row_gsd: int) -> tp.Footprint:
    """Products with 24 flows; the first `row_gsd` rows of each have a spread of their own."""
    (folder / "wide.yaml").write_text(rule())
    factors = ["item,value,unit,region,year,kind,source,locator,gsd"]
    factors += [f"item_{number},{1 + number / 10},kgCO2e/kg,CN,2023,life_cycle,hand,hand,1.2" for number in range(FLOWS)]
    (folder / "f.csv").write_text("\n".join(factors))
    rows = ["product,stage,flow,amount,unit,region,year,gsd"]
    for product in range(products):
        rows.append(f"P{product},product,,,,CN,2023,")
        rows += [f"P{product},making,f{n},{1 + (product + n) % 7},kg/kg,,,{'1.1' if n < row_gsd else ''}" for n in range(FLOWS)]
    (folder / "rows.csv").write_text("\n".join(rows))
    return tp.footprint(folder / "rows.csv", folder / "wide.yaml", folder / "f.csv")


def in_turns(*works: Callable[[], object]) -> list[float]:
    """Median seconds of each, measured in turns."""
    seconds: list[list[float]] = [[] for _ in works]
    for _ in range(ROUNDS):
        for place, work in enumerate(works):
            start = time.perf_counter()
            work()
            seconds[place].append(time.perf_counter() - start)
    return [median(each) for each in seconds]


def least_in_turns(*works: Callable[[], object], rounds: int = 25) -> list[float]:
    """Least processor time of each, measured in turns: what other programs take does not count. Of works of several
    threads, such as a matrix product, it is the time of all."""
    seconds = [float("inf")] * len(works)
    for _ in range(rounds):
        for place, work in enumerate(works):
            start = time.process_time()
            work()
            seconds[place] = min(seconds[place], time.process_time() - start)
    return seconds


def say(what: str, target: str, measured: float, met: bool) -> None:
    """Print one result."""
    print(json.dumps({"what": what, "target": target, "measured": round(measured, 3), "met": met}))


def keyed_draws(draws: int) -> None:
    """Keyed normals against numpy's."""
    generator = np.random.default_rng(0)
    ours, theirs = least_in_turns(
        lambda: [normal_quantiles(uniforms(f"row:{number}", 0, draws)) for number in range(50)],
        lambda: [generator.standard_normal(draws) for _ in range(50)],
    )
    say("keyed draws / numpy's normals", "<= 2.5", ours / theirs, ours <= 2.5 * theirs)


def one_product(folder: Path, draws: int) -> None:
    """Iterations per second against those of bw2calc."""
    try:
        import bw2calc

        from textile_pcf.brightway import to_datapackage
    except ImportError:
        print(json.dumps({"what": "one product", "skipped": "bw2calc is not installed"}))
        return
    result = calculate(folder, 1, 0)
    package = to_datapackage(result, flows_as_activities=False, labels=False)
    lca = bw2calc.LCA({1: 1.0}, data_objs=[package], use_distributions=True)
    lca.lci()
    lca.lcia()

    def brightway() -> None:
        for _ in range(20):
            next(lca)

    found = simulation(result, draws)
    ours, theirs = in_turns(found.total_statistics, brightway)
    ratio = (draws / ours) / (20 / theirs)
    say("1 product, iterations/s / bw2calc's", ">= 1000", ratio, ratio >= 1000)


def simulation(result: tp.Footprint, draws: int) -> Simulation:
    """Simulation of a result, without what earlier ones kept."""
    return Simulation(Evaluation(result, Spreads(result, {}, "classic")), draws, 0)


def catalogue(folder: Path, products: int, draws: int) -> None:
    """Many products: against the bare matrix product, with and without spreads of rows; closed form."""
    shared = calculate(folder, products, 0)
    weights = np.array([[1 + (product + n) % 7 for n in range(FLOWS)] for product in range(products)], dtype=float)

    def bare() -> object:
        normals = np.random.default_rng(0).standard_normal((draws, FLOWS))
        totals = (np.exp(normals * np.log(1.2)) * (1 + np.arange(FLOWS) / 10)) @ weights.T
        return totals.mean(axis=0), totals.std(axis=0, ddof=1), np.percentile(totals, [2.5, 50, 97.5], axis=0)

    def ours() -> object:
        return simulation(shared, draws).total_statistics(with_gsd=False)

    def closed() -> object:
        return Catalogue(Evaluation(shared, Spreads(shared, {}, "classic"))).forms()

    forms, drawn = closed(), ours()
    assert np.allclose(forms.sd, drawn.sd, rtol=0.05)  # type: ignore[attr-defined]
    of_ours, of_bare, of_closed = least_in_turns(ours, bare, closed, rounds=ROUNDS)
    say(f"{products} products x {draws}, shared factors / E @ W", "<= 1.2", of_ours / of_bare, of_ours <= 1.2 * of_bare)
    say("simulation / closed form", ">= 100", of_ours / of_closed, of_ours >= 100 * of_closed)
    tracemalloc.start()
    ours()
    peak = tracemalloc.get_traced_memory()[1] / 2**20
    tracemalloc.stop()
    say("memory over the result [MiB]", "<= 256", peak, peak <= 256)
    few = max(1, products // 10)
    rows, plain = calculate(folder, few, 10), calculate(folder, few, 0)
    of_rows, of_normals, of_plain = least_in_turns(
        lambda: simulation(rows, draws).total_statistics(),
        lambda: [normal_quantiles(uniforms(f"row:{number}", 0, draws)) for number in range(10 * few)],
        lambda: simulation(plain, draws).total_statistics(),
    )
    ratio = of_rows / (of_normals + of_plain)
    say(f"{few} products with 10 rows of spread / (their normals + without)", "<= 1.3", ratio, ratio <= 1.3)


def batches(folder: Path, products: int) -> None:
    """A batch with the closed form against one without."""
    calculate(folder, products, 0)
    files = [folder / name for name in ("rows.csv", "wide.yaml", "f.csv")]
    count = iter(range(10_000))

    def batch(uncertainty: str | None = None) -> None:
        tp.calculate_batch(*files, out=folder / f"out{next(count)}", progress=False, uncertainty=uncertainty)

    with_columns, without = in_turns(lambda: batch(uncertainty="closed"), batch)
    say("batch with the closed form / without", "<= 1.5", with_columns / without, with_columns <= 1.5 * without)


def main() -> None:
    """Measure every target."""
    products, draws = (int(text) for text in (*sys.argv[1:], *("1000", "10000")[len(sys.argv) - 1 :]))
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        keyed_draws(draws)
        one_product(folder, draws)
        catalogue(folder, products, draws)
        batches(folder, products * 5)


if __name__ == "__main__":
    main()
