"""Further columns of activity data, named with `keep`: what may be kept, and what is wrong with them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import textile_pcf as tp

RULE = {
    "rule": "mill", "edition": "1", "product": {"unit": "kg"},
    "stages": [{"id": "weaving", "flows": {
        "electricity": {"unit": "kWh", "factor": "power"}, "steam": {"unit": "kg", "factor": "steam"},
    }}],
}  # fmt: skip
FACTORS = {"power": "0.5 kgCO2e/kWh", "steam": "0.2 kgCO2e/kg"}


def table(*customers: Any, product: str = "P") -> pd.DataFrame:
    flows = [("electricity", 4, "kWh"), ("steam", 3, "kg")]
    rows = [
        {"product": product, "stage": "weaving", "flow": flow, "amount": amount, "unit": unit, "customer": customer}
        for (flow, amount, unit), customer in zip(flows, customers, strict=True)
    ]
    return pd.DataFrame(rows)


def kept(source: Any, keep: Any = ("customer",)) -> Any:
    return tp.footprint(source, RULE, FACTORS, keep=keep).kept


def test_one_row_is_enough_and_empty_cells_say_nothing() -> None:
    assert kept(table("", "ACME")) == {"customer": ("ACME",)}
    assert kept(table("", "")) == {"customer": ("",)}
    assert kept(pd.concat([table("", "B", product="Q"), table("A", "A")])) == {"customer": ("B", "A")}


def test_numbers_are_kept_as_texts() -> None:
    assert kept(table(2026, 2026)) == {"customer": ("2026",)}


def test_headers_are_recognised_as_others_are() -> None:
    assert kept(table("A", "A").rename(columns={"customer": " Customer "})) == {"customer": ("A",)}
    assert kept(table("A", "A").rename(columns={"customer": "客户"}), ["客户"]) == {"客户": ("A",)}


def test_an_unnamed_column_stays_an_error() -> None:
    with pytest.raises(tp.InputError, match=r"'customer' is not a known column"):
        kept(table("A", "A"), ())


def test_results_do_not_move() -> None:
    plain = tp.footprint(table("A", "A").drop(columns="customer"), RULE, FACTORS)
    assert np.array_equal(tp.footprint(table("A", "A"), RULE, FACTORS, keep=["customer"]).totals, plain.totals)


def test_rows_that_differ_are_named_with_their_places() -> None:
    cure = r"All rows of a product say the same, or leave the cell empty\."
    with pytest.raises(tp.InputError, match=r"row 1 \(weaving\.steam\): customer is 'B' here and 'A' in row 0\. " + cure):
        kept(table("A", "B"))


def test_the_same_table_again_with_another_customer() -> None:
    assert kept(table("A", "A")) == {"customer": ("A",)}
    assert kept(table("B", "B")) == {"customer": ("B",)}, "structures are cached, kept columns are not"
    with pytest.raises(tp.InputError, match="customer is"):
        kept(table("B", "C"))


def test_a_control_character() -> None:
    with pytest.raises(tp.InputError, match=r"control character U\+0007"):
        kept(table("A\x07", "A\x07"))


@pytest.mark.parametrize("name", [
    "product", "amount", "confirmed", "dq_completeness", "low", "cutoff", "share", "total", "kgCO2e", "total_including", "数量",
    "Amount", " amount", "", "a\x07", "p2_5", "kept",
])  # fmt: skip
def test_names_that_are_taken_or_none(name: str) -> None:
    with pytest.raises(tp.UsageError) as caught:
        kept(table("A", "A"), [name])
    assert all(problem.cure for problem in caught.value.problems)


def test_a_stage_of_the_rule_is_no_name() -> None:
    with pytest.raises(tp.InputError, match=r"keep 'weaving': 'weaving' is a stage of rule mill@1\."):
        kept(table("A", "A").rename(columns={"customer": "weaving"}), ["weaving"])


@pytest.mark.parametrize("keep", ["customer", 5, [5], {"customer"}, [["customer"]], None, True])
def test_what_is_no_list_of_names(keep: Any) -> None:
    if not keep:
        assert tp.read_activity(table("A", "A").drop(columns="customer"), RULE, keep=keep).products == ("P",)
        return
    with pytest.raises(tp.UsageError, match="not a list of columns"):
        kept(table("A", "A"), keep)


def test_a_column_that_is_not_there() -> None:
    with pytest.raises(tp.InputError, match=r"'customer' is not a known column\. Did you mean 'custmer'"):
        kept(table("A", "A"), ["custmer"])
    with pytest.raises(tp.InputError, match="Add the column, or leave it out"):
        kept(table("A", "A"), ["customer", "season"])


def test_twice() -> None:
    with pytest.raises(tp.UsageError, match="named twice"):
        kept(table("A", "A"), ["customer", "Customer"])
