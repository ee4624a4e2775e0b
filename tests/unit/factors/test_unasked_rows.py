"""Rows of an own table whose name is written otherwise: nothing asks for them, the next table answers, with a warning."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import textile_pcf as tp
from textile_pcf.cli import run

POPLIN = tp.load_example("cotton_poplin")[:2]
OWN = {"item": "electricity", "value": 0.4, "unit": "kgCO2e/kWh", "region": "CN", "year": 2025, "kind": "life_cycle",
       "source": "supplier", "locator": "made up"}  # fmt: skip
MISNAMED = [
    ("item", "Electricity", "electricity"),
    ("item", "ｅｌｅｃｔｒｉｃｉｔｙ", "electricity"),
    ("item", "natural gas energy", "natural_gas_energy"),
    ("kind", "Life_cycle", "life_cycle"),
    ("kind", "life cycle", "life_cycle"),
    ("kind", "lifecycle", "life_cycle"),
    ("region", "cn", "CN"),
    ("region", "China", "CN"),
    ("region", "中国", "CN"),
    ("region", "UK", "GB"),
    ("region", "RoW", "GLO"),
]


def calculated(*rows: dict[str, Any]) -> tp.Footprint:
    return tp.footprint(*POPLIN, [tp.load_factors(list(rows)), "default"])


def unasked(result: tp.Footprint) -> list[str]:
    return [text for text in result.warnings() if "nothing asks for" in text]


@pytest.fixture(scope="module")
def default() -> float:
    return float(tp.footprint(*POPLIN).totals[0])


@pytest.mark.parametrize(("column", "written", "meant"), MISNAMED)
def test_a_row_named_otherwise_is_told(column: str, written: str, meant: str, default: float) -> None:
    result = calculated({**OWN, column: written})
    assert result.totals[0] == default
    [text] = unasked(result)
    assert text == (f"data: nothing asks for {column} {written!r}: rows that are not used: 1. Did you mean {meant!r}?")


def test_what_is_used_or_has_a_name_of_its_own_is_not_told(default: float) -> None:
    used = calculated(OWN)
    assert used.totals[0] < default
    assert unasked(used) == []
    for column, text in (("item", "power_of_the_park"), ("kind", "contract"), ("region", "PARK-7"), ("region", "CN-ZJ")):
        assert unasked(calculated({**OWN, column: text})) == []


def test_one_warning_per_column() -> None:
    regions = [{**OWN, "region": name} for name in ("China", "India", "France")]
    [text] = unasked(calculated(*regions))
    assert text.startswith("data: nothing asks for region 'China': rows that are not used: 3.")


def test_the_cure_of_an_unknown_region_knows_the_names_of_others() -> None:
    row = {"product": "P", "stage": "dyeing", "flow": "electricity", "amount": 1, "unit": "kWh/kg", "region": "UK"}
    with pytest.raises(tp.InputError, match="Did you mean 'GB'"):
        tp.footprint([row], "cotton_fabric")


def test_a_batch_and_the_command_line_tell_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.warns(tp.PcfWarning, match="nothing asks for kind 'Life_cycle'"):
        tp.calculate_batch(
            *POPLIN, [tp.load_factors([{**OWN, "kind": "Life_cycle"}]), "default"], out=tmp_path / "out", progress=False
        )
    path = tmp_path / "own.csv"
    path.write_text(",".join(OWN) + "\n" + ",".join(map(str, {**OWN, "region": "China"}.values())) + "\n", encoding="utf-8")
    assert run(["factors", "lint", str(path)]) == 0
    assert "only when requested by this code. Did you mean 'CN'?" in capsys.readouterr().out
