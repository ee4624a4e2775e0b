"""A few of the spoilt inputs of `fuzz_inputs.py`: every command ends with a documented code, without a traceback."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import fuzz_inputs

SEED, COUNT = 32, 60


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz")


def test_the_files_that_are_spoilt_were_sound(folder: Path) -> None:
    assert fuzz_inputs.sound(folder) == 0


def test_every_kind_of_file_is_among_them(folder: Path) -> None:
    kinds = {fuzz_inputs.spoilt(number, SEED, folder).kind for number in range(COUNT)}
    assert kinds == {"csv", "xlsx", "yaml", "json", "parquet", "rule", "factors", "units"}


@pytest.mark.parametrize("number", range(COUNT))
def test_a_spoilt_input_ends_with_a_documented_code(folder: Path, number: int) -> None:
    assert not [(command, said) for _, command, said in fuzz_inputs.tried(number, SEED, folder)]


def test_a_fault_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 5, a traceback, something on standard output beside exit code 4: each is told."""
    for code, out in ((5, ""), (4, "a result"), (99, "")):
        monkeypatch.setattr(fuzz_inputs, "run", lambda command, code=code, out=out: (sys.stdout.write(out), code)[1])
        assert fuzz_inputs.wrong([])
    monkeypatch.setattr(fuzz_inputs, "run", lambda command: [][0])
    assert "IndexError" in fuzz_inputs.wrong([])
