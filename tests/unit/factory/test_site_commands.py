"""The commands on a site's year: what they print, exit codes, both languages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from site_tables import PLAN, PRODUCTION, UTILITIES

from textile_pcf.cli import run


@pytest.fixture
def site(tmp_path, monkeypatch):
    """A folder with the three tables."""
    monkeypatch.chdir(tmp_path)
    for name, text in (("utilities", UTILITIES), ("production", PRODUCTION), ("plan", PLAN)):
        Path(f"{name}.csv").write_text(text.strip() + "\n", encoding="utf-8")
    return tmp_path


ALLOCATE = ["factory", "allocate", "utilities.csv", "--production", "production.csv", "--plan", "plan.csv"]


def test_allocate_prints_json(site, capsys):
    assert run(ALLOCATE) == 0
    result = json.loads(capsys.readouterr().out)
    assert [row["intensity"] for row in result["allocation"]] == [2.0, 4.0]


def test_csv_is_activity_data(site, capsys):
    assert run([*ALLOCATE, "-o", "activity.csv"]) == 0
    assert run([*ALLOCATE, "--format", "csv"]) == 0
    printed = capsys.readouterr().out
    assert Path("activity.csv").read_text(encoding="utf-8") == printed
    assert printed.splitlines()[0] == "product,stage,flow,amount,unit,item,region,year,per,data_type,source,note"
    assert run(["factory", "reconcile", "activity.csv", "activity.csv"]) == 0
    assert not any(row["flagged"] for row in json.loads(capsys.readouterr().out)["rows"])
    assert run(["factory", "join", "activity.csv", "--format", "csv"]) == 0
    assert capsys.readouterr().out == printed


@pytest.mark.parametrize(("lang", "word"), [("en", "warning: 1200000 kWh of electricity stay unallocated"), ("zh", "未分摊")])
def test_warnings_on_standard_error(site, capsys, lang, word):
    Path("plan.csv").write_text("carrier,process,driver,weight,reason\nelectricity,dyeing,none,,gas only\n", encoding="utf-8")
    assert run([*ALLOCATE, "--lang", lang]) == 0
    assert word in capsys.readouterr().err


@pytest.mark.parametrize(("lang", "word"), [("en", "A weight of 0 takes nothing."), ("zh", "权重 0 不承担任何数量")])
def test_refusal_is_4_and_prints_nothing(site, capsys, lang, word):
    Path("plan.csv").write_text(PLAN.strip().replace("output,2", "output,0"), encoding="utf-8")
    assert run([*ALLOCATE, "--lang", lang]) == 4
    out, err = capsys.readouterr()
    assert out == ""
    assert "plan.csv:3 (weight): " + word in err


@pytest.mark.parametrize(
    "arguments",
    [
        ALLOCATE[:4],
        [*ALLOCATE, "--tolerance", "5"],
        [*ALLOCATE, "--format", "xlsx"],
        [*ALLOCATE, "-o", "plan.csv"],
        [*ALLOCATE, "-o", "no/folder/out.json"],
        [*ALLOCATE[:2], "missing.csv", *ALLOCATE[3:]],
        ["factory", "join"],
        ["factory", "join", "missing.csv"],
        ["factory", "reconcile", "utilities.csv"],
        ["template", "cotton_fabric", "--site"],
        ["template", "cotton_fabric", "--site", "-o", "site.csv"],
    ],
)
def test_usage_is_2(site, capsys, arguments):
    assert run(arguments) == 2
    assert capsys.readouterr().out == ""
    assert Path("plan.csv").read_text(encoding="utf-8") == PLAN.strip() + "\n"


def test_a_fault_is_5(site, capsys, monkeypatch):
    from textile_pcf.factory import allocation

    monkeypatch.setattr(allocation, "_left", lambda *_: allocation.check_sums(*map(allocation.np.array, ([1.0], [2.0])), "sum"))
    assert run(ALLOCATE) == 5
    assert capsys.readouterr().out == ""
