"""Cases of `factory.meters` worked by hand: the arithmetic stands beside each."""

from __future__ import annotations

import json

import pytest

import textile_pcf as tp
from metered_mill import amounts, at, batch, left, meter, of_meter, readings, rows, run
from textile_pcf import factory
from worked import factor_row, write_rule, write_table

BATCHES = [batch("B1", "8:00", "10:00", 100.0), batch("B2", "10:00", "12:00", 200.0), batch("B3", "12:00", "14:00", 300.0)]
JET = readings(E1=[("8:00", 0), ("10:00", 60), ("12:00", 170), ("14:00", 300)], E0=[("8:00", 0), ("14:00", 330)])
TREE = [meter("E0"), meter("E1", machine="M1", parent="E0")]


def test_three_batches_and_a_main_meter():
    """60, 110, 130 kWh on 100, 200, 300 kg, plant meter 330: 0.600, 0.550, 0.4333 kWh/kg and 30 kWh unmetered."""
    result = run(JET, TREE, BATCHES)
    assert amounts(result) == {"B1": 60.0, "B2": 110.0, "B3": 130.0}
    assert [round(row["intensity"], 4) for row in result["batches"]] == [0.6, 0.55, 0.4333]
    assert left(result) == {"unmetered": 30.0}
    assert result["balance"] == [
        {"carrier": "electricity", "unit": "kWh", "metered": 330.0, "allocated": 300.0, "spread": 0.0, "remainder": 30.0}
    ]
    assert [(row["flow"], row["amount"], row["unit"], row["per"], row["data_type"]) for row in result["activity"]] == [
        ("output", 600.0, "kg", "period", "measured"),
        ("electricity", 300.0, "kWh", "period", "measured"),
    ]


def test_unmetered_spread_by_mass():
    """30 kWh over 600 kg: each + 0.050 kWh/kg."""
    result = run(JET, TREE, BATCHES, spread={"unmetered": "mass"})
    assert [round(row["intensity"], 4) for row in result["batches"]] == [0.65, 0.6, 0.4833]
    assert [row["spread"] for row in result["batches"]] == pytest.approx([5.0, 10.0, 15.0], rel=1e-12)
    assert result["remainder"][0]["amount"] == 0.0
    assert result["remainder"][0]["spread"] == 30.0
    assert result["activity"][1]["data_type"] == "calculated"


def test_quarter_hours_of_an_interval_meter():
    """Quarter-hours of 3 kWh, batch 08:10 to 08:50: 1/3 of 3, two whole ones, 1/3 of 3 = 8, of which 2 interpolated; idle 4."""
    read = readings(E1=[("8:15", 3), ("8:30", 3), ("8:45", 3), ("9:00", 3)])
    result = run(read, [meter("E1", reading="interval", interval="15 min", machine="M1")], [batch("B1", "8:10", "8:50")])
    assert result["batches"][0]["amount"] == pytest.approx(8, rel=1e-12)
    assert result["batches"][0]["interpolated"] == pytest.approx(2, rel=1e-12)
    assert left(result) == pytest.approx({"idle": 4}, rel=1e-12)


def test_stamp_at_the_start():
    read = readings(E1=[("8:00", 3), ("8:15", 3), ("8:30", 3), ("8:45", 3)])
    table = [meter("E1", reading="区间", interval="15 min", stamp="start", machine="M1")]
    assert run(read, table, [batch("B1", "8:10", "8:50")])["batches"][0]["amount"] == pytest.approx(8, rel=1e-12)


def test_register_that_begins_again():
    """99990 to 15 with rollover 100000: 100000 - 99990 + 15 = 25."""
    read = readings(E1=[("8:00", 99990), ("9:00", 15)])
    result = run(read, [meter("E1", rollover=100000, machine="M1")], [batch("B1", "8:00", "9:00")])
    assert amounts(result) == {"B1": 25.0}
    assert of_meter(result, "E1")["rollovers"] == 1


