"""Shipped files that a run reads beside what it names are locked as well, and a change of any of them is found."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from zipfile import ZipFile

import pytest
from audit_mill import calculate

import textile_pcf as tp
from textile_pcf.audit import inputs, reference_files
from textile_pcf.audit.inputs import is_unchanged, locate
from textile_pcf.audit.lock_document import read_lock, sealed_text
from textile_pcf.io.resources import data_root

COMPOSED = ["composed@2026.2.yaml", "alternatives@2026.2", "alternatives@2026.2.yaml"]
UNDATED = ["gwp100@all", "regions@all", "fuels@all"]


@pytest.fixture
def poplin() -> tp.Footprint:
    """A result of a shipped rule with shared pieces and a table with composed factors."""
    activity = tp.load_example("cotton_poplin").activity
    return tp.footprint(activity, "cotton_fabric@2026.2", "default@2026.2")


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the shipped rules and tables, in which verification looks for reference files."""
    for name in ("rules", "emission_factors"):
        shutil.copytree(data_root(name), tmp_path / "data" / name)
    monkeypatch.setattr(reference_files, "data_root", lambda name: tmp_path / "data" / name)
    return tmp_path / "data"


def test_a_lock_names_all_that_composed_factors_rest_on(poplin: tp.Footprint, tmp_path: Path) -> None:
    files = read_lock(tp.lock(poplin, tmp_path / "poplin.lock")).document.files
    assert [file.path for file in files if file.role == "reference"] == COMPOSED + UNDATED
    rules = [file.path for file in files if file.role == "rule"]
    assert rules[0] == "cotton_fabric@2026.2" and any(path.startswith("shared/") for path in rules)


def test_a_flipped_byte_of_each_shipped_file_is_found(
    poplin: tp.Footprint, tmp_path: Path, copied: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tp.lock(poplin, tmp_path / "poplin.lock")
    monkeypatch.setattr(inputs, "data_root", lambda name: copied / name)
    shipped = [file for file in read_lock(path).document.files if "@" in file.path]
    assert len(shipped) > 8
    for file in shipped:
        target = locate(file, tmp_path)
        assert target is not None and target.is_relative_to(copied) and is_unchanged(file, target)
        content = target.read_bytes()
        for place in {0, len(content) // 2, len(content) - 1}:
            changed = bytearray(content)
            changed[place] ^= 1 << (place % 8)
            target.write_bytes(changed)
            assert not is_unchanged(file, target), (file.path, place)
        target.write_bytes(content)


def test_verify_says_which_reference_files_changed(poplin: tp.Footprint, tmp_path: Path, copied: Path) -> None:
    path = tp.lock(poplin, tmp_path / "poplin.lock")
    assert tp.verify(path).status == "identical"
    changed = []
    for file in read_lock(path).document.files:
        if file.role == "reference":
            target = locate(file, tmp_path)
            assert target is not None
            target.write_bytes(target.read_bytes() + b"\n")
            changed.append(file.path)
    check = tp.verify(path)
    assert check.status == "inputs_changed"
    assert [each.path for each in check.files if each.status == "changed"] == changed == COMPOSED + UNDATED


def test_a_bundle_holds_them_and_a_copy_in_it_does_not_hide_a_change(
    poplin: tp.Footprint, tmp_path: Path, copied: Path
) -> None:
    path = tp.lock(poplin, tmp_path / "poplin.zip")
    with ZipFile(path) as package:
        names = package.namelist()
    assert {"shipped/emission_factors/2026.2/composed.yaml", "shipped/emission_factors/gwp100.csv"} <= set(names)
    (copied / "emission_factors" / "gwp100.csv").write_bytes(b"")
    assert tp.verify(path).status == "inputs_changed"  # the calculation reads the file of the installation


def test_a_lock_that_names_no_reference_files_is_still_verified(mill: Path) -> None:
    path = tp.lock(calculate(mill), mill / "mill.lock")
    data = {key: value for key, value in json.loads(path.read_text()).items() if key != "seal"}
    data["files"] = [file for file in data["files"] if file["role"] != "reference"]
    path.write_text(sealed_text(data))
    assert tp.verify(path).status == "identical"
