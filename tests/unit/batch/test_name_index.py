"""Names of a catalogue are found by their hashes, and by nothing but their texts."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from textile_pcf.batch import name_index
from textile_pcf.batch.name_index import NameIndex

NAMES = st.lists(st.text("AB布 é", min_size=1, max_size=4), max_size=12)


def texts(names: list[str]) -> pa.Array:
    return pa.array(names, pa.large_string())


def places(names: list[str], sought: list[str]) -> list[int]:
    return NameIndex(texts(names)).find(texts(sought)).tolist()


@settings(max_examples=60, deadline=None)
@given(names=NAMES, sought=NAMES)
def test_each_name_is_found_where_it_stands(names: list[str], sought: list[str]) -> None:
    names = list(dict.fromkeys(names))
    assert places(names, sought) == [names.index(name) if name in names else -1 for name in sought]


def test_names_of_one_length() -> None:
    assert places(["P10", "P11", "P12"], ["P12", "P10", "P99", "P12"]) == [2, 0, -1, 2]
    assert places(["P10", "P11"], ["P1", "P1"]) == [-1, -1]
    assert places([], ["P1"]) == [-1] and places(["P1"], []) == []


def test_a_name_that_only_shares_its_hash_is_not_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashes may meet, by chance or on purpose: here all names of one length have one hash."""

    def lengths(names: pa.Array) -> np.ndarray:
        return np.array([len(name) for name in names.to_pylist()], dtype=np.uint64)

    monkeypatch.setattr(name_index, "product_hashes", lengths)
    assert places(["A", "BB"], ["CC", "A", "D", "BB"]) == [-1, 0, -1, 1]
    assert places(["A", "B", "CC"], ["B", "D", "CC", "A"]) == [1, -1, 2, 0]  # two of the catalogue have one hash
    assert NameIndex(texts(["A", "B"])).find(texts(["B"])).dtype == np.int32


def test_a_name_of_two_partitions_is_refused() -> None:
    with pytest.raises(ValueError, match="twice"):
        NameIndex(texts(["A", "B", "A"]))
