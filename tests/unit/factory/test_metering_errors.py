"""What `factory.meters` refuses: each with its place and the words of its cure, in both languages, never a traceback."""

# ruff: noqa: E501 - one case stands in one line

from __future__ import annotations

import itertools
from zoneinfo import ZoneInfo

import numpy as np
import pytest

import textile_pcf as tp
from metered_mill import amounts, at, batch, meter, readings, rows, run
from textile_pcf import cli, factory

TABLE = [meter("E1", machine="M1")]
READ = readings(E1=[("8:00", 0), ("9:00", 10)])
B = batch("B1", "8:00", "9:00")


def event(kind, time="8:30", **cells):
    return {"meter": "E1", "time": at(time), "kind": kind, **cells}


CASES = {
    "fall": (readings(E1=[("8:00", 90211.4), ("9:00", 3.2)]), TABLE, [B], None, {},
             ("row 1", "falls from 90211.4 to 3.2 at 2024-03-04T09:00:00 and nothing explains it", "E1,2024-03-04T09:00:00,reset with old_value")),
    "a zero between two readings": (readings(E1=[("8:00", 50), ("8:30", 0), ("9:00", 60)]), TABLE, [B], None, {}, ("falls from 50 to 0", "void the reading")),
    "order": (readings(E1=[("9:00", 0), ("8:00", 1)]), TABLE, [B], None, {}, ("row 1", "go back in time", "--sort")),
    "two values": (readings(E1=[("8:00", 0), ("9:00", 1), ("9:00", 2)]), TABLE, [B], None, {}, ("row 2", "two readings", "void both")),
    "rate": (readings(E1=[("8:00", 0), ("9:00", 121)]), [meter("E1", machine="M1", max_rate="120 kW")], [B], None, {}, ("121 kWh", "at most 120", "void")),
    "negative": (readings(E1=[("9:00", -1)]), [meter("E1", machine="M1", reading="interval", interval="1 h")], [B], None, {}, ("negative amount -1", "void")),
    "overlapping intervals": (readings(E1=[("8:10", 1), ("8:20", 1)]), [meter("E1", machine="M1", reading="interval", interval="15 min")], [B], None, {},
                              ("row 1", "overlaps the one before", "interval or stamp")),
    "reset below": (readings(E1=[("8:00", 50), ("9:00", 10)]), TABLE, [B], [event("reset", old_value=40)], {}, ("negative", "Correct old_value or new_value")),
    "reset at a reading": (readings(E1=[("8:00", 50), ("9:00", 10)]), TABLE, [B], [event("reset", "9:00")], {}, ("does not begin with its new_value", "Give old_value")),
    "unknown meter": (readings(E1=[("8:00", 0), ("9:00", 1)], X=[("8:00", 1)]), TABLE, [B], None, {}, ("row 2", "no meter 'X'", "Add it there")),
    "no readings": (READ, [*TABLE, meter("E2")], [B], None, {}, ("row 1", "'E2' has no reading", "take it out")),
    "one reading": (readings(E1=[("8:00", 1)]), TABLE, [B], None, {}, ("single reading", "Give its readings")),
    "not a number": (readings(E1=[("8:00", 0), ("9:00", "1O")]), TABLE, [B], None, {}, ("row 1", "'1O' is not a finite number", "decimal point")),
    "infinite": (readings(E1=[("8:00", 0), ("9:00", float("inf"))]), TABLE, [B], None, {}, ("row 1", "not a finite number", "")),
    "empty value": (readings(E1=[("8:00", 0), ("9:00", "")]), TABLE, [B], None, {}, ("row 1", "'value' is empty", "delete the row")),
    "empty meter": ([*READ, {"meter": "", "time": at("9:00"), "value": 1}], TABLE, [B], None, {}, ("row 2", "'meter' is empty", "Fill it in")),
    "formula": (readings(E1=[("8:00", 0), ("9:00", "=1+2")]), TABLE, [B], None, {}, ("row 1", "not", "")),
    "no time": ([*READ, {"meter": "E1", "time": "noon", "value": 1}], TABLE, [B], None, {}, ("row 2", "'noon' is not a time", "2024-03-04 08:00")),
    "time mixed with offset": ([*READ, {"meter": "E1", "time": at("10:00") + "+08:00", "value": 11}], TABLE, [B], None, {}, ("row 2", "has an offset", "time zone")),
    "hour that comes twice": (readings(E1=[("2024-10-27 01:00", 0), ("2024-10-27 02:30", 1)]), TABLE, [B], None, {"time_zone": "Europe/Berlin"},
                              ("row 1", "occurs twice", "with its offset")),
    "hour that does not exist": (READ, TABLE, [batch("B1", "2024-03-31 02:10", "2024-03-31 04:00")], None, {"time_zone": "Europe/Berlin"},
                                 ("row 0", "does not exist", "with its offset")),
    "meter twice": (READ, [*TABLE, *TABLE], [B], None, {}, ("row 1", "is already at row 0", "one row")),
    "circle": (READ, [meter("E1", parent="E2"), meter("E2", parent="E1")], [B], None, {}, ("hangs below itself", "a main meter has none")),
    "no such parent": (READ, [meter("E1", parent="E9", machine="M1")], [B], None, {}, ("no meter 'E9' above", "Add its row")),
    "carrier below": (READ, [meter("E1", parent="W", machine="M1"), meter("W", carrier="water", unit="m3")], [B], None, {}, ("main meter 'W' water", "same carrier")),
    "machine above": (READ, [meter("E1", parent="E2", machine="M1"), meter("E2", machine="M2")], [B], None, {}, ("serves no machine", "Leave the machine empty")),
    "outside with machine": (READ, [meter("E1", machine="M1", use="outside")], [B], None, {}, ("outside production", "without both")),
    "unit of another kind": (READ, [meter("E1", unit="m3", machine="M1")], [B], None, {}, ("cannot be measured in 'm3'", "Give it in kWh")),
    "interval without length": (READ, [meter("E1", reading="interval", machine="M1")], [B], None, {}, ("needs the length", "15 min")),
    "limit in another unit": (READ, [meter("E1", machine="M1", max_rate="5 t/h")], [B], None, {}, ("'t/h' is no kWh per time", "Write it as kW")),
    "multiplier of zero": (READ, [meter("E1", machine="M1", multiplier=0)], [B], None, {}, ("cannot be 0", "larger")),
    "rollover of an interval meter": (READ, [meter("E1", machine="M1", reading="interval", interval="1 h", rollover=5)], [B], None, {}, ("does not apply", "Leave it empty")),
    "more below": (readings(E0=[("8:00", 0), ("9:00", 9)], E1=[("8:00", 0), ("9:00", 10)]), [meter("E0"), meter("E1", parent="E0", machine="M1")], [B], None, {},
                   ("below 'E0' measure 10 kWh, it shows 9", "--tolerance")),
    "batch without length": (READ, TABLE, [batch("B1", "8:00", "8:00")], None, {}, ("row 0 (end)", "no length", "Correct its start")),
    "batch backwards": (READ, TABLE, [batch("B1", "9:00", "8:00")], None, {}, ("ends before it starts", "Correct its start")),
    "batches at one time": (READ, TABLE, [B, batch("B2", "8:30", "9:00")], None, {}, ("'B2' on 'M1' runs at the same time", "--overlap mass")),
    "input missing": (READ, TABLE, [B, batch("B2", "8:30", "9:00", input=3.0)], None, {"overlap": "mass"}, ("'B1' runs at the same time as others", "--overlap equal")),
    "beyond the window": (READ, TABLE, [batch("B1", "8:00", "10:00")], None, {}, ("reaches beyond the window", "50.0 %", "--incomplete")),
    "not covered": (readings(E1=[("8:15", 1), ("9:00", 1)]), [meter("E1", machine="M1", reading="interval", interval="15 min")], [B], None, {},
                    ("covered by meter 'E1' for 50.0 % of its time", "missing readings")),
    "only rework": (READ, TABLE, [{**B, "rework": "yes"}], None, {}, ("has use in 'dyeing' in 2024 and no output", "was reworked")),
    "other unit of a product": (readings(E1=[("8:00", 0), ("10:00", 1)]), TABLE, [B, batch("B2", "9:00", "10:00", unit="m")], None, {"max_gap": "5h"},
                                ("measured in 'm' here and in 'kg'", "one kind of unit")),
    "loss without input": (READ, TABLE, [B], None, {"losses": {"dyeing": "dyeing_loss"}}, ("an input is missing", "every batch")),
    "more out than in": (READ, TABLE, [{**B, "input": 99.0}], None, {"losses": {"dyeing": "dyeing_loss"}}, ("than went in", "Correct inputs")),
    "no batch": (READ, TABLE, [batch("B1", "8:00", "9:00", machine="M7")], None, {}, ("No batch is left", "machines of meters and batches")),
    "event of no meter": (READ, TABLE, [B], [{**event("void"), "meter": "E9"}], {}, ("no meter 'E9'", "Add it there")),
    "reset of an interval meter": (readings(E1=[("9:00", 1)]), [meter("E1", machine="M1", reading="interval", interval="1 h")], [B], [event("reset")], {}, ("no register to reset", "cumulative")),
    "event that ends before": (READ, TABLE, [B], [event("void", end=at("8:00"))], {}, ("end is before the start", "Correct one")),
    "unknown word": (READ, [meter("E1", reading="累积", machine="M1")], [B], None, {}, ("'累积' is no value of 'reading'", "")),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_refused_with_place_and_cure(name):
    read, meters, batches, events, options, words = CASES[name]
    with pytest.raises(tp.InputError) as caught:
        run(read, meters, batches, events, **options)
    said = "\n".join(str(problem) for problem in caught.value.problems)
    for word in words:
        assert word in said, said
    for problem in caught.value.problems:
        assert problem.where
        assert problem.localized("zh") != str(problem), problem


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"overlap": "sum"}, "'sum' is no value of 'overlap'"),
        ({"incomplete": "ignore"}, "'ignore' is no value"),
        ({"spread": {"outside": "mass"}}, "'outside' cannot be spread"),
        ({"spread": {"idle": "weight"}}, "'weight' cannot be spread"),
        ({"max_gap": "60"}, "'60' is no max_gap"),
        ({"max_gap": 3600}, "'3600' is no max_gap"),
        ({"max_gap": "5 kg"}, "'5 kg' is no max_gap"),
        ({"tolerance": "2"}, "'2' is no tolerance"),
        ({"start": "noon"}, "'noon' is not a time"),
        ({"start": at("9:00"), "end": at("8:00")}, "ends before it starts"),
        ({"time_zone": "Mars/Base"}, "no time zone 'Mars/Base'"),
        ({"time_zone": 8}, "no time zone '8'"),
        ({"spread": "unmetered"}, 'Write what is spread and by what: {"unmetered": "mass"}.'),
        ({"losses": ["dyeing_loss"]}, 'Write processes and losses of the rule: {"dyeing": "dyeing_loss"}.'),
    ],
)
def test_options_that_do_not_exist(options, word):
    with pytest.raises(tp.UsageError) as caught:
        run(READ, TABLE, [B], **options)
    assert word in str(caught.value)


