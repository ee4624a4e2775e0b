"""Brightway with a folder of its own, and files closed behind the tests of each module."""

from __future__ import annotations

import gc

import pytest


@pytest.fixture(scope="module")
def data(brightway):
    """`bw2data` with a data directory of its own for the tests of the module."""
    return brightway


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
