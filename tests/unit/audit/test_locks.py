"""Locks: what they hold, that they find every change, and that they are the same every time."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from audit_mill import calculate

import textile_pcf as tp
from textile_pcf.audit.canonical import canonical_json, sha256_of_json
from textile_pcf.audit.inputs import is_unchanged
from textile_pcf.audit.lock_document import parse_lock, read_lock, sealed_text
from textile_pcf.audit.locked_results import distances, relative_difference
from textile_pcf.audit.verification import locked_result
from textile_pcf.calculation import calculate_run


def resealed(path: Path, **changes: object) -> None:
    """Write a lock again with some keys changed, and with a seal that fits."""
    data = {key: value for key, value in json.loads(path.read_text()).items() if key != "seal"} | changes
    data["results"]["sha256"] = sha256_of_json(data["results"]["products"])
    path.write_text(sealed_text(data))


def test_a_lock_holds_files_conventions_and_results(mill: Path) -> None:
    path = tp.lock(calculate(mill), mill / "mill.lock")
    data = json.loads(path.read_text(encoding="utf-8"))
    assert list(data) == ["lock", "name", "made", "options", "rule", "files", "results", "tolerance", "seal"]
    assert [(file["role"], file["path"]) for file in data["files"]] == [
        ("rule", "rule.yaml"), ("factors", "grid.csv"), ("factors", "grid.yaml"), ("activity", "mill.csv"),
        ("reference", "gwp100@all"), ("reference", "regions@all"), ("reference", "fuels@all"),
    ]  # fmt: skip
    assert data["options"] == {"gwp": "AR6", "biogenic": "zero_zero", "electricity": "location_based"}
    assert data["rule"] == {"rule": "cloth", "edition": "1", "boundary": "cradle_to_gate", "unit": "kg"}
    product = data["results"]["products"]["P"]
    assert product["total"] == product["stages"]["making"] == product["split"]["fossil"] == pytest.approx(6.205)  # 10 × 0.6205
    assert data["tolerance"] == 1e-12


def test_equal_runs_write_equal_bytes(mill: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = tmp_path_factory.mktemp("other")
    shutil.copytree(mill, other, dirs_exist_ok=True)
    for name in ("mill.lock", "mill.zip"):
        first, second = (tp.lock(calculate(folder), folder / name) for folder in (mill, other))
        assert first.read_bytes() == second.read_bytes()


def test_a_new_lock_is_identical_and_can_be_moved_with_its_files(mill: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    tp.lock(calculate(mill), mill / "mill.lock")
    moved = tmp_path_factory.mktemp("archive") / "2026"
    shutil.move(mill, moved)
    check = tp.verify(moved / "mill.lock")
    assert (check.status, check.sealed, check.max_relative, check.holds) == ("identical", True, 0.0, True)
    assert {file.status for file in check.files} == {"same"}


def test_every_flipped_byte_of_every_file_is_found(mill: Path) -> None:
    path = tp.lock(calculate(mill), mill / "mill.lock")
    own = [file for file in read_lock(path).document.files if file.role != "reference"]
    for number, file in enumerate(own):
        target = mill / file.path
        content = target.read_bytes()
        for place in range(len(content)):
            changed = bytearray(content)
            changed[place] ^= 1 << (place % 8)
            target.write_bytes(changed)
            assert not is_unchanged(file, target)
            if place % 150 == 0:  # the whole verification as well: it says so whether the file can be read or not
                check = tp.verify(path)
                assert check.status == "inputs_changed"
                assert [at for at, found in enumerate(check.files) if found.status == "changed"] == [number]
        target.write_bytes(content)
    assert tp.verify(path).status == "identical"


def test_every_flipped_byte_of_the_lock_is_found(mill: Path) -> None:
    content = tp.lock(calculate(mill), mill / "mill.lock").read_bytes()
    assert parse_lock(content, "mill.lock").sealed
    for place in range(len(content)):
        for bit in (0, 4):
            changed = bytearray(content)
            changed[place] ^= 1 << bit
            try:
                lock = parse_lock(bytes(changed), "mill.lock")
            except tp.InputError as error:
                assert error.problems[0].code in ("lock-form", "lock-later")
            else:
                assert not lock.sealed, (place, bit)


def test_a_number_written_in_another_way_breaks_the_seal(mill: Path) -> None:
    path = tp.lock(calculate(mill), mill / "mill.lock")
    path.write_text(path.read_text().replace('"tolerance": 1e-12', '"tolerance": 1.0e-12'))
    assert tp.verify(path).status == "seal_broken"


def test_a_lock_of_other_results_is_different(mill: Path) -> None:
    path = tp.lock(calculate(mill), mill / "mill.lock")
    results = json.loads(path.read_text())["results"]
    results["products"]["P"]["total"] = 6.2049
    resealed(path, results=results)
    check = tp.verify(path)
    assert check.status == "different" and not check.holds
    assert check.max_relative == pytest.approx(0.0001 / 6.205)


def test_a_distance_within_the_tolerance_is_equal(mill: Path) -> None:
    path = tp.lock(calculate(mill), mill / "mill.lock")
    results = json.loads(path.read_text())["results"]
    results["products"]["P"]["total"] = float(np.nextafter(results["products"]["P"]["total"], 7))
    resealed(path, results=results)
    check = tp.verify(path)
    assert check.status == "equal" and check.holds and 0 < check.max_relative < 1e-12


def test_products_that_are_missing_or_new_are_different(mill: Path) -> None:
    path = tp.lock(calculate(mill), mill / "mill.lock")
    results = json.loads(path.read_text())["results"]
    results["products"] = {"Q": results["products"]["P"]}
    resealed(path, results=results)
    check = tp.verify(path)
    assert check.status == "different"
    found = [(each.product, each.locked is None, each.recomputed is None, each.relative) for each in check.products]
    assert found == [("Q", False, True, 1.0), ("P", True, False, 1.0)]


def test_changed_inputs_are_still_calculated(mill: Path) -> None:
    path = tp.lock(calculate(mill), mill / "mill.lock")
    (mill / "mill.csv").write_text((mill / "mill.csv").read_text().replace(",10,", ",9,"))
    check = tp.verify(path)
    assert check.status == "inputs_changed"
    assert check.products[0].recomputed == pytest.approx(5.5845)  # 9 × 0.6205
    assert check.max_relative == pytest.approx(0.1)


def test_files_that_cannot_be_calculated_say_why(mill: Path) -> None:
    path = tp.lock(calculate(mill), mill / "mill.lock")
    (mill / "mill.csv").write_text((mill / "mill.csv").read_text().replace("electricity", "steam"))
    check = tp.verify(path)
    assert check.status == "inputs_changed" and not check.products
    assert "steam" in check.to_dict()["problems"][0]


def test_a_description_that_is_added_later_is_found(mill: Path) -> None:
    (mill / "grid.yaml").unlink()
    path = tp.lock(calculate(mill), mill / "mill.lock")
    (mill / "grid.yaml").write_text('title: Another\nedition: "2"\n')
    check = tp.verify(path)
    assert check.status == "different" and check.problems[0].code == "lock-files"


def test_missing_files_are_named_all_at_once(mill: Path) -> None:
    path = tp.lock(calculate(mill), mill / "mill.lock")
    (mill / "mill.csv").unlink()
    (mill / "grid.csv").unlink()
    with pytest.raises(tp.UsageError) as raised:
        tp.verify(path)
    assert [problem.what for problem in raised.value.problems] == [
        "The factors file grid.csv is missing.", "The activity file mill.csv is missing.",
    ]  # fmt: skip


def test_an_edition_that_is_not_shipped_names_the_release_that_made_the_lock(mill: Path) -> None:
    path = tp.lock(calculate(mill), mill / "mill.lock")
    files = json.loads(path.read_text())["files"]
    files[0]["path"] = "cotton_fabric@1999.1"
    resealed(path, files=files)
    with pytest.raises(tp.UsageError, match="the lock was made with textile_pcf"):
        tp.verify(path)


def test_a_result_whose_file_changed_since_it_was_read_is_not_locked(mill: Path) -> None:
    result = calculate(mill)
    (mill / "mill.csv").write_text((mill / "mill.csv").read_text().replace(",10,", ",9,"))
    with pytest.raises(tp.InputError, match="do not give this result again"):
        tp.lock(result, mill / "mill.lock")
    assert not (mill / "mill.lock").exists()


def test_a_result_of_changed_inputs_in_memory_is_not_locked(mill: Path) -> None:
    result = calculate(mill)
    dearer = replace(result.run.factors.tables[0], numbers={**result.run.factors.tables[0].numbers, "value": np.array([0.7])})
    other = calculate_run(replace(result.run, factors=tp.FactorTable((dearer,))))
    with pytest.raises(tp.InputError, match="do not give this result again"):
        tp.lock(other, mill / "mill.lock")


def test_inputs_in_memory_are_refused_all_at_once(mill: Path) -> None:
    frame = pd.read_csv(mill / "mill.csv", dtype=str)
    table = pd.read_csv(mill / "grid.csv", dtype=str)
    result = tp.footprint(frame, mill / "rule.yaml", tp.load_factors(table))
    with pytest.raises(tp.UsageError) as raised:
        tp.lock(result, mill / "mill.lock")
    assert [problem.code for problem in raised.value.problems] == ["in-memory", "in-memory"]


def test_a_lock_never_takes_the_place_of_an_input(mill: Path) -> None:
    with pytest.raises(tp.UsageError, match="write over"):
        tp.lock(calculate(mill), mill / "mill.csv")


def test_a_file_named_like_a_shipped_one_is_its_own(mill: Path) -> None:
    (mill / "mill.csv").rename(mill / "mill@2026.csv")
    path = tp.lock(tp.footprint(mill / "mill@2026.csv", mill / "rule.yaml", mill / "grid.csv"), mill / "mill.lock")
    assert read_lock(path).document.files[3].path == "./mill@2026.csv"
    assert tp.verify(path).status == tp.verify(tp.lock(locked_result(path), mill / "mill.zip")).status == "identical"


def test_supply_tables_and_options_are_locked(mill: Path) -> None:
    (mill / "roof.csv").write_text(
        "site,stages,carrier,part,amount,unit,item,region,year\nS,making,electricity,grid,75,MWh,,,\n"
        "S,,electricity,on_site,25,MWh,pv,CN,2023\n"
    )
    with (mill / "grid.csv").open("a") as file:
        file.write("pv,0.04,kgCO2e/kWh,CN,2023,life_cycle,grid,table 2,AR6\n")
    result = tp.footprint(mill / "mill.csv", mill / "rule.yaml", mill / "grid.csv", gwp="AR5", supply=mill / "roof.csv")
    assert result.totals[0] == pytest.approx(4.75375)  # 10 × (0.75 × 0.6205 + 0.25 × 0.04)
    path = tp.lock(result, mill / "mill.lock")
    document = read_lock(path).document
    assert (document.options.gwp, document.files[4].path) == ("AR5", "roof.csv")
    assert tp.verify(path).status == "identical"


def test_shipped_files_are_named_by_edition_and_extended_rules_with_what_they_extend(mill: Path) -> None:
    activity, _, factors = tp.load_example("cotton_poplin")
    result = tp.footprint(activity, "cotton_fabric@2026.1", factors)
    document = read_lock(tp.lock(result, mill / "poplin.lock")).document
    assert [file.path for file in document.files[:3]] == ["cotton_fabric@2026.1", "default@2026.2", "default@2026.2.yaml"]
    own = mill / "own.yaml"
    own.write_text('rule: own\nedition: "1"\nextends: rule.yaml\n')
    path = tp.lock(tp.footprint(mill / "mill.csv", own, mill / "grid.csv"), mill / "own.lock")
    assert [file.path for file in read_lock(path).document.files[:2]] == ["own.yaml", "rule.yaml"]
    (mill / "rule.yaml").write_text((mill / "rule.yaml").read_text() + "# a remark\n")
    assert tp.verify(path).status == "inputs_changed"


@pytest.mark.parametrize(("one", "other", "expected"), [(10.0, 9.0, 0.1), (-2.0, 2.0, 2.0), (0.0, 0.0, 0.0), (0.0, 1.0, 1.0)])
def test_differences_are_relative_to_the_larger(one: float, other: float, expected: float) -> None:
    assert relative_difference(one, other) == relative_difference(other, one) == expected


def test_what_is_left_of_a_sum_that_cancels_is_rounding() -> None:
    """Of a product of 10 kg, a stage of 1e-16 is compared with a thousandth of it: 1e-14, not 1."""
    locked = {"P": {"total": 10.0, "stages": {"a": 10.0, "b": 0.0}, "split": {}}}
    again = {"P": {"total": 10.0, "stages": {"a": 10.0, "b": 1e-16}, "split": {}}}
    assert distances(locked, again)[0].relative == pytest.approx(1e-14)


def test_canonical_json_is_sorted_and_refuses_what_is_no_number() -> None:
    assert canonical_json({"b": [1.0, 1e22, 0.1], "a": "染色"}) == '{"a":"染色","b":[1.0,1e+22,0.1]}'
    with pytest.raises(ValueError, match="not JSON compliant"):
        canonical_json({"a": float("nan")})
