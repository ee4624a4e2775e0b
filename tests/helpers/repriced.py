"""Results under new factors against those of a full batch, and all files of a folder."""

from __future__ import annotations

from pathlib import Path

import numpy as np

import textile_pcf as tp


def assert_equal(new: tp.BatchResult, full: tp.BatchResult, old: tp.BatchResult) -> None:
    """All columns of a full batch, within 1e-12 of the gross emissions of each product; and the changes."""
    one, other, before = (result.read() for result in (new, full, old))
    assert one.column_names == [*other.column_names, "total_before", "change"]
    assert one["product"].to_pylist() == other["product"].to_pylist()
    stages = [name for name in other.column_names if name.startswith(("stage.", "memo."))]
    size = np.sum([np.abs(other[name].to_numpy()) for name in (*stages, "fossil", "biogenic", "uptake")], axis=0) + 1e-9
    for name in other.column_names[1:]:
        values, wanted = (table[name].to_numpy() for table in (one, other))
        assert (np.isnan(values) == np.isnan(wanted)).all(), name
        scale = np.maximum(size, np.nan_to_num(np.abs(wanted))) if "share" not in name else 1.0
        assert np.nanmax(np.abs(values - wanted) / scale, initial=0) <= 1e-12, name
        assert one.schema.field(name).metadata == other.schema.field(name).metadata
    assert one["total_before"].equals(before["total"])
    with np.errstate(divide="ignore", invalid="ignore"):
        change = other["total"].to_numpy() / before["total"].to_numpy() - 1
    found = one["change"].to_numpy()
    assert np.allclose(found[np.isfinite(change)], change[np.isfinite(change)], rtol=1e-9, atol=1e-12)


def contents(folder: Path) -> dict[str, bytes]:
    """All files but the log."""
    paths = (path for path in folder.rglob("*") if path.is_file() and path.name != "log.jsonl")
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}
