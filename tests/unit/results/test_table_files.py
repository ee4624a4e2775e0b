"""Tables of a result and the files that `--format` writes: the same from Python and from the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from small_mill import FACTORS, RULE, rows

import textile_pcf as tp
from textile_pcf.activity.columns import COLUMNS
from textile_pcf.activity.kept_columns import RESULT_COLUMNS
from textile_pcf.cli import run

CUSTOMERS = [
    {**row, "customer": customer if row["stage"] == "weaving" else "", "collection": "spring"}
    for product, customer in (("P", "ACME"), ("Q", "=cmd|x"))
    for row in rows(product, 2, 4)
]


def written(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Write activity data, rule and factors into a folder, and go there."""
    monkeypatch.chdir(folder)
    pd.DataFrame(CUSTOMERS).to_csv("mill.csv", index=False)
    Path("rule.yaml").write_text(json.dumps(RULE), encoding="utf-8")
    head = "item,value,unit,region,year,kind,source,locator"
    Path("f.csv").write_text(f"{head}\npower,0.5,kgCO2e/kWh,GLO,2024,life_cycle,s,p. 1\n", encoding="utf-8")


@pytest.fixture(scope="module")
def result() -> tp.Footprint:
    return tp.footprint(CUSTOMERS, RULE, FACTORS, keep=["customer", "collection"])


def test_a_table_of_products(result: tp.Footprint) -> None:
    table = result.to_frame("m2")
    assert table.index.tolist() == ["P", "Q"]
    assert list(table.columns) == [
        "unit", "total", "total_excluding", "total_including", "customer", "collection", "spinning", "weaving",
    ]  # fmt: skip
    assert table.loc["P", "weaving"] == pytest.approx(4 * 0.5 * 0.2)  # 4 kWh/kg x 0.5 kgCO2e/kWh x 0.2 kg/m2
    assert table["unit"].tolist() == ["kgCO2e/m2"] * 2
    assert result.to_frame(empty_stages=True)["printing"].tolist() == [0.0, 0.0]
    assert table.groupby("customer")["total"].sum().to_dict() == pytest.approx({"ACME": 0.6, "=cmd|x": 0.6})


def test_empty_stages_are_left_out_of_tables_and_stay_in_files(result: tp.Footprint) -> None:
    assert list(result.per_stage().columns) == ["spinning", "weaving"]
    assert list(result.per_stage(empty_stages=True).columns) == ["spinning", "weaving", "printing"]
    assert result.to_csv().splitlines()[0].endswith("spinning,weaving,printing")
    assert list(json.loads(result.to_json())["products"][0]["stages"]) == ["spinning", "weaving", "printing"]


def test_lines_carry_the_kept_columns(result: tp.Footprint) -> None:
    lines = result.to_frame(lines=True)
    assert lines["customer"].tolist() == ["ACME", "ACME", "=cmd|x", "=cmd|x"]
    assert set(lines.columns) - {"customer", "collection"} <= {*COLUMNS, *RESULT_COLUMNS}, "no kept column may take such a name"
    head = set(result.to_frame().columns) - {"customer", "collection", "spinning", "weaving"}
    assert head <= {*COLUMNS, *RESULT_COLUMNS}


def test_texts_in_csv_are_no_formulas(result: tp.Footprint) -> None:
    assert "'=cmd|x" in result.to_csv()
    assert ",'=cmd|x," in result.to_csv(lines=True)
    assert result["Q"].kept == {"customer": "=cmd|x", "collection": "spring"}


def test_kept_columns_in_json_and_provenance(result: tp.Footprint) -> None:
    data = json.loads(result.to_json())
    assert data["products"][0]["kept"] == {"customer": "ACME", "collection": "spring"}
    assert data["provenance"]["kept"] == ["customer", "collection"]


@pytest.mark.parametrize("lines", [False, True])
@pytest.mark.parametrize("ending", ["csv", "json", "parquet"])
def test_files_are_those_of_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str, lines: bool) -> None:
    written(tmp_path, monkeypatch)
    options = ["--rule", "rule.yaml", "--factors", "f.csv", "--unit", "m2", "--keep", "customer", "--keep", "collection"]
    assert run(["calculate", "mill.csv", *options, "-o", f"by_command.{ending}", *(["--lines"] if lines else [])]) == 0
    found = tp.footprint("mill.csv", "rule.yaml", "f.csv", keep=("customer", "collection"))
    more: Any = {} if ending == "json" else {"lines": lines}
    assert getattr(found, f"to_{ending}")(f"by_program.{ending}", "m2", **more) == Path(f"by_program.{ending}")
    assert Path(f"by_program.{ending}").read_bytes() == Path(f"by_command.{ending}").read_bytes()


@pytest.mark.parametrize("path", ["", "\0", 5, "no/such/folder/x.csv"])
def test_files_that_cannot_be_written(result: tp.Footprint, path: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for write in (result.to_csv, result.to_json, result.to_parquet):
        with pytest.raises(tp.UsageError):
            write(path)
    assert list(tmp_path.iterdir()) == []


def test_kept_columns_survive_saving_locking_and_scenarios(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path, monkeypatch)
    found = tp.footprint("mill.csv", "rule.yaml", "f.csv", keep=["customer", "collection"])
    assert tp.load_result(found.save("saved.json")).kept == {"customer": ("ACME", "=cmd|x"), "collection": ("spring",) * 2}
    assert tp.verify(tp.lock(found, "mill.lock")).holds
    changed = found.scenario([{"name": "less", "changes": [{"change": "gwp", "to": "AR5"}]}])
    assert changed["less"].result.kept == found.kept


def test_commands_that_read_the_file_take_the_kept_columns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    written(tmp_path, monkeypatch)
    keep = ["--factors", "f.csv", "--keep", "customer", "--keep", "collection"]
    assert run(["check", "mill.csv", "--rule", "rule.yaml"]) == 4, "a column that is not named stays an error"
    assert run(["check", "mill.csv", "--rule", "rule.yaml", *keep]) == 0
    assert run(["calculate", "mill.csv", "--rule", "rule.yaml", "--keep", "total"]) == 2
    capsys.readouterr()
    assert run(["explain", "mill.csv", "--rule", "rule.yaml", *keep]) == 2
    assert "This result has 2 products. Name one of them: P, Q." in capsys.readouterr().err
