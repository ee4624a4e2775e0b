"""Hashes of row groups from one pass over a file: those of an earlier file are taken over as long as both begin alike."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from textile_pcf.batch.fingerprints import ProductRuns, RowGroupPrints, read_prefixes, read_runs

GROUPS, ROWS = 6, 300


def write(path: Path, changed: int | None = None, name: str = "amount", **options: object) -> Path:
    """A file of six row groups, one of which may have another amount."""
    amounts = np.random.default_rng(1).random(GROUPS * ROWS)
    if changed is not None:
        amounts[changed * ROWS + 7] += 1
    products = [f"P{row // 20}" for row in range(len(amounts))]
    pq.write_table(pa.table({"product": products, name: amounts}), path, row_group_size=ROWS, **options)
    return path


def since(earlier: RowGroupPrints, path: Path) -> RowGroupPrints:
    """Fingerprints of a file where those of an earlier one are known."""
    return RowGroupPrints(str(path), known_prefixes=dict(zip(earlier.hashes.prefixes, earlier.hashes.digests, strict=True)))


@pytest.fixture
def old(tmp_path: Path) -> RowGroupPrints:
    return RowGroupPrints(str(write(tmp_path / "old.parquet")))


def test_hash_of_the_file(old: RowGroupPrints) -> None:
    assert old.hashes.sha256 == hashlib.sha256(Path(old.path).read_bytes()).hexdigest()
    assert len(set(old.digests)) == len(set(old.hashes.prefixes)) == GROUPS


@pytest.mark.parametrize("changed", [None, 0, 3, 5])
def test_hashes_are_the_same_whatever_is_known(old: RowGroupPrints, tmp_path: Path, changed: int | None) -> None:
    path = write(tmp_path / "new.parquet", changed)
    afresh, known = RowGroupPrints(str(path)), since(old, path)
    assert known.hashes == afresh.hashes
    same = [one == other for one, other in zip(afresh.digests, old.digests, strict=True)]
    assert same == [group != changed for group in range(GROUPS)]
    alike = [one == other for one, other in zip(afresh.hashes.prefixes, old.hashes.prefixes, strict=True)]
    assert alike == [changed is None or group < changed for group in range(GROUPS)]


def test_row_groups_are_hashed_once_while_files_begin_alike(
    old: RowGroupPrints, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = since(old, write(tmp_path / "new.parquet"))
    new, count = hashlib.sha256, []
    monkeypatch.setattr(hashlib, "sha256", lambda *content: count.append(1) or new(*content))
    assert known.digests == old.digests
    assert len(count) == 1 + GROUPS  # the file, and one short hash for each row group


@pytest.mark.parametrize("options", [{"name": "weight"}, {"compression": "none"}, {"data_page_version": "2.0"}])
def test_bytes_that_are_stored_in_another_way_are_not_known(
    old: RowGroupPrints, tmp_path: Path, options: dict[str, str]
) -> None:
    known = since(old, write(tmp_path / "new.parquet", **options))
    assert not set(known.digests) & set(old.digests) and not set(known.hashes.prefixes) & set(old.hashes.prefixes)


@pytest.mark.parametrize("damage", ["shorter", "no Parquet", "gone", "row groups that overlap"])
def test_a_file_that_cannot_be_read_has_no_fingerprints(
    old: RowGroupPrints, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: str
) -> None:
    path = tmp_path / "new.parquet"
    if damage == "shorter":
        path.write_bytes(Path(old.path).read_bytes()[:-20])
    elif damage == "no Parquet":
        path.write_text("product,stage\n")
    elif damage == "row groups that overlap":
        write(path)
        metadata = pq.read_metadata(Path(old.path))

        class Overlapping:
            schema, num_row_groups = metadata.schema, 2

            def row_group(self, group: int) -> object:
                return metadata.row_group(0)

        monkeypatch.setattr(pq, "read_metadata", lambda path: Overlapping())
    prints = RowGroupPrints(str(path))
    assert prints.digests == [] and prints.hashes.sha256 == ""


def test_of_fingerprints_of_an_earlier_form_no_row_group_is_taken_for_hashed(old: RowGroupPrints, tmp_path: Path) -> None:
    old.runs.update({group: ProductRuns(np.array([0]), np.array([7], dtype=np.uint64), ROWS) for group in range(2)})
    path = tmp_path / "fingerprints.parquet"
    old.write(path)
    assert len(read_prefixes(path.read_bytes())) == 2
    pq.write_table(pq.read_table(path).drop_columns(["prefix"]), path)
    assert read_prefixes(path.read_bytes()) == {} and list(read_runs(path.read_bytes())) == old.digests[:2]
