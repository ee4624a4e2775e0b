"""A folder of its own for Brightway, and files closed behind the tests of each module."""

from __future__ import annotations

import gc
import os
import shutil
import sys
import tempfile
from pathlib import Path

import pytest

from textile_pcf.brightway.packages import package

MEMORY = "/dev/shm"


@pytest.fixture(scope="module")
def data():
    """`bw2data` with a data directory of its own: what is written here is gone with the tests of the module."""
    folder = Path(tempfile.mkdtemp(prefix="brightway", dir=MEMORY if os.access(MEMORY, os.W_OK) else None))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BRIGHTWAY2_DIR", str(folder))
        if "bw2data" in sys.modules:
            package("bw2data").projects.change_base_directories(folder)
        yield package("bw2data")
    gc.collect()  # closes the files
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module", autouse=True)
def _left_open(data):
    """Brightway leaves files to the garbage collector, and calls it whenever a project is opened: 1 s for each test.

    What was there before is put aside, so that only what the tests made is looked through.
    """
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()
    gc.collect()
