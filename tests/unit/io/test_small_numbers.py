"""A text whose digits are not zero but that a float would make 0, such as `1e-400`: refused wherever a number is read."""

from __future__ import annotations

import json
import re
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from small_mill import FACTORS, RULE, rows

import textile_pcf as tp
from textile_pcf.columns import ArrowStrings, factorize, parse_numbers
from textile_pcf.io.strict_yaml import read_yaml

TOO_SMALL = ["1e-400", "-2.5E-999", "0." + "0" * 340 + "1", "0.00001e-320"]
ZERO = ["0", "-0", "0.0", "0e-400", "+0.000E5", "0" * 60]


def with_amount(cell: Any) -> list[dict[str, Any]]:
    plain = rows("P", 2, 4)
    return [plain[0], {**plain[1], "amount": cell}, *plain[2:]]


def refusal(source: Any, factors: Any = FACTORS) -> str:
    with pytest.raises(tp.PcfError) as caught:
        tp.footprint(source, RULE, factors)
    (problem,) = caught.value.problems
    assert problem.cure and "过小" in problem.localized("zh")
    return str(problem.what)


@pytest.mark.parametrize("text", TOO_SMALL)
def test_no_zero_is_made_of_a_text(text: str) -> None:
    for column in ([text, "1"], ["1", text, ""], factorize([text, "0"]), [text, 2.0], ArrowStrings(pa.array([text, "0"]))):
        numbers, invalid = parse_numbers(column)
        row = list(column).index(text)
        assert np.isnan(numbers[row]) and np.flatnonzero(invalid).tolist() == [row]


@pytest.mark.parametrize("text", ZERO)
def test_zero_is_zero_in_every_form(text: str) -> None:
    for column in ([text, "1"], factorize([text]), ArrowStrings(pa.array([text, "1"]))):
        numbers, invalid = parse_numbers(column)
        assert numbers[0] == 0 and not invalid.any()


def test_the_smallest_floats_stay() -> None:
    numbers, invalid = parse_numbers(["1e-310", "5e-324"])
    assert numbers.tolist() == [1e-310, 5e-324] and not invalid.any()


@pytest.mark.parametrize("cell", ["1e-400", "1e-400 kWh", "１e-400", "1e-400万", Decimal("1e-400")])
def test_an_amount_in_python(cell: Any) -> None:
    assert "is too small a number" in refusal(with_amount(cell))


@pytest.mark.parametrize("frame", [pd.DataFrame, pl.DataFrame])
def test_an_amount_of_a_frame(frame: Any) -> None:
    source = [{**row, "amount": str(row["amount"])} for row in with_amount("1e-400 kWh")]
    assert "is too small a number" in refusal(frame(source))


@pytest.mark.parametrize("form", ["json", "yaml", "csv"])
def test_an_amount_in_a_file(tmp_path: Path, form: str) -> None:
    path = tmp_path / f"mill.{form}"
    source = with_amount("1e-400")
    text = pd.DataFrame(source).to_csv(index=False) if form == "csv" else json.dumps(source).replace('"1e-400"', "1e-400")
    path.write_text(text, encoding="utf-8")
    assert "is too small a number" in refusal(path)


def test_an_amount_in_a_workbook(tmp_path: Path) -> None:
    path, changed = tmp_path / "mill.xlsx", tmp_path / "changed.xlsx"
    pd.DataFrame(with_amount(7.125)).to_excel(path, index=False)
    with zipfile.ZipFile(path) as book, zipfile.ZipFile(changed, "w") as other:
        for name in book.namelist():
            other.writestr(name, re.sub(b"<v>7.125</v>", b"<v>1E-400</v>", book.read(name)))
    assert "is too small a number" in refusal(changed)


def test_a_factor() -> None:
    with pytest.raises(tp.FactorError, match="'1e-400 kgCO2e/kWh' is too small a number"):
        tp.load_factors({"power": "1e-400 kgCO2e/kWh"})


@pytest.mark.parametrize("column", ["value", "co2_fossil"])
def test_a_factor_of_a_table(column: str) -> None:
    row = {"item": "power", "value": 0.6, "unit": "kgCO2e/kWh", "region": "GLO", "year": 2024, "kind": "life_cycle",
           "source": "meter", "locator": "p. 1"}  # fmt: skip
    with pytest.raises(tp.FactorError, match="'1e-400' is too small a number"):
        tp.load_factors(pd.DataFrame([{**row, column: "1e-400"}]))


def test_a_number_of_a_rule(tmp_path: Path) -> None:
    path = tmp_path / "rule.yaml"
    path.write_text("edition: 1e-400\n", encoding="utf-8")
    assert read_yaml(path, tp.RuleError).data == {"edition": "1e-400"}
