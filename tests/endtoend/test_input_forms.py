"""Inputs of every form give the same result, and stay as they are."""

from __future__ import annotations

import json
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from small_mill import FACTORS as POWER
from small_mill import RULE as SMALL
from small_mill import rows as small_rows

import textile_pcf as tp
from paths import ROOT, TESTS
from textile_pcf.interchange.about import read_about
from textile_pcf.io.study import read_study
from worked import write_rule, write_table

EXAMPLES = {
    "polyester_woven": "chemical_fiber_fabric",
    "cotton_poplin": "cotton_fabric",
    "silk_habotai": "silk_fabric",
    "polyester_cotton_blend": "chemical_fiber_fabric",
}


MISTAKES = TESTS / "mistakes"


RULE, FACTORS, GOOD = MISTAKES / "mill.yaml", MISTAKES / "factors.csv", MISTAKES / "good.csv"


def good():
    return tp.footprint(GOOD, RULE, FACTORS)


def example(name):
    folder = ROOT / "examples" / name
    own = [folder / "factors.csv", "default"] if (folder / "factors.csv").is_file() else None
    return tp.footprint(folder / "activity.csv", EXAMPLES[name], own)


# ---------------------------------------------------------------- inputs of every form


def test_a_result_stays_as_it_was_whatever_becomes_of_the_frame():
    frame = pd.read_csv(GOOD)
    told = pd.read_csv(GOOD)
    first = tp.footprint(frame, RULE, FACTORS)
    frame.loc[:, "amount"] = 12345.0
    second = tp.footprint(told, RULE, FACTORS)
    assert first.contributions.equals(second.contributions)
    assert [first.explain(name) for name in first.products] == [second.explain(name) for name in second.products]


def forms(folder):
    """The good table in every form that formats.md 4 names."""
    lines = [line.split(",") for line in GOOD.read_text(encoding="utf-8").splitlines()]
    rows = [dict(zip(lines[0], cells, strict=True)) for cells in lines[1:]]
    filled = [{key: _number(value) for key, value in row.items() if value} for row in rows]
    frame = pd.DataFrame(filled, columns=lines[0])
    frame.to_excel(folder / "mill.xlsx", sheet_name="activity", index=False)
    frame.astype({"year": "Int64"}).to_parquet(folder / "mill.parquet", index=False)
    listed = [{key: value for key, value in row.items() if key != "product"} for row in filled]
    document = {"product": "FABRIC-1", "rows": listed}
    (folder / "mill.json").write_text(json.dumps(document), encoding="utf-8")
    text = "product: FABRIC-1\nrows:\n" + "".join(f"  - {json.dumps(row)}\n" for row in listed)
    (folder / "mill.yaml").write_text(text, encoding="utf-8")
    joined = [{**row, "amount": f"{row['amount']:g} {row['unit']}", "unit": ""} if "amount" in row else row for row in listed]
    (folder / "joined.json").write_text(json.dumps({"product": "FABRIC-1", "rows": joined}), encoding="utf-8")
    (folder / "mill.tsv").write_text(GOOD.read_text(encoding="utf-8").replace(",", "\t"), encoding="utf-8")
    files = [folder / name for name in ("mill.xlsx", "mill.parquet", "mill.json", "mill.yaml", "joined.json", "mill.tsv")]
    return [*files, str(GOOD), frame, pd.read_csv(GOOD), pd.read_csv(GOOD, dtype=str), document, [document]]


def _number(text):
    try:
        number = float(text)
    except ValueError:
        return text
    return int(number) if number.is_integer() else number


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_every_form_gives_the_same(tmp_path):
    wanted = good().to_dict()["products"]
    for source in forms(tmp_path):
        assert tp.footprint(source, RULE, FACTORS).to_dict()["products"] == wanted, source


def test_factors_of_every_form(tmp_path):
    frame = pd.read_csv(FACTORS)
    frame.to_excel(tmp_path / "factors.xlsx", index=False)
    frame.to_parquet(tmp_path / "factors.parquet", index=False)
    wanted = good().to_dict()["products"]
    for source in (frame, tmp_path / "factors.xlsx", tmp_path / "factors.parquet"):
        assert tp.calculate(tp.read_activity(GOOD, RULE), tp.load_factors(source)).to_dict()["products"] == wanted


OPTIONAL = {  # every optional column of formats.md 3 with a cell that makes sense
    "name_en": "Grid", "name_zh": "电网", "category": "energy", "gwp": "AR6", "co2_fossil": "0.5", "co2_biogenic": "0",
    "co2_uptake": "0", "co2_land_use": "0", "co2_aircraft": "0", "ch4_fossil": "0", "ch4_biogenic": "0", "n2o": "0",
    "losses_included": "yes", "basis": "net", "gsd": "1.1", "low": "0.4", "high": "0.6", "dq_technology": "1",
    "dq_geography": "2", "dq_time": "3", "dq_precision": "5", "licence": "CC0", "redistributable": "true",
    "confidence": "high", "notes": "none", "boundary": "cradle_to_gate",
}  # fmt: skip


