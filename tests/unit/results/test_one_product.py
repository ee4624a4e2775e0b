"""A result as programs use it: its length, its products one by one, an explanation without naming the only product."""

from __future__ import annotations

import pytest
from small_mill import FACTORS, RULE, rows

import textile_pcf as tp
from textile_pcf.results import Explanation


@pytest.fixture(scope="module")
def two() -> tp.Footprint:
    return tp.footprint([*rows("P", 2, 4), *rows("Q", 6, 8)], RULE, FACTORS)


@pytest.fixture(scope="module")
def one() -> tp.Footprint:
    return tp.footprint(rows("P", 2, 4), RULE, FACTORS)


def test_a_result_has_the_length_and_the_products_of_its_run(two: tp.Footprint) -> None:
    assert len(two) == 2
    assert list(two) == ["P", "Q"]
    assert "P" in two
    assert "R" not in two
    assert {product: two[product].total() for product in two} == {"P": 3.0, "Q": 7.0}


def test_one_product_of_a_result(two: tp.Footprint) -> None:
    product = two["Q"]
    assert (product.product, product.unit, repr(product)) == ("Q", "kg", "<ProductResult Q 7 kg CO2e/kg>")
    assert product.total("m2") == pytest.approx(7 * 0.2)
    assert product.per_stage().to_dict() == pytest.approx({"spinning": 3.0, "weaving": 4.0})
    assert product.per_stage(empty_stages=True).to_dict() == pytest.approx({"spinning": 3.0, "weaving": 4.0, "printing": 0.0})
    assert product.contributions["kgCO2e"].tolist() == pytest.approx([3.0, 4.0])
    assert product.masses["stage"].tolist() == ["spinning", "weaving", "printing"]
    assert product.to_dict() == two.to_dict()["products"][1]
    assert product.warnings() == two.warnings("Q")
    assert product.explain("weaving") == two.explain("Q", "weaving")
    assert ">Q<" in product._repr_html_()
    assert ">P<" not in product._repr_html_()


def test_how_results_are_shown_as_text(one: tp.Footprint, two: tp.Footprint) -> None:
    assert repr(one) == "<Footprint [kg CO2e/kg] P 3; mill@1, own>"
    assert repr(two) == "<Footprint [kg CO2e/kg] P 3, Q 7; mill@1, own>"
    assert repr(one.published()) == repr(one)


@pytest.mark.parametrize("product", ["R", 5, None, slice(None), 0])
def test_a_product_that_is_not_there(two: tp.Footprint, product: object) -> None:
    with pytest.raises(tp.UsageError):
        two[product]  # type: ignore[index]


def test_explain_without_a_product(one: tp.Footprint, two: tp.Footprint) -> None:
    assert one.explain() == one.explain("P")
    assert one.explain(stage="weaving") == one.explain("P", "weaving")
    with pytest.raises(tp.UsageError, match=r"product: This result has 2 products\. Name one of them: P, Q\."):
        two.explain()


def test_an_explanation_is_text_and_a_page(one: tp.Footprint) -> None:
    explained = one.explain(language="zh")
    assert isinstance(explained, Explanation)
    assert isinstance(explained, str)
    html = explained._repr_html_()
    assert "<summary>纺纱 [spinning]" in html
    for line in explained.splitlines():
        assert line.strip().replace("&", "&amp;").replace("<", "&lt;") in html.replace("&#x27;", "'").replace("&gt;", ">")


def test_an_explanation_shows_hostile_ids_as_text() -> None:
    found = tp.footprint(rows("<script>alert(1)</script>", 2, 4), RULE, FACTORS).explain()
    assert "<script>" not in found._repr_html_()
    assert "&lt;script&gt;" in found._repr_html_()


def test_completion_offers_what_users_need(one: tp.Footprint) -> None:
    offered = {
        "beside", "biogenic", "by_stage", "carbon_content", "completeness", "contributions", "default_factor_share",
        "default_share", "explain", "gross", "gwp_sets", "headline", "kept", "label", "masses", "per_group", "per_stage",
        "per_unit", "plot", "products", "provenance", "published", "rules", "run", "save", "scenario", "show", "split",
        "stages", "to_csv", "to_datapackage", "to_dict", "to_excel", "to_frame", "to_html", "to_json",
        "to_live_report", "to_openlca", "to_pact", "to_parquet", "to_pdf", "total", "totals", "unit", "warnings",
    }  # fmt: skip
    assert set(dir(one)) == offered
    assert set(dir(tp.load_factors(FACTORS))) == {"from_brightway", "items", "match", "search", "to_frame"}
    assert set(dir(tp.read_activity(rows("P", 2, 4), RULE))) == {"products", "rules"}
    assert set(dir(tp.load_rules(RULE))) == {
        "boundary", "document", "flows", "losses", "name", "path", "product_unit", "properties", "sha256", "stages", "title",
    }  # fmt: skip
    assert all(hasattr(one, name) for name in offered - {"plot"})