@pytest.mark.parametrize(("meters", "batches", "word"), [(None, [B], "meters: "), (TABLE, None, "batches: ")])
def test_meters_and_batches_are_needed(meters, batches, word):
    with pytest.raises(tp.UsageError, match=word):
        tp.factory.meters(READ, meters, batches)


def test_a_time_zone_may_be_that_of_python():
    named = run(READ, TABLE, [B], time_zone="Asia/Shanghai")
    assert run(READ, TABLE, [B], time_zone=ZoneInfo("Asia/Shanghai")).to_dict() == named.to_dict()


def test_problems_of_all_tables_at_once():
    with pytest.raises(tp.InputError) as caught:
        run(READ, [meter("E1", unit="m3", machine="M1")], [batch("B1", "9:00", "8:00")], [{**event("void"), "meter": "E9"}])
    assert len(caught.value.problems) == 3


# ---------------------------------------------------------------- hostile files


def write(folder, text, name="readings.csv", encoding="utf-8"):
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ("readings.csv", "empty")),
        ("\n\n", ("readings.csv", "empty")),
        ("meter,time,value\n", ("readings.csv", "no readings")),
        ("meter,time\nE1,2024-03-04 8:00\n", ("no column value",)),
        ("meter,time,value,colour\nE1,2024-03-04 8:00,1,red\n", ("'colour' is not a known column",)),
        ("meter,time,value\nE1,2024-03-04 8:00,1\n\nE1,2024-03-04 8:30\nE1,2024-03-04 9:00,2\n", ("readings.csv:4", "2 cells")),
        ("meter,time,value\nE1,2024-03-04 8:00,1\n\nE1,2024-03-04 8:30,x\nE1,2024-03-04 9:00,2\n", ("readings.csv:4", "'x'")),
        ("titel\n\nmeter,time,value\nE1,2024-03-04 8:00,1\nE1,2024-03-04 8:30,-5\n", ("readings.csv:5", "falls from 1 to -5")),
        ("meter\ttime\tvalue\nE1\t2024-03-04 8:00\t1\nE1\t2024-03-04 8:30\tnan\n", ("readings.csv:3", "finite")),
        ('meter,time,value\n"E1,2024-03-04 8:00,1\nE1,2024-03-04 8:30,2\n', ("readings.csv",)),
        ("meter,time,value\nE1,2024-03-04 8:00,\0\n", ("readings.csv",)),
    ],
)
def test_damaged_csv(tmp_path, text, words):
    with pytest.raises(tp.InputError) as caught:
        run(write(tmp_path, text), TABLE, [B])
    for word in words:
        assert word in str(caught.value)


