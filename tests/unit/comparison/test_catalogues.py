"""Why a catalogue changed: the effects are those of `diff` product by product, and what cannot be explained is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

import textile_pcf as tp
from textile_pcf.cli import run as run_command
from unit.comparison.mill import factors, rows, rule

pytestmark = pytest.mark.filterwarnings("ignore::textile_pcf.errors.PcfWarning")
OLD = [*rows("GONE", electricity=1), *rows("A", electricity=10, fibre=1), *rows("B", electricity=2)]
NEW = [*rows("B", electricity=3), *rows("A", electricity=9, fibre=1), *rows("FRESH", electricity=1, steam=2)]


def batch(folder: Path, name: str, data: list[dict[str, object]], mill: Path, table: Path, **options: object) -> tp.BatchResult:
    """Write activity data and calculate them as a batch."""
    pd.DataFrame(data).to_csv(folder / f"{name}.csv", index=False)
    return tp.calculate_batch(folder / f"{name}.csv", mill, table, out=folder / name, workers=1, progress=False, **options)


@pytest.fixture
def folders(tmp_path: Path) -> Path:
    """Two batches of which activity data, factors, rule and GWP set differ."""
    batch(tmp_path, "old", OLD, rule(tmp_path, loss="0.1"), factors(tmp_path, 0.6205), gwp="AR5")
    batch(tmp_path, "new", NEW, rule(tmp_path, loss="0.2", edition="2"), factors(tmp_path, 0.5777), gwp="AR6", partition_rows=2)
    return tmp_path


def test_effects_are_those_of_diff(folders: Path) -> None:
    """(a·f + 1.5)/(1 − x) of product A: activity −0.7067754630, factors −0.4795185185, rule +0.9993078704."""
    change = tp.diff_batch(folders / "old", folders / "new", out=folders / "why", workers=1)
    assert change.differing == ("activity", "factors", "rule", "gwp") and change.together == ()
    assert change.counts == {"both": 2, "new": 1, "removed": 1}
    found = {row["product"]: row for row in change.read().to_pylist()}
    before = tp.footprint(folders / "old.csv", folders / "mill-1.yaml", folders / "f0.6205-1.5.csv", gwp="AR5")
    after = tp.footprint(folders / "new.csv", folders / "mill-2.yaml", folders / "f0.5777-1.5.csv", gwp="AR6")
    single = tp.diff(before, after)
    for number, product in enumerate(single.products):
        row = found[product]
        assert row["status"] == single.status[number]
        for name in (*change.differing, "code"):
            expected = None if row["status"] != "both" else pytest.approx(single.effects[name][number], abs=1e-12)
            assert row[name] == expected, (product, name)
        if row["status"] == "both":
            assert sum(row[name] for name in (*change.differing, "code")) == pytest.approx(row["change"], abs=1e-12)
    assert found["A"]["activity"] == pytest.approx(-0.7067754630, abs=1e-10)
    assert found["GONE"]["new"] is None and found["FRESH"]["old"] is None


def test_the_same_call_continues_and_another_is_refused(folders: Path) -> None:
    first = tp.diff_batch(folders / "old", folders / "new", out=folders / "why", workers=1)
    written = [path.read_bytes() for path in first.files]
    assert tp.diff_batch(folders / "old", folders / "new", out=folders / "why") == first
    assert [path.read_bytes() for path in first.files] == written
    assert not (folders / "why/runs").exists()
    with pytest.raises(tp.UsageError, match="holds something else"):
        tp.diff_batch(folders / "new", folders / "old", out=folders / "why")
    with pytest.raises(tp.UsageError, match="holds something else"):
        tp.diff_batch(folders / "new", folders / "old", out=folders)


def test_effects_that_are_gone_are_calculated_again_and_changed_ones_are_refused(folders: Path) -> None:
    first = tp.diff_batch(folders / "old", folders / "new", out=folders / "why", workers=1)
    (path,) = first.files
    written = path.read_bytes()
    path.unlink()
    assert tp.diff_batch(folders / "old", folders / "new", out=folders / "why", workers=1) == first
    assert path.read_bytes() == written
    path.write_bytes(b"no effects")
    with pytest.raises(tp.UsageError, match=r"part-00000\.parquet: This file is not as it was written"):
        tp.diff_batch(folders / "old", folders / "new", out=folders / "why")
    path.write_bytes(written)
    (path.parent / "part-00009.parquet").write_bytes(written)
    with pytest.raises(tp.UsageError, match=r"part-00009\.parquet: This file is not as it was written"):
        tp.diff_batch(folders / "old", folders / "new", out=folders / "why")


def test_an_interrupted_call_gives_the_same_bytes(folders: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from textile_pcf.comparison import catalogues

    whole = tp.diff_batch(folders / "old", folders / "new", out=folders / "whole", workers=1)
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(catalogues, "_write_effects", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        tp.diff_batch(folders / "old", folders / "new", out=folders / "why", workers=1)
    again = tp.diff_batch(folders / "old", folders / "new", out=folders / "why", workers=1)
    assert [path.read_bytes() for path in again.files] == [path.read_bytes() for path in whole.files]


def test_groups_stand_together_for_the_products_that_need_it(tmp_path: Path) -> None:
    """Only product B has a row of the stage that the new rule adds."""
    packing = "  - id: packing\n    flows:\n      film: {unit: kg, factor: fibre, optional: true}\n"
    film = {"product": "B", "stage": "packing", "flow": "film", "amount": 0.1, "unit": "kg/kg"}
    table = factors(tmp_path, 0.6205)
    batch(tmp_path, "old", [*rows("A", electricity=10), *rows("B", electricity=10)], rule(tmp_path), table)
    newer = rule(tmp_path, edition="2", more=packing)
    batch(tmp_path, "new", [*rows("A", electricity=9), *rows("B", electricity=9), film], newer, table)
    change = tp.diff_batch(tmp_path / "old", tmp_path / "new", out=tmp_path / "why", workers=1)
    first, second = change.read().to_pylist()
    assert change.together == ("activity+rule",)
    assert first["activity"] == pytest.approx(-0.6205) and first["rule"] == 0 and first["activity+rule"] is None
    assert second["activity"] is None and second["activity+rule"] == pytest.approx(-0.6205 + 0.15)


def test_what_cannot_be_explained_is_refused(folders: Path) -> None:
    with pytest.raises(tp.UsageError, match="no finished batch"):
        tp.diff_batch(folders / "old", folders / "nothing", out=folders / "why")
    frame = pd.DataFrame(OLD)
    tp.calculate_batch(frame, folders / "mill-1.yaml", folders / "f0.6205-1.5.csv", out=folders / "memory", progress=False)
    with pytest.raises(tp.UsageError, match="in memory only"):
        tp.diff_batch(folders / "old", folders / "memory", out=folders / "why")
    (folders / "new.csv").write_text((folders / "new.csv").read_text() + "\n")
    with pytest.raises(tp.InputError, match="The input activity has changed"):
        tp.diff_batch(folders / "old", folders / "new", out=folders / "why")
    (folders / "new.csv").unlink()
    with pytest.raises(tp.UsageError, match=r"new\.csv is missing"):
        tp.diff_batch(folders / "old", folders / "new", out=folders / "why")


def test_the_command_takes_two_folders(folders: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["diff", f"{folders}/old", f"{folders}/new"]
    assert run_command(command) == 2
    assert "Name a folder for them with -o." in capsys.readouterr().err
    assert run_command([*command, "-o", f"{folders}/why", "--format", "json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["counts"] == {"both": 2, "new": 1, "removed": 1} and said["files"] == ["effects/part-00000.parquet"]


def test_files_of_effects_have_the_same_columns_whatever_is_in_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only product C needs groups together; with one product per file, each file has their column."""
    from textile_pcf.comparison import catalogues

    packing = "  - id: packing\n    flows:\n      film: {unit: kg, factor: fibre, optional: true}\n"
    film = {"product": "C", "stage": "packing", "flow": "film", "amount": 0.1, "unit": "kg/kg"}
    old, new = ([row for name in "ABC" for row in rows(name, electricity=electricity)] for electricity in (10, 9))
    table = factors(tmp_path, 0.6205)
    batch(tmp_path, "old", [*rows("GONE", electricity=1), *old], rule(tmp_path), table)
    batch(tmp_path, "new", [*reversed(new), film], rule(tmp_path, edition="2", more=packing), table)
    whole = tp.diff_batch(tmp_path / "old", tmp_path / "new", out=tmp_path / "whole", workers=1)
    monkeypatch.setattr(catalogues, "PART", 1)
    parts = tp.diff_batch(tmp_path / "old", tmp_path / "new", out=tmp_path / "parts", workers=1)
    assert len(parts.files) == 4 and parts.read().equals(whole.read())
    assert (parts.counts, parts.together) == (whole.counts, ("activity+rule",)) == (whole.counts, whole.together)


