"""Supply tables: read from files with the place of every mistake, used by the command line, shown line by line."""

import json

import pytest

import textile_pcf as tp
from textile_pcf.cli import run

HEAD = "site,stages,carrier,part,amount,unit,item,region,year,id,period_start,period_end,attributes_sold\n"
GRID = "mill,dyeing,electricity,grid,100,MWh,,CN,2023,,,,\n"
WIND = "mill,,electricity,contract,60,MWh,electricity_wind,CN,2023,GEC-1,2023-01-01,2023-12-31,\n"
RULE = """rule: mill
edition: "1"
product: {unit: kg}
stages:
  - {id: dyeing, flows: {electricity: {unit: kWh, factor: electricity}}}
  - {id: use, group: use, flows: {electricity: {unit: kWh, value: 1, factor: electricity, source: s, locator: l}}}
sources: {s: {title: a choice}}
"""


@pytest.fixture
def files(tmp_path):
    (tmp_path / "mill.yaml").write_text(RULE, encoding="utf-8")
    rows = "product,stage,flow,amount,unit,region,year\nP,product,,,,CN,2023\nP,dyeing,electricity,10,kWh/kg,,\n"
    (tmp_path / "mill.csv").write_text(rows, encoding="utf-8")
    return tmp_path


def supply(folder, *rows):
    path = folder / "supply.csv"
    path.write_text(HEAD + "".join(rows), encoding="utf-8")
    return path


def test_each_part_is_a_line_and_other_stages_keep_the_grid(files):
    result = tp.footprint(files / "mill.csv", files / "mill.yaml", supply=supply(files, GRID, WIND))
    assert result.provenance["electricity"] == "location_based"
    assert len(result.provenance["supply"]["sha256"]) == 64
    declared = (
        (files / "mill.yaml").read_text(encoding="utf-8").replace("product:", "electricity: {declared: market_based}\nproduct:")
    )
    (files / "mill.yaml").write_text(declared, encoding="utf-8")
    market = tp.footprint(files / "mill.csv", files / "mill.yaml", supply=supply(files, GRID, WIND))
    lines = market.contributions
    told = {(row.stage, row.item): round(row.amount, 9) for row in lines.itertuples()}
    assert told == {("dyeing", "electricity_wind"): 6, ("dyeing", "electricity"): 4, ("use", "electricity"): 1}
    assert market.totals[0] == pytest.approx(6 * 0.0336 + 5 * 0.6205)
    assert market.beside["location_based"][0] == pytest.approx(11 * 0.6205) == result.totals[0]
    assert "electricity_wind" in market.explain("P")


def test_rows_with_an_item_of_their_own_keep_it(files):
    rows = "product,stage,flow,amount,unit,item,region,year\nP,product,,,,,CN,2023\n"
    rows += "P,dyeing,electricity,10,kWh/kg,electricity_hydro,,\n"
    (files / "mill.csv").write_text(rows, encoding="utf-8")
    result = tp.footprint(files / "mill.csv", files / "mill.yaml", supply=supply(files, GRID, WIND))
    assert result.beside["market_based"][0] == pytest.approx(10 * 0.0143 + 0.6205)


def test_a_result_without_a_supply_table_has_nothing_beside(files):
    result = tp.footprint(files / "mill.csv", files / "mill.yaml")
    assert result.beside == {}
    assert "beside" not in result.to_dict()["products"][0]


def test_the_command_line_takes_a_supply_table(files, capsys):
    table = supply(files, GRID, WIND)
    words = [
        "calculate",
        str(files / "mill.csv"),
        "--rule",
        str(files / "mill.yaml"),
        "--supply",
        str(table),
        "--format",
        "json",
    ]
    assert run(words) == 0
    product = json.loads(capsys.readouterr().out)["products"][0]
    assert product["beside"]["location_based"] == pytest.approx(11 * 0.6205)
    assert product["beside"]["market_based"] == pytest.approx(6 * 0.0336 + 5 * 0.6205)


def test_the_table_shows_both_accountings(files, capsys):
    table = supply(files, GRID, WIND)
    assert run(["calculate", str(files / "mill.csv"), "--rule", str(files / "mill.yaml"), "--supply", str(table)]) == 0
    told = capsys.readouterr().out
    assert "location-based" in told and "6.825" in told
    assert "market-based" in told and "3.304" in told


MISTAKES = [  # rows, line, words
    ((GRID, "mill,,electricty,grid,1,MWh,,,2023,,,,\n"), 3, ["electricty", "electricity"]),
    ((GRID, "mill,,electricity,roof,1,MWh,sun,,2023,,,,\n"), 3, ["roof", "on_site"]),
    ((GRID, "mill,,electricity,on_site,1,kg,sun,,2023,,,,\n"), 3, ["kg", "energy"]),
    ((GRID, "mill,,electricity,on_site,1,MWh,,,2023,,,,\n"), 3, ["item"]),
    ((GRID, WIND.replace("GEC-1", "")), 3, ["id"]),
    ((GRID, WIND, WIND), 4, ["GEC-1", "once"]),
    ((GRID, WIND.replace("60", "160")), 3, ["160 MWh", "100 MWh"]),
    ((GRID, WIND.replace("2023-", "2019-")), 3, ["2019-01-01", "period"]),
    ((GRID, WIND.replace("2023-01-01", "January")), 3, ["January", "date"]),
    ((GRID.replace("dyeing", ""),), 2, ["stages"]),
    ((GRID.replace("mill", ""),), 2, ["site"]),
    ((GRID, GRID.replace("mill", "other")), None, ["dyeing", "mill", "other"]),
    ((GRID.replace("dyeing", "dying"),), None, ["dying", "dyeing"]),
]


