"""The dossier: its files, that they hold together, and that every name in the table of clauses exists."""

from __future__ import annotations

import csv
import json
from importlib import import_module
from pathlib import Path

import pytest
from audit_mill import calculate

import textile_pcf as tp
from docs_clauses import FILE, HEAD, ROOT, clauses_text
from textile_pcf.cli import run


def report(folder: Path, *more: str) -> list[str]:
    return ["report", f"{folder}/mill.csv", "--rule", f"{folder}/rule.yaml", "--factors", f"{folder}/grid.csv", *more]


def test_a_dossier_holds_together(mill: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(report(mill, "--dossier", f"{mill}/study")) == 0
    names = ["clauses.csv", "labels.json", "quality.json", "report.html", "result.json", "result.lock", "uncertainty.json"]
    assert capsys.readouterr().out.splitlines() == [f"{mill}/study/{name}" for name in names]
    assert tp.verify(mill / "study/result.lock").status == "identical"
    again = tp.load_result(mill / "study/result.json")
    result = calculate(mill)
    assert result.to_html(mill / "now.html").read_text() == (mill / "study/report.html").read_text()
    bare = [one.to_html(mill / "bare.html", uncertainty=None).read_text() for one in (again, result)]
    assert bare[0] == bare[1]  # all but what needs the inputs; that it needs them is said
    assert "need its lock" in again.to_html(mill / "again.html").read_text()
    label = json.loads((mill / "study/labels.json").read_text())[0]
    assert (label["product"], label["value"]) == ("P", "6.21")


def test_a_published_dossier_has_no_saved_result(mill: Path) -> None:
    (mill / "grid.yaml").write_text("redistributable: false\n")
    assert run(report(mill, "--dossier", f"{mill}/study", "--publish")) == 0
    files = {path.name: path.read_text() for path in (mill / "study").iterdir()}
    assert "result.json" not in files and not any("0.6205" in text for text in files.values())


def test_exit_codes(mill: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(report(mill)) == 2
    assert "--output" in capsys.readouterr().err
    assert run(report(mill, "--dossier", f"{mill}")) == 2
    assert run(report(mill, "--dossier", f"{mill}/mill.csv")) == 2
    assert run(report(mill, "--dossier", f"{mill}/no/where")) == 2
    (mill / "empty").mkdir()
    assert run(report(mill, "--dossier", f"{mill}/empty", "-o", f"{mill}/a.html")) == 0


def test_the_clauses_are_those_of_the_method_page() -> None:
    assert FILE.read_text(encoding="utf-8") == clauses_text(), "renew it: PYTHONPATH=src python tests/tools/docs_pages.py"


def test_every_name_in_the_clauses_exists() -> None:
    with FILE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == HEAD and len({row["clause"] for row in rows}) >= 8
    assert sum(bool(row["function"] and row["test"] and row["source"]) for row in rows) >= 12
    for row in rows:
        for name in filter(None, row["function"].split("; ")):
            module, _, path = name.partition(":")
            found = import_module(f"textile_pcf.{module}")
            for part in path.split("."):
                found = getattr(found, part)
        for name in filter(None, row["test"].split("; ")):
            assert (ROOT / "tests" / name.partition(" :: ")[0]).is_file(), name
