"""Fingerprints made in two threads are those of one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from textile_pcf.batch.fingerprints import PIECE, RowGroupPrints

ROWS = PIECE // 4  # of a row group: its column of numbers has twice the bytes of the smallest piece that is handed over


@pytest.mark.parametrize("changed", [0, ROWS, 3 * ROWS - 1], ids=["first", "second", "last"])
def test_a_file_with_large_columns_has_the_same_hashes(changed: int, tmp_path: Path) -> None:
    """From the first change on, the file and each row group have a hash of their own."""
    frame = pd.DataFrame({"product": np.arange(3 * ROWS) // 40, "amount": np.random.default_rng(1).random(3 * ROWS)})
    old, new = tmp_path / "old.parquet", tmp_path / "new.parquet"
    frame.to_parquet(old, row_group_size=ROWS, index=False)
    frame.loc[changed, "amount"] = 2.0
    frame.to_parquet(new, row_group_size=ROWS, index=False)
    known = RowGroupPrints(str(old)).hashes
    one = RowGroupPrints(str(new), known_prefixes=dict(zip(known.prefixes, known.digests, strict=True)))
    assert replace(one, in_threads=True).hashes == one.hashes == RowGroupPrints(str(new)).hashes
    assert [one != other for one, other in zip(one.digests, known.digests, strict=True)].index(True) == changed // ROWS
