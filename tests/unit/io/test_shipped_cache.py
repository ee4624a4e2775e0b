"""Shipped rules and tables are read once, and again when their files have changed."""

import os
import shutil

import pytest

import textile_pcf as tp
from textile_pcf.io.folder_stamp import folder_stamp
from textile_pcf.io.resources import data_root


def test_a_shipped_rule_and_table_are_read_once():
    assert tp.load_rules("cotton_fabric@2026.1") is tp.load_rules("cotton_fabric@2026.1")
    first, second = (tp.load_factors("default@2026.1") for _ in range(2))
    assert first.tables[0] is second.tables[0]


def test_a_file_of_the_same_content_is_read_by_its_path_each_time():
    path = data_root("rules") / "cotton_fabric" / "2026.1.yaml"
    assert tp.load_rules(path) is not tp.load_rules(path)


@pytest.mark.parametrize("changed", ["rule.yaml", "shared/pieces.yaml"])
def test_a_changed_file_or_piece_has_another_stamp(tmp_path, changed):
    for name in ("rule.yaml", "shared/pieces.yaml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("a: 1\n", encoding="utf-8")
    before = folder_stamp(tmp_path)
    assert folder_stamp(tmp_path) == before
    status = (tmp_path / changed).stat()
    os.utime(tmp_path / changed, ns=(status.st_atime_ns, status.st_mtime_ns + 1_000_000))
    assert folder_stamp(tmp_path) != before


def test_a_shipped_rule_that_changes_is_read_again(tmp_path, monkeypatch):
    from textile_pcf.rules import load

    rules = tmp_path / "rules"
    shutil.copytree(data_root("rules") / "cotton_fabric", rules / "cotton_fabric")
    monkeypatch.setattr(load, "data_root", lambda name: rules)
    before = tp.load_rules("cotton_fabric@2026.1")
    path = rules / "cotton_fabric" / "2026.1.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "\n# changed\n", encoding="utf-8")
    after = tp.load_rules("cotton_fabric@2026.1")
    assert (after is not before) and after.sha256 != before.sha256