def test_every_optional_column_of_a_table_is_known(tmp_path):
    row = {"item": "power", "value": "0.5", "unit": "kgCO2e/kWh", "region": "CN", "year": "2024", "kind": "life_cycle",
           "source": "hand", "locator": "hand", **OPTIONAL}  # fmt: skip
    bounded, lognormal = {**row, "gsd": ""}, {**row, "low": "", "high": "", "region": "GLO"}  # one spread each
    assert tp.load_factors(write_table([bounded, lognormal], tmp_path / "hand.csv")).items == ["power"]


def test_every_optional_column_of_an_activity_file_is_known(tmp_path):
    """Provenance, uncertainty and quality stand in the file, and the result says the first."""
    lines = GOOD.read_text(encoding="utf-8").splitlines()
    more = ("data_type", "source", "gsd", "dq_technology", "dq_geography", "dq_time", "dq_precision", "dq_completeness")
    amount = lines[0].split(",").index("amount")
    spread = ["1.1" if line.split(",")[amount] else "" for line in lines[1:]]  # a row without amount has none
    cells = (f"{line},measured,meter 3,{gsd},1,2,3,5,2" for line, gsd in zip(lines[1:], spread, strict=True))
    rows = [",".join([lines[0], *more]), *cells]
    path = tmp_path / "mill.csv"
    path.write_text("\n".join(rows), encoding="utf-8")
    found = tp.footprint(path, RULE, FACTORS).contributions
    given_ = found[found["flow"] == "steam"].iloc[0]
    assert (given_["data_type"], given_["source"]) == ("measured", "meter 3")


def test_one_warning_per_table_of_another_gwp_set(tmp_path):
    """Two rows of one table are one warning, two tables are two; another product does not repeat it."""
    lines = FACTORS.read_text(encoding="utf-8").splitlines()
    first, second = tmp_path / "first.csv", tmp_path / "second.csv"
    first.write_text("\n".join([f"{lines[0]},gwp", *(f"{line},AR4" for line in lines[1:] if "steam" not in line)]), "utf-8")
    second.write_text("\n".join([f"{lines[0]},gwp", *(f"{line},AR5" for line in lines[1:] if "steam" in line)]), "utf-8")
    frame = pd.read_csv(GOOD)
    both = pd.concat([frame, frame.assign(product="FABRIC-2")])
    result = tp.footprint(both, RULE, [first, second])
    *tables, share = result.warnings()
    assert len(tables) == 2, tables
    assert {"AR4" in tables[0], "AR5" in tables[1]} == {True}
    assert share == "100 % of the gross emissions rest on factors that were not made with AR6."
    *tables_of_ar4, share = tp.footprint(both, RULE, [first, second], gwp="AR4").warnings()
    assert tables_of_ar4 == [text.replace("AR6", "AR4") for text in tables[1:]]
    assert share.endswith("rest on factors that were not made with AR4.") and not share.startswith("100 %")


def test_what_a_rule_assumes_is_flagged():
    """A default is flagged: as estimated in the lines, with the rule's source and locator."""
    result = example("cotton_poplin")
    lines = result.contributions
    assumed = lines[lines["source"].str.startswith("cotton_fabric@")]
    assert len(assumed) > 0
    assert set(assumed["data_type"]) == {"estimated"}
    assert (assumed["locator"] != "").all()


def test_a_list_of_products_in_one_document(tmp_path):
    rows = [{"stage": "s", "flow": "power", "amount": "2 kWh"}]
    rule = write_rule(
        {"rule": "listed", "edition": "1", "product": {"unit": "kg"},
         "stages": [{"id": "s", "flows": {"power": {"unit": "kWh", "factor": "power"}}}]}, tmp_path
    )  # fmt: skip
    table = write_table(
        [{"item": "power", "value": 0.5, "unit": "kgCO2e/kWh", "region": "GLO", "year": "", "kind": "life_cycle",
          "source": "hand", "locator": "hand"}], tmp_path / "hand.csv"
    )  # fmt: skip
    result = tp.footprint([{"product": "A", "rows": rows}, {"product": "B", "rows": rows}], rule, table)
    assert dict(result.total()) == {"A": 1.0, "B": 1.0}


def test_inputs_stay_as_they_are():
    frame = pd.read_csv(GOOD)
    document = {"product": "P", "rows": [{"stage": "dyeing", "flow": "steam", "amount": "8 kg"}]}
    before, listed = frame.copy(deep=True), json.dumps(document)
    tp.footprint(frame, RULE, FACTORS)
    with pytest.raises(tp.InputError):
        tp.footprint(document, RULE, FACTORS)
    pd.testing.assert_frame_equal(frame, before)
    assert json.dumps(document) == listed


