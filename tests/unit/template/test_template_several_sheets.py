"""The workbook for several products itself: its problems, marks, heads and lists."""

import csv
import json
from pathlib import Path

import openpyxl
import pyarrow.parquet as pq
import pytest
from template_columns import NO, YES, filled_form
from template_forms import COTTON, Form, comments, rows_of

import textile_pcf as tp
from spreadsheet import WITNESSES
from textile_pcf.cli import run as command_line
from textile_pcf.io.template_workbook import DASH
from textile_pcf.template import make_template, template_rows
from textile_pcf.template.lists import BAR


@pytest.fixture(scope="module")
def blank(rule: Path) -> Path:
    return make_template(rule, rule.with_name("blank.xlsx"), products=3)


@pytest.fixture
def form(blank: Path, tmp_path: Path, rule: Path) -> Form:
    return filled_form(blank, tmp_path, rule)


# -- problems -----------------------------------------------------------------------------------------------------------


def test_problems_of_a_product_name_its_cells(form: Form) -> None:
    wanted = {
        form.set("weaving.loom", **{"amount 2": "air_jett"}): "Did you mean 'air_jet'",
        form.set("dyeing.dyeing_loss", **{"amount 2": "many"}): "not a number",
        form.set("weaving.yarn_count", **{"amount 2": -4}): "negative",
        form.set("dyeing.electricity", **{"amount 3": "#REF!"}): "#REF!",
    }
    unread = {where for where, text in wanted.items() if text == "#REF!"}
    assert set(form.problems()) == unread  # what cannot be read comes first
    form.set("dyeing.electricity", **{"amount 3": None})
    wanted = {where: text for where, text in wanted.items() if text != "#REF!"}
    told = form.problems()
    assert {where: text in told[where] for where, text in wanted.items()} == dict.fromkeys(wanted, True)
    assert set(told) == set(wanted)


def test_a_missing_amount_names_line_and_product(form: Form) -> None:
    form.set("weaving.electricity", **{"amount": None, "amount 1": 3})
    with pytest.raises(tp.InputError) as caught:
        tp.read_activity(form.save(), form.rule)
    (problem,) = caught.value.problems
    sheet, row = form.lines["weaving.electricity"][0]
    assert problem.where.startswith(f"{form.path} {sheet.title}!")
    assert problem.where.partition("!")[2].lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ").partition(" ")[0] == str(row)
    assert "product B" in problem.where and problem.product == "B"


def test_what_holds_for_all_needs_an_answer_of_each(form: Form) -> None:
    form.set("weaving", **{"amount": None, "amount 1": YES})
    form.set("weaving.loom", **{"amount 2": None})
    told = form.problems()
    assert told == {form.where("weaving", "amount 2"): told[form.where("weaving", "amount 2")]}
    assert "'B'" in told[form.where("weaving", "amount 2")]
    form.set("weaving", **{"amount 1": None, "amount 3": None})
    form.set("weaving.yarn_count", amount=40)
    assert set(form.result().contributions.query("stage == 'weaving'")["product"]) == {"A", "B", "1003"}  # nobody says
    form.set("weaving", **{"amount 2": NO, "amount": YES})
    assert "weaving" not in set(form.result().contributions.query("product == 'B'")["stage"])


def test_own_amounts_in_a_stage_that_does_not_take_place(form: Form) -> None:
    where = form.set("weaving.lubricant", **{"amount 3": 4})
    assert "does not take place" in form.problems()[where]


def test_columns_are_named_once_and_not_left_nameless(form: Form) -> None:
    twice = form.set("#product", **{"amount 2": "A"})
    assert "another column" in form.problems()[twice]
    form.set("#product", **{"amount 2": None})
    assert "has no id" in form.problems()[twice]
    form.set("#product", **{"amount 1": None, "amount 3": None})
    form.set("weaving.loom", **{"amount 2": None})
    assert any("no id" in text for text in form.problems().values())


def test_wrong_answers_and_dates_are_told_once(form: Form) -> None:
    where = form.set("sizing", amount="perhaps")
    with pytest.raises(tp.InputError) as caught:
        tp.read_activity(form.save(), form.rule)
    assert [problem.where for problem in caught.value.problems].count(f"{form.path} {where}") == 1


