"""New factors for products that take one another: what a supplier emits more or less, all that take of it do too."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import test_carbon_balance as carbon
from linked_products import FACTORS, RULE, garments, made, network, row, takes
from repriced import assert_equal, contents
from test_links_long import ring

import textile_pcf as tp
from textile_pcf import engine
from textile_pcf.batch import calculate_batch, reprice
from textile_pcf.batch.job import Job
from textile_pcf.io.resources import sha256_of
from worked import factor_row, write_rule, write_table

pytestmark = pytest.mark.filterwarnings("ignore::textile_pcf.PcfWarning")

PARTS = 7  # products of a partition, about
NEW = """item,value,unit,region,year,kind,gwp,co2_fossil,co2_biogenic,co2_uptake,co2_aircraft,source,locator
electricity,0.4,kgCO2e/kWh,GLO,2027,life_cycle,,,,,,hand,y
lint,3.3,kgCO2e/kg,GLO,2027,life_cycle,AR6,3.3,0.4,0.9,0.2,hand,y
"""
MILL = """
rule: mill
edition: "1"
sources: {hand: {title: By hand}}
product: {unit: kg, properties: {grammage: {unit: g/m2, optional: true}}}
stages:
  - id: making
    flows:
      power: {unit: kWh, factor: electricity}
      yarn: {unit: kg, value: 1.25, optional: true, source: hand, locator: x}
      cloth: {unit: m2, optional: true}
      salt: {unit: kg, factor: lint, optional: true}
  - id: return
    boundary: outside
    optional: true
    flows:
      waste: {unit: kg, optional: true}
"""
YARNS = """\
product,stage,flow,amount,unit,item
YARN,making,power,4,kWh,
CLOTH,product,grammage,200,g/m2,
CLOTH,making,power,1,kWh,
CLOTH,making,yarn,,,product:YARN
SHIRT,making,power,2,kWh,
SHIRT,making,cloth,6,m2,product:CLOTH
SHIRT,return,waste,0.1,kg,product:YARN
"""

Batch = Callable[..., tp.BatchResult]


@pytest.fixture
def mill(tmp_path: Path) -> Path:
    for name, text in (("rule.yaml", RULE), ("factors.csv", FACTORS), ("new.csv", NEW), ("mill.yaml", MILL)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


@pytest.fixture
def batch(mill: Path) -> Batch:
    """Rows in partitions of some products, in a folder of this name; with weights, or with tables asked before the others."""

    def run(rows: list[dict[str, Any]], out: str, *tables: Path, rule: str = "rule.yaml", **options: Any) -> tp.BatchResult:
        frame = pd.DataFrame(rows)
        group = PARTS * max(1, len(frame) // frame["product"].nunique())
        frame.to_parquet(mill / f"{out}.parquet", index=False, row_group_size=group)
        call = {"partition_rows": group, "progress": False, "units": ["kg", "m2"], "weights": not tables, **options}
        return calculate_batch(mill / f"{out}.parquet", mill / rule, [*tables, mill / "factors.csv"], out=mill / out, **call)

    return run


def mixed(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same rows in any order: suppliers stand before and behind what takes them, in other partitions."""
    return [rows[place] for place in np.random.default_rng(1).permutation(len(rows))]


def chains() -> list[dict[str, Any]]:
    """A chain and a ring through all partitions, and a product that takes itself."""
    rows = [line for number in range(30) for line in (*made(f"C{number}"), takes(f"C{number}", f"C{number + 1}"))]
    rows += made("C30")
    for user, other in zip(*ring(30), strict=True):
        rows += [*made(f"R{user}"), takes(f"R{user}", f"R{other}")]
    return [*rows, *made("S"), takes("S", "S"), row("C30", "lint", 0.5, "kg")]