def test_totals_of_mixed_runs_of_an_interrupted_call_are_made_anew(folders: Path) -> None:
    whole = tp.diff_batch(folders / "old", folders / "new", out=folders / "whole", workers=1)
    runs = folders / "why/runs"
    runs.mkdir(parents=True)
    for mask in range(16):
        (runs / f"totals-{mask:03d}.f8").write_bytes(b"\x00" * 11)  # of a call that was killed while it wrote
    again = tp.diff_batch(folders / "old", folders / "new", out=folders / "why", workers=1)
    assert [path.read_bytes() for path in again.files] == [path.read_bytes() for path in whole.files]


def test_a_factor_that_the_old_table_lacks_loses_no_product(tmp_path: Path) -> None:
    """New rows take steam, of which only the new table knows: activity and factors stand together, as in `diff`."""
    old_table, new_table = factors(tmp_path, 0.6205), factors(tmp_path, 0.5777)
    old_table.write_text("".join(line for line in old_table.read_text().splitlines(True) if "steam" not in line))
    mill = rule(tmp_path)
    batch(tmp_path, "old", [*rows("A", electricity=10), *rows("B", electricity=10)], mill, old_table)
    batch(tmp_path, "new", [*rows("A", electricity=9), *rows("B", electricity=9, steam=1)], mill, new_table, gwp="AR5")
    change = tp.diff_batch(tmp_path / "old", tmp_path / "new", out=tmp_path / "why", workers=1)
    sides = (tmp_path / "old.csv", mill, old_table), (tmp_path / "new.csv", mill, new_table)
    single = tp.diff(tp.footprint(*sides[0]), tp.footprint(*sides[1], gwp="AR5"))
    assert change.together == single.together == ("activity+factors",)
    first, second = change.read().to_pylist()
    assert first["activity"] == pytest.approx(-(0.6205 + 0.5777) / 2) and first["activity+factors"] is None
    assert second["activity"] is None
    assert second["activity+factors"] == pytest.approx(single.effects["activity+factors"][1], abs=1e-12)
    assert second["gwp"] == pytest.approx(0, abs=1e-12)


