"""The JSON Schema of files of shared pieces, and how an overview and a document of a rule name what a complete result needs."""

from __future__ import annotations

import json

import pytest
from jsonschema import Draft202012Validator

import textile_pcf as tp
from paths import ROOT
from textile_pcf import cli
from textile_pcf.io.strict_yaml import read_yaml
from textile_pcf.rules import pieces_schema
from textile_pcf.template import rule_document

SHARED = read_yaml(ROOT / "rules/shared/textile/2026.2.yaml", tp.RuleError).data


def test_the_shipped_schema_is_current_and_the_shipped_pieces_fit():
    assert json.loads((ROOT / "rules/pieces.schema.json").read_text(encoding="utf-8")) == pieces_schema()
    Draft202012Validator.check_schema(pieces_schema())
    Draft202012Validator(pieces_schema()).validate(SHARED)


@pytest.mark.parametrize(
    "change", [{"pieces": {"heat": {"facotr": "steam"}}}, {"peices": {}}, {"edition": 2026.2}, {"pieces": {"heat": "steam"}}]
)
def test_a_mistake_in_pieces_is_seen(change):
    assert list(Draft202012Validator(pieces_schema()).iter_errors({**SHARED, **change}))


def test_the_command_prints_it(capsys):
    assert cli.run(["rules", "schema", "--pieces"]) == 0
    assert json.loads(capsys.readouterr().out) == pieces_schema()


NAMED = {
    "en": (
        "Packaging [packaging] · production · optional · required for a complete result",
        "required if there is Heat [dyeing.heat], Natural gas [dyeing.natural_gas], Coal and other fuel by mass [dyeing.coal]",
        "allocation by price (economic) with Cotton seed, Linters: the mill gives the share",
        "optional · required if there is Dyeing [dyeing], Printing [printing]",
        "part of cradle to grave",
    ),
    "zh": ("完整结果必填", "存在以下项时必填：", "与棉籽、短绒分配", "属于从摇篮到坟墓"),
}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_an_overview_names_allocation_what_is_required_and_boundaries(capsys, language):
    assert cli.run(["rules", "show", "cotton_fabric@2026.2", "--lang", language]) == 0
    text = capsys.readouterr().out
    assert [words for words in NAMED[language] if words not in text] == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_document_names_them_too(language):
    text = rule_document(tp.load_rules("cotton_fabric@2026.2"), language)
    named = [words.partition("] · ")[2] or words for words in NAMED[language]]
    assert [words for words in named if words.replace("[", "\\[").replace("]", "\\]").replace("_", "\\_") not in text] == []


def test_garments_state_what_they_require(capsys):
    assert cli.run(["rules", "show", "apparel@2026.2"]) == 0
    text = capsys.readouterr().out
    assert "\ncradle to grave, AR6, per piece\n" in text
    for name in ("trims", "packaging"):
        assert any(
            line.split()[0] == name and "required for a complete result" in line for line in text.splitlines() if line.strip()
        )
    assert "required if there is Fuel" in text or "required if there is fuel" in text
