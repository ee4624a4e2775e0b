"""The JSON Schema of rule files and of the YAML beside a table: what the loader takes it takes, and it explains itself."""

from __future__ import annotations

import json

import pytest
import yaml
from jsonschema import Draft202012Validator

import textile_pcf as tp
from paths import BROKEN
from textile_pcf.io.resources import data_root
from textile_pcf.io.strict_yaml import read_yaml
from worked import CASES, all_cases

BROKEN = BROKEN / "rule"
RULES = sorted(data_root("rules").glob("*/*.yaml"))
TABLES = sorted(path for path in data_root("emission_factors").glob("*/*.yaml") if path.stem != "composed")
OWN = [case for case in all_cases() if isinstance(case.data["rule"], dict) and "expect_error" not in case.data]


def validator(kind, name):
    schema = json.loads((data_root(kind) / name).read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


RULE = validator("rules", "rule.schema.json")
TABLE = validator("emission_factors", "table.schema.json")


def plain(value):
    """As an editor sees it: keys are texts."""
    if isinstance(value, dict):
        return {str(key): plain(inner) for key, inner in value.items()}
    return [plain(inner) for inner in value] if isinstance(value, list) else value


def faults(check, data):
    return [f"{'.'.join(map(str, error.absolute_path))}: {error.message[:200]}" for error in check.iter_errors(plain(data))]


@pytest.mark.parametrize("path", RULES, ids=lambda path: f"{path.parent.name}@{path.stem}")
def test_shipped_rules_fit(path):
    assert faults(RULE, read_yaml(path, tp.RuleError).data) == []


@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.stem)
def test_shipped_tables_fit(path):
    assert faults(TABLE, read_yaml(path, tp.FactorError).data) == []


@pytest.mark.parametrize("path", sorted((CASES / "rules").glob("*.yaml")), ids=lambda path: path.stem)
def test_rules_of_the_cases_fit(path):
    assert faults(RULE, read_yaml(path, tp.RuleError).data) == []


@pytest.mark.parametrize("case", OWN, ids=lambda case: case.id)
def test_rules_in_the_cases_fit(case):
    assert faults(RULE, case.data["rule"]) == []


@pytest.mark.parametrize(
    "name",
    [
        "unknown_key", "unknown_basis", "unknown_status", "unknown_boundary", "unknown_gwp", "unknown_group", "unknown_scope",
        "loss_without_basis", "stages_missing", "no_stages", "alternative_of_one", "id_with_a_space", "value_is_a_list",
        "optional_is_no_boolean",
    ],
)  # fmt: skip
def test_the_editor_sees_what_the_loader_refuses(name):
    """Mistakes of form are seen while typing, before the loader is asked."""
    data = read_yaml(BROKEN / f"{name}.yaml", tp.RuleError).data
    assert faults(RULE, data), "the schema takes it"


def test_every_field_explains_itself():
    """Completion shows a text for every key, in both schemas."""
    for check in (RULE, TABLE):
        silent = []
        for name, model in {"": check.schema, **check.schema.get("$defs", {})}.items():
            for key, field in model.get("properties", {}).items():
                told = field.get("description") or any("description" in each for each in field.get("anyOf", []))
                if not told and name not in ("BothLanguages",):
                    silent.append(f"{name}.{key}")
        assert not silent, silent


def test_a_schema_does_not_depend_on_yaml_flavour():
    """`NO`, dates and numbers in quotes are texts to editors as to the loader."""
    data = yaml.safe_load('rule: r\nedition: "1"\nproduct: {unit: kg}\nstages: [{id: s, region: "NO"}]')
    assert faults(RULE, data) == []
