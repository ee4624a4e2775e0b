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
from textile_pcf.examples import examples
from textile_pcf.factors import load_factors
from textile_pcf.language import word
from textile_pcf.rules import FlowSpec, PropertySpec, editions
from textile_pcf.tables.forms import DASH, MARK, READ
from textile_pcf.template import annotate, entries, make_template, template_rows
from textile_pcf.template.lists import BAR, items_for, units_for
from textile_pcf.units import convert, parse_unit

RULE = "cotton_fabric@2026.1"


class Form:
    """A workbook of the template, as a person fills it in."""

    def __init__(self, path: Path) -> None:
        self.path = path
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

    def save(self, path: Path | None = None) -> Path:
        """Where it was saved."""
        self.book.save(path or self.path)
        return path or self.path


@pytest.fixture(scope="module")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_template(RULE, tmp_path_factory.mktemp("blank") / "mill.xlsx")


@pytest.fixture
def form(blank: Path, tmp_path: Path) -> Form:
    """The poplin of the examples, filled in."""
    form = filled(blank, tp.load_example("cotton_poplin").activity)
    form.path = tmp_path / "mill.xlsx"
    form.save()
    return form


def rows_of(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines()))


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


def problems(path: Path, rule: str = RULE) -> dict[str, str]:
    """`sheet!cell` → what is wrong."""
    with pytest.raises(tp.InputError) as caught:
        tp.read_activity(path, rule)
    told = {}
    for problem in caught.value.problems:
        where = problem.where.removeprefix(f"{path} ").partition(" (")[0]
        told[where] = f"{problem.what} {problem.cure}"
    return told


# -- reading back -----------------------------------------------------------------------------------------------------


ONE_PRODUCT = [
    name for name, each in sorted(examples().items()) if len({row["product"] for row in rows_of(each.activity)}) == 1
]


@pytest.mark.parametrize("name", ONE_PRODUCT)
def test_filled_workbook_gives_what_the_table_gives(name: str, tmp_path: Path) -> None:
    example = tp.load_example(name)
    blank = make_template(example.rule, tmp_path / "mill.xlsx")
    path = filled(blank, example.activity).save()
    ours, table = tp.footprint(path, example.rule, list(example.factors)), tp.footprint(*example)
    assert ours.products == table.products
    assert np.array_equal(ours.by_stage, table.by_stage)
    assert len(ours.lines.product) == len(table.lines.product)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_workbooks_of_either_language_are_read_alike(language: str, tmp_path: Path) -> None:
    example = tp.load_example("cotton_poplin")
    path = filled(make_template(RULE, tmp_path / "mill.xlsx", language), example.activity).save()
    assert tp.footprint(path, RULE).totals == pytest.approx(tp.footprint(*example).totals)


def test_blank_workbook_lacks_what_is_required_and_says_in_which_cell(blank: Path) -> None:
    told = problems(blank)
    assert told
    assert all("!" in where for where in told)
    assert any("One of these is needed" in text for text in told.values())


def test_product_id_is_needed(form: Form) -> None:
    where = form.set("#product", amount=None)
    assert "no id" in problems(form.save())[where]


def test_every_problem_names_its_cell(form: Form) -> None:
    wanted = {
        form.set("weaving.loom", item="air_jett"): "Did you mean 'air_jet'",
        form.set("weaving.yarn_count", unit="kWh"): "Nm",
        form.set("weaving.electricity", amount=-3, unit="kWh"): "negative",
        form.set("dyeing.dyeing_loss", amount="many"): "not a number",
        form.set("dyeing.heat", amount=3, unit="MJ", year=24): "",
    }
    told = problems(form.save())
    for where, text in wanted.items():
        if text:
            assert text in told[where]
    assert "year" in told[f"{form.cell('dyeing.heat', 'year').parent.title}!{form.cell('dyeing.heat', 'year').coordinate}"]


def test_missing_input_of_a_default_is_told_at_the_cell_to_fill_in(form: Form) -> None:
    form.set("weaving.loom", item=None)
    cell = form.cell("weaving.weaving_waste", "amount")
    assert "weaving.loom" in problems(form.save())[f"{cell.parent.title}!{cell.coordinate}"]


