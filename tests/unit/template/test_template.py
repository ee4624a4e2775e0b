"""A workbook for the mill: drawn from a rule, filled in, read back, and given its problems."""

import csv
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest

import textile_pcf as tp
from textile_pcf.cli import run as command_line
from textile_pcf.factors import load_factors
from textile_pcf.io.template_workbook import DASH, MARK, READ
from textile_pcf.messages.catalogue import fixed_text
from textile_pcf.rules import FlowSpec, PropertySpec, editions
from textile_pcf.template import annotate, entries, make_template, template_rows
from textile_pcf.template.lists import BAR, items_for, units_for
from textile_pcf.template.pages import Naming, pages
from textile_pcf.units import convert, parse_unit

COTTON = "cotton_fabric@2026.1"
SMALL = """
rule: small
edition: "1"
sources: {s: {title: A survey, year: 2024}}
product: {unit: kg, properties: {grammage: {unit: g/m2, optional: true}}}
stages:
  - {id: spinning, scope: component, flows: {fiber: {unit: kg, factor: cotton_lint, value: 1}}}
  - {id: sizing, optional: true, flows: {heat: {unit: MJ, factor: heat, value: 2, source: s, locator: p. 1}}}
  - id: weaving
    title: {en: Weaving, zh: 织造}
    optional: true
    properties: {loom: {choice: [water_jet, air_jet], optional: true}, yarn_count: {unit: Nm, optional: true}}
    losses: [{id: weaving_waste, unit: "%", basis: input, value: {by: loom, water_jet: 4, air_jet: 6}, source: s, locator: p}]
    flows:
      electricity: {unit: kWh, factor: electricity}
      lubricant: {unit: kg, category: chemical, optional: true}
      carriage: {unit: t*km, kind: tank_to_wheel, category: transport, optional: true}
  - id: dyeing
    losses: [{id: dyeing_loss, unit: "%", basis: input}]
    flows:
      electricity: {unit: kWh, factor: electricity, value: 0.5, source: s, locator: "p. 3"}
      heat: {unit: kWh, factor: electricity, optional: true, value: 4, source: s, locator: p. 4}
  - {id: finishing, optional: true, flows: {heat: {unit: kWh, factor: electricity, value: 4, source: s, locator: p. 4}}}
  - {id: use, boundary: outside, optional: true, flows: {power: {unit: kWh, factor: electricity, value: 1}}}
"""
FILLED = [
    ("#product", {"amount": "POPLIN"}),
    ("weaving", {"amount": f"yes{'｜'}是", "region": "CN"}),
    ("weaving.loom", {"item": "air_jet"}),
    ("weaving.yarn_count", {"amount": 40, "unit": "Ne"}),
    ("weaving.electricity", {"amount": 3, "unit": "kWh/kg", "data_type": "measured", "source": "meter"}),
    ("weaving.lubricant", {"amount": 2, "unit": "g/kg", "item": "caustic_soda_50｜烧碱", "region": "FR"}),
    ("dyeing.dyeing_loss", {"amount": 8}),
    ("dyeing.heat", {"amount": "默认"}),
    ("finishing", {"amount": "是"}),
    ("finishing.heat", {"amount": 3}),
]  # fmt: skip


class Form:
    """A workbook of the template, as a person fills it in."""

    def __init__(self, path: Path, rule: str | Path = COTTON) -> None:
        self.path, self.rule = path, rule
        self.book = openpyxl.load_workbook(path)
        self.lines: dict[str, list[tuple[Any, int]]] = {}
        self.columns: dict[str, dict[str, int]] = {}
        for sheet in self.book.worksheets:
            head = next((row for row in sheet.iter_rows(max_row=10) if set(READ) <= {cell.value for cell in row}), None)
            if head is None or sheet.title == MARK:
                continue
            self.columns[sheet.title] = {cell.value: cell.column for cell in head}
            for row in range(head[0].row + 1, sheet.max_row + 1):
                if ident := sheet.cell(row, self.columns[sheet.title]["id"]).value:
                    self.lines.setdefault(ident, []).append((sheet, row))

    def cell(self, ident: str, column: str, number: int = 0) -> Any:
        """A cell of the n-th line with an id."""
        sheet, row = self.lines[ident][number]
        return sheet.cell(row, self.columns[sheet.title][column])

    def set(self, ident: str, number: int = 0, **values: Any) -> str:
        """Fill in a line; tells `sheet!cell` of its first value."""
        for column, value in values.items():
            self.cell(ident, column, number).value = value
        first = self.cell(ident, next(iter(values)), number)
        return f"{first.parent.title}!{first.coordinate}"

    def where(self, ident: str, column: str = "amount") -> str:
        """`sheet!cell` of a cell."""
        cell = self.cell(ident, column)
        return f"{cell.parent.title}!{cell.coordinate}"

    def problems(self) -> dict[str, str]:
        """`sheet!cell` → what is wrong, after saving."""
        with pytest.raises(tp.InputError) as caught:
            tp.read_activity(self.save(), self.rule)
        told: dict[str, str] = {}
        for problem in caught.value.problems:
            where = problem.where.removeprefix(f"{self.path} ").partition(" (")[0]
            told[where] = f"{told.get(where, '')} {problem.what} {problem.cure}"
        return told

    def result(self) -> tp.Footprint:
        """The footprint, after saving."""
        return tp.footprint(self.save(), self.rule)

    def save(self, path: Path | None = None) -> Path:
        """Where it was saved."""
        self.book.save(path or self.path)
        return path or self.path


