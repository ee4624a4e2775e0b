"""Who buys yarn, greige fabric or dyes gets a number from shipped factors, or the name of the footprint to ask for."""

import pandas as pd
import pytest

import textile_pcf as tp
from textile_pcf import cli

RULE = """
rule: dyeing
edition: "1"
title: Dyeing
product: {unit: kg}
stages:
- id: dyeing
  flows:
    greige: {unit: kg, category: fabric}
    yarn: {unit: kg, category: yarn, optional: true}
"""
BOUGHT = {"product": "DYED", "stage": "dyeing", "unit": "kg", "region": "CN"}
ROWS = [
    BOUGHT | {"flow": "greige", "amount": 1.05, "item": "greige_knit_cotton"},
    BOUGHT | {"flow": "yarn", "amount": 0.01, "item": "polyester_dty"},
]


@pytest.fixture
def result(tmp_path):
    (tmp_path / "rule.yaml").write_text(RULE, encoding="utf-8")
    with pytest.warns(tp.PcfWarning):
        return tp.footprint(pd.DataFrame(ROWS), tmp_path / "rule.yaml")


def test_explain_shows_what_a_composed_factor_is_made_of(result):
    text = result.explain("DYED")
    assert (
        "= 1 kg cotton_yarn_ring CN 2024 / (1 − 0.034) × 4.261919 = 4.411924 kg CO2e (amount and loss: ECOBALYSE-KNITTING"
        in text
    )
    assert "= 4.25 MJ electricity CN 2024 × 0.1604722 = 0.6820069 kg CO2e" in text
    assert "composed, 5.093931 kgCO2e/kg" in text
    chinese = result.explain("DYED", language="zh")
    assert "用量与损耗" in chinese and "合成，5.093931 kgCO2e/kg" in chinese


def test_warnings_name_composed_factors_and_proxies(result):
    warnings = " ".join(result.warnings())
    assert (
        "composed factors, which are estimates from cited rows, are used: greige_knit_cotton, polyester_filament_yarn"
        in warnings
    )
    assert "polyester_dty: polyester_filament_yarn stands in for it as a proxy" in warnings


def test_the_report_marks_both(result, tmp_path):
    pytest.importorskip("jinja2")
    result.to_html(tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "polyester_dty→polyester_filament_yarn (proxy)" in page
    assert "COMPOSED: Composed in the library from cited rows" in page


def shown(capsys, *arguments):
    assert cli.run(list(arguments)) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["涤纶长丝"], "polyester_filament_yarn"),
        (["DTY"], "proxy for polyester_dty"),
        (["viscose", "yarn"], "viscose_yarn_ring"),
        (["活性染料"], "ask the supplier for a footprint, and name it pcf:ID"),
        (["针织坯布"], "greige_knit_cotton"),
    ],
)
def test_search_finds_a_factor_a_proxy_or_whom_to_ask(capsys, words, found):
    assert found in shown(capsys, "factors", "search", *words)


def test_show_gives_the_terms_or_whom_to_ask(capsys):
    assert "= 1.36 kWh electricity CN 2024 × 0.5777 = 0.785672 kg CO2e" in shown(
        capsys, "factors", "show", "polyester_filament_yarn"
    )
    assert "请向供应商索取产品碳足迹" in shown(capsys, "factors", "show", "reactive_dye", "--lang", "zh")
