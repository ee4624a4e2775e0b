"""Small tables of a mill: from every kind of source, with the problems of all cells at once."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import openpyxl
import pandas as pd
import pytest

import textile_pcf as tp
from textile_pcf.factory.carriers import reported_units
from textile_pcf.factory.tables import read_factory_table, read_factory_tables

BATCHES = "缸号,产品,生产工序,机台,开始,结束,投入,产出,单位,返修\nB1,P,dyeing,M1,2024/3/4 8:00,2024-03-04 24:00,210,200,kg,否\n"
START, END = "2024-03-04T08:00:00", "2024-03-05T00:00:00"


def sources(folder):
    """The same batch in every form."""
    text = folder / "batches.csv"
    text.write_bytes(BATCHES.encode("gb18030"))
    row = {"batch": "B1", "product": "P", "process": "dyeing", "machine": "M1", "start": datetime(2024, 3, 4, 8),
           "end": datetime(2024, 3, 5), "input": 210.0, "output": 200.0, "unit": "kg", "rework": "no"}  # fmt: skip
    frame = pd.DataFrame([row])
    book = openpyxl.Workbook()
    page = book.active
    page.title = "batches"
    book.create_sheet("meters")
    for cells in (list(row), list(row.values())):
        page.append(cells)
    book.save(folder / "mill.xlsx")
    frame.to_parquet(folder / "batches.parquet")
    return [text, frame, folder / "mill.xlsx", folder / "batches.parquet", [{**row, "start": START, "end": END}]]


@pytest.mark.parametrize("number", range(5))
def test_every_source_gives_the_same(tmp_path, number):
    table = read_factory_table("batches", sources(tmp_path)[number])
    problems = []
    start, end = (table.times(name, problems) for name in ("start", "end"))
    assert not problems
    assert (end.values - start.values).tolist() == [16 * 3600 * 1_000_000]
    assert table.numbers("output", problems).tolist() == [200.0]
    assert table.yes("rework", problems) == [False]
    assert table.texts("batch") == ["B1"]


def test_all_problems_at_once(tmp_path):
    rows = [
        {"meter": "E1", "carrier": "电", "unit": "m3", "reading": "累计", "max_rate": "5 kg"},
        {"meter": "E2", "carrier": "steam", "unit": "t", "reading": "hourly", "enthalpy": 2800, "interval": "15 min"},
        {"meter": "E3", "carrier": "steam", "unit": "kg", "reading": "interval", "interval": "1 h"},
        {"meter": "E4", "carrier": "electricity", "unit": "kWh", "reading": "interval", "enthalpy": 2800, "multiplier": "1=2"},
    ]
    table = read_factory_table("meters", rows)
    problems = []
    reported_units(table, problems)
    table.words("reading", "reading", problems)
    table.quantities("max_rate", "kW", problems)
    assert table.quantities("interval", "min", problems).tolist()[1:3] == [15.0, 60.0]
    table.numbers("multiplier", problems)
    said = [str(problem) for problem in problems]
    words = ("'electricity' cannot be measured in 'm3'", "'steam' is reported in t here and in GJ at row 1",
             "An enthalpy turns tonnes of steam into heat", "'hourly' is no value of 'reading'",
             "'kg' measures mass, and 'max_rate' is in kW", "'1=2' is not a finite number")  # fmt: skip
    for word in words:
        assert any(word in text for text in said), (word, said)
    assert all(problem.localized("zh") != str(problem) for problem in problems)


def test_shapes_of_all_tables_are_reported_together():
    with pytest.raises(tp.InputError) as caught:
        read_factory_tables({"meters": [{"meter": "E1"}], "plan": [{"carier": "water", "process": "p", "driver": "input"}]})
    text = str(caught.value)
    assert "The table meters has no column carrier, unit, reading" in text
    assert "'carier' is not known here" in text or "'carier' is not a known column" in text


def test_units_of_carriers():
    rows = [
        {"carrier": "外购电", "amount": 1, "unit": "MWh"},
        {"carrier": "蒸汽", "amount": 1, "unit": "GJ"},
        {"carrier": "thermal oil", "amount": 1, "unit": "MJ"},
        {"carrier": "thermal oil", "amount": 1, "unit": "kWh"},
        {"carrier": "Natural Gas", "amount": 1, "unit": "m3"},
    ]
    problems = []
    reported = reported_units(read_factory_table("utilities", rows), problems)
    assert not problems
    assert reported.carriers == ["electricity", "steam", "thermal oil", "thermal oil", "natural_gas"]
    assert reported.units == ["kWh", "GJ", "MJ", "MJ", "m3"]
    assert reported.flows == ["electricity", "heat", "thermal oil", "thermal oil", "natural_gas"]
    assert np.allclose(reported.factors, [1000, 1, 1, 3.6, 1], rtol=1e-15)


@pytest.mark.parametrize(
    "call",
    [lambda: tp.factory.meters([], [], []), lambda: tp.factory.allocate([], [], []), lambda: tp.factory.inventory([]),
     lambda: tp.factory.reconcile([], []), lambda: tp.factory.join([]), lambda: tp.factory.typical(())],
)  # fmt: skip
def test_a_list_without_rows_is_a_table_without_rows(call):
    with pytest.raises(tp.InputError, match=r"There are no rows\. Give at least one row\."):
        call()


@pytest.mark.parametrize("end", ["", "\n", "\r\n", "\n\n"])
def test_a_file_of_readings_that_ends_with_its_header(end, tmp_path):
    """With a line end behind the header and without, it has no readings."""
    path = tmp_path / "readings.csv"
    path.write_bytes(f"meter,time,value{end}".encode())
    meters = [{"meter": "E1", "carrier": "electricity", "unit": "kWh", "reading": "cumulative", "machine": "M"}]
    batches = [{"batch": "B", "product": "P", "process": "dyeing", "machine": "M", "start": "2024-03-04 8:00",
                "end": "2024-03-04 9:00", "output": 1, "unit": "kg"}]  # fmt: skip
    with pytest.raises(tp.InputError, match="There are no readings"):
        tp.factory.meters(path, meters, batches)
