"""A platform sends results from one process to another, and copies them: the other has the same figures, texts and views."""

from __future__ import annotations

import copy
import json
import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import textile_pcf as tp

SHOW = """
import json, pickle, sys
result = pickle.load(open(sys.argv[1], "rb"))
print(json.dumps([result.to_dict(), list(result.warnings()), str(result.explain(result.products[0]))]))
"""


@pytest.fixture(scope="module")
def result() -> tp.Footprint:
    found = tp.footprint(*tp.load_example("cotton_poplin"))
    assert found.warnings()
    return found


def test_another_process_shows_the_same_result(result: tp.Footprint, tmp_path: Path) -> None:
    (tmp_path / "result.pickle").write_bytes(pickle.dumps(result))
    environment = {**os.environ, "PYTHONHASHSEED": "7", "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "-c", SHOW, str(tmp_path / "result.pickle")]
    shown = json.loads(subprocess.run(command, capture_output=True, check=True, env=environment).stdout)
    expected = [result.to_dict(), list(result.warnings()), str(result.explain(result.products[0]))]
    assert shown == json.loads(json.dumps(expected))


def _pickled(value: Any) -> Any:
    return pickle.loads(pickle.dumps(value))


@pytest.mark.parametrize("copied", [_pickled, copy.deepcopy, copy.copy])
@pytest.mark.parametrize(
    "made",
    [
        lambda result: result,
        lambda result: result[result.products[0]],
        lambda result: result.run.activity,
        lambda result: result.run.factors,
        lambda result: result.published(),
        lambda result: result.explain(result.products[0]),
        tp.quality,
        lambda result: tp.uncertainty(result, draws=50, assume={"estimated": 1.2}),
        lambda result: tp.diff(result, result),
        lambda result: result.plot,
    ],
)
def test_copies_of_what_the_library_gives(
    result: tp.Footprint, made: Callable[[tp.Footprint], Any], copied: Callable[[Any], Any]
) -> None:
    value = made(result)
    other = copied(value)
    assert repr(other) == repr(value)
    if hasattr(value, "to_dict"):
        assert other.to_dict() == value.to_dict()


def test_a_copy_is_analysed_like_its_original(result: tp.Footprint) -> None:
    other = _pickled(result)
    assert tp.diff(result, other).to_dict() == tp.diff(result, result).to_dict()
    assert tp.uncertainty(other, draws=50).to_dict() == tp.uncertainty(result, draws=50).to_dict()
