"""New factors for a finished batch: the numbers of a full batch with them, from weights, without the activity data."""

from __future__ import annotations

import json
import shutil
import warnings
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import workload
from repriced import assert_equal, contents

import textile_pcf as tp
from textile_pcf.batch import calculate_batch, reprice
from textile_pcf.cli import run

pytestmark = pytest.mark.filterwarnings("ignore::textile_pcf.PcfWarning")

PRODUCTS, ROWS = 150, 2_000  # three partitions
BAD = (7, 120)
HEADER = "item,value,unit,region,year,kind,co2_fossil,co2_biogenic,co2_uptake,source,locator\n"
OWN = {"total_before", "change"}
RULE = """\
rule: dyehouse
edition: "1"
sources: {mill: {title: Made up}}
product: {unit: kg, properties: {grammage: {unit: g/m2, optional: true}}}
stages:
  - id: dyeing
    flows:
      steam: {unit: kg, factor: steam}
      salt: {unit: kg, sign: any, factor: salt, value: 0.5, source: mill, locator: none}
  - id: use
    boundary: outside
    flows:
      power: {unit: kWh, factor: power}
"""
FACTORS = "item,value,unit,region,year,kind,source,locator\n" + "".join(
    f"{item},{value},kgCO2e/{unit},GLO,2024,life_cycle,hand,p. 1\n"
    for item, value, unit in (("steam", 0.3, "kg"), ("salt", 0.2, "kg"), ("power", 0.6, "kWh"))
)
MILL = """\
product,stage,flow,amount,unit
GREY,product,grammage,200,g/m2
GREY,dyeing,steam,8,kg
GREY,use,power,1,kWh
BLACK,dyeing,steam,10,kg
BLACK,dyeing,salt,-2,kg
BLACK,use,power,2,kWh
SPOILT,dyeing,steam,ten,kg
"""


def grid(path: Path, table: Path, factor: float = 0.8, items: str = "electricity") -> Path:
    """The rows of some items of a table, with other values."""
    rows = table.read_text().splitlines()
    head, places = rows[0], rows[0].split(",")
    new = [row.split(",") for row in rows[1:] if row.startswith(items)]
    value = places.index("value")
    text = "\n".join(",".join([*row[:value], repr(float(row[value]) * factor), *row[value + 1 :]]) for row in new)
    path.write_text(f"{head}\n{text}\n")
    return path


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reprice")
    workload.write_factors(folder / "factors.csv")
    table = workload.arrow_table(workload.draw(0, PRODUCTS))
    for bad in BAD:
        table = workload.spoilt(table.combine_chunks(), bad * 40 + workload.BAD)
    pq.write_table(table, folder / "sorted.parquet", row_group_size=800)
    order = np.random.default_rng(1).permutation(table.num_rows)
    pq.write_table(table.take(order), folder / "shuffled.parquet", row_group_size=800)
    grid(folder / "grid.csv", folder / "factors.csv")
    for name in ("sorted", "shuffled"):
        batch(folder, name, folder / name)
    return folder


def batch(folder: Path, name: str, out: Path, *tables: Path, **options: object) -> tp.BatchResult:
    call = {"partition_rows": ROWS, "progress": False, "units": ["m2", "piece"], "weights": True, **options}
    factors = [*tables, folder / "factors.csv"]
    return calculate_batch(folder / f"{name}.parquet", workload.RULE, factors, out=out, **call)


def result(folder: Path) -> tp.BatchResult:
    counts = json.loads((folder / "manifest.json").read_text())["counts"]
    return tp.BatchResult(folder, **counts, seconds=0.0)


@pytest.mark.parametrize("name", ["sorted", "shuffled"])
@pytest.mark.parametrize("items", ["electricity", ""])
def test_reprice_gives_the_numbers_of_a_full_batch(place: Path, tmp_path: Path, name: str, items: str) -> None:
    table = grid(tmp_path / "new.csv", place / "factors.csv", 1.3, items)
    new = reprice(place / name, table, out=tmp_path / "new", progress=False)
    full = batch(place, name, tmp_path / "full", table, weights=False)
    assert (new.rows, new.products, new.rejected) == (full.rows, full.products, full.rejected) == (6000, 148, 2)
    assert len(new.files) == 3
    assert_equal(new, full, result(place / name))
    assert [one["product"] for one in new.problems()] == [one["product"] for one in full.problems()]
    factors_alone = [text for text in full.warnings() if "amount" not in text]
    assert set(factors_alone) <= set(new.warnings())


