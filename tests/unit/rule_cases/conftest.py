"""A command line in an empty folder, and a folder with a rule just begun."""

from __future__ import annotations

import pytest

from textile_pcf.cli import run


@pytest.fixture
def command(tmp_path, monkeypatch, capsys):
    """Run a command line in an empty folder; its exit code, what it prints, and what it says."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TEXTILE_PCF_LANG", raising=False)

    def call(*arguments):
        capsys.readouterr()
        code = run([str(argument) for argument in arguments])
        return code, *capsys.readouterr()

    return call


@pytest.fixture
def begun(command, tmp_path):
    """The folder with a rule just begun."""
    assert command("rules", "new", "denim")[0] == 0
    return tmp_path