def test_reset_at_the_change_of_two_batches():
    """500, then 520 | 3, then 10: 20 kWh to the first, 7 to the second."""
    read = readings(E1=[("8:00", 500), ("10:00", 10)])
    event = [{"meter": "E1", "time": at("9:00"), "kind": "reset", "old_value": 520, "new_value": 3}]
    result = run(read, [meter("E1", machine="M1")], [batch("B1", "8:00", "9:00"), batch("B2", "9:00", "10:00")], event)
    assert amounts(result) == {"B1": 20.0, "B2": 7.0}
    assert of_meter(result, "E1")["resets"] == 1


def test_steam_by_mass_with_its_enthalpy():
    """10 t at 2783.74 kJ/kg: 10 x (2783.74 - 83.74) / 1000 = 27 GJ of heat."""
    table = [meter("S1", carrier="蒸汽", unit="t", enthalpy=2783.74, machine="M1")]
    result = run(readings(S1=[("8:00", 5), ("9:00", 15)]), table, [batch("B1", "8:00", "9:00")])
    row = result["activity"][1]
    assert (row["flow"], row["amount"], row["unit"]) == ("heat", 27.0, "GJ")


NIGHT = readings(E1=[("0:00", 0), ("6:00", 60)])
TWO = [batch("B1", "1:00", "3:00"), batch("B2", "4:00", "5:00")]


def test_long_interval_is_unplaced():
    """60 kWh between 00:00 and 06:00, batches 1 to 3 and 4 to 5 o'clock: the amount is known, its time is not."""
    result = run(NIGHT, [meter("E1", machine="M1")], TWO, incomplete="keep")
    assert left(result) == {"unplaced": 60.0}
    assert amounts(result) == {"B1": 0.0, "B2": 0.0}
    assert [row["coverage"] for row in result["batches"]] == [0.0, 0.0]


def test_long_interval_shared_where_that_is_allowed():
    """With a gap of 6 h: 20 and 10 kWh, idle 30."""
    result = run(NIGHT, [meter("E1", machine="M1")], TWO, max_gap="6h")
    assert amounts(result) == pytest.approx({"B1": 20.0, "B2": 10.0}, rel=1e-12)
    assert left(result) == pytest.approx({"idle": 30.0}, rel=1e-12)


def test_unplaced_is_spread_only_by_its_key():
    result = run(NIGHT, [meter("E1", machine="M1")], TWO, incomplete="keep", spread={"unplaced": "hours"})
    assert amounts(result) == pytest.approx({"B1": 40.0, "B2": 20.0}, rel=1e-12)


def test_reset_without_old_value_leaves_the_time_before_unknown():
    read = readings(E1=[("8:00", 500), ("10:00", 10)])
    event = [{"meter": "E1", "time": at("9:00"), "kind": "换表"}]
    result = run(read, [meter("E1", machine="M1")], [batch("B2", "9:00", "10:00")], event, start=at("8:00"))
    assert amounts(result) == {"B2": 10.0}
    assert of_meter(result, "E1")["missing_hours"] == 1.0


def test_reset_at_the_time_of_the_reading_that_fell():
    """The row that the message of a fall prints: what the new register counted by then belongs to the interval before."""
    read = readings(E1=[("8:00", 500), ("9:00", 3), ("10:00", 10)])
    event = [{"meter": "E1", "time": at("9:00"), "kind": "reset", "old_value": 520, "new_value": 0}]
    result = run(read, [meter("E1", machine="M1")], [batch("B1", "8:00", "9:00"), batch("B2", "9:00", "10:00")], event)
    assert amounts(result) == {"B1": 23.0, "B2": 7.0}


def test_two_resets_in_one_interval():
    read = readings(E1=[("8:00", 100), ("11:00", 9)])
    events = [
        {"meter": "E1", "time": at("10:00"), "kind": "reset", "old_value": 30, "new_value": 4},
        {"meter": "E1", "time": at("9:00"), "kind": "reset", "old_value": 110, "new_value": 0},
    ]
    result = run(read, [meter("E1", machine="M1")], [batch(f"B{k}", f"{k}:00", f"{k + 1}:00") for k in (8, 9, 10)], events)
    assert amounts(result) == {"B8": 10.0, "B9": 30.0, "B10": 5.0}