def mill(folder: Path) -> Path:
    for name, text in (("rule.yaml", RULE), ("factors.csv", FACTORS), ("mill.csv", MILL)):
        (folder / name).write_text(text)
    return folder


def small(folder: Path, out: str = "old", *tables: Path | str, **options: object) -> tp.BatchResult:
    """A batch of the dyehouse with weights."""
    call = {"weights": True, "progress": False, "units": ["m2"], **options}
    factors = [*tables, folder / "factors.csv"]
    return calculate_batch(folder / "mill.csv", folder / "rule.yaml", factors, out=folder / out, **call)


def new_table(folder: Path, *rows: str, name: str = "new.csv") -> Path:
    (folder / name).write_text(HEADER + "".join(f"{row},made up,none\n" for row in rows))
    return folder / name


def test_worked_by_hand(tmp_path: Path) -> None:
    """GREY: 8 kg of steam at 0.3 and 0.5 kg of salt at 0.2 are 2.5; steam at 0.25 gives 2.1, 16 % less."""
    old = small(mill(tmp_path))
    new = reprice(
        old.out, new_table(tmp_path, "steam,0.25,kgCO2e/kg,CN,2027,life_cycle,,,"), out=tmp_path / "none", progress=False
    )
    assert new.read()["change"].to_pylist() == [0.0, 0.0]  # the row is of China, and the mill asks for the world
    table = new_table(tmp_path, "steam,0.25,kgCO2e/kg,GLO,2027,life_cycle,,,")
    rows = reprice(old.out, table, out=tmp_path / "new", progress=False).read().to_pylist()
    assert rows[0]["total_before"] == pytest.approx(2.5, rel=1e-12)
    assert rows[0]["total"] == pytest.approx(2.1, rel=1e-12)
    assert rows[0]["change"] == pytest.approx(-0.16, rel=1e-12)
    assert rows[0]["total per m2"] == pytest.approx(0.42, rel=1e-12)
    assert rows[1]["total per m2"] is None
    assert rows[0]["default_share"] == pytest.approx(0.1 / 2.1, rel=1e-12)
    assert rows[1]["default_share"] == 0.0  # its salt is its own


@pytest.mark.parametrize("biogenic", ["zero_zero", "minus_one_plus_one"])
def test_uptake_credits_shares_and_stages_outside_follow(tmp_path: Path, biogenic: str) -> None:
    old = small(mill(tmp_path), biogenic=biogenic)
    table = new_table(
        tmp_path,
        "steam,,kgCO2e/kg,GLO,2024,life_cycle,0.1,0.4,0.3",
        "salt,,kgCO2e/kg,GLO,2024,life_cycle,0.9,0,1.1",
        "power,0.1,kgCO2e/kWh,GLO,2024,life_cycle,,,",
    )
    new = reprice(old.out, table, out=tmp_path / "new", progress=False)
    assert_equal(new, small(tmp_path, "full", table, biogenic=biogenic, weights=False), old)
    assert new.read()["memo.use"].to_pylist() == pytest.approx([0.1, 0.2])


EXAMPLES = ["cotton_poplin", "polyester_woven", "polyester_cotton_blend", "silk_habotai", "t_shirt", "jeans", "viscose_woven"]


