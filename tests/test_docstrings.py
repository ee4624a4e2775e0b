"""Every public name is documented as numpydoc asks: what it takes, what it gives, and an example that runs."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Iterator
from functools import cached_property
from types import ModuleType
from typing import Any

import pytest
from numpydoc.docscrape import get_doc_object
from numpydoc.validate import Validator, validate

import textile_pcf as tp
from textile_pcf import engine, methods, units

CHECKS = frozenset({
    "GL01", "GL02", "GL03", "GL05", "GL06", "GL07", "GL08", "GL09", "GL10",  # a docstring, with sections in their order
    "SS01", "SS02", "SS04", "SS06",  # a summary of one line
    "PR01", "PR02", "PR03", "PR05", "PR06", "PR07", "PR10",  # every parameter, by its name, with a description
    "RT01", "RT03", "YD01",  # what is returned, with a description
    "EX01",  # an example; doctest runs it
})  # fmt: skip
"""Checks of numpydoc.validate.

Left out are: SS03, PR08, PR09, RT04, RT05 (units stand in brackets behind the sentence, and symbols begin one), SS05 (takes
nouns such as `road_distance: Kilometres …` for verbs), PR04 (parameters described together: `gwp, biogenic`), RT02 (two values
returned have names of their own), ES01 (one line can be enough), SA01 (the reference links what belongs together).
"""


def _members(cls: type, name: str) -> Iterator[tuple[str, Any]]:
    for key, value in vars(cls).items():
        kinds = (property, cached_property, classmethod, staticmethod)
        if not key.startswith("_") and (inspect.isfunction(value) or isinstance(value, kinds)):
            yield f"{name}.{key}", value


def _public(module: ModuleType) -> Iterator[tuple[str, Any]]:
    """Yield name and object of all exported functions and classes, and of the public members of the classes."""
    for key in module.__all__:
        value, name = getattr(module, key), f"{module.__name__}.{key}"
        if callable(value):
            yield name, value
        if inspect.isclass(value):
            yield from _members(value, name)


PUBLIC = dict(item for module in (tp, engine, methods, units) for item in _public(module))


def _documents_fields(value: Any) -> bool:
    """Whether each field of a data class is described among its attributes, which numpydoc does not look at."""
    described = {name.strip() for entry in get_doc_object(value)["Attributes"] for name in entry.name.split(",")}
    return {field.name for field in dataclasses.fields(value) if not field.name.startswith("_")} <= described


@pytest.mark.parametrize("name", PUBLIC)
def test_public_names_are_documented(name):
    value = PUBLIC[name]
    errors = {code: text for code, text in validate(name)["errors"] if code in CHECKS}
    if dataclasses.is_dataclass(value) and _documents_fields(value):
        errors.pop("PR01", None)
    if name.rpartition(".")[0] in PUBLIC:
        errors.pop("EX01", None)  # the example of a class shows how its members are used
    assert not errors


def test_the_summary_ends_as_a_sentence_or_with_its_unit():
    """numpydoc wants a full stop at the end; here the unit in brackets may follow it."""
    summaries = {name: Validator(get_doc_object(Validator._load_obj(name))).summary for name in PUBLIC}
    assert not {name: text for name, text in summaries.items() if not text.endswith((".", "]"))}
