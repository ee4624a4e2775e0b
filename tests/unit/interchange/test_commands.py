"""The commands of the exchange: exit codes, files beside, nothing on standard output when refused, both languages."""

from __future__ import annotations

import json

import pytest
import yaml
from pact_samples import ABOUT, RECORD, changed

import textile_pcf as tp
from paths import EXAMPLES
from textile_pcf.cli import run
from textile_pcf.interchange.pact_catalogue import calculation_of, export_catalogue
from textile_pcf.interchange.pact_export import ExportOptions

T_SHIRT = [str(EXAMPLES / "t_shirt" / "activity.csv"), "--rule", "apparel", "--factors", "default", "--factors", "carbonfact"]


@pytest.fixture
def about(tmp_path):
    path = tmp_path / "about.yaml"
    path.write_text(yaml.safe_dump(ABOUT), encoding="utf-8")
    return path


def written(path, content):
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def test_pact_out_and_in(tmp_path, about, capsys):
    out = tmp_path / "records.json"
    assert run(["export", "pact", *T_SHIRT, "--about", str(about), "-o", str(out)]) == 0
    assert "Usability by PACT: level 3" in capsys.readouterr().err
    (record,) = json.loads(out.read_text(encoding="utf-8"))["data"]
    assert run(["import", "pact", str(out), "-o", str(tmp_path / "theirs.csv")]) == 0
    (sheet,) = tp.load_factors(tmp_path / "theirs.csv").tables
    assert sheet.numbers["value"][0] == float(record["pcf"]["pcfExcludingBiogenicUptake"])
    assert sheet.document.redistributable is False
    assert run(["factors", "lint", str(tmp_path / "theirs.csv")]) == 0


def test_json_lines_partition_by_partition(tmp_path, about):
    """Three partitions of one product each write what one run of all writes."""
    lines = (EXAMPLES / "t_shirt" / "activity.csv").read_text(encoding="utf-8").splitlines()
    products = [line.replace("T-SHIRT", f"P{number}") for number in range(3) for line in lines[1:]]
    activity = written(tmp_path / "activity.csv", "\n".join([lines[0], *products]) + "\n")
    out = tmp_path / "records.jsonl"
    arguments = [str(activity), *T_SHIRT[1:], "--about", str(about)]
    assert run(["export", "pact", *arguments, "-o", str(out)]) == 0
    whole = out.read_bytes()
    calculation = calculation_of("apparel", ("default", "carbonfact"), None, None)
    rows = len(lines) - 1
    assert export_catalogue(str(activity), calculation, about, tmp_path / "again.jsonl", ExportOptions(), rows) == 3
    assert (tmp_path / "again.jsonl").read_bytes() == whole
    records = [json.loads(line) for line in whole.decode().splitlines()]
    assert [record["productNameCompany"] for record in records] == ["P0", "P1", "P2"]
    assert run(["export", "pact", *arguments, "-o", str(tmp_path / "records.json")]) == 0
    assert json.loads((tmp_path / "records.json").read_text(encoding="utf-8"))["data"] == records


@pytest.mark.parametrize("edition", ["2026.1", "2026.2"])
def test_json_lines_take_the_tables_of_the_edition_of_the_rule(edition):
    assert calculation_of(f"apparel@{edition}", None, None, None).factors.tables[0].label == f"default@{edition}"


def test_links_between_partitions(tmp_path, about):
    jacket = [str(EXAMPLES / "polyester_jacket" / "activity.csv"), *T_SHIRT[1:]]
    for name in ("records.jsonl", "records.json"):
        assert run(["export", "pact", *jacket, "--about", str(about), "-o", str(tmp_path / name)]) == 0
    lines = [json.loads(line) for line in (tmp_path / "records.jsonl").read_text(encoding="utf-8").splitlines()]
    assert lines == json.loads((tmp_path / "records.json").read_text(encoding="utf-8"))["data"]


@pytest.mark.parametrize("name", ["records.json", "records.jsonl"])
def test_a_product_of_the_about_file_that_has_no_footprint_is_named(tmp_path, capsys, name):
    """Its description, share or geography was passed over without a word where the id is written in another way."""
    about = written(tmp_path / "own.yaml", yaml.safe_dump({**ABOUT, "products": {"T-SHIRT": {}, "T-SHIRTS": {}}}))
    assert run(["export", "pact", *T_SHIRT, "--about", str(about), "-o", str(tmp_path / name)]) == 0
    message = capsys.readouterr().err
    assert "no product is called so: T-SHIRTS; what is given there is not used." in message
    assert ("Did you mean 'T-SHIRT'?" in message) == (name == "records.json")


def test_only_the_products_asked_for(tmp_path, about):
    out = tmp_path / "records.json"
    jacket = [str(EXAMPLES / "polyester_jacket" / "activity.csv"), *T_SHIRT[1:], "--about", str(about), "-o", str(out)]
    assert run(["export", "pact", *jacket, "--product", "JACKET", "--unit", "piece"]) == 0
    assert len(json.loads(out.read_text(encoding="utf-8"))["data"]) == 1
    assert run(["export", "pact", *jacket, "--product", "JACKT"]) == 2