def test_a_region_or_a_source_of_power_that_the_old_table_lacks_loses_no_change(tmp_path: Path) -> None:
    """New activity and supply name the grid and the turbine of the mill, of which the new table alone knows."""
    old_table, new_table, mill = factors(tmp_path, 0.6), factors(tmp_path, 0.5), rule(tmp_path)
    more = "electricity,0.1,kgCO2e/kWh,life_cycle,MILL-1,,s,4\nwind,0.02,kgCO2e/kWh,life_cycle,GLO,,s,5\n"
    new_table.write_text(new_table.read_text() + more)
    old, new = ([{**one, "region": region} for one in rows("A", electricity=10)] for region in ("GLO", "MILL-1"))
    batch(tmp_path, "old", old, mill, old_table)
    batch(tmp_path, "own_grid", new, mill, new_table)
    (row,) = tp.diff_batch(tmp_path / "old", tmp_path / "own_grid", out=tmp_path / "why", workers=1).read().to_pylist()
    assert (row["old"], row["new"]) == pytest.approx((6.0, 1.0))
    assert row["activity+factors"] == pytest.approx(-5.0) and row["code"] == 0
    power = [
        {"site": "mill", "stages": "making", "carrier": "electricity", "part": "grid", "amount": "100 MWh"},
        {"site": "mill", "carrier": "electricity", "part": "on_site", "amount": "300 MWh", "item": "wind"},
    ]
    pd.DataFrame(power).to_csv(tmp_path / "supply.csv", index=False)
    batch(tmp_path, "turbine", old, mill, new_table, supply=tmp_path / "supply.csv")
    (row,) = tp.diff_batch(tmp_path / "old", tmp_path / "turbine", out=tmp_path / "why2", workers=1).read().to_pylist()
    effects = [row[name] for name in row if name not in ("product", "status", "old", "new", "change") and row[name] is not None]
    assert sum(effects) == pytest.approx(row["change"], abs=1e-12)


@pytest.mark.parametrize("bad", [0, 1])
def test_activity_data_are_read_once_per_side(tmp_path: Path, bad: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Factors and GWP sets are scenarios of one pass, also where a product is rejected for another reason."""
    from textile_pcf.comparison import mixed_totals

    calls = []
    calculate = mixed_totals.calculate_batch
    monkeypatch.setattr(mixed_totals, "calculate_batch", lambda *args, **more: calls.append(args) or calculate(*args, **more))
    wrong = [{"product": "X", "stage": "making", "flow": "electricity", "amount": 1, "unit": "kg"}] * bad
    data = [*rows("A", electricity=10), *rows("B", electricity=2), *wrong]
    batch(tmp_path, "old", data, rule(tmp_path), factors(tmp_path, 0.6205))
    batch(tmp_path, "new", data, rule(tmp_path), factors(tmp_path, 0.5777), gwp="AR5")
    change = tp.diff_batch(tmp_path / "old", tmp_path / "new", out=tmp_path / "why", workers=1)
    assert len(calls) == 1 and change.differing == ("factors", "gwp")
    assert [row["factors"] for row in change.read().to_pylist()] == pytest.approx([-0.428, -0.0856])


def test_what_a_killed_call_left_half_written_is_removed(folders: Path) -> None:
    (folders / "why/effects").mkdir(parents=True)
    (folders / "why/effects/.part-00000.parquet.77.new").write_text("x")
    change = tp.diff_batch(folders / "old", folders / "new", out=folders / "why", workers=1)
    assert [path.name for path in (change.out / "effects").iterdir()] == ["part-00000.parquet"]
