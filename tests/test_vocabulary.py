"""No private words: a name in the source is a word of the standards, of numpy and pandas, or plain English for one thing."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

import textile_pcf as tp

SOURCE = Path(tp.__file__).parent

IDENTIFIERS = frozenset({
    "told", "untold", "tell", "tells", "lane", "lanes", "seat", "seats", "slot", "slots", "laid", "unlaid", "lay", "home",
    "homes", "spoilt", "unspoilt", "beside", "asked", "said", "begun", "stuck", "odd",
})  # fmt: skip
"""Words that no identifier contains; identifiers are split at underscores and capitals."""

PROSE = frozenset({"told", "untold", "lane", "lanes", "seat", "seats", "laid", "unlaid", "spoilt"})
"""Words that no docstring and no comment contains."""

ALLOWED = frozenset({
    "slots",  # dataclass(slots=True)
    "__slots__",
    "beside",  # public name of a result, and its JSON key
    "home",  # pathlib.Path.home
})  # fmt: skip
"""Whole identifiers that are fixed by Python or by the public interface."""

OPEN: frozenset[str] = frozenset()
"""Packages and modules that still contain private words. Remove a line when it is clean; never add one."""


def _words(identifier: str) -> Iterator[str]:
    for part in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", identifier):
        yield part.lower()


def _identifiers(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield line and name of every identifier that the module defines or uses."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            yield node.lineno, node.id
        elif isinstance(node, ast.Attribute):
            yield node.lineno, node.attr
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield node.lineno, node.name
        elif isinstance(node, ast.arg) or (isinstance(node, ast.keyword) and node.arg):
            yield node.lineno, node.arg or ""
        elif isinstance(node, ast.alias):
            yield node.lineno, node.asname or node.name


def _prose(text: str, tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield line and text of every docstring, attribute docstring and comment; messages are not meant."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            yield node.lineno, node.value.value
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def private_words(text: str) -> list[tuple[int, str]]:
    """Return line and word of every private word of a module's source."""
    tree = ast.parse(text)
    names = [
        (line, name) for line, name in _identifiers(tree) if name not in ALLOWED and not IDENTIFIERS.isdisjoint(_words(name))
    ]
    prose = [
        (line, word)
        for line, sentence in _prose(text, tree)
        for word in re.findall(r"[a-z]+", re.sub(r"`[^`]*`", "", sentence.lower()))
        if word in PROSE
    ]
    return names + prose


def _package(path: Path) -> str:
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


def findings(package: str) -> list[str]:
    """Return the private words of a package or top-level module as `file:line: word`."""
    paths = sorted(path for path in SOURCE.rglob("*.py") if _package(path) == package)
    return [
        f"{path.relative_to(SOURCE)}:{line}: {word}"
        for path in paths
        for line, word in private_words(path.read_text(encoding="utf-8"))
    ]


@pytest.mark.parametrize("package", sorted({_package(path) for path in SOURCE.rglob("*.py")} - OPEN))
def test_no_private_words(package: str) -> None:
    found = findings(package)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("package", sorted(OPEN))
def test_open_packages_still_have_private_words(package: str) -> None:
    assert findings(package), f"{package} is clean: remove it from OPEN in tests/test_vocabulary.py"


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("def told(): ...", ["told"]),
        ("class LaneTable: ...", ["LaneTable"]),
        ("x = one.by_seat", ["by_seat"]),
        ("f(any_spoilt=1)", ["any_spoilt"]),
        ("import a as homes", ["homes"]),
        ("# what it is told", ["told"]),
        ('"""Rows laid out."""', ["laid"]),
        ("x: int\n'''The seats.'''", ["seats"]),
        ("stool = plane = chrome = delay = unfolded = 1", []),
        ("raise ValueError('You told it twice.')", []),
        ("# the key `beside`, the name `told`", []),
        ("@dataclass(slots=True)\nclass A: ...", []),
    ],
)
def test_words_are_found(source: str, words: list[str]) -> None:
    assert [word for _, word in private_words(source)] == words
