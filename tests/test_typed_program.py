"""What is public is typed: a program in `tests/typed` uses all of it, and `mypy` checks that program with the source."""

from __future__ import annotations

import ast
import inspect
import tomllib
from functools import cached_property
from typing import Any

import pytest

import textile_pcf as tp
from paths import ROOT

PROGRAM = ROOT / "tests" / "typed" / "every_public_function.py"
TREE = ast.parse(PROGRAM.read_text(encoding="utf-8"))
USED = {node.attr for node in ast.walk(TREE) if isinstance(node, ast.Attribute)}
SHOWN = {
    tp.Footprint: tp.footprint([{"product": "P", "stage": "a", "flow": "e", "amount": "1 kWh"}],
                               {"rule": "r", "edition": "1", "product": {"unit": "kg"},
                                "stages": [{"id": "a", "flows": {"e": {"unit": "kWh", "factor": "e"}}}]},
                               {"e": "1 kgCO2e/kWh"}),
}  # fmt: skip
MAY_BE_ANYTHING = {"to_datapackage"}
"""Members whose type is one of a package that is not installed with this library."""


def test_mypy_checks_the_program() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["mypy"]
    assert settings["strict"]
    assert {"src", "examples/scripts", "tests/typed"} <= set(settings["files"])


def test_the_program_uses_each_public_name() -> None:
    assert not set(tp.__all__) - USED


def test_the_program_uses_all_that_completion_offers_of_a_result() -> None:
    result = SHOWN[tp.Footprint]
    assert not {name for name in dir(result) if name not in USED}
    assert not {name for name in dir(result["P"]) if not name.startswith("_") and name not in USED | {"result", "row"}}


@pytest.mark.parametrize("cls", [tp.Footprint, tp.ProductResult, tp.FactorTable])
def test_members_have_real_return_types(cls: type) -> None:
    untyped = []
    for name in dir(cls):
        member: Any = inspect.getattr_static(cls, name)
        if isinstance(member, classmethod | staticmethod):
            member = member.__func__
        function = member.func if isinstance(member, cached_property) else getattr(member, "fget", member)
        overloaded = name in ("total", "per_stage", "per_group", "per_unit")  # a quantity of pint, where it is asked for
        if name.startswith("_") or not inspect.isfunction(function) or overloaded or name in MAY_BE_ANYTHING:
            continue
        if function.__annotations__.get("return") in (None, "Any"):
            untyped.append(name)
    assert untyped == []


@pytest.mark.parametrize("function", [tp.footprint, tp.read_activity, tp.calculate, tp.load_rules, tp.load_factors])
def test_no_entrance_takes_anything(function: Any) -> None:
    """`Any` beside other types would make an editor silent: `str | Path | Any` is `Any`."""
    for name, annotation in function.__annotations__.items():
        parts = {part.strip() for part in str(annotation).split("|")}
        assert "Any" not in parts, name
