"""Worked cases: a product of a rule worked out by hand and written down as YAML; find them, read them, check their form."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from textile_pcf.errors import InputError, Problem, RuleError, UsageError
from textile_pcf.io.documents import validate_document
from textile_pcf.io.strict_yaml import Document, DocumentPath, read_yaml
from textile_pcf.rule_cases.schema import CaseDocument
from textile_pcf.rules import load_rules
from textile_pcf.units import UnitError, parse_unit, split_quantity

BESIDE = "_cases"
"""What the name of a file of cases has more than the name of the rule beside it."""
RELATIVE = 1e-9
EXPECTED = ("expect", "expect_lines", "expect_masses", "expect_warnings", "expect_error")


@dataclass(frozen=True)
class Case:
    """One worked case as it is written, with the line of everything in it.

    Examples
    --------
    >>> Case(Document("denim_cases.yaml", {"name": "by hand", "rows": []})).id
    'denim_cases: by hand'
    """

    document: Document
    """The case alone; paths in it begin at the case."""
    home: Path = field(default_factory=Path)
    """Folder that paths in it start from."""

    @property
    def data(self) -> dict[str, Any]:
        """What is written."""
        written: dict[str, Any] = self.document.data
        return written

    @property
    def name(self) -> str:
        """What it shows."""
        return str(self.data["name"])

    @property
    def file(self) -> str:
        """Name of its file, without ending."""
        return Path(self.document.name).stem

    @property
    def id(self) -> str:
        """File and name."""
        return f"{self.file}: {self.name}"

    @property
    def tolerance(self) -> float:
        """How far a figure may be from the one worked out, as a part of it. [1]"""
        return part_of(self.data.get("tolerance"))

    def place(self, *path: str | int) -> str:
        """`file:line (name: path in it)`, for messages."""
        shown = ": ".join(filter(None, (self.name, ".".join(map(str, path)))))
        line = f":{self.document.line(path)}" if self.document.lines else ""
        return f"{self.document.name}{line} ({shown})"

    def part(self, *path: str | int) -> Document:
        """Something in it as a document of its own; its lines are those of the file."""
        data: Any = self.data
        for step in path:
            data = data[step]
        return inner(self.document, path, data)


def inner(document: Document, path: DocumentPath, data: Any) -> Document:
    """A part of a document, with its lines."""
    lines = {at[len(path) :]: line for at, line in document.lines.items() if at[: len(path)] == path}
    return Document(document.name, data, lines)


def part_of(told: str | float | None) -> float:
    """A tolerance as a part of the figure: `0.1 %` or a number; 1e-9 where nothing is said, NaN where it is none. [1]

    Examples
    --------
    >>> part_of("0.1 %"), part_of(None), part_of("1 kg")
    (0.001, 1e-09, nan)
    """
    if not isinstance(told, str):
        return RELATIVE if told is None else float(told)
    try:
        amount, unit = split_quantity(told)
        per = parse_unit(unit or "1")
    except UnitError:
        return math.nan
    return amount * per.factor if not per.dimensions else math.nan


def cases_at(path: Path) -> list[Case]:
    """The cases of a file, of the file `X_cases.yaml` beside a rule `X.yaml`, or of every file of a folder that holds a list.

    Raises
    ------
    UsageError
        No such file or folder, or no case there.
    RuleError
        The path is that of a rule, and the rule is wrong.
    InputError
        A file of cases is wrong; every mistake is named with its line.
    """
    if not path.exists():
        cure = "Give the path of a rule, of its worked cases, or of a folder of such files."
        raise UsageError([Problem(str(path), "There is no such file or folder.", cure, code="no-cases")])
    if path.is_dir():
        files = sorted(file for file in path.iterdir() if file.suffix in (".yaml", ".yml"))
        documents = [read_yaml(file, InputError, (list, dict)) for file in files]
        found = [case for each in documents if isinstance(each.data, list) for case in _cases(each)]
        return found or _none(path, path / f"X{BESIDE}.yaml")
    beside = path.with_name(f"{path.stem}{BESIDE}{path.suffix}")
    document = read_yaml(path, RuleError if beside.is_file() else InputError, (list, dict))
    if isinstance(document.data, list):
        return _cases(document) or _none(path, path)
    load_rules(path)
    return read_cases(beside) if beside.is_file() else _none(path, beside)


def read_cases(path: Path) -> list[Case]:
    """The cases of a file.

    Raises
    ------
    InputError
        The file is not a list of cases; every mistake is named with its line.
    """
    return _cases(read_yaml(path, InputError, (list,))) or _none(path, path)


def _none(path: Path, file: Path) -> list[Case]:
    cure = f"Write them into {file.name}, as docs/rules.md says; `textile-pcf rules new` writes first ones."
    raise UsageError([Problem(str(path), "There are no worked cases here.", cure, code="no-cases")])


def _cases(document: Document) -> list[Case]:
    """The cases of a document, or InputError with all that is wrong with their form."""
    home = Path(document.name).parent
    found = [Case(inner(document, (number,), data), home) for number, data in enumerate(document.data)]
    problems = [problem for case in found for problem in _form(case)]
    if not problems:
        problems = list(_twice(found))
    if problems:
        raise InputError(problems)
    return found


def _form(case: Case) -> Iterator[Problem]:
    """What is wrong with the form of a case."""
    try:
        written = validate_document(CaseDocument, case.document, InputError)
    except InputError as error:
        yield from error.problems
        return
    if not any(getattr(written, key) for key in EXPECTED):
        cure = "Write what was worked out under `expect`, or words of the message under `expect_error`."
        yield Problem(case.place(), "This case expects nothing.", cure, code="case")
    if written.expect_error and any(getattr(written, key) for key in EXPECTED[:-1]):
        what = "What is refused has no result, but both `expect_error` and a result are expected."
        yield Problem(case.place("expect_error"), what, "Make two cases of it.", code="case")
    if not 0 <= case.tolerance < 1:
        what = f"{case.data['tolerance']!r} is not a part of a figure."
        yield Problem(case.place("tolerance"), what, "Write for example `0.1 %`.", code="case")


def _twice(cases: list[Case]) -> Iterator[Problem]:
    seen: dict[str, Case] = {}
    for case in cases:
        if case.name in seen:
            what = f"The case {case.name!r} stands already in line {seen[case.name].document.line(())}."
            yield Problem(case.place("name"), what, "Give each a name of its own.", code="case")
        seen.setdefault(case.name, case)


def cases_schema() -> str:
    """JSON Schema of a file of worked cases, for editors."""
    schema = TypeAdapter(list[CaseDocument]).json_schema()
    return json.dumps({"title": "Worked cases", **schema}, indent=1, ensure_ascii=False) + "\n"
