"""What a mill reads in a workbook: words instead of formulas, lists that match, an example, grey sheets, one language."""

import re
from pathlib import Path

import openpyxl
import pytest
from template_forms import COTTON, Form

import textile_pcf as tp
from textile_pcf.cli import run as command_line
from textile_pcf.factors import default_table, load_factors
from textile_pcf.factors.matching import Match, Request, match
from textile_pcf.rules import FlowSpec
from textile_pcf.template import make_template
from textile_pcf.template.default_words import default_words
from textile_pcf.template.entries import entries
from textile_pcf.template.form_lines import Naming
from textile_pcf.template.lists import BAR, items_for, labelled
from textile_pcf.template.pages import pages

CHINESE = re.compile("[\u4e00-\u9fff]")
RULES = ("cotton_fabric", "apparel")


def test_the_example_is_never_calculated(form: Form) -> None:
    without = form.result()
    assert form.cell("#example", "amount").value == 1200
    assert without.totals.sum() == pytest.approx(form.result().totals.sum())
    where = form.set("#example", amount=7)
    assert "example line" in form.problems()[where]
    form.set("#example", amount=None)
    assert form.result().totals[0] == without.totals[0]


def test_older_workbooks_without_the_new_sheets_are_read(form: Form) -> None:
    now = form.result()
    for sheet in form.book.worksheets:
        if sheet.cell(4, 1).value == "field":
            del form.book[sheet.title]
            break
    for ident, lines in form.lines.items():
        for sheet, row in lines if ident == "#example" else ():
            sheet.cell(row, form.columns[sheet.title]["id"]).value = None
            sheet.cell(row, form.columns[sheet.title]["amount"]).value = None
    assert form.result().totals[0] == now.totals[0]


def test_what_to_measure_stands_beside_the_amount(cotton: Path) -> None:
    sheet = openpyxl.load_workbook(cotton).worksheets[3]
    names = [cell.value for cell in sheet[4]]
    assert names.index("amount") - names.index("help") == 1


def test_wrong_study_is_told_with_the_rest(form: Form) -> None:
    sheet = next(sheet for sheet in form.book.worksheets if sheet.cell(4, 1).value == "field")
    row = next(row for row in range(5, sheet.max_row + 1) if sheet.cell(row, 1).value == "date")
    sheet.cell(row, 3).value = "soon"
    where = form.set("dyeing.dyeing_loss", amount="many")
    found = form.problems()
    assert "is not a date" in found[f"{sheet.title}!C{row}"]
    assert "not a number" in found[where]


@pytest.mark.parametrize("products", [None, 3])
def test_sheets_of_a_declined_stage_turn_grey(products: int | None, rule: Path, tmp_path: Path) -> None:
    form = Form(make_template(rule, tmp_path / "mill.xlsx", "en", products=products), rule)
    sheet, _ = form.lines["weaving.electricity"][0]
    answer = form.cell("weaving", "amount")
    notice = next(cell for cell in sheet[1] if str(cell.value).startswith("=IF("))
    assert f"${answer.column_letter}${answer.row}" in notice.value
    assert "takes place" not in str(notice.value).partition('"This stage')[0]
    (area,) = [area for area in sheet.conditional_formatting if area.rules[0].formula[0].startswith("$")]
    assert area.rules[0].formula == [f'${notice.column_letter}$1<>""']
    dyeing, _ = form.lines["dyeing.electricity"][0]
    assert not list(dyeing.conditional_formatting)


@pytest.mark.parametrize("name", RULES)
def test_items_of_the_lists_really_match(name: str) -> None:
    """A calculation with the item, in China or in the region that the list names, finds a factor."""
    rules = tp.load_rules(name)
    table = load_factors(default_table(rules.document.edition)).tables[0]
    seen = 0
    for spec in {(s.kind, s.category, s.unit, s.forbid): s for s in rules.flows}.values():
        for text in items_for(spec, "zh", default_table(rules.document.edition)):
            item, _, label = text.partition(BAR)
            region = re.search(r"\[([A-Z-]+)\]$", label)
            if region is None and len(label) == 40:
                continue  # the label was shortened
            request = Request(item, spec.kind, region[1] if region else "CN", 0, spec.unit, spec.category, spec.forbid)
            assert isinstance(match([table], request), Match), (spec.id, text)
            seen += 1
    assert seen > 50


@pytest.mark.parametrize("name", RULES)
def test_values_of_the_rule_are_words_with_units(name: str) -> None:
    rules = tp.load_rules(name)
    for entry in entries(rules):
        for language in ("en", "zh"):
            text = default_words(rules, entry.spec, language)
            assert not set(text) & set("{}=≤_"), (entry.stage, entry.name, text)
            if isinstance(entry.spec, FlowSpec) and entry.spec.default is not None and entry.spec.default.by < 0:
                assert text


@pytest.mark.parametrize("name", RULES)
def test_notes_are_in_the_language_chosen(name: str) -> None:
    for language in ("en", "zh"):
        for page in pages(tp.load_rules(name), language, Naming()):
            for text in (line.help for section in page.sections for line in section.lines):
                if re.search("[A-Za-z]{3}|[\u4e00-\u9fff]", text):  # others are formulas
                    assert bool(CHINESE.search(text)) == (language == "zh"), (page.name, text)


def test_notices_stand_where_nothing_is_read(rule: Path, tmp_path: Path) -> None:
    """Programs that write no values beside formulas leave the workbook readable."""
    form = Form(make_template(rule, tmp_path / "mill.xlsx"), rule)
    formulas = [cell for sheet in form.book.worksheets for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    assert {
        cell.parent.cell(4, cell.column).value for cell in formulas if cell.row > 4 and cell.parent.title in form.columns
    } == {"help"}


def test_filled_by_a_mill_and_calculated_by_the_command(form: Form, capsys: pytest.CaptureFixture[str]) -> None:
    sheet = next(sheet for sheet in form.book.worksheets if sheet.cell(4, 1).value == "field")
    sheet.cell(6, 3).value = "绍兴某印染厂"
    total = form.result().totals[0]
    assert command_line(["calculate", str(form.save()), "--rule", str(form.rule), "--format", "csv"]) == 0
    assert repr(float(total)) in capsys.readouterr().out


def test_labels_are_short() -> None:
    assert len(labelled("a", "b" * 99)) == 42
    assert COTTON.endswith("2026.1")


def test_columns_that_a_note_names_are_on_the_sheet(tmp_path: Path) -> None:
    """What is left out was to be written into a column 物料, which no sheet has."""
    sheet = openpyxl.load_workbook(make_template("cotton_fabric", tmp_path / "mill.xlsx", language="zh"))["产品"]
    heads = {cell.value.partition("（per")[0] for cell in sheet[3] if cell.value}
    named = {name for row in sheet.iter_rows(min_row=5) for cell in row for name in re.findall("“([^”]+)”列", str(cell.value))}
    assert "数量" in named and named <= heads
