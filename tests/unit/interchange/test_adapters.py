"""Tables of others: the smallest file of each layout, made up; what is refused, what is left out and counted."""

from __future__ import annotations

import json

import jsonschema
import numpy as np
import openpyxl
import pytest
import yaml

import textile_pcf as tp
from textile_pcf.interchange.adapter_schema import Adapter
from textile_pcf.interchange.adapters import load_adapter, read_with_adapter, shipped_adapters
from textile_pcf.interchange.table_files import write_table
from textile_pcf.io.resources import data_root
from textile_pcf.regions import region_of_others

DESNZ = """made up,,,,,,,,,
ID,Scope,Level 1,Level 2,Level 3,Level 4,Column Text,UOM,GHG/Unit,GHG Conversion Factor 2024
1_1,Scope 1,Fuels,Gaseous fuels,Natural gas,,,kWh (Net CV),kg CO2e,0.5
1_2,Scope 1,Fuels,Gaseous fuels,Natural gas,,,tonnes,kg CO2e,2500
1_3,Scope 1,Fuels,Gaseous fuels,Natural gas,,,tonnes,kg CO2e of CH4,3.8
1_4,Scope 3,Hotel stay,Hotel,UK,,,Room per night,kg CO2e,10.4
1_5,Scope 3,Material use,Paper,UK,,,tonnes,kg CO2e,n/a
"""
COLUMNS_BASE_CARBONE = (
    "Identifiant de l'élément",
    "Type Ligne",
    "Statut de l'élément",
    "Nom base français",
    "Nom attribut français",
    "Nom frontière français",
    "Nom base anglais",
    "Nom attribut anglais",
    "Unité français",
    "Date de modification",
    "Localisation géographique",
    "Total poste non décomposé",
)
BASE_CARBONE = (
    ";".join(COLUMNS_BASE_CARBONE)
    + """
10;Elément;Valide générique;Électricité;moyenne;;Electricity;average;kgCO2e/kWh;01/02/2023;France continentale;0,05
11;Poste;Valide générique;Électricité;moyenne;;Electricity;average;kgCO2e/kWh;01/02/2023;France continentale;0,01
12;Elément;Valide générique;Coton;;;Cotton;;kgCO2e/tonne;01/02/2022;Monde;1 234,5
"""
)
OEFDB = """activity_id,name,activity_unit,kgCO2e-AR5,region,year_released,lca_activity,source
electricity-supply_grid,Grid,kWh,0.4,UK,2023,electricity_generation,BEIS
textiles-cotton,Cotton,kg,2.5,GLOBAL,2022,cradle_to_gate,X
hotel-night,Hotel,room-night,9,US,2022,unknown,X
"""