def test_damaged_parquet(tmp_path):
    (tmp_path / "readings.parquet").write_bytes(b"PAR1" + bytes(50))
    with pytest.raises(tp.InputError, match=r"readings\.parquet"):
        run(tmp_path / "readings.parquet", TABLE, [B])


def test_missing_file(tmp_path):
    with pytest.raises(tp.UsageError, match=r"none\.csv"):
        run(tmp_path / "none.csv", TABLE, [B])


def test_blank_rows_and_other_forms_of_numbers(tmp_path):
    text = "表号;时间;示数;备注\nE1;2024/3/4 8:00;0;\n;;;\nE1;2024/3/4 8:30; 1,000.5 ;\nE1;2024/3/4 9:00;１００１;x\n"
    assert amounts(run(write(tmp_path, text), TABLE, [B])) == {"B1": 1001.0}


def test_many_bad_rows_are_counted_and_the_first_are_shown(tmp_path):
    import pyarrow as pa
    import pyarrow.parquet as pq

    count = 100_000
    time = np.arange(count) * 60_000_000
    value = np.where(np.arange(count) % 2, 5.0, 9.0)
    frame = pa.table(
        {
            "meter": pa.array(["E1"]).take(pa.array(np.zeros(count, dtype=int))),
            "time": pa.array(time, pa.timestamp("us")),
            "value": value,
        }
    )
    pq.write_table(frame, tmp_path / "readings.parquet", row_group_size=1000)
    with pytest.raises(tp.InputError) as caught:
        run(tmp_path / "readings.parquet", TABLE, [batch("B1", "1970-01-02", "1970-01-03")])
    assert len(caught.value.problems) == 201
    assert caught.value.problems[0].where.endswith("readings.parquet row 1")
    assert caught.value.problems[-1].what == "There are 49800 more wrong readings."