def test_a_chain_worked_by_hand(mill: Path) -> None:
    """Electricity at 0.4 instead of 0.5 kg CO2e/kWh.

    Yarn takes 4 kWh: 2.0 becomes 1.6. Cloth takes 1 kWh and 1.25 kg of yarn, as the rule has it: 0.5 + 2.5 = 3.0 becomes
    0.4 + 2.0 = 2.4. A shirt takes 2 kWh and 6 m2 of cloth, 1.2 kg: 1.0 + 3.6 = 4.6 becomes 0.8 + 2.88 = 3.68. It takes
    8 kWh in the whole chain and is outside the boundary for 0.1 kg of yarn: 0.2 becomes 0.16.
    """
    (mill / "yarns.csv").write_text(YARNS, encoding="utf-8")
    call = {"progress": False, "units": ["m2"]}
    old = calculate_batch(mill / "yarns.csv", mill / "mill.yaml", mill / "factors.csv", out=mill / "old", weights=True, **call)
    rows = {
        one["product"]: one for one in reprice(old.out, mill / "new.csv", out=mill / "new", progress=False).read().to_pylist()
    }
    wanted = {"YARN": (2.0, 1.6), "CLOTH": (3.0, 2.4), "SHIRT": (4.6, 3.68)}
    assert {name: (one["total_before"], one["total"]) for name, one in rows.items()} == {
        name: pytest.approx(pair, rel=1e-12) for name, pair in wanted.items()
    }
    assert rows["SHIRT"]["change"] == pytest.approx(-0.2, rel=1e-12)
    assert rows["SHIRT"]["memo.return"] == pytest.approx(0.16, rel=1e-12)
    assert rows["CLOTH"]["total per m2"] == pytest.approx(0.48, rel=1e-12)
    assert rows["CLOTH"]["default_share"] == pytest.approx(2.0 / 2.4, rel=1e-12)  # yarn in the amount of the rule
    head, *lines = (old.out / "weights/part-00000.jsonl").read_text().splitlines()
    links = json.loads(head)["links"]
    assert [json.loads(line) for line in lines[: json.loads(head)["taken"]]] == ["YARN", "CLOTH"]
    assert [(one["name"], one["by_rule"]) for one in links] == [
        ("making.yarn", True), ("making.cloth", False), ("return.waste", False),
    ]  # fmt: skip
    assert {json.loads(line)["flow"] for line in lines[2:]} == {"making.power"}


CATALOGUES = {"network": lambda: network(60), "mixed": lambda: mixed(network(60)), "chains": chains}


@pytest.mark.parametrize("name", CATALOGUES)
@pytest.mark.parametrize("biogenic", ["zero_zero", "minus_one_plus_one"])
def test_reprice_gives_the_numbers_of_a_full_batch(mill: Path, batch: Batch, name: str, biogenic: str) -> None:
    """Fossil, biogenic and uptake of factors change; chains, loops and suppliers in other partitions."""
    rows = CATALOGUES[name]()
    old = batch(rows, "old", biogenic=biogenic)
    new = reprice(old.out, mill / "new.csv", out=mill / "new", progress=False)
    assert len(new.files) > 5
    assert_equal(new, batch(rows, "full", mill / "new.csv", biogenic=biogenic), old)
    assert (np.abs(new.read()["change"].to_numpy()) > 0.01).mean() > 0.9


@pytest.mark.parametrize(
    "options", [{"quality": True}, {"workers": 2, "threads": True}, {"scenarios": {"AR5": {"gwp": "AR5"}}}]
)
def test_one_partition_threads_and_scenarios(mill: Path, batch: Batch, options: dict[str, Any]) -> None:
    rows = network(40)
    old = batch(rows, "old", **options)
    new = reprice(old.out, mill / "new.csv", out=mill / "new", progress=False)
    assert_equal(new, batch(rows, "full", mill / "new.csv"), old)


def test_weights_on_products_and_requests_are_those_of_the_whole_chain(mill: Path, batch: Batch) -> None:
    """(I − A)⁻¹ W of the files are the derivatives of the totals that the engine has of one inventory of all products."""
    rows = network(40)
    old = batch(rows, "old")
    names = old.read()["product"].to_pylist()
    own, needed, first = np.zeros((len(names), 2)), np.zeros((len(names), len(names))), 0
    for path in sorted((old.out / "weights").glob("*.jsonl")):
        head, *lines = map(json.loads, path.read_text().splitlines())
        taken, requests = lines[: head["taken"]], lines[head["taken"] :]
        groups = pq.ParquetFile(path.with_suffix(".parquet"))
        for number, block in enumerate([*head["blocks"], *head["links"]]):
            cells = groups.read_row_group(number).to_pydict() if block["name"].startswith("making.") else {"product": []}
            for place, product in enumerate(cells["product"]):
                request, weight = cells["request"][place], cells["weight"][place]
                if number < len(head["blocks"]):
                    own[first + product, int(requests[request]["item"] == "lint")] += weight
                else:
                    needed[first + product, names.index(taken[request])] += weight
        first += head["products"]
    whole = np.linalg.solve(np.eye(len(names)) - needed, own)
    found = tp.footprint(pd.DataFrame(rows), mill / "rule.yaml", mill / "factors.csv")
    inventory = found.inventory
    item = np.array([request.item == "lint" for request in inventory.factors.request], dtype=np.intp)
    factor = np.where(inventory.factor < 0, -1, item[inventory.factor])
    pointers, columns, data = engine.factor_weights(
        inventory.product, np.arange(len(factor)), factor, inventory.amount, inventory.inside, len(names), 2
    )
    alone = np.zeros((len(names), 2))
    alone[np.repeat(np.arange(len(names)), np.diff(pointers)), columns] = data
    expected = engine.leontief(inventory.links, len(names))(alone)
    order = [list(found.products).index(name) for name in names]
    np.testing.assert_allclose(whole, expected[order], rtol=1e-12)


