"""A list of rows as activity data: in Python, in YAML and in JSON, with the place of every mistake."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from small_mill import FACTORS, RULE, rows

import textile_pcf as tp

ROWS = [*rows("P", 2, 4), *rows("Q", 6, 8)]


def test_rows_are_what_products_with_rows_are(tmp_path: Path) -> None:
    nested = [{"product": name, "rows": [{**row, "product": name} for row in rows(name, *kwh)]}
              for name, kwh in (("P", (2, 4)), ("Q", (6, 8)))]  # fmt: skip
    path = tmp_path / "mill.json"
    path.write_text(json.dumps(ROWS), encoding="utf-8")
    totals = [tp.footprint(source, RULE, FACTORS).total().to_dict() for source in (ROWS, tuple(ROWS), nested, path)]
    assert totals == [{"P": 3.0, "Q": 7.0}] * 4


def test_chinese_headers() -> None:
    row = {"产品": "P", "工序": "weaving", "项目": "electricity", "数量": 4, "单位": "kWh"}
    spinning = {"产品": "P", "工序": "spinning", "项目": "electricity", "数量": 2, "单位": "kWh"}
    assert tp.footprint([row, spinning], RULE, FACTORS).total()["P"] == 3.0


def test_later_changes_of_the_rows_do_not_matter() -> None:
    changing = [dict(row) for row in ROWS]
    activity = tp.read_activity(changing, RULE)
    changing[1]["amount"] = "900 kWh"
    assert tp.calculate(activity, tp.load_factors(FACTORS)).total()["P"] == 3.0


def problems(source: Any) -> list[tuple[str, str]]:
    with pytest.raises(tp.InputError) as caught:
        tp.footprint(source, RULE, FACTORS)
    assert all(problem.cure for problem in caught.value.problems)
    return [(problem.where, problem.what) for problem in caught.value.problems]


def test_mistakes_have_their_place() -> None:
    (found,) = problems([ROWS[0], {**ROWS[1], "ammount": 2}, *ROWS[2:]])
    assert found == ("input (1.ammount)", "'ammount' is not a known column.")
    (found,) = problems([ROWS[0], {**ROWS[1], "amount": [2]}, *ROWS[2:]])
    assert found == ("input (1.amount)", "A cell contains a list or mapping.")


def test_a_row_without_its_product() -> None:
    without = {name: cell for name, cell in ROWS[1].items() if name != "product"}
    assert any("product" in what.lower() for _, what in problems([ROWS[0], without, *ROWS[2:]]))


@pytest.mark.parametrize(
    "odd", [[ROWS[0], 5], [ROWS[0], {"product": "P", "rows": [ROWS[1]]}], [ROWS[0], None], [{"product": "P"}]]
)
def test_lists_that_are_neither(odd: Any) -> None:
    assert problems(odd)