def test_one_bad_row_among_many_is_found(tmp_path):
    lines = [f"E1,2024-03-{day:02d} {hour:02d}:{minute:02d},{k}" for k, (day, hour, minute) in enumerate(
        itertools.product(range(1, 15), range(24), range(60)))]  # fmt: skip
    lines[13_333] = lines[13_333].replace(",13333", ",13.333.3")
    path = write(tmp_path, "meter,time,value\n" + "\n".join(lines) + "\n")
    with pytest.raises(tp.InputError) as caught:
        run(path, TABLE, [B])
    assert [problem.where for problem in caught.value.problems] == [f"{path}:13335"]


def test_a_hundred_thousand_meters():
    count = 100_000
    table = rows([meter(f"E{k}") for k in range(count)])
    table[0] |= {"machine": "M1"}
    read = [
        {"meter": f"E{k}", "time": at(time), "value": value} for time, value in (("8:00", 1), ("9:00", 2)) for k in range(count)
    ]
    result = factory.meters(read, table, [B])
    assert result["balance"][0]["metered"] == count


# ---------------------------------------------------------------- command line


def test_command(tmp_path, capsys):
    import pandas as pd

    files = {"readings": READ, "meters": TABLE, "batches": [B]}
    for name, table in files.items():
        pd.DataFrame(rows(table)).to_csv(tmp_path / f"{name}.csv", index=False)
    command = [
        "factory",
        "meters",
        str(tmp_path / "readings.csv"),
        "--meters",
        str(tmp_path / "meters.csv"),
        "--batches",
        str(tmp_path / "batches.csv"),
    ]
    assert cli.run(command) == 0
    assert '"intensity": 0.1' in capsys.readouterr().out
    assert cli.run([*command, "-o", str(tmp_path / "activity.csv"), "--region", "CN"]) == 0
    assert (
        (tmp_path / "activity.csv")
        .read_text(encoding="utf-8")
        .splitlines()[2]
        .startswith("P,dyeing,electricity,10.0,kWh,,CN,2024,period")
    )
    capsys.readouterr()
    for extra, code in (
        (["--spread", "idle"], 2), (["--spread", "idle=x"], 2), (["--format", "xml"], 2), (["--max-gap", "5"], 2),
        (["-o", str(tmp_path / "meters.csv")], 2), (["--from", "2024-03-04 8:30"], 4), (["--loss", "dyeing=x"], 4),
    ):  # fmt: skip
        assert cli.run([*command, *extra]) == code, extra
        out, err = capsys.readouterr()
        assert out == "" and err


