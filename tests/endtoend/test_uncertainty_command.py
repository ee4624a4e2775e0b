"""The command `uncertainty`: table, CSV, JSON, exit codes, both languages."""

from __future__ import annotations

import csv
import io
import json

import pytest

from textile_pcf.cli import run

GOOD = ("uncertainty", "examples/cotton_poplin/activity.csv", "--rule", "cotton_fabric@2026.1", "--draws", "200")


@pytest.fixture
def command(capsys, monkeypatch):
    from paths import ROOT

    monkeypatch.chdir(ROOT)

    def call(*arguments):
        code = run(list(arguments))
        out, err = capsys.readouterr()
        return code, out, err

    return call


def test_json_is_what_the_contract_says(command):
    code, out, err = command(*GOOD, "--format", "json", "--assume", "estimated=1.2", "--seed", "3")
    assert code == 0
    found = json.loads(out)
    assert {name: found[name] for name in ("draws", "seed", "generator", "pedigree", "assumed")} == {
        "draws": 200, "seed": 3, "generator": "philox4x64-10 sha256 1", "pedigree": "classic", "assumed": {"estimated": 1.2}
    }  # fmt: skip
    (product,) = found["products"]
    assert list(product) == [
        "product", "unit", "deterministic", "mean", "median", "sd", "gsd", "p2_5", "p97_5", "standard_error", "closed_form",
        "declared_share", "undeclared", "stages", "sources", "warnings",
    ]  # fmt: skip
    assert "have no declared spread and are held fixed" in err


def test_csv_has_a_row_per_stage(command):
    code, out, _ = command(*GOOD, "--format", "csv", "--assume", "estimated=1.2", "--unit", "m2")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert code == 0
    assert rows[0]["stage"] == "total"
    assert rows[0]["unit"] == "m2"
    assert sum(float(row["deterministic"]) for row in rows[1:]) == pytest.approx(float(rows[0]["deterministic"]))


def test_table_in_both_languages(command):
    code, english, _ = command(*GOOD, "--assume", "estimated=1.2")
    assert code == 0
    assert "Where the spread comes from" in english
    _, chinese, warned = command(*GOOD, "--assume", "estimated=1.2", "--lang", "zh")
    assert "离散的来源" in chinese
    assert "未声明离散" in warned
    assert not [line for line in chinese.splitlines() if "Median" in line or "Stated" in line]


def test_the_same_run_prints_the_same_bytes(command):
    assert command(*GOOD, "--format", "json") == command(*GOOD, "--format", "json")


@pytest.mark.parametrize(
    "arguments",
    [
        ("--draws", "0"), ("--draws", "10000001"), ("--draws", "many"), ("--seed", "x"), ("--assume", "estimated"),
        ("--assume", "estimated=0.5"), ("--assume", "guessed=1.5"), ("--assume", "estimated=nan"), ("--pedigree", "new"),
        ("--format", "xlsx"), ("--unit", "furlong"),
    ],
    ids=" ".join,
)  # fmt: skip
def test_wrong_options(command, arguments):
    code, out, err = command(*GOOD, *arguments)
    assert code == (4 if arguments[0] == "--unit" else 2), err
    assert out == ""
    assert "Traceback" not in err