def test_void_takes_a_spike_out():
    read = readings(E1=[("8:00", 0), ("8:30", 9999), ("9:00", 10)])
    event = [{"meter": "E1", "time": at("8:30"), "kind": "void"}]
    result = run(read, [meter("E1", machine="M1", max_rate="20 kW")], [batch("B1", "8:00", "9:00")], event)
    assert amounts(result) == {"B1": 10.0}
    assert (of_meter(result, "E1")["voided"], of_meter(result, "E1")["readings"]) == (1, 3)


def test_lost_telegrams_and_repeated_ones():
    read = readings(E1=[("8:00", 0), ("8:10", 1), ("8:10", 1), ("8:50", 5), ("9:00", 6)])
    result = run(read, [meter("E1", machine="M1")], [batch("B1", "8:00", "9:00")])
    assert amounts(result) == {"B1": 6.0}
    assert of_meter(result, "E1")["duplicates"] == 1


def test_multiplier_and_unit():
    read = readings(E1=[("8:00", 0), ("9:00", 2)])
    result = run(read, [meter("E1", unit="MJ", multiplier=36, machine="M1")], [batch("B1", "8:00", "9:00")])
    assert amounts(result) == pytest.approx({"B1": 20.0}, rel=1e-12)  # 2 x 36 MJ = 72 MJ = 20 kWh


def test_rework_uses_and_gives_no_output():
    batches = [batch("B1", "8:00", "9:00", 100.0, input=110.0), batch("B1", "9:00", "10:00", 100.0, rework="是", input=100.0)]
    result = run(readings(E1=[("8:00", 0), ("9:00", 50), ("10:00", 90)]), [meter("E1", machine="M1")], batches)
    assert [row["intensity"] for row in result["batches"]] == [0.5, None]
    assert [row["amount"] for row in result["activity"]] == [100.0, 90.0]
    assert result["yields"] == [{"product": "P", "process": "dyeing", "input": 110.0, "output": 100.0, "loss": 1 - 100 / 110}]


def test_loss_of_the_rule():
    batches = [batch("B1", "8:00", "9:00", 90.0, input=100.0), batch("B2", "9:00", "10:00", 100.0, input=100.0)]
    read = readings(E1=[("8:00", 0), ("10:00", 90)])
    result = run(read, [meter("E1", machine="M1")], batches, max_gap="3h", losses={"dyeing": "dyeing_loss"})
    row = next(row for row in result["activity"] if row["flow"] == "dyeing_loss")
    assert (row["amount"], row["unit"], row["per"], row["year"]) == (pytest.approx(5.0, rel=1e-12), "%", "", "")


def test_overlapping_batches_share_by_mass_or_equally():
    batches = [batch("B1", "8:00", "10:00", input=100.0), batch("B2", "9:00", "10:00", machine="M2", input=300.0)]
    read = readings(E1=[("8:00", 0), ("9:00", 10), ("10:00", 50)])
    table = [meter("E1", machine="M1 M2")]
    assert amounts(run(read, table, batches, overlap="mass")) == pytest.approx({"B1": 20.0, "B2": 30.0}, rel=1e-12)
    assert amounts(run(read, table, batches, overlap="equal")) == pytest.approx({"B1": 30.0, "B2": 20.0}, rel=1e-12)


def test_incomplete_batches_are_dropped_with_all_their_carriers():
    read = readings(E1=[("8:00", 0), ("9:00", 10), ("10:00", 30)], W1=[("8:00", 0), ("9:00", 1)])
    table = [meter("E1", machine="M1"), meter("W1", carrier="水", unit="m3", machine="M1")]
    batches = [batch("B1", "8:00", "9:00"), batch("B2", "9:00", "10:00")]
    result = run(read, table, batches, incomplete="drop")
    assert [(row["batch"], row["carrier"], row["amount"]) for row in result["batches"]] == [
        ("B1", "electricity", 10.0), ("B1", "water", 1.0)
    ]  # fmt: skip
    assert [(row["meter"], row["kind"], row["amount"]) for row in result["remainder"]] == [("E1", "incomplete", 20.0)]
    assert "left out: B2" in result["warnings"][0]


