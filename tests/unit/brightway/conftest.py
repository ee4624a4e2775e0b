"""A folder of its own for Brightway, and files closed behind each test."""

from __future__ import annotations

import gc
import sys
from pathlib import Path

import pytest

from textile_pcf.brightway.packages import package


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """`bw2data` with a data directory of its own: what is written here is gone with the test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BRIGHTWAY2_DIR", str(tmp_path_factory.mktemp("brightway")))
        if "bw2data" in sys.modules:
            data = package("bw2data")
            data.projects.change_base_directories(Path(tmp_path_factory.mktemp("brightway")))
        yield package("bw2data")


@pytest.fixture(autouse=True)
def _left_open():
    """Brightway leaves files to the garbage collector: it comes here, where nobody minds."""
    yield
    gc.collect()
