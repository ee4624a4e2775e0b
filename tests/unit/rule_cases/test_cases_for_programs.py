"""`rules test` for programs and folders, schemas for editors, and the example of denim."""

from __future__ import annotations

import json

import pytest
from jsonschema import Draft202012Validator
from rule_files import FORMS, changed, faults, schema_named_in

from paths import ROOT
from textile_pcf.errors import UsageError
from textile_pcf.io.strict_yaml import Document
from textile_pcf.rule_cases import Case, cases_at, check, new_rule
from textile_pcf.rule_cases.compare import close
from textile_pcf.rules import advice, load_rules
from worked import CASES, all_cases

# ---------------------------------------------------------------- for programs, folders, and the same code for our cases


def test_as_json(command, begun):
    changed(begun / "denim_cases.yaml", "weaving: 3.125}", "weaving: 3.175}")
    code, out, err = command("rules", "test", "denim.yaml", "--format", "json", "--lang", "zh")
    told = json.loads(out)
    assert code == 3 and "手算为 3.175" in err
    assert (told["count"], told["as_worked_out"]) == (2, 1)
    wrong, refused = told["cases"]
    assert (wrong["file"], wrong["line"], wrong["as_worked_out"], wrong["tolerance"]) == ("denim_cases.yaml", 4, False, 1e-9)
    assert [each["what"] for each in wrong["figures"] if not each["close"]] == ["stages.weaving"]
    assert wrong["stages"]["P"] == pytest.approx({"spinning": 5.625, "weaving": 3.125})
    assert wrong["problems"][0]["where"].startswith("denim_cases.yaml:25 (")
    assert (refused["as_worked_out"], refused["figures"], refused["problems"]) == (True, [], [])


def test_a_folder_of_cases(command, begun):
    assert command("rules", "new", "canvas")[0] == 0
    code, out, err = command("rules", "test", ".")
    assert (code, err) == (0, "4 cases, all as worked out\n")
    assert out.startswith("canvas_cases: everything given")
    assert command("rules", "test", "denim.yaml", "canvas_cases.yaml")[0] == 0


def test_our_own_cases_are_tested_by_the_same_command(command):
    names = ("loss_bases", "supply", "gases", "links")
    assert command("rules", "test", *(CASES / f"{name}.yaml" for name in names))[0] == 0


def test_the_schema_takes_our_own_cases():
    schema = ROOT / "rules/cases.schema.json"
    for path in sorted(CASES.glob("*.yaml")):
        assert faults(schema, path, (list,)) == [], path


def test_the_shipped_schema_of_cases_is_current(command):
    code, out, _ = command("rules", "schema", "--cases")
    assert code == 0
    shipped = (ROOT / "rules/cases.schema.json").read_text(encoding="utf-8")
    assert out == shipped, "textile-pcf rules schema --cases > rules/cases.schema.json"
    Draft202012Validator.check_schema(json.loads(out))


def test_the_editor_sees_what_is_refused(begun):
    """Mistakes of form are seen while typing; every key explains itself."""
    for name in ("unknown key", "unknown result", "a text for a number", "no name", "option", "no rows"):
        (begun / "denim_cases.yaml").write_text(FORMS[name][0], encoding="utf-8")
        assert faults(begun / "cases.schema.json", begun / "denim_cases.yaml", (list,)), name
    schema = json.loads((begun / "cases.schema.json").read_text(encoding="utf-8"))
    for name, model in schema["$defs"].items():
        assert all("description" in field for field in model["properties"].values()), name


def test_the_denim_example(command):
    """No advice, every case worked by hand holds, every file names a schema that is there."""
    folder = ROOT / "examples/denim_rule"
    rules = load_rules(folder / "denim_fabric.yaml")
    assert (advice(rules), rules.document.status) == ([], "own")
    code, _, err = command("rules", "test", folder / "denim_fabric.yaml")
    assert (code, err) == (0, "7 cases, all as worked out\n")
    for name, roots in (("denim_fabric.yaml", (dict,)), ("denim_fabric_cases.yaml", (list,))):
        assert faults(schema_named_in(folder / name), folder / name, roots) == []


def test_numbers_of_the_denim_example_stand_in_shipped_rules():
    """A figure that is cited is the one of the shipped rule that cites the same place: none was made up for the example."""

    def cited(document):
        for stage in document.stages:
            for model in (*stage.properties.values(), *stage.losses, *stage.flows.values()):
                if model.source:
                    yield stage.id, getattr(model, "id", model.unit), str(model.source), str(model.locator), model.value

    shipped = list(cited(load_rules("cotton_fabric@2026.1").document))
    for _, _, source, locator, value in cited(load_rules(ROOT / "examples/denim_rule/denim_fabric.yaml").document):
        known = [each[4] for each in shipped if each[2:4] == (source, locator)]
        words = getattr(value, "words", None)
        if words:
            assert any(words.items() <= getattr(each, "words", {}).items() for each in known), (source, locator)
        else:
            assert value in known or any(value == each.value for each in _by_reference(locator)), (source, locator, value)
    titles = {key: source.title for key, source in load_rules("cotton_fabric@2026.1").document.sources.items()}
    own = load_rules(ROOT / "examples/denim_rule/denim_fabric.yaml").document.sources
    assert all(titles[key] == source.title for key, source in own.items())


def _by_reference(locator):
    """Properties of the shipped rule that hold a number under this locator, where a flow takes it from them."""
    document = load_rules("cotton_fabric@2026.1").document
    return [prop for stage in document.stages for prop in stage.properties.values() if prop.locator == locator]


def test_rules_of_cases_are_read_once(begun):
    loaded = {}
    assert all(check(case, loaded).holds for case in cases_at(begun / "denim.yaml"))
    assert list(loaded) == [str(begun / "denim.yaml")]


def test_new_rules_in_python():
    with pytest.raises(UsageError, match="There is no such language"):
        new_rule("denim", language="fr")
    assert [case.id for case in all_cases()[:1]] == ["allocation: " + all_cases()[0].name]
    assert Case(Document("x.yaml", {"name": "n"})).location("expect", "total") == "x.yaml (n: expect.total)"


def test_numbers_are_compared_to_1e_9():
    assert close(1.0 + 1e-10, 1.0, 1e-9) and not close(1.0 + 1e-8, 1.0, 1e-9) and close(1e-13, 0, 1e-9)
