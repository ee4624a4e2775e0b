"""What ISO 14067, the PEFCR and public category rules list is answered by a flow that exists, or has a reason."""

from __future__ import annotations

import re

import pytest

from listed_flows import TABLE, exists, page, rows
from paths import ROOT

ROWS = list(rows())


def test_each_row_has_an_answer_or_a_reason():
    assert [row for row in ROWS if not row[3]] == []
    words = {word for row in ROWS for word in row[3] if "." not in word}
    assert words <= set(TABLE["reasons"])
    assert set(TABLE["reasons"]) <= words  # no reason stands there for nothing


def test_each_flow_that_is_named_exists():
    assert [(row[2], word) for row in ROWS for word in row[3] if "." in word and not exists(word)] == []


@pytest.mark.parametrize("word", ["cotton_fabric.dyeing.dey", "result.totl", "clause.reporting.nothing", "head.cutof"])
def test_an_answer_that_is_not_there_is_noticed(word):
    assert not exists(word)


def test_each_document_has_rows_and_says_what_was_read():
    assert set(TABLE["documents"]) == set(TABLE["rows"])
    for document in TABLE["documents"].values():
        assert document["read"]["en"] and document["read"]["zh"]


def test_what_the_category_rules_list_is_there_in_full():
    """Rows of the three public rules: inputs and outputs of each process, flows of one name and process in one row."""
    found = {name: len({row[1:3] for row in ROWS if row[0] == name}) for name in ("raw_silk", "silk_union", "filament_woven")}
    assert found == {"raw_silk": 84, "silk_union": 30, "filament_woven": 53}


def test_a_clause_that_nothing_checks_says_so():
    """A row of ISO 14067 that only a clause of the rule answers is marked: the clause asks, the code does not."""
    checked = {"boundary.offsets", "unit.declared_unit", "allocation.hierarchy", "allocation.sensitivity", "allocation.waste"}
    for _, _, flow, words in (row for row in ROWS if row[0] == "iso_14067"):
        answers = [word for word in words if "." in word]
        only = answers and all(word.startswith("clause.") for word in answers)
        assert not only or "clause_only" in words or {word.partition(".")[2] for word in answers} <= checked, flow


def test_clauses_that_the_method_page_names_are_rows_of_the_table():
    text = (ROOT / "docs/method.md").read_text(encoding="utf-8").partition("## By clause")[2].partition("## The order")[0]
    named = re.findall(r"^\| ([\d., and]+|Annex A) \|", text, re.MULTILINE)
    clauses = {number for row in ROWS if row[0] == "iso_14067" for number in re.findall(r"\d[\d.]*\d|Annex A", row[1])}
    assert len(named) > 8
    for cell in named:
        assert set(re.findall(r"\d[\d.]*\d|Annex A", cell)) <= clauses, cell


@pytest.mark.parametrize("language", ["en", "zh"])
def test_pages_show_every_row(language):
    text = page(language)
    assert text.count("\n| ") == len(ROWS) + 2 * len({row[:2] for row in ROWS})