@pytest.fixture
def ecoinvent(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "LCIA"
    names = ["Activity UUID_Product UUID", "Activity Name", "Geography", "Reference Product Name", "Reference Product Unit",
             "Reference Product Amount"]  # fmt: skip
    sheet.append([""] * 6 + ["IPCC 2021", "IPCC 2021"])
    sheet.append([""] * 6 + ["climate change", "climate change"])
    sheet.append([""] * 6 + ["global warming potential (GWP100)", "global temperature change potential (GTP100)"])
    sheet.append([*names, "kg CO2-Eq", "kg CO2-Eq"])
    sheet.append(["a_b", "yarn production", "RoW", "yarn, cotton", "kg", 1, 5.0, 4.0])
    sheet.append(["c_d", "treatment of waste yarn", "CN-ZJ", "waste yarn", "kg", -1, 0.75, 0.5])
    path = tmp_path / "lcia.xlsx"
    book.save(path)
    return path


def written(tmp_path, text, encoding="utf-8"):
    path = tmp_path / "theirs.csv"
    path.write_bytes(text.encode(encoding))
    return path


def rows(table, *columns):
    (sheet,) = table.tables
    cells = {**sheet.texts, **{name: column.tolist() for name, column in sheet.numbers.items()}}
    return [tuple(cells[name][row] for name in columns) for row in range(sheet.size)]


def refusals(call, error=tp.FactorError):
    with pytest.raises(error) as caught:
        call()
    return [str(problem) for problem in caught.value.problems]


def test_a_flat_file_of_the_uk(tmp_path):
    path = written(tmp_path, DESNZ)
    imported = read_with_adapter(path, load_adapter("desnz_flat"), {})
    assert rows(imported.table, "item", "value", "unit", "region", "year", "kind", "gwp", "basis", "locator") == [
        ("gb_fuels_gaseous_fuels_natural_gas_kwh_net_cv", 0.5, "kgCO2e/kWh", "GB", "2024", "combustion", "AR5", "net",
         "flat file, ID 1_1"),
        ("gb_fuels_gaseous_fuels_natural_gas_tonnes", 2500.0, "kgCO2e/t", "GB", "2024", "combustion", "AR5", "",
         "flat file, ID 1_2"),
    ]  # fmt: skip
    assert imported.left_out == {"GHG/Unit = kg CO2e of CH4": 1, "unit = Room per night": 1, "no number": 1}
    document = imported.table.tables[0].document
    assert document.redistributable is True
    assert document.sources["DESNZ"].title.endswith("2024")
    assert "1 rows: unit = Room per night" in document.note.text()


def test_base_carbone_with_commas_and_blanks(tmp_path):
    table = tp.import_factors(written(tmp_path, BASE_CARBONE, "windows-1252"), "base_carbone")
    assert rows(table, "item", "value", "unit", "region", "year") == [
        ("fr_electricite_moyenne_10", 0.05, "kgCO2e/kWh", "FR", "2023"),
        ("fr_coton_12", 1234.5, "kgCO2e/t", "GLO", "2022"),
    ]
    assert table.tables[0].document.redistributable is False


def test_columns_of_climatiq(tmp_path):
    table = tp.import_factors(written(tmp_path, OEFDB), "oefdb")
    assert rows(table, "item", "value", "unit", "region", "kind") == [
        ("electricity_supply_grid", 0.4, "kgCO2e/kWh", "GB", "direct"),
        ("textiles_cotton", 2.5, "kgCO2e/kg", "GLO", "life_cycle"),
    ]


def test_scores_of_ecoinvent_per_size(ecoinvent):
    table = tp.import_factors(ecoinvent, "ecoinvent_lcia", year=2023)
    assert rows(table, "item", "value", "unit", "region", "year", "gwp") == [
        ("ei_yarn_cotton_yarn_production", 5.0, "kgCO2e/kg", "GLO", "2023", "AR6"),
        ("ei_waste_yarn_treatment_of_waste_yarn", 0.75, "kgCO2e/kg", "CN-ZJ", "2023", "AR6"),
    ]
    assert table.tables[0].document.redistributable is False


def test_what_was_written_is_read_again(tmp_path, ecoinvent):
    (sheet,) = tp.import_factors(ecoinvent, "ecoinvent_lcia", year=2023).tables
    write_table(sheet, tmp_path / "ours.csv", "-o")
    (again,) = tp.load_factors(tmp_path / "ours.csv").tables
    assert again.texts == sheet.texts
    assert again.document == sheet.document
    assert (again.numbers["value"] == sheet.numbers["value"]).all()


def test_shipped_adapters_pass_their_schema():
    schema = Adapter.model_json_schema()
    for path in shipped_adapters().values():
        jsonschema.validate(yaml.safe_load(path.read_text(encoding="utf-8")), schema)
        load_adapter(path)


OWN = {
    "adapter": "own",
    "read": {"header": ["Name", "Factor", "Unit"]},
    "columns": {
        "item": {"join": ["Name"], "id": True}, "value": {"column": "Factor"}, "unit": {"column": "Unit"},
        "region": {"text": "CN"}, "year": {"text": "2024"}, "kind": {"text": "life_cycle"}, "gwp": {"text": "AR6"},
        "locator": {"column": "Name"},
    },
    "table": {"licence": "own", "redistributable": False, "source": {"key": "OWN", "title": "Our list"}},
}  # fmt: skip


def own(tmp_path, **changes):
    content = json.loads(json.dumps(OWN))
    for path, value in changes.items():
        *parents, last = path.split("__")
        owner = content
        for parent in parents:
            owner = owner[parent]
        if value is None:
            owner.pop(last)
        else:
            owner[last] = value
    path = tmp_path / "own.yaml"
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"table__licence": None}, "'licence' is missing"), ({"table__redistributable": None}, "'redistributable' is missing"),
     ({"table__source": None}, "'source' is missing"), ({"columns__gwp": None}, "Columns are missing: gwp."),
     ({"columns__item": {"column": "Name", "text": "x"}}, "A column has exactly one origin; here are 2."),
     ({"columns__item": {"column": "Name", "formula": "1+1"}}, "'formula' is not known here"),
     ({"columns__item": {"column": "Name", "pattern": "("}}, "is no regular expression"),
     ({"columns__item": {"column": "Name", "pattern": "(a+)+$"}}, "repeats a repetition"),
     ({"columns__colour": {"text": "red"}}, "There is no such column of factors: colour."),
     ({"columns__item": {"header": "Name"}}, "'header' is for `value` only."),
     ({"columns__value": {"column": "Factor", "pattern": "[0-9]+$"}}, "`value` takes no 'pattern': its number is read"),
     ({"columns__value": {"column": "Factor", "words": {"n/a": "0"}, "else": "same"}}, "`value` takes no 'words'"),
     ({"columns__value": {"text": "3"}}, "`value` takes no 'text'"),
     ({"read__separator": "||"}, "A separator is one sign."), ({"read__encoding": ["klingon"]}, "'klingon' is no encoding.")],
)  # fmt: skip
def test_wrong_adapters(tmp_path, changes, words):
    assert any(words in problem for problem in refusals(lambda: load_adapter(own(tmp_path, **changes))))


