"""Tables of what need not be: a nightly export writes their header on days without an event."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import textile_pcf as tp

METERS = [{"meter": "E1", "carrier": "electricity", "unit": "kWh", "reading": "cumulative", "machine": "M1"}]
READINGS = [{"meter": "E1", "time": f"2024-03-04 {hour:02d}:00", "value": hour * 10} for hour in (8, 9)]
BATCHES = [{"batch": "B1", "product": "P", "process": "dyeing", "machine": "M1", "start": "2024-03-04 08:00",
            "end": "2024-03-04 09:00", "input": 100, "output": 98, "unit": "kg"}]  # fmt: skip
TARGETS = {"targets": [{"id": "cap", "entity": "A", "metric": "absolute", "scopes": [1], "boundary": "site", "unit": "tCO2e",
                        "caps": [{"from": 2024, "to": 2026, "at_most": 4}], "source": "s"}]}  # fmt: skip
SERIES = [
    {"entity": "A", "year": 2024, "quantity": "emissions", "amount": 3, "unit": "tCO2e", "scopes": "1", "boundary": "site"}
]


def tables(head: str, folder: Path) -> list[Any]:
    path = folder / "table.csv"
    path.write_text(head + "\n", encoding="utf-8")
    return [path, [], pd.DataFrame(columns=head.split(","))]


@pytest.mark.parametrize("number", range(3))
def test_no_events(number: int, tmp_path: Path) -> None:
    events = tables("meter,time,kind,end,old_value,new_value,note", tmp_path)[number]
    assert (
        tp.factory.meters(READINGS, METERS, BATCHES, events).to_dict() == tp.factory.meters(READINGS, METERS, BATCHES).to_dict()
    )


@pytest.mark.parametrize("number", range(3))
def test_no_chemical_is_mapped(number: int, tmp_path: Path) -> None:
    stock = [{"chemical": "salt", "opening": 10, "purchased": 50, "closing": 12, "unit": "kg", "item": "sodium_chloride_brine"}]
    recipes = [{"batch": "B1", "chemical": "salt", "dose": 48, "unit": "kg"}]
    empty = tables("chemical,cas,name,item,active,level,reason", tmp_path)[number]
    result = tp.factory.chemicals(stock, recipes, BATCHES, empty)
    assert result["levels"] == tp.factory.chemicals(stock, recipes, BATCHES)["levels"]


@pytest.mark.parametrize("number", range(3))
def test_no_base_year_was_recalculated(number: int, tmp_path: Path) -> None:
    empty = tables("entity,year,scopes,old,new,unit,reason", tmp_path)[number]
    checked = tp.targets.check(TARGETS, SERIES, recalculations=empty)
    assert checked.to_dict() == tp.targets.check(TARGETS, SERIES).to_dict()


def test_a_wrong_header_is_still_refused(tmp_path: Path) -> None:
    events = tables("meter,time,kind,when", tmp_path)[0]
    with pytest.raises(tp.InputError, match="'when' is not a known column"):
        tp.factory.meters(READINGS, METERS, BATCHES, events)


def test_what_must_be_there_has_rows(tmp_path: Path) -> None:
    for number in range(2):
        with pytest.raises(tp.InputError, match="no rows"):
            tp.factory.meters(READINGS, METERS, tables("batch,product,process,machine,start,end,output,unit", tmp_path)[number])
