"""A workbook for several products: a column for each beside one for all; read back, checked, and given its problems."""

import csv
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pyarrow.parquet as pq
import pytest
from test_template import COTTON, SMALL, Form, comments, rows_of

import textile_pcf as tp
from spreadsheet import WITNESSES
from textile_pcf.cli import run as command_line
from textile_pcf.io.template_workbook import DASH
from textile_pcf.template import make_template, template_rows
from textile_pcf.template.lists import BAR

Rows = list[dict[str, str]]
YES, NO = f"yes{BAR}是", f"no{BAR}否"
ABOUT = ("unit", "item", "per", "component", "region", "year", "data_type", "source", "note")  # alike for all of a line


@pytest.fixture(scope="module")
def rule(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("rule") / "small.yaml"
    path.write_text(SMALL, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def blank(rule: Path) -> Path:
    return make_template(rule, rule.with_name("blank.xlsx"), products=3)


@pytest.fixture
def form(blank: Path, tmp_path: Path, rule: Path) -> Form:
    """A workbook of three products of the small rule: most is alike, some is not."""
    form = Form(blank, rule)
    form.set("#product", **{"amount 1": "A", "amount 2": "B", "amount 3": 1003})
    form.set("weaving", **{"amount": YES, "amount 3": NO})
    form.set("weaving.loom", **{"amount": "air_jet", "amount 2": "water_jet"})
    form.set("weaving.electricity", amount=3, unit="kWh/kg", data_type="measured", source="meter", region="CN")
    form.set("weaving.lubricant", **{"unit": "g/kg", "item": f"caustic_soda_50{BAR}烧碱", "region": "FR", "amount 1": 2})
    form.set("dyeing.dyeing_loss", **{"amount": 8, "amount 2": 10})
    form.set("dyeing.heat", **{"amount 3": "默认"})
    form.path = tmp_path / "mill.xlsx"
    form.save()
    return form


def written(rows: Iterable[dict[str, Any]], path: Path) -> Path:
    rows = list(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(dict.fromkeys(key for row in rows for key in row)))
        writer.writeheader()
        writer.writerows(rows)
    return path


def filled(form: Form, tables: dict[str, Rows], alike: bool) -> Form:
    """Rows of several products written into their columns, each into the first line that is free or says the same besides;
    with `alike`, what all products say stands once in the column for all.
    """
    numbers = dict(zip(tables, range(1, len(tables) + 1), strict=True))
    taken: dict[tuple[str, int], tuple[str, ...]] = {}
    seen: dict[tuple[Any, ...], list[str]] = {}
    for product, rows in tables.items():
        form.set("#product", **{f"amount {numbers[product]}": product})
        for row in rows:
            about = tuple(row.get(key, "") for key in ABOUT)
            seen.setdefault((row["stage"], row["flow"], row["amount"], *about), []).append(product)
    for (stage, flow, amount, *about), products in seen.items():
        ident = f"{stage}.{flow}" if flow else stage
        word = flow != "" and form.cell(ident, "item").value == DASH
        if word:
            about = ["", "", *about[2:]]
        number = 0
        while taken.get((ident, number), tuple(about)) != tuple(about):
            number += 1
            if number == len(form.lines[ident]):
                copied(form, ident, word)
        taken[ident, number] = tuple(about)
        item = next(row["item"] for row in tables[products[0]] if (row["stage"], row["flow"]) == (stage, flow)) if word else ""
        values: Any = item if word else float(amount) if amount else "默认" if flow else YES
        if stage == "product" and not flow:
            values = None
        everybody = alike and len(products) == len(tables)
        for column in ("amount",) if everybody else tuple(f"amount {numbers[product]}" for product in products):
            form.set(ident, number, **{column: values})
        for key, text in zip(ABOUT, about, strict=True):
            if text:
                form.set(ident, number, **{key: text})
    return form


def copied(form: Form, ident: str, word: bool) -> None:
    """A further line for an id below all others, as a person copies one."""
    sheet, _ = form.lines[ident][0]
    sheet.append([ident])
    form.lines[ident].append((sheet, sheet.max_row))
    if word:
        form.set(ident, len(form.lines[ident]) - 1, item=DASH)


def three(name: str) -> dict[str, Rows]:
    """An example as three products that differ in amounts, words, stages and items."""
    rows = rows_of(tp.load_example(name).activity)
    tables = {}
    for number, product in enumerate(("府绸 1", "B-2", "C=3")):
        table = [{**row, "product": product} for row in rows]
        for row in table:
            if row["amount"] and number and row["flow"] not in ("share", "fiber"):
                row["amount"] = f"{float(row['amount']) * (1 - 0.05 * number):g}"
            if row["flow"] == "loom" and number == 1:
                row["item"] = "rapier"
        leave = {"mercerising", "bleaching"} if number == 2 else set()
        tables[product] = [row for row in table if row["stage"] not in leave]
    return tables


def values(result: tp.Footprint) -> dict[tuple[str, str, str, str], float]:
    """Values by product, stage, flow and fibre. [kWh per kg where they are energy]"""
    lines = result.lines
    rows = range(len(lines.product))
    stages = [result.stages[place].id for place in lines.stage]
    return {
        (result.products[lines.product[row]], stages[row], lines.text("flow", row), lines.text("component", row)): float(
            lines.value[row]
        )
        for row in rows
    }


# -- reading back -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("alike", [False, True])
@pytest.mark.parametrize("name", ["cotton_poplin", "polyester_cotton_blend", "t_shirt"])
def test_three_products_give_what_the_table_gives(name: str, alike: bool, tmp_path: Path) -> None:
    example = tp.load_example(name)
    tables = three(name)
    blank = make_template(example.rule, tmp_path / "mill.xlsx", products=list(tables))
    path = filled(Form(blank, example.rule), tables, alike).save()
    if alike:  # whoever fills in a line for all says of each whether its stage takes place
        form = Form(path, example.rule)
        for stage in ("mercerising", "bleaching"):
            if any(row["stage"] == stage for row in tables["B-2"]):
                form.set(stage, **{f"amount {number}": YES if number < 3 else NO for number in (1, 2, 3)})
        path = form.save()
    table = written((row for rows in tables.values() for row in rows), tmp_path / "table.csv")
    ours, theirs = (tp.footprint(source, example.rule, list(example.factors)) for source in (path, table))
    assert ours.products == theirs.products == tuple(tables)
    assert np.allclose(ours.by_stage, theirs.by_stage, rtol=1e-13, atol=0)  # the rows stand in another order
    assert len(ours.lines.product) == len(theirs.lines.product)
    assert len(set(ours.totals)) == 3


def test_own_cells_count_before_those_for_all(form: Form) -> None:
    result = form.result()
    table = {(row.product, row.stage, row.flow): row for row in result.contributions.itertuples()}
    assert result.products == ("A", "B", "1003")
    assert {key[0] for key in table if key[1:] == ("weaving", "lubricant")} == {"A"}
    assert {key[0] for key in table if key[1:] == ("weaving", "electricity")} == {"A", "B"}  # the third says no
    assert {key[0] for key in table if key[1:] == ("dyeing", "heat")} == {"1003"}
    told = {product["product"]: product["masses"] for product in result.to_dict()["products"]}
    ratio = {product: masses["dyeing"]["input"] / masses["dyeing"]["output"] for product, masses in told.items()}
    assert ratio == pytest.approx({"A": 1 / 0.92, "B": 1 / 0.9, "1003": 1 / 0.92})
    assert told["A"]["weaving"]["input"] / told["A"]["weaving"]["output"] == pytest.approx(1 / 0.94)
    assert told["B"]["weaving"]["input"] / told["B"]["weaving"]["output"] == pytest.approx(1 / 0.96)


def test_zero_takes_a_product_out_of_a_line_for_all(form: Form) -> None:
    form.set("weaving.lubricant", **{"amount": 2, "amount 1": None, "amount 2": 0})
    used = {key[0]: value for key, value in values(form.result()).items() if key[1:3] == ("weaving", "lubricant")}
    assert used == pytest.approx({"A": 0.002, "B": 0})


def test_columns_without_an_id_are_no_products(form: Form) -> None:
    form.set("#product", **{"amount 3": None})
    form.set("weaving", **{"amount 3": None})
    form.set("dyeing.heat", **{"amount 3": None})
    assert form.result().products == ("A", "B")
    assert form.save()


def test_fibres_belong_to_those_that_have_them(form: Form) -> None:
    form.set("product.share", 0, **{"component": "cotton", "amount 1": 60, "amount 2": 70})
    form.set("product.share", 1, **{"component": "flax", "amount 1": 40})
    form.set("product.share", 2, **{"component": "hemp", "amount 2": 30})
    copied(form, "spinning.fiber", word=False)
    form.set("spinning.fiber", 0, component="flax", amount=1.1, unit="kg", item="cotton_lint")
    form.set("spinning.fiber", 1, component="hemp", amount=1.2, unit="kg", item="cotton_lint")
    spun = {(key[0], key[3]): value for key, value in values(form.result()).items() if key[1] == "spinning"}
    assert spun == pytest.approx({
        ("A", "cotton"): 1, ("A", "flax"): 1.1, ("B", "cotton"): 1, ("B", "hemp"): 1.2, ("1003", ""): 1
    })  # fmt: skip


def test_shares_of_a_product_of_its_own_count_alone(form: Form) -> None:
    form.set("product.share", 0, component="cotton", amount=60)
    form.set("product.share", 1, component="flax", amount=40)
    form.set("product.share", 2, **{"component": "hemp", "amount 2": 100})
    fibres = form.result().contributions.query("stage == 'spinning'").groupby("product")["component"].agg(set).to_dict()
    assert fibres == {"A": {"cotton", "flax"}, "B": {"hemp"}, "1003": {"cotton", "flax"}}


def test_totals_of_a_period_for_all_and_for_one(form: Form) -> None:
    form.set("weaving.output", amount=10, unit="t")
    form.set("weaving.electricity", amount=60, unit="MWh", per="period")
    power = {key[0]: value for key, value in values(form.result()).items() if key[1:3] == ("weaving", "electricity")}
    assert power == pytest.approx({"A": 6, "B": 6})
    form.set("weaving.output", **{"amount 2": 2})
    where = form.where("weaving.electricity")
    assert "total of all products" in form.problems()[where]
    form.set("weaving.electricity", **{"amount 2": 10})
    power = {key[0]: value for key, value in values(form.result()).items() if key[1:3] == ("weaving", "electricity")}
    assert power == pytest.approx({"A": 6, "B": 5})


def test_region_of_a_product_of_its_own(form: Form) -> None:
    copied(form, "product", word=False)
    copied(form, "weaving", word=False)
    form.set("product", 1, **{"region": "GB", "amount 2": YES})
    form.set("weaving", 1, **{"region": "US", "amount 2": YES})
    form.set("weaving.electricity", region=None)
    lines = form.result().contributions.query("flow == 'electricity'")
    regions = {(row.product, row.stage): row.region for row in lines.itertuples()}
    assert regions["A", "weaving"] == regions["A", "dyeing"] == "CN"
    assert regions["B", "weaving"] == "US"
    assert regions["B", "dyeing"] == "GB"


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