def test_common_and_outside_meters():
    read = readings(E1=[("8:00", 0), ("9:00", 10)], E2=[("8:00", 0), ("9:00", 4)], E3=[("8:00", 0), ("9:00", 3)])
    table = [meter("E1", machine="M1"), meter("E2"), meter("E3", use="外部")]
    assert left(run(read, table, [batch("B1", "8:00", "9:00")])) == {"common": 4.0, "outside": 3.0}
    spread = run(read, table, [batch("B1", "8:00", "9:00")], spread={"common": "amount"})
    assert amounts(spread) == {"B1": 14.0}
    assert left(spread) == {"common": 0.0, "outside": 3.0}


def test_window_cuts_evenly():
    read = readings(E1=[("8:00", 0), ("9:00", 10), ("10:00", 30)])
    result = run(read, [meter("E1", machine="M1")], [batch("B1", "9:00", "9:30")], start=at("8:30"), end=at("9:30"))
    assert of_meter(result, "E1")["total"] == 15.0
    assert amounts(result) == {"B1": 10.0}
    assert left(result) == {"idle": 5.0}
    assert result["window"] == {"from": "2024-03-04T08:30:00", "to": "2024-03-04T09:30:00"}


def test_year_of_the_end_of_a_batch():
    read = readings(E1=[("2023-12-31 22:00", 0), ("2023-12-31 23:00", 4), ("2024-01-01 1:00", 10)])
    batches = [batch("B1", "2023-12-31 22:00", "2023-12-31 23:00"), batch("B2", "2023-12-31 23:00", "2024-01-01 1:00")]
    result = run(read, [meter("E1", machine="M1")], batches, max_gap="2h")
    assert [(row["year"], row["flow"], row["amount"]) for row in result["activity"]] == [
        ("2023", "output", 100.0), ("2023", "electricity", 4.0), ("2024", "output", 100.0), ("2024", "electricity", 6.0)
    ]  # fmt: skip


@pytest.mark.parametrize("options", [{}, {"time_zone": "Asia/Shanghai"}])
@pytest.mark.parametrize(
    ("end", "year"), [("2023-12-31 24:00", "2023"), ("2024-01-01 0:00", "2023"), ("2024-01-01 0:01", "2024")]
)
def test_a_batch_that_ends_at_midnight_is_of_the_old_year(end, year, options):
    """4 kWh from 22 to 24 o'clock are of 2023, as the reading of midnight is of the interval before it."""
    read = readings(E1=[("2023-12-31 22:00", 0), ("2024-01-01 0:00", 4), ("2024-01-01 0:01", 4)])
    result = run(read, [meter("E1", machine="M1")], [batch("B1", "2023-12-31 22:00", end)], max_gap="2h", **options)
    assert [(row["year"], row["amount"]) for row in result["activity"]] == [(year, 100.0), (year, 4.0)]


def test_offsets_and_zone_tell_the_same():
    zone = {"time_zone": "Asia/Shanghai"}
    plain = readings(E1=[("8:00", 0), ("9:00", 10)])
    offset = [{**row, "time": f"{row['time']}+08:00"} for row in plain]
    utc = [
        {"meter": "E1", "time": "2024-03-04T00:00:00Z", "value": 0},
        {"meter": "E1", "time": "2024-03-04T01:00:00Z", "value": 10},
    ]
    plain_batch = batch("B1", "8:00", "9:00")
    offset_batch = {**plain_batch, "start": "2024-03-04 08:00+08:00", "end": "2024-03-04 09:00+08:00"}
    results = [
        run(offset, [meter("E1", machine="M1")], [offset_batch]), run(utc, [meter("E1", machine="M1")], [offset_batch]),
        run(plain, [meter("E1", machine="M1")], [plain_batch], **zone),
        run(utc, [meter("E1", machine="M1")], [plain_batch], **zone),
    ]  # fmt: skip
    for result in results:
        assert result["window"] == {"from": "2024-03-04T08:00:00+08:00", "to": "2024-03-04T09:00:00+08:00"}
        assert amounts(result) == {"B1": 10.0}


