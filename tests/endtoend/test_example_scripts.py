"""The scripts of the examples run: a nightly recalculation, and a program that imports the library."""

from __future__ import annotations

import importlib.util
import io
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pandas as pd
import pytest
from small_mill import RULE, rows

from paths import EXAMPLES

FACTOR = "item,value,unit,region,year,kind,source,locator\npower,{value},kgCO2e/kWh,GLO,2024,life_cycle,s,p. 1\n"


def script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / "scripts" / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def arguments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A catalogue, a rule and a table of factors in an empty folder, and the arguments that name them."""
    monkeypatch.chdir(tmp_path)
    pd.DataFrame([*rows("P", 2, 4), *rows("Q", 6, 8), *rows("R", 1, 1)]).to_csv("catalogue.csv", index=False)
    Path("mill.yaml").write_text(json.dumps(RULE), encoding="utf-8")
    Path("f.csv").write_text(FACTOR.format(value=0.5), encoding="utf-8")
    return ["catalogue.csv", "mill.yaml", "results", "--factors", "f.csv", "--night"]


def test_the_scripts_that_there_are() -> None:
    assert {path.stem for path in (EXAMPLES / "scripts").glob("*.py")} == {"nightly_recalculation", "order_footprints"}


def test_a_nightly_recalculation(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    nightly = script("nightly_recalculation").main
    assert nightly([*arguments, "2026-01-30"]) == 0
    assert capsys.readouterr().out == "2026-01-30: 3 products, 0 rejected, 9 rows\n"

    changed = pd.DataFrame([*rows("P", 2, 5), *rows("Q", 6, 8), *rows("S", 1, 1)[:2]])  # R is gone, S lacks its weaving
    changed.to_csv("catalogue.csv", index=False)
    assert nightly([*arguments, "2026-01-31"]) == 1
    assert capsys.readouterr().out == (
        "2026-01-31: 2 products, 1 rejected, 8 rows\nsince 2026-01-30: 1 moved, 0 new, 1 gone\n  P +16.67%\n"
    )
    moved = pd.read_csv("results/2026-01-31/moved.csv", index_col="product")
    assert moved.loc["P"].to_dict() == pytest.approx({"old": 3.0, "new": 3.5, "change": 0.5 / 3})


@pytest.mark.parametrize(("name", "instead", "code"), [("catalogue.csv", "none.csv", 2), ("mill.yaml", "wrong.yaml", 3)])
def test_a_night_that_cannot_be_calculated(
    arguments: list[str], name: str, instead: str, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("wrong.yaml").write_text("rule: x", encoding="utf-8")
    chosen = [instead if each == name else each for each in arguments]
    assert script("nightly_recalculation").main([*chosen, "2026-01-30"]) == code
    assert "problem" in capsys.readouterr().err


def test_a_program_that_imports_the_library(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    module = script("order_footprints")
    service = module.FootprintService("mill.yaml", "f.csv")
    order: list[dict[str, Any]] = [{**row, "customer": "ACME"} for row in (*rows("P", 2, 4), *rows("Q", 6, 1))]
    answer = service.answer(order, "m2")
    assert [(each["product"], each["customer"], each["largest_stage"]) for each in answer["products"]] == [
        ("P", "ACME", "weaving"), ("Q", "ACME", "spinning"),
    ]  # fmt: skip
    assert answer["products"][0]["kgCO2e"] == pytest.approx(0.6)
    wrong = service.answer([{**order[1], "amount": "2 kg"}], "m2")
    assert wrong["problems"] and all(problem["cure"] for problem in wrong["problems"])
    assert "problems" in service.answer([], "m2")
    assert "problems" in service.answer(order, "furlong")

    monkeypatch.setattr(module, "FootprintService", lambda: service)
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps({"rows": order})))
    assert module.main() == 0
    assert [each["kgCO2e"] for each in json.loads(capsys.readouterr().out)["products"]] == pytest.approx([3.0, 3.5])
