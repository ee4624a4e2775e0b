"""A program that uses each public function and method, as an editor and `mypy --strict` see it.

It is not run: files of that name are not there. `tests/test_typed_program.py` checks that nothing public is missing here, and
`mypy` (see pyproject.toml) that every use is typed. The annotations on the left are what the library promises.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

import textile_pcf as tp


def lists() -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    return tp.list_rules(), tp.list_factors(), tp.list_examples()


def loading() -> tuple[tp.RuleSet, tp.FactorTable, tp.Supply]:
    rules: tp.RuleSet = tp.load_rules("cotton_fabric@2026.1")
    rules = tp.load_rules(Path("mine.yaml"), boundary="cradle_to_gate")
    rules = tp.load_rules({"rule": "mill", "edition": "1", "product": {"unit": "kg"}, "stages": []})
    factors: tp.FactorTable = tp.load_factors("mine.csv", "default")
    factors = tp.load_factors({"electricity": "0.5777 kgCO2e/kWh"})
    factors = tp.load_factors([{"item": "steam", "value": 0.3}], pd.DataFrame({"item": ["coal"]}))
    found: pd.DataFrame = factors.search("electricity")
    everything: pd.DataFrame = factors.to_frame()
    items: list[str] = factors.items
    print(len(found), len(everything), items, rules.name, rules.boundary, rules.product_unit.text)
    factors = tp.FactorTable.from_brightway("project", "database", ("IPCC", "climate change", "GWP 100a"))
    for source in (tp.read_pact("record.json"), tp.read_openlca("results.zip"), tp.import_factors("table.csv", "oefdb")):
        factors = tp.load_factors(source, factors)
    return rules, factors, tp.load_supply("supply.csv")


def calculating() -> tp.Footprint:
    rules, factors, supply = loading()
    rows = [{"product": "P", "stage": "weaving", "flow": "electricity", "amount": "4 kWh", "customer": "ACME"}]
    activity: tp.Activity = tp.read_activity(rows, rules, keep=["customer"])
    products: tuple[str, ...] = activity.products
    result: tp.Footprint = tp.calculate(activity, factors, gwp="AR6", supply=supply)
    result = tp.footprint(pd.DataFrame(rows), "cotton_fabric", {"electricity": "0.5777 kgCO2e/kWh"})
    result = tp.footprint(rows, rules, [factors, "default"], keep=("customer",))
    result = tp.footprint(*tp.load_example("cotton_poplin"))
    print(products)
    return result


def figures(result: tp.Footprint) -> None:
    total: pd.Series[float] = result.total("m2")
    stages: pd.DataFrame = result.per_stage(empty_stages=True)
    groups: pd.DataFrame = result.per_group()
    per_metre: pd.Series[float] = result.per_unit("m")
    split: pd.DataFrame = result.split
    lines: pd.DataFrame = result.contributions
    masses: pd.DataFrame = result.masses
    table: pd.DataFrame = result.to_frame("m2", lines=True)
    as_quantity = result.total("m2", as_quantity=True)
    print(total.sum(), stages, groups, per_metre, split, lines, masses, table, as_quantity)
    excluding = result.headline.excluding
    gross: float = float(result.gross.part(result.gross.ruled)[0])
    kept: Mapping[str, tuple[str, ...]] = result.kept
    names: tuple[str, ...] = tuple(stage.name("zh") for stage in result.stages)
    unit: str = result.unit
    sets, shares = result.gwp_sets
    print(excluding, gross, kept, names, unit, sets, shares, result.totals.sum(), result.by_stage.shape, result.beside)
    print(result.default_share, result.default_factor_share, result.carbon_content, result.completeness, result.biogenic)
    provenance: Mapping[str, Any] = result.provenance
    print(provenance["rule"], result.rules.name, result.run.gwp, result.products)


def one_product(result: tp.Footprint) -> tp.ProductResult:
    totals: dict[str, float] = {product: result[product].total() for product in result}
    print(len(result), "P" in result, totals)
    one: tp.ProductResult = result["P"]
    by_stage: pd.Series[float] = one.per_stage("m2")
    explained: tp.Explanation = one.explain("weaving", "zh")
    texts: list[str] = one.warnings()
    print(
        by_stage,
        explained.splitlines(),
        texts,
        one.to_dict("m2"),
        one.product,
        one.unit,
        one.kept,
        one.contributions,
        one.masses,
    )
    return one


def leaving(result: tp.Footprint, folder: Path) -> list[Path]:
    text: str = result.to_json()
    text = result.to_csv(unit="m2", lines=True)
    text = result.explain(stage="weaving")
    entry: dict[str, Any] = result.to_dict("m2")
    warnings: list[str] = result.warnings("P")
    label: dict[str, Any] = result.label("P", decimals=1)
    print(text, entry, warnings, label, result.show("zh"), result.plot.stages("P"), result.to_datapackage())
    records: list[dict[str, Any]] = result.to_pact("about.yaml")
    print(records)
    return [
        result.to_json(folder / "a.json"),
        result.to_csv(folder / "a.csv", "m2"),
        result.to_parquet(folder / "a.parquet"),
        result.to_excel(folder / "a.xlsx"),
        result.to_html(folder / "a.html", language="zh"),
        result.to_html(folder / "b.html", uncertainty={"draws": 500, "assume": {"estimated": 1.3}}, previous=folder / "a.lock"),
        result.to_live_report(folder / "l.html", language="zh", changes=None),
        result.to_pdf(folder / "a.pdf"),
        result.to_pdf(folder / "b.pdf", "m2", "zh", uncertainty=None, changes="changes.yaml"),
        result.to_excel(
            folder / "b.xlsx",
            measures=tp.improvements.rank("mill.csv", "cotton_fabric", "improvements.yaml", "production.csv"),
        ),
        result.to_openlca(folder / "a.zip"),
        result.save(folder / "saved.json"),
        tp.lock(result.published(strict=True), folder / "a.lock"),
        tp.make_template("cotton_fabric", folder / "mill.xlsx"),
    ]


def questions(result: tp.Footprint, other: tp.Footprint) -> None:
    sure: tp.Uncertainty = tp.uncertainty(result, draws=1000)
    elasticities: pd.DataFrame = tp.sensitivity(result)
    ratings: tp.Quality = tp.quality(result)
    scenarios: tp.Scenarios = result.scenario([{"change": "gwp", "to": "AR5"}])
    scenarios = tp.scenario(result, "changes.yaml")
    comparison: tp.Comparison = tp.compare(result, other)
    difference: tp.Diff = tp.diff(result, other)
    again: tp.Footprint = tp.load_result("saved.json")
    check: tp.Verification = tp.verify("a.lock")
    print(
        sure.total, elasticities, ratings.show("zh"), scenarios.table, comparison.show(), difference.show(), again, check.holds
    )


def catalogue(folder: Path) -> tp.BatchResult:
    batch: tp.BatchResult = tp.calculate_batch("catalogue.parquet", "cotton_fabric@2026.1", out=folder, progress=False)
    batch = tp.reprice(folder, "grid_2027.csv", out=folder / "new", progress=False)
    rejected: int = batch.rejected
    print(rejected, batch.products, batch.rows, batch.out, batch.read(), tp.factory.meters)
    print(tp.diff_batch("old", "new", out="diff"))
    print(tp.targets.check("targets.yaml", "series.csv"), tp.targets.path("targets.yaml"))
    print(tp.improvements.rank("mill.csv", "cotton_fabric", "improvements.yaml", "production.csv"))
    scenarios: list[dict[str, Any]] = tp.improvements.measure_scenarios(
        tp.footprint("mill.csv", "cotton_fabric"), "improvements.yaml"
    )
    print(scenarios)
    return batch


def problems() -> list[tp.Problem]:
    try:
        calculating()
    except (tp.InputError, tp.RuleError, tp.FactorError, tp.UsageError) as error:
        known: tp.PcfError = error
        return [problem for problem in known.problems if problem.where and problem.what and problem.cure]
    except tp.PcfWarning as warning:
        print(warning, tp.__version__)
    return []