def test_warnings_of_the_command_in_chinese(tmp_path, capsys):
    import pandas as pd

    batches = [B, batch("B2", "8:00", "9:00", machine="M9")]
    for name, table in {"readings": READ, "meters": TABLE, "batches": batches}.items():
        pd.DataFrame(rows(table)).to_csv(tmp_path / f"{name}.csv", index=False)
    arguments = ["--meters", str(tmp_path / "meters.csv"), "--batches", str(tmp_path / "batches.csv"), "--lang", "zh"]
    assert cli.run(["factory", "meters", str(tmp_path / "readings.csv"), *arguments]) == 0
    assert "1 个批次所在机台没有仪表，未计入：M9。" in capsys.readouterr().err


def test_times_of_another_form_in_a_later_block(tmp_path, monkeypatch):
    from textile_pcf.factory import streams

    monkeypatch.setattr(streams, "BLOCK", 4)  # 128 bytes
    plain = "".join(f"E1,2024-03-04 08:{minute:02d},{minute}\n" for minute in range(30))
    other = "".join(f"E1,2024/3/4 8:{minute:02d},{minute}\n" for minute in range(30, 61)).replace("8:60", "9:00")
    assert amounts(run(write(tmp_path, "meter,time,value\n" + plain + other), TABLE, [B])) == {"B1": 60.0}
    with pytest.raises(tp.InputError, match=r"readings\.csv:33: '4O' is not a finite number"):
        run(write(tmp_path, "meter,time,value\n" + plain + other.replace(",31\n", ",4O\n")), TABLE, [B])