def test_gb18030_readings_with_chinese_heads_to_a_footprint(tmp_path):
    """From the first reading to kg CO2e: 30 kWh on 100 kg under a rule of one stage."""
    (tmp_path / "readings.csv").write_bytes(
        "仪表,时间,读数\n电表一,2024/3/4 8:00,0\n电表一,2024/3/4 9:00,30\n".encode("gb18030")
    )
    (tmp_path / "meters.csv").write_bytes("表号,介质,单位,读数类型,机台\n电表一,外购电,kWh,累计,一号缸\n".encode("gb18030"))
    text = "缸号,产品,生产工序,机台,开始,结束,产出,单位\nA1,P,dyeing,一号缸,2024/3/4 8:00,2024/3/4 9:00,100,kg\n"
    (tmp_path / "batches.csv").write_bytes(text.encode("gb18030"))
    result = factory.meters(*(tmp_path / f"{name}.csv" for name in ("readings", "meters", "batches")))
    rule = {"rule": "dyehouse", "edition": "1", "product": {"unit": "kg"},
            "stages": [{"id": "dyeing", "flows": {"electricity": {"unit": "kWh", "factor": "electricity"}}}]}  # fmt: skip
    path = write_rule(rule, tmp_path)
    write_table([factor_row({"item": "electricity", "value": 0.5, "unit": "kgCO2e/kWh"})], tmp_path / "factors.csv")
    footprint = tp.footprint(result.frame(), path, tmp_path / "factors.csv")
    assert footprint.total().item() == pytest.approx(30 / 100 * 0.5, rel=1e-12)
    assert result["activity"][1]["amount"] == 30.0
    assert json.loads(result.to_json())["batches"][0]["intensity"] == 0.3
    assert result.to_csv().splitlines()[0].startswith("product,stage,flow,amount,unit")


def test_every_kind_of_source_gives_the_same(tmp_path):
    import pandas as pd
    import pyarrow as pa
    import pyarrow.parquet as pq

    read = readings(E1=[("8:00", 0), ("8:31", 7), ("9:00", 10)], E0=[("8:00", 0), ("9:00", 11)])
    frame = pd.DataFrame(read)
    frame.to_csv(tmp_path / "readings.csv", index=False)
    stamped = frame.assign(time=pd.to_datetime(frame["time"]))
    stamped.to_parquet(tmp_path / "readings.parquet")
    frame.to_parquet(tmp_path / "texts.parquet")
    with pd.ExcelWriter(tmp_path / "mill.xlsx") as book:
        stamped.to_excel(book, sheet_name="readings", index=False)
        pd.DataFrame(rows(TREE)).to_excel(book, sheet_name="meters", index=False)
    pq.write_table(
        pa.Table.from_pandas(stamped).set_column(0, "meter", pa.array(frame["meter"]).dictionary_encode()),
        tmp_path / "codes.parquet",
    )
    sources = [read, frame, stamped, pa.Table.from_pandas(stamped), *(tmp_path / name for name in (
        "readings.csv", "readings.parquet", "texts.parquet", "codes.parquet", "mill.xlsx"))]  # fmt: skip
    expected = run(read, TREE, [batch("B1", "8:10", "8:50")]).to_dict()
    for source in sources:
        assert run(source, TREE, [batch("B1", "8:10", "8:50")]).to_dict() == expected


def test_sorted_in_memory():
    shuffled = [JET[k] for k in (2, 5, 0, 3, 1, 4)]
    with pytest.raises(tp.InputError, match="go back in time"):
        run(shuffled, TREE, BATCHES)
    assert run(shuffled, TREE, BATCHES, sort=True).to_dict() == run(JET, TREE, BATCHES).to_dict()


def test_machines_without_meter_and_partly_metered_flows_are_reported():
    read = readings(E1=[("8:00", 0), ("9:00", 10)], W2=[("8:00", 0), ("9:00", 1)], E2=[("8:00", 0), ("9:00", 1)])
    table = [meter("E1", machine="M1"), meter("E2", machine="M2"), meter("W2", carrier="water", unit="m3", machine="M2")]
    batches = [
        batch("B1", "8:00", "9:00"),
        batch("B2", "8:00", "9:00", machine="M2"),
        batch("B3", "8:00", "9:00", machine="M9"),
    ]
    said = run(read, table, batches)["warnings"]
    assert any("machines without a meter" in text and "M9" in text for text in said)
    assert any("water is metered for 1 of 2 batches" in text for text in said)
