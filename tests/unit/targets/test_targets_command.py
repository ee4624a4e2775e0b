"""The commands on targets: what they print, exit codes, both languages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from textile_pcf.cli import run

TARGETS = """targets:
  - {id: hla, entity: HLA, metric: intensity, scopes: [1, 2], boundary: site, unit: kgCO2e/set, source: example,
     caps: [{from: 2025, to: 2030, at_most: 4.35}, {from: 2031, to: 2035, at_most: 4.20}]}
"""
SERIES = """entity,year,quantity,amount,unit,scopes,boundary
HLA,2030,emissions,4350,tCO2e,1 2,site
HLA,2030,output,1000000,set,,
HLA,2031,emissions,4350,tCO2e,1 2,site
HLA,2031,output,1000000,set,,
"""
CHECK = ["targets", "check", "targets.yaml", "series.csv"]


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("targets.yaml").write_text(TARGETS, encoding="utf-8")
    Path("series.csv").write_text(SERIES, encoding="utf-8")


def test_json_csv_and_table(capsys):
    assert run(CHECK) == 0
    target = json.loads(capsys.readouterr().out)["targets"][0]
    assert list(target) == ["target", "metric", "unit", "base", "years", "needed_per_year", "peak", "cross_check", "minimum",
                            "offsets", "clause"]  # fmt: skip
    assert list(target["years"][0]) == [
        "year",
        "actual",
        "allowed",
        "gap",
        "gap_absolute",
        "status",
        "change",
        "change_as_reported",
    ]
    assert run([*CHECK, "-o", "years.csv"]) == 0
    assert Path("years.csv").read_text(encoding="utf-8").startswith("target,metric,unit,year,actual,allowed,gap,")
    assert run([*CHECK, "--format", "table", "--lang", "zh"]) == 0
    assert "2031 年：4.35，允许 4.2，未达标" in capsys.readouterr().out
    assert run(["targets", "path", "targets.yaml", "--format", "csv"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "hla,intensity,kgCO2e/set,2035,4.2,"


def test_strict_exits_with_1_only_if_something_is_missed(capsys):
    assert run([*CHECK, "--strict"]) == 1
    assert json.loads(capsys.readouterr().out)["targets"][0]["years"][1]["status"] == "missed"
    Path("series.csv").write_text("".join(SERIES.splitlines(keepends=True)[:3]), encoding="utf-8")
    assert run([*CHECK, "--strict"]) == 0


@pytest.mark.parametrize(
    ("file", "old", "new", "code", "words"),
    [
        (
            "series.csv",
            "emissions,4350,tCO2e,1 2,site",
            "emissions,4350,tCO2e,1 2,cradle_to_grave",
            4,
            "series.csv:2 (boundary)",
        ),
        ("targets.yaml", "from: 2031", "from: 2030", 3, "targets.yaml:3 (targets.0.caps.1)"),
        ("targets.yaml", "source: example", "sauce: example", 3, "targets.yaml:2 (targets.0.sauce)"),
    ],
)
def test_refusals_have_their_code_and_print_nothing(capsys, file, old, new, code, words):
    text = Path(file).read_text(encoding="utf-8")
    Path(file).write_text(text.replace(old, new), encoding="utf-8")
    assert run(CHECK) == code
    out, err = capsys.readouterr()
    assert words in err
    assert out == ""


def test_usage_errors_are_2(capsys):
    assert run(["targets", "check", "none.yaml", "series.csv"]) == 2
    assert run([*CHECK, "--threshold", "five"]) == 2
    assert run([*CHECK, "--format", "xml"]) == 2
    assert run([*CHECK, "-o", "series.csv"]) == 2
    assert capsys.readouterr().out == ""
    assert Path("series.csv").read_text(encoding="utf-8") == SERIES
