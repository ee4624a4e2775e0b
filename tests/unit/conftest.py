"""A data directory for Brightway that lasts as long as the run, because Brightway keeps using the last one that it opened."""

from __future__ import annotations

import gc
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from textile_pcf.brightway.packages import brightway_data, package

MEMORY = "/dev/shm"


@pytest.fixture(scope="session")
def brightway_folder() -> Iterator[Path]:
    """Folder of all directories of the run, in memory where there is a folder for it.

    It goes with the run and not with a module: `bw2io` writes into the open directory when a later test first imports it.
    """
    folder = Path(tempfile.mkdtemp(prefix="brightway", dir=MEMORY if os.access(MEMORY, os.W_OK) else None))
    yield folder
    gc.collect()  # closes the files
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def brightway(brightway_folder: Path) -> Iterator[ModuleType]:
    """`bw2data` with a data directory of its own for the tests of a module."""
    folder = Path(tempfile.mkdtemp(dir=brightway_folder))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BRIGHTWAY2_DIR", str(folder))
        if "bw2data" in sys.modules:
            package("bw2data").projects.change_base_directories(folder)
        yield brightway_data()
    gc.collect()  # closes the files
