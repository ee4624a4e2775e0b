"""Files of a rule and its cases: texts replaced, and what an editor marks in them."""

from __future__ import annotations

import json
import re
from pathlib import Path

from jsonschema import Draft202012Validator

import textile_pcf as tp
from textile_pcf.io.strict_yaml import read_yaml

CHINESE = re.compile("[一-鿿]")


def changed(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{old!r} is not in {path}"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def faults(schema: Path, file: Path, roots: tuple[type, ...]) -> list[str]:
    """What an editor marks: keys are texts to it."""
    check = Draft202012Validator(json.loads(schema.read_text(encoding="utf-8")))
    data = json.loads(json.dumps(read_yaml(file, tp.RuleError, roots).data))
    return [f"{list(error.absolute_path)}: {error.message[:200]}" for error in check.iter_errors(data)]


def schema_named_in(file: Path) -> Path:
    """The schema that the first line of a file names, from where the file lies."""
    found = re.fullmatch(r"# yaml-language-server: \$schema=(\S+)", file.read_text(encoding="utf-8").partition("\n")[0])
    assert found, file
    return file.parent / found[1]


CASE = "- name: x\n  rows: [{stage: spinning}]\n"

FORMS = {
    "no rows": ("- name: x\n  rows: []\n  expect: {total: 1}\n", "too few entries"),
    "nothing expected": (CASE, "This case expects nothing."),
    "no figure expected": (f"{CASE}  expect: {{}}\n", "This case expects nothing."),
    "empty words of an error": (f"{CASE}  expect_error: ['']\n", "These words are empty, so every message has them."),
    "empty words of a warning": (f"{CASE}  expect: {{total: 1}}\n  expect_warnings: [' ']\n", "These words are empty"),
    "no figure of a line": (f"{CASE}  expect_lines: [{{stage: weaving}}]\n", "This names no figure, so nothing is compared."),
    "no figure of masses": (f"{CASE}  expect_masses: [{{stage: weaving}}]\n", "This names no figure"),
    "no figure of a stage": (f"{CASE}  expect: {{stages: {{}}}}\n", "This case expects nothing."),
    "unknown key": (f"{CASE}  expct: {{total: 1}}\n", "Did you mean 'expect'?"),
    "unknown result": (f"{CASE}  expect: {{totl: 1}}\n", "Did you mean 'total'?"),
    "unknown result of a stage": (f"{CASE}  expect: {{stage: {{spinning: 1}}}}\n", "Did you mean 'stages'?"),
    "a text for a number": (f"{CASE}  expect: {{total: 1 kg}}\n", "'1 kg' is not a number."),
    "no name": ("- rows: [{stage: spinning}]\n  expect: {total: 1}\n", "'name' is missing."),
    "both": (f"{CASE}  expect: {{total: 1}}\n  expect_error: [x]\n", "A refused case has no result"),
    "tolerance": (f"{CASE}  tolerance: 1 kg\n  expect: {{total: 1}}\n", "'1 kg' is not a part of a figure."),
    "option": (f"{CASE}  options: {{gwp: AR7}}\n  expect: {{total: 1}}\n", "Did you mean 'AR"),
    "twice": (f"{CASE}  expect: {{total: 1}}\n" * 2, "The case 'x' is already in line 1."),
    "key twice": (f"{CASE}  name: y\n  expect: {{total: 1}}\n", "The key 'name' occurs here a second time"),
    "no list": ("name: x\nrows: []\n", "does not hold"),
    "no mapping": ("- everything\n", "is found where `key: value` lines belong"),
    "empty": ("", "This file is empty."),
}