def test_stage_that_is_answered_no_may_hold_nothing(form: Form) -> None:
    form.set("finishing", amount=f"no{BAR}否")
    told = problems(form.save())
    cell = form.cell("finishing.heat", "amount")
    assert "does not take place" in told[f"{cell.parent.title}!{cell.coordinate}"]


def test_stage_that_always_takes_place_cannot_be_left_out(form: Form) -> None:
    where = form.set("wastewater", amount="no")
    told = problems(form.save())
    assert any("always takes place" in text for place, text in told.items() if place == where)


def test_stage_takes_place_by_yes_alone(form: Form) -> None:
    assert "use" not in {line for line in tp.read_activity(form.save(), RULE).cells.texts["stage"].categories}
    form.set("sizing", amount="是")
    assert "sizing" in tp.read_activity(form.save(), RULE).cells.texts["stage"].categories
    where = form.set("sizing", amount="perhaps")
    assert "neither yes nor no" in problems(form.save())[where]


def test_workbook_of_another_rule_is_refused_and_of_another_edition_read_with_a_note(form: Form) -> None:
    with pytest.raises(tp.InputError, match="made for cotton_fabric@2026.1"):
        tp.read_activity(form.save(), "silk_fabric")
    form.book[MARK]["B2"].value = "cotton_fabric@2025.1"
    assert any("2025.1" in text for text in tp.footprint(form.save(), RULE).warnings())


def test_notes_alone_give_nothing(form: Form) -> None:
    before = tp.footprint(form.path, RULE).totals
    form.set("mercerising.water", note="not metered", data_type="measured", source="none")
    assert np.array_equal(tp.footprint(form.save(), RULE).totals, before)


def test_period_stands_in_the_source_also_where_excel_made_a_date_of_it(form: Form) -> None:
    form.set("weaving.electricity", amount=5, source="meter", period="2025-01 to 2025-12", data_type=f"measured{BAR}实测")
    form.set("dyeing.electricity", amount=1, period=datetime(2025, 1, 1))
    form.set("#period", 0, amount="2024")  # of the first stage sheet, which has no lines filled in
    table = tp.footprint(form.save(), RULE).contributions
    told = {(row.stage, row.flow): (row.source, row.data_type) for row in table.itertuples()}
    assert told["weaving", "electricity"] == ("meter (2025-01 to 2025-12)", "measured")
    assert told["dyeing", "electricity"] == ("2025-01-01", "")


def test_totals_of_a_period_are_divided_by_its_output(form: Form) -> None:
    form.set("weaving.output", amount=10, unit="t")
    form.set("weaving.electricity", amount=60, unit="MWh", per=f"period{BAR}统计期总量")
    result = tp.footprint(form.save(), RULE)
    lines = result.contributions
    line = lines[(lines["stage"] == "weaving") & (lines["flow"] == "electricity")].iloc[0]
    assert line["amount"] == pytest.approx(6 * result.to_dict()["products"][0]["masses"]["weaving"]["output"])


def test_moved_columns_are_found_by_their_hidden_names(form: Form) -> None:
    sheet, row = form.lines["weaving.electricity"][0]
    before = tp.footprint(form.path, RULE).totals
    form.set("weaving.electricity", amount=-1)
    sheet.insert_cols(5)
    form.save()
    assert "negative" in problems(form.path)[f"{sheet.title}!F{row}"]
    sheet.cell(row, 6).value = None
    assert np.array_equal(tp.footprint(form.save(), RULE).totals, before)


def test_line_without_an_id_is_told(form: Form) -> None:
    cell = form.cell("weaving.electricity", "id")
    cell.value = None
    form.cell("weaving.electricity", "amount").value = 4
    assert "no id" in problems_of_form(form)[f"{cell.parent.title}!{cell.coordinate}"]


def test_dates_errors_and_merged_cells_are_told(form: Form) -> None:
    date = form.set("weaving.electricity", amount=datetime(2025, 3, 1))
    error = form.set("dyeing.electricity", amount="#REF!")
    form.lines["bleaching.heat"][0][0].merge_cells("E9:E10")
    told = problems_of_form(form)
    assert "date" in told[date]
    assert "#REF!" in told[error]
    assert any("merged" in text for text in told.values())


