"""The commands on quality, scenarios, comparisons and changes: what they print, in both languages, and their exit codes."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from textile_pcf.cli import run
from unit.comparison.mill import factors, rule


@pytest.fixture
def mill(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two years of a mill, each with its lock: 10 → 9 kWh/kg, grid 0.6205 → 0.5777."""
    monkeypatch.chdir(tmp_path)
    made = rule(
        tmp_path, head="quality: {max_dqr: 3, status: ours, source: s, locator: a}\ncutoff: {single: 1 %, total: 5 %}\n"
    )
    made.rename("mill.yaml")
    head = "product,stage,flow,amount,unit,item,note\n"
    for year, amount, grid in ((2023, 10, 0.6205), (2024, 9, 0.5777)):
        factors(tmp_path, grid).rename(f"grid{year}.csv")
        left_out = "P,making,cutoff,2,%,lubricants,not metered\n"
        Path(f"{year}.csv").write_text(f"{head}P,making,electricity,{amount},kWh/kg,,\n{left_out}", encoding="utf-8")
        assert run(["lock", f"{year}.csv", "--rule", "mill.yaml", "--factors", f"grid{year}.csv"]) == 0
    return tmp_path


def printed(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    """Run a command and return its standard output, on failure its standard error."""
    capsys.readouterr()
    assert run([*arguments]) == code
    streams = capsys.readouterr()
    return streams.err if code else streams.out


def test_diff(mill, capsys):
    change = json.loads(printed(capsys, "diff", "2023.lock", "2024.lock", "--format", "json"))
    effects = {name: value for name, value in change["products"][0]["effects"].items() if value}
    assert effects == {"activity": pytest.approx(-0.5991), "factors": pytest.approx(-0.4066)}
    assert "活动数据" in printed(capsys, "diff", "2023.lock", "2024.lock", "--lang", "zh")
    rows = list(csv.DictReader(io.StringIO(printed(capsys, "diff", "2023.lock", "2024.lock", "--format", "csv"))))
    assert float(rows[0]["change"]) == pytest.approx(-1.0057)


def test_a_lock_whose_files_changed_is_no_run(mill, capsys):
    Path("2023.csv").write_text(Path("2023.csv").read_text().replace(",10,", ",11,"))
    assert "2023.csv" in printed(capsys, "diff", "2023.lock", "2024.lock", code=4)
    Path("2024.lock").write_text(Path("2024.lock").read_text().replace("5.1993", "5.1994"))
    printed(capsys, "diff", "2024.lock", "2024.lock", code=4)


def test_compare(mill, capsys):
    pair = json.loads(printed(capsys, "compare", "2023.lock", "2024.lock", "--format", "json"))["pairs"][0]
    assert pair["difference"] == pytest.approx(-1.0057) and pair["stages"] == {"making": pytest.approx(-1.0057)}
    assert "(-16.2 %)" in printed(capsys, "compare", "2023.lock", "2024.lock", "--pair", "P=P", "--unit", "kg")
    printed(capsys, "compare", "2023.lock", code=2)  # one product alone
    printed(capsys, "compare", "2023.lock", "2024.lock", "2024.lock", code=2)
    printed(capsys, "compare", "2023.lock", "2024.lock", "--allow", "editions", code=2)
    printed(capsys, "compare", "2023.lock", "none.lock", code=2)
    printed(capsys, "compare", "2023.lock", "2024.lock", "--format", "xlsx", code=2)
    printed(capsys, "compare", "2023.lock", "2024.lock", "-o", "2023.lock", code=2)


def test_quality(mill, capsys):
    arguments = ("quality", "2024.csv", "--rule", "mill.yaml", "--factors", "grid2024.csv")
    entry = json.loads(printed(capsys, *arguments, "--format", "json"))["products"][0]
    assert entry["requirement"]["max_dqr"] == 3 and not entry["requirement"]["met"]
    assert [row["flow"] for row in entry["requirement"]["failing"]] == ["electricity"]
    cutoff = entry["cutoff"]
    assert cutoff["left_out"] == [{"stage": "making", "item": "lubricants", "share": 0.02, "reason": "not metered"}]
    assert (cutoff["single_limit"], cutoff["total_limit"]) == (0.01, 0.05)
    assert cutoff["over_single"] == ["lubricants"] and cutoff["within"] is False and cutoff["total"] == 0.02
    assert "lubricants 2.0 % (not metered)" in printed(capsys, *arguments)
    assert "热点" in printed(capsys, *arguments, "--lang", "zh")
    printed(capsys, *arguments, "-o", "quality.csv")
    assert Path("quality.csv").read_text().startswith("product,total,DQR,")


def test_scenario(mill, capsys):
    plan = "scenarios:\n- name: motors\n  changes: [{change: scale, at: {flow: electricity}, by: 0.8}]\n"
    Path("plan.yaml").write_text(plan, encoding="utf-8")
    arguments = ("scenario", "2024.csv", "--rule", "mill.yaml", "--factors", "grid2024.csv", "--changes", "plan.yaml")
    entry = json.loads(printed(capsys, *arguments, "--format", "json"))["products"][0]
    assert entry["scenarios"][0]["saving_share"] == pytest.approx(0.2) and entry["ranking"] == ["motors"]
    assert "减少" in printed(capsys, *arguments, "--lang", "zh")
    assert printed(capsys, *arguments, "--format", "csv").startswith("product,scenario,base,")
    printed(capsys, *arguments, "-o", "2024.csv", code=2)
    Path("plan.yaml").write_text(plan.replace("electricity", "electricty"), encoding="utf-8")
    assert "Did you mean 'electricity'?" in printed(capsys, *arguments, code=4)
    printed(capsys, *arguments[:-1], "none.yaml", code=2)
