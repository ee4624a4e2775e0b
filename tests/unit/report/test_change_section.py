"""The last result and why it changed, scenarios and measures in the report: numbers worked by hand, every refusal."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from spread_mill import ROWS, TABLE, Words, calculate, command, write_mill

import textile_pcf as tp
from textile_pcf.cli import run
from textile_pcf.report.earlier import _notes

CHANGES = """\
scenarios:
  - name: motors
    changes: [{change: scale, at: {stage: making, flow: electricity}, by: 0.8, note: new motors}]
  - name: both
    changes:
      - {change: scale, at: {stage: making, flow: electricity}, by: 0.8}
      - {change: scale, at: {stage: drying, flow: steam}, by: 0.5, note: hoods}
"""
MEASURES = """\
discount: 8 %
improvements:
  - id: hoods
    changes: [{stage: drying, flow: steam, multiply: 0.5}]
    investment: 100000 CNY
    lifetime: 10
    saving: 0 CNY
    source: example
"""
OUTPUT = "product,process,output\nP,drying,1000 t\n"


@pytest.fixture(scope="module")
def mill(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A mill, and beside it the same mill last year: 12 kWh, and 0.65 kg CO2e/kWh, so 7.8 + 0.6 = 8.4 instead of 6.8."""
    folder = write_mill(tmp_path_factory.mktemp("mill") / "now")
    old = write_mill(folder.parent / "last", ROWS.replace(",10,", ",12,"), TABLE.replace("0.62", "0.65"))
    tp.lock(calculate(old), old / "last.lock")
    calculate(old).save(old / "last.json")
    for name, text in {"c.yaml": CHANGES, "m.yaml": MEASURES, "o.csv": OUTPUT}.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_causes_of_the_change_add_up_to_it(mill: Path, tmp_path: Path) -> None:
    """Activity: −2 kWh at the mean of both factors, 0.635; factors: −0.03 at the mean of both amounts, 11 kWh."""
    out = tmp_path / "report.html"
    assert run(command(mill, "-o", str(out), "--previous", f"{mill.parent}/last/last.lock")) == 0
    words = Words(out)
    wanted = ["before 8.400", "activity data −1.270 −15.1 %", "emission factors −0.330 −3.9 %", "Change −1.600 −19.0 %",
              "after 6.800", "Making 7.800 6.200 −1.600"]  # fmt: skip
    assert [text for text in wanted if text not in words] == []
    assert "活动数据 −1.270" in Words(calculate(mill).to_html(out, language="zh", previous=mill.parent / "last/last.lock"))


def test_a_saved_result_gives_totals_and_stages_alone(mill: Path, tmp_path: Path) -> None:
    words = Words(calculate(mill).to_html(tmp_path / "report.html", previous=mill.parent / "last/last.json"))
    assert "before 8.400 Change −1.600" in words and "needs the lock of both" in words and "activity data −" not in words
    assert "Making 7.800 6.200 −1.600" in words


def test_a_result_that_changed_nothing_has_no_causes(mill: Path, tmp_path: Path) -> None:
    words = Words(calculate(mill).to_html(tmp_path / "report.html", previous=calculate(mill)))
    assert "before 6.800 Change 0.000 0.0 % after 6.800" in words


def test_products_of_one_result_only(mill: Path, tmp_path: Path) -> None:
    both = write_mill(tmp_path / "both", ROWS + "Q,making,electricity,1,kWh/kg,,\nQ,drying,steam,1,kg/kg,,\n")
    words = Words(calculate(both).to_html(tmp_path / "report.html", previous=calculate(mill)))
    assert "The last result does not have this product." in words and "before 6.800" in words
    with pytest.raises(tp.InputError, match="none of the products"):
        other = write_mill(tmp_path / "other", ROWS.replace("P,", "Z,"))
        calculate(other).to_html(tmp_path / "report.html", previous=calculate(mill))


