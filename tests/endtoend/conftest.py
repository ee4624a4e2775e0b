"""A command line as a fixture."""

from __future__ import annotations

import pytest

from textile_pcf import cli


@pytest.fixture
def command(capsys):
    """Run a command line; its exit code, what it prints, and what it says."""

    def call(*arguments):
        capsys.readouterr()
        code = cli.run([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return code, out, err

    return call
