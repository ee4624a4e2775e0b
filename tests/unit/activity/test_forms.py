"""A mill's own form: months and years across the columns, own columns by a mapping, amounts per 100 m."""

import csv
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import yaml

import textile_pcf as tp
from textile_pcf.activity.columns import read_activity_table
from textile_pcf.cli import run as command_line

RULE = """
rule: cloth
edition: "1"
product: {unit: kg, properties: {grammage: {unit: g/m2, optional: true}, width: {unit: m, optional: true}}}
stages:
  - id: weaving
    flows: {electricity: {unit: kWh, factor: electricity}, steam: {unit: kg, factor: water, optional: true}}
  - {id: dyeing, flows: {electricity: {unit: kWh, factor: electricity}}}
"""
FACTORS = [
    {"item": "electricity", "value": 0.5, "unit": "kgCO2e/kWh"},
    {"item": "water", "value": 0.1, "unit": "kgCO2e/kg"},
]
EACH = {"region": "GLO", "year": 2024, "kind": "life_cycle", "source": "s", "locator": "p. 1", "gwp": "AR6"}
MONTHS = {
    "zh": [f"{month}月" for month in range(1, 13)],
    "en": ["Jan", "Feb", "Mar", "April", "May", "June", "Jul", "Aug", "Sep", "Oct", "November", "Dec"],
    "iso": [f"2024-{month:02}" for month in range(1, 13)],
    "chinese": ["一月", "二月", "三月", "四月", "五月", "六月", "七月", "八月", "九月", "十月", "十一月", "十二月"],
    "with year": [f"2024年{month}月" for month in range(1, 13)],
}
POWER, OUTPUT = [1000.0 + 10 * month for month in range(12)], [900.0 + month for month in range(12)]
DYEING = {"product": "P", "stage": "dyeing", "flow": "electricity", "amount": 2, "unit": "kWh/kg"}