@pytest.mark.parametrize(("rows", "line", "words"), MISTAKES)
def test_mistakes_are_told_with_their_place(files, rows, line, words):
    path = supply(files, *rows)
    with pytest.raises(tp.InputError) as caught:
        tp.footprint(files / "mill.csv", files / "mill.yaml", supply=path)
    told = str(caught.value)
    assert line is None or f"supply.csv:{line}" in told
    assert not [word for word in words if word not in told], told


def test_all_mistakes_are_told_at_once(files):
    path = supply(files, GRID, WIND.replace("GEC-1", ""), "mill,,electricity,roof,1,MWh,sun,,2023,,,,\n")
    with pytest.raises(tp.InputError) as caught:
        tp.load_supply(path)
    assert len(caught.value.problems) == 2


def test_a_checked_table_may_be_used_again(files):
    checked = tp.load_supply(supply(files, GRID, WIND))
    assert tp.load_supply(checked) is checked
    assert isinstance(checked, tp.Supply)
    first, second = (tp.footprint(files / "mill.csv", files / "mill.yaml", supply=checked).totals for _ in range(2))
    assert (first == second).all()


def test_a_batch_tells_both_accountings_as_the_single_result_does(files, capsys):
    table, source = supply(files, GRID, WIND), files / "mills.csv"
    rows = "product,stage,flow,amount,unit,region,year\n"
    for product, amount in (("P", "10"), ("Q", "3"), ("BAD", "-1")):
        rows += f"{product},product,,,,CN,2023\n{product},dyeing,electricity,{amount},kWh/kg,,\n"
    source.write_text(rows, encoding="utf-8")
    command = ["batch", str(source), "-o", str(files / "out"), "--rule", str(files / "mill.yaml"), "--supply", str(table)]
    assert run(command) == 1
    told = tp.calculate_batch(source, files / "mill.yaml", out=files / "out", supply=table).read().to_pydict()
    source.write_text(rows[: rows.index("BAD")], encoding="utf-8")
    single = tp.footprint(source, files / "mill.yaml", supply=table)
    assert told["product"] == ["P", "Q"] and told["total"] == single.totals.tolist()
    for name in ("location_based", "market_based"):
        assert told[f"total {name}"] == single.beside[name].tolist()
    manifest = json.loads((files / "out" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["run"]["supply"] == single.provenance["supply"]


@pytest.mark.parametrize("year", ["23", "20", "FY2023", "2023-2024", "2023.5", "３"])
def test_a_year_that_is_none_is_refused(files, year):
    """20 was read as the year 20, and FY2023 as no year, so that a grid of another year answered."""
    with pytest.raises(tp.InputError, match=f"'{year}' is not a year. Write four digits") as caught:
        tp.load_supply(supply(files, GRID.replace("2023", year), WIND))
    assert "(year)" in str(caught.value) or ":2" in str(caught.value)


@pytest.mark.parametrize("year", ["2023年", "２０２３", "2023.0"])
def test_a_year_as_people_write_it(files, year):
    plain, written = (tp.load_supply(supply(files, GRID.replace("2023", text), WIND)) for text in ("2023", year))
    assert [part.year for part in written.sites[0].market] == [part.year for part in plain.sites[0].market] == [2023, 2023]


@pytest.mark.parametrize("day", ["2023-01-01 or so", "2023-01-32", "2023-01-0100:00"])
def test_a_day_that_is_none_is_refused(files, day):
    with pytest.raises(tp.InputError, match="is not a date"):
        tp.load_supply(supply(files, GRID, WIND.replace("2023-01-01", day)))


def test_a_carrier_that_no_flow_takes_is_named(files, tmp_path):
    """The heat of the rule is bought as `hot_water`, so what the table says of heat changes nothing."""
    heat = ", heat: {unit: MJ, factor: hot_water, optional: true}}}"
    (files / "mill.yaml").write_text(RULE.replace("factor: electricity}}}", "factor: electricity}" + heat, 1), encoding="utf-8")
    warm = "mill,dyeing,heat,recovered,20,GJ,,,,,,,\n"
    options = {"supply": supply(files, GRID, warm)}
    (warning,) = [
        text
        for text in tp.footprint(files / "mill.csv", files / "mill.yaml", **options).warnings()
        if "changes nothing" in text
    ]
    assert warning == (
        "The supply of 'heat' at 'mill' changes nothing: no flow of its stages counts energy and has the factor 'steam'"
        " by mill@1."
    )
    batch = tp.calculate_batch(files / "mill.csv", files / "mill.yaml", out=tmp_path / "out", progress=False, **options)
    assert warning in batch.warnings()
    plain = tp.footprint(files / "mill.csv", files / "mill.yaml", supply=supply(files, GRID))
    assert not any("changes nothing" in text for text in plain.warnings())
