"""Batches of a dyehouse of twelve products in small partitions, their totals, and the key of a local S3 server."""

from __future__ import annotations

from pathlib import Path

import textile_pcf as tp

SECRET = "very-secret-key"
"""Of the local S3 server; it stands in no message, manifest or log."""
PRODUCTS = [f"P{number:02}" for number in range(12)]


def batch(mill: Path, source: object, out: str = "out", **options: object) -> tp.BatchResult:
    options = {"partition_rows": 9, "progress": False, **options}
    return tp.calculate_batch(source, mill / "rule.yaml", mill / "factors.csv", out=mill / out, **options)


def totals(result: tp.BatchResult) -> dict[str, float]:
    table = result.read()
    return dict(zip(table["product"].to_pylist(), table["total"].to_pylist(), strict=True))