def test_garments_whose_biogenic_carbon_balances(mill: Path, tmp_path: Path) -> None:
    """Uptake follows the carbon of what is taken, not the factors; a factor that takes up more would change it: refused."""
    pd.DataFrame(garments()).to_parquet(mill / "garments.parquet", index=False, row_group_size=60)
    call = {"progress": False, "partition_rows": 60}
    table = write_table([factor_row(one) for one in carbon.TABLE], mill / "hand.csv")
    rule = write_rule(carbon.RULE, mill)
    old = calculate_batch(mill / "garments.parquet", rule, table, out=mill / "old", weights=True, **call)
    asked = set()
    for path in (old.out / "weights").glob("*.jsonl"):
        head, *lines = map(json.loads, path.read_text().splitlines())
        requests = lines[head.get("taken", 0) :]
        asked |= {(one["item"], one["kind"], one["region"], one["unit"]) for one in requests if not one["removal"]}
    rows = [key for key in sorted(asked) if not key[0].startswith("pcf:")]
    head = "item,value,unit,region,year,kind,co2_fossil,co2_biogenic,co2_uptake,source,locator\n"
    text = "".join(f"{item},0.37,kgCO2e/({unit}),{region},2027,{kind},,,,made up,none\n" for item, kind, region, unit in rows)
    (mill / "new.csv").write_text(head + text, encoding="utf-8")
    new = reprice(old.out, mill / "new.csv", out=mill / "new", progress=False)
    assert len(new.files) > 5
    assert_equal(
        new, calculate_batch(mill / "garments.parquet", rule, [mill / "new.csv", table], out=mill / "full", **call), old
    )
    item, kind, region, unit = rows[0]
    (mill / "new.csv").write_text(f"{head}{item},,kgCO2e/({unit}),{region},2027,{kind},1,0,5,made up,none\n", encoding="utf-8")
    with pytest.raises(tp.InputError, match="another mass of CO2"):
        reprice(old.out, mill / "new.csv", out=mill / "refused", progress=False)


def test_who_takes_a_rejected_product_stays_rejected(mill: Path, batch: Batch) -> None:
    rows = [line for number in range(30) for line in made(f"P{number}")]
    rows += [takes("P0", "P29"), takes("P1", "P0"), row("P29", "buttons", 1, "kWh"), takes("P2", "P20"), takes("P9", "P2")]
    old = batch(rows, "old")
    new = reprice(old.out, mill / "new.csv", out=mill / "new", progress=False)
    assert new.rejected == old.rejected == 3
    assert_equal(new, batch(rows, "full", mill / "new.csv"), old)