@pytest.mark.parametrize("name", EXAMPLES)
def test_shipped_rules(tmp_path: Path, name: str) -> None:
    """Every factor that is asked for with a region of its own in the new table, and another value."""
    source, rule, factors = tp.load_example(name)
    call = {"progress": False, "units": ["m2"]}
    old = calculate_batch(source, rule, factors, out=tmp_path / "old", weights=True, **call)
    lines = (old.out / "weights" / "part-00000.jsonl").read_text().splitlines()[1:]
    asked = {(one["item"], one["kind"], one["region"], one["unit"]) for one in map(json.loads, lines) if not one["removal"]}
    table = tmp_path / "new.csv"
    rows = [f"{item},0.37,kgCO2e/({unit}),{region},2027,{kind},,,,made up,none\n" for item, kind, region, unit in sorted(asked)]
    table.write_text(HEADER + "".join(row for row in rows if not row.startswith("pcf:")))
    new = reprice(old.out, table, out=tmp_path / "new", progress=False)
    full = calculate_batch(source, rule, [table, *factors], out=tmp_path / "full", **call)
    assert_equal(new, full, old)
    assert abs(new.read()["change"].to_pylist()[0]) > 0.01


def test_weights_are_the_same_bytes_whatever_was_matched_before(place: Path, tmp_path: Path) -> None:
    """Processes, threads and an interruption change no byte."""
    for number, options in enumerate(({"workers": 1}, {"workers": 2, "threads": True})):
        batch(place, "sorted", tmp_path / str(number), **options)
        assert contents(tmp_path / str(number) / "weights") == contents(place / "sorted" / "weights")


def test_an_interrupted_batch_with_weights_ends_with_the_same_bytes(place: Path, tmp_path: Path) -> None:
    class Stop(Exception):
        pass

    def stop(done: int, parts: int) -> None:
        if done == 1:
            raise Stop

    with pytest.raises(Stop):
        batch(place, "sorted", tmp_path / "out", progress=stop, workers=1)
    batch(place, "sorted", tmp_path / "out")
    assert contents(tmp_path / "out" / "weights") == contents(place / "sorted" / "weights")
    assert contents(tmp_path / "out" / "results") == contents(place / "sorted" / "results")


def test_an_interrupted_reprice_goes_on(place: Path, tmp_path: Path) -> None:
    class Stop(Exception):
        pass

    def stop(done: int, parts: int) -> None:
        if done == 2:
            raise Stop

    undisturbed = reprice(place / "sorted", place / "grid.csv", out=tmp_path / "one", progress=False)
    with pytest.raises(Stop):
        reprice(place / "sorted", place / "grid.csv", out=tmp_path / "two", progress=stop)
    assert (tmp_path / "two" / "parts").is_dir()
    reprice(place / "sorted", place / "grid.csv", out=tmp_path / "two", progress=False)
    assert contents(tmp_path / "two") == contents(undisturbed.out)
    again = reprice(place / "sorted", place / "grid.csv", out=tmp_path / "two", progress=False)  # finished: read only
    assert again.products == 148


def test_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mill(tmp_path)
    options = ["--rule", str(tmp_path / "rule.yaml"), "--factors", str(tmp_path / "factors.csv")]
    assert run(["batch", str(tmp_path / "mill.csv"), "-o", str(tmp_path / "old"), "--weights", *options]) == 1
    table = new_table(tmp_path, "steam,0.25,kgCO2e/kg,GLO,2027,life_cycle,,,")
    capsys.readouterr()
    call = ["reprice", str(tmp_path / "old"), "--factors", str(table), "-o", str(tmp_path / "new")]
    assert run(call) == 1  # one product was rejected
    out, err = capsys.readouterr()
    assert out.startswith("3 products = 2 calculated + 1 rejected; 7 rows\n")
    assert "1 products were rejected in the batch" in err
    assert run([*call, "--lang", "zh"]) == 1
    assert "个产品" in capsys.readouterr().err
    assert (tmp_path / "new" / "rejected.csv").read_bytes() == (tmp_path / "old" / "rejected.csv").read_bytes()


def refused(call: list[str], capsys: pytest.CaptureFixture[str], *words: str) -> int:
    """Exit code; what is said holds the words, and nothing was written on standard output."""
    capsys.readouterr()
    code = run(call)
    out, err = capsys.readouterr()
    assert not out
    for word in words:
        assert word in err, err
    assert "Traceback" not in err
    return code