def test_factors_and_rules_are_used_again_unchanged():
    rules, factors, activity = tp.load_rules(RULE), tp.load_factors(FACTORS), tp.read_activity(GOOD, RULE)
    first = tp.calculate(activity, factors).totals.copy()
    tp.calculate(activity, factors, gwp="AR5", biogenic="zero_zero")
    assert np.array_equal(tp.calculate(tp.read_activity(GOOD, rules), factors).totals, first)


# ---------------------------------------------------------------- cells that other software would take for something else


def yarn(cell, form, folder):
    """A yarn whose product code stands in a file as it is written here, without quotes."""
    if form == "csv":
        text = f"product,stage,flow,amount,unit\n{cell},spinning,electricity,2,kWh\n{cell},weaving,electricity,4,kWh\n"
    else:
        keys = '"product": {0}, "stage": "{1}", "flow": "electricity", "amount": {2}, "unit": "kWh"'
        text = "".join(f"- {{{keys.format(cell, *more)}}}\n" for more in (("spinning", 2), ("weaving", 4)))
    path = folder / f"yarn.{form}"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("code", ["007", "1.10", "1E5", "20240301", "12345678901234567890", "0x1F", "+86", ".5", "NO"])
def test_a_product_code_of_digits_is_the_same_in_every_file(code, tmp_path):
    """`007` of a mill's YAML file was product 7, `1E5` was 100000, and 1.10 the same product as 1.1."""
    for form in ("csv", "yaml"):
        result = tp.footprint(yarn(code, form, tmp_path), SMALL, POWER)
        assert dict(result.total()) == {code: 3.0}, form  # (2 + 4) kWh × 0.5


@pytest.mark.parametrize("amount", [".nan", ".inf", "NaN", "0x3", "0o7"])
def test_an_amount_that_is_no_number_in_csv_is_none_in_yaml(amount, tmp_path):
    """`.nan` was an amount that is missing, for which the rule's value was taken."""
    text = yarn("P", "yaml", tmp_path).read_text(encoding="utf-8").replace('"amount": 2', f'"amount": {amount}')
    (tmp_path / "yarn.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(tp.InputError, match="amount"):
        tp.footprint(tmp_path / "yarn.yaml", SMALL, POWER)


@pytest.mark.parametrize("amount", [True, np.bool_(True), Fraction(1, 1), complex(1, 0), np.complex128(1)])
@pytest.mark.parametrize("form", [list, lambda rows: pd.DataFrame({name: pd.Series([row[name] for row in rows], dtype=object)
                                                                   for name in rows[0]})])  # fmt: skip
def test_what_equals_one_but_is_no_number_of_a_table_is_refused(amount, form):
    """A tick `True` beside a row of 1 kWh was read as 1 kWh, too, because the two are equal in Python."""
    keys = {"product": "P", "flow": "electricity", "unit": "kWh"}
    rows = [{**keys, "stage": "spinning", "amount": 1.0}, {**keys, "stage": "weaving", "amount": amount}]
    with pytest.raises(tp.InputError, match="amount"):
        tp.footprint(form(rows), SMALL, POWER)


@pytest.mark.parametrize("column", ["product", "stage", "region", "year"])
def test_a_column_that_was_made_the_index_is_not_left_out(column):
    """After `set_index("region")` the regions of all rows were lost, and the factors of the world were taken."""
    table = pd.DataFrame(small_rows("P", 2, 4)).assign(region="CN", year=2024)
    with pytest.raises(tp.InputError, match=f"The column '{column}' is the index of this table"):
        tp.footprint(table.set_index(column), SMALL, POWER)
    assert dict(tp.footprint(table.set_index(column, drop=False), SMALL, POWER).total()) == {"P": 3.0}
    assert dict(tp.footprint(table.set_index(table.index.rename("line")), SMALL, POWER).total()) == {"P": 3.0}


def test_codes_of_digits_are_kept_in_what_is_said_of_products(tmp_path):
    """On the cover of a report version 1.10 was 1.1; what an about file states of product `007` was taken for none."""
    study, about = tmp_path / "study.yaml", tmp_path / "about.yaml"
    study.write_text("version: 1.10\nperiod: 2025\nproducts: {007: {model: 0042}}\n", encoding="utf-8")
    about.write_text(
        "productDescription: of all\nproducts: {007: {productDescription: own}}\npcf: {exemptedEmissionsPercent: 0.50}\n",
        encoding="utf-8",
    )
    stated = read_study(study)
    assert (stated.fields, stated.products) == ({"version": "1.10", "period": "2025"}, {"007": {"model": "0042"}})
    assert read_about(about).of("007")[0].head["productDescription"] == "own"
    assert read_about(about).data["pcf"]["exemptedEmissionsPercent"] == "0.5"