def test_problems_of_the_second_product_become_comments(form: Form, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    loom = form.set("weaving.loom", **{"amount 2": "air_jett"})
    alike = form.set("weaving.electricity", unit="kg")
    out, rule = tmp_path / "checked.xlsx", str(form.rule)
    assert command_line(["check", str(form.save()), "--rule", rule, "--annotate", str(out)]) == 4
    found = comments(out)
    assert set(found) == {loom, alike}
    assert "air_jet" in found[loom]
    assert "\n\n" not in found[alike]  # said once, though two products take it
    sheet = openpyxl.load_workbook(out)["problems"]
    assert len({row[0].value for row in sheet.iter_rows(min_row=3)}) == sheet.max_row - 2
    corrected = Form(out, form.rule)
    corrected.set("weaving.loom", **{"amount 2": "water_jet"})
    corrected.set("weaving.electricity", unit="kWh/kg")
    corrected.save()
    assert command_line(["check", str(out), "--rule", rule]) == 0
    assert command_line(["calculate", str(out), "--rule", rule, "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [product["product"] for product in told["products"]] == ["A", "B", "1003"]


def test_a_batch_reads_the_workbook(form: Form, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wanted = form.result()
    arguments = ["batch", str(form.path), "--rule", str(form.rule), "-o"]
    assert command_line([*arguments, str(tmp_path / "good")]) == 0
    rows = pq.read_table(tmp_path / "good" / "results").to_pylist()
    totals = {row["product"]: row["total"] for row in rows} if "total" in rows[0] else {}
    assert not totals or totals == pytest.approx(dict(zip(wanted.products, wanted.totals, strict=True)))
    assert {row["product"] for row in rows} == set(wanted.products)
    where = form.set("dyeing.dyeing_loss", **{"amount 2": "many"})
    form.save()
    assert command_line([*arguments, str(tmp_path / "bad")]) == 1
    (rejected,) = rows_of(tmp_path / "bad" / "rejected.csv")
    assert rejected["product"] == "B" and where in rejected["where"]
    capsys.readouterr()


# -- the workbook itself ------------------------------------------------------------------------------------------------


def test_one_product_has_the_layout_it_had(rule: Path, tmp_path: Path) -> None:
    cells = []
    for number, products in enumerate((None, 1, ["府绸-7"])):
        book = openpyxl.load_workbook(make_template(rule, tmp_path / f"{number}.xlsx", products=products))
        cells.append(
            {(sheet.title, cell.coordinate): cell.value for sheet in book for row in sheet.iter_rows() for cell in row}
        )
    assert cells[0] == cells[1]
    changed = {cells[2][place] for place in cells[0] if cells[0][place] != cells[2][place]}
    assert changed == {"府绸-7"}
    assert not any(str(value).startswith("amount ") for value in cells[0].values())


def test_required_cells_are_marked_and_lists_hang_on_the_columns_of_products(blank: Path, rule: Path) -> None:
    form = Form(blank, rule)
    for column in ("amount", "amount 1", "amount 3"):
        assert form.cell("dyeing.dyeing_loss", column).fill.fgColor.rgb.endswith("FFE699")
    assert form.cell("#product", "amount").value == DASH
    assert form.cell("weaving.loom", "item").value == DASH
    assert form.cell("dyeing.electricity", "default").font.color.rgb.endswith("808080")
    assert form.cell("dyeing.electricity", "citation").value
    sheet = form.lines["weaving.loom"][0][0]
    words = {
        cell: [row[0].value for row in form.book["textile_pcf"][rule_of.formula1.replace("$", "").partition("!")[2]]]
        for rule_of in sheet.data_validations.dataValidation
        for cell in (form.cell("weaving.loom", "amount").coordinate, form.cell("weaving.loom", "amount 2").coordinate)
        if cell in rule_of.sqref
    }
    assert len(words) == 2
    assert all([word.partition(BAR)[0] for word in told] == ["water_jet", "air_jet"] for told in words.values())


def test_only_heads_of_products_are_formulas(tmp_path: Path) -> None:
    text = """
rule: evil
edition: "1"
title: "=1+1"
product: {unit: kg}
stages:
  - {id: making, title: "@SUM(A1)", note: "+1", flows: {power: {unit: kWh, title: "-1", note: "=2*3"}}}
"""
    (tmp_path / "evil.yaml").write_text(text, encoding="utf-8")
    path = make_template(tmp_path / "evil.yaml", tmp_path / "mill.xlsx", products=["=1+1", "@SUM(A1)", "+3"])
    book = openpyxl.load_workbook(path)
    formulas = {cell.value for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"}
    assert len(formulas) == 3 and all(text.startswith("=IF('产品 Product'!$") for text in formulas), formulas
    form = Form(path, tmp_path / "evil.yaml")
    form.set("making.power", amount=2, region="CN", item="electricity")
    assert form.result().products == ("=1+1", "@SUM(A1)", "+3")


@pytest.mark.parametrize("witness", [name for name in WITNESSES if name == "libreoffice"])
def test_heads_follow_the_ids(witness: str, form: Form, tmp_path: Path) -> None:
    from spreadsheet import computed

    book = computed(form.save())
    heads = [[cell.value for cell in book[title][3] if cell.value] for title in ("织造 Weaving", "dyeing")]
    assert all({"A", "B", "1003"} <= {str(value) for value in row} for row in heads), heads
    form.set("#product", **{"amount 2": None})
    assert "产品 2\nProduct 2" in [cell.value for cell in computed(form.save())["dyeing"][3]]


def test_command_line_and_plain_table(rule: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command_line(["template", str(rule), "-o", str(tmp_path / "t.xlsx"), "--products", "4", "--lang", "zh"]) == 0
    assert "amount 4" in Form(tmp_path / "t.xlsx", rule).columns["产品"]
    assert command_line(["template", str(rule), "-o", str(tmp_path / "u.xlsx"), "--products", "P-1, P-2"]) == 0
    assert Form(tmp_path / "u.xlsx", rule).cell("#product", "amount 2").value == "P-2"
    capsys.readouterr()
    assert command_line(["template", str(rule), "--products", "2"]) == 0
    rows = list(csv.DictReader(capsys.readouterr().out.splitlines()))
    assert [row["product"] for row in rows] == sorted(row["product"] for row in rows)
    assert {row["product"] for row in rows} == {"PRODUCT-1", "PRODUCT-2"}
    assert len(template_rows(tp.load_rules(COTTON), products=("a", "b"))) == 2 * len(template_rows(tp.load_rules(COTTON)))
    for wrong, words in ((0, "so many"), (101, "so many"), (["a", "a"], "named twice"), (["a", " "], "no id")):
        with pytest.raises(tp.UsageError, match=words):
            make_template(rule, tmp_path / "x.xlsx", products=wrong)  # type: ignore[arg-type]
    assert command_line(["template", str(rule), "-o", str(tmp_path / "v.xlsx"), "--products", "0"]) == 2
    capsys.readouterr()