@pytest.mark.parametrize(
    ("text", "changes", "words"),
    [("Name,Faktor,Unit\nA,1,kg\n", {}, "Factor is missing. The nearest are: Factor → Faktor."),
     ("Name,Factor,Unit\nA,1,kg\n", {"columns__region": {"column": "Where"}}, "There is no column 'Where'."),
     ("Name,Factor,Unit\nA,1,kg\nA,2,kg\n", {}, "must be unique in a table"),
     ("Name,Factor,Unit\nA,x,kg\n", {}, "Nothing is left of this table: 1 rows: no number."),
     ("Name,Factor,Unit\nA,1,glorp\n", {}, "'glorp'"),
     ("Name,Factor,Unit,Factor\nA,1,kg,2\n", {}, "The column 'Factor' occurs twice. Give each a name of its own."),
     ("Name,Factor,Unit,Factor\nA,1,kg,2\n", {"columns__value": {"header": "Fact.*"}},
      "2 columns have a name like 'Fact.*', not one."),
     ("Name,Factor,Unit\n\u00e9,1,kg\n", {"read__encoding": ["ascii"]}, "none of the encodings ascii")],
)  # fmt: skip
def test_wrong_tables(tmp_path, text, changes, words):
    path = written(tmp_path, text)
    assert any(words in problem for problem in refusals(lambda: tp.import_factors(path, own(tmp_path, **changes))))


def test_two_columns_of_one_name_that_no_column_of_ours_takes(tmp_path):
    text = "Name,Factor,Unit,Remark,Remark\nA,1,kg,x,y\n"
    assert rows(tp.import_factors(written(tmp_path, text), own(tmp_path)), "item", "value") == [("a", 1.0)]


def test_a_number_that_could_be_another_is_left_out(tmp_path):
    """Where the comma is the decimal sign, 4.500 is 4500 to some and 4.5 to others; 1e-400 would become 0."""
    text = "Name;Factor;Unit\nA;4.500;kg\nB;1.234,5;kg\nC;1e-400;kg\nD;1 234,5;kg\n"
    table = tp.import_factors(written(tmp_path, text), own(tmp_path, read__separator=";", read__decimal=","))
    assert rows(table, "item", "value") == [("d", 1234.5)]
    assert "3 rows: no number" in table.tables[0].document.note.en


def test_gases_and_bounds_are_read_and_divided_as_the_value_is(tmp_path):
    """A row is for 2 kg treated, amount −2: 3 kg CO2 and 0.04 kg N2O are 1.5 and 0.02 kg for one."""
    text = "Name;Factor;Unit;Size;CO2;N2O;Low;High\nA;13,92;kg;-2;3;0,04;12;16,5\nB;7;kg;1;;;;\nC;7;kg;1;7.000;;;\n"
    columns = {f"columns__{name}": {"column": their} for name, their in
               {"co2_fossil": "CO2", "n2o": "N2O", "low": "Low", "high": "High"}.items()}  # fmt: skip
    changes = {"columns__value": {"column": "Factor", "per": "Size"}, "read__separator": ";", "read__decimal": ","}
    table = tp.import_factors(written(tmp_path, text), own(tmp_path, **changes, **columns))
    first, second = rows(table, "value", "co2_fossil", "n2o", "low", "high")
    assert first == pytest.approx((6.96, 1.5, 0.02, 6.0, 8.25))
    assert second[0] == 7 and all(np.isnan(second[1:]))
    assert "1 rows: no number" in table.tables[0].document.note.en  # 7.000 may be seven or seven thousand