def problems_of_form(form: Form) -> dict[str, str]:
    return problems(form.save())


def test_workbook_with_nothing_in_it(blank: Path, tmp_path: Path) -> None:
    form = Form(blank)
    form.set("product", region=None)
    with pytest.raises(tp.InputError, match="Nothing is filled in"):
        tp.read_activity(form.save(tmp_path / "empty.xlsx"), RULE)


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


def test_lists_of_cells_are_written_in_the_hidden_sheet(blank: Path) -> None:
    book = openpyxl.load_workbook(blank)
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
            from textile_pcf.template.pages import Naming, pages

            found = [page.name for page in pages(tp.load_rules(name), language, Naming())]
            assert len({each.casefold() for each in found}) == len(found)
            assert all(0 < len(each) <= 31 and not set(each) & set("[]:*?/\\") for each in found)


def test_everything_a_rule_knows_has_a_line(blank: Path) -> None:
    form = Form(blank)
    rules = tp.load_rules(RULE)
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
    path = make_template(RULE, tmp_path / "mill.csv", language="zh")
    assert path.read_text(encoding="utf-8-sig").startswith("product,stage,flow")
    assert template_rows(tp.load_rules(RULE), everything=True)[-1]["stage"]
    with pytest.raises(tp.UsageError, match="kind of template"):
        make_template(RULE, tmp_path / "mill.pdf")
    with pytest.raises(tp.UsageError, match="both"):
        make_template(RULE, tmp_path / "mill.xlsx", language="fr")


# -- problems written back ---------------------------------------------------------------------------------------------


def comments(path: Path) -> dict[str, str]:
    book = openpyxl.load_workbook(path)
    cells = (cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row if cell.comment)
    return {f"{cell.parent.title}!{cell.coordinate}": cell.comment.text for cell in cells}


def test_problems_become_comments_and_go_when_they_are_cured(
    form: Form, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    loom = form.set("weaving.loom", item="air_jett")
    form.save()
    out = tmp_path / "checked.xlsx"
    arguments = ["check", str(form.path), "--rule", RULE, "--annotate", str(out), "--lang", "zh"]
    assert command_line(arguments) == 4
    assert "air_jet" in comments(out)[loom]
    assert "是否想写" in comments(out)[loom]
    listed = openpyxl.load_workbook(out)
    assert listed.sheetnames[0] == "problems"
    assert listed["problems"]["A1"].value == word("problems_title", "zh")
    assert loom in str(listed["problems"]["A3"].value)
    corrected = Form(out)
    corrected.set("weaving.loom", item="air_jet")
    corrected.save()
    assert command_line(["check", str(out), "--rule", RULE, "--annotate", str(out)]) == 0
    assert comments(out) == {}
    assert word("problems_none", "en") in [cell.value for cell in openpyxl.load_workbook(out)["problems"]["A"]]
    assert command_line(["calculate", str(out), "--rule", RULE]) == 0
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
        tp.read_activity(tmp_path / "plain.xlsx", RULE)
    annotate(tmp_path / "plain.xlsx", caught.value.problems, tmp_path / "out.xlsx")
    assert "negative" in comments(tmp_path / "out.xlsx")["activity!D2"]
    with pytest.raises(tp.UsageError, match="Only a workbook"):
        annotate("mill.csv", [], tmp_path / "out.xlsx")


def test_command_line_writes_workbooks_and_reports(form: Form, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command_line(["template", RULE, "-o", str(tmp_path / "t.xlsx"), "--lang", "both"]) == 0
    assert MARK in openpyxl.load_workbook(tmp_path / "t.xlsx").sheetnames
    for ending in ("html", "xlsx"):
        out = tmp_path / f"report.{ending}"
        assert command_line(["report", str(form.path), "--rule", RULE, "-o", str(out), "--lang", "zh"]) == 0
        assert out.stat().st_size > 5000
    assert command_line(["report", str(form.path), "--rule", RULE, "-o", str(tmp_path / "report.doc")]) == 2
    capsys.readouterr()
