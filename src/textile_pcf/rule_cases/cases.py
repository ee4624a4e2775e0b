"""Worked cases: products calculated by hand and written in YAML. Find them, read them, check their layout."""

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
from textile_pcf.messages.message import Message
from textile_pcf.rule_cases.schema import CaseDocument
from textile_pcf.rules import load_rules
from textile_pcf.units import UnitError, parse_unit, split_quantity

CASES_SUFFIX = "_cases"
"""Suffix of the name of a case file: `X_cases.yaml` belongs to the rule `X.yaml`."""
RELATIVE = 1e-9
EXPECTED = ("expect", "expect_lines", "expect_masses", "expect_warnings", "expect_error")


@dataclass(frozen=True)
class Case:
    """One worked case, with the line of each value in its file.

    Attributes
    ----------
    document : Document
        The case alone; paths begin at the case.
    folder : Path
        Folder that paths in the case are relative to.

    Examples
    --------
    >>> Case(Document("denim_cases.yaml", {"name": "by hand", "rows": []})).id
    'denim_cases: by hand'
    """

    document: Document
    folder: Path = field(default_factory=Path)

    @property
    def data(self) -> dict[str, Any]:
        """Contents of the case."""
        contents: dict[str, Any] = self.document.data
        return contents

    @property
    def name(self) -> str:
        """Name of the case."""
        return str(self.data["name"])

    @property
    def file(self) -> str:
        """Name of the file, without ending."""
        return Path(self.document.name).stem

    @property
    def id(self) -> str:
        """Name of the file and name of the case."""
        return f"{self.file}: {self.name}"

    @property
    def tolerance(self) -> float:
        """Relative tolerance of the compared figures. [1]"""
        return relative_tolerance(self.data.get("tolerance"))

    def location(self, *path: str | int) -> str:
        """Return `file:line (name: path)` for messages."""
        path_text = ": ".join(filter(None, (self.name, ".".join(map(str, path)))))
        line = f":{self.document.line(path)}" if self.document.lines else ""
        return f"{self.document.name}{line} ({path_text})"

    def part(self, *path: str | int) -> Document:
        """Return a part of the case as a document that keeps the lines of the file."""
        data: Any = self.data
        for step in path:
            data = data[step]
        return sub_document(self.document, path, data)


def sub_document(document: Document, path: DocumentPath, data: Any) -> Document:
    """Return the part of a document below a path, with its lines."""
    lines = {at[len(path) :]: line for at, line in document.lines.items() if at[: len(path)] == path}
    return Document(document.name, data, lines)


def relative_tolerance(value: str | float | None) -> float:
    """Return a tolerance such as `0.1 %` as a number. [1]

    Parameters
    ----------
    value : str, float or None
        The tolerance; None for 1e-9.

    Returns
    -------
    float
        The relative tolerance, NaN if `value` is not dimensionless.

    Examples
    --------
    >>> relative_tolerance("0.1 %"), relative_tolerance(None), relative_tolerance("1 kg")
    (0.001, 1e-09, nan)
    """
    if not isinstance(value, str):
        return RELATIVE if value is None else float(value)
    try:
        amount, unit = split_quantity(value)
        per = parse_unit(unit or "1")
    except UnitError:
        return math.nan
    return amount * per.factor if not per.dimensions else math.nan


def cases_at(path: Path) -> list[Case]:
    """Read the worked cases of a file, of a rule, or of a folder.

    Parameters
    ----------
    path : Path
        A file of cases, a rule `X.yaml` with cases in `X_cases.yaml`, or a folder whose files with lists are read.

    Returns
    -------
    list of Case
        The cases in the order of the files.

    Raises
    ------
    UsageError
        There is no such file or folder, or it holds no case.
    RuleError
        The path is that of an invalid rule.
    InputError
        A file of cases is invalid; all mistakes are named with their lines.
    """
    if not path.exists():
        cure = "Give the path of a rule, of its worked cases, or of a folder of such files."
        raise UsageError([Problem(str(path), "There is no such file or folder.", cure, code="no-cases")])
    if path.is_dir():
        files = sorted(file for file in path.iterdir() if file.suffix in (".yaml", ".yml"))
        documents = [read_yaml(file, InputError, (list, dict)) for file in files]
        cases = [case for each in documents if isinstance(each.data, list) for case in _cases(each)]
        return cases or _no_cases(path, path / f"X{CASES_SUFFIX}.yaml")
    case_file = path.with_name(f"{path.stem}{CASES_SUFFIX}{path.suffix}")
    document = read_yaml(path, RuleError if case_file.is_file() else InputError, (list, dict))
    if isinstance(document.data, list):
        return _cases(document) or _no_cases(path, path)
    load_rules(path)
    return read_cases(case_file) if case_file.is_file() else _no_cases(path, case_file)