def test_a_gas_that_is_no_number_is_refused(tmp_path):
    path = written(tmp_path, "Name,Factor,Unit,CO2\nA,1,kg,much\n")
    assert "'much'" in refusals(lambda: tp.import_factors(path, own(tmp_path, columns__co2_fossil={"column": "CO2"})))[0]


@pytest.fixture
def list_of_dyes(tmp_path):
    """A workbook of three dyes below a heading that is merged across the sheet, and an adapter of its group and name."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Group", "Name", "Factor", "Unit"])
    sheet.append(["Dyes of the east"])
    sheet.merge_cells("A2:D2")
    for name, factor in (("red", 4.5), ("blue", 5.5), ("black", 6.5)):
        sheet.append(["dye", name, factor, "kg"])
    path = tmp_path / "dyes.xlsx"

    def read(change):
        change(sheet)
        book.save(path)
        changes = {"columns__item": {"join": ["Group", "Name"], "id": True}}
        return tp.import_factors(path, own(tmp_path, **changes))

    return read


def test_a_heading_across_a_workbook_is_left_out(list_of_dyes):
    found = [("dye_red", 4.5), ("dye_blue", 5.5), ("dye_black", 6.5)]
    assert rows(list_of_dyes(lambda sheet: None), "item", "value") == found


@pytest.mark.parametrize(
    ("change", "words"),
    [(lambda sheet: sheet.merge_cells("A3:A5"), "A3:A5: These cells are merged."),
     (lambda sheet: sheet.merge_cells("C4:C5"), "C4:C5: These cells are merged."),
     (lambda sheet: setattr(sheet["C4"], "value", "=C3+1"), "Sheet!C4: This formula has no stored value."),
     (lambda sheet: setattr(sheet["A4"], "value", "=A3"), "Sheet!A4: This formula has no stored value."),
     (lambda sheet: setattr(sheet["A4"], "value", "#N/A"), "Sheet!A4: This cell holds the error #N/A."),
     (lambda sheet: setattr(sheet["C4"], "number_format", "0.0%"), "Sheet!C4: This cell shows a percentage, but holds 5.5.")],
    ids=["group-merged", "factor-merged", "factor-formula", "group-formula", "group-error", "factor-percent"],
)  # fmt: skip
def test_cells_that_show_something_else_than_they_hold(list_of_dyes, change, words):
    """The blue dye became `blue` instead of `dye_blue`, or was left out, or was read 100 times too low."""
    (problem,) = refusals(lambda: list_of_dyes(change))
    assert words in problem


def test_a_number_shown_in_ten_thousands_is_left_out(list_of_dyes):
    table = list_of_dyes(lambda sheet: setattr(sheet["C4"], "number_format", '0.0"万"'))
    assert rows(table, "item") == [("dye_red",), ("dye_black",)]
    assert "2 rows: no number" in table.tables[0].document.note.en  # the heading is the other one


def test_what_is_asked_for(ecoinvent):
    problems = refusals(lambda: tp.import_factors(ecoinvent, "ecoinvent_lcia"), tp.UsageError)
    assert problems == ["adapter ecoinvent_lcia: The adapter asks for year: year of the release. Give --set year=…"]
    assert refusals(lambda: tp.import_factors(ecoinvent, "ecoinvent_lcia", year=1, month=2), tp.UsageError)
    assert "Did you mean 'desnz_flat'?" in refusals(lambda: tp.import_factors(ecoinvent, "desnz_flt"), tp.UsageError)[0]


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [("RoW", "GLO"), ("Monde", "GLO"), ("UK", "GB"), ("EU-27", "RER"), ("RER", "RER"), ("Zhejiang", "CN-ZJ"), ("浙江", "CN-ZJ"),
     ("CN-ECGC", "CN-GRID-E"), ("Hong Kong", "HK"), ("France continentale", "FR"), ("Atlantis", None)],
)  # fmt: skip
def test_regions_of_others(theirs, ours):
    assert region_of_others(theirs) == ours


def test_the_table_of_regions_names_regions_of_ours():
    from textile_pcf.regions import known_regions

    lines = (data_root("adapters") / "regions_of_others.csv").read_text(encoding="utf-8").splitlines()[1:]
    assert {line.split(",")[1] for line in lines} <= set(known_regions())
