"""The commands `lock` and `verify`: what they print, and their exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from textile_pcf.cli import run


def lock(folder: Path, *more: str) -> int:
    """Run `lock` on the mill of a folder."""
    return run(["lock", f"{folder}/mill.csv", "--rule", f"{folder}/rule.yaml", "--factors", f"{folder}/grid.csv", *more])


def test_lock_writes_beside_the_input_and_prints_the_path(mill: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert lock(mill) == 0
    assert capsys.readouterr().out == f"{mill}/mill.lock\n"
    assert run(["verify", f"{mill}/mill.lock"]) == 0
    out = capsys.readouterr().out
    assert out.splitlines()[0] == "identical: The results are the same, bit for bit."
    assert out.splitlines()[1] == "1 product calculated again; largest relative difference 0."


def test_verify_prints_json(mill: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lock(mill, "-o", f"{mill}/a.lock", "--bundle", f"{mill}/a.zip", "--format", "json")
    assert json.loads(capsys.readouterr().out) == {"written": [f"{mill}/a.lock", f"{mill}/a.zip"]}
    assert run(["verify", f"{mill}/a.zip", "--format", "json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert list(data) == ["status", "sealed", "files", "products", "max_relative", "problems"]
    assert data["products"][0]["product"] == "P" and data["max_relative"] == 0.0
    assert data["files"][0] == {"role": "rule", "path": "files/rule.yaml", "status": "same"}


def test_a_lock_that_does_not_hold_is_exit_1_and_says_what_changed(mill: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lock(mill)
    (mill / "mill.csv").write_text((mill / "mill.csv").read_text().replace(",10,", ",9,"))
    capsys.readouterr()
    assert run(["verify", f"{mill}/mill.lock", "--lang", "zh"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "inputs_changed: 锁定之后有文件被改动。"
    assert lines[1] == "  已改动: mill.csv (activity)"
    assert lines[2].startswith("  P: 6.205") and lines[2].endswith("(0.1)")


@pytest.mark.parametrize(("arguments", "code"), [
    (["verify", "missing.lock"], 2),
    (["verify", "{mill}/mill.csv"], 4),
    (["verify", "{mill}/mill.lock", "--format", "csv"], 2),
    (["lock", "{mill}/mill.csv", "--rule", "{mill}/rule.yaml", "--bundle", "{mill}/a.lock"], 2),
    (["lock", "{mill}/mill.csv", "--rule", "{mill}/rule.yaml", "-o", "{mill}/a.zip"], 2),
    (["lock", "{mill}/mill.csv", "--rule", "{mill}/rule.yaml", "-o", "{mill}/mill.csv"], 2),
    (["lock", "{mill}/mill.csv", "--rule", "{mill}/rule.yaml", "-o", "{mill}/no/a.lock"], 2),
    (["lock", "{mill}/mill.csv", "--rule", "{mill}/mill.csv"], 3),
    (["lock", "{mill}/rule.yaml", "--rule", "{mill}/rule.yaml"], 4),
])  # fmt: skip
def test_exit_codes(arguments: list[str], code: int, mill: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([argument.format(mill=mill) for argument in arguments]) == code
    captured = capsys.readouterr()
    assert captured.out == "" and captured.err and "Traceback" not in captured.err