def test_what_is_no_last_result_is_refused(mill: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lock, saved = mill.parent / "last/last.lock", mill.parent / "last/last.json"
    data = json.loads(saved.read_text(encoding="utf-8"))
    hostile = {
        "other.lock": "{}",
        "list.json": "[1, 2]",
        "text.json": "no json",
        "changed.json": json.dumps(data | {"products": ["X"]}),
        "later.json": json.dumps(data | {"result": 99}),
        "both.json": json.dumps({"lock": 1, "result": 1}),
        "moved.lock": lock.read_text(encoding="utf-8").replace("8.4", "8.5"),
        "bundle.zip": "PK not a zip",
    }
    for name, text in hostile.items():
        (mill.parent / "last" / name).write_text(text, encoding="utf-8")
        assert run(command(mill, "-o", f"{tmp_path}/a.html", "--previous", f"{mill.parent}/last/{name}")) == 4, name
        assert "Traceback" not in capsys.readouterr().err and not (tmp_path / "a.html").exists()
    assert run(command(mill, "-o", str(lock.with_suffix(".html")), "--previous", str(lock))) == 0
    assert run(command(mill, "-o", f"{saved}", "--previous", str(saved))) == 2  # the output would be an input


def test_scenarios_with_each_change(mill: Path, tmp_path: Path) -> None:
    """Motors: 0.2 × 6.2 = 1.24. Hoods: 0.5 × 0.6 = 0.3, so both 1.54."""
    out = tmp_path / "report.html"
    assert run(command(mill, "-o", str(out), "--changes", f"{mill}/c.yaml")) == 0
    words = Words(out)
    wanted = ["As reported 6.800", "motors 5.560 1.240 18.2 %", "both 5.260 1.540 22.6 %", "new motors −1.240 −1.240",
              "2 scale drying.steam 0.5 hoods −0.300 −0.300"]  # fmt: skip
    assert [text for text in wanted if text not in words] == []
    (mill / "wrong.yaml").write_text(CHANGES.replace("steam", "stem"), encoding="utf-8")
    assert run(command(mill, "-o", str(out), "--changes", f"{mill}/wrong.yaml")) == 4
    result = calculate(mill)
    other = tp.scenario(calculate(mill.parent / "last"), mill / "c.yaml")
    with pytest.raises(tp.UsageError, match="another result"):
        result.to_html(out, changes=other)
    assert result.to_html(out, changes=tp.scenario(result, mill / "c.yaml")).is_file()


def test_measures_as_they_are_ranked(mill: Path, tmp_path: Path) -> None:
    """Hoods: 0.3 kg × 1000 t = 300 t CO2e; 14,902.95 CNY a year (annuity at 8 % over 10 years) are 49.68 CNY/t."""
    out = tmp_path / "report.html"
    options = ["--improvements", f"{mill}/m.yaml", "--production", f"{mill}/o.csv"]
    assert run(command(mill, "-o", str(out), *options)) == 0
    words = Words(out)
    wanted = [
        "Before all measures 6,800 t CO₂e per year",
        "1 hoods 300.0 14,903 0 0 14,903 50",
        "hoods 300.0 6,500",
        "hoods P 6.800 6.500 0.300",
    ]
    assert [text for text in wanted if text not in words] == []
    inputs = (mill / name for name in ("mill.csv", "rule.yaml", "m.yaml", "o.csv"))
    ranked = tp.improvements.rank(*inputs, factors=mill / "grid.csv")
    assert "排名" in Words(calculate(mill).to_html(out, language="zh", measures=ranked.to_dict()))
    with pytest.raises(tp.UsageError, match="other figures"):
        calculate(mill.parent / "last").to_html(out, measures=ranked)
    with pytest.raises(tp.UsageError, match="no ranked measures"):
        calculate(mill).to_html(out, measures=[1])


def test_a_run_without_a_supply_table_states_no_accounting_of_electricity():
    """Its place is a dash, and not the word None."""
    without, location_based = (SimpleNamespace(provenance=each) for each in ({}, {"electricity": "location_based"}))
    (note,) = _notes(without, location_based, "en")
    assert "– and location_based" in note