def read_cases(path: Path) -> list[Case]:
    """Read the worked cases of a file.

    Raises
    ------
    InputError
        The file is not a list of cases; all mistakes are named with their lines.
    """
    return _cases(read_yaml(path, InputError, (list,))) or _no_cases(path, path)


def _no_cases(path: Path, file: Path) -> list[Case]:
    cure = Message("Write them into {name}, as docs/rules.md says; `textile-pcf rules new` writes first ones.", name=file.name)
    raise UsageError([Problem(str(path), "There are no worked cases here.", cure, code="no-cases")])


def _cases(document: Document) -> list[Case]:
    """Return the cases of a document; raise InputError with all mistakes in their layout."""
    folder = Path(document.name).parent
    cases = [Case(sub_document(document, (number,), data), folder) for number, data in enumerate(document.data)]
    problems = [problem for case in cases for problem in _check_layout(case)]
    if not problems:
        problems = list(_duplicates(cases))
    if problems:
        raise InputError(problems)
    return cases


def _check_layout(case: Case) -> Iterator[Problem]:
    """Yield the mistakes in the layout of a case."""
    try:
        document = validate_document(CaseDocument, case.document, InputError)
    except InputError as error:
        yield from error.problems
        return
    expect = case.data.get("expect")
    if not any(getattr(document, key) for key in EXPECTED[1:]) and not _has_figure(expect):
        cure = "Write what was worked out under `expect`, or words of the message under `expect_error`."
        yield Problem(case.location(), "This case expects nothing.", cure, code="case")
    yield from _says_nothing(case, document)
    if document.expect_error and any(getattr(document, key) for key in EXPECTED[:-1]):
        message = "A refused case has no result, but both `expect_error` and a result are expected."
        yield Problem(case.location("expect_error"), message, "Make two cases of it.", code="case")
    if not 0 <= case.tolerance < 1:
        message = Message("{tolerance!r} is not a part of a figure.", tolerance=case.data["tolerance"])
        yield Problem(case.location("tolerance"), message, "Write for example `0.1 %`.", code="case")


def _says_nothing(case: Case, document: CaseDocument) -> Iterator[Problem]:
    """Yield a problem for each expectation that every result, or every message, would meet."""
    for key in ("expect_warnings", "expect_error"):
        for index, words in enumerate(getattr(document, key)):
            if not words.strip():
                what = "These words are empty, so every message has them."
                yield Problem(case.location(key, index), what, "Write words of the message.", code="case")
    for key in ("expect_lines", "expect_masses"):  # a flow or an item says that there is such a line
        for index, entry in enumerate(case.data.get(key) or []):
            if all(name in ("product", "component", "stage") or figure is None for name, figure in entry.items()):
                what = "This names no figure, so nothing is compared."
                yield Problem(case.location(key, index), what, "Add what was worked out.", code="case")


def _has_figure(expect: Any) -> bool:
    """Return whether a tree of expected values holds any; an empty list is one, for it says that there is nothing."""
    return any(map(_has_figure, expect.values())) if isinstance(expect, dict) else expect is not None


def _duplicates(cases: list[Case]) -> Iterator[Problem]:
    by_name: dict[str, Case] = {}
    for case in cases:
        if case.name in by_name:
            message = Message(
                "The case {name!r} is already in line {line}.", name=case.name, line=by_name[case.name].document.line(())
            )
            yield Problem(case.location("name"), message, "Give each a name of its own.", code="case")
        by_name.setdefault(case.name, case)


def cases_schema() -> str:
    """Return the JSON Schema of a file of worked cases, for editors."""
    schema = TypeAdapter(list[CaseDocument]).json_schema()
    return json.dumps({"title": "Worked cases", **schema}, indent=1, ensure_ascii=False) + "\n"