@pytest.mark.parametrize("language", ["en", "zh"])
def test_refused_with_nothing_written(tmp_path, capsys, language):
    about = written(tmp_path / "bad.yaml", yaml.safe_dump(changed(ABOUT, companyName=None, pcf_fossilGhgEmissions="3")))
    for name in ("out.json", "out.jsonl"):
        arguments = ["export", "pact", *T_SHIRT, "--about", str(about), "-o", str(tmp_path / name), "--lang", language]
        assert run(arguments) == 4
        captured = capsys.readouterr()
        assert captured.out == ""
        assert not (tmp_path / name).exists()
        assert ("该字段由计算得出" if language == "zh" else "This field is calculated") in captured.err


def test_records_that_are_refused(tmp_path, capsys):
    bad = written(tmp_path / "bad.json", [changed(RECORD, id="1"), RECORD])
    assert run(["import", "pact", str(bad), "-o", str(tmp_path / "out.csv")]) == 3
    assert not (tmp_path / "out.csv").exists()
    assert run(["import", "pact", str(tmp_path / "none.json")]) == 2
    assert run(["import", "pact", str(bad), "-o", str(tmp_path / "out.xlsx")]) == 2
    good = written(tmp_path / "good.json", RECORD)
    assert run(["import", "pact", str(good), "--on", "tomorrow"]) == 2
    assert run(["import", "pact", str(good), "--on", "2030-01-01"]) == 3
    assert run(["import", "pact", str(good), "--on-mismatch", "ignore"]) == 2
    capsys.readouterr()
    assert run(["import", "pact", str(good)]) == 0
    assert capsys.readouterr().out.startswith("item,value,unit")
    table = written(tmp_path / "table.yaml", "licence: x\n")
    assert run(["import", "pact", str(table), "-o", str(tmp_path / "table.csv")]) in (2, 3)
    assert table.read_text(encoding="utf-8") == "licence: x\n"


def test_openlca_out_and_in(tmp_path, capsys):
    out = tmp_path / "package.zip"
    assert run(["export", "openlca", *T_SHIRT, "-o", str(out)]) == 0
    assert run(["export", "openlca", *T_SHIRT, "-o", str(out), "--aggregated"]) == 0
    assert run(["export", "openlca", *T_SHIRT, "-o", str(tmp_path / "package.json")]) == 2
    assert run(["import", "openlca", str(out)]) == 3
    assert "The package holds no results." in capsys.readouterr().err


def test_tables_of_others(tmp_path, capsys):
    text = "activity_id,name,activity_unit,kgCO2e-AR5,region,year_released,lca_activity,source\n"
    text += "grid,Grid,kWh,0.4,UK,2023,electricity_generation,X\nroom,Room,night,1,UK,2023,unknown,X\n"
    table = written(tmp_path / "theirs.csv", text)
    out = tmp_path / "ours.csv"
    assert run(["import", "table", str(table), "--adapter", "oefdb", "-o", str(out)]) == 0
    assert "1 rows left out: unit = night" in capsys.readouterr().err
    assert run(["factors", "lint", str(out)]) == 0
    assert run(["import", "table", str(table), "--adapter", "desnz_flat"]) == 3
    assert run(["import", "table", str(table), "--adapter", "oefb"]) == 2
    assert run(["import", "table", str(table), "--adapter", "ecoinvent_lcia"]) == 2
    assert run(["import", "table", str(table), "--adapter", "oefdb", "--set", "year"]) == 2
    assert run(["rules", "schema", "--adapters"]) == 0


def test_category_rules(tmp_path, capsys):
    from test_category_rules import SMALL

    published = written(tmp_path / "structured.yaml", SMALL)
    draft = tmp_path / "my_yarn.yaml"
    assert run(["rules", "import-pcr", str(published), "-o", str(draft)]) == 0
    assert "places are marked OPEN" in capsys.readouterr().err
    assert run(["rules", "lint", str(draft)]) == 0
    capsys.readouterr()
    assert run(["rules", "coverage", str(draft), "--pcr", str(published), "--format", "json"]) == 0
    rows = json.loads(capsys.readouterr().out)["rows"]
    assert {row["row"]: row["answer"] for row in rows}["fibre"] == "opening.fibre"
    assert run(["rules", "coverage", str(draft), "--pcr", str(published), "--lang", "zh"]) == 0
    assert "它就是产品" in capsys.readouterr().out
    assert run(["rules", "coverage", str(draft), "--pcr", str(draft)]) == 3
    assert run(["rules", "import-pcr", str(published), "-o", str(published)]) == 2
    assert run(["rules", "import-pcr", str(published), "-o", str(draft)]) == 0  # nothing was answered in it yet
    answered = draft.read_text(encoding="utf-8").replace("group: production", "group: raw_material", 1)
    draft.write_text(answered, encoding="utf-8")
    assert run(["rules", "import-pcr", str(published), "-o", str(draft)]) == 2
    assert "nothing was written" in capsys.readouterr().err and draft.read_text(encoding="utf-8") == answered
