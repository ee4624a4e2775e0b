"""Published editions never change, and what is generated is current."""

import hashlib
import json
from pathlib import Path

import pytest
from jsonschema.protocols import Validator
from jsonschema.validators import validator_for

import close_edition
from paths import ROOT
from textile_pcf.errors import RuleError
from textile_pcf.factors import TableDocument
from textile_pcf.io.strict_yaml import read_yaml
from textile_pcf.rules import editions, rule_schema

RELEASED = dict(reversed(line.split()) for line in (ROOT / "tests/released.sha256").read_text().splitlines())
OPEN = ""
"""The edition that is not published yet and may still change, or ""; `tests/tools/close_edition.py` closes it."""
PUBLISHED = sorted(
    str(path.relative_to(ROOT))
    for path in [
        *(path for path in (ROOT / "rules").rglob("*.yaml") if path.stem != OPEN),
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


def test_closing_an_edition_finds_all_of_its_files() -> None:
    """What was published with 2026.1 is what the tool would publish; it refuses to close an edition twice."""
    closed = close_edition.edition_files(ROOT, "2026.1")
    assert closed == [name for name in PUBLISHED if "2026.1" in name]
    assert "Files of 2026.1 are in tests/released.sha256 already." in close_edition.problems(ROOT, "2026.1", "9.0.0")
    assert close_edition.problems(ROOT, "2099.1", "0.1.0")[0].startswith("There is no edition 2099.1")


def test_closing_an_edition_changes_one_line_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "version.py"
    path.write_text('a = 1\n__version__ = "0.1.0"\n', encoding="utf-8")
    close_edition.replaced(path, r'^__version__ = ".*"$', '__version__ = "0.2.0"')
    assert path.read_text(encoding="utf-8") == 'a = 1\n__version__ = "0.2.0"\n'
    with pytest.raises(SystemExit, match="0 places match"):
        close_edition.replaced(path, "^nothing$", "")


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
