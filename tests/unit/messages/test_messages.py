"""Every message of the loaders is met by a broken file, a mistake or a worked case: none can go wrong unseen.

The sentences are read from the source; a message counts as met when some problem said it with its places filled in.
"""

from __future__ import annotations

import ast
import csv
import re
import tempfile
from functools import cache
from pathlib import Path

import pytest
from mill_mistakes import CELLS, MISTAKES, changes, workbook
from mill_mistakes import FACTORS as MILL_FACTORS
from test_broken import ACTIVITY, FACTORS, MILL, RULES, file_of

import textile_pcf as tp
from worked import all_cases, run

SOURCE = Path(tp.__file__).parent
MODULES = ("rules/compile_rule.py", "rules/compile_defaults.py", "rules/load.py", "factors/load.py", "factors/matching.py",
           "activity/columns.py", "activity/number_cells.py", "activity/vocabulary.py", "activity/interpretation.py",
           "activity/row_meaning.py", "activity/components.py", "activity/duplicates.py",
           "inventory/missing_data.py", "inventory/quantities.py", "inventory/quantity_checks.py",
           "inventory/links.py", "inventory/matching.py")  # fmt: skip


def pattern_of(node):
    """What a text, template or f-string becomes: anything where something is filled in."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return ".*".join(map(re.escape, re.split(r"\{[a-z_]\w+(?:![a-z])?(?::[^{}]*)?\}", node.value)))
    if isinstance(node, ast.JoinedStr):
        return "".join(re.escape(part.value) if isinstance(part, ast.Constant) else ".*" for part in node.values)
    return None


def sentences(path):
    """Line and pattern of every sentence of a module that is no docstring."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    silent = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    silent |= {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        if id(node) in silent or not isinstance(node, (ast.Constant, ast.JoinedStr)):
            continue
        pattern = pattern_of(node)
        plain = re.sub(r"\.\*|\\", "", pattern or "")
        if pattern and plain.rstrip().endswith((".", "?")) and len(plain.split()) > 2:
            yield node.lineno, re.compile(pattern, re.DOTALL)


@cache
def told():
    """Everything that broken files, mistakes and worked cases make the library say."""
    said = []

    def tried(call):
        try:
            call()
        except tp.PcfError as error:
            said.extend(f"{problem.what} {problem.cure}" for problem in error.problems)

    for path in RULES:
        tried(lambda path=path: tp.load_rules(path))
    for path in FACTORS:
        tried(lambda path=path: tp.load_factors(path.with_suffix(".csv")))
    for path in ACTIVITY:
        tried(lambda path=path: tp.read_activity(file_of(path), MILL))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for mistake in MISTAKES:
            (folder / "mill.csv").write_text(mistake.text(), encoding="utf-8")
            tried(lambda: tp.footprint(folder / "mill.csv", MILL, MILL_FACTORS))
        for entry in CELLS.values():
            tried(lambda entry=entry: tp.footprint(workbook(folder, change=changes(entry)), MILL, MILL_FACTORS))
        for case in all_cases():
            if "expect_error" in case.data:
                unit = case.data.get("options", {}).get("unit")
                tried(lambda case=case, unit=unit: run(case.data, folder).to_dict(unit))
        for rule in ("coton_fabric", "cotton_fabric@1999", "x/y.yaml", "zzz"):
            tried(lambda rule=rule: tp.load_rules(rule))
        for wrong in ({}, None):
            tried(lambda wrong=wrong: tp.load_rules(wrong))
            tried(lambda wrong=wrong: tp.load_factors(wrong))
        tried(lambda: tp.load_rules("cotton_fabric", ["cradle_to_gate"]))
        for table in ("defualt", "zzz"):
            tried(lambda table=table: tp.load_factors(table))
        said.extend(rejected(folder))
    return said


def rejected(folder: Path) -> list[str]:
    """What a batch says of a product that takes a rejected one."""
    good = (MILL.parent / "good.csv").read_text(encoding="utf-8")
    wrong = good.replace(",5,kWh,", ",5,kg,")
    buyer = good.replace("FABRIC-1", "FABRIC-2").replace("cotton,,,cotton,", "cotton,,,product:FABRIC-1,")
    assert wrong != good
    assert "product:FABRIC-1" in buyer
    (folder / "two.csv").write_text(wrong + buyer.partition("\n")[2], encoding="utf-8")
    done = tp.calculate_batch(folder / "two.csv", MILL, MILL_FACTORS, out=folder / "batch")
    with (done.out / "rejected.csv").open(encoding="utf-8-sig", newline="") as file:
        return [f"{row['what']} {row['cure']}" for row in csv.DictReader(file)]


@pytest.mark.parametrize("module", MODULES)
def test_every_message_is_met(module):
    path = SOURCE / module
    unmet = [f"{module}:{line}: {pattern.pattern}" for line, pattern in sentences(path) if not any(map(pattern.search, told()))]
    assert not unmet, "\n".join(unmet)


def test_no_place_is_left_unfilled():
    """No message shows a brace, a Python object, or two full stops."""
    wrong = [text for text in told() if re.search(r"<[\w.]+ object|np\.|array\(|\bNone\b|\bnan\b|(?<!\.)\.\.(?!\.)", text)]
    assert not wrong, "\n".join(wrong)
