"""Amounts far above what the rule calls plausible: refused until their row confirms them; a warning where they are less far."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import textile_pcf as tp
from textile_pcf import cli

RULE = """rule: mill
edition: "1"
product:
  unit: kg
  properties: {grammage: {unit: g/m2, optional: true, plausible: [20, 1000]}}
sources: {m: {title: Made up}}
stages:
  - id: spinning
    scope: component
    losses: [{id: waste, unit: "%", basis: output, value: 5, source: m, locator: a, plausible: [1, 10]}]
    flows:
      fibre: {unit: kg, per: input, value: 1, factor: fibre}
      electricity: {unit: kWh, factor: electricity, value: 900, source: m, locator: b, plausible: [1, 20, kWh/kg]}
  - id: dyeing
    losses: [{id: dye_loss, unit: "%", basis: input, value: 50, source: m, locator: c}]
    flows:
      electricity: {unit: kWh, per: input, factor: electricity, optional: true, plausible: [0.1, 2, kWh/kg]}
      credit: {unit: kWh, factor: electricity, sign: any, optional: true, plausible: [-5, -1]}
"""
FACTORS = """item,value,unit,kind,region,year,source,locator
electricity,0.5,kgCO2e/kWh,life_cycle,GLO,2023,m,1
fibre,2,kgCO2e/kg,life_cycle,GLO,2023,m,2
"""
WORDS = "more than 20 times above the plausible"


@pytest.fixture
def mill(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[str, str]:
    """A rule with bands, and factors."""
    monkeypatch.chdir(tmp_path)
    Path("mill.yaml").write_text(RULE, encoding="utf-8")
    Path("own.csv").write_text(FACTORS, encoding="utf-8")
    return "mill.yaml", "own.csv"


def main(arguments: list[str]) -> object:
    """Exit code of a command."""
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments)
    return ended.value.code or 0


def row(place: str, amount: float, unit: str, **more: Any) -> dict[str, Any]:
    """A row of activity data: `stage.flow`."""
    stage, _, flow = place.partition(".")
    return {"stage": stage, "flow": flow, "amount": amount, "unit": unit, **more}


def calculated(mill: tuple[str, str], *rows: dict[str, Any]) -> tp.Footprint:
    """The result of rows."""
    return tp.footprint({"product": "P", "rows": list(rows)}, *mill)


def refused(mill: tuple[str, str], *rows: dict[str, Any]) -> list[str]:
    """What is said of rows that are refused."""
    with pytest.raises(tp.InputError) as error:
        calculated(mill, *rows)
    assert all(problem.where and problem.cure for problem in error.value.problems)
    return [f"{problem.where} {problem.what} {problem.cure}" for problem in error.value.problems]


FAR = {
    "an amount": [row("spinning.electricity", 401, "kWh/kg")],
    "MWh for kWh": [row("spinning.electricity", 3, "MWh/kg")],
    "a total of a period without `period`": [row("spinning.electricity", 310000, "kWh")],
    "a total of a period over an output that is too small": [
        row("spinning.electricity", 900, "MWh", per="period"),
        row("spinning.output", 1, "t", per="period"),
    ],
    "a total of a period of a flow per input": [
        row("dyeing.electricity", 90, "MWh", per="period"),
        row("dyeing.output", 1, "t", per="period"),
    ],
    "an amount per product": [row("dyeing.electricity", 85, "kWh", per="product")],
    "a loss": [row("spinning.waste", 201, "%")],
    "a property": [row("product.grammage", 125, "kg/m2")],
    "two rows that are too much together": [
        row("spinning.electricity", 250, "kWh", region="CN"),
        row("spinning.electricity", 240, "kWh", region="VN"),
    ],
}


@pytest.mark.parametrize("kind", FAR)
def test_far_above_the_band_is_refused(mill, kind):
    told = refused(mill, *FAR[kind])
    assert len(told) == 1 and WORDS in told[0] and "`confirmed`" in told[0]


@pytest.mark.parametrize("kind", FAR)
@pytest.mark.parametrize("said", ["yes", "是", "Yes", True])
def test_a_confirmed_amount_is_calculated_with_a_warning(mill, kind, said):
    result = calculated(mill, *({**one, "confirmed": said} for one in FAR[kind]))
    assert any("is outside the plausible" in text for text in result.warnings("P"))


def test_it_is_told_at_the_amount_with_both_numbers(mill):
    told = refused(mill, row("spinning.electricity", 401, "kWh/kg"))
    assert "(spinning.electricity)" in told[0]
    assert f"401 kWh/kg is {WORDS} 1 to 20 kWh/kg. Check the amount, its unit and `per`." in told[0]
    assert "If it is right, write `yes` in the column `confirmed` of this row." in told[0]


def test_every_one_is_told_at_once(mill):
    rows = [one for kind in ("an amount", "a loss", "a property", "an amount per product") for one in FAR[kind]]
    assert len(refused(mill, *rows)) == 4


@pytest.mark.parametrize(
    "rows",
    [
        [row("spinning.electricity", 400, "kWh/kg")],
        [row("spinning.waste", 200, "%")],
        [row("spinning.electricity", 0.001, "kWh/kg")],
        [row("product.grammage", 0.1, "g/m2")],
        [row("dyeing.electricity", 80, "kWh", per="product")],
    ],
)
def test_up_to_twenty_times_and_below_the_band_is_a_warning(mill, rows):
    assert any("is outside the plausible" in text for text in calculated(mill, *rows).warnings("P"))


def test_values_of_the_rule_are_not_judged(mill):
    assert "spinning.electricity: 900 kWh/kg is outside the plausible 1 to 20 kWh/kg." in calculated(
        mill, {"stage": "product", "region": "CN"}
    ).warnings("P")
    assert calculated(mill, {"stage": "spinning", "flow": "electricity", "region": "CN"}).products == ("P",)


def test_a_band_below_nothing_only_warns(mill):
    result = calculated(mill, row("dyeing.credit", 300, "kWh"))
    assert any("dyeing.credit: 300 kWh/kg is outside" in text for text in result.warnings("P"))


def test_no_is_no_confirmation(mill):
    assert WORDS in refused(mill, row("spinning.electricity", 401, "kWh/kg", confirmed="no"))[0]
    assert WORDS in refused(mill, row("spinning.electricity", 401, "kWh/kg", confirmed=False))[0]


def test_another_word_is_no_confirmation(mill):
    told = refused(mill, row("spinning.electricity", 401, "kWh/kg", confirmed="ja"))
    assert any("'ja' is not allowed in column confirmed." in text for text in told)
    assert (
        "'maybe' is not allowed in column confirmed."
        in refused(mill, row("spinning.electricity", 4, "kWh/kg", confirmed="maybe"))[0]
    )


def test_a_row_confirms_only_itself(mill):
    big, other = (
        row("spinning.electricity", 9000, "kWh", region="CN", confirmed="yes"),
        row("spinning.electricity", 8000, "kWh", region="VN"),
    )
    told = refused(mill, big, other)
    assert len(told) == 1 and "8000 kWh/kg" in told[0]


def test_a_fibre_is_judged_by_its_own_rows(mill):
    shares = [{**row("product.share", 50, "%"), "component": name} for name in ("a", "b")]
    every = refused(mill, *shares, row("spinning.electricity", 4000, "kWh/kg"))
    assert len(every) == 1  # one row speaks of both
    own = [
        {**row("spinning.electricity", 4, "kWh/kg"), "component": "a"},
        {**row("spinning.electricity", 4000, "kWh/kg"), "component": "b"},
    ]
    assert len(refused(mill, *shares, *own)) == 1


def test_tables_of_the_same_rows_are_judged_by_their_amounts(mill):
    rows = [row("spinning.electricity", 4, "kWh/kg"), row("spinning.waste", 5, "%"), row("dyeing.electricity", 1, "kWh/kg")]
    for _ in range(3):
        calculated(mill, *rows)
    assert WORDS in refused(mill, {**rows[0], "amount": 4000}, *rows[1:])[0]
    assert calculated(mill, {**rows[0], "amount": 4000, "confirmed": "yes"}, *rows[1:]).products == ("P",)


def table(*rows: dict[str, Any]) -> str:
    """Rows as CSV."""
    text = io.StringIO()
    names = ["product", "stage", "flow", "amount", "unit", "confirmed"]
    writer = csv.DictWriter(text, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows({"product": "P", **one} for one in rows)
    return text.getvalue()


def test_every_form_of_table_may_confirm(mill):
    pandas = pytest.importorskip("pandas")
    far = [row("spinning.electricity", 401, "kWh/kg", confirmed="yes"), row("spinning.waste", 5, "%", confirmed="")]
    Path("a.csv").write_text(table(*far), encoding="utf-8")
    Path("a.json").write_text(json.dumps({"product": "P", "rows": far}), encoding="utf-8")
    Path("a.yaml").write_text(
        "product: P\nrows:\n  - {stage: spinning, flow: electricity, amount: 401, unit: kWh/kg, confirmed: yes}\n"
        '  - {stage: spinning, flow: waste, amount: 5, unit: "%"}\n',
        encoding="utf-8",
    )
    frame = pandas.DataFrame([{"product": "P", **one} for one in far])
    frame.to_excel("a.xlsx", sheet_name="activity", index=False)
    frame.to_parquet("a.parquet")
    frame.assign(confirmed=[True, False]).to_parquet("b.parquet")
    totals = {tp.footprint(name, *mill).totals[0] for name in ("a.csv", "a.json", "a.yaml", "a.xlsx", "a.parquet", "b.parquet")}
    totals |= {tp.footprint(frame, *mill).totals[0], tp.footprint(frame.assign(confirmed=[True, False]), *mill).totals[0]}
    assert len(totals) == 1
    Path("zh.csv").write_text(table(*far).replace("confirmed", "已确认").replace("yes", "是"), encoding="utf-8")
    assert tp.footprint("zh.csv", *mill).totals[0] in totals


def test_the_command_line(mill, capsys):
    Path("far.csv").write_text(table(FAR["an amount"][0]), encoding="utf-8")
    for arguments in (
        ["check", "far.csv", "--rule", "mill.yaml"],
        ["calculate", "far.csv", "--rule", "mill.yaml", "--factors", "own.csv"],
    ):
        assert main(arguments) == 4
        told = capsys.readouterr()
        assert not told.out and WORDS in told.err and "far.csv:2" in told.err
    assert main(["check", "far.csv", "--rule", "mill.yaml", "--lang", "zh"]) == 4
    assert "20 倍以上" in (told := capsys.readouterr().err) and "已确认" in told and "Check" not in told


def test_check_tells_warnings(mill, capsys):
    Path("odd.csv").write_text(table(row("spinning.electricity", 30, "kWh/kg")), encoding="utf-8")
    for more in ([], ["--factors", "own.csv"]):
        assert main(["check", "odd.csv", "--rule", "mill.yaml", *more]) == 0
        assert "warning: spinning.electricity: 30 kWh/kg is outside the plausible 1 to 20 kWh/kg." in capsys.readouterr().err


def test_annotate_writes_warnings_beside_problems(mill, capsys):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "activity"
    for line in csv.reader(io.StringIO(table(row("spinning.electricity", 30, "kWh/kg"), row("spinning.waste", 500, "%")))):
        sheet.append([float(cell) if cell.isdigit() else cell for cell in line])
    book.save("odd.xlsx")
    assert main(["check", "odd.xlsx", "--rule", "mill.yaml", "--annotate", "copy.xlsx"]) == 4
    page = openpyxl.load_workbook("copy.xlsx")["activity"]
    assert "30 kWh/kg is outside the plausible" in page["D2"].comment.text and "This is a warning" in page["D2"].comment.text
    assert WORDS in page["D3"].comment.text
    sheet["D3"] = 5
    book.save("odd.xlsx")
    assert main(["check", "odd.xlsx", "--rule", "mill.yaml", "--annotate", "copy.xlsx", "--lang", "zh"]) == 0
    assert "此为提示" in openpyxl.load_workbook("copy.xlsx")["activity"]["D2"].comment.text
    assert "不在合理范围" in capsys.readouterr().err
    sheet.cell(1, sheet.max_column + 1).value = "customer"
    book.save("odd.xlsx")
    assert main(["check", "odd.xlsx", "--rule", "mill.yaml", "--annotate", "kept.xlsx", "--keep", "customer"]) == 0
    assert "This is a warning" in openpyxl.load_workbook("kept.xlsx")["activity"]["D2"].comment.text


def test_a_catalogue_rejects_the_product_and_sums_warnings_up(mill):
    pandas = pytest.importorskip("pandas")
    amounts = {"A": 4, "B": 30, "C": 4000, "D": 50}
    rows = [{"product": name, **row("spinning.electricity", amount, "kWh/kg")} for name, amount in amounts.items()]
    done = tp.calculate_batch(pandas.DataFrame(rows), *mill, out="out")
    assert done.products == 3 and [problem["product"] for problem in done.problems()] == ["C"]
    assert done.problems()[0]["code"] == "implausible" and "`confirmed`" in done.problems()[0]["cure"]
    expected = "spinning.electricity: Products outside the plausible 1 to 20 kWh/kg: 2. The first of them is B with 30 kWh/kg."
    assert expected in done.warnings()
    again = tp.calculate_batch(
        pandas.DataFrame([{**one, "confirmed": "yes"} for one in rows]), *mill, out="again", partition_rows=1
    )
    assert again.rejected == 0 and any("20 kWh/kg: 3. The first of them is B" in text for text in again.warnings())
    assert main(["batch", "a.csv", "--rule", "mill.yaml", "-o", "x"]) == 2


def test_a_wide_table_is_judged_column_by_column(tmp_path, monkeypatch):
    from textile_pcf.batch.wide import calculate_wide

    monkeypatch.chdir(tmp_path)
    Path("mill.yaml").write_text(RULE.replace("scope: component", "scope: product"), encoding="utf-8")
    Path("own.csv").write_text(FACTORS, encoding="utf-8")
    columns: list[dict[str, Any]] = [
        {"stage": "spinning", "flow": "waste", "unit": "%"},
        {"stage": "spinning", "flow": "fibre", "unit": "kg"},
        {"stage": "spinning", "flow": "electricity", "unit": "kWh"},
        {"stage": "dyeing", "flow": "dye_loss", "unit": "%"},
    ]
    amounts = np.array([[5, 1, 10, 2], [5, 1, 4000, 2]], dtype=float)
    factors = tp.load_factors("own.csv")
    with pytest.raises(tp.InputError, match=r"row 1, column 2 .*confirmed: yes"):
        calculate_wide(amounts, columns, "mill.yaml", factors)
    columns[2]["confirmed"] = "yes"
    assert len(calculate_wide(amounts, columns, "mill.yaml", factors).totals) == 2


def test_a_workbook_of_the_template_may_confirm(tmp_path, mill):
    openpyxl = pytest.importorskip("openpyxl")
    tp.make_template("mill.yaml", "mill.xlsx")
    book = openpyxl.load_workbook("mill.xlsx")

    def fill(ident: str, **told: Any) -> None:
        for sheet in book.worksheets:
            heads = {
                cell.value: cell.column for line in sheet.iter_rows(max_row=10) for cell in line if isinstance(cell.value, str)
            }
            for line in sheet.iter_rows():
                if line[0].value == ident and {"id", "amount", "note", "confirmed"} <= set(heads):
                    for name, value in told.items():
                        sheet.cell(line[0].row, heads[name], value)
                    return
        raise AssertionError(ident)

    fill("#product", amount="P")
    fill("spinning.electricity", amount=401, unit="kWh/kg")
    book.save("far.xlsx")
    with pytest.raises(tp.InputError, match=WORDS):
        tp.footprint("far.xlsx", *mill)
    fill("spinning.electricity", confirmed="yes｜是")
    book.save("meant.xlsx")
    assert tp.footprint("meant.xlsx", *mill).products == ("P",)
    for sheet in book.worksheets:  # a workbook of an earlier edition has no such column
        for line in sheet.iter_rows(max_row=10):
            for cell in line:
                if cell.value == "confirmed":
                    cell.value = None
    fill_amount = next(cell for sheet in book.worksheets for line in sheet.iter_rows() for cell in line if cell.value == 401)
    fill_amount.value = 4
    book.save("older.xlsx")
    assert tp.footprint("older.xlsx", *mill).products == ("P",)
