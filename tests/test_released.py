"""Published editions never change, and what is generated is current."""

import hashlib
import json

import pytest
from jsonschema.protocols import Validator
from jsonschema.validators import validator_for

from paths import ROOT
from textile_pcf.errors import RuleError
from textile_pcf.factors import TableDocument
from textile_pcf.io.strict_yaml import read_yaml
from textile_pcf.rules import editions, rule_schema

RELEASED = dict(reversed(line.split()) for line in (ROOT / "tests/released.sha256").read_text().splitlines())
OPEN = "2026.2"
"""The edition of the rules that is not published yet; it may still change."""
PUBLISHED = sorted(
    str(path.relative_to(ROOT))
    for path in [
        *(path for path in (ROOT / "rules").glob("*/*.yaml") if path.stem != OPEN),
        *(path for path in (ROOT / "emission_factors").rglob("*.csv") if OPEN not in path.parts),
        *(path for path in (ROOT / "emission_factors").rglob("*.yaml") if OPEN not in path.parts),
    ]
)


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_file_is_unchanged(name: str) -> None:
    assert name in RELEASED, f"new file {name}: add its hash with `sha256sum {name} >> tests/released.sha256`"
    seen = hashlib.sha256((ROOT / name).read_bytes()).hexdigest()
    assert seen == RELEASED[name], (
        f"{name} is published and must not change: write a new edition, and say in CHANGELOG.md what moves"
    )


def test_nothing_released_is_gone() -> None:
    assert sorted(RELEASED) == PUBLISHED


@pytest.mark.parametrize(
    ("path", "schema"),
    [("rules/rule.schema.json", rule_schema()), ("emission_factors/table.schema.json", TableDocument.model_json_schema())],
)
def test_shipped_schema_is_current(path: str, schema: dict[str, object]) -> None:
    assert json.loads((ROOT / path).read_text(encoding="utf-8")) == schema


@pytest.fixture(scope="module")
def validator() -> Validator:
    schema = json.loads((ROOT / "rules/rule.schema.json").read_text(encoding="utf-8"))
    kind = validator_for(schema)
    kind.check_schema(schema)
    return kind(schema)


@pytest.mark.parametrize("rule", sorted(editions()))
def test_shipped_rules_satisfy_the_shipped_schema(rule: str, validator: Validator) -> None:
    for path in editions()[rule].values():
        validator.validate(read_yaml(path, RuleError).data)
