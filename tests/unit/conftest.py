"""A data directory for Brightway for the tests of a module, inside the one of the run (`tests/conftest.py`)."""

from __future__ import annotations

import gc
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from textile_pcf.brightway.packages import brightway_data, package


@pytest.fixture(scope="module")
def brightway() -> Iterator[ModuleType]:
    """`bw2data` with a data directory of its own for the tests of a module."""
    folder = Path(tempfile.mkdtemp(dir=os.environ["BRIGHTWAY2_DIR"]))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BRIGHTWAY2_DIR", str(folder))
        if "bw2data" in sys.modules:
            package("bw2data").projects.change_base_directories(folder)
        yield brightway_data()
    gc.collect()  # closes the files