@pytest.fixture(scope="module")
def rule(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("forms") / "cloth.yaml"
    path.write_text(RULE, encoding="utf-8")
    written([FACTORS[0] | EACH, FACTORS[1] | EACH], path.with_name("factors.csv"))
    path.with_name("factors.yaml").write_text(
        "edition: '1'\ntitle: Factors\nlicence: own\nsources: {s: {title: S}}\n", encoding="utf-8"
    )
    return path


def written(rows: list[dict[Any, Any]], path: Path) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(dict.fromkeys(key for row in rows for key in row)), restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path


def total(path: Path | list[dict[str, Any]], rule: Path, columns: Any = None) -> float:
    source = path if isinstance(path, Path) else [{"product": "P", "rows": path}]
    return float(tp.footprint(source, rule, rule.with_name("factors.csv"), columns=columns).totals[0])


def problems(path: Path, rule: Path, columns: Any = None) -> list[tuple[str, str]]:
    with pytest.raises(tp.InputError) as caught:
        tp.footprint(path, rule, rule.with_name("factors.csv"), columns=columns)
    return [
        (problem.where.removeprefix(str(path)).partition(" (")[0].strip(), problem.what) for problem in caught.value.problems
    ]


def across(heads: list[Any], power: list[Any], output: list[Any], unit: str = "kWh") -> list[dict[Any, Any]]:
    """The year of weaving with periods across the columns, and dyeing per kg in every period."""
    same = {"product": "P", "stage": "weaving"}
    dyeing = {"product": "P", "stage": "dyeing", "flow": "electricity", "unit": "kWh/kg"}
    return [
        same | {"flow": "electricity", "unit": unit} | dict(zip(heads, power, strict=True)),
        same | {"flow": "output", "unit": "kg"} | dict(zip(heads, output, strict=True)),
        dyeing | dict.fromkeys(heads, 2),
    ]


# -- periods across the columns ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("heads", MONTHS.values(), ids=MONTHS)
def test_months_add_up_bit_for_bit(heads: list[str], rule: Path, tmp_path: Path) -> None:
    form = written(across(heads, POWER, OUTPUT), tmp_path / "form.csv")
    period = {"product": "P", "stage": "weaving", "per": "period"}
    plain = [period | {"flow": "electricity", "amount": sum(POWER), "unit": "kWh"},
             period | {"flow": "output", "amount": sum(OUTPUT), "unit": "kg"}, DYEING]  # fmt: skip
    assert total(form, rule) == total(written(plain, tmp_path / "plain.csv"), rule)


def test_years_are_one_mean_by_output(rule: Path, tmp_path: Path) -> None:
    """(1000 + 3000) kWh over (1000 + 1000) kg = 2 kWh/kg, and 2 kWh/kg of dyeing: 4 kWh x 0.5 = 2 kg CO2e."""
    form = written(across(["2023", "2024年"], [1000, 3000], [1000, 1000]), tmp_path / "form.csv")
    assert total(form, rule) == pytest.approx(2.0, rel=1e-12)


def test_amounts_per_kg_are_averaged_by_output(rule: Path, tmp_path: Path) -> None:
    """(1 x 1000 + 3 x 3000) / 4000 = 2.5 kWh/kg, and 2 of dyeing: 4.5 x 0.5 = 2.25 kg CO2e."""
    rows = across(["2023", "2024"], [1, 3], [1000, 3000], "kWh/kg")
    assert total(written(rows, tmp_path / "form.csv"), rule) == pytest.approx(2.25, rel=1e-12)
    del rows[1]
    assert "no output is given" in problems(written(rows, tmp_path / "none.csv"), rule)[0][1]


def test_dates_as_headers_of_a_workbook(rule: Path, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "activity"
    months = [datetime(2024, month, 1) for month in range(1, 13)]
    rows = across(months, POWER, OUTPUT)
    heads = list(rows[0])
    sheet.append(heads)
    for row in rows:
        sheet.append([row[head] for head in heads])
    for cell in sheet[1][4:]:
        cell.number_format = "yyyy-mm"
    book.save(tmp_path / "form.xlsx")
    assert total(tmp_path / "form.xlsx", rule) == total(written(across(MONTHS["iso"], POWER, OUTPUT), tmp_path / "f.csv"), rule)


def test_every_wrong_cell_is_named(rule: Path, tmp_path: Path) -> None:
    power, output = [*POWER], [*OUTPUT]
    rows = across(MONTHS["zh"], power, output)
    rows[0] |= {"2月": "", "3月": "about 5", "4月": -1, "合计": 7}
    rows[1] |= {"5月": ""}
    book = openpyxl.Workbook()
    heads = [*rows[0]]
    book.active.title = "activity"
    book.active.append(heads)
    for row in rows:
        book.active.append([row.get(head, "") for head in heads])
    book.save(tmp_path / "form.xlsx")
    found = dict(problems(tmp_path / "form.xlsx", rule))
    assert set(found) == {"activity!F2", "activity!G2", "activity!H2", "activity!I2", "activity!Q2", "activity!I4"} - {
        "activity!I4"
    }
    assert "is empty, but the stage has an output" in found["activity!F2"]
    assert "not a number" in found["activity!G2"]
    assert "negative" in found["activity!H2"]
    assert "has no output in it" in found["activity!I2"]
    assert "differs from the sum" in found["activity!Q2"]


def test_periods_that_cannot_stand_here(rule: Path, tmp_path: Path) -> None:
    mixed = written([DYEING | {"2024": 1, "3月": 2}], tmp_path / "mixed.csv")
    whats = [what for _, what in problems(mixed, rule)]
    assert any("column of amounts and columns of periods" in what for what in whats)
    assert any("different kinds" in what for what in whats)
    alone = written([DYEING | {"合计": 1}], tmp_path / "alone.csv")
    assert any("'合计' is not a known column" in what for _, what in problems(alone, rule))


# -- per 100 m ---------------------------------------------------------------------------------------------------------


def test_kwh_per_100_m_by_grammage_and_width(rule: Path) -> None:
    """200 g/m2 x 1.5 m = 0.3 kg/m: 45 kWh per 100 m are 1.5 kWh/kg; with 2 of dyeing 3.5 x 0.5 = 1.75 kg CO2e."""
    rows = [
        {"stage": "product", "flow": "grammage", "amount": 200, "unit": "g/m2"},
        {"stage": "product", "flow": "width", "amount": 150, "unit": "cm"},
        {"stage": "weaving", "flow": "electricity", "amount": 45, "unit": "kWh/百米"},
        {"stage": "dyeing", "flow": "electricity", "amount": 2, "unit": "kWh/kg"},
    ]
    assert total(rows, rule) == pytest.approx(1.75, rel=1e-12)
    with pytest.raises(tp.InputError, match="Give grammage and width of the product"):
        total(rows[1:], rule)


# -- own columns -------------------------------------------------------------------------------------------------------

MAPPING: dict[str, Any] = {
    "columns": {
        "款": "product",
        "织造用电(kWh)": {"stage": "weaving", "flow": "electricity", "per": "period"},
        "织造产出": {"stage": "weaving", "flow": "output", "unit": "kg", "per": "period"},
        "染色电耗": {"stage": "dyeing", "flow": "electricity", "unit": "kWh/kg"},
    },
    "constants": {"region": "GLO"},
    "ignore": ["客户"],
}
OWN = [{"款": "P", "客户": "X", "织造用电(kWh)": 1000, "织造产出": 500, "染色电耗": 2}]


def test_columns_of_flows(rule: Path, tmp_path: Path) -> None:
    """2 kWh/kg of weaving and 2 of dyeing: 4 x 0.5 = 2 kg CO2e."""
    form = written(OWN, tmp_path / "own.csv")
    mapping = tmp_path / "columns.yaml"
    mapping.write_text(yaml.safe_dump(MAPPING, allow_unicode=True), encoding="utf-8")
    result = tp.footprint(form, rule, rule.with_name("factors.csv"), columns=mapping)
    assert result.totals[0] == pytest.approx(2.0, rel=1e-12)
    remembered = result.provenance["columns"]
    assert remembered["columns"] == MAPPING["columns"] | {
        "织造用电(kWh)": {"stage": "weaving", "flow": "electricity", "per": "period", "unit": "kWh"}
    }
    assert len(remembered["sha256"]) == 64
    assert total(form, rule, MAPPING) == result.totals[0]
    assert command_line(["calculate", str(form), "--rule", str(rule), "--factors", str(rule.with_name("factors.csv")),
                         "--columns", str(mapping), "-o", str(tmp_path / "out.csv")]) == 0  # fmt: skip
    plain = [DYEING | {"stage": stage} for stage in ("weaving", "dyeing")]
    result = tp.footprint([{"product": "P", "rows": plain}], rule, rule.with_name("factors.csv"))
    assert "columns" not in result.provenance


def test_kept_columns_may_have_any_name_beside_own_columns(rule: Path, tmp_path: Path) -> None:
    """What a form calls its columns does not matter to how own columns are named while it is read."""
    texts = {"form number": "F-7", "form 1": "first", "ignored 1": "none", "ignored by us": "no"}
    row = {"style": "P", "weaving power": 0.4, "dyeing power": 1.2, "remark": "x", **texts}
    power = {name: {"stage": name, "flow": "electricity", "unit": "kWh/kg"} for name in ("weaving", "dyeing")}
    mapping = {
        "columns": {"style": "product", **{f"{name} power": cells for name, cells in power.items()}},
        "ignore": ["remark"],
    }
    result = tp.footprint(written([row], tmp_path / "form.csv"), rule, rule.with_name("factors.csv"), columns=mapping,
                          keep=list(texts))  # fmt: skip
    assert result["P"].kept == texts
    assert result.totals[0] == pytest.approx(0.5 * (0.4 + 1.2))


def test_a_total_below_the_styles_is_no_style(rule: Path, tmp_path: Path) -> None:
    """Weavers write the sum, and the mean, of all styles below them; these became products with a footprint."""
    below = [{"款": "合 计", "织造用电(kWh)": 2000, "织造产出": 1000, "染色电耗": 2},
             {"款": "平均", "织造用电(kWh)": 2000, "织造产出": 1000, "染色电耗": 2}, {"款": "填表人：王某"}]  # fmt: skip
    found = problems(written([*OWN, *below], tmp_path / "own.csv"), rule, MAPPING)
    first = len(OWN) + 2
    assert found == [(f":{first}", "This row is no data ('合 计')."), (f":{first + 1}", "This row is no data ('平均').")]
    signed = written([*OWN, below[-1]], tmp_path / "signed.csv")
    assert total(signed, rule, MAPPING) == pytest.approx(2.0, rel=1e-12)


def test_own_words_and_months(rule: Path, tmp_path: Path) -> None:
    rows = [{"车间": {"weaving": "织布车间", "dyeing": "染色车间"}[row["stage"]], "指标": row["flow"], **row}
            for row in across(MONTHS["zh"], POWER, OUTPUT)]  # fmt: skip
    for row in rows:
        del row["stage"], row["flow"], row["product"]
    mapping = {"columns": {"车间": "stage", "指标": "flow"}, "constants": {"product": "P"},
               "values": {"stage": {"织布车间": "weaving", "染色车间": "dyeing"}}}  # fmt: skip
    ours = written(across(MONTHS["zh"], POWER, OUTPUT), tmp_path / "ours.csv")
    assert total(written(rows, tmp_path / "own.csv"), rule, mapping) == total(ours, rule)


@pytest.mark.parametrize(
    ("mapping", "words"),
    [
        ({"columns": {"用电": "amout"}}, "'amout' is not a column"),
        ({"columns": {"a": "unit", "b": "unit"}}, "are both the column 'unit'"),
        ({"columns": {"项目": "stage"}}, "known header already: of the column 'flow'"),
        ({"columns": {"unit": "item"}}, "known header already"),
        ({"columns": {"3月": "note"}}, "is a period"),
        ({"columns": {"a": {"stage": "weaving"}}}, "which flow"),
        ({"columns": {"a": {"flow": "x", "amount": 1}}}, "not a cell of a row of amounts"),
        ({"columns": {"a": "amount", "b": {"flow": "x"}}}, "one column is all amounts"),
        ({"columns": {"a\x07": "unit"}}, "cannot be the header"),
        ({"columns": {True: "unit"}}, "not the header of a column"),
        ({"columns": {f"c{number}": {"flow": "x"} for number in range(501)}}, "501 columns"),
        ({"columns": ["a"]}, "`columns` is not a mapping"),
        ({"colums": {}}, "no key 'colums'"),
        ({"constants": {"per": [1]}}, "not the text of a cell"),
        ({"constants": {"amount": 1}}, "'amount' is not a column"),
        ({"values": {"stage": "x"}}, "not a mapping of texts"),
        ({"values": {"amount": {}}}, "'amount' is not a column"),
        ({"ignore": "a"}, "not a list of headers"),
        ({"ignore": ["unit"]}, "both read and passed over"),
        ({"sheet": 3}, "not the title of a sheet"),
    ],
)  # fmt: skip
def test_wrong_mappings_are_refused(mapping: dict[str, Any], words: str) -> None:
    with pytest.raises(tp.InputError) as caught:
        read_activity_table([{"product": "P", "rows": [DYEING]}], mapping)
    assert any(words.casefold() in problem.what.casefold() and problem.cure for problem in caught.value.problems)


def test_mapping_that_does_not_fit_the_form(rule: Path, tmp_path: Path) -> None:
    form = written(OWN, tmp_path / "own.csv")
    found = problems(form, rule, MAPPING | {"columns": MAPPING["columns"] | {"蒸汽": {"stage": "weaving", "flow": "steam"}}})
    assert any("no column '蒸汽'" in what for _, what in found)
    doubled = problems(form, rule, MAPPING | {"constants": {"product": "Q"}})
    assert any("has a column 'product'" in what for _, what in doubled)
    with pytest.raises(tp.UsageError):
        read_activity_table(form, 3)
    with pytest.raises(tp.InputError, match="no amounts"):
        read_activity_table(written([{"款": "P", "染色电耗": ""}], tmp_path / "empty.csv"),
                            {"columns": {"款": "product", "染色电耗": {"stage": "dyeing", "flow": "electricity"}}})  # fmt: skip
