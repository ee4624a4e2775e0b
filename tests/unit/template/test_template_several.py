"""A workbook for several products: read back, a column for each beside one for all."""

from pathlib import Path

import numpy as np
import pytest
from template_columns import NO, YES, copied, filled, filled_form, three, values, written
from template_forms import Form, blank_workbook

import textile_pcf as tp
from textile_pcf.template import make_template


@pytest.fixture(scope="module")
def blank(rule: Path) -> Path:
    return make_template(rule, rule.with_name("blank.xlsx"), products=3)


@pytest.fixture
def form(blank: Path, tmp_path: Path, rule: Path) -> Form:
    return filled_form(blank, tmp_path, rule)


# -- reading back -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("alike", [False, True])
@pytest.mark.parametrize("name", ["cotton_poplin", "polyester_cotton_blend", "t_shirt"])
def test_three_products_give_what_the_table_gives(name: str, alike: bool, tmp_path: Path) -> None:
    example = tp.load_example(name)
    tables = three(name)
    blank = blank_workbook(tmp_path / "mill.xlsx", example.rule, products=tuple(tables))
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
