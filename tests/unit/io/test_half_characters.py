"""Half of a character (a surrogate without its partner) in Python: no file holds it, so it is refused, shown escaped."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from small_mill import FACTORS, RULE, rows

import textile_pcf as tp
from textile_pcf.io.output_files import as_path

HALF = "a\ud800b"
COLUMNS = ["product", "stage", "flow", "amount", "unit", "item", "note", "source", "year", "region", "data_type"]


def problems(run: Any) -> list[tp.Problem]:
    with pytest.raises(tp.PcfError) as caught:
        run()
    error = caught.value
    for text in (str(error), error.localized("zh"), *(problem.where for problem in error.problems)):
        text.encode()  # it can be printed
    return list(error.problems)


def with_cell(column: str) -> list[dict[str, Any]]:
    plain = rows("P", 2, 4)
    return [plain[0], {**plain[1], column: HALF}, *plain[2:]]


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("as_frame", [False, True])
def test_a_cell_is_refused_with_its_place(column: str, as_frame: bool) -> None:
    source = with_cell(column)
    told = problems(lambda: tp.footprint(pd.DataFrame(source, dtype=object) if as_frame else source, RULE, FACTORS))
    assert told[0].where.startswith("row 1") and told[0].cure
    assert "\\ud800" in told[0].what


def test_a_note_is_refused_where_the_same_rows_were_seen_before() -> None:
    plain = [{**row, "note": "meter"} for row in rows("P", 2, 4)]
    rules = tp.load_rules(RULE)
    for _ in range(2):
        tp.footprint(plain, rules, FACTORS)
    told = problems(lambda: tp.footprint([plain[0], {**plain[1], "note": HALF}, plain[2]], rules, FACTORS))
    assert [problem.where for problem in told] == ["row 1 (spinning.electricity)"]


def test_keys_rules_and_factors() -> None:
    plain = rows("P", 2, 4)
    assert problems(lambda: tp.footprint([plain[0], {**plain[1], HALF: 1}, plain[2]], RULE, FACTORS))
    (told,) = problems(lambda: tp.load_rules({**RULE, "source": HALF}))
    assert told.where == "rule (source)" and "half of a character" in told.what
    (told,) = problems(lambda: tp.load_factors({**FACTORS, HALF: "1 kgCO2e/kg"}))
    assert "item" in told.where and "half of a character" in told.what


METER = {"carrier": "electricity", "unit": "kWh", "amount": 5, "region": "CN", "year": 2024, "source": "meter"}
GRID = {"site": "S", "stages": "dyeing", "carrier": "electricity", "part": "grid", "amount": "100 MWh", "id": ""}


@pytest.mark.parametrize("as_frame", [False, True])
@pytest.mark.parametrize("column", ["carrier", "unit", "region", "source"])
def test_a_table_of_the_mill(column: str, as_frame: bool) -> None:
    table = [METER, {**METER, column: HALF}]
    (told,) = problems(lambda: tp.factory.inventory(pd.DataFrame(table, dtype=object) if as_frame else table))
    assert told.where.startswith("row 1") and column in told.where and "half of a character" in told.what


@pytest.mark.parametrize("column", ["site", "id"])
def test_a_supply_table(column: str) -> None:
    told = problems(lambda: tp.load_supply([GRID, {**GRID, column: HALF}]))
    assert any(problem.where.startswith("row 1") and "half of a character" in problem.what for problem in told)


@pytest.mark.parametrize(
    "read",
    [
        lambda: tp.targets.path([{"id": HALF}]),
        lambda: tp.improvements.rank(rows("P", 2, 4), RULE, {"improvements": [{"id": HALF}]}, [], factors=FACTORS),
        lambda: tp.scenario(tp.footprint(rows("P", 2, 4), RULE, FACTORS), [{"change": "amount", "flow": HALF}]),
        lambda: tp.footprint(rows("P", 2, 4), RULE, FACTORS).to_html("report.html", study={"company": HALF}),
    ],
    ids=["targets", "improvements", "changes", "study"],
)
def test_documents(read: Any) -> None:
    assert any("half of a character" in problem.what for problem in problems(read))


def test_an_output_path() -> None:
    result = tp.footprint(rows("P", 2, 4), RULE, FACTORS)
    for write in (lambda path: tp.lock(result, path), result.save, result.to_html):
        (told,) = problems(lambda write=write: write(f"{HALF}.lock"))
        assert isinstance(told.what, str) and "half of a character" in told.what


@pytest.mark.skipif(os.name == "nt", reason="names of files are bytes on Linux")
def test_a_name_in_another_encoding_is_a_name() -> None:
    assert as_path(os.fsdecode(b"\xb2\xbc.csv"), "path") == Path(os.fsdecode(b"\xb2\xbc.csv"))


def test_whole_characters_outside_the_basic_plane_stay() -> None:
    plain = [{**row, "note": "𠮷 😀"} for row in rows("𠮷", 2, 4)]
    assert tp.footprint(plain, RULE, FACTORS).total()["𠮷"] == 3.0
