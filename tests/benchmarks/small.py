"""Small things: one product (target 4), starts of processes (5 and 6), units (7, and pint), Brightway."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from itertools import islice
from typing import Any

import numpy as np
import peers
import workload
from bench import Bench
from measure import ROOT, Row, environment, in_turns, ratio

import textile_pcf as tp

PAIRS = (  # units as written, and canonical ones
    ("kWh", "MJ"), ("MJ", "MJ"), ("kg", "kg"), ("g", "kg"), ("m3", "m3"), ("L", "m3"), ("t*km", "t*km"), ("kg*km", "t*km"),
)  # fmt: skip
PINT_ROWS, MANY_ROWS = 2_000, 4_000_000
CALLS = 100  # of one product
SOLVED = 2_000  # products that Brightway solves


def one_product(bench: Bench) -> list[Row]:
    """Target 4, warm: a product whose rows were seen before, with other amounts; beside it products told as none before."""
    told = _products(CALLS * (bench.rounds + 2))
    value = {tuple(row[:4]): row[4] for row in bench.found.itertuples(index=False)}
    losses = {c.stage: c.flow for c in workload.columns() if c.kind == "loss"}
    known = [[{**row, "amount": row["amount"] * (1 - place / 1000)} for row in told[0]] for place in range(CALLS)]
    fresh = iter(told[CALLS:])  # used up: what is remembered of a product never helps it

    def ours(rows: list[dict[str, Any]]) -> Any:
        return tp.footprint({"product": "P", "rows": rows}, bench.rules, bench.table).by_stage

    def loop(rows: list[dict[str, Any]]) -> dict[str, float]:
        return peers.dict_loop(rows, value, losses)

    for rows in (*known, *told[:CALLS]):
        np.testing.assert_allclose(ours(rows)[0], list(loop(rows).values()), rtol=1e-12)
    runs = {
        "dict loop": lambda: [loop(rows) for rows in known],
        "ours, warm, rows as seen before": lambda: [ours(rows) for rows in known],
        "ours, rows never seen": lambda: [ours(rows) for rows in islice(fresh, CALLS)],
    }
    timed = in_turns(runs, bench.rounds, f"{CALLS} × one product: ")
    head = "one product, from dicts, validated"
    return [
        ratio("4", f"{head}; {name.removeprefix('ours, ')}: against a dict loop", limit, timed[name], timed["dict loop"])
        for name, limit in zip(list(runs)[1:], (10, None), strict=True)
    ]


def _products(count: int) -> list[list[dict[str, Any]]]:
    """Rows of products as dictionaries, every product with other items, units, regions and years."""
    every = workload.arrow_table(workload.draw(0, count)).drop_columns(["product"]).to_pylist()
    rows = [{key: value for key, value in row.items() if value is not None} for row in every]
    width = len(workload.columns())
    return [rows[first : first + width] for first in range(0, len(rows), width)]


def starts(bench: Bench) -> list[Row]:
    """Targets 5 and 6: whole processes."""

    def python(code: str) -> Callable[[], Any]:
        command = [sys.executable, "-c", code]
        return lambda: subprocess.run(command, check=True, capture_output=True, env=environment(), cwd=ROOT)

    example = str(ROOT / "examples" / "cotton_poplin" / "activity.csv")
    call = f"from textile_pcf.cli import main; main(['calculate', {example!r}, '--rule', 'cotton_fabric'])"
    codes = {name: name for name in ("import numpy", "import textile_pcf", "import pandas")}
    timed = in_turns({name: python(code) for name, code in {**codes, "calculate, cold": call}.items()}, max(bench.rounds, 7))
    cold = "one product on the command line, cold: against import pandas"
    return [
        ratio("5", "import textile_pcf: against import numpy", 0.35, timed["import textile_pcf"], timed["import numpy"]),
        ratio("6", cold, 1.4, timed["calculate, cold"], timed["import pandas"]),
    ]


def _ours(amounts: Any, codes: Any) -> Callable[[], Any]:
    """Amounts to canonical units as the library does it for a column: once per distinct unit, then one pass."""
    from textile_pcf.activity.amounts import canonical_amounts
    from textile_pcf.activity.row_patterns import RowPatterns, Rows
    from textile_pcf.units import convert, parse_unit

    nothing = np.zeros(len(PAIRS), dtype=np.int64)

    def run() -> Any:
        conversions = [convert(parse_unit(written), parse_unit(canonical)) for written, canonical in PAIRS]
        factor = np.array([one.factor for one in conversions])  # type: ignore[union-attr]
        inverse = np.array([one.inverse for one in conversions])  # type: ignore[union-attr]
        return canonical_amounts(amounts, Rows(codes, RowPatterns(*[nothing] * 7, factor, inverse), (), (), ()))

    return run


def units(bench: Bench) -> list[Row]:
    """Target 7."""
    from textile_pcf.units import convert, parse_unit

    draw = np.random.default_rng(5)
    amounts, codes = draw.random(MANY_ROWS), draw.integers(0, len(PAIRS), MANY_ROWS)
    plain = np.array([convert(parse_unit(a), parse_unit(b)).factor for a, b in PAIRS])  # type: ignore[union-attr]
    ours = _ours(amounts, codes)
    np.testing.assert_array_equal(ours(), plain[codes] * amounts)
    timed = in_turns({"units, numpy gather": lambda: plain[codes] * amounts, "units, ours": ours}, bench.rounds)
    what = f"{MANY_ROWS / 1e6:g} M amounts in {len(PAIRS)} units to canonical: against a numpy gather"
    return [ratio("7", what, 1.1, timed["units, ours"], timed["units, numpy gather"])]


def pint(bench: Bench) -> list[Row]:
    """Units by pint, at small N: texts row by row, units kept, once per distinct unit."""
    draw = np.random.default_rng(6)
    amounts, codes = draw.random(PINT_ROWS), draw.integers(0, len(PAIRS), PINT_ROWS)
    spelled = {"m3": "m**3"}  # pint does not know m3
    wanted = {spelled.get(written, written): spelled.get(canonical, canonical) for written, canonical in PAIRS}
    ways = peers.by_pint(amounts.tolist(), [list(wanted)[code] for code in codes], wanted)
    ours = _ours(amounts, codes)
    for way in ways.values():
        np.testing.assert_allclose(way(), ours(), rtol=1e-12)
    timed = in_turns({**ways, "ours": ours}, bench.rounds, f"units of {PINT_ROWS} amounts, ")
    return [ratio("–", f"{PINT_ROWS:,} amounts: pint, {name}, over ours", None, timed[name], timed["ours"]) for name in ways]


def brightway(bench: Bench) -> list[Row]:
    """A catalogue by Brightway: one data package, one transposed solve, of unit processes made beforehand."""
    from textile_pcf.batch.wide import _layout, calculate_wide
    from textile_pcf.factors.matcher import FactorMatcher
    from textile_pcf.results.process_system import system_of

    amounts, columns = workload.draw(0, SOLVED).amount, workload.wide_columns()
    canonical = amounts * np.array([0.01 if column.kind == "loss" else 1.0 for column in workload.columns()])
    factor = _layout(amounts, columns, bench.rules, FactorMatcher(bench.table, "AR6", "zero_zero")).weights[0].sum(axis=1)
    rows = workload.long_table(amounts)
    system = system_of(tp.footprint(rows, bench.rules, bench.table))
    runs = {
        "Brightway": lambda: peers.brightway(system, SOLVED),
        "numpy blocked": lambda: peers.blocked(canonical, factor).sum(axis=1),
        "ours, wide": lambda: calculate_wide(amounts, columns, bench.rules, bench.table).totals,
        "ours, long": lambda: tp.footprint(rows, bench.rules, bench.table).totals,
    }
    for run in runs.values():
        np.testing.assert_allclose(run(), runs["numpy blocked"](), rtol=1e-9)
    timed = in_turns(runs, bench.rounds, f"{SOLVED} products, ")
    head = f"{SOLVED:,} products: Brightway's data package and one transposed solve, over"
    return [ratio("–", f"{head} {name}", None, timed["Brightway"], timed[name]) for name in list(runs)[1:]]