@pytest.fixture(scope="module")
def rule(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("rule") / "small.yaml"
    path.write_text(SMALL, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def blank(rule: Path) -> Path:
    return make_template(rule, rule.with_name("blank.xlsx"))


@pytest.fixture(scope="module")
def cotton(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_template(COTTON, tmp_path_factory.mktemp("cotton") / "mill.xlsx")


@pytest.fixture
def form(blank: Path, tmp_path: Path, rule: Path) -> Form:
    """A workbook of the small rule, filled in."""
    form = Form(blank, rule)
    for ident, values in FILLED:
        form.set(ident, **values)
    form.path = tmp_path / "mill.xlsx"
    form.save()
    return form


def rows_of(path: Path) -> list[dict[str, str]]:
    """Rows of a table; what is left out of any stage stands at the product, where the workbook has lines for it."""
    rows = list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines()))
    for row in rows:
        if row.get("flow") == "cutoff":
            named = row["item"] if row["item"] == row["stage"] else f"{row['stage']}.{row['item']}"
            row |= {"stage": "product", "item": named}
    return rows


def filled(blank: Path, activity: Path) -> Form:
    """A blank workbook with the rows of a table written into its lines."""
    form = Form(blank)
    used: dict[str, int] = {}
    for row in rows_of(activity):
        ident = row["stage"] + (f".{row['flow']}" if row["flow"] else "")
        if used.get(ident, 0) == len(form.lines[ident]):
            copied(form, ident)
        number = used[ident] = used.get(ident, 0)
        used[ident] += 1
        values: dict[str, Any] = {key: row[key] for key in READ[2:] if row.get(key)}
        if row["amount"]:
            values["amount"] = float(row["amount"])
        elif not row["flow"]:
            values |= {} if row["stage"] == "product" else {"amount": f"yes{BAR}是"}
        elif form.cell(ident, "amount", number).value != DASH:
            values["amount"] = "默认"
        form.set(ident, number, **values)
    form.set("#product", amount=rows_of(activity)[0]["product"])
    return form


def copied(form: Form, ident: str) -> None:
    """A further line for an id, as a person makes one: below all others, with the id."""
    sheet, _ = form.lines[ident][0]
    sheet.append([ident])
    form.lines[ident].append((sheet, sheet.max_row))


# -- reading back -----------------------------------------------------------------------------------------------------


ONE_PRODUCT = ("cotton_poplin", "polyester_cotton_blend", "silk_habotai", "t_shirt")  # one of each rule


@pytest.mark.parametrize("name", ONE_PRODUCT)
def test_filled_workbook_gives_what_the_table_gives(name: str, tmp_path: Path) -> None:
    example = tp.load_example(name)
    path = filled(make_template(example.rule, tmp_path / "mill.xlsx"), example.activity).save()
    ours, table = tp.footprint(path, example.rule, list(example.factors)), tp.footprint(*example)
    assert ours.products == table.products
    assert np.array_equal(ours.by_stage, table.by_stage)
    assert len(ours.lines.product) == len(table.lines.product)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_workbooks_of_either_language_are_read_alike(language: str, form: Form, tmp_path: Path) -> None:
    other = Form(make_template(form.rule, tmp_path / "other.xlsx", language), form.rule)
    for ident, values in FILLED:
        other.set(ident, **values)
    assert other.result().totals == pytest.approx(form.result().totals)


def test_lines_become_rows(form: Form) -> None:
    result = form.result()
    table = {(row.stage, row.flow): row for row in result.contributions.itertuples()}
    assert result.products == ("POPLIN",)
    assert table["weaving", "electricity"].source == "meter"
    assert table["weaving", "electricity"].data_type == "measured"
    assert (table["weaving", "lubricant"].item, table["weaving", "lubricant"].region) == ("caustic_soda_50", "FR")
    assert table["dyeing", "heat"].amount == pytest.approx(4)  # asked for by 默认: the rule's value
    assert ("sizing", "heat") not in table
    masses = result.to_dict()["products"][0]["masses"]
    assert masses["weaving"]["input"] / masses["weaving"]["output"] == pytest.approx(1 / 0.94)


def test_blank_workbook_lacks_what_is_required_and_says_in_which_cell(blank: Path, rule: Path) -> None:
    form = Form(blank, rule)
    told = form.problems()
    assert set(told) == {form.where("dyeing.dyeing_loss")}
    assert "needs" in told[form.where("dyeing.dyeing_loss")] or "missing" in told[form.where("dyeing.dyeing_loss")]


def test_required_of_a_stage_that_takes_place(form: Form) -> None:
    form.set("weaving.electricity", amount=None)
    assert "missing" in form.problems()[form.where("weaving.electricity")]


def test_alternatives_name_the_cell_of_the_stage(cotton: Path) -> None:
    form = Form(cotton)
    assert any("One of these is needed" in text and "!" in where for where, text in form.problems().items())


def test_product_id_is_needed(form: Form) -> None:
    where = form.set("#product", amount=None)
    assert "no id" in form.problems()[where]


def test_every_problem_names_its_cell(form: Form) -> None:
    wanted = {
        form.set("weaving.loom", item="air_jett"): "Did you mean 'air_jet'",
        form.set("weaving.yarn_count", unit="kWh"): "Nm",
        form.set("weaving.electricity", amount=-3): "negative",
        form.set("dyeing.dyeing_loss", amount="many"): "not a number",
        form.set("dyeing.heat", year=24): "not a year",
    }
    told = form.problems()
    assert {where: text in told[where] for where, text in wanted.items()} == dict.fromkeys(wanted, True)


def test_missing_input_of_a_default_is_told_at_the_cell_to_fill_in(form: Form) -> None:
    form.set("weaving.loom", item=None)
    assert "weaving.loom" in form.problems()[form.where("weaving.weaving_waste")]


def test_stage_that_is_answered_no_may_hold_nothing(form: Form) -> None:
    form.set("finishing", amount=f"no{BAR}否")
    assert "does not take place" in form.problems()[form.where("finishing.heat")]


def test_stage_that_always_takes_place_cannot_be_left_out(form: Form) -> None:
    where = form.set("dyeing", amount="no")
    assert "always takes place" in form.problems()[where]


def test_stage_takes_place_by_yes_alone(form: Form) -> None:
    assert "sizing" not in form.result().contributions["stage"].tolist()
    form.set("sizing", amount="是", region="CN")
    form.set("sizing.heat", item="electricity", amount=1, unit="kWh")
    form.cell("sizing.heat", "item").value = None
    where = form.set("sizing", amount="perhaps")
    assert "neither yes nor no" in form.problems()[where]


def test_workbook_of_another_rule_is_refused_and_of_another_edition_read_with_a_note(form: Form) -> None:
    with pytest.raises(tp.InputError, match="made for small@1"):
        tp.read_activity(form.path, "silk_fabric")
    form.book[MARK]["B2"].value = "small@0"
    assert any("small@0" in text for text in form.result().warnings())


def test_notes_alone_give_nothing(form: Form) -> None:
    before = form.result()
    form.set("weaving.carriage", note="not metered", data_type="measured", source="none")
    assert len(form.result().lines.product) == len(before.lines.product)


def test_period_stands_in_the_source_also_where_excel_made_a_date_of_it(form: Form) -> None:
    form.set("weaving.electricity", period="2025-01 to 2025-12")
    form.set("dyeing.electricity", amount=1, period=datetime(2025, 1, 1))
    sheet = form.lines["finishing.heat"][0][0]
    own = next(number for number, (page, _) in enumerate(form.lines["#period"]) if page is sheet)
    form.set("#period", own, amount=datetime(2024, 5, 1))
    table = {(row.stage, row.flow): row.source for row in form.result().contributions.itertuples()}
    assert table["weaving", "electricity"] == "meter (2025-01 to 2025-12)"
    assert table["dyeing", "electricity"] == "2025-01-01"
    assert table["finishing", "heat"] == "2024-05-01"


def test_totals_of_a_period_are_divided_by_its_output(form: Form) -> None:
    form.set("weaving.output", amount=10, unit="t")
    form.set("weaving.electricity", amount=60, unit="MWh", per=f"period{BAR}统计期总量")
    result = form.result()
    lines = result.contributions
    line = lines[(lines["stage"] == "weaving") & (lines["flow"] == "electricity")].iloc[0]
    assert line["amount"] == pytest.approx(6 * result.to_dict()["products"][0]["masses"]["weaving"]["output"])


def test_fibres_of_a_blend(form: Form) -> None:
    form.set("product.share", 0, component="cotton", amount=60)
    form.set("product.share", 1, component="flax", amount=40)
    copied(form, "spinning.fiber")
    form.set("spinning.fiber", 1, component="flax", amount=1, unit="kg", item="cotton_lint", region="US")
    lines = form.result().contributions
    assert sorted(lines[lines["stage"] == "spinning"]["component"]) == ["cotton", "flax"]


def test_moved_columns_are_found_by_their_hidden_names(form: Form) -> None:
    before = form.result().totals
    sheet, row = form.lines["weaving.electricity"][0]
    sheet.insert_cols(5)
    assert np.array_equal(form.result().totals, before)
    sheet.cell(row, 6).value = -1
    assert "negative" in form.problems()[f"{sheet.title}!F{row}"]


def test_line_without_an_id_is_told(form: Form) -> None:
    where = form.where("weaving.electricity", "id")
    form.cell("weaving.electricity", "id").value = None
    assert "no id" in form.problems()[where]


def test_dates_errors_and_merged_cells_are_told(form: Form) -> None:
    date = form.set("weaving.electricity", amount=datetime(2025, 3, 1))
    error = form.set("dyeing.electricity", amount="#REF!")
    form.lines["finishing.heat"][0][0].merge_cells("E9:E10")
    told = form.problems()
    assert "date" in told[date]
    assert "#REF!" in told[error]
    assert any("merged" in text for text in told.values())


def test_formulas_of_a_person_are_read_by_their_stored_values(form: Form) -> None:
    where = form.set("weaving.electricity", amount="=1+2")
    assert "no stored value" in form.problems()[where]


def test_workbook_with_nothing_in_it(blank: Path, tmp_path: Path, rule: Path) -> None:
    form = Form(blank, rule)
    form.set("product", region=None)
    form.path = tmp_path / "empty.xlsx"
    assert "Nothing is filled in" in " ".join(form.problems().values())


# -- what may be chosen -------------------------------------------------------------------------------------------------


def everything() -> Iterator[tuple[str, Any]]:
    for name in editions():
        for entry in entries(tp.load_rules(name)):
            yield f"{name}.{entry.stage}.{entry.name}", entry.spec


def test_every_unit_offered_may_be_written() -> None:
    for where, spec in everything():
        if isinstance(spec, PropertySpec) and spec.choice:
            continue
        for text in units_for(spec):
            unit = parse_unit(text)
            fits = spec.conversion(unit) if isinstance(spec, FlowSpec) else convert(unit, spec.unit)
            assert fits is not None, (where, text)


def test_every_item_offered_is_a_factor_of_that_kind_and_unit() -> None:
    table = load_factors().tables[0]
    seen = 0
    for where, spec in everything():
        if not isinstance(spec, FlowSpec):
            continue
        offered = [text.partition(BAR)[0] for text in items_for(spec, "zh")]
        assert len(offered) == len(set(offered))
        for item in offered:
            rows = [row for row in table.index[item] if table.texts["kind"][row] == spec.kind]
            assert any(table.texts["category"][row] in ("", spec.category) or not spec.category for row in rows), (where, item)
            seen += 1
    assert seen > 200


def test_lists_of_cells_are_written_in_the_hidden_sheet(cotton: Path) -> None:
    book = openpyxl.load_workbook(cotton)
    assert book[MARK].sheet_state == "hidden"
    seen = set()
    for sheet in book.worksheets:
        for validation in sheet.data_validations.dataValidation:
            first, last = validation.formula1.replace("$", "").partition("!")[2].split(":")
            texts = [row[0].value for row in book[MARK][f"{first}:{last}"]]
            assert all(texts), (sheet.title, validation.formula1)
            seen |= {text.partition(BAR)[0] for text in texts}
    assert {"kWh", "tce", "measured", "estimated", "period", "yes", "no", "air_jet", "caustic_soda_50", "electricity"} <= seen


def test_names_of_sheets_are_ones_that_excel_takes() -> None:
    for name in editions():
        for language in ("en", "zh", "both"):
            found = [page.name for page in pages(tp.load_rules(name), language, Naming())]
            assert len({each.casefold() for each in found}) == len(found)
            assert all(0 < len(each) <= 31 and not set(each) & set("[]:*?/\\") for each in found)


def test_everything_a_rule_knows_has_a_line(cotton: Path) -> None:
    form = Form(cotton)
    rules = tp.load_rules(COTTON)
    missing = [f"{e.stage}.{e.name}" for e in entries(rules) if f"{e.stage}.{e.name}" not in form.lines]
    assert not missing
    assert {stage.id for stage in rules.stages} <= set(form.lines)
    assert form.cell("dyeing.electricity", "citation").value  # the rule's value with its source
    assert form.cell("dyeing.electricity", "default").font.color.rgb.endswith("808080")


def test_texts_of_a_rule_are_never_formulas(tmp_path: Path) -> None:
    text = """
rule: evil
edition: "1"
title: "=1+1"
product: {unit: kg}
stages:
  - {id: making, title: "@SUM(A1)", note: "+1", flows: {power: {unit: kWh, title: "-1", note: "=2*3"}}}
"""
    (tmp_path / "evil.yaml").write_text(text, encoding="utf-8")
    book = openpyxl.load_workbook(make_template(tmp_path / "evil.yaml", tmp_path / "mill.xlsx"))
    assert not [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]


def test_plain_table_and_mistakes(tmp_path: Path) -> None:
    path = make_template(COTTON, tmp_path / "mill.csv", language="zh")
    assert path.read_text(encoding="utf-8-sig").startswith("product,stage,flow")
    assert template_rows(tp.load_rules(COTTON), everything=True)[-1]["stage"]
    with pytest.raises(tp.UsageError, match="kind of template"):
        make_template(COTTON, tmp_path / "mill.pdf")
    with pytest.raises(tp.UsageError, match="both"):
        make_template(COTTON, tmp_path / "mill.xlsx", language="fr")


# -- problems written back ---------------------------------------------------------------------------------------------


def comments(path: Path) -> dict[str, str]:
    book = openpyxl.load_workbook(path)
    cells = (cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row if cell.comment)
    return {f"{cell.parent.title}!{cell.coordinate}": cell.comment.text for cell in cells}


def test_problems_become_comments_and_go_when_they_are_cured(
    form: Form, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    loom = form.set("weaving.loom", item="air_jett")
    out, rule = tmp_path / "checked.xlsx", str(form.rule)
    assert command_line(["check", str(form.save()), "--rule", rule, "--annotate", str(out), "--lang", "zh"]) == 4
    assert "air_jet" in comments(out)[loom]
    assert "是否想写" in comments(out)[loom]
    listed = openpyxl.load_workbook(out)
    assert listed.sheetnames[0] == "problems"
    assert listed["problems"]["A1"].value == fixed_text("problems_title", "zh")
    assert loom in str(listed["problems"]["A3"].value)
    corrected = Form(out, form.rule)
    corrected.set("weaving.loom", item="air_jet")
    corrected.save()
    again = tmp_path / "again.xlsx"
    assert command_line(["check", str(out), "--rule", rule, "--annotate", str(again)]) == 0
    assert comments(again) == {}
    assert fixed_text("problems_none", "en") in [cell.value for cell in openpyxl.load_workbook(again)["problems"]["A"]]
    assert command_line(["calculate", str(out), "--rule", rule]) == 0
    capsys.readouterr()


def test_plain_workbooks_are_annotated_too(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "activity"
    sheet.append(["product", "stage", "flow", "amount", "unit"])
    sheet.append(["P", "weaving", "electricity", -1, "kWh"])
    book.save(tmp_path / "plain.xlsx")
    with pytest.raises(tp.InputError) as caught:
        tp.read_activity(tmp_path / "plain.xlsx", COTTON)
    annotate(tmp_path / "plain.xlsx", caught.value.problems, tmp_path / "out.xlsx")
    assert "negative" in comments(tmp_path / "out.xlsx")["activity!D2"]
    with pytest.raises(tp.UsageError, match="Only a workbook"):
        annotate("mill.csv", [], tmp_path / "out.xlsx")


def test_command_line_writes_workbooks_and_reports(form: Form, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rule = str(form.rule)
    assert command_line(["template", rule, "-o", str(tmp_path / "t.xlsx"), "--lang", "both"]) == 0
    assert MARK in openpyxl.load_workbook(tmp_path / "t.xlsx").sheetnames
    for ending in ("html", "xlsx"):
        out = tmp_path / f"report.{ending}"
        assert command_line(["report", str(form.path), "--rule", rule, "-o", str(out), "--lang", "zh"]) == 0
        assert out.stat().st_size > 5000
    assert command_line(["report", str(form.path), "--rule", rule, "-o", str(tmp_path / "report.doc")]) == 2
    capsys.readouterr()