@pytest.fixture(scope="module")
def dyehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A batch of the dyehouse that no test changes."""
    folder = mill(tmp_path_factory.mktemp("dyehouse"))
    small(folder)
    new_table(folder, "steam,0.25,kgCO2e/kg,GLO,2027,life_cycle,,,")
    return folder


@pytest.fixture
def old(dyehouse: Path, tmp_path: Path) -> Path:
    """A copy of it, with times of change: the manifest names its inputs relative to the folder."""
    return Path(shutil.copytree(dyehouse, tmp_path, dirs_exist_ok=True))


def call(folder: Path, table: str = "new.csv") -> list[str]:
    return ["reprice", str(folder / "old"), "--factors", str(folder / table), "-o", str(folder / "new")]


def test_a_factor_in_another_unit_is_refused_with_all_others(old: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = ["steam,0.25,kgCO2e/m3,GLO,2027,life_cycle,,,", "salt,0.25,kgCO2e/kWh,GLO,2027,life_cycle,,,"]
    new_table(old, *rows)
    assert refused(call(old), capsys, "dyeing.steam: steam (GLO", "is in kgCO2e/m3", "dyeing.salt: salt", "2 problems") == 4
    assert not (old / "new" / "manifest.json").exists()
    new_table(old, "steam,0.25,kgCO2e/kg,GLO,2027,life_cycle,,,")
    assert run(call(old)) == 1  # the same folder, mended


def test_inputs_that_changed_are_refused(old: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, word in (("rule.yaml", "rule"), ("factors.csv", "factors"), ("mill.csv", "activity")):
        text = (old / name).read_text()
        (old / name).write_text(text.replace("0.5", "0.6").replace("0.3", "0.4").replace("GREY", "GREEN"))
        assert refused(call(old), capsys, f"The input {word} has changed") == 4
        (old / name).write_text(text)
    assert run(call(old)) == 1  # written again with the same text: the hash says so


def test_activity_data_that_are_gone_are_no_hindrance(old: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (old / "mill.csv").unlink()
    assert run(call(old)) == 1
    assert "are not where they were" in capsys.readouterr().err


DAMAGE = {
    "index missing": lambda folder: (folder / "weights/part-00000.jsonl").unlink(),
    "weights missing": lambda folder: (folder / "weights/part-00000.parquet").unlink(),
    "results missing": lambda folder: (folder / "results/part-00000.parquet").unlink(),
    "index flipped": lambda folder: flip(folder / "weights/part-00000.jsonl", 20),
    "weights flipped": lambda folder: flip(folder / "weights/part-00000.parquet", 60),
    "footer flipped": lambda folder: flip(folder / "weights/part-00000.parquet", -20),
    "results flipped": lambda folder: flip(folder / "results/part-00000.parquet", 60),
    "weights cut": lambda folder: cut(folder / "weights/part-00000.parquet"),
    "weights empty": lambda folder: (folder / "weights/part-00000.parquet").write_bytes(b""),
    "index cut": lambda folder: cut(folder / "weights/part-00000.jsonl"),
}


def flip(path: Path, place: int) -> None:
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


@pytest.mark.parametrize("damage", DAMAGE)
def test_files_that_are_not_as_the_batch_wrote_them_are_refused(
    old: Path, capsys: pytest.CaptureFixture[str], damage: str
) -> None:
    DAMAGE[damage](old / "old")
    assert refused(call(old), capsys, "This file is not as the batch wrote it.", "Calculate the batch again") == 4
    assert not list((old / "new").glob("results/*"))


def test_weights_of_another_run_are_refused(old: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (old / "mill.csv").write_text(MILL.replace("8", "9"))
    small(old, "other")
    for name in ("part-00000.jsonl", "part-00000.parquet"):
        shutil.copy(old / "other/weights" / name, old / "old/weights" / name)
    (old / "mill.csv").write_text(MILL)
    assert refused(call(old), capsys, "This file is not as the batch wrote it.") == 4


@pytest.mark.parametrize(
    "text", ["{", "[]", "{}", '{"run": {"weights": true}, "counts": {}, "weights": {}}', '{"run": 3, "counts": 1}']
)
def test_a_manifest_that_is_none_is_refused(old: Path, capsys: pytest.CaptureFixture[str], text: str) -> None:
    (old / "old/manifest.json").write_text(text)
    assert refused(call(old), capsys) in (2, 4)


def test_index_with_wrong_content_is_refused(old: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever changes the hash as well meets the checks of the content."""
    import hashlib

    manifest, index = old / "old/manifest.json", old / "old/weights/part-00000.jsonl"
    document, lines = json.loads(manifest.read_text()), index.read_text().splitlines()
    for head, line in (("{}", lines[1]), (lines[0], "{}"), (lines[0], lines[1].replace("dyeing.", "boiling.")), ("[1]", "1")):
        text = "\n".join([head, line, *lines[2:]]) + "\n"
        index.write_text(text)
        document["weights"] = {"weights/part-00000.jsonl": hashlib.sha256(text.encode()).hexdigest()}
        manifest.write_text(json.dumps(document))
        assert refused(call(old), capsys, "This file is not as the batch wrote it.") == 4