def test_an_interruption_changes_no_byte(mill: Path, batch: Batch, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the batch while links are gathered and while partitions are calculated again, and of `reprice`."""
    rows, whole = mixed(network(60)), None
    for stop in (0, 4, 9, 12):
        out = f"stopped_{stop}"
        seen = []

        def interrupt(done: int, parts: int, seen: list[int] = seen, stop: int = stop) -> None:
            seen.append(done)
            if len(seen) == stop:
                raise KeyboardInterrupt

        if stop:
            with pytest.raises(KeyboardInterrupt):
                batch(rows, out, progress=interrupt, workers=1)
        batch(rows, out)
        found = {name: content for name, content in contents(mill / out).items() if name != "manifest.json"}
        whole = whole or found
        assert {name.replace(out, "") for name in found} == {name.replace("stopped_0", "") for name in whole}
        assert [found[name] for name in found if "weights" in name] == [whole[name] for name in whole if "weights" in name]
    undisturbed = reprice(mill / "stopped_0", mill / "new.csv", out=mill / "one", progress=False)

    def stop_at_two(done: int, parts: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        reprice(mill / "stopped_0", mill / "new.csv", out=mill / "two", progress=stop_at_two)
    reprice(mill / "stopped_0", mill / "new.csv", out=mill / "two", progress=False)
    assert contents(mill / "two") == contents(undisturbed.out)


def test_one_partition_or_many_have_the_same_results(mill: Path, batch: Batch, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = network(40)
    many = reprice(batch(rows, "old").out, mill / "new.csv", out=mill / "many", progress=False).read()
    with monkeypatch.context() as whole:
        whole.setattr(Job, "needs_all_products", property(lambda job: True))
        one = reprice(batch(rows, "one").out, mill / "new.csv", out=mill / "single", progress=False).read()
    left, right = (table.to_pandas().set_index("product").sort_index() for table in (one, many))
    pd.testing.assert_frame_equal(left, right, rtol=1e-12)


@pytest.mark.parametrize("line", ['"C"', "B", 'B""', '"B', '"B"", "A"', "{}", '"B"\n"A"', '"\\u0042", "A"'])
def test_a_name_that_no_product_has_is_refused(mill: Path, batch: Batch, line: str) -> None:
    """An index whose hash was written again: the file is still not as a batch writes it."""
    old = batch([*made("A"), takes("A", "B"), *made("B")], "old")
    path, manifest = old.out / "weights/part-00000.jsonl", old.out / "manifest.json"
    before = sha256_of(path)
    path.write_bytes(path.read_bytes().replace(b'\n"B"\n', f"\n{line}\n".encode()))
    manifest.write_text(manifest.read_text().replace(before, sha256_of(path)))
    with pytest.raises(tp.InputError, match="not as the batch wrote it"):
        reprice(old.out, mill / "new.csv", out=mill / "new", progress=False)


@pytest.mark.parametrize("odd", ['12" shirt', "棉布 ½", "back\\slash", "a, b", "{c}", "é" * 40])
def test_names_of_any_letters_are_found(mill: Path, batch: Batch, odd: str) -> None:
    """Quotation marks, backslashes and letters beyond ASCII, beside plain names: yarn, then cloth of it, then a shirt."""
    rows = [*made(odd), *made("CLOTH"), takes("CLOTH", odd), *made("SHIRT"), takes("SHIRT", "CLOTH"), takes("SHIRT", odd, 0.1)]
    old = batch(rows, "old")
    new = reprice(old.out, mill / "new.csv", out=mill / "new", progress=False)
    assert_equal(new, batch(rows, "full", mill / "new.csv"), old)
    assert set(new.read()["product"].to_pylist()) == {odd, "CLOTH", "SHIRT"}


UNUSED = "\n".join([NEW.splitlines()[0], "heat,0.1,kgCO2e/MJ,GLO,2027,life_cycle,,,,,,hand,y\n"])


def test_products_taken_outside_the_boundary_alone(mill: Path, batch: Batch) -> None:
    """Yarn sent back: 1 kWh at 0.4 instead of 0.5 is all that a product changes by; 0.3 of it stand outside."""
    rows = [*made("YARN"), *made("SHIRT"), takes("SHIRT", "YARN", 0.3, "returned")]
    old = batch(rows, "old")
    new = reprice(old.out, mill / "new.csv", out=mill / "new", progress=False)
    assert_equal(new, batch(rows, "full", mill / "new.csv"), old)
    shirt = dict(zip(new.read()["product"].to_pylist(), new.read().to_pylist(), strict=True))["SHIRT"]
    assert (shirt["total"], shirt["memo.after"]) == (pytest.approx(0.4), pytest.approx(0.3 * 0.4))


def test_tables_that_change_nothing_change_nothing(mill: Path, batch: Batch) -> None:
    rows = network(20)
    old = batch(rows, "old")
    (mill / "new.csv").write_text(UNUSED, encoding="utf-8")
    new = reprice(old.out, mill / "new.csv", out=mill / "new", progress=False)
    assert any("No factor changes" in text for text in new.warnings())
    assert_equal(new, batch(rows, "full", mill / "new.csv"), old)
    assert not new.read()["change"].to_numpy().any()


@pytest.mark.parametrize("rows", [network(30), [*made("A", 5), *made("B", 0.1)]], ids=["linked", "alone"])
def test_what_overflows_is_refused_by_product_without_a_warning_of_numpy(
    mill: Path, batch: Batch, rows: list[dict[str, Any]]
) -> None:
    old = batch(rows, "old")
    huge = NEW.splitlines()[0] + "\nelectricity,1e308,kgCO2e/kWh,GLO,2027,life_cycle,,,,,,hand,y\n"
    (mill / "new.csv").write_text(huge, encoding="utf-8")
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        with pytest.raises(tp.InputError, match=r"product .*: The emissions add up to more than can be calculated"):
            reprice(old.out, mill / "new.csv", out=mill / "new", progress=False)
