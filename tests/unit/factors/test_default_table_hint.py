"""Tables named leave `default` out; what `default` would answer is told in one sentence with the cure."""

from __future__ import annotations

from pathlib import Path

import pytest

import textile_pcf as tp
from textile_pcf.cli import run

RULE = "cotton_fabric@2026.1"
CURE = 'Add it behind yours: `--factors default` on the command line, factors=[mine, "default"] in Python.'
HEAD = "item,value,unit,region,year,kind,source,locator\n"
MINE = HEAD + "my_dye,5,kgCO2e/kg,GLO,2023,life_cycle,made,1\n"
ROWS = """product,stage,flow,amount,unit,item,region,year
{p},product,,,,,CN,2024
{p},spinning,fiber,1,kg/kg,,,
{p},spinning,spinning_waste,5,%,,,
{p},spinning,electricity,3,kWh/kg,,,
{p},weaving,weaving_waste,2,%,,,
{p},weaving,electricity,3,kWh/kg,,,
{p},biogenic_carbon,cellulose_content,0.92,kg/kg,,,
"""


def mill(folder: Path, table: str = MINE, more: str = "", products: tuple[str, ...] = ("P",)) -> tuple[Path, Path]:
    head, _, body = ROWS.partition("\n")
    text = head + "\n" + "".join(body.format(p=product) for product in products) + more
    (folder / "mill.csv").write_text(text, encoding="utf-8")
    (folder / "mine.csv").write_text(table, encoding="utf-8")
    return folder / "mill.csv", folder / "mine.csv"


def refused(source: Path, *tables: Path | str) -> tp.InputError:
    with pytest.raises(tp.InputError) as caught:
        tp.footprint(source, RULE, list(tables))
    return caught.value


def test_all_that_default_would_answer_is_one_sentence(tmp_path: Path) -> None:
    source, table = mill(tmp_path)
    (problem,) = refused(source, table).problems
    assert problem.where == str(source)
    assert problem.what.startswith("Emission factors are not in mine, but the table 'default' has them: ")
    for item in ("cotton_lint", "electricity", "cellulose_carbon_uptake"):
        assert item in problem.what
    assert problem.cure == CURE
    assert tp.footprint(source, RULE, [table, "default"]).products == ("P",), "the cure is one"


def test_of_several_products_it_is_still_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, table = mill(tmp_path, products=("P", "Q", "R"))
    error = refused(source, table)
    assert len(error.distinct) == 1 and {problem.product for problem in error.problems} == {"P", "Q", "R"}
    assert run(["calculate", str(source), "--rule", RULE, "--factors", str(table)]) == 4
    err = capsys.readouterr().err
    assert err.count(CURE) == 1 and err.endswith("1 problem in the input\n")
    assert run(["check", str(source), "--rule", RULE, "--factors", str(table), "--lang", "zh"]) == 4
    err = capsys.readouterr().err
    assert "请把它加在您的表之后" in err and "但表 'default' 中有" in err


def test_what_default_has_not_either_is_told_at_its_place(tmp_path: Path) -> None:
    source, table = mill(tmp_path, more="P,spinning,electricity,1,kWh/kg,elektricity,,\n")
    there, summed = refused(source, table).problems
    assert there.where.startswith(f"{source}:9 ") and "'elektricity'" in there.what
    assert summed.cure == CURE


def test_a_single_one_keeps_its_place(tmp_path: Path) -> None:
    missing = {"cotton_lint": "kg", "cellulose_carbon_uptake": "kg", "lorry_diesel_18t": "(t*km)", "wastewater_treatment": "m3"}
    table = HEAD + "".join(
        f"{item},1,kgCO2e/{unit},GLO,2023,{'well_to_wheel' if 'lorry' in item else 'life_cycle'},made,{n}\n"
        for n, (item, unit) in enumerate(missing.items())
    )
    source, mine = mill(tmp_path, table)
    summed = refused(source, mine).problems
    rows = [problem for problem in summed if "electricity" in problem.what]
    assert rows and all(problem.cure == CURE for problem in rows)


def test_an_item_of_another_region_is_named_with_the_one_asked_for(tmp_path: Path) -> None:
    source, table = mill(tmp_path, MINE + "electricity,0.05,kgCO2e/kWh,FR,2023,life_cycle,made,2\n")
    (problem,) = refused(source, table).problems
    assert "electricity (CN)" in problem.what


def test_a_table_that_has_the_item_in_the_wrong_unit_is_not_cured_by_default(tmp_path: Path) -> None:
    """The tables named are asked first, so `default` behind them would change nothing."""
    source, table = mill(tmp_path, MINE + "electricity,0.6,kgCO2e/kg,CN,2023,life_cycle,made,2\n")
    told = refused(source, table).problems
    wrong = [problem for problem in told if "'electricity'" in problem.what]
    assert wrong and all("kgCO2e/kWh" in problem.cure and CURE not in problem.cure for problem in wrong)


def test_where_default_is_named_nothing_is_said_of_it(tmp_path: Path) -> None:
    source, _ = mill(tmp_path, more="P,spinning,electricity,1,kWh/kg,elektricity,,\n")
    assert not any("Add it behind" in problem.cure for problem in refused(source, "default").problems)


def test_a_batch_rejects_with_the_same_sentence(tmp_path: Path) -> None:
    source, table = mill(tmp_path, products=("P", "Q"))
    done = tp.calculate_batch(source, RULE, table, out=tmp_path / "out", progress=False)
    assert done.rejected == 2
    assert [problem["product"] for problem in done.problems()] == ["P", "Q"]
    assert {problem["cure"] for problem in done.problems()} == {CURE}
