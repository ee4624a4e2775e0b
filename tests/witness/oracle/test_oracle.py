"""Our claim to be right: Brightway, given the definition alone, finds the same footprint per product and per stage."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from oracle.definition import read_rule, system_of, to_be_confirmed
from oracle.generated import COLUMNS, case, with_bands
from oracle.generated_results import calculated, refused
from oracle.system import System
from oracle.tables import Table, read_table
from oracle.witness import Witness

import textile_pcf as tp
from paths import ROOT
from textile_pcf import engine
from worked import all_cases, factors_of, rule_of, run

TOLERANCE = 1e-9
SEEDS, EACH = 300, 50
EXAMPLES = read_table(ROOT / "examples/examples.csv").rows
WORKED = [
    worked
    for worked in all_cases()
    if "expect_error" not in worked.data
    and "fuels" not in worked.data.get("tags", ())  # heating values are no part of it either
    and "supply" not in worked.data.get("options", {})  # a supply table is no part of the definition
]


def worst(result: tp.Footprint, system: System) -> float:
    """Largest deviation of products and stages, relative to what is added up there."""
    witness = Witness(system)
    size = np.abs(result.lines.emissions)
    stages = len(result.stages)
    place = result.lines.product * stages + result.lines.stage
    turned = np.bincount(place, weights=size, minlength=len(result.products) * stages).reshape(-1, stages)
    found = [0.0]
    for number, product in enumerate(result.products):
        found.append(apart(result.totals[number], witness.total(product), turned[number].sum()))
        supply = witness.supply(product)
        for column, stage in enumerate(result.stages):
            score = witness.stage(product, stage.id, supply)
            found.append(apart(result.by_stage[number, column], score, turned[number, column]))
        found += masses_apart(result, product, supply)
    return max(found)


def apart(ours: float, theirs: float, size: float) -> float:
    """Relative deviation; both nothing is none."""
    return abs(ours - theirs) / size if size > 0 else abs(ours - theirs)


def masses_apart(result: tp.Footprint, product: str, supply: dict[tuple[object, ...], float]) -> list[float]:
    """Deviation of the mass into and out of every stage and fibre."""
    told = result.stage_masses
    found = []
    for entry in np.flatnonzero(told.product == result.products.index(product)):
        stage, fibre = result.stages[told.stage[entry]].id, told.component.categories[told.component.codes[entry]]
        for side, mass in (("out", told.output[entry]), ("in", told.input[entry])):
            found.append(apart(mass, supply[side, product, stage, fibre], mass))
    return found


def padded(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """Rows with every column that the definition reads."""
    return [{name: str(row.get(name) or "") for name in COLUMNS} for row in rows]


def tables_of(names: list[str | Path]) -> list[Path]:
    """Files of factor tables; shipped ones by their names, each in its newest edition."""
    newest = {file.stem: file for file in sorted((ROOT / "emission_factors").glob("*/*.csv"))}
    return [name if isinstance(name, Path) else newest[name] for name in names or ["default"]]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["name"])
def test_shipped_examples(example, found):
    folder = ROOT / "examples" / example["name"]
    own = [folder / name if name.endswith(".csv") else name for name in filter(None, example["factors"].split(";"))]
    tables = tables_of(own)
    rules = tp.load_rules(example["rule"])
    result = tp.calculate(tp.read_activity(folder / example["file"], rules), tp.load_factors(*tables))
    rows = padded(read_table(folder / example["file"]).rows)
    system = system_of(read_rule(rules.path), rows, [read_table(table) for table in tables])
    deviation = worst(result, system)
    found("shipped examples", [deviation])
    assert deviation < TOLERANCE


@pytest.mark.parametrize("worked", WORKED, ids=lambda worked: worked.id)
def test_worked_cases(worked, tmp_path, found):
    data = worked.data
    result = run(data, tmp_path)
    tables = factors_of(data, tmp_path) or tables_of([])
    rule = rule_of(data, tmp_path)
    path = rule if isinstance(rule, Path) else tp.load_rules(rule).path
    options = data.get("options", {})
    rows = padded(read_table(tmp_path / "activity.csv").rows)
    system = system_of(
        read_rule(path), rows, [read_table(table) for table in tables],
        options.get("gwp", ""), options.get("biogenic", ""), options.get("boundary", ""),
    )  # fmt: skip
    deviation = worst(result, system)
    found("worked cases", [deviation])
    assert deviation < TOLERANCE


@pytest.mark.parametrize("first", range(0, SEEDS, EACH))
def test_generated_systems(first, tmp_path, found):
    deviations = []
    for seed in range(first, first + EACH):
        made = case(seed)
        system = system_of(made.rule, made.rows, [Table(made.factors)])
        result = calculated(made, tmp_path)
        if result is None:
            assert Witness(system).needs_all_of_itself(), f"seed {seed}"
            continue
        deviations.append(worst(result, system))
        assert deviations[-1] < TOLERANCE, f"seed {seed}"
    found("generated systems", deviations)


@pytest.mark.parametrize("first", range(0, 60, 30))
def test_generated_amounts_that_must_be_confirmed(first, tmp_path):
    """The library refuses just the amounts that the definition does, and calculates once they are confirmed."""
    some = 0
    for seed in range(first, first + 30):
        made = with_bands(case(seed))
        masses = Witness(system_of(made.rule, made.rows, [Table(made.factors)])).supply
        wanted = to_be_confirmed(made.rule, made.rows, masses)
        found = {(problem.product, *re.findall(r"\(([\w]+)\.([\w]+)", problem.where)[0]) for problem in refused(made, tmp_path)}
        assert found == wanted, f"seed {seed}"
        some += bool(wanted)
        for row in made.rows:
            row["confirmed"] = "yes" if row["amount"] else ""
        assert not refused(made, tmp_path), f"seed {seed}"
    assert 10 < some < 30


def test_generated_systems_hold_what_they_should():
    cases = [case(seed) for seed in range(SEEDS)]
    systems = [system_of(made.rule, made.rows, [Table(made.factors)]) for made in cases]
    losses = {loss["basis"] for made in cases for stage in made.rule["stages"] for loss in stage["losses"]}
    assert losses == {"input", "output", "ratio"}
    assert sum(any(len(lanes) > 1 for lanes in system.lanes.values()) for system in systems) > SEEDS / 4, "blends"
    assert sum(bool(system.outside) for system in systems) > SEEDS / 8, "stages outside the boundary"
    assert sum(bool(system.links) for system in systems) > SEEDS / 5, "links"
    assert sum(looped(system) for system in systems) > SEEDS / 12, "loops"
    assert {row["per"] for made in cases for row in made.rows} == {"", "product", "period"}


def looped(system: System) -> bool:
    """Whether some product needs itself."""
    needs = {product: set() for product in system.products}
    for user, supplier, _ in system.links:
        if user[2] not in system.outside:
            needs[user[1]].add(supplier[1])
    for _ in system.products:
        needs = {product: others.union(*(needs[other] for other in others)) for product, others in needs.items()}
    return any(product in others for product, others in needs.items())


def test_the_witness_notices_a_wrong_loss(tmp_path, monkeypatch):
    """A loss of the output taken as a loss of the input does not pass."""
    right = engine.loss_ratio
    monkeypatch.setattr(engine, "loss_ratio", lambda losses, basis: right(losses, "input" if basis == "output" else basis))
    deviations = []
    for seed in range(40):
        made = case(seed)
        if any(row["unit"] == "%" and float(row["amount"] or 0) >= 100 for row in made.rows):
            continue
        result = calculated(made, tmp_path)
        if result is not None:
            deviations.append(worst(result, system_of(made.rule, made.rows, [Table(made.factors)])))
    assert max(deviations) > 1e-3