def test_what_has_no_weights_is_refused_by_name(old: Path, capsys: pytest.CaptureFixture[str]) -> None:
    small(old, "plain", weights=False)
    assert refused(["reprice", str(old / "plain"), *call(old)[2:]], capsys, "This batch kept no weights.", "--weights") == 4
    assert refused(["reprice", str(old / "nowhere"), *call(old)[2:]], capsys, "There is no finished batch") == 2
    assert refused(["reprice", str(old / "old"), "-o", str(old / "new")], capsys, "--factors") == 2
    assert refused([*call(old)[:-1], str(old / "old")], capsys, "This folder holds another run") == 2
    assert refused(call(old, "none.csv"), capsys) == 2
    run(call(old))
    again = ["reprice", str(old / "new"), "--factors", str(old / "new.csv"), "-o", str(old / "newer")]
    assert refused(again, capsys, "These results are of new factors", "Name the batch itself") == 4
    assert refused(["lock", str(old / "new")], capsys, "These results are of new factors") == 2


def test_what_keeps_no_weights_is_refused_by_name(tmp_path: Path) -> None:
    mill(tmp_path)
    with pytest.raises(tp.UsageError, match="Weights are kept of products only"):
        small(tmp_path, results="contributions")
    (tmp_path / "supply.csv").write_text("site,stage\n")
    with pytest.raises(tp.PcfError):
        small(tmp_path, supply=tmp_path / "supply.csv")
    assert not (tmp_path / "old" / "weights").exists()


def test_a_changed_uptake_under_a_balance_of_carbon_is_refused(tmp_path: Path) -> None:
    """The balance depends on it otherwise than linearly."""
    source, rule, factors = tp.load_example("t_shirt")
    old = calculate_batch(source, rule, factors, out=tmp_path / "old", weights=True, progress=False)
    lines = [json.loads(line) for line in (old.out / "weights/part-00000.jsonl").read_text().splitlines()[1:]]
    one = next(line for line in lines if line["removal"] > 0)
    new_table(tmp_path, f"{one['item']},,kgCO2e/{one['unit']},{one['region']},2027,{one['kind']},1,0,5")
    with pytest.raises(tp.InputError, match="another mass of CO2"):
        reprice(old.out, tmp_path / "new.csv", out=tmp_path / "new", progress=False)


def test_tables_in_memory(place: Path, tmp_path: Path) -> None:
    new = reprice(place / "sorted", tp.load_factors(place / "grid.csv"), out=tmp_path / "one", progress=False)
    also = reprice(place / "sorted", [place / "grid.csv"], out=tmp_path / "two", progress=False)
    assert new.read().equals(also.read())
    for wrong in ([], 3, None):
        with pytest.raises(tp.UsageError):
            reprice(place / "sorted", wrong, out=tmp_path / "three")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        reprice(place / "sorted", place / "factors.csv", out=tmp_path / "four", progress=False)
    assert any("No factor changes." in str(one.message) for one in caught)


def test_columns_are_float64_and_complete(place: Path, tmp_path: Path) -> None:
    new = reprice(place / "sorted", place / "grid.csv", out=tmp_path / "new", progress=False).read()
    assert {str(field.type) for field in new.schema} == {"string", "double"}
    assert new.column("change").null_count == 0
    assert not new.schema.field("total_before").nullable
    assert isinstance(new, pa.Table)
