"""A workbook for the mill: drawn from a rule, filled in and read back."""

from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from template_forms import FILLED, Form, copied, filled

import textile_pcf as tp
from textile_pcf.io.template_marks import MARK
from textile_pcf.template import make_template
from textile_pcf.template.lists import BAR

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
